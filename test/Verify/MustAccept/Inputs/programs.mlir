// Programs that must be accepted, scheduled by a strategy or by hand. Sections
// begin as those of test/mutation/corpus.mlir do.

// fused_product contraction_fma block_m=32 block_n=32 step_k=16 warps=2
func.func @fused_product(%a: tensor<45x70xf32>, %b: tensor<70x33xf32>) -> tensor<45x33xf32> {
  %p = aten.mm %a, %b : (tensor<45x70xf32>, tensor<70x33xf32>) -> tensor<45x33xf32>
  return %p : tensor<45x33xf32>
}

// -----
// residual_product contraction_fma block_m=32 block_n=32 step_k=16 warps=2
func.func @residual_product(%a: tensor<45x50xf32>, %b: tensor<50x37xf32>, %c: tensor<37xf32>, %r: tensor<45x37xf32>) -> tensor<45x37xf32> {
  %p = aten.mm %a, %b : (tensor<45x50xf32>, tensor<50x37xf32>) -> tensor<45x37xf32>
  %s = aten.add %p, %c : (tensor<45x37xf32>, tensor<37xf32>) -> tensor<45x37xf32>
  %g = aten.gelu %s {approximate = #aten.gelu<tanh>} : (tensor<45x37xf32>) -> tensor<45x37xf32>
  %y = aten.add %g, %r : (tensor<45x37xf32>, tensor<45x37xf32>) -> tensor<45x37xf32>
  return %y : tensor<45x37xf32>
}

// -----
// causal_attention attention_fma rows=16 depth=32 keys=16 warps=1
func.func @causal_attention(%q: tensor<1x2x40x32xf32>, %k: tensor<1x2x40x32xf32>, %v: tensor<1x2x40x32xf32>) -> tensor<1x2x40x32xf32> {
  %y = aten.scaled_dot_product_attention %q, %k, %v {is_causal = true}
      : (tensor<1x2x40x32xf32>, tensor<1x2x40x32xf32>, tensor<1x2x40x32xf32>) -> tensor<1x2x40x32xf32>
  return %y : tensor<1x2x40x32xf32>
}

// -----
// softmax_without_maximum given
// Exponentials of logits as they are: the same function, which overflows.
func.func @softmax_without_maximum(%x: tensor<64x32xf32>) -> tensor<64x32xf32> {
  %r = kopt.kernel @softmax_without_maximum (%a = %x : tensor<64x32xf32>) -> (tensor<64x32xf32>) {
    %low = arith.constant 0xFF800000 : f32
    %zero = arith.constant 0.0 : f32
    %rows = tensor.empty() : tensor<64xf32>
    %i = linalg.fill ins(%low : f32) outs(%rows : tensor<64xf32>) -> tensor<64xf32>
    %j = linalg.fill ins(%zero : f32) outs(%rows : tensor<64xf32>) -> tensor<64xf32>
    %e = tensor.empty() : tensor<64x32xf32>
    %m = linalg.reduce { arith.maximumf } ins(%a : tensor<64x32xf32>) outs(%i : tensor<64xf32>) dimensions = [1]
    %w = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]}
        ins(%a, %m : tensor<64x32xf32>, tensor<64xf32>) outs(%e : tensor<64x32xf32>) {
    ^bb0(%v: f32, %n: f32, %o: f32):
      %d = arith.subf %v, %n : f32
      %p = math.exp %d : f32
      linalg.yield %p : f32
    } -> tensor<64x32xf32>
    %s = linalg.reduce { arith.addf } ins(%w : tensor<64x32xf32>) outs(%j : tensor<64xf32>) dimensions = [1]
    %y = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]}
        ins(%w, %s : tensor<64x32xf32>, tensor<64xf32>) outs(%e : tensor<64x32xf32>) {
    ^bb0(%v: f32, %n: f32, %o: f32):
      %d = arith.divf %v, %n : f32
      linalg.yield %d : f32
    } -> tensor<64x32xf32>
    kopt.yield %y : tensor<64x32xf32>
  }
  return %r : tensor<64x32xf32>
}
gpu.module @softmax_without_maximum_program {
  gpu.func @softmax_without_maximum(%x: memref<64x32xf32> {kgpu.access = "read"}, %y: memref<64x32xf32> {kgpu.access = "write"}) kernel
      attributes {known_block_size = array<i32: 32, 1, 1>, known_grid_size = array<i32: 64, 1, 1>} {
    %t = gpu.thread_id x
    %b = gpu.block_id x
    %v = kgpu.load %x[%b, %t] : memref<64x32xf32> -> f32
    %e = math.exp %v : f32
    %s = kgpu.warp_reduce add %e lane_bits [4, 3, 2, 1, 0] : f32
    %q = arith.divf %e, %s : f32
    kgpu.store %q, %y[%b, %t] : f32, memref<64x32xf32>
    gpu.return
  }
}

