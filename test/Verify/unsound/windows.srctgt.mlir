// RUN: %python %S/../Inputs/expect-exit.py 1 kernel-opt-verify --nonce=7 %s | FileCheck %s

// Pooling that pads with 0 for -Inf is wrong for negative inputs; a filter of
// Winograd with a wrong constant; a filter that is not flipped.

// CHECK-LABEL: @src_pool_padding => @tgt_pool_padding
// CHECK-NEXT: refuted
// CHECK: ERROR: value mismatch

func.func @src_pool_padding(%x: tensor<1x1x4x4xf32>)
    -> tensor<1x1x3x3xf32> {
  %c1 = arith.constant 0xFF800000 : f32
  %p2 = tensor.pad %x low[0, 0, 1, 1] high[0, 0, 1, 1] {
  ^bb0(%i: index, %j: index, %k: index, %l: index):
    tensor.yield %c1 : f32
  } : tensor<1x1x4x4xf32> to tensor<1x1x6x6xf32>
  %e3 = tensor.empty() : tensor<2x2xf32>
  %c4 = arith.constant 0.0 : f32
  %i5 = linalg.fill ins(%c4 : f32) outs(%e3 : tensor<2x2xf32>) -> tensor<2x2xf32>
  %e6 = tensor.empty() : tensor<1x1x3x3xf32>
  %c7 = arith.constant 0xFF800000 : f32
  %i8 = linalg.fill ins(%c7 : f32) outs(%e6 : tensor<1x1x3x3xf32>) -> tensor<1x1x3x3xf32>
  %r9 = linalg.pooling_nchw_max {strides = dense<2> : tensor<2xi64>} ins(%p2, %i5 : tensor<1x1x6x6xf32>, tensor<2x2xf32>) outs(%i8 : tensor<1x1x3x3xf32>) -> tensor<1x1x3x3xf32>
  return %r9 : tensor<1x1x3x3xf32>
}

func.func @tgt_pool_padding(%x: tensor<1x1x4x4xf32>)
    -> tensor<1x1x3x3xf32> {
  %c1 = arith.constant 0.0 : f32
  %p2 = tensor.pad %x low[0, 0, 1, 1] high[0, 0, 1, 1] {
  ^bb0(%i: index, %j: index, %k: index, %l: index):
    tensor.yield %c1 : f32
  } : tensor<1x1x4x4xf32> to tensor<1x1x6x6xf32>
  %e3 = tensor.empty() : tensor<2x2xf32>
  %c4 = arith.constant 0.0 : f32
  %i5 = linalg.fill ins(%c4 : f32) outs(%e3 : tensor<2x2xf32>) -> tensor<2x2xf32>
  %e6 = tensor.empty() : tensor<1x1x3x3xf32>
  %c7 = arith.constant 0xFF800000 : f32
  %i8 = linalg.fill ins(%c7 : f32) outs(%e6 : tensor<1x1x3x3xf32>) -> tensor<1x1x3x3xf32>
  %r9 = linalg.pooling_nchw_max {strides = dense<2> : tensor<2xi64>} ins(%p2, %i5 : tensor<1x1x6x6xf32>, tensor<2x2xf32>) outs(%i8 : tensor<1x1x3x3xf32>) -> tensor<1x1x3x3xf32>
  return %r9 : tensor<1x1x3x3xf32>
}

// CHECK-LABEL: @src_winograd_constant => @tgt_winograd_constant
// CHECK-NEXT: refuted
// CHECK: ERROR: value mismatch

func.func @src_winograd_constant(%x: tensor<4xf32>, %w: tensor<3xf32>)
    -> tensor<2xf32> {
  %e1 = tensor.empty() : tensor<2xf32>
  %c2 = arith.constant 0.0 : f32
  %i3 = linalg.fill ins(%c2 : f32) outs(%e1 : tensor<2xf32>) -> tensor<2xf32>
  %r4 = linalg.conv_1d ins(%x, %w : tensor<4xf32>, tensor<3xf32>) outs(%i3 : tensor<2xf32>) -> tensor<2xf32>
  return %r4 : tensor<2xf32>
}

func.func @tgt_winograd_constant(%x: tensor<4xf32>, %w: tensor<3xf32>)
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
  %c13 = arith.constant dense<0.25> : tensor<1xf32>
  %v14 = arith.mulf %v12, %c13 : tensor<1xf32>
  %v15 = arith.mulf %v11, %v14 : tensor<1xf32>
  %v16 = arith.subf %s3, %s2 : tensor<1xf32>
  %v17 = arith.subf %v8, %s6 : tensor<1xf32>
  %c18 = arith.constant dense<0.25> : tensor<1xf32>
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
