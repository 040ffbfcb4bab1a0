// RUN: kernel-opt --emit=input %s | kernel-opt --emit=input | FileCheck %s
// RUN: kernel-opt --emit=input %s --mlir-print-op-generic | kernel-opt --emit=input | FileCheck %s

// CHECK-LABEL: func @cross_entropy_loss(
// CHECK: aten.cross_entropy_loss %{{.*}} : (tensor<?x10xf32>, tensor<?xi64>) -> tensor<f32>
func.func @cross_entropy_loss(%x: tensor<?x10xf32>, %t: tensor<?xi64>) {
  %l = aten.cross_entropy_loss %x, %t
      : (tensor<?x10xf32>, tensor<?xi64>) -> tensor<f32>
  return
}

// CHECK-LABEL: func @huber_loss(
// CHECK: aten.huber_loss %{{.*}} : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<f32>
func.func @huber_loss(%x: tensor<?x8xf32>, %t: tensor<?x8xf32>) {
  %l = aten.huber_loss %x, %t
      : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<f32>
  return
}

// CHECK-LABEL: func @kl_div(
// CHECK: aten.kl_div %{{.*}} : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<f32>
func.func @kl_div(%x: tensor<?x8xf32>, %t: tensor<?x8xf32>) {
  %l = aten.kl_div %x, %t
      : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<f32>
  return
}

// CHECK-LABEL: func @l1_loss(
// CHECK: aten.l1_loss %{{.*}} : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<f32>
func.func @l1_loss(%x: tensor<?x8xf32>, %t: tensor<?x8xf32>) {
  %l = aten.l1_loss %x, %t
      : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<f32>
  return
}

// CHECK-LABEL: func @mse_loss(
// CHECK: aten.mse_loss %{{.*}} : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<f32>
func.func @mse_loss(%x: tensor<?x8xf32>, %t: tensor<?x8xf32>) {
  %l = aten.mse_loss %x, %t
      : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<f32>
  return
}

// CHECK-LABEL: func @smooth_l1_loss(
// CHECK: aten.smooth_l1_loss %{{.*}} : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<f32>
func.func @smooth_l1_loss(%x: tensor<?x8xf32>, %t: tensor<?x8xf32>) {
  %l = aten.smooth_l1_loss %x, %t
      : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<f32>
  return
}

// CHECK-LABEL: func @triplet_margin_loss(
// CHECK: aten.triplet_margin_loss %{{.*}} : (tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<f32>
func.func @triplet_margin_loss(%a: tensor<?x8xf32>, %p: tensor<?x8xf32>, %n: tensor<?x8xf32>) {
  %l = aten.triplet_margin_loss %a, %p, %n
      : (tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<f32>
  return
}
