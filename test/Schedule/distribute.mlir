// RUN: kernel-opt %s --transform-interpreter --canonicalize --cse --split-input-file | FileCheck %s

// Each thread's part. Tiles are gone; accesses are guarded vectors.

// The row's end is a multiple of the vector: whole vectors are in or out.

// CHECK-LABEL: gpu.module @exp_program
// CHECK: %[[T:.*]] = gpu.thread_id x
// CHECK: %[[FIRST:.*]] = arith.muli %[[T]], %c4
// CHECK: %[[AT:.*]] = arith.addi %[[FIRST]], %{{.*}} : index
// CHECK: %[[IN:.*]] = arith.cmpi ult, %[[AT]], %c1000 : index
// CHECK: kgpu.load %{{.*}}[%[[AT]]] if %[[IN]] padding 0.000000e+00 : f32 : memref<1000xf32> -> vector<4xf32>
// CHECK: kgpu.load {{.*}} -> vector<4xf32>
// CHECK: math.exp %{{.*}} : vector<8xf32>
// CHECK: kgpu.store %{{.*}}, %{{.*}}[%[[AT]]] if %[[IN]] : vector<4xf32>, memref<1000xf32>
// CHECK: kgpu.store {{.*}} : vector<4xf32>, memref<1000xf32>
// CHECK-NOT: ktile
// CHECK-NOT: tensor<
// CHECK: gpu.return
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
  %s1 = transform.kopt.distribute %s0 : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

// Elements beyond the end of the one row: the last vector counts its valid ones.

