// Normalization over groups of channels.

// RUN: kernel-opt %s --emit=kernels --quiet | FileCheck %s
// CHECK: kopt.kernel
// CHECK-NOT: kopt.kernel
func.func @group_norm(%x: tensor<112x64x512x512xf32>, %w: tensor<64xf32>, %b: tensor<64xf32>) -> tensor<112x64x512x512xf32> {
  %y = aten.group_norm %x, %w, %b {num_groups = 8 : i64}
      : (tensor<112x64x512x512xf32>, tensor<64xf32>, tensor<64xf32>) -> tensor<112x64x512x512xf32>
  return %y : tensor<112x64x512x512xf32>
}
