// RUN: kernel-opt %s --kopt-list-matches=file=%S/Inputs/basics.mlir \
// RUN:   --verify-diagnostics | FileCheck %s

// Nothing is changed.
// CHECK-LABEL: func @any_rank(
// CHECK: aten.sigmoid
// CHECK: aten.mul
func.func @any_rank(%x: tensor<2x3xf16>, %y: tensor<f32>, %z: tensor<4xf64>)
    -> (tensor<2x3xf16>, tensor<f32>, tensor<4xf64>) {
  %0 = aten.sigmoid %x : (tensor<2x3xf16>) -> tensor<2x3xf16>
  // Operands of a product may change places.
  // expected-remark@+1 {{"rule":"sigmoid_times_x","site":"any_rank#1","sizes":{"S":[2,3]}}}
  %1 = aten.mul %0, %x : (tensor<2x3xf16>, tensor<2x3xf16>) -> tensor<2x3xf16>
  %2 = aten.sigmoid %y : (tensor<f32>) -> tensor<f32>
  // expected-remark@+1 {{"rule":"sigmoid_times_x","site":"any_rank#3","sizes":{"S":[]}}}
  %3 = aten.mul %y, %2 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  // f64 is not on the rule's list.
  %4 = aten.sigmoid %z : (tensor<4xf64>) -> tensor<4xf64>
  %5 = aten.mul %z, %4 : (tensor<4xf64>, tensor<4xf64>) -> tensor<4xf64>
  return %1, %3, %5 : tensor<2x3xf16>, tensor<f32>, tensor<4xf64>
}

func.func @other_operand(%x: tensor<4xf32>, %y: tensor<4xf32>) -> tensor<4xf32> {
  %0 = aten.sigmoid %x : (tensor<4xf32>) -> tensor<4xf32>
  %1 = aten.mul %y, %0 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %1 : tensor<4xf32>
}

func.func @where(%a: tensor<4x8xf32>, %b: tensor<8x5xf32>, %c: tensor<4x3xf32>,
    %d: tensor<3x5xf32>, %t: tensor<f32>)
    -> (tensor<4x5xf32>, tensor<4x5xf32>, tensor<4x5xf32>, tensor<4x5xf32>,
        tensor<4x8xf32>) {
  %s = aten.full {size = array<i64>, value = 5.0e-1 : f64, dtype = f32}
      : () -> tensor<f32>
  %0 = aten.mul %a, %s : (tensor<4x8xf32>, tensor<f32>) -> tensor<4x8xf32>
  // expected-remark@+1 {{"rule":"scale_out_of_mm","site":"where#2","sizes":{"K":8,"M":4,"N":5}}}
  %1 = aten.mm %0, %b : (tensor<4x8xf32>, tensor<8x5xf32>) -> tensor<4x5xf32>
  // M > K.
  %2 = aten.mul %c, %s : (tensor<4x3xf32>, tensor<f32>) -> tensor<4x3xf32>
  %3 = aten.mm %2, %d : (tensor<4x3xf32>, tensor<3x5xf32>) -> tensor<4x5xf32>
  // Not a constant.
  %4 = aten.mul %a, %t : (tensor<4x8xf32>, tensor<f32>) -> tensor<4x8xf32>
  %5 = aten.mm %4, %b : (tensor<4x8xf32>, tensor<8x5xf32>) -> tensor<4x5xf32>
  // The scaled operand has another use.
  %6 = aten.mul %a, %s : (tensor<4x8xf32>, tensor<f32>) -> tensor<4x8xf32>
  %7 = aten.mm %6, %b : (tensor<4x8xf32>, tensor<8x5xf32>) -> tensor<4x5xf32>
  return %1, %3, %5, %7, %6 : tensor<4x5xf32>, tensor<4x5xf32>,
      tensor<4x5xf32>, tensor<4x5xf32>, tensor<4x8xf32>
}

func.func @last_dimension(%x: tensor<2x4x8xf32>) -> (tensor<2x4x8xf32>, tensor<2x4x8xf32>) {
  %0 = aten.log_softmax %x {dim = 2 : i64} : (tensor<2x4x8xf32>) -> tensor<2x4x8xf32>
  // expected-remark@+1 {{"rule":"exp_of_log_softmax","site":"last_dimension#1","sizes":{"N":8,"S":[2,4]}}}
  %1 = aten.exp %0 : (tensor<2x4x8xf32>) -> tensor<2x4x8xf32>
  %2 = aten.log_softmax %x {dim = 1 : i64} : (tensor<2x4x8xf32>) -> tensor<2x4x8xf32>
  %3 = aten.exp %2 : (tensor<2x4x8xf32>) -> tensor<2x4x8xf32>
  return %1, %3 : tensor<2x4x8xf32>, tensor<2x4x8xf32>
}

func.func @attributes(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %0 = aten.clamp %x {min = -2.0 : f64} : (tensor<4xf32>) -> tensor<4xf32>
  // expected-remark@+1 {{{"attributes":{"hi":"6.000000e+00 : f64","lo":"-2.000000e+00 : f64","none":""},"rule":"clamps"}}
  %1 = aten.clamp %0 {max = 6.0 : f64} : (tensor<4xf32>) -> tensor<4xf32>
  %2 = aten.clamp %0 {max = -3.0 : f64} : (tensor<4xf32>) -> tensor<4xf32>
  return %1, %2 : tensor<4xf32>, tensor<4xf32>
}

// Sizes that nothing is known of are not equal; named ones are.
func.func @dynamic(%a: tensor<?x8xf32>, %c: tensor<?xf32>, %d: tensor<?xf32>,
    %e: tensor<?xf32, #kopt.dims<"B">>, %f: tensor<?xf32, #kopt.dims<"B">>)
    -> (tensor<?x8xf32>, tensor<?xf32>, tensor<?xf32>) {
  %0 = aten.sigmoid %a : (tensor<?x8xf32>) -> tensor<?x8xf32>
  // expected-remark@+1 {{"rule":"sigmoid_times_x"}}
  %1 = aten.mul %a, %0 : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  %2 = aten.add %c, %d : (tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32>
  %3 = aten.sub %c, %d : (tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32>
  // expected-remark@+1 {{"rule":"sum_and_difference","site":"dynamic#4","sizes":{"S":["B"]}}}
  %4 = aten.add %e, %f : (tensor<?xf32, #kopt.dims<"B">>, tensor<?xf32, #kopt.dims<"B">>) -> tensor<?xf32, #kopt.dims<"B">>
  %5 = aten.sub %e, %f : (tensor<?xf32, #kopt.dims<"B">>, tensor<?xf32, #kopt.dims<"B">>) -> tensor<?xf32, #kopt.dims<"B">>
  return %1, %2, %3 : tensor<?x8xf32>, tensor<?xf32>, tensor<?xf32>
}
