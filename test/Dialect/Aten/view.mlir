// RUN: kernel-opt --emit=input %s | kernel-opt --emit=input | FileCheck %s
// RUN: kernel-opt --emit=input %s --mlir-print-op-generic | kernel-opt --emit=input | FileCheck %s

// CHECK-LABEL: func @cat(
// CHECK: aten.cat %{{.*}} {dim = 1 : i64} : (tensor<?x3xf32>, tensor<?x5xf32>) -> tensor<?x8xf32>
func.func @cat(%a: tensor<?x3xf32>, %b: tensor<?x5xf32>) {
  %y = aten.cat %a, %b {dim = 1 : i64}
      : (tensor<?x3xf32>, tensor<?x5xf32>) -> tensor<?x8xf32>
  return
}

// CHECK-LABEL: func @diagonal(
// CHECK: aten.diagonal %{{.*}} {offset = 1 : i64} : (tensor<4x8xf32>) -> tensor<4xf32>
func.func @diagonal(%x: tensor<4x8xf32>) {
  %y = aten.diagonal %x {offset = 1 : i64}
      : (tensor<4x8xf32>) -> tensor<4xf32>
  return
}

// CHECK-LABEL: func @expand_as(
// CHECK: aten.expand_as %{{.*}} : (tensor<?x1xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
func.func @expand_as(%x: tensor<?x1xf32>, %z: tensor<?x8xf32>) {
  %y = aten.expand_as %x, %z
      : (tensor<?x1xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// CHECK-LABEL: func @expand(
// CHECK: aten.expand %{{.*}} {size = array<i64: 4, -1, 8>} : (tensor<?x1xf32>) -> tensor<4x?x8xf32>
func.func @expand(%x: tensor<?x1xf32>) {
  %y = aten.expand %x {size = array<i64: 4, -1, 8>}
      : (tensor<?x1xf32>) -> tensor<4x?x8xf32>
  return
}

// CHECK-LABEL: func @flatten(
// CHECK: aten.flatten %{{.*}} {start_dim = 1 : i64} : (tensor<?x4x16xf32>) -> tensor<?x64xf32>
func.func @flatten(%x: tensor<?x4x16xf32>) {
  %y = aten.flatten %x {start_dim = 1 : i64}
      : (tensor<?x4x16xf32>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: func @flip(
// CHECK: aten.flip %{{.*}} {dims = array<i64: 1>} : (tensor<?x8xf32>) -> tensor<?x8xf32>
func.func @flip(%x: tensor<?x8xf32>) {
  %y = aten.flip %x {dims = array<i64: 1>}
      : (tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// CHECK-LABEL: func @pad(
// CHECK: aten.pad %{{.*}} {pad = array<i64: 1, 2>, value = 1.000000e+00 : f64} : (tensor<?x8xf32>) -> tensor<?x11xf32>
func.func @pad(%x: tensor<?x8xf32>) {
  %y = aten.pad %x {pad = array<i64: 1, 2>, value = 1.0 : f64}
      : (tensor<?x8xf32>) -> tensor<?x11xf32>
  return
}

// CHECK-LABEL: func @permute(
// CHECK: aten.permute %{{.*}} {dims = array<i64: 0, 2, 3, 1>} : (tensor<?x3x8x9xf32>) -> tensor<?x8x9x3xf32>
func.func @permute(%x: tensor<?x3x8x9xf32>) {
  %y = aten.permute %x {dims = array<i64: 0, 2, 3, 1>}
      : (tensor<?x3x8x9xf32>) -> tensor<?x8x9x3xf32>
  return
}

// CHECK-LABEL: func @repeat(
// CHECK: aten.repeat %{{.*}} {repeats = array<i64: 2, 3>} : (tensor<4x8xf32>) -> tensor<8x24xf32>
func.func @repeat(%x: tensor<4x8xf32>) {
  %y = aten.repeat %x {repeats = array<i64: 2, 3>}
      : (tensor<4x8xf32>) -> tensor<8x24xf32>
  return
}

// CHECK-LABEL: func @reshape(
// CHECK: aten.reshape %{{.*}} {shape = array<i64: -1, 4, 16>} : (tensor<?x64xf32>) -> tensor<?x4x16xf32>
func.func @reshape(%x: tensor<?x64xf32>) {
  %y = aten.reshape %x {shape = array<i64: -1, 4, 16>}
      : (tensor<?x64xf32>) -> tensor<?x4x16xf32>
  return
}

// CHECK-LABEL: func @roll(
// CHECK: aten.roll %{{.*}} {dims = array<i64: 1>, shifts = array<i64: 2>} : (tensor<?x8xf32>) -> tensor<?x8xf32>
func.func @roll(%x: tensor<?x8xf32>) {
  %y = aten.roll %x {shifts = array<i64: 2>, dims = array<i64: 1>}
      : (tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// CHECK-LABEL: func @select(
// CHECK: aten.select %{{.*}} {dim = 1 : i64, index = -1 : i64} : (tensor<?x64xf32>) -> tensor<?xf32>
func.func @select(%x: tensor<?x64xf32>) {
  %y = aten.select %x {dim = 1 : i64, index = -1 : i64}
      : (tensor<?x64xf32>) -> tensor<?xf32>
  return
}

// CHECK-LABEL: func @slice(
// CHECK: aten.slice %{{.*}} {dim = 1 : i64, end = -1 : i64, start = 2 : i64} : (tensor<?x64xf32>) -> tensor<?x61xf32>
func.func @slice(%x: tensor<?x64xf32>) {
  %y = aten.slice %x {dim = 1 : i64, start = 2 : i64, end = -1 : i64}
      : (tensor<?x64xf32>) -> tensor<?x61xf32>
  return
}

// CHECK-LABEL: func @squeeze(
// CHECK: aten.squeeze %{{.*}} {dim = array<i64: 1>} : (tensor<?x1x8xf32>) -> tensor<?x8xf32>
func.func @squeeze(%x: tensor<?x1x8xf32>) {
  %y = aten.squeeze %x {dim = array<i64: 1>}
      : (tensor<?x1x8xf32>) -> tensor<?x8xf32>
  return
}

// CHECK-LABEL: func @stack(
// CHECK: aten.stack %{{.*}} {dim = 1 : i64} : (tensor<?x3xf32>, tensor<?x3xf32>) -> tensor<?x2x3xf32>
func.func @stack(%a: tensor<?x3xf32>, %b: tensor<?x3xf32>) {
  %y = aten.stack %a, %b {dim = 1 : i64}
      : (tensor<?x3xf32>, tensor<?x3xf32>) -> tensor<?x2x3xf32>
  return
}

// CHECK-LABEL: func @transpose(
// CHECK: aten.transpose %{{.*}} {dim0 = 0 : i64, dim1 = 1 : i64} : (tensor<?x64xf32>) -> tensor<64x?xf32>
func.func @transpose(%x: tensor<?x64xf32>) {
  %y = aten.transpose %x {dim0 = 0 : i64, dim1 = 1 : i64}
      : (tensor<?x64xf32>) -> tensor<64x?xf32>
  return
}

// CHECK-LABEL: func @tril(
// CHECK: aten.tril %{{.*}} : (tensor<?x8xf32>) -> tensor<?x8xf32>
func.func @tril(%x: tensor<?x8xf32>) {
  %y = aten.tril %x
      : (tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// CHECK-LABEL: func @triu(
// CHECK: aten.triu %{{.*}} : (tensor<?x8xf32>) -> tensor<?x8xf32>
func.func @triu(%x: tensor<?x8xf32>) {
  %y = aten.triu %x
      : (tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// CHECK-LABEL: func @unflatten(
// CHECK: aten.unflatten %{{.*}} {dim = 1 : i64, sizes = array<i64: 4, -1>} : (tensor<?x64xf32>) -> tensor<?x4x16xf32>
func.func @unflatten(%x: tensor<?x64xf32>) {
  %y = aten.unflatten %x {dim = 1 : i64, sizes = array<i64: 4, -1>}
      : (tensor<?x64xf32>) -> tensor<?x4x16xf32>
  return
}

// CHECK-LABEL: func @unfold(
// CHECK: aten.unfold %{{.*}} {dimension = 0 : i64, size = 3 : i64, step = 2 : i64} : (tensor<9x4xf32>) -> tensor<4x4x3xf32>
func.func @unfold(%x: tensor<9x4xf32>) {
  %y = aten.unfold %x {dimension = 0 : i64, size = 3 : i64, step = 2 : i64}
      : (tensor<9x4xf32>) -> tensor<4x4x3xf32>
  return
}

// CHECK-LABEL: func @unsqueeze(
// CHECK: aten.unsqueeze %{{.*}} {dim = -1 : i64} : (tensor<?x8xf32>) -> tensor<?x8x1xf32>
func.func @unsqueeze(%x: tensor<?x8xf32>) {
  %y = aten.unsqueeze %x {dim = -1 : i64}
      : (tensor<?x8xf32>) -> tensor<?x8x1xf32>
  return
}
