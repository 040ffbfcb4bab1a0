// RUN: kernel-opt %s --emit=kernels --quiet | FileCheck %s

// Layers of one model: as many launches as there are layers, of one kernel, and
// no second view of a value that a kernel reads several times.

// CHECK-LABEL: func.func @layers(
// CHECK: %[[ROWS:.*]] = tensor.collapse_shape
// CHECK-NEXT: kopt.kernel @[[NORM:[a-z_]+]] ({{.*}} = %[[ROWS]] : tensor<256x64xf32>) -> (tensor<256x64xf32>)
// CHECK: tensor.collapse_shape
// CHECK-NEXT: kopt.kernel @layers_matmul
// CHECK: %[[AGAIN:.*]] = tensor.collapse_shape
// CHECK-NEXT: kopt.kernel @[[NORM]] ({{.*}} = %[[AGAIN]] : tensor<256x64xf32>) -> (tensor<256x64xf32>)
func.func @layers(%x: tensor<1x256x64xf32>, %m: tensor<64x64xf32>, %w: tensor<64xf32>, %b: tensor<64xf32>,
                  %v: tensor<64xf32>, %c: tensor<64xf32>) -> tensor<1x256x64xf32> {
  %0 = aten.layer_norm %x, %w, %b {normalized_shape = array<i64: 64>, eps = 1.0e-05 : f64} : (tensor<1x256x64xf32>, tensor<64xf32>, tensor<64xf32>) -> tensor<1x256x64xf32>
  %1 = aten.linear %0, %m : (tensor<1x256x64xf32>, tensor<64x64xf32>) -> tensor<1x256x64xf32>
  %2 = aten.layer_norm %1, %v, %c {normalized_shape = array<i64: 64>, eps = 1.0e-05 : f64} : (tensor<1x256x64xf32>, tensor<64xf32>, tensor<64xf32>) -> tensor<1x256x64xf32>
  return %2 : tensor<1x256x64xf32>
}

// A table that is read at the numbers of its rows is read as it lies.

// CHECK-LABEL: func.func @places(
// CHECK: kopt.kernel @
// CHECK-NOT: tensor<512xi64>
// CHECK: kopt.yield
func.func @places(%table: tensor<512x64xf32>, %x: tensor<512x64xf32>) -> tensor<512x64xf32> {
  %0 = aten.arange {start = 0.0 : f64, end = 512.0 : f64, step = 1.0 : f64, dtype = i64} : () -> tensor<512xi64>
  %1 = aten.embedding %table, %0 : (tensor<512x64xf32>, tensor<512xi64>) -> tensor<512x64xf32>
  %2 = aten.mul %1, %x : (tensor<512x64xf32>, tensor<512x64xf32>) -> tensor<512x64xf32>
  return %2 : tensor<512x64xf32>
}
