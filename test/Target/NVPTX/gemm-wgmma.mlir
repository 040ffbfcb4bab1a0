// RUN: kernel-opt %s --kopt-emit-ptx='target=sm_90a ptx-file=%t.ptx' -o /dev/null
// RUN: FileCheck %s < %t.ptx

// C = A B for 4096 x 4096 bf16, both row-major: 128 x 256 tiles, K in steps of
// 64 through four stages, two warpgroups of 64 rows each, thread 0 issues TMA.

// CHECK: .extern .shared .align 1024 .b8 gemm_shared[];
// CHECK: .visible .entry gemm(
// CHECK-COUNT-3: .param .align 64 .b8 gemm_param_{{[345]}}[128]
// CHECK: .reqntid 256, 1, 1
// CHECK-COUNT-4: mbarrier.init.shared::cta.b64
// CHECK: fence.mbarrier_init.release.cluster;
// CHECK: bar.sync
// CHECK: mbarrier.arrive.expect_tx.shared::cta.b64 _,
// CHECK: cp.async.bulk.tensor.2d.shared::cluster.global.mbarrier::complete_tx::bytes [%{{.*}}], [%{{.*}}, {%{{.*}},%{{.*}}}], [%{{.*}}];
// CHECK: mbarrier.try_wait.parity.shared::cta.b64
// The first product starts from zero.
// CHECK: setp.ne.b32 p, 0, 0;
// CHECK-NEXT: wgmma.mma_async.sync.aligned.m64n256k16.f32.bf16.bf16 {[[ACC:.*]]}, %{{[^,]*}}, %{{[^,]*}}, p, 1, 1, 0, 1;
// CHECK-COUNT-3: wgmma.mma_async.sync.aligned.m64n256k16.f32.bf16.bf16 {[[ACC]]}
// CHECK: wgmma.commit_group.sync.aligned;
// In the loop the accumulators keep their registers.
// CHECK: mbarrier.try_wait.parity.shared::cta.b64
// CHECK: setp.ne.b32 p, 1, 0;
// CHECK-NEXT: wgmma.mma_async.sync.aligned.m64n256k16.f32.bf16.bf16 {[[ACC]]}
// CHECK-COUNT-3: wgmma.mma_async.sync.aligned.m64n256k16.f32.bf16.bf16 {[[ACC]]}
// CHECK: wgmma.commit_group.sync.aligned;
// CHECK: wgmma.wait_group.sync.aligned 1;
// CHECK: wgmma.wait_group.sync.aligned 0;
// CHECK-COUNT-64: cvt.rn.bf16x2.f32
// CHECK: fence.proxy.async.shared::cta;
// CHECK-COUNT-4: cp.async.bulk.tensor.2d.global.shared::cta.bulk_group
// CHECK: cp.async.bulk.wait_group 0;
// CHECK-NOT: .local
gpu.module @gemm {
  gpu.func @gemm(%a: memref<4096x4096xbf16> {kgpu.access = "read"},
                 %b: memref<4096x4096xbf16> {kgpu.access = "read"},
                 %c: memref<4096x4096xbf16> {kgpu.access = "write"}) kernel
      attributes {known_block_size = array<i32: 256, 1, 1>,
                  known_grid_size = array<i32: 512, 1, 1>} {
    %ta = kgpu.tensor_map %a : memref<4096x4096xbf16> to !kgpu.tensor_map<128x64xbf16, swizzle = 128>
    %tb = kgpu.tensor_map %b : memref<4096x4096xbf16> to !kgpu.tensor_map<64x64xbf16, swizzle = 128>
    %tc = kgpu.tensor_map %c : memref<4096x4096xbf16> to !kgpu.tensor_map<64x64xbf16, swizzle = 128>
    %sa = kgpu.alloc_shared : memref<4x128x64xbf16, #kgpu.shared<swizzle = 128>>
    %sb = kgpu.alloc_shared : memref<4x4x64x64xbf16, #kgpu.shared<swizzle = 128>>
    %full = kgpu.mbarrier_alloc : !kgpu.mbarriers<4>
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c2 = arith.constant 2 : index
    %c3 = arith.constant 3 : index
    %c4 = arith.constant 4 : index
    %c7 = arith.constant 7 : index
    %c8 = arith.constant 8 : index
    %c15 = arith.constant 15 : index
    %c16 = arith.constant 16 : index
    %c32 = arith.constant 32 : index
    %c48 = arith.constant 48 : index
    %c61 = arith.constant 61 : index
    %c64 = arith.constant 64 : index
    %c128 = arith.constant 128 : index
    %c192 = arith.constant 192 : index
    %c256 = arith.constant 256 : index
    %bytes = arith.constant 49152 : index
    %false = arith.constant false

    // Groups of 8 by 16 tiles share operands in L2.
    %pid = gpu.block_id x
    %group = arith.divui %pid, %c128 : index
    %inGroup = arith.remui %pid, %c128 : index
    %mLow = arith.remui %inGroup, %c8 : index
    %n = arith.divui %inGroup, %c8 : index
    %mHigh = arith.muli %group, %c8 : index
    %m = arith.addi %mHigh, %mLow : index
    %m0 = arith.muli %m, %c128 : index
    %n0 = arith.muli %n, %c256 : index
    %n1 = arith.addi %n0, %c64 : index
    %n2 = arith.addi %n0, %c128 : index
    %n3 = arith.addi %n0, %c192 : index

    %tid = gpu.thread_id x
    %wg = arith.divui %tid, %c128 : index
    %rowWG = arith.muli %wg, %c64 : index
    %leader = arith.cmpi eq, %tid, %c0 : index

    scf.if %leader {
      kgpu.mbarrier_init %full[%c0] arrivals 1 : !kgpu.mbarriers<4>
      kgpu.mbarrier_init %full[%c1] arrivals 1 : !kgpu.mbarriers<4>
      kgpu.mbarrier_init %full[%c2] arrivals 1 : !kgpu.mbarriers<4>
      kgpu.mbarrier_init %full[%c3] arrivals 1 : !kgpu.mbarriers<4>
      kgpu.fence mbarrier_init
    }
    gpu.barrier

    scf.if %leader {
      scf.for %s = %c0 to %c4 step %c1 {
        %k = arith.muli %s, %c64 : index
        kgpu.mbarrier_arrive %full[%s] expect %bytes : !kgpu.mbarriers<4>
        kgpu.tma_load %ta[%m0, %k], %sa[%s], %full[%s] : !kgpu.tensor_map<128x64xbf16, swizzle = 128>, memref<4x128x64xbf16, #kgpu.shared<swizzle = 128>>, !kgpu.mbarriers<4>
        kgpu.tma_load %tb[%k, %n0], %sb[%s, %c0], %full[%s] : !kgpu.tensor_map<64x64xbf16, swizzle = 128>, memref<4x4x64x64xbf16, #kgpu.shared<swizzle = 128>>, !kgpu.mbarriers<4>
        kgpu.tma_load %tb[%k, %n1], %sb[%s, %c1], %full[%s] : !kgpu.tensor_map<64x64xbf16, swizzle = 128>, memref<4x4x64x64xbf16, #kgpu.shared<swizzle = 128>>, !kgpu.mbarriers<4>
        kgpu.tma_load %tb[%k, %n2], %sb[%s, %c2], %full[%s] : !kgpu.tensor_map<64x64xbf16, swizzle = 128>, memref<4x4x64x64xbf16, #kgpu.shared<swizzle = 128>>, !kgpu.mbarriers<4>
        kgpu.tma_load %tb[%k, %n3], %sb[%s, %c3], %full[%s] : !kgpu.tensor_map<64x64xbf16, swizzle = 128>, memref<4x4x64x64xbf16, #kgpu.shared<swizzle = 128>>, !kgpu.mbarriers<4>
      }
    }

    // The first step begins with no accumulator, that is, with zero.
    kgpu.mbarrier_wait %full[%c0] parity %false : !kgpu.mbarriers<4>
    kgpu.wgmma_fence
    %f0 = kgpu.wgmma %sa[%c0, %rowWG, %c0], %sb[%c0, %c0, %c0, %c0] {shape = array<i64: 64, 256, 16>, bMajor = #kgpu.major<mn>} : memref<4x128x64xbf16, #kgpu.shared<swizzle = 128>>, memref<4x4x64x64xbf16, #kgpu.shared<swizzle = 128>> -> !kgpu.pending<128xf32>
    %f1 = kgpu.wgmma %sa[%c0, %rowWG, %c16], %sb[%c0, %c0, %c16, %c0], %f0 {shape = array<i64: 64, 256, 16>, bMajor = #kgpu.major<mn>} : memref<4x128x64xbf16, #kgpu.shared<swizzle = 128>>, memref<4x4x64x64xbf16, #kgpu.shared<swizzle = 128>>, !kgpu.pending<128xf32> -> !kgpu.pending<128xf32>
    %f2 = kgpu.wgmma %sa[%c0, %rowWG, %c32], %sb[%c0, %c0, %c32, %c0], %f1 {shape = array<i64: 64, 256, 16>, bMajor = #kgpu.major<mn>} : memref<4x128x64xbf16, #kgpu.shared<swizzle = 128>>, memref<4x4x64x64xbf16, #kgpu.shared<swizzle = 128>>, !kgpu.pending<128xf32> -> !kgpu.pending<128xf32>
    %f3 = kgpu.wgmma %sa[%c0, %rowWG, %c48], %sb[%c0, %c0, %c48, %c0], %f2 {shape = array<i64: 64, 256, 16>, bMajor = #kgpu.major<mn>} : memref<4x128x64xbf16, #kgpu.shared<swizzle = 128>>, memref<4x4x64x64xbf16, #kgpu.shared<swizzle = 128>>, !kgpu.pending<128xf32> -> !kgpu.pending<128xf32>
    kgpu.wgmma_commit
    %last = scf.for %kt = %c1 to %c64 step %c1 iter_args(%acc = %f3) -> (!kgpu.pending<128xf32>) {
      %s = arith.remui %kt, %c4 : index
      %round = arith.divui %kt, %c4 : index
      %odd = arith.andi %round, %c1 : index
      %parity = arith.cmpi ne, %odd, %c0 : index
      kgpu.mbarrier_wait %full[%s] parity %parity : !kgpu.mbarriers<4>
      kgpu.wgmma_fence
      %d0 = kgpu.wgmma %sa[%s, %rowWG, %c0], %sb[%s, %c0, %c0, %c0], %acc {shape = array<i64: 64, 256, 16>, bMajor = #kgpu.major<mn>} : memref<4x128x64xbf16, #kgpu.shared<swizzle = 128>>, memref<4x4x64x64xbf16, #kgpu.shared<swizzle = 128>>, !kgpu.pending<128xf32> -> !kgpu.pending<128xf32>
      %d1 = kgpu.wgmma %sa[%s, %rowWG, %c16], %sb[%s, %c0, %c16, %c0], %d0 {shape = array<i64: 64, 256, 16>, bMajor = #kgpu.major<mn>} : memref<4x128x64xbf16, #kgpu.shared<swizzle = 128>>, memref<4x4x64x64xbf16, #kgpu.shared<swizzle = 128>>, !kgpu.pending<128xf32> -> !kgpu.pending<128xf32>
      %d2 = kgpu.wgmma %sa[%s, %rowWG, %c32], %sb[%s, %c0, %c32, %c0], %d1 {shape = array<i64: 64, 256, 16>, bMajor = #kgpu.major<mn>} : memref<4x128x64xbf16, #kgpu.shared<swizzle = 128>>, memref<4x4x64x64xbf16, #kgpu.shared<swizzle = 128>>, !kgpu.pending<128xf32> -> !kgpu.pending<128xf32>
      %d3 = kgpu.wgmma %sa[%s, %rowWG, %c48], %sb[%s, %c0, %c48, %c0], %d2 {shape = array<i64: 64, 256, 16>, bMajor = #kgpu.major<mn>} : memref<4x128x64xbf16, #kgpu.shared<swizzle = 128>>, memref<4x4x64x64xbf16, #kgpu.shared<swizzle = 128>>, !kgpu.pending<128xf32> -> !kgpu.pending<128xf32>
      kgpu.wgmma_commit
      // The step before is done, so its stage can be filled again.
      kgpu.wgmma_wait 1 () : () -> ()
      gpu.barrier
      %more = arith.cmpi ult, %kt, %c61 : index
      %issue = arith.andi %leader, %more : i1
      scf.if %issue {
        %next = arith.addi %kt, %c3 : index
        %k = arith.muli %next, %c64 : index
        %ns = arith.remui %next, %c4 : index
        kgpu.mbarrier_arrive %full[%ns] expect %bytes : !kgpu.mbarriers<4>
        kgpu.tma_load %ta[%m0, %k], %sa[%ns], %full[%ns] : !kgpu.tensor_map<128x64xbf16, swizzle = 128>, memref<4x128x64xbf16, #kgpu.shared<swizzle = 128>>, !kgpu.mbarriers<4>
        kgpu.tma_load %tb[%k, %n0], %sb[%ns, %c0], %full[%ns] : !kgpu.tensor_map<64x64xbf16, swizzle = 128>, memref<4x4x64x64xbf16, #kgpu.shared<swizzle = 128>>, !kgpu.mbarriers<4>
        kgpu.tma_load %tb[%k, %n1], %sb[%ns, %c1], %full[%ns] : !kgpu.tensor_map<64x64xbf16, swizzle = 128>, memref<4x4x64x64xbf16, #kgpu.shared<swizzle = 128>>, !kgpu.mbarriers<4>
        kgpu.tma_load %tb[%k, %n2], %sb[%ns, %c2], %full[%ns] : !kgpu.tensor_map<64x64xbf16, swizzle = 128>, memref<4x4x64x64xbf16, #kgpu.shared<swizzle = 128>>, !kgpu.mbarriers<4>
        kgpu.tma_load %tb[%k, %n3], %sb[%ns, %c3], %full[%ns] : !kgpu.tensor_map<64x64xbf16, swizzle = 128>, memref<4x4x64x64xbf16, #kgpu.shared<swizzle = 128>>, !kgpu.mbarriers<4>
      }
      scf.yield %d3 : !kgpu.pending<128xf32>
    }
    %sum = kgpu.wgmma_wait 0 (%last) : (!kgpu.pending<128xf32>) -> vector<128xf32>
    // Both warpgroups have read all stages: B's buffer takes the result.
    gpu.barrier
    %h = arith.truncf %sum : vector<128xf32> to vector<128xbf16>
    %lane = gpu.lane_id
    %inWG = arith.remui %tid, %c128 : index
    %warp = arith.divui %inWG, %c32 : index
    %warpRow = arith.muli %warp, %c16 : index
    %laneRow = arith.andi %lane, %c15 : index
    %row = arith.addi %warpRow, %laneRow : index
    %half = arith.divui %lane, %c16 : index
    %col0 = arith.muli %half, %c8 : index
    %col1 = arith.addi %col0, %c16 : index
    %col2 = arith.addi %col0, %c32 : index
    %col3 = arith.addi %col0, %c48 : index
    %h0 = vector.extract_strided_slice %h {offsets = [0], sizes = [8], strides = [1]} : vector<128xbf16> to vector<8xbf16>
    kgpu.store_matrix %h0, %sb[%wg, %c0, %row, %col0] : vector<8xbf16>, memref<4x4x64x64xbf16, #kgpu.shared<swizzle = 128>>
    %h1 = vector.extract_strided_slice %h {offsets = [8], sizes = [8], strides = [1]} : vector<128xbf16> to vector<8xbf16>
    kgpu.store_matrix %h1, %sb[%wg, %c0, %row, %col1] : vector<8xbf16>, memref<4x4x64x64xbf16, #kgpu.shared<swizzle = 128>>
    %h2 = vector.extract_strided_slice %h {offsets = [16], sizes = [8], strides = [1]} : vector<128xbf16> to vector<8xbf16>
    kgpu.store_matrix %h2, %sb[%wg, %c0, %row, %col2] : vector<8xbf16>, memref<4x4x64x64xbf16, #kgpu.shared<swizzle = 128>>
    %h3 = vector.extract_strided_slice %h {offsets = [24], sizes = [8], strides = [1]} : vector<128xbf16> to vector<8xbf16>
    kgpu.store_matrix %h3, %sb[%wg, %c0, %row, %col3] : vector<8xbf16>, memref<4x4x64x64xbf16, #kgpu.shared<swizzle = 128>>
    %h4 = vector.extract_strided_slice %h {offsets = [32], sizes = [8], strides = [1]} : vector<128xbf16> to vector<8xbf16>
    kgpu.store_matrix %h4, %sb[%wg, %c1, %row, %col0] : vector<8xbf16>, memref<4x4x64x64xbf16, #kgpu.shared<swizzle = 128>>
    %h5 = vector.extract_strided_slice %h {offsets = [40], sizes = [8], strides = [1]} : vector<128xbf16> to vector<8xbf16>
    kgpu.store_matrix %h5, %sb[%wg, %c1, %row, %col1] : vector<8xbf16>, memref<4x4x64x64xbf16, #kgpu.shared<swizzle = 128>>
    %h6 = vector.extract_strided_slice %h {offsets = [48], sizes = [8], strides = [1]} : vector<128xbf16> to vector<8xbf16>
    kgpu.store_matrix %h6, %sb[%wg, %c1, %row, %col2] : vector<8xbf16>, memref<4x4x64x64xbf16, #kgpu.shared<swizzle = 128>>
    %h7 = vector.extract_strided_slice %h {offsets = [56], sizes = [8], strides = [1]} : vector<128xbf16> to vector<8xbf16>
    kgpu.store_matrix %h7, %sb[%wg, %c1, %row, %col3] : vector<8xbf16>, memref<4x4x64x64xbf16, #kgpu.shared<swizzle = 128>>
    %h8 = vector.extract_strided_slice %h {offsets = [64], sizes = [8], strides = [1]} : vector<128xbf16> to vector<8xbf16>
    kgpu.store_matrix %h8, %sb[%wg, %c2, %row, %col0] : vector<8xbf16>, memref<4x4x64x64xbf16, #kgpu.shared<swizzle = 128>>
    %h9 = vector.extract_strided_slice %h {offsets = [72], sizes = [8], strides = [1]} : vector<128xbf16> to vector<8xbf16>
    kgpu.store_matrix %h9, %sb[%wg, %c2, %row, %col1] : vector<8xbf16>, memref<4x4x64x64xbf16, #kgpu.shared<swizzle = 128>>
    %h10 = vector.extract_strided_slice %h {offsets = [80], sizes = [8], strides = [1]} : vector<128xbf16> to vector<8xbf16>
    kgpu.store_matrix %h10, %sb[%wg, %c2, %row, %col2] : vector<8xbf16>, memref<4x4x64x64xbf16, #kgpu.shared<swizzle = 128>>
    %h11 = vector.extract_strided_slice %h {offsets = [88], sizes = [8], strides = [1]} : vector<128xbf16> to vector<8xbf16>
    kgpu.store_matrix %h11, %sb[%wg, %c2, %row, %col3] : vector<8xbf16>, memref<4x4x64x64xbf16, #kgpu.shared<swizzle = 128>>
    %h12 = vector.extract_strided_slice %h {offsets = [96], sizes = [8], strides = [1]} : vector<128xbf16> to vector<8xbf16>
    kgpu.store_matrix %h12, %sb[%wg, %c3, %row, %col0] : vector<8xbf16>, memref<4x4x64x64xbf16, #kgpu.shared<swizzle = 128>>
    %h13 = vector.extract_strided_slice %h {offsets = [104], sizes = [8], strides = [1]} : vector<128xbf16> to vector<8xbf16>
    kgpu.store_matrix %h13, %sb[%wg, %c3, %row, %col1] : vector<8xbf16>, memref<4x4x64x64xbf16, #kgpu.shared<swizzle = 128>>
    %h14 = vector.extract_strided_slice %h {offsets = [112], sizes = [8], strides = [1]} : vector<128xbf16> to vector<8xbf16>
    kgpu.store_matrix %h14, %sb[%wg, %c3, %row, %col2] : vector<8xbf16>, memref<4x4x64x64xbf16, #kgpu.shared<swizzle = 128>>
    %h15 = vector.extract_strided_slice %h {offsets = [120], sizes = [8], strides = [1]} : vector<128xbf16> to vector<8xbf16>
    kgpu.store_matrix %h15, %sb[%wg, %c3, %row, %col3] : vector<8xbf16>, memref<4x4x64x64xbf16, #kgpu.shared<swizzle = 128>>
    kgpu.fence async_shared
    gpu.barrier
    %first = arith.cmpi eq, %inWG, %c0 : index
    scf.if %first {
      %mRow = arith.addi %m0, %rowWG : index
      kgpu.tma_store %sb[%wg, %c0], %tc[%mRow, %n0] : memref<4x4x64x64xbf16, #kgpu.shared<swizzle = 128>>, !kgpu.tensor_map<64x64xbf16, swizzle = 128>
      kgpu.tma_store %sb[%wg, %c1], %tc[%mRow, %n1] : memref<4x4x64x64xbf16, #kgpu.shared<swizzle = 128>>, !kgpu.tensor_map<64x64xbf16, swizzle = 128>
      kgpu.tma_store %sb[%wg, %c2], %tc[%mRow, %n2] : memref<4x4x64x64xbf16, #kgpu.shared<swizzle = 128>>, !kgpu.tensor_map<64x64xbf16, swizzle = 128>
      kgpu.tma_store %sb[%wg, %c3], %tc[%mRow, %n3] : memref<4x4x64x64xbf16, #kgpu.shared<swizzle = 128>>, !kgpu.tensor_map<64x64xbf16, swizzle = 128>
      kgpu.bulk_commit
      kgpu.bulk_wait 0
    }
    gpu.return
  }
}
