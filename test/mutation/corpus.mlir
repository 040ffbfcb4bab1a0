// What mutants are made of: a small kernel for each way to schedule one. Each
// section begins with its name, its strategy and the strategy's knobs. Weights of
// attention that are rounded to 16 bits are less accurate than the original: the
// strict policy refuses them unmutated.

// silu elementwise elements=512 warps=2
func.func @silu(%x: tensor<37x75xf32>, %y: tensor<37x75xf32>) -> tensor<37x75xf32> {
  %s = aten.silu %x : (tensor<37x75xf32>) -> tensor<37x75xf32>
  %z = aten.mul %s, %y : (tensor<37x75xf32>, tensor<37x75xf32>) -> tensor<37x75xf32>
  return %z : tensor<37x75xf32>
}

// -----
// clamp elementwise elements=512 warps=4
func.func @clamp(%x: tensor<3000xf16>) -> tensor<3000xf16> {
  %c = aten.clamp %x {min = -1.0 : f64, max = 6.0 : f64} : (tensor<3000xf16>) -> tensor<3000xf16>
  %y = aten.leaky_relu %c {negative_slope = 0.01 : f64} : (tensor<3000xf16>) -> tensor<3000xf16>
  return %y : tensor<3000xf16>
}

// -----
// beyond_i32 elementwise policy=algebra-only share=0.1
func.func @beyond_i32(%x: tensor<32769x65536xf32>) -> tensor<32769x65536xf32> {
  %y = aten.relu %x : (tensor<32769x65536xf32>) -> tensor<32769x65536xf32>
  return %y : tensor<32769x65536xf32>
}

// -----
// shared_weights elementwise_shared
func.func @shared_weights(%x: tensor<12x640xf32>, %w: tensor<640xf32>, %b: tensor<640xf32>) -> tensor<12x640xf32> {
  %m = aten.mul %x, %w : (tensor<12x640xf32>, tensor<640xf32>) -> tensor<12x640xf32>
  %y = aten.add %m, %b : (tensor<12x640xf32>, tensor<640xf32>) -> tensor<12x640xf32>
  return %y : tensor<12x640xf32>
}

// -----
// transposed transpose
func.func @transposed(%x: tensor<70x90xf32>, %b: tensor<90x70xf32>) -> tensor<90x70xf32> {
  %t = aten.transpose %x {dim0 = 0 : i64, dim1 = 1 : i64} : (tensor<70x90xf32>) -> tensor<90x70xf32>
  %y = aten.add %t, %b : (tensor<90x70xf32>, tensor<90x70xf32>) -> tensor<90x70xf32>
  return %y : tensor<90x70xf32>
}

// -----
// gather outer_reduction columns=32 elements=512 warps=2
func.func @gather(%x: tensor<20x24xf32>, %i: tensor<33xi64>) -> tensor<33x24xf32> {
  %y = aten.index_select %x, %i {dim = 0 : i64} : (tensor<20x24xf32>, tensor<33xi64>) -> tensor<33x24xf32>
  return %y : tensor<33x24xf32>
}

// -----
// softmax row elements=512 warps=2
func.func @softmax(%x: tensor<6x700xf32>) -> tensor<6x700xf32> {
  %y = aten.softmax %x {dim = -1 : i64} : (tensor<6x700xf32>) -> tensor<6x700xf32>
  return %y : tensor<6x700xf32>
}

// -----
// softmax_in_registers row_in_registers elements=8192 warps=8
func.func @softmax_in_registers(%x: tensor<3x4100xf32>) -> tensor<3x4100xf32> {
  %y = aten.softmax %x {dim = -1 : i64} : (tensor<3x4100xf32>) -> tensor<3x4100xf32>
  return %y : tensor<3x4100xf32>
}

// -----
// layer_norm row elements=1024 warps=4
func.func @layer_norm(%x: tensor<6x512xf32>, %w: tensor<512xf32>, %b: tensor<512xf32>) -> tensor<6x512xf32> {
  %y = aten.layer_norm %x, %w, %b {normalized_shape = array<i64: 512>}
      : (tensor<6x512xf32>, tensor<512xf32>, tensor<512xf32>) -> tensor<6x512xf32>
  return %y : tensor<6x512xf32>
}

