// RUN: kernel-opt %s --transform-interpreter --canonicalize --split-input-file | FileCheck %s

// A row's maximum and the sum of exponentials of differences to it: one loop. The
// sum is rescaled when the maximum grows, with 0 as long as nothing was seen.

// CHECK-LABEL: gpu.module @softmax_program
// CHECK-DAG: %[[LOWEST:.*]] = arith.constant dense<0xFF800000> : tensor<8xf32>
// CHECK-DAG: %[[ZERO:.*]] = arith.constant dense<0.000000e+00> : tensor<8xf32>
// CHECK: scf.for {{.*}} iter_args(%[[OLD:.*]] = %[[LOWEST]], %[[SUM:.*]] = %[[ZERO]])
// CHECK: %[[X:.*]] = ktile.load
// CHECK: %[[MAX:.*]] = ktile.reduce(%[[X]]) along 1
// CHECK: %[[NEW:.*]] = arith.maximumf %[[OLD]], %[[MAX]]
// CHECK: %[[NONE:.*]] = arith.cmpf oeq, %[[NEW]], %[[LOWEST]]
// CHECK: %[[SAFE:.*]] = arith.select %[[NONE]], %[[ZERO]], %[[NEW]]
// CHECK: %[[VIEW:.*]] = ktile.view %[[SAFE]]
// CHECK: %[[D:.*]] = arith.subf %[[X]], %[[VIEW]]
// CHECK: %[[E:.*]] = math.exp %[[D]]
// CHECK: %[[PART:.*]] = ktile.reduce(%[[E]]) along 1
// CHECK: %[[GROWN:.*]] = arith.subf %[[OLD]], %[[SAFE]]
// CHECK: %[[FACTOR:.*]] = math.exp %[[GROWN]]
// CHECK: %[[FIRST:.*]] = arith.cmpf oeq, %[[OLD]], %[[LOWEST]]
// CHECK: %[[SCALE:.*]] = arith.select %[[FIRST]], %[[ZERO]], %[[FACTOR]]
// CHECK: %[[KEPT:.*]] = arith.mulf %[[SUM]], %[[SCALE]]
// CHECK: %[[NEXT:.*]] = arith.addf %[[KEPT]], %[[PART]]
// CHECK: scf.yield %[[NEW]], %[[NEXT]]
// CHECK: scf.for
// CHECK-NOT: iter_args
// CHECK: arith.divf
// CHECK: ktile.store
// CHECK-NOT: scf.for
module attributes {transform.with_named_sequence} {
func.func @f(%x: tensor<64x1024xf32>) -> tensor<64x1024xf32> {
  %r = kopt.kernel @softmax (%a = %x : tensor<64x1024xf32>) -> (tensor<64x1024xf32>) {
    %zero = arith.constant 0.0 : f32
    %lowest = arith.constant 0xFF800000 : f32
    %er = tensor.empty() : tensor<64xf32>
    %e = tensor.empty() : tensor<64x1024xf32>
    %fm = linalg.fill ins(%lowest : f32) outs(%er : tensor<64xf32>) -> tensor<64xf32>
    %max = linalg.reduce ins(%a : tensor<64x1024xf32>) outs(%fm : tensor<64xf32>) dimensions = [1]
      (%v: f32, %o: f32) {
        %t = arith.maximumf %o, %v : f32
        linalg.yield %t : f32
      }
    %p = linalg.generic {
        indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>, affine_map<(i, j) -> (i, j)>],
        iterator_types = ["parallel", "parallel"]}
      ins(%a, %max : tensor<64x1024xf32>, tensor<64xf32>) outs(%e : tensor<64x1024xf32>) {
      ^bb0(%v: f32, %m: f32, %o: f32):
        %d = arith.subf %v, %m : f32
        %t = math.exp %d : f32
        linalg.yield %t : f32
    } -> tensor<64x1024xf32>
    %fs = linalg.fill ins(%zero : f32) outs(%er : tensor<64xf32>) -> tensor<64xf32>
    %sum = linalg.reduce ins(%p : tensor<64x1024xf32>) outs(%fs : tensor<64xf32>) dimensions = [1]
      (%v: f32, %o: f32) {
        %t = arith.addf %o, %v : f32
        linalg.yield %t : f32
      }
    %y = linalg.generic {
        indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>, affine_map<(i, j) -> (i, j)>],
        iterator_types = ["parallel", "parallel"]}
      ins(%p, %sum : tensor<64x1024xf32>, tensor<64xf32>) outs(%e : tensor<64x1024xf32>) {
      ^bb0(%v: f32, %m: f32, %o: f32):
        %t = arith.divf %v, %m : f32
        linalg.yield %t : f32
    } -> tensor<64x1024xf32>
    kopt.yield %y : tensor<64x1024xf32>
  }
  return %r : tensor<64x1024xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k block [8, 0] tile [8, 128] online : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

// Squares of differences to a mean cannot take the mean back: a loop each.

