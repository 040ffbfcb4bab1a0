// RUN: kernel-opt %s --kopt-schedule-kernels -o %t.mlir
// RUN: kernel-opt %t.mlir --kopt-verify-kernels -o /dev/null 2>&1 | FileCheck %s
// RUN: sed -E 's/(.*) = kgpu.load (%%[a-z0-9]+)\[(%%[0-9]+), (.*)/%%n = arith.constant 12345 : index\n%%one = arith.cmpi eq, %%block_id_x, %%n : index\n%%skip = arith.index_castui %%one : i1 to index\n%%row = arith.subi \3, %%skip : index\n\1 = kgpu.load \2[%%row, \4/' %t.mlir > %t.one.mlir
// RUN: not kernel-opt %t.one.mlir --kopt-verify-kernels -o /dev/null 2>&1 | FileCheck %s --check-prefix=UNLIKE
// RUN: sed 's/cmpi eq/cmpi uge/; s/12345/32700/' %t.one.mlir > %t.last.mlir
// RUN: not kernel-opt %t.last.mlir --kopt-verify-kernels -o /dev/null 2>&1 | FileCheck %s --check-prefix=UNLIKE
// RUN: sed -E 's/(.*) = arith.cmpi eq, .*/%%m = arith.constant 12346 : index\n%%p = arith.divui %%block_id_x, %%n : index\n%%q = arith.divui %%block_id_x, %%m : index/; s/%%skip = .*/%%skip = arith.subi %%p, %%q : index/' %t.one.mlir > %t.quotients.mlir
// RUN: not kernel-opt %t.quotients.mlir --kopt-verify-kernels -o /dev/null 2>&1 | FileCheck %s --check-prefix=UNLIKE
// RUN: sed -E 's/%%skip = .*/%%skip = arith.select %%one, %%n, %%n0 : index/; s/(.*)%%n = arith.constant 12345.*/%%n0 = arith.constant 0 : index\n&/' %t.one.mlir > %t.choice.mlir
// RUN: not kernel-opt %t.choice.mlir --kopt-verify-kernels -o /dev/null 2>&1 | FileCheck %s --check-prefix=UNLIKE

// One block of 32768 that reads another row, because of a comparison, a
// difference of quotients or a choice, is found among all of them.
// CHECK: remark: the program of kernel 'sigmoid' is verified
// UNLIKE: the program of kernel 'sigmoid' is refuted
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
