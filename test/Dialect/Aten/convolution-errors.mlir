// RUN: kernel-opt %s --split-input-file --verify-diagnostics

func.func @ranks(%a0: tensor<2x4x9x9xf32>, %a1: tensor<6x4x3xf32>) {
  // expected-error@+1 {{expected an input and a weight of equal rank from 3 to 5, found ranks 4 and 3}}
  %0 = aten.convolution %a0, %a1
      : (tensor<2x4x9x9xf32>, tensor<6x4x3xf32>) -> tensor<2x4x9x9xf32>
  return
}

// -----

func.func @entries(%a0: tensor<2x4x9x9xf32>, %a1: tensor<6x4x3x3xf32>) {
  // expected-error@+1 {{expected 2 entries in 'stride', found 1}}
  %0 = aten.convolution %a0, %a1 {stride = array<i64: 1>}
      : (tensor<2x4x9x9xf32>, tensor<6x4x3x3xf32>) -> tensor<2x4x9x9xf32>
  return
}

// -----

func.func @stride(%a0: tensor<2x4x9x9xf32>, %a1: tensor<6x4x3x3xf32>) {
  // expected-error@+1 {{expected entries of 'stride' of 1 or more, found 0}}
  %0 = aten.convolution %a0, %a1 {stride = array<i64: 1, 0>}
      : (tensor<2x4x9x9xf32>, tensor<6x4x3x3xf32>) -> tensor<2x4x9x9xf32>
  return
}

// -----

func.func @padding(%a0: tensor<2x4x9x9xf32>, %a1: tensor<6x4x3x3xf32>) {
  // expected-error@+1 {{expected entries of 'padding' of 0 or more, found -5}}
  %0 = aten.convolution %a0, %a1 {padding = array<i64: -5, 0>}
      : (tensor<2x4x9x9xf32>, tensor<6x4x3x3xf32>) -> tensor<2x4x9x9xf32>
  return
}

// -----

func.func @output_padding(%a0: tensor<2x4x9x9xf32>, %a1: tensor<6x4x3x3xf32>) {
  // expected-error@+1 {{expected no 'output_padding' without 'transposed'}}
  %0 = aten.convolution %a0, %a1 {output_padding = array<i64: 1, 0>}
      : (tensor<2x4x9x9xf32>, tensor<6x4x3x3xf32>) -> tensor<2x4x9x9xf32>
  return
}

// -----

func.func @groups(%a0: tensor<2x4x9x9xf32>, %a1: tensor<6x4x3x3xf32>) {
  // expected-error@+1 {{expected 'groups' to divide the channels, found 4 and 6}}
  %0 = aten.convolution %a0, %a1 {groups = 4 : i64}
      : (tensor<2x4x9x9xf32>, tensor<6x4x3x3xf32>) -> tensor<2x4x9x9xf32>
  return
}

// -----

func.func @channels(%a0: tensor<2x4x9x9xf32>, %a1: tensor<6x3x3x3xf32>) {
  // expected-error@+1 {{expected channels of input and weight of equal sizes, found 4 and 3}}
  %0 = aten.convolution %a0, %a1
      : (tensor<2x4x9x9xf32>, tensor<6x3x3x3xf32>) -> tensor<2x4x9x9xf32>
  return
}

// -----

func.func @bias(%a0: tensor<2x4x9x9xf32>, %a1: tensor<6x4x3x3xf32>, %a2: tensor<4xf32>) {
  // expected-error@+1 {{expected dimensions of the bias of equal sizes, found 6 and 4}}
  %0 = aten.convolution %a0, %a1, %a2
      : (tensor<2x4x9x9xf32>, tensor<6x4x3x3xf32>, tensor<4xf32>) -> tensor<2x4x9x9xf32>
  return
}

// -----

func.func @window(%a0: tensor<2x4x9x9xf32>, %a1: tensor<6x4x10x3xf32>) {
  // expected-error@+1 {{expected windows that fit into the padded input, found an output of size 0}}
  %0 = aten.convolution %a0, %a1
      : (tensor<2x4x9x9xf32>, tensor<6x4x10x3xf32>) -> tensor<2x4x9x9xf32>
  return
}

// -----

func.func @result(%a0: tensor<2x4x9x9xf32>, %a1: tensor<6x4x3x3xf32>) {
  // expected-error@+1 {{expected result #0 of type 'tensor<2x6x4x4xf32>'}}
  %0 = aten.convolution %a0, %a1 {stride = array<i64: 2, 2>}
      : (tensor<2x4x9x9xf32>, tensor<6x4x3x3xf32>) -> tensor<2x4x9x9xf32>
  return
}

// -----

func.func @pool_entries(%a0: tensor<2x4x9x9xf32>) {
  // expected-error@+1 {{expected 1 to 3 entries in 'kernel_size', found 0}}
  %0 = aten.max_pool %a0 {kernel_size = array<i64>}
      : (tensor<2x4x9x9xf32>) -> tensor<2x4x9x9xf32>
  return
}

// -----

func.func @pool_rank(%a0: tensor<9x9xf32>) {
  // expected-error@+1 {{expected an input of rank 3 or 4, found rank 2}}
  %0 = aten.max_pool %a0 {kernel_size = array<i64: 3, 3>}
      : (tensor<9x9xf32>) -> tensor<2x4x9x9xf32>
  return
}

// -----

func.func @pool_padding(%a0: tensor<2x4x9x9xf32>) {
  // expected-error@+1 {{expected padding of at most half the window 3, found 2}}
  %0 = aten.avg_pool %a0 {kernel_size = array<i64: 3, 3>, padding = array<i64: 2, 0>}
      : (tensor<2x4x9x9xf32>) -> tensor<2x4x9x9xf32>
  return
}

// -----

func.func @pool_kernel(%a0: tensor<2x4x9x9xf32>) {
  // expected-error@+1 {{expected entries of 'kernel_size' of 1 or more, found 0}}
  %0 = aten.max_pool %a0 {kernel_size = array<i64: 0, 3>}
      : (tensor<2x4x9x9xf32>) -> tensor<2x4x9x9xf32>
  return
}

// -----

func.func @adaptive(%a0: tensor<2x4x9x9xf32>) {
  // expected-error@+1 {{expected entries of 'output_size' of 1 or more, found 0}}
  %0 = aten.adaptive_avg_pool %a0 {output_size = array<i64: 0, 3>}
      : (tensor<2x4x9x9xf32>) -> tensor<2x4x9x9xf32>
  return
}

// -----

func.func @adaptive_entries(%a0: tensor<2x4x9x9xf32>) {
  // expected-error@+1 {{expected 1 to 3 entries in 'output_size', found 0}}
  %0 = aten.adaptive_max_pool %a0 {output_size = array<i64>}
      : (tensor<2x4x9x9xf32>) -> tensor<2x4x9x9xf32>
  return
}

// -----

func.func @adaptive_rank(%a0: tensor<9x9xf32>) {
  // expected-error@+1 {{expected an input of rank 3 or 4, found rank 2}}
  %0 = aten.adaptive_max_pool %a0 {output_size = array<i64: 3, 3>}
      : (tensor<9x9xf32>) -> tensor<2x4x9x9xf32>
  return
}
