// Running sums along rows.

func.func @cumsum(%x: tensor<32768x32768xf32>) -> tensor<32768x32768xf32> {
  %y = aten.cumsum %x {dim = 1 : i64} : (tensor<32768x32768xf32>) -> tensor<32768x32768xf32>
  return %y : tensor<32768x32768xf32>
}
