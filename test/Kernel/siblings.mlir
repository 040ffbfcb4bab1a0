// RUN: kernel-opt %s --kopt-form-kernels --split-input-file | FileCheck %s

// Sum and maximum of the same tensor are one kernel, and one pass over it.

// CHECK-LABEL: func.func @sum_and_max
// CHECK: kopt.kernel
// CHECK: %[[R:.*]]:2 = linalg.generic
// CHECK-SAME: ins(%[[X:.*]] : tensor<8x400x30xf32>)
// CHECK: arith.addf
// CHECK: arith.maximumf
// CHECK: linalg.yield %{{.*}}, %{{.*}} : f32, f32
// CHECK-NOT: linalg.generic {{.*}}"reduction"
// CHECK: kopt.yield
// CHECK-NOT: kopt.kernel
#all = affine_map<(i, j, k) -> (i, j, k)>
#kept = affine_map<(i, j, k) -> (i, k)>
#two = affine_map<(i, k) -> (i, k)>
func.func @sum_and_max(%x: tensor<8x400x30xf32>) -> (tensor<8x30xf32>, tensor<8x30xf32>) {
  %zero = arith.constant 0.0 : f32
  %ninf = arith.constant 0xFF800000 : f32
  %n = arith.constant 400.0 : f32
  %e = tensor.empty() : tensor<8x30xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<8x30xf32>) -> tensor<8x30xf32>
  %s = linalg.generic {indexing_maps = [#all, #kept], iterator_types = ["parallel", "reduction", "parallel"]}
    ins(%x : tensor<8x400x30xf32>) outs(%f : tensor<8x30xf32>) {
  ^bb0(%v: f32, %o: f32):
    %t = arith.addf %o, %v : f32
    linalg.yield %t : f32
  } -> tensor<8x30xf32>
  %m = linalg.generic {indexing_maps = [#two, #two], iterator_types = ["parallel", "parallel"]}
    ins(%s : tensor<8x30xf32>) outs(%e : tensor<8x30xf32>) {
  ^bb0(%v: f32, %o: f32):
    %t = arith.divf %v, %n : f32
    linalg.yield %t : f32
  } -> tensor<8x30xf32>
  %g = linalg.fill ins(%ninf : f32) outs(%e : tensor<8x30xf32>) -> tensor<8x30xf32>
  %y = linalg.generic {indexing_maps = [#all, #kept], iterator_types = ["parallel", "reduction", "parallel"]}
    ins(%x : tensor<8x400x30xf32>) outs(%g : tensor<8x30xf32>) {
  ^bb0(%v: f32, %o: f32):
    %t = arith.maximumf %o, %v : f32
    linalg.yield %t : f32
  } -> tensor<8x30xf32>
  return %m, %y : tensor<8x30xf32>, tensor<8x30xf32>
}

// -----

// A reduction that needs the other one's result is none of its siblings.

// CHECK-LABEL: func.func @deviation
// CHECK: linalg.generic {{.*}}"reduction"
// CHECK: linalg.generic {{.*}}"reduction"
#both = affine_map<(i, j) -> (i, j)>
#row = affine_map<(i, j) -> (i)>
func.func @deviation(%x: tensor<100x40xf32>) -> tensor<100xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<100xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<100xf32>) -> tensor<100xf32>
  %s = linalg.generic {indexing_maps = [#both, #row], iterator_types = ["parallel", "reduction"]}
    ins(%x : tensor<100x40xf32>) outs(%f : tensor<100xf32>) {
  ^bb0(%v: f32, %o: f32):
    %t = arith.addf %o, %v : f32
    linalg.yield %t : f32
  } -> tensor<100xf32>
  %d = linalg.generic {indexing_maps = [#both, #row, #row], iterator_types = ["parallel", "reduction"]}
    ins(%x, %s : tensor<100x40xf32>, tensor<100xf32>) outs(%f : tensor<100xf32>) {
  ^bb0(%v: f32, %w: f32, %o: f32):
    %u = arith.subf %v, %w : f32
    %t = arith.addf %o, %u : f32
    linalg.yield %t : f32
  } -> tensor<100xf32>
  return %d : tensor<100xf32>
}