// -----
// chained_products given
// (A B) C by threads that sum B C first: its errors are those of other sums.
func.func @chained_products(%x: tensor<32x24xf32>, %y: tensor<24x20xf32>, %z: tensor<20x32xf32>) -> tensor<32x32xf32> {
  %r = kopt.kernel @chained_products (%a = %x : tensor<32x24xf32>, %b = %y : tensor<24x20xf32>, %c = %z : tensor<20x32xf32>) -> (tensor<32x32xf32>) {
    %zero = arith.constant 0.0 : f32
    %e = tensor.empty() : tensor<32x20xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e : tensor<32x20xf32>) -> tensor<32x20xf32>
    %p = linalg.matmul ins(%a, %b : tensor<32x24xf32>, tensor<24x20xf32>) outs(%f : tensor<32x20xf32>) -> tensor<32x20xf32>
    %g = tensor.empty() : tensor<32x32xf32>
    %h = linalg.fill ins(%zero : f32) outs(%g : tensor<32x32xf32>) -> tensor<32x32xf32>
    %q = linalg.matmul ins(%p, %c : tensor<32x20xf32>, tensor<20x32xf32>) outs(%h : tensor<32x32xf32>) -> tensor<32x32xf32>
    kopt.yield %q : tensor<32x32xf32>
  }
  return %r : tensor<32x32xf32>
}
gpu.module @chained_products_program {
  gpu.func @chained_products(%a: memref<32x24xf32> {kgpu.access = "read"}, %b: memref<24x20xf32> {kgpu.access = "read"},
      %c: memref<20x32xf32> {kgpu.access = "read"}, %y: memref<32x32xf32> {kgpu.access = "write"}) kernel
      attributes {known_block_size = array<i32: 32, 1, 1>, known_grid_size = array<i32: 32, 1, 1>} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c20 = arith.constant 20 : index
    %c24 = arith.constant 24 : index
    %zero = arith.constant 0.0 : f32
    %t = gpu.thread_id x
    %i = gpu.block_id x
    %s = scf.for %k = %c0 to %c24 step %c1 iter_args(%acc = %zero) -> f32 {
      %inner = scf.for %l = %c0 to %c20 step %c1 iter_args(%sum = %zero) -> f32 {
        %u = kgpu.load %b[%k, %l] : memref<24x20xf32> -> f32
        %v = kgpu.load %c[%l, %t] : memref<20x32xf32> -> f32
        %n = math.fma %u, %v, %sum : f32
        scf.yield %n : f32
      }
      %w = kgpu.load %a[%i, %k] : memref<32x24xf32> -> f32
      %n = math.fma %w, %inner, %acc : f32
      scf.yield %n : f32
    }
    kgpu.store %s, %y[%i, %t] : f32, memref<32x32xf32>
    gpu.return
  }
}

