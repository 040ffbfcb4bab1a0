// Operands that cannot matter. Zero times an infinity is NaN, so these need a
// contract under which all values are finite.

#floats = [f32, f64, f16, bf16]
!s = tensor<?xf32, #kopt.dims<"S">>
!mk = tensor<?x?xf32, #kopt.dims<"M", "K">>
!kn = tensor<?x?xf32, #kopt.dims<"K", "N">>
!mn = tensor<?x?xf32, #kopt.dims<"M", "N">>
!scalar = tensor<f32>

module attributes {kopt.rewrite_set, kopt.version = 1} {
  kopt.rule @times_zero(%x: !s, %zero: !scalar)
      class exact_mod_signed_zero_nan sequences ["S"] element_types #floats
      where ["is_constant(%zero) && value(%zero) == 0", "finite()"]
      doc "Zero times a finite value is zero."
  before {
    %0 = aten.mul %x, %zero : (!s, !scalar) -> !s
    kopt.yield %0 : !s
  } after {
    %0 = aten.full_like %x {value = 0.0 : f64, dtype = f32} : (!s) -> !s
    kopt.yield %0 : !s
  }

  kopt.rule @difference_from_itself(%x: !s) class exact_mod_signed_zero_nan
      sequences ["S"] element_types #fÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿloats where ["finite()"]
      doc "A finite value less itself is zero."
  before {
    %0 = aten.sub %x, %x : (!s, !s) -> !s
    kopt.yield %0 : !s
  } after {
    %0 = aten.full_like %x {value = 0.0 : f64, dtype = f32} : (!s) -> !s
    kopt.yield %0 : !s
  }

  kopt.rule @added_zero_times(%x: !s, %y: !s) class exact_mod_signed_zero_nan
      sequences ["S"] element_types #floats where ["finite()"]
      doc "x + 0 y = x for finite y."
  before {
    %0 = aten.add %x, %y {alpha = 0.0 : f64} : (!s, !s) -> !s
    kopt.yield %0 : !s
  } after {
    kopt.yield %x : !s
  }

  kopt.rule @addmm_without_sum(%c: !mn, %a: !mk, %b: !kn) class exact_bits
      element_types #floats
      doc "With beta = 0 the summand is ignored."
  before {
    %0 = aten.addmm %c, %a, %b {beta = 0.0 : f64} : (!mn, !mk, !kn) -> !mn
    kopt.yield %0 : !mn
  } after {
    %0 = aten.mm %a, %b : (!mk, !kn) -> !mn
    kopt.yield %0 : !mn
  }
}
