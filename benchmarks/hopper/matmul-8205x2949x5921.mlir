func.func @matmul_8205x2949x5921(%a: tensor<8205x5921xf32>, %b: tensor<5921x2949xf32>) -> tensor<8205x2949xf32> {
  %y = aten.mm %a, %b : (tensor<8205x5921xf32>, tensor<5921x2949xf32>) -> tensor<8205x2949xf32>
  return %y : tensor<8205x2949xf32>
}
