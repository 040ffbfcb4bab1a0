func.func @matmul_8192(%a: tensor<8192x8192xf32>, %b: tensor<8192x8192xf32> {kopt.parameter}) -> tensor<8192x8192xf32> attributes {kopt.contract = #kopt.contract<parameters = frozen>} {
  %y = aten.mm %a, %b : (tensor<8192x8192xf32>, tensor<8192x8192xf32>) -> tensor<8192x8192xf32>
  return %y : tensor<8192x8192xf32>
}
