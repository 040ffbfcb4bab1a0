// RUN: kernel-opt %s --kopt-schedule-kernels -o %t.mlir
// RUN: kernel-opt %t.mlir --kopt-verify-kernels -o /dev/null 2>&1 | FileCheck %s
// RUN: not kernel-opt %t.mlir --kopt-verify-kernels=most-steps=100 -o /dev/null 2>&1 | FileCheck %s --check-prefix=LIMIT

// CHECK: remark: the program of kernel 'sum' is verified
// LIMIT: error: the program does not end within 100 instructions of its warps
// LIMIT-NOT: verified
func.func @f(%x: tensor<64x4096xf32>) -> tensor<64xf32> {
  %r = kopt.kernel @sum (%a = %x : tensor<64x4096xf32>) -> (tensor<64xf32>) {
    %e = tensor.empty() : tensor<64xf32>
    %zero = arith.constant 0.0 : f32
    %f = linalg.fill ins(%zero : f32) outs(%e : tensor<64xf32>) -> tensor<64xf32>
    %y = linalg.reduce ins(%a : tensor<64x4096xf32>) outs(%f : tensor<64xf32>) dimensions = [1]
      (%v: f32, %s: f32) {
        %t = arith.addf %v, %s : f32
        linalg.yield %t : f32
      }
    kopt.yield %y : tensor<64xf32>
  }
  return %r : tensor<64xf32>
}
