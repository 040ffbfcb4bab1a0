// RUN: %python %S/../Inputs/expect-exit.py 0 kernel-opt-verify --nonce=7 %s | FileCheck %s

// Masks by -Inf or by a large negative number, and the masked part not
// computed at all, are the same: exp(-Inf) = 0 exactly.

// CHECK-LABEL: @src_skip => @tgt_skip
// CHECK-NEXT: verified

func.func @src_skip(%q: tensor<3x4xf32>, %k: tensor<6x4xf32>, %v: tensor<6x5xf32>)
    -> tensor<3x5xf32> {
  %e1 = tensor.empty() : tensor<4x6xf32>
  %t2 = linalg.transpose ins(%k : tensor<6x4xf32>) outs(%e1 : tensor<4x6xf32>) permutation = [1, 0]
  %e3 = tensor.empty() : tensor<3x6xf32>
  %c4 = arith.constant 0.0 : f32
  %i5 = linalg.fill ins(%c4 : f32) outs(%e3 : tensor<3x6xf32>) -> tensor<3x6xf32>
  %m6 = linalg.matmul ins(%q, %t2 : tensor<3x4xf32>, tensor<4x6xf32>) outs(%i5 : tensor<3x6xf32>) -> tensor<3x6xf32>
  %e7 = tensor.empty() : tensor<3x6xf32>
  %c8 = arith.constant 0.0 : f32
  %i9 = linalg.fill ins(%c8 : f32) outs(%e7 : tensor<3x6xf32>) -> tensor<3x6xf32>
  %g10 = linalg.generic {
      indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>],
      iterator_types = ["parallel", "parallel"]}
      ins(%m6 : tensor<3x6xf32>) outs(%i9 : tensor<3x6xf32>) {
  ^bb0(%a0: f32, %o0: f32):
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %on = arith.cmpi sle, %j, %i : index
    %low = arith.constant 0xFF800000 : f32
    %masked = arith.addf %a0, %low : f32
    %val = arith.select %on, %a0, %masked : f32
    linalg.yield %val : f32
  } -> tensor<3x6xf32>
  %e11 = tensor.empty() : tensor<3xf32>
  %c12 = arith.constant 0xFF800000 : f32
  %i13 = linalg.fill ins(%c12 : f32) outs(%e11 : tensor<3xf32>) -> tensor<3xf32>
  %r14 = linalg.reduce { arith.maximumf } ins(%g10 : tensor<3x6xf32>) outs(%i13 : tensor<3xf32>) dimensions = [1]
  %e15 = tensor.empty() : tensor<3x6xf32>
  %b16 = linalg.broadcast ins(%r14 : tensor<3xf32>) outs(%e15 : tensor<3x6xf32>) dimensions = [1]
  %v17 = arith.subf %g10, %b16 : tensor<3x6xf32>
  %v18 = math.exp %v17 : tensor<3x6xf32>
  %e19 = tensor.empty() : tensor<3xf32>
  %c20 = arith.constant 0.0 : f32
  %i21 = linalg.fill ins(%c20 : f32) outs(%e19 : tensor<3xf32>) -> tensor<3xf32>
  %r22 = linalg.reduce { arith.addf } ins(%v18 : tensor<3x6xf32>) outs(%i21 : tensor<3xf32>) dimensions = [1]
  %e23 = tensor.empty() : tensor<3x6xf32>
  %b24 = linalg.broadcast ins(%r22 : tensor<3xf32>) outs(%e23 : tensor<3x6xf32>) dimensions = [1]
  %v25 = arith.divf %v18, %b24 : tensor<3x6xf32>
  %e26 = tensor.empty() : tensor<3x5xf32>
  %c27 = arith.constant 0.0 : f32
  %i28 = linalg.fill ins(%c27 : f32) outs(%e26 : tensor<3x5xf32>) -> tensor<3x5xf32>
  %m29 = linalg.matmul ins(%v25, %v : tensor<3x6xf32>, tensor<6x5xf32>) outs(%i28 : tensor<3x5xf32>) -> tensor<3x5xf32>
  return %m29 : tensor<3x5xf32>
}

