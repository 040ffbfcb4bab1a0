// RUN: kernel-opt %s --kopt-schedule-kernels=leave --split-input-file 2>/dev/null | FileCheck %s
// RUN: kernel-opt %s --kopt-schedule-kernels=leave --split-input-file 2>&1 >/dev/null | FileCheck %s --check-prefix=LONG

// What is read at a place that a tensor holds is the sum over all places, of
// which one counts: addresses hang on no contents.

// CHECK-LABEL: kopt.kernel @rows
// CHECK: linalg.generic {{.*}} iterator_types = ["parallel", "parallel", "reduction"]
// CHECK: %[[HELD:.*]] = arith.index_cast %{{.*}} : i64 to index
// CHECK: %[[PLACE:.*]] = linalg.index 2 : index
// CHECK: %[[EQUAL:.*]] = arith.cmpi eq, %[[HELD]], %[[PLACE]] : index
// CHECK: %[[X:.*]] = tensor.extract %{{.*}}[%[[PLACE]], %{{.*}}] : tensor<9x7xf32>
// CHECK: %[[TERM:.*]] = arith.select %[[EQUAL]], %[[X]], %{{.*}} : f32
// CHECK: arith.addf %{{.*}}, %[[TERM]] : f32
// CHECK: gpu.func @rows
// CHECK-SAME: kopt.strategy = "outer_reduction"
func.func @rows(%p: tensor<12xi64>, %x: tensor<9x7xf32>) -> tensor<12x7xf32> {
  %r = kopt.kernel @rows (%a = %p : tensor<12xi64>, %b = %x : tensor<9x7xf32>) -> (tensor<12x7xf32>) {
    %e = tensor.empty() : tensor<12x7xf32>
    %y = linalg.generic {
        indexing_maps = [affine_map<(i, j) -> (i)>, affine_map<(i, j) -> (i, j)>],
        iterator_types = ["parallel", "parallel"]}
        ins(%a : tensor<12xi64>) outs(%e : tensor<12x7xf32>) {
    ^bb0(%n: i64, %o: f32):
      %j = linalg.index 1 : index
      %i = arith.index_cast %n : i64 to index
      %v = tensor.extract %b[%i, %j] : tensor<9x7xf32>
      linalg.yield %v : f32
    } -> tensor<12x7xf32>
    kopt.yield %y : tensor<12x7xf32>
  }
  return %r : tensor<12x7xf32>
}

// -----

// Not where there are very many.
// LONG: warning: kernel 'long' stays operations on tensors: no strategy fits it
// LONG-SAME: no rule makes tiles of elements read at computed places
func.func @long(%p: tensor<12xi64>, %x: tensor<5000xf32>) -> tensor<12xf32> {
  %r = kopt.kernel @long (%a = %p : tensor<12xi64>, %b = %x : tensor<5000xf32>) -> (tensor<12xf32>) {
    %e = tensor.empty() : tensor<12xf32>
    %y = linalg.generic {
        indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>],
        iterator_types = ["parallel"]}
        ins(%a : tensor<12xi64>) outs(%e : tensor<12xf32>) {
    ^bb0(%n: i64, %o: f32):
      %i = arith.index_cast %n : i64 to index
      %v = tensor.extract %b[%i] : tensor<5000xf32>
      linalg.yield %v : f32
    } -> tensor<12xf32>
    kopt.yield %y : tensor<12xf32>
  }
  return %r : tensor<12xf32>
}
