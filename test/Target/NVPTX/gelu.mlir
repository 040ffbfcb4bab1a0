// RUN: kernel-opt %s --kopt-emit-ptx='target=sm_90a ptx-file=%t.ptx' -o /dev/null
// RUN: FileCheck %s < %t.ptx

// 1000003 elements, four per thread: one vector access under a branch, scalars
// in the last vector alone.

// CHECK: .visible .entry gelu(
// CHECK: ld.global.nc.v4.b32
// CHECK-NOT: ld.global.nc.v4
// CHECK: st.global.v4.b32
// CHECK-NOT: st.global.v4
// CHECK: st.global.b32
gpu.module @gelu {
  gpu.func @gelu(%x: memref<1000003xf32> {kgpu.access = "read"},
                 %y: memref<1000003xf32> {kgpu.access = "write"}) kernel
      attributes {known_block_size = array<i32: 256, 1, 1>,
                  known_grid_size = array<i32: 977, 1, 1>} {
    %c4 = arith.constant 4 : index
    %c256 = arith.constant 256 : index
    %size = arith.constant 1000003 : index
    %half = arith.constant dense<0.5> : vector<4xf32>
    %one = arith.constant dense<1.0> : vector<4xf32>
    %a = arith.constant dense<0.044715> : vector<4xf32>
    %b = arith.constant dense<0.7978845608> : vector<4xf32>
    %tid = gpu.thread_id x
    %bid = gpu.block_id x
    %base = arith.muli %bid, %c256 : index
    %t = arith.addi %base, %tid : index
    %i = arith.muli %t, %c4 : index
    %n = arith.subi %size, %i : index
    %v = kgpu.load %x[%i] valid %n padding 0.0 : f32 : memref<1000003xf32> -> vector<4xf32>
    %sq = arith.mulf %v, %v : vector<4xf32>
    %cu = arith.mulf %sq, %v : vector<4xf32>
    %in = math.fma %cu, %a, %v : vector<4xf32>
    %arg = arith.mulf %in, %b : vector<4xf32>
    %th = math.tanh %arg : vector<4xf32>
    %p1 = arith.addf %th, %one : vector<4xf32>
    %hv = arith.mulf %v, %half : vector<4xf32>
    %r = arith.mulf %hv, %p1 : vector<4xf32>
    kgpu.store %r, %y[%i] valid %n : vector<4xf32>, memref<1000003xf32>
    gpu.return
  }
}
