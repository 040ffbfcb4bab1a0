// RUN: kernel-opt %s --convert-aten-to-linalg | FileCheck %s

// CHECK-DAG: #[[$X:.*]] = affine_map<(d0, d1, d2, d3, d4) -> (d0, d3, d2 * 2 + d4 * 3)>
// CHECK-DAG: #[[$W:.*]] = affine_map<(d0, d1, d2, d3, d4) -> (d1, d3, d4)>
// CHECK-DAG: #[[$Y:.*]] = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2)>
// CHECK-DAG: #[[$GX:.*]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d4, d3 + d5)>
// CHECK-DAG: #[[$GW:.*]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (d1, d2, d4, d5)>
// CHECK-DAG: #[[$P:.*]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2 * 2 + d4, d3 * 2 + d5)>
// CHECK-DAG: #[[$K:.*]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (d4, d5)>

// Windows are an affine map over the padded input.
// CHECK-LABEL: func @convolution(
// CHECK: %[[PAD:.*]] = tensor.pad %{{.*}} low[0, 0, 1] high[0, 0, 1]
// CHECK: linalg.generic {indexing_maps = [#[[$X]], #[[$W]], #[[$Y]]], iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction"]} ins(%[[PAD]]
// CHECK: arith.mulf
// CHECK: arith.addf
func.func @convolution(%x: tensor<2x4x12xf32>, %w: tensor<6x4x3xf32>)
    -> tensor<2x6x4xf32> {
  %0 = aten.convolution %x, %w {stride = array<i64: 2>,
        padding = array<i64: 1>, dilation = array<i64: 3>}
      : (tensor<2x4x12xf32>, tensor<6x4x3xf32>) -> tensor<2x6x4xf32>
  return %0 : tensor<2x6x4xf32>
}

// CHECK-LABEL: func @groups(
// CHECK-DAG: tensor.expand_shape %{{.*}} {{\[\[}}0], [1, 2], [3]] output_shape [2, 2, 2, 12]
// CHECK-DAG: tensor.expand_shape %{{.*}} {{\[\[}}0, 1], [2], [3]] output_shape [2, 3, 2, 3]
// CHECK: linalg.generic {indexing_maps = [#[[$GX]], #[[$GW]], #{{.*}}], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]}
// CHECK: tensor.collapse_shape %{{.*}} {{\[\[}}0], [1, 2], [3]]
func.func @groups(%x: tensor<2x4x12xf32>, %w: tensor<6x2x3xf32>)
    -> tensor<2x6x10xf32> {
  %0 = aten.convolution %x, %w {groups = 2 : i64}
      : (tensor<2x4x12xf32>, tensor<6x2x3xf32>) -> tensor<2x6x10xf32>
  return %0 : tensor<2x6x10xf32>
}

// The input is spread out by the stride, the window turned around.
// CHECK-LABEL: func @transposed(
// CHECK: tensor.insert_slice %{{.*}} into %{{.*}}[0, 0, 1] [2, 4, 5] [1, 1, 2] : tensor<2x4x5xf32> into tensor<2x4x11xf32>
// CHECK: tensor.extract
// CHECK: linalg.generic {{.*}} iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction"]
func.func @transposed(%x: tensor<2x4x5xf32>, %w: tensor<4x6x3xf32>)
    -> tensor<2x6x9xf32> {
  %0 = aten.convolution %x, %w {stride = array<i64: 2>,
        padding = array<i64: 1>, transposed = true}
      : (tensor<2x4x5xf32>, tensor<4x6x3xf32>) -> tensor<2x6x9xf32>
  return %0 : tensor<2x6x9xf32>
}

// Padding is -Inf, and the window an empty tensor that gives loops their sizes.
// CHECK-LABEL: func @max_pool(
// CHECK: %[[LOW:.*]] = arith.constant 0xFF800000 : f32
// CHECK: tensor.pad %{{.*}} low[0, 0, 1, 1] high[0, 0, 1, 1]
// CHECK: tensor.yield %[[LOW]]
// CHECK: %[[WINDOW:.*]] = tensor.empty() : tensor<3x3xi1>
// CHECK: linalg.generic {indexing_maps = [#[[$P]], #[[$K]], #{{.*}}], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]} ins(%{{.*}}, %[[WINDOW]]
// CHECK: arith.maximumf
func.func @max_pool(%x: tensor<2x4x9x9xf32>) -> tensor<2x4x5x5xf32> {
  %0 = aten.max_pool %x {kernel_size = array<i64: 3, 3>,
        stride = array<i64: 2, 2>, padding = array<i64: 1, 1>}
      : (tensor<2x4x9x9xf32>) -> tensor<2x4x5x5xf32>
  return %0 : tensor<2x4x5x5xf32>
}

// Windows of equal size are a map again; a single one is a plain reduction.
// CHECK-LABEL: func @adaptive(
// CHECK-NOT: tensor.extract
// CHECK: linalg.generic {indexing_maps = [#[[$P]], #[[$K]],
// CHECK: arith.constant 4.000000e+00 : f32
// CHECK: iterator_types = ["parallel", "parallel", "reduction", "reduction"]
func.func @adaptive(%x: tensor<2x4x8x8xf32>)
    -> (tensor<2x4x4x4xf32>, tensor<2x4x1x1xf32>) {
  %0 = aten.adaptive_avg_pool %x {output_size = array<i64: 4, 4>}
      : (tensor<2x4x8x8xf32>) -> tensor<2x4x4x4xf32>
  %1 = aten.adaptive_avg_pool %x {output_size = array<i64: 1, 1>}
      : (tensor<2x4x8x8xf32>) -> tensor<2x4x1x1xf32>
  return %0, %1 : tensor<2x4x4x4xf32>, tensor<2x4x1x1xf32>
}

// Windows of unequal size are as long as the longest, 16 / 6 < 4, over an input
// that is padded as far as they reach; what lies behind the end of one counts
// as nothing.
// CHECK-LABEL: func @unequal(
// CHECK-DAG: %[[LOW:.*]] = arith.constant 0xFF800000 : f32
// CHECK: tensor.pad %{{.*}} low[0, 0, 0] high[0, 0, 1]
// CHECK: tensor<2x4x16xf32> to tensor<2x4x17xf32>
// CHECK: tensor.empty() : tensor<4xi1>
// CHECK: linalg.generic
// CHECK-SAME: tensor<2x4x17xf32>, tensor<4xi1>
// CHECK: %[[X:.*]] = arith.select %{{.*}}, %{{.*}}, %[[LOW]] : f32
// CHECK: arith.maximumf %{{.*}}, %[[X]] : f32
// CHECK-NOT: tensor.extract
// CHECK: return
func.func @unequal(%x: tensor<2x4x16xf32>) -> tensor<2x4x6xf32> {
  %0 = aten.adaptive_max_pool %x {output_size = array<i64: 6>}
      : (tensor<2x4x16xf32>) -> tensor<2x4x6xf32>
  return %0 : tensor<2x4x6xf32>
}

// Where sizes are not known, they are read at computed places.
// CHECK-LABEL: func @unequal_unknown(
// CHECK: tensor.extract
func.func @unequal_unknown(%x: tensor<2x4x?xf32>) -> tensor<2x4x6xf32> {
  %0 = aten.adaptive_max_pool %x {output_size = array<i64: 6>}
      : (tensor<2x4x?xf32>) -> tensor<2x4x6xf32>
  return %0 : tensor<2x4x6xf32>
}
