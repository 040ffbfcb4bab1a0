// RUN: kernel-opt %s --kopt-form-kernels --split-input-file | FileCheck %s

// Two products stay apart; the activation belongs to the first.
// CHECK-LABEL: func.func @mlp
// CHECK: %[[H:.*]] = kopt.kernel @mlp_matmul
// CHECK: arith.maximumf
// CHECK: %[[R:.*]] = kopt.kernel @mlp_matmul_1
// CHECK-SAME: = %[[H]] :
// CHECK: arith.addf
// CHECK: return %[[R]]
func.func @mlp(%x: tensor<256x512xf32>, %w1: tensor<512x2048xf32>, %w2: tensor<2048x512xf32>) -> tensor<256x512xf32> {
  %zero = arith.constant 0.0 : f32
  %zeros = arith.constant dense<0.0> : tensor<256x2048xf32>
  %e1 = tensor.empty() : tensor<256x2048xf32>
  %i1 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<256x2048xf32>) -> tensor<256x2048xf32>
  %e2 = tensor.empty() : tensor<256x512xf32>
  %i2 = linalg.fill ins(%zero : f32) outs(%e2 : tensor<256x512xf32>) -> tensor<256x512xf32>
  %h = linalg.matmul ins(%x, %w1 : tensor<256x512xf32>, tensor<512x2048xf32>) outs(%i1 : tensor<256x2048xf32>) -> tensor<256x2048xf32>
  %r = arith.maximumf %h, %zeros : tensor<256x2048xf32>
  %o = linalg.matmul ins(%r, %w2 : tensor<256x2048xf32>, tensor<2048x512xf32>) outs(%i2 : tensor<256x512xf32>) -> tensor<256x512xf32>
  %y = arith.addf %o, %x : tensor<256x512xf32>
  return %y : tensor<256x512xf32>
}

// -----

// A pooling with its padding; the constant of the padding is inside.
// CHECK-LABEL: func.func @max_pool
// CHECK-NEXT: %[[R:.*]] = kopt.kernel @max_pool_pool (%{{[a-z0-9]+}} = %{{[a-z0-9]+}} : tensor<1x64x112x112xf32>) ->
// CHECK: tensor.pad
// CHECK: linalg.pooling_nchw_max
// CHECK: return %[[R]]
func.func @max_pool(%x: tensor<1x64x112x112xf32>) -> tensor<1x64x56x56xf32> {
  %low = arith.constant 0xFF800000 : f32
  %p = tensor.pad %x low[0, 0, 1, 1] high[0, 0, 1, 1] {
    ^bb0(%i0: index, %i1: index, %i2: index, %i3: index):
      tensor.yield %low : f32
  } : tensor<1x64x112x112xf32> to tensor<1x64x114x114xf32>
  %e = tensor.empty() : tensor<1x64x56x56xf32>
  %i = linalg.fill ins(%low : f32) outs(%e : tensor<1x64x56x56xf32>) -> tensor<1x64x56x56xf32>
  %window = tensor.empty() : tensor<3x3xf32>
  %0 = linalg.pooling_nchw_max {dilations = dense<1> : vector<2xi64>, strides = dense<2> : vector<2xi64>}
    ins(%p, %window : tensor<1x64x114x114xf32>, tensor<3x3xf32>) outs(%i : tensor<1x64x56x56xf32>) -> tensor<1x64x56x56xf32>
  return %0 : tensor<1x64x56x56xf32>
}

// -----