// -----
// softmax_in_cluster row_in_cluster elements=16384 warps=8 cluster=4
kopt.fusion @plan {softmax_in_cluster = ["generic_0", "generic_1", "generic_2", "generic_3"]}
func.func @softmax_in_cluster(%x: tensor<2x16400xf32>) -> tensor<2x16400xf32> {
  %y = aten.softmax %x {dim = -1 : i64} : (tensor<2x16400xf32>) -> tensor<2x16400xf32>
  return %y : tensor<2x16400xf32>
}

// -----
// softmax_in_clusters row_in_clusters elements=16384 warps=4 cluster=8 stash=4 resident=2
kopt.fusion @plan {softmax_in_clusters = ["generic_0", "generic_1", "generic_2", "generic_3"]}
func.func @softmax_in_clusters(%x: tensor<2x16400xf32>) -> tensor<2x16400xf32> {
  %y = aten.softmax %x {dim = -1 : i64} : (tensor<2x16400xf32>) -> tensor<2x16400xf32>
  return %y : tensor<2x16400xf32>
}

// -----
// rms_norm row elements=512 warps=2
func.func @rms_norm(%x: tensor<5x260xf16>, %w: tensor<260xf16>) -> tensor<5x260xf16> {
  %y = aten.rms_norm %x, %w {normalized_shape = array<i64: 260>, eps = 1.0e-5 : f64} : (tensor<5x260xf16>, tensor<260xf16>) -> tensor<5x260xf16>
  return %y : tensor<5x260xf16>
}

// -----
// row_sums inner_reduction rows=2 elements=512 warps=2
func.func @row_sums(%x: tensor<21x999xf32>) -> tensor<21xf32> {
  %y = aten.sum %x {dim = array<i64: 1>} : (tensor<21x999xf32>) -> tensor<21xf32>
  return %y : tensor<21xf32>
}

// -----
// argmax outer_reduction columns=32 elements=512 warps=4
func.func @argmax(%x: tensor<2x60x70xf32>) -> tensor<2x70xi64> {
  %y = aten.argmax %x {dim = 1 : i64} : (tensor<2x60x70xf32>) -> tensor<2x70xi64>
  return %y : tensor<2x70xi64>
}

// -----
// mean_max outer_reduction columns=32 elements=512 warps=2
func.func @mean_max(%x: tensor<2x100x45xf32>) -> (tensor<2x45xf32>, tensor<2x45xf32>) {
  %m = aten.mean %x {dim = array<i64: 1>} : (tensor<2x100x45xf32>) -> tensor<2x45xf32>
  %y = aten.amax %x {dim = array<i64: 1>} : (tensor<2x100x45xf32>) -> tensor<2x45xf32>
  return %m, %y : tensor<2x45xf32>, tensor<2x45xf32>
}

// -----
// cube_sums outer_reduction columns=32 elements=512 warps=4
func.func @cube_sums(%x: tensor<24x24x24xf32>) -> tensor<24x24xf32> {
  %y = aten.sum %x {dim = array<i64: 1>} : (tensor<24x24x24xf32>) -> tensor<24x24xf32>
  return %y : tensor<24x24xf32>
}

// -----
// total_in_cluster inner_reduction_in_cluster elements=16384 warps=4 cluster=4
func.func @total_in_cluster(%x: tensor<1x131100xf32>) -> tensor<1xf32> {
  %y = aten.sum %x {dim = array<i64: 1>} : (tensor<1x131100xf32>) -> tensor<1xf32>
  return %y : tensor<1xf32>
}

// -----
// variance chained_reduction elements=4096 warps=4
func.func @variance(%x: tensor<3x2100xf32>) -> tensor<3xf32> {
  %y = aten.var %x {dim = array<i64: 1>, unbiased = false} : (tensor<3x2100xf32>) -> tensor<3xf32>
  return %y : tensor<3xf32>
}

// -----
// variance_in_cluster chained_reduction_in_cluster elements=32768 warps=4 cluster=4
kopt.fusion @plan {variance_in_cluster = ["generic_0", "generic_1", "generic_2", "generic_3"]}
func.func @variance_in_cluster(%x: tensor<2x16400xf32>) -> tensor<2xf32> {
  %y = aten.var %x {dim = array<i64: 1>, unbiased = false} : (tensor<2x16400xf32>) -> tensor<2xf32>
  return %y : tensor<2xf32>
}

// -----
// running_sums scan rows=1 elements=512 warps=2
func.func @running_sums(%x: tensor<5x1300xf32>) -> tensor<5x1300xf32> {
  %y = aten.cumsum %x {dim = 1 : i64} : (tensor<5x1300xf32>) -> tensor<5x1300xf32>
  return %y : tensor<5x1300xf32>
}

