// RUN: kernel-opt %s --kopt-list-matches=file=%rewrites/products.mlir \
// RUN:   --verify-diagnostics -o /dev/null
// RUN: kernel-opt %s --kopt-apply-rules="file=%rewrites/products.mlir rule=two_linear_layers_of_one_input all-once" \
// RUN:   | FileCheck %s

// CHECK-LABEL: func @two_layers(
// CHECK-SAME: %[[X:.+]]: tensor<4x8xf32>, %[[V:[^:]+]]: tensor<3x8xf32> {{.*}}, %[[W:[^:]+]]: tensor<5x8xf32>
// CHECK: %[[C:.+]] = aten.cat %[[V]], %[[W]] {{.*}} -> tensor<8x8xf32>
// CHECK: %[[Y:.+]] = aten.linear %[[X]], %[[C]]
// CHECK-DAG: %[[A:.+]] = aten.slice %[[Y]] {dim = 1 : i64, end = 3 : i64
// CHECK-DAG: %[[B:.+]] = aten.slice %[[Y]] {dim = 1 : i64, start = 3 : i64
// CHECK: return %[[A]], %[[B]]
func.func @two_layers(%x: tensor<4x8xf32>, %v: tensor<3x8xf32> {kopt.parameter},
    %w: tensor<5x8xf32> {kopt.parameter}) -> (tensor<4x3xf32>, tensor<4x5xf32>) {
  // expected-remark@+1 {{"rule":"two_linear_layers_of_one_input","site":"two_layers#0"}}
  %0 = aten.linear %x, %v : (tensor<4x8xf32>, tensor<3x8xf32>) -> tensor<4x3xf32>
  // expected-remark@+1 {{"rule":"two_linear_layers_of_one_input","site":"two_layers#1"}}
  %1 = aten.linear %x, %w : (tensor<4x8xf32>, tensor<5x8xf32>) -> tensor<4x5xf32>
  return %0, %1 : tensor<4x3xf32>, tensor<4x5xf32>
}

// Two layers of two inputs.
func.func @two_inputs(%x: tensor<4x8xf32>, %y: tensor<4x8xf32>, %v: tensor<3x8xf32> {kopt.parameter},
    %w: tensor<5x8xf32> {kopt.parameter}) -> (tensor<4x3xf32>, tensor<4x5xf32>) {
  %0 = aten.linear %x, %v : (tensor<4x8xf32>, tensor<3x8xf32>) -> tensor<4x3xf32>
  %1 = aten.linear %y, %w : (tensor<4x8xf32>, tensor<5x8xf32>) -> tensor<4x5xf32>
  return %0, %1 : tensor<4x3xf32>, tensor<4x5xf32>
}

// A common factor is there in any order of operands; different ones are none.
func.func @factors(%a: tensor<4xf32>, %b: tensor<4xf32>, %c: tensor<4xf32>, %d: tensor<4xf32>)
    -> (tensor<4xf32>, tensor<4xf32>) {
  %0 = aten.mul %c, %a : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %1 = aten.mul %b, %c : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  // expected-remark@+2 {{"rule":"common_factor","site":"factors#2"}}
  // expected-remark@+1 {{"rule":"common_factor","site":"factors#2:1"}}
  %2 = aten.add %0, %1 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %3 = aten.mul %a, %b : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %4 = aten.mul %c, %d : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %5 = aten.add %3, %4 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %2, %5 : tensor<4xf32>, tensor<4xf32>
}

// With another alpha the sum is not the one that the law is about.
func.func @alpha(%a: tensor<4xf32>, %b: tensor<4xf32>, %c: tensor<4xf32>) -> tensor<4xf32> {
  %0 = aten.mul %a, %c : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %1 = aten.mul %b, %c : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %2 = aten.add %0, %1 {alpha = 2.0 : f64} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %2 : tensor<4xf32>
}

func.func @chain(%a: tensor<4x8xf32>, %b: tensor<8x2xf32>, %c: tensor<2x6xf32>) -> tensor<4x6xf32> {
  %0 = aten.mm %a, %b : (tensor<4x8xf32>, tensor<8x2xf32>) -> tensor<4x2xf32>
  // expected-remark@+1 {{"rule":"associate_right","site":"chain#1","sizes":{"K":8,"M":4,"N":2,"P":6}}}
  %1 = aten.mm %0, %c : (tensor<4x2xf32>, tensor<2x6xf32>) -> tensor<4x6xf32>
  return %1 : tensor<4x6xf32>
}