// Views at the border of a kernel stay in the launch plan, weights too; a
// transposed weight is read in place.
// CHECK-LABEL: func.func @linear
// CHECK-SAME: (%[[X:[a-z0-9]+]]: tensor<4x32x128xf32>)
// CHECK-DAG: %[[W:.*]] = arith.constant dense_resource<weight> : tensor<256x128xf32>
// CHECK-DAG: %[[B:.*]] = arith.constant dense_resource<bias>
// CHECK-DAG: %[[F:.*]] = tensor.collapse_shape %[[X]]
// CHECK: %[[R:.*]] = kopt.kernel @linear_matmul
// CHECK-DAG: = %[[F]] : tensor<128x128xf32>
// CHECK-DAG: = %[[W]] : tensor<256x128xf32>
// CHECK-DAG: = %[[B]] : tensor<256xf32>
// CHECK-SAME: -> (tensor<128x256xf32>) {
// CHECK-NOT: linalg.transpose
// CHECK-NOT: tensor.expand_shape
// CHECK: kopt.yield
// CHECK-NEXT: }
// CHECK-NEXT: %[[E:.*]] = tensor.expand_shape %[[R]]
// CHECK-NEXT: return %[[E]]
func.func @linear(%x: tensor<4x32x128xf32>) -> tensor<4x32x256xf32> {
  %zero = arith.constant 0.0 : f32
  %w = arith.constant dense_resource<weight> : tensor<256x128xf32>
  %b = arith.constant dense_resource<bias> : tensor<256xf32>
  %ew = tensor.empty() : tensor<128x256xf32>
  %wt = linalg.transpose ins(%w : tensor<256x128xf32>) outs(%ew : tensor<128x256xf32>) permutation = [1, 0]
  %f = tensor.collapse_shape %x [[0, 1], [2]] : tensor<4x32x128xf32> into tensor<128x128xf32>
  %e = tensor.empty() : tensor<128x256xf32>
  %i = linalg.fill ins(%zero : f32) outs(%e : tensor<128x256xf32>) -> tensor<128x256xf32>
  %0 = linalg.matmul ins(%f, %wt : tensor<128x128xf32>, tensor<128x256xf32>) outs(%i : tensor<128x256xf32>) -> tensor<128x256xf32>
  %1 = tensor.expand_shape %0 [[0, 1], [2]] output_shape [4, 32, 256] : tensor<128x256xf32> into tensor<4x32x256xf32>
  %e3 = tensor.empty() : tensor<4x32x256xf32>
  %2 = linalg.generic {indexing_maps = [
        affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>],
      iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%1, %b : tensor<4x32x256xf32>, tensor<256xf32>) outs(%e3 : tensor<4x32x256xf32>) {
    ^bb0(%a: f32, %c: f32, %out: f32):
      %s = arith.addf %a, %c : f32
      linalg.yield %s : f32
    } -> tensor<4x32x256xf32>
  return %2 : tensor<4x32x256xf32>
}
{-# dialect_resources: { builtin: { weight: "0x040000000000803F", bias: "0x040000000000803F" } } #-}

// -----

// A value that several kernels read is stored once; the scale per channel is
// computed where it is used.
// CHECK-LABEL: func.func @several_readers
// CHECK: %[[H:.*]] = kopt.kernel @several_readers_elementwise
// CHECK: math.rsqrt
// CHECK: kopt.kernel @several_readers_matmul
// CHECK-SAME: = %[[H]] :
// CHECK: kopt.kernel @several_readers_matmul_1
// CHECK-SAME: = %[[H]] :
// CHECK-NOT: math.rsqrt
func.func @several_readers(%x: tensor<256x512xf32>, %v: tensor<512xf32>, %w1: tensor<512x64xf32>, %w2: tensor<512x64xf32>)
    -> (tensor<256x64xf32>, tensor<256x64xf32>) {
  %zero = arith.constant 0.0 : f32
  %s = math.rsqrt %v : tensor<512xf32>
  %eb = tensor.empty() : tensor<256x512xf32>
  %sb = linalg.broadcast ins(%s : tensor<512xf32>) outs(%eb : tensor<256x512xf32>) dimensions = [0]
  %h = arith.mulf %x, %sb : tensor<256x512xf32>
  %e = tensor.empty() : tensor<256x64xf32>
  %i = linalg.fill ins(%zero : f32) outs(%e : tensor<256x64xf32>) -> tensor<256x64xf32>
  %0 = linalg.matmul ins(%h, %w1 : tensor<256x512xf32>, tensor<512x64xf32>) outs(%i : tensor<256x64xf32>) -> tensor<256x64xf32>
  %1 = linalg.matmul ins(%h, %w2 : tensor<256x512xf32>, tensor<512x64xf32>) outs(%i : tensor<256x64xf32>) -> tensor<256x64xf32>
  return %0, %1 : tensor<256x64xf32>, tensor<256x64xf32>
}

// -----

// A cheap prologue that nobody else reads goes into the product.
// CHECK-LABEL: func.func @prologue
// CHECK-NEXT: %[[R:.*]] = kopt.kernel @prologue_matmul
// CHECK: arith.maximumf
// CHECK: linalg.matmul
// CHECK: return %[[R]]
func.func @prologue(%x: tensor<256x512xf32>, %w: tensor<512x64xf32>) -> tensor<256x64xf32> {
  %zero = arith.constant 0.0 : f32
  %zeros = arith.constant dense<0.0> : tensor<256x512xf32>
  %h = arith.maximumf %x, %zeros : tensor<256x512xf32>
  %e = tensor.empty() : tensor<256x64xf32>
  %i = linalg.fill ins(%zero : f32) outs(%e : tensor<256x64xf32>) -> tensor<256x64xf32>
  %0 = linalg.matmul ins(%h, %w : tensor<256x512xf32>, tensor<512x64xf32>) outs(%i : tensor<256x64xf32>) -> tensor<256x64xf32>
  return %0 : tensor<256x64xf32>
}

// -----

// Sizes that a kernel's own values have are found inside of it.
// CHECK-LABEL: func.func @dynamic
// CHECK: %[[R:.*]] = kopt.kernel @dynamic_matmul
// CHECK: tensor.dim
// CHECK: kopt.yield
// CHECK-NEXT: }
// CHECK-NEXT: return %[[R]]
func.func @dynamic(%x: tensor<?x512xf32>, %w: tensor<512x64xf32>) -> tensor<?x64xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %m = tensor.dim %x, %c0 : tensor<?x512xf32>
  %e = tensor.empty(%m) : tensor<?x64xf32>
  %i = linalg.fill ins(%zero : f32) outs(%e : tensor<?x64xf32>) -> tensor<?x64xf32>
  %0 = linalg.matmul ins(%x, %w : tensor<?x512xf32>, tensor<512x64xf32>) outs(%i : tensor<?x64xf32>) -> tensor<?x64xf32>
  %n = tensor.dim %0, %c0 : tensor<?x64xf32>
  %f = tensor.empty(%n) : tensor<?x64xf32>
  %1 = linalg.exp ins(%0 : tensor<?x64xf32>) outs(%f : tensor<?x64xf32>) -> tensor<?x64xf32>
  return %1 : tensor<?x64xf32>
}

