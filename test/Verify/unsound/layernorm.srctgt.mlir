// RUN: %python %S/../Inputs/expect-exit.py 1 kernel-opt-verify --nonce=7 %s | FileCheck %s

// The epsilon in the wrong place, n - 1 for n, and an affine step left out.

// CHECK-LABEL: @src_eps_outside => @tgt_eps_outside
// CHECK-NEXT: refuted
// CHECK: ERROR: value mismatch

func.func @src_eps_outside(%x: tensor<3x8xf32>, %g: tensor<8xf32>, %b: tensor<8xf32>)
    -> tensor<3x8xf32> {
  %e1 = tensor.empty() : tensor<3xf32>
  %c2 = arith.constant 0.0 : f32
  %i3 = linalg.fill ins(%c2 : f32) outs(%e1 : tensor<3xf32>) -> tensor<3xf32>
  %r4 = linalg.reduce { arith.addf } ins(%x : tensor<3x8xf32>) outs(%i3 : tensor<3xf32>) dimensions = [1]
  %c5 = arith.constant dense<8.0> : tensor<3xf32>
  %v6 = arith.divf %r4, %c5 : tensor<3xf32>
  %e7 = tensor.empty() : tensor<3x8xf32>
  %b8 = linalg.broadcast ins(%v6 : tensor<3xf32>) outs(%e7 : tensor<3x8xf32>) dimensions = [1]
  %v9 = arith.subf %x, %b8 : tensor<3x8xf32>
  %v10 = arith.mulf %v9, %v9 : tensor<3x8xf32>
  %e11 = tensor.empty() : tensor<3xf32>
  %c12 = arith.constant 0.0 : f32
  %i13 = linalg.fill ins(%c12 : f32) outs(%e11 : tensor<3xf32>) -> tensor<3xf32>
  %r14 = linalg.reduce { arith.addf } ins(%v10 : tensor<3x8xf32>) outs(%i13 : tensor<3xf32>) dimensions = [1]
  %c15 = arith.constant dense<8.0> : tensor<3xf32>
  %v16 = arith.divf %r14, %c15 : tensor<3xf32>
  %c17 = arith.constant dense<1.000000e-05> : tensor<3xf32>
  %v18 = arith.addf %v16, %c17 : tensor<3xf32>
  %v19 = math.rsqrt %v18 : tensor<3xf32>
  %e20 = tensor.empty() : tensor<3x8xf32>
  %b21 = linalg.broadcast ins(%v19 : tensor<3xf32>) outs(%e20 : tensor<3x8xf32>) dimensions = [1]
  %v22 = arith.mulf %v9, %b21 : tensor<3x8xf32>
  %e23 = tensor.empty() : tensor<3x8xf32>
  %b24 = linalg.broadcast ins(%g : tensor<8xf32>) outs(%e23 : tensor<3x8xf32>) dimensions = [0]
  %v25 = arith.mulf %v22, %b24 : tensor<3x8xf32>
  %e26 = tensor.empty() : tensor<3x8xf32>
  %b27 = linalg.broadcast ins(%b : tensor<8xf32>) outs(%e26 : tensor<3x8xf32>) dimensions = [0]
  %v28 = arith.addf %v25, %b27 : tensor<3x8xf32>
  return %v28 : tensor<3x8xf32>
}

