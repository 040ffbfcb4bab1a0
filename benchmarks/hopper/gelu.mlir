func.func @gelu(%x: tensor<4096x393216xf32>) -> tensor<4096x393216xf32> {
  %y = aten.gelu %x {approximate = #aten.gelu<none>} : (tensor<4096x393216xf32>) -> tensor<4096x393216xf32>
  return %y : tensor<4096x393216xf32>
}
