// RUN: kernel-opt --emit=input %s | kernel-opt --emit=input | FileCheck %s
// RUN: kernel-opt --emit=input %s --mlir-print-op-generic | kernel-opt --emit=input | FileCheck %s
// RUN: kernel-opt %s --canonicalize --cse | FileCheck %s --check-prefix=OPT

gpu.module @module {
  gpu.func @kernel(%a: memref<4096xf32>, %b: memref<4096xf32>) kernel {
    gpu.return
  }
  gpu.func @work(%n: index, %a: memref<4096xf32>, %b: memref<4096xf32>,
                 %w: memref<64xi32>) kernel {
    gpu.return
  }
}
gpu.module @memory {
  gpu.func @scalar(%a: memref<1xf32>, %b: memref<4096xi8>) kernel {
    gpu.return
  }
}
gpu.binary @binary [#gpu.object<#nvvm.target, "">]

// CHECK-LABEL: func.func @tensors
// OPT-LABEL: func.func @tensors
func.func @tensors(%a: tensor<4096xf32>) -> tensor<4096xf32> {
  %i = tensor.empty() : tensor<4096xf32>
  // CHECK: kopt.launch @module::@kernel grid(128, 1, 1) block(256, 1, 1)
  // CHECK-SAME: shared 49152 ins(%{{[a-z0-9]+}} : tensor<4096xf32>)
  // CHECK-SAME: outs(%{{[a-z0-9]+}} : tensor<4096xf32>) -> tensor<4096xf32>
  // OPT: kopt.launch
  %r = kopt.launch @module::@kernel grid(128, 1, 1) block(256, 1, 1)
         shared 49152 ins(%a : tensor<4096xf32>) outs(%i : tensor<4096xf32>)
         -> tensor<4096xf32>
  return %r : tensor<4096xf32>
}

// Equal launches on tensors are one, unread ones none.
// OPT-LABEL: func.func @pure
// OPT-COUNT-1: kopt.launch
// OPT-NOT: kopt.launch
func.func @pure(%a: tensor<4096xf32>)
    -> (tensor<4096xf32>, tensor<4096xf32>) {
  %i = tensor.empty() : tensor<4096xf32>
  %r = kopt.launch @module::@kernel grid(128, 1, 1) block(256, 1, 1)
         ins(%a : tensor<4096xf32>) outs(%i : tensor<4096xf32>)
         -> tensor<4096xf32>
  %s = kopt.launch @module::@kernel grid(128, 1, 1) block(256, 1, 1)
         ins(%a : tensor<4096xf32>) outs(%i : tensor<4096xf32>)
         -> tensor<4096xf32>
  %t = kopt.launch @module::@kernel grid(64, 1, 1) block(512, 1, 1)
         ins(%a : tensor<4096xf32>) outs(%i : tensor<4096xf32>)
         -> tensor<4096xf32>
  return %r, %s : tensor<4096xf32>, tensor<4096xf32>
}

// On memrefs a launch has effects: both stay.
// CHECK-LABEL: func.func @memrefs
// OPT-LABEL: func.func @memrefs
func.func @memrefs(%n: index, %a: memref<4096xf32>, %b: memref<4096xf32>,
                   %w: memref<64xi32>) {
  // CHECK: kopt.launch @module::@work grid(%{{[a-z0-9]+}}, 2, 1) block(32, 8, 1)
  // CHECK-SAME: cluster(1, 2, 1) cooperative
  // CHECK-SAME: ins(%{{[a-z0-9]+}}, %{{[a-z0-9]+}} : index, memref<4096xf32>)
  // CHECK-SAME: outs(%{{[a-z0-9]+}} : memref<4096xf32>)
  // CHECK-SAME: workspace(%{{[a-z0-9]+}} : memref<64xi32>) {tag = "x"}
  // OPT-COUNT-2: kopt.launch
  kopt.launch @module::@work grid(%n, 2, 1) block(32, 8, 1) cluster(1, 2, 1)
    cooperative ins(%n, %a : index, memref<4096xf32>)
    outs(%b : memref<4096xf32>) workspace(%w : memref<64xi32>) {tag = "x"}
  kopt.launch @module::@work grid(%n, 2, 1) block(32, 8, 1) cluster(1, 2, 1)
    cooperative ins(%n, %a : index, memref<4096xf32>)
    outs(%b : memref<4096xf32>) workspace(%w : memref<64xi32>) {tag = "x"}
  return
}

// CHECK-LABEL: func.func @compiled
func.func @compiled(%a: memref<8xf32>) {
  // CHECK: kopt.launch @binary::@k grid(1, 1, 1) block(1, 1, 1) outs
  kopt.launch @binary::@k grid(1, 1, 1) block(1, 1, 1) outs(%a : memref<8xf32>)
  // A window cut out of a module may lack the kernel.
  // CHECK: kopt.launch @elsewhere::@k grid(1, 1, 1) block(1, 1, 1)
  kopt.launch @elsewhere::@k grid(1, 1, 1) block(1, 1, 1)
  return
}

// In memory a scalar is one element and a truth value a byte.
// CHECK-LABEL: func.func @memory_forms
func.func @memory_forms(%a: tensor<f32>, %i: tensor<4096xi1>) -> tensor<4096xi1> {
  // CHECK: kopt.launch @memory::@scalar
  %r = kopt.launch @memory::@scalar grid(1, 1, 1) block(32, 1, 1)
         ins(%a : tensor<f32>) outs(%i : tensor<4096xi1>) -> tensor<4096xi1>
  return %r : tensor<4096xi1>
}
