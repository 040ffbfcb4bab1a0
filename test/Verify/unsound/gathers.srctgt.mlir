// RUN: %python %S/../Inputs/expect-exit.py 1 kernel-opt-verify --nonce=7 %s | FileCheck %s

// Of the sum over all places not the one that was asked for counts.

// CHECK-LABEL: @src_gather => @tgt_gather
// CHECK-NEXT: refuted
// CHECK: ERROR: value mismatch

func.func @src_gather(%p: tensor<12xi64>, %x: tensor<9x7xf32>) -> tensor<12x7xf32> {
  %e = tensor.empty() : tensor<12x7xf32>
  %y = linalg.generic {
      indexing_maps = [affine_map<(i, j) -> (i)>, affine_map<(i, j) -> (i, j)>],
      iterator_types = ["parallel", "parallel"]}
      ins(%p : tensor<12xi64>) outs(%e : tensor<12x7xf32>) {
  ^bb0(%n: i64, %o: f32):
    %j = linalg.index 1 : index
    %i = arith.index_cast %n : i64 to index
    %v = tensor.extract %x[%i, %j] : tensor<9x7xf32>
    linalg.yield %v : f32
  } -> tensor<12x7xf32>
  return %y : tensor<12x7xf32>
}

func.func @tgt_gather(%p: tensor<12xi64>, %x: tensor<9x7xf32>) -> tensor<12x7xf32> {
  %c0 = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<12x7xf32>
  %z = linalg.fill ins(%c0 : f32) outs(%e : tensor<12x7xf32>) -> tensor<12x7xf32>
  %l = tensor.empty() : tensor<9xi1>
  %y = linalg.generic {
      indexing_maps = [affine_map<(i, j, r) -> (i)>, affine_map<(i, j, r) -> (r)>,
                       affine_map<(i, j, r) -> (i, j)>],
      iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%p, %l : tensor<12xi64>, tensor<9xi1>) outs(%z : tensor<12x7xf32>) {
  ^bb0(%n: i64, %ignored: i1, %s: f32):
    %j = linalg.index 1 : index
    %r = linalg.index 2 : index
    %i = arith.index_cast %n : i64 to index
    %c = arith.cmpi ule, %i, %r : index
    %x0 = tensor.extract %x[%r, %j] : tensor<9x7xf32>
    %t = arith.select %c, %x0, %c0 : f32
    %q = arith.addf %s, %t : f32
    linalg.yield %q : f32
  } -> tensor<12x7xf32>
  return %y : tensor<12x7xf32>
}
