// RUN: kernel-opt %s --transform-interpreter --split-input-file --verify-diagnostics

// The tensor core has no f32.
module attributes {transform.with_named_sequence} {
gpu.module @m {
  // expected-error@below {{products cannot be pipelined}}
  // expected-note@below {{products of 'f32' have no wgmma of their precision}}
  gpu.func @f(%x: memref<1024x768xf32> {kgpu.access = "read"}, %y: memref<768x512xf32> {kgpu.access = "read"}, %z: memref<1024x512xf32> {kgpu.access = "write"}) kernel attributes {known_block_size = array<i32: 256, 1, 1>, known_grid_size = array<i32: 1, 1, 1>} {
    %c0 = arith.constant 0 : index
    %ck = arith.constant 768 : index
    %step = arith.constant 64 : index
    %zeros = arith.constant dense<0.0> : tensor<128x128xf32>
    %sum = scf.for %i = %c0 to %ck step %step iter_args(%s = %zeros) -> (tensor<128x128xf32>) {
        %a = ktile.load %x[affine_map<(d0, d1)[s0] -> (d0, d1 + s0)>](%i) padding 0.0 : f32 : memref<1024x768xf32> -> tensor<128x64xf32>
        %b = ktile.load %y[affine_map<(d0, d1)[s0] -> (d0 + s0, d1)>](%i) padding 0.0 : f32 : memref<768x512xf32> -> tensor<64x128xf32>
        %d = ktile.dot %a, %b, %zeros : tensor<128x64xf32>, tensor<64x128xf32>, tensor<128x128xf32>
        %t = arith.addf %s, %d : tensor<128x128xf32>
        scf.yield %t : tensor<128x128xf32>
    }
    ktile.store %sum, %z[affine_map<(d0, d1) -> (d0, d1)>]() : tensor<128x128xf32>, memref<1024x512xf32>
    gpu.return
  }
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %f = transform.structured.match ops{["gpu.func"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.pipeline_products %f depth [4] : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

// Rows that the accelerator cannot step over.
module attributes {transform.with_named_sequence} {
gpu.module @m {
  // expected-error@below {{products cannot be pipelined}}
  // expected-note@below {{the tensor memory accelerator cannot load the left operand: rows of 1554 bytes are no multiple of 16}}
  gpu.func @f(%x: memref<1024x777xbf16> {kgpu.access = "read"}, %y: memref<777x512xbf16> {kgpu.access = "read"}, %z: memref<1024x512xf32> {kgpu.access = "write"}) kernel attributes {known_block_size = array<i32: 256, 1, 1>, known_grid_size = array<i32: 1, 1, 1>} {
    %c0 = arith.constant 0 : index
    %ck = arith.constant 777 : index
    %step = arith.constant 64 : index
    %zeros = arith.constant dense<0.0> : tensor<128x128xf32>
    %sum = scf.for %i = %c0 to %ck step %step iter_args(%s = %zeros) -> (tensor<128x128xf32>) {
        %a = ktile.load %x[affine_map<(d0, d1)[s0] -> (d0, d1 + s0)>](%i) padding 0.0 : bf16 : memref<1024x777xbf16> -> tensor<128x64xbf16>
        %b = ktile.load %y[affine_map<(d0, d1)[s0] -> (d0 + s0, d1)>](%i) padding 0.0 : bf16 : memref<777x512xbf16> -> tensor<64x128xbf16>
        %d = ktile.dot %a, %b, %zeros : tensor<128x64xbf16>, tensor<64x128xbf16>, tensor<128x128xf32>
        %t = arith.addf %s, %d : tensor<128x128xf32>
        scf.yield %t : tensor<128x128xf32>
    }
    ktile.store %sum, %z[affine_map<(d0, d1) -> (d0, d1)>]() : tensor<128x128xf32>, memref<1024x512xf32>
    gpu.return
  }
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %f = transform.structured.match ops{["gpu.func"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.pipeline_products %f depth [4] : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

// What is computed is not loaded.
module attributes {transform.with_named_sequence} {
gpu.module @m {
  // expected-error@below {{products cannot be pipelined}}
  // expected-note@below {{the tensor memory accelerator cannot load the left operand: it is computed, not loaded}}
  gpu.func @f(%x: memref<1024x768xbf16> {kgpu.access = "read"}, %y: memref<768x512xbf16> {kgpu.access = "read"}, %z: memref<1024x512xf32> {kgpu.access = "write"}) kernel attributes {known_block_size = array<i32: 256, 1, 1>, known_grid_size = array<i32: 1, 1, 1>} {
    %c0 = arith.constant 0 : index
    %ck = arith.constant 768 : index
    %step = arith.constant 64 : index
    %zeros = arith.constant dense<0.0> : tensor<128x128xf32>
    %sum = scf.for %i = %c0 to %ck step %step iter_args(%s = %zeros) -> (tensor<128x128xf32>) {
        %a = ktile.load %x[affine_map<(d0, d1)[s0] -> (d0, d1 + s0)>](%i) padding 0.0 : bf16 : memref<1024x768xbf16> -> tensor<128x64xbf16>
        %a2 = math.exp %a : tensor<128x64xbf16>
        %b = ktile.load %y[affine_map<(d0, d1)[s0] -> (d0 + s0, d1)>](%i) padding 0.0 : bf16 : memref<768x512xbf16> -> tensor<64x128xbf16>
        %d = ktile.dot %a2, %b, %zeros : tensor<128x64xbf16>, tensor<64x128xbf16>, tensor<128x128xf32>
        %t = arith.addf %s, %d : tensor<128x128xf32>
        scf.yield %t : tensor<128x128xf32>
    }
    ktile.store %sum, %z[affine_map<(d0, d1) -> (d0, d1)>]() : tensor<128x128xf32>, memref<1024x512xf32>
    gpu.return
  }
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %f = transform.structured.match ops{["gpu.func"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.pipeline_products %f depth [4] : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

// The accelerator pads with zero.
module attributes {transform.with_named_sequence} {
gpu.module @m {
  // expected-error@below {{products cannot be pipelined}}
  // expected-note@below {{the tensor memory accelerator cannot load the left operand: it is not padded with zeros}}
  gpu.func @f(%x: memref<1024x768xbf16> {kgpu.access = "read"}, %y: memref<768x512xbf16> {kgpu.access = "read"}, %z: memref<1024x512xf32> {kgpu.access = "write"}) kernel attributes {known_block_size = array<i32: 256, 1, 1>, known_grid_size = array<i32: 1, 1, 1>} {
    %c0 = arith.constant 0 : index
    %ck = arith.constant 768 : index
    %step = arith.constant 64 : index
    %zeros = arith.constant dense<0.0> : tensor<128x128xf32>
    %sum = scf.for %i = %c0 to %ck step %step iter_args(%s = %zeros) -> (tensor<128x128xf32>) {
        %a = ktile.load %x[affine_map<(d0, d1)[s0] -> (d0, d1 + s0)>](%i) padding 1.0 : bf16 : memref<1024x768xbf16> -> tensor<128x64xbf16>
        %b = ktile.load %y[affine_map<(d0, d1)[s0] -> (d0 + s0, d1)>](%i) padding 0.0 : bf16 : memref<768x512xbf16> -> tensor<64x128xbf16>
        %d = ktile.dot %a, %b, %zeros : tensor<128x64xbf16>, tensor<64x128xbf16>, tensor<128x128xf32>
        %t = arith.addf %s, %d : tensor<128x128xf32>
        scf.yield %t : tensor<128x128xf32>
    }
    ktile.store %sum, %z[affine_map<(d0, d1) -> (d0, d1)>]() : tensor<128x128xf32>, memref<1024x512xf32>
    gpu.return
  }
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %f = transform.structured.match ops{["gpu.func"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.pipeline_products %f depth [4] : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

// A warpgroup has 64 rows.
module attributes {transform.with_named_sequence} {
gpu.module @m {
  // expected-error@below {{products cannot be pipelined}}
  // expected-note@below {{each warpgroup multiplies 64 rows at least, but 2 share 64}}
  gpu.func @f(%x: memref<1024x768xbf16> {kgpu.access = "read"}, %y: memref<768x512xbf16> {kgpu.access = "read"}, %z: memref<1024x512xf32> {kgpu.access = "write"}) kernel attributes {known_block_size = array<i32: 256, 1, 1>, known_grid_size = array<i32: 1, 1, 1>} {
    %c0 = arith.constant 0 : index
    %ck = arith.constant 768 : index
    %step = arith.constant 64 : index
    %zeros = arith.constant dense<0.0> : tensor<64x128xf32>
    %sum = scf.for %i = %c0 to %ck step %step iter_args(%s = %zeros) -> (tensor<64x128xf32>) {
        %a = ktile.load %x[affine_map<(d0, d1)[s0] -> (d0, d1 + s0)>](%i) padding 0.0 : bf16 : memref<1024x768xbf16> -> tensor<64x64xbf16>
        %b = ktile.load %y[affine_map<(d0, d1)[s0] -> (d0 + s0, d1)>](%i) padding 0.0 : bf16 : memref<768x512xbf16> -> tensor<64x128xbf16>
        %d = ktile.dot %a, %b, %zeros : tensor<64x64xbf16>, tensor<64x128xbf16>, tensor<64x128xf32>
        %t = arith.addf %s, %d : tensor<64x128xf32>
        scf.yield %t : tensor<64x128xf32>
    }
    ktile.store %sum, %z[affine_map<(d0, d1) -> (d0, d1)>]() : tensor<64x128xf32>, memref<1024x512xf32>
    gpu.return
  }
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %f = transform.structured.match ops{["gpu.func"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.pipeline_products %f depth [4] : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

// A warpgroup has four warps.
module attributes {transform.with_named_sequence} {
gpu.module @m {
  // expected-error@below {{products cannot be pipelined}}
  // expected-note@below {{wgmma needs a power of two of warpgroups of four warps, found 2 warps}}
  gpu.func @f(%x: memref<1024x768xbf16> {kgpu.access = "read"}, %y: memref<768x512xbf16> {kgpu.access = "read"}, %z: memref<1024x512xf32> {kgpu.access = "write"}) kernel attributes {known_block_size = array<i32: 64, 1, 1>, known_grid_size = array<i32: 1, 1, 1>} {
    %c0 = arith.constant 0 : index
    %ck = arith.constant 768 : index
    %step = arith.constant 64 : index
    %zeros = arith.constant dense<0.0> : tensor<128x128xf32>
    %sum = scf.for %i = %c0 to %ck step %step iter_args(%s = %zeros) -> (tensor<128x128xf32>) {
        %a = ktile.load %x[affine_map<(d0, d1)[s0] -> (d0, d1 + s0)>](%i) padding 0.0 : bf16 : memref<1024x768xbf16> -> tensor<128x64xbf16>
        %b = ktile.load %y[affine_map<(d0, d1)[s0] -> (d0 + s0, d1)>](%i) padding 0.0 : bf16 : memref<768x512xbf16> -> tensor<64x128xbf16>
        %d = ktile.dot %a, %b, %zeros : tensor<128x64xbf16>, tensor<64x128xbf16>, tensor<128x128xf32>
        %t = arith.addf %s, %d : tensor<128x128xf32>
        scf.yield %t : tensor<128x128xf32>
    }
    ktile.store %sum, %z[affine_map<(d0, d1) -> (d0, d1)>]() : tensor<128x128xf32>, memref<1024x512xf32>
    gpu.return
  }
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %f = transform.structured.match ops{["gpu.func"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.pipeline_products %f depth [4] : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

// Sums stay in registers.
module attributes {transform.with_named_sequence} {
gpu.module @m {
  // expected-error@below {{products cannot be pipelined}}
  // expected-note@below {{a warpgroup's share of 128x256 sums takes 256 registers a thread, at most 128 are left for them}}
  gpu.func @f(%x: memref<1024x768xbf16> {kgpu.access = "read"}, %y: memref<768x512xbf16> {kgpu.access = "read"}, %z: memref<1024x512xf32> {kgpu.access = "write"}) kernel attributes {known_block_size = array<i32: 256, 1, 1>, known_grid_size = array<i32: 1, 1, 1>} {
    %c0 = arith.constant 0 : index
    %ck = arith.constant 768 : index
    %step = arith.constant 64 : index
    %zeros = arith.constant dense<0.0> : tensor<256x256xf32>
    %sum = scf.for %i = %c0 to %ck step %step iter_args(%s = %zeros) -> (tensor<256x256xf32>) {
        %a = ktile.load %x[affine_map<(d0, d1)[s0] -> (d0, d1 + s0)>](%i) padding 0.0 : bf16 : memref<1024x768xbf16> -> tensor<256x64xbf16>
        %b = ktile.load %y[affine_map<(d0, d1)[s0] -> (d0 + s0, d1)>](%i) padding 0.0 : bf16 : memref<768x512xbf16> -> tensor<64x256xbf16>
        %d = ktile.dot %a, %b, %zeros : tensor<256x64xbf16>, tensor<64x256xbf16>, tensor<256x256xf32>
        %t = arith.addf %s, %d : tensor<256x256xf32>
        scf.yield %t : tensor<256x256xf32>
    }
    ktile.store %sum, %z[affine_map<(d0, d1) -> (d0, d1)>]() : tensor<256x256xf32>, memref<1024x512xf32>
    gpu.return
  }
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %f = transform.structured.match ops{["gpu.func"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.pipeline_products %f depth [4] : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

// One stage is no pipeline.
module attributes {transform.with_named_sequence} {
gpu.module @m {
  // expected-error@below {{products cannot be pipelined}}
  // expected-note@below {{a pipeline holds two steps at least, found 1}}
  gpu.func @f(%x: memref<1024x768xbf16> {kgpu.access = "read"}, %y: memref<768x512xbf16> {kgpu.access = "read"}, %z: memref<1024x512xf32> {kgpu.access = "write"}) kernel attributes {known_block_size = array<i32: 256, 1, 1>, known_grid_size = array<i32: 1, 1, 1>} {
    %c0 = arith.constant 0 : index
    %ck = arith.constant 768 : index
    %step = arith.constant 64 : index
    %zeros = arith.constant dense<0.0> : tensor<128x128xf32>
    %sum = scf.for %i = %c0 to %ck step %step iter_args(%s = %zeros) -> (tensor<128x128xf32>) {
        %a = ktile.load %x[affine_map<(d0, d1)[s0] -> (d0, d1 + s0)>](%i) padding 0.0 : bf16 : memref<1024x768xbf16> -> tensor<128x64xbf16>
        %b = ktile.load %y[affine_map<(d0, d1)[s0] -> (d0 + s0, d1)>](%i) padding 0.0 : bf16 : memref<768x512xbf16> -> tensor<64x128xbf16>
        %d = ktile.dot %a, %b, %zeros : tensor<128x64xbf16>, tensor<64x128xbf16>, tensor<128x128xf32>
        %t = arith.addf %s, %d : tensor<128x128xf32>
        scf.yield %t : tensor<128x128xf32>
    }
    ktile.store %sum, %z[affine_map<(d0, d1) -> (d0, d1)>]() : tensor<128x128xf32>, memref<1024x512xf32>
    gpu.return
  }
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %f = transform.structured.match ops{["gpu.func"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.pipeline_products %f depth [1] : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

// Too few blocks for large tiles.
module attributes {transform.with_named_sequence} {
gpu.module @m {
  // expected-error@below {{products cannot be pipelined}}
  // expected-note@below {{expected 100 blocks at least, found 1}}
  gpu.func @f(%x: memref<1024x768xbf16> {kgpu.access = "read"}, %y: memref<768x512xbf16> {kgpu.access = "read"}, %z: memref<1024x512xf32> {kgpu.access = "write"}) kernel attributes {known_block_size = array<i32: 256, 1, 1>, known_grid_size = array<i32: 1, 1, 1>} {
    %c0 = arith.constant 0 : index
    %ck = arith.constant 768 : index
    %step = arith.constant 64 : index
    %zeros = arith.constant dense<0.0> : tensor<128x128xf32>
    %sum = scf.for %i = %c0 to %ck step %step iter_args(%s = %zeros) -> (tensor<128x128xf32>) {
        %a = ktile.load %x[affine_map<(d0, d1)[s0] -> (d0, d1 + s0)>](%i) padding 0.0 : bf16 : memref<1024x768xbf16> -> tensor<128x64xbf16>
        %b = ktile.load %y[affine_map<(d0, d1)[s0] -> (d0 + s0, d1)>](%i) padding 0.0 : bf16 : memref<768x512xbf16> -> tensor<64x128xbf16>
        %d = ktile.dot %a, %b, %zeros : tensor<128x64xbf16>, tensor<64x128xbf16>, tensor<128x128xf32>
        %t = arith.addf %s, %d : tensor<128x128xf32>
        scf.yield %t : tensor<128x128xf32>
    }
    ktile.store %sum, %z[affine_map<(d0, d1) -> (d0, d1)>]() : tensor<128x128xf32>, memref<1024x512xf32>
    gpu.return
  }
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %f = transform.structured.match ops{["gpu.func"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.pipeline_products %f least_blocks [100] : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

// One instruction takes 16 of K.
module attributes {transform.with_named_sequence} {
gpu.module @m {
  // expected-error@below {{products cannot be pipelined}}
  // expected-note@below {{a step must take a multiple of 16 of K, found 8}}
  gpu.func @f(%x: memref<1024x768xbf16> {kgpu.access = "read"}, %y: memref<768x512xbf16> {kgpu.access = "read"}, %z: memref<1024x512xf32> {kgpu.access = "write"}) kernel attributes {known_block_size = array<i32: 256, 1, 1>, known_grid_size = array<i32: 1, 1, 1>} {
    %c0 = arith.constant 0 : index
    %ck = arith.constant 768 : index
    %step = arith.constant 8 : index
    %zeros = arith.constant dense<0.0> : tensor<128x128xf32>
    %sum = scf.for %i = %c0 to %ck step %step iter_args(%s = %zeros) -> (tensor<128x128xf32>) {
        %a = ktile.load %x[affine_map<(d0, d1)[s0] -> (d0, d1 + s0)>](%i) padding 0.0 : bf16 : memref<1024x768xbf16> -> tensor<128x8xbf16>
        %b = ktile.load %y[affine_map<(d0, d1)[s0] -> (d0 + s0, d1)>](%i) padding 0.0 : bf16 : memref<768x512xbf16> -> tensor<8x128xbf16>
        %d = ktile.dot %a, %b, %zeros : tensor<128x8xbf16>, tensor<8x128xbf16>, tensor<128x128xf32>
        %t = arith.addf %s, %d : tensor<128x128xf32>
        scf.yield %t : tensor<128x128xf32>
    }
    ktile.store %sum, %z[affine_map<(d0, d1) -> (d0, d1)>]() : tensor<128x128xf32>, memref<1024x512xf32>
    gpu.return
  }
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %f = transform.structured.match ops{["gpu.func"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.pipeline_products %f depth [4] : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

// Other chips multiply otherwise.
module attributes {transform.with_named_sequence, kopt.target = "sm_80"} {
gpu.module @m {
  // expected-error@below {{products cannot be pipelined}}
  // expected-note@below {{wgmma exists on sm_90a alone, the target is sm_80}}
  gpu.func @f(%x: memref<1024x768xbf16> {kgpu.access = "read"}, %y: memref<768x512xbf16> {kgpu.access = "read"}, %z: memref<1024x512xf32> {kgpu.access = "write"}) kernel attributes {known_block_size = array<i32: 256, 1, 1>, known_grid_size = array<i32: 1, 1, 1>} {
    %c0 = arith.constant 0 : index
    %ck = arith.constant 768 : index
    %step = arith.constant 64 : index
    %zeros = arith.constant dense<0.0> : tensor<128x128xf32>
    %sum = scf.for %i = %c0 to %ck step %step iter_args(%s = %zeros) -> (tensor<128x128xf32>) {
        %a = ktile.load %x[affine_map<(d0, d1)[s0] -> (d0, d1 + s0)>](%i) padding 0.0 : bf16 : memref<1024x768xbf16> -> tensor<128x64xbf16>
        %b = ktile.load %y[affine_map<(d0, d1)[s0] -> (d0 + s0, d1)>](%i) padding 0.0 : bf16 : memref<768x512xbf16> -> tensor<64x128xbf16>
        %d = ktile.dot %a, %b, %zeros : tensor<128x64xbf16>, tensor<64x128xbf16>, tensor<128x128xf32>
        %t = arith.addf %s, %d : tensor<128x128xf32>
        scf.yield %t : tensor<128x128xf32>
    }
    ktile.store %sum, %z[affine_map<(d0, d1) -> (d0, d1)>]() : tensor<128x128xf32>, memref<1024x512xf32>
    gpu.return
  }
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %f = transform.structured.match ops{["gpu.func"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.pipeline_products %f depth [4] : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

// Sums of parts are promoted.
module attributes {transform.with_named_sequence} {
gpu.module @m {
  // expected-error@below {{products cannot be pipelined}}
  // expected-note@below {{parts of operands are brought by threads and their sums promoted}}
  gpu.func @f(%x: memref<1024x768xf32> {kgpu.access = "read"}, %y: memref<768x512xf32> {kgpu.access = "read"}, %z: memref<1024x512xf32> {kgpu.access = "write"}) kernel attributes {known_block_size = array<i32: 256, 1, 1>, known_grid_size = array<i32: 1, 1, 1>} {
    %c0 = arith.constant 0 : index
    %ck = arith.constant 768 : index
    %step = arith.constant 64 : index
    %zeros = arith.constant dense<0.0> : tensor<128x128xf32>
    %sum = scf.for %i = %c0 to %ck step %step iter_args(%s = %zeros) -> (tensor<128x128xf32>) {
        %a = ktile.load %x[affine_map<(d0, d1)[s0] -> (d0, d1 + s0)>](%i) padding 0.0 : f32 : memref<1024x768xf32> -> tensor<128x64xf32>
        %b = ktile.load %y[affine_map<(d0, d1)[s0] -> (d0 + s0, d1)>](%i) padding 0.0 : f32 : memref<768x512xf32> -> tensor<64x128xf32>
        %d = ktile.dot %a, %b, %zeros : tensor<128x64xf32>, tensor<64x128xf32>, tensor<128x128xf32>
        %t = arith.addf %s, %d : tensor<128x128xf32>
        scf.yield %t : tensor<128x128xf32>
    }
    ktile.store %sum, %z[affine_map<(d0, d1) -> (d0, d1)>]() : tensor<128x128xf32>, memref<1024x512xf32>
    gpu.return
  }
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %f = transform.structured.match ops{["gpu.func"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.pipeline_products %f split [1] : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

// What has 16 bits is not split.
module attributes {transform.with_named_sequence} {
gpu.module @m {
  // expected-error@below {{products cannot be pipelined}}
  // expected-note@below {{f32 operands are split, found 'bf16'}}
  gpu.func @f(%x: memref<1024x768xbf16> {kgpu.access = "read"}, %y: memref<768x512xbf16> {kgpu.access = "read"}, %z: memref<1024x512xf32> {kgpu.access = "write"}) kernel attributes {kopt.contract = #kopt.contract<specials = finite>, known_block_size = array<i32: 256, 1, 1>, known_grid_size = array<i32: 1, 1, 1>} {
    %c0 = arith.constant 0 : index
    %ck = arith.constant 768 : index
    %step = arith.constant 64 : index
    %zeros = arith.constant dense<0.0> : tensor<128x128xf32>
    %sum = scf.for %i = %c0 to %ck step %step iter_args(%s = %zeros) -> (tensor<128x128xf32>) {
        %a = ktile.load %x[affine_map<(d0, d1)[s0] -> (d0, d1 + s0)>](%i) padding 0.0 : bf16 : memref<1024x768xbf16> -> tensor<128x64xbf16>
        %b = ktile.load %y[affine_map<(d0, d1)[s0] -> (d0 + s0, d1)>](%i) padding 0.0 : bf16 : memref<768x512xbf16> -> tensor<64x128xbf16>
        %d = ktile.dot %a, %b, %zeros : tensor<128x64xbf16>, tensor<64x128xbf16>, tensor<128x128xf32>
        %t = arith.addf %s, %d : tensor<128x128xf32>
        scf.yield %t : tensor<128x128xf32>
    }
    ktile.store %sum, %z[affine_map<(d0, d1) -> (d0, d1)>]() : tensor<128x128xf32>, memref<1024x512xf32>
    gpu.return
  }
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %f = transform.structured.match ops{["gpu.func"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.pipeline_products %f by_threads [1] promote [1] split [1] : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

// One of them brings the operands.
module attributes {transform.with_named_sequence} {
gpu.module @m {
  // expected-error@below {{products cannot be pipelined}}
  // expected-note@below {{either threads or a producer bring the operands}}
  gpu.func @f(%x: memref<1024x768xbf16> {kgpu.access = "read"}, %y: memref<768x512xbf16> {kgpu.access = "read"}, %z: memref<1024x512xf32> {kgpu.access = "write"}) kernel attributes {known_block_size = array<i32: 256, 1, 1>, known_grid_size = array<i32: 1, 1, 1>} {
    %c0 = arith.constant 0 : index
    %ck = arith.constant 768 : index
    %step = arith.constant 64 : index
    %zeros = arith.constant dense<0.0> : tensor<128x128xf32>
    %sum = scf.for %i = %c0 to %ck step %step iter_args(%s = %zeros) -> (tensor<128x128xf32>) {
        %a = ktile.load %x[affine_map<(d0, d1)[s0] -> (d0, d1 + s0)>](%i) padding 0.0 : bf16 : memref<1024x768xbf16> -> tensor<128x64xbf16>
        %b = ktile.load %y[affine_map<(d0, d1)[s0] -> (d0 + s0, d1)>](%i) padding 0.0 : bf16 : memref<768x512xbf16> -> tensor<64x128xbf16>
        %d = ktile.dot %a, %b, %zeros : tensor<128x64xbf16>, tensor<64x128xbf16>, tensor<128x128xf32>
        %t = arith.addf %s, %d : tensor<128x128xf32>
        scf.yield %t : tensor<128x128xf32>
    }
    ktile.store %sum, %z[affine_map<(d0, d1) -> (d0, d1)>]() : tensor<128x128xf32>, memref<1024x512xf32>
    gpu.return
  }
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %f = transform.structured.match ops{["gpu.func"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.pipeline_products %f by_threads [1] producer [1] : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

// Several products: who loads has a role of its own.
module attributes {transform.with_named_sequence} {
gpu.module @m {
  // expected-error@below {{products cannot be pipelined}}
  // expected-note@below {{a loop of several products needs a producer}}
  gpu.func @f(%x: memref<128x64xf16> {kgpu.access = "read"}, %y: memref<512x64xf16> {kgpu.access = "read"}, %z: memref<128xf32> {kgpu.access = "write"}, %w: memref<128x64xf32> {kgpu.access = "write"}) kernel attributes {known_block_size = array<i32: 256, 1, 1>, known_grid_size = array<i32: 1, 1, 1>} {
    %c0 = arith.constant 0 : index
    %ck = arith.constant 512 : index
    %step = arith.constant 64 : index
    %row = arith.constant dense<0.0> : tensor<128xf32>
    %zeros = arith.constant dense<0.0> : tensor<128x64xf32>
    %a = ktile.load %x[affine_map<(d0, d1) -> (d0, d1)>]() padding 0.0 : f16 : memref<128x64xf16> -> tensor<128x64xf16>
    %r:2 = scf.for %i = %c0 to %ck step %step iter_args(%s = %row, %t = %zeros) -> (tensor<128xf32>, tensor<128x64xf32>) {
      %k = ktile.load %y[affine_map<(d0, d1)[s0] -> (d1 + s0, d0)>](%i) padding 0.0 : f16 : memref<512x64xf16> -> tensor<64x64xf16>
      %d = ktile.dot %a, %k, %zeros : tensor<128x64xf16>, tensor<64x64xf16>, tensor<128x64xf32>
      %p = ktile.reduce(%d) along 1 {
      ^bb0(%b: f32, %c: f32):
        %q = arith.addf %b, %c : f32
        ktile.yield %q : f32
      } : (tensor<128x64xf32>) -> tensor<128xf32>
      %next = arith.addf %s, %p : tensor<128xf32>
      %h = arith.truncf %d : tensor<128x64xf32> to tensor<128x64xf16>
      %v = ktile.load %y[affine_map<(d0, d1)[s0] -> (d0 + s0, d1)>](%i) padding 0.0 : f16 : memref<512x64xf16> -> tensor<64x64xf16>
      %e = ktile.dot %h, %v, %zeros : tensor<128x64xf16>, tensor<64x64xf16>, tensor<128x64xf32>
      %g = arith.addf %t, %e : tensor<128x64xf32>
      scf.yield %next, %g : tensor<128xf32>, tensor<128x64xf32>
    }
    ktile.store %r#0, %z[affine_map<(d0) -> (d0)>]() : tensor<128xf32>, memref<128xf32>
    ktile.store %r#1, %w[affine_map<(d0, d1) -> (d0, d1)>]() : tensor<128x64xf32>, memref<128x64xf32>
    gpu.return
  }
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %f = transform.structured.match ops{["gpu.func"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.pipeline_products %f depth [2] : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

// What runs ahead needs a second stage.
module attributes {transform.with_named_sequence} {
gpu.module @m {
  // expected-error@below {{products cannot be pipelined}}
  // expected-note@below {{a pipeline of overlapped steps holds 2 at least, found 1}}
  gpu.func @f(%x: memref<128x64xf16> {kgpu.access = "read"}, %y: memref<512x64xf16> {kgpu.access = "read"}, %z: memref<128xf32> {kgpu.access = "write"}, %w: memref<128x64xf32> {kgpu.access = "write"}) kernel attributes {known_block_size = array<i32: 256, 1, 1>, known_grid_size = array<i32: 1, 1, 1>} {
    %c0 = arith.constant 0 : index
    %ck = arith.constant 512 : index
    %step = arith.constant 64 : index
    %row = arith.constant dense<0.0> : tensor<128xf32>
    %zeros = arith.constant dense<0.0> : tensor<128x64xf32>
    %a = ktile.load %x[affine_map<(d0, d1) -> (d0, d1)>]() padding 0.0 : f16 : memref<128x64xf16> -> tensor<128x64xf16>
    %r:2 = scf.for %i = %c0 to %ck step %step iter_args(%s = %row, %t = %zeros) -> (tensor<128xf32>, tensor<128x64xf32>) {
      %k = ktile.load %y[affine_map<(d0, d1)[s0] -> (d1 + s0, d0)>](%i) padding 0.0 : f16 : memref<512x64xf16> -> tensor<64x64xf16>
      %d = ktile.dot %a, %k, %zeros : tensor<128x64xf16>, tensor<64x64xf16>, tensor<128x64xf32>
      %p = ktile.reduce(%d) along 1 {
      ^bb0(%b: f32, %c: f32):
        %q = arith.addf %b, %c : f32
        ktile.yield %q : f32
      } : (tensor<128x64xf32>) -> tensor<128xf32>
      %next = arith.addf %s, %p : tensor<128xf32>
      %h = arith.truncf %d : tensor<128x64xf32> to tensor<128x64xf16>
      %v = ktile.load %y[affine_map<(d0, d1)[s0] -> (d0 + s0, d1)>](%i) padding 0.0 : f16 : memref<512x64xf16> -> tensor<64x64xf16>
      %e = ktile.dot %h, %v, %zeros : tensor<128x64xf16>, tensor<64x64xf16>, tensor<128x64xf32>
      %g = arith.addf %t, %e : tensor<128x64xf32>
      scf.yield %next, %g : tensor<128xf32>, tensor<128x64xf32>
    }
    ktile.store %r#0, %z[affine_map<(d0) -> (d0)>]() : tensor<128xf32>, memref<128xf32>
    ktile.store %r#1, %w[affine_map<(d0, d1) -> (d0, d1)>]() : tensor<128x64xf32>, memref<128x64xf32>
    gpu.return
  }
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %f = transform.structured.match ops{["gpu.func"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.pipeline_products %f depth [1] producer [1] overlap [1] : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

// A loop that may end at once has no first step to begin with.
module attributes {transform.with_named_sequence} {
gpu.module @m {
  // expected-error@below {{products cannot be pipelined}}
  // expected-note@below {{a loop that may have no steps cannot begin early}}
  gpu.func @f(%x: memref<128x64xf16> {kgpu.access = "read"}, %y: memref<512x64xf16> {kgpu.access = "read"}, %z: memref<128xf32> {kgpu.access = "write"}, %w: memref<128x64xf32> {kgpu.access = "write"}) kernel attributes {known_block_size = array<i32: 256, 1, 1>, known_grid_size = array<i32: 1, 1, 1>} {
    %c0 = arith.constant 0 : index
    %ck = gpu.block_id x
    %step = arith.constant 64 : index
    %row = arith.constant dense<0.0> : tensor<128xf32>
    %zeros = arith.constant dense<0.0> : tensor<128x64xf32>
    %a = ktile.load %x[affine_map<(d0, d1) -> (d0, d1)>]() padding 0.0 : f16 : memref<128x64xf16> -> tensor<128x64xf16>
    %r:2 = scf.for %i = %c0 to %ck step %step iter_args(%s = %row, %t = %zeros) -> (tensor<128xf32>, tensor<128x64xf32>) {
      %k = ktile.load %y[affine_map<(d0, d1)[s0] -> (d1 + s0, d0)>](%i) padding 0.0 : f16 : memref<512x64xf16> -> tensor<64x64xf16>
      %d = ktile.dot %a, %k, %zeros : tensor<128x64xf16>, tensor<64x64xf16>, tensor<128x64xf32>
      %p = ktile.reduce(%d) along 1 {
      ^bb0(%b: f32, %c: f32):
        %q = arith.addf %b, %c : f32
        ktile.yield %q : f32
      } : (tensor<128x64xf32>) -> tensor<128xf32>
      %next = arith.addf %s, %p : tensor<128xf32>
      %h = arith.truncf %d : tensor<128x64xf32> to tensor<128x64xf16>
      %v = ktile.load %y[affine_map<(d0, d1)[s0] -> (d0 + s0, d1)>](%i) padding 0.0 : f16 : memref<512x64xf16> -> tensor<64x64xf16>
      %e = ktile.dot %h, %v, %zeros : tensor<128x64xf16>, tensor<64x64xf16>, tensor<128x64xf32>
      %g = arith.addf %t, %e : tensor<128x64xf32>
      scf.yield %next, %g : tensor<128xf32>, tensor<128x64xf32>
    }
    ktile.store %r#0, %z[affine_map<(d0) -> (d0)>]() : tensor<128xf32>, memref<128xf32>
    ktile.store %r#1, %w[affine_map<(d0, d1) -> (d0, d1)>]() : tensor<128x64xf32>, memref<128x64xf32>
    gpu.return
  }
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %f = transform.structured.match ops{["gpu.func"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.pipeline_products %f depth [2] producer [1] overlap [1] : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}

// -----

// Nor sums in f16.
module attributes {transform.with_named_sequence} {
gpu.module @m {
  // expected-error@below {{products cannot be pipelined}}
  // expected-note@below {{wgmma sums in f32, found sums of 'f16'}}
  gpu.func @f(%x: memref<1024x768xf16> {kgpu.access = "read"}, %y: memref<768x512xf16> {kgpu.access = "read"}, %z: memref<1024x512xf16> {kgpu.access = "write"}) kernel attributes {known_block_size = array<i32: 256, 1, 1>, known_grid_size = array<i32: 1, 1, 1>} {
    %c0 = arith.constant 0 : index
    %ck = arith.constant 768 : index
    %step = arith.constant 64 : index
    %zeros = arith.constant dense<0.0> : tensor<128x128xf16>
    %sum = scf.for %i = %c0 to %ck step %step iter_args(%s = %zeros) -> (tensor<128x128xf16>) {
        %a = ktile.load %x[affine_map<(d0, d1)[s0] -> (d0, d1 + s0)>](%i) padding 0.0 : f16 : memref<1024x768xf16> -> tensor<128x64xf16>
        %b = ktile.load %y[affine_map<(d0, d1)[s0] -> (d0 + s0, d1)>](%i) padding 0.0 : f16 : memref<768x512xf16> -> tensor<64x128xf16>
        %d = ktile.dot %a, %b, %zeros : tensor<128x64xf16>, tensor<64x128xf16>, tensor<128x128xf16>
        %t = arith.addf %s, %d : tensor<128x128xf16>
        scf.yield %t : tensor<128x128xf16>
    }
    ktile.store %sum, %z[affine_map<(d0, d1) -> (d0, d1)>]() : tensor<128x128xf16>, memref<1024x512xf16>
    gpu.return
  }
}
transform.named_sequence @__transform_main(%root: !transform.any_op) {
  %f = transform.structured.match ops{["gpu.func"]} in %root : (!transform.any_op) -> !transform.any_op
  %p = transform.kopt.pipeline_products %f depth [4] : (!transform.any_op) -> !transform.any_op
  transform.yield
}
}
