// Sums and means of linear operations: linear operations of smaller operands.

#floats = [f32, f64, f16, bf16]
!n = tensor<?xf32, #kopt.dims<"N">>
!one = tensor<1xf32>
!mk = tensor<?x?xf32, #kopt.dims<"M", "K">>
!ik = tensor<1x?xf32, #kopt.dims<"K">>
!kn = tensor<?x?xf32, #kopt.dims<"K", "N">>
!k1 = tensor<?x1xf32, #kopt.dims<"K">>
!mn = tensor<?x?xf32, #kopt.dims<"M", "N">>
!m1 = tensor<?x1xf32, #kopt.dims<"M">>
!in = tensor<1x?xf32, #kopt.dims<"N">>
!nk = tensor<?x?xf32, #kopt.dims<"N", "K">>
!sk = tensor<?x?xf32, #kopt.dims<"S", "K">>
!sn = tensor<?x?xf32, #kopt.dims<"S", "N">>
!s1 = tensor<?x1xf32, #kopt.dims<"S">>
!s = tensor<?xf32, #kopt.dims<"S">>
!nmc = tensor<?x?x?xf32, #kopt.dims<"N", "M", "C">>
!nc = tensor<?x?xf32, #kopt.dims<"N", "C">>
!nq4c = tensor<?x?x4x?xf32, #kopt.dims<"N", "M floordiv 4", "C">>
!nqg = tensor<?x?x?xf32, #kopt.dims<"N", "M floordiv 4", "C*4">>
!ng = tensor<?x?xf32, #kopt.dims<"N", "C*4">>
!n4c = tensor<?x4x?xf32, #kopt.dims<"N", "C">>

module attributes {kopt.rewrite_set, kopt.version = 1} {
  kopt.rule @mean_of_linear(%x: !sk, %w: !nk, %b: !n) class reassociating
      sequences ["S"] element_types #floats
      doc "mean(x W^T + b) = x mean(W) + mean(b): the product with a matrix becomes one with a vector."
  before {
    %0 = aten.linear %x, %w, %b : (!sk, !nk, !n) -> !sn
    %1 = aten.mean %0 {dim = array<i64: -1>, keepdim = true} : (!sn) -> !s1
    kopt.yield %1 : !s1
  } after {
    %0 = aten.mean %w {dim = array<i64: 0>, keepdim = true} : (!nk) -> !ik
    %1 = aten.mean %b {dim = array<i64: 0>, keepdim = true} : (!n) -> !one
    %2 = aten.linear %x, %0, %1 : (!sk, !ik, !one) -> !s1
    kopt.yield %2 : !s1
  }

  kopt.rule @sum_of_linear(%x: !sk, %w: !nk, %b: !n) class reassociating
      sequences ["S"] element_types #floats
      doc "sum(x W^T + b) = x sum(W) + sum(b)."
  before {
    %0 = aten.linear %x, %w, %b : (!sk, !nk, !n) -> !sn
    %1 = aten.sum %0 {dim = array<i64: -1>, keepdim = true} : (!sn) -> !s1
    kopt.yield %1 : !s1
  } after {
    %0 = aten.sum %w {dim = array<i64: 0>, keepdim = true} : (!nk) -> !ik
    %1 = aten.sum %b {dim = array<i64: 0>, keepdim = true} : (!n) -> !one
    %2 = aten.linear %x, %0, %1 : (!sk, !ik, !one) -> !s1
    kopt.yield %2 : !s1
  }

  kopt.rule @sum_of_linear_dropping(%x: !sk, %w: !nk, %b: !n)
      class reassociating sequences ["S"] element_types #floats
      doc "The same where the summed dimension is dropped."
  before {
    %0 = aten.linear %x, %w, %b : (!sk, !nk, !n) -> !sn
    %1 = aten.sum %0 {dim = array<i64: -1>} : (!sn) -> !s
    kopt.yield %1 : !s
  } after {
    %0 = aten.sum %w {dim = array<i64: 0>, keepdim = true} : (!nk) -> !ik
    %1 = aten.sum %b {dim = array<i64: 0>, keepdim = true} : (!n) -> !one
    %2 = aten.linear %x, %0, %1 : (!sk, !ik, !one) -> !s1
    %3 = aten.squeeze %2 {dim = array<i64: -1>} : (!s1) -> !s
    kopt.yield %3 : !s
  }

