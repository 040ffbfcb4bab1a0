// RUN: kernel-opt %s --kopt-list-matches=file=%rewrites/diagonal.mlir \
// RUN:   --verify-diagnostics -o /dev/null
// RUN: kernel-opt %s --kopt-apply-rules="file=%rewrites/diagonal.mlir all-once" \
// RUN:   | FileCheck %s

// CHECK-LABEL: func @rows(
// CHECK-SAME: %[[D:.+]]: tensor<4xf32>, %[[B:.+]]: tensor<4x6xf32>
// CHECK: %[[U:.+]] = aten.unsqueeze %[[D]]
// CHECK: %[[Y:.+]] = aten.mul %[[B]], %[[U]]
// CHECK: return %[[Y]]
func.func @rows(%d: tensor<4xf32>, %b: tensor<4x6xf32>) -> tensor<4x6xf32>
    attributes {kopt.contract = #kopt.contract<specials = finite>} {
  %0 = aten.eye {n = 4 : i64, m = 4 : i64, dtype = f32} : () -> tensor<4x4xf32>
  %1 = aten.mul %0, %d : (tensor<4x4xf32>, tensor<4xf32>) -> tensor<4x4xf32>
  // expected-remark@+1 {{"rule":"diagonal_row_times_matrix","site":"rows#2"}}
  %2 = aten.mm %1, %b : (tensor<4x4xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>
  return %2 : tensor<4x6xf32>
}

// Zero times infinity may be what the original computes.
// CHECK-LABEL: func @special_values(
// CHECK: aten.mm
func.func @special_values(%d: tensor<4xf32>, %b: tensor<4x6xf32>) -> tensor<4x6xf32> {
  %0 = aten.eye {n = 4 : i64, m = 4 : i64, dtype = f32} : () -> tensor<4x4xf32>
  %1 = aten.mul %0, %d : (tensor<4x4xf32>, tensor<4xf32>) -> tensor<4x4xf32>
  %2 = aten.mm %1, %b : (tensor<4x4xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>
  return %2 : tensor<4x6xf32>
}

// An elementwise product of a full matrix.
// CHECK-LABEL: func @not_diagonal(
// CHECK: aten.mm
func.func @not_diagonal(%m: tensor<4x4xf32>, %d: tensor<4xf32>, %b: tensor<4x6xf32>) -> tensor<4x6xf32>
    attributes {kopt.contract = #kopt.contract<specials = finite>} {
  %0 = aten.mul %m, %d : (tensor<4x4xf32>, tensor<4xf32>) -> tensor<4x4xf32>
  %1 = aten.mm %0, %b : (tensor<4x4xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>
  return %1 : tensor<4x6xf32>
}

// A rectangle with ones on its diagonal.
// CHECK-LABEL: func @not_square(
// CHECK: aten.mm
func.func @not_square(%d: tensor<4xf32>, %b: tensor<4x6xf32>) -> tensor<3x6xf32>
    attributes {kopt.contract = #kopt.contract<specials = finite>} {
  %0 = aten.eye {n = 3 : i64, m = 4 : i64, dtype = f32} : () -> tensor<3x4xf32>
  %1 = aten.mul %0, %d : (tensor<3x4xf32>, tensor<4xf32>) -> tensor<3x4xf32>
  %2 = aten.mm %1, %b : (tensor<3x4xf32>, tensor<4x6xf32>) -> tensor<3x6xf32>
  return %2 : tensor<3x6xf32>
}
