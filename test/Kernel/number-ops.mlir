// RUN: kernel-opt %s --kopt-number-ops | FileCheck %s

// CHECK-LABEL: func.func @numbers
func.func @numbers(%x: tensor<8xf32>, %n: index, %flag: i1) -> tensor<8xf32> {
  // Counted by name, in the order of the text; one that is given stays.
  // CHECK: arith.negf %{{.*}} {kopt.id = "negf_0"}
  %0 = arith.negf %x : tensor<8xf32>
  // CHECK: arith.negf %{{.*}} {kopt.id = "mine"}
  %1 = arith.negf %0 {kopt.id = "mine"} : tensor<8xf32>
  // Scalars are no part of plans.
  // CHECK: arith.addi
  // CHECK-NOT: kopt.id
  // CHECK-SAME: : index
  %m = arith.addi %n, %n : index
  // Inside of control flow as well.
  // CHECK: scf.if
  %r = scf.if %flag -> tensor<8xf32> {
    // CHECK: arith.negf %{{.*}} {kopt.id = "negf_2"}
    %2 = arith.negf %1 : tensor<8xf32>
    scf.yield %2 : tensor<8xf32>
  } else {
    // CHECK: tensor.empty() {kopt.id = "empty_0"}
    %e = tensor.empty() : tensor<8xf32>
    // CHECK: linalg.exp {kopt.id = "exp_0"}
    %3 = linalg.exp ins(%1 : tensor<8xf32>) outs(%e : tensor<8xf32>) -> tensor<8xf32>
    scf.yield %3 : tensor<8xf32>
  }
  return %r : tensor<8xf32>
}
