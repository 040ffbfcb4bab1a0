// RUN: kernel-opt --emit=input %s | kernel-opt --emit=input | FileCheck %s

// Named sizes go through every rule as static ones do.

!mk = tensor<?x?xf32, #kopt.dims<"M", "K">>
!kn = tensor<?x?xf32, #kopt.dims<"K", "N">>
!mn = tensor<?x?xf32, #kopt.dims<"M", "N">>

// CHECK-LABEL: func @contraction(
// CHECK: aten.mm {{.*}} -> tensor<?x?xf32, #kopt.dims<"M", "N">>
// CHECK: aten.flatten {{.*}} -> tensor<?xf32, #kopt.dims<"M*N">>
func.func @contraction(%a: !mk, %b: !kn) {
  %0 = aten.mm %a, %b : (!mk, !kn) -> !mn
  %1 = aten.flatten %0 : (!mn) -> tensor<?xf32, #kopt.dims<"M*N">>
  return
}

// A result may say less than the rule: an unnamed size, or one of unknown
// value.
// CHECK-LABEL: func @less(
// CHECK: aten.mm {{.*}} -> tensor<?x?xf32>
// CHECK: aten.relu {{.*}} -> tensor<?x8xf32>
func.func @less(%a: !mk, %b: !kn, %c: tensor<4x8xf32>) {
  %0 = aten.mm %a, %b : (!mk, !kn) -> tensor<?x?xf32>
  %1 = aten.relu %c : (tensor<4x8xf32>) -> tensor<?x8xf32>
  return
}

// Sizes that follow by arithmetic.
// CHECK-LABEL: func @arithmetic(
// CHECK: aten.cat {{.*}} -> tensor<?x4xf32, #kopt.dims<"M+N">>
// CHECK: aten.slice {{.*}} -> tensor<?x?xf32, #kopt.dims<"M", "N-2">>
// CHECK: aten.reshape {{.*}} -> tensor<?x16xf32, #kopt.dims<"M">>
func.func @arithmetic(%a: tensor<?x4xf32, #kopt.dims<"M">>,
    %b: tensor<?x4xf32, #kopt.dims<"N">>, %c: !mn,
    %d: tensor<?x2x8xf32, #kopt.dims<"M">>) {
  %0 = aten.cat %a, %b : (tensor<?x4xf32, #kopt.dims<"M">>,
      tensor<?x4xf32, #kopt.dims<"N">>) -> tensor<?x4xf32, #kopt.dims<"M+N">>
  %1 = aten.slice %c {dim = 1 : i64, start = 2 : i64}
      : (!mn) -> tensor<?x?xf32, #kopt.dims<"M", "N-2">>
  %2 = aten.reshape %d {shape = array<i64: -1, 16>}
      : (tensor<?x2x8xf32, #kopt.dims<"M">>)
      -> tensor<?x16xf32, #kopt.dims<"M">>
  return
}
