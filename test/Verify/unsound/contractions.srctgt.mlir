// RUN: %python %S/../Inputs/expect-exit.py 1 kernel-opt-verify --nonce=7 %s | FileCheck %s

// A part of the inner dimension left out or taken twice, operands or results
// transposed, a row never written, a distribution that forgets a factor, a
// bias along the wrong axis.

// CHECK-LABEL: @src_drop_last_k => @tgt_drop_last_k
// CHECK-NEXT: refuted
// CHECK: ERROR: value mismatch

func.func @src_drop_last_k(%a: tensor<3x4xf32>, %b: tensor<4x5xf32>)
    -> tensor<3x5xf32> {
  %e1 = tensor.empty() : tensor<3x5xf32>
  %c2 = arith.constant 0.0 : f32
  %i3 = linalg.fill ins(%c2 : f32) outs(%e1 : tensor<3x5xf32>) -> tensor<3x5xf32>
  %m4 = linalg.matmul ins(%a, %b : tensor<3x4xf32>, tensor<4x5xf32>) outs(%i3 : tensor<3x5xf32>) -> tensor<3x5xf32>
  return %m4 : tensor<3x5xf32>
}

func.func @tgt_drop_last_k(%a: tensor<3x4xf32>, %b: tensor<4x5xf32>)
    -> tensor<3x5xf32> {
  %s1 = tensor.extract_slice %a[0, 0] [3, 3] [1, 1] : tensor<3x4xf32> to tensor<3x3xf32>
  %s2 = tensor.extract_slice %b[0, 0] [3, 5] [1, 1] : tensor<4x5xf32> to tensor<3x5xf32>
  %e3 = tensor.empty() : tensor<3x5xf32>
  %c4 = arith.constant 0.0 : f32
  %i5 = linalg.fill ins(%c4 : f32) outs(%e3 : tensor<3x5xf32>) -> tensor<3x5xf32>
  %m6 = linalg.matmul ins(%s1, %s2 : tensor<3x3xf32>, tensor<3x5xf32>) outs(%i5 : tensor<3x5xf32>) -> tensor<3x5xf32>
  return %m6 : tensor<3x5xf32>
}

// CHECK-LABEL: @src_k_twice => @tgt_k_twice
// CHECK-NEXT: refuted
// CHECK: ERROR: value mismatch

func.func @src_k_twice(%a: tensor<3x4xf32>, %b: tensor<4x5xf32>)
    -> tensor<3x5xf32> {
  %e1 = tensor.empty() : tensor<3x5xf32>
  %c2 = arith.constant 0.0 : f32
  %i3 = linalg.fill ins(%c2 : f32) outs(%e1 : tensor<3x5xf32>) -> tensor<3x5xf32>
  %m4 = linalg.matmul ins(%a, %b : tensor<3x4xf32>, tensor<4x5xf32>) outs(%i3 : tensor<3x5xf32>) -> tensor<3x5xf32>
  return %m4 : tensor<3x5xf32>
}

