// Normalization, two linear layers with GELU between, residual.

// RUN: kernel-opt %s --emit=kernels --quiet | FileCheck %s
// CHECK: kopt.kernel @mlp_block_reduce
// CHECK-COUNT-2: kopt.kernel @split
// CHECK: kopt.kernel @mlp_block_matmul
// CHECK-COUNT-2: kopt.kernel @split
// CHECK: kopt.kernel @mlp_block_matmul_1
// CHECK-NOT: {{^ *%[a-z0-9:]+ = kopt.kernel}}
func.func @mlp_block(%x: tensor<2048x1024xf32>, %g: tensor<1024xf32>, %h: tensor<1024xf32>, %w1: tensor<4096x1024xf32>, %b1: tensor<4096xf32>, %w2: tensor<1024x4096xf32>, %b2: tensor<1024xf32>) -> tensor<2048x1024xf32> {
  %n = aten.layer_norm %x, %g, %h {normalized_shape = array<i64: 1024>}
      : (tensor<2048x1024xf32>, tensor<1024xf32>, tensor<1024xf32>) -> tensor<2048x1024xf32>
  %u = aten.linear %n, %w1, %b1 : (tensor<2048x1024xf32>, tensor<4096x1024xf32>, tensor<4096xf32>) -> tensor<2048x4096xf32>
  %a = aten.gelu %u {approximate = #aten.gelu<none>} : (tensor<2048x4096xf32>) -> tensor<2048x4096xf32>
  %d = aten.linear %a, %w2, %b2 : (tensor<2048x4096xf32>, tensor<1024x4096xf32>, tensor<1024xf32>) -> tensor<2048x1024xf32>
  %y = aten.add %x, %d : (tensor<2048x1024xf32>, tensor<2048x1024xf32>) -> tensor<2048x1024xf32>
  return %y : tensor<2048x1024xf32>
}
