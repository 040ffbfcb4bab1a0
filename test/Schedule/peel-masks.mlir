// RUN: kernel-opt %s --transform-interpreter --canonicalize --split-input-file | FileCheck %s

// Below a diagonal nothing is masked: the steps before it are a loop of their own.
// Block b has rows from 32 b on, and steps of 16 columns up to its last row: those
// up to column 32 b - 15 lie below the diagonal for all of its rows.

// CHECK-DAG: #[[UPPER:.*]] = affine_map<()[s0] -> (s0 * 32 + 32)>
// CHECK-DAG: #[[END:.*]] = affine_map<()[s0] -> (s0 * 32 - 14)>
// CHECK-DAG: #[[REST:.*]] = affine_map<()[s0] -> ((s0 ceildiv 16) * 16)>
// CHECK-LABEL: gpu.func @causal
// CHECK-DAG: %[[BLOCK:.*]] = gpu.block_id x
// CHECK-DAG: %[[LAST:.*]] = affine.apply #[[UPPER]]()[%[[BLOCK]]]
// CHECK: %[[END_OF_WHOLE:.*]] = affine.apply #[[END]]()[%[[BLOCK]]]
// CHECK: %[[REACHED:.*]] = arith.maxsi %[[END_OF_WHOLE]], %c0
// CHECK: %[[FROM:.*]] = affine.apply #[[REST]]()[%[[REACHED]]]
// CHECK: %[[TO:.*]] = arith.minsi %[[END_OF_WHOLE]], %[[LAST]]
// CHECK: %[[WHOLE:.*]] = scf.for %{{.*}} = %c0 to %[[TO]] step %c16 iter_args
// CHECK-NOT: arith.select
// CHECK: scf.yield
// CHECK: scf.for %{{.*}} = %[[FROM]] to %[[LAST]] step %c16 iter_args(%{{.*}} = %[[WHOLE]])
// CHECK: arith.cmpi ule
// CHECK: arith.select
// CHECK: scf.yield
module attributes {transform.with_named_sequence} {
gpu.module @m {
  gpu.func @causal(%x: memref<128x128xf32> {kgpu.access = "read"}, %y: memref<128xf32> {kgpu.access = "write"}) kernel attributes {known_block_size = array<i32: 32, 1, 1>, known_grid_size = array<i32: 4, 1, 1>} {
    %c0 = arith.constant 0 : index
    %c16 = arith.constant 16 : index
    %zeros = arith.constant dense<0.0> : tensor<32xf32>
    %none = arith.constant dense<0.0> : tensor<32x16xf32>
    %block = gpu.block_id x
    %row = affine.apply affine_map<()[s0] -> (s0 * 32)>()[%block]
    %last = affine.apply affine_map<()[s0] -> (s0 * 32 + 32)>()[%block]
    %sum = scf.for %i = %c0 to %last step %c16 iter_args(%s = %zeros) -> (tensor<32xf32>) {
      %t = ktile.load %x[affine_map<(d0, d1)[s0, s1] -> (d0 + s0, d1 + s1)>](%row, %i) padding 0.0 : f32 : memref<128x128xf32> -> tensor<32x16xf32>
      %r = ktile.index affine_map<(d0)[s0] -> (d0 + s0)>(%row) : tensor<32xindex>
      %c = ktile.index affine_map<(d0)[s0] -> (d0 + s0)>(%i) : tensor<16xindex>
      %rows = ktile.view %r from [0, -1] : tensor<32xindex> -> tensor<32x16xindex>
      %columns = ktile.view %c from [-1, 0] : tensor<16xindex> -> tensor<32x16xindex>
      %below = arith.cmpi ule, %columns, %rows : tensor<32x16xindex>
      %kept = arith.select %below, %t, %none : tensor<32x16xi1>, tensor<32x16xf32>
      %p = ktile.reduce(%kept) along 1 {
      ^bb0(%a: f32, %b: f32):
        %q = arith.addf %a, %b : f32
        ktile.yield %q : f32
      } : (tensor<32x16xf32>) -> tensor<32xf32>
      %next = arith.addf %s, %p : tensor<32xf32>
      scf.yield %next : tensor<32xf32>
    }
    ktile.store %sum, %y[affine_map<(d0)[s0] -> (d0 + s0)>](%row) : tensor<32xf32>, memref<128xf32>
    gpu.return
  }
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %f = transform.structured.match ops{["gpu.func"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.peel_masks %f : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

// A ragged end: the last step alone is masked. A mask of values stays.

// CHECK-LABEL: gpu.func @ragged
// CHECK: %[[WHOLE:.*]] = scf.for %{{.*}} = %c0 to %c85 step %c16
// CHECK-NOT: ktile.in_bounds
// CHECK-NOT: arith.select
// CHECK: arith.cmpf
// CHECK: ktile.in_bounds #{{.*}}(%c96)
// CHECK: arith.cmpf
// CHECK: arith.addf %[[WHOLE]],
module attributes {transform.with_named_sequence} {
gpu.module @m {
  gpu.func @ragged(%x: memref<100xf32> {kgpu.access = "read"}, %y: memref<16xf32> {kgpu.access = "write"}) kernel attributes {known_block_size = array<i32: 32, 1, 1>, known_grid_size = array<i32: 1, 1, 1>} {
    %c0 = arith.constant 0 : index
    %c16 = arith.constant 16 : index
    %c100 = arith.constant 100 : index
    %zeros = arith.constant dense<0.0> : tensor<16xf32>
    %sum = scf.for %i = %c0 to %c100 step %c16 iter_args(%s = %zeros) -> (tensor<16xf32>) {
      %t = ktile.load %x[affine_map<(d0)[s0] -> (d0 + s0)>](%i) padding 1.0 : f32 : memref<100xf32> -> tensor<16xf32>
      %inside = ktile.in_bounds affine_map<(d0)[s0] -> (d0 + s0)>(%i) < [100] : tensor<16xi1>
      %in = ktile.view %inside from [0] : tensor<16xi1> -> tensor<16xi1>
      %kept = arith.select %in, %t, %zeros : tensor<16xi1>, tensor<16xf32>
      %positive = arith.cmpf ogt, %kept, %zeros : tensor<16xf32>
      %some = arith.select %positive, %kept, %zeros : tensor<16xi1>, tensor<16xf32>
      %next = arith.addf %s, %some : tensor<16xf32>
      scf.yield %next : tensor<16xf32>
    }
    ktile.store %sum, %y[affine_map<(d0) -> (d0)>]() : tensor<16xf32>, memref<16xf32>
    gpu.return
  }
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %f = transform.structured.match ops{["gpu.func"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.peel_masks %f : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}
