// RUN: kernel-opt %s --transform-interpreter --canonicalize --split-input-file --verify-diagnostics | FileCheck %s

// A block takes the same 64 places of four rows, so that the weights, which all
// rows have in common, are loaded once for them; and two blocks of it are to live
// on a multiprocessor at once.

// CHECK-LABEL: gpu.module @scale_program
// CHECK: gpu.func @scale(
// CHECK-SAME: kgpu.resident_blocks = 2 : i32, known_block_size = array<i32: 64, 1, 1>, known_grid_size = array<i32: 30, 1, 1>
// CHECK-DAG: ktile.load {{.*}} : memref<10x640xf32> -> tensor<4x64xf32>
// CHECK-DAG: ktile.load {{.*}} : memref<640xf32> -> tensor<64xf32>
// CHECK-NOT: ktile.load
// CHECK: ktile.store {{.*}} : tensor<4x64xf32>, memref<10x640xf32>
module attributes {transform.with_named_sequence} {
func.func @scale(%x_: tensor<10x640xf32>, %w_: tensor<640xf32>) -> tensor<10x640xf32> {
  %r = kopt.kernel @scale (%x = %x_ : tensor<10x640xf32>, %w = %w_ : tensor<640xf32>) -> (tensor<10x640xf32>) {
    %e = tensor.empty() : tensor<10x640xf32>
    %y = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i, j)>],
                         iterator_types = ["parallel", "parallel"]}
      ins(%x, %w : tensor<10x640xf32>, tensor<640xf32>) outs(%e : tensor<10x640xf32>) {
    ^bb0(%a: f32, %b: f32, %o: f32):
      %m = arith.mulf %a, %b : f32
      linalg.yield %m : f32
    } -> tensor<10x640xf32>
    kopt.yield %y : tensor<10x640xf32>
  }
  return %r : tensor<10x640xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  transform.kopt.match_structure %k "elementwise" shared : !transform.any_op
  %p = transform.kopt.tile %k leading [4] elements [256] warps [2] : (!transform.any_op) -> !transform.any_op
  %q = transform.kopt.resident %p blocks [2] : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

// Nothing is read whole by each row.
module attributes {transform.with_named_sequence} {
func.func @f(%x_: tensor<10x640xf32>, %w_: tensor<10xf32>) -> tensor<10x640xf32> {
  %r = kopt.kernel @f (%x = %x_ : tensor<10x640xf32>, %w = %w_ : tensor<10xf32>) -> (tensor<10x640xf32>) {
    %e = tensor.empty() : tensor<10x640xf32>
    %y = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>, affine_map<(i, j) -> (i, j)>],
                         iterator_types = ["parallel", "parallel"]}
      ins(%x, %w : tensor<10x640xf32>, tensor<10xf32>) outs(%e : tensor<10x640xf32>) {
    ^bb0(%a: f32, %b: f32, %o: f32):
      %m = arith.mulf %a, %b : f32
      linalg.yield %m : f32
    } -> tensor<10x640xf32>
    kopt.yield %y : tensor<10x640xf32>
  }
  return %r : tensor<10x640xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  // expected-error@below {{no input is the same along the first dimension of the results}}
  transform.kopt.match_structure %k "elementwise" shared : !transform.any_op
  transform.yield
}
}

// -----

module attributes {transform.with_named_sequence} {
func.func @f(%x_: tensor<640xf32>) -> tensor<640xf32> {
  // expected-error@below {{kernel cannot be tiled so}}
  // expected-note@below {{one dimension has no leading one}}
  %r = kopt.kernel @f (%x = %x_ : tensor<640xf32>) -> (tensor<640xf32>) {
    %e = tensor.empty() : tensor<640xf32>
    %y = linalg.exp ins(%x : tensor<640xf32>) outs(%e : tensor<640xf32>) -> tensor<640xf32>
    kopt.yield %y : tensor<640xf32>
  }
  return %r : tensor<640xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k leading [4] elements [256] : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

module attributes {transform.with_named_sequence} {
func.func @f(%x_: tensor<640xf32>) -> tensor<640xf32> {
  %r = kopt.kernel @f (%x = %x_ : tensor<640xf32>) -> (tensor<640xf32>) {
    %e = tensor.empty() : tensor<640xf32>
    // expected-error@below {{blocks cannot live together}}
    // expected-note@below {{5 blocks of 512 threads are not between 1 block and 2048 threads}}
    %y = linalg.exp ins(%x : tensor<640xf32>) outs(%e : tensor<640xf32>) -> tensor<640xf32>
    kopt.yield %y : tensor<640xf32>
  }
  return %r : tensor<640xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k elements [256] warps [16] : (!transform.any_op) -> !transform.any_op
  %q = transform.kopt.resident %p blocks [5] : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

module attributes {transform.with_named_sequence} {
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  // expected-error@below {{takes one number of blocks, found 2}}
  %q = transform.kopt.resident %root blocks [5, 2] : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

module attributes {transform.with_named_sequence} {
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  // expected-error@below {{takes one number for the leading dimension, found 2}}
  %q = transform.kopt.tile %root leading [5, 2] : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

// One reduction alone is no chain.
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
  // expected-error@below {{no reduction needs another's result}}
  transform.kopt.match_structure %k "inner_reduction" chained : !transform.any_op
  transform.yield
}
}

// -----

// None said: the compiler decides.

// CHECK-LABEL: gpu.func @left(
// CHECK-NOT: kgpu.resident_blocks
// CHECK: ktile.store
module attributes {transform.with_named_sequence} {
func.func @left(%x_: tensor<640xf32>) -> tensor<640xf32> {
  %r = kopt.kernel @left (%x = %x_ : tensor<640xf32>) -> (tensor<640xf32>) {
    %e = tensor.empty() : tensor<640xf32>
    %y = linalg.exp ins(%x : tensor<640xf32>) outs(%e : tensor<640xf32>) -> tensor<640xf32>
    kopt.yield %y : tensor<640xf32>
  }
  return %r : tensor<640xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k elements [256] warps [2] : (!transform.any_op) -> !transform.any_op
  %q = transform.kopt.resident %p blocks [0] : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}
