// RUN: kernel-opt %s --transform-interpreter --canonicalize --split-input-file | FileCheck %s

// exp(x / sqrt(32) - m) becomes a power of two: log2(e) joins the literal, which
// keeps saying what it stands for, and the row's number before it is repeated.

// CHECK-LABEL: gpu.module @weights_program
// CHECK-DAG: %[[SCALE:.*]] = arith.constant {kopt.const = #kopt.const<"(1/sqrt(32))*log2e">} dense<0.255034864> : tensor<16x64xf32>
// CHECK-DAG: %[[LOG:.*]] = arith.constant {kopt.const = #kopt.const<"log2e">} dense<1.44269502> : tensor<16xf32>
// CHECK-DAG: %[[X:.*]] = ktile.load {{.*}} -> tensor<16x64xf32>
// CHECK-DAG: %[[M:.*]] = ktile.load {{.*}} -> tensor<16xf32>
// CHECK: %[[ROW:.*]] = arith.mulf %[[M]], %[[LOG]]
// CHECK: %[[MINUS:.*]] = arith.negf %[[ROW]]
// CHECK: %[[VIEW:.*]] = ktile.view %[[MINUS]]
// CHECK: %[[E:.*]] = math.fma %[[X]], %[[SCALE]], %[[VIEW]]
// CHECK: math.exp2 %[[E]]
// CHECK-NOT: math.exp %
module attributes {transform.with_named_sequence} {
func.func @f(%x: tensor<64x64xf32>, %m: tensor<64xf32>) -> tensor<64x64xf32> {
  %r = kopt.kernel @weights (%a = %x : tensor<64x64xf32>, %b = %m : tensor<64xf32>) -> (tensor<64x64xf32>) {
    %scale = arith.constant {kopt.const = #kopt.const<"1/sqrt(32)">} 0.176776692 : f32
    %e = tensor.empty() : tensor<64x64xf32>
    %y = linalg.generic {
        indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>, affine_map<(i, j) -> (i, j)>],
        iterator_types = ["parallel", "parallel"]}
      ins(%a, %b : tensor<64x64xf32>, tensor<64xf32>) outs(%e : tensor<64x64xf32>) {
      ^bb0(%v: f32, %w: f32, %o: f32):
        %s = arith.mulf %v, %scale : f32
        %d = arith.subf %s, %w : f32
        %t = math.exp %d : f32
        linalg.yield %t : f32
    } -> tensor<64x64xf32>
    kopt.yield %y : tensor<64x64xf32>
  }
  return %r : tensor<64x64xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k block [16, 0] : (!transform.any_op) -> !transform.any_op
  %q = transform.kopt.rebase_exponentials %p : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

// Masked multiples and their maximum: the mask chooses among factors, and of two
// multiples of one number the difference comes first, so that the maximum's weight
// is exactly one. Weights that only f16 and sums of rows see may flush.

// CHECK-LABEL: gpu.func @masked
// CHECK-DAG: %[[LOWEST:.*]] = arith.constant dense<0xFF800000> : tensor<16x64xf32>
// CHECK: %[[LEFT:.*]] = arith.select %{{.*}}, %{{.*}}, %[[LOWEST]]
// CHECK: %[[MOST:.*]] = ktile.reduce(%[[LEFT]]) along 1
// CHECK: %[[EACH:.*]] = ktile.view %[[MOST]]
// CHECK: %[[D:.*]] = arith.subf %[[LEFT]], %[[EACH]] : tensor<16x64xf32>
// CHECK: %[[E:.*]] = arith.mulf %[[D]], %{{.*}} : tensor<16x64xf32>
// CHECK: math.exp2 %[[E]] {kgpu.flush}
module attributes {transform.with_named_sequence} {
gpu.module @m {
  gpu.func @masked(%x: memref<16x64xf32> {kgpu.access = "read"}, %y: memref<16x64xf16> {kgpu.access = "write"}) kernel attributes {known_block_size = array<i32: 32, 1, 1>, known_grid_size = array<i32: 1, 1, 1>} {
    %lowest = arith.constant dense<0xFF800000> : tensor<16x64xf32>
    %scale = arith.constant {kopt.const = #kopt.const<"1/sqrt(32)">} dense<0.176776692> : tensor<16x64xf32>
    %t = ktile.load %x[affine_map<(d0, d1) -> (d0, d1)>]() padding 0.0 : f32 : memref<16x64xf32> -> tensor<16x64xf32>
    %in = ktile.in_bounds affine_map<(d0, d1) -> (d1)>() < [60] : tensor<16x64xi1>
    %s = arith.mulf %t, %scale : tensor<16x64xf32>
    %kept = arith.select %in, %s, %lowest : tensor<16x64xi1>, tensor<16x64xf32>
    %m = ktile.reduce(%kept) along 1 {
    ^bb0(%a: f32, %b: f32):
      %q = arith.maximumf %a, %b : f32
      ktile.yield %q : f32
    } : (tensor<16x64xf32>) -> tensor<16xf32>
    %most = ktile.view %m from [0, -1] : tensor<16xf32> -> tensor<16x64xf32>
    %d = arith.subf %kept, %most : tensor<16x64xf32>
    %e = math.exp %d {ktile.row_weights} : tensor<16x64xf32>
    %h = arith.truncf %e : tensor<16x64xf32> to tensor<16x64xf16>
    ktile.store %h, %y[affine_map<(d0, d1) -> (d0, d1)>]() : tensor<16x64xf16>, memref<16x64xf16>
    gpu.return
  }
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %f = transform.structured.match ops{["gpu.func"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.rebase_exponentials %f : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

// A maximum that a loop carries is one of what is multiplied: what the loop gives
// is the multiple. A comparison with -infinity needs none.

// CHECK-LABEL: gpu.func @carried
// CHECK-DAG: %[[LOWEST:.*]] = arith.constant dense<0xFF800000> : tensor<16xf32>
// CHECK-DAG: %[[SCALE:.*]] = arith.constant dense<5.000000e-01> : tensor<16xf32>
// CHECK: %[[ALL:.*]] = scf.for {{.*}} iter_args(%[[OLD:.*]] = %[[LOWEST]])
// CHECK-NOT: arith.mulf
// CHECK: %[[MOST:.*]] = ktile.reduce
// CHECK: %[[NEW:.*]] = arith.maximumf %[[OLD]], %[[MOST]]
// CHECK: arith.cmpf oeq, %[[OLD]], %[[LOWEST]]
// CHECK: scf.yield %[[NEW]]
// CHECK: arith.mulf %[[ALL]], %[[SCALE]]
module attributes {transform.with_named_sequence} {
gpu.module @m {
  gpu.func @carried(%x: memref<16x256xf32> {kgpu.access = "read"}, %y: memref<16xf32> {kgpu.access = "write"}, %z: memref<16xf32> {kgpu.access = "write"}) kernel attributes {known_block_size = array<i32: 32, 1, 1>, known_grid_size = array<i32: 1, 1, 1>} {
    %lowest = arith.constant dense<0xFF800000> : tensor<16xf32>
    %ones = arith.constant dense<1.0> : tensor<16xf32>
    %scale = arith.constant dense<0.5> : tensor<16x64xf32>
    %c0 = arith.constant 0 : index
    %c64 = arith.constant 64 : index
    %c256 = arith.constant 256 : index
    %all = scf.for %i = %c0 to %c256 step %c64 iter_args(%old = %lowest) -> (tensor<16xf32>) {
      %t = ktile.load %x[affine_map<(d0, d1)[s0] -> (d0, d1 + s0)>](%i) padding 0.0 : f32 : memref<16x256xf32> -> tensor<16x64xf32>
      %s = arith.mulf %t, %scale : tensor<16x64xf32>
      %m = ktile.reduce(%s) along 1 {
      ^bb0(%a: f32, %b: f32):
        %q = arith.maximumf %a, %b : f32
        ktile.yield %q : f32
      } : (tensor<16x64xf32>) -> tensor<16xf32>
      %new = arith.maximumf %old, %m : tensor<16xf32>
      %first = arith.cmpf oeq, %old, %lowest : tensor<16xf32>
      %w = arith.select %first, %ones, %lowest : tensor<16xi1>, tensor<16xf32>
      ktile.store %w, %z[affine_map<(d0) -> (d0)>]() : tensor<16xf32>, memref<16xf32>
      scf.yield %new : tensor<16xf32>
    }
    ktile.store %all, %y[affine_map<(d0) -> (d0)>]() : tensor<16xf32>, memref<16xf32>
    gpu.return
  }
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %f = transform.structured.match ops{["gpu.func"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.rebase_exponentials %f : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}
