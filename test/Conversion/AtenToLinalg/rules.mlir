// RUN: kernel-opt %s --convert-aten-to-linalg | FileCheck %s

// The programs of a rule are patterns: they stay as they are.
// CHECK-LABEL: kopt.rule @rule
// CHECK: aten.exp
// CHECK: aten.exp
kopt.rule @rule(%x: tensor<?xf32, #kopt.dims<"S">>)
    class exact_bits
before {
  %0 = aten.exp %x : (tensor<?xf32, #kopt.dims<"S">>)
      -> tensor<?xf32, #kopt.dims<"S">>
  kopt.yield %0 : tensor<?xf32, #kopt.dims<"S">>
} after {
  %0 = aten.exp %x : (tensor<?xf32, #kopt.dims<"S">>)
      -> tensor<?xf32, #kopt.dims<"S">>
  kopt.yield %0 : tensor<?xf32, #kopt.dims<"S">>
}

// CHECK-LABEL: func @program
// CHECK-NOT: aten.exp
// CHECK: math.exp
func.func @program(%x: tensor<8xf32>) -> tensor<8xf32> {
  %0 = aten.exp %x : (tensor<8xf32>) -> tensor<8xf32>
  return %0 : tensor<8xf32>
}
