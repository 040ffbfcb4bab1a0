// RUN: kernel-opt %s --canonicalize --split-input-file | FileCheck %s

// CHECK-LABEL: func.func @unused_operand
// CHECK-SAME: (%[[X:.*]]: tensor<8xf32>, %[[Y:.*]]: tensor<8xf32>)
func.func @unused_operand(%x: tensor<8xf32>, %y: tensor<8xf32>)
    -> tensor<8xf32> {
  // CHECK: kopt.kernel @k (%{{.*}} = %[[Y]] : tensor<8xf32>) ->
  %r = kopt.kernel @k (%a = %x : tensor<8xf32>, %b = %y : tensor<8xf32>)
      -> (tensor<8xf32>) {
    %n = arith.negf %b : tensor<8xf32>
    kopt.yield %n : tensor<8xf32>
  }
  return %r : tensor<8xf32>
}

// -----

// CHECK-LABEL: func.func @equal_operands
// CHECK-SAME: (%[[X:.*]]: tensor<8xf32>, %[[Y:.*]]: tensor<8xf32>)
func.func @equal_operands(%x: tensor<8xf32>, %y: tensor<8xf32>)
    -> tensor<8xf32> {
  // CHECK: kopt.kernel @k (%[[A:.*]] = %[[X]] : tensor<8xf32>, %[[B:.*]] = %[[Y]] : tensor<8xf32>) ->
  %r = kopt.kernel @k (%a = %x : tensor<8xf32>, %b = %y : tensor<8xf32>,
                       %c = %x : tensor<8xf32>) -> (tensor<8xf32>) {
    // CHECK: %[[S:.*]] = arith.subf %[[B]], %[[A]]
    %s = arith.subf %b, %c : tensor<8xf32>
    // CHECK: arith.mulf %[[A]], %[[S]]
    %m = arith.mulf %a, %s : tensor<8xf32>
    kopt.yield %m : tensor<8xf32>
  }
  return %r : tensor<8xf32>
}

// -----

// The first of two equal operands is read only once they are merged.
// CHECK-LABEL: func.func @equal_operands_first_unread
// CHECK-SAME: (%[[X:.*]]: tensor<8xf32>)
func.func @equal_operands_first_unread(%x: tensor<8xf32>) -> tensor<8xf32> {
  // CHECK: kopt.kernel @k (%[[A:.*]] = %[[X]] : tensor<8xf32>) ->
  %r = kopt.kernel @k (%a = %x : tensor<8xf32>, %b = %x : tensor<8xf32>)
      -> (tensor<8xf32>) {
    // CHECK: arith.negf %[[A]]
    %n = arith.negf %b : tensor<8xf32>
    kopt.yield %n : tensor<8xf32>
  }
  return %r : tensor<8xf32>
}

// -----

// CHECK-LABEL: func.func @results
// CHECK-SAME: (%[[X:.*]]: tensor<8xf32>)
func.func @results(%x: tensor<8xf32>) -> (tensor<8xf32>, tensor<8xf32>,
                                          tensor<8xf32>, tensor<8xf32>) {
  // Unread, repeated and passed-through results go; the contract stays.
  // CHECK: %[[R:.*]]:2 = kopt.kernel @k (%[[A:.*]] = %[[X]] : tensor<8xf32>)
  // CHECK-SAME: contract #kopt.contract<matmul = tf32> -> (tensor<8xf32>, tensor<8xf32>)
  %r:5 = kopt.kernel @k (%a = %x : tensor<8xf32>)
      contract #kopt.contract<matmul = tf32>
      -> (tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>,
          tensor<8xf32>) {
    // CHECK: %[[N:.*]] = arith.negf
    %n = arith.negf %a : tensor<8xf32>
    %m = arith.mulf %a, %n : tensor<8xf32>
    // CHECK: %[[S:.*]] = arith.addf
    %s = arith.addf %a, %a : tensor<8xf32>
    // CHECK: kopt.yield %[[N]], %[[S]]
    kopt.yield %n, %m, %a, %n, %s : tensor<8xf32>, tensor<8xf32>,
      tensor<8xf32>, tensor<8xf32>, tensor<8xf32>
  }
  // CHECK: return %[[R]]#0, %[[X]], %[[R]]#0, %[[R]]#1
  return %r#0, %r#2, %r#3, %r#4 : tensor<8xf32>, tensor<8xf32>, tensor<8xf32>,
    tensor<8xf32>
}

// -----

// CHECK-LABEL: func.func @passes_through
// CHECK-SAME: (%[[X:.*]]: tensor<8xf32>)
// CHECK-NEXT: return %[[X]]
func.func @passes_through(%x: tensor<8xf32>) -> tensor<8xf32> {
  %r = kopt.kernel @k (%a = %x : tensor<8xf32>) -> (tensor<8xf32>) {
    kopt.yield %a : tensor<8xf32>
  }
  return %r : tensor<8xf32>
}

// -----

// CHECK-LABEL: func.func @unread
// CHECK-NEXT: return
func.func @unread(%x: tensor<8xf32>) {
  %r = kopt.kernel @k (%a = %x : tensor<8xf32>) -> (tensor<8xf32>) {
    %n = arith.negf %a : tensor<8xf32>
    kopt.yield %n : tensor<8xf32>
  }
  return
}
