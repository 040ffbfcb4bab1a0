// Reductions over windows. A convolution is a product: output positions are its
// columns, channels with the places of the window the summed dimension, whose
// operands are gathered into shared memory with zeros where the window hangs over.
// Where there is no product (pooling, a filter for each channel), a block keeps the
// part of the input that its results need in shared memory.

module @window attributes {transform.with_named_sequence, kopt.schedules, kopt.version = 1 : i64} {
  transform.named_sequence @match_window_product(%kernel: !transform.any_op {transform.readonly}) -> !transform.any_op {
    transform.kopt.match_structure %kernel "window" : !transform.any_op
    transform.yield %kernel : !transform.any_op
  }
  transform.named_sequence @match_window_wgmma(%kernel: !transform.any_op {transform.readonly}) -> !transform.any_op {
    transform.kopt.match_structure %kernel "window" : !transform.any_op
    transform.yield %kernel : !transform.any_op
  }
  transform.named_sequence @match_window_split_small(%kernel: !transform.any_op {transform.readonly}) -> !transform.any_op {
    transform.kopt.match_structure %kernel "window" : !transform.any_op
    transform.yield %kernel : !transform.any_op
  }
  transform.named_sequence @match_window_split(%kernel: !transform.any_op {transform.readonly}) -> !transform.any_op {
    transform.kopt.match_structure %kernel "window" : !transform.any_op
    transform.yield %kernel : !transform.any_op
  }
  transform.named_sequence @match_window(%kernel: !transform.any_op {transform.readonly}) -> !transform.any_op {
    transform.kopt.match_structure %kernel "window" : !transform.any_op
    transform.yield %kernel : !transform.any_op
  }

  // Products on tensor cores: f32 in three bf16 parts, which threads gather.
  transform.named_sequence @window_wgmma_split(%kernel: !transform.any_op {transform.readonly}) {
    %channels = transform.tune.knob<"channels"> = 128 : i64 from options = [64 : i64, 128 : i64] -> !transform.any_param
    %positions = transform.tune.knob<"positions"> = 128 : i64 from options = [32 : i64, 64 : i64, 128 : i64] -> !transform.any_param
    %k = transform.tune.knob<"step_k"> = 32 : i64 from options = [16 : i64, 32 : i64, 64 : i64] -> !transform.any_param
    %warps = transform.tune.knob<"warps"> = 8 : i64 from options = [4 : i64, 8 : i64] -> !transform.any_param
    %least = transform.tune.knob<"least_blocks"> = 64 : i64 from options = [1 : i64, 16 : i64, 64 : i64] -> !transform.any_param
    %program = transform.kopt.tile %kernel block [%channels, %positions] elements [65536] reduction [%k] warps [%warps] positions
      : (!transform.any_op, !transform.any_param, !transform.any_param, !transform.any_param, !transform.any_param) -> !transform.any_op
    %fast = transform.kopt.pipeline_products %program promote [1] by_threads [1] split [1] least_blocks [%least]
      : (!transform.any_op, !transform.any_param) -> !transform.any_op
    %held = transform.kopt.assign_layouts %fast : (!transform.any_op) -> !transform.any_op
    %scheduled = transform.kopt.distribute %held : (!transform.any_op) -> !transform.any_op
    transform.yield
  }

  // For up to 64 channels.
  transform.named_sequence @window_wgmma_split_small(%kernel: !transform.any_op {transform.readonly}) {
    %channels = transform.tune.knob<"channels"> = 64 : i64 from options = [64 : i64, 128 : i64] -> !transform.any_param
    %positions = transform.tune.knob<"positions"> = 128 : i64 from options = [32 : i64, 64 : i64, 128 : i64] -> !transform.any_param
    %k = transform.tune.knob<"step_k"> = 32 : i64 from options = [16 : i64, 32 : i64, 64 : i64] -> !transform.any_param
    %warps = transform.tune.knob<"warps"> = 4 : i64 from options = [4 : i64, 8 : i64] -> !transform.any_param
    %least = transform.tune.knob<"least_blocks"> = 64 : i64 from options = [1 : i64, 16 : i64, 64 : i64] -> !transform.any_param
    %program = transform.kopt.tile %kernel block [%channels, %positions] elements [65536] reduction [%k] warps [%warps] positions
      : (!transform.any_op, !transform.any_param, !transform.any_param, !transform.any_param, !transform.any_param) -> !transform.any_op
    %fast = transform.kopt.pipeline_products %program promote [1] by_threads [1] split [1] least_blocks [%least]
      : (!transform.any_op, !transform.any_param) -> !transform.any_op
    %held = transform.kopt.assign_layouts %fast : (!transform.any_op) -> !transform.any_op
    %scheduled = transform.kopt.distribute %held : (!transform.any_op) -> !transform.any_op
    transform.yield
  }

  // For factors of 16 bits.
  transform.named_sequence @window_wgmma(%kernel: !transform.any_op {transform.readonly}) {
    %channels = transform.tune.knob<"channels"> = 64 : i64 from options = [64 : i64, 128 : i64] -> !transform.any_param
    %positions = transform.tune.knob<"positions"> = 128 : i64 from options = [32 : i64, 64 : i64, 128 : i64] -> !transform.any_param
    %k = transform.tune.knob<"step_k"> = 64 : i64 from options = [16 : i64, 32 : i64, 64 : i64] -> !transform.any_param
    %warps = transform.tune.knob<"warps"> = 4 : i64 from options = [4 : i64, 8 : i64] -> !transform.any_param
    %least = transform.tune.knob<"least_blocks"> = 64 : i64 from options = [1 : i64, 16 : i64, 64 : i64] -> !transform.any_param
    %program = transform.kopt.tile %kernel block [%channels, %positions] elements [65536] reduction [%k] warps [%warps] positions
      : (!transform.any_op, !transform.any_param, !transform.any_param, !transform.any_param, !transform.any_param) -> !transform.any_op
    %fast = transform.kopt.pipeline_products %program by_threads [1] least_blocks [%least]
      : (!transform.any_op, !transform.any_param) -> !transform.any_op
    %held = transform.kopt.assign_layouts %fast : (!transform.any_op) -> !transform.any_op
    %scheduled = transform.kopt.distribute %held : (!transform.any_op) -> !transform.any_op
    transform.yield
  }

  transform.named_sequence @window_product(%kernel: !transform.any_op {transform.readonly}) {
    %channels = transform.tune.knob<"channels"> = 64 : i64 from options = [16 : i64, 32 : i64, 64 : i64, 128 : i64] -> !transform.any_param
    %positions = transform.tune.knob<"positions"> = 128 : i64 from options = [16 : i64, 32 : i64, 64 : i64, 128 : i64, 256 : i64] -> !transform.any_param
    %k = transform.tune.knob<"step_k"> = 16 : i64 from options = [8 : i64, 16 : i64, 32 : i64] -> !transform.any_param
    %warps = transform.tune.knob<"warps"> = 4 : i64 from options = [1 : i64, 2 : i64, 4 : i64, 8 : i64, 16 : i64] -> !transform.any_param
    %program = transform.kopt.tile %kernel block [%channels, %positions] elements [65536] reduction [%k] warps [%warps] positions
      : (!transform.any_op, !transform.any_param, !transform.any_param, !transform.any_param, !transform.any_param) -> !transform.any_op
    %staged = transform.kopt.stage %program : (!transform.any_op) -> !transform.any_op
    %held = transform.kopt.assign_layouts %staged : (!transform.any_op) -> !transform.any_op
    %scheduled = transform.kopt.distribute %held : (!transform.any_op) -> !transform.any_op
    transform.yield
  }

  transform.named_sequence @window(%kernel: !transform.any_op {transform.readonly}) {
    // The larger the tile, the smaller the share of its seam.
    %rows = transform.tune.knob<"rows"> = 32 : i64 from options = [1 : i64, 4 : i64, 8 : i64, 16 : i64, 32 : i64] -> !transform.any_param
    %columns = transform.tune.knob<"columns"> = 128 : i64 from options = [32 : i64, 64 : i64, 128 : i64, 256 : i64] -> !transform.any_param
    %warps = transform.tune.knob<"warps"> = 8 : i64 from options = [1 : i64, 2 : i64, 4 : i64, 8 : i64, 16 : i64] -> !transform.any_param
    %program = transform.kopt.tile %kernel block [%rows, %columns] elements [8192] warps [%warps]
      : (!transform.any_op, !transform.any_param, !transform.any_param, !transform.any_param) -> !transform.any_op
    %held = transform.kopt.assign_layouts %program : (!transform.any_op) -> !transform.any_op
    %scheduled = transform.kopt.distribute %held : (!transform.any_op) -> !transform.any_op
    transform.yield
  }

  transform.named_sequence @__kernel_schedules(%root: !transform.any_op {transform.consumed}) {
    transform.foreach_match in %root
      @match_window_split -> @window_wgmma_split,
      @match_window_split_small -> @window_wgmma_split_small,
      @match_window_wgmma -> @window_wgmma,
      @match_window_product -> @window_product,
      @match_window -> @window
      : (!transform.any_op) -> !transform.any_op
    transform.yield
  }
}
