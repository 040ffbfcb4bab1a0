// RUN: kernel-opt %s --split-input-file --verify-diagnostics

func.func @states(%a0: tensor<9x2x32xf32>, %a1: tensor<32x8xf32>, %a2: tensor<2x8xf32>) {
  // expected-error@+1 {{expected 2 states and at most a bias, found 1 operands}}
  %0:3 = aten.recurrence %a0, %a1, %a2 {cell = #aten.cell<lstm>}
      : (tensor<9x2x32xf32>, tensor<32x8xf32>, tensor<2x8xf32>) -> (tensor<9x2x8xf32>, tensor<2x8xf32>, tensor<2x8xf32>)
  return
}

// -----

func.func @gates(%a0: tensor<9x2x32xf32>, %a1: tensor<24x8xf32>, %a2: tensor<2x8xf32>) {
  // expected-error@+1 {{expected projected inputs and gates of equal sizes, found 32 and 24}}
  %0:2 = aten.recurrence %a0, %a1, %a2 {cell = #aten.cell<gru>}
      : (tensor<9x2x32xf32>, tensor<24x8xf32>, tensor<2x8xf32>) -> (tensor<9x2x8xf32>, tensor<2x8xf32>)
  return
}

// -----

func.func @weight(%a0: tensor<9x2x32xf32>, %a1: tensor<32x7xf32>, %a2: tensor<2x8xf32>, %a3: tensor<2x8xf32>) {
  // expected-error@+1 {{expected dimensions of the weight of equal sizes, found 8 and 7}}
  %0:3 = aten.recurrence %a0, %a1, %a2, %a3 {cell = #aten.cell<lstm>}
      : (tensor<9x2x32xf32>, tensor<32x7xf32>, tensor<2x8xf32>, tensor<2x8xf32>) -> (tensor<9x2x8xf32>, tensor<2x8xf32>, tensor<2x8xf32>)
  return
}

// -----

func.func @batches(%a0: tensor<9x2x32xf32>, %a1: tensor<32x8xf32>, %a2: tensor<3x8xf32>, %a3: tensor<3x8xf32>) {
  // expected-error@+1 {{expected batches of input and states of equal sizes, found 2 and 3}}
  %0:3 = aten.recurrence %a0, %a1, %a2, %a3 {cell = #aten.cell<lstm>}
      : (tensor<9x2x32xf32>, tensor<32x8xf32>, tensor<3x8xf32>, tensor<3x8xf32>) -> (tensor<9x2x8xf32>, tensor<2x8xf32>, tensor<2x8xf32>)
  return
}

// -----

func.func @cell_state(%a0: tensor<9x2x32xf32>, %a1: tensor<32x8xf32>, %a2: tensor<2x8xf32>, %a3: tensor<2x7xf32>) {
  // expected-error@+1 {{expected dimensions of the cell state of equal sizes, found 8 and 7}}
  %0:3 = aten.recurrence %a0, %a1, %a2, %a3 {cell = #aten.cell<lstm>}
      : (tensor<9x2x32xf32>, tensor<32x8xf32>, tensor<2x8xf32>, tensor<2x7xf32>) -> (tensor<9x2x8xf32>, tensor<2x8xf32>, tensor<2x8xf32>)
  return
}

// -----

func.func @bias(%a0: tensor<9x2x32xf32>, %a1: tensor<32x8xf32>, %a2: tensor<2x8xf32>, %a3: tensor<2x8xf32>, %a4: tensor<31xf32>) {
  // expected-error@+1 {{expected dimensions of the bias of equal sizes, found 32 and 31}}
  %0:3 = aten.recurrence %a0, %a1, %a2, %a3, %a4 {cell = #aten.cell<lstm>}
      : (tensor<9x2x32xf32>, tensor<32x8xf32>, tensor<2x8xf32>, tensor<2x8xf32>, tensor<31xf32>) -> (tensor<9x2x8xf32>, tensor<2x8xf32>, tensor<2x8xf32>)
  return
}

// -----

func.func @results(%a0: tensor<9x2x32xf32>, %a1: tensor<32x8xf32>, %a2: tensor<2x8xf32>, %a3: tensor<2x8xf32>) {
  // expected-error@+1 {{expected 3 results, found 2}}
  %0:2 = aten.recurrence %a0, %a1, %a2, %a3 {cell = #aten.cell<lstm>}
      : (tensor<9x2x32xf32>, tensor<32x8xf32>, tensor<2x8xf32>, tensor<2x8xf32>) -> (tensor<9x2x8xf32>, tensor<2x8xf32>)
  return
}
