// Linear layer with GELU: one kernel, of factors in parts.

// RUN: kernel-opt %s --emit=kernels --quiet | FileCheck %s
// CHECK: kopt.kernel @split_1024x8192
// CHECK: kopt.kernel @split_8192x8192
// CHECK: kopt.kernel @matmul_bias_gelu_matmul
// CHECK-NOT: {{^ *%[a-z0-9:]+ = kopt.kernel}}

// Or one launch, which splits its factors as it goes.
// RUN: kernel-opt %s --split-factors=false --emit=kernels --quiet | FileCheck %s --check-prefix=ONE
// ONE: kopt.kernel @matmul_bias_gelu_matmul
// ONE-NOT: kopt.kernel
func.func @matmul_bias_gelu(%x: tensor<1024x8192xf32>, %w: tensor<8192x8192xf32>, %b: tensor<8192xf32>) -> tensor<1024x8192xf32> {
  %h = aten.linear %x, %w, %b : (tensor<1024x8192xf32>, tensor<8192x8192xf32>, tensor<8192xf32>) -> tensor<1024x8192xf32>
  %y = aten.gelu %h {approximate = #aten.gelu<none>} : (tensor<1024x8192xf32>) -> tensor<1024x8192xf32>
  return %y : tensor<1024x8192xf32>
}
