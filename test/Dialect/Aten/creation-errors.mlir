// RUN: kernel-opt %s --split-input-file --verify-diagnostics

func.func @size() {
  // expected-error@+1 {{expected sizes of 0 or more, found -1}}
  %0 = aten.full {size = array<i64: -1>, value = 0.0 : f64, dtype = f32}
      : () -> tensor<?xf32>
  return
}

// -----

func.func @full_dtype() {
  // expected-error@+1 {{expected result #0 of type 'tensor<2xf64>'}}
  %0 = aten.full {size = array<i64: 2>, value = 0.0 : f64, dtype = f64}
      : () -> tensor<2xf32>
  return
}

// -----

func.func @step() {
  // expected-error@+1 {{expected a 'step' that leads from 'start' to 'end', found -1}}
  %0 = aten.arange {end = 4.0 : f64, step = -1.0 : f64, dtype = f32}
      : () -> tensor<4xf32>
  return
}

// -----

func.func @eye() {
  // expected-error@+1 {{expected sizes of 0 or more, found -1}}
  %0 = aten.eye {n = -1 : i64, m = 2 : i64, dtype = f32}
      : () -> tensor<4xf32>
  return
}
