// Batch normalization with given statistics is a scale and a shift per channel,
// and folds into the weights of the layer before it. The folded weights depend
// on parameters alone, so they are computed once.

#floats = [f32, f64, f16, bf16]
!c = tensor<?xf32, #kopt.dims<"C">>
!c111 = tensor<?x1x1x1xf32, #kopt.dims<"C">>
!c1 = tensor<?x1xf32, #kopt.dims<"C">>
!x4 = tensor<?x?x?x?xf32, #kopt.dims<"N", "I", "H", "W">>
!y4 = tensor<?x?x?x?xf32, #kopt.dims<"N", "C", "H", "W">>
!x = tensor<?x?xf32, #kopt.dims<"N", "I">>
!w = tensor<?x?xf32, #kopt.dims<"C", "I">>
!y = tensor<?x?xf32, #kopt.dims<"N", "C">>
!kernel = tensor<?x?x?x?xf32, #kopt.dims<"C", "I", "R", "Q">>
!any4 = tensor<?x?x?x?xf32>
!scalar = tensor<f32>

module attributes {kopt.rewrite_set, kopt.version = 1} {
  kopt.rule @batch_norm_into_convolution(%x: !x4, %w: !kernel, %bias: !c,
      %mean: !c, %var: !c, %gamma: !c, %beta: !c)
      class reassociating element_types #floats
      where ["is_parameter(%w)", "is_parameter(%bias)", "is_parameter(%mean)",
             "is_parameter(%var)", "is_parameter(%gamma)",
             "is_parameter(%beta)", "only_use(%conv)", "magnitude(eps > 0)"]
      doc "Batch normalization after a convolution with bias: weights times s = gamma / sqrt(var + eps), bias (bias - mean) s + beta."
  before {
    %0 = aten.convolution %x, %w, %bias {
        kopt.bind = {stride = "stride", padding = "padding",
          dilation = "dilation"},
        kopt.name = "conv"} : (!x4, !kernel, !c) -> !any4
    %1 = aten.batch_norm %0, %mean, %var, %gamma, %beta {eps = 1.0e-5 : f64,
        kopt.bind = {eps = "eps"}} : (!any4, !c, !c, !c, !c) -> !any4
    kopt.yield %1 : !any4
  } after {
    %eps = aten.full {size = array<i64>, value = 1.0e-5 : f64, dtype = f32,
        kopt.set = {value = "eps"}} : () -> !scalar
    %0 = aten.add %var, %eps : (!c, !scalar) -> !c
    %1 = aten.rsqrt %0 : (!c) -> !c
    %s = aten.mul %gamma, %1 : (!c, !c) -> !c
    %2 = aten.reshape %s {shape = array<i64: -1, 1, 1, 1>} : (!c) -> !c111
    %3 = aten.mul %w, %2 : (!kernel, !c111) -> !kernel
    %4 = aten.sub %bias, %mean : (!c, !c) -> !c
    %5 = aten.mul %4, %s : (!c, !c) -> !c
    %6 = aten.add %5, %beta : (!c, !c) -> !c
    %7 = aten.convolution %x, %3, %6 {
        kopt.set = {stride = "stride", padding = "padding",
          dilation = "dilation"}}
        : (!x4, !kernel, !c) -> !any4
    kopt.yield %7 : !any4
  }

  kopt.rule @batch_norm_into_convolution_without_bias(%x: !x4, %w: !kernel,
      %mean: !c, %var: !c, %gamma: !c, %beta: !c)
      class reassociating element_types #floats
      where ["is_parameter(%w)", "is_parameter(%mean)", "is_parameter(%var)",
             "is_parameter(%gamma)", "is_parameter(%beta)", "only_use(%conv)", "magnitude(eps > 0)"]
      doc "The same for a convolution without bias, which gets one: beta - mean s."
  before {
    %0 = aten.convolution %x, %w {
        kopt.bind = {stride = "stride", padding = "padding",
          dilation = "dilation"},
        kopt.name = "conv"} : (!x4, !kernel) -> !any4
    %1 = aten.batch_norm %0, %mean, %var, %gamma, %beta {eps = 1.0e-5 : f64,
        kopt.bind = {eps = "eps"}} : (!any4, !c, !c, !c, !c) -> !any4
    kopt.yield %1 : !any4
  } after {
    %eps = aten.full {size = array<i64>, value = 1.0e-5 : f64, dtype = f32,
        kopt.set = {value = "eps"}} : () -> !scalar
    %0 = aten.add %var, %eps : (!c, !scalar) -> !c
    %1 = aten.rsqrt %0 : (!c) -> !c
    %s = aten.mul %gamma, %1 : (!c, !c) -> !c
    %2 = aten.reshape %s {shape = array<i64: -1, 1, 1, 1>} : (!c) -> !c111
    %3 = aten.mul %w, %2 : (!kernel, !c111) -> !kernel
    %4 = aten.mul %mean, %s : (!c, !c) -> !c
    %5 = aten.sub %beta, %4 : (!c, !c) -> !c
    %6 = aten.convolution %x, %3, %5 {
        kopt.set = {stride = "stride", padding = "padding",
          dilation = "dilation"}}
        : (!x4, !kernel, !c) -> !any4
    kopt.yield %6 : !any4
  }

