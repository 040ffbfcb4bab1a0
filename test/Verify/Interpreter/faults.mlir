// RUN: kernel-opt %s --split-input-file --verify-diagnostics -o /dev/null \
// RUN:   --test-kopt-interpret

// One planted bug in each kernel, and the fault that must be reported.

// The guard is missing.
gpu.module @missing_guard {
  gpu.func @kernel(%x: memref<1000xf32> {kgpu.access = "read"},
                   %z: memref<1000xf32> {kgpu.access = "write"}) kernel
      attributes {known_block_size = array<i32: 128, 1, 1>,
                  known_grid_size = array<i32: 8, 1, 1>} {
    %i = gpu.global_id x
    // expected-error@+1 {{out of bounds: thread (104, 0, 0) of block (7, 0, 0) reads argument 0(1000), extents are (1000)}}
    %a = memref.load %x[%i] : memref<1000xf32>
    // expected-error@+1 {{out of bounds: thread (104, 0, 0) of block (7, 0, 0) writes argument 1(1000), extents are (1000)}}
    memref.store %a, %z[%i] : memref<1000xf32>
    gpu.return
  }
}

// -----

// The guard says <= where < is meant.
gpu.module @guard_off_by_one {
  gpu.func @kernel(%z: memref<1000xf32> {kgpu.access = "write"}) kernel
      attributes {known_block_size = array<i32: 128, 1, 1>,
                  known_grid_size = array<i32: 8, 1, 1>} {
    %c1000 = arith.constant 1000 : index
    %one = arith.constant 1.0 : f32
    %i = gpu.global_id x
    %in = arith.cmpi sle, %i, %c1000 : index
    scf.if %in {
      // expected-error@+1 {{out of bounds: thread (104, 0, 0) of block (7, 0, 0) writes argument 0(1000)}}
      memref.store %one, %z[%i] : memref<1000xf32>
    }
    gpu.return
  }
}

// -----

// A row is left through its end: linearly in bounds, but not in its dimension.
gpu.module @past_the_row {
  gpu.func @kernel(%z: memref<4x6xf32> {kgpu.access = "readwrite"}) kernel
      attributes {known_block_size = array<i32: 1, 1, 1>,
                  known_grid_size = array<i32: 1, 1, 1>} {
    %c0 = arith.constant 0 : index
    %c4 = arith.constant 4 : index
    %one = arith.constant dense<1.0> : vector<4xf32>
    // expected-error@+1 {{out of bounds: thread (0, 0, 0) of block (0, 0, 0) writes 4 elements from argument 0(0, 4), extents are (4, 6)}}
    kgpu.store %one, %z[%c0, %c4] : vector<4xf32>, memref<4x6xf32>
    gpu.return
  }
}

// -----

// The last elements are not written.
// expected-error@+2 {{unwritten output: 40 of 1000 elements of argument 0 are never written, the first is (960)}}
gpu.module @grid_too_short {
  gpu.func @kernel(%z: memref<1000xf32> {kgpu.access = "write"}) kernel
      attributes {known_block_size = array<i32: 96, 1, 1>,
                  known_grid_size = array<i32: 10, 1, 1>} {
    %one = arith.constant 1.0 : f32
    %i = gpu.global_id x
    memref.store %one, %z[%i] : memref<1000xf32>
    gpu.return
  }
}

// -----

// A 16-byte access after an odd offset.
gpu.module @misaligned {
  gpu.func @kernel(%x: memref<1000xf32> {kgpu.access = "read"},
                   %z: memref<32x4xf32> {kgpu.access = "write"}) kernel
      attributes {known_block_size = array<i32: 32, 1, 1>,
                  known_grid_size = array<i32: 1, 1, 1>} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c4 = arith.constant 4 : index
    %t = gpu.thread_id x
    %t4 = arith.muli %t, %c4 : index
    %i = arith.addi %t4, %c1 : index
    // expected-error@+1 {{misaligned: thread (0, 0, 0) of block (0, 0, 0) accesses argument 0(1), which is not aligned to 16 bytes}}
    %v = kgpu.load %x[%i] : memref<1000xf32> -> vector<4xf32>
    kgpu.store %v, %z[%t, %c0] : vector<4xf32>, memref<32x4xf32>
    gpu.return
  }
}

// -----

