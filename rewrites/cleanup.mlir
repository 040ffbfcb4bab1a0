// Rules that always make a program smaller. None is a choice, so they may run
// greedily.

#floats = [f32, f64, f16, bf16]
!s = tensor<?xf32, #kopt.dims<"S">>
!any = tensor<?xf32>
!mn = tensor<?x?xf32, #kopt.dims<"M", "N">>
!nm = tensor<?x?xf32, #kopt.dims<"N", "M">>
!bmn = tensor<?x?x?xf32, #kopt.dims<"S", "M", "N">>
!bnm = tensor<?x?x?xf32, #kopt.dims<"S", "N", "M">>
!scalar = tensor<f32>

module attributes {kopt.rewrite_set, kopt.version = 1} {
  kopt.rule @transpose_of_transpose(%x: !bmn) class layout cleanup
      sequences ["S"] element_types #floats
      doc "Exchanging the last two dimensions twice changes nothing."
  before {
    %0 = aten.transpose %x {dim0 = 1 : i64, dim1 = 2 : i64} : (!bmn) -> !bnm
    %1 = aten.transpose %0 {dim0 = 1 : i64, dim1 = 2 : i64} : (!bnm) -> !bmn
    kopt.yield %1 : !bmn
  } after {
    kopt.yield %x : !bmn
  }

  kopt.rule @transpose_of_reversed_transpose(%x: !mn) class layout cleanup
      element_types #floats
      doc "The same for a matrix, where the second transpose names the dimensions in the other order."
  before {
    %0 = aten.transpose %x {dim0 = 0 : i64, dim1 = 1 : i64} : (!mn) -> !nm
    %1 = aten.transpose %0 {dim0 = 1 : i64, dim1 = 0 : i64} : (!nm) -> !mn
    kopt.yield %1 : !mn
  } after {
    kopt.yield %x : !mn
  }

  kopt.rule @reshape_of_reshape(%x: !s) class layout cleanup sequences ["S"]
      element_types #floats
      doc "Only the last of two reshapes counts."
  before {
    %0 = aten.reshape %x {shape = array<i64: -1>, kopt.bind = {shape = "first"}}
        : (!s) -> !any
    %1 = aten.reshape %0 {shape = array<i64: -1>, kopt.bind = {shape = "last"}}
        : (!any) -> !any
    kopt.yield %1 : !any
  } after {
    %0 = aten.reshape %x {shape = array<i64: -1>, kopt.set = {shape = "last"}}
        : (!s) -> !any
    kopt.yield %0 : !any
  }

  kopt.rule @squeeze_of_unsqueeze(%x: !s) class layout cleanup sequences ["S"]
      element_types #floats
      doc "A dimension that is inserted at the front and dropped again."
  before {
    %0 = aten.unsqueeze %x {dim = 0 : i64}
        : (!s) -> tensor<1x?xf32, #kopt.dims<"S">>
    %1 = aten.squeeze %0 {dim = array<i64: 0>}
        : (tensor<1x?xf32, #kopt.dims<"S">>) -> !s
    kopt.yield %1 : !s
  } after {
    kopt.yield %x : !s
  }

  kopt.rule @neg_of_neg(%x: !s) class exact_bits cleanup sequences ["S"]
      element_types #floats
      doc "The sign changes twice."
  before {
    %0 = aten.neg %x : (!s) -> !s
    %1 = aten.neg %0 : (!s) -> !s
    kopt.yield %1 : !s
  } after {
    kopt.yield %x : !s
  }

  kopt.rule @abs_of_abs(%x: !s) class exact_bits cleanup sequences ["S"]
      element_types #floats
      doc "The absolute value of an absolute value."
  before {
    %0 = aten.abs %x : (!s) -> !s
    %1 = aten.abs %0 : (!s) -> !s
    kopt.yield %1 : !s
  } after {
    %0 = aten.abs %x : (!s) -> !s
    kopt.yield %0 : !s
  }

  kopt.rule @relu_of_relu(%x: !s) class exact_bits cleanup sequences ["S"]
      element_types #floats
      doc "The second rectifier sees nothing below zero."
  before {
    %0 = aten.relu %x : (!s) -> !s
    %1 = aten.relu %0 : (!s) -> !s
    kopt.yield %1 : !s
  } after {
    %0 = aten.relu %x : (!s) -> !s
    kopt.yield %0 : !s
  }

  kopt.rule @mul_by_one(%x: !s, %one: !scalar) class exact_bits cleanup
      sequences ["S"] element_types #floats
      where ["is_constant(%one) && value(%one) == 1"]
      doc "A factor of one."
  before {
    %0 = aten.mul %x, %one : (!s, !scalar) -> !s
    kopt.yield %0 : !s
  } after {
    kopt.yield %x : !s
  }

  kopt.rule @div_by_one(%x: !s, %one: !scalar) class exact_bits cleanup
      sequences ["S"] element_types #floats
      where ["is_constant(%one) && value(%one) == 1"]
      doc "A divisor of one."
  before {
    %0 = aten.div %x, %one : (!s, !scalar) -> !s
    kopt.yield %0 : !s
  } after {
    kopt.yield %x : !s
  }

  kopt.rule @add_zero(%x: !s, %zero: !scalar) class exact_mod_signed_zero_nan
      cleanup sequences ["S"] element_types #floats
      where ["is_constant(%zero) && value(%zero) == 0"]
      doc "Adding zero turns -0 into 0 and changes nothing else."
  before {
    %0 = aten.add %x, %zero {alpha = 1.0 : f64, kopt.bind = {alpha = "a"}}
        : (!s, !scalar) -> !s
    kopt.yield %0 : !s
  } after {
    kopt.yield %x : !s
  }
}
