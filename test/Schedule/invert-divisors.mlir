// RUN: kernel-opt %s --transform-interpreter --canonicalize --cse | FileCheck %s

// The row's one number is inverted once; what divides element by element divides.

// CHECK-LABEL: gpu.func @divide(
// CHECK-DAG: %[[X:.*]] = ktile.load %arg0{{.*}} -> tensor<4x64xf32>
// CHECK-DAG: %[[S:.*]] = ktile.load %arg1{{.*}} -> tensor<4xf32>
// CHECK: %[[I:.*]] = arith.divf %{{.*}}, %[[S]] : tensor<4xf32>
// CHECK: %[[V:.*]] = ktile.view %[[I]] from [0, -1] : tensor<4xf32> -> tensor<4x64xf32>
// CHECK: %[[Z:.*]] = ktile.load %arg2{{.*}} -> tensor<4x64xf32>
// CHECK: %[[P:.*]] = arith.mulf %[[X]], %[[V]] : tensor<4x64xf32>
// CHECK: arith.divf %[[P]], %[[Z]] : tensor<4x64xf32>
// CHECK-NOT: arith.divf
module attributes {transform.with_named_sequence} {
func.func @divide(%x_: tensor<8x64xf32>, %s_: tensor<8xf32>, %z_: tensor<8x64xf32>) -> tensor<8x64xf32> {
  %r = kopt.kernel @divide (%x = %x_ : tensor<8x64xf32>, %s = %s_ : tensor<8xf32>, %z = %z_ : tensor<8x64xf32>) -> (tensor<8x64xf32>) {
    %e = tensor.empty() : tensor<8x64xf32>
    %y = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>, affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>],
                         iterator_types = ["parallel", "parallel"]}
      ins(%x, %s, %z : tensor<8x64xf32>, tensor<8xf32>, tensor<8x64xf32>) outs(%e : tensor<8x64xf32>) {
    ^bb0(%a: f32, %b: f32, %c: f32, %o: f32):
      %p = arith.divf %a, %b : f32
      %q = arith.divf %p, %c : f32
      linalg.yield %q : f32
    } -> tensor<8x64xf32>
    kopt.yield %y : tensor<8x64xf32>
  }
  return %r : tensor<8x64xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k elements [256] warps [2] : (!transform.any_op) -> !transform.any_op
  %q = transform.kopt.invert_divisors %p : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}