// -----
// winograd given
// A filter of three at two places at once, by four products a channel. The
// cancelled parts of the products are larger than the terms of the sum.
func.func @winograd(%x: tensor<16x12x66xf32>, %w: tensor<12x3xf32>) -> tensor<16x64xf32> {
  %r = kopt.kernel @winograd (%a = %x : tensor<16x12x66xf32>, %b = %w : tensor<12x3xf32>) -> (tensor<16x64xf32>) {
    %zero = arith.constant 0.0 : f32
    %e = tensor.empty() : tensor<16x64xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e : tensor<16x64xf32>) -> tensor<16x64xf32>
    %y = linalg.generic {indexing_maps = [affine_map<(n, o, c, r) -> (n, c, o + r)>, affine_map<(n, o, c, r) -> (c, r)>, affine_map<(n, o, c, r) -> (n, o)>],
        iterator_types = ["parallel", "parallel", "reduction", "reduction"]}
        ins(%a, %b : tensor<16x12x66xf32>, tensor<12x3xf32>) outs(%f : tensor<16x64xf32>) {
    ^bb0(%u: f32, %v: f32, %o: f32):
      %p = arith.mulf %u, %v : f32
      %s = arith.addf %o, %p : f32
      linalg.yield %s : f32
    } -> tensor<16x64xf32>
    kopt.yield %y : tensor<16x64xf32>
  }
  return %r : tensor<16x64xf32>
}
gpu.module @winograd_program {
  gpu.func @winograd(%x: memref<16x12x66xf32> {kgpu.access = "read"}, %w: memref<12x3xf32> {kgpu.access = "read"},
      %y: memref<16x64xf32> {kgpu.access = "write"}) kernel
      attributes {known_block_size = array<i32: 32, 1, 1>, known_grid_size = array<i32: 16, 1, 1>} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c2 = arith.constant 2 : index
    %c3 = arith.constant 3 : index
    %c12 = arith.constant 12 : index
    %zero = arith.constant 0.0 : f32
    %half = arith.constant 0.5 : f32
    %t = gpu.thread_id x
    %n = gpu.block_id x
    %o0 = arith.muli %t, %c2 : index
    %o1 = arith.addi %o0, %c1 : index
    %o2 = arith.addi %o0, %c2 : index
    %o3 = arith.addi %o0, %c3 : index
    %sums:2 = scf.for %c = %c0 to %c12 step %c1 iter_args(%left = %zero, %right = %zero) -> (f32, f32) {
      %d0 = kgpu.load %x[%n, %c, %o0] : memref<16x12x66xf32> -> f32
      %d1 = kgpu.load %x[%n, %c, %o1] : memref<16x12x66xf32> -> f32
      %d2 = kgpu.load %x[%n, %c, %o2] : memref<16x12x66xf32> -> f32
      %d3 = kgpu.load %x[%n, %c, %o3] : memref<16x12x66xf32> -> f32
      %g0 = kgpu.load %w[%c, %c0] : memref<12x3xf32> -> f32
      %g1 = kgpu.load %w[%c, %c1] : memref<12x3xf32> -> f32
      %g2 = kgpu.load %w[%c, %c2] : memref<12x3xf32> -> f32
      %ends = arith.addf %g0, %g2 : f32
      %all = arith.addf %ends, %g1 : f32
      %alternating = arith.subf %ends, %g1 : f32
      %h0 = arith.mulf %all, %half : f32
      %h1 = arith.mulf %alternating, %half : f32
      %i0 = arith.subf %d0, %d2 : f32
      %i1 = arith.addf %d1, %d2 : f32
      %i2 = arith.subf %d2, %d1 : f32
      %i3 = arith.subf %d1, %d3 : f32
      %m0 = arith.mulf %i0, %g0 : f32
      %m1 = arith.mulf %i1, %h0 : f32
      %m2 = arith.mulf %i2, %h1 : f32
      %m3 = arith.mulf %i3, %g2 : f32
      %a0 = arith.addf %m0, %m1 : f32
      %a1 = arith.addf %a0, %m2 : f32
      %b0 = arith.subf %m1, %m2 : f32
      %b1 = arith.subf %b0, %m3 : f32
      %l = arith.addf %left, %a1 : f32
      %r = arith.addf %right, %b1 : f32
      scf.yield %l, %r : f32, f32
    }
    kgpu.store %sums#0, %y[%n, %o0] : f32, memref<16x64xf32>
    kgpu.store %sums#1, %y[%n, %o1] : f32, memref<16x64xf32>
    gpu.return
  }
}

