// RUN: kernel-opt --emit=input %s | kernel-opt --emit=input | FileCheck %s
// RUN: kernel-opt --emit=input %s --mlir-print-op-generic | kernel-opt --emit=input | FileCheck %s

// CHECK-LABEL: func.func @relu
// CHECK-SAME: (%[[X:.*]]: tensor<64xf32>)
func.func @relu(%x: tensor<64xf32>) -> tensor<64xf32> {
  // CHECK: %[[R:.*]] = kopt.kernel @relu (%[[A:.*]] = %[[X]] : tensor<64xf32>)
  // CHECK-SAME: -> (tensor<64xf32>) {
  %r = kopt.kernel @relu (%a = %x : tensor<64xf32>) -> (tensor<64xf32>) {
    %zero = arith.constant 0.0 : f32
    %init = tensor.empty() : tensor<64xf32>
    // CHECK: linalg.map
    // CHECK-SAME: ins(%[[A]]
    %max = linalg.map ins(%a : tensor<64xf32>) outs(%init : tensor<64xf32>)
      (%v: f32, %out: f32) {
        %m = arith.maximumf %v, %zero : f32
        linalg.yield %m : f32
      }
    // CHECK: kopt.yield %{{.*}} : tensor<64xf32>
    kopt.yield %max : tensor<64xf32>
  }
  // CHECK: return %[[R]]
  return %r : tensor<64xf32>
}

// Several operands and results, a contract, attributes of others.
// CHECK-LABEL: func.func @several
func.func @several(%x: tensor<8xf32>, %i: index) -> (tensor<8xf32>, index) {
  // CHECK: kopt.kernel @"two words" (%{{.*}} = %{{.*}} : tensor<8xf32>, %{{.*}} = %{{.*}} : index)
  // CHECK-SAME: contract #kopt.contract<parameters = frozen>
  // CHECK-SAME: attributes {tag = 1 : i64} -> (tensor<8xf32>, index) {
  %r:2 = kopt.kernel @"two words" (%a = %x : tensor<8xf32>, %b = %i : index)
      contract #kopt.contract<parameters = frozen> attributes {tag = 1}
      -> (tensor<8xf32>, index) {
    %n = arith.negf %a : tensor<8xf32>
    kopt.yield %n, %b : tensor<8xf32>, index
  }
  return %r#0, %r#1 : tensor<8xf32>, index
}

// CHECK-LABEL: func.func @nothing
func.func @nothing() {
  // CHECK: kopt.kernel @nothing () -> () {
  // CHECK-NEXT: kopt.yield
  // CHECK-NEXT: }
  kopt.kernel @nothing () -> () {
    kopt.yield
  }
  return
}
