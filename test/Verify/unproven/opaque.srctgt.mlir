// RUN: %python %S/../Inputs/expect-exit.py 2 kernel-opt-verify --nonce=7 %s | FileCheck %s

// A true identity of functions that are known by congruence alone: neither
// verified nor refuted.

// CHECK-LABEL: @src_double_angle => @tgt_double_angle
// CHECK-NEXT: unproven: {{.*}} functions that are known by congruence alone

func.func @src_double_angle(%x: tensor<3x8xf32>)
    -> tensor<3x8xf32> {
  %v1 = arith.addf %x, %x : tensor<3x8xf32>
  %v2 = math.sin %v1 : tensor<3x8xf32>
  return %v2 : tensor<3x8xf32>
}

func.func @tgt_double_angle(%x: tensor<3x8xf32>)
    -> tensor<3x8xf32> {
  %v1 = math.sin %x : tensor<3x8xf32>
  %v2 = math.cos %x : tensor<3x8xf32>
  %v3 = arith.mulf %v1, %v2 : tensor<3x8xf32>
  %c4 = arith.constant dense<2.0> : tensor<3x8xf32>
  %v5 = arith.mulf %v3, %c4 : tensor<3x8xf32>
  return %v5 : tensor<3x8xf32>
}
