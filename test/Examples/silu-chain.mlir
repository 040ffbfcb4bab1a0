// Element-wise chain over 1.6 G elements: one pass over memory.

func.func @silu_chain(%x: tensor<4096x393216xf32>) -> tensor<4096x393216xf32> {
  %s = aten.silu %x : (tensor<4096x393216xf32>) -> tensor<4096x393216xf32>
  %t = aten.tanh %s : (tensor<4096x393216xf32>) -> tensor<4096x393216xf32>
  %y = aten.mul %s, %t : (tensor<4096x393216xf32>, tensor<4096x393216xf32>) -> tensor<4096x393216xf32>
  return %y : tensor<4096x393216xf32>
}
