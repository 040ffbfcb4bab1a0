// RUN: kernel-opt --kopt-share-kernels %s | FileCheck %s

// Equal kernels get the name of the first, wherever they stand; others keep
// theirs: another type, another operation, another contract.

// CHECK-LABEL: func.func @layers
// CHECK: kopt.kernel @exp (
// CHECK: kopt.kernel @exp (
// CHECK: kopt.kernel @log (
// CHECK: kopt.kernel @longer (
func.func @layers(%x: tensor<8xf32>, %y: tensor<9xf32>) -> (tensor<8xf32>, tensor<9xf32>) {
  %a = kopt.kernel @exp (%v = %x : tensor<8xf32>) -> (tensor<8xf32>) {
    %0 = math.exp %v : tensor<8xf32>
    kopt.yield %0 : tensor<8xf32>
  }
  %b = kopt.kernel @again (%v = %a : tensor<8xf32>) -> (tensor<8xf32>) {
    %0 = math.exp %v : tensor<8xf32>
    kopt.yield %0 : tensor<8xf32>
  }
  %c = kopt.kernel @log (%v = %b : tensor<8xf32>) -> (tensor<8xf32>) {
    %0 = math.log %v : tensor<8xf32>
    kopt.yield %0 : tensor<8xf32>
  }
  %d = kopt.kernel @longer (%v = %y : tensor<9xf32>) -> (tensor<9xf32>) {
    %0 = math.exp %v : tensor<9xf32>
    kopt.yield %0 : tensor<9xf32>
  }
  return %c, %d : tensor<8xf32>, tensor<9xf32>
}

// CHECK-LABEL: func.func @other
// CHECK: kopt.kernel @exp (
func.func @other(%x: tensor<8xf32>) -> tensor<8xf32> {
  %a = kopt.kernel @other_exp (%v = %x : tensor<8xf32>) -> (tensor<8xf32>) {
    %0 = math.exp %v : tensor<8xf32>
    kopt.yield %0 : tensor<8xf32>
  }
  return %a : tensor<8xf32>
}

// CHECK-LABEL: func.func @promised
// CHECK: kopt.kernel @finite_exp (
func.func @promised(%x: tensor<8xf32>) -> tensor<8xf32>
    attributes {kopt.contract = #kopt.contract<specials = finite>} {
  %a = kopt.kernel @finite_exp (%v = %x : tensor<8xf32>) -> (tensor<8xf32>) {
    %0 = math.exp %v : tensor<8xf32>
    kopt.yield %0 : tensor<8xf32>
  }
  return %a : tensor<8xf32>
}
