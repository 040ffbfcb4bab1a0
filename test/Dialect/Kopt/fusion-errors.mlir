// RUN: kernel-opt %s --split-input-file --verify-diagnostics

// expected-error@below {{expects kernel 'k' to be a list of identifiers of operations, found "matmul_0"}}
kopt.fusion @plan {k = "matmul_0"}

// -----

// expected-error@below {{expects kernel 'k' to be a list of identifiers of operations, found []}}
kopt.fusion @plan {k = []}

// -----

// expected-error@below {{expects kernel 'k' to be a list of identifiers of operations, found [1]}}
kopt.fusion @plan {k = [1]}

// -----

// expected-error@below {{names operation 'matmul_0' twice, in kernels 'a' and 'b'}}
kopt.fusion @plan {a = ["matmul_0"], b = ["exp_0", "matmul_0"]}

// -----

// expected-error@below {{expects 'kopt.id' to be an identifier, found ""}}
module attributes {kopt.id = ""} {}
