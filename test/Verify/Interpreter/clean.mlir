// RUN: kernel-opt %s --split-input-file --verify-diagnostics -o /dev/null \
// RUN:   --test-kopt-interpret
// RUN: kernel-opt %s --split-input-file --verify-diagnostics -o /dev/null \
// RUN:   --test-kopt-interpret="poison=1 early reverse seed=7"

// Right kernels are reported as clean: a run emits nothing at all.

// A ragged vector addition: 1000 elements, blocks of 128 threads, guarded.
gpu.module @vector_add {
  gpu.func @kernel(%x: memref<1000xf32> {kgpu.access = "read"},
                   %y: memref<1000xf32> {kgpu.access = "read"},
                   %z: memref<1000xf32> {kgpu.access = "write"}) kernel
      attributes {known_block_size = array<i32: 128, 1, 1>,
                  known_grid_size = array<i32: 8, 1, 1>} {
    %c128 = arith.constant 128 : index
    %c1000 = arith.constant 1000 : index
    %tid = gpu.thread_id x
    %bid = gpu.block_id x
    %base = arith.muli %bid, %c128 : index
    %i = arith.addi %base, %tid : index
    %in = arith.cmpi slt, %i, %c1000 : index
    scf.if %in {
      %a = memref.load %x[%i] : memref<1000xf32>
      %b = memref.load %y[%i] : memref<1000xf32>
      %s = arith.addf %a, %b : f32
      memref.store %s, %z[%i] : memref<1000xf32>
    }
    gpu.return
  }
}

// -----

// The same with vectors of four and a guarded tail.
gpu.module @vector_add4 {
  gpu.func @kernel(%x: memref<1000xf32> {kgpu.access = "read"},
                   %z: memref<1000xf32> {kgpu.access = "write"}) kernel
      attributes {known_block_size = array<i32: 64, 1, 1>,
                  known_grid_size = array<i32: 4, 1, 1>} {
    %c4 = arith.constant 4 : index
    %c256 = arith.constant 256 : index
    %c1000 = arith.constant 1000 : index
    %tid = gpu.thread_id x
    %bid = gpu.block_id x
    %b = arith.muli %bid, %c256 : index
    %t = arith.muli %tid, %c4 : index
    %i = arith.addi %b, %t : index
    %left = arith.subi %c1000, %i : index
    %a = kgpu.load %x[%i] valid %left padding 0.0 : f32
        : memref<1000xf32> -> vector<4xf32>
    %s = arith.addf %a, %a : vector<4xf32>
    kgpu.store %s, %z[%i] valid %left : vector<4xf32>, memref<1000xf32>
    gpu.return
  }
}

// -----

// Tiled product 32 x 48 times 48 x 32 through shared memory, 16 x 16 threads.
gpu.module @matmul {
  gpu.func @kernel(%a: memref<32x48xf32> {kgpu.access = "read"},
                   %b: memref<48x32xf32> {kgpu.access = "read"},
                   %c: memref<32x32xf32> {kgpu.access = "write"}) kernel
      attributes {known_block_size = array<i32: 16, 16, 1>,
                  known_grid_size = array<i32: 2, 2, 1>} {
    %sa = kgpu.alloc_shared : memref<16x16xf32, #kgpu.shared>
    %sb = kgpu.alloc_shared : memref<16x16xf32, #kgpu.shared>
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c16 = arith.constant 16 : index
    %c48 = arith.constant 48 : index
    %zero = arith.constant 0.0 : f32
    %tx = gpu.thread_id x
    %ty = gpu.thread_id y
    %bx = gpu.block_id x
    %by = gpu.block_id y
    %row0 = arith.muli %by, %c16 : index
    %row = arith.addi %row0, %ty : index
    %col0 = arith.muli %bx, %c16 : index
    %col = arith.addi %col0, %tx : index
    %sum = scf.for %k = %c0 to %c48 step %c16
        iter_args(%acc = %zero) -> (f32) {
      %ka = arith.addi %k, %tx : index
      %kb = arith.addi %k, %ty : index
      %va = memref.load %a[%row, %ka] : memref<32x48xf32>
      %vb = memref.load %b[%kb, %col] : memref<48x32xf32>
      memref.store %va, %sa[%ty, %tx] : memref<16x16xf32, #kgpu.shared>
      memref.store %vb, %sb[%ty, %tx] : memref<16x16xf32, #kgpu.shared>
      gpu.barrier
      %inner = scf.for %j = %c0 to %c16 step %c1
          iter_args(%in = %acc) -> (f32) {
        %x = memref.load %sa[%ty, %j] : memref<16x16xf32, #kgpu.shared>
        %y = memref.load %sb[%j, %tx] : memref<16x16xf32, #kgpu.shared>
        %f = math.fma %x, %y, %in : f32
        scf.yield %f : f32
      }
      gpu.barrier
      scf.yield %inner : f32
    }
    memref.store %sum, %c[%row, %col] : memref<32x32xf32>
    gpu.return
  }
}

