// RUN: kernel-opt %s --convert-aten-to-linalg | FileCheck %s

// CHECK-DAG: #[[$X:.*]] = affine_map<(d0, d1, d2) -> (d0, d2)>
// CHECK-DAG: #[[$W:.*]] = affine_map<(d0, d1, d2) -> (d1, d2)>
// CHECK-DAG: #[[$Y:.*]] = affine_map<(d0, d1, d2) -> (d0, d1)>

// CHECK-LABEL: func @mm(
// CHECK-SAME: %[[A:.*]]: tensor<?x8xf32>, %[[B:.*]]: tensor<8x6xf32>)
// CHECK: %[[INIT:.*]] = linalg.fill
// CHECK: linalg.matmul ins(%[[A]], %[[B]] : tensor<?x8xf32>, tensor<8x6xf32>) outs(%[[INIT]] : tensor<?x6xf32>)
func.func @mm(%a: tensor<?x8xf32>, %b: tensor<8x6xf32>) -> tensor<?x6xf32> {
  %0 = aten.mm %a, %b : (tensor<?x8xf32>, tensor<8x6xf32>) -> tensor<?x6xf32>
  return %0 : tensor<?x6xf32>
}

// Products of bf16 are summed in f32.
// CHECK-LABEL: func @low_precision(
// CHECK: %[[SUM:.*]] = linalg.batch_matmul ins({{.*}}bf16>) outs(%{{.*}} : tensor<2x4x6xf32>)
// CHECK: linalg.generic {{.*}} ins(%[[SUM]]
// CHECK: arith.truncf
func.func @low_precision(%a: tensor<2x4x8xbf16>, %b: tensor<2x8x6xbf16>)
    -> tensor<2x4x6xbf16> {
  %0 = aten.bmm %a, %b
      : (tensor<2x4x8xbf16>, tensor<2x8x6xbf16>) -> tensor<2x4x6xbf16>
  return %0 : tensor<2x4x6xbf16>
}

// The weight is read as it lies, without a transposition.
// CHECK-LABEL: func @linear(
// CHECK-NOT: transpose
// CHECK: linalg.generic {indexing_maps = [#[[$X]], #[[$W]], #[[$Y]]], iterator_types = ["parallel", "parallel", "reduction"]}
// CHECK: linalg.generic
// CHECK: arith.addf
func.func @linear(%x: tensor<4x8xf32>, %w: tensor<6x8xf32>, %b: tensor<6xf32>)
    -> tensor<4x6xf32> {
  %0 = aten.linear %x, %w, %b
      : (tensor<4x8xf32>, tensor<6x8xf32>, tensor<6xf32>) -> tensor<4x6xf32>
  return %0 : tensor<4x6xf32>
}

// Contraction, scale and mask, softmax, contraction.
// CHECK-LABEL: func @attention(
// CHECK: iterator_types = ["parallel", "parallel", "parallel", "reduction"]
// CHECK: arith.constant {kopt.const = #kopt.const<"1/sqrt(8)">} 0.353553385 : f32
// CHECK: linalg.generic
// CHECK: arith.mulf
// CHECK: %[[Q:.*]] = linalg.index 1
// CHECK: %[[K:.*]] = linalg.index 2
// CHECK: arith.cmpi ule, %[[K]], %[[Q]]
// CHECK: arith.select
// CHECK: arith.maximumf
// CHECK: math.exp
// CHECK: arith.addf
// CHECK: arith.divf
// CHECK: iterator_types = ["parallel", "parallel", "parallel", "reduction"]
func.func @attention(%q: tensor<2x16x8xf32>) -> tensor<2x16x8xf32> {
  %0 = aten.scaled_dot_product_attention %q, %q, %q {is_causal = true}
      : (tensor<2x16x8xf32>, tensor<2x16x8xf32>, tensor<2x16x8xf32>)
      -> tensor<2x16x8xf32>
  return %0 : tensor<2x16x8xf32>
}

// Probabilities of 16-bit attention have 16 bits when they meet the values.

// CHECK-LABEL: func.func @half_attention
// CHECK: arith.divf {{.*}} : f32
// CHECK-NEXT: arith.truncf {{.*}} : f32 to f16
// CHECK: ins(%{{.*}}, %{{.*}} : tensor<2x16x16xf16>, tensor<2x16x8xf16>)
func.func @half_attention(%q: tensor<2x16x8xf16>) -> tensor<2x16x8xf16> {
  %0 = aten.scaled_dot_product_attention %q, %q, %q
      : (tensor<2x16x8xf16>, tensor<2x16x8xf16>, tensor<2x16x8xf16>)
      -> tensor<2x16x8xf16>
  return %0 : tensor<2x16x8xf16>
}
