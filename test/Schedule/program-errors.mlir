// RUN: kernel-opt %s --transform-interpreter --split-input-file --verify-diagnostics

// Staging wants products of tiles.
module attributes {transform.with_named_sequence} {
gpu.module @m {
  // expected-error@below {{products cannot be staged}}
  // expected-note@below {{no product of tiles to stage}}
  gpu.func @f() kernel attributes {known_block_size = array<i32: 32, 1, 1>, known_grid_size = array<i32: 1, 1, 1>} {
    gpu.return
  }
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %f = transform.structured.match ops{["gpu.func"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.stage %f : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

// Layouts are for a known number of whole warps.
module attributes {transform.with_named_sequence} {
gpu.module @m {
  // expected-error@below {{layouts cannot be assigned}}
  // expected-note@below {{needs known_block_size of 32 times a power of two threads to assign layouts}}
  gpu.func @f() kernel {
    gpu.return
  }
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %f = transform.structured.match ops{["gpu.func"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.assign_layouts %f : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

module attributes {transform.with_named_sequence} {
gpu.module @m {
  // expected-error@below {{layouts cannot be assigned}}
  // expected-note@below {{needs known_block_size of 32 times a power of two threads to assign layouts}}
  gpu.func @f() kernel attributes {known_block_size = array<i32: 96, 1, 1>} {
    gpu.return
  }
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %f = transform.structured.match ops{["gpu.func"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.assign_layouts %f : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

// So is distribution.
module attributes {transform.with_named_sequence} {
gpu.module @m {
  // expected-error@below {{program cannot be distributed}}
  // expected-note@below {{needs known_block_size to be distributed}}
  gpu.func @f() kernel {
    gpu.return
  }
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %f = transform.structured.match ops{["gpu.func"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.distribute %f : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

module attributes {transform.with_named_sequence} {
gpu.module @m {
  // expected-error@below {{program cannot be distributed}}
  // expected-note@below {{tile without layout: assign layouts first}}
  gpu.func @f(%x: memref<32xf32>) kernel attributes {known_block_size = array<i32: 32, 1, 1>, known_grid_size = array<i32: 1, 1, 1>} {
    %t = ktile.load %x[affine_map<(d0) -> (d0)>]() padding 0.0 : f32 : memref<32xf32> -> tensor<32xf32>
    gpu.return
  }
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %f = transform.structured.match ops{["gpu.func"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.distribute %f : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

// Views move nothing between threads.
module attributes {transform.with_named_sequence} {
gpu.module @m {
  // expected-error@below {{program cannot be distributed}}
  // expected-note@below {{source and result are held by different threads}}
  gpu.func @f(%x: memref<32xf32>) kernel attributes {known_block_size = array<i32: 32, 1, 1>, known_grid_size = array<i32: 1, 1, 1>} {
    %t = ktile.load %x[affine_map<(d0) -> (d0)>]() padding 0.0 : f32 : memref<32xf32> -> tensor<32xf32, #ktile.layout<register = [], lane = [[1], [2], [4], [8], [16]], warp = []>>
    %v = ktile.view %t from [0] : tensor<32xf32, #ktile.layout<register = [], lane = [[1], [2], [4], [8], [16]], warp = []>> -> tensor<32xf32, #ktile.layout<register = [], lane = [[16], [8], [4], [2], [1]], warp = []>>
    gpu.return
  }
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %f = transform.structured.match ops{["gpu.func"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.distribute %f : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

module attributes {transform.with_named_sequence} {
gpu.module @m {
  // expected-error@below {{program cannot be distributed}}
  // expected-note@below {{a tile's constant must be the same everywhere}}
  gpu.func @f() kernel attributes {known_block_size = array<i32: 32, 1, 1>, known_grid_size = array<i32: 1, 1, 1>} {
    %t = arith.constant dense<"0x0000803F000000400000803F000000400000803F000000400000803F000000400000803F000000400000803F000000400000803F000000400000803F000000400000803F000000400000803F000000400000803F000000400000803F000000400000803F000000400000803F000000400000803F000000400000803F00000040"> : tensor<32xf32, #ktile.layout<register = [], lane = [[1], [2], [4], [8], [16]], warp = []>>
    gpu.return
  }
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %f = transform.structured.match ops{["gpu.func"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.distribute %f : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

// A tree along one dimension must not move along another.
module attributes {transform.with_named_sequence} {
gpu.module @m {
  // expected-error@below {{program cannot be distributed}}
  // expected-note@below {{layout mixes the reduced dimension with another}}
  gpu.func @f(%x: memref<2x16xf32>) kernel attributes {known_block_size = array<i32: 32, 1, 1>, known_grid_size = array<i32: 1, 1, 1>} {
    %t = ktile.load %x[affine_map<(d0, d1) -> (d0, d1)>]() padding 0.0 : f32 : memref<2x16xf32> -> tensor<2x16xf32, #ktile.layout<register = [[1, 0]], lane = [[1, 1], [0, 2], [0, 4], [0, 8], [0, 0]], warp = []>>
    %s = ktile.reduce(%t) along 0 {
    ^bb0(%a: f32, %b: f32):
      %c = arith.addf %a, %b : f32
      ktile.yield %c : f32
    } : (tensor<2x16xf32, #ktile.layout<register = [[1, 0]], lane = [[1, 1], [0, 2], [0, 4], [0, 8], [0, 0]], warp = []>>) -> tensor<16xf32, #ktile.layout<register = [], lane = [[1], [2], [4], [8], [0]], warp = []>>
    gpu.return
  }
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %f = transform.structured.match ops{["gpu.func"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.distribute %f : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

// Shared memory has an end.
module attributes {transform.with_named_sequence} {
gpu.module @m {
  // expected-error@below {{program cannot be distributed}}
  // expected-note@below {{needs 262656 bytes of shared memory, at most 232448 fit a block: use smaller tiles}}
  gpu.func @f() kernel attributes {known_block_size = array<i32: 32, 1, 1>, known_grid_size = array<i32: 1, 1, 1>} {
    %t = arith.constant dense<0.0> : tensor<128x512xf32, #ktile.layout<register = [[1, 0], [2, 0], [4, 0], [8, 0], [16, 0], [32, 0], [64, 0], [0, 32], [0, 64], [0, 128], [0, 256]], lane = [[0, 1], [0, 2], [0, 4], [0, 8], [0, 16]], warp = []>>
    %c = ktile.convert %t : tensor<128x512xf32, #ktile.layout<register = [[1, 0], [2, 0], [4, 0], [8, 0], [16, 0], [32, 0], [64, 0], [0, 32], [0, 64], [0, 128], [0, 256]], lane = [[0, 1], [0, 2], [0, 4], [0, 8], [0, 16]], warp = []>> to tensor<128x512xf32, #ktile.layout<register = [[0, 1], [0, 2], [0, 4], [0, 8], [0, 16], [0, 32], [0, 64], [0, 128], [0, 256], [32, 0], [64, 0]], lane = [[1, 0], [2, 0], [4, 0], [8, 0], [16, 0]], warp = []>>
    gpu.return
  }
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %f = transform.structured.match ops{["gpu.func"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.distribute %f : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

// Products read staged operands.
module attributes {transform.with_named_sequence} {
gpu.module @m {
  // expected-error@below {{program cannot be distributed}}
  // expected-note@below {{operands must be staged through shared memory as K x M and K x N buffers first}}
  gpu.func @f(%x: memref<16x8xf32>) kernel attributes {known_block_size = array<i32: 32, 1, 1>, known_grid_size = array<i32: 1, 1, 1>} {
    %c = arith.constant dense<0.0> : tensor<16x8xf32, #ktile.layout<register = [[1, 0], [2, 0]], lane = [[0, 1], [0, 2], [0, 4], [4, 0], [8, 0]], warp = []>>
    %b = arith.constant dense<0.0> : tensor<8x8xf32, #ktile.layout<register = [[1, 0]], lane = [[0, 1], [0, 2], [0, 4], [2, 0], [4, 0]], warp = []>>
    %d = ktile.dot %c, %b, %c : tensor<16x8xf32, #ktile.layout<register = [[1, 0], [2, 0]], lane = [[0, 1], [0, 2], [0, 4], [4, 0], [8, 0]], warp = []>>, tensor<8x8xf32, #ktile.layout<register = [[1, 0]], lane = [[0, 1], [0, 2], [0, 4], [2, 0], [4, 0]], warp = []>>, tensor<16x8xf32, #ktile.layout<register = [[1, 0], [2, 0]], lane = [[0, 1], [0, 2], [0, 4], [4, 0], [8, 0]], warp = []>>
    gpu.return
  }
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %f = transform.structured.match ops{["gpu.func"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.distribute %f : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

module attributes {transform.with_named_sequence} {
gpu.module @m {
  // expected-error@below {{program cannot be distributed}}
  // expected-note@below {{a branch of a tile program gives no results}}
  gpu.func @f(%p: i1) kernel attributes {known_block_size = array<i32: 32, 1, 1>, known_grid_size = array<i32: 1, 1, 1>} {
    %r = scf.if %p -> (i1) {
      scf.yield %p : i1
    } else {
      scf.yield %p : i1
    }
    gpu.return
  }
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %f = transform.structured.match ops{["gpu.func"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.distribute %f : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

module attributes {transform.with_named_sequence} {
func.func @no_program() { return }
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %k = transform.structured.match ops{["func.func"]} in %root : (!transform.any_op) -> !transform.any_op
  // expected-error@below {{target must be a gpu.func, found func.func}}
  %p = transform.kopt.distribute %k : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}
