// REQUIRES: ptxas
// RUN: kernel-opt %s --verify=algebra-only -o %t.mlir 2>&1 | FileCheck %s

// Chains of reductions along one axis become one loop, and are verified.
// CHECK-NOT: {{unproven|error}}

// Rows that no block's registers hold: one pass for maximum and sum, one for the
// results.
// CHECK: softmax_{{.*}} ({{.*}}online.mlir
// CHECK-NEXT: scheduled by   row
// CHECK: checked        verified
func.func @softmax(%x: tensor<70x20011xf32>) -> tensor<70x20011xf32> {
  %y = aten.softmax %x {dim = -1 : i64} : (tensor<70x20011xf32>) -> tensor<70x20011xf32>
  return %y : tensor<70x20011xf32>
}

// CHECK: logsumexp_{{.*}} ({{.*}}online.mlir
// CHECK-NEXT: scheduled by   {{inner|chained}}_reduction
// CHECK: checked        verified
func.func @logsumexp(%x: tensor<70x9001xf32>) -> tensor<70xf32> {
  %y = aten.logsumexp %x {dim = array<i64: 1>, keepdim = false} : (tensor<70x9001xf32>) -> tensor<70xf32>
  return %y : tensor<70xf32>
}

// Lengths that no tile divides; queries and keys differ in number.
// CHECK: cross_attention_{{.*}} ({{.*}}online.mlir
// CHECK-NEXT: scheduled by   attention_fma
// CHECK: checked        verified
func.func @cross_attention(%q: tensor<1x2x90x16xf32>, %k: tensor<1x2x150x16xf32>, %v: tensor<1x2x150x24xf32>) -> tensor<1x2x90x24xf32> {
  %y = aten.scaled_dot_product_attention %q, %k, %v
      : (tensor<1x2x90x16xf32>, tensor<1x2x150x16xf32>, tensor<1x2x150x24xf32>) -> tensor<1x2x90x24xf32>
  return %y : tensor<1x2x90x24xf32>
}

// CHECK: cross_attention_f16_{{.*}} ({{.*}}online.mlir
// CHECK-NEXT: scheduled by   attention_mma
// CHECK: checked        verified
func.func @cross_attention_f16(%q: tensor<1x2x90x16xf16>, %k: tensor<1x2x150x16xf16>, %v: tensor<1x2x150x24xf16>) -> tensor<1x2x90x24xf16> {
  %y = aten.scaled_dot_product_attention %q, %k, %v
      : (tensor<1x2x90x16xf16>, tensor<1x2x150x16xf16>, tensor<1x2x150x24xf16>) -> tensor<1x2x90x24xf16>
  return %y : tensor<1x2x90x24xf16>
}

// Rounding to 16 bits is part of the launch. More blocks than are run: they are
// shown to behave alike, asynchronous copies included.
// CHECK: causal_{{.*}} ({{.*}}online.mlir
// CHECK-NEXT: scheduled by   attention_mma
// CHECK: checked        verified
// CHECK-NOT: causal_
func.func @causal(%q: tensor<2x4x200x64xbf16>, %k: tensor<2x4x200x64xbf16>, %v: tensor<2x4x200x64xbf16>) -> tensor<2x4x200x64xbf16> {
  %y = aten.scaled_dot_product_attention %q, %k, %v {is_causal = true}
      : (tensor<2x4x200x64xbf16>, tensor<2x4x200x64xbf16>, tensor<2x4x200x64xbf16>) -> tensor<2x4x200x64xbf16>
  return %y : tensor<2x4x200x64xbf16>
}

