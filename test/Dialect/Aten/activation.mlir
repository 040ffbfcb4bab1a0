// RUN: kernel-opt --emit=input %s | kernel-opt --emit=input | FileCheck %s
// RUN: kernel-opt --emit=input %s --mlir-print-op-generic | kernel-opt --emit=input | FileCheck %s

// CHECK-LABEL: func @celu(
// CHECK: aten.celu %{{.*}} {alpha = 5.000000e-01 : f64} : (tensor<4x8xf32>) -> tensor<4x8xf32>
func.func @celu(%x: tensor<4x8xf32>) {
  %y = aten.celu %x {alpha = 0.5 : f64}
      : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// CHECK-LABEL: func @elu(
// CHECK: aten.elu %{{.*}} {alpha = 5.000000e-01 : f64} : (tensor<4x8xf32>) -> tensor<4x8xf32>
func.func @elu(%x: tensor<4x8xf32>) {
  %y = aten.elu %x {alpha = 0.5 : f64}
      : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// CHECK-LABEL: func @gelu(
// CHECK: aten.gelu %{{.*}} {approximate = #aten.gelu<tanh>} : (tensor<4x8xf32>) -> tensor<4x8xf32>
func.func @gelu(%x: tensor<4x8xf32>) {
  %y = aten.gelu %x {approximate = #aten.gelu<tanh>}
      : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// CHECK-LABEL: func @glu(
// CHECK: aten.glu %{{.*}} {dim = 1 : i64} : (tensor<2x8xf32>) -> tensor<2x4xf32>
func.func @glu(%x: tensor<2x8xf32>) {
  %y = aten.glu %x {dim = 1 : i64}
      : (tensor<2x8xf32>) -> tensor<2x4xf32>
  return
}

// CHECK-LABEL: func @hardshrink(
// CHECK: aten.hardshrink %{{.*}} {lambd = 1.000000e-01 : f64} : (tensor<4x8xf32>) -> tensor<4x8xf32>
func.func @hardshrink(%x: tensor<4x8xf32>) {
  %y = aten.hardshrink %x {lambd = 0.1 : f64}
      : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// CHECK-LABEL: func @hardsigmoid(
// CHECK: aten.hardsigmoid %{{.*}} : (tensor<4x8xf32>) -> tensor<4x8xf32>
func.func @hardsigmoid(%x: tensor<4x8xf32>) {
  %y = aten.hardsigmoid %x
      : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// CHECK-LABEL: func @hardswish(
// CHECK: aten.hardswish %{{.*}} : (tensor<4x8xf32>) -> tensor<4x8xf32>
func.func @hardswish(%x: tensor<4x8xf32>) {
  %y = aten.hardswish %x
      : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// CHECK-LABEL: func @hardtanh(
// CHECK: aten.hardtanh %{{.*}} {max_val = 6.000000e+00 : f64, min_val = 0.000000e+00 : f64} : (tensor<4x8xf32>) -> tensor<4x8xf32>
func.func @hardtanh(%x: tensor<4x8xf32>) {
  %y = aten.hardtanh %x {min_val = 0.0 : f64, max_val = 6.0 : f64}
      : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// CHECK-LABEL: func @leaky_relu(
// CHECK: aten.leaky_relu %{{.*}} {negative_slope = 1.000000e-01 : f64} : (tensor<4x8xf32>) -> tensor<4x8xf32>
func.func @leaky_relu(%x: tensor<4x8xf32>) {
  %y = aten.leaky_relu %x {negative_slope = 0.1 : f64}
      : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// CHECK-LABEL: func @log_sigmoid(
// CHECK: aten.log_sigmoid %{{.*}} : (tensor<4x8xf32>) -> tensor<4x8xf32>
func.func @log_sigmoid(%x: tensor<4x8xf32>) {
  %y = aten.log_sigmoid %x
      : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// CHECK-LABEL: func @mish(
// CHECK: aten.mish %{{.*}} : (tensor<4x8xf32>) -> tensor<4x8xf32>
func.func @mish(%x: tensor<4x8xf32>) {
  %y = aten.mish %x
      : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// CHECK-LABEL: func @prelu(
// CHECK: aten.prelu %{{.*}} : (tensor<2x4x8xf32>, tensor<4xf32>) -> tensor<2x4x8xf32>
func.func @prelu(%x: tensor<2x4x8xf32>, %w: tensor<4xf32>) {
  %y = aten.prelu %x, %w
      : (tensor<2x4x8xf32>, tensor<4xf32>) -> tensor<2x4x8xf32>
  return
}

// CHECK-LABEL: func @relu(
// CHECK: aten.relu %{{.*}} : (tensor<4x8xf32>) -> tensor<4x8xf32>
func.func @relu(%x: tensor<4x8xf32>) {
  %y = aten.relu %x
      : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// CHECK-LABEL: func @selu(
// CHECK: aten.selu %{{.*}} : (tensor<4x8xf32>) -> tensor<4x8xf32>
func.func @selu(%x: tensor<4x8xf32>) {
  %y = aten.selu %x
      : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// CHECK-LABEL: func @sigmoid(
// CHECK: aten.sigmoid %{{.*}} : (tensor<4x8xf32>) -> tensor<4x8xf32>
func.func @sigmoid(%x: tensor<4x8xf32>) {
  %y = aten.sigmoid %x
      : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// CHECK-LABEL: func @silu(
// CHECK: aten.silu %{{.*}} : (tensor<4x8xf32>) -> tensor<4x8xf32>
func.func @silu(%x: tensor<4x8xf32>) {
  %y = aten.silu %x
      : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// CHECK-LABEL: func @softplus(
// CHECK: aten.softplus %{{.*}} {beta = 2.000000e+00 : f64} : (tensor<4x8xf32>) -> tensor<4x8xf32>
func.func @softplus(%x: tensor<4x8xf32>) {
  %y = aten.softplus %x {beta = 2.0 : f64}
      : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// CHECK-LABEL: func @softshrink(
// CHECK: aten.softshrink %{{.*}} {lambd = 1.000000e-01 : f64} : (tensor<4x8xf32>) -> tensor<4x8xf32>
func.func @softshrink(%x: tensor<4x8xf32>) {
  %y = aten.softshrink %x {lambd = 0.1 : f64}
      : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// CHECK-LABEL: func @softsign(
// CHECK: aten.softsign %{{.*}} : (tensor<4x8xf32>) -> tensor<4x8xf32>
func.func @softsign(%x: tensor<4x8xf32>) {
  %y = aten.softsign %x
      : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// CHECK-LABEL: func @tanh(
// CHECK: aten.tanh %{{.*}} : (tensor<4x8xf32>) -> tensor<4x8xf32>
func.func @tanh(%x: tensor<4x8xf32>) {
  %y = aten.tanh %x
      : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// CHECK-LABEL: func @threshold(
// CHECK: aten.threshold %{{.*}} {threshold = 1.000000e-01 : f64, value = 2.000000e+01 : f64} : (tensor<4x8xf32>) -> tensor<4x8xf32>
func.func @threshold(%x: tensor<4x8xf32>) {
  %y = aten.threshold %x {threshold = 0.1 : f64, value = 20.0 : f64}
      : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}
