// Distributive and associative laws of products.

#floats = [f32, f64, f16, bf16]
!s = tensor<?xf32, #kopt.dims<"S">>
!mk = tensor<?x?xf32, #kopt.dims<"M", "K">>
!kn = tensor<?x?xf32, #kopt.dims<"K", "N">>
!kp = tensor<?x?xf32, #kopt.dims<"K", "P">>
!np = tensor<?x?xf32, #kopt.dims<"N", "P">>
!mn = tensor<?x?xf32, #kopt.dims<"M", "N">>
!mp = tensor<?x?xf32, #kopt.dims<"M", "P">>
!ml = tensor<?x?xf32, #kopt.dims<"M", "L">>
!ln = tensor<?x?xf32, #kopt.dims<"L", "N">>
!mkl = tensor<?x?xf32, #kopt.dims<"M", "K+L">>
!kln = tensor<?x?xf32, #kopt.dims<"K+L", "N">>
!knp = tensor<?x?xf32, #kopt.dims<"K", "N+P">>
!mnp = tensor<?x?xf32, #kopt.dims<"M", "N+P">>
!nk = tensor<?x?xf32, #kopt.dims<"N", "K">>
!pk = tensor<?x?xf32, #kopt.dims<"P", "K">>
!npk = tensor<?x?xf32, #kopt.dims<"N+P", "K">>
!sk = tensor<?x?xf32, #kopt.dims<"S", "K">>
!sn = tensor<?x?xf32, #kopt.dims<"S", "N">>
!sp = tensor<?x?xf32, #kopt.dims<"S", "P">>
!snp = tensor<?x?xf32, #kopt.dims<"S", "N+P">>
!kk = tensor<?x?xf32, #kopt.dims<"K", "K">>

module attributes {kopt.rewrite_set, kopt.version = 1} {
  kopt.rule @common_factor(%a: !s, %b: !s, %c: !s) class reassociating
      sequences ["S"] element_types #floats
      doc "a c + b c = (a + b) c."
  before {
    %0 = aten.mul %a, %c : (!s, !s) -> !s
    %1 = aten.mul %b, %c : (!s, !s) -> !s
    %2 = aten.add %0, %1 : (!s, !s) -> !s
    kopt.yield %2 : !s
  } after {
    %0 = aten.add %a, %b : (!s, !s) -> !s
    %1 = aten.mul %0, %c : (!s, !s) -> !s
    kopt.yield %1 : !s
  }

  kopt.rule @common_right_factor(%a: !mk, %b: !mk, %c: !kn)
      class reassociating element_types #floats
      doc "A C + B C = (A + B) C: one product of matrices less."
  before {
    %0 = aten.mm %a, %c : (!mk, !kn) -> !mn
    %1 = aten.mm %b, %c : (!mk, !kn) -> !mn
    %2 = aten.add %0, %1 : (!mn, !mn) -> !mn
    kopt.yield %2 : !mn
  } after {
    %0 = aten.add %a, %b : (!mk, !mk) -> !mk
    %1 = aten.mm %0, %c : (!mk, !kn) -> !mn
    kopt.yield %1 : !mn
  }

  kopt.rule @common_left_factor(%a: !mk, %b: !kn, %c: !kn)
      class reassociating element_types #floats
      doc "A B + A C = A (B + C)."
  before {
    %0 = aten.mm %a, %b : (!mk, !kn) -> !mn
    %1 = aten.mm %a, %c : (!mk, !kn) -> !mn
    %2 = aten.add %0, %1 : (!mn, !mn) -> !mn
    kopt.yield %2 : !mn
  } after {
    %0 = aten.add %b, %c : (!kn, !kn) -> !kn
    %1 = aten.mm %a, %0 : (!mk, !kn) -> !mn
    kopt.yield %1 : !mn
  }

  kopt.rule @sum_of_products(%a: !mk, %b: !kn, %c: !ml, %d: !ln)
      class reassociating element_types #floats
      doc "A B + C D as one product of [A C] and [B; D]."
  before {
    %0 = aten.mm %a, %b : (!mk, !kn) -> !mn
    %1 = aten.mm %c, %d : (!ml, !ln) -> !mn
    %2 = aten.add %0, %1 : (!mn, !mn) -> !mn
    kopt.yield %2 : !mn
  } after {
    %0 = aten.cat %a, %c {dim = 1 : i64} : (!mk, !ml) -> !mkl
    %1 = aten.cat %b, %d {dim = 0 : i64} : (!kn, !ln) -> !kln
    %2 = aten.mm %0, %1 : (!mkl, !kln) -> !mn
    kopt.yield %2 : !mn
  }

