// RUN: kernel-opt %s --split-input-file --kopt-lower-scheduled | FileCheck %s

gpu.module @arguments {
  // Read-only arguments are invariant, those without a promise may alias.
  // CHECK: llvm.func @k(%[[X:.*]]: !llvm.ptr<1> {llvm.align = 16 : i64, llvm.noalias, llvm.nonnull, llvm.noundef, llvm.readonly},
  // CHECK-SAME: %[[Y:.*]]: !llvm.ptr<1> {llvm.align = 16 : i64, llvm.noalias, llvm.nonnull, llvm.noundef},
  // CHECK-SAME: %[[Z:.*]]: !llvm.ptr<1> {llvm.align = 16 : i64, llvm.nonnull, llvm.noundef},
  // CHECK-SAME: %{{.*}}: f32)
  // CHECK-SAME: kgpu.grid_size = array<i32: 4, 1, 1>
  // CHECK-SAME: kgpu.shared_bytes = 0
  // CHECK-SAME: nvvm.cluster_dim = array<i32: 2, 1, 1>
  // CHECK-SAME: nvvm.maxnreg = 64
  // CHECK-SAME: nvvm.reqntid = array<i32: 128, 1, 1>
  gpu.func @k(%x: memref<64x32xf32> {kgpu.access = "read"},
              %y: memref<64x32xf32> {kgpu.access = "write"},
              %z: memref<64x32xf32>, %s: f32) kernel
      attributes {known_block_size = array<i32: 128, 1, 1>,
                  known_grid_size = array<i32: 4, 1, 1>,
                  kgpu.cluster_size = array<i32: 2, 1, 1>,
                  nvvm.maxnreg = 64 : i32} {
    %c0 = arith.constant 0 : index
    // Ids carry their range.
    // CHECK: nvvm.read.ptx.sreg.tid.x range <i32, 0, 128> : i32
    %t = gpu.thread_id x
    // CHECK: llvm.load %{{.*}} invariant {alignment = 16 : i64} : !llvm.ptr<1> -> vector<4xf32>
    %a = kgpu.load %x[%t, %c0] : memref<64x32xf32> -> vector<4xf32>
    // CHECK: llvm.load %{{.*}} {alignment = 4 : i64} : !llvm.ptr<1> -> vector<3xf32>
    %b = kgpu.load %z[%t, %c0] : memref<64x32xf32> -> vector<3xf32>
    // CHECK: llvm.load %{{.*}} {alignment = 8 : i64} : !llvm.ptr<1> -> vector<4xf32>
    %c = kgpu.load %z[%t, %c0] {alignment = 8} : memref<64x32xf32> -> vector<4xf32>
    // CHECK: llvm.load %{{.*}} invariant {alignment = 4 : i64} : !llvm.ptr<1> -> f32
    %d = memref.load %x[%t, %c0] : memref<64x32xf32>
    %e = arith.addf %a, %c : vector<4xf32>
    %f = arith.addf %d, %s : f32
    // CHECK: llvm.store %{{.*}}, %{{.*}} {alignment = 16 : i64} : vector<4xf32>, !llvm.ptr<1>
    kgpu.store %e, %y[%t, %c0] : vector<4xf32>, memref<64x32xf32>
    kgpu.store %b, %y[%t, %c0] : vector<3xf32>, memref<64x32xf32>
    memref.store %f, %y[%t, %c0] : memref<64x32xf32>
    gpu.return
  }
}

// -----

gpu.module @addresses {
  gpu.func @k(%small: memref<65536x32767xf32>, %large: memref<65536x32769xf32>)
      kernel attributes {known_grid_size = array<i32: 65536, 1, 1>} {
    %c1 = arith.constant 1 : index
    // 2^31 - 65536 elements: 32 bits hold every number; more need 64.
    // CHECK: llvm.mul %{{.*}}, %{{.*}} overflow<nsw, nuw> : i32
    // CHECK: llvm.zext nneg %{{.*}} : i32 to i64
    // CHECK: llvm.mul %{{.*}}, %{{.*}} overflow<nsw, nuw> : i64
    %i = gpu.block_id x
    %a = kgpu.load %small[%i, %c1] : memref<65536x32767xf32> -> f32
    kgpu.store %a, %large[%i, %c1] : f32, memref<65536x32769xf32>
    gpu.return
  }
}

// -----