func.func @tgt_eps_outside(%x: tensor<3x8xf32>, %g: tensor<8xf32>, %b: tensor<8xf32>)
    -> tensor<3x8xf32> {
  %e1 = tensor.empty() : tensor<3xf32>
  %c2 = arith.constant 0.0 : f32
  %i3 = linalg.fill ins(%c2 : f32) outs(%e1 : tensor<3xf32>) -> tensor<3xf32>
  %r4 = linalg.reduce { arith.addf } ins(%x : tensor<3x8xf32>) outs(%i3 : tensor<3xf32>) dimensions = [1]
  %c5 = arith.constant dense<8.0> : tensor<3xf32>
  %v6 = arith.divf %r4, %c5 : tensor<3xf32>
  %e7 = tensor.empty() : tensor<3x8xf32>
  %b8 = linalg.broadcast ins(%v6 : tensor<3xf32>) outs(%e7 : tensor<3x8xf32>) dimensions = [1]
  %v9 = arith.subf %x, %b8 : tensor<3x8xf32>
  %v10 = arith.mulf %v9, %v9 : tensor<3x8xf32>
  %e11 = tensor.empty() : tensor<3xf32>
  %c12 = arith.constant 0.0 : f32
  %i13 = linalg.fill ins(%c12 : f32) outs(%e11 : tensor<3xf32>) -> tensor<3xf32>
  %r14 = linalg.reduce { arith.addf } ins(%v10 : tensor<3x8xf32>) outs(%i13 : tensor<3xf32>) dimensions = [1]
  %c15 = arith.constant dense<8.0> : tensor<3xf32>
  %v16 = arith.divf %r14, %c15 : tensor<3xf32>
  %c17 = arith.constant dense<1.0> : tensor<3xf32>
  %v18 = math.sqrt %v16 : tensor<3xf32>
  %c19 = arith.constant dense<1.000000e-05> : tensor<3xf32>
  %v20 = arith.addf %v18, %c19 : tensor<3xf32>
  %v21 = arith.divf %c17, %v20 : tensor<3xf32>
  %e22 = tensor.empty() : tensor<3x8xf32>
  %b23 = linalg.broadcast ins(%v21 : tensor<3xf32>) outs(%e22 : tensor<3x8xf32>) dimensions = [1]
  %v24 = arith.mulf %v9, %b23 : tensor<3x8xf32>
  %e25 = tensor.empty() : tensor<3x8xf32>
  %b26 = linalg.broadcast ins(%g : tensor<8xf32>) outs(%e25 : tensor<3x8xf32>) dimensions = [0]
  %v27 = arith.mulf %v24, %b26 : tensor<3x8xf32>
  %e28 = tensor.empty() : tensor<3x8xf32>
  %b29 = linalg.broadcast ins(%b : tensor<8xf32>) outs(%e28 : tensor<3x8xf32>) dimensions = [0]
  %v30 = arith.addf %v27, %b29 : tensor<3x8xf32>
  return %v30 : tensor<3x8xf32>
}

// CHECK-LABEL: @src_n_minus_one => @tgt_n_minus_one
// CHECK-NEXT: refuted
// CHECK: ERROR: value mismatch

func.func @src_n_minus_one(%x: tensor<3x8xf32>, %g: tensor<8xf32>, %b: tensor<8xf32>)
    -> tensor<3x8xf32> {
  %e1 = tensor.empty() : tensor<3xf32>
  %c2 = arith.constant 0.0 : f32
  %i3 = linalg.fill ins(%c2 : f32) outs(%e1 : tensor<3xf32>) -> tensor<3xf32>
  %r4 = linalg.reduce { arith.addf } ins(%x : tensor<3x8xf32>) outs(%i3 : tensor<3xf32>) dimensions = [1]
  %c5 = arith.constant dense<8.0> : tensor<3xf32>
  %v6 = arith.divf %r4, %c5 : tensor<3xf32>
  %e7 = tensor.empty() : tensor<3x8xf32>
  %b8 = linalg.broadcast ins(%v6 : tensor<3xf32>) outs(%e7 : tensor<3x8xf32>) dimensions = [1]
  %v9 = arith.subf %x, %b8 : tensor<3x8xf32>
  %v10 = arith.mulf %v9, %v9 : tensor<3x8xf32>
  %e11 = tensor.empty() : tensor<3xf32>
  %c12 = arith.constant 0.0 : f32
  %i13 = linalg.fill ins(%c12 : f32) outs(%e11 : tensor<3xf32>) -> tensor<3xf32>
  %r14 = linalg.reduce { arith.addf } ins(%v10 : tensor<3x8xf32>) outs(%i13 : tensor<3xf32>) dimensions = [1]
  %c15 = arith.constant dense<8.0> : tensor<3xf32>
  %v16 = arith.divf %r14, %c15 : tensor<3xf32>
  %c17 = arith.constant dense<1.000000e-05> : tensor<3xf32>
  %v18 = arith.addf %v16, %c17 : tensor<3xf32>
  %v19 = math.rsqrt %v18 : tensor<3xf32>
  %e20 = tensor.empty() : tensor<3x8xf32>
  %b21 = linalg.broadcast ins(%v19 : tensor<3xf32>) outs(%e20 : tensor<3x8xf32>) dimensions = [1]
  %v22 = arith.mulf %v9, %b21 : tensor<3x8xf32>
  %e23 = tensor.empty() : tensor<3x8xf32>
  %b24 = linalg.broadcast ins(%g : tensor<8xf32>) outs(%e23 : tensor<3x8xf32>) dimensions = [0]
  %v25 = arith.mulf %v22, %b24 : tensor<3x8xf32>
  %e26 = tensor.empty() : tensor<3x8xf32>
  %b27 = linalg.broadcast ins(%b : tensor<8xf32>) outs(%e26 : tensor<3x8xf32>) dimensions = [0]
  %v28 = arith.addf %v25, %b27 : tensor<3x8xf32>
  return %v28 : tensor<3x8xf32>
}

