// RUN: kernel-opt %s --kopt-instantiate-rules=instances=2 | FileCheck %s
// RUN: kernel-opt %s --kopt-instantiate-rules="instances=1 violated=0" \
// RUN:   | FileCheck %s --check-prefix=VIOLATED

!mk = tensor<?x?xf32, #kopt.dims<"M", "K">>
!kn = tensor<?x?xf32, #kopt.dims<"K", "N">>
!mn = tensor<?x?xf32, #kopt.dims<"M", "N">>
!scalar = tensor<f32>

// Sizes that all differ come first; constants stand in the functions; what the
// conditions ask for stands on them.
// CHECK: module @scaled_0 attributes {kopt.instance = "M=2 K=3 N=5 %s=0.5"}
// CHECK: func.func @before(%{{.+}}: tensor<2x3xf32>, %{{.+}}: tensor<3x5xf32> {kopt.parameter}) -> tensor<2x5xf32>
// CHECK-SAME: kopt.contract = #kopt.contract<specials = finite>
// CHECK: aten.full {{.*}}value = 5.000000e-01
// CHECK: aten.mul
// CHECK: aten.mm
// CHECK: func.func @after(
// CHECK: aten.mm
// CHECK: aten.mul
// CHECK: module @scaled_1
// CHECK-NOT: module
// CHECK-NOT: kopt.rule
// VIOLATED: module @scaled_0 attributes {kopt.instance = "{{.*}}%s=-{{.*}}"}
module attributes {kopt.rewrite_set, kopt.version = 1} {
  kopt.rule @scaled(%a: !mk, %b: !kn, %s: !scalar) class reassociating
      where ["value(%s) >= 0", "is_parameter(%b)", "finite()", "K > 1"]
  before {
    %0 = aten.mul %a, %s : (!mk, !scalar) -> !mk
    %1 = aten.mm %0, %b : (!mk, !kn) -> !mn
    kopt.yield %1 : !mn
  } after {
    %0 = aten.mm %a, %b : (!mk, !kn) -> !mn
    %1 = aten.mul %0, %s : (!mn, !scalar) -> !mn
    kopt.yield %1 : !mn
  }
}
