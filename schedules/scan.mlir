// Running sums. A block owns the rows that it scans: tile after tile, each by
// itself in a tree over registers, lanes and warps, while the loop over the tiles
// carries the sum of all before. So every element is read and written once, and no
// chain is longer than the number of tiles.

module @scan attributes {transform.with_named_sequence, kopt.schedules, kopt.version = 1 : i64} {
  transform.named_sequence @match_scan(%kernel: !transform.any_op {transform.readonly}) -> !transform.any_op {
    transform.kopt.match_structure %kernel "scan" : !transform.any_op
    transform.yield %kernel : !transform.any_op
  }

  transform.named_sequence @scan(%kernel: !transform.any_op {transform.readonly}) {
    // Of a scan along the last dimension, rows side by side; of one along another
    // dimension, neighbours in memory.
    %rows = transform.tune.knob<"rows"> = 1 : i64 from options = [1 : i64, 2 : i64, 4 : i64, 8 : i64] -> !transform.any_param
    %columns = transform.tune.knob<"columns"> = 32 : i64 from options = [8 : i64, 16 : i64, 32 : i64, 64 : i64, 128 : i64] -> !transform.any_param
    %elements = transform.tune.knob<"elements"> = 4096 : i64 from options = [512 : i64, 1024 : i64, 2048 : i64, 4096 : i64, 8192 : i64, 16384 : i64] -> !transform.any_param
    %warps = transform.tune.knob<"warps"> = 8 : i64 from options = [1 : i64, 2 : i64, 4 : i64, 8 : i64, 16 : i64, 32 : i64] -> !transform.any_param
    %resident = transform.tune.knob<"resident"> = 0 : i64 from options = [0 : i64, 2 : i64, 3 : i64, 4 : i64, 6 : i64, 8 : i64] -> !transform.any_param
    %program = transform.kopt.tile %kernel block [%rows, %columns] elements [%elements] warps [%warps]
      : (!transform.any_op, !transform.any_param, !transform.any_param, !transform.any_param, !transform.any_param) -> !transform.any_op
    %held = transform.kopt.assign_layouts %program : (!transform.any_op) -> !transform.any_op
    %scheduled = transform.kopt.distribute %held : (!transform.any_op) -> !transform.any_op
    %bounded = transform.kopt.resident %scheduled blocks [%resident] : (!transform.any_op, !transform.any_param) -> !transform.any_op
    transform.yield
  }

  transform.named_sequence @__kernel_schedules(%root: !transform.any_op {transform.consumed}) {
    transform.foreach_match in %root
      @match_scan -> @scan
      : (!transform.any_op) -> !transform.any_op
    transform.yield
  }
}
