// RUN: kernel-opt %s --transform-interpreter --split-input-file | FileCheck %s
// RUN: kernel-opt %s --transform-interpreter --canonicalize --cse --kopt-verify-kernels --split-input-file -o /dev/null 2>&1 | FileCheck %s --check-prefix=CHECKED

// Two blocks share each row: a row is read once and kept, the blocks leave their
// parts of each reduction in shared memory and read each other's; nobody leaves
// while others may read.

// CHECK-LABEL: gpu.func @rows
// CHECK-SAME: kgpu.cluster_size = array<i32: 2, 1, 1>
// CHECK-SAME: known_grid_size = array<i32: 6, 1, 1>
// CHECK-COUNT-2: kgpu.load %arg0
// CHECK-NOT: kgpu.load %arg0
// CHECK: kgpu.cluster_barrier
// CHECK: kgpu.cluster_shared
// CHECK: kgpu.cluster_shared
// CHECK-COUNT-2: kgpu.store {{.*}}, %arg1
// CHECK: kgpu.cluster_barrier
// CHECK-NEXT: gpu.return
// CHECKED: the program of kernel 'rows' is verified
module attributes {transform.with_named_sequence} {
func.func @rows(%x: tensor<3x300xf32>) -> tensor<3x300xf32> {
  %r = kopt.kernel @rows (%a = %x : tensor<3x300xf32>) -> (tensor<3x300xf32>) {
    %zero = arith.constant 0.0 : f32
    %e1 = tensor.empty() : tensor<3xf32>
    %e2 = tensor.empty() : tensor<3x300xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e1 : tensor<3xf32>) -> tensor<3xf32>
    %s = linalg.reduce ins(%a : tensor<3x300xf32>) outs(%f : tensor<3xf32>) dimensions = [1]
      (%v: f32, %acc: f32) {
        %t = arith.addf %v, %acc : f32
        linalg.yield %t : f32
      }
    %y = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]}
      ins(%a, %s : tensor<3x300xf32>, tensor<3xf32>) outs(%e2 : tensor<3x300xf32>) {
    ^bb0(%v: f32, %c: f32, %o: f32):
      %m = arith.divf %v, %c : f32
      linalg.yield %m : f32
    } -> tensor<3x300xf32>
    kopt.yield %y : tensor<3x300xf32>
  }
  return %r : tensor<3x300xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k elements [256] warps [1] cluster [2] : (!transform.any_op) -> !transform.any_op
  %kept = transform.kopt.keep %p : (!transform.any_op) -> !transform.any_op
  %l = transform.kopt.assign_layouts %kept : (!transform.any_op) -> !transform.any_op
  %d = transform.kopt.distribute %l : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

// Rows that pass by in a loop: before a block leaves its part again, all have read
// the last one. Of four blocks, two at a time reduce together.

// CHECK-LABEL: gpu.func @means
// CHECK-SAME: kgpu.cluster_size = array<i32: 4, 1, 1>
// CHECK: scf.for
// CHECK: kgpu.cluster_barrier
// CHECK: kgpu.store {{.*}}#kgpu.shared
// CHECK: kgpu.cluster_barrier
// CHECK-COUNT-2: kgpu.cluster_shared
// CHECK-NOT: kgpu.cluster_shared
// CHECKED: the program of kernel 'means' is verified
module attributes {transform.with_named_sequence} {
func.func @means(%x: tensor<7x100x19xf32>) -> tensor<7x100x19xf32> {
  %r = kopt.kernel @means (%a = %x : tensor<7x100x19xf32>) -> (tensor<7x100x19xf32>) {
    %zero = arith.constant 0.0 : f32
    %e1 = tensor.empty() : tensor<7x19xf32>
    %e2 = tensor.empty() : tensor<7x100x19xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e1 : tensor<7x19xf32>) -> tensor<7x19xf32>
    %s = linalg.reduce ins(%a : tensor<7x100x19xf32>) outs(%f : tensor<7x19xf32>) dimensions = [1]
      (%v: f32, %acc: f32) {
        %t = arith.addf %v, %acc : f32
        linalg.yield %t : f32
      }
    %y = linalg.generic {indexing_maps = [affine_map<(i, j, k) -> (i, j, k)>, affine_map<(i, j, k) -> (i, k)>, affine_map<(i, j, k) -> (i, j, k)>], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%a, %s : tensor<7x100x19xf32>, tensor<7x19xf32>) outs(%e2 : tensor<7x100x19xf32>) {
    ^bb0(%v: f32, %c: f32, %o: f32):
      %m = arith.subf %v, %c : f32
      linalg.yield %m : f32
    } -> tensor<7x100x19xf32>
    kopt.yield %y : tensor<7x100x19xf32>
  }
  return %r : tensor<7x100x19xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k block [4, 0, 0] tile [2, 128, 16] warps [32] cluster [4] : (!transform.any_op) -> !transform.any_op
  %l = transform.kopt.assign_layouts %p : (!transform.any_op) -> !transform.any_op
  %d = transform.kopt.distribute %l : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}