// Two threads write the same value to one element.
gpu.module @two_writers {
  gpu.func @kernel(%z: memref<32xf32> {kgpu.access = "write"}) kernel
      attributes {known_block_size = array<i32: 64, 1, 1>,
                  known_grid_size = array<i32: 1, 1, 1>} {
    %c32 = arith.constant 32 : index
    %one = arith.constant 1.0 : f32
    %t = gpu.thread_id x
    %i = arith.remui %t, %c32 : index
    // expected-error@+2 {{race: thread (32, 0, 0) of block (0, 0, 0) writes argument 0(0), unordered with an access by thread (0, 0, 0) of block (0, 0, 0) at 'memref.store'}}
    // expected-note@+1 {{the other access is here}}
    memref.store %one, %z[%i] : memref<32xf32>
    gpu.return
  }
}

// -----

// Two blocks write one element.
gpu.module @two_blocks {
  gpu.func @kernel(%z: memref<32xf32> {kgpu.access = "write"}) kernel
      attributes {known_block_size = array<i32: 32, 1, 1>,
                  known_grid_size = array<i32: 2, 1, 1>} {
    %one = arith.constant 1.0 : f32
    %t = gpu.thread_id x
    // expected-error@+2 {{race: thread (0, 0, 0) of block (1, 0, 0) writes argument 0(0), unordered with an access by a thread of another block}}
    // expected-note@+1 {{the other access is here}}
    memref.store %one, %z[%t] : memref<32xf32>
    gpu.return
  }
}

// -----

// One thread writes an output twice.
gpu.module @written_twice {
  gpu.func @kernel(%z: memref<32xf32> {kgpu.access = "write"}) kernel
      attributes {known_block_size = array<i32: 32, 1, 1>,
                  known_grid_size = array<i32: 1, 1, 1>} {
    %one = arith.constant 1.0 : f32
    %t = gpu.thread_id x
    // expected-note@+1 {{the other access is here}}
    memref.store %one, %z[%t] : memref<32xf32>
    // expected-error@+1 {{multiple writes: thread (0, 0, 0) of block (0, 0, 0) writes argument 0(0) for the 2. time}}
    memref.store %one, %z[%t] : memref<32xf32>
    gpu.return
  }
}

// -----

gpu.module @access {
  gpu.func @kernel(%x: memref<32xf32> {kgpu.access = "read"},
                   %z: memref<32xf32> {kgpu.access = "write"}) kernel
      attributes {known_block_size = array<i32: 32, 1, 1>,
                  known_grid_size = array<i32: 1, 1, 1>} {
    %one = arith.constant 1.0 : f32
    %t = gpu.thread_id x
    // expected-error@+1 {{access violation: thread (0, 0, 0) of block (0, 0, 0) writes argument 0, an argument with kgpu.access = "read"}}
    memref.store %one, %x[%t] : memref<32xf32>
    memref.store %one, %z[%t] : memref<32xf32>
    // expected-error@+1 {{access violation: thread (0, 0, 0) of block (0, 0, 0) reads argument 1(0)}}
    %a = memref.load %z[%t] : memref<32xf32>
    gpu.return
  }
}

// -----

// The barrier between writing and reading is missing. Values stay right.
gpu.module @first_barrier_removed {
  gpu.func @kernel(%x: memref<64xf32> {kgpu.access = "read"},
                   %z: memref<64xf32> {kgpu.access = "write"}) kernel
      attributes {known_block_size = array<i32: 64, 1, 1>,
                  known_grid_size = array<i32: 1, 1, 1>} {
    %s = kgpu.alloc_shared : memref<64xf32, #kgpu.shared>
    %c63 = arith.constant 63 : index
    %t = gpu.thread_id x
    %v = memref.load %x[%t] : memref<64xf32>
    // expected-error@+2 {{race: thread (32, 0, 0) of block (0, 0, 0) writes shared buffer 0(32), unordered with an access by thread (31, 0, 0) of block (0, 0, 0) at 'memref.load'}}
    // expected-note@+1 {{the other access is here}}
    memref.store %v, %s[%t] : memref<64xf32, #kgpu.shared>
    %r = arith.subi %c63, %t : index
    // expected-note@+3 {{the other access is here}}
    // expected-error@+2 {{uninitialized read: thread (0, 0, 0) of block (0, 0, 0) reads shared buffer 0(63), which nobody has written}}
    // expected-error@+1 {{race: thread (32, 0, 0) of block (0, 0, 0) reads shared buffer 0(31), unordered with an access by thread (31, 0, 0) of block (0, 0, 0) at 'memref.store'}}
    %w = memref.load %s[%r] : memref<64xf32, #kgpu.shared>
    memref.store %w, %z[%t] : memref<64xf32>
    gpu.return
  }
}

