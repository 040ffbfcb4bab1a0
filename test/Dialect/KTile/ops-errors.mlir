// RUN: kernel-opt %s --split-input-file --verify-diagnostics

func.func @extent(%x: memref<100xf32>) {
  // expected-error@+1 {{'ktile.load' op tile extents must be powers of two, found 'tensor<100xf32>'}}
  %t = ktile.load %x[affine_map<(d0) -> (d0)>]() padding 0.0 : f32 : memref<100xf32> -> tensor<100xf32>
  return
}

// -----

func.func @coordinates(%x: memref<128xf32>) {
  // expected-error@+1 {{'ktile.load' op map takes 2 coordinates, the tile has 1}}
  %t = ktile.load %x[affine_map<(d0, d1) -> (d0)>]() padding 0.0 : f32 : memref<128xf32> -> tensor<128xf32>
  return
}

// -----

func.func @symbols(%x: memref<128xf32>, %i: index) {
  // expected-error@+1 {{'ktile.load' op map takes 0 symbols, 1 are given}}
  %t = ktile.load %x[affine_map<(d0) -> (d0)>](%i) padding 0.0 : f32 : memref<128xf32> -> tensor<128xf32>
  return
}

// -----

func.func @results(%x: memref<128x4xf32>) {
  // expected-error@+1 {{'ktile.load' op map has 1 results, expected 2}}
  %t = ktile.load %x[affine_map<(d0) -> (d0)>]() padding 0.0 : f32 : memref<128x4xf32> -> tensor<128xf32>
  return
}

// -----

func.func @element(%x: memref<128xf16>) {
  // expected-error@+1 {{'ktile.load' op tile 'tensor<128xf32>' and memory 'memref<128xf16>' differ in element type}}
  %t = ktile.load %x[affine_map<(d0) -> (d0)>]() padding 0.0 : f16 : memref<128xf16> -> tensor<128xf32>
  return
}

// -----

func.func @padding(%x: memref<128xf16>) {
  // expected-error@+1 {{'ktile.load' op padding must be of type 'f16', found 'f32'}}
  %t = ktile.load %x[affine_map<(d0) -> (d0)>]() padding 0.0 : f32 : memref<128xf16> -> tensor<128xf16>
  return
}

// -----

func.func @store_map(%t: tensor<128xf32>, %x: memref<128x2xf32>) {
  // expected-error@+1 {{'ktile.store' op map has 1 results, expected 2}}
  ktile.store %t, %x[affine_map<(d0) -> (d0)>]() : tensor<128xf32>, memref<128x2xf32>
  return
}

// -----

func.func @store_element(%t: tensor<128xf32>, %x: memref<128xf64>) {
  // expected-error@+1 {{'ktile.store' op tile 'tensor<128xf32>' and memory 'memref<128xf64>' differ in element type}}
  ktile.store %t, %x[affine_map<(d0) -> (d0)>]() : tensor<128xf32>, memref<128xf64>
  return
}

// -----

func.func @index_map() {
  // expected-error@+1 {{'ktile.index' op map has 2 results, expected 1}}
  %t = ktile.index affine_map<(d0) -> (d0, d0)>() : tensor<8xindex>
  return
}

// -----

func.func @index_element() {
  // expected-error@+1 {{'ktile.index' op result #0 must be statically shaped tensor of index values}}
  %t = ktile.index affine_map<(d0) -> (d0)>() : tensor<8xi32>
  return
}

// -----

func.func @bounds() {
  // expected-error@+1 {{'ktile.in_bounds' op map has 1 results, expected 2}}
  %t = ktile.in_bounds affine_map<(d0) -> (d0)>() < [3, 4] : tensor<8xi1>
  return
}

// -----

func.func @bounds_element() {
  // expected-error@+1 {{'ktile.in_bounds' op result #0 must be statically shaped tensor of 1-bit signless integer values}}
  %t = ktile.in_bounds affine_map<(d0) -> (d0)>() < [3] : tensor<8xi8>
  return
}

// -----

func.func @view_extent(%s: tensor<6xf32>) {
  // expected-error@+1 {{'ktile.view' op tile extents must be powers of two, found 'tensor<6xf32>'}}
  %t = ktile.view %s from [0, -1] : tensor<6xf32> -> tensor<6x4xf32>
  return
}

// -----

