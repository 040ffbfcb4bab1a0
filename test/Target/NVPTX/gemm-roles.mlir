// RUN: kernel-opt %s --kopt-emit-ptx='target=sm_90a ptx-file=%t.ptx' -o /dev/null
// RUN: FileCheck %s < %t.ptx

// The product of gemm-wgmma.mlir with roles: one warpgroup issues TMA, two
// multiply; 132 persistent blocks take tiles in turn, and the store of one tile
// overlaps with the products of the next.

// CHECK-DAG: .maxnreg 168
// CHECK-DAG: .reqntid 384, 1, 1
// CHECK: setmaxnreg.inc.sync.aligned.u32 232;
// CHECK: wgmma.mma_async.sync.aligned.m64n256k16.f32.bf16.bf16 {[[ACC:.*]]}, %{{[^,]*}}, %{{[^,]*}}, p, 1, 1, 0, 1;
// CHECK-COUNT-7: wgmma.mma_async.sync.aligned.m64n256k16.f32.bf16.bf16 {[[ACC]]}
// CHECK: wgmma.wait_group.sync.aligned 1;
// CHECK: mbarrier.arrive.shared::cta.b64 _,
// CHECK: wgmma.wait_group.sync.aligned 0;
// CHECK: cp.async.bulk.wait_group.read 0;
// CHECK: setmaxnreg.dec.sync.aligned.u32 40;
// CHECK-NOT: .local
gpu.module @gemm {
  gpu.func @gemm(%a: memref<4096x4096xbf16> {kgpu.access = "read"},
                 %b: memref<4096x4096xbf16> {kgpu.access = "read"},
                 %c: memref<4096x4096xbf16> {kgpu.access = "write"}) kernel
      attributes {known_block_size = array<i32: 384, 1, 1>,
                  known_grid_size = array<i32: 132, 1, 1>} {
    %ta = kgpu.tensor_map %a : memref<4096x4096xbf16> to !kgpu.tensor_map<128x64xbf16, swizzle = 128>
    %tb = kgpu.tensor_map %b : memref<4096x4096xbf16> to !kgpu.tensor_map<64x64xbf16, swizzle = 128>
    %tc = kgpu.tensor_map %c : memref<4096x4096xbf16> to !kgpu.tensor_map<64x64xbf16, swizzle = 128>
    %sa = kgpu.alloc_shared : memref<4x128x64xbf16, #kgpu.shared<swizzle = 128>>
    %sb = kgpu.alloc_shared : memref<4x4x64x64xbf16, #kgpu.shared<swizzle = 128>>
    %so = kgpu.alloc_shared : memref<2x2x64x64xbf16, #kgpu.shared<swizzle = 128>>
    %full = kgpu.mbarrier_alloc : !kgpu.mbarriers<4>
    %empty = kgpu.mbarrier_alloc : !kgpu.mbarriers<4>
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c2 = arith.constant 2 : index
    %c3 = arith.constant 3 : index
    %c4 = arith.constant 4 : index
    %c8 = arith.constant 8 : index
    %c15 = arith.constant 15 : index
    %c16 = arith.constant 16 : index
    %c32 = arith.constant 32 : index
    %c48 = arith.constant 48 : index
    %c64 = arith.constant 64 : index
    %c128 = arith.constant 128 : index
    %c132 = arith.constant 132 : index
    %c192 = arith.constant 192 : index
    %c256 = arith.constant 256 : index
    %c512 = arith.constant 512 : index
    %bytes = arith.constant 49152 : index
    %false = arith.constant false
    %tid = gpu.thread_id x
    %pid = gpu.block_id x
    %lane = gpu.lane_id
    %wg = arith.divui %tid, %c128 : index
    %inWG = arith.remui %tid, %c128 : index
    %first = arith.cmpi eq, %tid, %c0 : index
    %laneZero = arith.cmpi eq, %lane, %c0 : index
    %leader = arith.cmpi eq, %inWG, %c0 : index
    scf.if %first {
      // A stage is full when one thread has announced its bytes and they are
      // there; it is empty again when each of eight warps has arrived.
      scf.for %s = %c0 to %c4 step %c1 {
        kgpu.mbarrier_init %full[%s] arrivals 1 : !kgpu.mbarriers<4>
        kgpu.mbarrier_init %empty[%s] arrivals 8 : !kgpu.mbarriers<4>
      }
      kgpu.fence mbarrier_init
    }
    gpu.barrier
    %isProducer = arith.cmpi eq, %wg, %c0 : index
    scf.if %isProducer {
      kgpu.set_max_registers 40 decrease
      scf.if %first {
        scf.for %tile = %pid to %c512 step %c132 {
          %group = arith.divui %tile, %c128 : index
          %inGroup = arith.remui %tile, %c128 : index
          %mLow = arith.remui %inGroup, %c8 : index
          %n = arith.divui %inGroup, %c8 : index
          %mHigh = arith.muli %group, %c8 : index
          %m = arith.addi %mHigh, %mLow : index
          %m0 = arith.muli %m, %c128 : index
          %n0 = arith.muli %n, %c256 : index
          %n1 = arith.addi %n0, %c64 : index
          %n2 = arith.addi %n0, %c128 : index
          %n3 = arith.addi %n0, %c192 : index
          scf.for %kt = %c0 to %c64 step %c1 {
            %s = arith.remui %kt, %c4 : index
            %round = arith.divui %kt, %c4 : index
            %odd = arith.andi %round, %c1 : index
            // 16 rounds per tile: parities are the same for each tile.
            %parity = arith.cmpi eq, %odd, %c0 : index
            %k = arith.muli %kt, %c64 : index
            kgpu.mbarrier_wait %empty[%s] parity %parity : !kgpu.mbarriers<4>
            kgpu.mbarrier_arrive %full[%s] expect %bytes : !kgpu.mbarriers<4>
            kgpu.tma_load %ta[%m0, %k], %sa[%s], %full[%s] : !kgpu.tensor_map<128x64xbf16, swizzle = 128>, memref<4x128x64xbf16, #kgpu.shared<swizzle = 128>>, !kgpu.mbarriers<4>
            kgpu.tma_load %tb[%k, %n0], %sb[%s, %c0], %full[%s] : !kgpu.tensor_map<64x64xbf16, swizzle = 128>, memref<4x4x64x64xbf16, #kgpu.shared<swizzle = 128>>, !kgpu.mbarriers<4>
            kgpu.tma_load %tb[%k, %n1], %sb[%s, %c1], %full[%s] : !kgpu.tensor_map<64x64xbf16, swizzle = 128>, memref<4x4x64x64xbf16, #kgpu.shared<swizzle = 128>>, !kgpu.mbarriers<4>
            kgpu.tma_load %tb[%k, %n2], %sb[%s, %c2], %full[%s] : !kgpu.tensor_map<64x64xbf16, swizzle = 128>, memref<4x4x64x64xbf16, #kgpu.shared<swizzle = 128>>, !kgpu.mbarriers<4>
            kgpu.tma_load %tb[%k, %n3], %sb[%s, %c3], %full[%s] : !kgpu.tensor_map<64x64xbf16, swizzle = 128>, memref<4x4x64x64xbf16, #kgpu.shared<swizzle = 128>>, !kgpu.mbarriers<4>
          }
        }
      }
    } else {
      kgpu.set_max_registers 232
      %w = arith.subi %wg, %c1 : index
      %rowWG = arith.muli %w, %c64 : index
      %warp = arith.divui %inWG, %c32 : index
      %warpRow = arith.muli %warp, %c16 : index
      %laneRow = arith.andi %lane, %c15 : index
      %row = arith.addi %warpRow, %laneRow : index
      %half = arith.divui %lane, %c16 : index
      %col0 = arith.muli %half, %c8 : index
      %col1 = arith.addi %col0, %c16 : index
      %col2 = arith.addi %col0, %c32 : index
      %col3 = arith.addi %col0, %c48 : index
      %wIsZero = arith.cmpi eq, %w, %c0 : index
      scf.for %tile = %pid to %c512 step %c132 {
        %group = arith.divui %tile, %c128 : index
        %inGroup = arith.remui %tile, %c128 : index
        %mLow = arith.remui %inGroup, %c8 : index
        %n = arith.divui %inGroup, %c8 : index
        %mHigh = arith.muli %group, %c8 : index
        %m = arith.addi %mHigh, %mLow : index
        %m0 = arith.muli %m, %c128 : index
        %n0 = arith.muli %n, %c256 : index
        %n1 = arith.addi %n0, %c64 : index
        %n2 = arith.addi %n0, %c128 : index
        %n3 = arith.addi %n0, %c192 : index
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
          // The step before is done with its stage.
          kgpu.wgmma_wait 1 () : () -> ()
          %before = arith.subi %kt, %c1 : index
          %ps = arith.remui %before, %c4 : index
          kgpu.mbarrier_arrive %empty[%ps] if %laneZero : !kgpu.mbarriers<4>
          scf.yield %d3 : !kgpu.pending<128xf32>
        }
        %sum = kgpu.wgmma_wait 0 (%last) : (!kgpu.pending<128xf32>) -> vector<128xf32>
        kgpu.mbarrier_arrive %empty[%c3] if %laneZero : !kgpu.mbarriers<4>
        %h = arith.truncf %sum : vector<128xf32> to vector<128xbf16>
        %mRow = arith.addi %m0, %rowWG : index
        // The last store has read the buffer.
        scf.if %leader {
          kgpu.bulk_wait 0 read
        }
        scf.if %wIsZero {
          kgpu.named_barrier 1 threads 128
        } else {
          kgpu.named_barrier 2 threads 128
        }
        %h0 = vector.extract_strided_slice %h {offsets = [0], sizes = [8], strides = [1]} : vector<128xbf16> to vector<8xbf16>
        kgpu.store_matrix %h0, %so[%w, %c0, %row, %col0] : vector<8xbf16>, memref<2x2x64x64xbf16, #kgpu.shared<swizzle = 128>>
        %h1 = vector.extract_strided_slice %h {offsets = [8], sizes = [8], strides = [1]} : vector<128xbf16> to vector<8xbf16>
        kgpu.store_matrix %h1, %so[%w, %c0, %row, %col1] : vector<8xbf16>, memref<2x2x64x64xbf16, #kgpu.shared<swizzle = 128>>
        %h2 = vector.extract_strided_slice %h {offsets = [16], sizes = [8], strides = [1]} : vector<128xbf16> to vector<8xbf16>
        kgpu.store_matrix %h2, %so[%w, %c0, %row, %col2] : vector<8xbf16>, memref<2x2x64x64xbf16, #kgpu.shared<swizzle = 128>>
        %h3 = vector.extract_strided_slice %h {offsets = [24], sizes = [8], strides = [1]} : vector<128xbf16> to vector<8xbf16>
        kgpu.store_matrix %h3, %so[%w, %c0, %row, %col3] : vector<8xbf16>, memref<2x2x64x64xbf16, #kgpu.shared<swizzle = 128>>
        %h4 = vector.extract_strided_slice %h {offsets = [32], sizes = [8], strides = [1]} : vector<128xbf16> to vector<8xbf16>
        kgpu.store_matrix %h4, %so[%w, %c1, %row, %col0] : vector<8xbf16>, memref<2x2x64x64xbf16, #kgpu.shared<swizzle = 128>>
        %h5 = vector.extract_strided_slice %h {offsets = [40], sizes = [8], strides = [1]} : vector<128xbf16> to vector<8xbf16>
        kgpu.store_matrix %h5, %so[%w, %c1, %row, %col1] : vector<8xbf16>, memref<2x2x64x64xbf16, #kgpu.shared<swizzle = 128>>
        %h6 = vector.extract_strided_slice %h {offsets = [48], sizes = [8], strides = [1]} : vector<128xbf16> to vector<8xbf16>
        kgpu.store_matrix %h6, %so[%w, %c1, %row, %col2] : vector<8xbf16>, memref<2x2x64x64xbf16, #kgpu.shared<swizzle = 128>>
        %h7 = vector.extract_strided_slice %h {offsets = [56], sizes = [8], strides = [1]} : vector<128xbf16> to vector<8xbf16>
        kgpu.store_matrix %h7, %so[%w, %c1, %row, %col3] : vector<8xbf16>, memref<2x2x64x64xbf16, #kgpu.shared<swizzle = 128>>
        kgpu.fence async_shared
        scf.if %wIsZero {
          kgpu.named_barrier 1 threads 128
        } else {
          kgpu.named_barrier 2 threads 128
        }
        scf.if %leader {
          kgpu.tma_store %so[%w, %c0], %tc[%mRow, %n0] : memref<2x2x64x64xbf16, #kgpu.shared<swizzle = 128>>, !kgpu.tensor_map<64x64xbf16, swizzle = 128>
          kgpu.tma_store %so[%w, %c1], %tc[%mRow, %n1] : memref<2x2x64x64xbf16, #kgpu.shared<swizzle = 128>>, !kgpu.tensor_map<64x64xbf16, swizzle = 128>
          kgpu.bulk_commit
        }
        scf.if %leader {
          kgpu.bulk_wait 0 read
        }
        scf.if %wIsZero {
          kgpu.named_barrier 1 threads 128
        } else {
          kgpu.named_barrier 2 threads 128
        }
        %h8 = vector.extract_strided_slice %h {offsets = [64], sizes = [8], strides = [1]} : vector<128xbf16> to vector<8xbf16>
        kgpu.store_matrix %h8, %so[%w, %c0, %row, %col0] : vector<8xbf16>, memref<2x2x64x64xbf16, #kgpu.shared<swizzle = 128>>
        %h9 = vector.extract_strided_slice %h {offsets = [72], sizes = [8], strides = [1]} : vector<128xbf16> to vector<8xbf16>
        kgpu.store_matrix %h9, %so[%w, %c0, %row, %col1] : vector<8xbf16>, memref<2x2x64x64xbf16, #kgpu.shared<swizzle = 128>>
        %h10 = vector.extract_strided_slice %h {offsets = [80], sizes = [8], strides = [1]} : vector<128xbf16> to vector<8xbf16>
        kgpu.store_matrix %h10, %so[%w, %c0, %row, %col2] : vector<8xbf16>, memref<2x2x64x64xbf16, #kgpu.shared<swizzle = 128>>
        %h11 = vector.extract_strided_slice %h {offsets = [88], sizes = [8], strides = [1]} : vector<128xbf16> to vector<8xbf16>
        kgpu.store_matrix %h11, %so[%w, %c0, %row, %col3] : vector<8xbf16>, memref<2x2x64x64xbf16, #kgpu.shared<swizzle = 128>>
        %h12 = vector.extract_strided_slice %h {offsets = [96], sizes = [8], strides = [1]} : vector<128xbf16> to vector<8xbf16>
        kgpu.store_matrix %h12, %so[%w, %c1, %row, %col0] : vector<8xbf16>, memref<2x2x64x64xbf16, #kgpu.shared<swizzle = 128>>
        %h13 = vector.extract_strided_slice %h {offsets = [104], sizes = [8], strides = [1]} : vector<128xbf16> to vector<8xbf16>
        kgpu.store_matrix %h13, %so[%w, %c1, %row, %col1] : vector<8xbf16>, memref<2x2x64x64xbf16, #kgpu.shared<swizzle = 128>>
        %h14 = vector.extract_strided_slice %h {offsets = [112], sizes = [8], strides = [1]} : vector<128xbf16> to vector<8xbf16>
        kgpu.store_matrix %h14, %so[%w, %c1, %row, %col2] : vector<8xbf16>, memref<2x2x64x64xbf16, #kgpu.shared<swizzle = 128>>
        %h15 = vector.extract_strided_slice %h {offsets = [120], sizes = [8], strides = [1]} : vector<128xbf16> to vector<8xbf16>
        kgpu.store_matrix %h15, %so[%w, %c1, %row, %col3] : vector<8xbf16>, memref<2x2x64x64xbf16, #kgpu.shared<swizzle = 128>>
        kgpu.fence async_shared
        scf.if %wIsZero {
          kgpu.named_barrier 1 threads 128
        } else {
          kgpu.named_barrier 2 threads 128
        }
        scf.if %leader {
          kgpu.tma_store %so[%w, %c0], %tc[%mRow, %n2] : memref<2x2x64x64xbf16, #kgpu.shared<swizzle = 128>>, !kgpu.tensor_map<64x64xbf16, swizzle = 128>
          kgpu.tma_store %so[%w, %c1], %tc[%mRow, %n3] : memref<2x2x64x64xbf16, #kgpu.shared<swizzle = 128>>, !kgpu.tensor_map<64x64xbf16, swizzle = 128>
          kgpu.bulk_commit
        }
      }
      scf.if %leader {
        kgpu.bulk_wait 0
      }
    }
    gpu.return
  }
}
