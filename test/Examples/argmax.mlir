// Place of the maximum of each column.

// RUN: kernel-opt %s --emit=kernels --quiet | FileCheck %s
// CHECK: kopt.kernel
// CHECK-NOT: kopt.kernel
func.func @argmax(%x: tensor<128x4096x4095xf32>) -> tensor<128x4095xi64> {
  %y = aten.argmax %x {dim = 1 : i64} : (tensor<128x4096x4095xf32>) -> tensor<128x4095xi64>
  return %y : tensor<128x4095xi64>
}
