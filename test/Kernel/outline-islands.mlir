// RUN: kernel-opt %s --kopt-outline-islands --split-input-file --verify-diagnostics \
// RUN:   | FileCheck %s

func.func private @outside(tensor<8xf32>) -> tensor<8xf32>

// CHECK-LABEL: func.func @f(
// CHECK-SAME: %[[X:.*]]: tensor<8xf32>
// CHECK-NEXT: %[[A:.*]] = call @f_island(%[[X]])
// CHECK-NEXT: %[[B:.*]] = call @outside(%[[A]])
// CHECK-NEXT: return %[[B]]
// CHECK-LABEL: func.func private @f_island(
// CHECK-SAME: kopt.contract = #kopt.contract<specials = finite>
// CHECK-NEXT: math.exp
// CHECK-NEXT: return
func.func @f(%x: tensor<8xf32>) -> tensor<8xf32> attributes {kopt.contract = #kopt.contract<specials = finite>} {
  %0 = math.exp %x : tensor<8xf32>
  // expected-remark@below {{'func.call' in function 'f' cannot be part of a kernel (call); it stays in place}}
  %1 = call @outside(%0) : (tensor<8xf32>) -> tensor<8xf32>
  return %1 : tensor<8xf32>
}

// -----

// A function of operations on tensors alone is a launch plan already.
// CHECK-LABEL: func.func @whole
// CHECK-NEXT: math.exp
// CHECK-NEXT: return
// CHECK-NOT: whole_island
func.func @whole(%x: tensor<8xf32>) -> tensor<8xf32> {
  %0 = math.exp %x : tensor<8xf32>
  return %0 : tensor<8xf32>
}

// -----

// An island waits for operations that do not read from it, and takes in what
// comes after them; constants go along.
func.func private @effect()
// CHECK-LABEL: func.func @waits(
// CHECK-NEXT: call @effect()
// CHECK-NEXT: call @effect()
// CHECK-NEXT: %[[R:.*]] = call @waits_island(%{{.*}})
// CHECK-NEXT: return %[[R]]
// CHECK-LABEL: func.func private @waits_island(
// CHECK: arith.constant dense<{{.*}}> : tensor<2xf32>
// CHECK: math.exp
// CHECK: arith.addf
func.func @waits(%x: tensor<2xf32>) -> tensor<2xf32> {
  %c = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  // expected-remark@below {{'func.call' in function 'waits'}}
  call @effect() : () -> ()
  %0 = math.exp %x : tensor<2xf32>
  // expected-remark@below {{'func.call' in function 'waits'}}
  call @effect() : () -> ()
  %1 = arith.addf %0, %c : tensor<2xf32>
  return %1 : tensor<2xf32>
}

// -----

// Islands inside of control flow, with values from around it as operands; what
// control flow reads is an island before it.
// CHECK-LABEL: func.func @loop(
// CHECK-SAME: %[[X:.*]]: tensor<8xf32>, %[[N:.*]]: index
// CHECK: %[[A:.*]] = call @[[FIRST:loop_island[_0-9]*]](%[[X]])
// CHECK: %[[R:.*]] = scf.for
// CHECK-SAME: iter_args(%[[S:.*]] = %[[X]])
// CHECK-NEXT: %[[B:.*]] = func.call @[[SECOND:loop_island[_0-9]*]]({{.*}}%[[A]]
// CHECK-NEXT: scf.yield %[[B]]
// CHECK: return %[[R]]
// CHECK-DAG: func.func private @[[FIRST]](
// CHECK-DAG: func.func private @[[SECOND]](
func.func @loop(%x: tensor<8xf32>, %n: index) -> tensor<8xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %m = arith.addi %n, %c1 : index
  %0 = math.exp %x : tensor<8xf32>
  // expected-remark@below {{'scf.for' in function 'loop' cannot be part of a kernel (control flow)}}
  %1 = scf.for %i = %c0 to %m step %c1 iter_args(%s = %x) -> tensor<8xf32> {
    %2 = arith.addf %s, %0 : tensor<8xf32>
    %3 = math.tanh %2 : tensor<8xf32>
    scf.yield %3 : tensor<8xf32>
  }
  return %1 : tensor<8xf32>
}

// -----

// Sizes of what an island defines are its results.
func.func private @take(index)
// CHECK-LABEL: func.func @sizes(
// CHECK: %[[R:.*]]:2 = call @sizes_island(
// CHECK-SAME: (tensor<?xf32>) -> (
// CHECK: call @take(%[[R]]#
// CHECK: return %[[R]]#
func.func @sizes(%x: tensor<?xf32>) -> tensor<?xf32> {
  %c0 = arith.constant 0 : index
  %0 = math.exp %x : tensor<?xf32>
  %d = tensor.dim %0, %c0 : tensor<?xf32>
  // expected-remark@below {{'func.call' in function 'sizes'}}
  call @take(%d) : (index) -> ()
  return %0 : tensor<?xf32>
}

// -----

// Views alone are no island; everything left is reported.
// CHECK-LABEL: func.func @left(
// CHECK: tensor.collapse_shape
// CHECK-NOT: call
func.func @left(%x: tensor<8x8xf32>, %m: memref<8xf32>, %i: index) -> (tensor<64xf32>, f32) {
  %0 = tensor.collapse_shape %x [[0, 1]] : tensor<8x8xf32> into tensor<64xf32>
  // expected-remark@below {{'memref.load' in function 'left' cannot be part of a kernel (memory)}}
  %1 = memref.load %m[%i] : memref<8xf32>
  // expected-remark@below {{'tensor.extract' in function 'left' cannot be part of a kernel (unknown)}}
  %2 = tensor.extract %x[%i, %i] : tensor<8x8xf32>
  %3 = arith.addf %1, %2 : f32
  return %0, %3 : tensor<64xf32>, f32
}

// -----

// Branches between blocks.
// CHECK-LABEL: func.func @branches(
// CHECK: call @branches_island
// CHECK: cf.br
func.func @branches(%x: tensor<8xf32>) -> tensor<8xf32> {
  %0 = math.exp %x : tensor<8xf32>
  // expected-remark@below {{'cf.br' in function 'branches' cannot be part of a kernel (control flow)}}
  cf.br ^next(%0 : tensor<8xf32>)
^next(%1: tensor<8xf32>):
  return %1 : tensor<8xf32>
}
