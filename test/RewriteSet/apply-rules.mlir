// RUN: kernel-opt %s --split-input-file \
// RUN:   --kopt-apply-rules="file=%S/Inputs/basics.mlir all-once" | FileCheck %s
// RUN: kernel-opt %s --split-input-file \
// RUN:   --kopt-apply-rules="file=%S/Inputs/basics.mlir cleanup" \
// RUN:   | FileCheck %s --check-prefix=CLEANUP
// RUN: kernel-opt %s --split-input-file \
// RUN:   --kopt-apply-rules="file=%S/Inputs/basics.mlir all-once" \
// RUN:   --mlir-debug-counter=kopt-apply-candidate-skip=0,kopt-apply-candidate-count=0 \
// RUN:   | FileCheck %s --check-prefix=NONE

// CHECK-LABEL: func @silu(
// CHECK-SAME: %[[X:.+]]: tensor<2x3xf16>
// CHECK-NEXT: %[[Y:.+]] = aten.silu %[[X]] : (tensor<2x3xf16>) -> tensor<2x3xf16>
// CHECK-NEXT: return %[[Y]]
// Rules that are a choice are not clean-up.
// CLEANUP-LABEL: func @silu(
// CLEANUP-NOT: silu
// CLEANUP: return
// NONE-LABEL: func @silu(
// NONE-NOT: silu
// NONE: return
func.func @silu(%x: tensor<2x3xf16>) -> tensor<2x3xf16> {
  %0 = aten.sigmoid %x : (tensor<2x3xf16>) -> tensor<2x3xf16>
  %1 = aten.mul %x, %0 : (tensor<2x3xf16>, tensor<2x3xf16>) -> tensor<2x3xf16>
  return %1 : tensor<2x3xf16>
}

// -----

// What is still read stays.
// CHECK-LABEL: func @shared(
// CHECK-DAG: %[[S:.+]] = aten.sigmoid
// CHECK-DAG: %[[Y:.+]] = aten.silu
// CHECK: return %[[Y]], %[[S]]
func.func @shared(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %0 = aten.sigmoid %x : (tensor<4xf32>) -> tensor<4xf32>
  %1 = aten.mul %x, %0 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %1, %0 : tensor<4xf32>, tensor<4xf32>
}

// -----

// CHECK-LABEL: func @dimension(
// CHECK: aten.softmax {{.*}}dim = 2
func.func @dimension(%x: tensor<2x4x8xf32>) -> tensor<2x4x8xf32> {
  %0 = aten.log_softmax %x {dim = -1 : i64} : (tensor<2x4x8xf32>) -> tensor<2x4x8xf32>
  %1 = aten.exp %0 : (tensor<2x4x8xf32>) -> tensor<2x4x8xf32>
  return %1 : tensor<2x4x8xf32>
}

// -----

// A computed literal says what it stands for.
// CHECK-LABEL: func @two_results(
// CHECK-SAME: %[[X:.+]]: tensor<4xf32>, %[[Y:.+]]: tensor<4xf32>
// CHECK: %[[A:.+]] = aten.full {{.*}}kopt.const = #kopt.const<"((0x1p-1) * 1)">{{.*}}value = 5.000000e-01 : f64
// CHECK: %[[P:.+]] = aten.mul %[[Y]], %[[A]]
// CHECK-DAG: %[[SUM:.+]] = aten.add %[[X]], %[[P]]
// CHECK-DAG: %[[DIFFERENCE:.+]] = aten.sub %[[X]], %[[P]]
// CHECK: return %[[SUM]], %[[DIFFERENCE]]
func.func @two_results(%x: tensor<4xf32>, %y: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %0 = aten.add %x, %y {alpha = 0.5 : f64} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %1 = aten.sub %x, %y {alpha = 0.5 : f64} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %0, %1 : tensor<4xf32>, tensor<4xf32>
}

// -----

// The clean-up rules run until none matches.
// CLEANUP-LABEL: func @cleanup(
// CLEANUP-SAME: %[[X:.+]]: tensor<4xbf16>
// CLEANUP-NEXT: %[[Y:.+]] = aten.neg %[[X]]
// CLEANUP-NEXT: return %[[Y]]
func.func @cleanup(%x: tensor<4xbf16>) -> tensor<4xbf16> {
  %0 = aten.neg %x : (tensor<4xbf16>) -> tensor<4xbf16>
  %1 = aten.neg %0 : (tensor<4xbf16>) -> tensor<4xbf16>
  %2 = aten.neg %1 : (tensor<4xbf16>) -> tensor<4xbf16>
  %3 = aten.neg %2 : (tensor<4xbf16>) -> tensor<4xbf16>
  %4 = aten.neg %3 : (tensor<4xbf16>) -> tensor<4xbf16>
  return %4 : tensor<4xbf16>
}
