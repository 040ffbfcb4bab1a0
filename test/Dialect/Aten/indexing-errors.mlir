// RUN: kernel-opt %s --split-input-file --verify-diagnostics

func.func @table(%a0: tensor<8xf32>, %a1: tensor<3xi64>) {
  // expected-error@+1 {{expected a weight of rank 2, found rank 1}}
  %0 = aten.embedding %a0, %a1
      : (tensor<8xf32>, tensor<3xi64>) -> tensor<3x8xf32>
  return
}

// -----

func.func @index_type(%a0: tensor<4x8xf32>, %a1: tensor<3xf32>) {
  // expected-error@+1 {{operand #1 must be ranked tensor of 8-bit signless integer or 16-bit signless integer or 32-bit signless integer or 64-bit signless integer values}}
  %0 = aten.embedding %a0, %a1
      : (tensor<4x8xf32>, tensor<3xf32>) -> tensor<3x8xf32>
  return
}

// -----

func.func @select_rank(%a0: tensor<4x8xf32>, %a1: tensor<3x1xi64>) {
  // expected-error@+1 {{expected an index of rank 1, found rank 2}}
  %0 = aten.index_select %a0, %a1 {dim = 0 : i64}
      : (tensor<4x8xf32>, tensor<3x1xi64>) -> tensor<3x8xf32>
  return
}

// -----

func.func @gather_rank(%a0: tensor<4x8xf32>, %a1: tensor<3xi64>) {
  // expected-error@+1 {{expected an index of rank 2, found rank 1}}
  %0 = aten.gather %a0, %a1 {dim = 0 : i64}
      : (tensor<4x8xf32>, tensor<3xi64>) -> tensor<3xf32>
  return
}

// -----

func.func @gather_size(%a0: tensor<4x8xf32>, %a1: tensor<3x9xi64>) {
  // expected-error@+1 {{expected an index of size 8 or less in dimension 1, found 9}}
  %0 = aten.gather %a0, %a1 {dim = 0 : i64}
      : (tensor<4x8xf32>, tensor<3x9xi64>) -> tensor<3x9xf32>
  return
}

// -----

func.func @index_count(%a0: tensor<4x8xf32>, %a1: tensor<3xi64>) {
  // expected-error@+1 {{expected one index tensor for each of 'dims', found 1 for 2}}
  %0 = aten.index %a0, %a1 {dims = array<i64: 0, 1>}
      : (tensor<4x8xf32>, tensor<3xi64>) -> tensor<3xf32>
  return
}

// -----

func.func @index_order(%a0: tensor<4x8xf32>, %a1: tensor<3xi64>, %a2: tensor<3xi64>) {
  // expected-error@+1 {{expected ascending 'dims'}}
  %0 = aten.index %a0, %a1, %a2 {dims = array<i64: 1, 0>}
      : (tensor<4x8xf32>, tensor<3xi64>, tensor<3xi64>) -> tensor<3xf32>
  return
}
