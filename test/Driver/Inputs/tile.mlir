// One tile for each block, as large as the placeholder says.
module @sized attributes {transform.with_named_sequence, kopt.schedules, kopt.version = 1 : i64} {
  transform.named_sequence @match_any(%kernel: !transform.any_op {transform.readonly}) -> !transform.any_op {
    transform.yield %kernel : !transform.any_op
  }
  transform.named_sequence @sized(%kernel: !transform.any_op {transform.readonly}) {
    %program = transform.kopt.tile %kernel elements [ELEMENTS] warps [WARPS] : (!transform.any_op) -> !transform.any_op
    %held = transform.kopt.assign_layouts %program : (!transform.any_op) -> !transform.any_op
    %scheduled = transform.kopt.distribute %held : (!transform.any_op) -> !transform.any_op
    transform.yield
  }
  transform.named_sequence @__kernel_schedules(%root: !transform.any_op {transform.consumed}) {
    transform.foreach_match in %root
      @match_any -> @sized
      : (!transform.any_op) -> !transform.any_op
    transform.yield
  }
}
