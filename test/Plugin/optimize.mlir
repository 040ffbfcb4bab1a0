// REQUIRES: plugin, ptxas

// The pass in a stock tool gives the module that the driver gives, under the
// same policy and draws.
// DEFINE: %{policy} = algebra-only
// DEFINE: %{same} = mlir-opt --load-dialect-plugin=%plugin --load-pass-plugin=%plugin --pass-pipeline='builtin.module(kopt-optimize{target=sm_90a verify=%{policy} nonce=5})' %s -o %t.plugin.mlir && kernel-opt %s --quiet --database=none --verify=%{policy} --nonce=5 -o %t.driver.mlir && diff %t.plugin.mlir %t.driver.mlir
// RUN: %{same}
// RUN: FileCheck %s < %t.plugin.mlir
// REDEFINE: %{policy} = safety-only
// RUN: %{same}
// REDEFINE: %{policy} = off
// RUN: %{same}

// Between upstream passes, up to memrefs: with operations before it that
// canonicalize and cse take away, and an operation behind it that is not ours.
// RUN: mlir-opt --load-dialect-plugin=%plugin --load-pass-plugin=%plugin \
// RUN:   --pass-pipeline='builtin.module(canonicalize,cse,kopt-optimize{verify=algebra-only nonce=5},canonicalize,cse,one-shot-bufferize{bufferize-function-boundaries=1},canonicalize,cse)' %s -o %t.memref.mlir
// RUN: FileCheck %s --check-prefix=MEMREF < %t.memref.mlir

// RUN: not mlir-opt --load-dialect-plugin=%plugin --load-pass-plugin=%plugin \
// RUN:   --pass-pipeline='builtin.module(kopt-optimize{target=sm_999})' %s 2>&1 \
// RUN:   | FileCheck %s --check-prefix=TARGET

// CHECK-LABEL: func.func @rows
// CHECK: kopt.launch
// MEMREF-LABEL: func.func @rows
// MEMREF: kopt.launch {{.*}} ins(%{{.*}} : memref<40x50xf32

// TARGET: error: unknown target 'sm_999'; expected one of sm_75
func.func @rows(%x: tensor<40x50xf32>) -> tensor<40x50xf32> {
  %y = aten.softmax %x {dim = -1 : i64} : (tensor<40x50xf32>) -> tensor<40x50xf32>
  return %y : tensor<40x50xf32>
}

// One of two equal operations is left for the kernel, the call stays.
// CHECK-LABEL: func.func @beside_a_call
// CHECK: call @outside
// CHECK: kopt.launch
// CHECK-COUNT-2: gpu.binary
// MEMREF-LABEL: func.func @beside_a_call
// MEMREF: call @outside({{.*}}) : (memref<40x50xf32
func.func private @outside(tensor<40x50xf32>) -> tensor<40x50xf32>
func.func @beside_a_call(%x: tensor<40x50xf32>) -> tensor<40x50xf32> {
  %a = aten.exp %x : (tensor<40x50xf32>) -> tensor<40x50xf32>
  %b = aten.exp %x : (tensor<40x50xf32>) -> tensor<40x50xf32>
  %c = aten.add %a, %b : (tensor<40x50xf32>, tensor<40x50xf32>) -> tensor<40x50xf32>
  %d = func.call @outside(%c) : (tensor<40x50xf32>) -> tensor<40x50xf32>
  return %d : tensor<40x50xf32>
}
