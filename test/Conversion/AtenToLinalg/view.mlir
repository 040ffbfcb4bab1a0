// RUN: kernel-opt %s --convert-aten-to-linalg | FileCheck %s

// CHECK-LABEL: func @reshape(
// CHECK: tensor.expand_shape %{{.*}} {{\[\[}}0], [1, 2]] output_shape [%{{.*}}, 4, 16] : tensor<?x64xf32> into tensor<?x4x16xf32>
func.func @reshape(%x: tensor<?x64xf32>) -> tensor<?x4x16xf32> {
  %0 = aten.reshape %x {shape = array<i64: -1, 4, 16>}
      : (tensor<?x64xf32>) -> tensor<?x4x16xf32>
  return %0 : tensor<?x4x16xf32>
}

// Only the dimensions that take part are joined.
// CHECK-LABEL: func @regroup(
// CHECK: tensor.collapse_shape %{{.*}} {{\[\[}}0], [1, 2]] : tensor<3x4x6xf32> into tensor<3x24xf32>
// CHECK: tensor.expand_shape %{{.*}} {{\[\[}}0], [1, 2]] output_shape [3, 8, 3]
func.func @regroup(%x: tensor<3x4x6xf32>) -> tensor<3x8x3xf32> {
  %0 = aten.reshape %x {shape = array<i64: 3, 8, 3>}
      : (tensor<3x4x6xf32>) -> tensor<3x8x3xf32>
  return %0 : tensor<3x8x3xf32>
}

// CHECK-LABEL: func @cat(
// CHECK: tensor.insert_slice %{{.*}} into %{{.*}}[0, 0] [4, 3] [1, 1]
// CHECK: tensor.insert_slice %{{.*}} into %{{.*}}[0, 3] [4, 5] [1, 1]
func.func @cat(%a: tensor<4x3xf32>, %b: tensor<4x5xf32>) -> tensor<4x8xf32> {
  %0 = aten.cat %a, %b {dim = 1 : i64}
      : (tensor<4x3xf32>, tensor<4x5xf32>) -> tensor<4x8xf32>
  return %0 : tensor<4x8xf32>
}

// CHECK-LABEL: func @slice(
// CHECK: tensor.extract_slice %{{.*}}[0, 2] [4, 3] [1, 2] : tensor<4x8xf32> to tensor<4x3xf32>
func.func @slice(%x: tensor<4x8xf32>) -> tensor<4x3xf32> {
  %0 = aten.slice %x {dim = 1 : i64, start = 2 : i64, step = 2 : i64}
      : (tensor<4x8xf32>) -> tensor<4x3xf32>
  return %0 : tensor<4x3xf32>
}

// CHECK-LABEL: func @embedding(
// CHECK: linalg.generic {{.*}} ins(%{{.*}} : tensor<5xi64>) outs(%{{.*}} : tensor<5x8xf32>)
// CHECK: arith.index_cast
// CHECK: tensor.extract
func.func @embedding(%w: tensor<10x8xf32>, %i: tensor<5xi64>)
    -> tensor<5x8xf32> {
  %0 = aten.embedding %w, %i
      : (tensor<10x8xf32>, tensor<5xi64>) -> tensor<5x8xf32>
  return %0 : tensor<5x8xf32>
}

// CHECK-LABEL: func @recurrence(
// CHECK: scf.for {{.*}} -> (tensor<2x8xf32>, tensor<9x2x8xf32>)
// CHECK: tensor.extract_slice %{{.*}} : tensor<9x2x8xf32> to tensor<2x8xf32>
// CHECK: iterator_types = ["parallel", "parallel", "reduction"]
// CHECK: math.tanh
// CHECK: tensor.insert_slice
func.func @recurrence(%p: tensor<9x2x8xf32>, %w: tensor<8x8xf32>,
                      %h: tensor<2x8xf32>)
    -> (tensor<9x2x8xf32>, tensor<2x8xf32>) {
  %0:2 = aten.recurrence %p, %w, %h {cell = #aten.cell<rnn_tanh>}
      : (tensor<9x2x8xf32>, tensor<8x8xf32>, tensor<2x8xf32>)
      -> (tensor<9x2x8xf32>, tensor<2x8xf32>)
  return %0#0, %0#1 : tensor<9x2x8xf32>, tensor<2x8xf32>
}
