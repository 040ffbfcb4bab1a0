// RUN: kernel-opt %s --kopt-emit-ptx='target=sm_80 ptx-file=%t.ptx' -o /dev/null
// RUN: FileCheck %s < %t.ptx

// C[64,64] = A[64,K] B[64,K]^T per block of 128 threads, bf16, K in steps of 32
// through two stages of cp.async; each warp computes 16 x 64.

// CHECK: .target sm_80
// CHECK: .visible .entry gemm(
// CHECK-COUNT-4: cp.async.cg.shared.global
// CHECK: cp.async.wait_group 1;
// CHECK: ldmatrix.sync.aligned.m8n8.x4.shared.b16
// CHECK-COUNT-8: mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32
// CHECK-NOT: .local
gpu.module @gemm {
  gpu.func @gemm(%a: memref<512x1024xbf16> {kgpu.access = "read"},
                 %b: memref<768x1024xbf16> {kgpu.access = "read"},
                 %c: memref<512x768xf32> {kgpu.access = "write"}) kernel
      attributes {known_block_size = array<i32: 128, 1, 1>,
                  known_grid_size = array<i32: 12, 8, 1>} {
    %sa = kgpu.alloc_shared : memref<2x64x32xbf16, #kgpu.shared<swizzle = 64>>
    %sb = kgpu.alloc_shared : memref<2x64x32xbf16, #kgpu.shared<swizzle = 64>>
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c2 = arith.constant 2 : index
    %c4 = arith.constant 4 : index
    %c7 = arith.constant 7 : index
    %c8 = arith.constant 8 : index
    %c15 = arith.constant 15 : index
    %c16 = arith.constant 16 : index
    %c31 = arith.constant 31 : index
    %c32 = arith.constant 32 : index
    %c64 = arith.constant 64 : index
    %zero = arith.constant dense<0.0> : vector<4xf32>
    %tid = gpu.thread_id x
    %lane = gpu.lane_id
    %warp = gpu.subgroup_id : index
    %bx = gpu.block_id x
    %by = gpu.block_id y
    %m0 = arith.muli %by, %c64 : index
    %n0 = arith.muli %bx, %c64 : index
    // Each thread copies two 16-byte units of each operand: rows r and r + 32.
    %r0 = arith.divui %tid, %c4 : index
    %q = arith.remui %tid, %c4 : index
    %col = arith.muli %q, %c8 : index
    %r1 = arith.addi %r0, %c32 : index
    %ma0 = arith.addi %m0, %r0 : index
    %ma1 = arith.addi %m0, %r1 : index
    %nb0 = arith.addi %n0, %r0 : index
    %nb1 = arith.addi %n0, %r1 : index
    kgpu.async_copy %a[%ma0, %col], %sa[%c0, %r0, %col] {count = 8} : memref<512x1024xbf16>, memref<2x64x32xbf16, #kgpu.shared<swizzle = 64>>
    kgpu.async_copy %a[%ma1, %col], %sa[%c0, %r1, %col] {count = 8} : memref<512x1024xbf16>, memref<2x64x32xbf16, #kgpu.shared<swizzle = 64>>
    kgpu.async_copy %b[%nb0, %col], %sb[%c0, %r0, %col] {count = 8} : memref<768x1024xbf16>, memref<2x64x32xbf16, #kgpu.shared<swizzle = 64>>
    kgpu.async_copy %b[%nb1, %col], %sb[%c0, %r1, %col] {count = 8} : memref<768x1024xbf16>, memref<2x64x32xbf16, #kgpu.shared<swizzle = 64>>
    kgpu.async_commit
    // ldmatrix: lanes 0-15 name rows, lanes 16-31 the same rows 8 columns on.
    %lrow = arith.andi %lane, %c15 : index
    %lhalf = arith.divui %lane, %c16 : index
    %lcol = arith.muli %lhalf, %c8 : index
    %wrow = arith.muli %warp, %c16 : index
    %arow = arith.addi %wrow, %lrow : index
    %res:8 = scf.for %kt = %c0 to %c32 step %c1
        iter_args(%d0 = %zero, %d1 = %zero, %d2 = %zero, %d3 = %zero,
                  %d4 = %zero, %d5 = %zero, %d6 = %zero, %d7 = %zero)
        -> (vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>,
            vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>) {
      %s = arith.remui %kt, %c2 : index
      %next = arith.addi %kt, %c1 : index
      %ns = arith.remui %next, %c2 : index
      %more = arith.cmpi ult, %kt, %c31 : index
      %k = arith.muli %next, %c32 : index
      %kc = arith.addi %k, %col : index
      kgpu.async_copy %a[%ma0, %kc], %sa[%ns, %r0, %col] if %more {count = 8} : memref<512x1024xbf16>, memref<2x64x32xbf16, #kgpu.shared<swizzle = 64>>
      kgpu.async_copy %a[%ma1, %kc], %sa[%ns, %r1, %col] if %more {count = 8} : memref<512x1024xbf16>, memref<2x64x32xbf16, #kgpu.shared<swizzle = 64>>
      kgpu.async_copy %b[%nb0, %kc], %sb[%ns, %r0, %col] if %more {count = 8} : memref<768x1024xbf16>, memref<2x64x32xbf16, #kgpu.shared<swizzle = 64>>
      kgpu.async_copy %b[%nb1, %kc], %sb[%ns, %r1, %col] if %more {count = 8} : memref<768x1024xbf16>, memref<2x64x32xbf16, #kgpu.shared<swizzle = 64>>
      kgpu.async_commit
      kgpu.async_wait 1
      gpu.barrier
      %acc:8 = scf.for %kk = %c0 to %c32 step %c16
          iter_args(%e0 = %d0, %e1 = %d1, %e2 = %d2, %e3 = %d3,
                    %e4 = %d4, %e5 = %d5, %e6 = %d6, %e7 = %d7)
          -> (vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>,
              vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>) {
        %lk = arith.addi %kk, %lcol : index
        %fa = kgpu.load_matrix %sa[%s, %arow, %lk] : memref<2x64x32xbf16, #kgpu.shared<swizzle = 64>> -> vector<8xbf16>
        %br1 = arith.addi %lrow, %c16 : index
        %br2 = arith.addi %lrow, %c32 : index
        %br3 = arith.addi %br2, %c16 : index
        %fb0 = kgpu.load_matrix %sb[%s, %lrow, %lk] : memref<2x64x32xbf16, #kgpu.shared<swizzle = 64>> -> vector<8xbf16>
        %fb1 = kgpu.load_matrix %sb[%s, %br1, %lk] : memref<2x64x32xbf16, #kgpu.shared<swizzle = 64>> -> vector<8xbf16>
        %fb2 = kgpu.load_matrix %sb[%s, %br2, %lk] : memref<2x64x32xbf16, #kgpu.shared<swizzle = 64>> -> vector<8xbf16>
        %fb3 = kgpu.load_matrix %sb[%s, %br3, %lk] : memref<2x64x32xbf16, #kgpu.shared<swizzle = 64>> -> vector<8xbf16>
        // Of 16 columns of B, the matrices 0 and 2 are the first eight.
        %b0 = vector.shuffle %fb0, %fb0 [0, 1, 4, 5] : vector<8xbf16>, vector<8xbf16>
        %b1 = vector.shuffle %fb0, %fb0 [2, 3, 6, 7] : vector<8xbf16>, vector<8xbf16>
        %b2 = vector.shuffle %fb1, %fb1 [0, 1, 4, 5] : vector<8xbf16>, vector<8xbf16>
        %b3 = vector.shuffle %fb1, %fb1 [2, 3, 6, 7] : vector<8xbf16>, vector<8xbf16>
        %b4 = vector.shuffle %fb2, %fb2 [0, 1, 4, 5] : vector<8xbf16>, vector<8xbf16>
        %b5 = vector.shuffle %fb2, %fb2 [2, 3, 6, 7] : vector<8xbf16>, vector<8xbf16>
        %b6 = vector.shuffle %fb3, %fb3 [0, 1, 4, 5] : vector<8xbf16>, vector<8xbf16>
        %b7 = vector.shuffle %fb3, %fb3 [2, 3, 6, 7] : vector<8xbf16>, vector<8xbf16>
        %f0 = kgpu.mma %fa, %b0, %e0 {shape = array<i64: 16, 8, 16>} : vector<8xbf16>, vector<4xbf16>, vector<4xf32>
        %f1 = kgpu.mma %fa, %b1, %e1 {shape = array<i64: 16, 8, 16>} : vector<8xbf16>, vector<4xbf16>, vector<4xf32>
        %f2 = kgpu.mma %fa, %b2, %e2 {shape = array<i64: 16, 8, 16>} : vector<8xbf16>, vector<4xbf16>, vector<4xf32>
        %f3 = kgpu.mma %fa, %b3, %e3 {shape = array<i64: 16, 8, 16>} : vector<8xbf16>, vector<4xbf16>, vector<4xf32>
        %f4 = kgpu.mma %fa, %b4, %e4 {shape = array<i64: 16, 8, 16>} : vector<8xbf16>, vector<4xbf16>, vector<4xf32>
        %f5 = kgpu.mma %fa, %b5, %e5 {shape = array<i64: 16, 8, 16>} : vector<8xbf16>, vector<4xbf16>, vector<4xf32>
        %f6 = kgpu.mma %fa, %b6, %e6 {shape = array<i64: 16, 8, 16>} : vector<8xbf16>, vector<4xbf16>, vector<4xf32>
        %f7 = kgpu.mma %fa, %b7, %e7 {shape = array<i64: 16, 8, 16>} : vector<8xbf16>, vector<4xbf16>, vector<4xf32>
        scf.yield %f0, %f1, %f2, %f3, %f4, %f5, %f6, %f7 : vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>
      }
      gpu.barrier
      scf.yield %acc#0, %acc#1, %acc#2, %acc#3, %acc#4, %acc#5, %acc#6, %acc#7 : vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>
    }
    // Lane l holds rows l / 4 and l / 4 + 8, columns 2 (l mod 4) and the next.
    %lr = arith.divui %lane, %c4 : index
    %lq = arith.remui %lane, %c4 : index
    %lc = arith.muli %lq, %c2 : index
    %or0 = arith.addi %wrow, %lr : index
    %row0 = arith.addi %m0, %or0 : index
    %row1 = arith.addi %row0, %c8 : index
    %cc0 = arith.addi %n0, %lc : index
    %cc1 = arith.addi %cc0, %c8 : index
    %cc2 = arith.addi %cc1, %c8 : index
    %cc3 = arith.addi %cc2, %c8 : index
    %cc4 = arith.addi %cc3, %c8 : index
    %cc5 = arith.addi %cc4, %c8 : index
    %cc6 = arith.addi %cc5, %c8 : index
    %cc7 = arith.addi %cc6, %c8 : index
    %lo0 = vector.extract_strided_slice %res#0 {offsets = [0], sizes = [2], strides = [1]} : vector<4xf32> to vector<2xf32>
    %hi0 = vector.extract_strided_slice %res#0 {offsets = [2], sizes = [2], strides = [1]} : vector<4xf32> to vector<2xf32>
    kgpu.store %lo0, %c[%row0, %cc0] : vector<2xf32>, memref<512x768xf32>
    kgpu.store %hi0, %c[%row1, %cc0] : vector<2xf32>, memref<512x768xf32>
    %lo1 = vector.extract_strided_slice %res#1 {offsets = [0], sizes = [2], strides = [1]} : vector<4xf32> to vector<2xf32>
    %hi1 = vector.extract_strided_slice %res#1 {offsets = [2], sizes = [2], strides = [1]} : vector<4xf32> to vector<2xf32>
    kgpu.store %lo1, %c[%row0, %cc1] : vector<2xf32>, memref<512x768xf32>
    kgpu.store %hi1, %c[%row1, %cc1] : vector<2xf32>, memref<512x768xf32>
    %lo2 = vector.extract_strided_slice %res#2 {offsets = [0], sizes = [2], strides = [1]} : vector<4xf32> to vector<2xf32>
    %hi2 = vector.extract_strided_slice %res#2 {offsets = [2], sizes = [2], strides = [1]} : vector<4xf32> to vector<2xf32>
    kgpu.store %lo2, %c[%row0, %cc2] : vector<2xf32>, memref<512x768xf32>
    kgpu.store %hi2, %c[%row1, %cc2] : vector<2xf32>, memref<512x768xf32>
    %lo3 = vector.extract_strided_slice %res#3 {offsets = [0], sizes = [2], strides = [1]} : vector<4xf32> to vector<2xf32>
    %hi3 = vector.extract_strided_slice %res#3 {offsets = [2], sizes = [2], strides = [1]} : vector<4xf32> to vector<2xf32>
    kgpu.store %lo3, %c[%row0, %cc3] : vector<2xf32>, memref<512x768xf32>
    kgpu.store %hi3, %c[%row1, %cc3] : vector<2xf32>, memref<512x768xf32>
    %lo4 = vector.extract_strided_slice %res#4 {offsets = [0], sizes = [2], strides = [1]} : vector<4xf32> to vector<2xf32>
    %hi4 = vector.extract_strided_slice %res#4 {offsets = [2], sizes = [2], strides = [1]} : vector<4xf32> to vector<2xf32>
    kgpu.store %lo4, %c[%row0, %cc4] : vector<2xf32>, memref<512x768xf32>
    kgpu.store %hi4, %c[%row1, %cc4] : vector<2xf32>, memref<512x768xf32>
    %lo5 = vector.extract_strided_slice %res#5 {offsets = [0], sizes = [2], strides = [1]} : vector<4xf32> to vector<2xf32>
    %hi5 = vector.extract_strided_slice %res#5 {offsets = [2], sizes = [2], strides = [1]} : vector<4xf32> to vector<2xf32>
    kgpu.store %lo5, %c[%row0, %cc5] : vector<2xf32>, memref<512x768xf32>
    kgpu.store %hi5, %c[%row1, %cc5] : vector<2xf32>, memref<512x768xf32>
    %lo6 = vector.extract_strided_slice %res#6 {offsets = [0], sizes = [2], strides = [1]} : vector<4xf32> to vector<2xf32>
    %hi6 = vector.extract_strided_slice %res#6 {offsets = [2], sizes = [2], strides = [1]} : vector<4xf32> to vector<2xf32>
    kgpu.store %lo6, %c[%row0, %cc6] : vector<2xf32>, memref<512x768xf32>
    kgpu.store %hi6, %c[%row1, %cc6] : vector<2xf32>, memref<512x768xf32>
    %lo7 = vector.extract_strided_slice %res#7 {offsets = [0], sizes = [2], strides = [1]} : vector<4xf32> to vector<2xf32>
    %hi7 = vector.extract_strided_slice %res#7 {offsets = [2], sizes = [2], strides = [1]} : vector<4xf32> to vector<2xf32>
    kgpu.store %lo7, %c[%row0, %cc7] : vector<2xf32>, memref<512x768xf32>
    kgpu.store %hi7, %c[%row1, %cc7] : vector<2xf32>, memref<512x768xf32>
    gpu.return
  }
}