func.func @tgt_k_twice(%a: tensor<3x4xf32>, %b: tensor<4x5xf32>)
    -> tensor<3x5xf32> {
  %s1 = tensor.extract_slice %a[0, 0] [3, 3] [1, 1] : tensor<3x4xf32> to tensor<3x3xf32>
  %s2 = tensor.extract_slice %b[0, 0] [3, 5] [1, 1] : tensor<4x5xf32> to tensor<3x5xf32>
  %e3 = tensor.empty() : tensor<3x5xf32>
  %c4 = arith.constant 0.0 : f32
  %i5 = linalg.fill ins(%c4 : f32) outs(%e3 : tensor<3x5xf32>) -> tensor<3x5xf32>
  %m6 = linalg.matmul ins(%s1, %s2 : tensor<3x3xf32>, tensor<3x5xf32>) outs(%i5 : tensor<3x5xf32>) -> tensor<3x5xf32>
  %s7 = tensor.extract_slice %a[0, 3] [3, 1] [1, 1] : tensor<3x4xf32> to tensor<3x1xf32>
  %s8 = tensor.extract_slice %b[3, 0] [1, 5] [1, 1] : tensor<4x5xf32> to tensor<1x5xf32>
  %e9 = tensor.empty() : tensor<3x5xf32>
  %c10 = arith.constant 0.0 : f32
  %i11 = linalg.fill ins(%c10 : f32) outs(%e9 : tensor<3x5xf32>) -> tensor<3x5xf32>
  %m12 = linalg.matmul ins(%s7, %s8 : tensor<3x1xf32>, tensor<1x5xf32>) outs(%i11 : tensor<3x5xf32>) -> tensor<3x5xf32>
  %v13 = arith.addf %m6, %m12 : tensor<3x5xf32>
  %s14 = tensor.extract_slice %a[0, 0] [3, 1] [1, 1] : tensor<3x4xf32> to tensor<3x1xf32>
  %s15 = tensor.extract_slice %b[0, 0] [1, 5] [1, 1] : tensor<4x5xf32> to tensor<1x5xf32>
  %e16 = tensor.empty() : tensor<3x5xf32>
  %c17 = arith.constant 0.0 : f32
  %i18 = linalg.fill ins(%c17 : f32) outs(%e16 : tensor<3x5xf32>) -> tensor<3x5xf32>
  %m19 = linalg.matmul ins(%s14, %s15 : tensor<3x1xf32>, tensor<1x5xf32>) outs(%i18 : tensor<3x5xf32>) -> tensor<3x5xf32>
  %v20 = arith.addf %v13, %m19 : tensor<3x5xf32>
  return %v20 : tensor<3x5xf32>
}

// CHECK-LABEL: @src_swapped_operands => @tgt_swapped_operands
// CHECK-NEXT: refuted
// CHECK: ERROR: value mismatch

func.func @src_swapped_operands(%a: tensor<4x4xf32>, %b: tensor<4x4xf32>)
    -> tensor<4x4xf32> {
  %e1 = tensor.empty() : tensor<4x4xf32>
  %c2 = arith.constant 0.0 : f32
  %i3 = linalg.fill ins(%c2 : f32) outs(%e1 : tensor<4x4xf32>) -> tensor<4x4xf32>
  %m4 = linalg.matmul ins(%a, %b : tensor<4x4xf32>, tensor<4x4xf32>) outs(%i3 : tensor<4x4xf32>) -> tensor<4x4xf32>
  return %m4 : tensor<4x4xf32>
}

func.func @tgt_swapped_operands(%a: tensor<4x4xf32>, %b: tensor<4x4xf32>)
    -> tensor<4x4xf32> {
  %e1 = tensor.empty() : tensor<4x4xf32>
  %c2 = arith.constant 0.0 : f32
  %i3 = linalg.fill ins(%c2 : f32) outs(%e1 : tensor<4x4xf32>) -> tensor<4x4xf32>
  %m4 = linalg.matmul ins(%b, %a : tensor<4x4xf32>, tensor<4x4xf32>) outs(%i3 : tensor<4x4xf32>) -> tensor<4x4xf32>
  return %m4 : tensor<4x4xf32>
}

// CHECK-LABEL: @src_transposed_operand => @tgt_transposed_operand
// CHECK-NEXT: refuted
// CHECK: ERROR: value mismatch

func.func @src_transposed_operand(%a: tensor<4x4xf32>, %b: tensor<4x4xf32>)
    -> tensor<4x4xf32> {
  %e1 = tensor.empty() : tensor<4x4xf32>
  %c2 = arith.constant 0.0 : f32
  %i3 = linalg.fill ins(%c2 : f32) outs(%e1 : tensor<4x4xf32>) -> tensor<4x4xf32>
  %m4 = linalg.matmul ins(%a, %b : tensor<4x4xf32>, tensor<4x4xf32>) outs(%i3 : tensor<4x4xf32>) -> tensor<4x4xf32>
  return %m4 : tensor<4x4xf32>
}

