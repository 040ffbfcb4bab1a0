// REQUIRES: ptxas
// RUN: kernel-opt %s --verify=algebra-only -o %t.mlir 2>&1 | FileCheck %s
// RUN: FileCheck %s --check-prefix=MODULE < %t.mlir

// Small programs of many kinds on the whole path: each kernel is verified.
// CHECK-NOT: {{unproven|error}}

// CHECK: argmax_{{.*}} ({{.*}}programs.mlir
// CHECK: checked        verified
func.func @argmax(%x: tensor<3x50x37xf32>) -> tensor<3x37xi64> {
  %y = aten.argmax %x {dim = 1 : i64} : (tensor<3x50x37xf32>) -> tensor<3x37xi64>
  return %y : tensor<3x37xi64>
}

// CHECK: conv_{{.*}} ({{.*}}programs.mlir
// CHECK: scheduled by   window_product
// CHECK: checked        verified
func.func @conv(%x: tensor<2x4x9x11xf32>, %w: tensor<6x4x3x3xf32>, %b: tensor<6xf32>) -> tensor<2x6x9x11xf32> {
  %h = aten.convolution %x, %w, %b {stride = array<i64: 1, 1>, padding = array<i64: 1, 1>}
      : (tensor<2x4x9x11xf32>, tensor<6x4x3x3xf32>, tensor<6xf32>) -> tensor<2x6x9x11xf32>
  %y = aten.relu %h : (tensor<2x6x9x11xf32>) -> tensor<2x6x9x11xf32>
  return %y : tensor<2x6x9x11xf32>
}

// A transposed convolution spreads its input and turns its weights.
// CHECK: checked        verified
// CHECK: checked        verified
// CHECK: scheduled by   window_product
// CHECK: checked        verified
func.func @transposed_conv(%x: tensor<2x3x4x5xf32>, %w: tensor<3x4x3x3xf32>) -> tensor<2x4x7x9xf32> {
  %y = aten.convolution %x, %w {stride = array<i64: 2, 2>, padding = array<i64: 1, 1>, transposed = true}
      : (tensor<2x3x4x5xf32>, tensor<3x4x3x3xf32>) -> tensor<2x4x7x9xf32>
  return %y : tensor<2x4x7x9xf32>
}

// CHECK: scheduled by   window:
// CHECK: checked        verified
func.func @max_pool(%x: tensor<2x3x9x9xf32>) -> tensor<2x3x8x8xf32> {
  %y = aten.max_pool %x {kernel_size = array<i64: 4, 4>, stride = array<i64: 1, 1>, padding = array<i64: 1, 1>}
      : (tensor<2x3x9x9xf32>) -> tensor<2x3x8x8xf32>
  return %y : tensor<2x3x8x8xf32>
}

// CHECK: checked        verified
func.func @attention(%q: tensor<1x2x9x8xf32>, %k: tensor<1x2x9x8xf32>, %v: tensor<1x2x9x8xf32>) -> tensor<1x2x9x8xf32> {
  %y = aten.scaled_dot_product_attention %q, %k, %v {is_causal = true}
      : (tensor<1x2x9x8xf32>, tensor<1x2x9x8xf32>, tensor<1x2x9x8xf32>) -> tensor<1x2x9x8xf32>
  return %y : tensor<1x2x9x8xf32>
}

// CHECK: scheduled by   inner_reduction
// CHECK: checked        verified
func.func @matvec(%a: tensor<40x3000xf32>, %x: tensor<3000xf32>) -> tensor<40xf32> {
  %y = aten.matmul %a, %x : (tensor<40x3000xf32>, tensor<3000xf32>) -> tensor<40xf32>
  return %y : tensor<40xf32>
}

// CHECK: scheduled by   contraction_{{.*}}mma{{.*}}
// CHECK: checked        verified
func.func @matmul_bf16(%a: tensor<40x50xbf16>, %b: tensor<50x60xbf16>) -> tensor<40x60xbf16> {
  %y = aten.mm %a, %b : (tensor<40x50xbf16>, tensor<50x60xbf16>) -> tensor<40x60xbf16>
  return %y : tensor<40x60xbf16>
}

// The right factor lies as N x K.
// CHECK: scheduled by   contraction_{{.*}}mma{{.*}}
// CHECK: checked        verified
func.func @linear_f16(%x: tensor<150x72xf16>, %w: tensor<61x72xf16>) -> tensor<150x61xf16> {
  %t = aten.transpose %w {dim0 = 0 : i64, dim1 = 1 : i64} : (tensor<61x72xf16>) -> tensor<72x61xf16>
  %y = aten.mm %x, %t : (tensor<150x72xf16>, tensor<72x61xf16>) -> tensor<150x61xf16>
  return %y : tensor<150x61xf16>
}

