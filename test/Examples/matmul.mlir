// Matrix product.

// RUN: kernel-opt %s --emit=kernels --quiet | FileCheck %s
// Its factors come in parts.
// CHECK: kopt.kernel @split_4096x4096
// CHECK: kopt.kernel @split_4096x4096
// CHECK: kopt.kernel @matmul_matmul
// CHECK-NOT: {{^ *%[a-z0-9:]+ = kopt.kernel}}
func.func @matmul(%a: tensor<4096x4096xf32>, %b: tensor<4096x4096xf32>) -> tensor<4096x4096xf32> {
  %y = aten.mm %a, %b : (tensor<4096x4096xf32>, tensor<4096x4096xf32>) -> tensor<4096x4096xf32>
  return %y : tensor<4096x4096xf32>
}