// -----

// Foreign operations stay, in order, and kernels go where they are needed.
// CHECK-LABEL: func.func @foreign
// CHECK: %[[A:.*]] = kopt.kernel @foreign_elementwise
// CHECK: math.exp
// CHECK: %[[B:.*]] = call @outside(%[[A]])
// CHECK: %[[C:.*]] = scf.if
// CHECK: kopt.kernel @foreign_elementwise_
// CHECK: scf.yield
// CHECK: call @effect
// CHECK: %[[D:.*]] = kopt.kernel @foreign_elementwise_
// CHECK-SAME: = %[[C]] :
// CHECK: return %[[D]]
func.func private @outside(tensor<64xf32>) -> tensor<64xf32>
func.func private @effect()
func.func @foreign(%x: tensor<64xf32>, %flag: i1) -> tensor<64xf32> {
  %0 = math.exp %x : tensor<64xf32>
  %1 = func.call @outside(%0) : (tensor<64xf32>) -> tensor<64xf32>
  %2 = scf.if %flag -> tensor<64xf32> {
    %4 = math.tanh %1 : tensor<64xf32>
    scf.yield %4 : tensor<64xf32>
  } else {
    scf.yield %1 : tensor<64xf32>
  }
  func.call @effect() : () -> ()
  %3 = arith.addf %2, %0 : tensor<64xf32>
  return %3 : tensor<64xf32>
}

// -----

// Pieces put together are one kernel.
// CHECK-LABEL: func.func @concat
// CHECK-NEXT: %[[R:.*]] = kopt.kernel @concat_concat
// CHECK-COUNT-2: tensor.insert_slice
// CHECK: return %[[R]]
func.func @concat(%x: tensor<64x32xf32>, %y: tensor<64x96xf32>) -> tensor<64x128xf32> {
  %e = tensor.empty() : tensor<64x128xf32>
  %0 = tensor.insert_slice %x into %e[0, 0] [64, 32] [1, 1] : tensor<64x32xf32> into tensor<64x128xf32>
  %1 = tensor.insert_slice %y into %0[0, 32] [64, 96] [1, 1] : tensor<64x96xf32> into tensor<64x128xf32>
  return %1 : tensor<64x128xf32>
}

// -----

// A transposed result is written so by the kernel that computes it; one of an
// argument is a kernel of its own; a view of an argument is none.
// CHECK-LABEL: func.func @movement
// CHECK-SAME: (%[[X:[a-z0-9]+]]: tensor<64x32xf32>)
// CHECK-DAG: %[[A:.*]] = kopt.kernel @movement_elementwise
// CHECK-DAG: %[[B:.*]] = kopt.kernel @movement_copy
// CHECK-DAG: %[[C:.*]] = tensor.collapse_shape %[[X]]
// CHECK: return %[[A]], %[[B]], %[[C]]
func.func @movement(%x: tensor<64x32xf32>) -> (tensor<32x64xf32>, tensor<32x64xf32>, tensor<2048xf32>) {
  %e = tensor.empty() : tensor<32x64xf32>
  %0 = math.exp %x : tensor<64x32xf32>
  %1 = linalg.transpose ins(%0 : tensor<64x32xf32>) outs(%e : tensor<32x64xf32>) permutation = [1, 0]
  %2 = linalg.transpose ins(%x : tensor<64x32xf32>) outs(%e : tensor<32x64xf32>) permutation = [1, 0]
  %3 = tensor.collapse_shape %x [[0, 1]] : tensor<64x32xf32> into tensor<2048xf32>
  return %1, %2, %3 : tensor<32x64xf32>, tensor<32x64xf32>, tensor<2048xf32>
}

// -----

// A kernel carries the contract of its function.
// CHECK-LABEL: func.func @contract
// CHECK: kopt.kernel @contract_elementwise
// CHECK-SAME: contract #kopt.contract<specials = finite>
func.func @contract(%x: tensor<64xf32>) -> tensor<64xf32> attributes {kopt.contract = #kopt.contract<specials = finite>} {
  %0 = math.exp %x : tensor<64xf32>
  return %0 : tensor<64xf32>
}
