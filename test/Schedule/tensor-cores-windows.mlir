// RUN: kernel-opt %s --convert-aten-to-linalg --canonicalize --cse --kopt-form-kernels \
// RUN:   --kopt-schedule-kernels="strategy=window_wgmma_split knobs=channels=64,warps=4,positions=64,least_blocks=1" \
// RUN:   --canonicalize --cse --kopt-verify-kernels --kopt-verify-accuracy=nonce=1 -o /dev/null 2>&1 | FileCheck %s

// Convolutions as products on tensor cores: threads gather what a window covers,
// split it in parts, and put it where wgmma reads. Ragged channels and positions,
// borders, strides.

// CHECK-NOT: error
// CHECK: kernel 'bordered_conv' scheduled by 'window_wgmma_split'
// CHECK: kernel 'strided_conv' scheduled by 'window_wgmma_split'
// CHECK: the program of kernel 'bordered_conv' is verified
// CHECK: the program of kernel 'strided_conv' is verified
// CHECK: the program of kernel 'bordered_conv' is as accurate
// CHECK: the program of kernel 'strided_conv' is as accurate
func.func @bordered(%x: tensor<2x5x9x11xf32>, %w: tensor<66x5x3x3xf32>, %b: tensor<66xf32>) -> tensor<2x66x9x11xf32> {
  %h = aten.convolution %x, %w, %b {stride = array<i64: 1, 1>, padding = array<i64: 1, 1>}
      : (tensor<2x5x9x11xf32>, tensor<66x5x3x3xf32>, tensor<66xf32>) -> tensor<2x66x9x11xf32>
  %y = aten.relu %h : (tensor<2x66x9x11xf32>) -> tensor<2x66x9x11xf32>
  return %y : tensor<2x66x9x11xf32>
}
func.func @strided(%x: tensor<1x6x15x17xf32>, %w: tensor<64x6x3x3xf32>) -> tensor<1x64x8x9xf32> {
  %h = aten.convolution %x, %w {stride = array<i64: 2, 2>, padding = array<i64: 1, 1>}
      : (tensor<1x6x15x17xf32>, tensor<64x6x3x3xf32>) -> tensor<1x64x8x9xf32>
  return %h : tensor<1x64x8x9xf32>
}
