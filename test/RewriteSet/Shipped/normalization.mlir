// RUN: kernel-opt %s --kopt-list-matches=file=%rewrites/normalization.mlir --verify-diagnostics -o /dev/null
// RUN: kernel-opt %s --kopt-apply-rules="file=%rewrites/normalization.mlir sites=layer_norm_by_channels@layer_norm#0" -o %t.mlir
// RUN: kernel-opt %t.mlir --verify=off --emit=plan -o %t.json 2>&1 | FileCheck %s --check-prefixes=CHECK,CHANNELS
// RUN: kernel-opt %s --kopt-apply-rules="file=%rewrites/normalization.mlir sites=layer_norm_by_quarters@layer_norm#0" -o %t.mlir
// RUN: kernel-opt %t.mlir --verify=off --emit=plan -o %t.json 2>&1 | FileCheck %s --check-prefixes=CHECK,QUARTERS

// A row of 64 x 65536 elements is read twice, not three times: its channels fit
// clusters, quarters of them blocks, which give their means and variances in one
// reading.
// CHANNELS: scheduled by   chained_reduction_in_cluster
// QUARTERS: scheduled by   chained_reduction:
// CHECK: scheduled by   elementwise_shared
func.func @layer_norm(%x: tensor<16x64x256x256xf32>, %w: tensor<64x256x256xf32>, %b: tensor<64x256x256xf32>) -> tensor<16x64x256x256xf32> {
  // expected-remark@+2 {{"rule":"layer_norm_by_channels","site":"layer_norm#0","sizes":{"C":64,"H":256,"N":16,"W":256}}}
  // expected-remark@+1 {{"rule":"layer_norm_by_quarters","site":"layer_norm#0","sizes":{"C":64,"H":256,"N":16,"W":256}}}
  %y = aten.layer_norm %x, %w, %b {normalized_shape = array<i64: 64, 256, 256>}
      : (tensor<16x64x256x256xf32>, tensor<64x256x256xf32>, tensor<64x256x256xf32>) -> tensor<16x64x256x256xf32>
  return %y : tensor<16x64x256x256xf32>
}
