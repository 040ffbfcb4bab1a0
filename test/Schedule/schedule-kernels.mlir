// RUN: kernel-opt %s --kopt-schedule-kernels -split-input-file -verify-diagnostics | FileCheck %s

// A strategy is found by structure; the kernel stays beside its program.

// CHECK-LABEL: func.func @scale
// CHECK: kopt.kernel @scale
// CHECK: gpu.module @scale_program
// CHECK: gpu.func @scale
// CHECK-SAME: known_block_size = array<i32: 128, 1, 1>, known_grid_size = array<i32: 8, 1, 1>
// CHECK: kgpu.load {{.*}} -> vector<4xf32>
// CHECK: arith.mulf
// CHECK: kgpu.store {{.*}} : vector<4xf32>
func.func @scale(%x: tensor<4096xf32>) -> tensor<4096xf32> {
  // expected-remark @below {{kernel 'scale' scheduled by 'elementwise'}}
  %r = kopt.kernel @scale (%a = %x : tensor<4096xf32>) -> (tensor<4096xf32>) {
    %two = arith.constant 2.0 : f32
    %e = tensor.empty() : tensor<4096xf32>
    %y = linalg.map ins(%a : tensor<4096xf32>) outs(%e : tensor<4096xf32>)
      (%v: f32, %o: f32) {
        %d = arith.mulf %v, %two : f32
        linalg.yield %d : f32
      }
    kopt.yield %y : tensor<4096xf32>
  }
  return %r : tensor<4096xf32>
}

// -----

// CHECK-LABEL: func.func @product
// CHECK: gpu.func @product
// CHECK-DAG: kgpu.alloc_shared : memref<16x64xf32, #kgpu.shared>
// CHECK: scf.for
// CHECK: gpu.barrier
// CHECK: math.fma
func.func @product(%x: tensor<100x70xf32>, %w: tensor<70x60xf32>) -> tensor<100x60xf32> {
  // expected-remark @below {{kernel 'product' scheduled by 'contraction_fma'}}
  %r = kopt.kernel @product (%a = %x : tensor<100x70xf32>, %b = %w : tensor<70x60xf32>) -> (tensor<100x60xf32>) {
    %zero = arith.constant 0.0 : f32
    %e = tensor.empty() : tensor<100x60xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e : tensor<100x60xf32>) -> tensor<100x60xf32>
    %y = linalg.matmul ins(%a, %b : tensor<100x70xf32>, tensor<70x60xf32>) outs(%f : tensor<100x60xf32>) -> tensor<100x60xf32>
    kopt.yield %y : tensor<100x60xf32>
  }
  return %r : tensor<100x60xf32>
}

// -----

// Rows and what they were reduced to are results of one kernel: each element of
// both is written once.

// CHECK-LABEL: func.func @centered
// CHECK: gpu.func @centered
// CHECK-COUNT-2: kgpu.store {{.*}} : vector<{{.*}}xf32>, memref<{{(64x1000|64)}}xf32>
func.func @centered(%x: tensor<64x1000xf32>) -> (tensor<64x1000xf32>, tensor<64xf32>) {
  // expected-remark @below {{kernel 'centered' scheduled by 'row'}}
  %r:2 = kopt.kernel @centered (%a = %x : tensor<64x1000xf32>) -> (tensor<64x1000xf32>, tensor<64xf32>) {
    %zero = arith.constant 0.0 : f32
    %e1 = tensor.empty() : tensor<64xf32>
    %e2 = tensor.empty() : tensor<64x1000xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e1 : tensor<64xf32>) -> tensor<64xf32>
    %s = linalg.reduce ins(%a : tensor<64x1000xf32>) outs(%f : tensor<64xf32>) dimensions = [1]
      (%v: f32, %o: f32) {
        %t = arith.addf %v, %o : f32
        linalg.yield %t : f32
      }
    %y = linalg.generic {
        indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>, affine_map<(i, j) -> (i, j)>],
        iterator_types = ["parallel", "parallel"]}
      ins(%a, %s : tensor<64x1000xf32>, tensor<64xf32>) outs(%e2 : tensor<64x1000xf32>) {
      ^bb0(%v: f32, %m: f32, %o: f32):
        %d = arith.subf %v, %m : f32
        linalg.yield %d : f32
      } -> tensor<64x1000xf32>
    kopt.yield %y, %s : tensor<64x1000xf32>, tensor<64xf32>
  }
  return %r#0, %r#1 : tensor<64x1000xf32>, tensor<64xf32>
}
