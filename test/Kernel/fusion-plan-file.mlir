// RUN: kernel-opt %s --kopt-form-kernels="plan-file=%S/Inputs/plan.mlir" | FileCheck %s
// RUN: not kernel-opt %s --kopt-form-kernels="plan-file=%S/Inputs/no-such-file.mlir" 2>&1 \
// RUN:   | FileCheck %s --check-prefix=MISSING

// MISSING: cannot read the fusion plans in '{{.*}}no-such-file.mlir'

// CHECK-LABEL: func.func @chain
// CHECK: kopt.kernel @first
// CHECK: kopt.kernel @chain_elementwise
func.func @chain(%x: tensor<1024xf32>) -> tensor<1024xf32> {
  %0 = math.exp %x : tensor<1024xf32>
  %1 = arith.negf %0 : tensor<1024xf32>
  %2 = math.tanh %1 : tensor<1024xf32>
  return %2 : tensor<1024xf32>
}
