// RUN: kernel-opt %s | kernel-opt | FileCheck %s

// CHECK: kopt.rule @sigmoid_times_x(%x: tensor<?xf32, #kopt.dims<"S">>) class reassociating
// CHECK-NEXT: sequences ["S"]
// CHECK-NEXT: element_types [f32, f16]
// CHECK-NEXT: doc "x * sigmoid(x) is SiLU"
// CHECK: before {
// CHECK: aten.sigmoid %x
// CHECK: } after {
// CHECK-NEXT: %[[Y:.+]] = aten.silu %x
// CHECK-NEXT: kopt.yield %[[Y]]
kopt.rule @sigmoid_times_x(%x: tensor<?xf32, #kopt.dims<"S">>)
    class reassociating sequences ["S"] element_types [f32, f16]
    doc "x * sigmoid(x) is SiLU"
before {
  %0 = aten.sigmoid %x : (tensor<?xf32, #kopt.dims<"S">>)
      -> tensor<?xf32, #kopt.dims<"S">>
  %1 = aten.mul %x, %0 : (tensor<?xf32, #kopt.dims<"S">>,
      tensor<?xf32, #kopt.dims<"S">>) -> tensor<?xf32, #kopt.dims<"S">>
  kopt.yield %1 : tensor<?xf32, #kopt.dims<"S">>
} after {
  %0 = aten.silu %x : (tensor<?xf32, #kopt.dims<"S">>)
      -> tensor<?xf32, #kopt.dims<"S">>
  kopt.yield %0 : tensor<?xf32, #kopt.dims<"S">>
}

// Clauses in any order; bound attributes, conditions, a clean-up rule.
// CHECK: kopt.rule @clamps(%x: tensor<4xf32>) class exact_bits
// CHECK-NEXT: where ["lo <= hi", "!only_use(%t) || rank(%x) == 1"] cleanup
kopt.rule @clamps(%x: tensor<4xf32>) class exact_bits cleanup
    where ["lo <= hi", "!only_use(%t) || rank(%x) == 1"]
before {
  %0 = aten.clamp %x {min = 0.0 : f64, kopt.bind = {min = "lo"}, kopt.name = "t"}
      : (tensor<4xf32>) -> tensor<4xf32>
  %1 = aten.clamp %0 {max = 1.0 : f64, kopt.bind = {max = "hi"}}
      : (tensor<4xf32>) -> tensor<4xf32>
  kopt.yield %1 : tensor<4xf32>
} after {
  // CHECK: aten.clamp %x {{.*}}kopt.set = {max = "hi", min = "lo"}
  %0 = aten.clamp %x {min = 0.0 : f64, max = 1.0 : f64,
      kopt.set = {min = "lo", max = "hi"}} : (tensor<4xf32>) -> tensor<4xf32>
  kopt.yield %0 : tensor<4xf32>
}
