// RUN: kernel-opt --emit=input %s | kernel-opt --emit=input | FileCheck %s
// RUN: kernel-opt --emit=input %s --mlir-print-op-generic | kernel-opt --emit=input | FileCheck %s

// CHECK-LABEL: func @batch_norm(
// CHECK: aten.batch_norm %{{.*}} : (tensor<3x8x4x4xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<3x8x4x4xf32>
func.func @batch_norm(%x: tensor<3x8x4x4xf32>, %mean: tensor<8xf32>, %var: tensor<8xf32>, %w: tensor<8xf32>, %b: tensor<8xf32>) {
  %y = aten.batch_norm %x, %mean, %var, %w, %b
      : (tensor<3x8x4x4xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<3x8x4x4xf32>
  return
}

// CHECK-LABEL: func @group_norm(
// CHECK: aten.group_norm %{{.*}} {num_groups = 2 : i64} : (tensor<3x8x4x4xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<3x8x4x4xf32>
func.func @group_norm(%x: tensor<3x8x4x4xf32>, %w: tensor<8xf32>, %b: tensor<8xf32>) {
  %y = aten.group_norm %x, %w, %b {num_groups = 2 : i64}
      : (tensor<3x8x4x4xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<3x8x4x4xf32>
  return
}

// CHECK-LABEL: func @instance_norm(
// CHECK: aten.instance_norm %{{.*}} : (tensor<3x8x4x4xf32>) -> tensor<3x8x4x4xf32>
func.func @instance_norm(%x: tensor<3x8x4x4xf32>) {
  %y = aten.instance_norm %x
      : (tensor<3x8x4x4xf32>) -> tensor<3x8x4x4xf32>
  return
}

// CHECK-LABEL: func @layer_norm(
// CHECK: aten.layer_norm %{{.*}} {normalized_shape = array<i64: 64>} : (tensor<?x64xf32>, tensor<64xf32>, tensor<64xf32>) -> tensor<?x64xf32>
func.func @layer_norm(%x: tensor<?x64xf32>, %w: tensor<64xf32>, %b: tensor<64xf32>) {
  %y = aten.layer_norm %x, %w, %b {normalized_shape = array<i64: 64>}
      : (tensor<?x64xf32>, tensor<64xf32>, tensor<64xf32>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: func @log_softmax(
// CHECK: aten.log_softmax %{{.*}} {dim = -1 : i64} : (tensor<?x64xf32>) -> tensor<?x64xf32>
func.func @log_softmax(%x: tensor<?x64xf32>) {
  %y = aten.log_softmax %x {dim = -1 : i64}
      : (tensor<?x64xf32>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: func @rms_norm(
// CHECK: aten.rms_norm %{{.*}} {normalized_shape = array<i64: 64>} : (tensor<?x64xf32>, tensor<64xf32>) -> tensor<?x64xf32>
func.func @rms_norm(%x: tensor<?x64xf32>, %w: tensor<64xf32>) {
  %y = aten.rms_norm %x, %w {normalized_shape = array<i64: 64>}
      : (tensor<?x64xf32>, tensor<64xf32>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: func @softmax(
// CHECK: aten.softmax %{{.*}} {dim = -1 : i64} : (tensor<?x64xf32>) -> tensor<?x64xf32>
func.func @softmax(%x: tensor<?x64xf32>) {
  %y = aten.softmax %x {dim = -1 : i64}
      : (tensor<?x64xf32>) -> tensor<?x64xf32>
  return
}
