// RUN: kernel-opt %s --kopt-launch-to-gpu | FileCheck %s

// CHECK: module attributes {gpu.container_module}
gpu.module @m {
  gpu.func @copy(%a: memref<1024xf32>, %b: memref<1024xf32>) kernel {
    gpu.return
  }
  gpu.func @work(%a: memref<4xf32>, %b: memref<4xf32>, %w: memref<8xi32>) kernel {
    gpu.return
  }
}

// CHECK-LABEL: func.func @copy
// CHECK-SAME: (%[[A:[a-z0-9]+]]: memref<1024xf32>, %[[B:[a-z0-9]+]]: memref<1024xf32>)
func.func @copy(%a: memref<1024xf32>, %b: memref<1024xf32>) {
  // CHECK-DAG: %[[C16:.*]] = arith.constant 16 : index
  // CHECK-DAG: %[[C64:.*]] = arith.constant 64 : index
  // CHECK-DAG: %[[BYTES:.*]] = arith.constant 128 : i32
  // CHECK: gpu.launch_func @m::@copy
  // CHECK-SAME: blocks in (%[[C16]], %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}})
  // CHECK-SAME: threads in (%[[C64]], %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}})
  // CHECK-SAME: dynamic_shared_memory_size %[[BYTES]]
  // CHECK-SAME: args(%[[A]] : memref<1024xf32>, %[[B]] : memref<1024xf32>)
  kopt.launch @m::@copy grid(16, 1, 1) block(64, 1, 1) shared 128
    ins(%a : memref<1024xf32>) outs(%b : memref<1024xf32>)
  return
}

// Arguments come in the order inputs, outputs, workspaces.
// CHECK-LABEL: func.func @work
// CHECK-SAME: (%[[N:[a-z0-9]+]]: index, %[[A:[a-z0-9]+]]: memref<4xf32>, %[[B:[a-z0-9]+]]: memref<4xf32>, %[[W:[a-z0-9]+]]: memref<8xi32>)
func.func @work(%n: index, %a: memref<4xf32>, %b: memref<4xf32>,
                %w: memref<8xi32>) {
  // CHECK: %[[C2:.*]] = arith.constant 2 : index
  // CHECK: gpu.launch_func @m::@work
  // CHECK-SAME: clusters in (%[[C2]], %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}})
  // CHECK-SAME: blocks in (%[[N]], %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}})
  // CHECK-NOT: dynamic_shared_memory_size
  // CHECK-SAME: args(%[[A]] : memref<4xf32>, %[[B]] : memref<4xf32>, %[[W]] : memref<8xi32>)
  kopt.launch @m::@work grid(%n, 1, 1) block(32, 1, 1) cluster(2, 1, 1)
    ins(%a : memref<4xf32>) outs(%b : memref<4xf32>)
    workspace(%w : memref<8xi32>)
  return
}
