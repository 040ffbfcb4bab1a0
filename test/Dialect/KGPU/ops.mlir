// RUN: kernel-opt %s --split-input-file | kernel-opt --split-input-file | FileCheck %s
// RUN: kernel-opt %s --split-input-file --mlir-print-op-generic | kernel-opt --split-input-file | FileCheck %s

gpu.module @memory {
  // CHECK-LABEL: gpu.func @memory(
  // CHECK-SAME: kgpu.access = "read"
  gpu.func @memory(%x: memref<1000x777xf32> {kgpu.access = "read"},
                   %y: memref<1000x776xf32> {kgpu.access = "write"},
                   %w: memref<64xf64> {kgpu.access = "workspace"},
                   %q: memref<64xi64> {kgpu.access = "readwrite"}) kernel
      attributes {known_block_size = array<i32: 128, 1, 1>,
                  known_grid_size = array<i32: 4, 1, 1>,
                  kgpu.cluster_size = array<i32: 2, 1, 1>} {
    // CHECK: kgpu.alloc_shared : memref<4x128x64xbf16, #kgpu.shared<swizzle = 128>>
    %a = kgpu.alloc_shared : memref<4x128x64xbf16, #kgpu.shared<swizzle = 128>>
    // CHECK: kgpu.alloc_shared {alignment = 64 : i64} : memref<32x64xf32, #kgpu.shared>
    %s = kgpu.alloc_shared {alignment = 64} : memref<32x64xf32, #kgpu.shared>
    %i = gpu.thread_id x
    %j = gpu.block_id x
    %p = arith.cmpi slt, %i, %j : index
    // CHECK: kgpu.load %{{.*}}[%{{.*}}, %{{.*}}] : memref<1000x777xf32> -> f32
    %v0 = kgpu.load %x[%i, %j] : memref<1000x777xf32> -> f32
    // CHECK: kgpu.load %{{.*}} if %{{.*}} padding 0.000000e+00 : f32 cache streaming : memref<1000x777xf32> -> vector<4xf32>
    %v1 = kgpu.load %x[%i, %j] if %p padding 0.0 : f32 cache streaming : memref<1000x777xf32> -> vector<4xf32>
    // CHECK: kgpu.load %{{.*}} valid %{{.*}} padding 0.000000e+00 : f32 {alignment = 4 : i64} : memref<1000x777xf32> -> vector<4xf32>
    %v2 = kgpu.load %x[%i, %j] valid %j padding 0.0 : f32 {alignment = 4} : memref<1000x777xf32> -> vector<4xf32>
    // CHECK: kgpu.load %{{.*}} if %{{.*}} valid %{{.*}} padding 1.000000e+00 : f64 : memref<64xf64> -> vector<2xf64>
    %v3 = kgpu.load %w[%i] if %p valid %j padding 1.0 : f64 : memref<64xf64> -> vector<2xf64>
    // CHECK: kgpu.load %{{.*}} if %{{.*}} padding -1 : i64 : memref<64xi64> -> i64
    %v4 = kgpu.load %q[%i] if %p padding -1 : i64 : memref<64xi64> -> i64
    // CHECK: kgpu.store %{{.*}}, %{{.*}}[%{{.*}}, %{{.*}}] : f32, memref<1000x776xf32>
    kgpu.store %v0, %y[%i, %j] : f32, memref<1000x776xf32>
    // CHECK: kgpu.store %{{.*}}, %{{.*}} if %{{.*}} : vector<4xf32>, memref<1000x776xf32>
    kgpu.store %v1, %y[%i, %j] if %p : vector<4xf32>, memref<1000x776xf32>
    // CHECK: kgpu.store %{{.*}}, %{{.*}} valid %{{.*}} cache evict_first : vector<4xf32>, memref<1000x776xf32>
    kgpu.store %v2, %y[%i, %j] valid %j cache evict_first : vector<4xf32>, memref<1000x776xf32>
    // CHECK: kgpu.async_copy %{{.*}}[%{{.*}}, %{{.*}}], %{{.*}}[%{{.*}}, %{{.*}}] if %{{.*}} {count = 1 : i64} : memref<1000x777xf32>, memref<32x64xf32, #kgpu.shared>
    kgpu.async_copy %x[%i, %j], %s[%i, %j] if %p {count = 1} : memref<1000x777xf32>, memref<32x64xf32, #kgpu.shared>
    // CHECK: kgpu.async_commit
    kgpu.async_commit
    // CHECK: kgpu.async_wait 1
    kgpu.async_wait 1
    gpu.return
  }
}

