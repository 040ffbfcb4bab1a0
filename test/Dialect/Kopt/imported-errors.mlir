// Attributes that an imported model carries.

// RUN: kernel-opt %s --split-input-file --verify-diagnostics

// expected-error @+1 {{expects 'kopt.name' of argument #0 to be a name, found 3 : i64}}
func.func @f(%x: tensor<2xf32> {kopt.name = 3 : i64}) {
  return
}

// -----

// expected-error @+1 {{expects 'kopt.name' of argument #0 to be a name, found ""}}
func.func @f(%x: tensor<2xf32> {kopt.name = ""}) {
  return
}

// -----

// expected-error @+1 {{expects 'kopt.torch' to be {op = "...", arguments = ["..."]}, found {op = "aten::topk"}}}
func.func private @f(tensor<2xf32>) attributes {kopt.torch = {op = "aten::topk"}}

// -----

// expected-error @+1 {{is no declaration of a function and cannot have 'kopt.torch'}}
func.func @f(%x: tensor<2xf32> {kopt.name = "x"}) attributes {kopt.torch = {op = "aten::topk", arguments = ["%0", "2"]}} {
  return
}
