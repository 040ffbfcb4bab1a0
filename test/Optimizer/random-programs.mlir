// REQUIRES: ptxas
// RUN: kernel-opt %s --database=none --verify=algebra-only --nonce=7 -o %t.mlir > %t.txt 2>&1
// RUN: FileCheck %s < %t.txt
// RUN: FileCheck %s --check-prefix=FIRST < %t.txt
// RUN: FileCheck %s --check-prefix=OUT < %t.mlir

// What random programs once failed at, each as small as it gets.

// A function of a constant: the literal stands for exp(1/2), not for itself.
// CHECK: constant_elementwise
// CHECK: checked        verified
func.func @constant() -> tensor<48xf32> {
  %h = arith.constant dense<0.5> : tensor<48xf32>
  %e = tensor.empty() : tensor<48xf32>
  %y = linalg.exp ins(%h : tensor<48xf32>) outs(%e : tensor<48xf32>) -> tensor<48xf32>
  return %y : tensor<48xf32>
}

// Two narrow formats have no conversion into each other.
// CHECK: narrow_elementwise
// CHECK: checked        verified
func.func @narrow(%x: tensor<48xf16>) -> tensor<48xbf16> {
  %y = tosa.cast %x : (tensor<48xf16>) -> tensor<48xbf16>
  return %y : tensor<48xbf16>
}

// 2^n where n is a sum whose shadow has an error on one side alone.
// CHECK: powers_
// CHECK: checked        verified
func.func @powers(%n: tensor<1xi64>, %w: tensor<96x1xf32>, %b: tensor<96xf32>) -> tensor<96xf32> {
  %x = aten.to %n {dtype = f32} : (tensor<1xi64>) -> tensor<1xf32>
  %s = aten.linear %x, %w, %b : (tensor<1xf32>, tensor<96x1xf32>, tensor<96xf32>) -> tensor<96xf32>
  %y = aten.exp2 %s : (tensor<96xf32>) -> tensor<96xf32>
  return %y : tensor<96xf32>
}

// A scan of one row that reads what was reshaped.
// CHECK: scan_
// CHECK: checked        verified
func.func @scan(%x: tensor<1x5xf32>) -> (tensor<1x5xf32>, tensor<1x5xf32>) {
  %0 = aten.layer_norm %x {normalized_shape = array<i64: 5>} : (tensor<1x5xf32>) -> tensor<1x5xf32>
  %1 = aten.softplus %0 {beta = 2.0 : f64} : (tensor<1x5xf32>) -> tensor<1x5xf32>
  %2 = aten.cumprod %1 {dim = 1 : i64} : (tensor<1x5xf32>) -> tensor<1x5xf32>
  return %2, %0 : tensor<1x5xf32>, tensor<1x5xf32>
}

// A reduction of one element, which is a constant or has a constant index.
// CHECK: single_
// CHECK: checked        verified
func.func @single(%x: tensor<1xf32>) -> (tensor<f32>, tensor<i64>) {
  %h = aten.full {size = array<i64: 1>, value = 0.5 : f64, dtype = f32} : () -> tensor<1xf32>
  %0 = aten.prod %h {dim = 0 : i64} : (tensor<1xf32>) -> tensor<f32>
  %1 = aten.argmin %x {dim = 0 : i64} : (tensor<1xf32>) -> tensor<i64>
  return %0, %1 : tensor<f32>, tensor<i64>
}

