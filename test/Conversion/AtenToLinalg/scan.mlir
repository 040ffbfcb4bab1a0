// RUN: kernel-opt %s --convert-aten-to-linalg | FileCheck %s
// RUN: kernel-opt %s --convert-aten-to-linalg=lower-scans=true \
// RUN:   | FileCheck %s --check-prefix=LOOP

// CHECK: aten.cumsum
// CHECK-NOT: aten.relu
// LOOP-NOT: aten.
// LOOP: scf.for
// LOOP: tensor.extract_slice
// LOOP: arith.addf
// LOOP: tensor.insert_slice
func.func @scan(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %0 = aten.cumsum %x {dim = 1 : i64} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %1 = aten.relu %0 : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return %1 : tensor<4x8xf32>
}
