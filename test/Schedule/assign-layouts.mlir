// RUN: kernel-opt %s --transform-interpreter --canonicalize --split-input-file | FileCheck %s

// Who holds what: memory first, the rest follows.

// Four neighbours (16 bytes) in a lane, neighbouring lanes, then warps.

// CHECK: #[[HELD:.*]] = #ktile.layout<register = {{\[}}[1], [2], [256]], lane = {{\[}}[4], [8], [16], [32], [64]], warp = {{\[}}[128]]>
// CHECK-LABEL: gpu.module @exp_program
// CHECK: ktile.load {{.*}} : memref<1000xf32> -> tensor<512xf32, #[[HELD]]>
// CHECK: math.exp %{{.*}} : tensor<512xf32, #[[HELD]]>
// CHECK: ktile.store %{{.*}} : tensor<512xf32, #[[HELD]]>, memref<1000xf32>
module attributes {transform.with_named_sequence} {
func.func @exp(%x: tensor<1000xf32>) -> tensor<1000xf32> {
  %r = kopt.kernel @exp (%a = %x : tensor<1000xf32>) -> (tensor<1000xf32>) {
    %e = tensor.empty() : tensor<1000xf32>
    %y = linalg.exp ins(%a : tensor<1000xf32>) outs(%e : tensor<1000xf32>) -> tensor<1000xf32>
    kopt.yield %y : tensor<1000xf32>
  }
  return %r : tensor<1000xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k block [512] warps [2] : (!transform.any_op) -> !transform.any_op
  %s0 = transform.kopt.assign_layouts %p : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

// Halves are eight to 16 bytes.

// CHECK: #[[HELD:.*]] = #ktile.layout<register = {{\[}}[1], [2], [4]], lane = {{\[}}[8], [16], [32], [64], [128]], warp = {{\[}}[256]]>
// CHECK-LABEL: gpu.module @exp_program
// CHECK: ktile.load {{.*}} : memref<1000xf16> -> tensor<512xf16, #[[HELD]]>
module attributes {transform.with_named_sequence} {
func.func @exp(%x: tensor<1000xf16>) -> tensor<1000xf16> {
  %r = kopt.kernel @exp (%a = %x : tensor<1000xf16>) -> (tensor<1000xf16>) {
    %e = tensor.empty() : tensor<1000xf16>
    %y = linalg.exp ins(%a : tensor<1000xf16>) outs(%e : tensor<1000xf16>) -> tensor<1000xf16>
    kopt.yield %y : tensor<1000xf16>
  }
  return %r : tensor<1000xf16>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k block [512] warps [2] : (!transform.any_op) -> !transform.any_op
  %s0 = transform.kopt.assign_layouts %p : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

// Fewer elements than threads: the others replicate.

// CHECK: #[[HELD:.*]] = #ktile.layout<register = {{\[}}[1], [2]], lane = {{\[}}[4], [8], [0], [0], [0]], warp = {{\[}}[0]]>
// CHECK-LABEL: gpu.module @exp_program
// CHECK: ktile.load {{.*}} : memref<16xf32> -> tensor<16xf32, #[[HELD]]>
module attributes {transform.with_named_sequence} {
func.func @exp(%x: tensor<16xf32>) -> tensor<16xf32> {
  %r = kopt.kernel @exp (%a = %x : tensor<16xf32>) -> (tensor<16xf32>) {
    %e = tensor.empty() : tensor<16xf32>
    %y = linalg.exp ins(%a : tensor<16xf32>) outs(%e : tensor<16xf32>) -> tensor<16xf32>
    kopt.yield %y : tensor<16xf32>
  }
  return %r : tensor<16xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k warps [2] : (!transform.any_op) -> !transform.any_op
  %s0 = transform.kopt.assign_layouts %p : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

// Rows that end unaligned are not read in vectors that would cross them.

// CHECK: #[[HELD:.*]] = #ktile.layout<register = {{\[}}[0, 1], [{{[0-9]+, [0-9]+}}
// CHECK-LABEL: gpu.module @transposed_program
// CHECK: ktile.load {{.*}} : memref<64x34xf32> -> tensor<32x32xf32, #
module attributes {transform.with_named_sequence} {
func.func @transposed(%x: tensor<64x34xf32>) -> tensor<34x64xf32> {
  %r = kopt.kernel @transposed (%a = %x : tensor<64x34xf32>) -> (tensor<34x64xf32>) {
    %e = tensor.empty() : tensor<34x64xf32>
    %y = linalg.transpose ins(%a : tensor<64x34xf32>) outs(%e : tensor<34x64xf32>) permutation = [1, 0]
    kopt.yield %y : tensor<34x64xf32>
  }
  return %r : tensor<34x64xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k block [32, 32] warps [4] : (!transform.any_op) -> !transform.any_op
  %s0 = transform.kopt.assign_layouts %p : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

// Reads and writes of a transpose wish for different layouts: a conversion
// stands between.

// CHECK-DAG: #[[READ:.*]] = #ktile.layout<register = {{\[}}[1, 0], [2, 0], [0, 16]], lane = {{\[}}[4, 0], [8, 0], [16, 0], [0, 1], [0, 2]], warp = {{\[}}[0, 4], [0, 8]]>
// CHECK-DAG: #[[WRITE:.*]] = #ktile.layout<register = {{\[}}[0, 1], [0, 2], [16, 0]], lane = {{\[}}[0, 4], [0, 8], [0, 16], [1, 0], [2, 0]], warp = {{\[}}[4, 0], [8, 0]]>
// CHECK-LABEL: gpu.module @transposed_program
// CHECK: %[[T:.*]] = ktile.load {{.*}} -> tensor<32x32xf32, #[[READ]]>
// CHECK: %[[C:.*]] = ktile.convert %[[T]] : tensor<32x32xf32, #[[READ]]> to tensor<32x32xf32, #[[WRITE]]>
// CHECK: ktile.store %[[C]], {{.*}} : tensor<32x32xf32, #[[WRITE]]>
module attributes {transform.with_named_sequence} {
func.func @transposed(%x: tensor<64x32xf32>) -> tensor<32x64xf32> {
  %r = kopt.kernel @transposed (%a = %x : tensor<64x32xf32>) -> (tensor<32x64xf32>) {
    %e = tensor.empty() : tensor<32x64xf32>
    %y = linalg.transpose ins(%a : tensor<64x32xf32>) outs(%e : tensor<32x64xf32>) permutation = [1, 0]
    kopt.yield %y : tensor<32x64xf32>
  }
  return %r : tensor<32x64xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k block [32, 32] warps [4] : (!transform.any_op) -> !transform.any_op
  %s0 = transform.kopt.assign_layouts %p : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

// What a sum leaves is held where the row was.

// CHECK-DAG: #[[ROWS:.*]] = #ktile.layout<register = {{\[}}[0, 1], [0, 2], [1, 0]], lane = {{\[}}[0, 4], [0, 8], [0, 16], [0, 32], [0, 64]], warp = {{\[}}[0, 128]]>
// CHECK-DAG: #[[SUMS:.*]] = #ktile.layout<register = {{\[}}[1]], lane = {{\[}}[0], [0], [0], [0], [0]], warp = {{\[}}[0]]>
// CHECK-LABEL: gpu.module @row_sum_program
// CHECK: ktile.reduce
// CHECK: (tensor<2x256xf32, #[[ROWS]]>) -> tensor<2xf32, #[[SUMS]]>
// CHECK-NOT: ktile.convert
// CHECK: ktile.store
module attributes {transform.with_named_sequence} {
func.func @row_sum(%x: tensor<8x256xf32>) -> tensor<8xf32> {
  %r = kopt.kernel @row_sum (%a = %x : tensor<8x256xf32>) -> (tensor<8xf32>) {
    %zero = arith.constant 0.0 : f32
    %e = tensor.empty() : tensor<8xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e : tensor<8xf32>) -> tensor<8xf32>
    %y = linalg.reduce ins(%a : tensor<8x256xf32>) outs(%f : tensor<8xf32>) dimensions = [1]
      (%v: f32, %o: f32) {
        %s = arith.addf %v, %o : f32
        linalg.yield %s : f32
      }
    kopt.yield %y : tensor<8xf32>
  }
  return %r : tensor<8xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k block [2] warps [2] : (!transform.any_op) -> !transform.any_op
  %s0 = transform.kopt.assign_layouts %p : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

// A product's accumulator: a patch of 4 x 4 in each thread.

// CHECK: #[[SUM:.*]] = #ktile.layout<register = {{\[}}[0, 1], [0, 2], [1, 0], [2, 0]], lane = {{\[}}[0, 4], [0, 8], [0, 16], [4, 0], [8, 0]], warp = {{\[}}[16, 0], [0, 32]]>
// CHECK-LABEL: gpu.module @product_program
// CHECK: scf.for {{.*}} -> (tensor<32x64xf32, #[[SUM]]>)
// CHECK: ktile.dot {{.*}} tensor<32x64xf32, #[[SUM]]>
// CHECK: ktile.store {{.*}} : tensor<32x64xf32, #[[SUM]]>, memref<64x64xf32>
module attributes {transform.with_named_sequence} {
func.func @product(%x: tensor<64x40xf32>, %w: tensor<40x64xf32>) -> tensor<64x64xf32> {
  %r = kopt.kernel @product (%a = %x : tensor<64x40xf32>, %b = %w : tensor<40x64xf32>) -> (tensor<64x64xf32>) {
    %zero = arith.constant 0.0 : f32
    %e = tensor.empty() : tensor<64x64xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e : tensor<64x64xf32>) -> tensor<64x64xf32>
    %y = linalg.matmul ins(%a, %b : tensor<64x40xf32>, tensor<40x64xf32>) outs(%f : tensor<64x64xf32>) -> tensor<64x64xf32>
    kopt.yield %y : tensor<64x64xf32>
  }
  return %r : tensor<64x64xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k block [32, 64] reduction [16] warps [4] : (!transform.any_op) -> !transform.any_op
  %s0 = transform.kopt.stage %p : (!transform.any_op) -> !transform.any_op
  %s1 = transform.kopt.assign_layouts %s0 : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}
