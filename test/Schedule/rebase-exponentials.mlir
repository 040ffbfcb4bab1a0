// RUN: kernel-opt %s --transform-interpreter --canonicalize | FileCheck %s

// exp(x / sqrt(32) - m) becomes a power of two: log2(e) joins the literal, which
// keeps saying what it stands for, and the row's number before it is repeated.

// CHECK-LABEL: gpu.module @weights_program
// CHECK-DAG: %[[SCALE:.*]] = arith.constant {kopt.const = #kopt.const<"(1/sqrt(32))*log2e">} dense<0.255034864> : tensor<16x64xf32>
// CHECK-DAG: %[[LOG:.*]] = arith.constant {kopt.const = #kopt.const<"log2e">} dense<1.44269502> : tensor<16xf32>
// CHECK-DAG: %[[X:.*]] = ktile.load {{.*}} -> tensor<16x64xf32>
// CHECK-DAG: %[[M:.*]] = ktile.load {{.*}} -> tensor<16xf32>
// CHECK: %[[ROW:.*]] = arith.mulf %[[M]], %[[LOG]]
// CHECK: %[[MINUS:.*]] = arith.negf %[[ROW]]
// CHECK: %[[VIEW:.*]] = ktile.view %[[MINUS]]
// CHECK: %[[E:.*]] = math.fma %[[X]], %[[SCALE]], %[[VIEW]]
// CHECK: math.exp2 %[[E]]
// CHECK-NOT: math.exp %
module attributes {transform.with_named_sequence} {
func.func @f(%x: tensor<64x64xf32>, %m: tensor<64xf32>) -> tensor<64x64xf32> {
  %r = kopt.kernel @weights (%a = %x : tensor<64x64xf32>, %b = %m : tensor<64xf32>) -> (tensor<64x64xf32>) {
    %scale = arith.constant {kopt.const = #kopt.const<"1/sqrt(32)">} 0.176776692 : f32
    %e = tensor.empty() : tensor<64x64xf32>
    %y = linalg.generic {
        indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>, affine_map<(i, j) -> (i, j)>],
        iterator_types = ["parallel", "parallel"]}
      ins(%a, %b : tensor<64x64xf32>, tensor<64xf32>) outs(%e : tensor<64x64xf32>) {
      ^bb0(%v: f32, %w: f32, %o: f32):
        %s = arith.mulf %v, %scale : f32
        %d = arith.subf %s, %w : f32
        %t = math.exp %d : f32
        linalg.yield %t : f32
    } -> tensor<64x64xf32>
    kopt.yield %y : tensor<64x64xf32>
  }
  return %r : tensor<64x64xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k block [16, 0] : (!transform.any_op) -> !transform.any_op
  %q = transform.kopt.rebase_exponentials %p : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}
