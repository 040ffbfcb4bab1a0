// RUN: kernel-opt %s --kopt-list-matches=file=%rewrites --verify-diagnostics \
// RUN:   -o /dev/null
// RUN: kernel-opt %s --kopt-apply-rules="file=%rewrites cleanup" | FileCheck %s

// All shipped sets load together.
// CHECK-LABEL: func @f(
// CHECK-SAME: %[[X:.+]]: tensor<4x8xf32>
// CHECK-NEXT: return %[[X]]
func.func @f(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %one = aten.full {size = array<i64>, value = 1.0 : f64, dtype = f32} : () -> tensor<f32>
  // expected-remark@+1 {{"rule":"mul_by_one"}}
  %0 = aten.mul %x, %one : (tensor<4x8xf32>, tensor<f32>) -> tensor<4x8xf32>
  %1 = aten.transpose %0 {dim0 = 0 : i64, dim1 = 1 : i64} : (tensor<4x8xf32>) -> tensor<8x4xf32>
  // expected-remark@+1 {{"rule":"transpose_of_transpose"}}
  %2 = aten.transpose %1 {dim0 = 0 : i64, dim1 = 1 : i64} : (tensor<8x4xf32>) -> tensor<4x8xf32>
  return %2 : tensor<4x8xf32>
}
