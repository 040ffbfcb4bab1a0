// RUN: kernel-opt %s --kopt-form-kernels --split-input-file | FileCheck %s

// A plan for the function goes before one for any.
kopt.fusion @general {all = ["exp_0"]}
kopt.fusion @plan for @separate {early = ["exp_0", "negf_0"]} rest separate

// CHECK-LABEL: func.func @separate
// CHECK: %[[A:.*]] = kopt.kernel @early
// CHECK: math.exp
// CHECK: arith.negf
// CHECK: %[[B:.*]] = kopt.kernel @separate_elementwise
// CHECK-SAME: = %[[A]] :
// CHECK: math.tanh
// CHECK: %[[C:.*]] = kopt.kernel @separate_elementwise_1
// CHECK-SAME: = %[[B]] :
// CHECK: return %[[C]]
func.func @separate(%x: tensor<1024xf32>) -> tensor<1024xf32> {
  %0 = math.exp %x : tensor<1024xf32>
  %1 = arith.negf %0 : tensor<1024xf32>
  %2 = math.tanh %1 : tensor<1024xf32>
  %3 = math.absf %2 : tensor<1024xf32>
  return %3 : tensor<1024xf32>
}

// -----

// What a plan does not name is left to the default plan, which does not touch
// the kernels of the plan.
kopt.fusion @plan {late = ["tanh_0", "absf_0"]}

// CHECK-LABEL: func.func @default
// CHECK: kopt.kernel @default_elementwise
// CHECK: math.exp
// CHECK: arith.negf
// CHECK: kopt.kernel @late
// CHECK: math.tanh
// CHECK: math.absf
func.func @default(%x: tensor<1024xf32>) -> tensor<1024xf32> {
  %0 = math.exp %x : tensor<1024xf32>
  %1 = arith.negf %0 : tensor<1024xf32>
  %2 = math.tanh %1 : tensor<1024xf32>
  %3 = math.absf %2 : tensor<1024xf32>
  return %3 : tensor<1024xf32>
}

// -----

// A free operation that is named is stored by its kernel, here a transposed
// weight; a kernel may hold what the default plan would not join.
kopt.fusion @plan {pack = ["transpose_0"], both = ["mine", "matmul_1"]}

// CHECK-LABEL: func.func @pack
// CHECK-SAME: (%{{[a-z0-9]+}}: tensor<64x64xf32>, %[[W:[a-z0-9]+]]: tensor<64x64xf32>)
// CHECK: %[[P:.*]] = kopt.kernel @pack (%{{.*}} = %[[W]] : tensor<64x64xf32>)
// CHECK: kopt.kernel @both
// CHECK-SAME: = %[[P]] :
// CHECK-COUNT-2: linalg.matmul
func.func @pack(%x: tensor<64x64xf32>, %w: tensor<64x64xf32>) -> tensor<64x64xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<64x64xf32>
  %i = linalg.fill ins(%zero : f32) outs(%e : tensor<64x64xf32>) -> tensor<64x64xf32>
  %t = linalg.transpose ins(%w : tensor<64x64xf32>) outs(%e : tensor<64x64xf32>) permutation = [1, 0]
  %0 = linalg.matmul {kopt.id = "mine"} ins(%x, %t : tensor<64x64xf32>, tensor<64x64xf32>) outs(%i : tensor<64x64xf32>) -> tensor<64x64xf32>
  %1 = linalg.matmul ins(%0, %t : tensor<64x64xf32>, tensor<64x64xf32>) outs(%i : tensor<64x64xf32>) -> tensor<64x64xf32>
  return %1 : tensor<64x64xf32>
}