// -----
// running_columns scan columns=8 elements=512 warps=2
func.func @running_columns(%x: tensor<150x45xf32>) -> tensor<150x45xf32> {
  %y = aten.cumsum %x {dim = 0 : i64} : (tensor<150x45xf32>) -> tensor<150x45xf32>
  return %y : tensor<150x45xf32>
}

// -----
// product contraction_fma block_m=32 block_n=32 step_k=16 warps=2
func.func @product(%a: tensor<70x50xf32>, %b: tensor<50x45xf32>, %c: tensor<45xf32>) -> tensor<70x45xf32> {
  %p = aten.mm %a, %b : (tensor<70x50xf32>, tensor<50x45xf32>) -> tensor<70x45xf32>
  %s = aten.add %p, %c : (tensor<70x45xf32>, tensor<45xf32>) -> tensor<70x45xf32>
  %y = aten.relu %s : (tensor<70x45xf32>) -> tensor<70x45xf32>
  return %y : tensor<70x45xf32>
}

// -----
// square_product contraction_fma block_m=32 block_n=32 step_k=16 warps=2
func.func @square_product(%a: tensor<2x48x48xf32>, %b: tensor<2x48x48xf32>) -> tensor<2x48x48xf32> {
  %p = aten.bmm %a, %b : (tensor<2x48x48xf32>, tensor<2x48x48xf32>) -> tensor<2x48x48xf32>
  return %p : tensor<2x48x48xf32>
}

// -----
// product_mma contraction_mma block_m=32 block_n=32 step_k=16 warps=2 stages=3
func.func @product_mma(%a: tensor<72x88xf16>, %b: tensor<88x40xf16>) -> tensor<72x40xf16> {
  %p = aten.mm %a, %b : (tensor<72x88xf16>, tensor<88x40xf16>) -> tensor<72x40xf16>
  return %p : tensor<72x40xf16>
}

// -----
// product_wgmma contraction_wgmma block_m=64 block_n=32 step_k=32 warps=4 depth=2 least_blocks=1 raster=2
func.func @product_wgmma(%a: tensor<136x136xbf16>, %b: tensor<136x72xbf16>) -> tensor<136x72xbf16> {
  %p = aten.mm %a, %b : (tensor<136x136xbf16>, tensor<136x72xbf16>) -> tensor<136x72xbf16>
  return %p : tensor<136x72xbf16>
}

// -----
// product_roles contraction_wgmma block_m=64 block_n=32 step_k=32 warps=4 depth=3 producer=1 promote=1 least_blocks=1 raster=1
func.func @product_roles(%a: tensor<72x168xf16>, %b: tensor<168x40xf16>, %c: tensor<40xf16>) -> tensor<72x40xf16> {
  %p = aten.mm %a, %b : (tensor<72x168xf16>, tensor<168x40xf16>) -> tensor<72x40xf16>
  %y = aten.add %p, %c : (tensor<72x40xf16>, tensor<40xf16>) -> tensor<72x40xf16>
  return %y : tensor<72x40xf16>
}

// -----
// product_by_threads contraction_wgmma_by_threads block_m=64 block_n=32 step_k=32 warps=4 least_blocks=1
func.func @product_by_threads(%a: tensor<70x75xf16>, %b: tensor<75x45xf16>) -> tensor<70x45xf16> {
  %p = aten.mm %a, %b : (tensor<70x75xf16>, tensor<75x45xf16>) -> tensor<70x45xf16>
  return %p : tensor<70x45xf16>
}

// -----
// product_split contraction_wgmma_split block_m=64 block_n=32 step_k=16 warps=4 least_blocks=1
func.func @product_split(%a: tensor<66x50xf32>, %b: tensor<50x40xf32>) -> tensor<66x40xf32> {
  %p = aten.mm %a, %b : (tensor<66x50xf32>, tensor<50x40xf32>) -> tensor<66x40xf32>
  return %p : tensor<66x40xf32>
}

