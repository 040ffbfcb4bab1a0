func.func @attention(%q: tensor<2x2x40x32xf32>, %k: tensor<2x2x70x32xf32>, %v: tensor<2x2x70x32xf32>) -> tensor<2x2x40x32xf32> {
  %y = aten.scaled_dot_product_attention %q, %k, %v
      : (tensor<2x2x40x32xf32>, tensor<2x2x70x32xf32>, tensor<2x2x70x32xf32>) -> tensor<2x2x40x32xf32>
  return %y : tensor<2x2x40x32xf32>
}
