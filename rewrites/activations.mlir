// Activation functions that programs spell out, and other forms of them.

#floats = [f32, f64, f16, bf16]
!s = tensor<?xf32, #kopt.dims<"S">>
!scalar = tensor<f32>

module attributes {kopt.rewrite_set, kopt.version = 1} {
  kopt.rule @sigmoid_times_x(%x: !s) class reassociating sequences ["S"]
      element_types #floats
      doc "x * sigmoid(x) is SiLU."
  before {
    %0 = aten.sigmoid %x : (!s) -> !s
    %1 = aten.mul %x, %0 : (!s, !s) -> !s
    kopt.yield %1 : !s
  } after {
    %0 = aten.silu %x : (!s) -> !s
    kopt.yield %0 : !s
  }

  kopt.rule @silu_spelled_out(%x: !s, %one: !scalar) class reassociating
      sequences ["S"] element_types #floats
      where ["is_constant(%one) && value(%one) == 1"]
      doc "x / (1 + exp(-x)) is SiLU."
  before {
    %0 = aten.neg %x : (!s) -> !s
    %1 = aten.exp %0 : (!s) -> !s
    %2 = aten.add %1, %one : (!s, !scalar) -> !s
    %3 = aten.div %x, %2 : (!s, !s) -> !s
    kopt.yield %3 : !s
  } after {
    %0 = aten.silu %x : (!s) -> !s
    kopt.yield %0 : !s
  }

  kopt.rule @sigmoid_spelled_out(%x: !s, %one: !scalar) class reassociating
      sequences ["S"] element_types #floats
      where ["is_constant(%one) && value(%one) == 1"]
      doc "1 / (1 + exp(-x)) is the logistic function."
  before {
    %0 = aten.neg %x : (!s) -> !s
    %1 = aten.exp %0 : (!s) -> !s
    %2 = aten.add %1, %one : (!s, !scalar) -> !s
    %3 = aten.reciprocal %2 : (!s) -> !s
    kopt.yield %3 : !s
  } after {
    %0 = aten.sigmoid %x : (!s) -> !s
    kopt.yield %0 : !s
  }

  kopt.rule @sigmoid_by_tanh(%x: !s) class approximate sequences ["S"]
      element_types #floats
      doc "sigmoid(x) = (1 + tanh(x / 2)) / 2, for hardware with a fast tanh."
  before {
    %0 = aten.sigmoid %x : (!s) -> !s
    kopt.yield %0 : !s
  } after {
    %half = aten.full {size = array<i64>, value = 0.5 : f64, dtype = f32}
        : () -> !scalar
    %0 = aten.mul %x, %half : (!s, !scalar) -> !s
    %1 = aten.tanh %0 : (!s) -> !s
    %2 = aten.mul %1, %half : (!s, !scalar) -> !s
    %3 = aten.add %2, %half : (!s, !scalar) -> !s
    kopt.yield %3 : !s
  }

  kopt.rule @tanh_by_sigmoid(%x: !s) class approximate sequences ["S"]
      element_types #floats
      doc "tanh(x) = 2 sigmoid(2 x) - 1, which has one exponential."
  before {
    %0 = aten.tanh %x : (!s) -> !s
    kopt.yield %0 : !s
  } after {
    %two = aten.full {size = array<i64>, value = 2.0 : f64, dtype = f32}
        : () -> !scalar
    %one = aten.full {size = array<i64>, value = 1.0 : f64, dtype = f32}
        : () -> !scalar
    %0 = aten.mul %x, %two : (!s, !scalar) -> !s
    %1 = aten.sigmoid %0 : (!s) -> !s
    %2 = aten.mul %1, %two : (!s, !scalar) -> !s
    %3 = aten.sub %2, %one : (!s, !scalar) -> !s
    kopt.yield %3 : !s
  }

