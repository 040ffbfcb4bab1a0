// RUN: %python %S/../Inputs/expect-exit.py 0 kernel-opt-verify --nonce=7 %s | FileCheck %s

// Attention in one pass over the keys, and split over the keys with the parts
// merged by their sums or by their log-sum-exps.

// CHECK-LABEL: @src_online => @tgt_online
// CHECK-NEXT: verified

func.func @src_online(%q: tensor<3x4xf32>, %k: tensor<6x4xf32>, %v: tensor<6x5xf32>)
    -> tensor<3x5xf32> {
  %e1 = tensor.empty() : tensor<4x6xf32>
  %t2 = linalg.transpose ins(%k : tensor<6x4xf32>) outs(%e1 : tensor<4x6xf32>) permutation = [1, 0]
  %e3 = tensor.empty() : tensor<3x6xf32>
  %c4 = arith.constant 0.0 : f32
  %i5 = linalg.fill ins(%c4 : f32) outs(%e3 : tensor<3x6xf32>) -> tensor<3x6xf32>
  %m6 = linalg.matmul ins(%q, %t2 : tensor<3x4xf32>, tensor<4x6xf32>) outs(%i5 : tensor<3x6xf32>) -> tensor<3x6xf32>
  %e7 = tensor.empty() : tensor<3xf32>
  %c8 = arith.constant 0xFF800000 : f32
  %i9 = linalg.fill ins(%c8 : f32) outs(%e7 : tensor<3xf32>) -> tensor<3xf32>
  %r10 = linalg.reduce { arith.maximumf } ins(%m6 : tensor<3x6xf32>) outs(%i9 : tensor<3xf32>) dimensions = [1]
  %e11 = tensor.empty() : tensor<3x6xf32>
  %b12 = linalg.broadcast ins(%r10 : tensor<3xf32>) outs(%e11 : tensor<3x6xf32>) dimensions = [1]
  %v13 = arith.subf %m6, %b12 : tensor<3x6xf32>
  %v14 = math.exp %v13 : tensor<3x6xf32>
  %e15 = tensor.empty() : tensor<3xf32>
  %c16 = arith.constant 0.0 : f32
  %i17 = linalg.fill ins(%c16 : f32) outs(%e15 : tensor<3xf32>) -> tensor<3xf32>
  %r18 = linalg.reduce { arith.addf } ins(%v14 : tensor<3x6xf32>) outs(%i17 : tensor<3xf32>) dimensions = [1]
  %e19 = tensor.empty() : tensor<3x6xf32>
  %b20 = linalg.broadcast ins(%r18 : tensor<3xf32>) outs(%e19 : tensor<3x6xf32>) dimensions = [1]
  %v21 = arith.divf %v14, %b20 : tensor<3x6xf32>
  %e22 = tensor.empty() : tensor<3x5xf32>
  %c23 = arith.constant 0.0 : f32
  %i24 = linalg.fill ins(%c23 : f32) outs(%e22 : tensor<3x5xf32>) -> tensor<3x5xf32>
  %m25 = linalg.matmul ins(%v21, %v : tensor<3x6xf32>, tensor<6x5xf32>) outs(%i24 : tensor<3x5xf32>) -> tensor<3x5xf32>
  return %m25 : tensor<3x5xf32>
}