func.func @tgt_transposed_operand(%a: tensor<4x4xf32>, %b: tensor<4x4xf32>)
    -> tensor<4x4xf32> {
  %e1 = tensor.empty() : tensor<4x4xf32>
  %t2 = linalg.transpose ins(%a : tensor<4x4xf32>) outs(%e1 : tensor<4x4xf32>) permutation = [1, 0]
  %e3 = tensor.empty() : tensor<4x4xf32>
  %c4 = arith.constant 0.0 : f32
  %i5 = linalg.fill ins(%c4 : f32) outs(%e3 : tensor<4x4xf32>) -> tensor<4x4xf32>
  %m6 = linalg.matmul ins(%t2, %b : tensor<4x4xf32>, tensor<4x4xf32>) outs(%i5 : tensor<4x4xf32>) -> tensor<4x4xf32>
  return %m6 : tensor<4x4xf32>
}

// CHECK-LABEL: @src_transposed_store => @tgt_transposed_store
// CHECK-NEXT: refuted
// CHECK: ERROR: value mismatch

func.func @src_transposed_store(%a: tensor<4x4xf32>, %b: tensor<4x4xf32>)
    -> tensor<4x4xf32> {
  %e1 = tensor.empty() : tensor<4x4xf32>
  %c2 = arith.constant 0.0 : f32
  %i3 = linalg.fill ins(%c2 : f32) outs(%e1 : tensor<4x4xf32>) -> tensor<4x4xf32>
  %m4 = linalg.matmul ins(%a, %b : tensor<4x4xf32>, tensor<4x4xf32>) outs(%i3 : tensor<4x4xf32>) -> tensor<4x4xf32>
  return %m4 : tensor<4x4xf32>
}

func.func @tgt_transposed_store(%a: tensor<4x4xf32>, %b: tensor<4x4xf32>)
    -> tensor<4x4xf32> {
  %e1 = tensor.empty() : tensor<4x4xf32>
  %c2 = arith.constant 0.0 : f32
  %i3 = linalg.fill ins(%c2 : f32) outs(%e1 : tensor<4x4xf32>) -> tensor<4x4xf32>
  %m4 = linalg.matmul ins(%a, %b : tensor<4x4xf32>, tensor<4x4xf32>) outs(%i3 : tensor<4x4xf32>) -> tensor<4x4xf32>
  %e5 = tensor.empty() : tensor<4x4xf32>
  %t6 = linalg.transpose ins(%m4 : tensor<4x4xf32>) outs(%e5 : tensor<4x4xf32>) permutation = [1, 0]
  return %t6 : tensor<4x4xf32>
}

// CHECK-LABEL: @src_drop_ragged_rows => @tgt_drop_ragged_rows
// CHECK-NEXT: refuted
// CHECK: ERROR: value mismatch

func.func @src_drop_ragged_rows(%a: tensor<3x4xf32>, %b: tensor<4x5xf32>)
    -> tensor<3x5xf32> {
  %e1 = tensor.empty() : tensor<3x5xf32>
  %c2 = arith.constant 0.0 : f32
  %i3 = linalg.fill ins(%c2 : f32) outs(%e1 : tensor<3x5xf32>) -> tensor<3x5xf32>
  %m4 = linalg.matmul ins(%a, %b : tensor<3x4xf32>, tensor<4x5xf32>) outs(%i3 : tensor<3x5xf32>) -> tensor<3x5xf32>
  return %m4 : tensor<3x5xf32>
}

