// RUN: kernel-opt %s --kopt-schedule-kernels=strategy=generic | FileCheck %s --check-prefix=LARGE
// RUN: kernel-opt %s --kopt-schedule-kernels=strategy=generic_small | FileCheck %s
// RUN: kernel-opt %s '--kopt-schedule-kernels=pass-over=f:row_in_registers,f:row_in_cluster,f:row_in_clusters,f:row,f:generic' | FileCheck %s

// Both dimensions are reduced along, and only schedules that go around in loops
// take it: in steps of 512 elements on four warps, or of 64 on eight. The
// latter is tried where it is asked for, although the other one comes first, and
// where nothing else is left.
// LARGE: gpu.func @f
// LARGE-SAME: known_block_size = array<i32: 128, 1, 1>
// LARGE-SAME: kopt.strategy = "generic"
// CHECK: gpu.func @f
// CHECK-SAME: known_block_size = array<i32: 256, 1, 1>
// CHECK-SAME: kopt.strategy = "generic_small"
func.func @f(%x: tensor<512x512xf32>) -> tensor<512x512xf32> {
  %r = kopt.kernel @f (%a = %x : tensor<512x512xf32>) -> (tensor<512x512xf32>) {
    %zero = arith.constant 0.0 : f32
    %line = tensor.empty() : tensor<512xf32>
    %zeros = linalg.fill ins(%zero : f32) outs(%line : tensor<512xf32>) -> tensor<512xf32>
    %rows = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>],
                            iterator_types = ["parallel", "reduction"]}
        ins(%a : tensor<512x512xf32>) outs(%zeros : tensor<512xf32>) {
      ^bb0(%v: f32, %o: f32):
        %s = arith.addf %o, %v : f32
        linalg.yield %s : f32
      } -> tensor<512xf32>
    %columns = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>],
                               iterator_types = ["reduction", "parallel"]}
        ins(%a : tensor<512x512xf32>) outs(%zeros : tensor<512xf32>) {
      ^bb0(%v: f32, %o: f32):
        %s = arith.addf %o, %v : f32
        linalg.yield %s : f32
      } -> tensor<512xf32>
    %e = tensor.empty() : tensor<512x512xf32>
    %y = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i)>, affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i, j)>],
                         iterator_types = ["parallel", "parallel"]}
        ins(%rows, %columns : tensor<512xf32>, tensor<512xf32>) outs(%e : tensor<512x512xf32>) {
      ^bb0(%v: f32, %w: f32, %o: f32):
        %p = arith.mulf %v, %w : f32
        linalg.yield %p : f32
      } -> tensor<512x512xf32>
    kopt.yield %y : tensor<512x512xf32>
  }
  return %r : tensor<512x512xf32>
}