func.func @tgt_online(%q: tensor<3x4xf32>, %k: tensor<6x4xf32>, %v: tensor<6x5xf32>)
    -> tensor<3x5xf32> {
  %e1 = tensor.empty() : tensor<4x6xf32>
  %t2 = linalg.transpose ins(%k : tensor<6x4xf32>) outs(%e1 : tensor<4x6xf32>) permutation = [1, 0]
  %e3 = tensor.empty() : tensor<3x6xf32>
  %c4 = arith.constant 0.0 : f32
  %i5 = linalg.fill ins(%c4 : f32) outs(%e3 : tensor<3x6xf32>) -> tensor<3x6xf32>
  %m6 = linalg.matmul ins(%q, %t2 : tensor<3x4xf32>, tensor<4x6xf32>) outs(%i5 : tensor<3x6xf32>) -> tensor<3x6xf32>
  %e7 = tensor.empty() : tensor<3x5xf32>
  %c8 = arith.constant 0xFF800000 : f32
  %i9 = linalg.fill ins(%c8 : f32) outs(%e7 : tensor<3x5xf32>) -> tensor<3x5xf32>
  %e10 = tensor.empty() : tensor<3x5xf32>
  %c11 = arith.constant 0.0 : f32
  %i12 = linalg.fill ins(%c11 : f32) outs(%e10 : tensor<3x5xf32>) -> tensor<3x5xf32>
  %e13 = tensor.empty() : tensor<3x5xf32>
  %c14 = arith.constant 0.0 : f32
  %i15 = linalg.fill ins(%c14 : f32) outs(%e13 : tensor<3x5xf32>) -> tensor<3x5xf32>
  %g16:3 = linalg.generic {
      indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d2)>, affine_map<(d0, d1, d2) -> (d2, d1)>, affine_map<(d0, d1, d2) -> (d0, d1)>, affine_map<(d0, d1, d2) -> (d0, d1)>, affine_map<(d0, d1, d2) -> (d0, d1)>],
      iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%m6, %v : tensor<3x6xf32>, tensor<6x5xf32>) outs(%i9, %i12, %i15 : tensor<3x5xf32>, tensor<3x5xf32>, tensor<3x5xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o0: f32, %o1: f32, %o2: f32):
    %m = arith.maximumf %o0, %a0 : f32
    %d = arith.subf %o0, %m : f32
    %w = math.exp %d : f32
    %y = arith.subf %a0, %m : f32
    %p = math.exp %y : f32
    %ls = arith.mulf %o1, %w : f32
    %l = arith.addf %ls, %p : f32
    %pv = arith.mulf %p, %a1 : f32
    %as = arith.mulf %o2, %w : f32
    %a = arith.addf %as, %pv : f32
    linalg.yield %m, %l, %a : f32, f32, f32
  } -> (tensor<3x5xf32>, tensor<3x5xf32>, tensor<3x5xf32>)
  %v17 = arith.divf %g16#2, %g16#1 : tensor<3x5xf32>
  return %v17 : tensor<3x5xf32>
}

// CHECK-LABEL: @src_split_weights => @tgt_split_weights
// CHECK-NEXT: verified

func.func @src_split_weights(%q: tensor<3x4xf32>, %k: tensor<6x4xf32>, %v: tensor<6x5xf32>)
    -> tensor<3x5xf32> {
  %e1 = tensor.empty() : tensor<4x6xf32>
  %t2 = linalg.transpose ins(%k : tensor<6x4xf32>) outs(%e1 : tensor<4x6xf32>) permutation = [1, 0]
  %e3 = tensor.empty() : tensor<3x6xf32>
  %c4 = arith.constant 0.0 : f32
  %i5 = linalg.fill ins(%c4 : f32) outs(%e3 : tensor<3x6xf32>) -> tensor<3x6xf32>
  %m6 = linalg.matmul ins(%q, %t2 : tensor<3x4xf32>, tensor<4x6xf32>) outs(%i5 : tensor<3x6xf32>) -> tensor<3x6xf32>
  %e7 = tensor.empty() : tensor<3xf32>
  %c8 = arith.constant 0xFF800000 : f32
  %i9 = linalg.fill ins(%c8 : f32) outs(%e7 : tensor<3xf32>) -> tensor<3xf32>
  %r10 = linalg.reduce { arith.maximumf } ins(%m6 : tensor<3x6xf32>) outs(%i9 : tensor<3xf32>) dimensions = [1]
  %e11 = tensor.empty() : tensor<3x6xf32>
  %b12 = linalg.broadcast ins(%r10 : tensor<3xf32>) outs(%e11 : tensor<3x6xf32>) dimensions = [1]
  %v13 = arith.subf %m6, %b12 : tensor<3x6xf32>
  %v14 = math.exp %v13 : tensor<3x6xf32>
  %e15 = tensor.empty() : tensor<3xf32>
  %c16 = arith.constant 0.0 : f32
  %i17 = linalg.fill ins(%c16 : f32) outs(%e15 : tensor<3xf32>) -> tensor<3xf32>
  %r18 = linalg.reduce { arith.addf } ins(%v14 : tensor<3x6xf32>) outs(%i17 : tensor<3xf32>) dimensions = [1]
  %e19 = tensor.empty() : tensor<3x6xf32>
  %b20 = linalg.broadcast ins(%r18 : tensor<3xf32>) outs(%e19 : tensor<3x6xf32>) dimensions = [1]
  %v21 = arith.divf %v14, %b20 : tensor<3x6xf32>
  %e22 = tensor.empty() : tensor<3x5xf32>
  %c23 = arith.constant 0.0 : f32
  %i24 = linalg.fill ins(%c23 : f32) outs(%e22 : tensor<3x5xf32>) -> tensor<3x5xf32>
  %m25 = linalg.matmul ins(%v21, %v : tensor<3x6xf32>, tensor<6x5xf32>) outs(%i24 : tensor<3x5xf32>) -> tensor<3x5xf32>
  return %m25 : tensor<3x5xf32>
}

