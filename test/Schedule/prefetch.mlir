// RUN: kernel-opt %s --transform-interpreter --canonicalize --split-input-file | FileCheck %s

// Three buffers for each factor: copies of two rounds before the loop; in it, one
// wait, one barrier, and the copies of the round after the next. The last rounds
// copy the last piece again.

// CHECK-DAG: #[[HERE:.*]] = affine_map<()[s0] -> ((s0 floordiv 16) mod 3)>
// CHECK-LABEL: gpu.module @product_program
// CHECK-DAG: %[[A:.*]] = kgpu.alloc_shared : memref<3x32x24xbf16, #kgpu.shared>
// CHECK-DAG: %[[B:.*]] = kgpu.alloc_shared : memref<3x16x72xbf16, #kgpu.shared>
// CHECK-DAG: %[[LAST:.*]] = arith.constant 48 : index
// CHECK: ktile.copy {{.*}} to %[[A]][%{{.*}}] shape [32, 16]
// CHECK: ktile.copy {{.*}} to %[[B]][%{{.*}}] shape [16, 64]
// CHECK: kgpu.async_commit
// CHECK: ktile.copy
// CHECK: ktile.copy
// CHECK: kgpu.async_commit
// CHECK: scf.for %[[K:[a-z0-9_]+]] =
// CHECK-NEXT: %[[STAGE:.*]] = affine.apply #[[HERE]]()[%[[K]]]
// CHECK-NEXT: kgpu.async_wait 1
// CHECK-NEXT: gpu.barrier
// CHECK-NEXT: %[[SUM:.*]] = arith.addi %[[K]], %{{.*}} : index
// CHECK-NEXT: %[[NEXT:.*]] = arith.minsi %[[SUM]], %[[LAST]] : index
// CHECK-NEXT: %[[FREE:.*]] = affine.apply {{.*}}[%[[K]]]
// CHECK-NEXT: ktile.copy {{.*}} (%{{.*}}, %[[NEXT]]) to %[[A]][%[[FREE]]]
// CHECK-NEXT: ktile.copy {{.*}} (%[[NEXT]]) to %[[B]][%[[FREE]]]
// CHECK-NEXT: kgpu.async_commit
// CHECK-NOT: gpu.barrier
// CHECK: ktile.dot %[[A]][%[[STAGE]]], %[[B]][%[[STAGE]]]
// CHECK: scf.yield
// CHECK-NEXT: }
// CHECK-NEXT: kgpu.async_wait 0
module attributes {transform.with_named_sequence} {
func.func @product(%x: tensor<64x64xbf16>, %w: tensor<64x64xbf16>) -> tensor<64x64xf32> {
  %r = kopt.kernel @product (%a = %x : tensor<64x64xbf16>, %b = %w : tensor<64x64xbf16>) -> (tensor<64x64xf32>) {
    %zero = arith.constant 0.0 : f32
    %e = tensor.empty() : tensor<64x64xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e : tensor<64x64xf32>) -> tensor<64x64xf32>
    %y = linalg.matmul ins(%a, %b : tensor<64x64xbf16>, tensor<64x64xbf16>) outs(%f : tensor<64x64xf32>) -> tensor<64x64xf32>
    kopt.yield %y : tensor<64x64xf32>
  }
  return %r : tensor<64x64xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k block [32, 64] reduction [16] : (!transform.any_op) -> !transform.any_op
  %s0 = transform.kopt.stage %p unit "mma" : (!transform.any_op) -> !transform.any_op
  %s1 = transform.kopt.prefetch %s0 stages [3] : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

// Rows that are no multiples of 4 bytes cannot be copied so: the loop stays.

// CHECK-LABEL: gpu.module @odd_program
// CHECK-NOT: ktile.copy
// CHECK: ktile.store {{.*}} memref<16x72xbf16, #kgpu.shared>
module attributes {transform.with_named_sequence} {
func.func @product(%x: tensor<64x64xbf16>, %w: tensor<64x61xbf16>) -> tensor<64x61xf32> {
  %r = kopt.kernel @odd (%a = %x : tensor<64x64xbf16>, %b = %w : tensor<64x61xbf16>) -> (tensor<64x61xf32>) {
    %zero = arith.constant 0.0 : f32
    %e = tensor.empty() : tensor<64x61xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e : tensor<64x61xf32>) -> tensor<64x61xf32>
    %y = linalg.matmul ins(%a, %b : tensor<64x64xbf16>, tensor<64x61xbf16>) outs(%f : tensor<64x61xf32>) -> tensor<64x61xf32>
    kopt.yield %y : tensor<64x61xf32>
  }
  return %r : tensor<64x61xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k block [32, 64] reduction [16] : (!transform.any_op) -> !transform.any_op
  %s0 = transform.kopt.stage %p unit "mma" : (!transform.any_op) -> !transform.any_op
  %s1 = transform.kopt.prefetch %s0 stages [3] : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}
