// RUN: kernel-opt --emit=input %s | kernel-opt --emit=input | FileCheck %s
// RUN: kernel-opt --emit=input %s --mlir-print-op-generic | kernel-opt --emit=input | FileCheck %s

// CHECK-LABEL: func @recurrence(
// CHECK: aten.recurrence %{{.*}} {cell = #aten.cell<lstm>} : (tensor<9x2x32xf32>, tensor<32x8xf32>, tensor<2x8xf32>, tensor<2x8xf32>) -> (tensor<9x2x8xf32>, tensor<2x8xf32>, tensor<2x8xf32>)
func.func @recurrence(%p: tensor<9x2x32xf32>, %w: tensor<32x8xf32>, %h: tensor<2x8xf32>, %c: tensor<2x8xf32>) {
  %y, %hn, %cn = aten.recurrence %p, %w, %h, %c {cell = #aten.cell<lstm>}
      : (tensor<9x2x32xf32>, tensor<32x8xf32>, tensor<2x8xf32>, tensor<2x8xf32>) -> (tensor<9x2x8xf32>, tensor<2x8xf32>, tensor<2x8xf32>)
  return
}
