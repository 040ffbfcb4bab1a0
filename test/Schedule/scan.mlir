// RUN: kernel-opt %s --transform-interpreter --canonicalize --split-input-file | FileCheck %s
// RUN: kernel-opt %s --kopt-schedule-kernels --canonicalize --cse --kopt-verify-kernels --split-input-file -o /dev/null 2>&1 | FileCheck %s --check-prefix=CHECKED

// A scan whose tiles pass by in order: each is scanned by itself, the loop carries
// what came before.

// CHECK-LABEL: gpu.module @running_program
// CHECK: %[[ZERO:.*]] = arith.constant dense<0.000000e+00> : tensor<f32>
// CHECK: scf.for {{.*}} iter_args(%[[BEFORE:.*]] = %[[ZERO]]) -> (tensor<f32>)
// CHECK: %[[X:.*]] = arith.select {{.*}} : tensor<256xi1>, tensor<256xf32>
// CHECK: %[[S:.*]]:2 = ktile.scan(%[[X]]) along 0 neutral [0.000000e+00 : f32]
// CHECK: %[[B:.*]] = ktile.view %[[BEFORE]] from [-1]
// CHECK: %[[Y:.*]] = arith.addf %[[B]], %[[S]]#0
// CHECK: %[[NEXT:.*]] = arith.addf %[[BEFORE]], %[[S]]#1
// CHECK: %[[SCALED:.*]] = arith.mulf %[[Y]]
// CHECK: ktile.store %[[SCALED]]
// CHECK: scf.yield %[[NEXT]]
// CHECKED: kernel 'running' scheduled by 'scan'
// CHECKED: the program of kernel 'running' is verified
module attributes {transform.with_named_sequence} {
func.func @running(%x: tensor<3x700xf32>, %w: tensor<700xf32>) -> tensor<3x700xf32> {
  %r = kopt.kernel @running (%a = %x : tensor<3x700xf32>, %b = %w : tensor<700xf32>) -> (tensor<3x700xf32>) {
    %zero = arith.constant 0.0 : f32
    %e1 = tensor.empty() : tensor<3xf32>
    %e2 = tensor.empty() : tensor<3x700xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e1 : tensor<3xf32>) -> tensor<3xf32>
    %s:2 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>], iterator_types = ["parallel", "reduction"]}
      ins(%a : tensor<3x700xf32>) outs(%e2, %f : tensor<3x700xf32>, tensor<3xf32>) {
    ^bb0(%v: f32, %o: f32, %acc: f32):
      %t = arith.addf %acc, %v : f32
      linalg.yield %t, %t : f32, f32
    } -> (tensor<3x700xf32>, tensor<3xf32>)
    %y = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]}
      ins(%s#0, %b : tensor<3x700xf32>, tensor<700xf32>) outs(%e2 : tensor<3x700xf32>) {
    ^bb0(%v: f32, %c: f32, %o: f32):
      %m = arith.mulf %v, %c : f32
      linalg.yield %m : f32
    } -> tensor<3x700xf32>
    kopt.yield %y : tensor<3x700xf32>
  }
  return %r : tensor<3x700xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k block [1, 32] elements [256] warps [2] : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

// Wanted backwards, each place is a sum of its own over all that lies before it.

