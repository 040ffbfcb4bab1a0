// Transposes move through products and disappear into operations that read
// their operand transposed anyway.

#floats = [f32, f64, f16, bf16]
!mk = tensor<?x?xf32, #kopt.dims<"M", "K">>
!km = tensor<?x?xf32, #kopt.dims<"K", "M">>
!kn = tensor<?x?xf32, #kopt.dims<"K", "N">>
!nk = tensor<?x?xf32, #kopt.dims<"N", "K">>
!mn = tensor<?x?xf32, #kopt.dims<"M", "N">>
!nm = tensor<?x?xf32, #kopt.dims<"N", "M">>
!n = tensor<?xf32, #kopt.dims<"N">>
!sk = tensor<?x?xf32, #kopt.dims<"S", "K">>
!sn = tensor<?x?xf32, #kopt.dims<"S", "N">>
!smn = tensor<?x?x?xf32, #kopt.dims<"S", "M", "N">>
!snm = tensor<?x?x?xf32, #kopt.dims<"S", "N", "M">>

module attributes {kopt.rewrite_set, kopt.version = 1} {
  kopt.rule @transpose_of_mm(%a: !mk, %b: !kn) class reassociating
      element_types #floats
      doc "(A B)^T = B^T A^T."
  before {
    %0 = aten.mm %a, %b : (!mk, !kn) -> !mn
    %1 = aten.transpose %0 {dim0 = 0 : i64, dim1 = 1 : i64} : (!mn) -> !nm
    kopt.yield %1 : !nm
  } after {
    %0 = aten.transpose %b {dim0 = 0 : i64, dim1 = 1 : i64} : (!kn) -> !nk
    %1 = aten.transpose %a {dim0 = 0 : i64, dim1 = 1 : i64} : (!mk) -> !km
    %2 = aten.mm %0, %1 : (!nk, !km) -> !nm
    kopt.yield %2 : !nm
  }

  kopt.rule @mm_of_transposes(%a: !km, %b: !nk) class reassociating
      element_types #floats
      doc "A^T B^T = (B A)^T: one transpose instead of two."
  before {
    %0 = aten.transpose %a {dim0 = 0 : i64, dim1 = 1 : i64} : (!km) -> !mk
    %1 = aten.transpose %b {dim0 = 0 : i64, dim1 = 1 : i64} : (!nk) -> !kn
    %2 = aten.mm %0, %1 : (!mk, !kn) -> !mn
    kopt.yield %2 : !mn
  } after {
    %0 = aten.mm %b, %a : (!nk, !km) -> !nm
    %1 = aten.transpose %0 {dim0 = 0 : i64, dim1 = 1 : i64} : (!nm) -> !mn
    kopt.yield %1 : !mn
  }

  kopt.rule @mm_with_transpose(%x: !mk, %w: !nk) class exact_bits
      element_types #floats
      doc "A product with a transposed matrix is a linear layer."
  before {
    %0 = aten.transpose %w {dim0 = 0 : i64, dim1 = 1 : i64} : (!nk) -> !kn
    %1 = aten.mm %x, %0 : (!mk, !kn) -> !mn
    kopt.yield %1 : !mn
  } after {
    %0 = aten.linear %x, %w : (!mk, !nk) -> !mn
    kopt.yield %0 : !mn
  }

  kopt.rule @matmul_with_transpose(%x: !sk, %w: !nk) class exact_bits
      sequences ["S"] element_types #floats
      doc "The same for any number of leading dimensions."
  before {
    %0 = aten.transpose %w {dim0 = 0 : i64, dim1 = 1 : i64} : (!nk) -> !kn
    %1 = aten.matmul %x, %0 : (!sk, !kn) -> !sn
    kopt.yield %1 : !sn
  } after {
    %0 = aten.linear %x, %w : (!sk, !nk) -> !sn
    kopt.yield %0 : !sn
  }

  kopt.rule @bias_after_linear(%x: !sk, %w: !nk, %b: !n) class reassociating
      sequences ["S"] element_types #floats
      doc "A vector that is added to each row is the layer's bias."
  before {
    %0 = aten.linear %x, %w : (!sk, !nk) -> !sn
    %1 = aten.add %0, %b : (!sn, !n) -> !sn
    kopt.yield %1 : !sn
  } after {
    %0 = aten.linear %x, %w, %b : (!sk, !nk, !n) -> !sn
    kopt.yield %0 : !sn
  }

  kopt.rule @relu_of_transpose(%x: !smn) class exact_bits sequences ["S"]
      element_types #floats
      doc "A transpose moves behind a pointwise operation."
  before {
    %0 = aten.transpose %x {dim0 = -2 : i64, dim1 = -1 : i64} : (!smn) -> !snm
    %1 = aten.relu %0 : (!snm) -> !snm
    kopt.yield %1 : !snm
  } after {
    %0 = aten.relu %x : (!smn) -> !smn
    %1 = aten.transpose %0 {dim0 = -2 : i64, dim1 = -1 : i64} : (!smn) -> !snm
    kopt.yield %1 : !snm
  }

  kopt.rule @add_of_transposes(%x: !smn, %y: !smn) class exact_bits
      sequences ["S"] element_types #floats
      doc "The sum of two transposes is the transpose of the sum."
  before {
    %0 = aten.transpose %x {dim0 = -2 : i64, dim1 = -1 : i64} : (!smn) -> !snm
    %1 = aten.transpose %y {dim0 = -2 : i64, dim1 = -1 : i64} : (!smn) -> !snm
    %2 = aten.add %0, %1 : (!snm, !snm) -> !snm
    kopt.yield %2 : !snm
  } after {
    %0 = aten.add %x, %y : (!smn, !smn) -> !smn
    %1 = aten.transpose %0 {dim0 = -2 : i64, dim1 = -1 : i64} : (!smn) -> !snm
    kopt.yield %1 : !snm
  }
}