func.func @tgt_split_weights(%q: tensor<3x4xf32>, %k: tensor<6x4xf32>, %v: tensor<6x5xf32>)
    -> tensor<3x5xf32> {
  %s1 = tensor.extract_slice %k[0, 0] [3, 4] [1, 1] : tensor<6x4xf32> to tensor<3x4xf32>
  %s2 = tensor.extract_slice %v[0, 0] [3, 5] [1, 1] : tensor<6x5xf32> to tensor<3x5xf32>
  %e3 = tensor.empty() : tensor<4x3xf32>
  %t4 = linalg.transpose ins(%s1 : tensor<3x4xf32>) outs(%e3 : tensor<4x3xf32>) permutation = [1, 0]
  %e5 = tensor.empty() : tensor<3x3xf32>
  %c6 = arith.constant 0.0 : f32
  %i7 = linalg.fill ins(%c6 : f32) outs(%e5 : tensor<3x3xf32>) -> tensor<3x3xf32>
  %m8 = linalg.matmul ins(%q, %t4 : tensor<3x4xf32>, tensor<4x3xf32>) outs(%i7 : tensor<3x3xf32>) -> tensor<3x3xf32>
  %e9 = tensor.empty() : tensor<3xf32>
  %c10 = arith.constant 0xFF800000 : f32
  %i11 = linalg.fill ins(%c10 : f32) outs(%e9 : tensor<3xf32>) -> tensor<3xf32>
  %r12 = linalg.reduce { arith.maximumf } ins(%m8 : tensor<3x3xf32>) outs(%i11 : tensor<3xf32>) dimensions = [1]
  %e13 = tensor.empty() : tensor<3x3xf32>
  %b14 = linalg.broadcast ins(%r12 : tensor<3xf32>) outs(%e13 : tensor<3x3xf32>) dimensions = [1]
  %v15 = arith.subf %m8, %b14 : tensor<3x3xf32>
  %v16 = math.exp %v15 : tensor<3x3xf32>
  %e17 = tensor.empty() : tensor<3xf32>
  %c18 = arith.constant 0.0 : f32
  %i19 = linalg.fill ins(%c18 : f32) outs(%e17 : tensor<3xf32>) -> tensor<3xf32>
  %r20 = linalg.reduce { arith.addf } ins(%v16 : tensor<3x3xf32>) outs(%i19 : tensor<3xf32>) dimensions = [1]
  %e21 = tensor.empty() : tensor<3x5xf32>
  %c22 = arith.constant 0.0 : f32
  %i23 = linalg.fill ins(%c22 : f32) outs(%e21 : tensor<3x5xf32>) -> tensor<3x5xf32>
  %m24 = linalg.matmul ins(%v16, %s2 : tensor<3x3xf32>, tensor<3x5xf32>) outs(%i23 : tensor<3x5xf32>) -> tensor<3x5xf32>
  %e25 = tensor.empty() : tensor<3x5xf32>
  %b26 = linalg.broadcast ins(%r20 : tensor<3xf32>) outs(%e25 : tensor<3x5xf32>) dimensions = [1]
  %v27 = arith.divf %m24, %b26 : tensor<3x5xf32>
  %s28 = tensor.extract_slice %k[3, 0] [3, 4] [1, 1] : tensor<6x4xf32> to tensor<3x4xf32>
  %s29 = tensor.extract_slice %v[3, 0] [3, 5] [1, 1] : tensor<6x5xf32> to tensor<3x5xf32>
  %e30 = tensor.empty() : tensor<4x3xf32>
  %t31 = linalg.transpose ins(%s28 : tensor<3x4xf32>) outs(%e30 : tensor<4x3xf32>) permutation = [1, 0]
  %e32 = tensor.empty() : tensor<3x3xf32>
  %c33 = arith.constant 0.0 : f32
  %i34 = linalg.fill ins(%c33 : f32) outs(%e32 : tensor<3x3xf32>) -> tensor<3x3xf32>
  %m35 = linalg.matmul ins(%q, %t31 : tensor<3x4xf32>, tensor<4x3xf32>) outs(%i34 : tensor<3x3xf32>) -> tensor<3x3xf32>
  %e36 = tensor.empty() : tensor<3xf32>
  %c37 = arith.constant 0xFF800000 : f32
  %i38 = linalg.fill ins(%c37 : f32) outs(%e36 : tensor<3xf32>) -> tensor<3xf32>
  %r39 = linalg.reduce { arith.maximumf } ins(%m35 : tensor<3x3xf32>) outs(%i38 : tensor<3xf32>) dimensions = [1]
  %e40 = tensor.empty() : tensor<3x3xf32>
  %b41 = linalg.broadcast ins(%r39 : tensor<3xf32>) outs(%e40 : tensor<3x3xf32>) dimensions = [1]
  %v42 = arith.subf %m35, %b41 : tensor<3x3xf32>
  %v43 = math.exp %v42 : tensor<3x3xf32>
  %e44 = tensor.empty() : tensor<3xf32>
  %c45 = arith.constant 0.0 : f32
  %i46 = linalg.fill ins(%c45 : f32) outs(%e44 : tensor<3xf32>) -> tensor<3xf32>
  %r47 = linalg.reduce { arith.addf } ins(%v43 : tensor<3x3xf32>) outs(%i46 : tensor<3xf32>) dimensions = [1]
  %e48 = tensor.empty() : tensor<3x5xf32>
  %c49 = arith.constant 0.0 : f32
  %i50 = linalg.fill ins(%c49 : f32) outs(%e48 : tensor<3x5xf32>) -> tensor<3x5xf32>
  %m51 = linalg.matmul ins(%v43, %s29 : tensor<3x3xf32>, tensor<3x5xf32>) outs(%i50 : tensor<3x5xf32>) -> tensor<3x5xf32>
  %e52 = tensor.empty() : tensor<3x5xf32>
  %b53 = linalg.broadcast ins(%r47 : tensor<3xf32>) outs(%e52 : tensor<3x5xf32>) dimensions = [1]
  %v54 = arith.divf %m51, %b53 : tensor<3x5xf32>
  %v55 = arith.maximumf %r12, %r39 : tensor<3xf32>
  %v56 = arith.subf %r12, %v55 : tensor<3xf32>
  %v57 = math.exp %v56 : tensor<3xf32>
  %v58 = arith.subf %r39, %v55 : tensor<3xf32>
  %v59 = math.exp %v58 : tensor<3xf32>
  %v60 = arith.mulf %v57, %r20 : tensor<3xf32>
  %v61 = arith.mulf %v59, %r47 : tensor<3xf32>
  %v62 = arith.addf %v60, %v61 : tensor<3xf32>
  %v63 = arith.divf %v60, %v62 : tensor<3xf32>
  %v64 = arith.divf %v61, %v62 : tensor<3xf32>
  %e65 = tensor.empty() : tensor<3x5xf32>
  %b66 = linalg.broadcast ins(%v63 : tensor<3xf32>) outs(%e65 : tensor<3x5xf32>) dimensions = [1]
  %v67 = arith.mulf %v27, %b66 : tensor<3x5xf32>
  %e68 = tensor.empty() : tensor<3x5xf32>
  %b69 = linalg.broadcast ins(%v64 : tensor<3xf32>) outs(%e68 : tensor<3x5xf32>) dimensions = [1]
  %v70 = arith.mulf %v54, %b69 : tensor<3x5xf32>
  %v71 = arith.addf %v67, %v70 : tensor<3x5xf32>
  return %v71 : tensor<3x5xf32>
}

