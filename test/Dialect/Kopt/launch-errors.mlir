// RUN: kernel-opt %s --split-input-file --verify-diagnostics

func.func @grid(%a: memref<8xf32>) {
  // expected-error@below {{expects three sizes of the grid, found 2}}
  kopt.launch @m::@k grid(1, 1) block(1, 1, 1) outs(%a : memref<8xf32>)
  return
}

// -----

func.func @block(%a: memref<8xf32>) {
  // expected-error@below {{expects positive sizes of the block, found 0}}
  kopt.launch @m::@k grid(1, 1, 1) block(32, 0, 1) outs(%a : memref<8xf32>)
  return
}

// -----

func.func @dynamic_grid(%a: memref<8xf32>) {
  // expected-error@below {{expects 1 operands for the dynamic sizes of the grid, found 0}}
  "kopt.launch"(%a) <{kernel = @m::@k, block = array<i64: 1, 1, 1>,
    static_grid = array<i64: -9223372036854775808, 1, 1>,
    operandSegmentSizes = array<i32: 0, 0, 1, 0>}> : (memref<8xf32>) -> ()
  return
}

// -----

func.func @dynamic_block(%a: memref<8xf32>) {
  // expected-error@below {{expects static sizes of the block}}
  "kopt.launch"(%a) <{kernel = @m::@k,
    block = array<i64: 1, -9223372036854775808, 1>,
    static_grid = array<i64: 1, 1, 1>,
    operandSegmentSizes = array<i32: 0, 0, 1, 0>}> : (memref<8xf32>) -> ()
  return
}

// -----

func.func @cluster(%a: memref<8xf32>) {
  // expected-error@below {{expects a grid of whole clusters, found 3 blocks in clusters of 2}}
  kopt.launch @m::@k grid(3, 1, 1) block(1, 1, 1) cluster(2, 1, 1)
    outs(%a : memref<8xf32>)
  return
}

// -----

func.func @cluster_sizes(%a: memref<8xf32>) {
  // expected-error@below {{expects three sizes of the cluster, found 1}}
  kopt.launch @m::@k grid(2, 1, 1) block(1, 1, 1) cluster(2)
    outs(%a : memref<8xf32>)
  return
}

// -----

func.func @shared(%a: memref<8xf32>) {
  // expected-error@below {{expects a size of shared memory in bytes, found -1}}
  kopt.launch @m::@k grid(1, 1, 1) block(1, 1, 1) shared -1
    outs(%a : memref<8xf32>)
  return
}

// -----

func.func @mixed(%a: tensor<8xf32>, %b: memref<8xf32>) {
  // expected-error@below {{expects all arguments to be tensors or all to be memrefs, found both}}
  kopt.launch @m::@k grid(1, 1, 1) block(1, 1, 1) ins(%a : tensor<8xf32>)
    outs(%b : memref<8xf32>)
  return
}

// -----

func.func @results(%a: tensor<8xf32>) {
  // expected-error@below {{expected the number of tensor results (0) to be equal to the number of output tensors (1)}}
  kopt.launch @m::@k grid(1, 1, 1) block(1, 1, 1) outs(%a : tensor<8xf32>)
  return
}

// -----

gpu.module @m {
  gpu.func @helper() {
    gpu.return
  }
}
func.func @no_kernel() {
  // expected-error@below {{expects @m::@helper to be a kernel of a 'gpu.module' or 'gpu.binary'}}
  kopt.launch @m::@helper grid(1, 1, 1) block(1, 1, 1)
  return
}

// -----

gpu.module @m {
}
func.func @missing() {
  // expected-error@below {{expects @m::@k to be a kernel of a 'gpu.module' or 'gpu.binary'}}
  kopt.launch @m::@k grid(1, 1, 1) block(1, 1, 1)
  return
}

// -----

gpu.binary @b [#gpu.object<#nvvm.target, "">]
func.func @no_name() {
  // expected-error@below {{expects the name of a kernel in @b}}
  kopt.launch @b grid(1, 1, 1) block(1, 1, 1)
  return
}

// -----

gpu.module @m {
  // expected-note@below {{the kernel is here}}
  gpu.func @k(%a: memref<8xf32>) kernel {
    gpu.return
  }
}
func.func @arguments(%a: memref<8xf32>) {
  // expected-error@below {{passes 2 arguments to a kernel with 1}}
  kopt.launch @m::@k grid(1, 1, 1) block(1, 1, 1)
    ins(%a : memref<8xf32>) outs(%a : memref<8xf32>)
  return
}

// -----

gpu.module @m {
  // expected-note@below {{the kernel is here}}
  gpu.func @k(%a: memref<8xf32>, %b: memref<4xf32>) kernel {
    gpu.return
  }
}
func.func @types(%a: tensor<8xf32>) -> tensor<8xf32> {
  // expected-error@below {{passes 'tensor<8xf32>' as argument #1 to a kernel that takes 'memref<4xf32>'}}
  %r = kopt.launch @m::@k grid(1, 1, 1) block(1, 1, 1)
    ins(%a : tensor<8xf32>) outs(%a : tensor<8xf32>) -> tensor<8xf32>
  return %r : tensor<8xf32>
}

// -----

gpu.module @m {
  // expected-note@+1 {{the kernel is here}}
  gpu.func @k(%a: memref<4xi1>) kernel { gpu.return }
}
func.func @bytes(%a: memref<4xi8>) {
  // expected-error@+1 {{passes 'memref<4xi8>' as argument #0 to a kernel that takes 'memref<4xi1>'}}
  kopt.launch @m::@k grid(1, 1, 1) block(1, 1, 1) ins(%a : memref<4xi8>)
  return
}
