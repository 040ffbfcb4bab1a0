// RUN: kernel-opt %s --kopt-schedule-kernels -o %t.mlir
// RUN: kernel-opt %t.mlir --kopt-verify-kernels -o /dev/null 2>&1 | FileCheck %s
// RUN: sed -E 's/(.*) = kgpu.load (%%[a-z0-9]+)\[(%%[0-9]+), (.*)/%%n = arith.constant 12345 : index\n%%one = arith.cmpi eq, %%block_id_x, %%n : index\n%%skip = arith.index_castui %%one : i1 to index\n%%row = arith.subi \3, %%skip : index\n\1 = kgpu.load \2[%%row, \4/' %t.mlir > %t.one.mlir
// RUN: kernel-opt %t.one.mlir --kopt-verify-kernels -o /dev/null 2>&1 | FileCheck %s --check-prefix=UNLIKE
// RUN: sed 's/cmpi eq/cmpi uge/; s/12345/40000/' %t.one.mlir | kernel-opt --kopt-verify-kernels -o /dev/null 2>&1 | FileCheck %s --check-prefix=UNLIKE

// One block of 32768 that reads another row is hardly among those that are run;
// nor may comparisons become addresses.
// CHECK: remark: the program of kernel 'sigmoid' is verified
// UNLIKE: the program of kernel 'sigmoid' is unproven: not shown that blocks that were not run behave alike
func.func @f(%x: tensor<4096x4096xf32>) -> tensor<4096x4096xf32> {
  %r = kopt.kernel @sigmoid (%a = %x : tensor<4096x4096xf32>) -> (tensor<4096x4096xf32>) {
    %e = tensor.empty() : tensor<4096x4096xf32>
    %y = linalg.generic {
        indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>],
        iterator_types = ["parallel", "parallel"]}
      ins(%a : tensor<4096x4096xf32>) outs(%e : tensor<4096x4096xf32>) {
      ^bb0(%v: f32, %o: f32):
        %n = arith.negf %v : f32
        %p = math.exp %n : f32
        linalg.yield %p : f32
      } -> tensor<4096x4096xf32>
    kopt.yield %y : tensor<4096x4096xf32>
  }
  return %r : tensor<4096x4096xf32>
}