func.func @tgt_skip(%q: tensor<3x4xf32>, %k: tensor<6x4xf32>, %v: tensor<6x5xf32>)
    -> tensor<3x5xf32> {
  %e1 = tensor.empty() : tensor<4x6xf32>
  %t2 = linalg.transpose ins(%k : tensor<6x4xf32>) outs(%e1 : tensor<4x6xf32>) permutation = [1, 0]
  %e3 = tensor.empty() : tensor<3x6xf32>
  %c4 = arith.constant 0.0 : f32
  %i5 = linalg.fill ins(%c4 : f32) outs(%e3 : tensor<3x6xf32>) -> tensor<3x6xf32>
  %m6 = linalg.matmul ins(%q, %t2 : tensor<3x4xf32>, tensor<4x6xf32>) outs(%i5 : tensor<3x6xf32>) -> tensor<3x6xf32>
  %e7 = tensor.empty() : tensor<3x6xf32>
  %c8 = arith.constant 0.0 : f32
  %i9 = linalg.fill ins(%c8 : f32) outs(%e7 : tensor<3x6xf32>) -> tensor<3x6xf32>
  %g10 = linalg.generic {
      indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>],
      iterator_types = ["parallel", "parallel"]}
      ins(%m6 : tensor<3x6xf32>) outs(%i9 : tensor<3x6xf32>) {
  ^bb0(%a0: f32, %o0: f32):
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %on = arith.cmpi sle, %j, %i : index
    %zero = arith.constant 0.0 : f32
    %e = math.exp %a0 : f32
    %val = arith.select %on, %e, %zero : f32
    linalg.yield %val : f32
  } -> tensor<3x6xf32>
  %e11 = tensor.empty() : tensor<3x5xf32>
  %c12 = arith.constant 0.0 : f32
  %i13 = linalg.fill ins(%c12 : f32) outs(%e11 : tensor<3x5xf32>) -> tensor<3x5xf32>
  %m14 = linalg.matmul ins(%g10, %v : tensor<3x6xf32>, tensor<6x5xf32>) outs(%i13 : tensor<3x5xf32>) -> tensor<3x5xf32>
  %e15 = tensor.empty() : tensor<3xf32>
  %c16 = arith.constant 0.0 : f32
  %i17 = linalg.fill ins(%c16 : f32) outs(%e15 : tensor<3xf32>) -> tensor<3xf32>
  %r18 = linalg.reduce { arith.addf } ins(%g10 : tensor<3x6xf32>) outs(%i17 : tensor<3xf32>) dimensions = [1]
  %e19 = tensor.empty() : tensor<3x5xf32>
  %b20 = linalg.broadcast ins(%r18 : tensor<3xf32>) outs(%e19 : tensor<3x5xf32>) dimensions = [1]
  %v21 = arith.divf %m14, %b20 : tensor<3x5xf32>
  return %v21 : tensor<3x5xf32>
}

// CHECK-LABEL: @src_literal => @tgt_literal
// CHECK-NEXT: verified
// CHECK: assumption: exp(x) = 0 for x < -5000

