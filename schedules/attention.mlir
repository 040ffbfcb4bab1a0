// Products chained through a normalization of rows. A block owns some rows; one
// loop over pieces of the axis between the products carries the rows' maxima, their
// sums and the sums of the second product, so that what lies between is never
// stored.

module @attention attributes {transform.with_named_sequence, kopt.schedules, kopt.version = 1 : i64} {
  transform.named_sequence @match_large_attention(%kernel: !transform.any_op {transform.readonly}) -> !transform.any_op {
    transform.kopt.match_structure %kernel "attention" : !transform.any_op
    transform.yield %kernel : !transform.any_op
  }
  transform.named_sequence @match_wide_attention(%kernel: !transform.any_op {transform.readonly}) -> !transform.any_op {
    transform.kopt.match_structure %kernel "attention" : !transform.any_op
    transform.yield %kernel : !transform.any_op
  }
  transform.named_sequence @match_attention(%kernel: !transform.any_op {transform.readonly}) -> !transform.any_op {
    transform.kopt.match_structure %kernel "attention" : !transform.any_op
    transform.yield %kernel : !transform.any_op
  }
  transform.named_sequence @match_other_attention(%kernel: !transform.any_op {transform.readonly}) -> !transform.any_op {
    transform.kopt.match_structure %kernel "attention" : !transform.any_op
    transform.yield %kernel : !transform.any_op
  }

  // 16-bit factors on Hopper: a warpgroup brings pieces by the tensor memory
  // accelerator, two others multiply. The weights stay in their registers, and the
  // product with them runs beside the next piece's first product and exponentials.
  transform.named_sequence @attention_wgmma(%kernel: !transform.any_op {transform.readonly}) {
    %rows = transform.tune.knob<"rows"> = 128 : i64 from options = [64 : i64, 128 : i64, 256 : i64] -> !transform.any_param
    %features = transform.tune.knob<"features"> = 256 : i64 from options = [64 : i64, 128 : i64, 256 : i64] -> !transform.any_param
    %keys = transform.tune.knob<"keys"> = 128 : i64 from options = [16 : i64, 32 : i64, 64 : i64, 128 : i64, 256 : i64] -> !transform.any_param
    %warps = transform.tune.knob<"warps"> = 8 : i64 from options = [4 : i64, 8 : i64] -> !transform.any_param
    %descending = transform.tune.knob<"descending"> = 1 : i64 from options = [0 : i64, 1 : i64] -> !transform.any_param
    %depth = transform.tune.knob<"depth"> = 2 : i64 from options = [1 : i64, 2 : i64, 3 : i64, 4 : i64, 6 : i64] -> !transform.any_param
    %overlap = transform.tune.knob<"overlap"> = 1 : i64 from options = [0 : i64, 1 : i64] -> !transform.any_param
    %promote = transform.tune.knob<"promote"> = 0 : i64 from options = [0 : i64, 1 : i64] -> !transform.any_param
    %least = transform.tune.knob<"least_blocks"> = 100 : i64 from options = [1 : i64, 16 : i64, 100 : i64] -> !transform.any_param
    %program = transform.kopt.tile %kernel block [%rows, 0] elements [65536] reduction [%features, %keys] warps [%warps] descending [%descending] online
      : (!transform.any_op, !transform.any_param, !transform.any_param, !transform.any_param, !transform.any_param, !transform.any_param) -> !transform.any_op
    %fast = transform.kopt.pipeline_products %program depth [%depth] producer [1] promote [%promote] overlap [%overlap] least_blocks [%least]
      : (!transform.any_op, !transform.any_param, !transform.any_param, !transform.any_param, !transform.any_param) -> !transform.any_op
    %cut = transform.kopt.peel_masks %fast : (!transform.any_op) -> !transform.any_op
    %powers = transform.kopt.rebase_exponentials %cut : (!transform.any_op) -> !transform.any_op
    %inverted = transform.kopt.invert_divisors %powers : (!transform.any_op) -> !transform.any_op
    %held = transform.kopt.assign_layouts %inverted : (!transform.any_op) -> !transform.any_op
    %scheduled = transform.kopt.distribute %held : (!transform.any_op) -> !transform.any_op
    transform.yield
  }

  // The same for rows whose sums take most of the registers.
  transform.named_sequence @attention_wgmma_wide(%kernel: !transform.any_op {transform.readonly}) {
    %rows = transform.tune.knob<"rows"> = 128 : i64 from options = [64 : i64, 128 : i64, 256 : i64] -> !transform.any_param
    %features = transform.tune.knob<"features"> = 256 : i64 from options = [64 : i64, 128 : i64, 256 : i64] -> !transform.any_param
    %keys = transform.tune.knob<"keys"> = 64 : i64 from options = [16 : i64, 32 : i64, 64 : i64, 128 : i64, 256 : i64] -> !transform.any_param
    %warps = transform.tune.knob<"warps"> = 8 : i64 from options = [4 : i64, 8 : i64] -> !transform.any_param
    %descending = transform.tune.knob<"descending"> = 1 : i64 from options = [0 : i64, 1 : i64] -> !transform.any_param
    %depth = transform.tune.knob<"depth"> = 2 : i64 from options = [1 : i64, 2 : i64, 3 : i64, 4 : i64, 6 : i64] -> !transform.any_param
    %overlap = transform.tune.knob<"overlap"> = 0 : i64 from options = [0 : i64, 1 : i64] -> !transform.any_param
    %promote = transform.tune.knob<"promote"> = 0 : i64 from options = [0 : i64, 1 : i64] -> !transform.any_param
    %least = transform.tune.knob<"least_blocks"> = 32 : i64 from options = [1 : i64, 16 : i64, 32 : i64, 100 : i64] -> !transform.any_param
    %program = transform.kopt.tile %kernel block [%rows, 0] elements [65536] reduction [%features, %keys] warps [%warps] descending [%descending] online
      : (!transform.any_op, !transform.any_param, !transform.any_param, !transform.any_param, !transform.any_param, !transform.any_param) -> !transform.any_op
    %fast = transform.kopt.pipeline_products %program depth [%depth] producer [1] promote [%promote] overlap [%overlap] least_blocks [%least]
      : (!transform.any_op, !transform.any_param, !transform.any_param, !transform.any_param, !transform.any_param) -> !transform.any_op
    %cut = transform.kopt.peel_masks %fast : (!transform.any_op) -> !transform.any_op
    %powers = transform.kopt.rebase_exponentials %cut : (!transform.any_op) -> !transform.any_op
    %inverted = transform.kopt.invert_divisors %powers : (!transform.any_op) -> !transform.any_op
    %held = transform.kopt.assign_layouts %inverted : (!transform.any_op) -> !transform.any_op
    %scheduled = transform.kopt.distribute %held : (!transform.any_op) -> !transform.any_op
    transform.yield
  }

  // 16-bit factors: a warp owns whole rows, the weights stay in its registers.
  transform.named_sequence @attention_mma(%kernel: !transform.any_op {transform.readonly}) {
    %rows = transform.tune.knob<"rows"> = 64 : i64 from options = [16 : i64, 32 : i64, 64 : i64, 128 : i64] -> !transform.any_param
    %depth = transform.tune.knob<"depth"> = 256 : i64 from options = [64 : i64, 128 : i64, 256 : i64] -> !transform.any_param
    %keys = transform.tune.knob<"keys"> = 64 : i64 from options = [16 : i64, 32 : i64, 64 : i64, 128 : i64] -> !transform.any_param
    %warps = transform.tune.knob<"warps"> = 4 : i64 from options = [1 : i64, 2 : i64, 4 : i64, 8 : i64] -> !transform.any_param
    %program = transform.kopt.tile %kernel block [%rows, 0] elements [65536] reduction [%depth, %keys] warps [%warps] online
      : (!transform.any_op, !transform.any_param, !transform.any_param, !transform.any_param, !transform.any_param) -> !transform.any_op
    %fast = transform.kopt.rebase_exponentials %program : (!transform.any_op) -> !transform.any_op
    %staged = transform.kopt.stage %fast unit "mma" : (!transform.any_op) -> !transform.any_op
    %stages = transform.tune.knob<"stages"> = 2 : i64 from options = [1 : i64, 2 : i64, 3 : i64, 4 : i64] -> !transform.any_param
    %ahead = transform.kopt.prefetch %staged stages [%stages] : (!transform.any_op, !transform.any_param) -> !transform.any_op
    %held = transform.kopt.assign_layouts %ahead : (!transform.any_op) -> !transform.any_op
    %scheduled = transform.kopt.distribute %held : (!transform.any_op) -> !transform.any_op
    transform.yield
  }

  transform.named_sequence @attention_fma(%kernel: !transform.any_op {transform.readonly}) {
    %rows = transform.tune.knob<"rows"> = 32 : i64 from options = [16 : i64, 32 : i64, 64 : i64, 128 : i64] -> !transform.any_param
    %depth = transform.tune.knob<"depth"> = 32 : i64 from options = [32 : i64, 64 : i64, 128 : i64, 256 : i64] -> !transform.any_param
    %keys = transform.tune.knob<"keys"> = 32 : i64 from options = [16 : i64, 32 : i64, 64 : i64] -> !transform.any_param
    %warps = transform.tune.knob<"warps"> = 4 : i64 from options = [1 : i64, 2 : i64, 4 : i64, 8 : i64] -> !transform.any_param
    %program = transform.kopt.tile %kernel block [%rows, 0] elements [65536] reduction [%depth, %keys] warps [%warps] online
      : (!transform.any_op, !transform.any_param, !transform.any_param, !transform.any_param, !transform.any_param) -> !transform.any_op
    %staged = transform.kopt.stage %program : (!transform.any_op) -> !transform.any_op
    %held = transform.kopt.assign_layouts %staged : (!transform.any_op) -> !transform.any_op
    %scheduled = transform.kopt.distribute %held : (!transform.any_op) -> !transform.any_op
    transform.yield
  }

  transform.named_sequence @__kernel_schedules(%root: !transform.any_op {transform.consumed}) {
    transform.foreach_match in %root
      @match_large_attention -> @attention_wgmma,
      @match_wide_attention -> @attention_wgmma_wide,
      @match_attention -> @attention_mma,
      @match_other_attention -> @attention_fma
      : (!transform.any_op) -> !transform.any_op
    transform.yield
  }
}