// -----

gpu.module @warp {
  // CHECK-LABEL: gpu.func @warp
  gpu.func @warp(%v: vector<4xf32>, %a: vector<8xbf16>, %b: vector<4xbf16>,
                 %n: i32) kernel {
    %s = kgpu.alloc_shared : memref<128x64xbf16, #kgpu.shared<swizzle = 128>>
    %r = gpu.lane_id
    // CHECK: kgpu.warp_reduce add %{{.*}} lane_bits [4, 3, 2, 1, 0] : vector<4xf32>
    %0 = kgpu.warp_reduce add %v lane_bits [4, 3, 2, 1, 0] : vector<4xf32>
    // CHECK: kgpu.warp_reduce maxu %{{.*}} lane_bits [1, 0] : i32
    %1 = kgpu.warp_reduce maxu %n lane_bits [1, 0] : i32
    // CHECK: kgpu.mma %{{.*}}, %{{.*}}, %{{.*}} {shape = array<i64: 16, 8, 16>} : vector<8xbf16>, vector<4xbf16>, vector<4xf32>
    %d = kgpu.mma %a, %b, %0 {shape = array<i64: 16, 8, 16>} : vector<8xbf16>, vector<4xbf16>, vector<4xf32>
    // CHECK: kgpu.load_matrix %{{.*}} : memref<128x64xbf16, #kgpu.shared<swizzle = 128>> -> vector<8xbf16>
    %m = kgpu.load_matrix %s[%r, %r] : memref<128x64xbf16, #kgpu.shared<swizzle = 128>> -> vector<8xbf16>
    // CHECK: kgpu.load_matrix %{{.*}} transpose : memref
    %t = kgpu.load_matrix %s[%r, %r] transpose : memref<128x64xbf16, #kgpu.shared<swizzle = 128>> -> vector<4xbf16>
    // CHECK: kgpu.store_matrix %{{.*}}, %{{.*}}[%{{.*}}, %{{.*}}] : vector<8xbf16>
    kgpu.store_matrix %m, %s[%r, %r] : vector<8xbf16>, memref<128x64xbf16, #kgpu.shared<swizzle = 128>>
    // CHECK: kgpu.store_matrix %{{.*}} transpose : vector<4xbf16>
    kgpu.store_matrix %t, %s[%r, %r] transpose : vector<4xbf16>, memref<128x64xbf16, #kgpu.shared<swizzle = 128>>
    gpu.return
  }
}

// -----

