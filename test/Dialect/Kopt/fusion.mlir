// RUN: kernel-opt --emit=input %s | kernel-opt --emit=input | FileCheck %s

// CHECK: kopt.fusion @plan for @forward {output = ["matmul_1"], scores = ["matmul_0", "generic_0"]} rest separate
kopt.fusion @plan for @forward {
  scores = ["matmul_0", "generic_0"], output = ["matmul_1"]
} rest separate

// CHECK: kopt.fusion @any {"one kernel" = ["exp_0"]}{{$}}
kopt.fusion @any {"one kernel" = ["exp_0"]} rest default

// CHECK: kopt.fusion @empty {}
kopt.fusion @empty {}
