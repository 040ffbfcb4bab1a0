// RUN: kernel-opt %s --split-input-file --kopt-emit-ptx=ptx-file=- -o /dev/null | FileCheck %s

// Each operation of the kgpu dialect as PTX.

// CHECK-LABEL: .entry hints(
gpu.module @hints {
  gpu.func @hints(%x: memref<1024xf32> {kgpu.access = "read"},
                  %h: memref<1024xbf16> {kgpu.access = "readwrite"},
                  %b: memref<1024xi8> {kgpu.access = "readwrite"},
                  %y: memref<1024xf32> {kgpu.access = "write"}) kernel {
    %c16 = arith.constant 16 : index
    %t = gpu.thread_id x
    %i = arith.muli %t, %c16 : index
    // CHECK-DAG: ld.global.cs.nc.v4.b32 {%{{r[0-9]+}},%{{r[0-9]+}},%{{r[0-9]+}},%{{r[0-9]+}}}, [%{{rd[0-9]+}}];
    %a = kgpu.load %x[%i] cache streaming : memref<1024xf32> -> vector<4xf32>
    // CHECK-DAG: ld.global.cg.v4.b32
    %c = kgpu.load %h[%i] cache cache_global : memref<1024xbf16> -> vector<8xbf16>
    // CHECK-DAG: ld.global.nc.L1::no_allocate.b32
    %d = kgpu.load %x[%t] cache no_allocate : memref<1024xf32> -> f32
    // CHECK-DAG: createpolicy.fractional.L2::evict_first.b64 [[FIRST:%rd[0-9]+]], 1.0;
    // CHECK-DAG: ld.global.nc.L2::cache_hint.v2.b32 {{{.*}}}, [%{{rd[0-9]+}}], [[FIRST]];
    %e = kgpu.load %x[%i] cache evict_first : memref<1024xf32> -> vector<2xf32>
    // CHECK-DAG: ld.global.cs.b8
    %f = kgpu.load %b[%t] cache streaming : memref<1024xi8> -> i8
    // CHECK-DAG: createpolicy.fractional.L2::evict_last.b64 [[LAST:%rd[0-9]+]], 1.0;
    // CHECK-DAG: st.global.L2::cache_hint.v4.b32 [%{{rd[0-9]+}}], {{{.*}}}, [[LAST]];
    kgpu.store %a, %y[%i] cache evict_last : vector<4xf32>, memref<1024xf32>
    // CHECK-DAG: st.global.cs.v4.b32
    kgpu.store %c, %h[%i] cache streaming : vector<8xbf16>, memref<1024xbf16>
    // CHECK-DAG: st.global.cg.b32
    kgpu.store %d, %y[%t] cache cache_global : f32, memref<1024xf32>
    // CHECK-DAG: st.global.L1::no_allocate.v2.b32
    kgpu.store %e, %y[%i] cache no_allocate : vector<2xf32>, memref<1024xf32>
    // CHECK-DAG: st.global.cs.b8
    kgpu.store %f, %b[%t] cache streaming : i8, memref<1024xi8>
    gpu.return
  }
}

// -----

// CHECK-LABEL: .entry guards(
// One vector access under a branch for `if`; no scalar.
// CHECK: @%{{p[0-9]+}} bra
// CHECK: ld.global.nc.v4.b32
// CHECK-NOT: ld.global
// CHECK: st.global.v4.b32
// CHECK-NOT: st.global
// CHECK: ret;
gpu.module @guards {
  gpu.func @guards(%x: memref<1000x12xf32> {kgpu.access = "read"},
                   %y: memref<1000x12xf32> {kgpu.access = "write"}) kernel
      attributes {known_block_size = array<i32: 128, 1, 1>,
                  known_grid_size = array<i32: 8, 1, 1>} {
    %c4 = arith.constant 4 : index
    %c128 = arith.constant 128 : index
    %c1000 = arith.constant 1000 : index
    %t = gpu.thread_id x
    %b = gpu.block_id x
    %o = arith.muli %b, %c128 : index
    %r = arith.addi %o, %t : index
    %p = arith.cmpi ult, %r, %c1000 : index
    %v = kgpu.load %x[%r, %c4] if %p padding 1.0 : f32 : memref<1000x12xf32> -> vector<4xf32>
    %w = arith.mulf %v, %v : vector<4xf32>
    kgpu.store %w, %y[%r, %c4] if %p : vector<4xf32>, memref<1000x12xf32>
    gpu.return
  }
}