  kopt.rule @batch_norm_into_linear(%x: !x, %w: !w, %bias: !c, %mean: !c,
      %var: !c, %gamma: !c, %beta: !c)
      class reassociating element_types #floats
      where ["is_parameter(%w)", "is_parameter(%bias)", "is_parameter(%mean)",
             "is_parameter(%var)", "is_parameter(%gamma)",
             "is_parameter(%beta)", "only_use(%linear)", "magnitude(eps > 0)"]
      doc "Batch normalization after a linear layer."
  before {
    %0 = aten.linear %x, %w, %bias {kopt.name = "linear"} : (!x, !w, !c) -> !y
    %1 = aten.batch_norm %0, %mean, %var, %gamma, %beta {eps = 1.0e-5 : f64,
        kopt.bind = {eps = "eps"}} : (!y, !c, !c, !c, !c) -> !y
    kopt.yield %1 : !y
  } after {
    %eps = aten.full {size = array<i64>, value = 1.0e-5 : f64, dtype = f32,
        kopt.set = {value = "eps"}} : () -> !scalar
    %0 = aten.add %var, %eps : (!c, !scalar) -> !c
    %1 = aten.rsqrt %0 : (!c) -> !c
    %s = aten.mul %gamma, %1 : (!c, !c) -> !c
    %2 = aten.unsqueeze %s {dim = 1 : i64} : (!c) -> !c1
    %3 = aten.mul %w, %2 : (!w, !c1) -> !w
    %4 = aten.sub %bias, %mean : (!c, !c) -> !c
    %5 = aten.mul %4, %s : (!c, !c) -> !c
    %6 = aten.add %5, %beta : (!c, !c) -> !c
    %7 = aten.linear %x, %3, %6 : (!x, !w, !c) -> !y
    kopt.yield %7 : !y
  }

  kopt.rule @batch_norm_as_scale_and_shift(%x: !y4, %mean: !c, %var: !c,
      %gamma: !c, %beta: !c)
      class reassociating element_types #floats
      where ["is_parameter(%mean)", "is_parameter(%var)",
             "is_parameter(%gamma)", "is_parameter(%beta)", "magnitude(eps > 0)"]
      doc "One product and one sum per element; their factors are computed once."
  before {
    %0 = aten.batch_norm %x, %mean, %var, %gamma, %beta {eps = 1.0e-5 : f64,
        kopt.bind = {eps = "eps"}} : (!y4, !c, !c, !c, !c) -> !y4
    kopt.yield %0 : !y4
  } after {
    %eps = aten.full {size = array<i64>, value = 1.0e-5 : f64, dtype = f32,
        kopt.set = {value = "eps"}} : () -> !scalar
    %0 = aten.add %var, %eps : (!c, !scalar) -> !c
    %1 = aten.rsqrt %0 : (!c) -> !c
    %s = aten.mul %gamma, %1 : (!c, !c) -> !c
    %2 = aten.mul %mean, %s : (!c, !c) -> !c
    %3 = aten.sub %beta, %2 : (!c, !c) -> !c
    %4 = aten.reshape %s {shape = array<i64: -1, 1, 1>}
        : (!c) -> tensor<?x1x1xf32, #kopt.dims<"C">>
    %5 = aten.reshape %3 {shape = array<i64: -1, 1, 1>}
        : (!c) -> tensor<?x1x1xf32, #kopt.dims<"C">>
    %6 = aten.mul %x, %4 : (!y4, tensor<?x1x1xf32, #kopt.dims<"C">>) -> !y4
    %7 = aten.add %6, %5 : (!y4, tensor<?x1x1xf32, #kopt.dims<"C">>) -> !y4
    kopt.yield %7 : !y4
  }
}