func.func @tgt_n_minus_one(%x: tensor<3x8xf32>, %g: tensor<8xf32>, %b: tensor<8xf32>)
    -> tensor<3x8xf32> {
  %e1 = tensor.empty() : tensor<3xf32>
  %c2 = arith.constant 0.0 : f32
  %i3 = linalg.fill ins(%c2 : f32) outs(%e1 : tensor<3xf32>) -> tensor<3xf32>
  %r4 = linalg.reduce { arith.addf } ins(%x : tensor<3x8xf32>) outs(%i3 : tensor<3xf32>) dimensions = [1]
  %c5 = arith.constant dense<8.0> : tensor<3xf32>
  %v6 = arith.divf %r4, %c5 : tensor<3xf32>
  %e7 = tensor.empty() : tensor<3x8xf32>
  %b8 = linalg.broadcast ins(%v6 : tensor<3xf32>) outs(%e7 : tensor<3x8xf32>) dimensions = [1]
  %v9 = arith.subf %x, %b8 : tensor<3x8xf32>
  %v10 = arith.mulf %v9, %v9 : tensor<3x8xf32>
  %e11 = tensor.empty() : tensor<3xf32>
  %c12 = arith.constant 0.0 : f32
  %i13 = linalg.fill ins(%c12 : f32) outs(%e11 : tensor<3xf32>) -> tensor<3xf32>
  %r14 = linalg.reduce { arith.addf } ins(%v10 : tensor<3x8xf32>) outs(%i13 : tensor<3xf32>) dimensions = [1]
  %c15 = arith.constant dense<7.0> : tensor<3xf32>
  %v16 = arith.divf %r14, %c15 : tensor<3xf32>
  %c17 = arith.constant dense<1.000000e-05> : tensor<3xf32>
  %v18 = arith.addf %v16, %c17 : tensor<3xf32>
  %v19 = math.rsqrt %v18 : tensor<3xf32>
  %e20 = tensor.empty() : tensor<3x8xf32>
  %b21 = linalg.broadcast ins(%v19 : tensor<3xf32>) outs(%e20 : tensor<3x8xf32>) dimensions = [1]
  %v22 = arith.mulf %v9, %b21 : tensor<3x8xf32>
  %e23 = tensor.empty() : tensor<3x8xf32>
  %b24 = linalg.broadcast ins(%g : tensor<8xf32>) outs(%e23 : tensor<3x8xf32>) dimensions = [0]
  %v25 = arith.mulf %v22, %b24 : tensor<3x8xf32>
  %e26 = tensor.empty() : tensor<3x8xf32>
  %b27 = linalg.broadcast ins(%b : tensor<8xf32>) outs(%e26 : tensor<3x8xf32>) dimensions = [0]
  %v28 = arith.addf %v25, %b27 : tensor<3x8xf32>
  return %v28 : tensor<3x8xf32>
}

// CHECK-LABEL: @src_identity => @tgt_identity
// CHECK-NEXT: refuted
// CHECK: ERROR: value mismatch

