// REQUIRES: plugin, ptxas
// RUN: mlir-opt --load-dialect-plugin=%plugin --load-pass-plugin=%plugin \
// RUN:   --pass-pipeline='builtin.module(kopt-optimize{target=sm_90a nonce=5})' %s -o %t.plugin.mlir
// RUN: kernel-opt %s --quiet --nonce=5 -o %t.driver.mlir
// RUN: diff %t.plugin.mlir %t.driver.mlir
// RUN: FileCheck %s < %t.plugin.mlir

// Between upstream passes, up to memrefs.
// RUN: mlir-opt --load-dialect-plugin=%plugin --load-pass-plugin=%plugin \
// RUN:   --pass-pipeline='builtin.module(canonicalize,cse,kopt-optimize{verify=off},canonicalize,one-shot-bufferize{bufferize-function-boundaries=1},cse)' %s \
// RUN:   | FileCheck %s --check-prefix=MEMREF

// RUN: not mlir-opt --load-dialect-plugin=%plugin --load-pass-plugin=%plugin \
// RUN:   --pass-pipeline='builtin.module(kopt-optimize{target=sm_999})' %s 2>&1 \
// RUN:   | FileCheck %s --check-prefix=TARGET

// CHECK-LABEL: func.func @rows
// CHECK: kopt.launch
// CHECK: gpu.binary
// MEMREF-LABEL: func.func @rows
// MEMREF: kopt.launch {{.*}} ins(%{{.*}} : memref<40x50xf32
// TARGET: error: unknown target 'sm_999'; expected one of sm_75
func.func @rows(%x: tensor<40x50xf32>) -> tensor<40x50xf32> {
  %y = aten.softmax %x {dim = -1 : i64} : (tensor<40x50xf32>) -> tensor<40x50xf32>
  return %y : tensor<40x50xf32>
}
