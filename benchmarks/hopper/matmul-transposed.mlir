func.func @matmul_transposed(%a: tensor<4096x2048xf32>, %b: tensor<4096x8192xf32>) -> tensor<2048x8192xf32> {
  %t = aten.transpose %a {dim0 = 0 : i64, dim1 = 1 : i64} : (tensor<4096x2048xf32>) -> tensor<2048x4096xf32>
  %y = aten.mm %t, %b : (tensor<2048x4096xf32>, tensor<4096x8192xf32>) -> tensor<2048x8192xf32>
  return %y : tensor<2048x8192xf32>
}
