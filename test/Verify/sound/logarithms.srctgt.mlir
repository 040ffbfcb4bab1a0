// RUN: %python %S/../Inputs/expect-exit.py 0 kernel-opt-verify --nonce=7 %s | FileCheck %s

// Log-sum-exp with and without the maximum, log-softmax, and the sum of one
// element.

// CHECK-LABEL: @src_lse => @tgt_lse
// CHECK-NEXT: verified

func.func @src_lse(%x: tensor<3x8xf32>)
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

func.func @tgt_lse(%x: tensor<3x8xf32>)
    -> tensor<3xf32> {
  %v1 = math.exp %x : tensor<3x8xf32>
  %e2 = tensor.empty() : tensor<3xf32>
  %c3 = arith.constant 0.0 : f32
  %i4 = linalg.fill ins(%c3 : f32) outs(%e2 : tensor<3xf32>) -> tensor<3xf32>
  %r5 = linalg.reduce { arith.addf } ins(%v1 : tensor<3x8xf32>) outs(%i4 : tensor<3xf32>) dimensions = [1]
  %v6 = math.log %r5 : tensor<3xf32>
  return %v6 : tensor<3xf32>
}

// CHECK-LABEL: @src_log_softmax => @tgt_log_softmax
// CHECK-NEXT: verified

func.func @src_log_softmax(%x: tensor<3x8xf32>)
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
  %v16 = math.log %v15 : tensor<3x8xf32>
  return %v16 : tensor<3x8xf32>
}

func.func @tgt_log_softmax(%x: tensor<3x8xf32>)
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
  %v13 = math.log %r12 : tensor<3xf32>
  %v14 = arith.addf %r4, %v13 : tensor<3xf32>
  %e15 = tensor.empty() : tensor<3x8xf32>
  %b16 = linalg.broadcast ins(%v14 : tensor<3xf32>) outs(%e15 : tensor<3x8xf32>) dimensions = [1]
  %v17 = arith.subf %x, %b16 : tensor<3x8xf32>
  return %v17 : tensor<3x8xf32>
}

// CHECK-LABEL: @src_one_element => @tgt_one_element
// CHECK-NEXT: verified

func.func @src_one_element(%x: tensor<3x1xf32>)
    -> tensor<3xf32> {
  %v1 = math.exp %x : tensor<3x1xf32>
  %e2 = tensor.empty() : tensor<3xf32>
  %c3 = arith.constant 0.0 : f32
  %i4 = linalg.fill ins(%c3 : f32) outs(%e2 : tensor<3xf32>) -> tensor<3xf32>
  %r5 = linalg.reduce { arith.addf } ins(%v1 : tensor<3x1xf32>) outs(%i4 : tensor<3xf32>) dimensions = [1]
  %v6 = math.log %r5 : tensor<3xf32>
  return %v6 : tensor<3xf32>
}

func.func @tgt_one_element(%x: tensor<3x1xf32>)
    -> tensor<3xf32> {
  %e1 = tensor.empty() : tensor<3xf32>
  %c2 = arith.constant 0.0 : f32
  %i3 = linalg.fill ins(%c2 : f32) outs(%e1 : tensor<3xf32>) -> tensor<3xf32>
  %r4 = linalg.reduce { arith.addf } ins(%x : tensor<3x1xf32>) outs(%i3 : tensor<3xf32>) dimensions = [1]
  return %r4 : tensor<3xf32>
}
