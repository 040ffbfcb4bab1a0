// RUN: kernel-opt %s --split-input-file --verify-diagnostics

// expected-error@+1 {{expects the class of a rule to be exact_bits, exact_mod_signed_zero_nan, reassociating, contracting, approximate or layout, found 'fast'}}
kopt.rule @a(%x: tensor<4xf32>) class fast
before {
  %0 = aten.relu %x : (tensor<4xf32>) -> tensor<4xf32>
  kopt.yield %0 : tensor<4xf32>
} after {
  kopt.yield %x : tensor<4xf32>
}

// -----

// expected-error@+1 {{has a malformed condition 'M <': expected a number, a name or '(', found the end}}
kopt.rule @a(%x: tensor<?xf32, #kopt.dims<"M">>) class exact_bits where ["M <"]
before {
  %0 = aten.relu %x : (tensor<?xf32, #kopt.dims<"M">>) -> tensor<?xf32, #kopt.dims<"M">>
  kopt.yield %0 : tensor<?xf32, #kopt.dims<"M">>
} after {
  kopt.yield %x : tensor<?xf32, #kopt.dims<"M">>
}

// -----

// expected-error@+1 {{has a condition 'K == 1' about 'K', which is neither a size nor a bound attribute}}
kopt.rule @a(%x: tensor<?xf32, #kopt.dims<"M">>) class exact_bits where ["K == 1"]
before {
  %0 = aten.relu %x : (tensor<?xf32, #kopt.dims<"M">>) -> tensor<?xf32, #kopt.dims<"M">>
  kopt.yield %0 : tensor<?xf32, #kopt.dims<"M">>
} after {
  kopt.yield %x : tensor<?xf32, #kopt.dims<"M">>
}

// -----

// expected-error@+1 {{has a condition 'is_parameter(%w)' about '%w', which is neither an argument of the rule nor a value named by 'kopt.name'}}
kopt.rule @a(%x: tensor<4xf32>) class exact_bits where ["is_parameter(%w)"]
before {
  %0 = aten.relu %x : (tensor<4xf32>) -> tensor<4xf32>
  kopt.yield %0 : tensor<4xf32>
} after {
  kopt.yield %x : tensor<4xf32>
}

// -----

// expected-error@+1 {{has a malformed condition 'is_parameter(4)': 'is_parameter' expects a %value and 0 numbers}}
kopt.rule @a(%x: tensor<4xf32>) class exact_bits where ["is_parameter(4)"]
before {
  %0 = aten.relu %x : (tensor<4xf32>) -> tensor<4xf32>
  kopt.yield %0 : tensor<4xf32>
} after {
  kopt.yield %x : tensor<4xf32>
}

// -----

// expected-error@+1 {{has a malformed condition 'system(1)': unknown function 'system'}}
kopt.rule @a(%x: tensor<4xf32>) class exact_bits where ["system(1)"]
before {
  %0 = aten.relu %x : (tensor<4xf32>) -> tensor<4xf32>
  kopt.yield %0 : tensor<4xf32>
} after {
  kopt.yield %x : tensor<4xf32>
}

// -----

// expected-error@+1 {{expects every '?' in the type of '%x' to have a name in #kopt.dims}}
kopt.rule @a(%x: tensor<?xf32>) class exact_bits
before {
  %0 = aten.relu %x : (tensor<?xf32>) -> tensor<?xf32>
  kopt.yield %0 : tensor<?xf32>
} after {
  kopt.yield %x : tensor<?xf32>
}

// -----

// expected-error@+1 {{expects at most one sequence of dimensions in the type of '%x', found 2}}
kopt.rule @a(%x: tensor<?x?xf32, #kopt.dims<"M", "N">>) class exact_bits sequences ["M", "N"]
before {
  %0 = aten.relu %x : (tensor<?x?xf32, #kopt.dims<"M", "N">>) -> tensor<?x?xf32, #kopt.dims<"M", "N">>
  kopt.yield %0 : tensor<?x?xf32, #kopt.dims<"M", "N">>
} after {
  kopt.yield %x : tensor<?x?xf32, #kopt.dims<"M", "N">>
}

// -----

// expected-error@+1 {{expects the sequence 'S' to be a dimension of an argument}}
kopt.rule @a(%x: tensor<4xf32>) class exact_bits sequences ["S"]
before {
  %0 = aten.relu %x : (tensor<4xf32>) -> tensor<4xf32>
  kopt.yield %0 : tensor<4xf32>
} after {
  kopt.yield %x : tensor<4xf32>
}

// -----

// expected-error@+1 {{expects 'after' to yield what 'before' does, ('tensor<4xf32>'), found ('tensor<1xf32>')}}
kopt.rule @a(%x: tensor<4xf32>, %y: tensor<1xf32>) class exact_bits
before {
  %0 = aten.add %x, %y : (tensor<4xf32>, tensor<1xf32>) -> tensor<4xf32>
  kopt.yield %0 : tensor<4xf32>
} after {
  kopt.yield %y : tensor<1xf32>
}

// -----

// expected-error@+1 {{expects 'before' to use every argument, '%y' is not used}}
kopt.rule @a(%x: tensor<4xf32>, %y: tensor<4xf32>) class exact_bits
before {
  %0 = aten.relu %x : (tensor<4xf32>) -> tensor<4xf32>
  kopt.yield %0 : tensor<4xf32>
} after {
  kopt.yield %y : tensor<4xf32>
}

// -----

// expected-error@+1 {{expects 'before' to yield results of operations, found an argument}}
kopt.rule @a(%x: tensor<4xf32>) class exact_bits
before {
  kopt.yield %x : tensor<4xf32>
} after {
  kopt.yield %x : tensor<4xf32>
}

// -----

kopt.rule @a(%x: tensor<4xf32>) class exact_bits
before {
  // expected-error@+1 {{takes no part in a result of 'before'}}
  %0 = aten.exp %x : (tensor<4xf32>) -> tensor<4xf32>
  %1 = aten.relu %x : (tensor<4xf32>) -> tensor<4xf32>
  kopt.yield %1 : tensor<4xf32>
} after {
  kopt.yield %x : tensor<4xf32>
}

// -----

kopt.rule @a(%x: tensor<4xf32>) class exact_bits
before {
  // expected-error@+1 {{is not an aten operation: rules are made of nothing else}}
  %0 = math.exp %x : tensor<4xf32>
  kopt.yield %0 : tensor<4xf32>
} after {
  kopt.yield %x : tensor<4xf32>
}

// -----

kopt.rule @a(%x: tensor<4xf32>) class exact_bits
before {
  // expected-error@+1 {{has no attribute 'alpha'}}
  %0 = aten.relu %x {kopt.bind = {alpha = "a"}} : (tensor<4xf32>) -> tensor<4xf32>
  kopt.yield %0 : tensor<4xf32>
} after {
  kopt.yield %x : tensor<4xf32>
}

// -----

kopt.rule @a(%x: tensor<4xf32>) class exact_bits
before {
  // expected-error@+1 {{expects the name of a bound attribute to be an identifier other than a constant, found 'pi'}}
  %0 = aten.elu %x {kopt.bind = {alpha = "pi"}} : (tensor<4xf32>) -> tensor<4xf32>
  kopt.yield %0 : tensor<4xf32>
} after {
  kopt.yield %x : tensor<4xf32>
}

// -----

kopt.rule @a(%x: tensor<4xf32>) class exact_bits
before {
  %0 = aten.elu %x : (tensor<4xf32>) -> tensor<4xf32>
  kopt.yield %0 : tensor<4xf32>
} after {
  // expected-error@+1 {{has a value '2 * a' about 'a', which is neither a size nor a bound attribute}}
  %0 = aten.elu %x {kopt.set = {alpha = "2 * a"}} : (tensor<4xf32>) -> tensor<4xf32>
  kopt.yield %0 : tensor<4xf32>
}

// -----

kopt.rule @a(%x: tensor<4xf32>) class exact_bits
before {
  // expected-error@+1 {{cannot have 'kopt.set' in 'before'}}
  %0 = aten.elu %x {kopt.set = {alpha = "1"}} : (tensor<4xf32>) -> tensor<4xf32>
  kopt.yield %0 : tensor<4xf32>
} after {
  kopt.yield %x : tensor<4xf32>
}

// -----

func.func @f(%x: tensor<4xf32>) {
  // expected-error@+1 {{is not in a 'kopt.rule' and cannot have 'kopt.bind'}}
  %0 = aten.elu %x {kopt.bind = {alpha = "a"}} : (tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

// expected-error@+1 {{is not a module and cannot have 'kopt.version'}}
func.func private @f() attributes {kopt.version = 1}
