// RUN: kernel-opt %s --transform-interpreter --split-input-file --verify-diagnostics

// What does not fit registers, or has nothing to keep, fails silenceably.

module attributes {transform.with_named_sequence} {
func.func @f(%a_: tensor<9600xf32>) -> tensor<9600xf32> {
  %r = kopt.kernel @f (%a = %a_ : tensor<9600xf32>) -> (tensor<9600xf32>) {
    %e = tensor.empty() : tensor<9600xf32>
    // expected-error@below {{tiles cannot be kept}}
    // expected-note@below {{a loop of 75 rounds, at most 16 can stay in registers: use larger tiles}}
    %y = linalg.exp ins(%a : tensor<9600xf32>) outs(%e : tensor<9600xf32>) -> tensor<9600xf32>
    kopt.yield %y : tensor<9600xf32>
  }
  return %r : tensor<9600xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k block [0] tile [128] : (!transform.any_op) -> !transform.any_op
  %q = transform.kopt.keep %p : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

module attributes {transform.with_named_sequence} {
func.func @f(%a_: tensor<9600xf32>) -> tensor<9600xf32> {
  %r = kopt.kernel @f (%a = %a_ : tensor<9600xf32>) -> (tensor<9600xf32>) {
    %e = tensor.empty() : tensor<9600xf32>
    // expected-error@below {{tiles cannot be kept}}
    // expected-note@below {{no loop reads anything twice}}
    %y = linalg.exp ins(%a : tensor<9600xf32>) outs(%e : tensor<9600xf32>) -> tensor<9600xf32>
    kopt.yield %y : tensor<9600xf32>
  }
  return %r : tensor<9600xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k block [128] tile [128] : (!transform.any_op) -> !transform.any_op
  %q = transform.kopt.keep %p : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}
