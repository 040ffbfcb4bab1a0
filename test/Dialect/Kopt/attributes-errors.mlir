// RUN: kernel-opt %s --split-input-file --verify-diagnostics

// expected-error@below {{expects 'kopt.contract' to be a #kopt.contract, found 1 : i64}}
func.func private @f() attributes {kopt.contract = 1}

// -----

// expected-error@below {{is not a function and cannot have 'kopt.contract'}}
module attributes {kopt.contract = #kopt.contract} {}

// -----

// expected-error@below {{expects 'kopt.certificate' to be "sha256:" and 64 lower-case hex digits, found "sha256:12"}}
module attributes {kopt.certificate = "sha256:12"} {}

// -----

// expected-error@below {{expects 'kopt.policy' to be the name of a policy, found ""}}
module attributes {kopt.policy = ""} {}

// -----

// expected-error@below {{is not a module and cannot have 'kopt.policy'}}
func.func private @f() attributes {kopt.policy = "strict"}

// -----

// expected-error@below {{cannot have 'kopt.parameter': it belongs on an argument}}
func.func private @f() attributes {kopt.parameter}

// -----

// expected-error@below {{expects 'kopt.parameter' of argument #1 to be a unit attribute, found 3 : i64}}
func.func private @f(i32, i32 {kopt.parameter = 3})

// -----

// expected-error@below {{expects 'kopt.range' of argument #0 to be a #kopt.range, found "x"}}
func.func private @f(f32 {kopt.range = "x"})

// -----

// expected-error@below {{expects a range from the least to the greatest value}}
func.func private @f(f32 {kopt.range = #kopt.range<1.0, 0.0>})

// -----

// expected-error@below {{expects 'tiny' to be positive}}
func.func private @f(f32 {kopt.range = #kopt.range<0.0, 1.0, tiny = -1.0>})

// -----

// expected-error@below {{expects one name per '?', found 1 names for 2 dynamic dimensions}}
func.func private @f(tensor<?x?xf32, #kopt.dims<"M">>)

// -----

// expected-error@below {{expects the name of a dimension to be an identifier or an expression, found '3'}}
func.func private @f(tensor<?xf32, #kopt.dims<"3">>)

// -----

func.func @f() {
  // expected-error@below {{expects an expression over names, decimal literals, + - * / ^ and parentheses, found 'sqrt(2'}}
  %c = arith.constant {kopt.const = #kopt.const<"sqrt(2">} 1.41421354 : f32
  return
}

// -----

func.func @f(%x: f32) {
  // expected-error@below {{is not a constant and cannot have 'kopt.const'}}
  %c = arith.negf %x {kopt.const = #kopt.const<"pi">} : f32
  return
}

// -----

func.func @f(%x: f32) {
  // expected-error@below {{expects 'kopt.const' to be a #kopt.const, found "pi"}}
  %c = arith.constant {kopt.const = "pi"} 3.14159274 : f32
  return
}