// Buffers and mbarriers lie one after the other, swizzled ones at multiples of
// 1024.
// CHECK: llvm.mlir.global external @k_shared() {addr_space = 3 : i32, alignment = 1024 : i64} : !llvm.array<0 x i8>
// CHECK: kgpu.shared_bytes = 2080 : i64
// CHECK: %[[MASK:.*]] = llvm.mlir.constant(112 : i32) : i32
gpu.module @shared {
  gpu.func @k(%y: memref<64xf32>) kernel {
    // CHECK: llvm.mlir.addressof @k_shared
    %a = kgpu.alloc_shared : memref<5xf32, #kgpu.shared>
    // CHECK: llvm.getelementptr inbounds %{{.*}}[1024]
    %b = kgpu.alloc_shared : memref<8x32xf32, #kgpu.shared<swizzle = 128>>
    // CHECK: llvm.getelementptr inbounds %{{.*}}[2048]
    %m = kgpu.mbarrier_alloc : !kgpu.mbarriers<4>
    %c0 = arith.constant 0 : index
    %t = gpu.thread_id x
    // The unit of 16 bytes is combined with the row: offset ^ (offset >> 3 & 112).
    // CHECK: %[[SHIFT:.*]] = llvm.lshr %[[OFFSET:.*]], %{{.*}} : i32
    // CHECK: %[[BITS:.*]] = llvm.and %[[SHIFT]], %[[MASK]] : i32
    // CHECK: %[[PHYSICAL:.*]] = llvm.xor %[[OFFSET]], %[[BITS]] : i32
    // CHECK: llvm.load %{{.*}} {alignment = 16 : i64} : !llvm.ptr<3> -> vector<4xf32>
    %v = kgpu.load %b[%t, %c0] : memref<8x32xf32, #kgpu.shared<swizzle = 128>> -> vector<4xf32>
    kgpu.mbarrier_init %m[%c0] arrivals 1 : !kgpu.mbarriers<4>
    %w = kgpu.load %a[%t] : memref<5xf32, #kgpu.shared> -> f32
    %x = vector.reduction <add>, %v, %w : vector<4xf32> into f32
    kgpu.store %x, %y[%t] : f32, memref<64xf32>
    gpu.return
  }
}

// -----

gpu.module @maps {
  // Maps come behind the other arguments.
  // CHECK: llvm.func @k(%{{.*}}: !llvm.ptr<1> {{{.*}}}, %{{.*}}: !llvm.ptr {llvm.align = 64 : i64, llvm.byval = !llvm.array<128 x i8>, nvvm.grid_constant})
  // CHECK-SAME: kgpu.tensor_maps = [{argument = 0 : i64, box = array<i64: 4, 8, 32>, element = f32, sizes = array<i64: 100, 200, 40>, strides = array<i64: 32000, 160, 4>, swizzle = 128 : i64}]
  gpu.func @k(%x: memref<100x200x40xf32>) kernel {
    %t = kgpu.tensor_map %x : memref<100x200x40xf32> to !kgpu.tensor_map<4x8x32xf32, swizzle = 128>
    %s = kgpu.alloc_shared : memref<4x8x32xf32, #kgpu.shared<swizzle = 128>>
    %c0 = arith.constant 0 : index
    kgpu.tma_store %s[], %t[%c0, %c0, %c0] : memref<4x8x32xf32, #kgpu.shared<swizzle = 128>>, !kgpu.tensor_map<4x8x32xf32, swizzle = 128>
    gpu.return
  }
}

// -----

gpu.module @shared_by_blocks {
  // Other blocks may write it, so LLVM must not take it for this thread's own.
  // CHECK: llvm.func @k(%{{.*}}: !llvm.ptr<1> {llvm.align = 16 : i64, llvm.nonnull, llvm.noundef})
  gpu.func @k(%w: memref<64xf32> {kgpu.access = "workspace"}) kernel {
    gpu.return
  }
}

// -----

gpu.module @coordinates {
  // CHECK: llvm.func @k
  gpu.func @k(%x: memref<2x4096xi64> {kgpu.access = "write"}) kernel
      attributes {known_block_size = array<i32: 64, 4, 1>,
                  known_grid_size = array<i32: 64, 1, 1>} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    // CHECK-DAG: %[[BLOCK:.*]] = nvvm.read.ptx.sreg.ctaid.x range <i32, 0, 64> : i32
    // CHECK-DAG: %[[THREAD:.*]] = nvvm.read.ptx.sreg.tid.x range <i32, 0, 64> : i32
    // CHECK: llvm.mul
    // CHECK: llvm.add
    %g = gpu.global_id x
    // The number of the warp counts threads along all dimensions.
    // CHECK-DAG: nvvm.read.ptx.sreg.tid.y : i32
    // CHECK-DAG: nvvm.read.ptx.sreg.tid.z : i32
    // CHECK: llvm.lshr
    %w = gpu.subgroup_id : index
    %d = gpu.grid_dim x
    %a = arith.index_cast %w : index to i64
    %b = arith.index_cast %d : index to i64
    kgpu.store %a, %x[%c0, %g] : i64, memref<2x4096xi64>
    kgpu.store %b, %x[%c1, %g] : i64, memref<2x4096xi64>
    gpu.return
  }
}
