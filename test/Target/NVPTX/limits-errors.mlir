// RUN: kernel-opt %s --split-input-file --kopt-emit-ptx=target=sm_86 --verify-diagnostics

// expected-error@+1 {{the kernel needs 131072 bytes of shared memory, but a block on 'sm_86' has 101376}}
gpu.module @shared {
  gpu.func @k(%x: memref<8xf32>) kernel {
    %c0 = arith.constant 0 : index
    %s = kgpu.alloc_shared : memref<32768xf32, #kgpu.shared>
    %v = kgpu.load %s[%c0] : memref<32768xf32, #kgpu.shared> -> f32
    kgpu.store %v, %x[%c0] : f32, memref<8xf32>
    gpu.return
  }
}

// -----

gpu.module @hopper {
  gpu.func @k() kernel {
    // expected-error@+1 {{'kgpu.mbarrier_alloc' needs compute capability 9.0, but the target has 8.6}}
    %b = kgpu.mbarrier_alloc : !kgpu.mbarriers<1>
    gpu.return
  }
}

// -----

// expected-error@+1 {{there is no kernel in this 'gpu.module'}}
gpu.module @empty {
}

// -----

gpu.module @two {
  gpu.func @k() kernel { gpu.return }
  // expected-error@+1 {{expected one kernel function in a 'gpu.module' and nothing else; move others to modules of their own}}
  gpu.func @l() kernel { gpu.return }
}
