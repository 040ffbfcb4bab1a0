func.func @f(%x: tensor<64x512xf32>) -> tensor<64x512xf32> {
  %s = aten.softmax %x {dim = -1 : i64} : (tensor<64x512xf32>) -> tensor<64x512xf32>
  return %s : tensor<64x512xf32>
}
