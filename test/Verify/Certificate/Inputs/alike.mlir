// Two kernels of one type that compute different things.
func.func @alike(%x: tensor<256x64xf32>, %m: tensor<64x64xf32>) -> (tensor<256x64xf32>, tensor<256x64xf32>) {
  %a = aten.exp %x : (tensor<256x64xf32>) -> tensor<256x64xf32>
  %p = aten.linear %a, %m : (tensor<256x64xf32>, tensor<64x64xf32>) -> tensor<256x64xf32>
  %b = aten.tanh %p : (tensor<256x64xf32>) -> tensor<256x64xf32>
  %q = aten.linear %b, %m : (tensor<256x64xf32>, tensor<64x64xf32>) -> tensor<256x64xf32>
  return %q, %b : tensor<256x64xf32>, tensor<256x64xf32>
}
