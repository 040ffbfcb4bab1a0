// Strided transposed convolution.

// RUN: kernel-opt %s --emit=kernels --quiet | FileCheck %s
// CHECK: kopt.kernel
// CHECK: kopt.kernel
// CHECK: kopt.kernel
// CHECK-NOT: kopt.kernel
func.func @transposed_conv(%x: tensor<16x32x64x128xf32>, %w: tensor<32x64x3x3xf32>) -> tensor<16x64x127x255xf32> {
  %y = aten.convolution %x, %w {stride = array<i64: 2, 2>, padding = array<i64: 1, 1>, transposed = true}
      : (tensor<16x32x64x128xf32>, tensor<32x64x3x3xf32>) -> tensor<16x64x127x255xf32>
  return %y : tensor<16x64x127x255xf32>
}
