// Rectifiers, minima, maxima and limits.

#floats = [f32, f64, f16, bf16]
!s = tensor<?xf32, #kopt.dims<"S">>
!scalar = tensor<f32>

module attributes {kopt.rewrite_set, kopt.version = 1} {
  kopt.rule @maximum_with_zero(%x: !s, %zero: !scalar)
      class exact_mod_signed_zero_nan sequences ["S"] element_types #floats
      where ["is_constant(%zero) && value(%zero) == 0"]
      doc "max(x, 0) is the rectifier."
  before {
    %0 = aten.maximum %x, %zero : (!s, !scalar) -> !s
    kopt.yield %0 : !s
  } after {
    %0 = aten.relu %x : (!s) -> !s
    kopt.yield %0 : !s
  }

  kopt.rule @clamp_at_zero(%x: !s) class exact_mod_signed_zero_nan
      sequences ["S"] element_types #floats
      doc "A clamp with the lower bound 0 alone is the rectifier."
  before {
    %0 = aten.clamp %x {min = 0.0 : f64} : (!s) -> !s
    kopt.yield %0 : !s
  } after {
    %0 = aten.relu %x : (!s) -> !s
    kopt.yield %0 : !s
  }

  kopt.rule @clamp_of_relu(%x: !s) class exact_mod_signed_zero_nan
      sequences ["S"] element_types #floats
      doc "min(max(x, 0), hi) in one operation."
  before {
    %0 = aten.relu %x : (!s) -> !s
    %1 = aten.clamp %0 {max = 6.0 : f64, kopt.bind = {max = "hi"}} : (!s) -> !s
    kopt.yield %1 : !s
  } after {
    %0 = aten.clamp %x {min = 0.0 : f64, max = 6.0 : f64,
        kopt.set = {max = "hi"}} : (!s) -> !s
    kopt.yield %0 : !s
  }

  kopt.rule @relu_of_clamp(%x: !s) class exact_mod_signed_zero_nan
      sequences ["S"] element_types #floats where ["hi >= 0"]
      doc "max(min(x, hi), 0) is the same function."
  before {
    %0 = aten.clamp %x {max = 6.0 : f64, kopt.bind = {max = "hi"}} : (!s) -> !s
    %1 = aten.relu %0 : (!s) -> !s
    kopt.yield %1 : !s
  } after {
    %0 = aten.clamp %x {min = 0.0 : f64, max = 6.0 : f64,
        kopt.set = {max = "hi"}} : (!s) -> !s
    kopt.yield %0 : !s
  }

  kopt.rule @hardtanh_as_clamp(%x: !s) class exact_bits sequences ["S"]
      element_types #floats
      doc "hardtanh is a clamp."
  before {
    %0 = aten.hardtanh %x {kopt.bind = {min_val = "lo", max_val = "hi"}}
        : (!s) -> !s
    kopt.yield %0 : !s
  } after {
    %0 = aten.clamp %x {min = -1.0 : f64, max = 1.0 : f64,
        kopt.set = {min = "lo", max = "hi"}} : (!s) -> !s
    kopt.yield %0 : !s
  }

  kopt.rule @clamp_of_clamp(%x: !s) class exact_bits sequences ["S"]
      element_types #floats
      doc "A lower and then an upper bound; where they cross, the upper one wins in both."
  before {
    %0 = aten.clamp %x {min = -1.0 : f64, kopt.bind = {min = "lo"}}
        : (!s) -> !s
    %1 = aten.clamp %0 {max = 1.0 : f64, kopt.bind = {max = "hi"}}
        : (!s) -> !s
    kopt.yield %1 : !s
  } after {
    %0 = aten.clamp %x {min = -1.0 : f64, max = 1.0 : f64,
        kopt.set = {min = "lo", max = "hi"}} : (!s) -> !s
    kopt.yield %0 : !s
  }

  kopt.rule @relu_of_scaled(%x: !s, %a: !scalar) class exact_bits
      sequences ["S"] element_types #floats
      where ["is_constant(%a) && value(%a) > 0"]
      doc "A positive factor passes the rectifier."
  before {
    %0 = aten.mul %x, %a : (!s, !scalar) -> !s
    %1 = aten.relu %0 : (!s) -> !s
    kopt.yield %1 : !s
  } after {
    %0 = aten.relu %x : (!s) -> !s
    %1 = aten.mul %0, %a : (!s, !scalar) -> !s
    kopt.yield %1 : !s
  }

  kopt.rule @scaled_relu(%x: !s, %a: !scalar) class exact_bits
      sequences ["S"] element_types #floats
      where ["is_constant(%a) && value(%a) > 0"]
      doc "The same, the other way: the factor may then meet another one."
  before {
    %0 = aten.relu %x : (!s) -> !s
    %1 = aten.mul %0, %a : (!s, !scalar) -> !s
    kopt.yield %1 : !s
  } after {
    %0 = aten.mul %x, %a : (!s, !scalar) -> !s
    %1 = aten.relu %0 : (!s) -> !s
    kopt.yield %1 : !s
  }

  kopt.rule @relu_of_exp(%x: !s) class exact_bits sequences ["S"]
      element_types #floats
      doc "An exponential is not negative."
  before {
    %0 = aten.exp %x : (!s) -> !s
    %1 = aten.relu %0 : (!s) -> !s
    kopt.yield %1 : !s
  } after {
    %0 = aten.exp %x : (!s) -> !s
    kopt.yield %0 : !s
  }

  kopt.rule @relu_of_sigmoid(%x: !s) class exact_bits sequences ["S"]
      element_types #floats
      doc "Nor is the logistic function."
  before {
    %0 = aten.sigmoid %x : (!s) -> !s
    %1 = aten.relu %0 : (!s) -> !s
    kopt.yield %1 : !s
  } after {
    %0 = aten.sigmoid %x : (!s) -> !s
    kopt.yield %0 : !s
  }

  kopt.rule @maximum_of_negations(%x: !s, %y: !s)
      class exact_mod_signed_zero_nan sequences ["S"] element_types #floats
      doc "max(-x, -y) = -min(x, y)."
  before {
    %0 = aten.neg %x : (!s) -> !s
    %1 = aten.neg %y : (!s) -> !s
    %2 = aten.maximum %0, %1 : (!s, !s) -> !s
    kopt.yield %2 : !s
  } after {
    %0 = aten.minimum %x, %y : (!s, !s) -> !s
    %1 = aten.neg %0 : (!s) -> !s
    kopt.yield %1 : !s
  }

  kopt.rule @maximum_of_itself(%x: !s) class exact_bits sequences ["S"]
      element_types #floats cleanup
      doc "max(x, x) = x."
  before {
    %0 = aten.maximum %x, %x : (!s, !s) -> !s
    kopt.yield %0 : !s
  } after {
    kopt.yield %x : !s
  }
}
