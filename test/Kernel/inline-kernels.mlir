// RUN: kernel-opt %s --kopt-inline-kernels | FileCheck %s

// CHECK-LABEL: func.func @f
// CHECK-SAME: (%[[X:.*]]: tensor<8xf32>)
// CHECK-NEXT: %[[R:.*]] = math.exp %[[X]]
// CHECK-NEXT: return %[[R]], %[[X]]
func.func @f(%x: tensor<8xf32>) -> (tensor<8xf32>, tensor<8xf32>) {
  %r:2 = kopt.kernel @k (%a = %x : tensor<8xf32>) -> (tensor<8xf32>, tensor<8xf32>) {
    %0 = math.exp %a : tensor<8xf32>
    kopt.yield %0, %a : tensor<8xf32>, tensor<8xf32>
  }
  return %r#0, %r#1 : tensor<8xf32>, tensor<8xf32>
}
