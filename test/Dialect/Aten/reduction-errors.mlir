// RUN: kernel-opt %s --split-input-file --verify-diagnostics

func.func @dim_range(%a0: tensor<4x8xf32>) {
  // expected-error@+1 {{expected a dimension from -2 to 1, found 2}}
  %0 = aten.sum %a0 {dim = array<i64: 2>}
      : (tensor<4x8xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @dim_twice(%a0: tensor<4x8xf32>) {
  // expected-error@+1 {{expected distinct dimensions, found dimension 1 twice}}
  %0 = aten.sum %a0 {dim = array<i64: 1, -1>}
      : (tensor<4x8xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @keepdim(%a0: tensor<4x8xf32>) {
  // expected-error@+1 {{expected result #0 of type 'tensor<4x1xf32>', found 'tensor<4xf32>'}}
  %0 = aten.sum %a0 {dim = array<i64: 1>, keepdim = true}
      : (tensor<4x8xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @integer_sum(%a0: tensor<4xi32>) {
  // expected-error@+1 {{expected result #0 of type 'tensor<i64>', found 'tensor<i32>'}}
  %0 = aten.sum %a0
      : (tensor<4xi32>) -> tensor<i32>
  return
}

// -----

func.func @one_dim(%a0: tensor<4x8xf32>) {
  // expected-error@+1 {{expected a dimension from -2 to 1, found 3}}
  %0 = aten.argmax %a0 {dim = 3 : i64}
      : (tensor<4x8xf32>) -> tensor<4xi64>
  return
}

// -----

func.func @indices(%a0: tensor<4x8xf32>) {
  // expected-error@+1 {{expected result #1 of type 'tensor<4xi64>', found 'tensor<4xi32>'}}
  %0:2 = aten.max_dim %a0 {dim = 1 : i64}
      : (tensor<4x8xf32>) -> (tensor<4xf32>, tensor<4xi32>)
  return
}
