// RUN: kernel-opt %s --kopt-schedule-kernels --split-input-file | FileCheck %s

// Results that share no dimension become kernels of their own; what one stores
// the other reads.

// CHECK-LABEL: func.func @unrelated
// CHECK: %[[E:.*]] = kopt.kernel @k_part0
// CHECK: math.exp
// CHECK: kopt.yield
// CHECK: %[[S:.*]] = kopt.kernel @k_part1 (%{{.*}} = %[[E]] :
// CHECK-NOT: math.exp
// CHECK: tensor.extract_slice
// CHECK: return %[[E]], %[[S]]
// CHECK: gpu.func @k_part0
// CHECK: gpu.func @k_part1
func.func @unrelated(%x: tensor<9x17xf32>) -> (tensor<9x17xf32>, tensor<5xf32>) {
  %0:2 = kopt.kernel @k (%a = %x : tensor<9x17xf32>) -> (tensor<9x17xf32>, tensor<5xf32>) {
    %e = tensor.empty() : tensor<9x17xf32>
    %y = linalg.generic {
        indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>],
        iterator_types = ["parallel", "parallel"]}
      ins(%a : tensor<9x17xf32>) outs(%e : tensor<9x17xf32>) {
      ^bb0(%v: f32, %o: f32):
        %t = math.exp %v : f32
        linalg.yield %t : f32
      } -> tensor<9x17xf32>
    %s = tensor.extract_slice %y[2, 3] [1, 5] [1, 1] : tensor<9x17xf32> to tensor<5xf32>
    %f = tensor.empty() : tensor<5xf32>
    %z = linalg.generic {
        indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>],
        iterator_types = ["parallel"]}
      ins(%s : tensor<5xf32>) outs(%f : tensor<5xf32>) {
      ^bb0(%v: f32, %o: f32):
        %t = arith.negf %v : f32
        linalg.yield %t : f32
      } -> tensor<5xf32>
    kopt.yield %y, %z : tensor<9x17xf32>, tensor<5xf32>
  }
  return %0#0, %0#1 : tensor<9x17xf32>, tensor<5xf32>
}
