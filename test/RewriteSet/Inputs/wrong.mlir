!s = tensor<?xf32, #kopt.dims<"S">>
!m = tensor<?xf32, #kopt.dims<"M">>
!mk = tensor<?x?xf32, #kopt.dims<"M", "K">>
!kn = tensor<?x?xf32, #kopt.dims<"K", "N">>
!mn = tensor<?x?xf32, #kopt.dims<"M", "N">>
!m1 = tensor<?x1xf32, #kopt.dims<"M">>
!scalar = tensor<f32>

module attributes {kopt.rewrite_set, kopt.version = 1} {
  kopt.rule @square_is_double(%x: !s) class reassociating sequences ["S"]
  before {
    %0 = aten.mul %x, %x : (!s, !s) -> !s
    kopt.yield %0 : !s
  } after {
    %0 = aten.add %x, %x : (!s, !s) -> !s
    kopt.yield %0 : !s
  }

  // Right for a = 1 alone.
  kopt.rule @factor_lost(%a: !s, %b: !s, %c: !s) class reassociating
      sequences ["S"]
  before {
    %0 = aten.add %b, %c : (!s, !s) -> !s
    %1 = aten.mul %a, %0 : (!s, !s) -> !s
    kopt.yield %1 : !s
  } after {
    %0 = aten.mul %a, %b : (!s, !s) -> !s
    %1 = aten.add %0, %c : (!s, !s) -> !s
    kopt.yield %1 : !s
  }

  // The condition that the factor is positive is missing.
  kopt.rule @relu_of_scaled(%x: !s, %a: !scalar) class exact_bits
      sequences ["S"] where ["is_constant(%a)"]
  before {
    %0 = aten.mul %x, %a : (!s, !scalar) -> !s
    %1 = aten.relu %0 : (!s) -> !s
    kopt.yield %1 : !s
  } after {
    %0 = aten.relu %x : (!s) -> !s
    %1 = aten.mul %0, %a : (!s, !scalar) -> !s
    kopt.yield %1 : !s
  }

  // Right for K = 1 alone.
  kopt.rule @sums_multiplied(%a: !mk, %b: !kn)
      class reassociating where ["M <= 5"]
  before {
    %0 = aten.mm %a, %b : (!mk, !kn) -> !mn
    %1 = aten.sum %0 : (!mn) -> !scalar
    kopt.yield %1 : !scalar
  } after {
    %0 = aten.sum %a {dim = array<i64: 1>, keepdim = true} : (!mk) -> !m1
    %1 = aten.sum %b : (!kn) -> !scalar
    %2 = aten.mul %0, %1 : (!m1, !scalar) -> !m1
    %3 = aten.sum %2 : (!m1) -> !scalar
    kopt.yield %3 : !scalar
  }
}
