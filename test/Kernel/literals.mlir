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

// What is computed of literals alone stands for the exact value.
// CHECK-LABEL: func.func @computed
// CHECK-DAG: arith.constant {kopt.const = #kopt.const<"exp((0x1p-1))">} 1.64872{{[0-9]+}} : f32
// CHECK-DAG: arith.constant {kopt.const = #kopt.const<"((0x1p-1)/(0x1.8p1))*(log2e)">} 0.24{{[0-9]+}} : f32
// CHECK-NOT: math.exp
func.func @computed(%x: tensor<64xf32>) -> (tensor<64xf32>, tensor<64xf32>) {
  %a = arith.constant dense<0.5> : tensor<64xf32>
  %b = arith.constant dense<3.0> : tensor<64xf32>
  %c = arith.constant {kopt.const = #kopt.const<"log2e">} dense<1.44269502> : tensor<64xf32>
  %0 = math.exp %a : tensor<64xf32>
  %1 = arith.addf %0, %x : tensor<64xf32>
  %2 = arith.divf %a, %b : tensor<64xf32>
  %3 = arith.mulf %2, %c : tensor<64xf32>
  %4 = arith.subf %3, %x : tensor<64xf32>
  return %1, %4 : tensor<64xf32>, tensor<64xf32>
}
