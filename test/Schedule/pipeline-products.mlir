// RUN: kernel-opt %s --transform-interpreter --canonicalize --cse --split-input-file | FileCheck %s

// Two warpgroups multiply what thread 0 has loaded: the accelerator fills four
// stages, refills one as soon as the product that read it is done, and takes the
// bf16 result from shared memory.

// CHECK-LABEL: gpu.func @product(
// CHECK-SAME: known_block_size = array<i32: 256, 1, 1>
// CHECK-DAG: %[[C:.*]] = kgpu.tensor_map %{{.*}} : memref<1000x512xbf16> to !kgpu.tensor_map<64x64xbf16, swizzle = 128>
// CHECK-DAG: %[[A:.*]] = kgpu.tensor_map %{{.*}} : memref<1000x768xbf16> to !kgpu.tensor_map<128x64xbf16, swizzle = 128>
// CHECK-DAG: %[[B:.*]] = kgpu.tensor_map %{{.*}} : memref<768x512xbf16> to !kgpu.tensor_map<64x64xbf16, swizzle = 128>
// CHECK-DAG: %[[SA:.*]] = kgpu.alloc_shared : memref<4x1x128x64xbf16, #kgpu.shared<swizzle = 128>>
// CHECK-DAG: %[[SB:.*]] = kgpu.alloc_shared : memref<4x2x64x64xbf16, #kgpu.shared<swizzle = 128>>
// CHECK-DAG: %[[SC:.*]] = kgpu.alloc_shared : memref<2x2x64x64xbf16, #kgpu.shared<swizzle = 128>>
// CHECK: kgpu.mbarrier_init %[[FULL:.*]][%{{.*}}] arrivals 1
// CHECK: kgpu.fence mbarrier_init
// CHECK: gpu.barrier
// CHECK: kgpu.mbarrier_arrive %[[FULL]][%{{.*}}] expect
// CHECK: kgpu.tma_load %[[A]][{{.*}}], %[[SA]]
// CHECK-COUNT-2: kgpu.tma_load %[[B]][{{.*}}], %[[SB]]
// The first step begins with zero.
// CHECK: kgpu.mbarrier_wait %[[FULL]]
// CHECK: kgpu.wgmma_fence
// CHECK: kgpu.wgmma {{.*}} {bMajor = #kgpu.major<mn>, shape = array<i64: 64, 128, 16>} : {{.*}} -> !kgpu.pending<64xf32>
// CHECK: scf.for {{.*}} -> (!kgpu.pending<64xf32>)
// CHECK: kgpu.mbarrier_wait %[[FULL]]
// CHECK: kgpu.wgmma_fence
// CHECK-COUNT-4: kgpu.wgmma {{.*}}!kgpu.pending<64xf32> -> !kgpu.pending<64xf32>
// CHECK: kgpu.wgmma_commit
// CHECK: kgpu.wgmma_wait 1() : () -> ()
// CHECK: gpu.barrier
// CHECK: scf.if
// CHECK: kgpu.tma_load %[[A]]
// CHECK: kgpu.wgmma_wait 0({{.*}}) : (!kgpu.pending<64xf32>) -> vector<64xf32>
// CHECK: math.exp
// CHECK-COUNT-8: kgpu.store_matrix {{.*}} %[[SC]]
// CHECK: kgpu.fence async_shared
// CHECK: gpu.barrier
// CHECK: scf.if
// CHECK-COUNT-2: kgpu.tma_store %[[SC]][{{.*}}], %[[C]]
// CHECK: kgpu.bulk_commit
// CHECK: kgpu.bulk_wait 0
// CHECK-NOT: ktile.
module attributes {transform.with_named_sequence} {
func.func @product(%x: tensor<1000x768xbf16>, %y: tensor<768x512xbf16>) -> tensor<1000x512xbf16> {
  %r = kopt.kernel @product (%a = %x : tensor<1000x768xbf16>, %b = %y : tensor<768x512xbf16>) -> (tensor<1000x512xbf16>) {
    %zero = arith.constant 0.0 : f32
    %e = tensor.empty() : tensor<1000x512xf32>
    %z = linalg.fill ins(%zero : f32) outs(%e : tensor<1000x512xf32>) -> tensor<1000x512xf32>
    %p = linalg.matmul ins(%a, %b : tensor<1000x768xbf16>, tensor<768x512xbf16>) outs(%z : tensor<1000x512xf32>) -> tensor<1000x512xf32>
    %f = linalg.exp ins(%p : tensor<1000x512xf32>) outs(%e : tensor<1000x512xf32>) -> tensor<1000x512xf32>
    %o = tensor.empty() : tensor<1000x512xbf16>
    %t = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]} ins(%f : tensor<1000x512xf32>) outs(%o : tensor<1000x512xbf16>) {
    ^bb0(%in: f32, %out: bf16):
      %h = arith.truncf %in : f32 to bf16
      linalg.yield %h : bf16
    } -> tensor<1000x512xbf16>
    kopt.yield %t : tensor<1000x512xbf16>
  }
  return %r : tensor<1000x512xbf16>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %t = transform.kopt.tile %k block [128, 128] elements [65536] reduction [64] warps [8] : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.pipeline_products %t depth [4] : (!transform.any_op) -> !transform.any_op
  %h = transform.kopt.assign_layouts %p : (!transform.any_op) -> !transform.any_op
  %d = transform.kopt.distribute %h : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

// A third warpgroup loads; those who multiply tell it when a stage is empty, add
// each step's sums in f32, and meet in a barrier of their own.

