// Mean and maximum over a middle dimension: one kernel, one pass.

// RUN: kernel-opt %s --emit=kernels --quiet | FileCheck %s
// CHECK: kopt.kernel
// CHECK-NOT: kopt.kernel
func.func @mean_max_middle(%x: tensor<128x4096x4095xf32>) -> (tensor<128x4095xf32>, tensor<128x4095xf32>) {
  %m = aten.mean %x {dim = array<i64: 1>} : (tensor<128x4096x4095xf32>) -> tensor<128x4095xf32>
  %y = aten.amax %x {dim = array<i64: 1>} : (tensor<128x4096x4095xf32>) -> tensor<128x4095xf32>
  return %m, %y : tensor<128x4095xf32>, tensor<128x4095xf32>
}
