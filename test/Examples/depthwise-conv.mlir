// Convolution of each channel by itself.

// RUN: kernel-opt %s --emit=kernels --quiet | FileCheck %s
// CHECK: kopt.kernel
// CHECK-NOT: kopt.kernel
func.func @depthwise_conv(%x: tensor<16x64x512x512xf32>, %w: tensor<64x1x3x3xf32>) -> tensor<16x64x512x512xf32> {
  %y = aten.convolution %x, %w {stride = array<i64: 1, 1>, padding = array<i64: 1, 1>, groups = 64 : i64}
      : (tensor<16x64x512x512xf32>, tensor<64x1x3x3xf32>) -> tensor<16x64x512x512xf32>
  return %y : tensor<16x64x512x512xf32>
}
