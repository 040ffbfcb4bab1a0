// RUN: kernel-opt %s --kopt-form-kernels --split-input-file | FileCheck %s

// Product, bias and activation are one kernel.
// CHECK-LABEL: func.func @matmul_bias_gelu
// CHECK-SAME: (%[[A:[a-z0-9]+]]: tensor<512x1024xf32>, %[[B:[a-z0-9]+]]: tensor<1024x256xf32>, %[[C:[a-z0-9]+]]: tensor<256xf32>)
// CHECK-NEXT: %[[R:.*]] = kopt.kernel @matmul_bias_gelu_matmul (%{{.*}} = %[[A]] : tensor<512x1024xf32>, %{{.*}} = %[[B]] : tensor<1024x256xf32>, %{{.*}} = %[[C]] : tensor<256xf32>)
// CHECK-SAME: -> (tensor<512x256xf32>) {
// CHECK: linalg.fill
// CHECK: linalg.matmul
// CHECK: linalg.generic
// CHECK: arith.addf
// CHECK: math.erf
// CHECK: linalg.yield
// CHECK-NOT: linalg.generic
// CHECK: kopt.yield
// CHECK-NEXT: }
// CHECK-NEXT: return %[[R]]
func.func @matmul_bias_gelu(%a: tensor<512x1024xf32>, %b: tensor<1024x256xf32>,
                            %bias: tensor<256xf32>) -> tensor<512x256xf32> {
  %zero = arith.constant 0.0 : f32
  %half = arith.constant 0.5 : f32
  %one = arith.constant 1.0 : f32
  %rsqrt2 = arith.constant 0.707106769 : f32
  %e = tensor.empty() : tensor<512x256xf32>
  %i = linalg.fill ins(%zero : f32) outs(%e : tensor<512x256xf32>) -> tensor<512x256xf32>
  %0 = linalg.matmul ins(%a, %b : tensor<512x1024xf32>, tensor<1024x256xf32>) outs(%i : tensor<512x256xf32>) -> tensor<512x256xf32>
  %1 = linalg.generic {
      indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0, d1)>],
      iterator_types = ["parallel", "parallel"]}
      ins(%0, %bias : tensor<512x256xf32>, tensor<256xf32>) outs(%e : tensor<512x256xf32>) {
    ^bb0(%x: f32, %y: f32, %out: f32):
      %s = arith.addf %x, %y : f32
      linalg.yield %s : f32
    } -> tensor<512x256xf32>
  %2 = linalg.generic {
      indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>],
      iterator_types = ["parallel", "parallel"]}
      ins(%1 : tensor<512x256xf32>) outs(%e : tensor<512x256xf32>) {
    ^bb0(%x: f32, %out: f32):
      %s = arith.mulf %x, %rsqrt2 : f32
      %t = math.erf %s : f32
      %u = arith.addf %t, %one : f32
      %v = arith.mulf %u, %half : f32
      %w = arith.mulf %x, %v : f32
      linalg.yield %w : f32
    } -> tensor<512x256xf32>
  return %2 : tensor<512x256xf32>
}

// -----

// A window has its padding inside, and its epilogue.
// CHECK-LABEL: func.func @conv_bias_relu
// CHECK-NEXT: %[[R:.*]] = kopt.kernel @conv_bias_relu_conv
// CHECK-SAME: -> (tensor<2x16x28x28xf32>) {
// CHECK: tensor.pad
// CHECK: linalg.generic
// CHECK: linalg.conv_2d_nchw_fchw
// CHECK: arith.maximumf
// CHECK: kopt.yield
// CHECK-NEXT: }
// CHECK-NEXT: return %[[R]]
func.func @conv_bias_relu(%x: tensor<2x8x28x28xf32>, %w: tensor<16x8x3x3xf32>,
                          %bias: tensor<16xf32>) -> tensor<2x16x28x28xf32> {
  %zero = arith.constant 0.0 : f32
  %p = tensor.pad %x low[0, 0, 1, 1] high[0, 0, 1, 1] {
    ^bb0(%i0: index, %i1: index, %i2: index, %i3: index):
      tensor.yield %zero : f32
  } : tensor<2x8x28x28xf32> to tensor<2x8x30x30xf32>
  %e = tensor.empty() : tensor<2x16x28x28xf32>
  %i = linalg.broadcast ins(%bias : tensor<16xf32>) outs(%e : tensor<2x16x28x28xf32>) dimensions = [0, 2, 3]
  %0 = linalg.conv_2d_nchw_fchw {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>}
    ins(%p, %w : tensor<2x8x30x30xf32>, tensor<16x8x3x3xf32>) outs(%i : tensor<2x16x28x28xf32>) -> tensor<2x16x28x28xf32>
  %1 = linalg.generic {
      indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>],
      iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%0 : tensor<2x16x28x28xf32>) outs(%e : tensor<2x16x28x28xf32>) {
    ^bb0(%v: f32, %out: f32):
      %m = arith.maximumf %v, %zero : f32
      linalg.yield %m : f32
    } -> tensor<2x16x28x28xf32>
  return %1 : tensor<2x16x28x28xf32>
}

// -----

