// RUN: kernel-opt %s --convert-aten-to-linalg --canonicalize --cse --kopt-form-kernels --kopt-split-factors="least-reuse=1 least-results=1" \
// RUN:   --kopt-schedule-kernels="strategy=contraction_wgmma_parts knobs=block_m=128,block_n=64,step_k=32,warps=8,depth=2,least_blocks=1" \
// RUN:   --canonicalize --cse -o %t.mlir 2>&1 | FileCheck %s --check-prefix=CHOSEN
// RUN: FileCheck %s < %t.mlir
// RUN: kernel-opt %t.mlir --kopt-verify-kernels -o /dev/null 2>&1 | FileCheck %s --check-prefix=VERDICT
// RUN: kernel-opt %t.mlir --kopt-verify-accuracy=nonce=1 -o /dev/null 2>&1 | FileCheck %s --check-prefix=ACCURACY
// RUN: sed -e 's/through = array<i64: -1, -4>/through = array<i64: -4, -1>/g' %t.mlir | not kernel-opt --kopt-verify-accuracy=nonce=1 -o /dev/null 2>&1 | FileCheck %s --check-prefix=TYPES
// RUN: sed -e 's/through = array<i64: -1, -4>/through = array<i64: 0, -4>/g' %t.mlir | not kernel-opt --kopt-verify-accuracy=nonce=1 -o /dev/null 2>&1 | FileCheck %s --check-prefix=DIRECT
// RUN: sed -e 's/through = array<i64: -1, -4>/through = 1/g' %t.mlir | not kernel-opt --kopt-verify-accuracy=nonce=1 -o /dev/null 2>&1 | FileCheck %s --check-prefix=FORM

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

// What multiplies parts is judged by the product of what they are parts of, on
// inputs that were split: parts of no number need not be summed as accurately.
// ACCURACY-NOT: error
// ACCURACY: the program of kernel 'ragged_matmul' is as accurate
// ACCURACY: the program of kernel 'transposed_matmul' is as accurate

// The note of what that was must fit.
// TYPES: error: has no operand -4 of type 'tensor<135x85xf32>', which its whole kernel has
// DIRECT: error: has no operand 0 of type 'tensor<135x85xf32>', which its whole kernel has
// FORM: error: expects 'kopt.whole' to be a dictionary of 'kernel', a string, and 'through', an array of i64

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
