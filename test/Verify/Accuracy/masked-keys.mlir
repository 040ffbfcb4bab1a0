// A program may skip what causal attention masks, and so be more finite than the original, in which a masked key that is infinite makes 0 * Inf: NaN. Weights of exp(-Inf) take
// no part.
// RUN: kernel-opt %s --search=off --database=none --emit=gpu --verify=off --quiet -o %t.mlir
// RUN: FileCheck %s --check-prefix=STRATEGY < %t.mlir
// RUN: kernel-opt %t.mlir --kopt-verify-accuracy='nonce=2 table' -o /dev/null 2>&1 | FileCheck %s --check-prefix=MASKED --implicit-check-not=fails
// STRATEGY: kopt.strategy = "attention_fma"
// MASKED: remark: passes 'with-nan': n {{[0-9]+}}, {{[0-9]+}} special, {{[1-9][0-9]*}} more finite, 0 different
// MASKED: remark: passes 'with-inf': n {{[0-9]+}}, {{[0-9]+}} special, {{[1-9][0-9]*}} more finite, 0 different
// MASKED: remark: passes 'zeros-and-inf': n {{[0-9]+}}, {{[0-9]+}} special, {{[1-9][0-9]*}} more finite, 0 different
// MASKED: as accurate

// The same program, judged by an original that masks by a large finite number: its weights are zeros as well, but ordinary ones, with which 0 * Inf is NaN rightly.
// RUN: sed -E 's/(%%[0-9]+ = arith\.select %%[0-9]+, %%[0-9]+, )%%cst : f32/%%low = arith.constant -1.0e+30 : f32\n\1%%low : f32/' %t.mlir > %t.low.mlir
// RUN: not diff %t.mlir %t.low.mlir > /dev/null
// RUN: not kernel-opt %t.low.mlir --kopt-verify-accuracy='nonce=3 table' -o /dev/null 2>&1 | FileCheck %s --check-prefix=LOW
// LOW-NOT: fails
// LOW: remark: fails 'with-nan': n {{[0-9]+}}, {{[0-9]+}} special, {{[1-9][0-9]*}} more finite, {{[1-9][0-9]*}} different
// LOW: remark: fails 'with-inf': n {{[0-9]+}}, {{[0-9]+}} special, {{[1-9][0-9]*}} more finite, {{[1-9][0-9]*}} different
// LOW: error: the program of kernel 'attention_reduce' has other special values: {{.*}} the original gives nan, the exact result is nan
func.func @attention(%q: tensor<1x2x96x32xf32>, %k: tensor<1x2x96x32xf32>, %v: tensor<1x2x96x32xf32>) -> tensor<1x2x96x32xf32> {
  %y = aten.scaled_dot_product_attention %q, %k, %v {is_causal = true}
      : (tensor<1x2x96x32xf32>, tensor<1x2x96x32xf32>, tensor<1x2x96x32xf32>) -> tensor<1x2x96x32xf32>
  return %y : tensor<1x2x96x32xf32>
}
