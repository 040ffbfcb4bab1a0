// Running sums along rows.

// RUN: kernel-opt %s --emit=kernels --quiet | FileCheck %s
// CHECK: kopt.kernel
// CHECK-NOT: kopt.kernel
func.func @cumsum(%x: tensor<32768x32768xf32>) -> tensor<32768x32768xf32> {
  %y = aten.cumsum %x {dim = 1 : i64} : (tensor<32768x32768xf32>) -> tensor<32768x32768xf32>
  return %y : tensor<32768x32768xf32>
}
