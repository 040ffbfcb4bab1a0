// RUN: %python %S/../Inputs/expect-exit.py 1 kernel-opt-verify --nonce=7 %s | FileCheck %s

// The maximum not added back; a sum taken outside of the logarithm.

// CHECK-LABEL: @src_no_max_back => @tgt_no_max_back
// CHECK-NEXT: refuted
// CHECK: ERROR: value mismatch

func.func @src_no_max_back(%x: tensor<3x8xf32>)
    -> tensor<3xf32> {
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
  %v13 = math.log %r12 : tensor<3xf32>
  %v14 = arith.addf %r4, %v13 : tensor<3xf32>
  return %v14 : tensor<3xf32>
}

func.func @tgt_no_max_back(%x: tensor<3x8xf32>)
    -> tensor<3xf32> {
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
  %v13 = math.log %r12 : tensor<3xf32>
  return %v13 : tensor<3xf32>
}

// CHECK-LABEL: @src_sum_outside => @tgt_sum_outside
// CHECK-NEXT: refuted
// CHECK: ERROR: value mismatch

func.func @src_sum_outside(%x: tensor<3x8xf32>)
    -> tensor<3xf32> {
  %v1 = math.exp %x : tensor<3x8xf32>
  %e2 = tensor.empty() : tensor<3xf32>
  %c3 = arith.constant 0.0 : f32
  %i4 = linalg.fill ins(%c3 : f32) outs(%e2 : tensor<3xf32>) -> tensor<3xf32>
  %r5 = linalg.reduce { arith.addf } ins(%v1 : tensor<3x8xf32>) outs(%i4 : tensor<3xf32>) dimensions = [1]
  %v6 = math.log %r5 : tensor<3xf32>
  return %v6 : tensor<3xf32>
}

func.func @tgt_sum_outside(%x: tensor<3x8xf32>)
    -> tensor<3xf32> {
  %e1 = tensor.empty() : tensor<3xf32>
  %c2 = arith.constant 0.0 : f32
  %i3 = linalg.fill ins(%c2 : f32) outs(%e1 : tensor<3xf32>) -> tensor<3xf32>
  %r4 = linalg.reduce { arith.addf } ins(%x : tensor<3x8xf32>) outs(%i3 : tensor<3xf32>) dimensions = [1]
  return %r4 : tensor<3xf32>
}
