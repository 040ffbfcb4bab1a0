// RUN: kernel-opt %s --kopt-list-matches="file=%rewrites/batch-norm.mlir rule=batch_norm_into_convolution_without_bias" \
// RUN:   --verify-diagnostics -o /dev/null
// RUN: kernel-opt %s --kopt-apply-rules="file=%rewrites/batch-norm.mlir rule=batch_norm_into_convolution_without_bias all-once" \
// RUN:   | FileCheck %s

!x = tensor<2x3x8x8xf32>
!w = tensor<4x3x3x3xf32>
!y = tensor<2x4x4x4xf32>
!c = tensor<4xf32>

// Attributes of the convolution are kept, and eps becomes a literal.
// CHECK-LABEL: func @fold(
// CHECK-SAME: %[[X:.+]]: tensor<2x3x8x8xf32>, %[[W:[^:]+]]: tensor<4x3x3x3xf32>
// CHECK: aten.full {{.*}}value = 1.000000e-03 : f64
// CHECK: %[[FOLDED:.+]] = aten.mul %[[W]]
// CHECK: %[[SHIFT:.+]] = aten.sub
// CHECK: %[[Y:.+]] = aten.convolution %[[X]], %[[FOLDED]], %[[SHIFT]] {{.*}}padding = array<i64: 1, 1>{{.*}}stride = array<i64: 2, 2>
// CHECK: return %[[Y]]
func.func @fold(%x: !x, %w: !w {kopt.parameter}, %m: !c {kopt.parameter},
    %v: !c {kopt.parameter}, %g: !c {kopt.parameter}, %b: !c {kopt.parameter}) -> !y {
  %0 = aten.convolution %x, %w {stride = array<i64: 2, 2>, padding = array<i64: 1, 1>} : (!x, !w) -> !y
  // expected-remark@+1 {{"rule":"batch_norm_into_convolution_without_bias","site":"fold#1"}}
  %1 = aten.batch_norm %0, %m, %v, %g, %b {eps = 1.0e-3 : f64} : (!y, !c, !c, !c, !c) -> !y
  return %1 : !y
}

// The statistics are no parameters.
// CHECK-LABEL: func @statistics_of_input(
// CHECK: aten.batch_norm
func.func @statistics_of_input(%x: !x, %w: !w {kopt.parameter}, %m: !c,
    %v: !c, %g: !c {kopt.parameter}, %b: !c {kopt.parameter}) -> !y {
  %0 = aten.convolution %x, %w {stride = array<i64: 2, 2>, padding = array<i64: 1, 1>} : (!x, !w) -> !y
  %1 = aten.batch_norm %0, %m, %v, %g, %b : (!y, !c, !c, !c, !c) -> !y
  return %1 : !y
}

// Something else reads the convolution.
// CHECK-LABEL: func @other_use(
// CHECK: aten.batch_norm
func.func @other_use(%x: !x, %w: !w {kopt.parameter}, %m: !c {kopt.parameter},
    %v: !c {kopt.parameter}, %g: !c {kopt.parameter}, %b: !c {kopt.parameter}) -> (!y, !y) {
  %0 = aten.convolution %x, %w {stride = array<i64: 2, 2>, padding = array<i64: 1, 1>} : (!x, !w) -> !y
  %1 = aten.batch_norm %0, %m, %v, %g, %b : (!y, !c, !c, !c, !c) -> !y
  %2 = aten.relu %0 : (!y) -> !y
  return %1, %2 : !y, !y
}
