// Three kernels: the product alone, everything up to the end of the softmax in
// one kernel of rows, and what the plan does not name as the default plan has it.

module attributes {kopt.rewrite_set, kopt.version = 1} {
  kopt.fusion @rows_apart for @forward {
    product = ["matmul_0"],
    activation_and_softmax = ["generic_0", "generic_1", "generic_2", "generic_3", "generic_4"]
  }
}
