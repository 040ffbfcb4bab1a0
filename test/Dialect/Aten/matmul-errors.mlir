// RUN: kernel-opt %s --split-input-file --verify-diagnostics

func.func @contracted(%a0: tensor<4x8xf32>, %a1: tensor<4x8xf32>) {
  // expected-error@+1 {{expected contracted dimensions of equal sizes, found 8 and 4}}
  %0 = aten.mm %a0, %a1
      : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @rank(%a0: tensor<4x8xf32>, %a1: tensor<2x8x3xf32>) {
  // expected-error@+1 {{expected operand #1 of rank 2, found rank 3}}
  %0 = aten.mm %a0, %a1
      : (tensor<4x8xf32>, tensor<2x8x3xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @types(%a0: tensor<4x8xf32>, %a1: tensor<8x4xf64>) {
  // expected-error@+1 {{expected operand #1 with elements of type f32, found f64}}
  %0 = aten.mm %a0, %a1
      : (tensor<4x8xf32>, tensor<8x4xf64>) -> tensor<4x4xf32>
  return
}

// -----

func.func @batches(%a0: tensor<2x4x8xf32>, %a1: tensor<3x8x4xf32>) {
  // expected-error@+1 {{expected batch dimensions of equal sizes, found 2 and 3}}
  %0 = aten.bmm %a0, %a1
      : (tensor<2x4x8xf32>, tensor<3x8x4xf32>) -> tensor<2x4x4xf32>
  return
}

// -----

func.func @matmul_scalar(%a0: tensor<f32>, %a1: tensor<8xf32>) {
  // expected-error@+1 {{expected operand #0 of rank 1 or more, found rank 0}}
  %0 = aten.matmul %a0, %a1
      : (tensor<f32>, tensor<8xf32>) -> tensor<f32>
  return
}

// -----

func.func @matmul_batches(%a0: tensor<2x4x8xf32>, %a1: tensor<3x8x4xf32>) {
  // expected-error@+1 {{expected dimensions that broadcast to be ones or of equal sizes, found 2 and 3}}
  %0 = aten.matmul %a0, %a1
      : (tensor<2x4x8xf32>, tensor<3x8x4xf32>) -> tensor<2x4x4xf32>
  return
}

// -----

func.func @linear_scalar(%a0: tensor<f32>, %a1: tensor<4x8xf32>) {
  // expected-error@+1 {{expected operand #0 of rank 1 or more, found rank 0}}
  %0 = aten.linear %a0, %a1
      : (tensor<f32>, tensor<4x8xf32>) -> tensor<f32>
  return
}

// -----

func.func @linear_bias(%a0: tensor<8xf32>, %a1: tensor<4x8xf32>, %a2: tensor<8xf32>) {
  // expected-error@+1 {{expected dimensions of the bias of equal sizes, found 4 and 8}}
  %0 = aten.linear %a0, %a1, %a2
      : (tensor<8xf32>, tensor<4x8xf32>, tensor<8xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @sum_rank(%a0: tensor<1x1x1xf32>, %a1: tensor<4x8xf32>, %a2: tensor<8x3xf32>) {
  // expected-error@+1 {{expected operand #0 of rank 2 or less, found rank 3}}
  %0 = aten.addmm %a0, %a1, %a2
      : (tensor<1x1x1xf32>, tensor<4x8xf32>, tensor<8x3xf32>) -> tensor<4x3xf32>
  return
}

// -----

func.func @sum_size(%a0: tensor<5x3xf32>, %a1: tensor<1x8xf32>, %a2: tensor<8x3xf32>) {
  // expected-error@+1 {{expected dimensions of the product and the sum of equal sizes, found 1 and 5}}
  %0 = aten.addmm %a0, %a1, %a2
      : (tensor<5x3xf32>, tensor<1x8xf32>, tensor<8x3xf32>) -> tensor<5x3xf32>
  return
}

// -----

func.func @einsum_arrow(%a0: tensor<4x8xf32>) {
  // expected-error@+1 {{expected an equation with one or two terms, one for each operand, and a right side, found 'ij'}}
  %0 = aten.einsum %a0 {equation = "ij"}
      : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @einsum_letters(%a0: tensor<4x8xf32>) {
  // expected-error@+1 {{expected distinct letters in each term, found 'ii'}}
  %0 = aten.einsum %a0 {equation = "ii->i"}
      : (tensor<4x8xf32>) -> tensor<8xf32>
  return
}

// -----

func.func @einsum_sizes(%a0: tensor<4x8xf32>, %a1: tensor<4x8xf32>) {
  // expected-error@+1 {{expected dimensions 'i' of equal sizes, found 4 and 8}}
  %0 = aten.einsum %a0, %a1 {equation = "ij,ki->jk"}
      : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<8x4xf32>
  return
}

// -----

func.func @einsum_right(%a0: tensor<4x8xf32>) {
  // expected-error@+1 {{expected distinct letters of the terms on the right side, found 'k'}}
  %0 = aten.einsum %a0 {equation = "ij->k"}
      : (tensor<4x8xf32>) -> tensor<8xf32>
  return
}

// -----

func.func @attention_rank(%a0: tensor<8xf32>, %a1: tensor<2x16x8xf32>, %a2: tensor<2x16x8xf32>) {
  // expected-error@+1 {{expected operand #0 of rank 2 or more, found rank 1}}
  %0 = aten.scaled_dot_product_attention %a0, %a1, %a2
      : (tensor<8xf32>, tensor<2x16x8xf32>, tensor<2x16x8xf32>) -> tensor<2x16x8xf32>
  return
}

// -----

func.func @attention_keys(%a0: tensor<2x16x8xf32>, %a1: tensor<2x16x4xf32>, %a2: tensor<2x16x8xf32>) {
  // expected-error@+1 {{expected query and key dimensions of equal sizes, found 8 and 4}}
  %0 = aten.scaled_dot_product_attention %a0, %a1, %a2
      : (tensor<2x16x8xf32>, tensor<2x16x4xf32>, tensor<2x16x8xf32>) -> tensor<2x16x8xf32>
  return
}

// -----

func.func @attention_values(%a0: tensor<2x16x8xf32>, %a1: tensor<2x16x8xf32>, %a2: tensor<2x15x8xf32>) {
  // expected-error@+1 {{expected numbers of keys and values of equal sizes, found 16 and 15}}
  %0 = aten.scaled_dot_product_attention %a0, %a1, %a2
      : (tensor<2x16x8xf32>, tensor<2x16x8xf32>, tensor<2x15x8xf32>) -> tensor<2x16x8xf32>
  return
}

// -----

func.func @attention_both(%a0: tensor<2x16x8xf32>, %a1: tensor<2x16x8xf32>, %a2: tensor<2x16x8xf32>, %a3: tensor<16x16xi1>) {
  // expected-error@+1 {{expected 'is_causal' or a mask, found both}}
  %0 = aten.scaled_dot_product_attention %a0, %a1, %a2, %a3 {is_causal = true}
      : (tensor<2x16x8xf32>, tensor<2x16x8xf32>, tensor<2x16x8xf32>, tensor<16x16xi1>) -> tensor<2x16x8xf32>
  return
}

// -----

func.func @attention_mask_type(%a0: tensor<2x16x8xf32>, %a1: tensor<2x16x8xf32>, %a2: tensor<2x16x8xf32>, %a3: tensor<16x16xi64>) {
  // expected-error@+1 {{expected a mask of booleans or of the query's type}}
  %0 = aten.scaled_dot_product_attention %a0, %a1, %a2, %a3
      : (tensor<2x16x8xf32>, tensor<2x16x8xf32>, tensor<2x16x8xf32>, tensor<16x16xi64>) -> tensor<2x16x8xf32>
  return
}

// -----

func.func @attention_mask_rank(%a0: tensor<2x16x8xf32>, %a1: tensor<2x16x8xf32>, %a2: tensor<2x16x8xf32>, %a3: tensor<1x1x16x16xf32>) {
  // expected-error@+1 {{expected a mask of rank 3 or less, found rank 4}}
  %0 = aten.scaled_dot_product_attention %a0, %a1, %a2, %a3
      : (tensor<2x16x8xf32>, tensor<2x16x8xf32>, tensor<2x16x8xf32>, tensor<1x1x16x16xf32>) -> tensor<2x16x8xf32>
  return
}

// -----

func.func @attention_mask_size(%a0: tensor<1x8xf32>, %a1: tensor<4x8xf32>, %a2: tensor<4x8xf32>, %a3: tensor<3x4xf32>) {
  // expected-error@+1 {{expected dimensions of the mask and scores of equal sizes, found 1 and 3}}
  %0 = aten.scaled_dot_product_attention %a0, %a1, %a2, %a3
      : (tensor<1x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>, tensor<3x4xf32>) -> tensor<1x8xf32>
  return
}
