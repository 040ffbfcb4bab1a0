// RUN: kernel-opt %s --split-input-file --verify-diagnostics

func.func @dim(%a0: tensor<4x8xf32>) {
  // expected-error@+1 {{expected a dimension from -2 to 1, found -3}}
  %0 = aten.cumsum %a0 {dim = -3 : i64}
      : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @integers(%a0: tensor<4xi32>) {
  // expected-error@+1 {{expected result #0 of type 'tensor<4xi64>'}}
  %0 = aten.cumprod %a0 {dim = 0 : i64}
      : (tensor<4xi32>) -> tensor<4xi32>
  return
}
