// RUN: kernel-opt %s --kopt-admit-rules=instances=8 --verify-diagnostics

!s = tensor<?xf32, #kopt.dims<"S">>
!mn = tensor<?x?xf32, #kopt.dims<"M", "N">>
!scalar = tensor<f32>

module attributes {kopt.rewrite_set, kopt.version = 1} {
  // expected-remark@+1 {{"instances":3,"rule":"sigmoid_times_x","shapes_proved":true,"verdict":"verified"}}
  kopt.rule @sigmoid_times_x(%x: !s) class reassociating sequences ["S"]
  before {
    %0 = aten.sigmoid %x : (!s) -> !s
    %1 = aten.mul %x, %0 : (!s, !s) -> !s
    kopt.yield %1 : !s
  } after {
    %0 = aten.silu %x : (!s) -> !s
    kopt.yield %0 : !s
  }

  // A condition without which all is right as well is named.
  // expected-remark@+1 {{"unexplained":["M < N"],"verdict":"verified"}}
  kopt.rule @needless_condition(%x: !mn, %a: !scalar) class exact_bits
      where ["M < N", "is_constant(%a) && value(%a) > 0"]
  before {
    %0 = aten.mul %x, %a : (!mn, !scalar) -> !mn
    %1 = aten.relu %0 : (!mn) -> !mn
    kopt.yield %1 : !mn
  } after {
    %0 = aten.relu %x : (!mn) -> !mn
    %1 = aten.mul %0, %a : (!mn, !scalar) -> !mn
    kopt.yield %1 : !mn
  }

  // Equal over the reals, but not of infinities.
  // expected-remark@+1 {{"specials_differ":true,"verdict":"verified"}}
  kopt.rule @zero_product(%x: !s) class exact_bits sequences ["S"]
  before {
    %0 = aten.sub %x, %x : (!s, !s) -> !s
    kopt.yield %0 : !s
  } after {
    %0 = aten.full_like %x {value = 0.0 : f64, dtype = f32} : (!s) -> !s
    kopt.yield %0 : !s
  }

  // No size is greater than 5 here.
  // expected-remark@+1 {{"detail":"no small sizes fit its operations and conditions"}}
  kopt.rule @no_instance(%x: !mn) class exact_bits where ["M > 100"]
  before {
    %0 = aten.neg %x : (!mn) -> !mn
    %1 = aten.neg %0 : (!mn) -> !mn
    kopt.yield %1 : !mn
  } after {
    kopt.yield %x : !mn
  }
}
