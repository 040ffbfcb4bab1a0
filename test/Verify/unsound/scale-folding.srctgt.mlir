// RUN: %python %S/../Inputs/expect-exit.py 1 kernel-opt-verify --nonce=7 %s | FileCheck %s

// A literal without provenance is the rational number of its bits, and
// 0.180336878 is not log2(e)/8; neither is a scale applied twice or in the
// wrong place right.

// CHECK-LABEL: @src_no_provenance => @tgt_no_provenance
// CHECK-NEXT: refuted
// CHECK: ERROR: value mismatch

func.func @src_no_provenance(%x: tensor<3x8xf32>)
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

func.func @tgt_no_provenance(%x: tensor<3x8xf32>)
    -> tensor<3x8xf32> {
  %c1 = arith.constant dense<0.180336878> : tensor<3x8xf32>
  %v2 = arith.mulf %x, %c1 : tensor<3x8xf32>
  %e3 = tensor.empty() : tensor<3xf32>
  %c4 = arith.constant 0xFF800000 : f32
  %i5 = linalg.fill ins(%c4 : f32) outs(%e3 : tensor<3xf32>) -> tensor<3xf32>
  %r6 = linalg.reduce { arith.maximumf } ins(%v2 : tensor<3x8xf32>) outs(%i5 : tensor<3xf32>) dimensions = [1]
  %e7 = tensor.empty() : tensor<3x8xf32>
  %b8 = linalg.broadcast ins(%r6 : tensor<3xf32>) outs(%e7 : tensor<3x8xf32>) dimensions = [1]
  %v9 = arith.subf %v2, %b8 : tensor<3x8xf32>
  %v10 = math.exp2 %v9 : tensor<3x8xf32>
  %e11 = tensor.empty() : tensor<3xf32>
  %c12 = arith.constant 0.0 : f32
  %i13 = linalg.fill ins(%c12 : f32) outs(%e11 : tensor<3xf32>) -> tensor<3xf32>
  %r14 = linalg.reduce { arith.addf } ins(%v10 : tensor<3x8xf32>) outs(%i13 : tensor<3xf32>) dimensions = [1]
  %e15 = tensor.empty() : tensor<3x8xf32>
  %b16 = linalg.broadcast ins(%r14 : tensor<3xf32>) outs(%e15 : tensor<3x8xf32>) dimensions = [1]
  %v17 = arith.divf %v10, %b16 : tensor<3x8xf32>
  return %v17 : tensor<3x8xf32>
}

// CHECK-LABEL: @src_wrong_provenance => @tgt_wrong_provenance
// CHECK-NEXT: refuted
// CHECK: ERROR: value mismatch

func.func @src_wrong_provenance(%x: tensor<3x8xf32>)
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

func.func @tgt_wrong_provenance(%x: tensor<3x8xf32>)
    -> tensor<3x8xf32> {
  %c2 = arith.constant {kopt.const = #kopt.const<"0.126*log2e">} 0.180336878 : f32
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

// CHECK-LABEL: @src_twice => @tgt_twice
// CHECK-NEXT: refuted
// CHECK: ERROR: value mismatch

func.func @src_twice(%x: tensor<3x8xf32>)
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

func.func @tgt_twice(%x: tensor<3x8xf32>)
    -> tensor<3x8xf32> {
  %c1 = arith.constant dense<1.562500e-02> : tensor<3x8xf32>
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

// CHECK-LABEL: @src_after => @tgt_after
// CHECK-NEXT: refuted
// CHECK: ERROR: value mismatch

func.func @src_after(%x: tensor<3x8xf32>)
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

func.func @tgt_after(%x: tensor<3x8xf32>)
    -> tensor<3x8xf32> {
  %e1 = tensor.empty() : tensor<3xf32>
  %c2 = arith.constant 0xFF800000 : f32
  %i3 = linalg.fill ins(%c2 : f32) outs(%e1 : tensor<3xf32>) -> tensor<3xf32>
  %r4 = linalg.reduce { arith.maximumf } ins(%x : tensor<3x8xf32>) outs(%i3 : tensor<3xf32>) dimensions = [1]
  %e5 = tensor.empty() : tensor<3x8xf32>
  %b6 = linalg.broadcast ins(%r4 : tensor<3xf32>) outs(%e5 : tensor<3x8xf32>) dimensions = [1]
  %v7 = arith.subf %x, %b6 : tensor<3x8xf32>
  %v8 = math.exp %v7 : tensor<3x8xf32>
  %e9 = tensor.empty() : tensor<3xf32>
  %c10 = arith.constant 0.0 : f32
  %i11 = linalg.fill ins(%c10 : f32) outs(%e9 : tensor<3xf32>) -> tensor<3xf32>
  %r12 = linalg.reduce { arith.addf } ins(%v8 : tensor<3x8xf32>) outs(%i11 : tensor<3xf32>) dimensions = [1]
  %e13 = tensor.empty() : tensor<3x8xf32>
  %b14 = linalg.broadcast ins(%r12 : tensor<3xf32>) outs(%e13 : tensor<3x8xf32>) dimensions = [1]
  %v15 = arith.divf %v8, %b14 : tensor<3x8xf32>
  %c16 = arith.constant dense<1.250000e-01> : tensor<3x8xf32>
  %v17 = arith.mulf %v15, %c16 : tensor<3x8xf32>
  return %v17 : tensor<3x8xf32>
}

// CHECK-LABEL: @src_relative_1e_4_off => @tgt_relative_1e_4_off
// CHECK-NEXT: refuted
// CHECK: ERROR: value mismatch

func.func @src_relative_1e_4_off(%x: tensor<3x8xf32>)
    -> tensor<3x8xf32> {
  %c1 = arith.constant dense<1.250000e-01> : tensor<3x8xf32>
  %v2 = arith.mulf %x, %c1 : tensor<3x8xf32>
  return %v2 : tensor<3x8xf32>
}

func.func @tgt_relative_1e_4_off(%x: tensor<3x8xf32>)
    -> tensor<3x8xf32> {
  %c1 = arith.constant dense<0.1250125> : tensor<3x8xf32>
  %v2 = arith.mulf %x, %c1 : tensor<3x8xf32>
  return %v2 : tensor<3x8xf32>
}
