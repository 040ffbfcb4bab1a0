// RUN: kernel-opt --emit=input %s | kernel-opt --emit=input | FileCheck %s
// RUN: kernel-opt --emit=input %s --mlir-print-op-generic | kernel-opt --emit=input | FileCheck %s

// CHECK-LABEL: func @abs(
// CHECK: aten.abs %{{.*}} : (tensor<?x8xf32>) -> tensor<?x8xf32>
func.func @abs(%x: tensor<?x8xf32>) {
  %y = aten.abs %x
      : (tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// CHECK-LABEL: func @add(
// CHECK: aten.add %{{.*}} {alpha = 5.000000e-01 : f64} : (tensor<4x8xf32>, tensor<4x1xf32>) -> tensor<4x8xf32>
func.func @add(%a: tensor<4x8xf32>, %b: tensor<4x1xf32>) {
  %y = aten.add %a, %b {alpha = 0.5 : f64}
      : (tensor<4x8xf32>, tensor<4x1xf32>) -> tensor<4x8xf32>
  return
}

// CHECK-LABEL: func @atan2(
// CHECK: aten.atan2 %{{.*}} : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xf32>
func.func @atan2(%a: tensor<4x8xf32>, %b: tensor<8xf32>) {
  %y = aten.atan2 %a, %b
      : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xf32>
  return
}

// CHECK-LABEL: func @atan(
// CHECK: aten.atan %{{.*}} : (tensor<?x8xf32>) -> tensor<?x8xf32>
func.func @atan(%x: tensor<?x8xf32>) {
  %y = aten.atan %x
      : (tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// CHECK-LABEL: func @bitwise_and(
// CHECK: aten.bitwise_and %{{.*}} : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xf32>
func.func @bitwise_and(%a: tensor<4x8xf32>, %b: tensor<8xf32>) {
  %y = aten.bitwise_and %a, %b
      : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xf32>
  return
}

// CHECK-LABEL: func @bitwise_not(
// CHECK: aten.bitwise_not %{{.*}} : (tensor<?x8xf32>) -> tensor<?x8xf32>
func.func @bitwise_not(%x: tensor<?x8xf32>) {
  %y = aten.bitwise_not %x
      : (tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// CHECK-LABEL: func @bitwise_or(
// CHECK: aten.bitwise_or %{{.*}} : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xf32>
func.func @bitwise_or(%a: tensor<4x8xf32>, %b: tensor<8xf32>) {
  %y = aten.bitwise_or %a, %b
      : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xf32>
  return
}

// CHECK-LABEL: func @bitwise_xor(
// CHECK: aten.bitwise_xor %{{.*}} : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xf32>
func.func @bitwise_xor(%a: tensor<4x8xf32>, %b: tensor<8xf32>) {
  %y = aten.bitwise_xor %a, %b
      : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xf32>
  return
}

// CHECK-LABEL: func @ceil(
// CHECK: aten.ceil %{{.*}} : (tensor<?x8xf32>) -> tensor<?x8xf32>
func.func @ceil(%x: tensor<?x8xf32>) {
  %y = aten.ceil %x
      : (tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// CHECK-LABEL: func @clamp(
// CHECK: aten.clamp %{{.*}} {max = 6.000000e+00 : f64, min = 0.000000e+00 : f64} : (tensor<4x8xf32>) -> tensor<4x8xf32>
func.func @clamp(%x: tensor<4x8xf32>) {
  %y = aten.clamp %x {min = 0.0 : f64, max = 6.0 : f64}
      : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// CHECK-LABEL: func @cos(
// CHECK: aten.cos %{{.*}} : (tensor<?x8xf32>) -> tensor<?x8xf32>
func.func @cos(%x: tensor<?x8xf32>) {
  %y = aten.cos %x
      : (tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// CHECK-LABEL: func @cosh(
// CHECK: aten.cosh %{{.*}} : (tensor<?x8xf32>) -> tensor<?x8xf32>
func.func @cosh(%x: tensor<?x8xf32>) {
  %y = aten.cosh %x
      : (tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// CHECK-LABEL: func @div(
// CHECK: aten.div %{{.*}} {rounding_mode = #aten.rounding<floor>} : (tensor<8xi64>, tensor<8xi64>) -> tensor<8xi64>
func.func @div(%a: tensor<8xi64>, %b: tensor<8xi64>) {
  %y = aten.div %a, %b {rounding_mode = #aten.rounding<floor>}
      : (tensor<8xi64>, tensor<8xi64>) -> tensor<8xi64>
  return
}

// CHECK-LABEL: func @eq(
// CHECK: aten.eq %{{.*}} : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xi1>
func.func @eq(%a: tensor<4x8xf32>, %b: tensor<8xf32>) {
  %y = aten.eq %a, %b
      : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xi1>
  return
}

// CHECK-LABEL: func @erf(
// CHECK: aten.erf %{{.*}} : (tensor<?x8xf32>) -> tensor<?x8xf32>
func.func @erf(%x: tensor<?x8xf32>) {
  %y = aten.erf %x
      : (tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// CHECK-LABEL: func @erfc(
// CHECK: aten.erfc %{{.*}} : (tensor<?x8xf32>) -> tensor<?x8xf32>
func.func @erfc(%x: tensor<?x8xf32>) {
  %y = aten.erfc %x
      : (tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// CHECK-LABEL: func @exp2(
// CHECK: aten.exp2 %{{.*}} : (tensor<?x8xf32>) -> tensor<?x8xf32>
func.func @exp2(%x: tensor<?x8xf32>) {
  %y = aten.exp2 %x
      : (tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// CHECK-LABEL: func @exp(
// CHECK: aten.exp %{{.*}} : (tensor<?x8xf32>) -> tensor<?x8xf32>
func.func @exp(%x: tensor<?x8xf32>) {
  %y = aten.exp %x
      : (tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// CHECK-LABEL: func @expm1(
// CHECK: aten.expm1 %{{.*}} : (tensor<?x8xf32>) -> tensor<?x8xf32>
func.func @expm1(%x: tensor<?x8xf32>) {
  %y = aten.expm1 %x
      : (tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// CHECK-LABEL: func @floor(
// CHECK: aten.floor %{{.*}} : (tensor<?x8xf32>) -> tensor<?x8xf32>
func.func @floor(%x: tensor<?x8xf32>) {
  %y = aten.floor %x
      : (tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// CHECK-LABEL: func @fmod(
// CHECK: aten.fmod %{{.*}} : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xf32>
func.func @fmod(%a: tensor<4x8xf32>, %b: tensor<8xf32>) {
  %y = aten.fmod %a, %b
      : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xf32>
  return
}

// CHECK-LABEL: func @ge(
// CHECK: aten.ge %{{.*}} : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xi1>
func.func @ge(%a: tensor<4x8xf32>, %b: tensor<8xf32>) {
  %y = aten.ge %a, %b
      : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xi1>
  return
}

// CHECK-LABEL: func @gt(
// CHECK: aten.gt %{{.*}} : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xi1>
func.func @gt(%a: tensor<4x8xf32>, %b: tensor<8xf32>) {
  %y = aten.gt %a, %b
      : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xi1>
  return
}

// CHECK-LABEL: func @isinf(
// CHECK: aten.isinf %{{.*}} : (tensor<4x8xf32>) -> tensor<4x8xi1>
func.func @isinf(%x: tensor<4x8xf32>) {
  %y = aten.isinf %x
      : (tensor<4x8xf32>) -> tensor<4x8xi1>
  return
}

// CHECK-LABEL: func @isnan(
// CHECK: aten.isnan %{{.*}} : (tensor<4x8xf32>) -> tensor<4x8xi1>
func.func @isnan(%x: tensor<4x8xf32>) {
  %y = aten.isnan %x
      : (tensor<4x8xf32>) -> tensor<4x8xi1>
  return
}

// CHECK-LABEL: func @le(
// CHECK: aten.le %{{.*}} : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xi1>
func.func @le(%a: tensor<4x8xf32>, %b: tensor<8xf32>) {
  %y = aten.le %a, %b
      : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xi1>
  return
}

// CHECK-LABEL: func @lerp(
// CHECK: aten.lerp %{{.*}} : (tensor<8xf32>, tensor<8xf32>, tensor<f32>) -> tensor<8xf32>
func.func @lerp(%a: tensor<8xf32>, %b: tensor<8xf32>, %w: tensor<f32>) {
  %y = aten.lerp %a, %b, %w
      : (tensor<8xf32>, tensor<8xf32>, tensor<f32>) -> tensor<8xf32>
  return
}

// CHECK-LABEL: func @log10(
// CHECK: aten.log10 %{{.*}} : (tensor<?x8xf32>) -> tensor<?x8xf32>
func.func @log10(%x: tensor<?x8xf32>) {
  %y = aten.log10 %x
      : (tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// CHECK-LABEL: func @log1p(
// CHECK: aten.log1p %{{.*}} : (tensor<?x8xf32>) -> tensor<?x8xf32>
func.func @log1p(%x: tensor<?x8xf32>) {
  %y = aten.log1p %x
      : (tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// CHECK-LABEL: func @log2(
// CHECK: aten.log2 %{{.*}} : (tensor<?x8xf32>) -> tensor<?x8xf32>
func.func @log2(%x: tensor<?x8xf32>) {
  %y = aten.log2 %x
      : (tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// CHECK-LABEL: func @log(
// CHECK: aten.log %{{.*}} : (tensor<?x8xf32>) -> tensor<?x8xf32>
func.func @log(%x: tensor<?x8xf32>) {
  %y = aten.log %x
      : (tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// CHECK-LABEL: func @logical_and(
// CHECK: aten.logical_and %{{.*}} : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xi1>
func.func @logical_and(%a: tensor<4x8xf32>, %b: tensor<8xf32>) {
  %y = aten.logical_and %a, %b
      : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xi1>
  return
}

// CHECK-LABEL: func @logical_not(
// CHECK: aten.logical_not %{{.*}} : (tensor<4x8xf32>) -> tensor<4x8xi1>
func.func @logical_not(%x: tensor<4x8xf32>) {
  %y = aten.logical_not %x
      : (tensor<4x8xf32>) -> tensor<4x8xi1>
  return
}

// CHECK-LABEL: func @logical_or(
// CHECK: aten.logical_or %{{.*}} : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xi1>
func.func @logical_or(%a: tensor<4x8xf32>, %b: tensor<8xf32>) {
  %y = aten.logical_or %a, %b
      : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xi1>
  return
}

// CHECK-LABEL: func @logical_xor(
// CHECK: aten.logical_xor %{{.*}} : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xi1>
func.func @logical_xor(%a: tensor<4x8xf32>, %b: tensor<8xf32>) {
  %y = aten.logical_xor %a, %b
      : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xi1>
  return
}

// CHECK-LABEL: func @lt(
// CHECK: aten.lt %{{.*}} : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xi1>
func.func @lt(%a: tensor<4x8xf32>, %b: tensor<8xf32>) {
  %y = aten.lt %a, %b
      : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xi1>
  return
}

// CHECK-LABEL: func @masked_fill(
// CHECK: aten.masked_fill %{{.*}} : (tensor<2x4x8xf32>, tensor<4x8xi1>, tensor<f32>) -> tensor<2x4x8xf32>
func.func @masked_fill(%x: tensor<2x4x8xf32>, %mask: tensor<4x8xi1>, %minus_inf: tensor<f32>) {
  %y = aten.masked_fill %x, %mask, %minus_inf
      : (tensor<2x4x8xf32>, tensor<4x8xi1>, tensor<f32>) -> tensor<2x4x8xf32>
  return
}

// CHECK-LABEL: func @maximum(
// CHECK: aten.maximum %{{.*}} : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xf32>
func.func @maximum(%a: tensor<4x8xf32>, %b: tensor<8xf32>) {
  %y = aten.maximum %a, %b
      : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xf32>
  return
}

// CHECK-LABEL: func @minimum(
// CHECK: aten.minimum %{{.*}} : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xf32>
func.func @minimum(%a: tensor<4x8xf32>, %b: tensor<8xf32>) {
  %y = aten.minimum %a, %b
      : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xf32>
  return
}

// CHECK-LABEL: func @mul(
// CHECK: aten.mul %{{.*}} : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xf32>
func.func @mul(%a: tensor<4x8xf32>, %b: tensor<8xf32>) {
  %y = aten.mul %a, %b
      : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xf32>
  return
}

// CHECK-LABEL: func @ne(
// CHECK: aten.ne %{{.*}} : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xi1>
func.func @ne(%a: tensor<4x8xf32>, %b: tensor<8xf32>) {
  %y = aten.ne %a, %b
      : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xi1>
  return
}

// CHECK-LABEL: func @neg(
// CHECK: aten.neg %{{.*}} : (tensor<?x8xf32>) -> tensor<?x8xf32>
func.func @neg(%x: tensor<?x8xf32>) {
  %y = aten.neg %x
      : (tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// CHECK-LABEL: func @pow(
// CHECK: aten.pow %{{.*}} : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xf32>
func.func @pow(%a: tensor<4x8xf32>, %b: tensor<8xf32>) {
  %y = aten.pow %a, %b
      : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xf32>
  return
}

// CHECK-LABEL: func @reciprocal(
// CHECK: aten.reciprocal %{{.*}} : (tensor<?x8xf32>) -> tensor<?x8xf32>
func.func @reciprocal(%x: tensor<?x8xf32>) {
  %y = aten.reciprocal %x
      : (tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// CHECK-LABEL: func @remainder(
// CHECK: aten.remainder %{{.*}} : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xf32>
func.func @remainder(%a: tensor<4x8xf32>, %b: tensor<8xf32>) {
  %y = aten.remainder %a, %b
      : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xf32>
  return
}

// CHECK-LABEL: func @round(
// CHECK: aten.round %{{.*}} : (tensor<?x8xf32>) -> tensor<?x8xf32>
func.func @round(%x: tensor<?x8xf32>) {
  %y = aten.round %x
      : (tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// CHECK-LABEL: func @rsqrt(
// CHECK: aten.rsqrt %{{.*}} : (tensor<?x8xf32>) -> tensor<?x8xf32>
func.func @rsqrt(%x: tensor<?x8xf32>) {
  %y = aten.rsqrt %x
      : (tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// CHECK-LABEL: func @sign(
// CHECK: aten.sign %{{.*}} : (tensor<?x8xf32>) -> tensor<?x8xf32>
func.func @sign(%x: tensor<?x8xf32>) {
  %y = aten.sign %x
      : (tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// CHECK-LABEL: func @sin(
// CHECK: aten.sin %{{.*}} : (tensor<?x8xf32>) -> tensor<?x8xf32>
func.func @sin(%x: tensor<?x8xf32>) {
  %y = aten.sin %x
      : (tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// CHECK-LABEL: func @sinh(
// CHECK: aten.sinh %{{.*}} : (tensor<?x8xf32>) -> tensor<?x8xf32>
func.func @sinh(%x: tensor<?x8xf32>) {
  %y = aten.sinh %x
      : (tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// CHECK-LABEL: func @sqrt(
// CHECK: aten.sqrt %{{.*}} : (tensor<?x8xf32>) -> tensor<?x8xf32>
func.func @sqrt(%x: tensor<?x8xf32>) {
  %y = aten.sqrt %x
      : (tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// CHECK-LABEL: func @square(
// CHECK: aten.square %{{.*}} : (tensor<?x8xf32>) -> tensor<?x8xf32>
func.func @square(%x: tensor<?x8xf32>) {
  %y = aten.square %x
      : (tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// CHECK-LABEL: func @sub(
// CHECK: aten.sub %{{.*}} {alpha = 5.000000e-01 : f64} : (tensor<4x8xf32>, tensor<4x1xf32>) -> tensor<4x8xf32>
func.func @sub(%a: tensor<4x8xf32>, %b: tensor<4x1xf32>) {
  %y = aten.sub %a, %b {alpha = 0.5 : f64}
      : (tensor<4x8xf32>, tensor<4x1xf32>) -> tensor<4x8xf32>
  return
}

// CHECK-LABEL: func @tan(
// CHECK: aten.tan %{{.*}} : (tensor<?x8xf32>) -> tensor<?x8xf32>
func.func @tan(%x: tensor<?x8xf32>) {
  %y = aten.tan %x
      : (tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// CHECK-LABEL: func @to(
// CHECK: aten.to %{{.*}} {dtype = bf16} : (tensor<4x8xf32>) -> tensor<4x8xbf16>
func.func @to(%x: tensor<4x8xf32>) {
  %y = aten.to %x {dtype = bf16}
      : (tensor<4x8xf32>) -> tensor<4x8xbf16>
  return
}

// CHECK-LABEL: func @trunc(
// CHECK: aten.trunc %{{.*}} : (tensor<?x8xf32>) -> tensor<?x8xf32>
func.func @trunc(%x: tensor<?x8xf32>) {
  %y = aten.trunc %x
      : (tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// CHECK-LABEL: func @where(
// CHECK: aten.where %{{.*}} : (tensor<4x1xi1>, tensor<4x8xf32>, tensor<f32>) -> tensor<4x8xf32>
func.func @where(%c: tensor<4x1xi1>, %a: tensor<4x8xf32>, %b: tensor<f32>) {
  %y = aten.where %c, %a, %b
      : (tensor<4x1xi1>, tensor<4x8xf32>, tensor<f32>) -> tensor<4x8xf32>
  return
}
