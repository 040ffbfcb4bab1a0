// RUN: kernel-opt %s --convert-aten-to-linalg --canonicalize --cse --kopt-form-kernels \
// RUN:   --kopt-schedule-kernels="strategy=contraction_wgmma knobs=block_m=128,block_n=128,step_k=64,depth=2,least_blocks=1" \
// RUN:   --canonicalize --cse --kopt-verify-kernels -o /dev/null 2>&1 | FileCheck %s
// RUN: kernel-opt %s --convert-aten-to-linalg --canonicalize --cse --kopt-form-kernels \
// RUN:   --kopt-schedule-kernels="strategy=contraction_wgmma knobs=block_m=128,block_n=64,step_k=32,depth=3,producer=1,promote=1,raster=2,least_blocks=1" \
// RUN:   --canonicalize --cse --kopt-verify-kernels -o /dev/null 2>&1 | FileCheck %s

// Programs of tensor cores against what they must compute, in the exact algebra
// and with every check of the interpreter: ragged sizes (zeros come from outside,
// nothing is stored there), batches, transposed factors, epilogues.

// CHECK-NOT: error
// CHECK: kernel 'ragged_matmul' scheduled by 'contraction_wgmma'
// CHECK: kernel 'linear_matmul' scheduled by 'contraction_wgmma'
// CHECK: kernel 'batched_matmul' scheduled by 'contraction_wgmma'
// CHECK: kernel 'left_transposed_matmul' scheduled by 'contraction_wgmma'
// CHECK: kernel 'one_step_matmul' scheduled by 'contraction_wgmma'
// CHECK-NOT: error
// CHECK: the program of kernel 'ragged_matmul' is verified
// CHECK: the program of kernel 'linear_matmul' is verified
// CHECK: the program of kernel 'batched_matmul' is verified
// CHECK: the program of kernel 'left_transposed_matmul' is verified
// CHECK: the program of kernel 'one_step_matmul' is verified
func.func @ragged(%a: tensor<200x264xbf16>, %b: tensor<264x136xbf16>) -> tensor<200x136xbf16> {
  %y = aten.mm %a, %b : (tensor<200x264xbf16>, tensor<264x136xbf16>) -> tensor<200x136xbf16>
  return %y : tensor<200x136xbf16>
}
func.func @linear(%x: tensor<2x130x136xf16>, %w: tensor<72x136xf16>, %b: tensor<72xf16>) -> tensor<2x130x72xf16> {
  %p = aten.linear %x, %w, %b : (tensor<2x130x136xf16>, tensor<72x136xf16>, tensor<72xf16>) -> tensor<2x130x72xf16>
  %y = aten.relu %p : (tensor<2x130x72xf16>) -> tensor<2x130x72xf16>
  return %y : tensor<2x130x72xf16>
}
func.func @batched(%a: tensor<3x130x72xbf16>, %b: tensor<3x72x88xbf16>) -> tensor<3x130x88xbf16> {
  %y = aten.bmm %a, %b : (tensor<3x130x72xbf16>, tensor<3x72x88xbf16>) -> tensor<3x130x88xbf16>
  return %y : tensor<3x130x88xbf16>
}
func.func @left_transposed(%a: tensor<264x200xbf16>, %b: tensor<264x136xbf16>) -> tensor<200x136xbf16> {
  %t = aten.transpose %a {dim0 = 0 : i64, dim1 = 1 : i64} : (tensor<264x200xbf16>) -> tensor<200x264xbf16>
  %y = aten.mm %t, %b : (tensor<200x264xbf16>, tensor<264x136xbf16>) -> tensor<200x136xbf16>
  return %y : tensor<200x136xbf16>
}
func.func @one_step(%a: tensor<64x24xbf16>, %b: tensor<24x136xbf16>) -> tensor<64x136xbf16> {
  %y = aten.mm %a, %b : (tensor<64x24xbf16>, tensor<24x136xbf16>) -> tensor<64x136xbf16>
  return %y : tensor<64x136xbf16>
}