// -----

// CHECK-LABEL: .entry warps(
gpu.module @warps {
  gpu.func @warps(%x: memref<1024xf32> {kgpu.access = "read"},
                  %h: memref<1024xf16> {kgpu.access = "readwrite"},
                  %n: memref<1024xi32> {kgpu.access = "readwrite"},
                  %l: memref<1024xi64> {kgpu.access = "readwrite"},
                  %y: memref<1024xf32> {kgpu.access = "write"}) kernel {
    %t = gpu.thread_id x
    %i0 = arith.constant 0 : i32
    %i8 = arith.constant 8 : i32
    // CHECK-DAG: shfl.sync.bfly.b32 %{{r[0-9]+}}, %{{r[0-9]+}}, 2, 31, -1;
    // CHECK-DAG: add.rn.f32
    %a = kgpu.load %x[%t] : memref<1024xf32> -> f32
    %b = kgpu.warp_reduce add %a lane_bits [1] : f32
    kgpu.store %b, %y[%t] : f32, memref<1024xf32>
    // CHECK-DAG: max.NaN.f16
    %c = kgpu.load %h[%t] : memref<1024xf16> -> f16
    %d = kgpu.warp_reduce max %c lane_bits [0] : f16
    kgpu.store %d, %h[%t] : f16, memref<1024xf16>
    // CHECK-DAG: min.u32
    %e = kgpu.load %n[%t] : memref<1024xi32> -> i32
    %f = kgpu.warp_reduce minu %e lane_bits [4] : i32
    // CHECK-DAG: shfl.sync.idx.b32 %{{r[0-9]+}}|%{{p[0-9]+}}, %{{r[0-9]+}}, 0, 6175, -1;
    %g, %valid = gpu.shuffle idx %f, %i0, %i8 : i32
    %z = arith.select %valid, %g, %i0 : i32
    kgpu.store %z, %n[%t] : i32, memref<1024xi32>
    // CHECK-DAG: max.s64
    %j = kgpu.load %l[%t] : memref<1024xi64> -> i64
    %k = kgpu.warp_reduce max %j lane_bits [3] : i64
    kgpu.store %k, %l[%t] : i64, memref<1024xi64>
    gpu.return
  }
}

// -----

// CHECK-LABEL: .entry matrices(
gpu.module @matrices {
  gpu.func @matrices(%x: memref<1024x4xf32> {kgpu.access = "readwrite"}) kernel {
    %s = kgpu.alloc_shared : memref<64x32xf16, #kgpu.shared<swizzle = 64>>
    %t = gpu.thread_id x
    %c0 = arith.constant 0 : index
    // CHECK: ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%{{r[0-9]+}},%{{r[0-9]+}},%{{r[0-9]+}},%{{r[0-9]+}}}, [%{{r[0-9]+}}];
    %a = kgpu.load_matrix %s[%t, %c0] transpose : memref<64x32xf16, #kgpu.shared<swizzle = 64>> -> vector<8xf16>
    // CHECK: ldmatrix.sync.aligned.m8n8.x2.shared.b16
    %b = kgpu.load_matrix %s[%t, %c0] : memref<64x32xf16, #kgpu.shared<swizzle = 64>> -> vector<4xf16>
    // CHECK: ldmatrix.sync.aligned.m8n8.x1.shared.b16 {%{{r[0-9]+}}}, [
    %d = kgpu.load_matrix %s[%t, %c0] : memref<64x32xf16, #kgpu.shared<swizzle = 64>> -> vector<2xf16>
    %c = kgpu.load %x[%t, %c0] : memref<1024x4xf32> -> vector<4xf32>
    // CHECK: mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32
    %e = kgpu.mma %a, %b, %c {shape = array<i64: 16, 8, 16>} : vector<8xf16>, vector<4xf16>, vector<4xf32>
    // CHECK: mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32 {{{.*}}}, {%{{r[0-9]+}},%{{r[0-9]+}}}, {%{{r[0-9]+}}},
    %f = kgpu.mma %b, %d, %e {shape = array<i64: 16, 8, 8>} : vector<4xf16>, vector<2xf16>, vector<4xf32>
    %lo = vector.extract_strided_slice %f {offsets = [0], sizes = [2], strides = [1]} : vector<4xf32> to vector<2xf32>
    // CHECK: mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32
    %g = kgpu.mma %f, %lo, %f {shape = array<i64: 16, 8, 8>} : vector<4xf32>, vector<2xf32>, vector<4xf32>
    kgpu.store %g, %x[%t, %c0] : vector<4xf32>, memref<1024x4xf32>
    // CHECK: stmatrix.sync.aligned.m8n8.x4.shared.b16 [%{{r[0-9]+}}], {
    kgpu.store_matrix %a, %s[%t, %c0] : vector<8xf16>, memref<64x32xf16, #kgpu.shared<swizzle = 64>>
    // CHECK: stmatrix.sync.aligned.m8n8.x2.trans.shared.b16
    kgpu.store_matrix %b, %s[%t, %c0] transpose : vector<4xf16>, memref<64x32xf16, #kgpu.shared<swizzle = 64>>
    gpu.return
  }
}

