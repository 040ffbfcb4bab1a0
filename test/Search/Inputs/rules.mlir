!s = tensor<?xf32, #kopt.dims<"S">>
!scalar = tensor<f32>

module attributes {kopt.rewrite_set, kopt.version = 1} {
  kopt.rule @three_times(%x: !s) class reassociating sequences ["S"]
      doc "Wrong: x + x is twice x."
  before {
    %0 = aten.add %x, %x : (!s, !s) -> !s
    kopt.yield %0 : !s
  } after {
    %c = aten.full {size = array<i64>, value = 3.0 : f64, dtype = f32} : () -> !scalar
    %0 = aten.mul %x, %c : (!s, !scalar) -> !s
    kopt.yield %0 : !s
  }

  kopt.rule @twice(%x: !s) class reassociating sequences ["S"]
      doc "x + x is twice x."
  before {
    %0 = aten.add %x, %x : (!s, !s) -> !s
    kopt.yield %0 : !s
  } after {
    %c = aten.full {size = array<i64>, value = 2.0 : f64, dtype = f32} : () -> !scalar
    %0 = aten.mul %x, %c : (!s, !scalar) -> !s
    kopt.yield %0 : !s
  }
}
