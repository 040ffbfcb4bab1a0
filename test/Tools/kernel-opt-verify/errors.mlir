// Errors have exit code 3, and all unsupported operations are reported.

// RUN: split-file %s %t
// RUN: %python %S/../../Verify/Inputs/expect-exit.py 3 kernel-opt-verify %t/unsupported.mlir 2>&1 | FileCheck %s --check-prefix=UNKNOWN
// RUN: %python %S/../../Verify/Inputs/expect-exit.py 3 kernel-opt-verify %t/signature.mlir 2>&1 | FileCheck %s --check-prefix=SIGNATURE
// RUN: %python %S/../../Verify/Inputs/expect-exit.py 3 kernel-opt-verify %t/alone.mlir 2>&1 | FileCheck %s --check-prefix=ALONE
// RUN: %python %S/../../Verify/Inputs/expect-exit.py 3 kernel-opt-verify %t/index.mlir 2>&1 | FileCheck %s --check-prefix=INDEX
// RUN: %python %S/../../Verify/Inputs/expect-exit.py 3 kernel-opt-verify %t/none.mlir 2>&1 | FileCheck %s --check-prefix=NONE
// RUN: %python %S/../../Verify/Inputs/expect-exit.py 3 kernel-opt-verify %t/alone.mlir --families=gaussian 2>&1 | FileCheck %s --check-prefix=FAMILY

// NONE: error: cannot open input file
// FAMILY: error: no input family is named 'gaussian'; there are: normal uniform01

//--- unsupported.mlir
// UNKNOWN: unsupported.mlir:{{[0-9]+}}:8: error: operation is not supported by the reference evaluator
// UNKNOWN: unsupported.mlir:{{[0-9]+}}:8: error: type 'memref<4xf32>' is not supported by the reference evaluator
func.func @src(%x: tensor<4xf32>) -> tensor<4xf32> {
  %r = tensor.rank %x : tensor<4xf32>
  %m = bufferization.to_buffer %x : tensor<4xf32> to memref<4xf32>
  return %x : tensor<4xf32>
}
func.func @tgt(%x: tensor<4xf32>) -> tensor<4xf32> {
  return %x : tensor<4xf32>
}

//--- signature.mlir
// SIGNATURE: error: expected type 'tensor<4xf32>' of result 0 as in the source, found 'tensor<4xf16>'
func.func @src(%x: tensor<4xf32>) -> tensor<4xf32> {
  return %x : tensor<4xf32>
}
func.func @tgt(%x: tensor<4xf32>) -> tensor<4xf16> {
  %r = arith.truncf %x : tensor<4xf32> to tensor<4xf16>
  return %r : tensor<4xf16>
}

//--- alone.mlir
// ALONE: error: no function 'tgt_alone' to compare with
func.func @src_alone(%x: tensor<4xf32>) -> tensor<4xf32> {
  return %x : tensor<4xf32>
}

//--- index.mlir
// INDEX: error: index 4 of dimension 0 is out of bounds, the size is 4
func.func @src(%x: tensor<4xf32>) -> f32 {
  %c = arith.constant 4 : index
  %r = tensor.extract %x[%c] : tensor<4xf32>
  return %r : f32
}
func.func @tgt(%x: tensor<4xf32>) -> f32 {
  %c = arith.constant 3 : index
  %r = tensor.extract %x[%c] : tensor<4xf32>
  return %r : f32
}
