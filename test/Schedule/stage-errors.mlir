// RUN: kernel-opt %s --transform-interpreter --split-input-file --verify-diagnostics

// A unit that is not for a program's products: a silenceable failure.

module attributes {transform.with_named_sequence} {
func.func @product(%x: tensor<64x40xf32>, %w: tensor<40x64xf32>) -> tensor<64x64xf32> {
  %r = kopt.kernel @product (%a = %x : tensor<64x40xf32>, %b = %w : tensor<40x64xf32>) -> (tensor<64x64xf32>) {
    %zero = arith.constant 0.0 : f32
    %e = tensor.empty() : tensor<64x64xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e : tensor<64x64xf32>) -> tensor<64x64xf32>
    // expected-error@below {{products cannot be staged}}
    // expected-note@below {{'mma' multiplies f16 or bf16 with sums in f32, found factors of 'f32' and 'f32' with sums of 'f32'}}
    %y = linalg.matmul ins(%a, %b : tensor<64x40xf32>, tensor<40x64xf32>) outs(%f : tensor<64x64xf32>) -> tensor<64x64xf32>
    kopt.yield %y : tensor<64x64xf32>
  }
  return %r : tensor<64x64xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k block [32, 64] reduction [16] : (!transform.any_op) -> !transform.any_op
  %s0 = transform.kopt.stage %p unit "mma" : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

module attributes {transform.with_named_sequence} {
func.func @product(%x: tensor<64x40xf16>, %w: tensor<40x64xf16>) -> tensor<64x64xf32> {
  %r = kopt.kernel @product (%a = %x : tensor<64x40xf16>, %b = %w : tensor<40x64xf16>) -> (tensor<64x64xf32>) {
    %zero = arith.constant 0.0 : f32
    %e = tensor.empty() : tensor<64x64xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e : tensor<64x64xf32>) -> tensor<64x64xf32>
    // expected-error@below {{products cannot be staged}}
    // expected-note@below {{tiles for 'mma' must be at least 16x8x16, found 8x64x16}}
    %y = linalg.matmul ins(%a, %b : tensor<64x40xf16>, tensor<40x64xf16>) outs(%f : tensor<64x64xf32>) -> tensor<64x64xf32>
    kopt.yield %y : tensor<64x64xf32>
  }
  return %r : tensor<64x64xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k block [8, 64] reduction [16] : (!transform.any_op) -> !transform.any_op
  %s0 = transform.kopt.stage %p unit "mma" : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

module attributes {transform.with_named_sequence} {
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  // expected-error@below {{'transform.kopt.stage' op knows no unit 'abacus': 'fma' or 'mma'}}
  %s0 = transform.kopt.stage %root unit "abacus" : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

module attributes {transform.with_named_sequence} {
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  // expected-error@below {{stages must be one number from 1 to 8}}
  %s0 = transform.kopt.prefetch %root stages [9] : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}
