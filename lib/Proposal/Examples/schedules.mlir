// Two schedules. A row that is reduced and used again: few warps, so that no more
// than shuffles join them, and knobs for the search. A product: tiles of its
// result through shared memory, in steps along K.

module attributes {kopt.rewrite_set, kopt.version = 1, transform.with_named_sequence} {
  transform.named_sequence @match_short_rows(%kernel: !transform.any_op {transform.readonly}) -> !transform.any_op {
    transform.kopt.match_structure %kernel "row" : !transform.any_op
    transform.yield %kernel : !transform.any_op
  }
  transform.named_sequence @short_rows(%kernel: !transform.any_op {transform.readonly}) {
    %elements = transform.tune.knob<"elements"> = 1024 : i64 from options = [512 : i64, 1024 : i64, 2048 : i64] -> !transform.param<i64>
    %warps = transform.tune.knob<"warps"> = 2 : i64 from options = [1 : i64, 2 : i64, 4 : i64] -> !transform.param<i64>
    %program = transform.kopt.tile %kernel elements [%elements] warps [%warps]
      : (!transform.any_op, !transform.param<i64>, !transform.param<i64>) -> !transform.any_op
    %held = transform.kopt.assign_layouts %program : (!transform.any_op) -> !transform.any_op
    %scheduled = transform.kopt.distribute %held : (!transform.any_op) -> !transform.any_op
    transform.yield
  }

  transform.named_sequence @match_small_product(%kernel: !transform.any_op {transform.readonly}) -> !transform.any_op {
    transform.kopt.match_structure %kernel "contraction" : !transform.any_op
    transform.yield %kernel : !transform.any_op
  }
  transform.named_sequence @small_product(%kernel: !transform.any_op {transform.readonly}) {
    %k = transform.tune.knob<"step_k"> = 16 : i64 from options = [8 : i64, 16 : i64, 32 : i64] -> !transform.param<i64>
    %program = transform.kopt.tile %kernel block [32, 64] reduction [%k] warps [4]
      : (!transform.any_op, !transform.param<i64>) -> !transform.any_op
    %staged = transform.kopt.stage %program : (!transform.any_op) -> !transform.any_op
    %held = transform.kopt.assign_layouts %staged : (!transform.any_op) -> !transform.any_op
    %scheduled = transform.kopt.distribute %held : (!transform.any_op) -> !transform.any_op
    transform.yield
  }
}