// -----
// strassen given
// One level of seven products of quarters.
func.func @strassen(%x: tensor<64x48xf32>, %y: tensor<48x64xf32>) -> tensor<64x64xf32> {
  %r = kopt.kernel @strassen (%a = %x : tensor<64x48xf32>, %b = %y : tensor<48x64xf32>) -> (tensor<64x64xf32>) {
    %zero = arith.constant 0.0 : f32
    %e = tensor.empty() : tensor<64x64xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e : tensor<64x64xf32>) -> tensor<64x64xf32>
    %p = linalg.matmul ins(%a, %b : tensor<64x48xf32>, tensor<48x64xf32>) outs(%f : tensor<64x64xf32>) -> tensor<64x64xf32>
    kopt.yield %p : tensor<64x64xf32>
  }
  return %r : tensor<64x64xf32>
}
gpu.module @strassen_program {
  gpu.func @strassen(%x: memref<64x48xf32> {kgpu.access = "read"}, %y: memref<48x64xf32> {kgpu.access = "read"},
      %z: memref<64x64xf32> {kgpu.access = "write"}) kernel
      attributes {known_block_size = array<i32: 32, 1, 1>, known_grid_size = array<i32: 32, 1, 1>} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c24 = arith.constant 24 : index
    %c32 = arith.constant 32 : index
    %zero = arith.constant 0.0 : f32
    %j = gpu.thread_id x
    %i = gpu.block_id x
    %i2 = arith.addi %i, %c32 : index
    %j2 = arith.addi %j, %c32 : index
    %m:7 = scf.for %k = %c0 to %c24 step %c1
        iter_args(%s1 = %zero, %s2 = %zero, %s3 = %zero, %s4 = %zero, %s5 = %zero, %s6 = %zero, %s7 = %zero)
        -> (f32, f32, f32, f32, f32, f32, f32) {
      %k2 = arith.addi %k, %c24 : index
      %a11 = kgpu.load %x[%i, %k] : memref<64x48xf32> -> f32
      %a12 = kgpu.load %x[%i, %k2] : memref<64x48xf32> -> f32
      %a21 = kgpu.load %x[%i2, %k] : memref<64x48xf32> -> f32
      %a22 = kgpu.load %x[%i2, %k2] : memref<64x48xf32> -> f32
      %b11 = kgpu.load %y[%k, %j] : memref<48x64xf32> -> f32
      %b12 = kgpu.load %y[%k, %j2] : memref<48x64xf32> -> f32
      %b21 = kgpu.load %y[%k2, %j] : memref<48x64xf32> -> f32
      %b22 = kgpu.load %y[%k2, %j2] : memref<48x64xf32> -> f32
      %l1 = arith.addf %a11, %a22 : f32
      %r1 = arith.addf %b11, %b22 : f32
      %l2 = arith.addf %a21, %a22 : f32
      %r3 = arith.subf %b12, %b22 : f32
      %r4 = arith.subf %b21, %b11 : f32
      %l5 = arith.addf %a11, %a12 : f32
      %l6 = arith.subf %a21, %a11 : f32
      %r6 = arith.addf %b11, %b12 : f32
      %l7 = arith.subf %a12, %a22 : f32
      %r7 = arith.addf %b21, %b22 : f32
      %n1 = math.fma %l1, %r1, %s1 : f32
      %n2 = math.fma %l2, %b11, %s2 : f32
      %n3 = math.fma %a11, %r3, %s3 : f32
      %n4 = math.fma %a22, %r4, %s4 : f32
      %n5 = math.fma %l5, %b22, %s5 : f32
      %n6 = math.fma %l6, %r6, %s6 : f32
      %n7 = math.fma %l7, %r7, %s7 : f32
      scf.yield %n1, %n2, %n3, %n4, %n5, %n6, %n7 : f32, f32, f32, f32, f32, f32, f32
    }
    %u1 = arith.addf %m#0, %m#3 : f32
    %u2 = arith.subf %u1, %m#4 : f32
    %z11 = arith.addf %u2, %m#6 : f32
    %z12 = arith.addf %m#2, %m#4 : f32
    %z21 = arith.addf %m#1, %m#3 : f32
    %u3 = arith.subf %m#0, %m#1 : f32
    %u4 = arith.addf %u3, %m#2 : f32
    %z22 = arith.addf %u4, %m#5 : f32
    kgpu.store %z11, %z[%i, %j] : f32, memref<64x64xf32>
    kgpu.store %z12, %z[%i, %j2] : f32, memref<64x64xf32>
    kgpu.store %z21, %z[%i2, %j] : f32, memref<64x64xf32>
    kgpu.store %z22, %z[%i2, %j2] : f32, memref<64x64xf32>
    gpu.return
  }
}
