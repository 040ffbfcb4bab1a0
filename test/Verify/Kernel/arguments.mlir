// What a program says of its arguments decides what is checked of them: it must
// say what the kernel's inputs and results are, and hold the same elements.

// RUN: kernel-opt %s --kopt-verify-kernels=nonce=1 -o /dev/null 2>&1 | FileCheck %s --check-prefix=GOOD
// RUN: sed 's/"write"/"readwrite"/' %s | not kernel-opt --kopt-verify-kernels=nonce=1 -o /dev/null 2>&1 | FileCheck %s --check-prefix=RESULT
// RUN: sed 's/"read"/"workspace"/' %s | not kernel-opt --kopt-verify-kernels=nonce=1 -o /dev/null 2>&1 | FileCheck %s --check-prefix=INPUT
// RUN: sed 's/"write"/"readwrite"/' %s | not kernel-opt --kopt-verify-accuracy=nonce=1 -o /dev/null 2>&1 | FileCheck %s --check-prefix=RESULT
// RUN: sed 's/x: memref<64xf32>/x: memref<128xf32>/; s/x\[%%t\] : memref<64xf32>/x[%%t] : memref<128xf32>/' %s | not kernel-opt --kopt-verify-kernels=nonce=1 -o /dev/null 2>&1 | FileCheck %s --check-prefix=TYPE

// GOOD: remark: the program of kernel 'twice' is verified
// RESULT: error: argument 1 is a result of the kernel: expected kgpu.access = "write", found "readwrite"
// INPUT: error: argument 0 is an input of the kernel: expected kgpu.access = "read", found "workspace"
// TYPE: error: argument 0 has type 'memref<128xf32>', the kernel's is 'tensor<64xf32>'
module {
  func.func @main(%a: tensor<64xf32>) -> tensor<64xf32> {
    %r = kopt.kernel @twice (%b = %a : tensor<64xf32>) -> (tensor<64xf32>) {
      %e = tensor.empty() : tensor<64xf32>
      %y = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]}
        ins(%b : tensor<64xf32>) outs(%e : tensor<64xf32>) {
      ^bb0(%v: f32, %o: f32):
        %s = arith.addf %v, %v : f32
        linalg.yield %s : f32
      } -> tensor<64xf32>
      kopt.yield %y : tensor<64xf32>
    }
    return %r : tensor<64xf32>
  }
  gpu.module @twice_program {
    gpu.func @twice(%x: memref<64xf32> {kgpu.access = "read"}, %z: memref<64xf32> {kgpu.access = "write"}) kernel
        attributes {known_block_size = array<i32: 64, 1, 1>, known_grid_size = array<i32: 1, 1, 1>} {
      %t = gpu.thread_id x
      %v = kgpu.load %x[%t] : memref<64xf32> -> f32
      %s = arith.addf %v, %v : f32
      kgpu.store %s, %z[%t] : f32, memref<64xf32>
      gpu.return
    }
  }
}
