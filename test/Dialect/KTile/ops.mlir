// RUN: kernel-opt %s | kernel-opt | FileCheck %s
// RUN: kernel-opt %s --mlir-print-op-generic | kernel-opt | FileCheck %s

// Reads of 256 elements: four neighbours in each lane of two warps.
#blocked = #ktile.layout<register = [[1], [2]], lane = [[4], [8], [16], [32], [64]], warp = [[128]]>
// The same elements, one in each lane, further ones in registers.
#strided = #ktile.layout<register = [[64], [128]], lane = [[1], [2], [4], [8], [16]], warp = [[32]]>
// The sums of two warpgroups.
#sums = #ktile.layout<register = [[0, 1], [8, 0], [0, 8], [0, 16], [0, 32], [0, 64]], lane = [[0, 2], [0, 4], [1, 0], [2, 0], [4, 0]], warp = [[16, 0], [32, 0], [64, 0]]>
// A swizzle: masks may have several bits. Lanes 16 to 31 replicate.
#swizzled = #ktile.layout<register = [], lane = [[0, 1], [0, 2], [1, 1], [2, 2], [0, 0]], warp = []>

// CHECK-DAG: #[[BLOCKED:.*]] = #ktile.layout<register = {{\[}}[1], [2]], lane = {{\[}}[4], [8], [16], [32], [64]], warp = {{\[}}[128]]>
// CHECK-DAG: #[[STRIDED:.*]] = #ktile.layout<register = {{\[}}[64], [128]], lane = {{\[}}[1], [2], [4], [8], [16]], warp = {{\[}}[32]]>
// CHECK-DAG: #[[SWIZZLED:.*]] = #ktile.layout<register = [], lane = {{\[}}[0, 1], [0, 2], [1, 1], [2, 2], [0, 0]], warp = []>
// CHECK-DAG: #[[SHIFT:.*]] = affine_map<(d0, d1)[s0] -> (d0 + s0, d1)>

// CHECK-LABEL: func.func @memory
func.func @memory(%x: memref<1000x777xf32>, %y: memref<1000x777xf32>, %i: index) {
  // CHECK: ktile.load %{{.*}}[#[[SHIFT]]] (%{{.*}}) padding 0.000000e+00 : f32 : memref<1000x777xf32> -> tensor<128x1024xf32>
  %t = ktile.load %x[affine_map<(d0, d1)[s0] -> (d0 + s0, d1)>](%i) padding 0.0 : f32
    : memref<1000x777xf32> -> tensor<128x1024xf32>
  // CHECK: ktile.store %{{.*}}, %{{.*}}[#[[SHIFT]]] (%{{.*}}) : tensor<128x1024xf32>, memref<1000x777xf32>
  ktile.store %t, %y[affine_map<(d0, d1)[s0] -> (d0 + s0, d1)>](%i)
    : tensor<128x1024xf32>, memref<1000x777xf32>
  return
}

// A tile of no dimension is one element.
// CHECK-LABEL: func.func @scalar
func.func @scalar(%x: memref<8xf64>, %i: index) {
  // CHECK: ktile.load %{{.*}} padding 1.000000e+00 : f64 : memref<8xf64> -> tensor<f64>
  %t = ktile.load %x[affine_map<()[s0] -> (s0)>](%i) padding 1.0 : f64 : memref<8xf64> -> tensor<f64>
  // CHECK: ktile.store %{{.*}} : tensor<f64>, memref<8xf64>
  ktile.store %t, %x[affine_map<()[s0] -> (s0 + 1)>](%i) : tensor<f64>, memref<8xf64>
  return
}

// CHECK-LABEL: func.func @coordinates
func.func @coordinates(%k: index) -> (tensor<128x32xindex>, tensor<32xi1>) {
  // CHECK: ktile.index #{{.*}}(%{{.*}}) : tensor<128x32xindex>
  %i = ktile.index affine_map<(d0, d1)[s0] -> (d1 + s0)>(%k) : tensor<128x32xindex>
  // CHECK: ktile.in_bounds #{{.*}}(%{{.*}}) <[777] : tensor<32xi1>
  %m = ktile.in_bounds affine_map<(d0)[s0] -> (d0 + s0)>(%k) < [777] : tensor<32xi1>
  return %i, %m : tensor<128x32xindex>, tensor<32xi1>
}

