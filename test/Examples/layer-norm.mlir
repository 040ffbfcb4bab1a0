// Normalization over the last three dimensions.

// RUN: kernel-opt %s --emit=kernels --quiet | FileCheck %s
// CHECK: kopt.kernel
// CHECK: kopt.kernel
// CHECK: kopt.kernel
// CHECK-NOT: kopt.kernel
func.func @layer_norm(%x: tensor<16x64x256x256xf32>, %w: tensor<64x256x256xf32>, %b: tensor<64x256x256xf32>) -> tensor<16x64x256x256xf32> {
  %y = aten.layer_norm %x, %w, %b {normalized_shape = array<i64: 64, 256, 256>}
      : (tensor<16x64x256x256xf32>, tensor<64x256x256xf32>, tensor<64x256x256xf32>) -> tensor<16x64x256x256xf32>
  return %y : tensor<16x64x256x256xf32>
}
