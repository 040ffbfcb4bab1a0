// RUN: kernel-opt %s --split-input-file --verify-diagnostics

func.func @softmax_dim(%a0: tensor<4x8xf32>) {
  // expected-error@+1 {{expected a dimension from -2 to 1, found 2}}
  %0 = aten.softmax %a0 {dim = 2 : i64}
      : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @no_shape(%a0: tensor<4x8xf32>) {
  // expected-error@+1 {{expected 1 to 2 sizes in 'normalized_shape', found 0}}
  %0 = aten.layer_norm %a0 {normalized_shape = array<i64>}
      : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @shape(%a0: tensor<4x8xf32>) {
  // expected-error@+1 {{expected 'normalized_shape' and last dimensions of equal sizes, found 7 and 8}}
  %0 = aten.layer_norm %a0 {normalized_shape = array<i64: 7>}
      : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @three(%a0: tensor<4x8xf32>, %a1: tensor<8xf32>, %a2: tensor<8xf32>, %a3: tensor<8xf32>) {
  // expected-error@+1 {{expected at most a weight and a bias, found 3 operands}}
  %0 = aten.layer_norm %a0, %a1, %a2, %a3 {normalized_shape = array<i64: 8>}
      : (tensor<4x8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @bias(%a0: tensor<4x8xf32>, %a1: tensor<8xf32>, %a2: tensor<7xf32>) {
  // expected-error@+1 {{expected dimensions of the bias of equal sizes, found 8 and 7}}
  %0 = aten.layer_norm %a0, %a1, %a2 {normalized_shape = array<i64: 8>}
      : (tensor<4x8xf32>, tensor<8xf32>, tensor<7xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @weight_rank(%a0: tensor<4x8xf32>, %a1: tensor<4x8xf32>) {
  // expected-error@+1 {{expected the weight of rank 1, found rank 2}}
  %0 = aten.layer_norm %a0, %a1 {normalized_shape = array<i64: 8>}
      : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @weight_type(%a0: tensor<4x8xf32>, %a1: tensor<8xbf16>) {
  // expected-error@+1 {{expected operand #1 with elements of type f32, found bf16}}
  %0 = aten.rms_norm %a0, %a1 {normalized_shape = array<i64: 8>}
      : (tensor<4x8xf32>, tensor<8xbf16>) -> tensor<4x8xf32>
  return
}

// -----

func.func @channels(%a0: tensor<8xf32>) {
  // expected-error@+1 {{expected an input of rank 2 or more, found rank 1}}
  %0 = aten.group_norm %a0 {num_groups = 2 : i64}
      : (tensor<8xf32>) -> tensor<8xf32>
  return
}

// -----

func.func @groups(%a0: tensor<4x8xf32>) {
  // expected-error@+1 {{expected 'num_groups' to divide the number of channels, found 3 and 8}}
  %0 = aten.group_norm %a0 {num_groups = 3 : i64}
      : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @instance_weight(%a0: tensor<4x8xf32>, %a1: tensor<4xf32>) {
  // expected-error@+1 {{expected dimensions of the weight of equal sizes, found 8 and 4}}
  %0 = aten.instance_norm %a0, %a1
      : (tensor<4x8xf32>, tensor<4xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @mean(%a0: tensor<4x8xf32>, %a1: tensor<4xf32>, %a2: tensor<8xf32>) {
  // expected-error@+1 {{expected dimensions of the running mean of equal sizes, found 8 and 4}}
  %0 = aten.batch_norm %a0, %a1, %a2
      : (tensor<4x8xf32>, tensor<4xf32>, tensor<8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @variance(%a0: tensor<4x8xf32>, %a1: tensor<8xf32>, %a2: tensor<4xf32>) {
  // expected-error@+1 {{expected dimensions of the running variance of equal sizes, found 8 and 4}}
  %0 = aten.batch_norm %a0, %a1, %a2
      : (tensor<4x8xf32>, tensor<8xf32>, tensor<4xf32>) -> tensor<4x8xf32>
  return
}
