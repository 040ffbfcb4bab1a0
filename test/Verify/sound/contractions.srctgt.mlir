// RUN: %python %S/../Inputs/expect-exit.py 0 kernel-opt-verify --nonce=7 %s | FileCheck %s

// Products in another order, of transposes, in parts of the inner dimension,
// and with a mean pushed through.

// CHECK-LABEL: @src_associate => @tgt_associate
// CHECK-NEXT: verified

func.func @src_associate(%a: tensor<3x4xf32>, %b: tensor<4x5xf32>, %c: tensor<5x2xf32>)
    -> tensor<3x2xf32> {
  %e1 = tensor.empty() : tensor<3x5xf32>
  %c2 = arith.constant 0.0 : f32
  %i3 = linalg.fill ins(%c2 : f32) outs(%e1 : tensor<3x5xf32>) -> tensor<3x5xf32>
  %m4 = linalg.matmul ins(%a, %b : tensor<3x4xf32>, tensor<4x5xf32>) outs(%i3 : tensor<3x5xf32>) -> tensor<3x5xf32>
  %e5 = tensor.empty() : tensor<3x2xf32>
  %c6 = arith.constant 0.0 : f32
  %i7 = linalg.fill ins(%c6 : f32) outs(%e5 : tensor<3x2xf32>) -> tensor<3x2xf32>
  %m8 = linalg.matmul ins(%m4, %c : tensor<3x5xf32>, tensor<5x2xf32>) outs(%i7 : tensor<3x2xf32>) -> tensor<3x2xf32>
  return %m8 : tensor<3x2xf32>
}

func.func @tgt_associate(%a: tensor<3x4xf32>, %b: tensor<4x5xf32>, %c: tensor<5x2xf32>)
    -> tensor<3x2xf32> {
  %e1 = tensor.empty() : tensor<4x2xf32>
  %c2 = arith.constant 0.0 : f32
  %i3 = linalg.fill ins(%c2 : f32) outs(%e1 : tensor<4x2xf32>) -> tensor<4x2xf32>
  %m4 = linalg.matmul ins(%b, %c : tensor<4x5xf32>, tensor<5x2xf32>) outs(%i3 : tensor<4x2xf32>) -> tensor<4x2xf32>
  %e5 = tensor.empty() : tensor<3x2xf32>
  %c6 = arith.constant 0.0 : f32
  %i7 = linalg.fill ins(%c6 : f32) outs(%e5 : tensor<3x2xf32>) -> tensor<3x2xf32>
  %m8 = linalg.matmul ins(%a, %m4 : tensor<3x4xf32>, tensor<4x2xf32>) outs(%i7 : tensor<3x2xf32>) -> tensor<3x2xf32>
  return %m8 : tensor<3x2xf32>
}

// CHECK-LABEL: @src_transposes => @tgt_transposes
// CHECK-NEXT: verified

func.func @src_transposes(%a: tensor<3x4xf32>, %b: tensor<4x5xf32>)
    -> tensor<3x5xf32> {
  %e1 = tensor.empty() : tensor<3x5xf32>
  %c2 = arith.constant 0.0 : f32
  %i3 = linalg.fill ins(%c2 : f32) outs(%e1 : tensor<3x5xf32>) -> tensor<3x5xf32>
  %m4 = linalg.matmul ins(%a, %b : tensor<3x4xf32>, tensor<4x5xf32>) outs(%i3 : tensor<3x5xf32>) -> tensor<3x5xf32>
  return %m4 : tensor<3x5xf32>
}

func.func @tgt_transposes(%a: tensor<3x4xf32>, %b: tensor<4x5xf32>)
    -> tensor<3x5xf32> {
  %e1 = tensor.empty() : tensor<5x4xf32>
  %t2 = linalg.transpose ins(%b : tensor<4x5xf32>) outs(%e1 : tensor<5x4xf32>) permutation = [1, 0]
  %e3 = tensor.empty() : tensor<4x3xf32>
  %t4 = linalg.transpose ins(%a : tensor<3x4xf32>) outs(%e3 : tensor<4x3xf32>) permutation = [1, 0]
  %e5 = tensor.empty() : tensor<5x3xf32>
  %c6 = arith.constant 0.0 : f32
  %i7 = linalg.fill ins(%c6 : f32) outs(%e5 : tensor<5x3xf32>) -> tensor<5x3xf32>
  %m8 = linalg.matmul ins(%t2, %t4 : tensor<5x4xf32>, tensor<4x3xf32>) outs(%i7 : tensor<5x3xf32>) -> tensor<5x3xf32>
  %e9 = tensor.empty() : tensor<3x5xf32>
  %t10 = linalg.transpose ins(%m8 : tensor<5x3xf32>) outs(%e9 : tensor<3x5xf32>) permutation = [1, 0]
  return %t10 : tensor<3x5xf32>
}

// CHECK-LABEL: @src_split_k => @tgt_split_k
// CHECK-NEXT: verified

func.func @src_split_k(%a: tensor<3x4xf32>, %b: tensor<4x5xf32>)
    -> tensor<3x5xf32> {
  %e1 = tensor.empty() : tensor<3x5xf32>
  %c2 = arith.constant 0.0 : f32
  %i3 = linalg.fill ins(%c2 : f32) outs(%e1 : tensor<3x5xf32>) -> tensor<3x5xf32>
  %m4 = linalg.matmul ins(%a, %b : tensor<3x4xf32>, tensor<4x5xf32>) outs(%i3 : tensor<3x5xf32>) -> tensor<3x5xf32>
  return %m4 : tensor<3x5xf32>
}

func.func @tgt_split_k(%a: tensor<3x4xf32>, %b: tensor<4x5xf32>)
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
  return %v13 : tensor<3x5xf32>
}

