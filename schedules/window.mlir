module @window attributes {transform.with_named_sequence, kopt.schedules, kopt.version = 1 : i64} {
  transform.named_sequence @match_window(%kernel: !transform.any_op {transform.readonly}) -> !transform.any_op {
    transform.kopt.match_structure %kernel "window" : !transform.any_op
    transform.yield %kernel : !transform.any_op
  }
  transform.named_sequence @window(%kernel: !transform.any_op {transform.readonly}) {
    %program = transform.kopt.tile %kernel block [32] elements [512] warps [4]
      : (!transform.any_op) -> !transform.any_op
    %held = transform.kopt.assign_layouts %program : (!transform.any_op) -> !transform.any_op
    %scheduled = transform.kopt.distribute %held : (!transform.any_op) -> !transform.any_op
    transform.yield
  }
  transform.named_sequence @__kernel_schedules(%root: !transform.any_op {transform.consumed}) {
    transform.foreach_match in %root
      @match_window -> @window
      : (!transform.any_op) -> !transform.any_op
    transform.yield
  }
}
