// RUN: kernel-opt %s --convert-aten-to-linalg --canonicalize --cse --kopt-form-kernels \
// RUN:   --kopt-schedule-kernels="strategy=contraction_wgmma_split knobs=block_m=64,block_n=64,step_k=32,warps=4,least_blocks=1" \
// RUN:   --canonicalize --cse -o %t.mlir 2>&1 | FileCheck %s --check-prefix=CHOSEN
// RUN: FileCheck %s < %t.mlir
// RUN: kernel-opt %t.mlir --kopt-verify-kernels -o /dev/null 2>&1 | FileCheck %s --check-prefix=VERDICT
// RUN: not kernel-opt %t.mlir --kopt-verify-accuracy=nonce=1 -o /dev/null 2>&1 | FileCheck %s --check-prefix=INFINITIES
// RUN: sed 's/#kopt.contract<specials = finite>/#kopt.contract/' %s | kernel-opt --convert-aten-to-linalg --canonicalize --cse --kopt-form-kernels \
// RUN:   --kopt-schedule-kernels="strategy=contraction_wgmma_split knobs=block_m=64,block_n=64,step_k=32,warps=4,least_blocks=1" \
// RUN:   --canonicalize --cse -o %t.mlir
// RUN: kernel-opt %t.mlir --kopt-verify-kernels -o /dev/null 2>&1 | FileCheck %s --check-prefix=VERDICT
// RUN: kernel-opt %t.mlir --kopt-verify-accuracy=nonce=1 -o /dev/null 2>&1 | FileCheck %s --check-prefix=ACCURACY

// f32 factors as three bf16 parts each; the six largest of the nine products, the
// small ones first, in a sum that the tensor core begins anew at each step.

// CHOSEN-NOT: error
// CHOSEN: kernel 'parts_matmul' scheduled by 'contraction_wgmma_split'
// CHOSEN: kernel 'parts_linear_matmul' scheduled by 'contraction_wgmma_split'
// VERDICT-NOT: error
// VERDICT: the program of kernel 'parts_matmul' is verified
// VERDICT: the program of kernel 'parts_linear_matmul' is verified

// Without a contract that rules out infinities, they are kept: in third parts,
// which meet first parts alone. Then no family of inputs tells the difference.
// INFINITIES: error: the program of kernel 'parts_matmul' has other special values: inputs 'with-inf'
// ACCURACY-NOT: error
// ACCURACY: the program of kernel 'parts_matmul' is as accurate
// ACCURACY: the program of kernel 'parts_linear_matmul' is as accurate

// CHECK-LABEL: gpu.func @parts_matmul(
// CHECK: %[[HIGH:.*]] = arith.truncf %[[X:.*]] : vector<16xf32> to vector<16xbf16>
// CHECK: %[[WIDE:.*]] = arith.extf %[[HIGH]]
// CHECK: %[[REST:.*]] = arith.subf %[[X]], %[[WIDE]]
// CHECK: arith.truncf %[[REST]]
// CHECK: %[[SCALED:.*]] = arith.mulf %{{.*}}, %{{.*}} : vector<16xf32>
// CHECK: arith.truncf %[[SCALED]]
// CHECK: kgpu.fence async_shared
// CHECK: gpu.barrier
// CHECK: scf.for
// CHECK: kgpu.wgmma_fence
// Two products with third parts, of two instructions each, the first one from zero.
// CHECK: kgpu.wgmma {{.*}} : memref<2x1x64x32xbf16, #kgpu.shared<swizzle = 64>>, memref<2x1x32x64xbf16, #kgpu.shared<swizzle = 128>> -> !kgpu.pending<32xf32>
// CHECK-COUNT-3: kgpu.wgmma {{.*}}, !kgpu.pending<32xf32> -> !kgpu.pending<32xf32>
// CHECK-NOT: kgpu.wgmma {{.*}} -> !kgpu.pending<32xf32>
// CHECK: kgpu.wgmma_commit
// CHECK: arith.truncf
// CHECK: kgpu.load
// CHECK: kgpu.wgmma_wait 0
// Their sum is what the others begin with, the largest product last.
// CHECK: %[[SMALL:.*]] = arith.mulf %{{.*}}, %{{.*}} : vector<32xf32>
// CHECK: kgpu.wgmma {{.*}}, %[[SMALL]] {{.*}}, vector<32xf32> -> !kgpu.pending<32xf32>
// CHECK-COUNT-7: kgpu.wgmma {{.*}}, !kgpu.pending<32xf32> -> !kgpu.pending<32xf32>
// CHECK: kgpu.wgmma_wait 0
// CHECK: arith.addf
// CHECK: gpu.barrier
func.func @parts(%a: tensor<130x97xf32>, %b: tensor<97x67xf32>) -> tensor<130x67xf32>
    attributes {kopt.contract = #kopt.contract<specials = finite>} {
  %y = aten.mm %a, %b : (tensor<130x97xf32>, tensor<97x67xf32>) -> tensor<130x67xf32>
  return %y : tensor<130x67xf32>
}
func.func @parts_linear(%x: tensor<2x70x64xf32>, %w: tensor<72x64xf32>, %b: tensor<72xf32>) -> tensor<2x70x72xf32>
    attributes {kopt.contract = #kopt.contract<specials = finite>} {
  %p = aten.linear %x, %w, %b : (tensor<2x70x64xf32>, tensor<72x64xf32>, tensor<72xf32>) -> tensor<2x70x72xf32>
  %y = aten.relu %p : (tensor<2x70x72xf32>) -> tensor<2x70x72xf32>
  return %y : tensor<2x70x72xf32>
}
