// RUN: kernel-opt %s --split-input-file --convert-scheduled-to-nvvm=sm=80 --verify-diagnostics

gpu.module @helper {
  // expected-error@+1 {{expected one kernel function in a 'gpu.module' and nothing else; move others to modules of their own}}
  gpu.func @k() -> i32 {
    %c0 = arith.constant 0 : i32
    gpu.return %c0 : i32
  }
}

// -----

gpu.module @dynamic {
  // expected-error@+1 {{argument 0 of type 'memref<?xf32>' cannot be passed to a kernel; expected a scalar or a memref of static shape and identity layout in global memory}}
  gpu.func @k(%x: memref<?xf32>) kernel {
    gpu.return
  }
}

// -----

gpu.module @foreign {
  gpu.func @k(%x: memref<8xf32>) kernel {
    %c0 = arith.constant 0 : index
    %v = memref.alloca() : memref<8xf32>
    // expected-error@+1 {{memrefs must be arguments of the kernel or come from 'kgpu.alloc_shared'}}
    %a = kgpu.load %v[%c0] : memref<8xf32> -> f32
    gpu.return
  }
}

// -----

gpu.module @hopper {
  gpu.func @k(%x: memref<64x64xbf16>) kernel
      attributes {known_block_size = array<i32: 128, 1, 1>} {
    // expected-error@+1 {{'kgpu.tensor_map' needs compute capability 9.0, but the target has 8.0}}
    %t = kgpu.tensor_map %x : memref<64x64xbf16> to !kgpu.tensor_map<64x64xbf16, swizzle = 128>
    // expected-error@+1 {{'kgpu.set_max_registers' needs compute capability 9.0, but the target has 8.0}}
    kgpu.set_max_registers 40 decrease
    // expected-error@+1 {{'kgpu.fence' needs compute capability 9.0, but the target has 8.0}}
    kgpu.fence async_shared
    gpu.return
  }
}

// -----

gpu.module @accesses {
  gpu.func @k(%x: memref<8xf32> {kgpu.access = "read"},
              %y: memref<8xf32> {kgpu.access = "write"},
              %n: memref<8xi32> {kgpu.access = "read"}) kernel {
    %c0 = arith.constant 0 : index
    // expected-error@+1 {{'kgpu.load' reads an argument whose 'kgpu.access' is "write"}}
    %a = kgpu.load %y[%c0] : memref<8xf32> -> f32
    // expected-error@+1 {{'kgpu.store' writes an argument whose 'kgpu.access' is "read"}}
    kgpu.store %a, %x[%c0] : f32, memref<8xf32>
    // expected-error@+1 {{'memref.store' writes an argument whose 'kgpu.access' is "read"}}
    memref.store %a, %x[%c0] : memref<8xf32>
    // expected-error@+1 {{'kgpu.grid_barrier' writes an argument whose 'kgpu.access' is "read"}}
    kgpu.grid_barrier %n[%c0] : memref<8xi32>
    gpu.return
  }
}