// CHECK-LABEL: gpu.func @roles(
// CHECK-SAME: known_block_size = array<i32: 384, 1, 1>
// CHECK: kgpu.mbarrier_init %[[FULL:.*]][%{{.*}}] arrivals 1
// CHECK: kgpu.mbarrier_init %[[EMPTY:.*]][%{{.*}}] arrivals 8
// CHECK: scf.if
// CHECK: kgpu.set_max_registers 40 decrease
// CHECK: kgpu.mbarrier_wait %[[EMPTY]]
// CHECK: kgpu.mbarrier_arrive %[[FULL]][%{{.*}}] expect
// CHECK: kgpu.tma_load
// CHECK: else
// CHECK: kgpu.set_max_registers 232
// CHECK: scf.for {{.*}} -> (vector<64xf32>)
// CHECK: kgpu.mbarrier_wait %[[FULL]]
// K is contiguous in both operands.
// CHECK: kgpu.wgmma {{.*}} {shape = array<i64: 64, 128, 16>}
// CHECK: kgpu.wgmma_wait 0({{.*}}) : (!kgpu.pending<64xf32>) -> vector<64xf32>
// CHECK: arith.addf {{.*}} : vector<64xf32>
// CHECK: kgpu.mbarrier_arrive %[[EMPTY]]{{.*}} if
// f32 results are stored in pairs.
// CHECK: kgpu.store {{.*}} : vector<2xf32>, memref<512x512xf32>
// CHECK-NOT: gpu.barrier
module attributes {transform.with_named_sequence} {
func.func @roles(%x: tensor<512x768xf16>, %y: tensor<512x768xf16>) -> tensor<512x512xf32> {
  %r = kopt.kernel @roles (%a = %x : tensor<512x768xf16>, %b = %y : tensor<512x768xf16>) -> (tensor<512x512xf32>) {
    %zero = arith.constant 0.0 : f32
    %e = tensor.empty() : tensor<512x512xf32>
    %z = linalg.fill ins(%zero : f32) outs(%e : tensor<512x512xf32>) -> tensor<512x512xf32>
    %p = linalg.generic {indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>], iterator_types = ["parallel", "parallel", "reduction"]} ins(%a, %b : tensor<512x768xf16>, tensor<512x768xf16>) outs(%z : tensor<512x512xf32>) {
    ^bb0(%u: f16, %v: f16, %s: f32):
      %uw = arith.extf %u : f16 to f32
      %vw = arith.extf %v : f16 to f32
      %m = arith.mulf %uw, %vw : f32
      %t = arith.addf %s, %m : f32
      linalg.yield %t : f32
    } -> tensor<512x512xf32>
    kopt.yield %p : tensor<512x512xf32>
  }
  return %r : tensor<512x512xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %t = transform.kopt.tile %k block [128, 128] elements [65536] reduction [32] warps [8] raster [4] : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.pipeline_products %t depth [4] producer [1] promote [1] : (!transform.any_op) -> !transform.any_op
  %h = transform.kopt.assign_layouts %p : (!transform.any_op) -> !transform.any_op
  %d = transform.kopt.distribute %h : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

// What is added to a product is loaded by those who multiply, behind the sum:
// a third warpgroup would read beside the tile of the two others.

// CHECK-LABEL: gpu.func @residual(
// CHECK-SAME: %[[R:[a-z0-9]+]]: memref<512x512xf32> {kgpu.access = "read"}
// CHECK-NOT: kgpu.load %[[R]]
// CHECK: kgpu.set_max_registers 40 decrease
// CHECK-NOT: kgpu.load %[[R]]
// CHECK: kgpu.set_max_registers 232
// CHECK-NOT: kgpu.load %[[R]]
// CHECK: scf.for {{.*}} -> (vector<64xf32>)
// CHECK-NOT: kgpu.load %[[R]]
// CHECK: scf.yield
// CHECK: kgpu.load %[[R]]
// CHECK: kgpu.store {{.*}} : vector<2xf32>, memref<512x512xf32>
module attributes {transform.with_named_sequence} {
func.func @residual(%w: tensor<512x512xf32>, %x: tensor<512x768xf16>, %y: tensor<512x768xf16>) -> tensor<512x512xf32> {
  %r = kopt.kernel @residual (%c = %w : tensor<512x512xf32>, %a = %x : tensor<512x768xf16>, %b = %y : tensor<512x768xf16>) -> (tensor<512x512xf32>) {
    %zero = arith.constant 0.0 : f32
    %e = tensor.empty() : tensor<512x512xf32>
    %z = linalg.fill ins(%zero : f32) outs(%e : tensor<512x512xf32>) -> tensor<512x512xf32>
    %p = linalg.generic {indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>], iterator_types = ["parallel", "parallel", "reduction"]} ins(%a, %b : tensor<512x768xf16>, tensor<512x768xf16>) outs(%z : tensor<512x512xf32>) {
    ^bb0(%u: f16, %v: f16, %s: f32):
      %uw = arith.extf %u : f16 to f32
      %vw = arith.extf %v : f16 to f32
      %m = arith.mulf %uw, %vw : f32
      %t = arith.addf %s, %m : f32
      linalg.yield %t : f32
    } -> tensor<512x512xf32>
    %o = linalg.add ins(%c, %p : tensor<512x512xf32>, tensor<512x512xf32>) outs(%e : tensor<512x512xf32>) -> tensor<512x512xf32>
    kopt.yield %o : tensor<512x512xf32>
  }
  return %r : tensor<512x512xf32>
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["kopt.kernel"]} in %root : (!transform.any_op) -> !transform.any_op
  %t = transform.kopt.tile %k block [128, 128] elements [65536] reduction [32] warps [8] raster [4] : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.pipeline_products %t depth [4] producer [1] promote [1] : (!transform.any_op) -> !transform.any_op
  %h = transform.kopt.assign_layouts %p : (!transform.any_op) -> !transform.any_op
  %d = transform.kopt.distribute %h : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}
