// Softmax over rows that no block's registers hold.

// RUN: kernel-opt %s --emit=kernels --quiet | FileCheck %s
// CHECK: kopt.kernel
// CHECK-NOT: kopt.kernel
func.func @softmax(%x: tensor<4096x393216xf32>) -> tensor<4096x393216xf32> {
  %y = aten.softmax %x {dim = -1 : i64} : (tensor<4096x393216xf32>) -> tensor<4096x393216xf32>
  return %y : tensor<4096x393216xf32>
}
