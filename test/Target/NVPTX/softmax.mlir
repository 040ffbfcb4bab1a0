// RUN: kernel-opt %s --kopt-emit-ptx='target=sm_90a ptx-file=%t.ptx' -o /dev/null
// RUN: FileCheck %s < %t.ptx

// One row of 8192 per block of 512 threads, held in registers; warps reduce by
// shuffles, the block through shared memory.

// CHECK: .extern .shared .align 1024 .b8 softmax_shared[];
// CHECK: .visible .entry softmax(
// CHECK-COUNT-4: ld.global.nc.v4.b32
// CHECK: max.NaN.f32
// CHECK-COUNT-5: shfl.sync.bfly.b32
// CHECK: bar.sync
// CHECK-NOT: .local
// CHECK-COUNT-4: st.global.v4.b32
gpu.module @softmax {
  gpu.func @softmax(%x: memref<4096x8192xf32> {kgpu.access = "read"},
                    %y: memref<4096x8192xf32> {kgpu.access = "write"}) kernel
      attributes {known_block_size = array<i32: 512, 1, 1>,
                  known_grid_size = array<i32: 4096, 1, 1>} {
    %s = kgpu.alloc_shared : memref<2x16xf32, #kgpu.shared>
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c4 = arith.constant 4 : index
    %c15 = arith.constant 15 : index
    %c32 = arith.constant 32 : index
    %c2048 = arith.constant 2048 : index
    %c4096 = arith.constant 4096 : index
    %c6144 = arith.constant 6144 : index
    %tid = gpu.thread_id x
    %row = gpu.block_id x
    %lane = gpu.lane_id
    %warp = arith.divui %tid, %c32 : index
    %j0 = arith.muli %tid, %c4 : index
    %j1 = arith.addi %j0, %c2048 : index
    %j2 = arith.addi %j0, %c4096 : index
    %j3 = arith.addi %j0, %c6144 : index
    %v0 = kgpu.load %x[%row, %j0] : memref<4096x8192xf32> -> vector<4xf32>
    %v1 = kgpu.load %x[%row, %j1] : memref<4096x8192xf32> -> vector<4xf32>
    %v2 = kgpu.load %x[%row, %j2] : memref<4096x8192xf32> -> vector<4xf32>
    %v3 = kgpu.load %x[%row, %j3] : memref<4096x8192xf32> -> vector<4xf32>
    %m01 = arith.maximumf %v0, %v1 : vector<4xf32>
    %m23 = arith.maximumf %v2, %v3 : vector<4xf32>
    %m = arith.maximumf %m01, %m23 : vector<4xf32>
    %mt = vector.reduction <maximumf>, %m : vector<4xf32> into f32
    %mw = kgpu.warp_reduce max %mt lane_bits [4, 3, 2, 1, 0] : f32
    %first = arith.cmpi eq, %lane, %c0 : index
    kgpu.store %mw, %s[%c0, %warp] if %first : f32, memref<2x16xf32, #kgpu.shared>
    gpu.barrier
    %slot = arith.andi %lane, %c15 : index
    %mp = kgpu.load %s[%c0, %slot] : memref<2x16xf32, #kgpu.shared> -> f32
    %max = kgpu.warp_reduce max %mp lane_bits [3, 2, 1, 0] : f32
    %maxv = vector.broadcast %max : f32 to vector<4xf32>
    %d0 = arith.subf %v0, %maxv : vector<4xf32>
    %d1 = arith.subf %v1, %maxv : vector<4xf32>
    %d2 = arith.subf %v2, %maxv : vector<4xf32>
    %d3 = arith.subf %v3, %maxv : vector<4xf32>
    %e0 = math.exp %d0 : vector<4xf32>
    %e1 = math.exp %d1 : vector<4xf32>
    %e2 = math.exp %d2 : vector<4xf32>
    %e3 = math.exp %d3 : vector<4xf32>
    %a01 = arith.addf %e0, %e1 : vector<4xf32>
    %a23 = arith.addf %e2, %e3 : vector<4xf32>
    %a = arith.addf %a01, %a23 : vector<4xf32>
    %at = vector.reduction <add>, %a : vector<4xf32> into f32
    %aw = kgpu.warp_reduce add %at lane_bits [4, 3, 2, 1, 0] : f32
    kgpu.store %aw, %s[%c1, %warp] if %first : f32, memref<2x16xf32, #kgpu.shared>
    gpu.barrier
    %ap = kgpu.load %s[%c1, %slot] : memref<2x16xf32, #kgpu.shared> -> f32
    %sum = kgpu.warp_reduce add %ap lane_bits [3, 2, 1, 0] : f32
    %one = arith.constant 1.0 : f32
    %inv = arith.divf %one, %sum : f32
    %invv = vector.broadcast %inv : f32 to vector<4xf32>
    %r0 = arith.mulf %e0, %invv : vector<4xf32>
    %r1 = arith.mulf %e1, %invv : vector<4xf32>
    %r2 = arith.mulf %e2, %invv : vector<4xf32>
    %r3 = arith.mulf %e3, %invv : vector<4xf32>
    kgpu.store %r0, %y[%row, %j0] : vector<4xf32>, memref<4096x8192xf32>
    kgpu.store %r1, %y[%row, %j1] : vector<4xf32>, memref<4096x8192xf32>
    kgpu.store %r2, %y[%row, %j2] : vector<4xf32>, memref<4096x8192xf32>
    kgpu.store %r3, %y[%row, %j3] : vector<4xf32>, memref<4096x8192xf32>
    gpu.return
  }
}