  kopt.rule @sum_of_rows_of_mm(%a: !mk, %b: !kn) class reassociating
      element_types #floats
      doc "The sum of the rows of A B is the sum of the rows of A, times B."
  before {
    %0 = aten.mm %a, %b : (!mk, !kn) -> !mn
    %1 = aten.sum %0 {dim = array<i64: 0>, keepdim = true} : (!mn) -> !in
    kopt.yield %1 : !in
  } after {
    %0 = aten.sum %a {dim = array<i64: 0>, keepdim = true} : (!mk) -> !ik
    %1 = aten.mm %0, %b : (!ik, !kn) -> !in
    kopt.yield %1 : !in
  }

  kopt.rule @sum_of_columns_of_mm(%a: !mk, %b: !kn) class reassociating
      element_types #floats
      doc "The sum of the columns of A B is A times the sum of the columns of B."
  before {
    %0 = aten.mm %a, %b : (!mk, !kn) -> !mn
    %1 = aten.sum %0 {dim = array<i64: 1>, keepdim = true} : (!mn) -> !m1
    kopt.yield %1 : !m1
  } after {
    %0 = aten.sum %b {dim = array<i64: 1>, keepdim = true} : (!kn) -> !k1
    %1 = aten.mm %a, %0 : (!mk, !k1) -> !m1
    kopt.yield %1 : !m1
  }

  kopt.rule @mean_of_rows_of_mm(%a: !mk, %b: !kn) class reassociating
      element_types #floats
      doc "The mean of the rows of A B is the mean of the rows of A, times B."
  before {
    %0 = aten.mm %a, %b : (!mk, !kn) -> !mn
    %1 = aten.mean %0 {dim = array<i64: 0>, keepdim = true} : (!mn) -> !in
    kopt.yield %1 : !in
  } after {
    %0 = aten.mean %a {dim = array<i64: 0>, keepdim = true} : (!mk) -> !ik
    %1 = aten.mm %0, %b : (!ik, !kn) -> !in
    kopt.yield %1 : !in
  }

  kopt.rule @sum_of_sums(%x: !sn) class reassociating sequences ["S"]
      element_types #floats
      doc "A sum over the last dimension and then over all others is one over all."
  before {
    %0 = aten.sum %x {dim = array<i64: -1>} : (!sn) -> !s
    %1 = aten.sum %0 : (!s) -> tensor<f32>
    kopt.yield %1 : tensor<f32>
  } after {
    %0 = aten.sum %x : (!sn) -> tensor<f32>
    kopt.yield %0 : tensor<f32>
  }

  kopt.rule @logsumexp_of_one(%x: !s1) class exact_mod_signed_zero_nan
      sequences ["S"] element_types #floats
      doc "The logarithm of the exponential of one element."
  before {
    %0 = aten.logsumexp %x {dim = array<i64: -1>, keepdim = true}
        : (!s1) -> !s1
    kopt.yield %0 : !s1
  } after {
    kopt.yield %x : !s1
  }

  kopt.rule @amax_of_one(%x: !s1) class exact_bits sequences ["S"]
      element_types #floats
      doc "The greatest of one element."
  before {
    %0 = aten.amax %x {dim = array<i64: -1>, keepdim = true} : (!s1) -> !s1
    kopt.yield %0 : !s1
  } after {
    kopt.yield %x : !s1
  }

  kopt.rule @mean_of_one(%x: !s1) class exact_bits sequences ["S"]
      element_types #floats
      doc "The mean of one element."
  before {
    %0 = aten.mean %x {dim = array<i64: -1>, keepdim = true} : (!s1) -> !s1
    kopt.yield %0 : !s1
  } after {
    kopt.yield %x : !s1
  }

  kopt.rule @amax_of_fours_of_rows(%x: !nmc) class exact_mod_signed_zero_nan
      element_types #floats where ["M % 4 == 0"]
      doc "The maximum over rows by fours: four rows of any length begin where vectors of 16 bytes do, as single rows of odd length do not."
  before {
    %0 = aten.amax %x {dim = array<i64: 1>} : (!nmc) -> !nc
    kopt.yield %0 : !nc
  } after {
    %0 = aten.unflatten %x {dim = 1 : i64, sizes = array<i64: -1, 4>} : (!nmc) -> !nq4c
    %1 = aten.flatten %0 {start_dim = 2 : i64, end_dim = 3 : i64} : (!nq4c) -> !nqg
    %2 = aten.amax %1 {dim = array<i64: 1>} : (!nqg) -> !ng
    %3 = aten.unflatten %2 {dim = 1 : i64, sizes = array<i64: 4, -1>} : (!ng) -> !n4c
    %4 = aten.amax %3 {dim = array<i64: 1>} : (!n4c) -> !nc
    kopt.yield %4 : !nc
  }
}