// Maximum, exponentials, sum and quotient share rows.
// CHECK-LABEL: func.func @softmax
// CHECK-NEXT: %[[R:.*]] = kopt.kernel @softmax_reduce
// CHECK-COUNT-4: linalg.{{generic|reduce}}
// CHECK: kopt.yield
// CHECK-NEXT: }
// CHECK-NEXT: return %[[R]]
func.func @softmax(%x: tensor<4096x8192xf32>) -> tensor<4096x8192xf32> {
  %zero = arith.constant 0.0 : f32
  %low = arith.constant 0xFF800000 : f32
  %e = tensor.empty() : tensor<4096x8192xf32>
  %er = tensor.empty() : tensor<4096xf32>
  %im = linalg.fill ins(%low : f32) outs(%er : tensor<4096xf32>) -> tensor<4096xf32>
  %is = linalg.fill ins(%zero : f32) outs(%er : tensor<4096xf32>) -> tensor<4096xf32>
  %m = linalg.reduce ins(%x : tensor<4096x8192xf32>) outs(%im : tensor<4096xf32>) dimensions = [1]
    (%a: f32, %b: f32) {
      %c = arith.maximumf %a, %b : f32
      linalg.yield %c : f32
    }
  %p = linalg.generic {
      indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0, d1)>],
      iterator_types = ["parallel", "parallel"]}
      ins(%x, %m : tensor<4096x8192xf32>, tensor<4096xf32>) outs(%e : tensor<4096x8192xf32>) {
    ^bb0(%a: f32, %b: f32, %out: f32):
      %d = arith.subf %a, %b : f32
      %v = math.exp %d : f32
      linalg.yield %v : f32
    } -> tensor<4096x8192xf32>
  %s = linalg.reduce ins(%p : tensor<4096x8192xf32>) outs(%is : tensor<4096xf32>) dimensions = [1]
    (%a: f32, %b: f32) {
      %c = arith.addf %a, %b : f32
      linalg.yield %c : f32
    }
  %q = linalg.generic {
      indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0, d1)>],
      iterator_types = ["parallel", "parallel"]}
      ins(%p, %s : tensor<4096x8192xf32>, tensor<4096xf32>) outs(%e : tensor<4096x8192xf32>) {
    ^bb0(%a: f32, %b: f32, %out: f32):
      %d = arith.divf %a, %b : f32
      linalg.yield %d : f32
    } -> tensor<4096x8192xf32>
  return %q : tensor<4096x8192xf32>
}

// -----

// Too few rows to hold a launch: the maximum and the sum end theirs.
// CHECK-LABEL: func.func @softmax_few_rows
// CHECK: kopt.kernel @softmax_few_rows_reduce
// CHECK: %[[PS:.*]]:2 = kopt.kernel @softmax_few_rows_reduce_1
// CHECK: kopt.kernel @softmax_few_rows_elementwise
// CHECK-SAME: %[[PS]]#
// CHECK-SAME: %[[PS]]#
func.func @softmax_few_rows(%x: tensor<2x1048576xf32>) -> tensor<2x1048576xf32> {
  %zero = arith.constant 0.0 : f32
  %low = arith.constant 0xFF800000 : f32
  %e = tensor.empty() : tensor<2x1048576xf32>
  %er = tensor.empty() : tensor<2xf32>
  %im = linalg.fill ins(%low : f32) outs(%er : tensor<2xf32>) -> tensor<2xf32>
  %is = linalg.fill ins(%zero : f32) outs(%er : tensor<2xf32>) -> tensor<2xf32>
  %m = linalg.reduce ins(%x : tensor<2x1048576xf32>) outs(%im : tensor<2xf32>) dimensions = [1]
    (%a: f32, %b: f32) {
      %c = arith.maximumf %a, %b : f32
      linalg.yield %c : f32
    }
  %p = linalg.generic {
      indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0, d1)>],
      iterator_types = ["parallel", "parallel"]}
      ins(%x, %m : tensor<2x1048576xf32>, tensor<2xf32>) outs(%e : tensor<2x1048576xf32>) {
    ^bb0(%a: f32, %b: f32, %out: f32):
      %d = arith.subf %a, %b : f32
      %v = math.exp %d : f32
      linalg.yield %v : f32
    } -> tensor<2x1048576xf32>
  %s = linalg.reduce ins(%p : tensor<2x1048576xf32>) outs(%is : tensor<2xf32>) dimensions = [1]
    (%a: f32, %b: f32) {
      %c = arith.addf %a, %b : f32
      linalg.yield %c : f32
    }
  %q = linalg.generic {
      indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0, d1)>],
      iterator_types = ["parallel", "parallel"]}
      ins(%p, %s : tensor<2x1048576xf32>, tensor<2xf32>) outs(%e : tensor<2x1048576xf32>) {
    ^bb0(%a: f32, %b: f32, %out: f32):
      %d = arith.divf %a, %b : f32
      linalg.yield %d : f32
    } -> tensor<2x1048576xf32>
  return %q : tensor<2x1048576xf32>
}

// -----

// A chain of operations on tensors becomes one linalg.generic.
// CHECK-LABEL: func.func @silu_chain
// CHECK-NEXT: %[[R:.*]] = kopt.kernel @silu_chain_elementwise
// CHECK-COUNT-1: linalg.generic
// CHECK-NOT: linalg.generic
// CHECK: return %[[R]]
func.func @silu_chain(%x: tensor<1024x1024xf32>, %y: tensor<1024x1024xf32>) -> tensor<1024x1024xf32> {
  %one = arith.constant dense<1.0> : tensor<1024x1024xf32>
  %0 = arith.negf %x : tensor<1024x1024xf32>
  %1 = math.exp %0 : tensor<1024x1024xf32>
  %2 = arith.addf %1, %one : tensor<1024x1024xf32>
  %3 = arith.divf %x, %2 : tensor<1024x1024xf32>
  %4 = arith.mulf %3, %y : tensor<1024x1024xf32>
  return %4 : tensor<1024x1024xf32>
}