// -----

// CHECK-LABEL: .entry order(
// All 65536 registers, shared among 256 threads.
// CHECK: .maxnreg 248
gpu.module @order {
  gpu.func @order(%ws: memref<4xi32> {kgpu.access = "workspace"},
                  %flags: memref<132xi64> {kgpu.access = "workspace"},
                  %x: memref<132xf32> {kgpu.access = "read"}) kernel
      attributes {known_block_size = array<i32: 256, 1, 1>,
                  known_grid_size = array<i32: 132, 1, 1>} {
    %full = kgpu.mbarrier_alloc : !kgpu.mbarriers<2>
    %s = kgpu.alloc_shared : memref<32x4xf32, #kgpu.shared>
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %i = gpu.thread_id x
    %j = gpu.block_id x
    %one = arith.constant 1 : i64
    %leader = arith.cmpi eq, %i, %c0 : index
    // CHECK: cp.async.ca.shared.global [%{{r[0-9]+}}], [%{{rd[0-9]+}}], 4, %{{r[0-9]+}};
    kgpu.async_copy %x[%i], %s[%c0, %c0] if %leader {count = 1} : memref<132xf32>, memref<32x4xf32, #kgpu.shared>
    // CHECK: cp.async.commit_group;
    kgpu.async_commit
    // CHECK: cp.async.wait_group 3;
    kgpu.async_wait 3
    // CHECK: bar.sync 1, 128;
    kgpu.named_barrier 1 threads 128
    // CHECK: bar.arrive 2, 256;
    kgpu.named_barrier 2 threads 256 arrive
    // CHECK: fence.proxy.async.shared::cta;
    kgpu.fence async_shared
    // CHECK: fence.proxy.async.global;
    kgpu.fence async_global
    // CHECK: fence.acq_rel.cta;
    kgpu.fence block
    // CHECK: fence.acq_rel.gpu;
    kgpu.fence device
    // CHECK: mbarrier.arrive.shared::cta.b64 _, [%{{r[0-9]+}}];
    kgpu.mbarrier_arrive %full[%c1] : !kgpu.mbarriers<2>
    // CHECK: setp.ne.b32 p, %{{r[0-9]+}}, 0;
    // CHECK-NEXT: @p mbarrier.arrive.expect_tx.shared::cta.b64 _, [%{{r[0-9]+}}], %{{r[0-9]+}};
    kgpu.mbarrier_arrive %full[%c1] expect %c1 if %leader : !kgpu.mbarriers<2>
    // The counter goes up by one per block and wraps around.
    // CHECK: bar.sync 0;
    // CHECK: atom.add.acq_rel.gpu.global.u32 [[OLD:%r[0-9]+]], [%{{rd[0-9]+}}], 1;
    // CHECK: ld.acquire.gpu.global.b32
    // CHECK-NEXT: sub.s32 d,
    // CHECK-NEXT: setp.ge.s32 p, d, 0;
    // CHECK-NEXT: @!p bra retry;
    // CHECK: bar.sync 0;
    kgpu.grid_barrier %ws[%c1] : memref<4xi32>
    // CHECK: @p st.release.gpu.global.b64 [%{{rd[0-9]+}}], %{{rd[0-9]+}};
    kgpu.signal %flags[%j], %one scope device if %leader : memref<132xi64>, i64
    // CHECK: ld.acquire.gpu.global.b64
    // CHECK-NEXT: setp.ge.s64 p,
    %v = kgpu.wait %flags[%j] least %one scope device : memref<132xi64>, i64
    // CHECK: setmaxnreg.dec.sync.aligned.u32 40;
    kgpu.set_max_registers 40 decrease
    // CHECK: setmaxnreg.inc.sync.aligned.u32 232;
    kgpu.set_max_registers 232
    // CHECK: cp.async.bulk.commit_group;
    kgpu.bulk_commit
    // CHECK: cp.async.bulk.wait_group.read 1;
    kgpu.bulk_wait 1 read
    gpu.return
  }
}