// CHECK-LABEL: func.func @views
func.func @views(%s: tensor<128xf32>, %t: tensor<8x16xf32>)
    -> (tensor<128x64xf32>, tensor<16x4x8xf32>) {
  // CHECK: ktile.view %{{.*}} from [0, -1] : tensor<128xf32> -> tensor<128x64xf32>
  %b = ktile.view %s from [0, -1] : tensor<128xf32> -> tensor<128x64xf32>
  // CHECK: ktile.view %{{.*}} from [1, -1, 0] : tensor<8x16xf32> -> tensor<16x4x8xf32>
  %c = ktile.view %t from [1, -1, 0] : tensor<8x16xf32> -> tensor<16x4x8xf32>
  return %b, %c : tensor<128x64xf32>, tensor<16x4x8xf32>
}

// CHECK-LABEL: func.func @layouts
func.func @layouts(%a: tensor<256xf32, #blocked>, %s: tensor<4x4xi8, #swizzled>)
    -> (tensor<256xf32, #strided>, tensor<4x4xi8>) {
  // CHECK: ktile.convert %{{.*}} : tensor<256xf32, #[[BLOCKED]]> to tensor<256xf32, #[[STRIDED]]>
  %b = ktile.convert %a : tensor<256xf32, #blocked> to tensor<256xf32, #strided>
  // CHECK: ktile.convert %{{.*}} : tensor<4x4xi8, #[[SWIZZLED]]> to tensor<4x4xi8>
  %c = ktile.convert %s : tensor<4x4xi8, #swizzled> to tensor<4x4xi8>
  return %b, %c : tensor<256xf32, #strided>, tensor<4x4xi8>
}

// CHECK-LABEL: func.func @reductions
func.func @reductions(%t: tensor<128x64xf32>, %v: tensor<8x32xf32>, %i: tensor<8x32xi64>)
    -> (tensor<128xf32>, tensor<32xf32>, tensor<32xi64>) {
  // CHECK: ktile.reduce(%{{.*}}) along 1 {
  // CHECK: ktile.yield %{{.*}} : f32
  // CHECK: } : (tensor<128x64xf32>) -> tensor<128xf32>
  %s = ktile.reduce(%t) along 1 {
  ^bb0(%a: f32, %b: f32):
    %c = arith.addf %a, %b : f32
    ktile.yield %c : f32
  } : (tensor<128x64xf32>) -> tensor<128xf32>
  // CHECK: ktile.reduce(%{{.*}}, %{{.*}}) along 0 {
  // CHECK: ^{{.*}}(%{{.*}}: f32, %{{.*}}: i64, %{{.*}}: f32, %{{.*}}: i64):
  // CHECK: ktile.yield %{{.*}}, %{{.*}} : f32, i64
  // CHECK: } : (tensor<8x32xf32>, tensor<8x32xi64>) -> (tensor<32xf32>, tensor<32xi64>)
  %m:2 = ktile.reduce(%v, %i) along 0 {
  ^bb0(%x: f32, %p: i64, %y: f32, %q: i64):
    %g = arith.cmpf ogt, %y, %x : f32
    %u = arith.select %g, %y, %x : f32
    %w = arith.select %g, %q, %p : i64
    ktile.yield %u, %w : f32, i64
  } : (tensor<8x32xf32>, tensor<8x32xi64>) -> (tensor<32xf32>, tensor<32xi64>)
  return %s, %m#0, %m#1 : tensor<128xf32>, tensor<32xf32>, tensor<32xi64>
}

// CHECK-LABEL: func.func @running
func.func @running(%t: tensor<128x64xf32>) -> (tensor<128x64xf32>, tensor<128xf32>) {
  // CHECK: %{{.*}}:2 = ktile.scan(%{{.*}}) along 1 neutral [0.000000e+00 : f32] {
  // CHECK: } : (tensor<128x64xf32>) -> (tensor<128x64xf32>, tensor<128xf32>)
  %y, %sum = ktile.scan(%t) along 1 neutral [0.0 : f32] {
  ^bb0(%a: f32, %b: f32):
    %c = arith.addf %a, %b : f32
    ktile.yield %c : f32
  } : (tensor<128x64xf32>) -> (tensor<128x64xf32>, tensor<128xf32>)
  return %y, %sum : tensor<128x64xf32>, tensor<128xf32>
}

// CHECK-LABEL: func.func @products
func.func @products(%a: tensor<128x16xf32>, %b: tensor<16x128xf32>, %c: tensor<128x128xf32>,
                    %sa: memref<2x16x128xf32, #kgpu.shared>,
                    %sb: memref<2x16x128xf32, #kgpu.shared>, %i: index,
                    %sh: memref<128x40xbf16, #kgpu.shared>)
    -> (tensor<128x128xf32>, tensor<128x128xf32>, tensor<128x128xf32>) {
  // CHECK: ktile.dot %{{.*}}, %{{.*}}, %{{.*}} : tensor<128x16xf32>, tensor<16x128xf32>, tensor<128x128xf32>
  %d = ktile.dot %a, %b, %c : tensor<128x16xf32>, tensor<16x128xf32>, tensor<128x128xf32>
  // CHECK: ktile.dot %{{.*}}[%{{.*}}], %{{.*}}[%{{.*}}], %{{.*}} {a_transposed} : memref<2x16x128xf32, #kgpu.shared>, memref<2x16x128xf32, #kgpu.shared>, tensor<128x128xf32>
  %e = ktile.dot %sa[%i], %sb[%i], %c {a_transposed}
    : memref<2x16x128xf32, #kgpu.shared>, memref<2x16x128xf32, #kgpu.shared>, tensor<128x128xf32>
  // CHECK: ktile.dot %{{.*}}, %{{.*}}, %{{.*}} {b_transposed, k = 32 : i64, unit = "mma"} : memref<128x40xbf16, #kgpu.shared>, memref<128x40xbf16, #kgpu.shared>, tensor<128x128xf32>
  %f = ktile.dot %sh, %sh, %c {b_transposed, k = 32 : i64, unit = "mma"}
    : memref<128x40xbf16, #kgpu.shared>, memref<128x40xbf16, #kgpu.shared>, tensor<128x128xf32>
  return %d, %e, %f : tensor<128x128xf32>, tensor<128x128xf32>, tensor<128x128xf32>
}

// CHECK-LABEL: func.func @fragments
func.func @fragments(%v: vector<64xf32>, %h: tensor<128x128xbf16>,
                     %s: memref<2x2x64x64xbf16, #kgpu.shared<swizzle = 128>>, %i: index,
                     %p: memref<3x2x128x64xbf16, #kgpu.shared<swizzle = 128>>) -> (tensor<128x128xf32>, vector<64xf32>) {
  // CHECK: ktile.from_registers %{{.*}} {layout = #{{.*}}} : vector<64xf32> -> tensor<128x128xf32>
  %t = ktile.from_registers %v {layout = #sums} : vector<64xf32> -> tensor<128x128xf32>
  // CHECK: ktile.to_registers %{{.*}} {layout = #{{.*}}} : tensor<128x128xf32> -> vector<64xf32>
  %w = ktile.to_registers %t {layout = #sums} : tensor<128x128xf32> -> vector<64xf32>
  // CHECK: ktile.store_matrix %{{.*}}, %{{.*}} {first = 0 : i64, layout = #{{.*}}} : tensor<128x128xbf16>, memref<2x2x64x64xbf16, #kgpu.shared<swizzle = 128>>
  ktile.store_matrix %h, %s {first = 0 : i64, layout = #sums}
    : tensor<128x128xbf16>, memref<2x2x64x64xbf16, #kgpu.shared<swizzle = 128>>
  // CHECK: ktile.store_panels %{{.*}}, %{{.*}}[%{{.*}}] along 1 : tensor<128x128xbf16>, memref<3x2x128x64xbf16, #kgpu.shared<swizzle = 128>>
  ktile.store_panels %h, %p[%i] along 1
    : tensor<128x128xbf16>, memref<3x2x128x64xbf16, #kgpu.shared<swizzle = 128>>
  return %t, %w : tensor<128x128xf32>, vector<64xf32>
}

// CHECK-LABEL: func.func @copy
func.func @copy(%x: memref<4096x128xf16>, %s: memref<2x64x136xf16, #kgpu.shared>, %k: index, %stage: index) {
  // CHECK: ktile.copy %{{.*}}[#{{.*}}] (%{{.*}}) to %{{.*}}[%{{.*}}] shape [64, 128] : memref<4096x128xf16> to memref<2x64x136xf16, #kgpu.shared>
  ktile.copy %x[affine_map<(d0, d1)[s0] -> (d0 + s0, d1)>](%k) to %s[%stage] shape [64, 128]
    : memref<4096x128xf16> to memref<2x64x136xf16, #kgpu.shared>
  return
}
