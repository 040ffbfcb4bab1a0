// REQUIRES: ptxas
// RUN: split-file %s %t
// RUN: kernel-opt %t/aten.mlir --input=f32[40,50] --input=f32[50] --verify=off --quiet | FileCheck %s
// RUN: kernel-opt %t/linalg.mlir --input=f32[40,50] --verify=off --quiet | FileCheck %s --check-prefix=LINALG
// RUN: kernel-opt %t/aten.mlir --input=f32[40,50] --input=f32[50] --verify=off --quiet --emit=plan | FileCheck %s --check-prefix=PLAN
// RUN: not kernel-opt %t/aten.mlir -o %t/out 2>&1 | FileCheck %s --check-prefix=UNKNOWN
// RUN: not kernel-opt %t/aten.mlir --input=f32[40,50] 2>&1 | FileCheck %s --check-prefix=COUNT
// RUN: not kernel-opt %t/aten.mlir --input=f32[40,51] --input=f32[51] 2>&1 | FileCheck %s --check-prefix=TYPE
// RUN: not kernel-opt %t/aten.mlir --input=f32[40,x] 2>&1 | FileCheck %s --check-prefix=SIZE
// RUN: not kernel-opt %t/aten.mlir --input=g7[4] 2>&1 | FileCheck %s --check-prefix=ELEMENT
// RUN: not ls %t/out

// CHECK-LABEL: func.func @norm
// CHECK-SAME: (%{{.*}}: tensor<40x50xf32> {kopt.specialized = array<i64: 0>}, %{{.*}}: tensor<50xf32>) -> tensor<40x50xf32>
// CHECK: kopt.launch
// LINALG: func.func @exp(%{{.*}}: tensor<40x50xf32> {kopt.specialized = array<i64: 0, 1>}) -> tensor<40x50xf32>
// LINALG: kopt.launch
// The plan says which sizes it is not for good for.
// PLAN: "name": "in0"
// PLAN: "specialized": [
// PLAN-NEXT: 0
// PLAN-NEXT: ],
// PLAN: "name": "in1"
// PLAN-NOT: "specialized"
// UNKNOWN: error: function 'norm' computes with sizes that are not known: give the types of its arguments, as --input=f32[8,16]
// COUNT: error: function 'norm' takes 2 arguments, found 1 inputs: give one for each argument
// TYPE: error: argument 0 of function 'norm' has type 'tensor<?x50xf32>', the input given for it 'tensor<40x51xf32>'
// SIZE: error: input 'f32[40,x]': 'x' is no size; expected an element type and sizes, like f32[4,3,224,224]
// ELEMENT: error: input 'g7[4]': unknown element type 'g7'

//--- aten.mlir
func.func @norm(%x: tensor<?x50xf32>, %w: tensor<50xf32>) -> tensor<?x50xf32> {
  %0 = aten.rms_norm %x, %w {normalized_shape = array<i64: 50>} : (tensor<?x50xf32>, tensor<50xf32>) -> tensor<?x50xf32>
  %1 = aten.relu %0 : (tensor<?x50xf32>) -> tensor<?x50xf32>
  return %1 : tensor<?x50xf32>
}
//--- linalg.mlir
func.func @exp(%x: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %m = tensor.dim %x, %c0 : tensor<?x?xf32>
  %n = tensor.dim %x, %c1 : tensor<?x?xf32>
  %e = tensor.empty(%m, %n) : tensor<?x?xf32>
  %0 = linalg.generic {
      indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>],
      iterator_types = ["parallel", "parallel"]}
    ins(%x : tensor<?x?xf32>) outs(%e : tensor<?x?xf32>) {
    ^bb0(%v: f32, %o: f32):
      %t = math.exp %v : f32
      linalg.yield %t : f32
    } -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}