  kopt.rule @product_of_concatenations(%a: !mk, %b: !kn, %c: !ml, %d: !ln)
      class reassociating element_types #floats
      doc "[A C] [B; D] = A B + C D: nothing is copied."
  before {
    %0 = aten.cat %a, %c {dim = 1 : i64} : (!mk, !ml) -> !mkl
    %1 = aten.cat %b, %d {dim = 0 : i64} : (!kn, !ln) -> !kln
    %2 = aten.mm %0, %1 : (!mkl, !kln) -> !mn
    kopt.yield %2 : !mn
  } after {
    %0 = aten.mm %a, %b : (!mk, !kn) -> !mn
    %1 = aten.mm %c, %d : (!ml, !ln) -> !mn
    %2 = aten.add %0, %1 : (!mn, !mn) -> !mn
    kopt.yield %2 : !mn
  }

  kopt.rule @concatenation_of_products(%a: !mk, %b: !kn, %c: !kp)
      class reassociating element_types #floats
      doc "[A B, A C] = A [B C]: one larger product."
  before {
    %0 = aten.mm %a, %b : (!mk, !kn) -> !mn
    %1 = aten.mm %a, %c : (!mk, !kp) -> !mp
    %2 = aten.cat %0, %1 {dim = 1 : i64} : (!mn, !mp) -> !mnp
    kopt.yield %2 : !mnp
  } after {
    %0 = aten.cat %b, %c {dim = 1 : i64} : (!kn, !kp) -> !knp
    %1 = aten.mm %a, %0 : (!mk, !knp) -> !mnp
    kopt.yield %1 : !mnp
  }

  kopt.rule @two_linear_layers_of_one_input(%x: !sk, %v: !nk, %w: !pk)
      class reassociating sequences ["S"] element_types #floats
      where ["is_parameter(%v)", "is_parameter(%w)"]
      doc "Two layers that read one input as one layer with their weights one below the other."
  before {
    %0 = aten.linear %x, %v : (!sk, !nk) -> !sn
    %1 = aten.linear %x, %w : (!sk, !pk) -> !sp
    kopt.yield %0, %1 : !sn, !sp
  } after {
    %0 = aten.cat %v, %w {dim = 0 : i64} : (!nk, !pk) -> !npk
    %1 = aten.linear %x, %0 : (!sk, !npk) -> !snp
    %2 = aten.slice %1 {dim = -1 : i64, end = 1 : i64, kopt.set = {end = "N"}}
        : (!snp) -> !sn
    %3 = aten.slice %1 {dim = -1 : i64, start = 1 : i64,
        kopt.set = {start = "N"}} : (!snp) -> !sp
    kopt.yield %2, %3 : !sn, !sp
  }

  kopt.rule @associate_right(%a: !mk, %b: !kn, %c: !np) class reassociating
      element_types #floats
      doc "(A B) C = A (B C)."
  before {
    %0 = aten.mm %a, %b : (!mk, !kn) -> !mn
    %1 = aten.mm %0, %c : (!mn, !np) -> !mp
    kopt.yield %1 : !mp
  } after {
    %0 = aten.mm %b, %c : (!kn, !np) -> !kp
    %1 = aten.mm %a, %0 : (!mk, !kp) -> !mp
    kopt.yield %1 : !mp
  }

  kopt.rule @associate_left(%a: !mk, %b: !kn, %c: !np) class reassociating
      element_types #floats
      doc "A (B C) = (A B) C."
  before {
    %0 = aten.mm %b, %c : (!kn, !np) -> !kp
    %1 = aten.mm %a, %0 : (!mk, !kp) -> !mp
    kopt.yield %1 : !mp
  } after {
    %0 = aten.mm %a, %b : (!mk, !kn) -> !mn
    %1 = aten.mm %0, %c : (!mn, !np) -> !mp
    kopt.yield %1 : !mp
  }

  kopt.rule @product_of_upper_triangles(%a: !kk, %b: !kk)
      class exact_mod_signed_zero_nan element_types #floats
      where ["finite()"]
      doc "A product of upper triangular matrices is one."
  before {
    %0 = aten.triu %a : (!kk) -> !kk
    %1 = aten.triu %b : (!kk) -> !kk
    %2 = aten.mm %0, %1 : (!kk, !kk) -> !kk
    %3 = aten.triu %2 : (!kk) -> !kk
    kopt.yield %3 : !kk
  } after {
    %0 = aten.triu %a : (!kk) -> !kk
    %1 = aten.triu %b : (!kk) -> !kk
    %2 = aten.mm %0, %1 : (!kk, !kk) -> !kk
    kopt.yield %2 : !kk
  }

  kopt.rule @product_of_lower_triangles(%a: !kk, %b: !kk)
      class exact_mod_signed_zero_nan element_types #floats
      where ["finite()"]
      doc "A product of lower triangular matrices is one."
  before {
    %0 = aten.tril %a : (!kk) -> !kk
    %1 = aten.tril %b : (!kk) -> !kk
    %2 = aten.mm %0, %1 : (!kk, !kk) -> !kk
    %3 = aten.tril %2 : (!kk) -> !kk
    kopt.yield %3 : !kk
  } after {
    %0 = aten.tril %a : (!kk) -> !kk
    %1 = aten.tril %b : (!kk) -> !kk
    %2 = aten.mm %0, %1 : (!kk, !kk) -> !kk
    kopt.yield %2 : !kk
  }
}
