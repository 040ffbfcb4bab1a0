// Product of each pair of matrices of a batch.

// RUN: kernel-opt %s --emit=kernels --quiet | FileCheck %s
// CHECK: kopt.kernel
// CHECK-NOT: kopt.kernel
func.func @batched_matmul(%a: tensor<128x512x1024xf32>, %b: tensor<128x1024x2048xf32>) -> tensor<128x512x2048xf32> {
  %y = aten.bmm %a, %b : (tensor<128x512x1024xf32>, tensor<128x1024x2048xf32>) -> tensor<128x512x2048xf32>
  return %y : tensor<128x512x2048xf32>
}
