// RUN: kernel-opt %s --kopt-admit | FileCheck %s
// RUN: kernel-opt %s --kopt-admit=strip | FileCheck %s --check-prefix=STRIP

// What schedules make is let through.
// CHECK: gpu.func @copy
gpu.module @copy_program {
  gpu.func @copy(%x: memref<64xf32> {kgpu.access = "read"}, %y: memref<64xf32> {kgpu.access = "write"})
      kernel attributes {known_block_size = array<i32: 64, 1, 1>, known_grid_size = array<i32: 1, 1, 1>} {
    %i = gpu.thread_id x
    %v = kgpu.load %x[%i] : memref<64xf32> -> vector<1xf32>
    kgpu.store %v, %y[%i] : vector<1xf32>, memref<64xf32>
    gpu.return
  }
}

// Claims are taken away from operations on tensors, and left on foreign ones.
// CHECK: arith.addf %{{.*}}, %{{.*}} fastmath<fast>
// STRIP-LABEL: func.func @claims(
// STRIP-NOT: noalias
// STRIP: arith.addf %{{[a-z0-9]*}}, %{{[a-z0-9]*}} : tensor
// STRIP: arith.addi %{{[a-z0-9]*}}, %{{[a-z0-9]*}} : tensor
// STRIP: memref.load {{.*}} {nontemporal = true}
func.func @claims(%x: tensor<4xf32> {llvm.noalias}, %i: tensor<4xi32>, %m: memref<4xf32>) -> (tensor<4xf32>, tensor<4xi32>, f32) {
  %c0 = arith.constant 0 : index
  %y = arith.addf %x, %x fastmath<fast> : tensor<4xf32>
  %j = arith.addi %i, %i overflow<nsw> : tensor<4xi32>
  %v = memref.load %m[%c0] {nontemporal = true} : memref<4xf32>
  return %y, %j, %v : tensor<4xf32>, tensor<4xi32>, f32
}

// Subnormal results may be lost where the interpreter loses them too: in a
// program, not in what it is made of.
// STRIP-LABEL: func.func @flush(
// STRIP: math.exp2 %{{[a-z0-9]*}} : tensor<4xf32>
func.func @flush(%x: tensor<4xf32>) -> tensor<4xf32> {
  %y = math.exp2 %x {kgpu.flush} : tensor<4xf32>
  return %y : tensor<4xf32>
}

// CHECK: math.exp2 %{{.*}} {kgpu.flush} : vector<1xf32>
// STRIP: math.exp2 %{{.*}} {kgpu.flush} : vector<1xf32>
gpu.module @flushed_program {
  gpu.func @flushed(%x: memref<64xf32> {kgpu.access = "read"}, %y: memref<64xf32> {kgpu.access = "write"})
      kernel attributes {known_block_size = array<i32: 64, 1, 1>, known_grid_size = array<i32: 1, 1, 1>} {
    %i = gpu.thread_id x
    %v = kgpu.load %x[%i] : memref<64xf32> -> vector<1xf32>
    %p = math.exp2 %v {kgpu.flush} : vector<1xf32>
    kgpu.store %p, %y[%i] : vector<1xf32>, memref<64xf32>
    gpu.return
  }
}
