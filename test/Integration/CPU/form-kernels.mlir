// Forming kernels changes no bit of what a program computes.
//
// DEFINE: %{lower} = kernel-opt -pass-pipeline="builtin.module( \
// DEFINE:   func.func(convert-elementwise-to-linalg), empty-tensor-to-alloc-tensor, \
// DEFINE:   one-shot-bufferize{bufferize-function-boundaries}, \
// DEFINE:   func.func(convert-linalg-to-loops), convert-scf-to-cf, \
// DEFINE:   expand-strided-metadata, lower-affine, convert-math-to-libm, \
// DEFINE:   convert-arith-to-llvm, finalize-memref-to-llvm, convert-index-to-llvm, \
// DEFINE:   convert-cf-to-llvm, convert-func-to-llvm, reconcile-unrealized-casts)"
// DEFINE: %{run} = mlir-runner -e main -entry-point-result=void \
// DEFINE:   -shared-libs=%mlir_lib_dir/libmlir_runner_utils.so \
// DEFINE:   -shared-libs=%mlir_lib_dir/libmlir_c_runner_utils.so
//
// RUN: kernel-opt %s --kopt-form-kernels | FileCheck %s
// RUN: %{lower} %s | %{run} > %t.plain
// RUN: kernel-opt %s --kopt-form-kernels --kopt-inline-kernels | %{lower} | %{run} > %t.formed
// RUN: kernel-opt %s --kopt-form-kernels=normalize=false --kopt-inline-kernels \
// RUN:   | %{lower} | %{run} > %t.raw
// RUN: grep -v base@ %t.plain > %t.expected
// RUN: grep -v base@ %t.formed | diff %t.expected -
// RUN: grep -v base@ %t.raw | diff %t.expected -
// RUN: FileCheck %s --check-prefix=VALUES < %t.expected

// CHECK-LABEL: func.func @attention
// CHECK-COUNT-1: kopt.kernel
// CHECK-LABEL: func.func @group_norm
// CHECK-COUNT-1: kopt.kernel
// CHECK-LABEL: func.func @linear
// CHECK-COUNT-1: kopt.kernel
// CHECK-LABEL: func.func @conv_pool
// CHECK-COUNT-2: kopt.kernel

// Each result has numbers, none of them NaN.
// VALUES-NOT: nan
// VALUES-COUNT-4: [{{\[*}}{{-?[0-9]}}

#full = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#row = affine_map<(d0, d1, d2) -> (d0, d1)>
#id2 = affine_map<(d0, d1) -> (d0, d1)>
#id4 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#stat = affine_map<(d0, d1, d2, d3) -> (d0, d1)>
#keep = affine_map<(d0, d1, d2, d3) -> (d0, d1, 0, 0)>
#chan = affine_map<(d0, d1, d2, d3) -> (d1)>

