// Element-wise chain over 1.6 G elements: one pass over memory.

// RUN: kernel-opt %s --emit=kernels --quiet | FileCheck %s
// CHECK: kopt.kernel
// CHECK-NOT: kopt.kernel
func.func @silu_chain(%x: tensor<4096x393216xf32>) -> tensor<4096x393216xf32> {
  %s = aten.silu %x : (tensor<4096x393216xf32>) -> tensor<4096x393216xf32>
  %t = aten.tanh %s : (tensor<4096x393216xf32>) -> tensor<4096x393216xf32>
  %y = aten.mul %s, %t : (tensor<4096x393216xf32>, tensor<4096x393216xf32>) -> tensor<4096x393216xf32>
  return %y : tensor<4096x393216xf32>
}
