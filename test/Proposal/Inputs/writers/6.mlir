// Convolution (NCHW), bias and ReLU: one kernel.

// RUN: kernel-opt %s --emit=kernels --quiet | FileCheck %s
// CHECK: kopt.kernel
// CHECK-NOT: kopt.kernel
func.func @conv_bias_relu(%x: tensor<16x64x128x128xf32>, %w: tensor<128x64x3x3xf32>, %b: tensor<128xf32>) -> tensor<16x128x128x128xf32> {
  %h = aten.convolution %x, %w, %b {stride = array<i64: 1, 1>, padding = array<i64: 1, 1>}
      : (tensor<16x64x128x128xf32>, tensor<128x64x3x3xf32>, tensor<128xf32>) -> tensor<16x128x128x128xf32>
  %y = aten.relu %h : (tensor<16x128x128x128xf32>) -> tensor<16x128x128x128xf32>
  return %y : tensor<16x128x128x128xf32>
}
