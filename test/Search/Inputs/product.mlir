func.func @f(%a: tensor<1400x64xf32>, %b: tensor<64x1400xf32>) -> tensor<1400x1400xf32> {
  %y = aten.mm %a, %b : (tensor<1400x64xf32>, tensor<64x1400xf32>) -> tensor<1400x1400xf32>
  return %y : tensor<1400x1400xf32>
}
