// A strategy that leaves a program that does not hold: sizes of a cluster are
// three numbers.
module @broken attributes {transform.with_named_sequence, kopt.schedules, kopt.version = 1 : i64} {
  transform.named_sequence @any(%kernel: !transform.any_op {transform.readonly}) -> !transform.any_op {
    transform.yield %kernel : !transform.any_op
  }
  transform.named_sequence @broken(%kernel: !transform.any_op {transform.readonly}) {
    %program = transform.kopt.tile %kernel block [512] elements [512] warps [4] : (!transform.any_op) -> !transform.any_op
    %held = transform.kopt.assign_layouts %program : (!transform.any_op) -> !transform.any_op
    %scheduled = transform.kopt.distribute %held : (!transform.any_op) -> !transform.any_op
    transform.annotate %scheduled "kgpu.cluster_size" : !transform.any_op
    transform.yield
  }
  transform.named_sequence @__kernel_schedules(%root: !transform.any_op {transform.consumed}) {
    transform.foreach_match in %root
      @any -> @broken
      : (!transform.any_op) -> !transform.any_op
    transform.yield
  }
}