// CHECK-LABEL: @src_split_lse => @tgt_split_lse
// CHECK-NEXT: verified

func.func @src_split_lse(%q: tensor<3x4xf32>, %k: tensor<6x4xf32>, %v: tensor<6x5xf32>)
    -> tensor<3x5xf32> {
  %e1 = tensor.empty() : tensor<4x6xf32>
  %t2 = linalg.transpose ins(%k : tensor<6x4xf32>) outs(%e1 : tensor<4x6xf32>) permutation = [1, 0]
  %e3 = tensor.empty() : tensor<3x6xf32>
  %c4 = arith.constant 0.0 : f32
  %i5 = linalg.fill ins(%c4 : f32) outs(%e3 : tensor<3x6xf32>) -> tensor<3x6xf32>
  %m6 = linalg.matmul ins(%q, %t2 : tensor<3x4xf32>, tensor<4x6xf32>) outs(%i5 : tensor<3x6xf32>) -> tensor<3x6xf32>
  %e7 = tensor.empty() : tensor<3xf32>
  %c8 = arith.constant 0xFF800000 : f32
  %i9 = linalg.fill ins(%c8 : f32) outs(%e7 : tensor<3xf32>) -> tensor<3xf32>
  %r10 = linalg.reduce { arith.maximumf } ins(%m6 : tensor<3x6xf32>) outs(%i9 : tensor<3xf32>) dimensions = [1]
  %e11 = tensor.empty() : tensor<3x6xf32>
  %b12 = linalg.broadcast ins(%r10 : tensor<3xf32>) outs(%e11 : tensor<3x6xf32>) dimensions = [1]
  %v13 = arith.subf %m6, %b12 : tensor<3x6xf32>
  %v14 = math.exp %v13 : tensor<3x6xf32>
  %e15 = tensor.empty() : tensor<3xf32>
  %c16 = arith.constant 0.0 : f32
  %i17 = linalg.fill ins(%c16 : f32) outs(%e15 : tensor<3xf32>) -> tensor<3xf32>
  %r18 = linalg.reduce { arith.addf } ins(%v14 : tensor<3x6xf32>) outs(%i17 : tensor<3xf32>) dimensions = [1]
  %e19 = tensor.empty() : tensor<3x6xf32>
  %b20 = linalg.broadcast ins(%r18 : tensor<3xf32>) outs(%e19 : tensor<3x6xf32>) dimensions = [1]
  %v21 = arith.divf %v14, %b20 : tensor<3x6xf32>
  %e22 = tensor.empty() : tensor<3x5xf32>
  %c23 = arith.constant 0.0 : f32
  %i24 = linalg.fill ins(%c23 : f32) outs(%e22 : tensor<3x5xf32>) -> tensor<3x5xf32>
  %m25 = linalg.matmul ins(%v21, %v : tensor<3x6xf32>, tensor<6x5xf32>) outs(%i24 : tensor<3x5xf32>) -> tensor<3x5xf32>
  return %m25 : tensor<3x5xf32>
}

