// RUN: kernel-opt --emit=input %s | kernel-opt --emit=input | FileCheck %s
// RUN: kernel-opt --emit=input %s --mlir-print-op-generic | kernel-opt --emit=input | FileCheck %s

// CHECK-LABEL: func @cumprod(
// CHECK: aten.cumprod %{{.*}} {dim = 1 : i64} : (tensor<?x64xf32>) -> tensor<?x64xf32>
func.func @cumprod(%x: tensor<?x64xf32>) {
  %y = aten.cumprod %x {dim = 1 : i64}
      : (tensor<?x64xf32>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: func @cumsum(
// CHECK: aten.cumsum %{{.*}} {dim = 1 : i64} : (tensor<?x64xf32>) -> tensor<?x64xf32>
func.func @cumsum(%x: tensor<?x64xf32>) {
  %y = aten.cumsum %x {dim = 1 : i64}
      : (tensor<?x64xf32>) -> tensor<?x64xf32>
  return
}
