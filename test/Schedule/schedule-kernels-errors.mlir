// RUN: not kernel-opt %s --kopt-schedule-kernels=strategy=no_such 2>&1 | FileCheck %s --check-prefix=NAME
// RUN: not kernel-opt %s --kopt-schedule-kernels=knobs=a=1 2>&1 | FileCheck %s --check-prefix=ALONE
// RUN: not kernel-opt %s '--kopt-schedule-kernels=strategy=elementwise knobs=elements' 2>&1 | FileCheck %s --check-prefix=FORM
// RUN: not kernel-opt %s '--kopt-schedule-kernels=strategy=elementwise knobs=threads=1' 2>&1 | FileCheck %s --check-prefix=KNOB
// RUN: not kernel-opt %s '--kopt-schedule-kernels=strategy=elementwise knobs=elements=-5' 2>&1 | FileCheck %s --check-prefix=OPTION
// RUN: not kernel-opt %s '--kopt-schedule-kernels=pass-over=scale:no_such' 2>&1 | FileCheck %s --check-prefix=PASS
// RUN: not kernel-opt %s '--kopt-schedule-kernels=pass-over=scale:elementwise,scale:generic,scale:generic_small' 2>&1 | FileCheck %s --check-prefix=NONE
// RUN: not kernel-opt %s --kopt-schedule-kernels=files=%s 2>&1 | FileCheck %s --check-prefix=FILE

// NAME: error: no strategy is called 'no_such'
// ALONE: error: knobs belong to a strategy: name it, too
// FORM: error: knobs are given as name=value, found 'elements'
// KNOB: error: strategy 'elementwise' does not fit: strategy 'elementwise' has no knob 'threads'
// OPTION: error: strategy 'elementwise' does not fit: knob 'elements' of strategy 'elementwise' has no option -5
// PASS: error: pass-over expects kernel:strategy, found 'scale:no_such'
// NONE: error: no strategy fits kernel 'scale'; {{.*}}'elementwise' is passed over; 'generic' is passed over; 'generic_small' is passed over
// FILE: error: a file of schedules needs a sequence @__kernel_schedules with one transform.foreach_match
func.func @scale(%x: tensor<4096xf32>) -> tensor<4096xf32> {
  %r = kopt.kernel @scale (%a = %x : tensor<4096xf32>) -> (tensor<4096xf32>) {
    %e = tensor.empty() : tensor<4096xf32>
    %y = linalg.exp ins(%a : tensor<4096xf32>) outs(%e : tensor<4096xf32>) -> tensor<4096xf32>
    kopt.yield %y : tensor<4096xf32>
  }
  return %r : tensor<4096xf32>
}
