// RUN: kernel-opt %s --split-input-file \
// RUN:   --one-shot-bufferize="bufferize-function-boundaries function-boundary-type-conversion=identity-layout-map" \
// RUN:   --canonicalize | FileCheck %s

// Two kernels in a row: one buffer for what passes between them.
// CHECK-LABEL: func.func @chain
// CHECK-SAME: (%[[A:[a-z0-9]+]]: memref<8xf32>, %[[OUT:[a-z0-9]+]]: memref<8xf32>
func.func @chain(%a: tensor<8xf32>,
    %out: tensor<8xf32> {bufferization.writable = true}) -> tensor<8xf32> {
  // CHECK: %[[T:.*]] = memref.alloc
  // CHECK-NOT: memref.alloc
  // CHECK-NOT: memref.copy
  %i = tensor.empty() : tensor<8xf32>
  // CHECK: kopt.launch @m::@k grid(1, 1, 1) block(8, 1, 1)
  // CHECK-SAME: ins(%[[A]] : memref<8xf32>) outs(%[[T]] : memref<8xf32>) {tag}
  %t = kopt.launch @m::@k grid(1, 1, 1) block(8, 1, 1)
    ins(%a : tensor<8xf32>) outs(%i : tensor<8xf32>) {tag} -> tensor<8xf32>
  // CHECK: kopt.launch @m::@l
  // CHECK-SAME: ins(%[[T]] : memref<8xf32>) outs(%[[OUT]] : memref<8xf32>)
  %r = kopt.launch @m::@l grid(1, 1, 1) block(8, 1, 1)
    ins(%t : tensor<8xf32>) outs(%out : tensor<8xf32>) -> tensor<8xf32>
  return %r : tensor<8xf32>
}

// -----

// Outputs are not read: the second launch may define the buffer anew, and the
// first needs one of its own only because its result is read afterwards.
// CHECK-LABEL: func.func @output_reused
func.func @output_reused(%a: tensor<8xf32>,
    %out: tensor<8xf32> {bufferization.writable = true})
    -> (tensor<8xf32>, tensor<8xf32>) {
  // CHECK: memref.alloc
  // CHECK-NOT: memref.copy
  %s = kopt.launch @m::@k grid(1, 1, 1) block(8, 1, 1)
    ins(%a : tensor<8xf32>) outs(%out : tensor<8xf32>) -> tensor<8xf32>
  %t = kopt.launch @m::@l grid(1, 1, 1) block(8, 1, 1)
    ins(%a : tensor<8xf32>) outs(%out : tensor<8xf32>) -> tensor<8xf32>
  return %s, %t : tensor<8xf32>, tensor<8xf32>
}

// -----

// An input must survive a kernel that would write over it.
// CHECK-LABEL: func.func @input_survives
// CHECK-SAME: (%[[A:[a-z0-9]+]]: memref<8xf32>)
func.func @input_survives(%a: tensor<8xf32>) -> (tensor<8xf32>, tensor<8xf32>) {
  // CHECK: %[[T:.*]] = memref.alloc
  // CHECK: kopt.launch @m::@k
  // CHECK-SAME: outs(%[[T]] : memref<8xf32>)
  %t = kopt.launch @m::@k grid(1, 1, 1) block(8, 1, 1)
    outs(%a : tensor<8xf32>) -> tensor<8xf32>
  // CHECK: return %[[T]], %[[A]]
  return %t, %a : tensor<8xf32>, tensor<8xf32>
}

// -----

// A workspace is written: its old contents, read later, are kept elsewhere.
// CHECK-LABEL: func.func @workspace_survives
// CHECK-SAME: (%[[W:[a-z0-9]+]]: memref<8xi32>, %[[OUT:[a-z0-9]+]]: memref<8xf32>
func.func @workspace_survives(%w: tensor<8xi32> {bufferization.writable = true},
    %out: tensor<8xf32> {bufferization.writable = true})
    -> (tensor<8xf32>, tensor<8xi32>) {
  // CHECK: %[[COPY:.*]] = memref.alloc
  // CHECK: memref.copy %[[W]], %[[COPY]]
  // CHECK: kopt.launch @m::@k
  // CHECK-SAME: workspace(%[[COPY]] : memref<8xi32>)
  %t = kopt.launch @m::@k grid(1, 1, 1) block(8, 1, 1)
    outs(%out : tensor<8xf32>) workspace(%w : tensor<8xi32>) -> tensor<8xf32>
  // CHECK: return %[[OUT]], %[[W]]
  return %t, %w : tensor<8xf32>, tensor<8xi32>
}
