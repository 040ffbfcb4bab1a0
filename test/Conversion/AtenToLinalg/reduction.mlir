// RUN: kernel-opt %s --convert-aten-to-linalg | FileCheck %s

// CHECK-DAG: #[[$ID:.*]] = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-DAG: #[[$OUT:.*]] = affine_map<(d0, d1) -> (d0)>

// The accumulator of bf16 is f32, and the quotient is rounded, not the sum.
// CHECK-LABEL: func @mean(
// CHECK: linalg.fill ins(%{{.*}} : f32)
// CHECK: %[[SUM:.*]] = linalg.generic {indexing_maps = [#[[$ID]], #[[$OUT]]], iterator_types = ["parallel", "reduction"]}
// CHECK: arith.extf
// CHECK: arith.addf %{{.*}} : f32
// CHECK: } -> tensor<4xf32>
// CHECK: ins(%[[SUM]] : tensor<4xf32>)
// CHECK: arith.divf
// CHECK: %[[MEAN:.*]] = linalg.generic
// CHECK: arith.truncf
// CHECK: tensor.expand_shape %[[MEAN]] {{\[\[}}0, 1]] output_shape [4, 1]
func.func @mean(%x: tensor<4x8xbf16>) -> tensor<4x1xbf16> {
  %0 = aten.mean %x {dim = array<i64: 1>, keepdim = true}
      : (tensor<4x8xbf16>) -> tensor<4x1xbf16>
  return %0 : tensor<4x1xbf16>
}

// One generic with two results; ties go to the lesser index.
// CHECK-LABEL: func @argmax(
// CHECK: %[[BOTH:.*]]:2 = linalg.generic {indexing_maps = [#[[$ID]], #[[$OUT]], #[[$OUT]]], iterator_types = ["parallel", "reduction"]}
// CHECK: linalg.index 1
// CHECK: arith.cmpf uno
// CHECK: arith.cmpf oeq
// CHECK: arith.cmpi slt
// CHECK: linalg.yield %{{.*}}, %{{.*}} : f32, i64
// CHECK: return %[[BOTH]]#1
func.func @argmax(%x: tensor<4x8xf32>) -> tensor<4xi64> {
  %0 = aten.argmax %x {dim = 1 : i64} : (tensor<4x8xf32>) -> tensor<4xi64>
  return %0 : tensor<4xi64>
}

// Mean, then the sum of squared differences: never a difference of squares.
// CHECK-LABEL: func @variance(
// CHECK: arith.addf
// CHECK: arith.divf
// CHECK: linalg.generic {indexing_maps = [#[[$ID]], #[[$OUT]], #[[$OUT]]], iterator_types = ["parallel", "reduction"]}
// CHECK: %[[D:.*]] = arith.subf
// CHECK: %[[S:.*]] = arith.mulf %[[D]], %[[D]]
// CHECK: arith.addf %{{.*}}, %[[S]]
func.func @variance(%x: tensor<4x8xf32>) -> tensor<4xf32> {
  %0 = aten.var %x {dim = array<i64: 1>} : (tensor<4x8xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// CHECK-LABEL: func @integer_sum(
// CHECK: arith.extsi %{{.*}} : i32 to i64
// CHECK: arith.addi %{{.*}} : i64
func.func @integer_sum(%x: tensor<8xi32>) -> tensor<i64> {
  %0 = aten.sum %x : (tensor<8xi32>) -> tensor<i64>
  return %0 : tensor<i64>
}

// The number of elements is computed where it is not known.
// CHECK-LABEL: func @dynamic_mean(
// CHECK: %[[N:.*]] = arith.index_cast %{{.*}} : index to i64
// CHECK: %[[F:.*]] = arith.sitofp %[[N]] : i64 to f32
// CHECK: arith.divf %{{.*}}, %[[F]]
func.func @dynamic_mean(%x: tensor<?xf32>) -> tensor<f32> {
  %0 = aten.mean %x : (tensor<?xf32>) -> tensor<f32>
  return %0 : tensor<f32>
}
