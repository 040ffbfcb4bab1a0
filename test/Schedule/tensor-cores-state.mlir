// RUN: kernel-opt %s --convert-aten-to-linalg --canonicalize --cse --kopt-form-kernels \
// RUN:   --kopt-schedule-kernels="strategy=attention_wgmma knobs=keys=64,overlap=0,depth=1,least_blocks=1" \
// RUN:   --canonicalize --cse --kopt-verify-kernels -o /dev/null 2>&1 | FileCheck %s
// RUN: kernel-opt %s --convert-aten-to-linalg --canonicalize --cse --kopt-form-kernels \
// RUN:   --kopt-schedule-kernels="strategy=attention_wgmma knobs=rows=64,warps=4,keys=32,promote=1,depth=3,descending=0,least_blocks=1" \
// RUN:   --canonicalize --cse --kopt-verify-kernels -o /dev/null 2>&1 | FileCheck %s

// Loops that multiply twice and carry a state, on tensor cores, against what they
// must compute, in the exact algebra and with every check of the interpreter: one
// product after the other with one stage, and overlapped with sums in registers.

// CHECK-NOT: error
// CHECK: kernel 'causal_{{.*}}' scheduled by 'attention_wgmma'
// CHECK: kernel 'ragged_rows_{{.*}}' scheduled by 'attention_wgmma'
// CHECK: kernel 'wider_{{.*}}' scheduled by 'attention_wgmma'
// CHECK-NOT: error
// CHECK: the program of kernel 'causal_{{.*}}' is verified
// CHECK: the program of kernel 'ragged_rows_{{.*}}' is verified
// CHECK: the program of kernel 'wider_{{.*}}' is verified
func.func @causal(%q: tensor<1x2x256x64xf16>, %k: tensor<1x2x256x64xf16>, %v: tensor<1x2x256x64xf16>) -> tensor<1x2x256x64xf16> {
  %y = aten.scaled_dot_product_attention %q, %k, %v {is_causal = true}
      : (tensor<1x2x256x64xf16>, tensor<1x2x256x64xf16>, tensor<1x2x256x64xf16>) -> tensor<1x2x256x64xf16>
  return %y : tensor<1x2x256x64xf16>
}
func.func @ragged_rows(%q: tensor<2x1x100x32xbf16>, %k: tensor<2x1x192x32xbf16>, %v: tensor<2x1x192x32xbf16>) -> tensor<2x1x100x32xbf16> {
  %y = aten.scaled_dot_product_attention %q, %k, %v
      : (tensor<2x1x100x32xbf16>, tensor<2x1x192x32xbf16>, tensor<2x1x192x32xbf16>) -> tensor<2x1x100x32xbf16>
  return %y : tensor<2x1x100x32xbf16>
}
func.func @wider(%q: tensor<1x1x128x64xf16>, %k: tensor<1x1x128x64xf16>, %v: tensor<1x1x128x128xf16>) -> tensor<1x1x128x128xf16> {
  %y = aten.scaled_dot_product_attention %q, %k, %v {is_causal = true, scale = 0.5 : f64}
      : (tensor<1x1x128x64xf16>, tensor<1x1x128x64xf16>, tensor<1x1x128x128xf16>) -> tensor<1x1x128x128xf16>
  return %y : tensor<1x1x128x128xf16>
}
