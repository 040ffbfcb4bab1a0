// RUN: kernel-opt --emit=input %s | kernel-opt --emit=input | FileCheck %s

// CHECK: module attributes {kopt.certificate = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", kopt.policy = "strict"}
module attributes {kopt.certificate = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", kopt.policy = "strict"} {
  // Defaults are not printed.
  // CHECK: func.func private @default() attributes {kopt.contract = #kopt.contract}
  func.func private @default() attributes {kopt.contract = #kopt.contract}
  // CHECK: func.func private @also_default() attributes {kopt.contract = #kopt.contract}
  func.func private @also_default() attributes {kopt.contract = #kopt.contract<
    matmul = ieee, convolution = tf32, reduction = ieee, specials = class,
    signed_zeros = false, deterministic = true, aliasing = inputs,
    parameters = inputs>}
  // CHECK: func.func private @fields
  // CHECK-SAME: #kopt.contract<matmul = tf32, convolution = ieee, reduction = tf32, specials = finite, signed_zeros = true, deterministic = false, aliasing = none, parameters = frozen>
  func.func private @fields() attributes {kopt.contract = #kopt.contract<
    parameters = frozen, matmul = tf32, convolution = ieee, reduction = tf32,
    specials = finite, signed_zeros = true, deterministic = false,
    aliasing = none>}

  // CHECK: func.func private @arguments
  // CHECK-SAME: (tensor<8xf32> {kopt.parameter}
  // CHECK-SAME: tensor<8xf32> {kopt.range = #kopt.range<0.000000e+00, 1.000000e+00>}
  // CHECK-SAME: tensor<8xf32> {kopt.range = #kopt.range<-6.550400e+04, 6.550400e+04, tiny = 1.000000e-30>})
  func.func private @arguments(tensor<8xf32> {kopt.parameter},
    tensor<8xf32> {kopt.range = #kopt.range<0.0, 1.0>},
    tensor<8xf32> {kopt.range = #kopt.range<-65504.0, 65504.0, tiny = 1.0e-30>})

  // CHECK: func.func private @dims
  // CHECK-SAME: tensor<?x?xf32, #kopt.dims<"M", "K">>
  // CHECK-SAME: tensor<?x64xf32, #kopt.dims<"M*(K+1)">>
  func.func private @dims(tensor<?x?xf32, #kopt.dims<"M", "K">>,
                          tensor<?x64xf32, #kopt.dims<"M*(K+1)">>)

  // CHECK-LABEL: func.func @const
  func.func @const() -> f32 {
    // CHECK: arith.constant {kopt.const = #kopt.const<"scale*log2e">} 1.44
    %c = arith.constant {kopt.const = #kopt.const<"scale*log2e">} 1.44269502 : f32
    return %c : f32
  }
}
