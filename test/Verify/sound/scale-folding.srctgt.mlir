// RUN: %python %S/../Inputs/expect-exit.py 0 kernel-opt-verify --nonce=7 %s | FileCheck %s

// The scale of attention folded with log2(e) into one literal: right because
// the literal says what it stands for.

// CHECK-LABEL: @src_exp2 => @tgt_exp2
// CHECK-NEXT: verified

func.func @src_exp2(%x: tensor<3x8xf32>)
    -> tensor<3x8xf32> {
  %c1 = arith.constant dense<1.250000e-01> : tensor<3x8xf32>
  %v2 = arith.mulf %x, %c1 : tensor<3x8xf32>
  %e3 = tensor.empty() : tensor<3xf32>
  %c4 = arith.constant 0xFF800000 : f32
  %i5 = linalg.fill ins(%c4 : f32) outs(%e3 : tensor<3xf32>) -> tensor<3xf32>
  %r6 = linalg.reduce { arith.maximumf } ins(%v2 : tensor<3x8xf32>) outs(%i5 : tensor<3xf32>) dimensions = [1]
  %e7 = tensor.empty() : tensor<3x8xf32>
  %b8 = linalg.broadcast ins(%r6 : tensor<3xf32>) outs(%e7 : tensor<3x8xf32>) dimensions = [1]
  %v9 = arith.subf %v2, %b8 : tensor<3x8xf32>
  %v10 = math.exp %v9 : tensor<3x8xf32>
  %e11 = tensor.empty() : tensor<3xf32>
  %c12 = arith.constant 0.0 : f32
  %i13 = linalg.fill ins(%c12 : f32) outs(%e11 : tensor<3xf32>) -> tensor<3xf32>
  %r14 = linalg.reduce { arith.addf } ins(%v10 : tensor<3x8xf32>) outs(%i13 : tensor<3xf32>) dimensions = [1]
  %e15 = tensor.empty() : tensor<3x8xf32>
  %b16 = linalg.broadcast ins(%r14 : tensor<3xf32>) outs(%e15 : tensor<3x8xf32>) dimensions = [1]
  %v17 = arith.divf %v10, %b16 : tensor<3x8xf32>
  return %v17 : tensor<3x8xf32>
}

