// RUN: kernel-opt %s --transform-interpreter --split-input-file --verify-diagnostics

// A kernel that cannot be tiled so makes the schedule fail silenceably and says
// why; without anyone to silence it, that is an error.

// Extents that do not fit.
module attributes {transform.with_named_sequence} {
func.func @f(%a_: tensor<96xf32>) -> tensor<96xf32> {
  // expected-error@below {{kernel cannot be tiled so}}
  // expected-note@below {{tile of dimension 0 must be a power of two and its block positive, found tile 48 and block 48}}
  %r = kopt.kernel @f (%a = %a_ : tensor<96xf32>) -> (tensor<96xf32>) {
    %e = tensor.empty() : tensor<96xf32>
    %y = linalg.exp ins(%a : tensor<96xf32>) outs(%e : tensor<96xf32>) -> tensor<96xf32>
    kopt.yield %y : tensor<96xf32>
  }
  return %r : tensor<96xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k tile [48] : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

module attributes {transform.with_named_sequence} {
func.func @f(%a_: tensor<96xf32>) -> tensor<96xf32> {
  // expected-error@below {{kernel cannot be tiled so}}
  // expected-note@below {{block extent 48 of dimension 0 is no multiple of tile extent 32}}
  %r = kopt.kernel @f (%a = %a_ : tensor<96xf32>) -> (tensor<96xf32>) {
    %e = tensor.empty() : tensor<96xf32>
    %y = linalg.exp ins(%a : tensor<96xf32>) outs(%e : tensor<96xf32>) -> tensor<96xf32>
    kopt.yield %y : tensor<96xf32>
  }
  return %r : tensor<96xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k block [48] tile [32] : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

module attributes {transform.with_named_sequence} {
func.func @f(%a_: tensor<96xf32>) -> tensor<96xf32> {
  // expected-error@below {{kernel cannot be tiled so}}
  // expected-note@below {{elements must be positive and warps 1 to 32, found 4096 and 64}}
  %r = kopt.kernel @f (%a = %a_ : tensor<96xf32>) -> (tensor<96xf32>) {
    %e = tensor.empty() : tensor<96xf32>
    %y = linalg.exp ins(%a : tensor<96xf32>) outs(%e : tensor<96xf32>) -> tensor<96xf32>
    kopt.yield %y : tensor<96xf32>
  }
  return %r : tensor<96xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k elements [4096] warps [64] : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

module attributes {transform.with_named_sequence} {
func.func @f(%a_: tensor<0xf32>) -> tensor<0xf32> {
  // expected-error@below {{kernel cannot be tiled so}}
  // expected-note@below {{only static, non-empty shapes can be tiled, found 'tensor<0xf32>'}}
  %r = kopt.kernel @f (%a = %a_ : tensor<0xf32>) -> (tensor<0xf32>) {
    %e = tensor.empty() : tensor<0xf32>
    %y = linalg.exp ins(%a : tensor<0xf32>) outs(%e : tensor<0xf32>) -> tensor<0xf32>
    kopt.yield %y : tensor<0xf32>
  }
  return %r : tensor<0xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

module attributes {transform.with_named_sequence} {
func.func @f(%a_: tensor<65536x65536xf32>) -> tensor<65536x65536xf32> {
  // expected-error@below {{kernel cannot be tiled so}}
  // expected-note@below {{more than 2147483647 blocks: use larger ones}}
  %r = kopt.kernel @f (%a = %a_ : tensor<65536x65536xf32>) -> (tensor<65536x65536xf32>) {
    %e = tensor.empty() : tensor<65536x65536xf32>
    %y = linalg.exp ins(%a : tensor<65536x65536xf32>) outs(%e : tensor<65536x65536xf32>) -> tensor<65536x65536xf32>
    kopt.yield %y : tensor<65536x65536xf32>
  }
  return %r : tensor<65536x65536xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k block [1, 1] : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

// Values that nothing makes tiles of.
module attributes {transform.with_named_sequence} {
func.func @f(%a_: tensor<96xf32>) -> tensor<192xf32> {
  // expected-error@below {{kernel cannot be tiled so}}
  // expected-note@below {{no rule makes tiles of 'tensor.concat'}}
  %r = kopt.kernel @f (%a = %a_ : tensor<96xf32>) -> (tensor<192xf32>) {
    %y = tensor.concat dim(0) %a, %a : (tensor<96xf32>, tensor<96xf32>) -> tensor<192xf32>
    kopt.yield %y : tensor<192xf32>
  }
  return %r : tensor<192xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

module attributes {transform.with_named_sequence} {
func.func @f(%a_: tensor<96xf32>) -> tensor<98xf32> {
  // expected-error@below {{kernel cannot be tiled so}}
  // expected-note@below {{no rule makes tiles of a pad whose padding is not constant}}
  %r = kopt.kernel @f (%a = %a_ : tensor<96xf32>) -> (tensor<98xf32>) {
    %y = tensor.pad %a low[1] high[1] {
    ^bb0(%i: index):
      %n = arith.index_cast %i : index to i32
      %v = arith.sitofp %n : i32 to f32
      tensor.yield %v : f32
    } : tensor<96xf32> to tensor<98xf32>
    kopt.yield %y : tensor<98xf32>
  }
  return %r : tensor<98xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

module attributes {transform.with_named_sequence} {
func.func @f(%a_: tensor<2xf32>) -> tensor<2xf32> {
  // expected-error@below {{kernel cannot be tiled so}}
  // expected-note@below {{no rule makes tiles of 'arith.constant'}}
  %r = kopt.kernel @f (%a = %a_ : tensor<2xf32>) -> (tensor<2xf32>) {
    %c = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
    %e = tensor.empty() : tensor<2xf32>
    %y = linalg.add ins(%a, %c : tensor<2xf32>, tensor<2xf32>) outs(%e : tensor<2xf32>) -> tensor<2xf32>
    kopt.yield %y : tensor<2xf32>
  }
  return %r : tensor<2xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

// A gather reads where the data says.
module attributes {transform.with_named_sequence} {
func.func @f(%a_: tensor<96xf32>, %i_: tensor<96xindex>) -> tensor<96xf32> {
  // expected-error@below {{kernel cannot be tiled so}}
  // expected-note@below {{no rule makes tiles of elements read at computed places}}
  %r = kopt.kernel @f (%a = %a_ : tensor<96xf32>, %i = %i_ : tensor<96xindex>) -> (tensor<96xf32>) {
    %e = tensor.empty() : tensor<96xf32>
    %y = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]}
      ins(%i : tensor<96xindex>) outs(%e : tensor<96xf32>) {
    ^bb0(%n: index, %o: f32):
      %v = tensor.extract %a[%n] : tensor<96xf32>
      linalg.yield %v : f32
    } -> tensor<96xf32>
    kopt.yield %y : tensor<96xf32>
  }
  return %r : tensor<96xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

// Bodies that cannot be joined in a tree.
module attributes {transform.with_named_sequence} {
func.func @f(%a_: tensor<8x96xf32>) -> tensor<8xf32> {
  // expected-error@below {{kernel cannot be tiled so}}
  // expected-note@below {{the body has no neutral value, so that it cannot be joined in a tree}}
  %r = kopt.kernel @f (%a = %a_ : tensor<8x96xf32>) -> (tensor<8xf32>) {
    %c = arith.constant 0.0 : f32
    %e = tensor.empty() : tensor<8xf32>
    %f = linalg.fill ins(%c : f32) outs(%e : tensor<8xf32>) -> tensor<8xf32>
    %y = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>], iterator_types = ["parallel", "reduction"]}
      ins(%a : tensor<8x96xf32>) outs(%f : tensor<8xf32>) {
    ^bb0(%v0: f32, %o0: f32):
      %d = arith.subf %o0, %v0 : f32
      linalg.yield %d : f32
    } -> tensor<8xf32>
    kopt.yield %y : tensor<8xf32>
  }
  return %r : tensor<8xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

module attributes {transform.with_named_sequence} {
func.func @f(%a_: tensor<8x96xf32>) -> tensor<8xf32> {
  // expected-error@below {{kernel cannot be tiled so}}
  // expected-note@below {{the body depends on the order of its elements, so that it cannot be joined in a tree; make it an associative and commutative combination, with ties decided}}
  %r = kopt.kernel @f (%a = %a_ : tensor<8x96xf32>) -> (tensor<8xf32>) {
    %c = arith.constant 0.0 : f32
    %e = tensor.empty() : tensor<8xf32>
    %f = linalg.fill ins(%c : f32) outs(%e : tensor<8xf32>) -> tensor<8xf32>
    %y = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>], iterator_types = ["parallel", "reduction"]}
      ins(%a : tensor<8x96xf32>) outs(%f : tensor<8xf32>) {
    ^bb0(%v0: f32, %o0: f32):
      %z = arith.constant 0.0 : f32
      %p = arith.cmpf oeq, %o0, %z : f32
      %s = arith.select %p, %v0, %o0 : f32
      linalg.yield %s : f32
    } -> tensor<8xf32>
    kopt.yield %y : tensor<8xf32>
  }
  return %r : tensor<8xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

module attributes {transform.with_named_sequence} {
func.func @f(%a_: tensor<8x96xf32>) -> tensor<8xf32> {
  // expected-error@below {{kernel cannot be tiled so}}
  // expected-note@below {{the body combines more than one element per result}}
  %r = kopt.kernel @f (%a = %a_ : tensor<8x96xf32>) -> (tensor<8xf32>) {
    %c = arith.constant 0.0 : f32
    %e = tensor.empty() : tensor<8xf32>
    %f = linalg.fill ins(%c : f32) outs(%e : tensor<8xf32>) -> tensor<8xf32>
    %y = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>], iterator_types = ["parallel", "reduction"]}
      ins(%a : tensor<8x96xf32>) outs(%f : tensor<8xf32>) {
    ^bb0(%v0: f32, %o0: f32):
      %h = arith.constant 0.5 : f32
      %d = arith.mulf %o0, %h : f32
      %s = arith.addf %d, %v0 : f32
      linalg.yield %s : f32
    } -> tensor<8xf32>
    kopt.yield %y : tensor<8xf32>
  }
  return %r : tensor<8xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

module attributes {transform.with_named_sequence} {
func.func @f(%a_: tensor<8x96xf32>) -> tensor<8xf32> {
  // expected-error@below {{kernel cannot be tiled so}}
  // expected-note@below {{no element is combined with result 0}}
  %r = kopt.kernel @f (%a = %a_ : tensor<8x96xf32>) -> (tensor<8xf32>) {
    %c = arith.constant 0.0 : f32
    %e = tensor.empty() : tensor<8xf32>
    %f = linalg.fill ins(%c : f32) outs(%e : tensor<8xf32>) -> tensor<8xf32>
    %y = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>], iterator_types = ["parallel", "reduction"]}
      ins(%a : tensor<8x96xf32>) outs(%f : tensor<8xf32>) {
    ^bb0(%v0: f32, %o0: f32):
      linalg.yield %v0 : f32
    } -> tensor<8xf32>
    kopt.yield %y : tensor<8xf32>
  }
  return %r : tensor<8xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

module attributes {transform.with_named_sequence} {
func.func @f(%a_: tensor<8x96xf32>) -> tensor<8xf32> {
  // expected-error@below {{kernel cannot be tiled so}}
  // expected-note@below {{the body has no neutral value, so that it cannot be joined in a tree}}
  %r = kopt.kernel @f (%a = %a_ : tensor<8x96xf32>) -> (tensor<8xf32>) {
    %c = arith.constant 0.0 : f32
    %e = tensor.empty() : tensor<8xf32>
    %f = linalg.fill ins(%c : f32) outs(%e : tensor<8xf32>) -> tensor<8xf32>
    %y = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>], iterator_types = ["parallel", "reduction"]}
      ins(%a : tensor<8x96xf32>) outs(%f : tensor<8xf32>) {
    ^bb0(%v0: f32, %o0: f32):
      %s = arith.addf %o0, %v0 : f32
      %q = math.absf %s : f32
      linalg.yield %q : f32
    } -> tensor<8xf32>
    kopt.yield %y : tensor<8xf32>
  }
  return %r : tensor<8xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

module attributes {transform.with_named_sequence} {
func.func @f(%a_: tensor<8x96xf32>, %b_: tensor<8x96xf32>) -> tensor<8xf32> {
  // expected-error@below {{kernel cannot be tiled so}}
  // expected-note@below {{the body combines more than one element per result}}
  %r = kopt.kernel @f (%a = %a_ : tensor<8x96xf32>, %b = %b_ : tensor<8x96xf32>) -> (tensor<8xf32>) {
    %c = arith.constant 0.0 : f32
    %e = tensor.empty() : tensor<8xf32>
    %f = linalg.fill ins(%c : f32) outs(%e : tensor<8xf32>) -> tensor<8xf32>
    %y = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>], iterator_types = ["parallel", "reduction"]}
      ins(%a, %b : tensor<8x96xf32>, tensor<8x96xf32>) outs(%f : tensor<8xf32>) {
    ^bb0(%v0: f32, %v1: f32, %o0: f32):
      %s = arith.addf %o0, %v0 : f32
      %q = arith.mulf %s, %v1 : f32
      linalg.yield %q : f32
    } -> tensor<8xf32>
    kopt.yield %y : tensor<8xf32>
  }
  return %r : tensor<8xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

module attributes {transform.with_named_sequence} {
func.func @f(%a_: tensor<8x96xf32>, %f_: tensor<8xf32>) -> tensor<8xf32> {
  // expected-error@below {{kernel cannot be tiled so}}
  // expected-note@below {{no neutral element is known for result 0}}
  %r = kopt.kernel @f (%a = %a_ : tensor<8x96xf32>, %f = %f_ : tensor<8xf32>) -> (tensor<8xf32>) {
    %y = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>], iterator_types = ["parallel", "reduction"]}
      ins(%a : tensor<8x96xf32>) outs(%f : tensor<8xf32>) {
    ^bb0(%v0: f32, %o0: f32):
      %p = arith.cmpf ogt, %v0, %o0 : f32
      %s = arith.select %p, %v0, %o0 : f32
      %q = math.absf %s : f32
      linalg.yield %q : f32
    } -> tensor<8xf32>
    kopt.yield %y : tensor<8xf32>
  }
  return %r : tensor<8xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

// Results that are no plain places of the loops.
module attributes {transform.with_named_sequence} {
func.func @f(%a_: tensor<8xf32>) -> tensor<8x2xf32> {
  // expected-error@below {{kernel cannot be tiled so}}
  // expected-note@below {{is no permutation of loops}}
  %r = kopt.kernel @f (%a = %a_ : tensor<8xf32>) -> (tensor<8x2xf32>) {
    %e = tensor.empty() : tensor<8x2xf32>
    %y = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i, 1)>], iterator_types = ["parallel"]}
      ins(%a : tensor<8xf32>) outs(%e : tensor<8x2xf32>) {
    ^bb0(%v0: f32, %o0: f32):
      linalg.yield %v0 : f32
    } -> tensor<8x2xf32>
    kopt.yield %y : tensor<8x2xf32>
  }
  return %r : tensor<8x2xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

module attributes {transform.with_named_sequence} {
func.func @f(%a_: tensor<8x96xf32>) -> tensor<8xf32> {
  // expected-error@below {{kernel cannot be tiled so}}
  // expected-note@below {{parallel loop 1 does not occur in the result}}
  %r = kopt.kernel @f (%a = %a_ : tensor<8x96xf32>) -> (tensor<8xf32>) {
    %e = tensor.empty() : tensor<8xf32>
    %y = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>], iterator_types = ["parallel", "parallel"]}
      ins(%a : tensor<8x96xf32>) outs(%e : tensor<8xf32>) {
    ^bb0(%v0: f32, %o0: f32):
      linalg.yield %v0 : f32
    } -> tensor<8xf32>
    kopt.yield %y : tensor<8xf32>
  }
  return %r : tensor<8xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

module attributes {transform.with_named_sequence} {
func.func @f(%a_: tensor<8x8x4xf32>) -> (tensor<8x8xf32>, tensor<8x8xf32>) {
  // expected-error@below {{kernel cannot be tiled so}}
  // expected-note@below {{results of one reduction have different maps}}
  %r:2 = kopt.kernel @f (%a = %a_ : tensor<8x8x4xf32>) -> (tensor<8x8xf32>, tensor<8x8xf32>) {
    %c = arith.constant 0.0 : f32
    %e = tensor.empty() : tensor<8x8xf32>
    %f = linalg.fill ins(%c : f32) outs(%e : tensor<8x8xf32>) -> tensor<8x8xf32>
    %y:2 = linalg.generic {indexing_maps = [affine_map<(i, j, k) -> (i, j, k)>, affine_map<(i, j, k) -> (i, j)>, affine_map<(i, j, k) -> (j, i)>], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a : tensor<8x8x4xf32>) outs(%f, %f : tensor<8x8xf32>, tensor<8x8xf32>) {
    ^bb0(%v0: f32, %o0: f32, %o1: f32):
      %s = arith.addf %o0, %v0 : f32
      %q = arith.mulf %v0, %v0 : f32
      %t = arith.addf %o1, %q : f32
      linalg.yield %s, %t : f32, f32
    } -> (tensor<8x8xf32>, tensor<8x8xf32>)
    kopt.yield %y#0, %y#1 : tensor<8x8xf32>, tensor<8x8xf32>
  }
  return %r#0, %r#1 : tensor<8x8xf32>, tensor<8x8xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

// Results of which no tile goes with the first one's.
module attributes {transform.with_named_sequence} {
func.func @f(%a_: tensor<96xf32>, %b_: tensor<8xf32>) -> (tensor<96xf32>, tensor<8xf32>) {
  // expected-error@below {{kernel cannot be tiled so}}
  // expected-note@below {{dimension 0 of a further result 'tensor<8xf32>' runs along no dimension of the first result}}
  %r:2 = kopt.kernel @f (%a = %a_ : tensor<96xf32>, %b = %b_ : tensor<8xf32>) -> (tensor<96xf32>, tensor<8xf32>) {
    %e = tensor.empty() : tensor<96xf32>
    %y = linalg.exp ins(%a : tensor<96xf32>) outs(%e : tensor<96xf32>) -> tensor<96xf32>
    %g = tensor.empty() : tensor<8xf32>
    %z = linalg.exp ins(%b : tensor<8xf32>) outs(%g : tensor<8xf32>) -> tensor<8xf32>
    kopt.yield %y, %z : tensor<96xf32>, tensor<8xf32>
  }
  return %r#0, %r#1 : tensor<96xf32>, tensor<8xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

module attributes {transform.with_named_sequence} {
func.func @f(%a_: tensor<96xf32>) -> tensor<96xf32> {
  // expected-error@below {{kernel cannot be tiled so}}
  // expected-note@below {{no input has other neighbours than the result}}
  %r = kopt.kernel @f (%a = %a_ : tensor<96xf32>) -> (tensor<96xf32>) {
    %e = tensor.empty() : tensor<96xf32>
    %y = linalg.exp ins(%a : tensor<96xf32>) outs(%e : tensor<96xf32>) -> tensor<96xf32>
    kopt.yield %y : tensor<96xf32>
  }
  return %r : tensor<96xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k transposed [32] : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

// Positions are those of windows.
module attributes {transform.with_named_sequence} {
func.func @f(%a_: tensor<96xf32>) -> tensor<96xf32> {
  // expected-error@below {{kernel cannot be tiled so}}
  // expected-note@below {{no window moves along the result}}
  %r = kopt.kernel @f (%a = %a_ : tensor<96xf32>) -> (tensor<96xf32>) {
    %e = tensor.empty() : tensor<96xf32>
    %y = linalg.exp ins(%a : tensor<96xf32>) outs(%e : tensor<96xf32>) -> tensor<96xf32>
    kopt.yield %y : tensor<96xf32>
  }
  return %r : tensor<96xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k positions : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

module attributes {transform.with_named_sequence} {
func.func @no_kernel() { return }
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["func.func"]} in %root : (!transform.any_op) -> !transform.any_op
  // expected-error@below {{target must be a kopt.kernel, found func.func}}
  %p = transform.kopt.tile %k : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

module attributes {transform.with_named_sequence} {
func.func @f(%a_: tensor<96xf32>) -> tensor<96xf32> {
  // expected-error@below {{kernel cannot be tiled so}}
  // expected-note@below {{a cluster has 1, 2, 4, 8 or 16 blocks, found 3}}
  %r = kopt.kernel @f (%a = %a_ : tensor<96xf32>) -> (tensor<96xf32>) {
    %e = tensor.empty() : tensor<96xf32>
    %y = linalg.exp ins(%a : tensor<96xf32>) outs(%e : tensor<96xf32>) -> tensor<96xf32>
    kopt.yield %y : tensor<96xf32>
  }
  return %r : tensor<96xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k cluster [3] : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

module attributes {transform.with_named_sequence} {
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  // expected-error@below {{takes one number of elements, one of warps and one of blocks of a cluster, found 0, 0 and 2}}
  %p = transform.kopt.tile %root cluster [2, 4] : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

module attributes {transform.with_named_sequence} {
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  // expected-error@below {{'reducing' takes the least and the most elements}}
  transform.kopt.match_structure %root "row" reducing [64, 8] : !transform.any_op
  transform.yield
}
}

// -----

// Not among 1 to 10 reduced elements.
module attributes {transform.with_named_sequence} {
func.func @f(%a_: tensor<8x96xf32>) -> tensor<8xf32> {
  %r = kopt.kernel @f (%a = %a_ : tensor<8x96xf32>) -> (tensor<8xf32>) {
    %zero = arith.constant 0.0 : f32
    %e = tensor.empty() : tensor<8xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e : tensor<8xf32>) -> tensor<8xf32>
    %y = linalg.reduce ins(%a : tensor<8x96xf32>) outs(%f : tensor<8xf32>) dimensions = [1]
      (%v: f32, %acc: f32) {
        %t = arith.addf %v, %acc : f32
        linalg.yield %t : f32
      }
    kopt.yield %y : tensor<8xf32>
  }
  return %r : tensor<8xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  // expected-error@below {{96 elements are reduced}}
  transform.kopt.match_structure %k "inner_reduction" reducing [1, 10] : !transform.any_op
  transform.yield
}
}

// -----

module attributes {transform.with_named_sequence} {
func.func @f(%a_: tensor<96xf32>) -> tensor<96xf32> {
  %r = kopt.kernel @f (%a = %a_ : tensor<96xf32>) -> (tensor<96xf32>) {
    %e = tensor.empty() : tensor<96xf32>
    %y = linalg.exp ins(%a : tensor<96xf32>) outs(%e : tensor<96xf32>) -> tensor<96xf32>
    kopt.yield %y : tensor<96xf32>
  }
  return %r : tensor<96xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  // expected-error@below {{descending must be 0, 1 or 2, found 3}}
  %p = transform.kopt.tile %k block [32] descending [3] : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

module attributes {transform.with_named_sequence} {
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  // expected-error@below {{takes one choice of an interleaved order, found 2}}
  %p = transform.kopt.tile %k block [32] interleaved [0, 1] : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}
