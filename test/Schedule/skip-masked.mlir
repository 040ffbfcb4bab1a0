// RUN: kernel-opt %s --transform-interpreter --canonicalize --split-input-file --verify-diagnostics | FileCheck %s

// What a mask hides from a whole block is not summed there: below the diagonal, all of
// a tile is hidden where its last column lies left of its first row.

// Of 3 x 3 tiles of 32 x 32: first column - first row + 31.
// CHECK-DAG: #[[CORNER:.*]] = affine_map<()[s0] -> (s0 * 32 - (s0 floordiv 3) * 128 + 31)>
// CHECK-LABEL: gpu.func @upper(
// CHECK: %[[MOST:.*]] = affine.apply #[[CORNER]]()[%block_id_x]
// CHECK: %[[ALIVE:.*]] = arith.cmpi sge, %[[MOST]], %c0
// CHECK: %[[END:.*]] = arith.select %[[ALIVE]], %c64, %c0
// CHECK: scf.for %{{.*}} = %c0 to %[[END]] step %c16
// CHECK: arith.select %{{.*}} : tensor<32x32xi1>, tensor<32x32xf32>
#a = affine_map<(i, j, k) -> (i, k)>
#b = affine_map<(i, j, k) -> (k, j)>
#c = affine_map<(i, j, k) -> (i, j)>
#id = affine_map<(i, j) -> (i, j)>
module attributes {transform.with_named_sequence} {
func.func @upper(%x: tensor<96x64xf32>, %y: tensor<64x96xf32>) -> tensor<96x96xf32> {
  %r = kopt.kernel @upper (%a = %x : tensor<96x64xf32>, %b = %y : tensor<64x96xf32>) -> (tensor<96x96xf32>) {
    %zero = arith.constant 0.0 : f32
    %e = tensor.empty() : tensor<96x96xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e : tensor<96x96xf32>) -> tensor<96x96xf32>
    %p = linalg.matmul ins(%a, %b : tensor<96x64xf32>, tensor<64x96xf32>) outs(%f : tensor<96x96xf32>) -> tensor<96x96xf32>
    %m = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%p : tensor<96x96xf32>) outs(%e : tensor<96x96xf32>) {
    ^bb0(%v: f32, %o: f32):
      %i = linalg.index 0 : index
      %j = linalg.index 1 : index
      %below = arith.cmpi sgt, %i, %j : index
      %s = arith.select %below, %zero, %v : f32
      linalg.yield %s : f32
    } -> tensor<96x96xf32>
    kopt.yield %m : tensor<96x96xf32>
  }
  return %r : tensor<96x96xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k block [32, 32] reduction [16] warps [2] : (!transform.any_op) -> !transform.any_op
  %q = transform.kopt.skip_masked %p : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

// A band: conditions that hold together, and work on the sums before they are hidden.

// CHECK-LABEL: gpu.func @band(
// CHECK: %[[LEFT:.*]] = arith.cmpi sge, {{.*}}, %c0 : index
// CHECK: %[[RIGHT:.*]] = arith.cmpi sge, {{.*}}, %c0 : index
// CHECK: %[[BOTH:.*]] = arith.andi %[[LEFT]], %[[RIGHT]]
// CHECK: arith.select %[[BOTH]], %c64, %c0
#id = affine_map<(i, j) -> (i, j)>
module attributes {transform.with_named_sequence} {
func.func @band(%x: tensor<96x64xf32>, %y: tensor<64x96xf32>) -> tensor<96x96xf32> {
  %r = kopt.kernel @band (%a = %x : tensor<96x64xf32>, %b = %y : tensor<64x96xf32>) -> (tensor<96x96xf32>) {
    %zero = arith.constant 0.0 : f32
    %c8 = arith.constant 8 : index
    %e = tensor.empty() : tensor<96x96xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e : tensor<96x96xf32>) -> tensor<96x96xf32>
    %p = linalg.matmul ins(%a, %b : tensor<96x64xf32>, tensor<64x96xf32>) outs(%f : tensor<96x96xf32>) -> tensor<96x96xf32>
    %m = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%p : tensor<96x96xf32>) outs(%e : tensor<96x96xf32>) {
    ^bb0(%v: f32, %o: f32):
      %n = arith.negf %v : f32
      %i = linalg.index 0 : index
      %j = linalg.index 1 : index
      %upper = arith.cmpi sle, %i, %j : index
      %near = arith.cmpi slt, %j, %c8 : index
      %seen = arith.andi %upper, %near : i1
      %s = arith.select %seen, %n, %zero : f32
      linalg.yield %s : f32
    } -> tensor<96x96xf32>
    kopt.yield %m : tensor<96x96xf32>
  }
  return %r : tensor<96x96xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k block [32, 32] reduction [16] warps [2] : (!transform.any_op) -> !transform.any_op
  %q = transform.kopt.skip_masked %p : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

// Everything is seen.

module attributes {transform.with_named_sequence} {
func.func @seen(%x: tensor<96x64xf32>, %y: tensor<64x96xf32>) -> tensor<96x96xf32> {
  %r = kopt.kernel @seen (%a = %x : tensor<96x64xf32>, %b = %y : tensor<64x96xf32>) -> (tensor<96x96xf32>) {
    %zero = arith.constant 0.0 : f32
    %e = tensor.empty() : tensor<96x96xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e : tensor<96x96xf32>) -> tensor<96x96xf32>
    // expected-error @below {{nothing can be skipped}}
    // expected-note @below {{no loop computes}}
    %p = linalg.matmul ins(%a, %b : tensor<96x64xf32>, tensor<64x96xf32>) outs(%f : tensor<96x96xf32>) -> tensor<96x96xf32>
    kopt.yield %p : tensor<96x96xf32>
  }
  return %r : tensor<96x96xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k block [32, 32] reduction [16] warps [2] : (!transform.any_op) -> !transform.any_op
  %q = transform.kopt.skip_masked %p : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}