func.func @tgt_exp2(%x: tensor<3x8xf32>)
    -> tensor<3x8xf32> {
  %c2 = arith.constant {kopt.const = #kopt.const<"0.125*log2e">} 0.180336878 : f32
  %c1 = tensor.splat %c2 : tensor<3x8xf32>
  %v3 = arith.mulf %x, %c1 : tensor<3x8xf32>
  %e4 = tensor.empty() : tensor<3xf32>
  %c5 = arith.constant 0xFF800000 : f32
  %i6 = linalg.fill ins(%c5 : f32) outs(%e4 : tensor<3xf32>) -> tensor<3xf32>
  %r7 = linalg.reduce { arith.maximumf } ins(%v3 : tensor<3x8xf32>) outs(%i6 : tensor<3xf32>) dimensions = [1]
  %e8 = tensor.empty() : tensor<3x8xf32>
  %b9 = linalg.broadcast ins(%r7 : tensor<3xf32>) outs(%e8 : tensor<3x8xf32>) dimensions = [1]
  %v10 = arith.subf %v3, %b9 : tensor<3x8xf32>
  %v11 = math.exp2 %v10 : tensor<3x8xf32>
  %e12 = tensor.empty() : tensor<3xf32>
  %c13 = arith.constant 0.0 : f32
  %i14 = linalg.fill ins(%c13 : f32) outs(%e12 : tensor<3xf32>) -> tensor<3xf32>
  %r15 = linalg.reduce { arith.addf } ins(%v11 : tensor<3x8xf32>) outs(%i14 : tensor<3xf32>) dimensions = [1]
  %e16 = tensor.empty() : tensor<3x8xf32>
  %b17 = linalg.broadcast ins(%r15 : tensor<3xf32>) outs(%e16 : tensor<3x8xf32>) dimensions = [1]
  %v18 = arith.divf %v11, %b17 : tensor<3x8xf32>
  return %v18 : tensor<3x8xf32>
}

// CHECK-LABEL: @src_exp2_quotient => @tgt_exp2_quotient
// CHECK-NEXT: verified

func.func @src_exp2_quotient(%x: tensor<3x8xf32>)
    -> tensor<3x8xf32> {
  %c1 = arith.constant dense<1.250000e-01> : tensor<3x8xf32>
  %v2 = arith.mulf %x, %c1 : tensor<3x8xf32>
  %e3 = tensor.empty() : tensor<3xf32>
  %c4 = arith.constant 0xFF800000 : f32
  %i5 = linalg.fill ins(%c4 : f32) outs(%e3 : tensor<3xf32>) -> tensor<3xf32>
  %r6 = linalg.reduce { arith.maximumf } ins(%v2 : tensor<3x8xf32>) outs(%i5 : tensor<3xf32>) dimensions = [1]
  %e7 = tensor.empty() : tensor<3x8xf32>
  %b8 = linalg.broadcast ins(%r6 : tensor<3xf32>) outs(%e7 : tensor<3x8xf32>) dimensions = [1]
  %v9 = arith.subf %v2, %b8 : tensor<3x8xf32>
  %v10 = math.exp %v9 : tensor<3x8xf32>
  %e11 = tensor.empty() : tensor<3xf32>
  %c12 = arith.constant 0.0 : f32
  %i13 = linalg.fill ins(%c12 : f32) outs(%e11 : tensor<3xf32>) -> tensor<3xf32>
  %r14 = linalg.reduce { arith.addf } ins(%v10 : tensor<3x8xf32>) outs(%i13 : tensor<3xf32>) dimensions = [1]
  %e15 = tensor.empty() : tensor<3x8xf32>
  %b16 = linalg.broadcast ins(%r14 : tensor<3xf32>) outs(%e15 : tensor<3x8xf32>) dimensions = [1]
  %v17 = arith.divf %v10, %b16 : tensor<3x8xf32>
  return %v17 : tensor<3x8xf32>
}

func.func @tgt_exp2_quotient(%x: tensor<3x8xf32>)
    -> tensor<3x8xf32> {
  %c2 = arith.constant {kopt.const = #kopt.const<"1/(sqrt(64)*ln2)">} 0.180336878 : f32
  %c1 = tensor.splat %c2 : tensor<3x8xf32>
  %v3 = arith.mulf %x, %c1 : tensor<3x8xf32>
  %e4 = tensor.empty() : tensor<3xf32>
  %c5 = arith.constant 0xFF800000 : f32
  %i6 = linalg.fill ins(%c5 : f32) outs(%e4 : tensor<3xf32>) -> tensor<3xf32>
  %r7 = linalg.reduce { arith.maximumf } ins(%v3 : tensor<3x8xf32>) outs(%i6 : tensor<3xf32>) dimensions = [1]
  %e8 = tensor.empty() : tensor<3x8xf32>
  %b9 = linalg.broadcast ins(%r7 : tensor<3xf32>) outs(%e8 : tensor<3x8xf32>) dimensions = [1]
  %v10 = arith.subf %v3, %b9 : tensor<3x8xf32>
  %v11 = math.exp2 %v10 : tensor<3x8xf32>
  %e12 = tensor.empty() : tensor<3xf32>
  %c13 = arith.constant 0.0 : f32
  %i14 = linalg.fill ins(%c13 : f32) outs(%e12 : tensor<3xf32>) -> tensor<3xf32>
  %r15 = linalg.reduce { arith.addf } ins(%v11 : tensor<3x8xf32>) outs(%i14 : tensor<3xf32>) dimensions = [1]
  %e16 = tensor.empty() : tensor<3x8xf32>
  %b17 = linalg.broadcast ins(%r15 : tensor<3xf32>) outs(%e16 : tensor<3x8xf32>) dimensions = [1]
  %v18 = arith.divf %v11, %b17 : tensor<3x8xf32>
  return %v18 : tensor<3x8xf32>
}
