// RUN: kernel-opt %s --convert-aten-to-linalg | FileCheck %s

// CHECK-DAG: #[[$ID:.*]] = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-DAG: #[[$COLUMN:.*]] = affine_map<(d0, d1) -> (d0, 0)>
// CHECK-DAG: #[[$ROW:.*]] = affine_map<(d0, d1) -> (d1)>

// One generic; what broadcasts is read through its map.
// CHECK-LABEL: func @broadcast(
// CHECK-SAME: %[[A:.*]]: tensor<4x1xf32>, %[[B:.*]]: tensor<8xf32>)
// CHECK: linalg.generic {indexing_maps = [#[[$COLUMN]], #[[$ROW]], #[[$ID]]], iterator_types = ["parallel", "parallel"]}
// CHECK-SAME: ins(%[[A]], %[[B]] : tensor<4x1xf32>, tensor<8xf32>)
// CHECK: arith.addf
// CHECK-NOT: aten.
func.func @broadcast(%a: tensor<4x1xf32>, %b: tensor<8xf32>)
    -> tensor<4x8xf32> {
  %0 = aten.add %a, %b : (tensor<4x1xf32>, tensor<8xf32>) -> tensor<4x8xf32>
  return %0 : tensor<4x8xf32>
}

// bf16 is computed in f32 and rounded once; a scalar is not rounded to bf16.
// CHECK-LABEL: func @low_precision(
// CHECK: %[[C:.*]] = arith.constant 1.000000e-01 : f32
// CHECK: linalg.generic
// CHECK: %[[X:.*]] = arith.extf %{{.*}} : bf16 to f32
// CHECK: %[[Y:.*]] = arith.mulf %[[X]], %[[C]] : f32
// CHECK: arith.truncf %[[Y]] : f32 to bf16
func.func @low_precision(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  %c = aten.full {size = array<i64>, value = 0.1 : f64, dtype = f32}
      : () -> tensor<f32>
  %0 = aten.mul %x, %c : (tensor<4x8xbf16>, tensor<f32>) -> tensor<4x8xbf16>
  return %0 : tensor<4x8xbf16>
}

// What a literal stands for travels with it.
// CHECK-LABEL: func @meaning(
// CHECK: arith.constant {kopt.const = #kopt.const<"log2e">} 1.44269502 : f32
// CHECK: arith.mulf
func.func @meaning(%x: tensor<8xf32>) -> tensor<8xf32> {
  %c = aten.full {kopt.const = #kopt.const<"log2e">, size = array<i64>,
                  value = 1.4426950408889634 : f64, dtype = f64}
      : () -> tensor<f64>
  %0 = aten.mul %x, %c : (tensor<8xf32>, tensor<f64>) -> tensor<8xf32>
  return %0 : tensor<8xf32>
}

// CHECK-LABEL: func @gelu_tanh(
// CHECK: arith.constant {kopt.const = #kopt.const<"sqrt(2/pi)">} 0.797884583 : f32
// CHECK: math.tanh
func.func @gelu_tanh(%x: tensor<8xf32>) -> tensor<8xf32> {
  %0 = aten.gelu %x {approximate = #aten.gelu<tanh>}
      : (tensor<8xf32>) -> tensor<8xf32>
  return %0 : tensor<8xf32>
}

// NaN wins in relu.
// CHECK-LABEL: func @relu(
// CHECK: arith.maximumf
func.func @relu(%x: tensor<8xf32>) -> tensor<8xf32> {
  %0 = aten.relu %x : (tensor<8xf32>) -> tensor<8xf32>
  return %0 : tensor<8xf32>
}

// Names of sizes end here.
// CHECK-LABEL: func @named(
// CHECK: %[[X:.*]] = tensor.cast %{{.*}} : tensor<?xf32, #kopt.dims<"M">> to tensor<?xf32>
// CHECK: %[[Y:.*]] = linalg.generic {{.*}} ins(%[[X]] : tensor<?xf32>)
// CHECK: tensor.cast %[[Y]] : tensor<?xf32> to tensor<?xf32, #kopt.dims<"M">>
func.func @named(%x: tensor<?xf32, #kopt.dims<"M">>)
    -> tensor<?xf32, #kopt.dims<"M">> {
  %0 = aten.exp %x : (tensor<?xf32, #kopt.dims<"M">>)
      -> tensor<?xf32, #kopt.dims<"M">>
  return %0 : tensor<?xf32, #kopt.dims<"M">>
}
