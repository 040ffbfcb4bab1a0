// A factor moves through linear operations, to where it costs least, and
// factors meet.

#floats = [f32, f64, f16, bf16]
!s = tensor<?xf32, #kopt.dims<"S">>
!mk = tensor<?x?xf32, #kopt.dims<"M", "K">>
!kn = tensor<?x?xf32, #kopt.dims<"K", "N">>
!mn = tensor<?x?xf32, #kopt.dims<"M", "N">>
!nk = tensor<?x?xf32, #kopt.dims<"N", "K">>
!sk = tensor<?x?xf32, #kopt.dims<"S", "K">>
!sn = tensor<?x?xf32, #kopt.dims<"S", "N">>
!s1 = tensor<?x1xf32, #kopt.dims<"S">>
!bmk = tensor<?x?x?xf32, #kopt.dims<"B", "M", "K">>
!bkn = tensor<?x?x?xf32, #kopt.dims<"B", "K", "N">>
!bmn = tensor<?x?x?xf32, #kopt.dims<"B", "M", "N">>
!scalar = tensor<f32>

module attributes {kopt.rewrite_set, kopt.version = 1} {
  kopt.rule @factors_meet(%x: !s, %a: !scalar, %b: !scalar) class reassociating
      sequences ["S"] element_types #floats
      doc "Two scalar factors become one."
  before {
    %0 = aten.mul %x, %a : (!s, !scalar) -> !s
    %1 = aten.mul %0, %b : (!s, !scalar) -> !s
    kopt.yield %1 : !s
  } after {
    %0 = aten.mul %a, %b : (!scalar, !scalar) -> !scalar
    %1 = aten.mul %x, %0 : (!s, !scalar) -> !s
    kopt.yield %1 : !s
  }

  kopt.rule @divide_by_factor(%x: !s, %a: !scalar) class approximate
      sequences ["S"] element_types #floats
      doc "Division by a scalar becomes multiplication by its reciprocal."
  before {
    %0 = aten.div %x, %a : (!s, !scalar) -> !s
    kopt.yield %0 : !s
  } after {
    %0 = aten.reciprocal %a : (!scalar) -> !scalar
    %1 = aten.mul %x, %0 : (!s, !scalar) -> !s
    kopt.yield %1 : !s
  }

  kopt.rule @scale_of_mm(%a: !mk, %b: !kn, %s: !scalar) class reassociating
      element_types #floats
      doc "The factor of a product goes to the left operand."
  before {
    %0 = aten.mm %a, %b : (!mk, !kn) -> !mn
    %1 = aten.mul %0, %s : (!mn, !scalar) -> !mn
    kopt.yield %1 : !mn
  } after {
    %0 = aten.mul %a, %s : (!mk, !scalar) -> !mk
    %1 = aten.mm %0, %b : (!mk, !kn) -> !mn
    kopt.yield %1 : !mn
  }

  kopt.rule @scale_of_mm_right(%a: !mk, %b: !kn, %s: !scalar)
      class reassociating element_types #floats
      doc "The factor of a product goes to the right operand."
  before {
    %0 = aten.mm %a, %b : (!mk, !kn) -> !mn
    %1 = aten.mul %0, %s : (!mn, !scalar) -> !mn
    kopt.yield %1 : !mn
  } after {
    %0 = aten.mul %b, %s : (!kn, !scalar) -> !kn
    %1 = aten.mm %a, %0 : (!mk, !kn) -> !mn
    kopt.yield %1 : !mn
  }

  kopt.rule @mm_of_scaled(%a: !mk, %b: !kn, %s: !scalar) class reassociating
      element_types #floats
      doc "The factor of the left operand becomes one of the product, where a kernel applies it for nothing."
  before {
    %0 = aten.mul %a, %s : (!mk, !scalar) -> !mk
    %1 = aten.mm %0, %b : (!mk, !kn) -> !mn
    kopt.yield %1 : !mn
  } after {
    %0 = aten.mm %a, %b : (!mk, !kn) -> !mn
    %1 = aten.mul %0, %s : (!mn, !scalar) -> !mn
    kopt.yield %1 : !mn
  }

