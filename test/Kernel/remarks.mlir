// RUN: kernel-opt %s --kopt-form-kernels --remark-format=emitRemark --remarks-filter="kopt.*" \
// RUN:   -o /dev/null 2>&1 | FileCheck %s

// CHECK: [Analysis] Kernel | Category:kopt:fusion | Function=f
// CHECK-SAME: kernel 'f_elementwise' of 2 operations
func.func @f(%x: tensor<64xf32>) -> tensor<64xf32> {
  %0 = math.exp %x : tensor<64xf32>
  %1 = arith.negf %0 : tensor<64xf32>
  return %1 : tensor<64xf32>
}
