// RUN: kernel-opt %s --kopt-list-matches=file=%rewrites/reductions.mlir \
// RUN:   --verify-diagnostics -o /dev/null
// RUN: kernel-opt %s --kopt-apply-rules="file=%rewrites/reductions.mlir all-once" \
// RUN:   | FileCheck %s

// The product with a matrix becomes one with its mean; then nothing is left for
// logsumexp to do.
// CHECK-LABEL: func @mean_of_linear(
// CHECK-SAME: %[[X:.+]]: tensor<2x4x8xf32>, %[[W:.+]]: tensor<16x8xf32>, %[[B:.+]]: tensor<16xf32>
// CHECK-DAG: %[[MW:.+]] = aten.mean %[[W]]
// CHECK-DAG: %[[MB:.+]] = aten.mean %[[B]]
// CHECK: %[[Y:.+]] = aten.linear %[[X]], %[[MW]], %[[MB]]
// CHECK: return %[[Y]]
func.func @mean_of_linear(%x: tensor<2x4x8xf32>, %w: tensor<16x8xf32>, %b: tensor<16xf32>) -> tensor<2x4x1xf32> {
  %0 = aten.linear %x, %w, %b : (tensor<2x4x8xf32>, tensor<16x8xf32>, tensor<16xf32>) -> tensor<2x4x16xf32>
  // expected-remark@+1 {{"rule":"mean_of_linear","site":"mean_of_linear#1","sizes":{"K":8,"N":16,"S":[2,4]}}}
  %1 = aten.mean %0 {dim = array<i64: 2>, keepdim = true} : (tensor<2x4x16xf32>) -> tensor<2x4x1xf32>
  // expected-remark@+1 {{"rule":"logsumexp_of_one"}}
  %2 = aten.logsumexp %1 {dim = array<i64: 2>, keepdim = true} : (tensor<2x4x1xf32>) -> tensor<2x4x1xf32>
  return %2 : tensor<2x4x1xf32>
}

// Means over other dimensions, of something that is not linear, and an
// exponential of more than one element.
// CHECK-LABEL: func @other(
// CHECK: aten.linear
// CHECK: aten.mean
// CHECK: aten.relu
// CHECK: aten.mean
// CHECK: aten.logsumexp
func.func @other(%x: tensor<2x4x8xf32>, %w: tensor<16x8xf32>, %b: tensor<16xf32>)
    -> (tensor<2x1x16xf32>, tensor<2x4x1xf32>, tensor<2x4x1xf32>) {
  %0 = aten.linear %x, %w, %b : (tensor<2x4x8xf32>, tensor<16x8xf32>, tensor<16xf32>) -> tensor<2x4x16xf32>
  %1 = aten.mean %0 {dim = array<i64: 1>, keepdim = true} : (tensor<2x4x16xf32>) -> tensor<2x1x16xf32>
  %2 = aten.relu %0 : (tensor<2x4x16xf32>) -> tensor<2x4x16xf32>
  %3 = aten.mean %2 {dim = array<i64: -1>, keepdim = true} : (tensor<2x4x16xf32>) -> tensor<2x4x1xf32>
  %4 = aten.logsumexp %0 {dim = array<i64: 2>, keepdim = true} : (tensor<2x4x16xf32>) -> tensor<2x4x1xf32>
  return %1, %3, %4 : tensor<2x1x16xf32>, tensor<2x4x1xf32>, tensor<2x4x1xf32>
}

// Rows by fours; not those whose number is odd.
// CHECK-LABEL: func @maxima(
// CHECK-SAME: %[[X:.+]]: tensor<2x8x5xf32>, %[[Z:.+]]: tensor<2x7x5xf32>
// CHECK: %[[U:.+]] = aten.unflatten %[[X]] {{.*}} -> tensor<2x2x4x5xf32>
// CHECK: %[[F:.+]] = aten.flatten %[[U]] {{.*}} -> tensor<2x2x20xf32>
// CHECK: %[[M:.+]] = aten.amax %[[F]] {{.*}} -> tensor<2x20xf32>
// CHECK: %[[V:.+]] = aten.unflatten %[[M]] {{.*}} -> tensor<2x4x5xf32>
// CHECK: aten.amax %[[V]]
// CHECK: aten.amax %[[Z]]
func.func @maxima(%x: tensor<2x8x5xf32>, %z: tensor<2x7x5xf32>) -> (tensor<2x5xf32>, tensor<2x5xf32>) {
  // expected-remark@+1 {{"rule":"amax_of_fours_of_rows"}}
  %0 = aten.amax %x {dim = array<i64: 1>} : (tensor<2x8x5xf32>) -> tensor<2x5xf32>
  %1 = aten.amax %z {dim = array<i64: 1>} : (tensor<2x7x5xf32>) -> tensor<2x5xf32>
  return %0, %1 : tensor<2x5xf32>, tensor<2x5xf32>
}
