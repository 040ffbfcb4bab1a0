// A strategy that does what its knob says: 0 behaves; 1 never ends; 2 crashes; 3
// asks for 300 GB; 4 is a fatal error.
module @misbehaving attributes {transform.with_named_sequence, kopt.schedules, kopt.version = 1 : i64} {
  transform.named_sequence @match_any(%kernel: !transform.any_op {transform.readonly}) -> !transform.any_op {
    transform.yield %kernel : !transform.any_op
  }

  transform.named_sequence @misbehaving(%kernel: !transform.any_op {transform.readonly}) {
    %how = transform.tune.knob<"how"> = 0 : i64 from options = [0 : i64, 1 : i64, 2 : i64, 3 : i64, 4 : i64] -> !transform.any_param
    %function = transform.get_parent_op %kernel {op_name = "func.func"} : (!transform.any_op) -> !transform.any_op
    %same = transform.apply_registered_pass "test-kopt-misbehave" with options = { "how" = %how } to %function : (!transform.any_op, !transform.any_param) -> !transform.any_op
    %inner = transform.structured.match ops{["kopt.kernel"]} in %same : (!transform.any_op) -> !transform.any_op
    %elements = transform.param.constant 512 : i64 -> !transform.any_param
    %warps = transform.param.constant 4 : i64 -> !transform.any_param
    %program = transform.kopt.tile %inner elements [%elements] warps [%warps]
      : (!transform.any_op, !transform.any_param, !transform.any_param) -> !transform.any_op
    %held = transform.kopt.assign_layouts %program : (!transform.any_op) -> !transform.any_op
    %scheduled = transform.kopt.distribute %held : (!transform.any_op) -> !transform.any_op
    transform.yield
  }

  transform.named_sequence @__kernel_schedules(%root: !transform.any_op {transform.consumed}) {
    transform.foreach_match in %root
      @match_any -> @misbehaving
      : (!transform.any_op) -> !transform.any_op
    transform.yield
  }
}
