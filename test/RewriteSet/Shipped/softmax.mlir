// RUN: kernel-opt %s --kopt-list-matches="file=%rewrites/softmax.mlir rule=softmax_of_shifted" \
// RUN:   --verify-diagnostics -o /dev/null
// RUN: kernel-opt %s --kopt-apply-rules="file=%rewrites/softmax.mlir rule=scaled_softmax_by_powers_of_two all-once" \
// RUN:   | FileCheck %s --check-prefix=SCALED
// RUN: kernel-opt %s --kopt-apply-rules="file=%rewrites/softmax.mlir rule=softmax_without_maximum all-once" \
// RUN:   | FileCheck %s --check-prefix=BOUNDED

func.func @shift(%x: tensor<2x4x8xf32>, %c: tensor<2x4x1xf32>, %d: tensor<4x8xf32>)
    -> (tensor<2x4x8xf32>, tensor<2x4x8xf32>, tensor<2x4x8xf32>)
    attributes {kopt.contract = #kopt.contract<specials = finite>} {
  %0 = aten.add %x, %c : (tensor<2x4x8xf32>, tensor<2x4x1xf32>) -> tensor<2x4x8xf32>
  // expected-remark@+1 {{"rule":"softmax_of_shifted","site":"shift#1"}}
  %1 = aten.softmax %0 {dim = 2 : i64} : (tensor<2x4x8xf32>) -> tensor<2x4x8xf32>
  // Along another dimension the shift is none.
  %2 = aten.softmax %0 {dim = 1 : i64} : (tensor<2x4x8xf32>) -> tensor<2x4x8xf32>
  // What differs within a row counts.
  %3 = aten.add %x, %d : (tensor<2x4x8xf32>, tensor<4x8xf32>) -> tensor<2x4x8xf32>
  %4 = aten.softmax %3 {dim = -1 : i64} : (tensor<2x4x8xf32>) -> tensor<2x4x8xf32>
  return %1, %2, %4 : tensor<2x4x8xf32>, tensor<2x4x8xf32>, tensor<2x4x8xf32>
}

// One literal stands for the product of scale and log2 e.
// SCALED-LABEL: func @scaled(
// SCALED: aten.full {{.*}}kopt.const = #kopt.const<"((0x1p-3) * log2e)">
// SCALED: aten.exp2
// SCALED-LABEL: func @scaled_negatively(
// SCALED: aten.softmax
func.func @scaled(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %s = aten.full {size = array<i64>, value = 1.25e-1 : f64, dtype = f32} : () -> tensor<f32>
  %0 = aten.mul %x, %s : (tensor<4x8xf32>, tensor<f32>) -> tensor<4x8xf32>
  %1 = aten.softmax %0 {dim = -1 : i64} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return %1 : tensor<4x8xf32>
}
func.func @scaled_negatively(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %s = aten.full {size = array<i64>, value = -1.25e-1 : f64, dtype = f32} : () -> tensor<f32>
  %0 = aten.mul %x, %s : (tensor<4x8xf32>, tensor<f32>) -> tensor<4x8xf32>
  %1 = aten.softmax %0 {dim = -1 : i64} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return %1 : tensor<4x8xf32>
}

// Without the maximum only where the contract bounds the logits.
// BOUNDED-LABEL: func @bounded(
// BOUNDED-NOT: aten.softmax
// BOUNDED-LABEL: func @too_wide(
// BOUNDED: aten.softmax
// BOUNDED-LABEL: func @unknown_range(
// BOUNDED: aten.softmax
func.func @bounded(%x: tensor<4x8xf32> {kopt.range = #kopt.range<-30.0, 30.0>}) -> tensor<4x8xf32> {
  %0 = aten.softmax %x {dim = -1 : i64} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return %0 : tensor<4x8xf32>
}
func.func @too_wide(%x: tensor<4x8xf32> {kopt.range = #kopt.range<-30.0, 90.0>}) -> tensor<4x8xf32> {
  %0 = aten.softmax %x {dim = -1 : i64} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return %0 : tensor<4x8xf32>
}
func.func @unknown_range(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %0 = aten.softmax %x {dim = -1 : i64} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return %0 : tensor<4x8xf32>
}