gpu.module @order {
  // CHECK-LABEL: gpu.func @order
  gpu.func @order(%ws: memref<4xi32>, %flags: memref<132xi64>) kernel {
    %full = kgpu.mbarrier_alloc : !kgpu.mbarriers<4>
    %c0 = arith.constant 0 : index
    %bytes = arith.constant 1024 : index
    %i = gpu.block_id x
    %one = arith.constant 1 : i64
    %leader = arith.cmpi eq, %i, %c0 : index
    // CHECK: kgpu.named_barrier 1 threads 128
    kgpu.named_barrier 1 threads 128
    // CHECK: kgpu.named_barrier 2 threads 256 arrive
    kgpu.named_barrier 2 threads 256 arrive
    // CHECK: kgpu.fence async_shared
    kgpu.fence async_shared
    // CHECK: kgpu.fence async_global
    kgpu.fence async_global
    // CHECK: kgpu.fence block
    kgpu.fence block
    // CHECK: kgpu.fence device
    kgpu.fence device
    // CHECK: kgpu.mbarrier_init %{{.*}}[%{{.*}}] arrivals 1 : !kgpu.mbarriers<4>
    kgpu.mbarrier_init %full[%c0] arrivals 1 : !kgpu.mbarriers<4>
    // CHECK: kgpu.fence mbarrier_init
    kgpu.fence mbarrier_init
    // CHECK: kgpu.mbarrier_arrive %{{.*}}[%{{.*}}] expect %{{.*}} if %{{.*}} : !kgpu.mbarriers<4>
    kgpu.mbarrier_arrive %full[%c0] expect %bytes if %leader : !kgpu.mbarriers<4>
    // CHECK: kgpu.mbarrier_arrive %{{.*}}[%{{.*}}] in %{{.*}} : !kgpu.mbarriers<4>
    kgpu.mbarrier_arrive %full[%c0] in %i : !kgpu.mbarriers<4>
    // CHECK: kgpu.mbarrier_wait %{{.*}}[%{{.*}}] parity %{{.*}} : !kgpu.mbarriers<4>
    kgpu.mbarrier_wait %full[%c0] parity %leader : !kgpu.mbarriers<4>
    // CHECK: kgpu.grid_barrier %{{.*}}[%{{.*}}] : memref<4xi32>
    kgpu.grid_barrier %ws[%c0] : memref<4xi32>
    // CHECK: kgpu.signal %{{.*}}[%{{.*}}], %{{.*}} scope device if %{{.*}} : memref<132xi64>, i64
    kgpu.signal %flags[%i], %one scope device if %leader : memref<132xi64>, i64
    // CHECK: kgpu.wait %{{.*}}[%{{.*}}] least %{{.*}} scope device : memref<132xi64>, i64
    %v = kgpu.wait %flags[%i] least %one scope device : memref<132xi64>, i64
    // CHECK: kgpu.cluster_barrier
    kgpu.cluster_barrier
    // CHECK: kgpu.cluster_barrier arrive
    kgpu.cluster_barrier arrive
    // CHECK: kgpu.cluster_barrier wait
    kgpu.cluster_barrier wait
    gpu.return
  }
}

// -----

