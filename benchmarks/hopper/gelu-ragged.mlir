func.func @gelu_ragged(%x: tensor<536870989xf32>) -> tensor<536870989xf32> {
  %y = aten.gelu %x {approximate = #aten.gelu<none>} : (tensor<536870989xf32>) -> tensor<536870989xf32>
  return %y : tensor<536870989xf32>
}
