// Softmax does not change when a number is added to each row, so it is tempting to
// leave out a bias before it. But a bias is a number for each column.

// RUN: not kernel-opt %S/Inputs/biased-softmax.mlir --check-proposal=%s | FileCheck %s
// RUN: kernel-opt %S/Inputs/biased-softmax.mlir --rewrite-set=%s --emit=linalg 2>&1 | FileCheck %s --check-prefix=USE

// CHECK: rule @softmax_without_row_shift {{.*}}: verified, did not match
// CHECK: rule @softmax_without_bias {{.*}}: refuted
// CHECK-NEXT: witness: for M={{[0-9]+}} N={{[0-9]+}}: result #0[{{[0-9]+,[ ]?[0-9]+}}] is {{.*}} before and {{.*}} after

// What is refuted is not applied: the bias is still there.
// USE: refuted
// USE: arith.addf %{{.*}}, %{{.*}} : f32
// USE-NEXT: linalg.yield

!mn = tensor<?x?xf32, #kopt.dims<"M", "N">>
!m1 = tensor<?x1xf32, #kopt.dims<"M">>
!n = tensor<?xf32, #kopt.dims<"N">>

module attributes {kopt.rewrite_set, kopt.version = 1} {
  kopt.rule @softmax_without_row_shift(%x: !mn, %r: !m1) class reassociating
  before {
    %0 = aten.add %x, %r : (!mn, !m1) -> !mn
    %1 = aten.softmax %0 {dim = 1 : i64} : (!mn) -> !mn
    kopt.yield %1 : !mn
  } after {
    %0 = aten.softmax %x {dim = 1 : i64} : (!mn) -> !mn
    kopt.yield %0 : !mn
  }
  kopt.rule @softmax_without_bias(%x: !mn, %b: !n) class reassociating
  before {
    %0 = aten.add %x, %b : (!mn, !n) -> !mn
    %1 = aten.softmax %0 {dim = 1 : i64} : (!mn) -> !mn
    kopt.yield %1 : !mn
  } after {
    %0 = aten.softmax %x {dim = 1 : i64} : (!mn) -> !mn
    kopt.yield %0 : !mn
  }
}
