// Each element of the results once: no reduction, every block a piece of memory.

module @elementwise attributes {transform.with_named_sequence, kopt.schedules, kopt.version = 1 : i64} {
  transform.named_sequence @match_elementwise(%kernel: !transform.any_op {transform.readonly}) -> !transform.any_op {
    transform.kopt.match_structure %kernel "elementwise" : !transform.any_op
    transform.yield %kernel : !transform.any_op
  }

  transform.named_sequence @elementwise(%kernel: !transform.any_op {transform.readonly}) {
    // One access of 16 bytes a thread keeps the memory busy; more hides nothing.
    %elements = transform.tune.knob<"elements"> = 512 : i64 from options = [128 : i64, 256 : i64, 512 : i64, 1024 : i64, 2048 : i64, 4096 : i64, 8192 : i64] -> !transform.any_param
    %warps = transform.tune.knob<"warps"> = 4 : i64 from options = [1 : i64, 2 : i64, 4 : i64, 8 : i64, 16 : i64, 32 : i64] -> !transform.any_param
    %resident = transform.tune.knob<"resident"> = 0 : i64 from options = [0 : i64, 2 : i64, 3 : i64, 4 : i64, 6 : i64, 8 : i64, 12 : i64] -> !transform.any_param
    // What neighbouring blocks share, and what the cache still holds.
    %interleaved = transform.tune.knob<"interleaved"> = 0 : i64 from options = [0 : i64, 1 : i64] -> !transform.any_param
    %descending = transform.tune.knob<"descending"> = 0 : i64 from options = [0 : i64, 2 : i64] -> !transform.any_param
    %program = transform.kopt.tile %kernel elements [%elements] warps [%warps] interleaved [%interleaved] descending [%descending]
      : (!transform.any_op, !transform.any_param, !transform.any_param, !transform.any_param, !transform.any_param) -> !transform.any_op
    %held = transform.kopt.assign_layouts %program : (!transform.any_op) -> !transform.any_op
    %scheduled = transform.kopt.distribute %held : (!transform.any_op) -> !transform.any_op
    %bounded = transform.kopt.resident %scheduled blocks [%resident] : (!transform.any_op, !transform.any_param) -> !transform.any_op
    transform.yield
  }

  transform.named_sequence @match_shared(%kernel: !transform.any_op {transform.readonly}) -> !transform.any_op {
    transform.kopt.match_structure %kernel "elementwise" shared : !transform.any_op
    transform.yield %kernel : !transform.any_op
  }

  // Rows that read something in common (the weights of a normalization): the same
  // piece of several rows a block, so that it is read once for them.
  transform.named_sequence @elementwise_shared(%kernel: !transform.any_op {transform.readonly}) {
    %rows = transform.tune.knob<"rows"> = 16 : i64 from options = [2 : i64, 4 : i64, 8 : i64, 16 : i64, 32 : i64] -> !transform.any_param
    %elements = transform.tune.knob<"elements"> = 4096 : i64 from options = [512 : i64, 1024 : i64, 2048 : i64, 4096 : i64, 8192 : i64] -> !transform.any_param
    %warps = transform.tune.knob<"warps"> = 4 : i64 from options = [1 : i64, 2 : i64, 4 : i64, 8 : i64, 16 : i64] -> !transform.any_param
    // From the last place to the first: what the kernel before read last (for
    // the statistics of these rows) comes first, while the L2 cache has it.
    %descending = transform.tune.knob<"descending"> = 2 : i64 from options = [0 : i64, 2 : i64] -> !transform.any_param
    %resident = transform.tune.knob<"resident"> = 0 : i64 from options = [0 : i64, 2 : i64, 3 : i64, 4 : i64, 6 : i64, 8 : i64] -> !transform.any_param
    %program = transform.kopt.tile %kernel leading [%rows] elements [%elements] warps [%warps] descending [%descending]
      : (!transform.any_op, !transform.any_param, !transform.any_param, !transform.any_param, !transform.any_param) -> !transform.any_op
    %held = transform.kopt.assign_layouts %program : (!transform.any_op) -> !transform.any_op
    %scheduled = transform.kopt.distribute %held : (!transform.any_op) -> !transform.any_op
    %bounded = transform.kopt.resident %scheduled blocks [%resident] : (!transform.any_op, !transform.any_param) -> !transform.any_op
    transform.yield
  }

  transform.named_sequence @match_transpose(%kernel: !transform.any_op {transform.readonly}) -> !transform.any_op {
    transform.kopt.match_structure %kernel "transpose" : !transform.any_op
    transform.yield %kernel : !transform.any_op
  }

  // Neighbours of what is read are no neighbours of what is written: square tiles,
  // turned in shared memory, so that both sides move whole sectors.
  transform.named_sequence @transpose(%kernel: !transform.any_op {transform.readonly}) {
    %side = transform.tune.knob<"side"> = 64 : i64 from options = [16 : i64, 32 : i64, 64 : i64] -> !transform.any_param
    %warps = transform.tune.knob<"warps"> = 8 : i64 from options = [1 : i64, 2 : i64, 4 : i64, 8 : i64, 16 : i64] -> !transform.any_param
    %program = transform.kopt.tile %kernel warps [%warps] transposed [%side]
      : (!transform.any_op, !transform.any_param, !transform.any_param) -> !transform.any_op
    %held = transform.kopt.assign_layouts %program : (!transform.any_op) -> !transform.any_op
    %scheduled = transform.kopt.distribute %held : (!transform.any_op) -> !transform.any_op
    transform.yield
  }

  transform.named_sequence @__kernel_schedules(%root: !transform.any_op {transform.consumed}) {
    transform.foreach_match in %root
      @match_shared -> @elementwise_shared,
      @match_elementwise -> @elementwise,
      @match_transpose -> @transpose
      : (!transform.any_op) -> !transform.any_op
    transform.yield
  }
}
