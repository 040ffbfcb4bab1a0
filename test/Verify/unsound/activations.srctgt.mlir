// RUN: %python %S/../Inputs/expect-exit.py 1 kernel-opt-verify --nonce=7 %s | FileCheck %s

// A wrong bound, a wrong slope, an activation dropped that positive inputs do
// not need, and erf taken for tanh.

// CHECK-LABEL: @src_clamp_bound => @tgt_clamp_bound
// CHECK-NEXT: refuted
// CHECK: ERROR: value mismatch

func.func @src_clamp_bound(%x: tensor<3x8xf32>)
    -> tensor<3x8xf32> {
  %c1 = arith.constant dense<0.0> : tensor<3x8xf32>
  %v2 = arith.maximumf %x, %c1 : tensor<3x8xf32>
  %c3 = arith.constant dense<0.5> : tensor<3x8xf32>
  %v4 = arith.minimumf %v2, %c3 : tensor<3x8xf32>
  return %v4 : tensor<3x8xf32>
}

func.func @tgt_clamp_bound(%x: tensor<3x8xf32>)
    -> tensor<3x8xf32> {
  %c1 = arith.constant dense<0.0> : tensor<3x8xf32>
  %v2 = arith.maximumf %x, %c1 : tensor<3x8xf32>
  %c3 = arith.constant dense<0.25> : tensor<3x8xf32>
  %v4 = arith.minimumf %v2, %c3 : tensor<3x8xf32>
  return %v4 : tensor<3x8xf32>
}

// CHECK-LABEL: @src_leaky_slope => @tgt_leaky_slope
// CHECK-NEXT: refuted
// CHECK: ERROR: value mismatch

func.func @src_leaky_slope(%x: tensor<3x8xf32>)
    -> tensor<3x8xf32> {
  %c1 = arith.constant dense<0.01> : tensor<3x8xf32>
  %v2 = arith.mulf %x, %c1 : tensor<3x8xf32>
  %v3 = arith.maximumf %x, %v2 : tensor<3x8xf32>
  return %v3 : tensor<3x8xf32>
}

func.func @tgt_leaky_slope(%x: tensor<3x8xf32>)
    -> tensor<3x8xf32> {
  %c1 = arith.constant dense<0.02> : tensor<3x8xf32>
  %v2 = arith.mulf %x, %c1 : tensor<3x8xf32>
  %v3 = arith.maximumf %x, %v2 : tensor<3x8xf32>
  return %v3 : tensor<3x8xf32>
}

// CHECK-LABEL: @src_relu_dropped => @tgt_relu_dropped
// CHECK-NEXT: refuted
// CHECK: ERROR: value mismatch

func.func @src_relu_dropped(%x: tensor<3x8xf32>)
    -> tensor<3x8xf32> {
  %c1 = arith.constant dense<0.0> : tensor<3x8xf32>
  %v2 = arith.maximumf %x, %c1 : tensor<3x8xf32>
  return %v2 : tensor<3x8xf32>
}

func.func @tgt_relu_dropped(%x: tensor<3x8xf32>)
    -> tensor<3x8xf32> {
  return %x : tensor<3x8xf32>
}

// CHECK-LABEL: @src_gelu_forms => @tgt_gelu_forms
// CHECK-NEXT: refuted
// CHECK: ERROR: value mismatch

func.func @src_gelu_forms(%x: tensor<3x8xf32>)
    -> tensor<3x8xf32> {
  %c1 = arith.constant dense<0.5> : tensor<3x8xf32>
  %v2 = arith.mulf %x, %c1 : tensor<3x8xf32>
  %c3 = arith.constant dense<0.707106769> : tensor<3x8xf32>
  %v4 = arith.mulf %x, %c3 : tensor<3x8xf32>
  %v5 = math.erf %v4 : tensor<3x8xf32>
  %c6 = arith.constant dense<1.0> : tensor<3x8xf32>
  %v7 = arith.addf %v5, %c6 : tensor<3x8xf32>
  %v8 = arith.mulf %v2, %v7 : tensor<3x8xf32>
  return %v8 : tensor<3x8xf32>
}

func.func @tgt_gelu_forms(%x: tensor<3x8xf32>)
    -> tensor<3x8xf32> {
  %v1 = arith.mulf %x, %x : tensor<3x8xf32>
  %v2 = arith.mulf %x, %v1 : tensor<3x8xf32>
  %c3 = arith.constant dense<4.471500e-02> : tensor<3x8xf32>
  %v4 = arith.mulf %v2, %c3 : tensor<3x8xf32>
  %v5 = arith.addf %x, %v4 : tensor<3x8xf32>
  %c6 = arith.constant dense<0.797884583> : tensor<3x8xf32>
  %v7 = arith.mulf %v5, %c6 : tensor<3x8xf32>
  %c8 = arith.constant dense<0.5> : tensor<3x8xf32>
  %v9 = arith.mulf %x, %c8 : tensor<3x8xf32>
  %v10 = math.tanh %v7 : tensor<3x8xf32>
  %c11 = arith.constant dense<1.0> : tensor<3x8xf32>
  %v12 = arith.addf %v10, %c11 : tensor<3x8xf32>
  %v13 = arith.mulf %v9, %v12 : tensor<3x8xf32>
  return %v13 : tensor<3x8xf32>
}
