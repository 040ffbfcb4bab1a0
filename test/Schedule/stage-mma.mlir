// RUN: kernel-opt %s --transform-interpreter --canonicalize --split-input-file | FileCheck %s

// Factors of 16 bits go to shared memory in the order of global memory, with 16
// bytes between rows; the unit adds to the running sum itself.

// CHECK-LABEL: gpu.module @product_program
// CHECK-DAG: %[[A:.*]] = kgpu.alloc_shared : memref<32x24xbf16, #kgpu.shared>
// CHECK-DAG: %[[B:.*]] = kgpu.alloc_shared : memref<16x72xbf16, #kgpu.shared>
// CHECK: scf.for {{.*}} iter_args(%[[SUM:.*]] =
// CHECK: %[[X:.*]] = ktile.load {{.*}} -> tensor<32x16xbf16>
// CHECK: %[[W:.*]] = ktile.load {{.*}} -> tensor<16x64xbf16>
// CHECK: gpu.barrier
// CHECK: ktile.store %[[X]], %[[A]]
// CHECK: ktile.store %[[W]], %[[B]]
// CHECK: gpu.barrier
// CHECK: %[[D:.*]] = ktile.dot %[[A]], %[[B]], %[[SUM]] {k = 16 : i64, unit = "mma"}
// CHECK-NEXT: scf.yield %[[D]]
module attributes {transform.with_named_sequence} {
func.func @product(%x: tensor<64x40xbf16>, %w: tensor<40x64xbf16>) -> tensor<64x64xf32> {
  %r = kopt.kernel @product (%a = %x : tensor<64x40xbf16>, %b = %w : tensor<40x64xbf16>) -> (tensor<64x64xf32>) {
    %zero = arith.constant 0.0 : f32
    %e = tensor.empty() : tensor<64x64xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e : tensor<64x64xf32>) -> tensor<64x64xf32>
    %y = linalg.matmul ins(%a, %b : tensor<64x40xbf16>, tensor<40x64xbf16>) outs(%f : tensor<64x64xf32>) -> tensor<64x64xf32>
    kopt.yield %y : tensor<64x64xf32>
  }
  return %r : tensor<64x64xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k block [32, 64] reduction [16] : (!transform.any_op) -> !transform.any_op
  %s0 = transform.kopt.stage %p unit "mma" : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

// A right factor that lies as N x K stays so: no transposition on the way. The
// result is held as the fragments of mma.sync.m16n8 are.

// CHECK-DAG: #[[HELD:layout.*]] = #ktile.layout<register = {{\[}}[0, 1], [8, 0], [0, 8], [0, 16], [16, 0]], lane = {{\[}}[0, 2], [0, 4], [1, 0], [2, 0], [4, 0]], warp = {{\[}}[0, 32]]>
// CHECK-LABEL: gpu.module @product_program
// CHECK: kgpu.alloc_shared : memref<64x24xf16, #kgpu.shared>
// CHECK: ktile.dot {{.*}} {b_transposed, k = 16 : i64, unit = "mma"} : {{.*}}, tensor<32x64xf32, #[[HELD]]>
module attributes {transform.with_named_sequence} {
func.func @product(%x: tensor<64x40xf16>, %w: tensor<64x40xf16>) -> tensor<64x64xf32> {
  %r = kopt.kernel @product (%a = %x : tensor<64x40xf16>, %b = %w : tensor<64x40xf16>) -> (tensor<64x64xf32>) {
    %zero = arith.constant 0.0 : f32
    %e = tensor.empty() : tensor<64x64xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e : tensor<64x64xf32>) -> tensor<64x64xf32>
    %y = linalg.generic {
        indexing_maps = [affine_map<(i, j, k) -> (i, k)>, affine_map<(i, j, k) -> (j, k)>, affine_map<(i, j, k) -> (i, j)>],
        iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : tensor<64x40xf16>, tensor<64x40xf16>) outs(%f : tensor<64x64xf32>) {
      ^bb0(%u: f16, %v: f16, %o: f32):
        %u32 = arith.extf %u : f16 to f32
        %v32 = arith.extf %v : f16 to f32
        %d = arith.mulf %u32, %v32 : f32
        %t = arith.addf %o, %d : f32
        linalg.yield %t : f32
    } -> tensor<64x64xf32>
    kopt.yield %y : tensor<64x64xf32>
  }
  return %r : tensor<64x64xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k block [32, 64] reduction [16] warps [2] : (!transform.any_op) -> !transform.any_op
  %s0 = transform.kopt.stage %p unit "mma" : (!transform.any_op) -> !transform.any_op
  %h = transform.kopt.assign_layouts %s0 : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}