func.func @view_result_extent(%s: tensor<4xf32>) {
  // expected-error@+1 {{'ktile.view' op tile extents must be powers of two, found 'tensor<4x6xf32>'}}
  %t = ktile.view %s from [0, -1] : tensor<4xf32> -> tensor<4x6xf32>
  return
}

// -----

func.func @view_element(%s: tensor<4xf32>) {
  // expected-error@+1 {{'ktile.view' op changes the element type from 'f32' to 'f16'}}
  %t = ktile.view %s from [0] : tensor<4xf32> -> tensor<4xf16>
  return
}

// -----

func.func @view_count(%s: tensor<4xf32>) {
  // expected-error@+1 {{'ktile.view' op names 1 dimensions, the result has 2}}
  %t = ktile.view %s from [0] : tensor<4xf32> -> tensor<4x8xf32>
  return
}

// -----

func.func @view_twice(%s: tensor<4xf32>) {
  // expected-error@+1 {{'ktile.view' op source dimension 0 is named twice or does not exist}}
  %t = ktile.view %s from [0, 0] : tensor<4xf32> -> tensor<4x4xf32>
  return
}

// -----

func.func @view_unknown(%s: tensor<4xf32>) {
  // expected-error@+1 {{'ktile.view' op source dimension -2 is named twice or does not exist}}
  %t = ktile.view %s from [-2] : tensor<4xf32> -> tensor<4xf32>
  return
}

// -----

func.func @view_dimension(%s: tensor<4xf32>) {
  // expected-error@+1 {{'ktile.view' op dimension 0 has extent 8, its source dimension 4}}
  %t = ktile.view %s from [0] : tensor<4xf32> -> tensor<8xf32>
  return
}

// -----

func.func @view_drop(%s: tensor<4x1xf32>) {
  // expected-error@+1 {{'ktile.view' op drops a source dimension}}
  %t = ktile.view %s from [0] : tensor<4x1xf32> -> tensor<4xf32>
  return
}

// -----

func.func @convert(%s: tensor<4xf32>) {
  // expected-error@+1 {{'ktile.convert' op changes more than the layout: 'tensor<4xf32>' to 'tensor<8xf32>'}}
  %t = ktile.convert %s : tensor<4xf32> to tensor<8xf32>
  return
}

// -----

func.func @reduce_nothing() {
  // expected-error@+1 {{'ktile.reduce' op needs as many results as operands, at least one, found 0 operands and 0 results}}
  ktile.reduce() along 0 {
    ktile.yield
  } : () -> ()
  return
}

// -----

func.func @reduce_body(%t: tensor<4xf32>) {
  // expected-error@+1 {{'ktile.reduce' op body takes 1 arguments, expected 2}}
  %s = ktile.reduce(%t) along 0 {
  ^bb0(%a: f32):
    ktile.yield %a : f32
  } : (tensor<4xf32>) -> tensor<f32>
  return
}

// -----

func.func @reduce_dim(%t: tensor<4xf32>) {
  // expected-error@+1 {{'ktile.reduce' op has no dimension 1 in 'tensor<4xf32>'}}
  %s = ktile.reduce(%t) along 1 {
  ^bb0(%a: f32, %b: f32):
    ktile.yield %a : f32
  } : (tensor<4xf32>) -> tensor<f32>
  return
}

// -----

