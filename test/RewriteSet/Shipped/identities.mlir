// Near misses of small identities: what must not match.
// RUN: kernel-opt %s --kopt-list-matches=file=%rewrites/zeros.mlir \
// RUN:   2>&1 | FileCheck %s --check-prefix=ZEROS
// RUN: kernel-opt %s --kopt-list-matches=file=%rewrites/clamps.mlir \
// RUN:   2>&1 | FileCheck %s --check-prefix=CLAMPS
// RUN: kernel-opt %s --kopt-list-matches=file=%rewrites/cleanup.mlir \
// RUN:   2>&1 | FileCheck %s --check-prefix=CLEANUP
// RUN: kernel-opt %s --kopt-list-matches=file=%rewrites/activations.mlir \
// RUN:   2>&1 | FileCheck %s --check-prefix=ACTIVATIONS

// ZEROS-NOT: remark
// CLAMPS-NOT: remark
// CLEANUP-NOT: remark
// ACTIVATIONS-NOT: remark

// Under the usual contract zero times an infinity is NaN.
func.func @zeros(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %zero = aten.full {size = array<i64>, value = 0.0 : f64, dtype = f32} : () -> tensor<f32>
  %0 = aten.mul %x, %zero : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %1 = aten.sub %x, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %0, %1 : tensor<4xf32>, tensor<4xf32>
}

// A negative factor, bounds in the other order, a bound below zero.
func.func @clamps(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) {
  %minus = aten.full {size = array<i64>, value = -2.0 : f64, dtype = f32} : () -> tensor<f32>
  %0 = aten.mul %x, %minus : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %1 = aten.relu %0 : (tensor<4xf32>) -> tensor<4xf32>
  %2 = aten.clamp %x {max = 1.0 : f64} : (tensor<4xf32>) -> tensor<4xf32>
  %3 = aten.clamp %2 {min = 3.0 : f64} : (tensor<4xf32>) -> tensor<4xf32>
  %4 = aten.clamp %x {max = -1.0 : f64} : (tensor<4xf32>) -> tensor<4xf32>
  %5 = aten.relu %4 : (tensor<4xf32>) -> tensor<4xf32>
  return %1, %3, %5 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
}

// Other dimensions, another factor, one negation.
func.func @cleanup(%x: tensor<2x3x4xf32>) -> (tensor<4x2x3xf32>, tensor<2x3x4xf32>, tensor<2x3x4xf32>) {
  %0 = aten.transpose %x {dim0 = 1 : i64, dim1 = 2 : i64} : (tensor<2x3x4xf32>) -> tensor<2x4x3xf32>
  %1 = aten.transpose %0 {dim0 = 0 : i64, dim1 = 1 : i64} : (tensor<2x4x3xf32>) -> tensor<4x2x3xf32>
  %c = aten.full {size = array<i64>, value = 1.5 : f64, dtype = f32} : () -> tensor<f32>
  %2 = aten.mul %x, %c : (tensor<2x3x4xf32>, tensor<f32>) -> tensor<2x3x4xf32>
  %3 = aten.neg %x : (tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  return %1, %2, %3 : tensor<4x2x3xf32>, tensor<2x3x4xf32>, tensor<2x3x4xf32>
}

// The factor of something else; x / (2 + exp(-x)).
func.func @activations(%x: tensor<4xf32>, %y: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %0 = aten.hardsigmoid %y : (tensor<4xf32>) -> tensor<4xf32>
  %1 = aten.mul %0, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %two = aten.full {size = array<i64>, value = 2.0 : f64, dtype = f32} : () -> tensor<f32>
  %2 = aten.neg %x : (tensor<4xf32>) -> tensor<4xf32>
  %3 = aten.exp %2 : (tensor<4xf32>) -> tensor<4xf32>
  %4 = aten.add %3, %two : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %5 = aten.div %x, %4 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %1, %5 : tensor<4xf32>, tensor<4xf32>
}