// -----

// CHECK-LABEL: .entry clusters(
// CHECK: .explicitcluster
// CHECK: .reqnctapercluster 2, 1, 1
gpu.module @clusters {
  gpu.func @clusters(%x: memref<256x256xf16> {kgpu.access = "read"},
                     %y: memref<256xf32> {kgpu.access = "write"}) kernel
      attributes {known_block_size = array<i32: 256, 1, 1>,
                  known_grid_size = array<i32: 132, 1, 1>,
                  kgpu.cluster_size = array<i32: 2, 1, 1>} {
    %map = kgpu.tensor_map %x : memref<256x256xf16> to !kgpu.tensor_map<64x64xf16, swizzle = 128>
    %full = kgpu.mbarrier_alloc : !kgpu.mbarriers<2>
    %s = kgpu.alloc_shared : memref<256xf32, #kgpu.shared>
    %d = kgpu.alloc_shared : memref<64x64xf16, #kgpu.shared<swizzle = 128>>
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %mask = arith.constant 3 : i16
    %true = arith.constant true
    %i = gpu.thread_id x
    // CHECK: mov.u32 %{{r[0-9]+}}, %cluster_ctaid.x;
    %rank = gpu.cluster_block_id x
    // CHECK: mapa.shared::cluster.u32 [[REMOTE:%r[0-9]+]],
    // CHECK: mbarrier.arrive.release.cluster.shared::cluster.b64 _, [[[REMOTE]]];
    kgpu.mbarrier_arrive %full[%c0] in %rank : !kgpu.mbarriers<2>
    // CHECK: mbarrier.try_wait.parity.acquire.cluster.shared::cta.b64 p,
    kgpu.mbarrier_wait %full[%c0] parity %true : !kgpu.mbarriers<2>
    // CHECK: cp.async.bulk.tensor.2d.shared::cluster.global.mbarrier::complete_tx::bytes.multicast::cluster [%{{r[0-9]+}}], [%{{rd[0-9]+}}, {%{{r[0-9]+}},%{{r[0-9]+}}}], [%{{r[0-9]+}}], %{{rs[0-9]+}};
    kgpu.tma_load %map[%c0, %c1], %d[], %full[%c1] multicast %mask : !kgpu.tensor_map<64x64xf16, swizzle = 128>, memref<64x64xf16, #kgpu.shared<swizzle = 128>>, !kgpu.mbarriers<2>
    %r = kgpu.cluster_shared %s in %rank : memref<256xf32, #kgpu.shared>
    // CHECK: barrier.cluster.arrive.release.aligned;
    // CHECK-NEXT: barrier.cluster.wait.acquire.aligned;
    kgpu.cluster_barrier
    // CHECK: ld.shared::cluster.b32
    %v = kgpu.load %r[%i] : memref<256xf32, #kgpu.shared> -> f32
    // CHECK: st.shared::cluster.b32
    kgpu.store %v, %r[%i] : f32, memref<256xf32, #kgpu.shared>
    kgpu.store %v, %y[%i] : f32, memref<256xf32>
    gpu.return
  }
}