func.func @src_identity(%x: tensor<3x8xf32>, %g: tensor<8xf32>, %b: tensor<8xf32>)
    -> tensor<3x8xf32> {
  %e1 = tensor.empty() : tensor<3xf32>
  %c2 = arith.constant 0.0 : f32
  %i3 = linalg.fill ins(%c2 : f32) outs(%e1 : tensor<3xf32>) -> tensor<3xf32>
  %r4 = linalg.reduce { arith.addf } ins(%x : tensor<3x8xf32>) outs(%i3 : tensor<3xf32>) dimensions = [1]
  %c5 = arith.constant dense<8.0> : tensor<3xf32>
  %v6 = arith.divf %r4, %c5 : tensor<3xf32>
  %e7 = tensor.empty() : tensor<3x8xf32>
  %b8 = linalg.broadcast ins(%v6 : tensor<3xf32>) outs(%e7 : tensor<3x8xf32>) dimensions = [1]
  %v9 = arith.subf %x, %b8 : tensor<3x8xf32>
  %v10 = arith.mulf %v9, %v9 : tensor<3x8xf32>
  %e11 = tensor.empty() : tensor<3xf32>
  %c12 = arith.constant 0.0 : f32
  %i13 = linalg.fill ins(%c12 : f32) outs(%e11 : tensor<3xf32>) -> tensor<3xf32>
  %r14 = linalg.reduce { arith.addf } ins(%v10 : tensor<3x8xf32>) outs(%i13 : tensor<3xf32>) dimensions = [1]
  %c15 = arith.constant dense<8.0> : tensor<3xf32>
  %v16 = arith.divf %r14, %c15 : tensor<3xf32>
  %c17 = arith.constant dense<1.000000e-05> : tensor<3xf32>
  %v18 = arith.addf %v16, %c17 : tensor<3xf32>
  %v19 = math.rsqrt %v18 : tensor<3xf32>
  %e20 = tensor.empty() : tensor<3x8xf32>
  %b21 = linalg.broadcast ins(%v19 : tensor<3xf32>) outs(%e20 : tensor<3x8xf32>) dimensions = [1]
  %v22 = arith.mulf %v9, %b21 : tensor<3x8xf32>
  %e23 = tensor.empty() : tensor<3x8xf32>
  %b24 = linalg.broadcast ins(%g : tensor<8xf32>) outs(%e23 : tensor<3x8xf32>) dimensions = [0]
  %v25 = arith.mulf %v22, %b24 : tensor<3x8xf32>
  %e26 = tensor.empty() : tensor<3x8xf32>
  %b27 = linalg.broadcast ins(%b : tensor<8xf32>) outs(%e26 : tensor<3x8xf32>) dimensions = [0]
  %v28 = arith.addf %v25, %b27 : tensor<3x8xf32>
  return %v28 : tensor<3x8xf32>
}

func.func @tgt_identity(%x: tensor<3x8xf32>, %g: tensor<8xf32>, %b: tensor<8xf32>)
    -> tensor<3x8xf32> {
  %e1 = tensor.empty() : tensor<3x8xf32>
  %b2 = linalg.broadcast ins(%g : tensor<8xf32>) outs(%e1 : tensor<3x8xf32>) dimensions = [0]
  %v3 = arith.mulf %x, %b2 : tensor<3x8xf32>
  %e4 = tensor.empty() : tensor<3x8xf32>
  %b5 = linalg.broadcast ins(%b : tensor<8xf32>) outs(%e4 : tensor<3x8xf32>) dimensions = [0]
  %v6 = arith.addf %v3, %b5 : tensor<3x8xf32>
  return %v6 : tensor<3x8xf32>
}

// CHECK-LABEL: @src_swapped_parameters => @tgt_swapped_parameters
// CHECK-NEXT: refuted
// CHECK: ERROR: value mismatch

