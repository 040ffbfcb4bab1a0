// REQUIRES: ptxas
// RUN: kernel-opt %s --target=sm_80 --emit=ptx -o /dev/null 2>&1 | FileCheck %s
// RUN: kernel-opt %s --target=sm_90a --emit=ptx -o /dev/null 2>&1 | FileCheck %s --check-prefix=CLUSTER

// Chips without clusters reduce a long row in one block.

// CHECK: scheduled by   inner_reduction:
// CHECK: checked        verified
// CLUSTER: scheduled by   inner_reduction_in_cluster:
// CLUSTER: checked        verified
func.func @few_rows(%x: tensor<3x140001xf32>) -> tensor<3xf32> {
  %m = aten.mean %x {dim = array<i64: 1>} : (tensor<3x140001xf32>) -> tensor<3xf32>
  return %m : tensor<3xf32>
}
