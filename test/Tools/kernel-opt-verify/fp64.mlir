// REQUIRES: ptxas
// RUN: kernel-opt %s --database=none --verify=algebra-only --nonce=7 -o %t.mlir
// RUN: kernel-opt-verify --fp64=%t.mlir.cert.json %s | FileCheck %s

// A program as a whole against fp64. What is rounded to an infinity in f16 is
// near the largest number, and a power of a negative number is one only where
// a rounding makes the exponent whole: neither is another function.
// CHECK-COUNT-2: 0 of {{.*}} values disagree with fp64
func.func @main(%x: tensor<96x7xf16>, %w: tensor<7x63xf16>) -> tensor<96x63xf16> {
  %0 = aten.matmul %x, %w : (tensor<96x7xf16>, tensor<7x63xf16>) -> tensor<96x63xf16>
  %1 = aten.pow %0, %0 : (tensor<96x63xf16>, tensor<96x63xf16>) -> tensor<96x63xf16>
  return %1 : tensor<96x63xf16>
}