// CHECK-LABEL: gpu.module @exp_program
// CHECK: %[[LEFT:.*]] = arith.subi %c1001, %[[AT:.*]] : index
// CHECK: kgpu.load %{{.*}}[%[[AT]]] valid %[[LEFT]] padding 0.000000e+00 : f32 : memref<1001xf32> -> vector<4xf32>
// CHECK: kgpu.store %{{.*}}, %{{.*}}[%[[AT]]] valid %[[LEFT]] : vector<4xf32>, memref<1001xf32>
module attributes {transform.with_named_sequence} {
func.func @exp(%x: tensor<1001xf32>) -> tensor<1001xf32> {
  %r = kopt.kernel @exp (%a = %x : tensor<1001xf32>) -> (tensor<1001xf32>) {
    %e = tensor.empty() : tensor<1001xf32>
    %y = linalg.exp ins(%a : tensor<1001xf32>) outs(%e : tensor<1001xf32>) -> tensor<1001xf32>
    kopt.yield %y : tensor<1001xf32>
  }
  return %r : tensor<1001xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k block [512] warps [2] : (!transform.any_op) -> !transform.any_op
  %s0 = transform.kopt.assign_layouts %p : (!transform.any_op) -> !transform.any_op
  %s1 = transform.kopt.distribute %s0 : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

// Of threads that hold the same elements, one writes.

// CHECK-LABEL: gpu.module @exp_program
// CHECK: %[[T:.*]] = gpu.thread_id x
// CHECK: %[[OTHER:.*]] = arith.andi %[[T]], %c60 : index
// CHECK: %[[FIRST:.*]] = arith.cmpi eq, %[[OTHER]], %c0 : index
// CHECK: kgpu.load %{{.*}} : memref<16xf32> -> vector<4xf32>
// CHECK: kgpu.store %{{.*}} if %[[FIRST]] : vector<4xf32>, memref<16xf32>
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
  %s1 = transform.kopt.distribute %s0 : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

// A transpose through shared memory: scattered writes, a barrier, vectors.

// CHECK-LABEL: gpu.module @transposed_program
// CHECK: %[[S:.*]] = kgpu.alloc_shared : memref<32x33xf32, #kgpu.shared>
// CHECK-COUNT-2: kgpu.load %{{.*}} : memref<64x32xf32> -> vector<4xf32>
// CHECK-COUNT-8: kgpu.store %{{.*}}, %[[S]]{{.*}} : vector<1xf32>
// CHECK: gpu.barrier
// CHECK-COUNT-8: kgpu.load %[[S]]{{.*}} -> vector<1xf32>
// CHECK-COUNT-2: kgpu.store %{{.*}} : vector<4xf32>, memref<32x64xf32>
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
  %s1 = transform.kopt.distribute %s0 : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

// In a loop, the conversion's buffer is written again only when all have read
// it.

// CHECK-LABEL: gpu.module @transposed_program
// CHECK: %[[S:.*]] = kgpu.alloc_shared : memref<32x33xf32, #kgpu.shared>
// CHECK: scf.for
// CHECK: gpu.barrier
// CHECK: kgpu.store %{{.*}}, %[[S]]
// CHECK: gpu.barrier
// CHECK: kgpu.load %[[S]]
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
  %p = transform.kopt.tile %k block [32, 0] tile [32, 32] warps [4] : (!transform.any_op) -> !transform.any_op
  %s0 = transform.kopt.assign_layouts %p : (!transform.any_op) -> !transform.any_op
  %s1 = transform.kopt.distribute %s0 : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

// Bytes stand for truth values in shared memory, too.

// CHECK-LABEL: gpu.module @transposed_program
// CHECK: kgpu.alloc_shared : memref<32x36xi8, #kgpu.shared>
module attributes {transform.with_named_sequence} {
func.func @transposed(%x: tensor<64x32xi1>) -> tensor<32x64xi1> {
  %r = kopt.kernel @transposed (%a = %x : tensor<64x32xi1>) -> (tensor<32x64xi1>) {
    %e = tensor.empty() : tensor<32x64xi1>
    %y = linalg.transpose ins(%a : tensor<64x32xi1>) outs(%e : tensor<32x64xi1>) permutation = [1, 0]
    kopt.yield %y : tensor<32x64xi1>
  }
  return %r : tensor<32x64xi1>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k block [32, 32] warps [4] : (!transform.any_op) -> !transform.any_op
  %s0 = transform.kopt.assign_layouts %p : (!transform.any_op) -> !transform.any_op
  %s1 = transform.kopt.distribute %s0 : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

// A sum over registers, lanes and two warps; one lane of each warp writes.

// CHECK-LABEL: gpu.module @row_sum_program
// CHECK: %[[T:.*]] = gpu.thread_id x
// CHECK: %[[WARP:.*]] = arith.divui %[[T]], %c32
// CHECK: %[[S:.*]] = kgpu.alloc_shared : memref<2x2xf32, #kgpu.shared>
// CHECK: arith.addf %{{.*}} : vector<4xf32>
// CHECK: arith.addf %{{.*}} : vector<2xf32>
// CHECK: kgpu.warp_reduce {{ *}}add %{{.*}} lane_bits [4, 3, 2, 1, 0] : vector<2xf32>
// CHECK: %[[LANE:.*]] = arith.andi %[[T]], %c31
// CHECK: %[[FIRST:.*]] = arith.cmpi eq, %[[LANE]], %c0
// CHECK: kgpu.store %{{.*}}, %[[S]][%c0, %[[WARP]]] if %[[FIRST]]
// CHECK: kgpu.store %{{.*}}, %[[S]][%c1, %[[WARP]]] if %[[FIRST]]
// CHECK: gpu.barrier
// CHECK: kgpu.load %[[S]][%c0, %c0] : memref<2x2xf32, #kgpu.shared> -> vector<2xf32>
// CHECK: kgpu.load %[[S]][%c1, %c0] : memref<2x2xf32, #kgpu.shared> -> vector<2xf32>
// CHECK: arith.addf %{{.*}} : vector<2xf32>
// CHECK: kgpu.store %{{.*}} : vector<2xf32>, memref<8xf32>
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
  %s1 = transform.kopt.distribute %s0 : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

// Four warps hold 48 columns twice over: of those with the same partial result
// one writes it.

// CHECK-LABEL: gpu.module @row_sum_program
// CHECK: %[[T:.*]] = gpu.thread_id x
// CHECK: %[[S:.*]] = kgpu.alloc_shared : memref<1x2xf32, #kgpu.shared>
// CHECK: kgpu.warp_reduce
// CHECK: %[[SAME:.*]] = arith.andi %[[T]], %c95
// CHECK: %[[FIRST:.*]] = arith.cmpi eq, %[[SAME]], %c0
// CHECK: kgpu.store %{{.*}}, %[[S]]{{.*}} if %[[FIRST]]
module attributes {transform.with_named_sequence} {
func.func @row_sum(%x: tensor<8x33xf32>) -> tensor<8xf32> {
  %r = kopt.kernel @row_sum (%a = %x : tensor<8x33xf32>) -> (tensor<8xf32>) {
    %zero = arith.constant 0.0 : f32
    %e = tensor.empty() : tensor<8xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e : tensor<8xf32>) -> tensor<8xf32>
    %y = linalg.reduce ins(%a : tensor<8x33xf32>) outs(%f : tensor<8xf32>) dimensions = [1]
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
  %p = transform.kopt.tile %k block [1] warps [4] : (!transform.any_op) -> !transform.any_op
  %s0 = transform.kopt.assign_layouts %p : (!transform.any_op) -> !transform.any_op
  %s1 = transform.kopt.distribute %s0 : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

// Columns: each thread sums its own over the loop; lanes and warps join after.

// CHECK-LABEL: gpu.module @column_sum_program
// CHECK: %[[S:.*]] = kgpu.alloc_shared : memref<32x4xf32, #kgpu.shared>
// CHECK: scf.for {{.*}} -> (vector<4xf32>)
// CHECK: kgpu.load {{.*}} -> vector<4xf32>
// CHECK: arith.addf
// CHECK: scf.yield
// CHECK: kgpu.warp_reduce {{ *}}add %{{.*}} lane_bits [4, 3] : vector<4xf32>
// CHECK-COUNT-4: kgpu.store %{{.*}}, %[[S]]
// CHECK: gpu.barrier
// CHECK-COUNT-4: kgpu.load %[[S]]{{.*}} -> vector<4xf32>
// CHECK: kgpu.store %{{.*}} : vector<4xf32>, memref<32xf32>
module attributes {transform.with_named_sequence} {
func.func @column_sum(%x: tensor<64x32xf32>) -> tensor<32xf32> {
  %r = kopt.kernel @column_sum (%a = %x : tensor<64x32xf32>) -> (tensor<32xf32>) {
    %zero = arith.constant 0.0 : f32
    %e = tensor.empty() : tensor<32xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e : tensor<32xf32>) -> tensor<32xf32>
    %y = linalg.reduce ins(%a : tensor<64x32xf32>) outs(%f : tensor<32xf32>) dimensions = [0]
      (%v: f32, %o: f32) {
        %s = arith.addf %v, %o : f32
        linalg.yield %s : f32
      }
    kopt.yield %y : tensor<32xf32>
  }
  return %r : tensor<32xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k block [32] reduction [16] warps [4] : (!transform.any_op) -> !transform.any_op
  %s0 = transform.kopt.assign_layouts %p : (!transform.any_op) -> !transform.any_op
  %s1 = transform.kopt.distribute %s0 : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

// Two results at once, joined by shuffles: which maximum is the first one is
// decided by its number, whatever lane it comes from.

// CHECK-LABEL: gpu.module @argmax_program
// CHECK: gpu.shuffle {{ *}}xor %{{.*}} : f32
// CHECK: gpu.shuffle {{ *}}xor %{{.*}} : i64
// CHECK: %[[LESS:.*]] = arith.cmpi slt, %{{.*}} : vector<1xi64>
// CHECK-COUNT-4: arith.select %[[LESS]]
// CHECK: arith.cmpf ogt
// CHECK: kgpu.store %{{.*}} : vector<1xf32>, memref<4xf32>
// CHECK: kgpu.store %{{.*}} : vector<1xi64>, memref<4xi64>
module attributes {transform.with_named_sequence} {
func.func @argmax(%x: tensor<4x64xf32>) -> (tensor<4xf32>, tensor<4xi64>) {
  %r:2 = kopt.kernel @argmax (%a = %x : tensor<4x64xf32>) -> (tensor<4xf32>, tensor<4xi64>) {
    %ninf = arith.constant 0xFF800000 : f32
    %zero = arith.constant 0 : i64
    %e = tensor.empty() : tensor<4xf32>
    %f = linalg.fill ins(%ninf : f32) outs(%e : tensor<4xf32>) -> tensor<4xf32>
    %g = tensor.empty() : tensor<4xi64>
    %h = linalg.fill ins(%zero : i64) outs(%g : tensor<4xi64>) -> tensor<4xi64>
    %y:2 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>, affine_map<(i, j) -> (i)>], iterator_types = ["parallel", "reduction"]}
      ins(%a : tensor<4x64xf32>) outs(%f, %h : tensor<4xf32>, tensor<4xi64>) {
    ^bb0(%v: f32, %o: f32, %p: i64):
      %j = linalg.index 1 : index
      %q = arith.index_cast %j : index to i64
      %c = arith.cmpf ogt, %v, %o : f32
      %m = arith.select %c, %v, %o : f32
      %n = arith.select %c, %q, %p : i64
      linalg.yield %m, %n : f32, i64
    } -> (tensor<4xf32>, tensor<4xi64>)
    kopt.yield %y#0, %y#1 : tensor<4xf32>, tensor<4xi64>
  }
  return %r#0, %r#1 : tensor<4xf32>, tensor<4xi64>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k block [1] warps [1] : (!transform.any_op) -> !transform.any_op
  %s0 = transform.kopt.assign_layouts %p : (!transform.any_op) -> !transform.any_op
  %s1 = transform.kopt.distribute %s0 : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

// A product of buffers: vectors from shared memory, multiply-adds in registers.

// CHECK-LABEL: gpu.module @product_program
// CHECK: scf.for
// CHECK: gpu.barrier
// CHECK: kgpu.store
// CHECK: gpu.barrier
// CHECK: kgpu.load %{{.*}} : memref<2x32xf32, #kgpu.shared> -> vector<4xf32>
// CHECK: kgpu.load %{{.*}} : memref<2x64xf32, #kgpu.shared> -> vector<4xf32>
// CHECK-COUNT-32: math.fma
// CHECK-NOT: math.fma
// CHECK: arith.addf %{{.*}} : vector<16xf32>
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
  %p = transform.kopt.tile %k block [32, 64] reduction [2] warps [4] : (!transform.any_op) -> !transform.any_op
  %s0 = transform.kopt.stage %p : (!transform.any_op) -> !transform.any_op
  %s1 = transform.kopt.assign_layouts %s0 : (!transform.any_op) -> !transform.any_op
  %s2 = transform.kopt.distribute %s1 : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

// Of 128 elements a thread, each stored part is computed by itself, from what the
// parts have in common on.

// CHECK-LABEL: gpu.module @chain_program
// CHECK-COUNT-32: kgpu.load {{.*}} -> vector<4xf32>
// CHECK: %[[E:.*]] = math.exp %{{.*}} : vector<4xf32>
// CHECK: %[[S:.*]] = arith.addf %[[E]], %{{.*}} : vector<4xf32>
// CHECK: kgpu.store %[[S]]
// CHECK-COUNT-31: math.exp %{{.*}} : vector<4xf32>
// CHECK-NOT: math.exp
// CHECK: gpu.return
module attributes {transform.with_named_sequence} {
func.func @chain(%x: tensor<8192xf32>) -> tensor<8192xf32> {
  %r = kopt.kernel @chain (%a = %x : tensor<8192xf32>) -> (tensor<8192xf32>) {
    %e = tensor.empty() : tensor<8192xf32>
    %y = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]}
      ins(%a : tensor<8192xf32>) outs(%e : tensor<8192xf32>) {
    ^bb0(%v: f32, %o: f32):
      %t = math.exp %v : f32
      %s = arith.addf %t, %v : f32
      linalg.yield %s : f32
    } -> tensor<8192xf32>
    kopt.yield %y : tensor<8192xf32>
  }
  return %r : tensor<8192xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.tile %k block [8192] warps [2] : (!transform.any_op) -> !transform.any_op
  %s0 = transform.kopt.assign_layouts %p : (!transform.any_op) -> !transform.any_op
  %s1 = transform.kopt.distribute %s0 : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}
