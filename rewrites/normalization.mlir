// Statistics of long rows by parts. A row that no block can hold is read once for
// its mean, again for its variance and again to be normalized. Its parts fit: the
// mean is the mean of the parts' means, and the variance is the mean of the parts'
// variances and the variance of their means (the law of total variance). So the
// first two readings become one, and there are as many blocks as parts. Nothing
// cancels, since each part's squares are of differences to its own mean.

#floats = [f32, f64, f16, bf16]
!r2 = tensor<?x?x?x?xf32, #kopt.dims<"N", "C", "H", "W">>
!p2 = tensor<?x?x1x1xf32, #kopt.dims<"N", "C">>
!n2 = tensor<?x1x1x1xf32, #kopt.dims<"N">>
!w2 = tensor<?x?x?xf32, #kopt.dims<"C", "H", "W">>
!r4 = tensor<?x?x?x?xf32, #kopt.dims<"N", "C", "H", "W">>
!w4 = tensor<?x?x?xf32, #kopt.dims<"C", "H", "W">>
!u4 = tensor<?x?x4x?x?xf32, #kopt.dims<"N", "C", "H floordiv 4", "W">>
!q4 = tensor<?x?x4x1x1xf32, #kopt.dims<"N", "C">>
!n4 = tensor<?x1x1x1x1xf32, #kopt.dims<"N">>
!scalar = tensor<f32>

module attributes {kopt.rewrite_set, kopt.version = 1} {
  kopt.rule @layer_norm_by_channels(%x: !r2, %w: !w2, %b: !w2)
      class reassociating element_types #floats
      where ["magnitude(eps > 0)"]
      doc "Layer normalization over channels and positions: mean and variance of each channel first, then of the row from these."
  before {
    %0 = aten.layer_norm %x, %w, %b {normalized_shape = array<i64: -1, -1, -1>,
        eps = 1.0e-5 : f64,
        kopt.bind = {normalized_shape = "shape", eps = "eps"}}
        : (!r2, !w2, !w2) -> !r2
    kopt.yield %0 : !r2
  } after {
    %pm = aten.mean %x {dim = array<i64: 2, 3>, keepdim = true} : (!r2) -> !p2
    %pd = aten.sub %x, %pm : (!r2, !p2) -> !r2
    %ps = aten.mul %pd, %pd : (!r2, !r2) -> !r2
    %pv = aten.mean %ps {dim = array<i64: 2, 3>, keepdim = true} : (!r2) -> !p2
    %m = aten.mean %pm {dim = array<i64: 1>, keepdim = true} : (!p2) -> !n2
    %d = aten.sub %pm, %m : (!p2, !n2) -> !p2
    %s = aten.mul %d, %d : (!p2, !p2) -> !p2
    %t = aten.add %pv, %s : (!p2, !p2) -> !p2
    %v = aten.mean %t {dim = array<i64: 1>, keepdim = true} : (!p2) -> !n2
    %eps = aten.full {size = array<i64>, value = 1.0e-5 : f64, dtype = f32,
        kopt.set = {value = "eps"}} : () -> !scalar
    %ve = aten.add %v, %eps : (!n2, !scalar) -> !n2
    %scale = aten.rsqrt %ve : (!n2) -> !n2
    %xm = aten.sub %x, %m : (!r2, !n2) -> !r2
    %y = aten.mul %xm, %scale : (!r2, !n2) -> !r2
    %yw = aten.mul %y, %w : (!r2, !w2) -> !r2
    %yb = aten.add %yw, %b : (!r2, !w2) -> !r2
    kopt.yield %yb : !r2
  }

  kopt.rule @layer_norm_by_quarters(%x: !r4, %w: !w4, %b: !w4)
      class reassociating element_types #floats
      where ["H % 4 == 0", "magnitude(eps > 0)"]
      doc "The same with parts of a quarter of a channel, for channels that one block does not hold."
  before {
    %0 = aten.layer_norm %x, %w, %b {normalized_shape = array<i64: -1, -1, -1>,
        eps = 1.0e-5 : f64,
        kopt.bind = {normalized_shape = "shape", eps = "eps"}}
        : (!r4, !w4, !w4) -> !r4
    kopt.yield %0 : !r4
  } after {
    %u = aten.unflatten %x {dim = 2 : i64, sizes = array<i64: 4, -1>} : (!r4) -> !u4
    %pm = aten.mean %u {dim = array<i64: 3, 4>, keepdim = true} : (!u4) -> !q4
    %pd = aten.sub %u, %pm : (!u4, !q4) -> !u4
    %ps = aten.mul %pd, %pd : (!u4, !u4) -> !u4
    %pv = aten.mean %ps {dim = array<i64: 3, 4>, keepdim = true} : (!u4) -> !q4
    %qm = aten.mean %pm {dim = array<i64: 1, 2>, keepdim = true} : (!q4) -> !n4
    %d = aten.sub %pm, %qm : (!q4, !n4) -> !q4
    %s = aten.mul %d, %d : (!q4, !q4) -> !q4
    %t = aten.add %pv, %s : (!q4, !q4) -> !q4
    %qv = aten.mean %t {dim = array<i64: 1, 2>, keepdim = true} : (!q4) -> !n4
    %m = aten.squeeze %qm {dim = array<i64: 4>} : (!n4) -> !n2
    %v = aten.squeeze %qv {dim = array<i64: 4>} : (!n4) -> !n2
    %eps = aten.full {size = array<i64>, value = 1.0e-5 : f64, dtype = f32,
        kopt.set = {value = "eps"}} : () -> !scalar
    %ve = aten.add %v, %eps : (!n2, !scalar) -> !n2
    %scale = aten.rsqrt %ve : (!n2) -> !n2
    %xm = aten.sub %x, %m : (!r4, !n2) -> !r4
    %y = aten.mul %xm, %scale : (!r4, !n2) -> !r4
    %yw = aten.mul %y, %w : (!r4, !w4) -> !r4
    %yb = aten.add %yw, %b : (!r4, !w4) -> !r4
    kopt.yield %yb : !r4
  }
}
