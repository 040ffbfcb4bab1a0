// RUN: kernel-opt --emit=input %s | kernel-opt --emit=input | FileCheck %s
// RUN: kernel-opt --emit=input %s --mlir-print-op-generic | kernel-opt --emit=input | FileCheck %s

// CHECK-LABEL: func @adaptive_avg_pool(
// CHECK: aten.adaptive_avg_pool %{{.*}} {output_size = array<i64: 7, 7>} : (tensor<2x4x32x32xf32>) -> tensor<2x4x7x7xf32>
func.func @adaptive_avg_pool(%x: tensor<2x4x32x32xf32>) {
  %y = aten.adaptive_avg_pool %x {output_size = array<i64: 7, 7>}
      : (tensor<2x4x32x32xf32>) -> tensor<2x4x7x7xf32>
  return
}

// CHECK-LABEL: func @adaptive_max_pool(
// CHECK: aten.adaptive_max_pool %{{.*}} {output_size = array<i64: 7, 7>} : (tensor<2x4x32x32xf32>) -> tensor<2x4x7x7xf32>
func.func @adaptive_max_pool(%x: tensor<2x4x32x32xf32>) {
  %y = aten.adaptive_max_pool %x {output_size = array<i64: 7, 7>}
      : (tensor<2x4x32x32xf32>) -> tensor<2x4x7x7xf32>
  return
}

// CHECK-LABEL: func @avg_pool(
// CHECK: aten.avg_pool %{{.*}} {kernel_size = array<i64: 2, 2>} : (tensor<2x4x32x32xf32>) -> tensor<2x4x16x16xf32>
func.func @avg_pool(%x: tensor<2x4x32x32xf32>) {
  %y = aten.avg_pool %x {kernel_size = array<i64: 2, 2>}
      : (tensor<2x4x32x32xf32>) -> tensor<2x4x16x16xf32>
  return
}

// CHECK-LABEL: func @convolution(
// CHECK: aten.convolution %{{.*}} {padding = array<i64: 1, 1>, stride = array<i64: 2, 2>} : (tensor<?x3x32x32xf32>, tensor<16x3x3x3xf32>, tensor<16xf32>) -> tensor<?x16x16x16xf32>
func.func @convolution(%x: tensor<?x3x32x32xf32>, %w: tensor<16x3x3x3xf32>, %b: tensor<16xf32>) {
  %y = aten.convolution %x, %w, %b { stride = array<i64: 2, 2>, padding = array<i64: 1, 1>}
      : (tensor<?x3x32x32xf32>, tensor<16x3x3x3xf32>, tensor<16xf32>) -> tensor<?x16x16x16xf32>
  return
}

// CHECK-LABEL: func @max_pool(
// CHECK: aten.max_pool %{{.*}} {kernel_size = array<i64: 3, 3>, padding = array<i64: 1, 1>, stride = array<i64: 2, 2>} : (tensor<2x4x32x32xf32>) -> tensor<2x4x16x16xf32>
func.func @max_pool(%x: tensor<2x4x32x32xf32>) {
  %y = aten.max_pool %x {kernel_size = array<i64: 3, 3>, stride = array<i64: 2, 2>, padding = array<i64: 1, 1>}
      : (tensor<2x4x32x32xf32>) -> tensor<2x4x16x16xf32>
  return
}

// CHECK-LABEL: func @max_pool_with_indices(
// CHECK: aten.max_pool_with_indices %{{.*}} {kernel_size = array<i64: 2>} : (tensor<2x4x32xf32>) -> (tensor<2x4x16xf32>, tensor<2x4x16xi64>)
func.func @max_pool_with_indices(%x: tensor<2x4x32xf32>) {
  %y, %i = aten.max_pool_with_indices %x {kernel_size = array<i64: 2>}
      : (tensor<2x4x32xf32>) -> (tensor<2x4x16xf32>, tensor<2x4x16xi64>)
  return
}
