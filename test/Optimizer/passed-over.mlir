// REQUIRES: ptxas
// Where the deviation of a softmax is one kernel, rounding is not what it was
// operation by operation: such programs are refuted, whichever strategy made
// them. The next one is tried, and in the end the kernel is split.

// RUN: kernel-opt %s --database=none --nonce=1 -o %t.mlir 2>&1 | FileCheck %s
// CHECK: warning: strategy 'inner_reduction' does not stand the checks on kernel 'main_reduce', and the next one is tried: accuracy: inputs
// CHECK: warning: strategy 'generic' does not stand the checks on kernel 'main_reduce', and the next one is tried: accuracy: inputs
// CHECK: passed over: strategy 'inner_reduction' for main_reduce, refuted on accuracy: inputs
// CHECK-NEXT: passed over: strategy 'generic' for main_reduce, refuted on accuracy: inputs
// CHECK: main_reduce_part0
// CHECK: verified by policy 'strict'

// What was checked before it was passed over is not in the certificate; all that
// is can be repeated.
// RUN: kernel-opt-verify --replay=%t.mlir.cert.json %s %t.mlir | FileCheck %s --check-prefix=REPLAY --implicit-check-not="not confirmed"
// REPLAY: {{^}}verified

// Nobody asked for accuracy: nothing is passed over.
// RUN: kernel-opt %s --database=none --verify=algebra-only -o %t.mlir 2>&1 | FileCheck %s --check-prefix=ALGEBRA --implicit-check-not="passed over"
// ALGEBRA: scheduled by inner_reduction
// ALGEBRA: verified by policy 'algebra-only'

// A schedule that somebody gave is an error if it is refuted.
// RUN: not kernel-opt %s --database=none --schedules=%S/Inputs/given.mlir -o %t.given.mlir 2>&1 | FileCheck %s --check-prefix=GIVEN --implicit-check-not="passed over"
// RUN: not ls %t.given.mlir
// GIVEN: error: the program of kernel 'main_reduce' fails on accuracy: inputs
func.func @main(%x: tensor<1x8x48xf16>) -> tensor<f16> {
  %s = aten.softmax %x {dim = -1 : i64} : (tensor<1x8x48xf16>) -> tensor<1x8x48xf16>
  %d = aten.std %s {dim = array<i64: 0, 1, 2>, keepdim = false} : (tensor<1x8x48xf16>) -> tensor<f16>
  return %d : tensor<f16>
}
