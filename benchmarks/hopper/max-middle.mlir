func.func @max_middle(%x: tensor<128x4096x4095xf32>) -> tensor<128x4095xf32> {
  %y = aten.amax %x {dim = array<i64: 1>} : (tensor<128x4096x4095xf32>) -> tensor<128x4095xf32>
  return %y : tensor<128x4095xf32>
}