func.func @tgt_drop_ragged_rows(%a: tensor<3x4xf32>, %b: tensor<4x5xf32>)
    -> tensor<3x5xf32> {
  %s1 = tensor.extract_slice %a[0, 0] [2, 4] [1, 1] : tensor<3x4xf32> to tensor<2x4xf32>
  %e2 = tensor.empty() : tensor<2x5xf32>
  %c3 = arith.constant 0.0 : f32
  %i4 = linalg.fill ins(%c3 : f32) outs(%e2 : tensor<2x5xf32>) -> tensor<2x5xf32>
  %m5 = linalg.matmul ins(%s1, %b : tensor<2x4xf32>, tensor<4x5xf32>) outs(%i4 : tensor<2x5xf32>) -> tensor<2x5xf32>
  %e6 = tensor.empty() : tensor<3x5xf32>
  %c7 = arith.constant 0.0 : f32
  %i8 = linalg.fill ins(%c7 : f32) outs(%e6 : tensor<3x5xf32>) -> tensor<3x5xf32>
  %s9 = tensor.insert_slice %m5 into %i8[0, 0] [2, 5] [1, 1] : tensor<2x5xf32> into tensor<3x5xf32>
  return %s9 : tensor<3x5xf32>
}

// CHECK-LABEL: @src_distribution => @tgt_distribution
// CHECK-NEXT: refuted
// CHECK: ERROR: value mismatch

func.func @src_distribution(%a: tensor<3x8xf32>, %b: tensor<3x8xf32>, %c: tensor<3x8xf32>)
    -> tensor<3x8xf32> {
  %v1 = arith.addf %b, %c : tensor<3x8xf32>
  %v2 = arith.mulf %a, %v1 : tensor<3x8xf32>
  return %v2 : tensor<3x8xf32>
}

func.func @tgt_distribution(%a: tensor<3x8xf32>, %b: tensor<3x8xf32>, %c: tensor<3x8xf32>)
    -> tensor<3x8xf32> {
  %v1 = arith.mulf %a, %b : tensor<3x8xf32>
  %v2 = arith.addf %v1, %c : tensor<3x8xf32>
  return %v2 : tensor<3x8xf32>
}

// CHECK-LABEL: @src_bias_axis => @tgt_bias_axis
// CHECK-NEXT: refuted
// CHECK: ERROR: value mismatch

func.func @src_bias_axis(%x: tensor<4x4xf32>, %b: tensor<4xf32>)
    -> tensor<4x4xf32> {
  %e1 = tensor.empty() : tensor<4x4xf32>
  %b2 = linalg.broadcast ins(%b : tensor<4xf32>) outs(%e1 : tensor<4x4xf32>) dimensions = [0]
  %v3 = arith.addf %x, %b2 : tensor<4x4xf32>
  return %v3 : tensor<4x4xf32>
}

func.func @tgt_bias_axis(%x: tensor<4x4xf32>, %b: tensor<4xf32>)
    -> tensor<4x4xf32> {
  %e1 = tensor.empty() : tensor<4x4xf32>
  %b2 = linalg.broadcast ins(%b : tensor<4xf32>) outs(%e1 : tensor<4x4xf32>) dimensions = [1]
  %v3 = arith.addf %x, %b2 : tensor<4x4xf32>
  return %v3 : tensor<4x4xf32>
}

// CHECK-LABEL: @src_reduction_axis => @tgt_reduction_axis
// CHECK-NEXT: refuted
// CHECK: ERROR: value mismatch

func.func @src_reduction_axis(%x: tensor<4x4xf32>)
    -> tensor<4xf32> {
  %e1 = tensor.empty() : tensor<4xf32>
  %c2 = arith.constant 0.0 : f32
  %i3 = linalg.fill ins(%c2 : f32) outs(%e1 : tensor<4xf32>) -> tensor<4xf32>
  %r4 = linalg.reduce { arith.addf } ins(%x : tensor<4x4xf32>) outs(%i3 : tensor<4xf32>) dimensions = [0]
  return %r4 : tensor<4xf32>
}

func.func @tgt_reduction_axis(%x: tensor<4x4xf32>)
    -> tensor<4xf32> {
  %e1 = tensor.empty() : tensor<4xf32>
  %c2 = arith.constant 0.0 : f32
  %i3 = linalg.fill ins(%c2 : f32) outs(%e1 : tensor<4xf32>) -> tensor<4xf32>
  %r4 = linalg.reduce { arith.addf } ins(%x : tensor<4x4xf32>) outs(%i3 : tensor<4xf32>) dimensions = [1]
  return %r4 : tensor<4xf32>
}
