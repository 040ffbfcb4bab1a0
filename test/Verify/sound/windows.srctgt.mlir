// RUN: %python %S/../Inputs/expect-exit.py 0 kernel-opt-verify --nonce=7 %s | FileCheck %s

// A convolution as a product of matrices over gathered windows; one short
// filter by the algorithm of Winograd, F(2, 3).

// CHECK-LABEL: @src_im2col => @tgt_im2col
// CHECK-NEXT: verified

func.func @src_im2col(%x: tensor<1x2x5x5xf32>, %w: tensor<3x2x3x3xf32>)
    -> tensor<1x3x3x3xf32> {
  %e1 = tensor.empty() : tensor<1x3x3x3xf32>
  %c2 = arith.constant 0.0 : f32
  %i3 = linalg.fill ins(%c2 : f32) outs(%e1 : tensor<1x3x3x3xf32>) -> tensor<1x3x3x3xf32>
  %r4 = linalg.conv_2d_nchw_fchw ins(%x, %w : tensor<1x2x5x5xf32>, tensor<3x2x3x3xf32>) outs(%i3 : tensor<1x3x3x3xf32>) -> tensor<1x3x3x3xf32>
  return %r4 : tensor<1x3x3x3xf32>
}

func.func @tgt_im2col(%x: tensor<1x2x5x5xf32>, %w: tensor<3x2x3x3xf32>)
    -> tensor<1x3x3x3xf32> {
  %s1 = tensor.collapse_shape %x [[0, 1], [2], [3]] : tensor<1x2x5x5xf32> into tensor<2x5x5xf32>
  %e2 = tensor.empty() : tensor<2x3x3x3x3xf32>
  %c3 = arith.constant 0.0 : f32
  %i4 = linalg.fill ins(%c3 : f32) outs(%e2 : tensor<2x3x3x3x3xf32>) -> tensor<2x3x3x3x3xf32>
  %e5 = tensor.empty() : tensor<3x3xf32>
  %c6 = arith.constant 0.0 : f32
  %i7 = linalg.fill ins(%c6 : f32) outs(%e5 : tensor<3x3xf32>) -> tensor<3x3xf32>
  %g8 = linalg.generic {
      indexing_maps = [affine_map<(d0, d1, d2, d3, d4) -> (d0, d1 + d3, d2 + d4)>, affine_map<(d0, d1, d2, d3, d4) -> (d1, d2)>, affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>],
      iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]}
      ins(%s1, %i7 : tensor<2x5x5xf32>, tensor<3x3xf32>) outs(%i4 : tensor<2x3x3x3x3xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o0: f32):
    linalg.yield %a0 : f32
  } -> tensor<2x3x3x3x3xf32>
  %s9 = tensor.collapse_shape %g8 [[0, 1, 2], [3, 4]] : tensor<2x3x3x3x3xf32> into tensor<18x9xf32>
  %s10 = tensor.collapse_shape %w [[0], [1, 2, 3]] : tensor<3x2x3x3xf32> into tensor<3x18xf32>
  %e11 = tensor.empty() : tensor<3x9xf32>
  %c12 = arith.constant 0.0 : f32
  %i13 = linalg.fill ins(%c12 : f32) outs(%e11 : tensor<3x9xf32>) -> tensor<3x9xf32>
  %m14 = linalg.matmul ins(%s10, %s9 : tensor<3x18xf32>, tensor<18x9xf32>) outs(%i13 : tensor<3x9xf32>) -> tensor<3x9xf32>
  %s15 = tensor.expand_shape %m14 [[0, 1], [2, 3]] output_shape [1, 3, 3, 3] : tensor<3x9xf32> into tensor<1x3x3x3xf32>
  return %s15 : tensor<1x3x3x3xf32>
}

// CHECK-LABEL: @src_winograd => @tgt_winograd
// CHECK-NEXT: verified

func.func @src_winograd(%x: tensor<4xf32>, %w: tensor<3xf32>)
    -> tensor<2xf32> {
  %e1 = tensor.empty() : tensor<2xf32>
  %c2 = arith.constant 0.0 : f32
  %i3 = linalg.fill ins(%c2 : f32) outs(%e1 : tensor<2xf32>) -> tensor<2xf32>
  %r4 = linalg.conv_1d ins(%x, %w : tensor<4xf32>, tensor<3xf32>) outs(%i3 : tensor<2xf32>) -> tensor<2xf32>
  return %r4 : tensor<2xf32>
}

func.func @tgt_winograd(%x: tensor<4xf32>, %w: tensor<3xf32>)
    -> tensor<2xf32> {
  %s1 = tensor.extract_slice %x[0] [1] [1] : tensor<4xf32> to tensor<1xf32>
  %s2 = tensor.extract_slice %x[1] [1] [1] : tensor<4xf32> to tensor<1xf32>
  %s3 = tensor.extract_slice %x[2] [1] [1] : tensor<4xf32> to tensor<1xf32>
  %s4 = tensor.extract_slice %x[3] [1] [1] : tensor<4xf32> to tensor<1xf32>
  %s5 = tensor.extract_slice %w[0] [1] [1] : tensor<3xf32> to tensor<1xf32>
  %s6 = tensor.extract_slice %w[1] [1] [1] : tensor<3xf32> to tensor<1xf32>
  %s7 = tensor.extract_slice %w[2] [1] [1] : tensor<3xf32> to tensor<1xf32>
  %v8 = arith.addf %s5, %s7 : tensor<1xf32>
  %v9 = arith.subf %s1, %s3 : tensor<1xf32>
  %v10 = arith.mulf %v9, %s5 : tensor<1xf32>
  %v11 = arith.addf %s2, %s3 : tensor<1xf32>
  %v12 = arith.addf %v8, %s6 : tensor<1xf32>
  %c13 = arith.constant dense<0.5> : tensor<1xf32>
  %v14 = arith.mulf %v12, %c13 : tensor<1xf32>
  %v15 = arith.mulf %v11, %v14 : tensor<1xf32>
  %v16 = arith.subf %s3, %s2 : tensor<1xf32>
  %v17 = arith.subf %v8, %s6 : tensor<1xf32>
  %c18 = arith.constant dense<0.5> : tensor<1xf32>
  %v19 = arith.mulf %v17, %c18 : tensor<1xf32>
  %v20 = arith.mulf %v16, %v19 : tensor<1xf32>
  %v21 = arith.subf %s2, %s4 : tensor<1xf32>
  %v22 = arith.mulf %v21, %s7 : tensor<1xf32>
  %e23 = tensor.empty() : tensor<2xf32>
  %c24 = arith.constant 0.0 : f32
  %i25 = linalg.fill ins(%c24 : f32) outs(%e23 : tensor<2xf32>) -> tensor<2xf32>
  %v26 = arith.subf %v15, %v20 : tensor<1xf32>
  %v27 = arith.subf %v26, %v22 : tensor<1xf32>
  %v28 = arith.addf %v10, %v15 : tensor<1xf32>
  %v29 = arith.addf %v28, %v20 : tensor<1xf32>
  %s30 = tensor.insert_slice %v29 into %i25[0] [1] [1] : tensor<1xf32> into tensor<2xf32>
  %s31 = tensor.insert_slice %v27 into %s30[1] [1] [1] : tensor<1xf32> into tensor<2xf32>
  return %s31 : tensor<2xf32>
}
