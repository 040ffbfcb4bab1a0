// RUN: kernel-opt %s --split-input-file --kopt-emit-ptx=ptx-file=- -o /dev/null | FileCheck %s
// REQUIRES: ptxas

// Nothing is approximated unless flags allow it. (Needs libdevice.)

// CHECK-LABEL: .entry exact(
gpu.module @exact {
  gpu.func @exact(%x: memref<1024xf32> {kgpu.access = "read"},
                  %y: memref<1024xf32> {kgpu.access = "write"}) kernel {
    %t = gpu.thread_id x
    %a = kgpu.load %x[%t] : memref<1024xf32> -> f32
    // CHECK-NOT: approx
    // CHECK: sqrt.rn.f32
    %b = math.sqrt %a : f32
    // CHECK: div.rn.f32
    %c = arith.divf %b, %a : f32
    // Without 'contract' a product and a sum stay two roundings.
    // CHECK: mul.rn.f32
    // CHECK: add.rn.f32
    %d = arith.mulf %c, %a : f32
    %e = arith.addf %d, %b : f32
    // CHECK: fma.rn.f32
    %f = math.fma %e, %b, %c : f32
    // CHECK: max.NaN.f32
    %g = arith.maximumf %f, %a : f32
    // CHECK: min.f32
    %h = arith.minnumf %g, %b : f32
    kgpu.store %h, %y[%t] : f32, memref<1024xf32>
    gpu.return
  }
}

// -----

// CHECK-LABEL: .entry flagged(
gpu.module @flagged {
  gpu.func @flagged(%x: memref<1024xf32> {kgpu.access = "read"},
                    %y: memref<1024xf32> {kgpu.access = "write"}) kernel {
    %t = gpu.thread_id x
    %a = kgpu.load %x[%t] : memref<1024xf32> -> f32
    // CHECK: sqrt.approx.f32
    %b = math.sqrt %a fastmath<afn> : f32
    // CHECK: ex2.approx.f32
    %c = math.exp2 %b fastmath<afn> : f32
    // CHECK: tanh.approx.f32
    %d = math.tanh %c fastmath<afn> : f32
    // CHECK: fma.rn.f32
    %e = arith.mulf %d, %a fastmath<contract> : f32
    %f = arith.addf %e, %b fastmath<contract> : f32
    kgpu.store %f, %y[%t] : f32, memref<1024xf32>
    gpu.return
  }
}

// -----

// libdevice's functions are inlined, for vectors and for 16-bit types too.
// CHECK-LABEL: .entry library(
// CHECK-NOT: call
// CHECK: ret;
gpu.module @library {
  gpu.func @library(%x: memref<1024xf32> {kgpu.access = "read"},
                    %h: memref<1024xbf16> {kgpu.access = "readwrite"},
                    %d: memref<1024xf64> {kgpu.access = "readwrite"},
                    %y: memref<1024xf32> {kgpu.access = "write"}) kernel {
    %c0 = arith.constant 0 : index
    %t = gpu.thread_id x
    %a = kgpu.load %x[%c0] : memref<1024xf32> -> vector<4xf32>
    %b = math.exp %a : vector<4xf32>
    %c = math.exp2 %b : vector<4xf32>
    %e = math.log %c : vector<4xf32>
    %f = math.tanh %e : vector<4xf32>
    %g = math.erf %f : vector<4xf32>
    %i = math.sin %g : vector<4xf32>
    %j = math.powf %i, %a : vector<4xf32>
    %k = math.rsqrt %j : vector<4xf32>
    %l = math.floor %k : vector<4xf32>
    %m = math.log1p %l : vector<4xf32>
    %n = math.absf %m : vector<4xf32>
    %o = arith.remf %n, %a : vector<4xf32>
    kgpu.store %o, %y[%c0] : vector<4xf32>, memref<1024xf32>
    %p = kgpu.load %h[%t] : memref<1024xbf16> -> bf16
    %q = math.exp %p : bf16
    kgpu.store %q, %h[%t] : bf16, memref<1024xbf16>
    %r = kgpu.load %d[%t] : memref<1024xf64> -> f64
    %s = math.exp %r : f64
    %u = math.sin %s : f64
    kgpu.store %u, %d[%t] : f64, memref<1024xf64>
    gpu.return
  }
}
