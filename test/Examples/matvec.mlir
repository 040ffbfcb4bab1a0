// Matrix times vector.

// RUN: kernel-opt %s --emit=kernels --quiet | FileCheck %s
// CHECK: kopt.kernel
// CHECK-NOT: kopt.kernel
func.func @matvec(%a: tensor<2048x1048576xf32>, %x: tensor<1048576xf32>) -> tensor<2048xf32> {
  %y = aten.matmul %a, %x : (tensor<2048x1048576xf32>, tensor<1048576xf32>) -> tensor<2048xf32>
  return %y : tensor<2048xf32>
}