// -----
// attention attention_fma rows=16 depth=32 keys=16 warps=1
func.func @attention(%q: tensor<1x2x40x32xf32>, %k: tensor<1x2x35x32xf32>, %v: tensor<1x2x35x32xf32>) -> tensor<1x2x40x32xf32> {
  %y = aten.scaled_dot_product_attention %q, %k, %v
      : (tensor<1x2x40x32xf32>, tensor<1x2x35x32xf32>, tensor<1x2x35x32xf32>) -> tensor<1x2x40x32xf32>
  return %y : tensor<1x2x40x32xf32>
}

// -----
// causal_mma attention_mma rows=16 depth=64 keys=16 warps=1 policy=algebra-only
func.func @causal_mma(%q: tensor<1x2x40x32xf16>, %k: tensor<1x2x40x32xf16>, %v: tensor<1x2x40x32xf16>) -> tensor<1x2x40x32xf16> {
  %y = aten.scaled_dot_product_attention %q, %k, %v {is_causal = true}
      : (tensor<1x2x40x32xf16>, tensor<1x2x40x32xf16>, tensor<1x2x40x32xf16>) -> tensor<1x2x40x32xf16>
  return %y : tensor<1x2x40x32xf16>
}

// -----
// causal_wgmma attention_wgmma rows=64 features=64 keys=32 warps=4 least_blocks=1 policy=algebra-only
func.func @causal_wgmma(%q: tensor<1x1x72x64xf16>, %k: tensor<1x1x72x64xf16>, %v: tensor<1x1x72x64xf16>) -> tensor<1x1x72x64xf16> {
  %y = aten.scaled_dot_product_attention %q, %k, %v {is_causal = true}
      : (tensor<1x1x72x64xf16>, tensor<1x1x72x64xf16>, tensor<1x1x72x64xf16>) -> tensor<1x1x72x64xf16>
  return %y : tensor<1x1x72x64xf16>
}

// -----
// attention_wide attention_wgmma_wide rows=64 features=64 keys=32 warps=4 least_blocks=1 promote=1 policy=algebra-only
func.func @attention_wide(%q: tensor<1x1x64x64xbf16>, %k: tensor<1x1x80x64xbf16>, %v: tensor<1x1x80x64xbf16>) -> tensor<1x1x64x64xbf16> {
  %y = aten.scaled_dot_product_attention %q, %k, %v
      : (tensor<1x1x64x64xbf16>, tensor<1x1x80x64xbf16>, tensor<1x1x80x64xbf16>) -> tensor<1x1x64x64xbf16>
  return %y : tensor<1x1x64x64xbf16>
}

// -----
// max_pool window
func.func @max_pool(%x: tensor<1x2x19x21xf32>) -> tensor<1x2x10x11xf32> {
  %y = aten.max_pool %x {kernel_size = array<i64: 3, 3>, stride = array<i64: 2, 2>, padding = array<i64: 1, 1>}
      : (tensor<1x2x19x21xf32>) -> tensor<1x2x10x11xf32>
  return %y : tensor<1x2x10x11xf32>
}

// -----
// convolution window_product
func.func @convolution(%x: tensor<1x4x9x10xf32>, %w: tensor<6x4x3x3xf32>, %b: tensor<6xf32>) -> tensor<1x6x9x10xf32> {
  %h = aten.convolution %x, %w, %b {stride = array<i64: 1, 1>, padding = array<i64: 1, 1>}
      : (tensor<1x4x9x10xf32>, tensor<6x4x3x3xf32>, tensor<6xf32>) -> tensor<1x6x9x10xf32>
  %y = aten.relu %h : (tensor<1x6x9x10xf32>) -> tensor<1x6x9x10xf32>
  return %y : tensor<1x6x9x10xf32>
}

// -----
// convolution_wgmma window_wgmma channels=64 positions=32 step_k=16 warps=4 least_blocks=1
func.func @convolution_wgmma(%x: tensor<1x4x6x8xf16>, %w: tensor<64x4x3x3xf16>) -> tensor<1x64x6x8xf16> {
  %h = aten.convolution %x, %w {stride = array<i64: 1, 1>, padding = array<i64: 1, 1>}
      : (tensor<1x4x6x8xf16>, tensor<64x4x3x3xf16>) -> tensor<1x64x6x8xf16>
  return %h : tensor<1x64x6x8xf16>
}

// -----
// convolution_split window_wgmma_split channels=64 positions=32 step_k=16 warps=4 least_blocks=1
func.func @convolution_split(%x: tensor<1x4x6x8xf32>, %w: tensor<64x4x3x3xf32>) -> tensor<1x64x6x8xf32> {
  %h = aten.convolution %x, %w {stride = array<i64: 1, 1>, padding = array<i64: 1, 1>}
      : (tensor<1x4x6x8xf32>, tensor<64x4x3x3xf32>) -> tensor<1x64x6x8xf32>
  return %h : tensor<1x64x6x8xf32>
}