// A variance that comes as an input must be positive for there to be a result,
// and here no result is without all of them.
// CHECK: variance_
// CHECK: checked        verified
func.func @variance(%x: tensor<16x4x24xf32>, %m: tensor<4xf32>, %v: tensor<4xf32>) -> tensor<16x4x24xf32> {
  %0 = aten.batch_norm %x, %m, %m, %m, %v : (tensor<16x4x24xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<16x4x24xf32>
  %1 = aten.group_norm %0 {num_groups = 1 : i64} : (tensor<16x4x24xf32>) -> tensor<16x4x24xf32>
  return %1 : tensor<16x4x24xf32>
}

// The product of so many large ones is known less exactly than to one: what the
// next whole number is cannot be said, which refutes nothing.
// CHECK: whole_
// CHECK: checked        verified
func.func @whole(%x: tensor<255xbf16>) -> tensor<bf16> {
  %0 = aten.prod %x {dim = 0 : i64} : (tensor<255xbf16>) -> tensor<bf16>
  %1 = aten.threshold %0 {threshold = 0.1 : f64, value = 20.0 : f64} : (tensor<bf16>) -> tensor<bf16>
  %2 = aten.ceil %1 : (tensor<bf16>) -> tensor<bf16>
  return %2 : tensor<bf16>
}

// What a function of a literal comes to is rounded: neither a piece of it nor
// the place that it was moved to may forget of what. For tangents there is no
// way to say it, so they stay operations.
// CHECK: literals_
// CHECK: checked        verified
// CHECK: literals_
// CHECK: checked        verified
func.func @literals() -> (tensor<63x3xf32>, tensor<63x3xf32>) {
  %0 = aten.full {size = array<i64: 3, 63>, value = 0.5 : f64, dtype = f32} : () -> tensor<3x63xf32>
  %1 = aten.transpose %0 {dim0 = 0 : i64, dim1 = 1 : i64} : (tensor<3x63xf32>) -> tensor<63x3xf32>
  %2 = aten.cos %1 : (tensor<63x3xf32>) -> tensor<63x3xf32>
  %3 = aten.tan %1 : (tensor<63x3xf32>) -> tensor<63x3xf32>
  return %2, %3 : tensor<63x3xf32>, tensor<63x3xf32>
}

// The root of an exponential, which has no residue in the smallest field.
// CHECK: roots_
// CHECK: checked        verified
func.func @roots(%x: tensor<16x12xf32>) -> tensor<16x12xf32> {
  %0 = aten.exp %x : (tensor<16x12xf32>) -> tensor<16x12xf32>
  %1 = aten.rsqrt %0 : (tensor<16x12xf32>) -> tensor<16x12xf32>
  return %1 : tensor<16x12xf32>
}

// A sum over the roots of all rows: one of them is always that of no square.
// CHECK: rows_
// CHECK: checked        verified
func.func @rows(%x: tensor<24x16xbf16>, %w: tensor<16xbf16>) -> tensor<bf16> {
  %0 = aten.layer_norm %x, %w, %w {normalized_shape = array<i64: 16>} : (tensor<24x16xbf16>, tensor<16xbf16>, tensor<16xbf16>) -> tensor<24x16xbf16>
  %1 = aten.sum %0 {dim = array<i64: 0, 1>, keepdim = false} : (tensor<24x16xbf16>) -> tensor<bf16>
  return %1 : tensor<bf16>
}

// 13 has no root in most of the fields.
// CHECK: heads_
// CHECK: checked        verified
func.func @heads(%q: tensor<2x7x13xf32>, %v: tensor<2x7x13xf32>) -> tensor<2x7x13xf32> {
  %0 = aten.scaled_dot_product_attention %q, %q, %v : (tensor<2x7x13xf32>, tensor<2x7x13xf32>, tensor<2x7x13xf32>) -> tensor<2x7x13xf32>
  return %0 : tensor<2x7x13xf32>
}

// exp of a long sum of squares is no number that a shadow can hold, unless they
// are small.
// CHECK: squares_
// CHECK: checked        verified
func.func @squares(%x: tensor<9984xf32>) -> tensor<f32> {
  %0 = aten.mul %x, %x : (tensor<9984xf32>, tensor<9984xf32>) -> tensor<9984xf32>
  %1 = aten.sum %0 {dim = array<i64: 0>, keepdim = false} : (tensor<9984xf32>) -> tensor<f32>
  %2 = aten.exp %1 : (tensor<f32>) -> tensor<f32>
  return %2 : tensor<f32>
}

// Windows of unequal length.
// CHECK: windows_
// CHECK: checked        verified
func.func @windows(%x: tensor<2x3x16x7xbf16>) -> (tensor<2x3x6x3xbf16>, tensor<2x3x5x7xbf16>) {
  %0 = aten.adaptive_avg_pool %x {output_size = array<i64: 6, 3>} : (tensor<2x3x16x7xbf16>) -> tensor<2x3x6x3xbf16>
  %1 = aten.adaptive_max_pool %x {output_size = array<i64: 5, 7>} : (tensor<2x3x16x7xbf16>) -> tensor<2x3x5x7xbf16>
  return %0, %1 : tensor<2x3x6x3xbf16>, tensor<2x3x5x7xbf16>
}

// Rows of 17 x 8 x 65 read as two: the reduction runs along no dimension of the
// result, although a reshape joins them, and sums in chunks.
// CHECK: folded_reduce
// CHECK-NEXT: scheduled by inner_reduction
// CHECK: checked        verified
func.func @folded(%x: tensor<17x8x65xf32>, %w: tensor<8x1xf32>) -> tensor<2xf32> {
  %0 = aten.mul %x, %w : (tensor<17x8x65xf32>, tensor<8x1xf32>) -> tensor<17x8x65xf32>
  %1 = aten.reshape %0 {shape = array<i64: 2, 4420>} : (tensor<17x8x65xf32>) -> tensor<2x4420xf32>
  %2 = aten.sum %1 {dim = array<i64: 1>, keepdim = false} : (tensor<2x4420xf32>) -> tensor<2xf32>
  return %2 : tensor<2xf32>
}

// What is stored hangs on the number of the block, so that no block is as
// another: all of them are run.
// CHECK: places_reduce
// CHECK: checked        verified: 32 of 32 blocks
func.func @places() -> tensor<2x16x4xi64> {
  %0 = aten.arange {start = 0.0 : f64, end = 64.0 : f64, dtype = i64} : () -> tensor<64xi64>
  %1 = aten.reshape %0 {shape = array<i64: 4, 16, 1>} : (tensor<64xi64>) -> tensor<4x16x1xi64>
  %2 = aten.expand %1 {size = array<i64: 3, 4, 16, 2>} : (tensor<4x16x1xi64>) -> tensor<3x4x16x2xi64>
  %3 = aten.amin %2 {dim = array<i64: 0>, keepdim = false} : (tensor<3x4x16x2xi64>) -> tensor<4x16x2xi64>
  %4 = aten.transpose %3 {dim0 = 0 : i64, dim1 = 2 : i64} : (tensor<4x16x2xi64>) -> tensor<2x16x4xi64>
  return %4 : tensor<2x16x4xi64>
}

// Deviations of whole numbers: roots of literals, which are missing in some of
// the draws, are no doubt.
// CHECK: deviations_
// CHECK: checked        verified
func.func @deviations(%x: tensor<5x15x18xf32>) -> tensor<15xf32> {
  %0 = aten.floor %x : (tensor<5x15x18xf32>) -> tensor<5x15x18xf32>
  %1 = aten.std %0 {dim = array<i64: 0, 2>, keepdim = false} : (tensor<5x15x18xf32>) -> tensor<15xf32>
  return %1 : tensor<15xf32>
}

// The largest is nearly always that of the second argument, and then the
// deviation is zero.
// CHECK: chosen_
// CHECK: checked        verified
func.func @chosen(%x: tensor<13x96x12xf32>, %w: tensor<1x12xf32>) -> tensor<3x12xf32> {
  %0 = aten.amin %x {dim = array<i64: 1>, keepdim = true} : (tensor<13x96x12xf32>) -> tensor<13x1x12xf32>
  %1 = aten.maximum %0, %w : (tensor<13x1x12xf32>, tensor<1x12xf32>) -> tensor<13x1x12xf32>
  %2 = aten.std %1 {dim = array<i64: 0>, keepdim = true} : (tensor<13x1x12xf32>) -> tensor<1x1x12xf32>
  %3 = aten.expand %2 {size = array<i64: 1, 3, 12>} : (tensor<1x1x12xf32>) -> tensor<1x3x12xf32>
  %4 = aten.reshape %3 {shape = array<i64: 3, 12>} : (tensor<1x3x12xf32>) -> tensor<3x12xf32>
  return %4 : tensor<3x12xf32>
}

// Powers of what is negative are no numbers, and each element must be one twice.
// CHECK: negated_
// CHECK: checked        verified
func.func @negated(%x: tensor<63x96xf32>) -> tensor<63x96xf32> {
  %0 = aten.neg %x : (tensor<63x96xf32>) -> tensor<63x96xf32>
  %1 = aten.pow %0, %x : (tensor<63x96xf32>, tensor<63x96xf32>) -> tensor<63x96xf32>
  return %1 : tensor<63x96xf32>
}

// A mask of places in a product that is read under another shape: what a map of
// places is expanded to claims nothing.
// CHECK: triangle_
// CHECK: checked        verified
func.func @triangle(%x: tensor<17x33xbf16>, %w: tensor<63x33xbf16>) -> tensor<63x17xbf16> {
  %0 = aten.linear %x, %w : (tensor<17x33xbf16>, tensor<63x33xbf16>) -> tensor<17x63xbf16>
  %1 = aten.reshape %0 {shape = array<i64: 63, 17>} : (tensor<17x63xbf16>) -> tensor<63x17xbf16>
  %2 = aten.triu %1 {diagonal = 2 : i64} : (tensor<63x17xbf16>) -> tensor<63x17xbf16>
  return %2 : tensor<63x17xbf16>
}

// Choices of integers beside exponentials.
// CHECK: selections_
// CHECK: checked        verified
func.func @selections(%q: tensor<1x4x33x5xf16>, %k: tensor<1x4x33x5xf16>) -> (tensor<1x4x33x5xf16>, tensor<4x33x5xi64>) {
  %0 = aten.scaled_dot_product_attention %q, %k, %k : (tensor<1x4x33x5xf16>, tensor<1x4x33x5xf16>, tensor<1x4x33x5xf16>) -> tensor<1x4x33x5xf16>
  %1 = aten.mul %0, %k : (tensor<1x4x33x5xf16>, tensor<1x4x33x5xf16>) -> tensor<1x4x33x5xf16>
  %2, %3 = aten.max_dim %1 {dim = 0 : i64} : (tensor<1x4x33x5xf16>) -> (tensor<4x33x5xf16>, tensor<4x33x5xi64>)
  return %0, %3 : tensor<1x4x33x5xf16>, tensor<4x33x5xi64>
}

// Windows that a reduction reads, and that are a result as well: fused, they
// would make a running maximum of it, whose loops nothing else tells the sizes of.
// CHECK: unfolded_reduce
// CHECK-NEXT: scheduled by inner_reduction
// CHECK: checked        verified
func.func @unfolded(%x: tensor<31xbf16>) -> (tensor<4x28xbf16>, tensor<4x28xbf16>) {
  %0 = aten.unfold %x {dimension = 0 : i64, size = 4 : i64, step = 1 : i64} : (tensor<31xbf16>) -> tensor<28x4xbf16>
  %1 = aten.transpose %0 {dim0 = 1 : i64, dim1 = 0 : i64} : (tensor<28x4xbf16>) -> tensor<4x28xbf16>
  %2 = aten.log_softmax %1 {dim = -1 : i64} : (tensor<4x28xbf16>) -> tensor<4x28xbf16>
  return %1, %2 : tensor<4x28xbf16>, tensor<4x28xbf16>
}

// A third that comes about where the sum of a constant row does.
// CHECK: thirds_
// CHECK: checked        verified
func.func @thirds(%x: tensor<3xi32>) -> tensor<3xf16> {
  %0 = aten.lt %x, %x : (tensor<3xi32>, tensor<3xi32>) -> tensor<3xi1>
  %1 = aten.to %0 {dtype = f16} : (tensor<3xi1>) -> tensor<3xf16>
  %2 = aten.softmax %1 {dim = 0 : i64} : (tensor<3xf16>) -> tensor<3xf16>
  return %2 : tensor<3xf16>
}

// A padded input beside a scalar, whose blocks have no dimension.
// CHECK: scalar_reduce
// CHECK: checked        verified
func.func @scalar(%x: tensor<200x13xf32>, %y: tensor<f32>) -> (tensor<f32>, tensor<200x16xf32>) {
  %0 = aten.std %x {dim = array<i64: 0, 1>, keepdim = false} : (tensor<200x13xf32>) -> tensor<f32>
  %1 = aten.pad %x {pad = array<i64: 2, 1>, value = 1.0 : f64} : (tensor<200x13xf32>) -> tensor<200x16xf32>
  %2 = aten.maximum %0, %y : (tensor<f32>, tensor<f32>) -> tensor<f32>
  return %2, %1 : tensor<f32>, tensor<200x16xf32>
}

// Rows that are repeated keep more rows in a block than a product's schedules
// stage; the generic one sums.
// CHECK: repeated_matmul
// CHECK: checked        verified
func.func @repeated(%x: tensor<33x2x2xbf16>, %w: tensor<2x2xbf16>, %b: tensor<2xbf16>) -> tensor<66x2x2xbf16> {
  %0 = aten.repeat %x {repeats = array<i64: 2, 1, 1>} : (tensor<33x2x2xbf16>) -> tensor<66x2x2xbf16>
  %1 = aten.linear %0, %w, %b : (tensor<66x2x2xbf16>, tensor<2x2xbf16>, tensor<2xbf16>) -> tensor<66x2x2xbf16>
  return %1 : tensor<66x2x2xbf16>
}

// OUT-NOT: linalg
// FIRST-NOT: does not stand the checks
