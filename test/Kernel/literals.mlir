// RUN: kernel-opt %s --kopt-form-kernels | FileCheck %s

// Literals that stand for different values stay apart though their bits are
// equal, and a constant tensor becomes a literal that stands for the same.
// CHECK-LABEL: func.func @literals
// CHECK: kopt.kernel
// CHECK-DAG: %[[A:.*]] = arith.constant {kopt.const = #kopt.const<"log2e">} 1.44
// CHECK-DAG: %[[B:.*]] = arith.constant 1.44
// CHECK: linalg.generic
// CHECK: %[[M:.*]] = arith.mulf %{{.*}}, %[[A]] : f32
// CHECK: arith.addf %[[M]], %[[B]] : f32
func.func @literals(%x: tensor<64xf32>) -> tensor<64xf32> {
  %a = arith.constant {kopt.const = #kopt.const<"log2e">} dense<1.44269502> : tensor<64xf32>
  %b = arith.constant dense<1.44269502> : tensor<64xf32>
  %0 = arith.mulf %x, %a : tensor<64xf32>
  %1 = arith.addf %0, %b : tensor<64xf32>
  return %1 : tensor<64xf32>
}
