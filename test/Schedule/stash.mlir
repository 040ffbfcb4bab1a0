// RUN: kernel-opt %s --transform-interpreter --canonicalize --cse --split-input-file --verify-diagnostics | FileCheck %s

// A softmax over rows that two blocks hold: of the three accesses of each thread,
// two wait in shared memory. What was exponential before the sum is one again
// behind it, except for the access that stayed in a register.

// CHECK-LABEL: gpu.func @softmax(
// CHECK: %[[PLACES:.*]] = kgpu.alloc_shared : memref<2x256x4xf32, #kgpu.shared>
// CHECK-COUNT-2: kgpu.async_copy %arg0{{.*}}, %[[PLACES]][{{.*}}] {count = 4 : i64}
// CHECK: kgpu.async_commit
// CHECK: %[[HELD:.*]] = kgpu.load %arg0
// CHECK: kgpu.async_wait 0
// CHECK-COUNT-2: kgpu.load %[[PLACES]]
// CHECK-NOT: math.exp
// CHECK: gpu.barrier
// CHECK: kgpu.cluster_barrier
// CHECK: %[[E:.*]] = math.exp
// CHECK: kgpu.load %[[PLACES]]
// CHECK: math.exp
// CHECK: kgpu.load %[[PLACES]]
// CHECK: math.exp
// CHECK: kgpu.cluster_barrier
// CHECK: kgpu.cluster_barrier arrive
// CHECK: arith.divf %[[E]]
// CHECK: kgpu.load %[[PLACES]]
// CHECK: math.exp
// CHECK: kgpu.store
// CHECK: kgpu.load %[[PLACES]]
// CHECK: math.exp
// CHECK: kgpu.store
// CHECK: kgpu.cluster_barrier wait
module attributes {transform.with_named_sequence} {
func.func @softmax(%x_: tensor<2048x6144xf32>) -> tensor<2048x6144xf32> {
  %r = kopt.kernel @softmax (%x = %x_ : tensor<2048x6144xf32>) -> (tensor<2048x6144xf32>) {
    %lowest = arith.constant 0xFF800000 : f32
    %zero = arith.constant 0.0 : f32
    %e = tensor.empty() : tensor<2048x6144xf32>
    %row = tensor.empty() : tensor<2048xf32>
    %f = linalg.fill ins(%lowest : f32) outs(%row : tensor<2048xf32>) -> tensor<2048xf32>
    %m = linalg.reduce ins(%x : tensor<2048x6144xf32>) outs(%f : tensor<2048xf32>) dimensions = [1]
      (%v: f32, %acc: f32) {
        %t = arith.maximumf %v, %acc : f32
        linalg.yield %t : f32
      }
    %p = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>, affine_map<(i, j) -> (i, j)>],
                         iterator_types = ["parallel", "parallel"]}
      ins(%x, %m : tensor<2048x6144xf32>, tensor<2048xf32>) outs(%e : tensor<2048x6144xf32>) {
    ^bb0(%a: f32, %b: f32, %o: f32):
      %d = arith.subf %a, %b : f32
      %w = math.exp %d : f32
      linalg.yield %w : f32
    } -> tensor<2048x6144xf32>
    %g = linalg.fill ins(%zero : f32) outs(%row : tensor<2048xf32>) -> tensor<2048xf32>
    %s = linalg.reduce ins(%p : tensor<2048x6144xf32>) outs(%g : tensor<2048xf32>) dimensions = [1]
      (%v: f32, %acc: f32) {
        %t = arith.addf %v, %acc : f32
        linalg.yield %t : f32
      }
    %y = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>, affine_map<(i, j) -> (i, j)>],
                         iterator_types = ["parallel", "parallel"]}
      ins(%p, %s : tensor<2048x6144xf32>, tensor<2048xf32>) outs(%e : tensor<2048x6144xf32>) {
    ^bb0(%a: f32, %b: f32, %o: f32):
      %q = arith.divf %a, %b : f32
      linalg.yield %q : f32
    } -> tensor<2048x6144xf32>
    kopt.yield %y : tensor<2048x6144xf32>
  }
  return %r : tensor<2048x6144xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k elements [2048] warps [8] cluster [2] : (!transform.any_op) -> !transform.any_op
  %kept = transform.kopt.keep %p : (!transform.any_op) -> !transform.any_op
  %held = transform.kopt.assign_layouts %kept : (!transform.any_op) -> !transform.any_op
  %s = transform.kopt.distribute %held : (!transform.any_op) -> !transform.any_op
  %light = transform.kopt.stash %s vectors [2] : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

// Nothing is needed twice.
module attributes {transform.with_named_sequence} {
func.func @f(%x_: tensor<640xf32>) -> tensor<640xf32> {
  %r = kopt.kernel @f (%x = %x_ : tensor<640xf32>) -> (tensor<640xf32>) {
    %e = tensor.empty() : tensor<640xf32>
    // expected-error@below {{nothing can be stashed}}
    // expected-note@below {{nothing that is read is needed behind a barrier}}
    %y = linalg.exp ins(%x : tensor<640xf32>) outs(%e : tensor<640xf32>) -> tensor<640xf32>
    kopt.yield %y : tensor<640xf32>
  }
  return %r : tensor<640xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k elements [256] warps [2] : (!transform.any_op) -> !transform.any_op
  %held = transform.kopt.assign_layouts %p : (!transform.any_op) -> !transform.any_op
  %s = transform.kopt.distribute %held : (!transform.any_op) -> !transform.any_op
  %q = transform.kopt.stash %s vectors [5] : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

module attributes {transform.with_named_sequence} {
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  // expected-error@below {{takes one number of vectors, found 2}}
  %q = transform.kopt.stash %root vectors [5, 2] : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

module attributes {transform.with_named_sequence} {
func.func @f(%x_: tensor<640xf32>) -> tensor<640xf32> {
  %r = kopt.kernel @f (%x = %x_ : tensor<640xf32>) -> (tensor<640xf32>) {
    %e = tensor.empty() : tensor<640xf32>
    // expected-error@below {{nothing can be stashed}}
    // expected-note@below {{a number of vectors is not negative, found -1}}
    %y = linalg.exp ins(%x : tensor<640xf32>) outs(%e : tensor<640xf32>) -> tensor<640xf32>
    kopt.yield %y : tensor<640xf32>
  }
  return %r : tensor<640xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k elements [256] warps [2] : (!transform.any_op) -> !transform.any_op
  %q = transform.kopt.stash %p vectors [-1] : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}
