// Causal attention: one kernel.

// RUN: kernel-opt %s --emit=kernels --quiet | FileCheck %s
// CHECK: kopt.kernel
// CHECK-NOT: kopt.kernel
func.func @attention(%q: tensor<4x32x4096x128xf32>, %k: tensor<4x32x4096x128xf32>, %v: tensor<4x32x4096x128xf32>) -> tensor<4x32x4096x128xf32> {
  %y = aten.scaled_dot_product_attention %q, %k, %v {is_causal = true}
      : (tensor<4x32x4096x128xf32>, tensor<4x32x4096x128xf32>, tensor<4x32x4096x128xf32>) -> tensor<4x32x4096x128xf32>
  return %y : tensor<4x32x4096x128xf32>
}
