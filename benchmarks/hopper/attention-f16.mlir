func.func @attention_f16(%q: tensor<4x32x4096x128xf16>, %k: tensor<4x32x4096x128xf16>, %v: tensor<4x32x4096x128xf16>) -> tensor<4x32x4096x128xf16> {
  %y = aten.scaled_dot_product_attention %q, %k, %v {is_causal = true}
      : (tensor<4x32x4096x128xf16>, tensor<4x32x4096x128xf16>, tensor<4x32x4096x128xf16>) -> tensor<4x32x4096x128xf16>
  return %y : tensor<4x32x4096x128xf16>
}
