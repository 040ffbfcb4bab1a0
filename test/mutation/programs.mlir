// Programs that rules of `rewrites/` apply to, for variants; mutants are made of
// the kernels of corpus.mlir. Sections begin as they do there.

// gated any
func.func @gated(%x: tensor<24x60xf32>) -> tensor<24x60xf32> {
  %s = aten.sigmoid %x : (tensor<24x60xf32>) -> tensor<24x60xf32>
  %m = aten.mul %x, %s : (tensor<24x60xf32>, tensor<24x60xf32>) -> tensor<24x60xf32>
  %t = aten.tanh %m : (tensor<24x60xf32>) -> tensor<24x60xf32>
  return %t : tensor<24x60xf32>
}

// -----
// rectified any
func.func @rectified(%x: tensor<31x77xf32>) -> tensor<31x77xf32> {
  %two = aten.full {size = array<i64>, value = 2.0 : f64, dtype = f32} : () -> tensor<f32>
  %d = aten.mul %x, %two : (tensor<31x77xf32>, tensor<f32>) -> tensor<31x77xf32>
  %r = aten.relu %d : (tensor<31x77xf32>) -> tensor<31x77xf32>
  %c = aten.clamp %r {max = 6.0 : f64} : (tensor<31x77xf32>) -> tensor<31x77xf32>
  return %c : tensor<31x77xf32>
}

// -----
// chain_of_products any
func.func @chain_of_products(%a: tensor<20x33xf32>, %b: tensor<33x40xf32>, %c: tensor<40x18xf32>) -> tensor<20x18xf32> {
  %p = aten.mm %a, %b : (tensor<20x33xf32>, tensor<33x40xf32>) -> tensor<20x40xf32>
  %q = aten.mm %p, %c : (tensor<20x40xf32>, tensor<40x18xf32>) -> tensor<20x18xf32>
  return %q : tensor<20x18xf32>
}

// -----
// sum_of_two_products any
func.func @sum_of_two_products(%a: tensor<34x24xf32>, %b: tensor<24x20xf32>, %c: tensor<34x18xf32>, %d: tensor<18x20xf32>) -> tensor<34x20xf32> {
  %p = aten.mm %a, %b : (tensor<34x24xf32>, tensor<24x20xf32>) -> tensor<34x20xf32>
  %q = aten.mm %c, %d : (tensor<34x18xf32>, tensor<18x20xf32>) -> tensor<34x20xf32>
  %s = aten.add %p, %q : (tensor<34x20xf32>, tensor<34x20xf32>) -> tensor<34x20xf32>
  return %s : tensor<34x20xf32>
}

// -----
// normalized_convolution any
func.func @normalized_convolution(%x: tensor<1x3x8x9xf32>, %w: tensor<5x3x3x3xf32> {kopt.parameter}, %b: tensor<5xf32> {kopt.parameter},
    %mean: tensor<5xf32> {kopt.parameter}, %var: tensor<5xf32> {kopt.parameter}, %gamma: tensor<5xf32> {kopt.parameter},
    %beta: tensor<5xf32> {kopt.parameter}) -> tensor<1x5x8x9xf32> {
  %c = aten.convolution %x, %w, %b {stride = array<i64: 1, 1>, padding = array<i64: 1, 1>}
      : (tensor<1x3x8x9xf32>, tensor<5x3x3x3xf32>, tensor<5xf32>) -> tensor<1x5x8x9xf32>
  %n = aten.batch_norm %c, %mean, %var, %gamma, %beta {eps = 1.0e-5 : f64}
      : (tensor<1x5x8x9xf32>, tensor<5xf32>, tensor<5xf32>, tensor<5xf32>, tensor<5xf32>) -> tensor<1x5x8x9xf32>
  return %n : tensor<1x5x8x9xf32>
}

// -----
// mean_of_layer any
func.func @mean_of_layer(%x: tensor<30x28xf32>, %w: tensor<22x28xf32>, %b: tensor<22xf32>) -> tensor<30x1xf32> {
  %l = aten.linear %x, %w, %b : (tensor<30x28xf32>, tensor<22x28xf32>, tensor<22xf32>) -> tensor<30x22xf32>
  %m = aten.mean %l {dim = array<i64: 1>, keepdim = true} : (tensor<30x22xf32>) -> tensor<30x1xf32>
  return %m : tensor<30x1xf32>
}

// -----
// spelled_softmax any
func.func @spelled_softmax(%x: tensor<9x150xf32>) -> tensor<9x150xf32> {
  %m = aten.amax %x {dim = array<i64: 1>, keepdim = true} : (tensor<9x150xf32>) -> tensor<9x1xf32>
  %d = aten.sub %x, %m : (tensor<9x150xf32>, tensor<9x1xf32>) -> tensor<9x150xf32>
  %e = aten.softmax %d {dim = -1 : i64} : (tensor<9x150xf32>) -> tensor<9x150xf32>
  return %e : tensor<9x150xf32>
}

// -----
// logarithm_of_softmax any
func.func @logarithm_of_softmax(%x: tensor<7x120xf32>) -> tensor<7x120xf32> {
  %s = aten.softmax %x {dim = -1 : i64} : (tensor<7x120xf32>) -> tensor<7x120xf32>
  %l = aten.log %s : (tensor<7x120xf32>) -> tensor<7x120xf32>
  return %l : tensor<7x120xf32>
}

// -----
// pooled any
func.func @pooled(%x: tensor<1x3x12x14xf32>) -> tensor<1x3x6x7xf32> {
  %r = aten.relu %x : (tensor<1x3x12x14xf32>) -> tensor<1x3x12x14xf32>
  %p = aten.max_pool %r {kernel_size = array<i64: 2, 2>, stride = array<i64: 2, 2>}
      : (tensor<1x3x12x14xf32>) -> tensor<1x3x6x7xf32>
  return %p : tensor<1x3x6x7xf32>
}

// -----
// transposed_product any
func.func @transposed_product(%a: tensor<24x36xf32>, %b: tensor<20x24xf32>) -> tensor<36x20xf32> {
  %s = aten.transpose %a {dim0 = 0 : i64, dim1 = 1 : i64} : (tensor<24x36xf32>) -> tensor<36x24xf32>
  %t = aten.transpose %b {dim0 = 0 : i64, dim1 = 1 : i64} : (tensor<20x24xf32>) -> tensor<24x20xf32>
  %p = aten.mm %s, %t : (tensor<36x24xf32>, tensor<24x20xf32>) -> tensor<36x20xf32>
  return %p : tensor<36x20xf32>
}

// -----
// bounded_softmax any
func.func @bounded_softmax(%x: tensor<8x200xf32> {kopt.range = #kopt.range<-50.0, 50.0>}) -> tensor<8x200xf32> {
  %s = aten.softmax %x {dim = -1 : i64} : (tensor<8x200xf32>) -> tensor<8x200xf32>
  return %s : tensor<8x200xf32>
}
