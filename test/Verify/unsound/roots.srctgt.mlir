// RUN: %python %S/../Inputs/expect-exit.py 1 kernel-opt-verify --nonce=7 %s | FileCheck %s

// sqrt(x^2) is |x|, and a sum of roots is no root of a sum.

// CHECK-LABEL: @src_sign => @tgt_sign
// CHECK-NEXT: refuted
// CHECK: ERROR: value mismatch

func.func @src_sign(%x: tensor<3x8xf32>)
    -> tensor<3x8xf32> {
  %v1 = arith.mulf %x, %x : tensor<3x8xf32>
  %v2 = math.sqrt %v1 : tensor<3x8xf32>
  return %v2 : tensor<3x8xf32>
}

func.func @tgt_sign(%x: tensor<3x8xf32>)
    -> tensor<3x8xf32> {
  return %x : tensor<3x8xf32>
}

// CHECK-LABEL: @src_sum => @tgt_sum
// CHECK-NEXT: refuted
// CHECK: ERROR: value mismatch

func.func @src_sum(%x: tensor<3x8xf32>)
    -> tensor<3xf32> {
  %v1 = arith.mulf %x, %x : tensor<3x8xf32>
  %e2 = tensor.empty() : tensor<3xf32>
  %c3 = arith.constant 0.0 : f32
  %i4 = linalg.fill ins(%c3 : f32) outs(%e2 : tensor<3xf32>) -> tensor<3xf32>
  %r5 = linalg.reduce { arith.addf } ins(%v1 : tensor<3x8xf32>) outs(%i4 : tensor<3xf32>) dimensions = [1]
  %v6 = math.sqrt %r5 : tensor<3xf32>
  return %v6 : tensor<3xf32>
}

func.func @tgt_sum(%x: tensor<3x8xf32>)
    -> tensor<3xf32> {
  %v1 = math.absf %x : tensor<3x8xf32>
  %e2 = tensor.empty() : tensor<3xf32>
  %c3 = arith.constant 0.0 : f32
  %i4 = linalg.fill ins(%c3 : f32) outs(%e2 : tensor<3xf32>) -> tensor<3xf32>
  %r5 = linalg.reduce { arith.addf } ins(%v1 : tensor<3x8xf32>) outs(%i4 : tensor<3xf32>) dimensions = [1]
  return %r5 : tensor<3xf32>
}
