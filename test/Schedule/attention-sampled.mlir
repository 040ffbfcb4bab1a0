// RUN: kernel-opt %s --search=off --database=none -o /dev/null 2>&1 | FileCheck %s

// Attention of 16 bits on tensor cores, of which some blocks are run: the stage in
// which the last round of a block reads hangs on how many rounds it has, and
// probabilities are rounded in the original, too. Strict, with accuracy and special
// values.

// CHECK-NOT: unproven
// CHECK: scheduled by   attention_wgmma: 256 blocks
// CHECK: checked        verified: {{[0-9]+}} of 256 blocks
// CHECK: accuracy       verified {{.*}} special values verified
func.func @causal(%q: tensor<4x16x512x64xf16>, %k: tensor<4x16x512x64xf16>, %v: tensor<4x16x512x64xf16>) -> tensor<4x16x512x64xf16> {
  %y = aten.scaled_dot_product_attention %q, %k, %v {is_causal = true}
      : (tensor<4x16x512x64xf16>, tensor<4x16x512x64xf16>, tensor<4x16x512x64xf16>) -> tensor<4x16x512x64xf16>
  return %y : tensor<4x16x512x64xf16>
}
