// RUN: kernel-opt %s --convert-aten-to-linalg --verify-diagnostics --split-input-file

// All of them are reported in one run, wherever they stand.
func.func @several(%x: tensor<4x?xf32>, %w: tensor<4x4x?xf32>,
                   %y: tensor<2x4x8xf32>, %z: tensor<f32>) {
  // expected-error@+1 {{'aten.max_pool' op cannot be lowered to linalg: the size of a result is not known}}
  %0 = aten.max_pool %x {kernel_size = array<i64: 2>, ceil_mode = true,
        stride = array<i64: 2>} : (tensor<4x?xf32>) -> tensor<4x?xf32>
  %1 = aten.relu %x : (tensor<4x?xf32>) -> tensor<4x?xf32>
  // expected-error@+1 {{'aten.convolution' op cannot be lowered to linalg: a transposed convolution with a window of dynamic size}}
  %2 = aten.convolution %y, %w {transposed = true}
      : (tensor<2x4x8xf32>, tensor<4x4x?xf32>) -> tensor<2x4x?xf32>
  // expected-error@+1 {{'aten.softmax' op cannot be lowered to linalg: a softmax of rank 0}}
  %3 = aten.softmax %z {dim = 0 : i64} : (tensor<f32>) -> tensor<f32>
  return
}

// -----

func.func @fractions() {
  // expected-error@+1 {{'aten.arange' op cannot be lowered to linalg: integers in steps that are not whole}}
  %0 = aten.arange {end = 2.0 : f64, step = 0.5 : f64, dtype = i64}
      : () -> tensor<4xi64>
  return
}
