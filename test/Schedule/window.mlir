// RUN: kernel-opt %s --transform-interpreter --canonicalize --split-input-file | FileCheck %s
// RUN: kernel-opt %s --kopt-schedule-kernels --canonicalize --cse --kopt-verify-kernels --split-input-file -o /dev/null 2>&1 | FileCheck %s --check-prefix=CHECKED

// A window over a padded image: the part that the tile needs goes to shared memory
// once, the border with the padding; each place of the window is a step.

// CHECK-DAG: #[[IMAGE:.*]] = affine_map<(d0) -> (d0 floordiv 9 - 1, d0 mod 9 - 1)>
// CHECK-DAG: #[[PLACE:.*]] = affine_map<(d0, d1)[s0, s1] -> (d0 * 18 + d1 * 2 + s0 * 9 + s1)>
// CHECK-LABEL: gpu.module @window_program
// CHECK: %[[NINF:.*]] = arith.constant dense<0xFF800000> : tensor<4x4xf32>
// CHECK: %[[BUFFER:.*]] = kgpu.alloc_shared : memref<81xf32, #kgpu.shared>
// CHECK: %[[IN:.*]] = ktile.load %{{.*}}[#[[IMAGE]]] () padding 0xFF800000 : f32 : memref<7x7xf32> -> tensor<128xf32>
// CHECK: ktile.store %[[IN]], %[[BUFFER]]
// CHECK: gpu.barrier
// CHECK: scf.for {{.*}} iter_args(%{{.*}} = %[[NINF]])
// CHECK: scf.for
// CHECK: %[[T:.*]] = ktile.load %[[BUFFER]][#[[PLACE]]] (%{{.*}}, %{{.*}}) {{.*}} -> tensor<4x4xf32>
// CHECK: arith.maximumf %[[T]], %{{.*}} : tensor<4x4xf32>
// CHECK-NOT: ktile.reduce
// CHECKED: kernel 'window' scheduled by 'window'; {{.*}}'window_product' did not fit: products cannot be staged; no product of tiles to stage
// CHECKED: the program of kernel 'window' is verified
module attributes {transform.with_named_sequence} {
func.func @window(%x: tensor<7x7xf32>) -> tensor<4x4xf32> {
  %r = kopt.kernel @window (%a = %x : tensor<7x7xf32>) -> (tensor<4x4xf32>) {
    %ninf = arith.constant 0xFF800000 : f32
    %pad = tensor.pad %a low[1, 1] high[1, 1] {
    ^bb0(%i: index, %j: index):
      tensor.yield %ninf : f32
    } : tensor<7x7xf32> to tensor<9x9xf32>
    %taps = tensor.empty() : tensor<3x3xf32>
    %e = tensor.empty() : tensor<4x4xf32>
    %f = linalg.fill ins(%ninf : f32) outs(%e : tensor<4x4xf32>) -> tensor<4x4xf32>
    %y = linalg.generic {indexing_maps = [affine_map<(i, j, a, b) -> (i * 2 + a, j * 2 + b)>, affine_map<(i, j, a, b) -> (a, b)>, affine_map<(i, j, a, b) -> (i, j)>], iterator_types = ["parallel", "parallel", "reduction", "reduction"]}
      ins(%pad, %taps : tensor<9x9xf32>, tensor<3x3xf32>) outs(%f : tensor<4x4xf32>) {
    ^bb0(%v: f32, %t: f32, %o: f32):
      %m = arith.maximumf %v, %o : f32
      linalg.yield %m : f32
    } -> tensor<4x4xf32>
    kopt.yield %y : tensor<4x4xf32>
  }
  return %r : tensor<4x4xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

// A convolution of two groups of channels, with stride and dilation: positions are
// the columns of a product, channels and places of the window its summed dimension.

// CHECK-DAG: #[[WEIGHT:.*]] = affine_map<(d0, d1)[s0, s1] -> (s0, d0, ((d1 + s1) floordiv 2) floordiv 3, ((d1 + s1) floordiv 2) mod 3, (d1 + s1) mod 2)>
// CHECK-LABEL: gpu.module @convolution_program
// CHECK: gpu.func @convolution
// CHECK-SAME: known_grid_size = array<i32: 8, 1, 1>
// CHECK: scf.for {{.*}} -> (tensor<8x64xf32>)
// CHECK: %[[W:.*]] = ktile.load %{{.*}}[#[[WEIGHT]]] {{.*}} -> tensor<8x16xf32>
// CHECK: %[[X:.*]] = ktile.load {{.*}} : memref<2x6x19x21xf32> -> tensor<16x64xf32>
// CHECK: %[[PART:.*]] = arith.select %{{.*}}, %[[X]], %{{.*}} : tensor<16x64xi1>, tensor<16x64xf32>
// CHECK: ktile.dot %[[W]], %[[PART]], %{{.*}} : tensor<8x16xf32>, tensor<16x64xf32>, tensor<8x64xf32>
// CHECKED: kernel 'convolution' scheduled by 'window_product'
// CHECKED: the program of kernel 'convolution' is verified
module attributes {transform.with_named_sequence} {
func.func @convolution(%x: tensor<2x6x19x21xf32>, %w: tensor<2x5x3x3x2xf32>) -> tensor<2x2x5x8x10xf32> {
  %r = kopt.kernel @convolution (%a = %x : tensor<2x6x19x21xf32>, %b = %w : tensor<2x5x3x3x2xf32>) -> (tensor<2x2x5x8x10xf32>) {
    %zero = arith.constant 0.0 : f32
    %pad = tensor.pad %a low[0, 0, 0, 1] high[0, 0, 0, 1] {
    ^bb0(%i: index, %j: index, %k: index, %l: index):
      tensor.yield %zero : f32
    } : tensor<2x6x19x21xf32> to tensor<2x6x19x23xf32>
    %g = tensor.expand_shape %pad [[0], [1, 2], [3], [4]] output_shape [2, 2, 3, 19, 23] : tensor<2x6x19x23xf32> into tensor<2x2x3x19x23xf32>
    %e = tensor.empty() : tensor<2x2x5x8x10xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e : tensor<2x2x5x8x10xf32>) -> tensor<2x2x5x8x10xf32>
    %y = linalg.generic {
        indexing_maps = [affine_map<(n, g, o, h, w, c, i, j) -> (n, g, c, h * 2 + i * 2, w * 2 + j * 3)>,
                         affine_map<(n, g, o, h, w, c, i, j) -> (g, o, c, i, j)>,
                         affine_map<(n, g, o, h, w, c, i, j) -> (n, g, o, h, w)>],
        iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
      ins(%g, %b : tensor<2x2x3x19x23xf32>, tensor<2x5x3x3x2xf32>) outs(%f : tensor<2x2x5x8x10xf32>) {
    ^bb0(%v: f32, %u: f32, %o: f32):
      %m = arith.mulf %v, %u : f32
      %s = arith.addf %o, %m : f32
      linalg.yield %s : f32
    } -> tensor<2x2x5x8x10xf32>
    kopt.yield %y : tensor<2x2x5x8x10xf32>
  }
  return %r : tensor<2x2x5x8x10xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k block [64, 64] reduction [16] warps [2] positions : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

// The rows of a large window are summed on their own, one after the other.

// CHECK-LABEL: gpu.module @large_program
// CHECK: %[[ZERO:.*]] = arith.constant dense<0.000000e+00> : tensor<64xf32>
// CHECK: scf.for {{.*}} iter_args(%[[SUM:.*]] = %[[ZERO]])
// CHECK: %[[ROW:.*]] = scf.for {{.*}} iter_args(%{{.*}} = %[[ZERO]])
// CHECK: arith.addf %[[ROW]], %[[SUM]]
// CHECKED: the program of kernel 'large' is verified
module attributes {transform.with_named_sequence} {
func.func @large(%x: tensor<7x70xf32>) -> tensor<1x64xf32> {
  %r = kopt.kernel @large (%a = %x : tensor<7x70xf32>) -> (tensor<1x64xf32>) {
    %zero = arith.constant 0.0 : f32
    %taps = tensor.empty() : tensor<7x7xf32>
    %e = tensor.empty() : tensor<1x64xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e : tensor<1x64xf32>) -> tensor<1x64xf32>
    %y = linalg.generic {indexing_maps = [affine_map<(i, j, a, b) -> (i + a, j + b)>, affine_map<(i, j, a, b) -> (a, b)>, affine_map<(i, j, a, b) -> (i, j)>], iterator_types = ["parallel", "parallel", "reduction", "reduction"]}
      ins(%a, %taps : tensor<7x70xf32>, tensor<7x7xf32>) outs(%f : tensor<1x64xf32>) {
    ^bb0(%v: f32, %t: f32, %o: f32):
      %s = arith.addf %v, %o : f32
      linalg.yield %s : f32
    } -> tensor<1x64xf32>
    kopt.yield %y : tensor<1x64xf32>
  }
  return %r : tensor<1x64xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k block [64] warps [2] : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}
