// RUN: kernel-opt %s \
// RUN:   --kopt-apply-rules="file=%S/Inputs/basics.mlir sites=sigmoid_times_x@f#3" \
// RUN:   | FileCheck %s
// RUN: not kernel-opt %s \
// RUN:   --kopt-apply-rules="file=%S/Inputs/basics.mlir sites=sigmoid_times_x@f#0" \
// RUN:   2>&1 | FileCheck %s --check-prefix=NOMATCH
// RUN: not kernel-opt %s \
// RUN:   --kopt-apply-rules="file=%S/Inputs/basics.mlir sites=nothing@f#0" 2>&1 \
// RUN:   | FileCheck %s --check-prefix=NORULE
// RUN: not kernel-opt %s \
// RUN:   --kopt-apply-rules="file=%S/Inputs/basics.mlir sites=sum_and_difference@g#0" \
// RUN:   2>&1 | FileCheck %s --check-prefix=ILLEGAL
// RUN: not kernel-opt %s --kopt-apply-rules 2>&1 | FileCheck %s --check-prefix=NOFILE
// RUN: not kernel-opt %s --kopt-list-matches=file=%S/Inputs/absent.mlir 2>&1 \
// RUN:   | FileCheck %s --check-prefix=ABSENT
// RUN: not kernel-opt %s \
// RUN:   --kopt-list-matches="file=%S/Inputs/basics.mlir rule=nothing" 2>&1 \
// RUN:   | FileCheck %s --check-prefix=NORULES

// NOMATCH: error: rule 'sigmoid_times_x' does not match at 'f#0'
// NORULE: error: expects 'rule@site' with a rule of '{{.*}}basics.mlir', found 'nothing@f#0'
// ILLEGAL: error: rule 'sum_and_difference' is illegal at 'g#0': its results are read before all of them can be computed
// NOFILE: error: expects a rewrite set in the option 'file'
// ABSENT: error: cannot read rewrite set '{{.*}}absent.mlir'
// NORULES: error: expects a rule 'nothing' in '{{.*}}basics.mlir', found none

// One site is rewritten, the other stays.
// CHECK-LABEL: func @f(
// CHECK: %[[S:.+]] = aten.sigmoid %[[X:.+]] :
// CHECK: %[[A:.+]] = aten.mul %[[X]], %[[S]]
// CHECK: %[[B:.+]] = aten.silu %[[A]]
// CHECK: return %[[B]]
func.func @f(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = aten.sigmoid %x : (tensor<4xf32>) -> tensor<4xf32>
  %1 = aten.mul %x, %0 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %2 = aten.sigmoid %1 : (tensor<4xf32>) -> tensor<4xf32>
  %3 = aten.mul %1, %2 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %3 : tensor<4xf32>
}

// The second result exists only after a user of the first.
func.func @g(%x: tensor<4xf32>, %y: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %0 = aten.add %x, %y : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %1 = aten.exp %0 : (tensor<4xf32>) -> tensor<4xf32>
  %2 = aten.sub %x, %y : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %1, %2 : tensor<4xf32>, tensor<4xf32>
}
