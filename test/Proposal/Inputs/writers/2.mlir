func.func @linear_sum(%x: tensor<1024x8192xf32>, %w: tensor<8192x8192xf32>, %b: tensor<8192xf32>) -> tensor<1024x1xf32> {
  %two = arith.constant dense<2.0> : tensor<f32>
  %h = aten.linear %x, %w, %b : (tensor<1024x8192xf32>, tensor<8192x8192xf32>, tensor<8192xf32>) -> tensor<1024x8192xf32>
  %d = aten.div %h, %two : (tensor<1024x8192xf32>, tensor<f32>) -> tensor<1024x8192xf32>
  %y = aten.sum %d {dim = array<i64: 1>, keepdim = true} : (tensor<1024x8192xf32>) -> tensor<1024x1xf32>
  return %y : tensor<1024x1xf32>
}