func.func @tgt_split_lse(%q: tensor<3x4xf32>, %k: tensor<6x4xf32>, %v: tensor<6x5xf32>)
    -> tensor<3x5xf32> {
  %s1 = tensor.extract_slice %k[0, 0] [3, 4] [1, 1] : tensor<6x4xf32> to tensor<3x4xf32>
  %s2 = tensor.extract_slice %v[0, 0] [3, 5] [1, 1] : tensor<6x5xf32> to tensor<3x5xf32>
  %e3 = tensor.empty() : tensor<4x3xf32>
  %t4 = linalg.transpose ins(%s1 : tensor<3x4xf32>) outs(%e3 : tensor<4x3xf32>) permutation = [1, 0]
  %e5 = tensor.empty() : tensor<3x3xf32>
  %c6 = arith.constant 0.0 : f32
  %i7 = linalg.fill ins(%c6 : f32) outs(%e5 : tensor<3x3xf32>) -> tensor<3x3xf32>
  %m8 = linalg.matmul ins(%q, %t4 : tensor<3x4xf32>, tensor<4x3xf32>) outs(%i7 : tensor<3x3xf32>) -> tensor<3x3xf32>
  %e9 = tensor.empty() : tensor<3xf32>
  %c10 = arith.constant 0xFF800000 : f32
  %i11 = linalg.fill ins(%c10 : f32) outs(%e9 : tensor<3xf32>) -> tensor<3xf32>
  %r12 = linalg.reduce { arith.maximumf } ins(%m8 : tensor<3x3xf32>) outs(%i11 : tensor<3xf32>) dimensions = [1]
  %e13 = tensor.empty() : tensor<3x3xf32>
  %b14 = linalg.broadcast ins(%r12 : tensor<3xf32>) outs(%e13 : tensor<3x3xf32>) dimensions = [1]
  %v15 = arith.subf %m8, %b14 : tensor<3x3xf32>
  %v16 = math.exp %v15 : tensor<3x3xf32>
  %e17 = tensor.empty() : tensor<3xf32>
  %c18 = arith.constant 0.0 : f32
  %i19 = linalg.fill ins(%c18 : f32) outs(%e17 : tensor<3xf32>) -> tensor<3xf32>
  %r20 = linalg.reduce { arith.addf } ins(%v16 : tensor<3x3xf32>) outs(%i19 : tensor<3xf32>) dimensions = [1]
  %e21 = tensor.empty() : tensor<3x5xf32>
  %c22 = arith.constant 0.0 : f32
  %i23 = linalg.fill ins(%c22 : f32) outs(%e21 : tensor<3x5xf32>) -> tensor<3x5xf32>
  %m24 = linalg.matmul ins(%v16, %s2 : tensor<3x3xf32>, tensor<3x5xf32>) outs(%i23 : tensor<3x5xf32>) -> tensor<3x5xf32>
  %e25 = tensor.empty() : tensor<3x5xf32>
  %b26 = linalg.broadcast ins(%r20 : tensor<3xf32>) outs(%e25 : tensor<3x5xf32>) dimensions = [1]
  %v27 = arith.divf %m24, %b26 : tensor<3x5xf32>
  %s28 = tensor.extract_slice %k[3, 0] [3, 4] [1, 1] : tensor<6x4xf32> to tensor<3x4xf32>
  %s29 = tensor.extract_slice %v[3, 0] [3, 5] [1, 1] : tensor<6x5xf32> to tensor<3x5xf32>
  %e30 = tensor.empty() : tensor<4x3xf32>
  %t31 = linalg.transpose ins(%s28 : tensor<3x4xf32>) outs(%e30 : tensor<4x3xf32>) permutation = [1, 0]
  %e32 = tensor.empty() : tensor<3x3xf32>
  %c33 = arith.constant 0.0 : f32
  %i34 = linalg.fill ins(%c33 : f32) outs(%e32 : tensor<3x3xf32>) -> tensor<3x3xf32>
  %m35 = linalg.matmul ins(%q, %t31 : tensor<3x4xf32>, tensor<4x3xf32>) outs(%i34 : tensor<3x3xf32>) -> tensor<3x3xf32>
  %e36 = tensor.empty() : tensor<3xf32>
  %c37 = arith.constant 0xFF800000 : f32
  %i38 = linalg.fill ins(%c37 : f32) outs(%e36 : tensor<3xf32>) -> tensor<3xf32>
  %r39 = linalg.reduce { arith.maximumf } ins(%m35 : tensor<3x3xf32>) outs(%i38 : tensor<3xf32>) dimensions = [1]
  %e40 = tensor.empty() : tensor<3x3xf32>
  %b41 = linalg.broadcast ins(%r39 : tensor<3xf32>) outs(%e40 : tensor<3x3xf32>) dimensions = [1]
  %v42 = arith.subf %m35, %b41 : tensor<3x3xf32>
  %v43 = math.exp %v42 : tensor<3x3xf32>
  %e44 = tensor.empty() : tensor<3xf32>
  %c45 = arith.constant 0.0 : f32
  %i46 = linalg.fill ins(%c45 : f32) outs(%e44 : tensor<3xf32>) -> tensor<3xf32>
  %r47 = linalg.reduce { arith.addf } ins(%v43 : tensor<3x3xf32>) outs(%i46 : tensor<3xf32>) dimensions = [1]
  %e48 = tensor.empty() : tensor<3x5xf32>
  %c49 = arith.constant 0.0 : f32
  %i50 = linalg.fill ins(%c49 : f32) outs(%e48 : tensor<3x5xf32>) -> tensor<3x5xf32>
  %m51 = linalg.matmul ins(%v43, %s29 : tensor<3x3xf32>, tensor<3x5xf32>) outs(%i50 : tensor<3x5xf32>) -> tensor<3x5xf32>
  %e52 = tensor.empty() : tensor<3x5xf32>
  %b53 = linalg.broadcast ins(%r47 : tensor<3xf32>) outs(%e52 : tensor<3x5xf32>) dimensions = [1]
  %v54 = arith.divf %m51, %b53 : tensor<3x5xf32>
  %v55 = math.log %r20 : tensor<3xf32>
  %v56 = arith.addf %r12, %v55 : tensor<3xf32>
  %v57 = math.log %r47 : tensor<3xf32>
  %v58 = arith.addf %r39, %v57 : tensor<3xf32>
  %v59 = arith.maximumf %v56, %v58 : tensor<3xf32>
  %v60 = arith.subf %v56, %v59 : tensor<3xf32>
  %v61 = math.exp %v60 : tensor<3xf32>
  %v62 = arith.subf %v58, %v59 : tensor<3xf32>
  %v63 = math.exp %v62 : tensor<3xf32>
  %v64 = arith.addf %v61, %v63 : tensor<3xf32>
  %v65 = math.log %v64 : tensor<3xf32>
  %v66 = arith.addf %v59, %v65 : tensor<3xf32>
  %v67 = arith.subf %v56, %v66 : tensor<3xf32>
  %v68 = math.exp %v67 : tensor<3xf32>
  %v69 = arith.subf %v58, %v66 : tensor<3xf32>
  %v70 = math.exp %v69 : tensor<3xf32>
  %e71 = tensor.empty() : tensor<3x5xf32>
  %b72 = linalg.broadcast ins(%v68 : tensor<3xf32>) outs(%e71 : tensor<3x5xf32>) dimensions = [1]
  %v73 = arith.mulf %v27, %b72 : tensor<3x5xf32>
  %e74 = tensor.empty() : tensor<3x5xf32>
  %b75 = linalg.broadcast ins(%v70 : tensor<3xf32>) outs(%e74 : tensor<3x5xf32>) dimensions = [1]
  %v76 = arith.mulf %v54, %b75 : tensor<3x5xf32>
  %v77 = arith.addf %v73, %v76 : tensor<3x5xf32>
  return %v77 : tensor<3x5xf32>
}
