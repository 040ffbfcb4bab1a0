// RUN: kernel-opt %s --kopt-schedule-kernels -canonicalize -cse -o %t.mlir 2>/dev/null
// RUN: kernel-opt %t.mlir --kopt-verify-kernels=nonce=1 2>&1 >/dev/null | FileCheck %s --check-prefix=GOOD
// RUN: sed 's/gpu.barrier//' %t.mlir | not kernel-opt --kopt-verify-kernels 2>&1 | FileCheck %s --check-prefix=BARRIER
// RUN: sed 's/arith.cmpi ult/arith.cmpi ule/' %t.mlir | not kernel-opt --kopt-verify-kernels 2>&1 | FileCheck %s --check-prefix=GUARD
// RUN: sed 's/known_grid_size = array<i32: 13/known_grid_size = array<i32: 12/' %t.mlir | not kernel-opt --kopt-verify-kernels 2>&1 | FileCheck %s --check-prefix=GRID
// RUN: sed 's/arith.subf \(.*\), \(.*\) : vector/arith.addf \1, \2 : vector/' %t.mlir | not kernel-opt --kopt-verify-kernels 2>&1 | FileCheck %s --check-prefix=VALUE
// RUN: sed '/gpu.module/,$d' %t.mlir | sed '$ a }' | not kernel-opt --kopt-verify-kernels 2>&1 | FileCheck %s --check-prefix=NONE

// GOOD: remark: the program of kernel 'center' is verified
// BARRIER: error: the program of kernel 'center' is refuted: {{.*}}{{race|uninitialized read}}
// GUARD: error: the program of kernel 'center' is refuted: {{.*}}out of bounds
// GRID: error: the program of kernel 'center' is refuted: {{.*}}unwritten output
// VALUE: error: the program of kernel 'center' is refuted: output 0 at {{.*}}: expected {{.*}}, found
// NONE: error: kernel 'center' has no program: schedule it first
module {
  func.func @main(%x: tensor<50x700xf32>) -> tensor<50x700xf32> {
    %r = kopt.kernel @center (%a = %x : tensor<50x700xf32>) -> (tensor<50x700xf32>) {
      %low = arith.constant 0xFF800000 : f32
      %e1 = tensor.empty() : tensor<50xf32>
      %e2 = tensor.empty() : tensor<50x700xf32>
      %f = linalg.fill ins(%low : f32) outs(%e1 : tensor<50xf32>) -> tensor<50xf32>
      %s = linalg.reduce ins(%a : tensor<50x700xf32>) outs(%f : tensor<50xf32>) dimensions = [1]
        (%v: f32, %o: f32) {
          %t = arith.maximumf %v, %o : f32
          linalg.yield %t : f32
        }
      %y = linalg.generic {
          indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>, affine_map<(i, j) -> (i, j)>],
          iterator_types = ["parallel", "parallel"]}
        ins(%a, %s : tensor<50x700xf32>, tensor<50xf32>) outs(%e2 : tensor<50x700xf32>) {
        ^bb0(%v: f32, %m: f32, %o: f32):
          %d = arith.subf %v, %m : f32
          linalg.yield %d : f32
        } -> tensor<50x700xf32>
      kopt.yield %y : tensor<50x700xf32>
    }
    return %r : tensor<50x700xf32>
  }
}
