// RUN: kernel-opt %s \
// RUN:   --kopt-schedule-kernels="strategy=contraction_wgmma_by_threads knobs=block_m=128,block_n=64,step_k=32,least_blocks=1" \
// RUN:   --canonicalize --cse --kopt-verify-kernels -o /dev/null 2>&1 | FileCheck %s

// Operands that threads bring: rows that are no multiples of 16 bytes, factors
// that are computed on the way, a single step. Each program is verified in the
// exact algebra.

// CHECK-NOT: error
// CHECK: kernel 'ragged' scheduled by 'contraction_wgmma_by_threads'
// CHECK: kernel 'computed' scheduled by 'contraction_wgmma_by_threads'
// CHECK: kernel 'one_step' scheduled by 'contraction_wgmma_by_threads'
// CHECK-NOT: error
// CHECK: the program of kernel 'ragged' is verified
// CHECK: the program of kernel 'computed' is verified
// CHECK: the program of kernel 'one_step' is verified
func.func @ragged(%a: tensor<131x133xbf16>, %b: tensor<133x71xbf16>) -> tensor<131x71xf32> {
  %r = kopt.kernel @ragged (%x = %a : tensor<131x133xbf16>, %y = %b : tensor<133x71xbf16>) -> (tensor<131x71xf32>) {
    %zero = arith.constant 0.0 : f32
    %e = tensor.empty() : tensor<131x71xf32>
    %z = linalg.fill ins(%zero : f32) outs(%e : tensor<131x71xf32>) -> tensor<131x71xf32>
    %p = linalg.matmul ins(%x, %y : tensor<131x133xbf16>, tensor<133x71xbf16>) outs(%z : tensor<131x71xf32>) -> tensor<131x71xf32>
    kopt.yield %p : tensor<131x71xf32>
  }
  return %r : tensor<131x71xf32>
}
func.func @computed(%a: tensor<64x70xf16>, %b: tensor<70x64xf16>) -> tensor<64x64xf32> {
  %r = kopt.kernel @computed (%x = %a : tensor<64x70xf16>, %y = %b : tensor<70x64xf16>) -> (tensor<64x64xf32>) {
    %zero = arith.constant 0.0 : f32
    %eh = tensor.empty() : tensor<64x70xf16>
    %d = linalg.add ins(%x, %x : tensor<64x70xf16>, tensor<64x70xf16>) outs(%eh : tensor<64x70xf16>) -> tensor<64x70xf16>
    %e = tensor.empty() : tensor<64x64xf32>
    %z = linalg.fill ins(%zero : f32) outs(%e : tensor<64x64xf32>) -> tensor<64x64xf32>
    %p = linalg.matmul ins(%d, %y : tensor<64x70xf16>, tensor<70x64xf16>) outs(%z : tensor<64x64xf32>) -> tensor<64x64xf32>
    kopt.yield %p : tensor<64x64xf32>
  }
  return %r : tensor<64x64xf32>
}
func.func @one_step(%a: tensor<64x21xbf16>, %b: tensor<21x64xbf16>) -> tensor<64x64xf32> {
  %r = kopt.kernel @one_step (%x = %a : tensor<64x21xbf16>, %y = %b : tensor<21x64xbf16>) -> (tensor<64x64xf32>) {
    %zero = arith.constant 0.0 : f32
    %e = tensor.empty() : tensor<64x64xf32>
    %z = linalg.fill ins(%zero : f32) outs(%e : tensor<64x64xf32>) -> tensor<64x64xf32>
    %p = linalg.matmul ins(%x, %y : tensor<64x21xbf16>, tensor<21x64xbf16>) outs(%z : tensor<64x64xf32>) -> tensor<64x64xf32>
    kopt.yield %p : tensor<64x64xf32>
  }
  return %r : tensor<64x64xf32>
}
