func.func @log_probability(%x: tensor<8192x50257xf32>, %t: tensor<f32>) -> tensor<8192x50257xf32> {
  %s = aten.mul %x, %t : (tensor<8192x50257xf32>, tensor<f32>) -> tensor<8192x50257xf32>
  %p = aten.softmax %s {dim = -1 : i64} : (tensor<8192x50257xf32>) -> tensor<8192x50257xf32>
  %y = aten.log %p : (tensor<8192x50257xf32>) -> tensor<8192x50257xf32>
  return %y : tensor<8192x50257xf32>
}
