// The sum over the output features of a linear layer: no rule that is shipped takes
// the product of matrices away.
func.func @row_sum(%x: tensor<64x256xf32>, %w: tensor<256x256xf32>, %b: tensor<256xf32>) -> tensor<64x1xf32> {
  %two = arith.constant dense<2.0> : tensor<f32>
  %h = aten.linear %x, %w, %b : (tensor<64x256xf32>, tensor<256x256xf32>, tensor<256xf32>) -> tensor<64x256xf32>
  %d = aten.div %h, %two : (tensor<64x256xf32>, tensor<f32>) -> tensor<64x256xf32>
  %y = aten.sum %d {dim = array<i64: 1>, keepdim = true} : (tensor<64x256xf32>) -> tensor<64x1xf32>
  return %y : tensor<64x1xf32>
}