// -----

// Lanes of one warp are not ordered either, unless something synchronizes them.
gpu.module @intra_warp {
  gpu.func @kernel(%z: memref<32xi32> {kgpu.access = "write"}) kernel
      attributes {known_block_size = array<i32: 32, 1, 1>,
                  known_grid_size = array<i32: 1, 1, 1>} {
    %s = kgpu.alloc_shared : memref<32xi32, #kgpu.shared>
    %c31 = arith.constant 31 : index
    %t = gpu.thread_id x
    %v = arith.index_cast %t : index to i32
    // expected-note@+1 {{the other access is here}}
    memref.store %v, %s[%t] : memref<32xi32, #kgpu.shared>
    %r = arith.subi %c31, %t : index
    // expected-error@+1 {{race: thread (0, 0, 0) of block (0, 0, 0) reads shared buffer 0(31), unordered with an access by thread (31, 0, 0)}}
    %w = memref.load %s[%r] : memref<32xi32, #kgpu.shared>
    memref.store %w, %z[%t] : memref<32xi32>
    gpu.return
  }
}

// -----

// The barrier that protects a buffer from being overwritten is missing.
gpu.module @second_barrier_removed {
  gpu.func @kernel(%x: memref<4x64xf32> {kgpu.access = "read"},
                   %z: memref<64xf32> {kgpu.access = "write"}) kernel
      attributes {known_block_size = array<i32: 64, 1, 1>,
                  known_grid_size = array<i32: 1, 1, 1>} {
    %s = kgpu.alloc_shared : memref<64xf32, #kgpu.shared>
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c4 = arith.constant 4 : index
    %c63 = arith.constant 63 : index
    %zero = arith.constant 0.0 : f32
    %t = gpu.thread_id x
    %r = arith.subi %c63, %t : index
    %sum = scf.for %k = %c0 to %c4 step %c1 iter_args(%acc = %zero) -> f32 {
      %v = memref.load %x[%k, %t] : memref<4x64xf32>
      // expected-note@+2 {{the other access is here}}
      // expected-error@+1 {{race: thread (0, 0, 0) of block (0, 0, 0) writes shared buffer 0(0), unordered with an access by thread (63, 0, 0)}}
      memref.store %v, %s[%t] : memref<64xf32, #kgpu.shared>
      gpu.barrier
      // expected-note@+2 {{the other access is here}}
      // expected-error@+1 {{race: thread (0, 0, 0) of block (0, 0, 0) reads shared buffer 0(63), unordered with an access by thread (63, 0, 0)}}
      %w = memref.load %s[%r] : memref<64xf32, #kgpu.shared>
      %n = arith.addf %acc, %w : f32
      scf.yield %n : f32
    }
    memref.store %sum, %z[%t] : memref<64xf32>
    gpu.return
  }
}

// -----

// A barrier that some threads do not reach.
gpu.module @divergent_barrier {
  gpu.func @kernel(%z: memref<64xf32> {kgpu.access = "write"}) kernel
      attributes {known_block_size = array<i32: 64, 1, 1>,
                  known_grid_size = array<i32: 1, 1, 1>} {
    %c40 = arith.constant 40 : index
    %one = arith.constant 1.0 : f32
    %t = gpu.thread_id x
    %some = arith.cmpi ult, %t, %c40 : index
    scf.if %some {
      // expected-error@+1 {{divergent barrier: the barrier is reached by part of a warp: thread (40, 0, 0) of block (0, 0, 0) is inactive}}
      gpu.barrier
    }
    memref.store %one, %z[%t] : memref<64xf32>
    gpu.return
  }
}

// -----

// A barrier that whole warps do not reach.
gpu.module @barrier_of_one_warp {
  gpu.func @kernel(%z: memref<64xf32> {kgpu.access = "write"}) kernel
      attributes {known_block_size = array<i32: 64, 1, 1>,
                  known_grid_size = array<i32: 1, 1, 1>} {
    %c32 = arith.constant 32 : index
    %one = arith.constant 1.0 : f32
    %t = gpu.thread_id x
    %some = arith.cmpi ult, %t, %c32 : index
    scf.if %some {
      // expected-error@+1 {{divergent barrier: only 1 of 2 warps of the block reach this barrier; the others have left the kernel}}
      gpu.barrier
    }
    memref.store %one, %z[%t] : memref<64xf32>
    gpu.return
  }
}

// -----