// CHECK: scheduled by   row
// CHECK: checked        verified
func.func @rms_norm(%x: tensor<100x500xf32>, %w: tensor<500xf32>) -> tensor<100x500xf32> {
  %y = aten.rms_norm %x, %w {normalized_shape = array<i64: 500>} : (tensor<100x500xf32>, tensor<500xf32>) -> tensor<100x500xf32>
  return %y : tensor<100x500xf32>
}

// CHECK: scheduled by   scan
// CHECK: checked        verified
func.func @cumsum(%x: tensor<3x5000xf32>) -> tensor<3x5000xf32> {
  %y = aten.cumsum %x {dim = 1 : i64} : (tensor<3x5000xf32>) -> tensor<3x5000xf32>
  return %y : tensor<3x5000xf32>
}

// CHECK: scheduled by   scan
// CHECK: checked        verified
func.func @cumprod(%x: tensor<2x130x37xbf16>) -> tensor<2x130x37xbf16> {
  %y = aten.cumprod %x {dim = 1 : i64} : (tensor<2x130x37xbf16>) -> tensor<2x130x37xbf16>
  return %y : tensor<2x130x37xbf16>
}

// Stride, dilation, groups and sizes that fit no tile.
// CHECK: scheduled by   window_product
// CHECK: checked        verified
func.func @conv_groups(%x: tensor<2x6x19x21xf32>, %w: tensor<10x3x3x2xf32>) -> tensor<2x10x8x10xf32> {
  %y = aten.convolution %x, %w {stride = array<i64: 2, 2>, padding = array<i64: 0, 1>, dilation = array<i64: 2, 3>, groups = 2 : i64}
      : (tensor<2x6x19x21xf32>, tensor<10x3x3x2xf32>) -> tensor<2x10x8x10xf32>
  return %y : tensor<2x10x8x10xf32>
}

// CHECK: scheduled by   window:
// CHECK: checked        verified
func.func @depthwise(%x: tensor<2x3x9x40xf32>, %w: tensor<3x1x3x3xf32>) -> tensor<2x3x9x40xf32> {
  %y = aten.convolution %x, %w {stride = array<i64: 1, 1>, padding = array<i64: 1, 1>, groups = 3 : i64}
      : (tensor<2x3x9x40xf32>, tensor<3x1x3x3xf32>) -> tensor<2x3x9x40xf32>
  return %y : tensor<2x3x9x40xf32>
}

// One pass over the tensor gives both.
// CHECK: scheduled by   outer_reduction
// CHECK: memory         1.{{[0-2][0-9]}} times
// CHECK: checked        verified
func.func @mean_max(%x: tensor<4x200x95xf32>) -> (tensor<4x95xf32>, tensor<4x95xf32>) {
  %m = aten.mean %x {dim = array<i64: 1>} : (tensor<4x200x95xf32>) -> tensor<4x95xf32>
  %y = aten.amax %x {dim = array<i64: 1>} : (tensor<4x200x95xf32>) -> tensor<4x95xf32>
  return %m, %y : tensor<4x95xf32>, tensor<4x95xf32>
}

// Read along the rows of the input, written along those of the result.
// CHECK: scheduled by   transpose
// CHECK: memory         1.0{{[0-9]}} times
// CHECK: checked        verified
func.func @permute(%x: tensor<6x100x300xf32>) -> tensor<300x6x100xf32> {
  %p = aten.permute %x {dims = array<i64: 2, 0, 1>} : (tensor<6x100x300xf32>) -> tensor<300x6x100xf32>
  %y = aten.relu %p : (tensor<300x6x100xf32>) -> tensor<300x6x100xf32>
  return %y : tensor<300x6x100xf32>
}

// Few long rows: eight blocks share each.
// CHECK: scheduled by   inner_reduction_in_cluster: 24 blocks
// CHECK: checked        verified
func.func @few_rows(%x: tensor<3x140001xf32>) -> tensor<3xf32> {
  %m = aten.mean %x {dim = array<i64: 1>} : (tensor<3x140001xf32>) -> tensor<3xf32>
  return %m : tensor<3xf32>
}

// MODULE-NOT: kopt.kernel
