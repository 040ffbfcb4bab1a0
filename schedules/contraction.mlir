// Products of matrices. Operands go through shared memory; the sum over K is cut
// into steps that are summed on their own, so that no element sees a long chain.

module @contraction attributes {transform.with_named_sequence, kopt.schedules, kopt.version = 1 : i64} {
  transform.named_sequence @match_contraction(%kernel: !transform.any_op {transform.readonly}) -> !transform.any_op {
    transform.kopt.match_structure %kernel "contraction" : !transform.any_op
    transform.yield %kernel : !transform.any_op
  }

  transform.named_sequence @match_matrix_contraction(%kernel: !transform.any_op {transform.readonly}) -> !transform.any_op {
    transform.kopt.match_structure %kernel "contraction" : !transform.any_op
    transform.yield %kernel : !transform.any_op
  }

  transform.named_sequence @match_small_contraction(%kernel: !transform.any_op {transform.readonly}) -> !transform.any_op {
    transform.kopt.match_structure %kernel "contraction" : !transform.any_op
    transform.yield %kernel : !transform.any_op
  }

  transform.named_sequence @match_threads_contraction(%kernel: !transform.any_op {transform.readonly}) -> !transform.any_op {
    transform.kopt.match_structure %kernel "contraction" : !transform.any_op
    transform.yield %kernel : !transform.any_op
  }

  transform.named_sequence @match_split_contraction(%kernel: !transform.any_op {transform.readonly}) -> !transform.any_op {
    transform.kopt.match_structure %kernel "contraction" : !transform.any_op
    transform.yield %kernel : !transform.any_op
  }

  transform.named_sequence @match_parts_contraction(%kernel: !transform.any_op {transform.readonly}) -> !transform.any_op {
    transform.kopt.match_structure %kernel "contraction" : !transform.any_op
    transform.yield %kernel : !transform.any_op
  }

  transform.named_sequence @match_small_parts_contraction(%kernel: !transform.any_op {transform.readonly}) -> !transform.any_op {
    transform.kopt.match_structure %kernel "contraction" : !transform.any_op
    transform.yield %kernel : !transform.any_op
  }

  transform.named_sequence @match_masked_contraction(%kernel: !transform.any_op {transform.readonly}) -> !transform.any_op {
    transform.kopt.match_structure %kernel "contraction" : !transform.any_op
    transform.yield %kernel : !transform.any_op
  }

  transform.named_sequence @match_other_contraction(%kernel: !transform.any_op {transform.readonly}) -> !transform.any_op {
    transform.kopt.match_structure %kernel "contraction" : !transform.any_op
    transform.yield %kernel : !transform.any_op
  }

  // 16-bit factors on Hopper: what the tensor memory accelerator brings,
  // warpgroups multiply.
  transform.named_sequence @contraction_wgmma(%kernel: !transform.any_op {transform.readonly}) {
    %m = transform.tune.knob<"block_m"> = 128 : i64 from options = [64 : i64, 128 : i64, 256 : i64] -> !transform.any_param
    %n = transform.tune.knob<"block_n"> = 256 : i64 from options = [32 : i64, 64 : i64, 128 : i64, 256 : i64] -> !transform.any_param
    %k = transform.tune.knob<"step_k"> = 64 : i64 from options = [32 : i64, 64 : i64, 128 : i64] -> !transform.any_param
    %warps = transform.tune.knob<"warps"> = 8 : i64 from options = [4 : i64, 8 : i64, 16 : i64] -> !transform.any_param
    %raster = transform.tune.knob<"raster"> = 8 : i64 from options = [1 : i64, 2 : i64, 4 : i64, 8 : i64, 16 : i64, 32 : i64] -> !transform.any_param
    %depth = transform.tune.knob<"depth"> = 4 : i64 from options = [2 : i64, 3 : i64, 4 : i64, 5 : i64, 6 : i64, 8 : i64] -> !transform.any_param
    %producer = transform.tune.knob<"producer"> = 0 : i64 from options = [0 : i64, 1 : i64] -> !transform.any_param
    %promote = transform.tune.knob<"promote"> = 0 : i64 from options = [0 : i64, 1 : i64] -> !transform.any_param
    %least = transform.tune.knob<"least_blocks"> = 100 : i64 from options = [1 : i64, 16 : i64, 100 : i64] -> !transform.any_param
    %program = transform.kopt.tile %kernel block [%m, %n] elements [65536] reduction [%k] warps [%warps] raster [%raster]
      : (!transform.any_op, !transform.any_param, !transform.any_param, !transform.any_param, !transform.any_param, !transform.any_param) -> !transform.any_op
    %fast = transform.kopt.pipeline_products %program depth [%depth] producer [%producer] promote [%promote] least_blocks [%least]
      : (!transform.any_op, !transform.any_param, !transform.any_param, !transform.any_param, !transform.any_param) -> !transform.any_op
    %held = transform.kopt.assign_layouts %fast : (!transform.any_op) -> !transform.any_op
    %scheduled = transform.kopt.distribute %held : (!transform.any_op) -> !transform.any_op
    transform.yield
  }

  // The same for smaller products, which large tiles would not spread over a chip.
  transform.named_sequence @contraction_wgmma_small(%kernel: !transform.any_op {transform.readonly}) {
    %m = transform.tune.knob<"block_m"> = 64 : i64 from options = [64 : i64, 128 : i64, 256 : i64] -> !transform.any_param
    %n = transform.tune.knob<"block_n"> = 128 : i64 from options = [32 : i64, 64 : i64, 128 : i64, 256 : i64] -> !transform.any_param
    %k = transform.tune.knob<"step_k"> = 64 : i64 from options = [32 : i64, 64 : i64, 128 : i64] -> !transform.any_param
    %warps = transform.tune.knob<"warps"> = 4 : i64 from options = [4 : i64, 8 : i64, 16 : i64] -> !transform.any_param
    %raster = transform.tune.knob<"raster"> = 8 : i64 from options = [1 : i64, 2 : i64, 4 : i64, 8 : i64, 16 : i64, 32 : i64] -> !transform.any_param
    %depth = transform.tune.knob<"depth"> = 6 : i64 from options = [2 : i64, 3 : i64, 4 : i64, 5 : i64, 6 : i64, 8 : i64] -> !transform.any_param
    %producer = transform.tune.knob<"producer"> = 0 : i64 from options = [0 : i64, 1 : i64] -> !transform.any_param
    %promote = transform.tune.knob<"promote"> = 0 : i64 from options = [0 : i64, 1 : i64] -> !transform.any_param
    %least = transform.tune.knob<"least_blocks"> = 16 : i64 from options = [1 : i64, 16 : i64, 100 : i64] -> !transform.any_param
    %program = transform.kopt.tile %kernel block [%m, %n] elements [65536] reduction [%k] warps [%warps] raster [%raster]
      : (!transform.any_op, !transform.any_param, !transform.any_param, !transform.any_param, !transform.any_param, !transform.any_param) -> !transform.any_op
    %fast = transform.kopt.pipeline_products %program depth [%depth] producer [%producer] promote [%promote] least_blocks [%least]
      : (!transform.any_op, !transform.any_param, !transform.any_param, !transform.any_param, !transform.any_param) -> !transform.any_op
    %held = transform.kopt.assign_layouts %fast : (!transform.any_op) -> !transform.any_op
    %scheduled = transform.kopt.distribute %held : (!transform.any_op) -> !transform.any_op
    transform.yield
  }

  // The same with operands that threads bring: ragged rows, computed factors.
  transform.named_sequence @contraction_wgmma_by_threads(%kernel: !transform.any_op {transform.readonly}) {
    %m = transform.tune.knob<"block_m"> = 128 : i64 from options = [64 : i64, 128 : i64, 256 : i64] -> !transform.any_param
    %n = transform.tune.knob<"block_n"> = 128 : i64 from options = [32 : i64, 64 : i64, 128 : i64] -> !transform.any_param
    %k = transform.tune.knob<"step_k"> = 64 : i64 from options = [16 : i64, 32 : i64, 64 : i64] -> !transform.any_param
    %warps = transform.tune.knob<"warps"> = 8 : i64 from options = [4 : i64, 8 : i64, 16 : i64] -> !transform.any_param
    %raster = transform.tune.knob<"raster"> = 8 : i64 from options = [1 : i64, 2 : i64, 4 : i64, 8 : i64, 16 : i64, 32 : i64] -> !transform.any_param
    %promote = transform.tune.knob<"promote"> = 0 : i64 from options = [0 : i64, 1 : i64] -> !transform.any_param
    %least = transform.tune.knob<"least_blocks"> = 64 : i64 from options = [1 : i64, 16 : i64, 64 : i64] -> !transform.any_param
    %program = transform.kopt.tile %kernel block [%m, %n] elements [65536] reduction [%k] warps [%warps] raster [%raster]
      : (!transform.any_op, !transform.any_param, !transform.any_param, !transform.any_param, !transform.any_param, !transform.any_param) -> !transform.any_op
    %fast = transform.kopt.pipeline_products %program promote [%promote] by_threads [1] least_blocks [%least]
      : (!transform.any_op, !transform.any_param, !transform.any_param) -> !transform.any_op
    %held = transform.kopt.assign_layouts %fast : (!transform.any_op) -> !transform.any_op
    %scheduled = transform.kopt.distribute %held : (!transform.any_op) -> !transform.any_op
    transform.yield
  }

  // f32 factors in three bf16 parts each: more exact than sums of f32 products.
  transform.named_sequence @contraction_wgmma_split(%kernel: !transform.any_op {transform.readonly}) {
    %m = transform.tune.knob<"block_m"> = 128 : i64 from options = [64 : i64, 128 : i64, 256 : i64] -> !transform.any_param
    %n = transform.tune.knob<"block_n"> = 128 : i64 from options = [32 : i64, 64 : i64, 128 : i64] -> !transform.any_param
    %k = transform.tune.knob<"step_k"> = 32 : i64 from options = [16 : i64, 32 : i64, 64 : i64] -> !transform.any_param
    %warps = transform.tune.knob<"warps"> = 8 : i64 from options = [4 : i64, 8 : i64, 16 : i64] -> !transform.any_param
    %raster = transform.tune.knob<"raster"> = 8 : i64 from options = [1 : i64, 2 : i64, 4 : i64, 8 : i64, 16 : i64, 32 : i64] -> !transform.any_param
    %least = transform.tune.knob<"least_blocks"> = 64 : i64 from options = [1 : i64, 16 : i64, 32 : i64, 64 : i64] -> !transform.any_param
    %program = transform.kopt.tile %kernel block [%m, %n] elements [65536] reduction [%k] warps [%warps] raster [%raster]
      : (!transform.any_op, !transform.any_param, !transform.any_param, !transform.any_param, !transform.any_param, !transform.any_param) -> !transform.any_op
    %fast = transform.kopt.pipeline_products %program promote [1] by_threads [1] split [1] least_blocks [%least]
      : (!transform.any_op, !transform.any_param) -> !transform.any_op
    %held = transform.kopt.assign_layouts %fast : (!transform.any_op) -> !transform.any_op
    %scheduled = transform.kopt.distribute %held : (!transform.any_op) -> !transform.any_op
    transform.yield
  }

  // Factors that come in parts, in which case several products are summed: sums of a
  // step have registers of their own, so that tiles are of 128 columns.
  transform.named_sequence @contraction_wgmma_parts(%kernel: !transform.any_op {transform.readonly}) {
    %m = transform.tune.knob<"block_m"> = 256 : i64 from options = [64 : i64, 128 : i64, 256 : i64] -> !transform.any_param
    %n = transform.tune.knob<"block_n"> = 128 : i64 from options = [32 : i64, 64 : i64, 128 : i64] -> !transform.any_param
    %k = transform.tune.knob<"step_k"> = 32 : i64 from options = [16 : i64, 32 : i64, 64 : i64] -> !transform.any_param
    %warps = transform.tune.knob<"warps"> = 8 : i64 from options = [4 : i64, 8 : i64, 16 : i64] -> !transform.any_param
    %raster = transform.tune.knob<"raster"> = 8 : i64 from options = [1 : i64, 2 : i64, 4 : i64, 8 : i64, 16 : i64, 32 : i64] -> !transform.any_param
    %depth = transform.tune.knob<"depth"> = 3 : i64 from options = [2 : i64, 3 : i64, 4 : i64, 5 : i64, 6 : i64, 8 : i64] -> !transform.any_param
    %producer = transform.tune.knob<"producer"> = 1 : i64 from options = [0 : i64, 1 : i64] -> !transform.any_param
    %least = transform.tune.knob<"least_blocks"> = 100 : i64 from options = [1 : i64, 16 : i64, 64 : i64, 100 : i64] -> !transform.any_param
    %program = transform.kopt.tile %kernel block [%m, %n] elements [65536] reduction [%k] warps [%warps] raster [%raster]
      : (!transform.any_op, !transform.any_param, !transform.any_param, !transform.any_param, !transform.any_param, !transform.any_param) -> !transform.any_op
    %fast = transform.kopt.pipeline_products %program depth [%depth] producer [%producer] promote [1] least_blocks [%least]
      : (!transform.any_op, !transform.any_param, !transform.any_param, !transform.any_param) -> !transform.any_op
    %held = transform.kopt.assign_layouts %fast : (!transform.any_op) -> !transform.any_op
    %scheduled = transform.kopt.distribute %held : (!transform.any_op) -> !transform.any_op
    transform.yield
  }

  // The same for smaller products.
  transform.named_sequence @contraction_wgmma_parts_small(%kernel: !transform.any_op {transform.readonly}) {
    %m = transform.tune.knob<"block_m"> = 128 : i64 from options = [64 : i64, 128 : i64, 256 : i64] -> !transform.any_param
    %n = transform.tune.knob<"block_n"> = 128 : i64 from options = [32 : i64, 64 : i64, 128 : i64] -> !transform.any_param
    %k = transform.tune.knob<"step_k"> = 32 : i64 from options = [16 : i64, 32 : i64, 64 : i64] -> !transform.any_param
    %warps = transform.tune.knob<"warps"> = 8 : i64 from options = [4 : i64, 8 : i64, 16 : i64] -> !transform.any_param
    %raster = transform.tune.knob<"raster"> = 8 : i64 from options = [1 : i64, 2 : i64, 4 : i64, 8 : i64, 16 : i64, 32 : i64] -> !transform.any_param
    %depth = transform.tune.knob<"depth"> = 4 : i64 from options = [2 : i64, 3 : i64, 4 : i64, 5 : i64, 6 : i64, 8 : i64] -> !transform.any_param
    %producer = transform.tune.knob<"producer"> = 1 : i64 from options = [0 : i64, 1 : i64] -> !transform.any_param
    %least = transform.tune.knob<"least_blocks"> = 1 : i64 from options = [1 : i64, 16 : i64, 64 : i64, 100 : i64] -> !transform.any_param
    %program = transform.kopt.tile %kernel block [%m, %n] elements [65536] reduction [%k] warps [%warps] raster [%raster]
      : (!transform.any_op, !transform.any_param, !transform.any_param, !transform.any_param, !transform.any_param, !transform.any_param) -> !transform.any_op
    %fast = transform.kopt.pipeline_products %program depth [%depth] producer [%producer] promote [1] least_blocks [%least]
      : (!transform.any_op, !transform.any_param, !transform.any_param, !transform.any_param) -> !transform.any_op
    %held = transform.kopt.assign_layouts %fast : (!transform.any_op) -> !transform.any_op
    %scheduled = transform.kopt.distribute %held : (!transform.any_op) -> !transform.any_op
    transform.yield
  }

  // Sums that a mask hides from whole blocks, such as those below a diagonal, are not
  // made: smaller tiles follow the diagonal closer.
  transform.named_sequence @contraction_wgmma_parts_masked(%kernel: !transform.any_op {transform.readonly}) {
    %m = transform.tune.knob<"block_m"> = 128 : i64 from options = [64 : i64, 128 : i64, 256 : i64] -> !transform.any_param
    %n = transform.tune.knob<"block_n"> = 128 : i64 from options = [32 : i64, 64 : i64, 128 : i64] -> !transform.any_param
    %k = transform.tune.knob<"step_k"> = 64 : i64 from options = [16 : i64, 32 : i64, 64 : i64] -> !transform.any_param
    %warps = transform.tune.knob<"warps"> = 8 : i64 from options = [4 : i64, 8 : i64, 16 : i64] -> !transform.any_param
    %raster = transform.tune.knob<"raster"> = 32 : i64 from options = [1 : i64, 2 : i64, 4 : i64, 8 : i64, 16 : i64, 32 : i64] -> !transform.any_param
    %depth = transform.tune.knob<"depth"> = 2 : i64 from options = [2 : i64, 3 : i64, 4 : i64, 5 : i64, 6 : i64, 8 : i64] -> !transform.any_param
    %producer = transform.tune.knob<"producer"> = 1 : i64 from options = [0 : i64, 1 : i64] -> !transform.any_param
    %least = transform.tune.knob<"least_blocks"> = 1 : i64 from options = [1 : i64, 16 : i64, 64 : i64, 100 : i64] -> !transform.any_param
    %program = transform.kopt.tile %kernel block [%m, %n] elements [65536] reduction [%k] warps [%warps] raster [%raster]
      : (!transform.any_op, !transform.any_param, !transform.any_param, !transform.any_param, !transform.any_param, !transform.any_param) -> !transform.any_op
    %fewer = transform.kopt.skip_masked %program : (!transform.any_op) -> !transform.any_op
    %fast = transform.kopt.pipeline_products %fewer depth [%depth] producer [%producer] promote [1] least_blocks [%least]
      : (!transform.any_op, !transform.any_param, !transform.any_param, !transform.any_param) -> !transform.any_op
    %held = transform.kopt.assign_layouts %fast : (!transform.any_op) -> !transform.any_op
    %scheduled = transform.kopt.distribute %held : (!transform.any_op) -> !transform.any_op
    transform.yield
  }

  // 16-bit factors: warps multiply.
  transform.named_sequence @contraction_mma(%kernel: !transform.any_op {transform.readonly}) {
    %m = transform.tune.knob<"block_m"> = 128 : i64 from options = [16 : i64, 32 : i64, 64 : i64, 128 : i64, 256 : i64] -> !transform.any_param
    %n = transform.tune.knob<"block_n"> = 128 : i64 from options = [16 : i64, 32 : i64, 64 : i64, 128 : i64, 256 : i64] -> !transform.any_param
    %k = transform.tune.knob<"step_k"> = 32 : i64 from options = [16 : i64, 32 : i64, 64 : i64] -> !transform.any_param
    %warps = transform.tune.knob<"warps"> = 8 : i64 from options = [1 : i64, 2 : i64, 4 : i64, 8 : i64, 16 : i64] -> !transform.any_param
    %program = transform.kopt.tile %kernel block [%m, %n] elements [65536] reduction [%k] warps [%warps]
      : (!transform.any_op, !transform.any_param, !transform.any_param, !transform.any_param, !transform.any_param) -> !transform.any_op
    %staged = transform.kopt.stage %program unit "mma" : (!transform.any_op) -> !transform.any_op
    %stages = transform.tune.knob<"stages"> = 3 : i64 from options = [1 : i64, 2 : i64, 3 : i64, 4 : i64] -> !transform.any_param
    %ahead = transform.kopt.prefetch %staged stages [%stages] : (!transform.any_op, !transform.any_param) -> !transform.any_op
    %held = transform.kopt.assign_layouts %ahead : (!transform.any_op) -> !transform.any_op
    %scheduled = transform.kopt.distribute %held : (!transform.any_op) -> !transform.any_op
    transform.yield
  }

  transform.named_sequence @contraction_fma(%kernel: !transform.any_op {transform.readonly}) {
    %m = transform.tune.knob<"block_m"> = 64 : i64 from options = [16 : i64, 32 : i64, 64 : i64, 128 : i64] -> !transform.any_param
    %n = transform.tune.knob<"block_n"> = 64 : i64 from options = [16 : i64, 32 : i64, 64 : i64, 128 : i64] -> !transform.any_param
    %k = transform.tune.knob<"step_k"> = 16 : i64 from options = [8 : i64, 16 : i64, 32 : i64] -> !transform.any_param
    %warps = transform.tune.knob<"warps"> = 4 : i64 from options = [1 : i64, 2 : i64, 4 : i64, 8 : i64, 16 : i64] -> !transform.any_param
    %program = transform.kopt.tile %kernel block [%m, %n] elements [65536] reduction [%k] warps [%warps]
      : (!transform.any_op, !transform.any_param, !transform.any_param, !transform.any_param, !transform.any_param) -> !transform.any_op
    %staged = transform.kopt.stage %program : (!transform.any_op) -> !transform.any_op
    %held = transform.kopt.assign_layouts %staged : (!transform.any_op) -> !transform.any_op
    %scheduled = transform.kopt.distribute %held : (!transform.any_op) -> !transform.any_op
    transform.yield
  }

  transform.named_sequence @__kernel_schedules(%root: !transform.any_op {transform.consumed}) {
    transform.foreach_match in %root
      @match_contraction -> @contraction_wgmma,
      @match_small_contraction -> @contraction_wgmma_small,
      @match_threads_contraction -> @contraction_wgmma_by_threads,
      @match_split_contraction -> @contraction_wgmma_split,
      @match_masked_contraction -> @contraction_wgmma_parts_masked,
      @match_parts_contraction -> @contraction_wgmma_parts,
      @match_small_parts_contraction -> @contraction_wgmma_parts_small,
      @match_matrix_contraction -> @contraction_mma,
      @match_other_contraction -> @contraction_fma
      : (!transform.any_op) -> !transform.any_op
    transform.yield
  }
}
