// RUN: kernel-opt %s --kopt-admit-rules --verify-diagnostics

!s = tensor<?xf32, #kopt.dims<"S">>
!scalar = tensor<f32>

module attributes {kopt.rewrite_set, kopt.version = 1} {
  kopt.rule @wrong_value(%x: !s) class approximate sequences ["S"]
  before {
    %0 = aten.exp %x : (!s) -> !s
    kopt.yield %0 : !s
  } after {
    // expected-error@+1 {{expects 'log2e' within half an ulp of 'f32', 1.4426950408889634, found 1.4428000000000001}}
    %c = aten.full {size = array<i64>, value = 1.4428 : f64, dtype = f32,
        kopt.const = #kopt.const<"log2e">} : () -> !scalar
    %0 = aten.mul %x, %c : (!s, !scalar) -> !s
    %1 = aten.exp2 %0 : (!s) -> !s
    kopt.yield %1 : !s
  }

  kopt.rule @no_provenance(%x: !s) class approximate sequences ["S"]
  before {
    %0 = aten.exp %x : (!s) -> !s
    kopt.yield %0 : !s
  } after {
    // expected-error@+1 {{introduces the literal 1.4426950408889634, a rounded number; say of what by 'kopt.const' on an aten.full, or compute it by 'kopt.set'}}
    %c = aten.full {size = array<i64>, value = 1.4426950408889634 : f64,
        dtype = f32} : () -> !scalar
    %0 = aten.mul %x, %c : (!s, !scalar) -> !s
    %1 = aten.exp2 %0 : (!s) -> !s
    kopt.yield %1 : !s
  }

  // 2^-23, the epsilon of f32, rounds nothing.
  // expected-remark@+1 {{"verdict":"verified"}}
  kopt.rule @power_of_two(%x: !s) class reassociating sequences ["S"]
  before {
    %0 = aten.sub %x, %x : (!s, !s) -> !s
    kopt.yield %0 : !s
  } after {
    %c = aten.full {size = array<i64>, value = 1.1920928955078125e-07 : f64,
        dtype = f32} : () -> !scalar
    %0 = aten.sub %x, %x : (!s, !s) -> !s
    %1 = aten.mul %0, %c : (!s, !scalar) -> !s
    kopt.yield %1 : !s
  }

  kopt.rule @no_value(%x: !s) class approximate sequences ["S"]
  before {
    %0 = aten.exp %x : (!s) -> !s
    kopt.yield %0 : !s
  } after {
    // expected-error@+1 {{has a literal that stands for 'magic', which has no value; write numbers, pi, e, ln2, ln10, log2e, log10e and sqrt, exp, log}}
    %c = aten.full {size = array<i64>, value = 1.4426950408889634 : f64,
        dtype = f32, kopt.const = #kopt.const<"magic">} : () -> !scalar
    %0 = aten.mul %x, %c : (!s, !scalar) -> !s
    %1 = aten.exp2 %0 : (!s) -> !s
    kopt.yield %1 : !s
  }

  // A value within half an ulp of f32 is not within one of f64.
  kopt.rule @too_coarse(%x: !s) class approximate sequences ["S"]
      element_types [f32, f64]
  before {
    %0 = aten.exp %x : (!s) -> !s
    kopt.yield %0 : !s
  } after {
    // expected-error@+1 {{expects 'log2e' within half an ulp of 'f64'}}
    %c = aten.full {size = array<i64>, value = 1.44269504 : f64,
        dtype = f32, kopt.const = #kopt.const<"log2e">} : () -> !scalar
    %0 = aten.mul %x, %c : (!s, !scalar) -> !s
    %1 = aten.exp2 %0 : (!s) -> !s
    kopt.yield %1 : !s
  }

  // What 'before' says may be repeated, and short numbers are meant exactly.
  // expected-remark@+1 {{"verdict":"verified"}}
  kopt.rule @known(%x: !s) class approximate sequences ["S"]
  before {
    %0 = aten.leaky_relu %x {negative_slope = 0.01 : f64} : (!s) -> !s
    kopt.yield %0 : !s
  } after {
    %c = aten.full {size = array<i64>, value = 0.01 : f64, dtype = f32}
        : () -> !scalar
    %0 = aten.full {size = array<i64>, value = 0.0 : f64, dtype = f32}
        : () -> !scalar
    %1 = aten.mul %x, %c : (!s, !scalar) -> !s
    %2 = aten.gt %x, %0 : (!s, !scalar) -> tensor<?xi1, #kopt.dims<"S">>
    %3 = aten.where %2, %x, %1 : (tensor<?xi1, #kopt.dims<"S">>, !s, !s) -> !s
    kopt.yield %3 : !s
  }
}
