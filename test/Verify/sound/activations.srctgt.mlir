// RUN: %python %S/../Inputs/expect-exit.py 0 kernel-opt-verify --nonce=7 %s | FileCheck %s

// Forms of one activation: bounds in either order, scaling of relu, max
// written as a selection, SiLU and GELU by sigmoid or tanh.

// CHECK-LABEL: @src_clamp => @tgt_clamp
// CHECK-NEXT: verified

func.func @src_clamp(%x: tensor<3x8xf32>)
    -> tensor<3x8xf32> {
  %c1 = arith.constant dense<0.0> : tensor<3x8xf32>
  %v2 = arith.maximumf %x, %c1 : tensor<3x8xf32>
  %c3 = arith.constant dense<0.5> : tensor<3x8xf32>
  %v4 = arith.minimumf %v2, %c3 : tensor<3x8xf32>
  return %v4 : tensor<3x8xf32>
}

func.func @tgt_clamp(%x: tensor<3x8xf32>)
    -> tensor<3x8xf32> {
  %c1 = arith.constant dense<0.5> : tensor<3x8xf32>
  %v2 = arith.minimumf %x, %c1 : tensor<3x8xf32>
  %c3 = arith.constant dense<0.0> : tensor<3x8xf32>
  %v4 = arith.maximumf %v2, %c3 : tensor<3x8xf32>
  return %v4 : tensor<3x8xf32>
}

// CHECK-LABEL: @src_relu_scale => @tgt_relu_scale
// CHECK-NEXT: verified

func.func @src_relu_scale(%x: tensor<3x8xf32>)
    -> tensor<3x8xf32> {
  %c1 = arith.constant dense<2.0> : tensor<3x8xf32>
  %v2 = arith.mulf %x, %c1 : tensor<3x8xf32>
  %c3 = arith.constant dense<0.0> : tensor<3x8xf32>
  %v4 = arith.maximumf %v2, %c3 : tensor<3x8xf32>
  return %v4 : tensor<3x8xf32>
}

func.func @tgt_relu_scale(%x: tensor<3x8xf32>)
    -> tensor<3x8xf32> {
  %c1 = arith.constant dense<0.0> : tensor<3x8xf32>
  %v2 = arith.maximumf %x, %c1 : tensor<3x8xf32>
  %c3 = arith.constant dense<2.0> : tensor<3x8xf32>
  %v4 = arith.mulf %v2, %c3 : tensor<3x8xf32>
  return %v4 : tensor<3x8xf32>
}

// CHECK-LABEL: @src_relu_select => @tgt_relu_select
// CHECK-NEXT: verified

func.func @src_relu_select(%x: tensor<3x8xf32>)
    -> tensor<3x8xf32> {
  %c1 = arith.constant dense<0.0> : tensor<3x8xf32>
  %v2 = arith.maximumf %x, %c1 : tensor<3x8xf32>
  return %v2 : tensor<3x8xf32>
}

func.func @tgt_relu_select(%x: tensor<3x8xf32>)
    -> tensor<3x8xf32> {
  %c1 = arith.constant dense<0.0> : tensor<3x8xf32>
  %c2 = arith.cmpf ogt, %x, %c1 : tensor<3x8xf32>
  %v3 = arith.select %c2, %x, %c1 : tensor<3x8xi1>, tensor<3x8xf32>
  return %v3 : tensor<3x8xf32>
}

// CHECK-LABEL: @src_silu_tanh => @tgt_silu_tanh
// CHECK-NEXT: verified

func.func @src_silu_tanh(%x: tensor<3x8xf32>)
    -> tensor<3x8xf32> {
  %c1 = arith.constant dense<1.0> : tensor<3x8xf32>
  %v2 = arith.negf %x : tensor<3x8xf32>
  %v3 = math.exp %v2 : tensor<3x8xf32>
  %c4 = arith.constant dense<1.0> : tensor<3x8xf32>
  %v5 = arith.addf %v3, %c4 : tensor<3x8xf32>
  %v6 = arith.divf %c1, %v5 : tensor<3x8xf32>
  %v7 = arith.mulf %x, %v6 : tensor<3x8xf32>
  return %v7 : tensor<3x8xf32>
}

func.func @tgt_silu_tanh(%x: tensor<3x8xf32>)
    -> tensor<3x8xf32> {
  %c1 = arith.constant dense<0.5> : tensor<3x8xf32>
  %v2 = arith.mulf %x, %c1 : tensor<3x8xf32>
  %c3 = arith.constant dense<0.5> : tensor<3x8xf32>
  %v4 = arith.mulf %x, %c3 : tensor<3x8xf32>
  %v5 = math.tanh %v4 : tensor<3x8xf32>
  %c6 = arith.constant dense<1.0> : tensor<3x8xf32>
  %v7 = arith.addf %v5, %c6 : tensor<3x8xf32>
  %v8 = arith.mulf %v2, %v7 : tensor<3x8xf32>
  return %v8 : tensor<3x8xf32>
}

// CHECK-LABEL: @src_gelu_sigmoid => @tgt_gelu_sigmoid
// CHECK-NEXT: verified

func.func @src_gelu_sigmoid(%x: tensor<3x8xf32>)
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

func.func @tgt_gelu_sigmoid(%x: tensor<3x8xf32>)
    -> tensor<3x8xf32> {
  %v1 = arith.mulf %x, %x : tensor<3x8xf32>
  %v2 = arith.mulf %x, %v1 : tensor<3x8xf32>
  %c3 = arith.constant dense<4.471500e-02> : tensor<3x8xf32>
  %v4 = arith.mulf %v2, %c3 : tensor<3x8xf32>
  %v5 = arith.addf %x, %v4 : tensor<3x8xf32>
  %c6 = arith.constant dense<0.797884583> : tensor<3x8xf32>
  %v7 = arith.mulf %v5, %c6 : tensor<3x8xf32>
  %v8 = arith.addf %v7, %v7 : tensor<3x8xf32>
  %c9 = arith.constant dense<1.0> : tensor<3x8xf32>
  %v10 = arith.negf %v8 : tensor<3x8xf32>
  %v11 = math.exp %v10 : tensor<3x8xf32>
  %c12 = arith.constant dense<1.0> : tensor<3x8xf32>
  %v13 = arith.addf %v11, %c12 : tensor<3x8xf32>
  %v14 = arith.divf %c9, %v13 : tensor<3x8xf32>
  %v15 = arith.mulf %x, %v14 : tensor<3x8xf32>
  return %v15 : tensor<3x8xf32>
}

// CHECK-LABEL: @src_gelu_erf => @tgt_gelu_erf
// CHECK-NEXT: verified

func.func @src_gelu_erf(%x: tensor<3x8xf32>)
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

func.func @tgt_gelu_erf(%x: tensor<3x8xf32>)
    -> tensor<3x8xf32> {
  %c1 = arith.constant dense<0.5> : tensor<3x8xf32>
  %v2 = arith.mulf %x, %c1 : tensor<3x8xf32>
  %v3 = arith.negf %x : tensor<3x8xf32>
  %c4 = arith.constant dense<0.707106769> : tensor<3x8xf32>
  %v5 = arith.mulf %v3, %c4 : tensor<3x8xf32>
  %v6 = math.erf %v5 : tensor<3x8xf32>
  %v7 = arith.mulf %v2, %v6 : tensor<3x8xf32>
  %v8 = arith.subf %v2, %v7 : tensor<3x8xf32>
  return %v8 : tensor<3x8xf32>
}