  kopt.rule @mm_of_scaled_right(%a: !mk, %b: !kn, %s: !scalar)
      class reassociating element_types #floats
      doc "The factor of the right operand becomes one of the product."
  before {
    %0 = aten.mul %b, %s : (!kn, !scalar) -> !kn
    %1 = aten.mm %a, %0 : (!mk, !kn) -> !mn
    kopt.yield %1 : !mn
  } after {
    %0 = aten.mm %a, %b : (!mk, !kn) -> !mn
    %1 = aten.mul %0, %s : (!mn, !scalar) -> !mn
    kopt.yield %1 : !mn
  }

  kopt.rule @bmm_of_scaled(%a: !bmk, %b: !bkn, %s: !scalar)
      class reassociating element_types #floats
      doc "The factor of the left operands becomes one of the batched product."
  before {
    %0 = aten.mul %a, %s : (!bmk, !scalar) -> !bmk
    %1 = aten.bmm %0, %b : (!bmk, !bkn) -> !bmn
    kopt.yield %1 : !bmn
  } after {
    %0 = aten.bmm %a, %b : (!bmk, !bkn) -> !bmn
    %1 = aten.mul %0, %s : (!bmn, !scalar) -> !bmn
    kopt.yield %1 : !bmn
  }

  kopt.rule @scale_of_linear(%x: !sk, %w: !nk, %s: !scalar)
      class reassociating sequences ["S"] element_types #floats
      where ["is_parameter(%w)"]
      doc "The factor of a linear layer goes into its weight, once and for all."
  before {
    %0 = aten.linear %x, %w : (!sk, !nk) -> !sn
    %1 = aten.mul %0, %s : (!sn, !scalar) -> !sn
    kopt.yield %1 : !sn
  } after {
    %0 = aten.mul %w, %s : (!nk, !scalar) -> !nk
    %1 = aten.linear %x, %0 : (!sk, !nk) -> !sn
    kopt.yield %1 : !sn
  }

  kopt.rule @scale_of_linear_bias(%x: !sk, %w: !nk,
      %b: tensor<?xf32, #kopt.dims<"N">>, %s: !scalar)
      class reassociating sequences ["S"] element_types #floats
      where ["is_parameter(%w)", "is_parameter(%b)"]
      doc "The factor of a linear layer goes into its weight and its bias."
  before {
    %0 = aten.linear %x, %w, %b
        : (!sk, !nk, tensor<?xf32, #kopt.dims<"N">>) -> !sn
    %1 = aten.mul %0, %s : (!sn, !scalar) -> !sn
    kopt.yield %1 : !sn
  } after {
    %0 = aten.mul %w, %s : (!nk, !scalar) -> !nk
    %1 = aten.mul %b, %s : (tensor<?xf32, #kopt.dims<"N">>, !scalar)
        -> tensor<?xf32, #kopt.dims<"N">>
    %2 = aten.linear %x, %0, %1
        : (!sk, !nk, tensor<?xf32, #kopt.dims<"N">>) -> !sn
    kopt.yield %2 : !sn
  }

  kopt.rule @sum_of_scaled(%x: !sk, %s: !scalar) class reassociating
      sequences ["S"] element_types #floats
      doc "A factor leaves the sum over the last dimension."
  before {
    %0 = aten.mul %x, %s : (!sk, !scalar) -> !sk
    %1 = aten.sum %0 {dim = array<i64: -1>, keepdim = true} : (!sk) -> !s1
    kopt.yield %1 : !s1
  } after {
    %0 = aten.sum %x {dim = array<i64: -1>, keepdim = true} : (!sk) -> !s1
    %1 = aten.mul %0, %s : (!s1, !scalar) -> !s1
    kopt.yield %1 : !s1
  }
}