func.func @reduce_shape(%t: tensor<4x8xf32>) {
  // expected-error@+1 {{'ktile.reduce' op result 0 must have shape [8] and element type 'f32', found 'tensor<4xf32>'}}
  %s = ktile.reduce(%t) along 0 {
  ^bb0(%a: f32, %b: f32):
    ktile.yield %a : f32
  } : (tensor<4x8xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @reduce_arguments(%t: tensor<4xf32>) {
  // expected-error@+1 {{'ktile.reduce' op body arguments 0 and 1 must be of type 'f32'}}
  %s = ktile.reduce(%t) along 0 {
  ^bb0(%a: f32, %b: f64):
    ktile.yield %a : f32
  } : (tensor<4xf32>) -> tensor<f32>
  return
}

// -----

func.func @reduce_yield(%t: tensor<4xf32>) {
  // expected-error@+1 {{'ktile.reduce' op body must yield one element per operand}}
  %s = ktile.reduce(%t) along 0 {
  ^bb0(%a: f32, %b: f32):
    ktile.yield %a, %b : f32, f32
  } : (tensor<4xf32>) -> tensor<f32>
  return
}

// -----

func.func @scan_results(%t: tensor<4xf32>) {
  // expected-error@+1 {{'ktile.scan' op needs two results for each operand, at least one operand, found 1 operands and 1 results}}
  %s = ktile.scan(%t) along 0 neutral [0.0 : f32] {
  ^bb0(%a: f32, %b: f32):
    ktile.yield %a : f32
  } : (tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @scan_neutral(%t: tensor<4xf32>) {
  // expected-error@+1 {{'ktile.scan' op needs a neutral value for each of 1 operands, found 0}}
  %s:2 = ktile.scan(%t) along 0 neutral [] {
  ^bb0(%a: f32, %b: f32):
    ktile.yield %a : f32
  } : (tensor<4xf32>) -> (tensor<4xf32>, tensor<f32>)
  return
}

// -----

func.func @scan_neutral_type(%t: tensor<4xf32>) {
  // expected-error@+1 {{'ktile.scan' op neutral value 0 must be of type 'f32', found 0 : i32}}
  %s:2 = ktile.scan(%t) along 0 neutral [0 : i32] {
  ^bb0(%a: f32, %b: f32):
    ktile.yield %a : f32
  } : (tensor<4xf32>) -> (tensor<4xf32>, tensor<f32>)
  return
}

// -----

func.func @scan_running(%t: tensor<4xf32>) {
  // expected-error@+1 {{'ktile.scan' op result 0 must be like its operand 'tensor<4xf32>', found 'tensor<8xf32>'}}
  %s:2 = ktile.scan(%t) along 0 neutral [0.0 : f32] {
  ^bb0(%a: f32, %b: f32):
    ktile.yield %a : f32
  } : (tensor<4xf32>) -> (tensor<8xf32>, tensor<f32>)
  return
}

// -----

func.func @scan_total(%t: tensor<4x8xf32>) {
  // expected-error@+1 {{'ktile.scan' op result 1 must have shape [4] and element type 'f32', found 'tensor<8xf32>'}}
  %s:2 = ktile.scan(%t) along 1 neutral [0.0 : f32] {
  ^bb0(%a: f32, %b: f32):
    ktile.yield %a : f32
  } : (tensor<4x8xf32>) -> (tensor<4x8xf32>, tensor<8xf32>)
  return
}

// -----

func.func @yield_alone(%a: f32) {
  // expected-error@+1 {{'ktile.yield' op expects parent op to be one of 'ktile.reduce, ktile.scan'}}
  ktile.yield %a : f32
}

// -----

func.func @dot_shapes(%a: tensor<16x8xf32>, %b: tensor<4x16xf32>, %c: tensor<16x16xf32>) {
  // expected-error@+1 {{'ktile.dot' op shapes do not match: 16x8 times 4x16 into 'tensor<16x16xf32>'}}
  %d = ktile.dot %a, %b, %c : tensor<16x8xf32>, tensor<4x16xf32>, tensor<16x16xf32>
  return
}

// -----

func.func @dot_transposed(%a: tensor<16x8xf32>, %b: tensor<8x16xf32>, %c: tensor<16x16xf32>) {
  // expected-error@+1 {{'ktile.dot' op shapes do not match: 8x16 times 8x16 into 'tensor<16x16xf32>'}}
  %d = ktile.dot %a, %b, %c {a_transposed} : tensor<16x8xf32>, tensor<8x16xf32>, tensor<16x16xf32>
  return
}

// -----

func.func @dot_indices(%a: tensor<16x16xf32>, %i: index) {
  // expected-error@+1 {{'ktile.dot' op indices select from a buffer, but a is a tile}}
  %d = ktile.dot %a[%i], %a, %a : tensor<16x16xf32>, tensor<16x16xf32>, tensor<16x16xf32>
  return
}

// -----

func.func @dot_rank(%a: tensor<16x16xf32>, %b: memref<2x16x16xf32, #kgpu.shared>) {
  // expected-error@+1 {{'ktile.dot' op b must have 2 dimensions, found 'memref<2x16x16xf32, #kgpu.shared>'}}
  %d = ktile.dot %a, %b, %a : tensor<16x16xf32>, memref<2x16x16xf32, #kgpu.shared>, tensor<16x16xf32>
  return
}

// -----

func.func @dot_rank_a(%a: tensor<4x16x16xf32>, %b: tensor<16x16xf32>) {
  // expected-error@+1 {{'ktile.dot' op a must have 2 dimensions, found 'tensor<4x16x16xf32>'}}
  %d = ktile.dot %a, %b, %b : tensor<4x16x16xf32>, tensor<16x16xf32>, tensor<16x16xf32>
  return
}

// -----

func.func @dot_tile(%a: tensor<12x12xf32>) {
  // expected-error@+1 {{'ktile.dot' op tile extents must be powers of two, found 'tensor<12x12xf32>'}}
  %d = ktile.dot %a, %a, %a : tensor<12x12xf32>, tensor<12x12xf32>, tensor<12x12xf32>
  return
}

// -----

func.func @dot_depth(%a: tensor<16x16xf32>) {
  // expected-error@+1 {{'ktile.dot' op shapes do not match: 16x16 times 16x16 into 'tensor<16x16xf32>'}}
  %d = ktile.dot %a, %a, %a {k = 32 : i64} : tensor<16x16xf32>, tensor<16x16xf32>, tensor<16x16xf32>
  return
}

// -----

func.func @dot_unit(%a: tensor<16x16xf32>) {
  // expected-error@+1 {{'ktile.dot' op knows no unit 'abacus': 'fma' or 'mma'}}
  %d = ktile.dot %a, %a, %a {unit = "abacus"} : tensor<16x16xf32>, tensor<16x16xf32>, tensor<16x16xf32>
  return
}

// -----

#one = #ktile.layout<register = [[0, 1]], lane = [[0, 2], [0, 4], [1, 0], [2, 0], [4, 0]], warp = []>
func.func @registers_count(%v: vector<4xf32>) {
  // expected-error@+1 {{'ktile.from_registers' op layout has 2 registers, found 'vector<4xf32>'}}
  %t = ktile.from_registers %v {layout = #one} : vector<4xf32> -> tensor<8x8xf32>
  return
}

// -----

#one = #ktile.layout<register = [[0, 1]], lane = [[0, 2], [0, 4], [1, 0], [2, 0], [4, 0]], warp = []>
func.func @registers_reach(%v: vector<2xf32>) {
  // expected-error@+1 {{'ktile.from_registers' op layout does not fit the tile: layout reaches 2^6 of the tile's 2^7 elements}}
  %t = ktile.from_registers %v {layout = #one} : vector<2xf32> -> tensor<8x16xf32>
  return
}

// -----

#one = #ktile.layout<register = [[0, 1]], lane = [[0, 2], [0, 4], [1, 0], [2, 0], [4, 0]], warp = []>
func.func @registers_type(%v: vector<2xf16>) {
  // expected-error@+1 {{'ktile.from_registers' op tile 'tensor<8x8xf32>' and memory 'vector<2xf16>' differ in element type}}
  %t = ktile.from_registers %v {layout = #one} : vector<2xf16> -> tensor<8x8xf32>
  return
}

// -----

#one = #ktile.layout<register = [[0, 1]], lane = [[0, 2], [0, 4], [1, 0], [2, 0], [4, 0]], warp = []>
func.func @taken_registers_count(%t: tensor<8x8xf32>) {
  // expected-error@+1 {{'ktile.to_registers' op layout has 2 registers, found 'vector<4xf32>'}}
  %v = ktile.to_registers %t {layout = #one} : tensor<8x8xf32> -> vector<4xf32>
  return
}

// -----

#sums = #ktile.layout<register = [[0, 1], [8, 0], [0, 8], [0, 16], [0, 32], [0, 64]], lane = [[0, 2], [0, 4], [1, 0], [2, 0], [4, 0]], warp = [[16, 0], [32, 0], [64, 0]]>
func.func @matrix_bits(%t: tensor<128x128xf32>, %s: memref<2x2x64x64xf32, #kgpu.shared>) {
  // expected-error@+1 {{'ktile.store_matrix' op moves elements of 16 bits, found 'tensor<128x128xf32>'}}
  ktile.store_matrix %t, %s {first = 0 : i64, layout = #sums} : tensor<128x128xf32>, memref<2x2x64x64xf32, #kgpu.shared>
  return
}

// -----

#sums = #ktile.layout<register = [[0, 1], [8, 0], [0, 8], [0, 16], [0, 32], [0, 64]], lane = [[0, 2], [0, 4], [1, 0], [2, 0], [4, 0]], warp = [[16, 0], [32, 0], [64, 0]]>
func.func @matrix_rank(%t: tensor<128x128xbf16>, %s: memref<128x128xbf16, #kgpu.shared>) {
  // expected-error@+1 {{'ktile.store_matrix' op takes a matrix to a buffer of warpgroups, panels, rows and columns, found 'tensor<128x128xbf16>' and 'memref<128x128xbf16, #kgpu.shared>'}}
  ktile.store_matrix %t, %s {first = 0 : i64, layout = #sums} : tensor<128x128xbf16>, memref<128x128xbf16, #kgpu.shared>
  return
}

// -----

#sums = #ktile.layout<register = [[0, 1], [8, 0], [0, 8], [0, 16], [0, 32], [0, 64]], lane = [[0, 2], [0, 4], [1, 0], [2, 0], [4, 0]], warp = [[16, 0], [32, 0], [64, 0]]>
func.func @matrix_columns(%t: tensor<128x128xbf16>, %s: memref<2x2x64x64xbf16, #kgpu.shared>) {
  // expected-error@+1 {{'ktile.store_matrix' op columns from 64 on of 'tensor<128x128xbf16>' do not fill 'memref<2x2x64x64xbf16, #kgpu.shared>'}}
  ktile.store_matrix %t, %s {first = 64 : i64, layout = #sums} : tensor<128x128xbf16>, memref<2x2x64x64xbf16, #kgpu.shared>
  return
}

// -----

func.func @panels_along(%t: tensor<32x64xbf16>, %s: memref<1x32x64xbf16, #kgpu.shared>) {
  // expected-error@+1 {{'ktile.store_panels' op takes a matrix along dimension 0 or 1, found 'tensor<32x64xbf16>' along 2}}
  ktile.store_panels %t, %s[] along 2 : tensor<32x64xbf16>, memref<1x32x64xbf16, #kgpu.shared>
  return
}

// -----

func.func @panels_indices(%t: tensor<32x64xbf16>, %s: memref<2x1x32x64xbf16, #kgpu.shared>) {
  // expected-error@+1 {{'ktile.store_panels' op leaves panel, row and column open, but 0 indices choose from 'memref<2x1x32x64xbf16, #kgpu.shared>'}}
  ktile.store_panels %t, %s[] along 1 : tensor<32x64xbf16>, memref<2x1x32x64xbf16, #kgpu.shared>
  return
}

// -----

func.func @panels_fill(%t: tensor<32x64xbf16>, %s: memref<1x32x64xbf16, #kgpu.shared>) {
  // expected-error@+1 {{'ktile.store_panels' op 'tensor<32x64xbf16>' does not fill the panels of 'memref<1x32x64xbf16, #kgpu.shared>'}}
  ktile.store_panels %t, %s[] along 0 : tensor<32x64xbf16>, memref<1x32x64xbf16, #kgpu.shared>
  return
}

// -----

func.func @copy_map(%x: memref<4096x128xf16>, %s: memref<64x136xf16, #kgpu.shared>, %k: index) {
  // expected-error@+1 {{'ktile.copy' op map must take 2 coordinates and 1 symbols to a place in 'memref<4096x128xf16>', found affine_map<(d0, d1) -> (d0, d1)>}}
  ktile.copy %x[affine_map<(d0, d1) -> (d0, d1)>](%k) to %s[] shape [64, 128]
    : memref<4096x128xf16> to memref<64x136xf16, #kgpu.shared>
  return
}

// -----

func.func @copy_element(%x: memref<4096x128xf16>, %s: memref<64x136xf32, #kgpu.shared>) {
  // expected-error@+1 {{'ktile.copy' op moves elements of 'f16' to a buffer of 'f32'}}
  ktile.copy %x[affine_map<(d0, d1) -> (d0, d1)>]() to %s[] shape [64, 128]
    : memref<4096x128xf16> to memref<64x136xf32, #kgpu.shared>
  return
}

// -----

func.func @copy_shape(%x: memref<4096x128xf16>, %s: memref<64x136xf16, #kgpu.shared>) {
  // expected-error@+1 {{'ktile.copy' op a tile of shape [64, 128] does not fit into 'memref<64x136xf16, #kgpu.shared>' with 0 indices}}
  ktile.copy %x[affine_map<(d0, d1) -> (d0, d1)>]() to %s[] shape [64, 128] {transposed}
    : memref<4096x128xf16> to memref<64x136xf16, #kgpu.shared>
  return
}