// Each row sees itself and the 40 positions before: the first pieces of late rows
// are masked wholly.
// CHECK: windowed_{{.*}} ({{.*}}online.mlir
// CHECK-NEXT: scheduled by   attention_fma
// CHECK: checked        verified
func.func @windowed(%q: tensor<2x160x16xf32>, %k: tensor<2x160x16xf32>, %v: tensor<2x160x16xf32>) -> tensor<2x160x16xf32> {
  %zero = arith.constant 0.0 : f32
  %lowest = arith.constant 0xFF800000 : f32
  %c40 = arith.constant 40 : index
  %e = tensor.empty() : tensor<2x160x160xf32>
  %er = tensor.empty() : tensor<2x160xf32>
  %eo = tensor.empty() : tensor<2x160x16xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<2x160x160xf32>) -> tensor<2x160x160xf32>
  %s = linalg.generic {
      indexing_maps = [affine_map<(b, i, j, d) -> (b, i, d)>, affine_map<(b, i, j, d) -> (b, j, d)>, affine_map<(b, i, j, d) -> (b, i, j)>],
      iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
    ins(%q, %k : tensor<2x160x16xf32>, tensor<2x160x16xf32>) outs(%f : tensor<2x160x160xf32>) {
    ^bb0(%x: f32, %y: f32, %o: f32):
      %p = arith.mulf %x, %y : f32
      %t = arith.addf %o, %p : f32
      linalg.yield %t : f32
  } -> tensor<2x160x160xf32>
  %masked = linalg.generic {
      indexing_maps = [affine_map<(b, i, j) -> (b, i, j)>, affine_map<(b, i, j) -> (b, i, j)>],
      iterator_types = ["parallel", "parallel", "parallel"]}
    ins(%s : tensor<2x160x160xf32>) outs(%e : tensor<2x160x160xf32>) {
    ^bb0(%x: f32, %o: f32):
      %i = linalg.index 1 : index
      %j = linalg.index 2 : index
      %before = arith.cmpi sle, %j, %i : index
      %end = arith.addi %j, %c40 : index
      %near = arith.cmpi sge, %end, %i : index
      %both = arith.andi %before, %near : i1
      %m = arith.select %both, %x, %lowest : f32
      linalg.yield %m : f32
  } -> tensor<2x160x160xf32>
  %fm = linalg.fill ins(%lowest : f32) outs(%er : tensor<2x160xf32>) -> tensor<2x160xf32>
  %max = linalg.reduce ins(%masked : tensor<2x160x160xf32>) outs(%fm : tensor<2x160xf32>) dimensions = [2]
    (%x: f32, %o: f32) {
      %t = arith.maximumf %x, %o : f32
      linalg.yield %t : f32
    }
  %p = linalg.generic {
      indexing_maps = [affine_map<(b, i, j) -> (b, i, j)>, affine_map<(b, i, j) -> (b, i)>, affine_map<(b, i, j) -> (b, i, j)>],
      iterator_types = ["parallel", "parallel", "parallel"]}
    ins(%masked, %max : tensor<2x160x160xf32>, tensor<2x160xf32>) outs(%e : tensor<2x160x160xf32>) {
    ^bb0(%x: f32, %m: f32, %o: f32):
      %d = arith.subf %x, %m : f32
      %t = math.exp %d : f32
      linalg.yield %t : f32
  } -> tensor<2x160x160xf32>
  %fs = linalg.fill ins(%zero : f32) outs(%er : tensor<2x160xf32>) -> tensor<2x160xf32>
  %sum = linalg.reduce ins(%p : tensor<2x160x160xf32>) outs(%fs : tensor<2x160xf32>) dimensions = [2]
    (%x: f32, %o: f32) {
      %t = arith.addf %x, %o : f32
      linalg.yield %t : f32
    }
  %w = linalg.generic {
      indexing_maps = [affine_map<(b, i, j) -> (b, i, j)>, affine_map<(b, i, j) -> (b, i)>, affine_map<(b, i, j) -> (b, i, j)>],
      iterator_types = ["parallel", "parallel", "parallel"]}
    ins(%p, %sum : tensor<2x160x160xf32>, tensor<2x160xf32>) outs(%e : tensor<2x160x160xf32>) {
    ^bb0(%x: f32, %m: f32, %o: f32):
      %t = arith.divf %x, %m : f32
      linalg.yield %t : f32
  } -> tensor<2x160x160xf32>
  %fo = linalg.fill ins(%zero : f32) outs(%eo : tensor<2x160x16xf32>) -> tensor<2x160x16xf32>
  %y = linalg.batch_matmul ins(%w, %v : tensor<2x160x160xf32>, tensor<2x160x16xf32>) outs(%fo : tensor<2x160x16xf32>) -> tensor<2x160x16xf32>
  return %y : tensor<2x160x16xf32>
}