// CHECK-LABEL: @src_mean => @tgt_mean
// CHECK-NEXT: verified

func.func @src_mean(%x: tensor<3x4xf32>, %w: tensor<4x8xf32>, %b: tensor<8xf32>)
    -> tensor<3xf32> {
  %e1 = tensor.empty() : tensor<3x8xf32>
  %c2 = arith.constant 0.0 : f32
  %i3 = linalg.fill ins(%c2 : f32) outs(%e1 : tensor<3x8xf32>) -> tensor<3x8xf32>
  %m4 = linalg.matmul ins(%x, %w : tensor<3x4xf32>, tensor<4x8xf32>) outs(%i3 : tensor<3x8xf32>) -> tensor<3x8xf32>
  %e5 = tensor.empty() : tensor<3x8xf32>
  %b6 = linalg.broadcast ins(%b : tensor<8xf32>) outs(%e5 : tensor<3x8xf32>) dimensions = [0]
  %v7 = arith.addf %m4, %b6 : tensor<3x8xf32>
  %e8 = tensor.empty() : tensor<3xf32>
  %c9 = arith.constant 0.0 : f32
  %i10 = linalg.fill ins(%c9 : f32) outs(%e8 : tensor<3xf32>) -> tensor<3xf32>
  %r11 = linalg.reduce { arith.addf } ins(%v7 : tensor<3x8xf32>) outs(%i10 : tensor<3xf32>) dimensions = [1]
  %c12 = arith.constant dense<8.0> : tensor<3xf32>
  %v13 = arith.divf %r11, %c12 : tensor<3xf32>
  return %v13 : tensor<3xf32>
}

func.func @tgt_mean(%x: tensor<3x4xf32>, %w: tensor<4x8xf32>, %b: tensor<8xf32>)
    -> tensor<3xf32> {
  %e1 = tensor.empty() : tensor<4xf32>
  %c2 = arith.constant 0.0 : f32
  %i3 = linalg.fill ins(%c2 : f32) outs(%e1 : tensor<4xf32>) -> tensor<4xf32>
  %r4 = linalg.reduce { arith.addf } ins(%w : tensor<4x8xf32>) outs(%i3 : tensor<4xf32>) dimensions = [1]
  %c5 = arith.constant dense<8.0> : tensor<4xf32>
  %v6 = arith.divf %r4, %c5 : tensor<4xf32>
  %e7 = tensor.empty() : tensor<3x4xf32>
  %b8 = linalg.broadcast ins(%v6 : tensor<4xf32>) outs(%e7 : tensor<3x4xf32>) dimensions = [0]
  %v9 = arith.mulf %x, %b8 : tensor<3x4xf32>
  %e10 = tensor.empty() : tensor<3xf32>
  %c11 = arith.constant 0.0 : f32
  %i12 = linalg.fill ins(%c11 : f32) outs(%e10 : tensor<3xf32>) -> tensor<3xf32>
  %r13 = linalg.reduce { arith.addf } ins(%v9 : tensor<3x4xf32>) outs(%i12 : tensor<3xf32>) dimensions = [1]
  %e14 = tensor.empty() : tensor<3xf32>
  %c15 = arith.constant 0.0 : f32
  %i16 = linalg.fill ins(%c15 : f32) outs(%e14 : tensor<3xf32>) -> tensor<3xf32>
  %g17 = linalg.generic {
      indexing_maps = [affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0)>],
      iterator_types = ["parallel", "reduction"]}
      ins(%b : tensor<8xf32>) outs(%i16 : tensor<3xf32>) {
  ^bb0(%a0: f32, %o0: f32):
    %s = arith.addf %o0, %a0 : f32
    linalg.yield %s : f32
  } -> tensor<3xf32>
  %c18 = arith.constant dense<8.0> : tensor<3xf32>
  %v19 = arith.divf %g17, %c18 : tensor<3xf32>
  %v20 = arith.addf %r13, %v19 : tensor<3xf32>
  return %v20 : tensor<3xf32>
}

// CHECK-LABEL: @src_fma => @tgt_fma
// CHECK-NEXT: verified

func.func @src_fma(%a: tensor<3x4xf32>, %b: tensor<4x5xf32>)
    -> tensor<3x5xf32> {
  %e1 = tensor.empty() : tensor<3x5xf32>
  %c2 = arith.constant 0.0 : f32
  %i3 = linalg.fill ins(%c2 : f32) outs(%e1 : tensor<3x5xf32>) -> tensor<3x5xf32>
  %m4 = linalg.matmul ins(%a, %b : tensor<3x4xf32>, tensor<4x5xf32>) outs(%i3 : tensor<3x5xf32>) -> tensor<3x5xf32>
  return %m4 : tensor<3x5xf32>
}

func.func @tgt_fma(%a: tensor<3x4xf32>, %b: tensor<4x5xf32>)
    -> tensor<3x5xf32> {
  %e1 = tensor.empty() : tensor<3x5xf32>
  %c2 = arith.constant 0.0 : f32
  %i3 = linalg.fill ins(%c2 : f32) outs(%e1 : tensor<3x5xf32>) -> tensor<3x5xf32>
  %g4 = linalg.generic {
      indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d2)>, affine_map<(d0, d1, d2) -> (d2, d1)>, affine_map<(d0, d1, d2) -> (d0, d1)>],
      iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : tensor<3x4xf32>, tensor<4x5xf32>) outs(%i3 : tensor<3x5xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o0: f32):
    %r = math.fma %a0, %a1, %o0 : f32
    linalg.yield %r : f32
  } -> tensor<3x5xf32>
  return %g4 : tensor<3x5xf32>
}
