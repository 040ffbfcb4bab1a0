// RUN: kernel-opt --emit=input %s | kernel-opt --emit=input | FileCheck %s
// RUN: kernel-opt --emit=input %s --mlir-print-op-generic | kernel-opt --emit=input | FileCheck %s

// CHECK-LABEL: func @all(
// CHECK: aten.all %{{.*}} {dim = array<i64: -1>, keepdim = true} : (tensor<?x8xf32>) -> tensor<?x1xi1>
func.func @all(%x: tensor<?x8xf32>) {
  %y = aten.all %x {dim = array<i64: -1>, keepdim = true}
      : (tensor<?x8xf32>) -> tensor<?x1xi1>
  return
}

// CHECK-LABEL: func @amax(
// CHECK: aten.amax %{{.*}} {dim = array<i64: -1>, keepdim = true} : (tensor<?x8xf32>) -> tensor<?x1xf32>
func.func @amax(%x: tensor<?x8xf32>) {
  %y = aten.amax %x {dim = array<i64: -1>, keepdim = true}
      : (tensor<?x8xf32>) -> tensor<?x1xf32>
  return
}

// CHECK-LABEL: func @amin(
// CHECK: aten.amin %{{.*}} {dim = array<i64: -1>, keepdim = true} : (tensor<?x8xf32>) -> tensor<?x1xf32>
func.func @amin(%x: tensor<?x8xf32>) {
  %y = aten.amin %x {dim = array<i64: -1>, keepdim = true}
      : (tensor<?x8xf32>) -> tensor<?x1xf32>
  return
}

// CHECK-LABEL: func @any(
// CHECK: aten.any %{{.*}} {dim = array<i64: -1>, keepdim = true} : (tensor<?x8xf32>) -> tensor<?x1xi1>
func.func @any(%x: tensor<?x8xf32>) {
  %y = aten.any %x {dim = array<i64: -1>, keepdim = true}
      : (tensor<?x8xf32>) -> tensor<?x1xi1>
  return
}

// CHECK-LABEL: func @argmax(
// CHECK: aten.argmax %{{.*}} {dim = 1 : i64} : (tensor<4x8xf32>) -> tensor<4xi64>
func.func @argmax(%x: tensor<4x8xf32>) {
  %i = aten.argmax %x {dim = 1 : i64}
      : (tensor<4x8xf32>) -> tensor<4xi64>
  return
}

// CHECK-LABEL: func @argmin(
// CHECK: aten.argmin %{{.*}} {dim = 1 : i64} : (tensor<4x8xf32>) -> tensor<4xi64>
func.func @argmin(%x: tensor<4x8xf32>) {
  %i = aten.argmin %x {dim = 1 : i64}
      : (tensor<4x8xf32>) -> tensor<4xi64>
  return
}

// CHECK-LABEL: func @logsumexp(
// CHECK: aten.logsumexp %{{.*}} {dim = array<i64: -1>, keepdim = true} : (tensor<?x8xf32>) -> tensor<?x1xf32>
func.func @logsumexp(%x: tensor<?x8xf32>) {
  %y = aten.logsumexp %x {dim = array<i64: -1>, keepdim = true}
      : (tensor<?x8xf32>) -> tensor<?x1xf32>
  return
}

// CHECK-LABEL: func @max_dim(
// CHECK: aten.max_dim %{{.*}} {dim = 1 : i64} : (tensor<4x8xf32>) -> (tensor<4xf32>, tensor<4xi64>)
func.func @max_dim(%x: tensor<4x8xf32>) {
  %y, %i = aten.max_dim %x {dim = 1 : i64}
      : (tensor<4x8xf32>) -> (tensor<4xf32>, tensor<4xi64>)
  return
}

// CHECK-LABEL: func @mean(
// CHECK: aten.mean %{{.*}} {dim = array<i64: -1>, keepdim = true} : (tensor<?x8xf32>) -> tensor<?x1xf32>
func.func @mean(%x: tensor<?x8xf32>) {
  %y = aten.mean %x {dim = array<i64: -1>, keepdim = true}
      : (tensor<?x8xf32>) -> tensor<?x1xf32>
  return
}

// CHECK-LABEL: func @min_dim(
// CHECK: aten.min_dim %{{.*}} {dim = 1 : i64} : (tensor<4x8xf32>) -> (tensor<4xf32>, tensor<4xi64>)
func.func @min_dim(%x: tensor<4x8xf32>) {
  %y, %i = aten.min_dim %x {dim = 1 : i64}
      : (tensor<4x8xf32>) -> (tensor<4xf32>, tensor<4xi64>)
  return
}

// CHECK-LABEL: func @prod(
// CHECK: aten.prod %{{.*}} {dim = 0 : i64} : (tensor<4x8xf32>) -> tensor<8xf32>
func.func @prod(%x: tensor<4x8xf32>) {
  %y = aten.prod %x {dim = 0 : i64}
      : (tensor<4x8xf32>) -> tensor<8xf32>
  return
}

// CHECK-LABEL: func @std(
// CHECK: aten.std %{{.*}} {dim = array<i64: -1>, keepdim = true} : (tensor<?x8xf32>) -> tensor<?x1xf32>
func.func @std(%x: tensor<?x8xf32>) {
  %y = aten.std %x {dim = array<i64: -1>, keepdim = true}
      : (tensor<?x8xf32>) -> tensor<?x1xf32>
  return
}

// CHECK-LABEL: func @sum(
// CHECK: aten.sum %{{.*}} {dim = array<i64: -1>, keepdim = true} : (tensor<?x8xf32>) -> tensor<?x1xf32>
func.func @sum(%x: tensor<?x8xf32>) {
  %y = aten.sum %x {dim = array<i64: -1>, keepdim = true}
      : (tensor<?x8xf32>) -> tensor<?x1xf32>
  return
}

// CHECK-LABEL: func @var(
// CHECK: aten.var %{{.*}} {dim = array<i64: -1>, keepdim = true} : (tensor<?x8xf32>) -> tensor<?x1xf32>
func.func @var(%x: tensor<?x8xf32>) {
  %y = aten.var %x {dim = array<i64: -1>, keepdim = true}
      : (tensor<?x8xf32>) -> tensor<?x1xf32>
  return
}

// CHECK-LABEL: func @linalg_vector_norm(
// CHECK: aten.linalg_vector_norm %{{.*}} {dim = array<i64: -1>, keepdim = true} : (tensor<?x8xf32>) -> tensor<?x1xf32>
func.func @linalg_vector_norm(%x: tensor<?x8xf32>) {
  %y = aten.linalg_vector_norm %x {dim = array<i64: -1>, keepdim = true}
      : (tensor<?x8xf32>) -> tensor<?x1xf32>
  return
}
