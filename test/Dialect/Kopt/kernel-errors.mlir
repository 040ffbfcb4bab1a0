// RUN: kernel-opt %s --split-input-file --verify-diagnostics

func.func @type(%x: tensor<8xf32>) {
  // expected-error@below {{expects region argument #0 of type 'tensor<8xf32>', found 'tensor<4xf32>'}}
  "kopt.kernel"(%x) <{kernel_name = "k"}> ({
  ^bb0(%a: tensor<4xf32>):
    kopt.yield
  }) : (tensor<8xf32>) -> ()
  return
}

// -----

func.func @count(%x: tensor<8xf32>) {
  // expected-error@below {{expects one region argument per operand, found 0 for 1 operands}}
  "kopt.kernel"(%x) <{kernel_name = "k"}> ({
    kopt.yield
  }) : (tensor<8xf32>) -> ()
  return
}

// -----

func.func @name(%x: tensor<8xf32>) {
  // expected-error@below {{expects a name}}
  kopt.kernel @"" (%a = %x : tensor<8xf32>) -> () {
    kopt.yield
  }
  return
}

// -----

func.func @yield(%x: tensor<8xf32>) {
  %r = kopt.kernel @k (%a = %x : tensor<8xf32>) -> (tensor<4xf32>) {
    // expected-error@below {{expects the kernel's result types ('tensor<4xf32>'), found ('tensor<8xf32>')}}
    kopt.yield %a : tensor<8xf32>
  }
  return
}

// -----

func.func @terminator(%x: tensor<8xf32>) {
  // expected-error@below {{expects its region to end with 'kopt.yield', found 'llvm.unreachable'}}
  kopt.kernel @k (%a = %x : tensor<8xf32>) -> () {
    llvm.unreachable
  }
  return
}

// -----

func.func @isolated(%x: tensor<8xf32>) -> tensor<8xf32> {
  // expected-note@below {{required by region isolation constraints}}
  %r = kopt.kernel @k () -> (tensor<8xf32>) {
    // expected-error@below {{using value defined outside the region}}
    %n = arith.negf %x : tensor<8xf32>
    kopt.yield %n : tensor<8xf32>
  }
  return %r : tensor<8xf32>
}

// -----

func.func @effects(%m: memref<8xf32>, %i: index) -> f32 {
  // expected-error@below {{holds 'memref.load', which is not known to be free of side effects}}
  %r = kopt.kernel @k (%a = %m : memref<8xf32>, %b = %i : index) -> (f32) {
    // expected-note@below {{the operation is here}}
    %v = memref.load %a[%b] : memref<8xf32>
    kopt.yield %v : f32
  }
  return %r : f32
}

// -----

func.func @arrow(%x: tensor<8xf32>) {
  // expected-error@below {{expected '->'}}
  kopt.kernel @k (%a = %x : tensor<8xf32>) {
    kopt.yield
  }
  return
}

// -----

func.func @parent(%x: tensor<8xf32>) {
  // expected-error@below {{expects parent op to be one of 'kopt.kernel, kopt.rule'}}
  kopt.yield %x : tensor<8xf32>
}
