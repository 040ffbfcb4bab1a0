!mk = tensor<?x?xf32, #kopt.dims<"M", "K">>
!nk = tensor<?x?xf32, #kopt.dims<"N", "K">>
!mn = tensor<?x?xf32, #kopt.dims<"M", "N">>
!m1 = tensor<?x1xf32, #kopt.dims<"M">>
!n = tensor<?xf32, #kopt.dims<"N">>
!k = tensor<?xf32, #kopt.dims<"K">>

module attributes {kopt.rewrite_set, kopt.version = 1} {
  kopt.rule @row_sum_without_bias(%x: !mk, %w: !nk, %b: !n, %c: tensor<f32>)
      class reassociating where ["is_constant(%c)", "value(%c) != 0"]
      doc "Wrong: the bias is forgotten."
  before {
    %0 = aten.linear %x, %w, %b : (!mk, !nk, !n) -> !mn
    %1 = aten.div %0, %c : (!mn, tensor<f32>) -> !mn
    %2 = aten.sum %1 {dim = array<i64: 1>, keepdim = true} : (!mn) -> !m1
    kopt.yield %2 : !m1
  } after {
    %0 = aten.sum %w {dim = array<i64: 0>, keepdim = false} : (!nk) -> !k
    %1 = aten.mul %x, %0 : (!mk, !k) -> !mk
    %2 = aten.sum %1 {dim = array<i64: 1>, keepdim = true} : (!mk) -> !m1
    %3 = aten.div %2, %c : (!m1, tensor<f32>) -> !m1
    kopt.yield %3 : !m1
  }
}
