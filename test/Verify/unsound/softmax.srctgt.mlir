// RUN: %python %S/../Inputs/expect-exit.py 1 kernel-opt-verify --nonce=7 %s | FileCheck %s

// Softmax with one step left out. The rescaling of the sum matters only where
// the maximum changes after the first element: ascending rows.

// CHECK-LABEL: @src_online_no_rescale => @tgt_online_no_rescale
// CHECK-NEXT: refuted
// CHECK: ERROR: value mismatch
// CHECK: Example:
// CHECK: input family

func.func @src_online_no_rescale(%x: tensor<3x8xf32>)
    -> tensor<3x8xf32> {
  %e1 = tensor.empty() : tensor<3xf32>
  %c2 = arith.constant 0xFF800000 : f32
  %i3 = linalg.fill ins(%c2 : f32) outs(%e1 : tensor<3xf32>) -> tensor<3xf32>
  %r4 = linalg.reduce { arith.maximumf } ins(%x : tensor<3x8xf32>) outs(%i3 : tensor<3xf32>) dimensions = [1]
  %e5 = tensor.empty() : tensor<3x8xf32>
  %b6 = linalg.broadcast ins(%r4 : tensor<3xf32>) outs(%e5 : tensor<3x8xf32>) dimensions = [1]
  %v7 = arith.subf %x, %b6 : tensor<3x8xf32>
  %v8 = math.exp %v7 : tensor<3x8xf32>
  %e9 = tensor.empty() : tensor<3xf32>
  %c10 = arith.constant 0.0 : f32
  %i11 = linalg.fill ins(%c10 : f32) outs(%e9 : tensor<3xf32>) -> tensor<3xf32>
  %r12 = linalg.reduce { arith.addf } ins(%v8 : tensor<3x8xf32>) outs(%i11 : tensor<3xf32>) dimensions = [1]
  %e13 = tensor.empty() : tensor<3x8xf32>
  %b14 = linalg.broadcast ins(%r12 : tensor<3xf32>) outs(%e13 : tensor<3x8xf32>) dimensions = [1]
  %v15 = arith.divf %v8, %b14 : tensor<3x8xf32>
  return %v15 : tensor<3x8xf32>
}

