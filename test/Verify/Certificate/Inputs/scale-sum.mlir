func.func @scale_sum(%x: tensor<20x300xf32>) -> tensor<20xf32> {
  %zero = arith.constant 0.0 : f32
  %two = arith.constant 2.0 : f32
  %e = tensor.empty() : tensor<20xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<20xf32>) -> tensor<20xf32>
  %s = linalg.generic {
      indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>],
      iterator_types = ["parallel", "reduction"]}
    ins(%x : tensor<20x300xf32>) outs(%f : tensor<20xf32>) {
    ^bb0(%v: f32, %o: f32):
      %d = arith.mulf %v, %two : f32
      %t = arith.addf %d, %o : f32
      linalg.yield %t : f32
    } -> tensor<20xf32>
  return %s : tensor<20xf32>
}
