// Softmax and its relatives: what they are made of, what they do not depend on,
// and what they become next to each other.

#floats = [f32, f64, f16, bf16]
!s = tensor<?xf32, #kopt.dims<"S">>
!sn = tensor<?x?xf32, #kopt.dims<"S", "N">>
!s1 = tensor<?x1xf32, #kopt.dims<"S">>
!scalar = tensor<f32>

module attributes {kopt.rewrite_set, kopt.version = 1} {
  kopt.rule @softmax_in_parts(%x: !sn) class reassociating sequences ["S"]
      element_types #floats
      doc "Softmax as a maximum, exponentials, their sum and a quotient, for rules about the parts."
  before {
    %0 = aten.softmax %x {dim = -1 : i64} : (!sn) -> !sn
    kopt.yield %0 : !sn
  } after {
    %0 = aten.amax %x {dim = array<i64: -1>, keepdim = true} : (!sn) -> !s1
    %1 = aten.sub %x, %0 : (!sn, !s1) -> !sn
    %2 = aten.exp %1 : (!sn) -> !sn
    %3 = aten.sum %2 {dim = array<i64: -1>, keepdim = true} : (!sn) -> !s1
    %4 = aten.div %2, %3 : (!sn, !s1) -> !sn
    kopt.yield %4 : !sn
  }

  kopt.rule @parts_of_softmax(%x: !sn) class reassociating sequences ["S"]
      element_types #floats
      doc "A softmax that a program spells out, with the maximum taken out."
  before {
    %0 = aten.amax %x {dim = array<i64: -1>, keepdim = true} : (!sn) -> !s1
    %1 = aten.sub %x, %0 : (!sn, !s1) -> !sn
    %2 = aten.exp %1 : (!sn) -> !sn
    %3 = aten.sum %2 {dim = array<i64: -1>, keepdim = true} : (!sn) -> !s1
    %4 = aten.div %2, %3 : (!sn, !s1) -> !sn
    kopt.yield %4 : !sn
  } after {
    %0 = aten.softmax %x {dim = -1 : i64} : (!sn) -> !sn
    kopt.yield %0 : !sn
  }

