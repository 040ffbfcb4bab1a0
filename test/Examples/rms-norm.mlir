// Scaling by the root mean square of the last dimension.

// RUN: kernel-opt %s --emit=kernels --quiet | FileCheck %s
// CHECK: kopt.kernel
// CHECK-NOT: kopt.kernel
func.func @rms_norm(%x: tensor<8192x8192xf32>, %w: tensor<8192xf32>) -> tensor<8192x8192xf32> {
  %y = aten.rms_norm %x, %w {normalized_shape = array<i64: 8192>}
      : (tensor<8192x8192xf32>, tensor<8192xf32>) -> tensor<8192x8192xf32>
  return %y : tensor<8192x8192xf32>
}
