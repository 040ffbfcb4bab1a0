// A softmax of rows to which a bias was added.
func.func @forward(%x: tensor<64x96xf32>, %b: tensor<96xf32>) -> tensor<64x96xf32> {
  %0 = aten.add %x, %b : (tensor<64x96xf32>, tensor<96xf32>) -> tensor<64x96xf32>
  %1 = aten.softmax %0 {dim = 1 : i64} : (tensor<64x96xf32>) -> tensor<64x96xf32>
  return %1 : tensor<64x96xf32>
}
