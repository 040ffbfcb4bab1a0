// RUN: kernel-opt %s --split-input-file --verify-diagnostics

func.func @types(%a0: tensor<4x8xf32>, %a1: tensor<4x8xf64>) {
  // expected-error@+1 {{expected operand #1 with elements of type f32, found f64}}
  %0 = aten.mse_loss %a0, %a1
      : (tensor<4x8xf32>, tensor<4x8xf64>) -> tensor<f32>
  return
}

// -----

func.func @reduction(%a0: tensor<4x8xf32>, %a1: tensor<4x8xf32>) {
  // expected-error@+1 {{expected result #0 of type 'tensor<4x8xf32>'}}
  %0 = aten.mse_loss %a0, %a1 {reduction = #aten.reduction<none>}
      : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<f32>
  return
}

// -----

func.func @logits(%a0: tensor<f32>, %a1: tensor<i64>) {
  // expected-error@+1 {{expected logits of rank 1 or more, found rank 0}}
  %0 = aten.cross_entropy_loss %a0, %a1
      : (tensor<f32>, tensor<i64>) -> tensor<f32>
  return
}

// -----

func.func @target(%a0: tensor<4x8xf32>, %a1: tensor<8xi64>) {
  // expected-error@+1 {{expected dimensions of the target of equal sizes, found 4 and 8}}
  %0 = aten.cross_entropy_loss %a0, %a1
      : (tensor<4x8xf32>, tensor<8xi64>) -> tensor<f32>
  return
}

// -----

func.func @smoothing(%a0: tensor<4x8xf32>, %a1: tensor<4xi64>) {
  // expected-error@+1 {{expected 'label_smoothing' from 0 to 1, found 2}}
  %0 = aten.cross_entropy_loss %a0, %a1 {label_smoothing = 2.0 : f64}
      : (tensor<4x8xf32>, tensor<4xi64>) -> tensor<f32>
  return
}

// -----

func.func @triplet(%a0: tensor<f32>, %a1: tensor<f32>, %a2: tensor<f32>) {
  // expected-error@+1 {{expected tensors of rank 1 or more, found rank 0}}
  %0 = aten.triplet_margin_loss %a0, %a1, %a2
      : (tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<f32>
  return
}
