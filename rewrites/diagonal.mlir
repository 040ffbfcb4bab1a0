// A product with a diagonal matrix scales rows or columns: M * N products
// instead of M * M * N.

#floats = [f32, f64, f16, bf16]
!m = tensor<?xf32, #kopt.dims<"M">>
!m1 = tensor<?x1xf32, #kopt.dims<"M">>
!im = tensor<1x?xf32, #kopt.dims<"M">>
!mn = tensor<?x?xf32, #kopt.dims<"M", "N">>
!nm = tensor<?x?xf32, #kopt.dims<"N", "M">>
!mm = tensor<?x?xf32, #kopt.dims<"M", "M">>
!square = tensor<?x?xf32>

module attributes {kopt.rewrite_set, kopt.version = 1} {
  kopt.rule @diagonal_times_matrix(%d: !m1, %b: !mn)
      class exact_mod_signed_zero_nan element_types #floats
      where ["n == M", "finite()"]
      doc "diag(d) B scales the rows of B. The sum has one nonzero term; zeros times infinities are the difference."
  before {
    %0 = aten.eye {n = 2 : i64, m = 2 : i64, dtype = f32,
        kopt.bind = {n = "n", m = "m"}} : () -> !square
    %1 = aten.mul %0, %d : (!square, !m1) -> !mm
    %2 = aten.mm %1, %b : (!mm, !mn) -> !mn
    kopt.yield %2 : !mn
  } after {
    %0 = aten.mul %b, %d : (!mn, !m1) -> !mn
    kopt.yield %0 : !mn
  }

  kopt.rule @diagonal_row_times_matrix(%d: !m, %b: !mn)
      class exact_mod_signed_zero_nan element_types #floats
      where ["n == M", "m == M", "finite()"]
      doc "The same, where the diagonal is a vector that broadcasts along rows."
  before {
    %0 = aten.eye {n = 2 : i64, m = 2 : i64, dtype = f32,
        kopt.bind = {n = "n", m = "m"}} : () -> !square
    %1 = aten.mul %0, %d : (!square, !m) -> !mm
    %2 = aten.mm %1, %b : (!mm, !mn) -> !mn
    kopt.yield %2 : !mn
  } after {
    %0 = aten.unsqueeze %d {dim = 1 : i64} : (!m) -> !m1
    %1 = aten.mul %b, %0 : (!mn, !m1) -> !mn
    kopt.yield %1 : !mn
  }

  kopt.rule @matrix_times_diagonal(%a: !nm, %d: !m)
      class exact_mod_signed_zero_nan element_types #floats
      where ["m == M", "finite()"]
      doc "A diag(d) scales the columns of A."
  before {
    %0 = aten.eye {n = 2 : i64, m = 2 : i64, dtype = f32,
        kopt.bind = {n = "n", m = "m"}} : () -> !square
    %1 = aten.mul %0, %d : (!square, !m) -> !mm
    %2 = aten.mm %a, %1 : (!nm, !mm) -> !nm
    kopt.yield %2 : !nm
  } after {
    %0 = aten.mul %a, %d : (!nm, !m) -> !nm
    kopt.yield %0 : !nm
  }

  kopt.rule @identity_times_matrix(%b: !mn)
      class exact_mod_signed_zero_nan element_types #floats
      where ["n == M", "finite()"]
      doc "The identity matrix changes nothing."
  before {
    %0 = aten.eye {n = 2 : i64, m = 2 : i64, dtype = f32,
        kopt.bind = {n = "n", m = "m"}} : () -> !square
    %1 = aten.mm %0, %b : (!square, !mn) -> !mn
    kopt.yield %1 : !mn
  } after {
    kopt.yield %b : !mn
  }
}