// CHECK-LABEL: gpu.module @backwards_program
// CHECK-NOT: ktile.scan
// CHECK: ktile.reduce
// CHECKED: the program of kernel 'backwards' is verified
module attributes {transform.with_named_sequence} {
func.func @backwards(%x: tensor<70xf32>) -> tensor<70xf32> {
  %r = kopt.kernel @backwards (%a = %x : tensor<70xf32>) -> (tensor<70xf32>) {
    %one = arith.constant 1.0 : f32
    %e1 = tensor.empty() : tensor<f32>
    %e2 = tensor.empty() : tensor<70xf32>
    %f = linalg.fill ins(%one : f32) outs(%e1 : tensor<f32>) -> tensor<f32>
    %s:2 = linalg.generic {indexing_maps = [affine_map<(j) -> (j)>, affine_map<(j) -> (j)>, affine_map<(j) -> ()>], iterator_types = ["reduction"]}
      ins(%a : tensor<70xf32>) outs(%e2, %f : tensor<70xf32>, tensor<f32>) {
    ^bb0(%v: f32, %o: f32, %acc: f32):
      %t = arith.mulf %acc, %v : f32
      linalg.yield %t, %t : f32, f32
    } -> (tensor<70xf32>, tensor<f32>)
    %y = linalg.generic {indexing_maps = [affine_map<(j) -> (69 - j)>, affine_map<(j) -> (j)>], iterator_types = ["parallel"]}
      ins(%s#0 : tensor<70xf32>) outs(%e2 : tensor<70xf32>) {
    ^bb0(%v: f32, %o: f32):
      linalg.yield %v : f32
    } -> tensor<70xf32>
    kopt.yield %y : tensor<70xf32>
  }
  return %r : tensor<70xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k block [32] elements [64] warps [1] : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

// The last value of the accumulator is a result, too, and begins with a value of
// its own; along another dimension than the last one.

// CHECK-LABEL: gpu.module @total_program
// CHECK: ktile.scan
// CHECKED: the program of kernel 'total' is verified
module attributes {transform.with_named_sequence} {
func.func @total(%x: tensor<50x37xf32>, %i: tensor<37xf32>) -> (tensor<50x37xf32>, tensor<37xf32>) {
  %r:2 = kopt.kernel @total (%a = %x : tensor<50x37xf32>, %b = %i : tensor<37xf32>) -> (tensor<50x37xf32>, tensor<37xf32>) {
    %e2 = tensor.empty() : tensor<50x37xf32>
    %s:2 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>], iterator_types = ["reduction", "parallel"]}
      ins(%a : tensor<50x37xf32>) outs(%e2, %b : tensor<50x37xf32>, tensor<37xf32>) {
    ^bb0(%v: f32, %o: f32, %acc: f32):
      %t = arith.addf %acc, %v : f32
      linalg.yield %t, %t : f32, f32
    } -> (tensor<50x37xf32>, tensor<37xf32>)
    kopt.yield %s#0, %s#1 : tensor<50x37xf32>, tensor<37xf32>
  }
  return %r#0, %r#1 : tensor<50x37xf32>, tensor<37xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k block [16] elements [256] warps [2] : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

// Rows that do not begin at 16 bytes are read in single elements, each by the lane
// beside; a lane gets four neighbours to scan through shared memory, and they are
// written as they were read. Aligned rows stay where they are.

// CHECK-DAG: #[[READ:.*]] = #ktile.layout<register = {{\[\[}}64], [128]], lane = {{\[\[}}1], [2], [4], [8], [16]], warp = {{\[\[}}32]]>
// CHECK-DAG: #[[HELD:.*]] = #ktile.layout<register = {{\[\[}}1], [2]], lane = {{\[\[}}4], [8], [16], [32], [64]], warp = {{\[\[}}128]]>
// CHECK-LABEL: gpu.module @ragged_program
// CHECK: ktile.load {{.*}} -> tensor<256xf32, #[[READ]]>
// CHECK: ktile.convert {{.*}} : tensor<256xf32, #[[READ]]> to tensor<256xf32, #[[HELD]]>
// CHECK: ktile.scan
// CHECK: ktile.convert {{.*}} : tensor<256xf32, #[[HELD]]> to tensor<256xf32, #[[READ]]>
// CHECK: ktile.store
// CHECK-LABEL: gpu.module @aligned_program
// CHECK-NOT: ktile.convert
// CHECK: ktile.store
// CHECKED: the program of kernel 'ragged' is verified
// CHECKED: the program of kernel 'aligned' is verified
module attributes {transform.with_named_sequence} {
func.func @rows(%x: tensor<3x701xf32>, %y: tensor<3x700xf32>) -> (tensor<3x701xf32>, tensor<3x700xf32>) {
  %r = kopt.kernel @ragged (%a = %x : tensor<3x701xf32>) -> (tensor<3x701xf32>) {
    %zero = arith.constant 0.0 : f32
    %e1 = tensor.empty() : tensor<3xf32>
    %e2 = tensor.empty() : tensor<3x701xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e1 : tensor<3xf32>) -> tensor<3xf32>
    %s:2 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>], iterator_types = ["parallel", "reduction"]}
      ins(%a : tensor<3x701xf32>) outs(%e2, %f : tensor<3x701xf32>, tensor<3xf32>) {
    ^bb0(%v: f32, %o: f32, %acc: f32):
      %t = arith.addf %acc, %v : f32
      linalg.yield %t, %t : f32, f32
    } -> (tensor<3x701xf32>, tensor<3xf32>)
    kopt.yield %s#0 : tensor<3x701xf32>
  }
  %q = kopt.kernel @aligned (%a = %y : tensor<3x700xf32>) -> (tensor<3x700xf32>) {
    %zero = arith.constant 0.0 : f32
    %e1 = tensor.empty() : tensor<3xf32>
    %e2 = tensor.empty() : tensor<3x700xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e1 : tensor<3xf32>) -> tensor<3xf32>
    %s:2 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>], iterator_types = ["parallel", "reduction"]}
      ins(%a : tensor<3x700xf32>) outs(%e2, %f : tensor<3x700xf32>, tensor<3xf32>) {
    ^bb0(%v: f32, %o: f32, %acc: f32):
      %t = arith.addf %acc, %v : f32
      linalg.yield %t, %t : f32, f32
    } -> (tensor<3x700xf32>, tensor<3xf32>)
    kopt.yield %s#0 : tensor<3x700xf32>
  }
  return %r, %q : tensor<3x701xf32>, tensor<3x700xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k block [1, 32] elements [256] warps [2] : (!transform.any_op) -> !transform.any_op
  %q = transform.kopt.assign_layouts %p : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}