// -----

// CHECK-LABEL: .entry wgmmas(
gpu.module @wgmmas {
  gpu.func @wgmmas(%x: memref<128x8xf16> {kgpu.access = "read"},
                   %z: memref<128x4xf32> {kgpu.access = "read"},
                   %y: memref<128x16xf32> {kgpu.access = "readwrite"}) kernel
      attributes {known_block_size = array<i32: 128, 1, 1>} {
    %s = kgpu.alloc_shared : memref<64x64xf16, #kgpu.shared<swizzle = 128>>
    %b = kgpu.alloc_shared : memref<32x16xf16, #kgpu.shared<swizzle = 32>>
    %f = kgpu.alloc_shared : memref<32x16xf32, #kgpu.shared<swizzle = 64>>
    %c0 = arith.constant 0 : index
    %t = gpu.thread_id x
    %a = kgpu.load %x[%t, %c0] : memref<128x8xf16> -> vector<8xf16>
    %af = kgpu.load %z[%t, %c0] : memref<128x4xf32> -> vector<4xf32>
    %c = kgpu.load %y[%t, %c0] : memref<128x16xf32> -> vector<16xf32>
    // Registers that ordinary instructions wrote go through a fence.
    // CHECK: wgmma.fence.sync.aligned;
    // CHECK: setp.ne.b32 p, 1, 0;
    // CHECK-NEXT: wgmma.mma_async.sync.aligned.m64n32k16.f32.f16.f16 {[[ACC:.*]]}, {%{{r[0-9]+}},%{{r[0-9]+}},%{{r[0-9]+}},%{{r[0-9]+}}}, %{{rd[0-9]+}}, p, 1, 1, 0;
    %0 = kgpu.wgmma %a, %b[%c0, %c0], %c {shape = array<i64: 64, 32, 16>} : vector<8xf16>, memref<32x16xf16, #kgpu.shared<swizzle = 32>>, vector<16xf32> -> !kgpu.pending<16xf32>
    // CHECK-NOT: wgmma.fence
    // CHECK: wgmma.mma_async.sync.aligned.m64n32k16.f32.f16.f16 {[[ACC]]}, %{{rd[0-9]+}}, %{{rd[0-9]+}}, p, 1, 1, 1, 0;
    %1 = kgpu.wgmma %s[%c0, %c0], %b[%c0, %c0], %0 {shape = array<i64: 64, 32, 16>, aMajor = #kgpu.major<mn>} : memref<64x64xf16, #kgpu.shared<swizzle = 128>>, memref<32x16xf16, #kgpu.shared<swizzle = 32>>, !kgpu.pending<16xf32> -> !kgpu.pending<16xf32>
    // CHECK: wgmma.fence.sync.aligned;
    // CHECK: setp.ne.b32 p, 0, 0;
    // CHECK-NEXT: wgmma.mma_async.sync.aligned.m64n32k8.f32.tf32.tf32 {{{.*}}}, {%{{r[0-9]+}},%{{r[0-9]+}},%{{r[0-9]+}},%{{r[0-9]+}}}, %{{rd[0-9]+}}, p, 1, 1;
    %2 = kgpu.wgmma %af, %f[%c0, %c0] {shape = array<i64: 64, 32, 8>} : vector<4xf32>, memref<32x16xf32, #kgpu.shared<swizzle = 64>> -> !kgpu.pending<16xf32>
    kgpu.wgmma_commit
    %v, %w = kgpu.wgmma_wait 0 (%1, %2) : (!kgpu.pending<16xf32>, !kgpu.pending<16xf32>) -> (vector<16xf32>, vector<16xf32>)
    %u = arith.addf %v, %w : vector<16xf32>
    kgpu.store %u, %y[%t, %c0] : vector<16xf32>, memref<128x16xf32>
    gpu.return
  }
}
