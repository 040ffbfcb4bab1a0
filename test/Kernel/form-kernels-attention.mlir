// RUN: kernel-opt %s --kopt-form-kernels | FileCheck %s

// Attention as front ends write it: heads split by reshapes and transposes,
// products on three dimensions, softmax on four. Three kernels; inside of the
// second one nothing is reshaped between the products.
// CHECK-LABEL: func.func @mha
// CHECK: %[[QKV:.*]] = kopt.kernel @mha_matmul
// CHECK-SAME: -> (tensor<256x1536xf32>) {
// CHECK: %[[HEADS:.*]] = tensor.expand_shape %[[QKV]]
// CHECK: %[[O:.*]] = kopt.kernel @mha_attention (%{{.*}} = %[[HEADS]] : tensor<2x128x1536xf32>)
// CHECK: linalg.batch_matmul
// CHECK-NOT: _shape
// CHECK: linalg.batch_matmul
// CHECK-NEXT: kopt.yield
// CHECK: kopt.kernel @mha_matmul_1
// CHECK-SAME: -> (tensor<256x512xf32>) {
// CHECK-NOT: kopt.kernel
func.func @mha(%x: tensor<2x128x512xf32>, %wqkv: tensor<1536x512xf32>, %bqkv: tensor<1536xf32>, %wo: tensor<512x512xf32>, %bo: tensor<512xf32>) -> tensor<2x128x512xf32> {
  %zero = arith.constant 0.0 : f32
  %low = arith.constant 0xFF800000 : f32
  %scale = arith.constant 0.125 : f32
  %qkvc = tensor.collapse_shape %x [[0, 1], [2]] : tensor<2x128x512xf32> into tensor<256x512xf32>
  %qkvew = tensor.empty() : tensor<512x1536xf32>
  %qkvwt = linalg.transpose ins(%wqkv : tensor<1536x512xf32>) outs(%qkvew : tensor<512x1536xf32>) permutation = [1, 0]
  %qkve = tensor.empty() : tensor<256x1536xf32>
  %qkvi = linalg.fill ins(%zero : f32) outs(%qkve : tensor<256x1536xf32>) -> tensor<256x1536xf32>
  %qkvm = linalg.matmul ins(%qkvc, %qkvwt : tensor<256x512xf32>, tensor<512x1536xf32>) outs(%qkvi : tensor<256x1536xf32>) -> tensor<256x1536xf32>
  %qkvx = tensor.expand_shape %qkvm [[0, 1], [2]] output_shape [2, 128, 1536] : tensor<256x1536xf32> into tensor<2x128x1536xf32>
  %qkve3 = tensor.empty() : tensor<2x128x1536xf32>
  %qkv = linalg.generic {indexing_maps = [affine_map<(a,b,c)->(a,b,c)>, affine_map<(a,b,c)->(c)>, affine_map<(a,b,c)->(a,b,c)>], iterator_types=["parallel","parallel","parallel"]} ins(%qkvx, %bqkv : tensor<2x128x1536xf32>, tensor<1536xf32>) outs(%qkve3 : tensor<2x128x1536xf32>) {
    ^bb0(%u: f32, %v: f32, %w: f32):
      %r = arith.addf %u, %v : f32
      linalg.yield %r : f32
    } -> tensor<2x128x1536xf32>
  %qs = tensor.extract_slice %qkv[0, 0, 0] [2, 128, 512] [1, 1, 1] : tensor<2x128x1536xf32> to tensor<2x128x512xf32>
  %q4 = tensor.expand_shape %qs [[0], [1], [2, 3]] output_shape [2, 128, 8, 64] : tensor<2x128x512xf32> into tensor<2x128x8x64xf32>
  %qte = tensor.empty() : tensor<2x8x128x64xf32>
  %qt = linalg.transpose ins(%q4 : tensor<2x128x8x64xf32>) outs(%qte : tensor<2x8x128x64xf32>) permutation = [0, 2, 1, 3]
  %q3 = tensor.collapse_shape %qt [[0, 1], [2], [3]] : tensor<2x8x128x64xf32> into tensor<16x128x64xf32>
  %ks = tensor.extract_slice %qkv[0, 0, 512] [2, 128, 512] [1, 1, 1] : tensor<2x128x1536xf32> to tensor<2x128x512xf32>
  %k4 = tensor.expand_shape %ks [[0], [1], [2, 3]] output_shape [2, 128, 8, 64] : tensor<2x128x512xf32> into tensor<2x128x8x64xf32>
  %kte = tensor.empty() : tensor<2x8x128x64xf32>
  %kt = linalg.transpose ins(%k4 : tensor<2x128x8x64xf32>) outs(%kte : tensor<2x8x128x64xf32>) permutation = [0, 2, 1, 3]
  %kue = tensor.empty() : tensor<2x8x64x128xf32>
  %ku = linalg.transpose ins(%kt : tensor<2x8x128x64xf32>) outs(%kue : tensor<2x8x64x128xf32>) permutation = [0, 1, 3, 2]
  %k3 = tensor.collapse_shape %ku [[0, 1], [2], [3]] : tensor<2x8x64x128xf32> into tensor<16x64x128xf32>
  %vs = tensor.extract_slice %qkv[0, 0, 1024] [2, 128, 512] [1, 1, 1] : tensor<2x128x1536xf32> to tensor<2x128x512xf32>
  %v4 = tensor.expand_shape %vs [[0], [1], [2, 3]] output_shape [2, 128, 8, 64] : tensor<2x128x512xf32> into tensor<2x128x8x64xf32>
  %vte = tensor.empty() : tensor<2x8x128x64xf32>
  %vt = linalg.transpose ins(%v4 : tensor<2x128x8x64xf32>) outs(%vte : tensor<2x8x128x64xf32>) permutation = [0, 2, 1, 3]
  %v3 = tensor.collapse_shape %vt [[0, 1], [2], [3]] : tensor<2x8x128x64xf32> into tensor<16x128x64xf32>
  %se = tensor.empty() : tensor<16x128x128xf32>
  %si = linalg.fill ins(%zero : f32) outs(%se : tensor<16x128x128xf32>) -> tensor<16x128x128xf32>
  %sc = linalg.batch_matmul ins(%q3, %k3 : tensor<16x128x64xf32>, tensor<16x64x128xf32>) outs(%si : tensor<16x128x128xf32>) -> tensor<16x128x128xf32>
  %s4 = tensor.expand_shape %sc [[0, 1], [2], [3]] output_shape [2, 8, 128, 128] : tensor<16x128x128xf32> into tensor<2x8x128x128xf32>
  %e4 = tensor.empty() : tensor<2x8x128x128xf32>
  %s5 = linalg.generic {indexing_maps=[affine_map<(a,b,c,d)->(a,b,c,d)>,affine_map<(a,b,c,d)->(a,b,c,d)>],iterator_types=["parallel","parallel","parallel","parallel"]} ins(%s4 : tensor<2x8x128x128xf32>) outs(%e4 : tensor<2x8x128x128xf32>) {
    ^bb0(%u: f32, %w: f32):
      %r = arith.mulf %u, %scale : f32
      linalg.yield %r : f32
    } -> tensor<2x8x128x128xf32>
  %re = tensor.empty() : tensor<2x8x128xf32>
  %rl = linalg.fill ins(%low : f32) outs(%re : tensor<2x8x128xf32>) -> tensor<2x8x128xf32>
  %rz = linalg.fill ins(%zero : f32) outs(%re : tensor<2x8x128xf32>) -> tensor<2x8x128xf32>
  %mx = linalg.reduce { arith.maximumf } ins(%s5 : tensor<2x8x128x128xf32>) outs(%rl : tensor<2x8x128xf32>) dimensions = [3]
  %mx1 = tensor.expand_shape %mx [[0], [1], [2, 3]] output_shape [2, 8, 128, 1] : tensor<2x8x128xf32> into tensor<2x8x128x1xf32>
  %ex = linalg.generic {indexing_maps=[affine_map<(a,b,c,d)->(a,b,c,d)>,affine_map<(a,b,c,d)->(a,b,c,0)>,affine_map<(a,b,c,d)->(a,b,c,d)>],iterator_types=["parallel","parallel","parallel","parallel"]} ins(%s5, %mx1 : tensor<2x8x128x128xf32>, tensor<2x8x128x1xf32>) outs(%e4 : tensor<2x8x128x128xf32>) {
    ^bb0(%u: f32, %v: f32, %w: f32):
      %r = arith.subf %u, %v : f32
      %t = math.exp %r : f32
      linalg.yield %t : f32
    } -> tensor<2x8x128x128xf32>
  %sm = linalg.reduce { arith.addf } ins(%ex : tensor<2x8x128x128xf32>) outs(%rz : tensor<2x8x128xf32>) dimensions = [3]
  %sm1 = tensor.expand_shape %sm [[0], [1], [2, 3]] output_shape [2, 8, 128, 1] : tensor<2x8x128xf32> into tensor<2x8x128x1xf32>
  %pr = linalg.generic {indexing_maps=[affine_map<(a,b,c,d)->(a,b,c,d)>,affine_map<(a,b,c,d)->(a,b,c,0)>,affine_map<(a,b,c,d)->(a,b,c,d)>],iterator_types=["parallel","parallel","parallel","parallel"]} ins(%ex, %sm1 : tensor<2x8x128x128xf32>, tensor<2x8x128x1xf32>) outs(%e4 : tensor<2x8x128x128xf32>) {
    ^bb0(%u: f32, %v: f32, %w: f32):
      %r = arith.divf %u, %v : f32
      linalg.yield %r : f32
    } -> tensor<2x8x128x128xf32>
  %pc = tensor.collapse_shape %pr [[0, 1], [2], [3]] : tensor<2x8x128x128xf32> into tensor<16x128x128xf32>
  %oe = tensor.empty() : tensor<16x128x64xf32>
  %oi = linalg.fill ins(%zero : f32) outs(%oe : tensor<16x128x64xf32>) -> tensor<16x128x64xf32>
  %o3 = linalg.batch_matmul ins(%pc, %v3 : tensor<16x128x128xf32>, tensor<16x128x64xf32>) outs(%oi : tensor<16x128x64xf32>) -> tensor<16x128x64xf32>
  %o4 = tensor.expand_shape %o3 [[0, 1], [2], [3]] output_shape [2, 8, 128, 64] : tensor<16x128x64xf32> into tensor<2x8x128x64xf32>
  %ote = tensor.empty() : tensor<2x128x8x64xf32>
  %ot = linalg.transpose ins(%o4 : tensor<2x8x128x64xf32>) outs(%ote : tensor<2x128x8x64xf32>) permutation = [0, 2, 1, 3]
  %oc = tensor.collapse_shape %ot [[0], [1], [2, 3]] : tensor<2x128x8x64xf32> into tensor<2x128x512xf32>
  %yc = tensor.collapse_shape %oc [[0, 1], [2]] : tensor<2x128x512xf32> into tensor<256x512xf32>
  %yew = tensor.empty() : tensor<512x512xf32>
  %ywt = linalg.transpose ins(%wo : tensor<512x512xf32>) outs(%yew : tensor<512x512xf32>) permutation = [1, 0]
  %ye = tensor.empty() : tensor<256x512xf32>
  %yi = linalg.fill ins(%zero : f32) outs(%ye : tensor<256x512xf32>) -> tensor<256x512xf32>
  %ym = linalg.matmul ins(%yc, %ywt : tensor<256x512xf32>, tensor<512x512xf32>) outs(%yi : tensor<256x512xf32>) -> tensor<256x512xf32>
  %yx = tensor.expand_shape %ym [[0, 1], [2]] output_shape [2, 128, 512] : tensor<256x512xf32> into tensor<2x128x512xf32>
  %ye3 = tensor.empty() : tensor<2x128x512xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(a,b,c)->(a,b,c)>, affine_map<(a,b,c)->(c)>, affine_map<(a,b,c)->(a,b,c)>], iterator_types=["parallel","parallel","parallel"]} ins(%yx, %bo : tensor<2x128x512xf32>, tensor<512xf32>) outs(%ye3 : tensor<2x128x512xf32>) {
    ^bb0(%u: f32, %v: f32, %w: f32):
      %r = arith.addf %u, %v : f32
      linalg.yield %r : f32
    } -> tensor<2x128x512xf32>
  %z = arith.addf %y, %x : tensor<2x128x512xf32>
  return %z : tensor<2x128x512xf32>
}
