// RUN: kernel-opt %s --convert-aten-to-linalg --canonicalize --cse --kopt-form-kernels --kopt-split-factors="least-reuse=1 least-results=1" \
// RUN:   --kopt-schedule-kernels="strategy=contraction_wgmma_parts_masked knobs=block_m=128,block_n=64,step_k=32,warps=8,depth=2,least_blocks=1" \
// RUN:   --canonicalize --cse -o %t.mlir 2>&1 | FileCheck %s --check-prefix=CHOSEN
// RUN: FileCheck %s < %t.mlir
// RUN: kernel-opt %t.mlir --kopt-verify-kernels -o /dev/null 2>&1 | FileCheck %s --check-prefix=VERDICT

// A triangle of a product: producer and consumers of blocks below the diagonal go
// through no step at all.

// CHOSEN: kernel 'triangle_matmul' scheduled by 'contraction_wgmma_parts_masked'
// VERDICT-NOT: error
// VERDICT: the program of kernel 'triangle_matmul' is verified

// CHECK-LABEL: gpu.func @triangle_matmul(
// CHECK: %[[ALIVE:.*]] = arith.cmpi sge
// CHECK: kgpu.set_max_registers 40 decrease
// CHECK: %[[LOADED:.*]] = arith.select %[[ALIVE]], %c3, %c0
// CHECK: scf.for %{{.*}} = %c0 to %[[LOADED]] step %c1
// CHECK: kgpu.set_max_registers 232
// CHECK: %[[SUMMED:.*]] = arith.select %[[ALIVE]], %c3, %c0
// CHECK: scf.for %{{.*}} = %c0 to %[[SUMMED]] step %c1
// CHECK: kgpu.wgmma
func.func @triangle(%a: tensor<300x96xf32>, %b: tensor<96x260xf32>) -> tensor<300x260xf32> {
  %c = aten.mm %a, %b : (tensor<300x96xf32>, tensor<96x260xf32>) -> tensor<300x260xf32>
  %y = aten.triu %c : (tensor<300x260xf32>) -> tensor<300x260xf32>
  return %y : tensor<300x260xf32>
}
