// Matrix product whose sizes no tile divides.

// RUN: kernel-opt %s --emit=kernels --quiet | FileCheck %s
// CHECK: kopt.kernel
// CHECK-NOT: kopt.kernel
func.func @matmul_ragged(%a: tensor<1000x777xf32>, %b: tensor<777x1500xf32>) -> tensor<1000x1500xf32> {
  %y = aten.mm %a, %b : (tensor<1000x777xf32>, tensor<777x1500xf32>) -> tensor<1000x1500xf32>
  return %y : tensor<1000x1500xf32>
}
