// RUN: kernel-opt %s --kopt-launch-to-gpu --split-input-file --verify-diagnostics

func.func @tensors(%a: tensor<8xf32>) -> tensor<8xf32> {
  // expected-error@below {{is on tensors; run one-shot-bufferize before}}
  %r = kopt.launch @m::@k grid(1, 1, 1) block(1, 1, 1) outs(%a : tensor<8xf32>)
    -> tensor<8xf32>
  return %r : tensor<8xf32>
}

// -----

// All complaints come at once.
gpu.module @m {
  gpu.func @k(%a: memref<8xf32>) kernel {
    gpu.return
  }
}
func.func @several(%a: memref<8xf32>, %b: memref<8xf32, strided<[2]>>) {
  // expected-error@below {{is cooperative, which gpu.launch_func cannot express}}
  kopt.launch @m::@k grid(1, 1, 1) block(1, 1, 1) cooperative
    outs(%a : memref<8xf32>)
  // expected-error@below {{passes 'memref<8xf32, strided<[2]>>' as argument #0 where the kernel takes 'memref<8xf32>'; bufferize with function-boundary-type-conversion=identity-layout-map}}
  kopt.launch @m::@k grid(1, 1, 1) block(1, 1, 1)
    outs(%b : memref<8xf32, strided<[2]>>)
  return
}
