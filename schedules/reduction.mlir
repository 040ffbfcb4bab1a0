// Reductions along whole dimensions. Each block owns the rows that it reduces;
// every thread sums elements of its own, then lanes, then warps join in a tree, so
// that no sum is one long chain.

module @reduction attributes {transform.with_named_sequence, kopt.schedules, kopt.version = 1 : i64} {
  transform.named_sequence @match_row(%kernel: !transform.any_op {transform.readonly}) -> !transform.any_op {
    transform.kopt.match_structure %kernel "row" : !transform.any_op
    transform.yield %kernel : !transform.any_op
  }
  transform.named_sequence @match_middle_row(%kernel: !transform.any_op {transform.readonly}) -> !transform.any_op {
    transform.kopt.match_structure %kernel "row" reducing [4097, 16384] : !transform.any_op
    transform.yield %kernel : !transform.any_op
  }
  transform.named_sequence @match_long_row(%kernel: !transform.any_op {transform.readonly}) -> !transform.any_op {
    transform.kopt.match_structure %kernel "row" reducing [16385, 524288] : !transform.any_op
    transform.yield %kernel : !transform.any_op
  }
  // A matcher stands for one action.
  transform.named_sequence @match_long_row_again(%kernel: !transform.any_op {transform.readonly}) -> !transform.any_op {
    transform.kopt.match_structure %kernel "row" reducing [16385, 524288] : !transform.any_op
    transform.yield %kernel : !transform.any_op
  }
  transform.named_sequence @match_chained_reduction(%kernel: !transform.any_op {transform.readonly}) -> !transform.any_op {
    transform.kopt.match_structure %kernel "inner_reduction" reducing [2049, 16384] chained : !transform.any_op
    transform.yield %kernel : !transform.any_op
  }
  transform.named_sequence @match_long_chained_reduction(%kernel: !transform.any_op {transform.readonly}) -> !transform.any_op {
    transform.kopt.match_structure %kernel "inner_reduction" reducing [16385, 262144] chained : !transform.any_op
    transform.yield %kernel : !transform.any_op
  }
  transform.named_sequence @match_inner_reduction(%kernel: !transform.any_op {transform.readonly}) -> !transform.any_op {
    transform.kopt.match_structure %kernel "inner_reduction" : !transform.any_op
    transform.yield %kernel : !transform.any_op
  }
  transform.named_sequence @match_long_inner_reduction(%kernel: !transform.any_op {transform.readonly}) -> !transform.any_op {
    transform.kopt.match_structure %kernel "inner_reduction" reducing [131072, 1099511627776] : !transform.any_op
    transform.yield %kernel : !transform.any_op
  }
  transform.named_sequence @match_outer_reduction(%kernel: !transform.any_op {transform.readonly}) -> !transform.any_op {
    transform.kopt.match_structure %kernel "outer_reduction" : !transform.any_op
    transform.yield %kernel : !transform.any_op
  }

  // A row is reduced and its elements are used again (softmax, normalization): read
  // once if it fits a tile; if not, twice where one loop can carry the reductions,
  // and otherwise once for each and once more.
  transform.named_sequence @row(%kernel: !transform.any_op {transform.readonly}) {
    %elements = transform.tune.knob<"elements"> = 4096 : i64 from options = [512 : i64, 1024 : i64, 2048 : i64, 4096 : i64, 8192 : i64, 16384 : i64] -> !transform.any_param
    %warps = transform.tune.knob<"warps"> = 8 : i64 from options = [1 : i64, 2 : i64, 4 : i64, 8 : i64, 16 : i64, 32 : i64] -> !transform.any_param
    %program = transform.kopt.tile %kernel elements [%elements] warps [%warps] online
      : (!transform.any_op, !transform.any_param, !transform.any_param) -> !transform.any_op
    %held = transform.kopt.assign_layouts %program : (!transform.any_op) -> !transform.any_op
    %scheduled = transform.kopt.distribute %held : (!transform.any_op) -> !transform.any_op
    transform.yield
  }

  // A row that one block can hold in registers is read once.
  transform.named_sequence @row_in_registers(%kernel: !transform.any_op {transform.readonly}) {
    %elements = transform.tune.knob<"elements"> = 16384 : i64 from options = [8192 : i64, 16384 : i64, 32768 : i64] -> !transform.any_param
    %warps = transform.tune.knob<"warps"> = 16 : i64 from options = [8 : i64, 16 : i64, 32 : i64] -> !transform.any_param
    %program = transform.kopt.tile %kernel elements [%elements] warps [%warps]
      : (!transform.any_op, !transform.any_param, !transform.any_param) -> !transform.any_op
    %held = transform.kopt.assign_layouts %program : (!transform.any_op) -> !transform.any_op
    %scheduled = transform.kopt.distribute %held : (!transform.any_op) -> !transform.any_op
    transform.yield
  }

  // A row that fits the registers of a cluster of blocks, not those of one: each
  // block keeps its part, and they join through each other's shared memory.
  transform.named_sequence @row_in_cluster(%kernel: !transform.any_op {transform.readonly}) {
    %elements = transform.tune.knob<"elements"> = 131072 : i64 from options = [16384 : i64, 32768 : i64, 65536 : i64, 131072 : i64, 262144 : i64, 524288 : i64] -> !transform.any_param
    %warps = transform.tune.knob<"warps"> = 32 : i64 from options = [4 : i64, 8 : i64, 16 : i64, 32 : i64] -> !transform.any_param
    %cluster = transform.tune.knob<"cluster"> = 8 : i64 from options = [2 : i64, 4 : i64, 8 : i64, 16 : i64] -> !transform.any_param
    %program = transform.kopt.tile %kernel elements [%elements] warps [%warps] cluster [%cluster]
      : (!transform.any_op, !transform.any_param, !transform.any_param, !transform.any_param) -> !transform.any_op
    %kept = transform.kopt.keep %program : (!transform.any_op) -> !transform.any_op
    %held = transform.kopt.assign_layouts %kept : (!transform.any_op) -> !transform.any_op
    %scheduled = transform.kopt.distribute %held : (!transform.any_op) -> !transform.any_op
    transform.yield
  }

  // The same with part of what threads hold in shared memory, so that several
  // clusters share multiprocessors: while one's blocks wait for each other, the
  // others read and write.
  transform.named_sequence @row_in_clusters(%kernel: !transform.any_op {transform.readonly}) {
    %elements = transform.tune.knob<"elements"> = 32768 : i64 from options = [16384 : i64, 32768 : i64, 65536 : i64, 131072 : i64, 262144 : i64, 524288 : i64] -> !transform.any_param
    %warps = transform.tune.knob<"warps"> = 8 : i64 from options = [4 : i64, 8 : i64, 16 : i64, 32 : i64] -> !transform.any_param
    %cluster = transform.tune.knob<"cluster"> = 16 : i64 from options = [2 : i64, 4 : i64, 8 : i64, 16 : i64] -> !transform.any_param
    %stash = transform.tune.knob<"stash"> = 16 : i64 from options = [4 : i64, 6 : i64, 8 : i64, 10 : i64, 12 : i64, 14 : i64, 16 : i64, 18 : i64, 20 : i64] -> !transform.any_param
    %resident = transform.tune.knob<"resident"> = 3 : i64 from options = [1 : i64, 2 : i64, 3 : i64, 4 : i64, 5 : i64, 6 : i64] -> !transform.any_param
    %program = transform.kopt.tile %kernel elements [%elements] warps [%warps] cluster [%cluster]
      : (!transform.any_op, !transform.any_param, !transform.any_param, !transform.any_param) -> !transform.any_op
    %kept = transform.kopt.keep %program : (!transform.any_op) -> !transform.any_op
    %fast = transform.kopt.invert_divisors %kept : (!transform.any_op) -> !transform.any_op
    %held = transform.kopt.assign_layouts %fast : (!transform.any_op) -> !transform.any_op
    %scheduled = transform.kopt.distribute %held : (!transform.any_op) -> !transform.any_op
    %light = transform.kopt.stash %scheduled vectors [%stash] : (!transform.any_op, !transform.any_param) -> !transform.any_op
    %bounded = transform.kopt.resident %light blocks [%resident] : (!transform.any_op, !transform.any_param) -> !transform.any_op
    transform.yield
  }

  // The reduced dimension is contiguous: few rows a block, many elements a step.
  transform.named_sequence @inner_reduction(%kernel: !transform.any_op {transform.readonly}) {
    %rows = transform.tune.knob<"rows"> = 1 : i64 from options = [1 : i64, 2 : i64, 4 : i64, 8 : i64, 16 : i64] -> !transform.any_param
    %elements = transform.tune.knob<"elements"> = 2048 : i64 from options = [512 : i64, 1024 : i64, 2048 : i64, 4096 : i64, 8192 : i64] -> !transform.any_param
    %warps = transform.tune.knob<"warps"> = 8 : i64 from options = [1 : i64, 2 : i64, 4 : i64, 8 : i64, 16 : i64, 32 : i64] -> !transform.any_param
    %resident = transform.tune.knob<"resident"> = 0 : i64 from options = [0 : i64, 2 : i64, 3 : i64, 4 : i64, 6 : i64, 8 : i64] -> !transform.any_param
    %program = transform.kopt.tile %kernel block [%rows] elements [%elements] warps [%warps] online
      : (!transform.any_op, !transform.any_param, !transform.any_param, !transform.any_param) -> !transform.any_op
    %held = transform.kopt.assign_layouts %program : (!transform.any_op) -> !transform.any_op
    %scheduled = transform.kopt.distribute %held : (!transform.any_op) -> !transform.any_op
    %bounded = transform.kopt.resident %scheduled blocks [%resident] : (!transform.any_op, !transform.any_param) -> !transform.any_op
    transform.yield
  }

  // So long that there cannot be many: the blocks of a cluster share each row, and
  // join their sums through each other's shared memory, always in the same order.
  transform.named_sequence @inner_reduction_in_cluster(%kernel: !transform.any_op {transform.readonly}) {
    %elements = transform.tune.knob<"elements"> = 32768 : i64 from options = [16384 : i64, 32768 : i64, 65536 : i64] -> !transform.any_param
    %warps = transform.tune.knob<"warps"> = 8 : i64 from options = [4 : i64, 8 : i64, 16 : i64, 32 : i64] -> !transform.any_param
    %cluster = transform.tune.knob<"cluster"> = 8 : i64 from options = [2 : i64, 4 : i64, 8 : i64, 16 : i64] -> !transform.any_param
    %program = transform.kopt.tile %kernel block [1] elements [%elements] warps [%warps] cluster [%cluster]
      : (!transform.any_op, !transform.any_param, !transform.any_param, !transform.any_param) -> !transform.any_op
    %held = transform.kopt.assign_layouts %program : (!transform.any_op) -> !transform.any_op
    %scheduled = transform.kopt.distribute %held : (!transform.any_op) -> !transform.any_op
    transform.yield
  }

  // Reductions that need each other's results (mean and variance), of rows that
  // fit the registers of a block, or of a cluster: read once.
  transform.named_sequence @chained_reduction(%kernel: !transform.any_op {transform.readonly}) {
    %elements = transform.tune.knob<"elements"> = 16384 : i64 from options = [2048 : i64, 4096 : i64, 8192 : i64, 16384 : i64, 32768 : i64] -> !transform.any_param
    %warps = transform.tune.knob<"warps"> = 16 : i64 from options = [1 : i64, 2 : i64, 4 : i64, 8 : i64, 16 : i64, 32 : i64] -> !transform.any_param
    // The same part of all rows, then the next: what follows takes parts, not rows.
    %interleaved = transform.tune.knob<"interleaved"> = 1 : i64 from options = [0 : i64, 1 : i64] -> !transform.any_param
    %resident = transform.tune.knob<"resident"> = 0 : i64 from options = [0 : i64, 2 : i64, 3 : i64, 4 : i64, 6 : i64, 8 : i64] -> !transform.any_param
    %program = transform.kopt.tile %kernel block [1] elements [%elements] warps [%warps] interleaved [%interleaved]
      : (!transform.any_op, !transform.any_param, !transform.any_param, !transform.any_param) -> !transform.any_op
    %held = transform.kopt.assign_layouts %program : (!transform.any_op) -> !transform.any_op
    %scheduled = transform.kopt.distribute %held : (!transform.any_op) -> !transform.any_op
    %bounded = transform.kopt.resident %scheduled blocks [%resident] : (!transform.any_op, !transform.any_param) -> !transform.any_op
    transform.yield
  }

  transform.named_sequence @chained_reduction_in_cluster(%kernel: !transform.any_op {transform.readonly}) {
    %elements = transform.tune.knob<"elements"> = 262144 : i64 from options = [32768 : i64, 65536 : i64, 131072 : i64, 262144 : i64] -> !transform.any_param
    %warps = transform.tune.knob<"warps"> = 16 : i64 from options = [4 : i64, 8 : i64, 16 : i64, 32 : i64] -> !transform.any_param
    %cluster = transform.tune.knob<"cluster"> = 8 : i64 from options = [2 : i64, 4 : i64, 8 : i64, 16 : i64] -> !transform.any_param
    %program = transform.kopt.tile %kernel block [1] elements [%elements] warps [%warps] cluster [%cluster]
      : (!transform.any_op, !transform.any_param, !transform.any_param, !transform.any_param) -> !transform.any_op
    %held = transform.kopt.assign_layouts %program : (!transform.any_op) -> !transform.any_op
    %scheduled = transform.kopt.distribute %held : (!transform.any_op) -> !transform.any_op
    transform.yield
  }

  // What remains is contiguous: a row of columns a block, some of the reduced
  // elements of each at once.
  transform.named_sequence @outer_reduction(%kernel: !transform.any_op {transform.readonly}) {
    %columns = transform.tune.knob<"columns"> = 128 : i64 from options = [32 : i64, 64 : i64, 128 : i64, 256 : i64, 512 : i64, 1024 : i64] -> !transform.any_param
    %elements = transform.tune.knob<"elements"> = 4096 : i64 from options = [512 : i64, 1024 : i64, 2048 : i64, 4096 : i64, 8192 : i64, 16384 : i64] -> !transform.any_param
    %warps = transform.tune.knob<"warps"> = 8 : i64 from options = [1 : i64, 2 : i64, 4 : i64, 8 : i64, 16 : i64, 32 : i64] -> !transform.any_param
    %resident = transform.tune.knob<"resident"> = 0 : i64 from options = [0 : i64, 2 : i64, 3 : i64, 4 : i64, 6 : i64, 8 : i64] -> !transform.any_param
    %program = transform.kopt.tile %kernel block [%columns] elements [%elements] warps [%warps]
      : (!transform.any_op, !transform.any_param, !transform.any_param, !transform.any_param) -> !transform.any_op
    %held = transform.kopt.assign_layouts %program : (!transform.any_op) -> !transform.any_op
    %scheduled = transform.kopt.distribute %held : (!transform.any_op) -> !transform.any_op
    %bounded = transform.kopt.resident %scheduled blocks [%resident] : (!transform.any_op, !transform.any_param) -> !transform.any_op
    transform.yield
  }

  transform.named_sequence @__kernel_schedules(%root: !transform.any_op {transform.consumed}) {
    transform.foreach_match in %root
      @match_long_row -> @row_in_clusters,
      @match_long_row_again -> @row_in_cluster,
      @match_middle_row -> @row_in_registers,
      @match_row -> @row,
      @match_long_chained_reduction -> @chained_reduction_in_cluster,
      @match_chained_reduction -> @chained_reduction,
      @match_long_inner_reduction -> @inner_reduction_in_cluster,
      @match_inner_reduction -> @inner_reduction,
      @match_outer_reduction -> @outer_reduction
      : (!transform.any_op) -> !transform.any_op
    transform.yield
  }
}
