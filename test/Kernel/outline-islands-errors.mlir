// RUN: kernel-opt %s --kopt-outline-islands=require-all --verify-diagnostics

// Everything at once.
func.func private @outside(tensor<8xf32>) -> tensor<8xf32>
func.func @f(%x: tensor<8xf32>, %flag: i1) -> tensor<8xf32> {
  // expected-error@below {{'func.call' in function 'f' cannot be part of a kernel (call); without require-all it stays in place}}
  %0 = call @outside(%x) : (tensor<8xf32>) -> tensor<8xf32>
  // expected-error@below {{'scf.if' in function 'f' cannot be part of a kernel (control flow); without require-all it stays in place}}
  %1 = scf.if %flag -> tensor<8xf32> {
    %2 = math.exp %0 : tensor<8xf32>
    scf.yield %2 : tensor<8xf32>
  } else {
    scf.yield %0 : tensor<8xf32>
  }
  return %1 : tensor<8xf32>
}
