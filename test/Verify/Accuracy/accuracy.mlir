// RUN: kernel-opt %s --kopt-schedule-kernels -canonicalize -cse -o %t.mlir 2>/dev/null
// RUN: kernel-opt %t.mlir --kopt-verify-accuracy=table -o /dev/null 2>&1 | FileCheck %s --check-prefix=GOOD
// RUN: sed -E 's/(%%[0-9]+) = math.log1p (%%[0-9]+) : (vector.*)/%%one = arith.constant dense<1.0> : \3\n%%sum = arith.addf \2, %%one : \3\n\1 = math.log %%sum : \3/' %t.mlir > %t.log.mlir
// RUN: not kernel-opt %t.log.mlir --kopt-verify-accuracy -o /dev/null 2>&1 | FileCheck %s --check-prefix=LOG
// RUN: sed 's/40x128/1x2/g' %s | kernel-opt --kopt-schedule-kernels -canonicalize -cse -o %t.two.mlir 2>/dev/null
// RUN: sed -E 's/(%%[0-9]+) = math.log1p (%%[0-9]+) : (vector.*)/%%one = arith.constant dense<1.0> : \3\n%%sum = arith.addf \2, %%one : \3\n\1 = math.log %%sum : \3/' %t.two.mlir > %t.twolog.mlir
// RUN: not kernel-opt %t.twolog.mlir --kopt-verify-accuracy=table -o /dev/null 2>&1 | FileCheck %s --check-prefix=FEW
// RUN: sed -E 's/(%%[0-9]+) = math.absf (%%[0-9]+) : (vector.*)/%%most = arith.constant dense<0x7F7FFFFF> : \3\n%%abs = math.absf \2 : \3\n\1 = arith.minimumf %%abs, %%most : \3/' %t.mlir > %t.bounded.mlir
// RUN: not kernel-opt %t.bounded.mlir --kopt-verify-accuracy -o /dev/null 2>&1 | FileCheck %s --check-prefix=BOUNDED
// RUN: sed '/gpu.module/,$d' %t.mlir | sed '$ a }' | not kernel-opt --kopt-verify-accuracy -o /dev/null 2>&1 | FileCheck %s --check-prefix=NONE

// Errors in units of the noise of the original's roundings, family by family.
// GOOD: remark: passes 'normal': n {{[0-9]+}}, RMS {{[0-9.]+}} of {{[0-9.]+}}, largest {{[0-9.]+}} of {{[0-9.]+}}
// GOOD: remark: passes 'with-inf': n {{[0-9]+}}, {{[1-9][0-9]*}} special, 0 more finite, 0 different
// GOOD: remark: the program of kernel 'logarithm' is as accurate

// log(1 + x) is the same function, and worth nothing where x is small.
// LOG: error: the program of kernel 'logarithm' is less accurate: inputs '{{[a-z0-9-]+}}', output 0: RMS error

// Nobody is refuted for the errors of a few outputs by chance.
// FEW: remark: passes '{{[a-z0-9-]+}}': n 32,
// FEW: remark: fails '{{[a-z0-9-]+}}': n 128,
// FEW: error: the program of kernel 'logarithm' is less accurate

// An infinity is no large number.
// BOUNDED: error: the program of kernel 'logarithm' has other special values: inputs '{{[a-z-]+}}': {{[0-9]+}} of {{[0-9]+}} elements differ in class
// NONE: error: kernel 'logarithm' has no program: schedule it first
module {
  func.func @main(%x: tensor<40x128xf32>) -> tensor<40x128xf32> {
    %r = kopt.kernel @logarithm (%a = %x : tensor<40x128xf32>) -> (tensor<40x128xf32>) {
      %e = tensor.empty() : tensor<40x128xf32>
      %y = linalg.generic {
          indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>],
          iterator_types = ["parallel", "parallel"]}
        ins(%a : tensor<40x128xf32>) outs(%e : tensor<40x128xf32>) {
        ^bb0(%v: f32, %o: f32):
          %m = math.absf %v : f32
          %l = math.log1p %m : f32
          linalg.yield %l : f32
        } -> tensor<40x128xf32>
      kopt.yield %y : tensor<40x128xf32>
    }
    return %r : tensor<40x128xf32>
  }
}
