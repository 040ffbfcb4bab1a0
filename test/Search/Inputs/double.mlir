func.func @f(%x: tensor<64x128xf32>) -> tensor<64x128xf32> {
  %s = aten.add %x, %x : (tensor<64x128xf32>, tensor<64x128xf32>) -> tensor<64x128xf32>
  return %s : tensor<64x128xf32>
}
