// Two kernels: a matrix product with bias and GELU (tanh form), and a softmax over
// its rows. Sizes are ragged on purpose.
//
//   kernel-opt examples/softmax-of-product.mlir -o out.mlir

#row = affine_map<(i, j) -> (i)>
#column = affine_map<(i, j) -> (j)>
#all = affine_map<(i, j) -> (i, j)>

func.func @softmax_of_product(%x: tensor<500x300xf32>, %w: tensor<300x1001xf32>,
                              %bias: tensor<1001xf32>) -> tensor<500x1001xf32> {
  %zero = arith.constant 0.0 : f32
  %half = arith.constant 0.5 : f32
  %one = arith.constant 1.0 : f32
  %c = arith.constant 0.044715 : f32
  %root = arith.constant 0.797884583 : f32
  %low = arith.constant 0xFF800000 : f32
  %e = tensor.empty() : tensor<500x1001xf32>
  %e1 = tensor.empty() : tensor<500xf32>

  %init = linalg.fill ins(%zero : f32) outs(%e : tensor<500x1001xf32>) -> tensor<500x1001xf32>
  %product = linalg.matmul ins(%x, %w : tensor<500x300xf32>, tensor<300x1001xf32>)
                           outs(%init : tensor<500x1001xf32>) -> tensor<500x1001xf32>
  %gelu = linalg.generic {indexing_maps = [#all, #column, #all], iterator_types = ["parallel", "parallel"]}
      ins(%product, %bias : tensor<500x1001xf32>, tensor<1001xf32>) outs(%e : tensor<500x1001xf32>) {
    ^bb0(%p: f32, %b: f32, %o: f32):
      %v = arith.addf %p, %b : f32
      %v2 = arith.mulf %v, %v : f32
      %v3 = arith.mulf %v2, %v : f32
      %cubic = arith.mulf %v3, %c : f32
      %inner = arith.addf %v, %cubic : f32
      %scaled = arith.mulf %inner, %root : f32
      %tanh = math.tanh %scaled : f32
      %up = arith.addf %tanh, %one : f32
      %halved = arith.mulf %v, %half : f32
      %g = arith.mulf %halved, %up : f32
      linalg.yield %g : f32
  } -> tensor<500x1001xf32>

  %lows = linalg.fill ins(%low : f32) outs(%e1 : tensor<500xf32>) -> tensor<500xf32>
  %max = linalg.reduce ins(%gelu : tensor<500x1001xf32>) outs(%lows : tensor<500xf32>) dimensions = [1]
    (%v: f32, %o: f32) {
      %m = arith.maximumf %v, %o : f32
      linalg.yield %m : f32
    }
  %exp = linalg.generic {indexing_maps = [#all, #row, #all], iterator_types = ["parallel", "parallel"]}
      ins(%gelu, %max : tensor<500x1001xf32>, tensor<500xf32>) outs(%e : tensor<500x1001xf32>) {
    ^bb0(%v: f32, %m: f32, %o: f32):
      %d = arith.subf %v, %m : f32
      %x0 = math.exp %d : f32
      linalg.yield %x0 : f32
  } -> tensor<500x1001xf32>
  %zeros = linalg.fill ins(%zero : f32) outs(%e1 : tensor<500xf32>) -> tensor<500xf32>
  %sum = linalg.reduce ins(%exp : tensor<500x1001xf32>) outs(%zeros : tensor<500xf32>) dimensions = [1]
    (%v: f32, %o: f32) {
      %s = arith.addf %v, %o : f32
      linalg.yield %s : f32
    }
  %y = linalg.generic {indexing_maps = [#all, #row, #all], iterator_types = ["parallel", "parallel"]}
      ins(%exp, %sum : tensor<500x1001xf32>, tensor<500xf32>) outs(%e : tensor<500x1001xf32>) {
    ^bb0(%v: f32, %s: f32, %o: f32):
      %q = arith.divf %v, %s : f32
      linalg.yield %q : f32
  } -> tensor<500x1001xf32>
  return %y : tensor<500x1001xf32>
}
