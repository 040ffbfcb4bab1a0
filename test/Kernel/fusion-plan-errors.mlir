// RUN: kernel-opt %s --kopt-form-kernels --split-input-file --verify-diagnostics

kopt.fusion @plan {k = ["exp_0", "absf_0"]}
func.func @cycle(%x: tensor<8xf32>) -> tensor<8xf32> {
  // expected-error@below {{kernel 'k' would have to wait for itself: it defines what this operation computes}}
  %0 = math.exp %x : tensor<8xf32>
  // expected-note@below {{this operation, outside of the kernel, needs it}}
  %1 = arith.negf %0 : tensor<8xf32>
  // expected-note@below {{the kernel reads that again here; leave one of them out}}
  %2 = math.absf %1 : tensor<8xf32>
  return %2 : tensor<8xf32>
}

// -----

// Two kernels that wait for each other, each of them without a gap.
kopt.fusion @plan {a = ["exp_0", "absf_0"], b = ["negf_0", "tanh_0"]}
func.func @mutual(%x: tensor<8xf32>, %y: tensor<8xf32>) -> (tensor<8xf32>, tensor<8xf32>) {
  // expected-note@below {{this operation, outside of the kernel, needs it}}
  %0 = math.exp %x : tensor<8xf32>
  // expected-note@below {{the kernel reads that again here; leave one of them out}}
  %1 = arith.negf %0 : tensor<8xf32>
  // expected-error@below {{kernel 'b' would have to wait for itself: it defines what this operation computes}}
  %2 = math.tanh %y : tensor<8xf32>
  // expected-note@below {{this operation, outside of the kernel, needs it}}
  %3 = math.absf %2 : tensor<8xf32>
  return %1, %3 : tensor<8xf32>, tensor<8xf32>
}

// -----

// expected-error@below {{names 'matmul_7' in kernel 'k', but no operation of the function has that identifier}}
kopt.fusion @plan {k = ["matmul_7"]}
func.func @unknown(%x: tensor<8xf32>) -> tensor<8xf32> {
  %0 = math.exp %x : tensor<8xf32>
  return %0 : tensor<8xf32>
}

// -----

// expected-error@below {{names 'same' in kernel 'k', but more than one operation of the function has that identifier}}
kopt.fusion @plan {k = ["same"]}
func.func @ambiguous(%x: tensor<8xf32>) -> tensor<8xf32> {
  // expected-note@below {{one is here}}
  %0 = math.exp %x {kopt.id = "same"} : tensor<8xf32>
  // expected-note@below {{one is here}}
  %1 = math.exp %0 {kopt.id = "same"} : tensor<8xf32>
  return %1 : tensor<8xf32>
}

// -----

// expected-error@below {{names 'call_0' in kernel 'k', but 'func.call' cannot be part of a kernel}}
kopt.fusion @plan {k = ["call_0"]}
func.func private @outside(tensor<8xf32>) -> tensor<8xf32>
func.func @foreign(%x: tensor<8xf32>) -> tensor<8xf32> {
  // expected-note@below {{'call_0' is here}}
  %0 = func.call @outside(%x) : (tensor<8xf32>) -> tensor<8xf32>
  return %0 : tensor<8xf32>
}

// -----

// expected-error@below {{has kernel 'k' over more than one block}}
kopt.fusion @plan {k = ["exp_0", "tanh_0"]}
func.func @blocks(%x: tensor<8xf32>, %flag: i1) -> tensor<8xf32> {
  // expected-note@below {{'exp_0' is here}}
  %0 = math.exp %x : tensor<8xf32>
  %1 = scf.if %flag -> tensor<8xf32> {
    // expected-note@below {{'tanh_0' is here}}
    %2 = math.tanh %0 : tensor<8xf32>
    scf.yield %2 : tensor<8xf32>
  } else {
    scf.yield %0 : tensor<8xf32>
  }
  return %1 : tensor<8xf32>
}

// -----

// expected-error@below {{gives a kernel the name 'k', which the module has already}}
kopt.fusion @plan for @second {k = ["exp_0"]}
func.func @first(%x: tensor<8xf32>) -> tensor<8xf32> {
  %0 = kopt.kernel @k (%a = %x : tensor<8xf32>) -> (tensor<8xf32>) {
    %1 = math.exp %a : tensor<8xf32>
    kopt.yield %1 : tensor<8xf32>
  }
  return %0 : tensor<8xf32>
}
func.func @second(%x: tensor<8xf32>) -> tensor<8xf32> {
  %0 = math.exp %x : tensor<8xf32>
  return %0 : tensor<8xf32>
}
