// RUN: kernel-opt %s --convert-aten-to-linalg --canonicalize --cse --kopt-form-kernels --kopt-split-factors="least-reuse=1 least-results=1" \
// RUN:   --kopt-schedule-kernels="strategy=contraction_wgmma_parts knobs=block_m=128,block_n=64,step_k=32,warps=8,depth=2,least_blocks=1" \
// RUN:   --canonicalize --cse -o %t.mlir 2>&1 | FileCheck %s --check-prefix=CHOSEN
// RUN: FileCheck %s < %t.mlir
// RUN: kernel-opt %t.mlir --kopt-verify-kernels -o /dev/null 2>&1 | FileCheck %s --check-prefix=VERDICT

// Factors that come in parts are brought by the tensor memory accelerator, ragged
// ones, too, since parts have padded rows.

// CHOSEN-NOT: error
// CHOSEN: kernel 'ragged_matmul' scheduled by 'contraction_wgmma_parts'
// CHOSEN: kernel 'transposed_matmul' scheduled by 'contraction_wgmma_parts'
// VERDICT-NOT: error
// VERDICT: the program of kernel 'split_135x85' is verified
// VERDICT: the program of kernel 'split_85x71' is verified
// VERDICT: the program of kernel 'ragged_matmul' is verified
// VERDICT: the program of kernel 'transposed_matmul' is verified

// CHECK-LABEL: gpu.func @ragged_matmul(
// CHECK-COUNT-6: kgpu.tensor_map
// CHECK: kgpu.set_max_registers 40 decrease
// CHECK-COUNT-6: kgpu.tma_load
// CHECK: kgpu.set_max_registers 232
// CHECK: scf.for
// CHECK: kgpu.mbarrier_wait
// Third parts first: their sum is brought back to the scale of the others.
// CHECK: kgpu.wgmma {{.*}} -> !kgpu.pending<32xf32>
// CHECK-COUNT-3: kgpu.wgmma {{.*}}, !kgpu.pending<32xf32> -> !kgpu.pending<32xf32>
// CHECK: kgpu.wgmma_wait 0
// CHECK: %[[SMALL:.*]] = arith.mulf
// CHECK: kgpu.wgmma {{.*}}, %[[SMALL]] {{.*}}, vector<32xf32> -> !kgpu.pending<32xf32>
// CHECK-COUNT-7: kgpu.wgmma {{.*}}, !kgpu.pending<32xf32> -> !kgpu.pending<32xf32>
// CHECK: kgpu.wgmma_wait 0
// CHECK: arith.addf
// CHECK: scf.yield
func.func @ragged(%a: tensor<135x85xf32>, %b: tensor<85x71xf32>) -> tensor<135x71xf32> {
  %y = aten.mm %a, %b : (tensor<135x85xf32>, tensor<85x71xf32>) -> tensor<135x71xf32>
  return %y : tensor<135x71xf32>
}
func.func @transposed(%a: tensor<64x130xf32>, %b: tensor<67x64xf32>) -> tensor<130x67xf32> {
  %t = aten.transpose %a {dim0 = 0 : i64, dim1 = 1 : i64} : (tensor<64x130xf32>) -> tensor<130x64xf32>
  %u = aten.transpose %b {dim0 = 0 : i64, dim1 = 1 : i64} : (tensor<67x64xf32>) -> tensor<64x67xf32>
  %y = aten.mm %t, %u : (tensor<130x64xf32>, tensor<64x67xf32>) -> tensor<130x67xf32>
  return %y : tensor<130x67xf32>
}