func.func @src_literal(%q: tensor<3x4xf32>, %k: tensor<6x4xf32>, %v: tensor<6x5xf32>)
    -> tensor<3x5xf32> {
  %e1 = tensor.empty() : tensor<4x6xf32>
  %t2 = linalg.transpose ins(%k : tensor<6x4xf32>) outs(%e1 : tensor<4x6xf32>) permutation = [1, 0]
  %e3 = tensor.empty() : tensor<3x6xf32>
  %c4 = arith.constant 0.0 : f32
  %i5 = linalg.fill ins(%c4 : f32) outs(%e3 : tensor<3x6xf32>) -> tensor<3x6xf32>
  %m6 = linalg.matmul ins(%q, %t2 : tensor<3x4xf32>, tensor<4x6xf32>) outs(%i5 : tensor<3x6xf32>) -> tensor<3x6xf32>
  %e7 = tensor.empty() : tensor<3x6xf32>
  %c8 = arith.constant 0.0 : f32
  %i9 = linalg.fill ins(%c8 : f32) outs(%e7 : tensor<3x6xf32>) -> tensor<3x6xf32>
  %g10 = linalg.generic {
      indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>],
      iterator_types = ["parallel", "parallel"]}
      ins(%m6 : tensor<3x6xf32>) outs(%i9 : tensor<3x6xf32>) {
  ^bb0(%a0: f32, %o0: f32):
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %on = arith.cmpi sle, %j, %i : index
    %low = arith.constant -1.000000e+09 : f32
    %masked = arith.addf %a0, %low : f32
    %val = arith.select %on, %a0, %masked : f32
    linalg.yield %val : f32
  } -> tensor<3x6xf32>
  %e11 = tensor.empty() : tensor<3xf32>
  %c12 = arith.constant 0xFF800000 : f32
  %i13 = linalg.fill ins(%c12 : f32) outs(%e11 : tensor<3xf32>) -> tensor<3xf32>
  %r14 = linalg.reduce { arith.maximumf } ins(%g10 : tensor<3x6xf32>) outs(%i13 : tensor<3xf32>) dimensions = [1]
  %e15 = tensor.empty() : tensor<3x6xf32>
  %b16 = linalg.broadcast ins(%r14 : tensor<3xf32>) outs(%e15 : tensor<3x6xf32>) dimensions = [1]
  %v17 = arith.subf %g10, %b16 : tensor<3x6xf32>
  %v18 = math.exp %v17 : tensor<3x6xf32>
  %e19 = tensor.empty() : tensor<3xf32>
  %c20 = arith.constant 0.0 : f32
  %i21 = linalg.fill ins(%c20 : f32) outs(%e19 : tensor<3xf32>) -> tensor<3xf32>
  %r22 = linalg.reduce { arith.addf } ins(%v18 : tensor<3x6xf32>) outs(%i21 : tensor<3xf32>) dimensions = [1]
  %e23 = tensor.empty() : tensor<3x6xf32>
  %b24 = linalg.broadcast ins(%r22 : tensor<3xf32>) outs(%e23 : tensor<3x6xf32>) dimensions = [1]
  %v25 = arith.divf %v18, %b24 : tensor<3x6xf32>
  %e26 = tensor.empty() : tensor<3x5xf32>
  %c27 = arith.constant 0.0 : f32
  %i28 = linalg.fill ins(%c27 : f32) outs(%e26 : tensor<3x5xf32>) -> tensor<3x5xf32>
  %m29 = linalg.matmul ins(%v25, %v : tensor<3x6xf32>, tensor<6x5xf32>) outs(%i28 : tensor<3x5xf32>) -> tensor<3x5xf32>
  return %m29 : tensor<3x5xf32>
}

func.func @tgt_literal(%q: tensor<3x4xf32>, %k: tensor<6x4xf32>, %v: tensor<6x5xf32>)
    -> tensor<3x5xf32> {
  %e1 = tensor.empty() : tensor<4x6xf32>
  %t2 = linalg.transpose ins(%k : tensor<6x4xf32>) outs(%e1 : tensor<4x6xf32>) permutation = [1, 0]
  %e3 = tensor.empty() : tensor<3x6xf32>
  %c4 = arith.constant 0.0 : f32
  %i5 = linalg.fill ins(%c4 : f32) outs(%e3 : tensor<3x6xf32>) -> tensor<3x6xf32>
  %m6 = linalg.matmul ins(%q, %t2 : tensor<3x4xf32>, tensor<4x6xf32>) outs(%i5 : tensor<3x6xf32>) -> tensor<3x6xf32>
  %e7 = tensor.empty() : tensor<3x6xf32>
  %c8 = arith.constant 0.0 : f32
  %i9 = linalg.fill ins(%c8 : f32) outs(%e7 : tensor<3x6xf32>) -> tensor<3x6xf32>
  %g10 = linalg.generic {
      indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>],
      iterator_types = ["parallel", "parallel"]}
      ins(%m6 : tensor<3x6xf32>) outs(%i9 : tensor<3x6xf32>) {
  ^bb0(%a0: f32, %o0: f32):
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %on = arith.cmpi sle, %j, %i : index
    %zero = arith.constant 0.0 : f32
    %e = math.exp %a0 : f32
    %val = arith.select %on, %e, %zero : f32
    linalg.yield %val : f32
  } -> tensor<3x6xf32>
  %e11 = tensor.empty() : tensor<3x5xf32>
  %c12 = arith.constant 0.0 : f32
  %i13 = linalg.fill ins(%c12 : f32) outs(%e11 : tensor<3x5xf32>) -> tensor<3x5xf32>
  %m14 = linalg.matmul ins(%g10, %v : tensor<3x6xf32>, tensor<6x5xf32>) outs(%i13 : tensor<3x5xf32>) -> tensor<3x5xf32>
  %e15 = tensor.empty() : tensor<3xf32>
  %c16 = arith.constant 0.0 : f32
  %i17 = linalg.fill ins(%c16 : f32) outs(%e15 : tensor<3xf32>) -> tensor<3xf32>
  %r18 = linalg.reduce { arith.addf } ins(%g10 : tensor<3x6xf32>) outs(%i17 : tensor<3xf32>) dimensions = [1]
  %e19 = tensor.empty() : tensor<3x5xf32>
  %b20 = linalg.broadcast ins(%r18 : tensor<3xf32>) outs(%e19 : tensor<3x5xf32>) dimensions = [1]
  %v21 = arith.divf %m14, %b20 : tensor<3x5xf32>
  return %v21 : tensor<3x5xf32>
}

