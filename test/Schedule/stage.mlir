// RUN: kernel-opt %s --transform-interpreter --canonicalize --split-input-file | FileCheck %s

// Operands of a product go through shared memory, the left one as K x M. In a
// loop a first barrier waits for the readers of the round before.

// CHECK-DAG: #[[SWAP:.*]] = affine_map<(d0, d1) -> (d1, d0)>
// CHECK-DAG: #[[SAME:.*]] = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-LABEL: gpu.module @product_program
// CHECK-DAG: %[[A:.*]] = kgpu.alloc_shared : memref<16x32xf32, #kgpu.shared>
// CHECK-DAG: %[[B:.*]] = kgpu.alloc_shared : memref<16x64xf32, #kgpu.shared>
// CHECK: scf.for
// CHECK: %[[X:.*]] = ktile.load {{.*}} -> tensor<32x16xf32>
// CHECK: %[[W:.*]] = ktile.load {{.*}} -> tensor<16x64xf32>
// CHECK: gpu.barrier
// CHECK: ktile.store %[[X]], %[[A]][#[[SWAP]]] () : tensor<32x16xf32>, memref<16x32xf32, #kgpu.shared>
// CHECK: ktile.store %[[W]], %[[B]][#[[SAME]]] () : tensor<16x64xf32>, memref<16x64xf32, #kgpu.shared>
// CHECK: gpu.barrier
// CHECK: ktile.dot %[[A]], %[[B]], %{{.*}} {a_transposed} : memref<16x32xf32, #kgpu.shared>, memref<16x64xf32, #kgpu.shared>, tensor<32x64xf32>
module attributes {transform.with_named_sequence} {
func.func @product(%x: tensor<64x40xf32>, %w: tensor<40x64xf32>) -> tensor<64x64xf32> {
  %r = kopt.kernel @product (%a = %x : tensor<64x40xf32>, %b = %w : tensor<40x64xf32>) -> (tensor<64x64xf32>) {
    %zero = arith.constant 0.0 : f32
    %e = tensor.empty() : tensor<64x64xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e : tensor<64x64xf32>) -> tensor<64x64xf32>
    %y = linalg.matmul ins(%a, %b : tensor<64x40xf32>, tensor<40x64xf32>) outs(%f : tensor<64x64xf32>) -> tensor<64x64xf32>
    kopt.yield %y : tensor<64x64xf32>
  }
  return %r : tensor<64x64xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k block [32, 64] reduction [16] : (!transform.any_op) -> !transform.any_op
  %s0 = transform.kopt.stage %p : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}
