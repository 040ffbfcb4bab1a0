// RUN: kernel-opt %s --transform-interpreter --canonicalize --split-input-file | FileCheck %s
// RUN: kernel-opt %s --kopt-schedule-kernels --canonicalize --cse --kopt-verify-kernels --split-input-file -o /dev/null 2>&1 | FileCheck %s --check-prefix=CHECKED

// Neighbours of one input are no neighbours of the result: square tiles along both
// dimensions, 1 along the others. Each side is read and written along its own
// neighbours, and the tile turned in between.

// CHECK-LABEL: gpu.module @turned_program
// CHECK: gpu.func @turned
// CHECK-SAME: known_grid_size = array<i32: 27, 1, 1>
// CHECK: %[[X:.*]] = ktile.load %{{.*}} : memref<70x3x90xf32> -> tensor<32x32xf32, #[[ALONG:.*]]>
// CHECK: %[[T:.*]] = ktile.convert %[[X]] : tensor<32x32xf32, #[[ALONG]]> to tensor<32x32xf32, #[[ACROSS:.*]]>
// CHECK: %[[W:.*]] = ktile.load %{{.*}} : memref<3x90x70xf32> -> tensor<32x32xf32, #[[ACROSS]]>
// CHECK: arith.addf
// CHECK: ktile.store %{{.*}} : tensor<32x32xf32, #[[ACROSS]]>, memref<3x90x70xf32>
// CHECKED: kernel 'turned' scheduled by 'transpose'
// CHECKED: the program of kernel 'turned' is verified
module attributes {transform.with_named_sequence} {
func.func @turned(%x: tensor<70x3x90xf32>, %w: tensor<3x90x70xf32>) -> tensor<3x90x70xf32> {
  %r = kopt.kernel @turned (%b = %w : tensor<3x90x70xf32>, %a = %x : tensor<70x3x90xf32>) -> (tensor<3x90x70xf32>) {
    %e = tensor.empty() : tensor<3x90x70xf32>
    %y = linalg.generic {indexing_maps = [affine_map<(i, j, k) -> (k, i, j)>, affine_map<(i, j, k) -> (i, j, k)>, affine_map<(i, j, k) -> (i, j, k)>], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%a, %b : tensor<70x3x90xf32>, tensor<3x90x70xf32>) outs(%e : tensor<3x90x70xf32>) {
    ^bb0(%v: f32, %u: f32, %o: f32):
      %s = arith.addf %v, %u : f32
      linalg.yield %s : f32
    } -> tensor<3x90x70xf32>
    kopt.yield %y : tensor<3x90x70xf32>
  }
  return %r : tensor<3x90x70xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k warps [4] transposed [32] : (!transform.any_op) -> !transform.any_op
  %h = transform.kopt.assign_layouts %p : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

// Rows of the buffer in between lie one element apart from a multiple of the banks.

// CHECK-LABEL: gpu.module @plain_program
// CHECK: kgpu.alloc_shared : memref<32x33xf32, #kgpu.shared>
// CHECKED: kernel 'plain' scheduled by 'transpose'
// CHECKED: the program of kernel 'plain' is verified
module attributes {transform.with_named_sequence} {
func.func @plain(%x: tensor<70x90xf32>) -> tensor<90x70xf32> {
  %r = kopt.kernel @plain (%a = %x : tensor<70x90xf32>) -> (tensor<90x70xf32>) {
    %e = tensor.empty() : tensor<90x70xf32>
    %y = linalg.transpose ins(%a : tensor<70x90xf32>) outs(%e : tensor<90x70xf32>) permutation = [1, 0]
    kopt.yield %y : tensor<90x70xf32>
  }
  return %r : tensor<90x70xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k warps [4] transposed [32] : (!transform.any_op) -> !transform.any_op
  %h = transform.kopt.assign_layouts %p : (!transform.any_op) -> !transform.any_op
  %d = transform.kopt.distribute %h : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}
