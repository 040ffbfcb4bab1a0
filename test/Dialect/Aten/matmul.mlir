// RUN: kernel-opt --emit=input %s | kernel-opt --emit=input | FileCheck %s
// RUN: kernel-opt --emit=input %s --mlir-print-op-generic | kernel-opt --emit=input | FileCheck %s

// CHECK-LABEL: func @addmm(
// CHECK: aten.addmm %{{.*}} {alpha = 2.000000e+00 : f64} : (tensor<6xf32>, tensor<4x8xf32>, tensor<8x6xf32>) -> tensor<4x6xf32>
func.func @addmm(%c: tensor<6xf32>, %a: tensor<4x8xf32>, %b: tensor<8x6xf32>) {
  %y = aten.addmm %c, %a, %b {alpha = 2.0 : f64}
      : (tensor<6xf32>, tensor<4x8xf32>, tensor<8x6xf32>) -> tensor<4x6xf32>
  return
}

// CHECK-LABEL: func @baddbmm(
// CHECK: aten.baddbmm %{{.*}} {beta = 5.000000e-01 : f64} : (tensor<1x6xf32>, tensor<2x4x8xf32>, tensor<2x8x6xf32>) -> tensor<2x4x6xf32>
func.func @baddbmm(%c: tensor<1x6xf32>, %a: tensor<2x4x8xf32>, %b: tensor<2x8x6xf32>) {
  %y = aten.baddbmm %c, %a, %b {beta = 0.5 : f64}
      : (tensor<1x6xf32>, tensor<2x4x8xf32>, tensor<2x8x6xf32>) -> tensor<2x4x6xf32>
  return
}

// CHECK-LABEL: func @bmm(
// CHECK: aten.bmm %{{.*}} : (tensor<2x4x8xf32>, tensor<2x8x6xf32>) -> tensor<2x4x6xf32>
func.func @bmm(%a: tensor<2x4x8xf32>, %b: tensor<2x8x6xf32>) {
  %y = aten.bmm %a, %b
      : (tensor<2x4x8xf32>, tensor<2x8x6xf32>) -> tensor<2x4x6xf32>
  return
}

// CHECK-LABEL: func @einsum(
// CHECK: aten.einsum %{{.*}} {equation = "bijl,lk->bijk"} : (tensor<2x3x4x8xf32>, tensor<8x6xf32>) -> tensor<2x3x4x6xf32>
func.func @einsum(%a: tensor<2x3x4x8xf32>, %b: tensor<8x6xf32>) {
  %y = aten.einsum %a, %b {equation = "bijl,lk->bijk"}
      : (tensor<2x3x4x8xf32>, tensor<8x6xf32>) -> tensor<2x3x4x6xf32>
  return
}

// CHECK-LABEL: func @linear(
// CHECK: aten.linear %{{.*}} : (tensor<?x64xf32>, tensor<32x64xf32>, tensor<32xf32>) -> tensor<?x32xf32>
func.func @linear(%x: tensor<?x64xf32>, %w: tensor<32x64xf32>, %b: tensor<32xf32>) {
  %y = aten.linear %x, %w, %b
      : (tensor<?x64xf32>, tensor<32x64xf32>, tensor<32xf32>) -> tensor<?x32xf32>
  return
}

// CHECK-LABEL: func @matmul(
// CHECK: aten.matmul %{{.*}} : (tensor<5x2x4x8xf32>, tensor<8x6xf32>) -> tensor<5x2x4x6xf32>
func.func @matmul(%a: tensor<5x2x4x8xf32>, %b: tensor<8x6xf32>) {
  %y = aten.matmul %a, %b
      : (tensor<5x2x4x8xf32>, tensor<8x6xf32>) -> tensor<5x2x4x6xf32>
  return
}

// CHECK-LABEL: func @matmul_1(
// CHECK: aten.matmul %{{.*}} : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4xf32>
func.func @matmul_1(%m: tensor<4x8xf32>, %x: tensor<8xf32>) {
  %v = aten.matmul %m, %x
      : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4xf32>
  return
}

// CHECK-LABEL: func @mm(
// CHECK: aten.mm %{{.*}} : (tensor<?x64xf32>, tensor<64x32xf32>) -> tensor<?x32xf32>
func.func @mm(%a: tensor<?x64xf32>, %b: tensor<64x32xf32>) {
  %y = aten.mm %a, %b
      : (tensor<?x64xf32>, tensor<64x32xf32>) -> tensor<?x32xf32>
  return
}

// CHECK-LABEL: func @scaled_dot_product_attention(
// CHECK: aten.scaled_dot_product_attention %{{.*}} {is_causal = true} : (tensor<2x4x16x8xf32>, tensor<2x4x16x8xf32>, tensor<2x4x16x8xf32>) -> tensor<2x4x16x8xf32>
func.func @scaled_dot_product_attention(%q: tensor<2x4x16x8xf32>, %k: tensor<2x4x16x8xf32>, %v: tensor<2x4x16x8xf32>) {
  %y = aten.scaled_dot_product_attention %q, %k, %v {is_causal = true}
      : (tensor<2x4x16x8xf32>, tensor<2x4x16x8xf32>, tensor<2x4x16x8xf32>) -> tensor<2x4x16x8xf32>
  return
}