// -----
// mixed generic columns=16 elements=128 warps=2
func.func @mixed(%x: tensor<6x9x20xf32>) -> tensor<6x20xf32> {
  %s = aten.softmax %x {dim = 1 : i64} : (tensor<6x9x20xf32>) -> tensor<6x9x20xf32>
  %y = aten.sum %s {dim = array<i64: 1>} : (tensor<6x9x20xf32>) -> tensor<6x20xf32>
  return %y : tensor<6x20xf32>
}

// -----
// product_sums generic_small
func.func @product_sums(%a: tensor<10x12xf32>, %b: tensor<12x20xf32>) -> tensor<10xf32> {
  %p = aten.mm %a, %b : (tensor<10x12xf32>, tensor<12x20xf32>) -> tensor<10x20xf32>
  %y = aten.sum %p {dim = array<i64: 1>} : (tensor<10x20xf32>) -> tensor<10xf32>
  return %y : tensor<10xf32>
}

// -----
// product_of_parts contraction_wgmma_parts block_m=128 block_n=64 step_k=32 warps=8 depth=2 least_blocks=1
func.func @product_of_parts(%a: tensor<135x104xf32>, %b: tensor<104x71xf32>) -> tensor<135x71xf32> {
  %p = aten.mm %a, %b : (tensor<135x104xf32>, tensor<104x71xf32>) -> tensor<135x71xf32>
  return %p : tensor<135x71xf32>
}

// -----
// handed_sums given
// Running sums of four blocks that hand on what they sum; no strategy makes it yet.
func.func @handed_sums(%x: tensor<256xf32>) -> tensor<256xf32> {
  %r = kopt.kernel @handed_sums (%a = %x : tensor<256xf32>) -> (tensor<256xf32>) {
    %zero = arith.constant 0.0 : f32
    %e = tensor.empty() : tensor<256xf32>
    %s = tensor.empty() : tensor<f32>
    %f = linalg.fill ins(%zero : f32) outs(%s : tensor<f32>) -> tensor<f32>
    %y:2 = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>, affine_map<(i) -> ()>], iterator_types = ["reduction"]}
      ins(%a : tensor<256xf32>) outs(%e, %f : tensor<256xf32>, tensor<f32>) {
    ^bb0(%v: f32, %o: f32, %acc: f32):
      %t = arith.addf %acc, %v : f32
      linalg.yield %t, %t : f32, f32
    } -> (tensor<256xf32>, tensor<f32>)
    kopt.yield %y#0 : tensor<256xf32>
  }
  return %r : tensor<256xf32>
}
gpu.module @handed_sums_program {
  gpu.func @handed_sums(%x: memref<256xf32> {kgpu.access = "read"}, %y: memref<256xf32> {kgpu.access = "write"},
      %totals: memref<4xf32> {kgpu.access = "workspace"}, %flags: memref<4xi32> {kgpu.access = "workspace"}) kernel
      attributes {known_block_size = array<i32: 32, 1, 1>, known_grid_size = array<i32: 4, 1, 1>} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c2 = arith.constant 2 : index
    %c31 = arith.constant 31 : index
    %c64 = arith.constant 64 : index
    %ready = arith.constant 1 : i32
    %zero = arith.constant 0.0 : f32
    %t = gpu.thread_id x
    %b = gpu.block_id x
    %begin = arith.muli %b, %c64 : index
    %mine = arith.muli %t, %c2 : index
    %at = arith.addi %begin, %mine : index
    %two = kgpu.load %x[%at] : memref<256xf32> -> vector<2xf32>
    %e:2 = vector.to_elements %two : vector<2xf32>
    %pair = arith.addf %e#0, %e#1 : f32
    %w1 = arith.constant 32 : i32
    %sums = kgpu.alloc_shared : memref<33xf32, #kgpu.shared>
    %next = arith.addi %t, %c1 : index
    kgpu.store %pair, %sums[%next] : f32, memref<33xf32, #kgpu.shared>
    %leader = arith.cmpi eq, %t, %c0 : index
    kgpu.store %zero, %sums[%c0] if %leader : f32, memref<33xf32, #kgpu.shared>
    gpu.barrier
    %below = scf.for %i = %c0 to %t step %c1 iter_args(%acc = %zero) -> f32 {
      %j = arith.addi %i, %c1 : index
      %p = kgpu.load %sums[%j] : memref<33xf32, #kgpu.shared> -> f32
      %n = arith.addf %acc, %p : f32
      scf.yield %n : f32
    }
    %first = arith.cmpi eq, %b, %c0 : index
    %before = scf.if %first -> f32 {
      scf.yield %zero : f32
    } else {
      %previous = arith.subi %b, %c1 : index
      %seen = kgpu.wait %flags[%previous] least %ready scope device : memref<4xi32>, i32
      %v = kgpu.load %totals[%previous] : memref<4xf32> -> f32
      scf.yield %v : f32
    }
    %base = arith.addf %before, %below : f32
    %y0 = arith.addf %base, %e#0 : f32
    %y1 = arith.addf %base, %pair : f32
    %last = arith.cmpi eq, %t, %c31 : index
    kgpu.store %y1, %totals[%b] if %last : f32, memref<4xf32>
    kgpu.signal %flags[%b], %ready scope device if %last : memref<4xi32>, i32
    %both = vector.from_elements %y0, %y1 : vector<2xf32>
    kgpu.store %both, %y[%at] : vector<2xf32>, memref<256xf32>
    gpu.return
  }
}

