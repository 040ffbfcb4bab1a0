func.func @softmax_8192(%x: tensor<4096x8192xf32>) -> tensor<4096x8192xf32> {
  %y = aten.softmax %x {dim = -1 : i64} : (tensor<4096x8192xf32>) -> tensor<4096x8192xf32>
  return %y : tensor<4096x8192xf32>
}
