// RUN: kernel-opt %s --kopt-emit-ptx='target=sm_90a ptx-file=%t.ptx' -o /dev/null
// RUN: FileCheck %s < %t.ptx

// Sums of 32 products inside the tensor core are added to 64 f32 registers that
// a loop carries. The addition must not move before the wait.

// CHECK: wgmma.mma_async.sync.aligned.m64n128k16.f32.bf16.bf16 {[[SUM:.*]]}, %{{[^,]*}}, %{{[^,]*}}, p, 1, 1, 0, 0;
// CHECK: wgmma.mma_async.sync.aligned.m64n128k16.f32.bf16.bf16 {[[SUM]]}
// CHECK: wgmma.commit_group.sync.aligned;
// CHECK-NOT: add.rn.f32
// CHECK: wgmma.wait_group.sync.aligned 0;
// CHECK-COUNT-64: add.rn.f32
// CHECK-NOT: .local
gpu.module @promote {
  gpu.func @promote(%a: memref<64x1024xbf16> {kgpu.access = "read"},
                    %b: memref<128x1024xbf16> {kgpu.access = "read"},
                    %d: memref<64x128xf32> {kgpu.access = "write"}) kernel
      attributes {known_block_size = array<i32: 128, 1, 1>,
                  known_grid_size = array<i32: 1, 1, 1>} {
    %ta = kgpu.tensor_map %a : memref<64x1024xbf16> to !kgpu.tensor_map<64x64xbf16, swizzle = 128>
    %tb = kgpu.tensor_map %b : memref<128x1024xbf16> to !kgpu.tensor_map<128x64xbf16, swizzle = 128>
    %sa = kgpu.alloc_shared : memref<2x64x64xbf16, #kgpu.shared<swizzle = 128>>
    %sb = kgpu.alloc_shared : memref<2x128x64xbf16, #kgpu.shared<swizzle = 128>>
    %full = kgpu.mbarrier_alloc : !kgpu.mbarriers<2>
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c2 = arith.constant 2 : index
    %c4 = arith.constant 4 : index
    %c8 = arith.constant 8 : index
    %c16 = arith.constant 16 : index
    %c32 = arith.constant 32 : index
    %c48 = arith.constant 48 : index
    %c64 = arith.constant 64 : index
    %c14 = arith.constant 14 : index
    %bytes = arith.constant 24576 : index
    %zero = arith.constant dense<0.0> : vector<64xf32>
    %tid = gpu.thread_id x
    %lane = gpu.lane_id
    %leader = arith.cmpi eq, %tid, %c0 : index
    scf.if %leader {
      scf.for %s = %c0 to %c2 step %c1 {
        kgpu.mbarrier_init %full[%s] arrivals 1 : !kgpu.mbarriers<2>
      }
      kgpu.fence mbarrier_init
      scf.for %s = %c0 to %c2 step %c1 {
        %k = arith.muli %s, %c64 : index
        kgpu.mbarrier_arrive %full[%s] expect %bytes : !kgpu.mbarriers<2>
        kgpu.tma_load %ta[%c0, %k], %sa[%s], %full[%s] : !kgpu.tensor_map<64x64xbf16, swizzle = 128>, memref<2x64x64xbf16, #kgpu.shared<swizzle = 128>>, !kgpu.mbarriers<2>
        kgpu.tma_load %tb[%c0, %k], %sb[%s], %full[%s] : !kgpu.tensor_map<128x64xbf16, swizzle = 128>, memref<2x128x64xbf16, #kgpu.shared<swizzle = 128>>, !kgpu.mbarriers<2>
      }
    }
    gpu.barrier
    %sum = scf.for %kt = %c0 to %c16 step %c1 iter_args(%acc = %zero) -> (vector<64xf32>) {
      %s = arith.remui %kt, %c2 : index
      %round = arith.divui %kt, %c2 : index
      %odd = arith.andi %round, %c1 : index
      %parity = arith.cmpi ne, %odd, %c0 : index
      kgpu.mbarrier_wait %full[%s] parity %parity : !kgpu.mbarriers<2>
      %part = scf.for %kk = %c0 to %c64 step %c32 iter_args(%in = %acc) -> (vector<64xf32>) {
        %kn = arith.addi %kk, %c16 : index
        kgpu.wgmma_fence
        %p0 = kgpu.wgmma %sa[%s, %c0, %kk], %sb[%s, %c0, %kk] {shape = array<i64: 64, 128, 16>} : memref<2x64x64xbf16, #kgpu.shared<swizzle = 128>>, memref<2x128x64xbf16, #kgpu.shared<swizzle = 128>> -> !kgpu.pending<64xf32>
        %p1 = kgpu.wgmma %sa[%s, %c0, %kn], %sb[%s, %c0, %kn], %p0 {shape = array<i64: 64, 128, 16>} : memref<2x64x64xbf16, #kgpu.shared<swizzle = 128>>, memref<2x128x64xbf16, #kgpu.shared<swizzle = 128>>, !kgpu.pending<64xf32> -> !kgpu.pending<64xf32>
        kgpu.wgmma_commit
        %v = kgpu.wgmma_wait 0 (%p1) : (!kgpu.pending<64xf32>) -> vector<64xf32>
        %out = arith.addf %in, %v : vector<64xf32>
        scf.yield %out : vector<64xf32>
      }
      gpu.barrier
      %more = arith.cmpi ult, %kt, %c14 : index
      %issue = arith.andi %leader, %more : i1
      scf.if %issue {
        %next = arith.addi %kt, %c2 : index
        %k = arith.muli %next, %c64 : index
        kgpu.mbarrier_arrive %full[%s] expect %bytes : !kgpu.mbarriers<2>
        kgpu.tma_load %ta[%c0, %k], %sa[%s], %full[%s] : !kgpu.tensor_map<64x64xbf16, swizzle = 128>, memref<2x64x64xbf16, #kgpu.shared<swizzle = 128>>, !kgpu.mbarriers<2>
        kgpu.tma_load %tb[%c0, %k], %sb[%s], %full[%s] : !kgpu.tensor_map<128x64xbf16, swizzle = 128>, memref<2x128x64xbf16, #kgpu.shared<swizzle = 128>>, !kgpu.mbarriers<2>
      }
      scf.yield %part : vector<64xf32>
    }
    %warp = gpu.subgroup_id : index
    %wr = arith.muli %warp, %c16 : index
    %lr = arith.divui %lane, %c4 : index
    %lq = arith.remui %lane, %c4 : index
    %q2 = arith.muli %lq, %c2 : index
    %r0 = arith.addi %wr, %lr : index
    %r1 = arith.addi %r0, %c8 : index
    %col0 = arith.addi %q2, %c0 : index
    %o0_0 = vector.extract_strided_slice %sum {offsets = [0], sizes = [2], strides = [1]} : vector<64xf32> to vector<2xf32>
    kgpu.store %o0_0, %d[%r0, %col0] : vector<2xf32>, memref<64x128xf32>
    %o0_1 = vector.extract_strided_slice %sum {offsets = [2], sizes = [2], strides = [1]} : vector<64xf32> to vector<2xf32>
    kgpu.store %o0_1, %d[%r1, %col0] : vector<2xf32>, memref<64x128xf32>
    %col1 = arith.addi %col0, %c8 : index
    %o1_0 = vector.extract_strided_slice %sum {offsets = [4], sizes = [2], strides = [1]} : vector<64xf32> to vector<2xf32>
    kgpu.store %o1_0, %d[%r0, %col1] : vector<2xf32>, memref<64x128xf32>
    %o1_1 = vector.extract_strided_slice %sum {offsets = [6], sizes = [2], strides = [1]} : vector<64xf32> to vector<2xf32>
    kgpu.store %o1_1, %d[%r1, %col1] : vector<2xf32>, memref<64x128xf32>
    %col2 = arith.addi %col1, %c8 : index
    %o2_0 = vector.extract_strided_slice %sum {offsets = [8], sizes = [2], strides = [1]} : vector<64xf32> to vector<2xf32>
    kgpu.store %o2_0, %d[%r0, %col2] : vector<2xf32>, memref<64x128xf32>
    %o2_1 = vector.extract_strided_slice %sum {offsets = [10], sizes = [2], strides = [1]} : vector<64xf32> to vector<2xf32>
    kgpu.store %o2_1, %d[%r1, %col2] : vector<2xf32>, memref<64x128xf32>
    %col3 = arith.addi %col2, %c8 : index
    %o3_0 = vector.extract_strided_slice %sum {offsets = [12], sizes = [2], strides = [1]} : vector<64xf32> to vector<2xf32>
    kgpu.store %o3_0, %d[%r0, %col3] : vector<2xf32>, memref<64x128xf32>
    %o3_1 = vector.extract_strided_slice %sum {offsets = [14], sizes = [2], strides = [1]} : vector<64xf32> to vector<2xf32>
    kgpu.store %o3_1, %d[%r1, %col3] : vector<2xf32>, memref<64x128xf32>
    %col4 = arith.addi %col3, %c8 : index
    %o4_0 = vector.extract_strided_slice %sum {offsets = [16], sizes = [2], strides = [1]} : vector<64xf32> to vector<2xf32>
    kgpu.store %o4_0, %d[%r0, %col4] : vector<2xf32>, memref<64x128xf32>
    %o4_1 = vector.extract_strided_slice %sum {offsets = [18], sizes = [2], strides = [1]} : vector<64xf32> to vector<2xf32>
    kgpu.store %o4_1, %d[%r1, %col4] : vector<2xf32>, memref<64x128xf32>
    %col5 = arith.addi %col4, %c8 : index
    %o5_0 = vector.extract_strided_slice %sum {offsets = [20], sizes = [2], strides = [1]} : vector<64xf32> to vector<2xf32>
    kgpu.store %o5_0, %d[%r0, %col5] : vector<2xf32>, memref<64x128xf32>
    %o5_1 = vector.extract_strided_slice %sum {offsets = [22], sizes = [2], strides = [1]} : vector<64xf32> to vector<2xf32>
    kgpu.store %o5_1, %d[%r1, %col5] : vector<2xf32>, memref<64x128xf32>
    %col6 = arith.addi %col5, %c8 : index
    %o6_0 = vector.extract_strided_slice %sum {offsets = [24], sizes = [2], strides = [1]} : vector<64xf32> to vector<2xf32>
    kgpu.store %o6_0, %d[%r0, %col6] : vector<2xf32>, memref<64x128xf32>
    %o6_1 = vector.extract_strided_slice %sum {offsets = [26], sizes = [2], strides = [1]} : vector<64xf32> to vector<2xf32>
    kgpu.store %o6_1, %d[%r1, %col6] : vector<2xf32>, memref<64x128xf32>
    %col7 = arith.addi %col6, %c8 : index
    %o7_0 = vector.extract_strided_slice %sum {offsets = [28], sizes = [2], strides = [1]} : vector<64xf32> to vector<2xf32>
    kgpu.store %o7_0, %d[%r0, %col7] : vector<2xf32>, memref<64x128xf32>
    %o7_1 = vector.extract_strided_slice %sum {offsets = [30], sizes = [2], strides = [1]} : vector<64xf32> to vector<2xf32>
    kgpu.store %o7_1, %d[%r1, %col7] : vector<2xf32>, memref<64x128xf32>
    %col8 = arith.addi %col7, %c8 : index
    %o8_0 = vector.extract_strided_slice %sum {offsets = [32], sizes = [2], strides = [1]} : vector<64xf32> to vector<2xf32>
    kgpu.store %o8_0, %d[%r0, %col8] : vector<2xf32>, memref<64x128xf32>
    %o8_1 = vector.extract_strided_slice %sum {offsets = [34], sizes = [2], strides = [1]} : vector<64xf32> to vector<2xf32>
    kgpu.store %o8_1, %d[%r1, %col8] : vector<2xf32>, memref<64x128xf32>
    %col9 = arith.addi %col8, %c8 : index
    %o9_0 = vector.extract_strided_slice %sum {offsets = [36], sizes = [2], strides = [1]} : vector<64xf32> to vector<2xf32>
    kgpu.store %o9_0, %d[%r0, %col9] : vector<2xf32>, memref<64x128xf32>
    %o9_1 = vector.extract_strided_slice %sum {offsets = [38], sizes = [2], strides = [1]} : vector<64xf32> to vector<2xf32>
    kgpu.store %o9_1, %d[%r1, %col9] : vector<2xf32>, memref<64x128xf32>
    %col10 = arith.addi %col9, %c8 : index
    %o10_0 = vector.extract_strided_slice %sum {offsets = [40], sizes = [2], strides = [1]} : vector<64xf32> to vector<2xf32>
    kgpu.store %o10_0, %d[%r0, %col10] : vector<2xf32>, memref<64x128xf32>
    %o10_1 = vector.extract_strided_slice %sum {offsets = [42], sizes = [2], strides = [1]} : vector<64xf32> to vector<2xf32>
    kgpu.store %o10_1, %d[%r1, %col10] : vector<2xf32>, memref<64x128xf32>
    %col11 = arith.addi %col10, %c8 : index
    %o11_0 = vector.extract_strided_slice %sum {offsets = [44], sizes = [2], strides = [1]} : vector<64xf32> to vector<2xf32>
    kgpu.store %o11_0, %d[%r0, %col11] : vector<2xf32>, memref<64x128xf32>
    %o11_1 = vector.extract_strided_slice %sum {offsets = [46], sizes = [2], strides = [1]} : vector<64xf32> to vector<2xf32>
    kgpu.store %o11_1, %d[%r1, %col11] : vector<2xf32>, memref<64x128xf32>
    %col12 = arith.addi %col11, %c8 : index
    %o12_0 = vector.extract_strided_slice %sum {offsets = [48], sizes = [2], strides = [1]} : vector<64xf32> to vector<2xf32>
    kgpu.store %o12_0, %d[%r0, %col12] : vector<2xf32>, memref<64x128xf32>
    %o12_1 = vector.extract_strided_slice %sum {offsets = [50], sizes = [2], strides = [1]} : vector<64xf32> to vector<2xf32>
    kgpu.store %o12_1, %d[%r1, %col12] : vector<2xf32>, memref<64x128xf32>
    %col13 = arith.addi %col12, %c8 : index
    %o13_0 = vector.extract_strided_slice %sum {offsets = [52], sizes = [2], strides = [1]} : vector<64xf32> to vector<2xf32>
    kgpu.store %o13_0, %d[%r0, %col13] : vector<2xf32>, memref<64x128xf32>
    %o13_1 = vector.extract_strided_slice %sum {offsets = [54], sizes = [2], strides = [1]} : vector<64xf32> to vector<2xf32>
    kgpu.store %o13_1, %d[%r1, %col13] : vector<2xf32>, memref<64x128xf32>
    %col14 = arith.addi %col13, %c8 : index
    %o14_0 = vector.extract_strided_slice %sum {offsets = [56], sizes = [2], strides = [1]} : vector<64xf32> to vector<2xf32>
    kgpu.store %o14_0, %d[%r0, %col14] : vector<2xf32>, memref<64x128xf32>
    %o14_1 = vector.extract_strided_slice %sum {offsets = [58], sizes = [2], strides = [1]} : vector<64xf32> to vector<2xf32>
    kgpu.store %o14_1, %d[%r1, %col14] : vector<2xf32>, memref<64x128xf32>
    %col15 = arith.addi %col14, %c8 : index
    %o15_0 = vector.extract_strided_slice %sum {offsets = [60], sizes = [2], strides = [1]} : vector<64xf32> to vector<2xf32>
    kgpu.store %o15_0, %d[%r0, %col15] : vector<2xf32>, memref<64x128xf32>
    %o15_1 = vector.extract_strided_slice %sum {offsets = [62], sizes = [2], strides = [1]} : vector<64xf32> to vector<2xf32>
    kgpu.store %o15_1, %d[%r1, %col15] : vector<2xf32>, memref<64x128xf32>
    gpu.return
  }
}
