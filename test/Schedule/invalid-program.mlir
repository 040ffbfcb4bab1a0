// RUN: not kernel-opt %s '--kopt-schedule-kernels=strategy=broken files=%S/Inputs/invalid-program.mlir' 2>&1 | FileCheck %s
// RUN: kernel-opt %s --kopt-schedule-kernels=files=%S/Inputs/invalid-program.mlir 2>&1 | FileCheck %s --check-prefix=NEXT

// A program that does not hold is none: the strategy does not fit, and another
// one is tried.
// CHECK: error: strategy 'broken' does not fit: its program is invalid: 'kgpu.cluster_size' expects 'array<i32: x, y, z>', found unit
// NEXT: warning: strategy 'broken' of '{{.*}}invalid-program.mlir' does not fit kernel 'scale', and the next one is tried: its program is invalid: 'kgpu.cluster_size' expects
// NEXT: gpu.func @scale
// NEXT-SAME: kopt.strategy = "elementwise"
func.func @scale(%x: tensor<4096xf32>) -> tensor<4096xf32> {
  %r = kopt.kernel @scale (%a = %x : tensor<4096xf32>) -> (tensor<4096xf32>) {
    %e = tensor.empty() : tensor<4096xf32>
    %y = linalg.exp ins(%a : tensor<4096xf32>) outs(%e : tensor<4096xf32>) -> tensor<4096xf32>
    kopt.yield %y : tensor<4096xf32>
  }
  return %r : tensor<4096xf32>
}
