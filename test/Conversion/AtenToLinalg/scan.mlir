// RUN: kernel-opt %s --convert-aten-to-linalg | FileCheck %s

// A running sum is a reduction that shows its accumulator: one result runs along
// the reduction loop, the other one carries.

// CHECK-DAG: #[[ALL:.*]] = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-DAG: #[[ROW:.*]] = affine_map<(d0, d1) -> (d0)>
// CHECK-LABEL: func.func @sum
// CHECK: %[[ZERO:.*]] = linalg.fill {{.*}} -> tensor<4xf32>
// CHECK: %[[R:.*]]:2 = linalg.generic {indexing_maps = [#[[ALL]], #[[ALL]], #[[ROW]]], iterator_types = ["parallel", "reduction"]}
// CHECK-SAME: outs(%{{.*}}, %[[ZERO]] : tensor<4x8xf32>, tensor<4xf32>)
// CHECK: ^bb0(%[[X:.*]]: f32, %{{.*}}: f32, %[[A:.*]]: f32):
// CHECK: %[[S:.*]] = arith.addf %[[A]], %[[X]] : f32
// CHECK: linalg.yield %[[S]], %[[S]] : f32, f32
// CHECK: return %[[R]]#0
func.func @sum(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %0 = aten.cumsum %x {dim = 1 : i64} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return %0 : tensor<4x8xf32>
}

// Narrow floats are accumulated in f32 and rounded as they are written.

// CHECK-LABEL: func.func @product
// CHECK: ^bb0(%[[X:.*]]: bf16, %{{.*}}: bf16, %[[A:.*]]: f32):
// CHECK: %[[E:.*]] = arith.extf %[[X]] : bf16 to f32
// CHECK: %[[P:.*]] = arith.mulf %[[A]], %[[E]] : f32
// CHECK: %[[T:.*]] = arith.truncf %[[P]] : f32 to bf16
// CHECK: linalg.yield %[[T]], %[[P]] : bf16, f32
func.func @product(%x: tensor<?x8xbf16>) -> tensor<?x8xbf16> {
  %0 = aten.cumprod %x {dim = 0 : i64} : (tensor<?x8xbf16>) -> tensor<?x8xbf16>
  return %0 : tensor<?x8xbf16>
}
