// Pooling and the operations around it.

#floats = [f32, f64, f16, bf16]
!x = tensor<?x?x?x?xf32, #kopt.dims<"N", "C", "H", "W">>
!any = tensor<?x?x?x?xf32>
!w11 = tensor<?x?x1x1xf32, #kopt.dims<"O", "C">>
!o = tensor<?xf32, #kopt.dims<"O">>
!c11 = tensor<?x?x1x1xf32, #kopt.dims<"N", "C">>
!o11 = tensor<?x?x1x1xf32, #kopt.dims<"N", "O">>
!xo = tensor<?x?x?x?xf32, #kopt.dims<"N", "O", "H", "W">>
!scalar = tensor<f32>

module attributes {kopt.rewrite_set, kopt.version = 1} {
  kopt.rule @max_pool_of_relu(%x: !x) class exact_mod_signed_zero_nan
      element_types #floats
      where ["len(dilation) == 0 || dilation[0] == 1 && dilation[1] == 1"]
      doc "The rectifier after pooling has fewer elements to see. Padding never wins; without dilation every window holds an element, else it may be -Inf."
  before {
    %0 = aten.relu %x : (!x) -> !x
    %1 = aten.max_pool %0 {kernel_size = array<i64: 1, 1>,
        kopt.bind = {kernel_size = "kernel", stride = "stride",
          padding = "padding", dilation = "dilation",
          ceil_mode = "ceil_mode"}} : (!x) -> !any
    kopt.yield %1 : !any
  } after {
    %0 = aten.max_pool %x {kernel_size = array<i64: 1, 1>,
        kopt.set = {kernel_size = "kernel", stride = "stride",
          padding = "padding", dilation = "dilation",
          ceil_mode = "ceil_mode"}} : (!x) -> !any
    %1 = aten.relu %0 : (!any) -> !any
    kopt.yield %1 : !any
  }

  kopt.rule @max_pool_of_scaled(%x: !x, %a: !scalar) class exact_bits
      element_types #floats
      where ["is_constant(%a) && value(%a) > 0"]
      doc "A positive factor leaves the maximum."
  before {
    %0 = aten.mul %x, %a : (!x, !scalar) -> !x
    %1 = aten.max_pool %0 {kernel_size = array<i64: 1, 1>,
        kopt.bind = {kernel_size = "kernel", stride = "stride",
          padding = "padding", dilation = "dilation",
          ceil_mode = "ceil_mode"}} : (!x) -> !any
    kopt.yield %1 : !any
  } after {
    %0 = aten.max_pool %x {kernel_size = array<i64: 1, 1>,
        kopt.set = {kernel_size = "kernel", stride = "stride",
          padding = "padding", dilation = "dilation",
          ceil_mode = "ceil_mode"}} : (!x) -> !any
    %1 = aten.mul %0, %a : (!any, !scalar) -> !any
    kopt.yield %1 : !any
  }

  kopt.rule @avg_pool_of_scaled(%x: !x, %a: !scalar) class reassociating
      element_types #floats
      doc "A factor leaves the mean."
  before {
    %0 = aten.mul %x, %a : (!x, !scalar) -> !x
    %1 = aten.avg_pool %0 {kernel_size = array<i64: 1, 1>,
        kopt.bind = {kernel_size = "kernel", stride = "stride",
          padding = "padding", ceil_mode = "ceil_mode",
          count_include_pad = "count", divisor_override = "divisor"}}
        : (!x) -> !any
    kopt.yield %1 : !any
  } after {
    %0 = aten.avg_pool %x {kernel_size = array<i64: 1, 1>,
        kopt.set = {kernel_size = "kernel", stride = "stride",
          padding = "padding", ceil_mode = "ceil_mode",
          count_include_pad = "count", divisor_override = "divisor"}}
        : (!x) -> !any
    %1 = aten.mul %0, %a : (!any, !scalar) -> !any
    kopt.yield %1 : !any
  }

  kopt.rule @avg_pool_of_sum(%x: !x, %y: !x) class reassociating
      element_types #floats
      doc "The means of two tensors of one shape, added, are the mean of their sum: one pooling less."
  before {
    %0 = aten.avg_pool %x {kernel_size = array<i64: 1, 1>,
        kopt.bind = {kernel_size = "kernel", stride = "stride",
          padding = "padding", ceil_mode = "ceil_mode",
          count_include_pad = "count", divisor_override = "divisor"}}
        : (!x) -> !any
    %1 = aten.avg_pool %y {kernel_size = array<i64: 1, 1>,
        kopt.bind = {kernel_size = "kernel", stride = "stride",
          padding = "padding", ceil_mode = "ceil_mode",
          count_include_pad = "count", divisor_override = "divisor"}}
        : (!x) -> !any
    %2 = aten.add %0, %1 : (!any, !any) -> !any
    kopt.yield %2 : !any
  } after {
    %0 = aten.add %x, %y : (!x, !x) -> !x
    %1 = aten.avg_pool %0 {kernel_size = array<i64: 1, 1>,
        kopt.set = {kernel_size = "kernel", stride = "stride",
          padding = "padding", ceil_mode = "ceil_mode",
          count_include_pad = "count", divisor_override = "divisor"}}
        : (!x) -> !any
    kopt.yield %1 : !any
  }

  kopt.rule @global_mean_of_pointwise_convolution(%x: !x, %w: !w11, %b: !o)
      class reassociating element_types #floats
      doc "The mean over all places of a 1 x 1 convolution is the convolution of the mean: H * W times less work."
  before {
    %0 = aten.convolution %x, %w, %b : (!x, !w11, !o) -> !xo
    %1 = aten.adaptive_avg_pool %0 {output_size = array<i64: 1, 1>}
        : (!xo) -> !o11
    kopt.yield %1 : !o11
  } after {
    %0 = aten.adaptive_avg_pool %x {output_size = array<i64: 1, 1>}
        : (!x) -> !c11
    %1 = aten.convolution %0, %w, %b : (!c11, !w11, !o) -> !o11
    kopt.yield %1 : !o11
  }

  kopt.rule @global_mean_as_reduction(%x: !x) class reassociating
      element_types #floats
      doc "Adaptive pooling to one element is a mean over the places."
  before {
    %0 = aten.adaptive_avg_pool %x {output_size = array<i64: 1, 1>}
        : (!x) -> !c11
    kopt.yield %0 : !c11
  } after {
    %0 = aten.mean %x {dim = array<i64: 2, 3>, keepdim = true} : (!x) -> !c11
    kopt.yield %0 : !c11
  }
}
