// RUN: kernel-opt %s --emit=kernels --quiet | FileCheck %s

// Reductions that keep their dimensions as ones: in a kernel nothing of these is
// left, so that its results have equal shapes and it needs no second one.

// CHECK-LABEL: func.func @statistics(
// CHECK: kopt.kernel @{{.*}} -> (tensor<16xf32>, tensor<16xf32>)
// CHECK-NOT: 16x1
// CHECK: kopt.yield
// CHECK-NOT: kopt.kernel
func.func @statistics(%x: tensor<16x64x1x1xf32>) -> (tensor<16x1x1x1xf32>, tensor<16x1x1x1xf32>) {
  %m = aten.mean %x {dim = array<i64: 1>, keepdim = true} : (tensor<16x64x1x1xf32>) -> tensor<16x1x1x1xf32>
  %d = aten.sub %x, %m : (tensor<16x64x1x1xf32>, tensor<16x1x1x1xf32>) -> tensor<16x64x1x1xf32>
  %s = aten.mul %d, %d : (tensor<16x64x1x1xf32>, tensor<16x64x1x1xf32>) -> tensor<16x64x1x1xf32>
  %v = aten.mean %s {dim = array<i64: 1>, keepdim = true} : (tensor<16x64x1x1xf32>) -> tensor<16x1x1x1xf32>
  return %m, %v : tensor<16x1x1x1xf32>, tensor<16x1x1x1xf32>
}
