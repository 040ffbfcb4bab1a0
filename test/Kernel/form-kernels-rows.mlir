// RUN: kernel-opt %s --kopt-form-kernels --split-input-file | FileCheck %s

#id2 = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#row = affine_map<(d0, d1, d2) -> (d0, d1)>
#col = affine_map<(d0, d1, d2) -> (d2)>
#rows = affine_map<(d0, d1) -> (d0, d1)>

// CHECK-LABEL: func.func @layer_norm
// CHECK-NEXT: %[[R:.*]] = kopt.kernel @layer_norm_reduce
// CHECK-SAME: -> (tensor<8x512x768xf32>) {
// CHECK-NOT: kopt.kernel
// CHECK: return %[[R]]
func.func @layer_norm(%x: tensor<8x512x768xf32>, %g: tensor<768xf32>, %b: tensor<768xf32>) -> tensor<8x512x768xf32> {
  %zero = arith.constant 0.0 : f32
  %n = arith.constant 768.0 : f32
  %eps = arith.constant 1.0e-5 : f32
  %e = tensor.empty() : tensor<8x512x768xf32>
  %er = tensor.empty() : tensor<8x512xf32>
  %i = linalg.fill ins(%zero : f32) outs(%er : tensor<8x512xf32>) -> tensor<8x512xf32>
  %sum = linalg.generic {indexing_maps = [#id2, #row], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x : tensor<8x512x768xf32>) outs(%i : tensor<8x512xf32>) {
    ^bb0(%v: f32, %acc: f32):
      %s = arith.addf %v, %acc : f32
      linalg.yield %s : f32
    } -> tensor<8x512xf32>
  %mean = linalg.generic {indexing_maps = [#rows, #rows], iterator_types = ["parallel", "parallel"]}
      ins(%sum : tensor<8x512xf32>) outs(%er : tensor<8x512xf32>) {
    ^bb0(%v: f32, %out: f32):
      %s = arith.divf %v, %n : f32
      linalg.yield %s : f32
    } -> tensor<8x512xf32>
  %centered = linalg.generic {indexing_maps = [#id2, #row, #id2], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%x, %mean : tensor<8x512x768xf32>, tensor<8x512xf32>) outs(%e : tensor<8x512x768xf32>) {
    ^bb0(%v: f32, %m: f32, %out: f32):
      %s = arith.subf %v, %m : f32
      linalg.yield %s : f32
    } -> tensor<8x512x768xf32>
  %square = linalg.generic {indexing_maps = [#id2, #row], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%centered : tensor<8x512x768xf32>) outs(%i : tensor<8x512xf32>) {
    ^bb0(%v: f32, %acc: f32):
      %q = arith.mulf %v, %v : f32
      %s = arith.addf %q, %acc : f32
      linalg.yield %s : f32
    } -> tensor<8x512xf32>
  %scale = linalg.generic {indexing_maps = [#rows, #rows], iterator_types = ["parallel", "parallel"]}
      ins(%square : tensor<8x512xf32>) outs(%er : tensor<8x512xf32>) {
    ^bb0(%v: f32, %out: f32):
      %d = arith.divf %v, %n : f32
      %s = arith.addf %d, %eps : f32
      %r = math.rsqrt %s : f32
      linalg.yield %r : f32
    } -> tensor<8x512xf32>
  %y = linalg.generic {indexing_maps = [#id2, #row, #col, #col, #id2], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%centered, %scale, %g, %b : tensor<8x512x768xf32>, tensor<8x512xf32>, tensor<768xf32>, tensor<768xf32>)
      outs(%e : tensor<8x512x768xf32>) {
    ^bb0(%c: f32, %s: f32, %w: f32, %o: f32, %out: f32):
      %p = arith.mulf %c, %s : f32
      %q = arith.mulf %p, %w : f32
      %r = arith.addf %q, %o : f32
      linalg.yield %r : f32
    } -> tensor<8x512x768xf32>
  return %y : tensor<8x512x768xf32>
}

// -----

#full = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#keep = affine_map<(d0, d1, d2, d3) -> (d0, d1, 0, 0)>
#stat = affine_map<(d0, d1, d2, d3) -> (d0, d1)>
#chan = affine_map<(d0, d1, d2, d3) -> (d1)>

// Groups are rows even though channels are split for them and joined again;
// inside of the kernel all operations have them as loops.
// CHECK-LABEL: func.func @group_norm
// CHECK: %[[R:.*]] = kopt.kernel @group_norm_reduce
// CHECK-NOT: collapse_shape
// CHECK-NOT: expand_shape
// CHECK-NOT: kopt.kernel
// CHECK: }
// CHECK: collapse_shape %[[R]]
// CHECK: return
func.func @group_norm(%x: tensor<16x64x32x32xf32>, %g: tensor<64xf32>) -> tensor<16x64x32x32xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<16x8x8x1024xf32>
  %es = tensor.empty() : tensor<16x8xf32>
  %i = linalg.fill ins(%zero : f32) outs(%es : tensor<16x8xf32>) -> tensor<16x8xf32>
  %c = tensor.collapse_shape %x [[0], [1], [2, 3]] : tensor<16x64x32x32xf32> into tensor<16x64x1024xf32>
  %v = tensor.expand_shape %c [[0], [1, 2], [3]] output_shape [16, 8, 8, 1024] : tensor<16x64x1024xf32> into tensor<16x8x8x1024xf32>
  %ss = linalg.generic {indexing_maps = [#full, #stat], iterator_types = ["parallel", "parallel", "reduction", "reduction"]}
      ins(%v : tensor<16x8x8x1024xf32>) outs(%i : tensor<16x8xf32>) {
    ^bb0(%a: f32, %acc: f32):
      %s = arith.addf %a, %acc : f32
      linalg.yield %s : f32
    } -> tensor<16x8xf32>
  %sx = tensor.expand_shape %ss [[0], [1, 2, 3]] output_shape [16, 8, 1, 1] : tensor<16x8xf32> into tensor<16x8x1x1xf32>
  %d = linalg.generic {indexing_maps = [#full, #keep, #full], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%v, %sx : tensor<16x8x8x1024xf32>, tensor<16x8x1x1xf32>) outs(%e : tensor<16x8x8x1024xf32>) {
    ^bb0(%a: f32, %m: f32, %out: f32):
      %s = arith.subf %a, %m : f32
      linalg.yield %s : f32
    } -> tensor<16x8x8x1024xf32>
  %dc = tensor.collapse_shape %d [[0], [1, 2], [3]] : tensor<16x8x8x1024xf32> into tensor<16x64x1024xf32>
  %de = tensor.expand_shape %dc [[0], [1], [2, 3]] output_shape [16, 64, 32, 32] : tensor<16x64x1024xf32> into tensor<16x64x32x32xf32>
  %ey = tensor.empty() : tensor<16x64x32x32xf32>
  %y = linalg.generic {indexing_maps = [#full, #chan, #full], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%de, %g : tensor<16x64x32x32xf32>, tensor<64xf32>) outs(%ey : tensor<16x64x32x32xf32>) {
    ^bb0(%a: f32, %m: f32, %out: f32):
      %s = arith.mulf %a, %m : f32
      linalg.yield %s : f32
    } -> tensor<16x64x32x32xf32>
  return %y : tensor<16x64x32x32xf32>
}

// -----

#full = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#row = affine_map<(d0, d1, d2) -> (d0, d1)>

// Scores, scale, softmax and output: one kernel; the transpose of the keys is
// an indexing map in it.
// CHECK-LABEL: func.func @attention
// CHECK-SAME: (%[[Q:[a-z0-9]+]]: tensor<32x512x64xf32>, %[[K:[a-z0-9]+]]: tensor<32x512x64xf32>, %[[V:[a-z0-9]+]]: tensor<32x512x64xf32>)
// CHECK-NEXT: %[[R:.*]] = kopt.kernel @attention_attention
// CHECK-DAG: = %[[Q]] : tensor<32x512x64xf32>
// CHECK-DAG: = %[[K]] : tensor<32x512x64xf32>
// CHECK-DAG: = %[[V]] : tensor<32x512x64xf32>
// CHECK-NOT: linalg.transpose
// CHECK: linalg.batch_matmul
// CHECK-NEXT: kopt.yield
// CHECK-NEXT: }
// CHECK-NEXT: return %[[R]]
func.func @attention(%q: tensor<32x512x64xf32>, %k: tensor<32x512x64xf32>, %v: tensor<32x512x64xf32>) -> tensor<32x512x64xf32> {
  %zero = arith.constant 0.0 : f32
  %low = arith.constant 0xFF800000 : f32
  %scale = arith.constant 0.125 : f32
  %ek = tensor.empty() : tensor<32x64x512xf32>
  %kt = linalg.transpose ins(%k : tensor<32x512x64xf32>) outs(%ek : tensor<32x64x512xf32>) permutation = [0, 2, 1]
  %es = tensor.empty() : tensor<32x512x512xf32>
  %er = tensor.empty() : tensor<32x512xf32>
  %eo = tensor.empty() : tensor<32x512x64xf32>
  %is = linalg.fill ins(%zero : f32) outs(%es : tensor<32x512x512xf32>) -> tensor<32x512x512xf32>
  %ir = linalg.fill ins(%zero : f32) outs(%er : tensor<32x512xf32>) -> tensor<32x512xf32>
  %im = linalg.fill ins(%low : f32) outs(%er : tensor<32x512xf32>) -> tensor<32x512xf32>
  %io = linalg.fill ins(%zero : f32) outs(%eo : tensor<32x512x64xf32>) -> tensor<32x512x64xf32>
  %s = linalg.batch_matmul ins(%q, %kt : tensor<32x512x64xf32>, tensor<32x64x512xf32>) outs(%is : tensor<32x512x512xf32>) -> tensor<32x512x512xf32>
  %t = linalg.generic {indexing_maps = [#full, #full], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%s : tensor<32x512x512xf32>) outs(%es : tensor<32x512x512xf32>) {
    ^bb0(%a: f32, %out: f32):
      %b = arith.mulf %a, %scale : f32
      linalg.yield %b : f32
    } -> tensor<32x512x512xf32>
  %m = linalg.generic {indexing_maps = [#full, #row], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%t : tensor<32x512x512xf32>) outs(%im : tensor<32x512xf32>) {
    ^bb0(%a: f32, %acc: f32):
      %b = arith.maximumf %a, %acc : f32
      linalg.yield %b : f32
    } -> tensor<32x512xf32>
  %p = linalg.generic {indexing_maps = [#full, #row, #full], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%t, %m : tensor<32x512x512xf32>, tensor<32x512xf32>) outs(%es : tensor<32x512x512xf32>) {
    ^bb0(%a: f32, %b: f32, %out: f32):
      %c = arith.subf %a, %b : f32
      %d = math.exp %c : f32
      linalg.yield %d : f32
    } -> tensor<32x512x512xf32>
  %u = linalg.generic {indexing_maps = [#full, #row], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%p : tensor<32x512x512xf32>) outs(%ir : tensor<32x512xf32>) {
    ^bb0(%a: f32, %acc: f32):
      %b = arith.addf %a, %acc : f32
      linalg.yield %b : f32
    } -> tensor<32x512xf32>
  %w = linalg.generic {indexing_maps = [#full, #row, #full], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%p, %u : tensor<32x512x512xf32>, tensor<32x512xf32>) outs(%es : tensor<32x512x512xf32>) {
    ^bb0(%a: f32, %b: f32, %out: f32):
      %c = arith.divf %a, %b : f32
      linalg.yield %c : f32
    } -> tensor<32x512x512xf32>
  %o = linalg.batch_matmul ins(%w, %v : tensor<32x512x512xf32>, tensor<32x512x64xf32>) outs(%io : tensor<32x512x64xf32>) -> tensor<32x512x64xf32>
  return %o : tensor<32x512x64xf32>
}

// -----

#full = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>

// The probabilities are a result as well: three kernels.
// CHECK-LABEL: func.func @attention_weights
// CHECK: kopt.kernel @attention_weights_matmul
// CHECK: %[[P:.*]] = kopt.kernel @attention_weights_reduce
// CHECK: %[[O:.*]] = kopt.kernel @attention_weights_matmul_1
// CHECK: return %[[O]], %[[P]]
func.func @attention_weights(%q: tensor<512x64xf32>, %k: tensor<64x512xf32>, %v: tensor<512x64xf32>) -> (tensor<512x64xf32>, tensor<512x512xf32>) {
  %zero = arith.constant 0.0 : f32
  %es = tensor.empty() : tensor<512x512xf32>
  %er = tensor.empty() : tensor<512xf32>
  %eo = tensor.empty() : tensor<512x64xf32>
  %is = linalg.fill ins(%zero : f32) outs(%es : tensor<512x512xf32>) -> tensor<512x512xf32>
  %ir = linalg.fill ins(%zero : f32) outs(%er : tensor<512xf32>) -> tensor<512xf32>
  %io = linalg.fill ins(%zero : f32) outs(%eo : tensor<512x64xf32>) -> tensor<512x64xf32>
  %s = linalg.matmul ins(%q, %k : tensor<512x64xf32>, tensor<64x512xf32>) outs(%is : tensor<512x512xf32>) -> tensor<512x512xf32>
  %p = math.exp %s : tensor<512x512xf32>
  %u = linalg.generic {indexing_maps = [#full, #row], iterator_types = ["parallel", "reduction"]}
      ins(%p : tensor<512x512xf32>) outs(%ir : tensor<512xf32>) {
    ^bb0(%a: f32, %acc: f32):
      %b = arith.addf %a, %acc : f32
      linalg.yield %b : f32
    } -> tensor<512xf32>
  %w = linalg.generic {indexing_maps = [#full, #row, #full], iterator_types = ["parallel", "parallel"]}
      ins(%p, %u : tensor<512x512xf32>, tensor<512xf32>) outs(%es : tensor<512x512xf32>) {
    ^bb0(%a: f32, %b: f32, %out: f32):
      %c = arith.divf %a, %b : f32
      linalg.yield %c : f32
    } -> tensor<512x512xf32>
  %o = linalg.matmul ins(%w, %v : tensor<512x512xf32>, tensor<512x64xf32>) outs(%io : tensor<512x64xf32>) -> tensor<512x64xf32>
  return %o, %w : tensor<512x64xf32>, tensor<512x512xf32>
}
