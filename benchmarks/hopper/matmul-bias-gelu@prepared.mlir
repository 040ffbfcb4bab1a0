func.func @matmul_bias_gelu(%x: tensor<1024x8192xf32>, %w: tensor<8192x8192xf32> {kopt.parameter}, %b: tensor<8192xf32>) -> tensor<1024x8192xf32> attributes {kopt.contract = #kopt.contract<parameters = frozen>} {
  %h = aten.linear %x, %w, %b : (tensor<1024x8192xf32>, tensor<8192x8192xf32>, tensor<8192xf32>) -> tensor<1024x8192xf32>
  %y = aten.gelu %h {approximate = #aten.gelu<none>} : (tensor<1024x8192xf32>) -> tensor<1024x8192xf32>
  return %y : tensor<1024x8192xf32>
}