// -----
// parts_of_sums given
// Sums of rows in two parts of the grid that meet at a barrier; blocks go round for
// several rows.
func.func @parts_of_sums(%x: tensor<6x128xf32>) -> tensor<6xf32> {
  %r = kopt.kernel @parts_of_sums (%a = %x : tensor<6x128xf32>) -> (tensor<6xf32>) {
    %zero = arith.constant 0.0 : f32
    %e = tensor.empty() : tensor<6xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e : tensor<6xf32>) -> tensor<6xf32>
    %y = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>], iterator_types = ["parallel", "reduction"]}
      ins(%a : tensor<6x128xf32>) outs(%f : tensor<6xf32>) {
    ^bb0(%v: f32, %acc: f32):
      %t = arith.addf %acc, %v : f32
      linalg.yield %t : f32
    } -> tensor<6xf32>
    kopt.yield %y : tensor<6xf32>
  }
  return %r : tensor<6xf32>
}
gpu.module @parts_of_sums_program {
  gpu.func @parts_of_sums(%x: memref<6x128xf32> {kgpu.access = "read"}, %y: memref<6xf32> {kgpu.access = "write"},
      %parts: memref<6x2xf32> {kgpu.access = "workspace"}, %counter: memref<1xi32> {kgpu.access = "workspace"}) kernel
      attributes {known_block_size = array<i32: 32, 1, 1>, known_grid_size = array<i32: 2, 1, 1>} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c2 = arith.constant 2 : index
    %c6 = arith.constant 6 : index
    %c32 = arith.constant 32 : index
    %c64 = arith.constant 64 : index
    %zero = arith.constant 0.0 : f32
    %t = gpu.thread_id x
    %b = gpu.block_id x
    %begin = arith.muli %b, %c64 : index
    %end = arith.addi %begin, %c64 : index
    %leader = arith.cmpi eq, %t, %c0 : index
    scf.for %row = %c0 to %c6 step %c1 {
      %mine = scf.for %k = %begin to %end step %c32 iter_args(%acc = %zero) -> f32 {
        %at = arith.addi %k, %t : index
        %v = kgpu.load %x[%row, %at] : memref<6x128xf32> -> f32
        %n = arith.addf %acc, %v : f32
        scf.yield %n : f32
      }
      %all = kgpu.warp_reduce add %mine lane_bits [4, 3, 2, 1, 0] : f32
      kgpu.store %all, %parts[%row, %b] if %leader : f32, memref<6x2xf32>
    }
    kgpu.grid_barrier %counter[%c0] : memref<1xi32>
    scf.for %row = %b to %c6 step %c2 {
      %sum = scf.for %k = %c0 to %c2 step %c1 iter_args(%acc = %zero) -> f32 {
        %v = kgpu.load %parts[%row, %k] : memref<6x2xf32> -> f32
        %n = arith.addf %acc, %v : f32
        scf.yield %n : f32
      }
      kgpu.store %sum, %y[%row] if %leader : f32, memref<6xf32>
    }
    gpu.return
  }
}
