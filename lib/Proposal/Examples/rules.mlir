// Two rules. The first moves a shift of the columns behind a product of
// matrices: (A + 1 b) W = A W + 1 (b W). The second computes one minus a
// sigmoid as a sigmoid, for any shape and three element types.

!mk = tensor<?x?xf32, #kopt.dims<"M", "K">>
!kn = tensor<?x?xf32, #kopt.dims<"K", "N">>
!mn = tensor<?x?xf32, #kopt.dims<"M", "N">>
!k = tensor<?xf32, #kopt.dims<"K">>
!n = tensor<?xf32, #kopt.dims<"N">>
!ik = tensor<1x?xf32, #kopt.dims<"K">>
!in = tensor<1x?xf32, #kopt.dims<"N">>
!s = tensor<?xf32, #kopt.dims<"S">>

module attributes {kopt.rewrite_set, kopt.version = 1} {
  kopt.rule @shift_behind_product(%a: !mk, %b: !ik, %w: !kn)
      class reassociating where ["M > K"]
      doc "the sum is over N columns instead of K, and joins the epilogue"
  before {
    %0 = aten.add %a, %b : (!mk, !ik) -> !mk
    %1 = aten.mm %0, %w : (!mk, !kn) -> !mn
    kopt.yield %1 : !mn
  } after {
    %0 = aten.mm %a, %w : (!mk, !kn) -> !mn
    %1 = aten.mm %b, %w : (!ik, !kn) -> !in
    %2 = aten.add %0, %1 : (!mn, !in) -> !mn
    kopt.yield %2 : !mn
  }

  kopt.rule @one_minus_sigmoid(%x: !s, %one: tensor<f32>)
      class reassociating sequences ["S"] element_types [f32, f16, bf16]
      where ["is_constant(%one)", "value(%one) == 1"]
      doc "1 - sigmoid(x) = sigmoid(-x)"
  before {
    %0 = aten.sigmoid %x : (!s) -> !s
    %1 = aten.sub %one, %0 : (tensor<f32>, !s) -> !s
    kopt.yield %1 : !s
  } after {
    %0 = aten.neg %x : (!s) -> !s
    %1 = aten.sigmoid %0 : (!s) -> !s
    kopt.yield %1 : !s
  }
}
