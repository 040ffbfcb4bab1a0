// REQUIRES: ptxas
// RUN: kernel-opt %s --database=none --verify=algebra-only --nonce=7 -o %t.mlir 2>&1 | FileCheck %s
// RUN: FileCheck %s --check-prefix=OUT < %t.mlir

// What random programs once failed at, each as small as it gets.

// A function of a constant: the literal stands for exp(1/2), not for itself.
// CHECK: constant_elementwise
// CHECK: checked        verified
func.func @constant() -> tensor<48xf32> {
  %h = arith.constant dense<0.5> : tensor<48xf32>
  %e = tensor.empty() : tensor<48xf32>
  %y = linalg.exp ins(%h : tensor<48xf32>) outs(%e : tensor<48xf32>) -> tensor<48xf32>
  return %y : tensor<48xf32>
}

// Two narrow formats have no conversion into each other.
// CHECK: narrow_elementwise
// CHECK: checked        verified
func.func @narrow(%x: tensor<48xf16>) -> tensor<48xbf16> {
  %y = tosa.cast %x : (tensor<48xf16>) -> tensor<48xbf16>
  return %y : tensor<48xbf16>
}

// 2^n where n is a sum whose shadow has an error on one side alone.
// CHECK: powers_
// CHECK: checked        verified
func.func @powers(%n: tensor<1xi64>, %w: tensor<96x1xf32>, %b: tensor<96xf32>) -> tensor<96xf32> {
  %x = aten.to %n {dtype = f32} : (tensor<1xi64>) -> tensor<1xf32>
  %s = aten.linear %x, %w, %b : (tensor<1xf32>, tensor<96x1xf32>, tensor<96xf32>) -> tensor<96xf32>
  %y = aten.exp2 %s : (tensor<96xf32>) -> tensor<96xf32>
  return %y : tensor<96xf32>
}

// A scan of one row that reads what was reshaped.
// CHECK: scan_
// CHECK: checked        verified
func.func @scan(%x: tensor<1x5xf32>) -> (tensor<1x5xf32>, tensor<1x5xf32>) {
  %0 = aten.layer_norm %x {normalized_shape = array<i64: 5>} : (tensor<1x5xf32>) -> tensor<1x5xf32>
  %1 = aten.softplus %0 {beta = 2.0 : f64} : (tensor<1x5xf32>) -> tensor<1x5xf32>
  %2 = aten.cumprod %1 {dim = 1 : i64} : (tensor<1x5xf32>) -> tensor<1x5xf32>
  return %2, %0 : tensor<1x5xf32>, tensor<1x5xf32>
}

// A reduction of one element, which is a constant or has a constant index.
// CHECK: single_
// CHECK: checked        verified
func.func @single(%x: tensor<1xf32>) -> (tensor<f32>, tensor<i64>) {
  %h = aten.full {size = array<i64: 1>, value = 0.5 : f64, dtype = f32} : () -> tensor<1xf32>
  %0 = aten.prod %h {dim = 0 : i64} : (tensor<1xf32>) -> tensor<f32>
  %1 = aten.argmin %x {dim = 0 : i64} : (tensor<1xf32>) -> tensor<i64>
  return %0, %1 : tensor<f32>, tensor<i64>
}

// A variance that comes as an input must be positive for there to be a result,
// and here no result is without all of them.
// CHECK: variance_
// CHECK: checked        verified
func.func @variance(%x: tensor<16x4x24xf32>, %m: tensor<4xf32>, %v: tensor<4xf32>) -> tensor<16x4x24xf32> {
  %0 = aten.batch_norm %x, %m, %m, %m, %v : (tensor<16x4x24xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<16x4x24xf32>
  %1 = aten.group_norm %0 {num_groups = 1 : i64} : (tensor<16x4x24xf32>) -> tensor<16x4x24xf32>
  return %1 : tensor<16x4x24xf32>
}

// The product of so many large ones is known less exactly than to one: what the
// next whole number is cannot be said, which refutes nothing.
// CHECK: whole_
// CHECK: checked        verified
func.func @whole(%x: tensor<255xbf16>) -> tensor<bf16> {
  %0 = aten.prod %x {dim = 0 : i64} : (tensor<255xbf16>) -> tensor<bf16>
  %1 = aten.threshold %0 {threshold = 0.1 : f64, value = 20.0 : f64} : (tensor<bf16>) -> tensor<bf16>
  %2 = aten.ceil %1 : (tensor<bf16>) -> tensor<bf16>
  return %2 : tensor<bf16>
}

// OUT-NOT: linalg
