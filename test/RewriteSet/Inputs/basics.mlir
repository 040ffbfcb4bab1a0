!s = tensor<?xf32, #kopt.dims<"S">>
!sn = tensor<?x?xf32, #kopt.dims<"S", "N">>
!mk = tensor<?x?xf32, #kopt.dims<"M", "K">>
!kn = tensor<?x?xf32, #kopt.dims<"K", "N">>
!mn = tensor<?x?xf32, #kopt.dims<"M", "N">>
!scalar = tensor<f32>

module attributes {kopt.rewrite_set, kopt.version = 1} {
  kopt.rule @sigmoid_times_x(%x: !s) class reassociating sequences ["S"]
      element_types [f32, f16]
  before {
    %0 = aten.sigmoid %x : (!s) -> !s
    %1 = aten.mul %x, %0 : (!s, !s) -> !s
    kopt.yield %1 : !s
  } after {
    %0 = aten.silu %x : (!s) -> !s
    kopt.yield %0 : !s
  }

  kopt.rule @scale_out_of_mm(%a: !mk, %b: !kn, %s: !scalar)
      class reassociating
      where ["M <= K", "is_constant(%s)", "only_use(%scaled)"]
  before {
    %0 = aten.mul %a, %s {kopt.name = "scaled"} : (!mk, !scalar) -> !mk
    %1 = aten.mm %0, %b : (!mk, !kn) -> !mn
    kopt.yield %1 : !mn
  } after {
    %0 = aten.mm %a, %b : (!mk, !kn) -> !mn
    %1 = aten.mul %0, %s : (!mn, !scalar) -> !mn
    kopt.yield %1 : !mn
  }

  // Dimensions are counted from the side that is known.
  kopt.rule @exp_of_log_softmax(%x: !sn) class reassociating sequences ["S"]
  before {
    %0 = aten.log_softmax %x {dim = 1 : i64} : (!sn) -> !sn
    %1 = aten.exp %0 : (!sn) -> !sn
    kopt.yield %1 : !sn
  } after {
    %0 = aten.softmax %x {dim = 1 : i64} : (!sn) -> !sn
    kopt.yield %0 : !sn
  }

  kopt.rule @clamps(%x: !s) class exact_bits sequences ["S"]
      where ["lo <= hi"]
  before {
    %0 = aten.clamp %x {min = 0.0 : f64, kopt.bind = {min = "lo", max = "none"}}
        : (!s) -> !s
    %1 = aten.clamp %0 {max = 1.0 : f64, kopt.bind = {max = "hi"}} : (!s) -> !s
    kopt.yield %1 : !s
  } after {
    %0 = aten.clamp %x {min = 0.0 : f64, max = 1.0 : f64,
        kopt.set = {min = "lo", max = "hi"}} : (!s) -> !s
    kopt.yield %0 : !s
  }

  // Two results, and a literal computed from a bound attribute.
  kopt.rule @sum_and_difference(%x: !s, %y: !s) class reassociating
      sequences ["S"]
  before {
    %0 = aten.add %x, %y {alpha = 1.0 : f64, kopt.bind = {alpha = "a"}}
        : (!s, !s) -> !s
    %1 = aten.sub %x, %y {alpha = 1.0 : f64, kopt.bind = {alpha = "a"}}
        : (!s, !s) -> !s
    kopt.yield %0, %1 : !s, !s
  } after {
    %a = aten.full {size = array<i64>, value = 1.0 : f64, dtype = f32,
        kopt.set = {value = "a * 1"}} : () -> !scalar
    %0 = aten.mul %y, %a : (!s, !scalar) -> !s
    %1 = aten.add %x, %0 : (!s, !s) -> !s
    %2 = aten.sub %x, %0 : (!s, !s) -> !s
    kopt.yield %1, %2 : !s, !s
  }

  kopt.rule @neg_of_neg(%x: !s) class exact_bits sequences ["S"] cleanup
      element_types [f32, f64, f16, bf16]
  before {
    %0 = aten.neg %x : (!s) -> !s
    %1 = aten.neg %0 : (!s) -> !s
    kopt.yield %1 : !s
  } after {
    kopt.yield %x : !s
  }
}
