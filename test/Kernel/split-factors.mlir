// RUN: kernel-opt %s --kopt-split-factors="least-reuse=1 least-results=1" | FileCheck %s
// RUN: kernel-opt %s --kopt-split-factors | FileCheck %s --check-prefix=SMALL

// Products so small that splitting costs more than it saves stay as they are.
// SMALL-NOT: @split
// SMALL-NOT: @pad

// What a kernel multiplies comes in parts, from kernels of their own; rows of parts
// are filled up to 8 elements, along the sum with zeros for both factors.
// CHECK-LABEL: func.func @product
// CHECK: %[[LEFT:.*]]:3 = kopt.kernel @split_33x21 ({{.*}} = %[[A:.*]] : tensor<33x21xf32>) -> (tensor<33x24xbf16>, tensor<33x24xbf16>, tensor<33x24xbf16>)
// CHECK: tensor.pad {{.*}} low[0, 0] high[0, 3]
// CHECK: ^bb0(%[[X:.*]]: f32, {{.*}}: bf16, {{.*}}: bf16, {{.*}}: bf16):
// Infinities and NaN go to the third part; the first one is then their sign.
// CHECK: %[[SPECIAL:.*]] = arith.cmpf ugt
// CHECK: %[[SIGN:.*]] = math.copysign {{.*}}, %[[X]]
// CHECK: %[[NEAR:.*]] = arith.select %[[SPECIAL]], %[[SIGN]]
// CHECK: %[[FIRST:.*]] = arith.truncf %[[NEAR]]
// CHECK: %[[WIDE:.*]] = arith.extf %[[FIRST]]
// CHECK: %[[REST:.*]] = arith.subf %[[X]], %[[WIDE]]
// CHECK: %[[NUMBER:.*]] = arith.select %[[SPECIAL]], {{.*}}, %[[REST]]
// CHECK: %[[SECOND:.*]] = arith.truncf %[[NUMBER]]
// CHECK: %[[SCALED:.*]] = arith.mulf
// CHECK: %[[THIRD:.*]] = arith.truncf %[[SCALED]]
// CHECK: linalg.yield %[[FIRST]], %[[SECOND]], %[[THIRD]]
// CHECK: %[[RIGHT:.*]]:3 = kopt.kernel @split_21x19 ({{.*}}) -> (tensor<24x24xbf16>, tensor<24x24xbf16>, tensor<24x24xbf16>)
// CHECK: tensor.pad {{.*}} low[0, 0] high[3, 5]
// CHECK: kopt.kernel @product_matmul
// CHECK-SAME: = %[[LEFT]]#0 {{.*}} = %[[LEFT]]#1 {{.*}} = %[[LEFT]]#2 {{.*}} = %[[RIGHT]]#0 {{.*}} = %[[RIGHT]]#1 {{.*}} = %[[RIGHT]]#2
// Columns are read without their padding.
// CHECK-COUNT-3: tensor.extract_slice {{.*}}[0, 0] [24, 19] [1, 1]
// CHECK: linalg.generic
// CHECK-COUNT-6: arith.extf
// CHECK: arith.mulf
// CHECK: arith.mulf
// CHECK: %[[THIRDS:.*]] = arith.addf
// CHECK: arith.mulf %[[THIRDS]], %{{.*}}
// CHECK-COUNT-4: arith.addf
// CHECK: linalg.yield
func.func @product(%a: tensor<33x21xf32>, %b: tensor<21x19xf32>) -> tensor<33x19xf32> {
  %r = kopt.kernel @product_matmul (%x = %a : tensor<33x21xf32>, %y = %b : tensor<21x19xf32>) -> (tensor<33x19xf32>) {
    %zero = arith.constant 0.0 : f32
    %e = tensor.empty() : tensor<33x19xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e : tensor<33x19xf32>) -> tensor<33x19xf32>
    %p = linalg.matmul ins(%x, %y : tensor<33x21xf32>, tensor<21x19xf32>) outs(%f : tensor<33x19xf32>) -> tensor<33x19xf32>
    kopt.yield %p : tensor<33x19xf32>
  }
  return %r : tensor<33x19xf32>
}

// A factor of two products is split once; without infinities it needs no selection.
// CHECK-LABEL: func.func @twice
// CHECK: kopt.kernel @split_32x16
// CHECK-NOT: arith.select
// CHECK: kopt.kernel @split_16x16
// CHECK: kopt.kernel @first
// CHECK: kopt.kernel @split_16x16
// CHECK-NOT: kopt.kernel @split
// CHECK: kopt.kernel @second
func.func @twice(%a: tensor<32x16xf32>, %b: tensor<16x16xf32>, %c: tensor<16x16xf32>) -> (tensor<32x16xf32>, tensor<32x16xf32>)
    attributes {kopt.contract = #kopt.contract<specials = finite>} {
  %r = kopt.kernel @first (%x = %a : tensor<32x16xf32>, %y = %b : tensor<16x16xf32>) -> (tensor<32x16xf32>) {
    %zero = arith.constant 0.0 : f32
    %e = tensor.empty() : tensor<32x16xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e : tensor<32x16xf32>) -> tensor<32x16xf32>
    %p = linalg.matmul ins(%x, %y : tensor<32x16xf32>, tensor<16x16xf32>) outs(%f : tensor<32x16xf32>) -> tensor<32x16xf32>
    kopt.yield %p : tensor<32x16xf32>
  }
  %s = kopt.kernel @second (%x = %a : tensor<32x16xf32>, %y = %c : tensor<16x16xf32>) -> (tensor<32x16xf32>) {
    %zero = arith.constant 0.0 : f32
    %e = tensor.empty() : tensor<32x16xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e : tensor<32x16xf32>) -> tensor<32x16xf32>
    %p = linalg.matmul ins(%x, %y : tensor<32x16xf32>, tensor<16x16xf32>) outs(%f : tensor<32x16xf32>) -> tensor<32x16xf32>
    kopt.yield %p : tensor<32x16xf32>
  }
  return %r, %s : tensor<32x16xf32>, tensor<32x16xf32>
}

