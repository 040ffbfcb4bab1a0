// Other layouts and algorithms of products: channels last, one level of
// Strassen's algorithm, rows that are padded with the neutral element.

func.func @src_channels_last(%x: tensor<1x3x6x7xf32>, %w: tensor<4x3x3x3xf32>) -> tensor<1x4x4x5xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<1x4x4x5xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<1x4x4x5xf32>) -> tensor<1x4x4x5xf32>
  %y = linalg.conv_2d_nchw_fchw ins(%x, %w : tensor<1x3x6x7xf32>, tensor<4x3x3x3xf32>)
      outs(%f : tensor<1x4x4x5xf32>) -> tensor<1x4x4x5xf32>
  return %y : tensor<1x4x4x5xf32>
}

func.func @tgt_channels_last(%x: tensor<1x3x6x7xf32>, %w: tensor<4x3x3x3xf32>) -> tensor<1x4x4x5xf32> {
  %zero = arith.constant 0.0 : f32
  %e0 = tensor.empty() : tensor<1x6x7x3xf32>
  %xt = linalg.transpose ins(%x : tensor<1x3x6x7xf32>) outs(%e0 : tensor<1x6x7x3xf32>) permutation = [0, 2, 3, 1]
  %e1 = tensor.empty() : tensor<3x3x3x4xf32>
  %wt = linalg.transpose ins(%w : tensor<4x3x3x3xf32>) outs(%e1 : tensor<3x3x3x4xf32>) permutation = [2, 3, 1, 0]
  %e2 = tensor.empty() : tensor<1x4x5x4xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e2 : tensor<1x4x5x4xf32>) -> tensor<1x4x5x4xf32>
  %c = linalg.conv_2d_nhwc_hwcf ins(%xt, %wt : tensor<1x6x7x3xf32>, tensor<3x3x3x4xf32>)
      outs(%f : tensor<1x4x5x4xf32>) -> tensor<1x4x5x4xf32>
  %e3 = tensor.empty() : tensor<1x4x4x5xf32>
  %y = linalg.transpose ins(%c : tensor<1x4x5x4xf32>) outs(%e3 : tensor<1x4x4x5xf32>) permutation = [0, 3, 1, 2]
  return %y : tensor<1x4x4x5xf32>
}

func.func @src_strassen(%a: tensor<8x6xf32>, %b: tensor<6x10xf32>) -> tensor<8x10xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<8x10xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<8x10xf32>) -> tensor<8x10xf32>
  %y = linalg.matmul ins(%a, %b : tensor<8x6xf32>, tensor<6x10xf32>) outs(%f : tensor<8x10xf32>) -> tensor<8x10xf32>
  return %y : tensor<8x10xf32>
}