func.func @src_swapped_parameters(%x: tensor<3x8xf32>, %g: tensor<8xf32>, %b: tensor<8xf32>)
    -> tensor<3x8xf32> {
  %e1 = tensor.empty() : tensor<3xf32>
  %c2 = arith.constant 0.0 : f32
  %i3 = linalg.fill ins(%c2 : f32) outs(%e1 : tensor<3xf32>) -> tensor<3xf32>
  %r4 = linalg.reduce { arith.addf } ins(%x : tensor<3x8xf32>) outs(%i3 : tensor<3xf32>) dimensions = [1]
  %c5 = arith.constant dense<8.0> : tensor<3xf32>
  %v6 = arith.divf %r4, %c5 : tensor<3xf32>
  %e7 = tensor.empty() : tensor<3x8xf32>
  %b8 = linalg.broadcast ins(%v6 : tensor<3xf32>) outs(%e7 : tensor<3x8xf32>) dimensions = [1]
  %v9 = arith.subf %x, %b8 : tensor<3x8xf32>
  %v10 = arith.mulf %v9, %v9 : tensor<3x8xf32>
  %e11 = tensor.empty() : tensor<3xf32>
  %c12 = arith.constant 0.0 : f32
  %i13 = linalg.fill ins(%c12 : f32) outs(%e11 : tensor<3xf32>) -> tensor<3xf32>
  %r14 = linalg.reduce { arith.addf } ins(%v10 : tensor<3x8xf32>) outs(%i13 : tensor<3xf32>) dimensions = [1]
  %c15 = arith.constant dense<8.0> : tensor<3xf32>
  %v16 = arith.divf %r14, %c15 : tensor<3xf32>
  %c17 = arith.constant dense<1.000000e-05> : tensor<3xf32>
  %v18 = arith.addf %v16, %c17 : tensor<3xf32>
  %v19 = math.rsqrt %v18 : tensor<3xf32>
  %e20 = tensor.empty() : tensor<3x8xf32>
  %b21 = linalg.broadcast ins(%v19 : tensor<3xf32>) outs(%e20 : tensor<3x8xf32>) dimensions = [1]
  %v22 = arith.mulf %v9, %b21 : tensor<3x8xf32>
  %e23 = tensor.empty() : tensor<3x8xf32>
  %b24 = linalg.broadcast ins(%g : tensor<8xf32>) outs(%e23 : tensor<3x8xf32>) dimensions = [0]
  %v25 = arith.mulf %v22, %b24 : tensor<3x8xf32>
  %e26 = tensor.empty() : tensor<3x8xf32>
  %b27 = linalg.broadcast ins(%b : tensor<8xf32>) outs(%e26 : tensor<3x8xf32>) dimensions = [0]
  %v28 = arith.addf %v25, %b27 : tensor<3x8xf32>
  return %v28 : tensor<3x8xf32>
}

func.func @tgt_swapped_parameters(%x: tensor<3x8xf32>, %g: tensor<8xf32>, %b: tensor<8xf32>)
    -> tensor<3x8xf32> {
  %e1 = tensor.empty() : tensor<3xf32>
  %c2 = arith.constant 0.0 : f32
  %i3 = linalg.fill ins(%c2 : f32) outs(%e1 : tensor<3xf32>) -> tensor<3xf32>
  %r4 = linalg.reduce { arith.addf } ins(%x : tensor<3x8xf32>) outs(%i3 : tensor<3xf32>) dimensions = [1]
  %c5 = arith.constant dense<8.0> : tensor<3xf32>
  %v6 = arith.divf %r4, %c5 : tensor<3xf32>
  %e7 = tensor.empty() : tensor<3x8xf32>
  %b8 = linalg.broadcast ins(%v6 : tensor<3xf32>) outs(%e7 : tensor<3x8xf32>) dimensions = [1]
  %v9 = arith.subf %x, %b8 : tensor<3x8xf32>
  %v10 = arith.mulf %v9, %v9 : tensor<3x8xf32>
  %e11 = tensor.empty() : tensor<3xf32>
  %c12 = arith.constant 0.0 : f32
  %i13 = linalg.fill ins(%c12 : f32) outs(%e11 : tensor<3xf32>) -> tensor<3xf32>
  %r14 = linalg.reduce { arith.addf } ins(%v10 : tensor<3x8xf32>) outs(%i13 : tensor<3xf32>) dimensions = [1]
  %c15 = arith.constant dense<8.0> : tensor<3xf32>
  %v16 = arith.divf %r14, %c15 : tensor<3xf32>
  %c17 = arith.constant dense<1.000000e-05> : tensor<3xf32>
  %v18 = arith.addf %v16, %c17 : tensor<3xf32>
  %v19 = math.rsqrt %v18 : tensor<3xf32>
  %e20 = tensor.empty() : tensor<3x8xf32>
  %b21 = linalg.broadcast ins(%v19 : tensor<3xf32>) outs(%e20 : tensor<3x8xf32>) dimensions = [1]
  %v22 = arith.mulf %v9, %b21 : tensor<3x8xf32>
  %e23 = tensor.empty() : tensor<3x8xf32>
  %b24 = linalg.broadcast ins(%b : tensor<8xf32>) outs(%e23 : tensor<3x8xf32>) dimensions = [0]
  %v25 = arith.mulf %v22, %b24 : tensor<3x8xf32>
  %e26 = tensor.empty() : tensor<3x8xf32>
  %b27 = linalg.broadcast ins(%g : tensor<8xf32>) outs(%e26 : tensor<3x8xf32>) dimensions = [0]
  %v28 = arith.addf %v25, %b27 : tensor<3x8xf32>
  return %v28 : tensor<3x8xf32>
}