// 16-bit factors, and factors that the kernel computes, stay.
// CHECK-LABEL: func.func @others
// CHECK-NOT: @split
func.func @others(%a: tensor<32x16xbf16>, %b: tensor<16x16xbf16>, %c: tensor<16x16xf32>) -> (tensor<32x16xf32>, tensor<16x16xf32>) {
  %r = kopt.kernel @narrow (%x = %a : tensor<32x16xbf16>, %y = %b : tensor<16x16xbf16>) -> (tensor<32x16xf32>) {
    %zero = arith.constant 0.0 : f32
    %e = tensor.empty() : tensor<32x16xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e : tensor<32x16xf32>) -> tensor<32x16xf32>
    %p = linalg.matmul ins(%x, %y : tensor<32x16xbf16>, tensor<16x16xbf16>) outs(%f : tensor<32x16xf32>) -> tensor<32x16xf32>
    kopt.yield %p : tensor<32x16xf32>
  }
  %s = kopt.kernel @computed (%y = %c : tensor<16x16xf32>) -> (tensor<16x16xf32>) {
    %zero = arith.constant 0.0 : f32
    %e = tensor.empty() : tensor<16x16xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e : tensor<16x16xf32>) -> tensor<16x16xf32>
    %x = linalg.exp ins(%y : tensor<16x16xf32>) outs(%e : tensor<16x16xf32>) -> tensor<16x16xf32>
    %p = linalg.matmul ins(%x, %y : tensor<16x16xf32>, tensor<16x16xf32>) outs(%f : tensor<16x16xf32>) -> tensor<16x16xf32>
    kopt.yield %p : tensor<16x16xf32>
  }
  return %r, %s : tensor<32x16xf32>, tensor<16x16xf32>
}

// Factors of 16 bits are taken as they are, but with rows that begin at lines of
// the cache: copies of their own.
// CHECK-LABEL: func.func @half
// CHECK: %[[LEFT:.*]] = kopt.kernel @pad_33x21 ({{.*}} : tensor<33x21xbf16>) -> (tensor<33x64xbf16>)
// CHECK: tensor.pad {{.*}} low[0, 0] high[0, 43]
// CHECK: %[[RIGHT:.*]] = kopt.kernel @pad_21x19 ({{.*}}) -> (tensor<64x64xbf16>)
// CHECK: kopt.kernel @half_matmul
// CHECK-SAME: = %[[LEFT]] : tensor<33x64xbf16>, {{.*}} = %[[RIGHT]] : tensor<64x64xbf16>
// CHECK: tensor.extract_slice {{.*}}[0, 0] [64, 19] [1, 1]
// CHECK: arith.mulf
// CHECK-NEXT: arith.addf
// CHECK-NEXT: linalg.yield
func.func @half(%a: tensor<33x21xbf16>, %b: tensor<21x19xbf16>) -> tensor<33x19xf32> {
  %r = kopt.kernel @half_matmul (%x = %a : tensor<33x21xbf16>, %y = %b : tensor<21x19xbf16>) -> (tensor<33x19xf32>) {
    %zero = arith.constant 0.0 : f32
    %e = tensor.empty() : tensor<33x19xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e : tensor<33x19xf32>) -> tensor<33x19xf32>
    %c = linalg.matmul ins(%x, %y : tensor<33x21xbf16>, tensor<21x19xbf16>) outs(%f : tensor<33x19xf32>) -> tensor<33x19xf32>
    kopt.yield %c : tensor<33x19xf32>
  }
  return %r : tensor<33x19xf32>
}

// Rows of whole lines are left alone, and with them a factor whose columns are
// what is summed.
// CHECK-LABEL: func.func @whole
// CHECK-NOT: @pad
// CHECK: kopt.kernel @whole_matmul
func.func @whole(%a: tensor<33x128xbf16>, %b: tensor<128x64xbf16>) -> tensor<33x64xf32> {
  %r = kopt.kernel @whole_matmul (%x = %a : tensor<33x128xbf16>, %y = %b : tensor<128x64xbf16>) -> (tensor<33x64xf32>) {
    %zero = arith.constant 0.0 : f32
    %e = tensor.empty() : tensor<33x64xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e : tensor<33x64xf32>) -> tensor<33x64xf32>
    %c = linalg.matmul ins(%x, %y : tensor<33x128xbf16>, tensor<128x64xbf16>) outs(%f : tensor<33x64xf32>) -> tensor<33x64xf32>
    kopt.yield %c : tensor<33x64xf32>
  }
  return %r : tensor<33x64xf32>
}