// CHECK-LABEL: gpu.module @variance_program
// CHECK: scf.for
// CHECK: arith.addf
// CHECK: scf.for
// CHECK: arith.subf
// CHECK: arith.mulf
// CHECK: arith.addf
module attributes {transform.with_named_sequence} {
func.func @f(%x: tensor<64x1024xf32>) -> tensor<64xf32> {
  %r = kopt.kernel @variance (%a = %x : tensor<64x1024xf32>) -> (tensor<64xf32>) {
    %zero = arith.constant 0.0 : f32
    %n = arith.constant 1024.0 : f32
    %er = tensor.empty() : tensor<64xf32>
    %f = linalg.fill ins(%zero : f32) outs(%er : tensor<64xf32>) -> tensor<64xf32>
    %sum = linalg.reduce ins(%a : tensor<64x1024xf32>) outs(%f : tensor<64xf32>) dimensions = [1]
      (%v: f32, %o: f32) {
        %t = arith.addf %o, %v : f32
        linalg.yield %t : f32
      }
    %y = linalg.generic {
        indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>, affine_map<(i, j) -> (i)>],
        iterator_types = ["parallel", "reduction"]}
      ins(%a, %sum : tensor<64x1024xf32>, tensor<64xf32>) outs(%f : tensor<64xf32>) {
      ^bb0(%v: f32, %s: f32, %o: f32):
        %mean = arith.divf %s, %n : f32
        %d = arith.subf %v, %mean : f32
        %q = arith.mulf %d, %d : f32
        %t = arith.addf %o, %q : f32
        linalg.yield %t : f32
    } -> tensor<64xf32>
    kopt.yield %y : tensor<64xf32>
  }
  return %r : tensor<64xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k block [8] reduction [128] online : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

// Elements that an affine mask leaves nothing of are not run through: here those
// after the row's own place and those more than 40 before it.

// CHECK: #[[LAST:.*]] = affine_map<()[s0] -> (s0 * 16 + 16)>
// CHECK: #[[FIRST:.*]] = affine_map<()[s0] -> (((s0 * 16 - 71) ceildiv 32) * 32)>
// CHECK-LABEL: gpu.module @windowed_program
// CHECK-DAG: %[[BLOCK:.*]] = gpu.block_id
// CHECK: %[[END:.*]] = affine.apply #[[LAST]]()[%[[BLOCK]]]
// CHECK: %[[UPPER:.*]] = arith.minsi %[[END]], %{{.*}} : index
// CHECK: %[[BEGIN:.*]] = affine.apply #[[FIRST]]()[%[[BLOCK]]]
// CHECK: %[[LOWER:.*]] = arith.maxsi %[[BEGIN]], %{{.*}} : index
// CHECK: scf.for %{{.*}} = %[[LOWER]] to %[[UPPER]]
module attributes {transform.with_named_sequence} {
func.func @f(%x: tensor<160x160xf32>) -> tensor<160xf32> {
  %r = kopt.kernel @windowed (%a = %x : tensor<160x160xf32>) -> (tensor<160xf32>) {
    %zero = arith.constant 0.0 : f32
    %lowest = arith.constant 0xFF800000 : f32
    %c40 = arith.constant 40 : index
    %er = tensor.empty() : tensor<160xf32>
    %e = tensor.empty() : tensor<160x160xf32>
    %masked = linalg.generic {
        indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>],
        iterator_types = ["parallel", "parallel"]}
      ins(%a : tensor<160x160xf32>) outs(%e : tensor<160x160xf32>) {
      ^bb0(%v: f32, %o: f32):
        %i = linalg.index 0 : index
        %j = linalg.index 1 : index
        %after = arith.cmpi sgt, %j, %i : index
        %end = arith.addi %j, %c40 : index
        %far = arith.cmpi slt, %end, %i : index
        %none = arith.ori %after, %far : i1
        %m = arith.select %none, %lowest, %v : f32
        linalg.yield %m : f32
    } -> tensor<160x160xf32>
    %fm = linalg.fill ins(%lowest : f32) outs(%er : tensor<160xf32>) -> tensor<160xf32>
    %max = linalg.reduce ins(%masked : tensor<160x160xf32>) outs(%fm : tensor<160xf32>) dimensions = [1]
      (%v: f32, %o: f32) {
        %t = arith.maximumf %o, %v : f32
        linalg.yield %t : f32
      }
    %fs = linalg.fill ins(%zero : f32) outs(%er : tensor<160xf32>) -> tensor<160xf32>
    %sum = linalg.generic {
        indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>, affine_map<(i, j) -> (i)>],
        iterator_types = ["parallel", "reduction"]}
      ins(%masked, %max : tensor<160x160xf32>, tensor<160xf32>) outs(%fs : tensor<160xf32>) {
      ^bb0(%v: f32, %m: f32, %o: f32):
        %d = arith.subf %v, %m : f32
        %p = math.exp %d : f32
        %t = arith.addf %o, %p : f32
        linalg.yield %t : f32
    } -> tensor<160xf32>
    kopt.yield %sum : tensor<160xf32>
  }
  return %r : tensor<160xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k block [16] reduction [32] online : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}