func.func @tgt_strassen(%a: tensor<8x6xf32>, %b: tensor<6x10xf32>) -> tensor<8x10xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4x5xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<4x5xf32>) -> tensor<4x5xf32>
  %a11 = tensor.extract_slice %a[0, 0] [4, 3] [1, 1] : tensor<8x6xf32> to tensor<4x3xf32>
  %a12 = tensor.extract_slice %a[0, 3] [4, 3] [1, 1] : tensor<8x6xf32> to tensor<4x3xf32>
  %a21 = tensor.extract_slice %a[4, 0] [4, 3] [1, 1] : tensor<8x6xf32> to tensor<4x3xf32>
  %a22 = tensor.extract_slice %a[4, 3] [4, 3] [1, 1] : tensor<8x6xf32> to tensor<4x3xf32>
  %b11 = tensor.extract_slice %b[0, 0] [3, 5] [1, 1] : tensor<6x10xf32> to tensor<3x5xf32>
  %b12 = tensor.extract_slice %b[0, 5] [3, 5] [1, 1] : tensor<6x10xf32> to tensor<3x5xf32>
  %b21 = tensor.extract_slice %b[3, 0] [3, 5] [1, 1] : tensor<6x10xf32> to tensor<3x5xf32>
  %b22 = tensor.extract_slice %b[3, 5] [3, 5] [1, 1] : tensor<6x10xf32> to tensor<3x5xf32>
  %l1 = arith.addf %a11, %a22 : tensor<4x3xf32>
  %r1 = arith.addf %b11, %b22 : tensor<3x5xf32>
  %l2 = arith.addf %a21, %a22 : tensor<4x3xf32>
  %r3 = arith.subf %b12, %b22 : tensor<3x5xf32>
  %r4 = arith.subf %b21, %b11 : tensor<3x5xf32>
  %l5 = arith.addf %a11, %a12 : tensor<4x3xf32>
  %l6 = arith.subf %a21, %a11 : tensor<4x3xf32>
  %r6 = arith.addf %b11, %b12 : tensor<3x5xf32>
  %l7 = arith.subf %a12, %a22 : tensor<4x3xf32>
  %r7 = arith.addf %b21, %b22 : tensor<3x5xf32>
  %m1 = linalg.matmul ins(%l1, %r1 : tensor<4x3xf32>, tensor<3x5xf32>) outs(%f : tensor<4x5xf32>) -> tensor<4x5xf32>
  %m2 = linalg.matmul ins(%l2, %b11 : tensor<4x3xf32>, tensor<3x5xf32>) outs(%f : tensor<4x5xf32>) -> tensor<4x5xf32>
  %m3 = linalg.matmul ins(%a11, %r3 : tensor<4x3xf32>, tensor<3x5xf32>) outs(%f : tensor<4x5xf32>) -> tensor<4x5xf32>
  %m4 = linalg.matmul ins(%a22, %r4 : tensor<4x3xf32>, tensor<3x5xf32>) outs(%f : tensor<4x5xf32>) -> tensor<4x5xf32>
  %m5 = linalg.matmul ins(%l5, %b22 : tensor<4x3xf32>, tensor<3x5xf32>) outs(%f : tensor<4x5xf32>) -> tensor<4x5xf32>
  %m6 = linalg.matmul ins(%l6, %r6 : tensor<4x3xf32>, tensor<3x5xf32>) outs(%f : tensor<4x5xf32>) -> tensor<4x5xf32>
  %m7 = linalg.matmul ins(%l7, %r7 : tensor<4x3xf32>, tensor<3x5xf32>) outs(%f : tensor<4x5xf32>) -> tensor<4x5xf32>
  %u1 = arith.addf %m1, %m4 : tensor<4x5xf32>
  %u2 = arith.subf %u1, %m5 : tensor<4x5xf32>
  %y11 = arith.addf %u2, %m7 : tensor<4x5xf32>
  %y12 = arith.addf %m3, %m5 : tensor<4x5xf32>
  %y21 = arith.addf %m2, %m4 : tensor<4x5xf32>
  %u3 = arith.subf %m1, %m2 : tensor<4x5xf32>
  %u4 = arith.addf %u3, %m3 : tensor<4x5xf32>
  %y22 = arith.addf %u4, %m6 : tensor<4x5xf32>
  %top = tensor.concat dim(1) %y11, %y12 : (tensor<4x5xf32>, tensor<4x5xf32>) -> tensor<4x10xf32>
  %bottom = tensor.concat dim(1) %y21, %y22 : (tensor<4x5xf32>, tensor<4x5xf32>) -> tensor<4x10xf32>
  %y = tensor.concat dim(0) %top, %bottom : (tensor<4x10xf32>, tensor<4x10xf32>) -> tensor<8x10xf32>
  return %y : tensor<8x10xf32>
}

func.func @src_padded(%x: tensor<5x13xf32>) -> (tensor<5xf32>, tensor<5xf32>) {
  %zero = arith.constant 0.0 : f32
  %low = arith.constant 0xFF800000 : f32
  %e = tensor.empty() : tensor<5xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<5xf32>) -> tensor<5xf32>
  %g = linalg.fill ins(%low : f32) outs(%e : tensor<5xf32>) -> tensor<5xf32>
  %s = linalg.reduce { arith.addf } ins(%x : tensor<5x13xf32>) outs(%f : tensor<5xf32>) dimensions = [1]
  %m = linalg.reduce { arith.maximumf } ins(%x : tensor<5x13xf32>) outs(%g : tensor<5xf32>) dimensions = [1]
  return %s, %m : tensor<5xf32>, tensor<5xf32>
}

func.func @tgt_padded(%x: tensor<5x13xf32>) -> (tensor<5xf32>, tensor<5xf32>) {
  %zero = arith.constant 0.0 : f32
  %low = arith.constant 0xFF800000 : f32
  %e = tensor.empty() : tensor<5xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<5xf32>) -> tensor<5xf32>
  %g = linalg.fill ins(%low : f32) outs(%e : tensor<5xf32>) -> tensor<5xf32>
  %p = tensor.pad %x low[0, 0] high[0, 3] {
  ^bb0(%i: index, %j: index):
    tensor.yield %zero : f32
  } : tensor<5x13xf32> to tensor<5x16xf32>
  %q = tensor.pad %x low[0, 0] high[0, 3] {
  ^bb0(%i: index, %j: index):
    tensor.yield %low : f32
  } : tensor<5x13xf32> to tensor<5x16xf32>
  %s = linalg.reduce { arith.addf } ins(%p : tensor<5x16xf32>) outs(%f : tensor<5xf32>) dimensions = [1]
  %m = linalg.reduce { arith.maximumf } ins(%q : tensor<5x16xf32>) outs(%g : tensor<5xf32>) dimensions = [1]
  return %s, %m : tensor<5xf32>, tensor<5xf32>
}
