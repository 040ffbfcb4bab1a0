// REQUIRES: ptxas
// RUN: kernel-opt %s --verify=off -o %t.mlir 2>%t.err
// RUN: FileCheck %s < %t.mlir
// RUN: FileCheck %s --check-prefix=LEFT < %t.err
// RUN: not kernel-opt %s --require-all -o %t.none 2>&1 | FileCheck %s --check-prefix=ALL
// RUN: not ls %t.none
// RUN: kernel-opt --emit-bytecode %s -o %t.mlirbc --canonicalize
// RUN: kernel-opt --verify=off --quiet - < %t.mlirbc | FileCheck %s

// What is not ours stays where it is, and all of it is told.

// LEFT: left in place: {{.*}}foreign.mlir:[[@LINE+14]]:{{.*}} 'func.call' in function 'mixed' (call)
// LEFT: left in place: {{.*}}'scf.for' in function 'mixed' (control flow)
// ALL: error: 'func.call' in function 'mixed' cannot be part of a kernel (call); without --require-all it stays in place
// ALL: error: 'scf.for' in function 'mixed' cannot be part of a kernel (control flow)

func.func private @outside(tensor<64xf32>) -> tensor<64xf32>

// CHECK-LABEL: func.func @mixed
// CHECK: call @mixed_island
// CHECK: call @outside
// CHECK: scf.for
// CHECK: call @mixed_island
func.func @mixed(%x: tensor<64xf32>, %n: index) -> tensor<64xf32> {
  %0 = aten.exp %x : (tensor<64xf32>) -> tensor<64xf32>
  %1 = func.call @outside(%0) : (tensor<64xf32>) -> tensor<64xf32>
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %2 = scf.for %i = %c0 to %n step %c1 iter_args(%v = %1) -> (tensor<64xf32>) {
    %3 = aten.tanh %v : (tensor<64xf32>) -> tensor<64xf32>
    scf.yield %3 : tensor<64xf32>
  }
  return %2 : tensor<64xf32>
}

// CHECK-LABEL: func.func @empty()
func.func @empty() {
  return
}

// CHECK-LABEL: func.func @no_tensors
// CHECK: arith.addi
func.func @no_tensors(%i: i32) -> i32 {
  %0 = arith.addi %i, %i : i32
  return %0 : i32
}

// CHECK-LABEL: func.func @second
// CHECK: kopt.launch
func.func @second(%m: tensor<i1>, %x: tensor<f32>) -> tensor<f32> {
  %0 = aten.neg %x : (tensor<f32>) -> tensor<f32>
  %1 = aten.where %m, %0, %x : (tensor<i1>, tensor<f32>, tensor<f32>) -> tensor<f32>
  return %1 : tensor<f32>
}
