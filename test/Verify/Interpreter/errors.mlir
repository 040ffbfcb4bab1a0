// RUN: kernel-opt %s --split-input-file --verify-diagnostics -o /dev/null \
// RUN:   --test-kopt-interpret

// What is not scheduled IR is refused where it stands.

gpu.module @foreign {
  gpu.func @kernel(%x: memref<32xf32>) kernel
      attributes {known_block_size = array<i32: 32, 1, 1>,
                  known_grid_size = array<i32: 1, 1, 1>} {
    // expected-error@+1 {{cannot be interpreted}}
    %a = memref.alloc() : memref<4xf32>
    gpu.return
  }
}

// -----

gpu.module @dynamic_argument {
  // expected-error@+1 {{cannot be interpreted: expected a memref of static shape and identity layout, found 'memref<?xf32>'}}
  gpu.func @kernel(%x: memref<?xf32>) kernel {
    gpu.return
  }
}

// -----

gpu.module @no_launch {
  // expected-error@+1 {{expected positive grid and block sizes; give them in the launch or as 'known_grid_size' and 'known_block_size'}}
  gpu.func @kernel(%x: memref<32xf32>) kernel {
    gpu.return
  }
}

// -----

gpu.module @chosen_memref {
  gpu.func @kernel(%x: memref<32xf32>, %y: memref<32xf32>, %p: memref<1xi1>) kernel
      attributes {known_block_size = array<i32: 32, 1, 1>,
                  known_grid_size = array<i32: 1, 1, 1>} {
    %c0 = arith.constant 0 : index
    %b = memref.load %p[%c0] : memref<1xi1>
    // expected-error@+1 {{cannot be interpreted: control flow that carries memrefs}}
    %m = scf.if %b -> memref<32xf32> {
      scf.yield %x : memref<32xf32>
    } else {
      scf.yield %y : memref<32xf32>
    }
    gpu.return
  }
}

// -----

gpu.module @shuffle_width {
  gpu.func @kernel(%x: memref<32xi32>) kernel
      attributes {known_block_size = array<i32: 32, 1, 1>,
                  known_grid_size = array<i32: 1, 1, 1>} {
    %t = gpu.thread_id x
    %v = memref.load %x[%t] : memref<32xi32>
    // expected-error@+1 {{cannot be interpreted: the width must be a constant power of two up to 32}}
    %s, %ok = gpu.shuffle xor %v, %v, %v : i32
    gpu.return
  }
}

// -----

gpu.module @masked_transfer {
  gpu.func @kernel(%x: memref<32xf32>, %p: memref<1xi1>) kernel
      attributes {known_block_size = array<i32: 32, 1, 1>,
                  known_grid_size = array<i32: 1, 1, 1>} {
    %c0 = arith.constant 0 : index
    %f = arith.constant 0.0 : f32
    %b = memref.load %p[%c0] : memref<1xi1>
    %m = vector.broadcast %b : i1 to vector<4xi1>
    // expected-error@+1 {{cannot be interpreted: a transfer with a mask or a permutation}}
    %v = vector.transfer_read %x[%c0], %f, %m {in_bounds = [true]} : memref<32xf32>, vector<4xf32>
    gpu.return
  }
}