gpu.module @async {
  // CHECK-LABEL: gpu.func @async
  gpu.func @async(%a: memref<4096x4096xbf16>, %d: memref<4096x4096xbf16>,
                  %f: vector<8xbf16>, %c: vector<64xf32>) kernel {
    // CHECK: kgpu.tensor_map %{{.*}} : memref<4096x4096xbf16> to !kgpu.tensor_map<128x64xbf16, swizzle = 128>
    %t = kgpu.tensor_map %a : memref<4096x4096xbf16> to !kgpu.tensor_map<128x64xbf16, swizzle = 128>
    // CHECK: !kgpu.tensor_map<64x8xbf16>
    %u = kgpu.tensor_map %d : memref<4096x4096xbf16> to !kgpu.tensor_map<64x8xbf16>
    %s = kgpu.alloc_shared : memref<4x128x64xbf16, #kgpu.shared<swizzle = 128>>
    %b = kgpu.alloc_shared : memref<4x2x64x64xbf16, #kgpu.shared<swizzle = 128>>
    %o = kgpu.alloc_shared : memref<64x8xbf16, #kgpu.shared>
    %full = kgpu.mbarrier_alloc : !kgpu.mbarriers<4>
    %c0 = arith.constant 0 : index
    %p = arith.constant true
    %mask = arith.constant 3 : i16
    // CHECK: kgpu.tma_load %{{.*}}[%{{.*}}, %{{.*}}], %{{.*}}[%{{.*}}], %{{.*}}[%{{.*}}] if %{{.*}} : !kgpu.tensor_map<128x64xbf16, swizzle = 128>, memref<4x128x64xbf16, #kgpu.shared<swizzle = 128>>, !kgpu.mbarriers<4>
    kgpu.tma_load %t[%c0, %c0], %s[%c0], %full[%c0] if %p : !kgpu.tensor_map<128x64xbf16, swizzle = 128>, memref<4x128x64xbf16, #kgpu.shared<swizzle = 128>>, !kgpu.mbarriers<4>
    // CHECK: kgpu.tma_load {{.*}} multicast %
    kgpu.tma_load %t[%c0, %c0], %s[%c0], %full[%c0] multicast %mask : !kgpu.tensor_map<128x64xbf16, swizzle = 128>, memref<4x128x64xbf16, #kgpu.shared<swizzle = 128>>, !kgpu.mbarriers<4>
    // CHECK: kgpu.wgmma_fence
    kgpu.wgmma_fence
    // CHECK: kgpu.wgmma %{{.*}}[%{{.*}}, %{{.*}}, %{{.*}}], %{{.*}}[{{.*}}] {bMajor = #kgpu.major<mn>, shape = array<i64: 64, 128, 16>} : memref<4x128x64xbf16, #kgpu.shared<swizzle = 128>>, memref<4x2x64x64xbf16, #kgpu.shared<swizzle = 128>> -> !kgpu.pending<64xf32>
    %d0 = kgpu.wgmma %s[%c0, %c0, %c0], %b[%c0, %c0, %c0, %c0] {shape = array<i64: 64, 128, 16>, bMajor = #kgpu.major<mn>} : memref<4x128x64xbf16, #kgpu.shared<swizzle = 128>>, memref<4x2x64x64xbf16, #kgpu.shared<swizzle = 128>> -> !kgpu.pending<64xf32>
    // CHECK: kgpu.wgmma {{.*}}, !kgpu.pending<64xf32> -> !kgpu.pending<64xf32>
    %d1 = kgpu.wgmma %s[%c0, %c0, %c0], %b[%c0, %c0, %c0, %c0], %d0 {shape = array<i64: 64, 128, 16>, bMajor = #kgpu.major<mn>} : memref<4x128x64xbf16, #kgpu.shared<swizzle = 128>>, memref<4x2x64x64xbf16, #kgpu.shared<swizzle = 128>>, !kgpu.pending<64xf32> -> !kgpu.pending<64xf32>
    // CHECK: kgpu.wgmma %{{[^\[]*}}, %{{.*}}[{{.*}}], %{{.*}} {{.*}} : vector<8xbf16>, memref{{.*}}, vector<64xf32> -> !kgpu.pending<64xf32>
    %e = kgpu.wgmma %f, %s[%c0, %c0, %c0], %c {shape = array<i64: 64, 128, 16>} : vector<8xbf16>, memref<4x128x64xbf16, #kgpu.shared<swizzle = 128>>, vector<64xf32> -> !kgpu.pending<64xf32>
    // CHECK: kgpu.wgmma_commit
    kgpu.wgmma_commit
    // CHECK: kgpu.wgmma_wait 0(%{{.*}}, %{{.*}}) : (!kgpu.pending<64xf32>, !kgpu.pending<64xf32>) -> (vector<64xf32>, vector<64xf32>)
    %v:2 = kgpu.wgmma_wait 0 (%d1, %e) : (!kgpu.pending<64xf32>, !kgpu.pending<64xf32>) -> (vector<64xf32>, vector<64xf32>)
    // CHECK: kgpu.wgmma_wait 1() : () -> ()
    kgpu.wgmma_wait 1 () : () -> ()
    // CHECK: kgpu.tma_store %{{.*}}[], %{{.*}}[%{{.*}}, %{{.*}}] if %{{.*}} : memref<64x8xbf16, #kgpu.shared>, !kgpu.tensor_map<64x8xbf16>
    kgpu.tma_store %o[], %u[%c0, %c0] if %p : memref<64x8xbf16, #kgpu.shared>, !kgpu.tensor_map<64x8xbf16>
    // CHECK: kgpu.bulk_commit
    kgpu.bulk_commit
    // CHECK: kgpu.bulk_wait 0 read
    kgpu.bulk_wait 0 read
    // CHECK: kgpu.cluster_shared %{{.*}} in %{{.*}} : memref<64x8xbf16, #kgpu.shared>
    %r = kgpu.cluster_shared %o in %c0 : memref<64x8xbf16, #kgpu.shared>
    // CHECK: kgpu.set_max_registers 40 decrease
    kgpu.set_max_registers 40 decrease
    // CHECK: kgpu.set_max_registers 232
    kgpu.set_max_registers 232
    gpu.return
  }
}
