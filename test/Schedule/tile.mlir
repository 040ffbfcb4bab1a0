// RUN: kernel-opt %s --transform-interpreter --canonicalize --split-input-file | FileCheck %s

// What a tile program is made of, one structure at a time: the kernel stays, its
// program stands beside it.

// Blocks of 256 elements; the last one hangs over, which the load and the store
// take care of by themselves.

// CHECK-DAG: #[[OFFSET:.*]] = affine_map<()[s0] -> (s0 * 256)>
// CHECK-DAG: #[[SHIFT:.*]] = affine_map<(d0)[s0] -> (d0 + s0)>
// CHECK: kopt.kernel @ragged
// CHECK-LABEL: gpu.module @ragged_program
// CHECK: gpu.func @ragged(%[[X:.*]]: memref<1000xf32> {kgpu.access = "read"}, %[[Y:.*]]: memref<1000xf32> {kgpu.access = "write"})
// CHECK-SAME: known_block_size = array<i32: 64, 1, 1>, known_grid_size = array<i32: 4, 1, 1>
// CHECK: %[[ID:.*]] = gpu.block_id
// CHECK: %[[AT:.*]] = affine.apply #[[OFFSET]]()[%[[ID]]]
// CHECK: %[[T:.*]] = ktile.load %[[X]][#[[SHIFT]]] (%[[AT]]) padding 0.000000e+00 : f32 : memref<1000xf32> -> tensor<256xf32>
// CHECK: %[[E:.*]] = math.exp %[[T]] : tensor<256xf32>
// CHECK: ktile.store %[[E]], %[[Y]][#[[SHIFT]]] (%[[AT]]) : tensor<256xf32>, memref<1000xf32>
module attributes {transform.with_named_sequence} {
func.func @ragged(%x: tensor<1000xf32>) -> tensor<1000xf32> {
  %r = kopt.kernel @ragged (%a = %x : tensor<1000xf32>) -> (tensor<1000xf32>) {
    %e = tensor.empty() : tensor<1000xf32>
    %y = linalg.exp ins(%a : tensor<1000xf32>) outs(%e : tensor<1000xf32>) -> tensor<1000xf32>
    kopt.yield %y : tensor<1000xf32>
  }
  return %r : tensor<1000xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k block [256] warps [2] : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

// A row and a column join the tile as views of smaller tiles.

// CHECK-LABEL: gpu.module @broadcast_program
// CHECK: ktile.load %{{.*}} : memref<33x64xf32> -> tensor<8x32xf32>
// CHECK: %[[ROW:.*]] = ktile.load %{{.*}} : memref<64xf32> -> tensor<32xf32>
// CHECK: ktile.view %[[ROW]] from [-1, 0] : tensor<32xf32> -> tensor<8x32xf32>
// CHECK: %[[COLUMN:.*]] = ktile.load %{{.*}} : memref<33xf32> -> tensor<8xf32>
// CHECK: ktile.view %[[COLUMN]] from [0, -1] : tensor<8xf32> -> tensor<8x32xf32>
// CHECK: ktile.store %{{.*}} : tensor<8x32xf32>, memref<33x64xf32>
module attributes {transform.with_named_sequence} {
func.func @broadcast(%x: tensor<33x64xf32>, %b: tensor<64xf32>, %c: tensor<33xf32>) -> tensor<33x64xf32> {
  %r = kopt.kernel @broadcast (%x1 = %x : tensor<33x64xf32>, %b1 = %b : tensor<64xf32>, %c1 = %c : tensor<33xf32>) -> (tensor<33x64xf32>) {
    %e = tensor.empty() : tensor<33x64xf32>
    %y = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]}
      ins(%x1, %b1, %c1 : tensor<33x64xf32>, tensor<64xf32>, tensor<33xf32>) outs(%e : tensor<33x64xf32>) {
    ^bb0(%v: f32, %row: f32, %column: f32, %o: f32):
      %s = arith.addf %v, %row : f32
      %m = arith.mulf %s, %column : f32
      linalg.yield %m : f32
    } -> tensor<33x64xf32>
    kopt.yield %y : tensor<33x64xf32>
  }
  return %r : tensor<33x64xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k block [8, 32] warps [2] : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

// A block loops over tiles where its share is larger; rows are read transposed.

// CHECK: #[[SWAP:.*]] = affine_map<(d0, d1)[s0] -> (d1, d0 + s0)>
// CHECK-LABEL: gpu.module @transposed_program
// CHECK: scf.for %[[I:.*]] = %c0 to %c64 step %c16
// CHECK: %[[T:.*]] = ktile.load %{{.*}}[#[[SWAP]]] (%[[I]]) {{.*}} : memref<32x64xf32> -> tensor<16x32xf32>
// CHECK: ktile.store %[[T]], %{{.*}} (%[[I]]) : tensor<16x32xf32>, memref<64x32xf32>
module attributes {transform.with_named_sequence} {
func.func @transposed(%x: tensor<32x64xf32>) -> tensor<64x32xf32> {
  %r = kopt.kernel @transposed (%a = %x : tensor<32x64xf32>) -> (tensor<64x32xf32>) {
    %e = tensor.empty() : tensor<64x32xf32>
    %y = linalg.transpose ins(%a : tensor<32x64xf32>) outs(%e : tensor<64x32xf32>) permutation = [1, 0]
    kopt.yield %y : tensor<64x32xf32>
  }
  return %r : tensor<64x32xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k block [0, 0] tile [16, 32] : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

// A row sum in steps of 64: elements beyond the row become zero, lanes of the
// tile sum on their own, one tree joins them after the loop, and the initial
// value, which is no zero, comes last.

// CHECK-LABEL: gpu.module @row_sum_program
// CHECK-DAG: %[[ZEROS:.*]] = arith.constant dense<0.000000e+00> : tensor<4x64xf32>
// CHECK-DAG: %[[THREES:.*]] = arith.constant dense<3.000000e+00> : tensor<4xf32>
// CHECK: %[[SUM:.*]] = scf.for %[[K:.*]] = %{{.*}} to %c100 step %c64 iter_args(%[[ACC:.*]] = %[[ZEROS]]) -> (tensor<4x64xf32>)
// CHECK: %[[T:.*]] = ktile.load {{.*}} : memref<17x100xf32> -> tensor<4x64xf32>
// CHECK: %[[IN:.*]] = ktile.in_bounds #{{.*}}(%[[K]]) <[100] : tensor<64xi1>
// CHECK: %[[MASK:.*]] = ktile.view %[[IN]] from [-1, 0]
// CHECK: %[[ELEMENT:.*]] = arith.select %[[MASK]], %[[T]], %[[ZEROS]]
// CHECK: %[[NEXT:.*]] = arith.addf %[[ELEMENT]], %[[ACC]]
// CHECK: scf.yield %[[NEXT]]
// CHECK: %[[TOTAL:.*]] = ktile.reduce(%[[SUM]]) along 1
// CHECK: %[[ALL:.*]] = arith.addf %[[TOTAL]], %[[THREES]] : tensor<4xf32>
// CHECK: ktile.store %[[ALL]], %{{.*}} : tensor<4xf32>, memref<17xf32>
module attributes {transform.with_named_sequence} {
func.func @row_sum(%x: tensor<17x100xf32>) -> tensor<17xf32> {
  %r = kopt.kernel @row_sum (%a = %x : tensor<17x100xf32>) -> (tensor<17xf32>) {
    %three = arith.constant 3.0 : f32
    %e = tensor.empty() : tensor<17xf32>
    %f = linalg.fill ins(%three : f32) outs(%e : tensor<17xf32>) -> tensor<17xf32>
    %y = linalg.reduce ins(%a : tensor<17x100xf32>) outs(%f : tensor<17xf32>) dimensions = [1]
      (%v: f32, %o: f32) {
        %s = arith.addf %v, %o : f32
        linalg.yield %s : f32
      }
    kopt.yield %y : tensor<17xf32>
  }
  return %r : tensor<17xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k block [4] reduction [64] : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

// Reshapes and slices move no data: they are part of the load's map.

// CHECK-DAG: #[[READ:.*]] = affine_map<(d0, d1) -> (d0 floordiv 4, d0 * 8 + d1 * 2 - (d0 floordiv 4) * 32 + 1)>
// CHECK-LABEL: gpu.module @views_program
// CHECK: %[[T:.*]] = ktile.load %{{.*}}[#[[READ]]] () {{.*}} : memref<2x32xf32> -> tensor<8x4xf32>
// CHECK-NEXT: %[[A:.*]] = math.absf %[[T]]
// CHECK-NEXT: ktile.store %[[A]]
module attributes {transform.with_named_sequence} {
func.func @views(%x: tensor<2x32xf32>) -> tensor<8x4xf32> {
  %r = kopt.kernel @views (%a = %x : tensor<2x32xf32>) -> (tensor<8x4xf32>) {
    %h = tensor.expand_shape %a [[0], [1, 2]] output_shape [2, 4, 8] : tensor<2x32xf32> into tensor<2x4x8xf32>
    %c = tensor.collapse_shape %h [[0, 1], [2]] : tensor<2x4x8xf32> into tensor<8x8xf32>
    %s = tensor.extract_slice %c[0, 1] [8, 4] [1, 2] : tensor<8x8xf32> to tensor<8x4xf32>
    %e = tensor.empty() : tensor<8x4xf32>
    %y = linalg.abs ins(%s : tensor<8x4xf32>) outs(%e : tensor<8x4xf32>) -> tensor<8x4xf32>
    kopt.yield %y : tensor<8x4xf32>
  }
  return %r : tensor<8x4xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

// Each step's product is summed apart from the running sum. The operands are
// not extended: the product multiplies in the accumulator's type. K ends with
// the memory of both, so that padding by zeros needs no mask.

// CHECK-LABEL: gpu.module @product_program
// CHECK-DAG: %[[ZEROS:.*]] = arith.constant dense<0.000000e+00> : tensor<32x16xf32>
// CHECK: scf.for %[[K:.*]] = %{{.*}} to %c31 step %c8 iter_args(%[[ACC:.*]] = %[[ZEROS]])
// CHECK: %[[A:.*]] = ktile.load {{.*}} : memref<33x31xbf16> -> tensor<32x8xbf16>
// CHECK: %[[B:.*]] = ktile.load {{.*}} : memref<31x17xbf16> -> tensor<8x16xbf16>
// CHECK-NOT: ktile.in_bounds
// CHECK: %[[D:.*]] = ktile.dot %[[A]], %[[B]], %[[ZEROS]] : tensor<32x8xbf16>, tensor<8x16xbf16>, tensor<32x16xf32>
// CHECK: arith.addf %[[ACC]], %[[D]]
module attributes {transform.with_named_sequence} {
func.func @product(%x: tensor<33x31xbf16>, %w: tensor<31x17xbf16>) -> tensor<33x17xf32> {
  %r = kopt.kernel @product (%a = %x : tensor<33x31xbf16>, %b = %w : tensor<31x17xbf16>) -> (tensor<33x17xf32>) {
    %zero = arith.constant 0.0 : f32
    %e = tensor.empty() : tensor<33x17xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e : tensor<33x17xf32>) -> tensor<33x17xf32>
    %y = linalg.matmul ins(%a, %b : tensor<33x31xbf16>, tensor<31x17xbf16>) outs(%f : tensor<33x17xf32>) -> tensor<33x17xf32>
    kopt.yield %y : tensor<33x17xf32>
  }
  return %r : tensor<33x17xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k block [32, 16] reduction [8] : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

// In memory a scalar is one element and a truth value a byte.

// CHECK-LABEL: gpu.module @truth_program
// CHECK: gpu.func @truth(%[[X:.*]]: memref<8xi8> {{.*}}, %[[S:.*]]: memref<1xf32> {{.*}}, %[[Y:.*]]: memref<8xi8>
// CHECK-DAG: %[[BYTES:.*]] = ktile.load %[[X]]{{.*}} : memref<8xi8> -> tensor<8xi8>
// CHECK-DAG: %[[BITS:.*]] = arith.cmpi ne, %[[BYTES]], %{{.*}} : tensor<8xi8>
// CHECK-DAG: ktile.load %[[S]]{{.*}} : memref<1xf32> -> tensor<f32>
// CHECK: %[[OUT:.*]] = arith.extui %{{.*}} : tensor<8xi1> to tensor<8xi8>
// CHECK: ktile.store %[[OUT]], %[[Y]]
module attributes {transform.with_named_sequence} {
func.func @truth(%x: tensor<8xi1>, %s: tensor<f32>) -> tensor<8xi1> {
  %r = kopt.kernel @truth (%a = %x : tensor<8xi1>, %b = %s : tensor<f32>) -> (tensor<8xi1>) {
    %e = tensor.empty() : tensor<8xi1>
    %y = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> ()>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]}
      ins(%a, %b : tensor<8xi1>, tensor<f32>) outs(%e : tensor<8xi1>) {
    ^bb0(%v: i1, %c: f32, %o: i1):
      %zero = arith.constant 0.0 : f32
      %p = arith.cmpf ogt, %c, %zero : f32
      %q = arith.andi %p, %v : i1
      linalg.yield %q : i1
    } -> tensor<8xi1>
    kopt.yield %y : tensor<8xi1>
  }
  return %r : tensor<8xi1>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

// A block is one tile, if nothing says how large tiles are.

// CHECK-LABEL: gpu.module @large_program
// CHECK: ktile.load {{.*}} -> tensor<128x128xf32>
// CHECK-NOT: scf.for
module attributes {transform.with_named_sequence} {
func.func @large(%x: tensor<512x512xf32>) -> tensor<512x512xf32> {
  %r = kopt.kernel @large (%a = %x : tensor<512x512xf32>) -> (tensor<512x512xf32>) {
    %e = tensor.empty() : tensor<512x512xf32>
    %y = linalg.exp ins(%a : tensor<512x512xf32>) outs(%e : tensor<512x512xf32>) -> tensor<512x512xf32>
    kopt.yield %y : tensor<512x512xf32>
  }
  return %r : tensor<512x512xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k block [128, 128] warps [8] : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

// Interleaved: block 0 to 2 take the first place of the three rows; the next
// program runs from the last block to the first.

// CHECK-DAG: #[[ROW:.*]] = affine_map<()[s0] -> (s0 mod 3)>
// CHECK-DAG: #[[PLACE:.*]] = affine_map<()[s0] -> ((s0 floordiv 3) * 128)>
// CHECK-DAG: #[[LAST_PLACE:.*]] = affine_map<()[s0] -> (s0 * -128 + (s0 floordiv 4) * 512 + 384)>
// CHECK-DAG: #[[LAST_ROW:.*]] = affine_map<()[s0] -> (-(s0 floordiv 4) + 2)>
// CHECK-LABEL: gpu.module @interleaved_program
// CHECK: gpu.func @interleaved(
// CHECK-SAME: kopt.block_shape = array<i64: 4, 3>
// CHECK: %[[ID:.*]] = gpu.block_id
// CHECK-DAG: affine.apply #[[ROW]]()[%[[ID]]]
// CHECK-DAG: affine.apply #[[PLACE]]()[%[[ID]]]
// CHECK-LABEL: gpu.module @reversed_program
// CHECK: gpu.func @reversed(
// CHECK-SAME: kopt.block_shape = array<i64: 3, 4>
// CHECK: %[[ID:.*]] = gpu.block_id
// CHECK-DAG: affine.apply #[[LAST_PLACE]]()[%[[ID]]]
// CHECK-DAG: affine.apply #[[LAST_ROW]]()[%[[ID]]]
module attributes {transform.with_named_sequence} {
func.func @orders(%x: tensor<3x512xf32>) -> (tensor<3x512xf32>, tensor<3x512xf32>) {
  %r = kopt.kernel @interleaved (%a = %x : tensor<3x512xf32>) -> (tensor<3x512xf32>) {
    %e = tensor.empty() : tensor<3x512xf32>
    %y = linalg.exp ins(%a : tensor<3x512xf32>) outs(%e : tensor<3x512xf32>) -> tensor<3x512xf32>
    kopt.yield %y : tensor<3x512xf32>
  }
  %s = kopt.kernel @reversed (%a = %x : tensor<3x512xf32>) -> (tensor<3x512xf32>) {
    %e = tensor.empty() : tensor<3x512xf32>
    %y = linalg.tanh ins(%a : tensor<3x512xf32>) outs(%e : tensor<3x512xf32>) -> tensor<3x512xf32>
    kopt.yield %y : tensor<3x512xf32>
  }
  return %r, %s : tensor<3x512xf32>, tensor<3x512xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %a, %b = transform.split_handle %k : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
  %p = transform.kopt.tile %a block [1, 128] interleaved [1] : (!transform.any_op) -> !transform.any_op
  %q = transform.kopt.tile %b block [1, 128] descending [2] : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}
