// RUN: kernel-opt --emit=input %s | kernel-opt --emit=input | FileCheck %s
// RUN: kernel-opt --emit=input %s --mlir-print-op-generic | kernel-opt --emit=input | FileCheck %s

// CHECK-LABEL: func @arange(
// CHECK: aten.arange  {dtype = i64, end = 8.000000e+00 : f64} : () -> tensor<8xi64>
func.func @arange() {
  %i = aten.arange {start = 0.0 : f64, end = 8.0 : f64, dtype = i64}
      : () -> tensor<8xi64>
  return
}

// CHECK-LABEL: func @eye(
// CHECK: aten.eye  {dtype = f32, m = 4 : i64, n = 4 : i64} : () -> tensor<4x4xf32>
func.func @eye() {
  %i = aten.eye {n = 4 : i64, m = 4 : i64, dtype = f32}
      : () -> tensor<4x4xf32>
  return
}

// CHECK-LABEL: func @full_like(
// CHECK: aten.full_like %{{.*}} {dtype = f32, value = 0.000000e+00 : f64} : (tensor<?x8xf32>) -> tensor<?x8xf32>
func.func @full_like(%x: tensor<?x8xf32>) {
  %c = aten.full_like %x {value = 0.0 : f64, dtype = f32}
      : (tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// CHECK-LABEL: func @full(
// CHECK: aten.full  {dtype = f32, size = array<i64>, value = 5.000000e-01 : f64} : () -> tensor<f32>
func.func @full() {
  %c = aten.full {size = array<i64>, value = 5.0e-1 : f64, dtype = f32}
      : () -> tensor<f32>
  return
}