gpu.module @inactive_lane {
  gpu.func @kernel(%z: memref<32xf32> {kgpu.access = "write"}) kernel
      attributes {known_block_size = array<i32: 32, 1, 1>,
                  known_grid_size = array<i32: 1, 1, 1>} {
    %c16 = arith.constant 16 : index
    %one = arith.constant 1.0 : f32
    %t = gpu.thread_id x
    %some = arith.cmpi ult, %t, %c16 : index
    scf.if %some {
      // expected-error@+1 {{inactive lane: kgpu.warp_reduce needs all 32 lanes of the warp, but thread (16, 0, 0) of block (0, 0, 0) is inactive}}
      %s = kgpu.warp_reduce add %one lane_bits [0] : f32
    }
    memref.store %one, %z[%t] : memref<32xf32>
    gpu.return
  }
}

// -----

// A column of the shared buffer that only ragged shapes use is never filled.
gpu.module @uninitialized_column {
  gpu.func @kernel(%x: memref<32x7xf32> {kgpu.access = "read"},
                   %z: memref<32x8xf32> {kgpu.access = "write"}) kernel
      attributes {known_block_size = array<i32: 32, 1, 1>,
                  known_grid_size = array<i32: 1, 1, 1>} {
    %s = kgpu.alloc_shared : memref<32x8xf32, #kgpu.shared>
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c7 = arith.constant 7 : index
    %t = gpu.thread_id x
    scf.for %k = %c0 to %c7 step %c1 {
      %v = memref.load %x[%t, %k] : memref<32x7xf32>
      memref.store %v, %s[%t, %k] : memref<32x8xf32, #kgpu.shared>
    }
    // expected-error@+1 {{uninitialized read: thread (0, 0, 0) of block (0, 0, 0) reads shared buffer 0(0, 7), which nobody has written}}
    %w = kgpu.load %s[%t, %c0] {alignment = 16}
        : memref<32x8xf32, #kgpu.shared> -> vector<8xf32>
    kgpu.store %w, %z[%t, %c0] {alignment = 16}
        : vector<8xf32>, memref<32x8xf32>
    gpu.return
  }
}

// -----

// The shared buffer lacks a row.
gpu.module @row_short {
  gpu.func @kernel(%z: memref<32xf32> {kgpu.access = "write"}) kernel
      attributes {known_block_size = array<i32: 32, 1, 1>,
                  known_grid_size = array<i32: 1, 1, 1>} {
    %s = kgpu.alloc_shared : memref<31x4xf32, #kgpu.shared>
    %c0 = arith.constant 0 : index
    %one = arith.constant 1.0 : f32
    %t = gpu.thread_id x
    // expected-error@+1 {{out of bounds: thread (31, 0, 0) of block (0, 0, 0) writes shared buffer 0(31, 0), extents are (31, 4)}}
    memref.store %one, %s[%t, %c0] : memref<31x4xf32, #kgpu.shared>
    memref.store %one, %z[%t] : memref<32xf32>
    gpu.return
  }
}

// -----

gpu.module @undefined_arithmetic {
  gpu.func @kernel(%z: memref<32xi32> {kgpu.access = "write"}) kernel
      attributes {known_block_size = array<i32: 32, 1, 1>,
                  known_grid_size = array<i32: 1, 1, 1>} {
    %c8 = arith.constant 8 : i32
    %t = gpu.thread_id x
    %i = arith.index_cast %t : index to i32
    // expected-error@+1 {{undefined arithmetic: thread (0, 0, 0) of block (0, 0, 0) divides by 0}}
    %d = arith.divsi %c8, %i : i32
    %e = arith.muli %i, %c8 : i32
    // expected-error@+1 {{undefined arithmetic: thread (4, 0, 0) of block (0, 0, 0) shifts by 32 bits}}
    %f = arith.shli %d, %e : i32
    memref.store %f, %z[%t] : memref<32xi32>
    gpu.return
  }
}

// -----

// Workspace that nobody cleared.
gpu.module @uninitialized_workspace {
  gpu.func @kernel(%w: memref<32xf32> {kgpu.access = "workspace"},
                   %z: memref<32xf32> {kgpu.access = "write"}) kernel
      attributes {known_block_size = array<i32: 32, 1, 1>,
                  known_grid_size = array<i32: 1, 1, 1>} {
    %t = gpu.thread_id x
    // expected-error@+1 {{uninitialized read: thread (0, 0, 0) of block (0, 0, 0) reads argument 0(0), which nobody has written}}
    %v = memref.load %w[%t] : memref<32xf32>
    memref.store %v, %z[%t] : memref<32xf32>
    gpu.return
  }
}
