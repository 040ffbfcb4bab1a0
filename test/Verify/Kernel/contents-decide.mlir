// RUN: kernel-opt %s --kopt-verify-kernels -o /dev/null 2>&1 | FileCheck %s
// RUN: sed '/%%y = scf[.]if/,/^    }$/d; s|// select|%%y = arith.select|' %s | kernel-opt --kopt-verify-kernels -o /dev/null 2>&1 | FileCheck %s --check-prefix=SELECT

// Which way a branch goes that contents decide is not known of inputs that were
// not drawn, and neither is what it does to memory there.
// CHECK: the program of kernel 'bounded' is unproven: control or addresses depend on what tensors hold
// SELECT: the program of kernel 'bounded' is verified
func.func @f(%x: tensor<64x32xf32>) -> tensor<64x32xf32> {
  %r = kopt.kernel @bounded (%a = %x : tensor<64x32xf32>) -> (tensor<64x32xf32>) {
    %e = tensor.empty() : tensor<64x32xf32>
    %y = linalg.generic {
        indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>],
        iterator_types = ["parallel", "parallel"]}
      ins(%a : tensor<64x32xf32>) outs(%e : tensor<64x32xf32>) {
      ^bb0(%v: f32, %o: f32):
        %zero = arith.constant 0.0 : f32
        %m = arith.maximumf %v, %zero : f32
        linalg.yield %m : f32
      } -> tensor<64x32xf32>
    kopt.yield %y : tensor<64x32xf32>
  }
  return %r : tensor<64x32xf32>
}
gpu.module @bounded_program {
  gpu.func @bounded(%x: memref<64x32xf32> {kgpu.access = "read"}, %out: memref<64x32xf32> {kgpu.access = "write"}) kernel
      attributes {known_block_size = array<i32: 32, 1, 1>, known_grid_size = array<i32: 64, 1, 1>} {
    %t = gpu.thread_id x
    %b = gpu.block_id x
    %zero = arith.constant 0.0 : f32
    %v = kgpu.load %x[%b, %t] : memref<64x32xf32> -> f32
    %p = arith.cmpf ogt, %v, %zero : f32
    // select %p, %v, %zero : f32
    %y = scf.if %p -> f32 {
      scf.yield %v : f32
    } else {
      scf.yield %zero : f32
    }
    kgpu.store %y, %out[%b, %t] : f32, memref<64x32xf32>
    gpu.return
  }
}
