// A product, x * sigmoid(x), and a softmax of its rows.
func.func @forward(%x: tensor<256x384xf32>, %w: tensor<384x512xf32>) -> tensor<256x512xf32> {
  %0 = aten.mm %x, %w : (tensor<256x384xf32>, tensor<384x512xf32>) -> tensor<256x512xf32>
  %1 = aten.sigmoid %0 : (tensor<256x512xf32>) -> tensor<256x512xf32>
  %2 = aten.mul %0, %1 : (tensor<256x512xf32>, tensor<256x512xf32>) -> tensor<256x512xf32>
  %3 = aten.softmax %2 {dim = -1 : i64} : (tensor<256x512xf32>) -> tensor<256x512xf32>
  return %3 : tensor<256x512xf32>
}