func.func @tgt_online_no_rescale(%x: tensor<3x8xf32>)
    -> tensor<3x8xf32> {
  %e1 = tensor.empty() : tensor<3xf32>
  %c2 = arith.constant 0xFF800000 : f32
  %i3 = linalg.fill ins(%c2 : f32) outs(%e1 : tensor<3xf32>) -> tensor<3xf32>
  %e4 = tensor.empty() : tensor<3xf32>
  %c5 = arith.constant 0.0 : f32
  %i6 = linalg.fill ins(%c5 : f32) outs(%e4 : tensor<3xf32>) -> tensor<3xf32>
  %g7:2 = linalg.generic {
      indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0)>],
      iterator_types = ["parallel", "reduction"]}
      ins(%x : tensor<3x8xf32>) outs(%i3, %i6 : tensor<3xf32>, tensor<3xf32>) {
  ^bb0(%a0: f32, %o0: f32, %o1: f32):
    %m = arith.maximumf %o0, %a0 : f32
    %d = arith.subf %o0, %m : f32
    %w = math.exp %d : f32
    %s = arith.mulf %o1, %w : f32
    %y = arith.subf %a0, %m : f32
    %p = math.exp %y : f32
    %l = arith.addf %o1, %p : f32
    linalg.yield %m, %l : f32, f32
  } -> (tensor<3xf32>, tensor<3xf32>)
  %e8 = tensor.empty() : tensor<3x8xf32>
  %b9 = linalg.broadcast ins(%g7#0 : tensor<3xf32>) outs(%e8 : tensor<3x8xf32>) dimensions = [1]
  %v10 = arith.subf %x, %b9 : tensor<3x8xf32>
  %v11 = math.exp %v10 : tensor<3x8xf32>
  %e12 = tensor.empty() : tensor<3x8xf32>
  %b13 = linalg.broadcast ins(%g7#1 : tensor<3xf32>) outs(%e12 : tensor<3x8xf32>) dimensions = [1]
  %v14 = arith.divf %v11, %b13 : tensor<3x8xf32>
  return %v14 : tensor<3x8xf32>
}

// CHECK-LABEL: @src_wrong_axis => @tgt_wrong_axis
// CHECK-NEXT: refuted
// CHECK: ERROR: value mismatch

func.func @src_wrong_axis(%x: tensor<8x8xf32>)
    -> tensor<8x8xf32> {
  %e1 = tensor.empty() : tensor<8xf32>
  %c2 = arith.constant 0xFF800000 : f32
  %i3 = linalg.fill ins(%c2 : f32) outs(%e1 : tensor<8xf32>) -> tensor<8xf32>
  %r4 = linalg.reduce { arith.maximumf } ins(%x : tensor<8x8xf32>) outs(%i3 : tensor<8xf32>) dimensions = [1]
  %e5 = tensor.empty() : tensor<8x8xf32>
  %b6 = linalg.broadcast ins(%r4 : tensor<8xf32>) outs(%e5 : tensor<8x8xf32>) dimensions = [1]
  %v7 = arith.subf %x, %b6 : tensor<8x8xf32>
  %v8 = math.exp %v7 : tensor<8x8xf32>
  %e9 = tensor.empty() : tensor<8xf32>
  %c10 = arith.constant 0.0 : f32
  %i11 = linalg.fill ins(%c10 : f32) outs(%e9 : tensor<8xf32>) -> tensor<8xf32>
  %r12 = linalg.reduce { arith.addf } ins(%v8 : tensor<8x8xf32>) outs(%i11 : tensor<8xf32>) dimensions = [1]
  %e13 = tensor.empty() : tensor<8x8xf32>
  %b14 = linalg.broadcast ins(%r12 : tensor<8xf32>) outs(%e13 : tensor<8x8xf32>) dimensions = [1]
  %v15 = arith.divf %v8, %b14 : tensor<8x8xf32>
  return %v15 : tensor<8x8xf32>
}

func.func @tgt_wrong_axis(%x: tensor<8x8xf32>)
    -> tensor<8x8xf32> {
  %e1 = tensor.empty() : tensor<8xf32>
  %c2 = arith.constant 0xFF800000 : f32
  %i3 = linalg.fill ins(%c2 : f32) outs(%e1 : tensor<8xf32>) -> tensor<8xf32>
  %r4 = linalg.reduce { arith.maximumf } ins(%x : tensor<8x8xf32>) outs(%i3 : tensor<8xf32>) dimensions = [1]
  %e5 = tensor.empty() : tensor<8x8xf32>
  %b6 = linalg.broadcast ins(%r4 : tensor<8xf32>) outs(%e5 : tensor<8x8xf32>) dimensions = [1]
  %v7 = arith.subf %x, %b6 : tensor<8x8xf32>
  %v8 = math.exp %v7 : tensor<8x8xf32>
  %e9 = tensor.empty() : tensor<8xf32>
  %c10 = arith.constant 0.0 : f32
  %i11 = linalg.fill ins(%c10 : f32) outs(%e9 : tensor<8xf32>) -> tensor<8xf32>
  %r12 = linalg.reduce { arith.addf } ins(%v8 : tensor<8x8xf32>) outs(%i11 : tensor<8xf32>) dimensions = [0]
  %e13 = tensor.empty() : tensor<8x8xf32>
  %b14 = linalg.broadcast ins(%r12 : tensor<8xf32>) outs(%e13 : tensor<8x8xf32>) dimensions = [0]
  %v15 = arith.divf %v8, %b14 : tensor<8x8xf32>
  return %v15 : tensor<8x8xf32>
}

// CHECK-LABEL: @src_not_normalized => @tgt_not_normalized
// CHECK-NEXT: refuted
// CHECK: ERROR: value mismatch

func.func @src_not_normalized(%x: tensor<3x8xf32>)
    -> tensor<3x8xf32> {
  %e1 = tensor.empty() : tensor<3xf32>
  %c2 = arith.constant 0xFF800000 : f32
  %i3 = linalg.fill ins(%c2 : f32) outs(%e1 : tensor<3xf32>) -> tensor<3xf32>
  %r4 = linalg.reduce { arith.maximumf } ins(%x : tensor<3x8xf32>) outs(%i3 : tensor<3xf32>) dimensions = [1]
  %e5 = tensor.empty() : tensor<3x8xf32>
  %b6 = linalg.broadcast ins(%r4 : tensor<3xf32>) outs(%e5 : tensor<3x8xf32>) dimensions = [1]
  %v7 = arith.subf %x, %b6 : tensor<3x8xf32>
  %v8 = math.exp %v7 : tensor<3x8xf32>
  %e9 = tensor.empty() : tensor<3xf32>
  %c10 = arith.constant 0.0 : f32
  %i11 = linalg.fill ins(%c10 : f32) outs(%e9 : tensor<3xf32>) -> tensor<3xf32>
  %r12 = linalg.reduce { arith.addf } ins(%v8 : tensor<3x8xf32>) outs(%i11 : tensor<3xf32>) dimensions = [1]
  %e13 = tensor.empty() : tensor<3x8xf32>
  %b14 = linalg.broadcast ins(%r12 : tensor<3xf32>) outs(%e13 : tensor<3x8xf32>) dimensions = [1]
  %v15 = arith.divf %v8, %b14 : tensor<3x8xf32>
  return %v15 : tensor<3x8xf32>
}

func.func @tgt_not_normalized(%x: tensor<3x8xf32>)
    -> tensor<3x8xf32> {
  %e1 = tensor.empty() : tensor<3xf32>
  %c2 = arith.constant 0xFF800000 : f32
  %i3 = linalg.fill ins(%c2 : f32) outs(%e1 : tensor<3xf32>) -> tensor<3xf32>
  %r4 = linalg.reduce { arith.maximumf } ins(%x : tensor<3x8xf32>) outs(%i3 : tensor<3xf32>) dimensions = [1]
  %e5 = tensor.empty() : tensor<3x8xf32>
  %b6 = linalg.broadcast ins(%r4 : tensor<3xf32>) outs(%e5 : tensor<3x8xf32>) dimensions = [1]
  %v7 = arith.subf %x, %b6 : tensor<3x8xf32>
  %v8 = math.exp %v7 : tensor<3x8xf32>
  return %v8 : tensor<3x8xf32>
}