  kopt.rule @softmax_by_powers_of_two(%x: !sn) class approximate
      sequences ["S"] element_types #floats
      doc "exp(x) = 2^(x log2 e): the hardware has powers of two."
  before {
    %0 = aten.softmax %x {dim = -1 : i64} : (!sn) -> !sn
    kopt.yield %0 : !sn
  } after {
    %c = aten.full {size = array<i64>, value = 1.4426950408889634 : f64,
        dtype = f32, kopt.const = #kopt.const<"log2e">} : () -> !scalar
    %0 = aten.amax %x {dim = array<i64: -1>, keepdim = true} : (!sn) -> !s1
    %1 = aten.sub %x, %0 : (!sn, !s1) -> !sn
    %2 = aten.mul %1, %c : (!sn, !scalar) -> !sn
    %3 = aten.exp2 %2 : (!sn) -> !sn
    %4 = aten.sum %3 {dim = array<i64: -1>, keepdim = true} : (!sn) -> !s1
    %5 = aten.div %3, %4 : (!sn, !s1) -> !sn
    kopt.yield %5 : !sn
  }

  kopt.rule @scaled_softmax_by_powers_of_two(%x: !sn, %s: !scalar)
      class approximate sequences ["S"] element_types #floats
      where ["is_constant(%s)", "magnitude(value(%s) > 0)"]
      doc "A positive scale before softmax is folded with log2 e into one factor, behind the maximum."
  before {
    %0 = aten.mul %x, %s : (!sn, !scalar) -> !sn
    %1 = aten.softmax %0 {dim = -1 : i64} : (!sn) -> !sn
    kopt.yield %1 : !sn
  } after {
    %c = aten.full {size = array<i64>, value = 1.0 : f64, dtype = f32,
        kopt.set = {value = "value(%s) * log2e"}} : () -> !scalar
    %0 = aten.amax %x {dim = array<i64: -1>, keepdim = true} : (!sn) -> !s1
    %1 = aten.sub %x, %0 : (!sn, !s1) -> !sn
    %2 = aten.mul %1, %c : (!sn, !scalar) -> !sn
    %3 = aten.exp2 %2 : (!sn) -> !sn
    %4 = aten.sum %3 {dim = array<i64: -1>, keepdim = true} : (!sn) -> !s1
    %5 = aten.div %3, %4 : (!sn, !s1) -> !sn
    kopt.yield %5 : !sn
  }

  kopt.rule @softmax_without_maximum(%x: !sn) class approximate
      sequences ["S"] element_types [f32, f64]
      where ["bounded(%x, 60)"]
      doc "Where the contract bounds the logits, exponentials cannot overflow and the maximum is not needed."
  before {
    %0 = aten.softmax %x {dim = -1 : i64} : (!sn) -> !sn
    kopt.yield %0 : !sn
  } after {
    %0 = aten.exp %x : (!sn) -> !sn
    %1 = aten.sum %0 {dim = array<i64: -1>, keepdim = true} : (!sn) -> !s1
    %2 = aten.div %0, %1 : (!sn, !s1) -> !sn
    kopt.yield %2 : !sn
  }

  kopt.rule @softmax_of_shifted(%x: !sn, %c: !s1) class reassociating
      sequences ["S"] element_types #floats where ["magnitude(finite())"]
      doc "Softmax does not see what is added to a whole row."
  before {
    %0 = aten.add %x, %c {alpha = 1.0 : f64, kopt.bind = {alpha = "a"}}
        : (!sn, !s1) -> !sn
    %1 = aten.softmax %0 {dim = -1 : i64} : (!sn) -> !sn
    kopt.yield %1 : !sn
  } after {
    %0 = aten.softmax %x {dim = -1 : i64} : (!sn) -> !sn
    kopt.yield %0 : !sn
  }

  kopt.rule @softmax_of_difference(%x: !sn, %c: !s1) class reassociating
      sequences ["S"] element_types #floats where ["magnitude(finite())"]
      doc "Nor what is subtracted from it, such as its own maximum."
  before {
    %0 = aten.sub %x, %c {alpha = 1.0 : f64, kopt.bind = {alpha = "a"}}
        : (!sn, !s1) -> !sn
    %1 = aten.softmax %0 {dim = -1 : i64} : (!sn) -> !sn
    kopt.yield %1 : !sn
  } after {
    %0 = aten.softmax %x {dim = -1 : i64} : (!sn) -> !sn
    kopt.yield %0 : !sn
  }

  kopt.rule @log_of_softmax(%x: !sn) class reassociating sequences ["S"]
      element_types #floats
      doc "The logarithm of softmax, in one step and without underflow."
  before {
    %0 = aten.softmax %x {dim = -1 : i64} : (!sn) -> !sn
    %1 = aten.log %0 : (!sn) -> !sn
    kopt.yield %1 : !sn
  } after {
    %0 = aten.log_softmax %x {dim = -1 : i64} : (!sn) -> !sn
    kopt.yield %0 : !sn
  }

  kopt.rule @exp_of_log_softmax(%x: !sn) class reassociating sequences ["S"]
      element_types #floats
      doc "The exponential of log_softmax is softmax."
  before {
    %0 = aten.log_softmax %x {dim = -1 : i64} : (!sn) -> !sn
    %1 = aten.exp %0 : (!sn) -> !sn
    kopt.yield %1 : !sn
  } after {
    %0 = aten.softmax %x {dim = -1 : i64} : (!sn) -> !sn
    kopt.yield %0 : !sn
  }

  kopt.rule @log_softmax_in_parts(%x: !sn) class reassociating
      sequences ["S"] element_types #floats
      doc "log_softmax as a difference from logsumexp."
  before {
    %0 = aten.log_softmax %x {dim = -1 : i64} : (!sn) -> !sn
    kopt.yield %0 : !sn
  } after {
    %0 = aten.logsumexp %x {dim = array<i64: -1>, keepdim = true}
        : (!sn) -> !s1
    %1 = aten.sub %x, %0 : (!sn, !s1) -> !sn
    kopt.yield %1 : !sn
  }

  kopt.rule @difference_from_logsumexp(%x: !sn) class reassociating
      sequences ["S"] element_types #floats
      doc "The difference from logsumexp is log_softmax."
  before {
    %0 = aten.logsumexp %x {dim = array<i64: -1>, keepdim = true}
        : (!sn) -> !s1
    %1 = aten.sub %x, %0 : (!sn, !s1) -> !sn
    kopt.yield %1 : !sn
  } after {
    %0 = aten.log_softmax %x {dim = -1 : i64} : (!sn) -> !sn
    kopt.yield %0 : !sn
  }

  kopt.rule @log_sum_exp_spelled_out(%x: !sn) class reassociating
      sequences ["S"] element_types #floats
      doc "log(sum(exp(x))) without overflow."
  before {
    %0 = aten.exp %x : (!sn) -> !sn
    %1 = aten.sum %0 {dim = array<i64: -1>, keepdim = true} : (!sn) -> !s1
    %2 = aten.log %1 : (!s1) -> !s1
    kopt.yield %2 : !s1
  } after {
    %0 = aten.logsumexp %x {dim = array<i64: -1>, keepdim = true}
        : (!sn) -> !s1
    kopt.yield %0 : !s1
  }

  kopt.rule @exp_of_logsumexp(%x: !sn) class reassociating sequences ["S"]
      element_types [f32, f64] where ["bounded(%x, 60)"]
      doc "The exponential of logsumexp is the sum of exponentials, where none overflows."
  before {
    %0 = aten.logsumexp %x {dim = array<i64: -1>, keepdim = true}
        : (!sn) -> !s1
    %1 = aten.exp %0 : (!s1) -> !s1
    kopt.yield %1 : !s1
  } after {
    %0 = aten.exp %x : (!sn) -> !sn
    %1 = aten.sum %0 {dim = array<i64: -1>, keepdim = true} : (!sn) -> !s1
    kopt.yield %1 : !s1
  }
}
