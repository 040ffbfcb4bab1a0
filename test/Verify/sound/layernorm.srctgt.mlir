// RUN: %python %S/../Inputs/expect-exit.py 0 kernel-opt-verify --nonce=7 %s | FileCheck %s

// Layer normalization by two passes, by moments and by the update of Welford;
// x * rsqrt(v) and x / sqrt(v). Which of them is accurate is another question.

// CHECK-LABEL: @src_moments => @tgt_moments
// CHECK-NEXT: verified

func.func @src_moments(%x: tensor<3x8xf32>, %g: tensor<8xf32>, %b: tensor<8xf32>)
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

func.func @tgt_moments(%x: tensor<3x8xf32>, %g: tensor<8xf32>, %b: tensor<8xf32>)
    -> tensor<3x8xf32> {
  %e1 = tensor.empty() : tensor<3xf32>
  %c2 = arith.constant 0.0 : f32
  %i3 = linalg.fill ins(%c2 : f32) outs(%e1 : tensor<3xf32>) -> tensor<3xf32>
  %r4 = linalg.reduce { arith.addf } ins(%x : tensor<3x8xf32>) outs(%i3 : tensor<3xf32>) dimensions = [1]
  %c5 = arith.constant dense<8.0> : tensor<3xf32>
  %v6 = arith.divf %r4, %c5 : tensor<3xf32>
  %v7 = arith.mulf %x, %x : tensor<3x8xf32>
  %e8 = tensor.empty() : tensor<3xf32>
  %c9 = arith.constant 0.0 : f32
  %i10 = linalg.fill ins(%c9 : f32) outs(%e8 : tensor<3xf32>) -> tensor<3xf32>
  %r11 = linalg.reduce { arith.addf } ins(%v7 : tensor<3x8xf32>) outs(%i10 : tensor<3xf32>) dimensions = [1]
  %c12 = arith.constant dense<8.0> : tensor<3xf32>
  %v13 = arith.divf %r11, %c12 : tensor<3xf32>
  %v14 = arith.mulf %v6, %v6 : tensor<3xf32>
  %v15 = arith.subf %v13, %v14 : tensor<3xf32>
  %c16 = arith.constant dense<1.000000e-05> : tensor<3xf32>
  %v17 = arith.addf %v15, %c16 : tensor<3xf32>
  %v18 = math.sqrt %v17 : tensor<3xf32>
  %e19 = tensor.empty() : tensor<3x8xf32>
  %b20 = linalg.broadcast ins(%v6 : tensor<3xf32>) outs(%e19 : tensor<3x8xf32>) dimensions = [1]
  %v21 = arith.subf %x, %b20 : tensor<3x8xf32>
  %e22 = tensor.empty() : tensor<3x8xf32>
  %b23 = linalg.broadcast ins(%v18 : tensor<3xf32>) outs(%e22 : tensor<3x8xf32>) dimensions = [1]
  %v24 = arith.divf %v21, %b23 : tensor<3x8xf32>
  %e25 = tensor.empty() : tensor<3x8xf32>
  %b26 = linalg.broadcast ins(%g : tensor<8xf32>) outs(%e25 : tensor<3x8xf32>) dimensions = [0]
  %v27 = arith.mulf %v24, %b26 : tensor<3x8xf32>
  %e28 = tensor.empty() : tensor<3x8xf32>
  %b29 = linalg.broadcast ins(%b : tensor<8xf32>) outs(%e28 : tensor<3x8xf32>) dimensions = [0]
  %v30 = arith.addf %v27, %b29 : tensor<3x8xf32>
  return %v30 : tensor<3x8xf32>
}

// CHECK-LABEL: @src_welford => @tgt_welford
// CHECK-NEXT: verified

func.func @src_welford(%x: tensor<3x8xf32>, %g: tensor<8xf32>, %b: tensor<8xf32>)
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

func.func @tgt_welford(%x: tensor<3x8xf32>, %g: tensor<8xf32>, %b: tensor<8xf32>)
    -> tensor<3x8xf32> {
  %e1 = tensor.empty() : tensor<3xf32>
  %c2 = arith.constant 0.0 : f32
  %i3 = linalg.fill ins(%c2 : f32) outs(%e1 : tensor<3xf32>) -> tensor<3xf32>
  %e4 = tensor.empty() : tensor<3xf32>
  %c5 = arith.constant 0.0 : f32
  %i6 = linalg.fill ins(%c5 : f32) outs(%e4 : tensor<3xf32>) -> tensor<3xf32>
  %g7:2 = linalg.generic {
      indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0)>],
      iterator_types = ["parallel", "reduction"]}
      ins(%x : tensor<3x8xf32>) outs(%i3, %i6 : tensor<3xf32>, tensor<3xf32>) {
  ^bb0(%a0: f32, %o0: f32, %o1: f32):
    %j = linalg.index 1 : index
    %ji = arith.index_cast %j : index to i32
    %jf = arith.sitofp %ji : i32 to f32
    %one = arith.constant 1.0 : f32
    %n = arith.addf %jf, %one : f32
    %d = arith.subf %a0, %o0 : f32
    %dn = arith.divf %d, %n : f32
    %m = arith.addf %o0, %dn : f32
    %d2 = arith.subf %a0, %m : f32
    %p = arith.mulf %d, %d2 : f32
    %s = arith.addf %o1, %p : f32
    linalg.yield %m, %s : f32, f32
  } -> (tensor<3xf32>, tensor<3xf32>)
  %c8 = arith.constant dense<8.0> : tensor<3xf32>
  %v9 = arith.divf %g7#1, %c8 : tensor<3xf32>
  %c10 = arith.constant dense<1.000000e-05> : tensor<3xf32>
  %v11 = arith.addf %v9, %c10 : tensor<3xf32>
  %v12 = math.rsqrt %v11 : tensor<3xf32>
  %e13 = tensor.empty() : tensor<3x8xf32>
  %b14 = linalg.broadcast ins(%g7#0 : tensor<3xf32>) outs(%e13 : tensor<3x8xf32>) dimensions = [1]
  %v15 = arith.subf %x, %b14 : tensor<3x8xf32>
  %e16 = tensor.empty() : tensor<3x8xf32>
  %b17 = linalg.broadcast ins(%v12 : tensor<3xf32>) outs(%e16 : tensor<3x8xf32>) dimensions = [1]
  %v18 = arith.mulf %v15, %b17 : tensor<3x8xf32>
  %e19 = tensor.empty() : tensor<3x8xf32>
  %b20 = linalg.broadcast ins(%g : tensor<8xf32>) outs(%e19 : tensor<3x8xf32>) dimensions = [0]
  %v21 = arith.mulf %v18, %b20 : tensor<3x8xf32>
  %e22 = tensor.empty() : tensor<3x8xf32>
  %b23 = linalg.broadcast ins(%b : tensor<8xf32>) outs(%e22 : tensor<3x8xf32>) dimensions = [0]
  %v24 = arith.addf %v21, %b23 : tensor<3x8xf32>
  return %v24 : tensor<3x8xf32>
}