// CHECK-LABEL: @src_small_literal => @tgt_small_literal
// CHECK-NEXT: verified

func.func @src_small_literal(%q: tensor<3x4xf32>, %k: tensor<6x4xf32>, %v: tensor<6x5xf32>)
    -> tensor<3x5xf32> {
  %e1 = tensor.empty() : tensor<4x6xf32>
  %t2 = linalg.transpose ins(%k : tensor<6x4xf32>) outs(%e1 : tensor<4x6xf32>) permutation = [1, 0]
  %e3 = tensor.empty() : tensor<3x6xf32>
  %c4 = arith.constant 0.0 : f32
  %i5 = linalg.fill ins(%c4 : f32) outs(%e3 : tensor<3x6xf32>) -> tensor<3x6xf32>
  %m6 = linalg.matmul ins(%q, %t2 : tensor<3x4xf32>, tensor<4x6xf32>) outs(%i5 : tensor<3x6xf32>) -> tensor<3x6xf32>
  %e7 = tensor.empty() : tensor<3x6xf32>
  %c8 = arith.constant 0.0 : f32
  %i9 = linalg.fill ins(%c8 : f32) outs(%e7 : tensor<3x6xf32>) -> tensor<3x6xf32>
  %g10 = linalg.generic {
      indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>],
      iterator_types = ["parallel", "parallel"]}
      ins(%m6 : tensor<3x6xf32>) outs(%i9 : tensor<3x6xf32>) {
  ^bb0(%a0: f32, %o0: f32):
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %on = arith.cmpi sle, %j, %i : index
    %low = arith.constant -10000.0 : f32
    %masked = arith.addf %a0, %low : f32
    %val = arith.select %on, %a0, %masked : f32
    linalg.yield %val : f32
  } -> tensor<3x6xf32>
  %e11 = tensor.empty() : tensor<3xf32>
  %c12 = arith.constant 0xFF800000 : f32
  %i13 = linalg.fill ins(%c12 : f32) outs(%e11 : tensor<3xf32>) -> tensor<3xf32>
  %r14 = linalg.reduce { arith.maximumf } ins(%g10 : tensor<3x6xf32>) outs(%i13 : tensor<3xf32>) dimensions = [1]
  %e15 = tensor.empty() : tensor<3x6xf32>
  %b16 = linalg.broadcast ins(%r14 : tensor<3xf32>) outs(%e15 : tensor<3x6xf32>) dimensions = [1]
  %v17 = arith.subf %g10, %b16 : tensor<3x6xf32>
  %v18 = math.exp %v17 : tensor<3x6xf32>
  %e19 = tensor.empty() : tensor<3xf32>
  %c20 = arith.constant 0.0 : f32
  %i21 = linalg.fill ins(%c20 : f32) outs(%e19 : tensor<3xf32>) -> tensor<3xf32>
  %r22 = linalg.reduce { arith.addf } ins(%v18 : tensor<3x6xf32>) outs(%i21 : tensor<3xf32>) dimensions = [1]
  %e23 = tensor.empty() : tensor<3x6xf32>
  %b24 = linalg.broadcast ins(%r22 : tensor<3xf32>) outs(%e23 : tensor<3x6xf32>) dimensions = [1]
  %v25 = arith.divf %v18, %b24 : tensor<3x6xf32>
  %e26 = tensor.empty() : tensor<3x5xf32>
  %c27 = arith.constant 0.0 : f32
  %i28 = linalg.fill ins(%c27 : f32) outs(%e26 : tensor<3x5xf32>) -> tensor<3x5xf32>
  %m29 = linalg.matmul ins(%v25, %v : tensor<3x6xf32>, tensor<6x5xf32>) outs(%i28 : tensor<3x5xf32>) -> tensor<3x5xf32>
  return %m29 : tensor<3x5xf32>
}

