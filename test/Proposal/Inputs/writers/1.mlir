func.func @scaled_residual(%x: tensor<16384x4096xf32>, %w: tensor<4096x4096xf32>, %b: tensor<4096xf32>) -> tensor<16384x4096xf32> {
  %half = arith.constant dense<0.5> : tensor<f32>
  %h = aten.linear %x, %w, %b : (tensor<16384x4096xf32>, tensor<4096x4096xf32>, tensor<4096xf32>) -> tensor<16384x4096xf32>
  %s = aten.mul %h, %half : (tensor<16384x4096xf32>, tensor<f32>) -> tensor<16384x4096xf32>
  %y = aten.add %s, %h : (tensor<16384x4096xf32>, tensor<16384x4096xf32>) -> tensor<16384x4096xf32>
  return %y : tensor<16384x4096xf32>
}
