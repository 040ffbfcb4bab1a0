// RUN: rm -rf %t && mkdir -p %t && split-file %s %t
// RUN: kernel-opt %t/f.mlir --kopt-list-matches=file=%t/set.mlir \
// RUN:   --verify-diagnostics -o /dev/null
// RUN: kernel-opt %t/f.mlir --kopt-apply-rules="file=%t/set.mlir sites=swap@f#2" \
// RUN:   | FileCheck %t/f.mlir
// RUN: not kernel-opt %t/f.mlir \
// RUN:   --kopt-apply-rules="file=%t/set.mlir sites=wrong_type@f#0" 2>&1 \
// RUN:   | FileCheck %t/f.mlir --check-prefix=ILLEGAL

//--- set.mlir
module attributes {kopt.rewrite_set, kopt.version = 1} {
  // exp(x) * exp(y) -> exp(x + y), where no one else reads exp(x).
  pdl.pattern @swap : benefit(1) {
    %x = operand
    %y = operand
    %t = type
    %0 = operation "aten.exp"(%x : !pdl.value) -> (%t : !pdl.type)
    %1 = result 0 of %0
    apply_native_constraint "only_use"(%1 : !pdl.value)
    %2 = operation "aten.exp"(%y : !pdl.value) -> (%t : !pdl.type)
    %3 = result 0 of %2
    %4 = operation "aten.mul"(%1, %3 : !pdl.value, !pdl.value) -> (%t : !pdl.type)
    rewrite %4 {
      %5 = operation "aten.add"(%x, %y : !pdl.value, !pdl.value) -> (%t : !pdl.type)
      %6 = result 0 of %5
      %7 = operation "aten.exp"(%6 : !pdl.value) -> (%t : !pdl.type)
      replace %4 with %7
    }
  }
  pdl.pattern @wrong_type : benefit(1) {
    %x = operand
    %t = type
    %0 = operation "aten.exp"(%x : !pdl.value) -> (%t : !pdl.type)
    rewrite %0 {
      %u = type : tensor<3xf32>
      %1 = operation "aten.neg"(%x : !pdl.value) -> (%u : !pdl.type)
      replace %0 with %1
    }
  }
}

//--- f.mlir
// CHECK-LABEL: func @f(
// CHECK-SAME: %[[X:.+]]: tensor<4xf32>, %[[Y:.+]]: tensor<4xf32>
// CHECK: %[[S:.+]] = aten.add %[[X]], %[[Y]]
// CHECK: %[[E:.+]] = aten.exp %[[S]]
// CHECK: aten.mul %[[E]]
// ILLEGAL: error: rule 'wrong_type' is illegal at 'f#0':
func.func @f(%x: tensor<4xf32>, %y: tensor<4xf32>) -> tensor<4xf32> {
  // expected-remark@+1 {{"rule":"wrong_type","site":"f#0"}}
  %0 = aten.exp %x : (tensor<4xf32>) -> tensor<4xf32>
  // expected-remark@+1 {{"rule":"wrong_type","site":"f#1"}}
  %1 = aten.exp %y : (tensor<4xf32>) -> tensor<4xf32>
  // expected-remark@+1 {{"rule":"swap","site":"f#2"}}
  %2 = aten.mul %0, %1 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  // expected-remark@+1 {{"rule":"wrong_type","site":"f#3"}}
  %3 = aten.exp %2 : (tensor<4xf32>) -> tensor<4xf32>
  // Both factors are one value.
  %4 = aten.mul %2, %3 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %4 : tensor<4xf32>
}
