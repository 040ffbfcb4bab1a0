// RUN: kernel-opt %s --split-input-file --verify-diagnostics

func.func @prelu_rank(%a0: tensor<4x8xf32>, %a1: tensor<4x8xf32>) {
  // expected-error@+1 {{expected a weight of rank 1, found rank 2}}
  %0 = aten.prelu %a0, %a1
      : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @prelu_size(%a0: tensor<4x8xf32>, %a1: tensor<4xf32>) {
  // expected-error@+1 {{expected dimensions of the weight of equal sizes, found 8 and 4}}
  %0 = aten.prelu %a0, %a1
      : (tensor<4x8xf32>, tensor<4xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @prelu_type(%a0: tensor<4x8xf32>, %a1: tensor<8xf64>) {
  // expected-error@+1 {{expected operand #1 with elements of type f32, found f64}}
  %0 = aten.prelu %a0, %a1
      : (tensor<4x8xf32>, tensor<8xf64>) -> tensor<4x8xf32>
  return
}

// -----

func.func @glu_odd(%a0: tensor<4x7xf32>) {
  // expected-error@+1 {{expected an even size, found 7}}
  %0 = aten.glu %a0
      : (tensor<4x7xf32>) -> tensor<4x3xf32>
  return
}

// -----

func.func @glu_rank(%a0: tensor<f32>) {
  // expected-error@+1 {{expected a tensor of rank 1 or more, found rank 0}}
  %0 = aten.glu %a0
      : (tensor<f32>) -> tensor<f32>
  return
}
