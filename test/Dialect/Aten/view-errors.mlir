// RUN: kernel-opt %s --split-input-file --verify-diagnostics

func.func @minus_ones(%a0: tensor<4x8xf32>) {
  // expected-error@+1 {{expected at most one -1 among the sizes}}
  %0 = aten.reshape %a0 {shape = array<i64: -1, -1>}
      : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @minus_two(%a0: tensor<4x8xf32>) {
  // expected-error@+1 {{expected sizes of -1 or more, found -2}}
  %0 = aten.reshape %a0 {shape = array<i64: -2, 4>}
      : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @divide(%a0: tensor<4x8xf32>) {
  // expected-error@+1 {{expected sizes that divide 32 elements, found 5}}
  %0 = aten.reshape %a0 {shape = array<i64: -1, 5>}
      : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @elements(%a0: tensor<4x8xf32>) {
  // expected-error@+1 {{expected numbers of elements to be of equal sizes, found 32 and 28}}
  %0 = aten.reshape %a0 {shape = array<i64: 4, 7>}
      : (tensor<4x8xf32>) -> tensor<4x7xf32>
  return
}

// -----

func.func @flatten_order(%a0: tensor<4x8xf32>) {
  // expected-error@+1 {{expected 'start_dim' not after 'end_dim', found 1 and 0}}
  %0 = aten.flatten %a0 {start_dim = 1 : i64, end_dim = 0 : i64}
      : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @unflatten(%a0: tensor<4x8xf32>) {
  // expected-error@+1 {{expected numbers of elements to be of equal sizes, found 8 and 9}}
  %0 = aten.unflatten %a0 {dim = 1 : i64, sizes = array<i64: 3, 3>}
      : (tensor<4x8xf32>) -> tensor<4x3x3xf32>
  return
}

// -----

func.func @unflatten_nothing(%a0: tensor<4x8xf32>) {
  // expected-error@+1 {{expected a dimension and sizes to split it into}}
  %0 = aten.unflatten %a0 {dim = 1 : i64, sizes = array<i64>}
      : (tensor<4x8xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @transpose(%a0: tensor<4x8xf32>) {
  // expected-error@+1 {{expected a dimension from -2 to 1, found 2}}
  %0 = aten.transpose %a0 {dim0 = 0 : i64, dim1 = 2 : i64}
      : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @permute_count(%a0: tensor<4x8xf32>) {
  // expected-error@+1 {{expected 2 dimensions in 'dims', found 1}}
  %0 = aten.permute %a0 {dims = array<i64: 0>}
      : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @permute_twice(%a0: tensor<4x8xf32>) {
  // expected-error@+1 {{expected distinct dimensions, found dimension 0 twice}}
  %0 = aten.permute %a0 {dims = array<i64: 0, -2>}
      : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @expand_rank(%a0: tensor<4x8xf32>) {
  // expected-error@+1 {{expected 2 or more sizes, found 1}}
  %0 = aten.expand %a0 {size = array<i64: 8>}
      : (tensor<4x8xf32>) -> tensor<8xf32>
  return
}

// -----

func.func @expand_new(%a0: tensor<8xf32>) {
  // expected-error@+1 {{expected sizes of 0 or more, or -1 for a dimension that is kept, found -1}}
  %0 = aten.expand %a0 {size = array<i64: -1, 8>}
      : (tensor<8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @expand_size(%a0: tensor<8xf32>) {
  // expected-error@+1 {{expected dimensions to be ones or of equal sizes, found 8 and 7}}
  %0 = aten.expand %a0 {size = array<i64: 7>}
      : (tensor<8xf32>) -> tensor<7xf32>
  return
}

// -----

func.func @expand_as(%a0: tensor<4x8xf32>, %a1: tensor<8xf32>) {
  // expected-error@+1 {{expected an operand #0 of rank 1 or less, found rank 2}}
  %0 = aten.expand_as %a0, %a1
      : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<8xf32>
  return
}

// -----

func.func @unsqueeze(%a0: tensor<4x8xf32>) {
  // expected-error@+1 {{expected a dimension from -3 to 2, found 3}}
  %0 = aten.unsqueeze %a0 {dim = 3 : i64}
      : (tensor<4x8xf32>) -> tensor<4x8x1xf32>
  return
}

// -----

func.func @slice_step(%a0: tensor<4x8xf32>) {
  // expected-error@+1 {{expected a 'step' of 1 or more, found 0}}
  %0 = aten.slice %a0 {step = 0 : i64}
      : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @slice_rank(%a0: tensor<f32>) {
  // expected-error@+1 {{expected operand #0 of rank 1 or more, found rank 0}}
  %0 = aten.slice %a0
      : (tensor<f32>) -> tensor<f32>
  return
}

// -----

func.func @select(%a0: tensor<4x8xf32>) {
  // expected-error@+1 {{expected an index from -8 to 7, found 8}}
  %0 = aten.select %a0 {dim = 1 : i64, index = 8 : i64}
      : (tensor<4x8xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @cat_nothing() {
  // expected-error@+1 {{expected one tensor or more, found none}}
  %0 = aten.cat
      : () -> tensor<4x8xf32>
  return
}

// -----

func.func @cat_rank(%a0: tensor<4x8xf32>, %a1: tensor<8xf32>) {
  // expected-error@+1 {{expected tensors of rank 2, found rank 1}}
  %0 = aten.cat %a0, %a1
      : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @cat_size(%a0: tensor<4x8xf32>, %a1: tensor<4x7xf32>) {
  // expected-error@+1 {{expected dimensions that are not joined of equal sizes, found 8 and 7}}
  %0 = aten.cat %a0, %a1 {dim = 0 : i64}
      : (tensor<4x8xf32>, tensor<4x7xf32>) -> tensor<8x8xf32>
  return
}

// -----

func.func @stack(%a0: tensor<4x8xf32>, %a1: tensor<4x7xf32>) {
  // expected-error@+1 {{expected dimensions of each tensor of equal sizes, found 8 and 7}}
  %0 = aten.stack %a0, %a1
      : (tensor<4x8xf32>, tensor<4x7xf32>) -> tensor<2x4x8xf32>
  return
}

// -----

func.func @flip(%a0: tensor<4x8xf32>) {
  // expected-error@+1 {{expected a dimension from -2 to 1, found 5}}
  %0 = aten.flip %a0 {dims = array<i64: 5>}
      : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @roll(%a0: tensor<4x8xf32>) {
  // expected-error@+1 {{expected as many shifts as dimensions, found 2 and 1}}
  %0 = aten.roll %a0 {shifts = array<i64: 1, 2>, dims = array<i64: 0>}
      : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @pad_pairs(%a0: tensor<4x8xf32>) {
  // expected-error@+1 {{expected pairs for at most 2 dimensions in 'pad', found 1 entries}}
  %0 = aten.pad %a0 {pad = array<i64: 1>}
      : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @pad_reflect(%a0: tensor<4x8xf32>) {
  // expected-error@+1 {{expected padding of at most 7 in this mode, found 8}}
  %0 = aten.pad %a0 {pad = array<i64: 8, 0>, mode = #aten.pad_mode<reflect>}
      : (tensor<4x8xf32>) -> tensor<4x16xf32>
  return
}

// -----

func.func @pad_cut(%a0: tensor<4x8xf32>) {
  // expected-error@+1 {{expected a padded size of 0 or more, found -2}}
  %0 = aten.pad %a0 {pad = array<i64: -5, -5>}
      : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @triangle(%a0: tensor<8xf32>) {
  // expected-error@+1 {{expected a tensor of rank 2 or more, found rank 1}}
  %0 = aten.tril %a0
      : (tensor<8xf32>) -> tensor<8xf32>
  return
}

// -----

func.func @diagonal(%a0: tensor<4x8xf32>) {
  // expected-error@+1 {{expected distinct dimensions, found dimension 1 twice}}
  %0 = aten.diagonal %a0 {dim1 = 1 : i64}
      : (tensor<4x8xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @unfold(%a0: tensor<4x8xf32>) {
  // expected-error@+1 {{expected windows that fit into the padded input, found an output of size 0}}
  %0 = aten.unfold %a0 {dimension = 1 : i64, size = 9 : i64, step = 1 : i64}
      : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @unfold_step(%a0: tensor<4x8xf32>) {
  // expected-error@+1 {{expected a tensor of rank 1 or more and a 'size' and a 'step' of 1 or more, found rank 2, 2 and 0}}
  %0 = aten.unfold %a0 {dimension = 1 : i64, size = 2 : i64, step = 0 : i64}
      : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @repeat_rank(%a0: tensor<4x8xf32>) {
  // expected-error@+1 {{expected 2 or more entries in 'repeats', found 1}}
  %0 = aten.repeat %a0 {repeats = array<i64: 2>}
      : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @repeat_times(%a0: tensor<8xf32>) {
  // expected-error@+1 {{expected entries of 'repeats' of 1 or more, found 0}}
  %0 = aten.repeat %a0 {repeats = array<i64: 0>}
      : (tensor<8xf32>) -> tensor<8xf32>
  return
}
