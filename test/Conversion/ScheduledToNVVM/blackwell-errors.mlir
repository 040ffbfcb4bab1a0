// RUN: kernel-opt %s --split-input-file --convert-scheduled-to-nvvm=sm=100 --verify-diagnostics

gpu.module @wgmma {
  gpu.func @k() kernel {
    // expected-error@+1 {{'kgpu.wgmma_fence' exists on compute capability 9.0 alone, but the target has 10.0}}
    kgpu.wgmma_fence
    gpu.return
  }
}

// -----

gpu.module @registers {
  gpu.func @k() kernel {
    // expected-error@+1 {{'kgpu.set_max_registers' needs 'known_block_size' on the kernel, which decides how many registers there are to share}}
    kgpu.set_max_registers 40 decrease
    gpu.return
  }
}