func.func @attention(%q: tensor<2x8x4xf32>, %k: tensor<2x8x4xf32>, %v: tensor<2x8x4xf32>) -> tensor<2x8x4xf32> {
  %zero = arith.constant 0.0 : f32
  %low = arith.constant 0xFF800000 : f32
  %scale = arith.constant 0.5 : f32
  %ek = tensor.empty() : tensor<2x4x8xf32>
  %kt = linalg.transpose ins(%k : tensor<2x8x4xf32>) outs(%ek : tensor<2x4x8xf32>) permutation = [0, 2, 1]
  %es = tensor.empty() : tensor<2x8x8xf32>
  %er = tensor.empty() : tensor<2x8xf32>
  %eo = tensor.empty() : tensor<2x8x4xf32>
  %is = linalg.fill ins(%zero : f32) outs(%es : tensor<2x8x8xf32>) -> tensor<2x8x8xf32>
  %ir = linalg.fill ins(%zero : f32) outs(%er : tensor<2x8xf32>) -> tensor<2x8xf32>
  %im = linalg.fill ins(%low : f32) outs(%er : tensor<2x8xf32>) -> tensor<2x8xf32>
  %io = linalg.fill ins(%zero : f32) outs(%eo : tensor<2x8x4xf32>) -> tensor<2x8x4xf32>
  %s = linalg.batch_matmul ins(%q, %kt : tensor<2x8x4xf32>, tensor<2x4x8xf32>) outs(%is : tensor<2x8x8xf32>) -> tensor<2x8x8xf32>
  %t = linalg.generic {indexing_maps = [#full, #full], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%s : tensor<2x8x8xf32>) outs(%es : tensor<2x8x8xf32>) {
    ^bb0(%a: f32, %out: f32):
      %b = arith.mulf %a, %scale : f32
      linalg.yield %b : f32
    } -> tensor<2x8x8xf32>
  %m = linalg.reduce ins(%t : tensor<2x8x8xf32>) outs(%im : tensor<2x8xf32>) dimensions = [2]
    (%a: f32, %b: f32) {
      %c = arith.maximumf %a, %b : f32
      linalg.yield %c : f32
    }
  %p = linalg.generic {indexing_maps = [#full, #row, #full], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%t, %m : tensor<2x8x8xf32>, tensor<2x8xf32>) outs(%es : tensor<2x8x8xf32>) {
    ^bb0(%a: f32, %b: f32, %out: f32):
      %c = arith.subf %a, %b : f32
      %d = math.exp %c : f32
      linalg.yield %d : f32
    } -> tensor<2x8x8xf32>
  %u = linalg.reduce { arith.addf } ins(%p : tensor<2x8x8xf32>) outs(%ir : tensor<2x8xf32>) dimensions = [2]
  %w = linalg.generic {indexing_maps = [#full, #row, #full], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%p, %u : tensor<2x8x8xf32>, tensor<2x8xf32>) outs(%es : tensor<2x8x8xf32>) {
    ^bb0(%a: f32, %b: f32, %out: f32):
      %c = arith.divf %a, %b : f32
      linalg.yield %c : f32
    } -> tensor<2x8x8xf32>
  %o = linalg.batch_matmul ins(%w, %v : tensor<2x8x8xf32>, tensor<2x8x4xf32>) outs(%io : tensor<2x8x4xf32>) -> tensor<2x8x4xf32>
  return %o : tensor<2x8x4xf32>
}

func.func @group_norm(%x: tensor<2x4x3x2xf32>, %g: tensor<4xf32>) -> tensor<2x4x3x2xf32> {
  %zero = arith.constant 0.0 : f32
  %n = arith.constant 12.0 : f32
  %e = tensor.empty() : tensor<2x2x2x6xf32>
  %es = tensor.empty() : tensor<2x2xf32>
  %i = linalg.fill ins(%zero : f32) outs(%es : tensor<2x2xf32>) -> tensor<2x2xf32>
  %c = tensor.collapse_shape %x [[0], [1], [2, 3]] : tensor<2x4x3x2xf32> into tensor<2x4x6xf32>
  %v = tensor.expand_shape %c [[0], [1, 2], [3]] output_shape [2, 2, 2, 6] : tensor<2x4x6xf32> into tensor<2x2x2x6xf32>
  %ss = linalg.reduce { arith.addf } ins(%v : tensor<2x2x2x6xf32>) outs(%i : tensor<2x2xf32>) dimensions = [2, 3]
  %mean = linalg.generic {indexing_maps = [#id2, #id2], iterator_types = ["parallel", "parallel"]}
      ins(%ss : tensor<2x2xf32>) outs(%es : tensor<2x2xf32>) {
    ^bb0(%a: f32, %out: f32):
      %q = arith.divf %a, %n : f32
      linalg.yield %q : f32
    } -> tensor<2x2xf32>
  %sx = tensor.expand_shape %mean [[0], [1, 2, 3]] output_shape [2, 2, 1, 1] : tensor<2x2xf32> into tensor<2x2x1x1xf32>
  %d = linalg.generic {indexing_maps = [#id4, #keep, #id4], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%v, %sx : tensor<2x2x2x6xf32>, tensor<2x2x1x1xf32>) outs(%e : tensor<2x2x2x6xf32>) {
    ^bb0(%a: f32, %m: f32, %out: f32):
      %s = arith.subf %a, %m : f32
      linalg.yield %s : f32
    } -> tensor<2x2x2x6xf32>
  %dc = tensor.collapse_shape %d [[0], [1, 2], [3]] : tensor<2x2x2x6xf32> into tensor<2x4x6xf32>
  %de = tensor.expand_shape %dc [[0], [1], [2, 3]] output_shape [2, 4, 3, 2] : tensor<2x4x6xf32> into tensor<2x4x3x2xf32>
  %ey = tensor.empty() : tensor<2x4x3x2xf32>
  %y = linalg.generic {indexing_maps = [#id4, #chan, #id4], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%de, %g : tensor<2x4x3x2xf32>, tensor<4xf32>) outs(%ey : tensor<2x4x3x2xf32>) {
    ^bb0(%a: f32, %m: f32, %out: f32):
      %s = arith.mulf %a, %m : f32
      linalg.yield %s : f32
    } -> tensor<2x4x3x2xf32>
  return %y : tensor<2x4x3x2xf32>
}

func.func @linear(%x: tensor<2x3x4xf32>, %w: tensor<5x4xf32>, %b: tensor<5xf32>) -> tensor<2x5x3xf32> {
  %zero = arith.constant 0.0 : f32
  %zeros = arith.constant dense<0.0> : tensor<2x3x5xf32>
  %ew = tensor.empty() : tensor<4x5xf32>
  %wt = linalg.transpose ins(%w : tensor<5x4xf32>) outs(%ew : tensor<4x5xf32>) permutation = [1, 0]
  %f = tensor.collapse_shape %x [[0, 1], [2]] : tensor<2x3x4xf32> into tensor<6x4xf32>
  %e = tensor.empty() : tensor<6x5xf32>
  %i = linalg.fill ins(%zero : f32) outs(%e : tensor<6x5xf32>) -> tensor<6x5xf32>
  %0 = linalg.matmul ins(%f, %wt : tensor<6x4xf32>, tensor<4x5xf32>) outs(%i : tensor<6x5xf32>) -> tensor<6x5xf32>
  %1 = tensor.expand_shape %0 [[0, 1], [2]] output_shape [2, 3, 5] : tensor<6x5xf32> into tensor<2x3x5xf32>
  %e3 = tensor.empty() : tensor<2x3x5xf32>
  %bb = linalg.broadcast ins(%b : tensor<5xf32>) outs(%e3 : tensor<2x3x5xf32>) dimensions = [0, 1]
  %2 = arith.addf %1, %bb : tensor<2x3x5xf32>
  %3 = arith.maximumf %2, %zeros : tensor<2x3x5xf32>
  %et = tensor.empty() : tensor<2x5x3xf32>
  %4 = linalg.transpose ins(%3 : tensor<2x3x5xf32>) outs(%et : tensor<2x5x3xf32>) permutation = [0, 2, 1]
  return %4 : tensor<2x5x3xf32>
}

func.func @conv_pool(%x: tensor<1x2x6x6xf32>, %w: tensor<3x2x3x3xf32>, %b: tensor<3xf32>) -> tensor<1x3x3x3xf32> {
  %zero = arith.constant 0.0 : f32
  %low = arith.constant 0xFF800000 : f32
  %p = tensor.pad %x low[0, 0, 1, 1] high[0, 0, 1, 1] {
    ^bb0(%i0: index, %i1: index, %i2: index, %i3: index):
      tensor.yield %zero : f32
  } : tensor<1x2x6x6xf32> to tensor<1x2x8x8xf32>
  %e = tensor.empty() : tensor<1x3x6x6xf32>
  %i = linalg.broadcast ins(%b : tensor<3xf32>) outs(%e : tensor<1x3x6x6xf32>) dimensions = [0, 2, 3]
  %0 = linalg.conv_2d_nchw_fchw {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>}
    ins(%p, %w : tensor<1x2x8x8xf32>, tensor<3x2x3x3xf32>) outs(%i : tensor<1x3x6x6xf32>) -> tensor<1x3x6x6xf32>
  %1 = math.tanh %0 : tensor<1x3x6x6xf32>
  %q = tensor.pad %1 low[0, 0, 1, 1] high[0, 0, 1, 1] {
    ^bb0(%i0: index, %i1: index, %i2: index, %i3: index):
      tensor.yield %low : f32
  } : tensor<1x3x6x6xf32> to tensor<1x3x8x8xf32>
  %ep = tensor.empty() : tensor<1x3x3x3xf32>
  %ip = linalg.fill ins(%low : f32) outs(%ep : tensor<1x3x3x3xf32>) -> tensor<1x3x3x3xf32>
  %window = tensor.empty() : tensor<3x3xf32>
  %2 = linalg.pooling_nchw_max {dilations = dense<1> : vector<2xi64>, strides = dense<2> : vector<2xi64>}
    ins(%q, %window : tensor<1x3x8x8xf32>, tensor<3x3xf32>) outs(%ip : tensor<1x3x3x3xf32>) -> tensor<1x3x3x3xf32>
  return %2 : tensor<1x3x3x3xf32>
}

// Numbers that look random, by position.
func.func @draw(%n: index, %seed: f32) -> tensor<?xf32> {
  %k = arith.constant 12.9898 : f32
  %e = tensor.empty(%n) : tensor<?xf32>
  %0 = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} outs(%e : tensor<?xf32>) {
    ^bb0(%out: f32):
      %i = linalg.index 0 : index
      %j = arith.index_cast %i : index to i32
      %f = arith.sitofp %j : i32 to f32
      %g = arith.addf %f, %seed : f32
      %h = arith.mulf %g, %k : f32
      %s = math.sin %h : f32
      linalg.yield %s : f32
    } -> tensor<?xf32>
  return %0 : tensor<?xf32>
}

func.func private @printMemrefF32(%x: tensor<*xf32>)

func.func @main() {
  %n = arith.constant 128 : index
  %s0 = arith.constant 0.25 : f32
  %s1 = arith.constant 1.5 : f32
  %s2 = arith.constant 7.75 : f32
  %a = call @draw(%n, %s0) : (index, f32) -> tensor<?xf32>
  %b = call @draw(%n, %s1) : (index, f32) -> tensor<?xf32>
  %c = call @draw(%n, %s2) : (index, f32) -> tensor<?xf32>

  %q0 = tensor.extract_slice %a[0] [64] [1] : tensor<?xf32> to tensor<64xf32>
  %k0 = tensor.extract_slice %b[0] [64] [1] : tensor<?xf32> to tensor<64xf32>
  %v0 = tensor.extract_slice %c[0] [64] [1] : tensor<?xf32> to tensor<64xf32>
  %q = tensor.expand_shape %q0 [[0, 1, 2]] output_shape [2, 8, 4] : tensor<64xf32> into tensor<2x8x4xf32>
  %k = tensor.expand_shape %k0 [[0, 1, 2]] output_shape [2, 8, 4] : tensor<64xf32> into tensor<2x8x4xf32>
  %v = tensor.expand_shape %v0 [[0, 1, 2]] output_shape [2, 8, 4] : tensor<64xf32> into tensor<2x8x4xf32>
  %r0 = call @attention(%q, %k, %v) : (tensor<2x8x4xf32>, tensor<2x8x4xf32>, tensor<2x8x4xf32>) -> tensor<2x8x4xf32>
  %u0 = tensor.cast %r0 : tensor<2x8x4xf32> to tensor<*xf32>
  call @printMemrefF32(%u0) : (tensor<*xf32>) -> ()

  %x1 = tensor.extract_slice %a[0] [48] [1] : tensor<?xf32> to tensor<48xf32>
  %g1 = tensor.extract_slice %b[0] [4] [1] : tensor<?xf32> to tensor<4xf32>
  %x1e = tensor.expand_shape %x1 [[0, 1, 2, 3]] output_shape [2, 4, 3, 2] : tensor<48xf32> into tensor<2x4x3x2xf32>
  %r1 = call @group_norm(%x1e, %g1) : (tensor<2x4x3x2xf32>, tensor<4xf32>) -> tensor<2x4x3x2xf32>
  %u1 = tensor.cast %r1 : tensor<2x4x3x2xf32> to tensor<*xf32>
  call @printMemrefF32(%u1) : (tensor<*xf32>) -> ()

  %x2 = tensor.extract_slice %a[0] [24] [1] : tensor<?xf32> to tensor<24xf32>
  %w2 = tensor.extract_slice %b[0] [20] [1] : tensor<?xf32> to tensor<20xf32>
  %b2 = tensor.extract_slice %c[0] [5] [1] : tensor<?xf32> to tensor<5xf32>
  %x2e = tensor.expand_shape %x2 [[0, 1, 2]] output_shape [2, 3, 4] : tensor<24xf32> into tensor<2x3x4xf32>
  %w2e = tensor.expand_shape %w2 [[0, 1]] output_shape [5, 4] : tensor<20xf32> into tensor<5x4xf32>
  %r2 = call @linear(%x2e, %w2e, %b2) : (tensor<2x3x4xf32>, tensor<5x4xf32>, tensor<5xf32>) -> tensor<2x5x3xf32>
  %u2 = tensor.cast %r2 : tensor<2x5x3xf32> to tensor<*xf32>
  call @printMemrefF32(%u2) : (tensor<*xf32>) -> ()

  %x3 = tensor.extract_slice %a[0] [72] [1] : tensor<?xf32> to tensor<72xf32>
  %w3 = tensor.extract_slice %b[0] [54] [1] : tensor<?xf32> to tensor<54xf32>
  %b3 = tensor.extract_slice %c[0] [3] [1] : tensor<?xf32> to tensor<3xf32>
  %x3e = tensor.expand_shape %x3 [[0, 1, 2, 3]] output_shape [1, 2, 6, 6] : tensor<72xf32> into tensor<1x2x6x6xf32>
  %w3e = tensor.expand_shape %w3 [[0, 1, 2, 3]] output_shape [3, 2, 3, 3] : tensor<54xf32> into tensor<3x2x3x3xf32>
  %r3 = call @conv_pool(%x3e, %w3e, %b3) : (tensor<1x2x6x6xf32>, tensor<3x2x3x3xf32>, tensor<3xf32>) -> tensor<1x3x3x3xf32>
  %u3 = tensor.cast %r3 : tensor<1x3x3x3xf32> to tensor<*xf32>
  call @printMemrefF32(%u3) : (tensor<*xf32>) -> ()
  return
}
