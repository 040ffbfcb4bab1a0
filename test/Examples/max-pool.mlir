// Largest value of each window.

// RUN: kernel-opt %s --emit=kernels --quiet | FileCheck %s
// CHECK: kopt.kernel
// CHECK-NOT: kopt.kernel
func.func @max_pool(%x: tensor<32x64x512x512xf32>) -> tensor<32x64x511x511xf32> {
  %y = aten.max_pool %x {kernel_size = array<i64: 4, 4>, stride = array<i64: 1, 1>, padding = array<i64: 1, 1>}
      : (tensor<32x64x512x512xf32>) -> tensor<32x64x511x511xf32>
  return %y : tensor<32x64x511x511xf32>
}
