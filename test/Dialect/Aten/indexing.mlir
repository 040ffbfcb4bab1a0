// RUN: kernel-opt --emit=input %s | kernel-opt --emit=input | FileCheck %s
// RUN: kernel-opt --emit=input %s --mlir-print-op-generic | kernel-opt --emit=input | FileCheck %s

// CHECK-LABEL: func @embedding(
// CHECK: aten.embedding %{{.*}} : (tensor<100x16xf32>, tensor<?x8xi64>) -> tensor<?x8x16xf32>
func.func @embedding(%w: tensor<100x16xf32>, %i: tensor<?x8xi64>) {
  %y = aten.embedding %w, %i
      : (tensor<100x16xf32>, tensor<?x8xi64>) -> tensor<?x8x16xf32>
  return
}

// CHECK-LABEL: func @gather(
// CHECK: aten.gather %{{.*}} {dim = 1 : i64} : (tensor<4x64xf32>, tensor<4x3xi64>) -> tensor<4x3xf32>
func.func @gather(%x: tensor<4x64xf32>, %i: tensor<4x3xi64>) {
  %y = aten.gather %x, %i {dim = 1 : i64}
      : (tensor<4x64xf32>, tensor<4x3xi64>) -> tensor<4x3xf32>
  return
}

// CHECK-LABEL: func @index(
// CHECK: aten.index %{{.*}} {dims = array<i64: 0, 1>} : (tensor<4x5x6xf32>, tensor<3xi64>, tensor<2x1xi64>) -> tensor<2x3x6xf32>
func.func @index(%x: tensor<4x5x6xf32>, %i: tensor<3xi64>, %j: tensor<2x1xi64>) {
  %y = aten.index %x, %i, %j {dims = array<i64: 0, 1>}
      : (tensor<4x5x6xf32>, tensor<3xi64>, tensor<2x1xi64>) -> tensor<2x3x6xf32>
  return
}

// CHECK-LABEL: func @index_select(
// CHECK: aten.index_select %{{.*}} {dim = 1 : i64} : (tensor<?x64xf32>, tensor<5xi64>) -> tensor<?x5xf32>
func.func @index_select(%x: tensor<?x64xf32>, %i: tensor<5xi64>) {
  %y = aten.index_select %x, %i {dim = 1 : i64}
      : (tensor<?x64xf32>, tensor<5xi64>) -> tensor<?x5xf32>
  return
}
