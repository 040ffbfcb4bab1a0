// RUN: %python %S/../Inputs/expect-exit.py 0 kernel-opt-verify --nonce=7 %s | FileCheck %s

// Square roots are right up to their sign in each field: never refuted by it,
// compared again where in doubt.

// CHECK-LABEL: @src_normalize => @tgt_normalize
// CHECK-NEXT: verified

func.func @src_normalize(%x: tensor<3x8xf32>)
    -> tensor<3x8xf32> {
  %v1 = arith.mulf %x, %x : tensor<3x8xf32>
  %e2 = tensor.empty() : tensor<3xf32>
  %c3 = arith.constant 0.0 : f32
  %i4 = linalg.fill ins(%c3 : f32) outs(%e2 : tensor<3xf32>) -> tensor<3xf32>
  %r5 = linalg.reduce { arith.addf } ins(%v1 : tensor<3x8xf32>) outs(%i4 : tensor<3xf32>) dimensions = [1]
  %v6 = math.sqrt %r5 : tensor<3xf32>
  %e7 = tensor.empty() : tensor<3x8xf32>
  %b8 = linalg.broadcast ins(%v6 : tensor<3xf32>) outs(%e7 : tensor<3x8xf32>) dimensions = [1]
  %v9 = arith.divf %x, %b8 : tensor<3x8xf32>
  return %v9 : tensor<3x8xf32>
}

func.func @tgt_normalize(%x: tensor<3x8xf32>)
    -> tensor<3x8xf32> {
  %v1 = arith.mulf %x, %x : tensor<3x8xf32>
  %e2 = tensor.empty() : tensor<3xf32>
  %c3 = arith.constant 0.0 : f32
  %i4 = linalg.fill ins(%c3 : f32) outs(%e2 : tensor<3xf32>) -> tensor<3xf32>
  %r5 = linalg.reduce { arith.addf } ins(%v1 : tensor<3x8xf32>) outs(%i4 : tensor<3xf32>) dimensions = [1]
  %v6 = math.sqrt %r5 : tensor<3xf32>
  %e7 = tensor.empty() : tensor<3x8xf32>
  %b8 = linalg.broadcast ins(%v6 : tensor<3xf32>) outs(%e7 : tensor<3x8xf32>) dimensions = [1]
  %v9 = arith.mulf %x, %b8 : tensor<3x8xf32>
  %c10 = arith.constant dense<1.0> : tensor<3xf32>
  %v11 = arith.divf %c10, %r5 : tensor<3xf32>
  %e12 = tensor.empty() : tensor<3x8xf32>
  %b13 = linalg.broadcast ins(%v11 : tensor<3xf32>) outs(%e12 : tensor<3x8xf32>) dimensions = [1]
  %v14 = arith.mulf %v9, %b13 : tensor<3x8xf32>
  return %v14 : tensor<3x8xf32>
}

// CHECK-LABEL: @src_abs => @tgt_abs
// CHECK-NEXT: verified

func.func @src_abs(%x: tensor<3x8xf32>)
    -> tensor<3x8xf32> {
  %v1 = math.absf %x : tensor<3x8xf32>
  return %v1 : tensor<3x8xf32>
}

func.func @tgt_abs(%x: tensor<3x8xf32>)
    -> tensor<3x8xf32> {
  %v1 = arith.mulf %x, %x : tensor<3x8xf32>
  %v2 = math.sqrt %v1 : tensor<3x8xf32>
  return %v2 : tensor<3x8xf32>
}
