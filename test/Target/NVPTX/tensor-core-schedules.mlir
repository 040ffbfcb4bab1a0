// REQUIRES: ptxas
// RUN: kernel-opt %s --kopt-schedule-kernels="strategy=contraction_wgmma knobs=block_m=128" --canonicalize --cse --kopt-emit-ptx='target=sm_90a ptxas ptx-file=%t.ptx' -o %t.mlir
// RUN: FileCheck %s --check-prefixes=CHECK,TMA < %t.ptx
// RUN: FileCheck %s --check-prefix=BINARY < %t.mlir
// RUN: kernel-opt %s --kopt-schedule-kernels="strategy=contraction_wgmma knobs=producer=1" --canonicalize --cse --kopt-emit-ptx='target=sm_90a ptxas ptx-file=%t.ptx' -o %t.mlir
// RUN: FileCheck %s --check-prefixes=CHECK,TMA,ROLES < %t.ptx
// RUN: FileCheck %s --check-prefix=BINARY < %t.mlir
// RUN: kernel-opt %s --kopt-schedule-kernels="strategy=contraction_wgmma_by_threads" --canonicalize --cse --kopt-emit-ptx='target=sm_90a ptxas ptx-file=%t.ptx' -o %t.mlir
// RUN: FileCheck %s --check-prefixes=CHECK < %t.ptx
// RUN: FileCheck %s --check-prefix=BINARY < %t.mlir

// What schedules make of a product compiles without spills, and without remarks of
// ptxas that wgmma is serialized, which would be errors here.

// CHECK-NOT: .local
// ROLES: setmaxnreg.dec.sync.aligned.u32 40;
// TMA: cp.async.bulk.tensor.2d.shared::cluster.global
// CHECK: wgmma.mma_async.sync.aligned.m64n{{128|256}}k16.f32.bf16.bf16
// TMA: cp.async.bulk.tensor.2d.global.shared::cta.bulk_group
// CHECK-NOT: .local
// BINARY: spill_bytes = 0
module {
func.func @product(%x: tensor<2048x1024xbf16>, %y: tensor<1024x2048xbf16>) -> tensor<2048x2048xbf16> {
  %r = kopt.kernel @product (%a = %x : tensor<2048x1024xbf16>, %b = %y : tensor<1024x2048xbf16>) -> (tensor<2048x2048xbf16>) {
    %zero = arith.constant 0.0 : f32
    %e = tensor.empty() : tensor<2048x2048xf32>
    %z = linalg.fill ins(%zero : f32) outs(%e : tensor<2048x2048xf32>) -> tensor<2048x2048xf32>
    %p = linalg.matmul ins(%a, %b : tensor<2048x1024xbf16>, tensor<1024x2048xbf16>) outs(%z : tensor<2048x2048xf32>) -> tensor<2048x2048xf32>
    %o = tensor.empty() : tensor<2048x2048xbf16>
    %t = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]} ins(%p : tensor<2048x2048xf32>) outs(%o : tensor<2048x2048xbf16>) {
    ^bb0(%in: f32, %out: bf16):
      %h = arith.truncf %in : f32 to bf16
      linalg.yield %h : bf16
    } -> tensor<2048x2048xbf16>
    kopt.yield %t : tensor<2048x2048xbf16>
  }
  return %r : tensor<2048x2048xbf16>
}
}
