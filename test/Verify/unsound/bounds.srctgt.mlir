// RUN: %python %S/../Inputs/expect-exit.py 1 kernel-opt-verify --nonce=7 %s | FileCheck %s

// Bounds that hardly any number reaches, left out, and choices that only large
// or tiny numbers make.

// CHECK-LABEL: @src_clamp => @tgt_clamp
// CHECK-NEXT: refuted

func.func @src_clamp(%x: tensor<3x8xf32>) -> tensor<3x8xf32> {
  %c = arith.constant dense<1000.0> : tensor<3x8xf32>
  %v = arith.minimumf %x, %c : tensor<3x8xf32>
  return %v : tensor<3x8xf32>
}

func.func @tgt_clamp(%x: tensor<3x8xf32>) -> tensor<3x8xf32> {
  return %x : tensor<3x8xf32>
}

// CHECK-LABEL: @src_clamp_sixteen_bits => @tgt_clamp_sixteen_bits
// CHECK-NEXT: refuted

func.func @src_clamp_sixteen_bits(%x: tensor<3x8xf32>) -> tensor<3x8xf32> {
  %c = arith.constant dense<-65504.0> : tensor<3x8xf32>
  %v = arith.maximumf %x, %c : tensor<3x8xf32>
  return %v : tensor<3x8xf32>
}

func.func @tgt_clamp_sixteen_bits(%x: tensor<3x8xf32>) -> tensor<3x8xf32> {
  return %x : tensor<3x8xf32>
}

// CHECK-LABEL: @src_epsilon => @tgt_epsilon
// CHECK-NEXT: refuted

func.func @src_epsilon(%x: tensor<3x8xf32>) -> tensor<3x8xf32> {
  %c = arith.constant dense<1.0e-12> : tensor<3x8xf32>
  %a = math.absf %x : tensor<3x8xf32>
  %v = arith.maximumf %a, %c : tensor<3x8xf32>
  %y = arith.divf %x, %v : tensor<3x8xf32>
  return %y : tensor<3x8xf32>
}

func.func @tgt_epsilon(%x: tensor<3x8xf32>) -> tensor<3x8xf32> {
  %a = math.absf %x : tensor<3x8xf32>
  %y = arith.divf %x, %a : tensor<3x8xf32>
  return %y : tensor<3x8xf32>
}

// CHECK-LABEL: @src_large => @tgt_large
// CHECK-NEXT: refuted

func.func @src_large(%x: tensor<3x8xf32>) -> tensor<3x8xf32> {
  return %x : tensor<3x8xf32>
}

func.func @tgt_large(%x: tensor<3x8xf32>) -> tensor<3x8xf32> {
  %c = arith.constant dense<1.0e+20> : tensor<3x8xf32>
  %n = arith.negf %x : tensor<3x8xf32>
  %p = arith.cmpf ogt, %x, %c : tensor<3x8xf32>
  %y = arith.select %p, %n, %x : tensor<3x8xi1>, tensor<3x8xf32>
  return %y : tensor<3x8xf32>
}

// With exponentials, too.
// CHECK-LABEL: @src_bounded_logits => @tgt_bounded_logits
// CHECK-NEXT: refuted

func.func @src_bounded_logits(%x: tensor<3x8xf32>) -> tensor<3x8xf32> {
  %c = arith.constant dense<20.0> : tensor<3x8xf32>
  %v = arith.minimumf %x, %c : tensor<3x8xf32>
  %y = math.exp %v : tensor<3x8xf32>
  return %y : tensor<3x8xf32>
}

func.func @tgt_bounded_logits(%x: tensor<3x8xf32>) -> tensor<3x8xf32> {
  %y = math.exp %x : tensor<3x8xf32>
  return %y : tensor<3x8xf32>
}

// What is chosen where numbers are equal.
// CHECK-LABEL: @src_ties => @tgt_ties
// CHECK-NEXT: refuted

func.func @src_ties(%x: tensor<3x8xf32>, %y: tensor<3x8xf32>) -> tensor<3x8xf32> {
  %one = arith.constant dense<1.0> : tensor<3x8xf32>
  %two = arith.constant dense<2.0> : tensor<3x8xf32>
  %p = arith.cmpf ogt, %x, %y : tensor<3x8xf32>
  %v = arith.select %p, %one, %two : tensor<3x8xi1>, tensor<3x8xf32>
  return %v : tensor<3x8xf32>
}

func.func @tgt_ties(%x: tensor<3x8xf32>, %y: tensor<3x8xf32>) -> tensor<3x8xf32> {
  %one = arith.constant dense<1.0> : tensor<3x8xf32>
  %two = arith.constant dense<2.0> : tensor<3x8xf32>
  %p = arith.cmpf oge, %x, %y : tensor<3x8xf32>
  %v = arith.select %p, %one, %two : tensor<3x8xi1>, tensor<3x8xf32>
  return %v : tensor<3x8xf32>
}