func.func @tgt_small_literal(%q: tensor<3x4xf32>, %k: tensor<6x4xf32>, %v: tensor<6x5xf32>)
    -> tensor<3x5xf32> {
  %e1 = tensor.empty() : tensor<4x6xf32>
  %t2 = linalg.transpose ins(%k : tensor<6x4xf32>) outs(%e1 : tensor<4x6xf32>) permutation = [1, 0]
  %e3 = tensor.empty() : tensor<3x6xf32>
  %c4 = arith.constant 0.0 : f32
  %i5 = linalg.fill ins(%c4 : f32) outs(%e3 : tensor<3x6xf32>) -> tensor<3x6xf32>
  %m6 = linalg.matmul ins(%q, %t2 : tensor<3x4xf32>, tensor<4x6xf32>) outs(%i5 : tensor<3x6xf32>) -> tensor<3x6xf32>
  %e7 = tensor.empty() : tensor<3x6xf32>
  %c8 = arith.constant 0.0 : f32
  %i9 = linalg.fill ins(%c8 : f32) outs(%e7 : tensor<3x6xf32>) -> tensor<3x6xf32>
  %g10 = linalg.generic {
      indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>],
      iterator_types = ["parallel", "parallel"]}
      ins(%m6 : tensor<3x6xf32>) outs(%i9 : tensor<3x6xf32>) {
  ^bb0(%a0: f32, %o0: f32):
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %on = arith.cmpi sle, %j, %i : index
    %low = arith.constant 0xFF800000 : f32
    %masked = arith.addf %a0, %low : f32
    %val = arith.select %on, %a0, %masked : f32
    linalg.yield %val : f32
  } -> tensor<3x6xf32>
  %e11 = tensor.empty() : tensor<3xf32>
  %c12 = arith.constant 0xFF800000 : f32
  %i13 = linalg.fill ins(%c12 : f32) outs(%e11 : tensor<3xf32>) -> tensor<3xf32>
  %r14 = linalg.reduce { arith.maximumf } ins(%g10 : tensor<3x6xf32>) outs(%i13 : tensor<3xf32>) dimensions = [1]
  %e15 = tensor.empty() : tensor<3x6xf32>
  %b16 = linalg.broadcast ins(%r14 : tensor<3xf32>) outs(%e15 : tensor<3x6xf32>) dimensions = [1]
  %v17 = arith.subf %g10, %b16 : tensor<3x6xf32>
  %v18 = math.exp %v17 : tensor<3x6xf32>
  %e19 = tensor.empty() : tensor<3xf32>
  %c20 = arith.constant 0.0 : f32
  %i21 = linalg.fill ins(%c20 : f32) outs(%e19 : tensor<3xf32>) -> tensor<3xf32>
  %r22 = linalg.reduce { arith.addf } ins(%v18 : tensor<3x6xf32>) outs(%i21 : tensor<3xf32>) dimensions = [1]
  %e23 = tensor.empty() : tensor<3x6xf32>
  %b24 = linalg.broadcast ins(%r22 : tensor<3xf32>) outs(%e23 : tensor<3x6xf32>) dimensions = [1]
  %v25 = arith.divf %v18, %b24 : tensor<3x6xf32>
  %e26 = tensor.empty() : tensor<3x5xf32>
  %c27 = arith.constant 0.0 : f32
  %i28 = linalg.fill ins(%c27 : f32) outs(%e26 : tensor<3x5xf32>) -> tensor<3x5xf32>
  %m29 = linalg.matmul ins(%v25, %v : tensor<3x6xf32>, tensor<6x5xf32>) outs(%i28 : tensor<3x5xf32>) -> tensor<3x5xf32>
  return %m29 : tensor<3x5xf32>
}
