// RUN: kernel-opt %s --kopt-admit --verify-diagnostics --split-input-file

// Bodies of kernels. What has effects is refused by the verifier of kopt.kernel.
func.func @calls(%x: tensor<4xf32>) -> tensor<4xf32> {
  %r = kopt.kernel @k (%a = %x : tensor<4xf32>) -> (tensor<4xf32>) {
    %e = tensor.empty() : tensor<4xf32>
    %y = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]}
      ins(%a : tensor<4xf32>) outs(%e : tensor<4xf32>) {
      ^bb0(%v: f32, %o: f32):
        // expected-error@+1 {{'llvm.fadd' is not admitted in a kernel: it is not in the table; kernels hold operations on tensors: keep it out of what is optimized}}
        %w = llvm.fadd %v, %v : f32
        // expected-error@+1 {{'fastmath' is not admitted: it is a claim that nobody checks; remove it}}
        %z = arith.mulf %w, %v fastmath<nnan> : f32
        // expected-error@+1 {{'kgpu.flush' is not admitted: it is a claim that nobody checks; remove it}}
        %p = math.exp2 %z {kgpu.flush} : f32
        linalg.yield %p : f32
      } -> tensor<4xf32>
    kopt.yield %y : tensor<4xf32>
  }
  return %r : tensor<4xf32>
}

// -----

// State that outlives a launch, and functions beside the kernel.
gpu.module @m {
  // expected-error@+1 {{'memref.global' is not admitted in a scheduled program: state outside of arguments would outlive the launch; schedules make programs of}}
  memref.global "private" @cache : memref<4xf32> = dense<0.0>
  // expected-error@+1 {{'llvm.mlir.global' is not admitted}}
  llvm.mlir.global internal @flag(0 : i32) : i32
  // expected-error@+1 {{'llvm.func' is not admitted in a scheduled program: a program has no functions beside its kernel}}
  llvm.func @vprintf(!llvm.ptr, !llvm.ptr) -> i32
  gpu.func @k() kernel attributes {known_block_size = array<i32: 1, 1, 1>, known_grid_size = array<i32: 1, 1, 1>} {
    // expected-error@+1 {{'memref.get_global' is not admitted}}
    %g = memref.get_global @cache : memref<4xf32>
    gpu.return
  }
}

// -----

// Clocks, sleep, output, assembly, launches, assumptions, memory.
gpu.module @m {
  gpu.func @k(%x: memref<4xf32> {kgpu.access = "readwrite"}) kernel
      attributes {known_block_size = array<i32: 1, 1, 1>, known_grid_size = array<i32: 1, 1, 1>} {
    // expected-error@+1 {{'nvvm.read.ptx.sreg.clock64' is not admitted in a scheduled program: a kernel does not read clocks}}
    %t = nvvm.read.ptx.sreg.clock64 : i64
    // expected-error@+1 {{'nvvm.read.ptx.sreg.globaltimer' is not admitted}}
    %u = nvvm.read.ptx.sreg.globaltimer : i64
    // expected-error@+1 {{'gpu.printf' is not admitted in a scheduled program: a kernel prints nothing}}
    gpu.printf "hello\n"
    // expected-error@+1 {{'llvm.inline_asm' is not admitted}}
    llvm.inline_asm has_side_effects "nanosleep.u32 1;", "" : () -> ()
    %c1 = arith.constant 1 : index
    // expected-error@+1 {{'gpu.launch' is not admitted in a scheduled program: a kernel launches nothing}}
    gpu.launch blocks(%a, %b, %c) in (%d = %c1, %e = %c1, %f = %c1) threads(%g, %h, %i) in (%j = %c1, %k = %c1, %l = %c1) {
      gpu.terminator
    }
    // expected-error@+1 {{'memref.assume_alignment' is not admitted in a scheduled program: an assumption that nobody checks}}
    %al = memref.assume_alignment %x, 128 : memref<4xf32>
    %true = arith.constant true
    // expected-error@+1 {{'llvm.intr.assume' is not admitted}}
    llvm.intr.assume %true : i1
    // expected-error@+1 {{'memref.alloc' is not admitted in a scheduled program: memory comes from arguments and kgpu.alloc_shared}}
    %m = memref.alloc() : memref<4xf32>
    // expected-error@+1 {{'nontemporal' is not admitted: it is a claim that nobody checks}}
    %v = memref.load %x[%c1] {nontemporal = true} : memref<4xf32>
    // expected-error@+1 {{'overflowFlags' is not admitted}}
    %n = arith.addi %c1, %c1 overflow<nuw> : index
    gpu.return
  }
}

// -----

gpu.module @m {
  // expected-error@+1 {{'llvm.noalias' is not admitted: it is a claim that nobody checks of argument 0; remove it}}
  gpu.func @k(%x: memref<4xf32> {kgpu.access = "write", llvm.noalias}) kernel
      attributes {known_block_size = array<i32: 1, 1, 1>, known_grid_size = array<i32: 1, 1, 1>} {
    gpu.return
  }
}

// -----

gpu.module @m {
  // expected-error@+1 {{argument 0 lacks 'kgpu.access': say "read" or "write"}}
  gpu.func @k(%x: memref<4xf32>) kernel
      attributes {known_block_size = array<i32: 1, 1, 1>, known_grid_size = array<i32: 1, 1, 1>} {
    gpu.return
  }
}

// -----

// Resources.
gpu.module @m {
  // expected-error@+1 {{the block is larger than the chip's 1024: choose other tile sizes}}
  gpu.func @k() kernel attributes {known_block_size = array<i32: 64, 32, 1>, known_grid_size = array<i32: 1, 1, 1>} {
    gpu.return
  }
}

// -----

gpu.module @m {
  // expected-error@+1 {{the grid has size 65536 in dimension 1; the chip takes 1 to 65535: choose other tile sizes}}
  gpu.func @k() kernel attributes {known_block_size = array<i32: 64, 1, 1>, known_grid_size = array<i32: 1, 65536, 1>} {
    gpu.return
  }
}

// -----

gpu.module @m {
  // expected-error@+1 {{expected 'known_block_size' and 'known_grid_size': what is launched must be what was checked}}
  gpu.func @k() kernel attributes {known_block_size = array<i32: 64, 1, 1>} {
    gpu.return
  }
}

// -----

gpu.module @m {
  // expected-error@+1 {{needs 262144 bytes of shared memory, a block has 232448: choose smaller tiles or fewer stages}}
  gpu.func @k() kernel attributes {known_block_size = array<i32: 64, 1, 1>, known_grid_size = array<i32: 1, 1, 1>} {
    %s = kgpu.alloc_shared : memref<256x256xf32, #kgpu.shared>
    gpu.return
  }
}

// -----

// expected-error@+1 {{expected one kernel in the module of a program, found 0 functions}}
gpu.module @m {
}
