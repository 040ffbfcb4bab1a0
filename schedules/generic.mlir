// What always applies: a piece of the last dimension a block, sixteen partial sums
// for each element.

module @generic attributes {transform.with_named_sequence, kopt.schedules, kopt.version = 1 : i64} {
  transform.named_sequence @match_any(%kernel: !transform.any_op {transform.readonly}) -> !transform.any_op {
    transform.yield %kernel : !transform.any_op
  }

  transform.named_sequence @match_rest(%kernel: !transform.any_op {transform.readonly}) -> !transform.any_op {
    transform.yield %kernel : !transform.any_op
  }

  transform.named_sequence @generic(%kernel: !transform.any_op {transform.readonly}) {
    %columns = transform.tune.knob<"columns"> = 32 : i64 from options = [8 : i64, 16 : i64, 32 : i64, 64 : i64, 128 : i64] -> !transform.any_param
    %elements = transform.tune.knob<"elements"> = 512 : i64 from options = [128 : i64, 256 : i64, 512 : i64, 1024 : i64] -> !transform.any_param
    %warps = transform.tune.knob<"warps"> = 4 : i64 from options = [1 : i64, 2 : i64, 4 : i64, 8 : i64] -> !transform.any_param
    %program = transform.kopt.tile %kernel block [%columns] elements [%elements] warps [%warps]
      : (!transform.any_op, !transform.any_param, !transform.any_param, !transform.any_param) -> !transform.any_op
    %held = transform.kopt.assign_layouts %program : (!transform.any_op) -> !transform.any_op
    %scheduled = transform.kopt.distribute %held : (!transform.any_op) -> !transform.any_op
    transform.yield
  }

  // Reductions of reductions hold the product of both tiles.
  transform.named_sequence @generic_small(%kernel: !transform.any_op {transform.readonly}) {
    %columns = transform.tune.knob<"columns"> = 8 : i64 from options = [8 : i64, 16 : i64, 32 : i64, 64 : i64, 128 : i64] -> !transform.any_param
    %elements = transform.tune.knob<"elements"> = 64 : i64 from options = [16 : i64, 32 : i64, 64 : i64, 128 : i64, 256 : i64, 512 : i64, 1024 : i64] -> !transform.any_param
    %warps = transform.tune.knob<"warps"> = 8 : i64 from options = [1 : i64, 2 : i64, 4 : i64, 8 : i64] -> !transform.any_param
    %program = transform.kopt.tile %kernel block [%columns] elements [%elements] warps [%warps]
      : (!transform.any_op, !transform.any_param, !transform.any_param, !transform.any_param) -> !transform.any_op
    %held = transform.kopt.assign_layouts %program : (!transform.any_op) -> !transform.any_op
    %scheduled = transform.kopt.distribute %held : (!transform.any_op) -> !transform.any_op
    transform.yield
  }

  transform.named_sequence @__kernel_schedules(%root: !transform.any_op {transform.consumed}) {
    transform.foreach_match in %root
      @match_any -> @generic,
      @match_rest -> @generic_small
      : (!transform.any_op) -> !transform.any_op
    transform.yield
  }
}
