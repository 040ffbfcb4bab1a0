// RUN: kernel-opt %s --split-input-file --verify-diagnostics

func.func @wrong_result_size(%a0: tensor<4x8xf32>) {
  // expected-error@+1 {{expected result #0 of type 'tensor<4x8xf32>', found 'tensor<4x7xf32>'}}
  %0 = aten.exp %a0
      : (tensor<4x8xf32>) -> tensor<4x7xf32>
  return
}

// -----

func.func @wrong_result_rank(%a0: tensor<4x8xf32>) {
  // expected-error@+1 {{expected result #0 of type 'tensor<4x8xf32>', found 'tensor<4xf32>'}}
  %0 = aten.exp %a0
      : (tensor<4x8xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @wrong_result_element(%a0: tensor<4xi64>) {
  // expected-error@+1 {{expected result #0 of type 'tensor<4xf32>', found 'tensor<4xi64>'}}
  %0 = aten.exp %a0
      : (tensor<4xi64>) -> tensor<4xi64>
  return
}

// -----

func.func @no_broadcast(%a0: tensor<4x8xf32>, %a1: tensor<7xf32>) {
  // expected-error@+1 {{expected dimensions that broadcast to be ones or of equal sizes, found 8 and 7}}
  %0 = aten.add %a0, %a1
      : (tensor<4x8xf32>, tensor<7xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @promoted(%a0: tensor<4x8xf32>, %a1: tensor<8xf64>) {
  // expected-error@+1 {{expected result #0 of type 'tensor<4x8xf64>', found 'tensor<4x8xf32>'}}
  %0 = aten.mul %a0, %a1
      : (tensor<4x8xf32>, tensor<8xf64>) -> tensor<4x8xf32>
  return
}

// -----

func.func @scalar_category(%a0: tensor<4xi64>, %a1: tensor<f32>) {
  // expected-error@+1 {{expected result #0 of type 'tensor<4xf32>'}}
  %0 = aten.mul %a0, %a1
      : (tensor<4xi64>, tensor<f32>) -> tensor<4xi64>
  return
}

// -----

func.func @comparison_is_bool(%a0: tensor<4x8xf32>, %a1: tensor<8xf32>) {
  // expected-error@+1 {{expected result #0 of type 'tensor<4x8xi1>'}}
  %0 = aten.lt %a0, %a1
      : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @true_division(%a0: tensor<4xi64>, %a1: tensor<4xi64>) {
  // expected-error@+1 {{expected result #0 of type 'tensor<4xf32>'}}
  %0 = aten.div %a0, %a1
      : (tensor<4xi64>, tensor<4xi64>) -> tensor<4xi64>
  return
}

// -----

func.func @condition(%a0: tensor<4xi1>, %a1: tensor<4x8xf32>, %a2: tensor<8xf32>) {
  // expected-error@+1 {{expected dimensions that broadcast to be ones or of equal sizes, found 8 and 4}}
  %0 = aten.where %a0, %a1, %a2
      : (tensor<4xi1>, tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @fill_rank(%a0: tensor<4x8xf32>, %a1: tensor<8xi1>, %a2: tensor<1xf32>) {
  // expected-error@+1 {{expected a value of rank 0, found rank 1}}
  %0 = aten.masked_fill %a0, %a1, %a2
      : (tensor<4x8xf32>, tensor<8xi1>, tensor<1xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @no_bound(%a0: tensor<4x8xf32>) {
  // expected-error@+1 {{expected a bound 'min' or 'max', found none}}
  %0 = aten.clamp %a0
      : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @clamp_booleans(%a0: tensor<4xi1>) {
  // expected-error@+1 {{expected numbers, found booleans}}
  %0 = aten.clamp %a0 {min = 0.0 : f64}
      : (tensor<4xi1>) -> tensor<4xi1>
  return
}

// -----

func.func @clamp_fraction(%a0: tensor<4xi64>) {
  // expected-error@+1 {{expected whole bounds of integers, found 0.5}}
  %0 = aten.clamp %a0 {min = 0.5 : f64}
      : (tensor<4xi64>) -> tensor<4xi64>
  return
}

// -----

func.func @to(%a0: tensor<4x8xf32>) {
  // expected-error@+1 {{expected result #0 of type 'tensor<4x8xbf16>'}}
  %0 = aten.to %a0 {dtype = bf16}
      : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @element_type(%a0: tensor<4xi17>) {
  // expected-error@+1 {{operand #0 must be ranked tensor of f16, bf16, f32, f64, i1, i8, i16, i32 or i64 values}}
  %0 = aten.neg %a0
      : (tensor<4xi17>) -> tensor<4xi17>
  return
}
