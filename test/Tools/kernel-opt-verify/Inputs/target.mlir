#mn = #kopt.dims<"M", "N">
func.func @dynamic(%x: tensor<?x?xf32, #mn>, %y: tensor<?x?xf32, #mn>)
    -> tensor<?x?xf32, #mn> {
  %r = arith.addf %y, %x : tensor<?x?xf32, #mn>
  return %r : tensor<?x?xf32, #mn>
}

func.func @ignored(%x: tensor<4xf32>, %y: tensor<4xf32>) -> tensor<4xf32> {
  return %x : tensor<4xf32>
}