// -----

// Sum of rows of 200: lanes, then warps through shared memory.
gpu.module @block_reduction {
  gpu.func @kernel(%x: memref<3x200xf32> {kgpu.access = "read"},
                   %y: memref<3xf32> {kgpu.access = "write"}) kernel
      attributes {known_block_size = array<i32: 128, 1, 1>,
                  known_grid_size = array<i32: 3, 1, 1>} {
    %s = kgpu.alloc_shared : memref<4xf32, #kgpu.shared>
    %c0 = arith.constant 0 : index
    %c4 = arith.constant 4 : index
    %c128 = arith.constant 128 : index
    %c200 = arith.constant 200 : index
    %zero = arith.constant 0.0 : f32
    %tid = gpu.thread_id x
    %bid = gpu.block_id x
    %lane = gpu.lane_id
    %warp = gpu.subgroup_id : index
    %sum = scf.for %i = %tid to %c200 step %c128
        iter_args(%acc = %zero) -> (f32) {
      %v = memref.load %x[%bid, %i] : memref<3x200xf32>
      %n = arith.addf %acc, %v : f32
      scf.yield %n : f32
    }
    %w = kgpu.warp_reduce add %sum lane_bits [4, 3, 2, 1, 0] : f32
    %first = arith.cmpi eq, %lane, %c0 : index
    kgpu.store %w, %s[%warp] if %first : f32, memref<4xf32, #kgpu.shared>
    gpu.barrier
    %isWarp0 = arith.cmpi eq, %warp, %c0 : index
    scf.if %isWarp0 {
      %some = arith.cmpi slt, %lane, %c4 : index
      %p = kgpu.load %s[%lane] if %some padding 0.0 : f32
          : memref<4xf32, #kgpu.shared> -> f32
      %t = kgpu.warp_reduce add %p lane_bits [1, 0] : f32
      kgpu.store %t, %y[%bid] if %first : f32, memref<3xf32>
    }
    gpu.return
  }
}

// -----

// Softmax of one row of 100 by a warp.
gpu.module @softmax {
  gpu.func @kernel(%x: memref<5x100xf32> {kgpu.access = "read"},
                   %y: memref<5x100xf32> {kgpu.access = "write"}) kernel
      attributes {known_block_size = array<i32: 32, 1, 1>,
                  known_grid_size = array<i32: 5, 1, 1>} {
    %c4 = arith.constant 4 : index
    %c25 = arith.constant 25 : index
    %row = gpu.block_id x
    %lane = gpu.lane_id
    %i = arith.muli %lane, %c4 : index
    %in = arith.cmpi ult, %lane, %c25 : index
    %v = kgpu.load %x[%row, %i] if %in padding 0xFF800000 : f32
        : memref<5x100xf32> -> vector<4xf32>
    %m0 = vector.reduction <maximumf>, %v : vector<4xf32> into f32
    %m = kgpu.warp_reduce max %m0 lane_bits [4, 3, 2, 1, 0] : f32
    %mv = vector.broadcast %m : f32 to vector<4xf32>
    %d = arith.subf %v, %mv : vector<4xf32>
    %e = math.exp %d : vector<4xf32>
    %s0 = vector.reduction <add>, %e : vector<4xf32> into f32
    %s = kgpu.warp_reduce add %s0 lane_bits [4, 3, 2, 1, 0] : f32
    %sv = vector.broadcast %s : f32 to vector<4xf32>
    %q = arith.divf %e, %sv : vector<4xf32>
    kgpu.store %q, %y[%row, %i] if %in : vector<4xf32>, memref<5x100xf32>
    gpu.return
  }
}
