// RUN: kernel-opt %s --emit=gpu --verify=off --database=none | FileCheck %s

// A rounded literal says of what in the program, too, and what cannot be said
// is computed there. What is exact folds.

// CHECK: gpu.func @cosine_elementwise
// CHECK: arith.constant {kopt.const = #kopt.const<"cos((0x1p-1))">} dense<0.87758255>
// CHECK: gpu.return
func.func @cosine() -> tensor<63x3xf32> {
  %0 = aten.full {size = array<i64: 3, 63>, value = 0.5 : f64, dtype = f32} : () -> tensor<3x63xf32>
  %1 = aten.transpose %0 {dim0 = 0 : i64, dim1 = 1 : i64} : (tensor<3x63xf32>) -> tensor<63x3xf32>
  %2 = aten.cos %1 : (tensor<63x3xf32>) -> tensor<63x3xf32>
  return %2 : tensor<63x3xf32>
}

// CHECK: gpu.func @tangent_elementwise
// CHECK: %[[HALF:.*]] = arith.constant dense<5.000000e-01>
// CHECK: math.tan %[[HALF]]
// CHECK: gpu.return
func.func @tangent() -> tensor<63x3xf32> {
  %0 = aten.full {size = array<i64: 3, 63>, value = 0.5 : f64, dtype = f32} : () -> tensor<3x63xf32>
  %1 = aten.transpose %0 {dim0 = 0 : i64, dim1 = 1 : i64} : (tensor<3x63xf32>) -> tensor<63x3xf32>
  %2 = aten.tan %1 : (tensor<63x3xf32>) -> tensor<63x3xf32>
  return %2 : tensor<63x3xf32>
}
// CHECK-NOT: unrealized_conversion_cast