  kopt.rule @gelu_tanh_by_sigmoid(%x: !s) class approximate sequences ["S"]
      element_types [f32]
      doc "GELU by tanh is x * sigmoid(2 u), u = sqrt(2 / pi) (x + 0.044715 x^3), where 0.044715 is rounded as in GELU."
  before {
    %0 = aten.gelu %x {approximate = #aten.gelu<tanh>} : (!s) -> !s
    kopt.yield %0 : !s
  } after {
    %c = aten.full {size = array<i64>, value = 1.5957691216057308 : f64,
        dtype = f32, kopt.const = #kopt.const<"2*sqrt(2/pi)">} : () -> !scalar
    %d = aten.full {size = array<i64>, value = 0.044714998453855515 : f64,
        dtype = f32, kopt.const = #kopt.const<"0x1.6e4e260p-5">} : () -> !scalar
    %0 = aten.mul %x, %x : (!s, !s) -> !s
    %1 = aten.mul %0, %x : (!s, !s) -> !s
    %2 = aten.mul %1, %d : (!s, !scalar) -> !s
    %3 = aten.add %x, %2 : (!s, !s) -> !s
    %4 = aten.mul %3, %c : (!s, !scalar) -> !s
    %5 = aten.sigmoid %4 : (!s) -> !s
    %6 = aten.mul %x, %5 : (!s, !s) -> !s
    kopt.yield %6 : !s
  }

  kopt.rule @hardsigmoid_times_x(%x: !s) class reassociating sequences ["S"]
      element_types #floats
      doc "x * hardsigmoid(x) is hardswish."
  before {
    %0 = aten.hardsigmoid %x : (!s) -> !s
    %1 = aten.mul %x, %0 : (!s, !s) -> !s
    kopt.yield %1 : !s
  } after {
    %0 = aten.hardswish %x : (!s) -> !s
    kopt.yield %0 : !s
  }

  kopt.rule @softsign_spelled_out(%x: !s, %one: !scalar) class exact_bits
      sequences ["S"] element_types #floats
      where ["is_constant(%one) && value(%one) == 1"]
      doc "x / (1 + |x|) is softsign."
  before {
    %0 = aten.abs %x : (!s) -> !s
    %1 = aten.add %0, %one : (!s, !scalar) -> !s
    %2 = aten.div %x, %1 : (!s, !s) -> !s
    kopt.yield %2 : !s
  } after {
    %0 = aten.softsign %x : (!s) -> !s
    kopt.yield %0 : !s
  }

  kopt.rule @log_of_sigmoid(%x: !s) class reassociating sequences ["S"]
      element_types #floats
      doc "The logarithm of the logistic function, without underflow."
  before {
    %0 = aten.sigmoid %x : (!s) -> !s
    %1 = aten.log %0 : (!s) -> !s
    kopt.yield %1 : !s
  } after {
    %0 = aten.log_sigmoid %x : (!s) -> !s
    kopt.yield %0 : !s
  }

  kopt.rule @product_of_exps(%x: !s, %y: !s) class approximate
      sequences ["S"] element_types #floats where ["magnitude(finite())"]
      doc "exp(x) exp(y) = exp(x + y): one exponential less."
  before {
    %0 = aten.exp %x : (!s) -> !s
    %1 = aten.exp %y : (!s) -> !s
    %2 = aten.mul %0, %1 : (!s, !s) -> !s
    kopt.yield %2 : !s
  } after {
    %0 = aten.add %x, %y : (!s, !s) -> !s
    %1 = aten.exp %0 : (!s) -> !s
    kopt.yield %1 : !s
  }

  kopt.rule @square_spelled_out(%x: !s) class exact_bits sequences ["S"]
      element_types #floats
      doc "x * x is the square."
  before {
    %0 = aten.mul %x, %x : (!s, !s) -> !s
    kopt.yield %0 : !s
  } after {
    %0 = aten.square %x : (!s) -> !s
    kopt.yield %0 : !s
  }

  kopt.rule @pow_two(%x: !s, %two: !scalar) class exact_bits sequences ["S"]
      element_types #floats
      where ["is_constant(%two) && value(%two) == 2"]
      doc "x ^ 2 is the square."
  before {
    %0 = aten.pow %x, %two : (!s, !scalar) -> !s
    kopt.yield %0 : !s
  } after {
    %0 = aten.square %x : (!s) -> !s
    kopt.yield %0 : !s
  }
}
