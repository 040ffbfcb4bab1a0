func.func @norm_then_product(%x: tensor<4096x2048xf32>, %g: tensor<2048xf32>, %w: tensor<8192x2048xf32>) -> tensor<4096x8192xf32> {
  %n = aten.rms_norm %x, %g {normalized_shape = array<i64: 2048>} : (tensor<4096x2048xf32>, tensor<2048xf32>) -> tensor<4096x2048xf32>
  %h = aten.linear %n, %w : (tensor<4096x2048xf32>, tensor<8192x2048xf32>) -> tensor<4096x8192xf32>
  %y = aten.silu %h : (tensor<4096x8192xf32>) -> tensor<4096x8192xf32>
  return %y : tensor<4096x8192xf32>
}
