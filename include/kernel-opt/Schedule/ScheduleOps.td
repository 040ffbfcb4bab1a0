//===- ScheduleOps.td - Schedule primitives ----------------*- tablegen -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_SCHEDULE_SCHEDULEOPS_TD
#define KERNEL_OPT_SCHEDULE_SCHEDULEOPS_TD

include "mlir/Dialect/Transform/IR/TransformDialect.td"
include "mlir/Dialect/Transform/Interfaces/MatchInterfaces.td"
include "mlir/Dialect/Transform/Interfaces/TransformInterfaces.td"
include "mlir/Dialect/Transform/IR/TransformTypes.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "mlir/IR/OpBase.td"

class ScheduleOp<string mnemonic, list<Trait> traits = []>
    : Op<Transform_Dialect, "kopt." # mnemonic, !listconcat(traits, [
        TransformOpInterface, DeclareOpInterfaceMethods<MemoryEffectsOpInterface>])> {
  let cppNamespace = "::kernel_opt::schedule";
  let extraClassDeclaration = [{
    ::mlir::DiagnosedSilenceableFailure
    apply(::mlir::transform::TransformRewriter &rewriter,
          ::mlir::transform::TransformResults &results,
          ::mlir::transform::TransformState &state);
  }];
}

def Schedule_MatchStructureOp : ScheduleOp<"match_structure", [MatchOpInterface]> {
  let summary = "succeeds for kernels of one structure";
  let description = [{
    The structure of a `kopt.kernel` is `elementwise` (no reduction), `row`
    (reductions along dimensions that the results have, too: normalization),
    `inner_reduction` (along dimensions that they lack, contiguous in memory),
    `outer_reduction` (along others), `contraction` (one product), `attention`
    (products chained through a reduction), `window` (convolution, pooling),
    `transpose` (no reduction, but other neighbours in memory) or `scan` (running
    sums).

    ```mlir
    transform.kopt.match_structure %kernel "contraction" : !transform.any_op
    ```

    With `reducing`, the elements that go into one reduced element must be of a
    number between the two.

    ```mlir
    transform.kopt.match_structure %kernel "row" reducing [32769, 524288] : !transform.any_op
    ```

    With `chained`, a reduction must need the result of another one (a variance
    that of the mean). With `shared`, an input must have all dimensions of the
    results but the first one (the weights of a normalization).

    ```mlir
    transform.kopt.match_structure %kernel "elementwise" shared : !transform.any_op
    ```
  }];
  let arguments = (ins TransformHandleTypeInterface:$target, StrAttr:$kind,
                       OptionalAttr<DenseI64ArrayAttr>:$reducing,
                       UnitAttr:$chained, UnitAttr:$shared);
  let assemblyFormat = [{
    $target $kind (`reducing` $reducing^)? (`chained` $chained^)? (`shared` $shared^)?
    attr-dict `:` type($target)
  }];
  let hasVerifier = 1;
}

def Schedule_TileOp : ScheduleOp<"tile", [AttrSizedOperandSegments]> {
  let summary = "makes the tile program of a kernel";
  let description = [{
    Cuts the results of a `kopt.kernel` into blocks and tiles and makes, in a
    `gpu.module` called `<kernel>_program`, the `gpu.func` of the kernel's name
    that computes them; gives a handle to it. The kernel itself stays: it is what the program must be equal
    to. Every number may be a parameter.

    `block`: elements of each result dimension for one block, given for the last
    dimensions (0: all; leading ones not given: 1). `tile`: elements of each in
    one tile, powers of two. `elements`: how many a tile has where the lists do
    not say, filled up from the last dimension on; 4096 unless given, or as many
    as `block` says where these are more. `reduction`: elements of one
    step of each reduction, in program order. `warps`: warps of a block. `raster`:
    rows of blocks that neighbouring blocks go through before they take the next
    column. `cluster`: blocks that share each tile and join their parts of
    reductions through each other's shared memory; "block" above then means a
    cluster of them.
    A dimension along which the kernel reduces always belongs to one block.
    `online`: reductions along one axis that depend on each other (a row's
    maximum, the sum of exponentials of differences to it, a product with them)
    are carried by one loop over pieces of the axis, in which sums are rescaled
    when what they depend on changes; otherwise each of them is a loop of its own.
    `leading`: elements of the first result dimension for one block, all in one
    tile, so that what its rows read in common is read once.
    `transposed`: elements along both the dimension of the result's neighbours in
    memory and that of an input's, 1 along others, where these differ.
    `descending` (0, 1 or 2): with 1, blocks run from the last rows to the first, along the
    fastest dimension that is cut, for kernels in which later rows are more work;
    with 2 along all dimensions, for kernels that follow one which read the same.
    `interleaved` (0 or 1): neighbouring blocks take the same place of all rows
    (the first dimension) before the next place; without `raster`.
    `positions` cuts all dimensions along which windows move as one, so that the
    windows of a convolution are the rows or columns of a product.

    Fails silenceably if an operation of the kernel cannot be tiled so.

    ```mlir
    %program = transform.kopt.tile %kernel block [64, 64] reduction [16] warps [%w]
      : (!transform.any_op, !transform.any_param) -> !transform.any_op
    ```
  }];
  let arguments = (ins TransformHandleTypeInterface:$target,
                       Variadic<TransformParamTypeInterface>:$dynamic_block,
                       Variadic<TransformParamTypeInterface>:$dynamic_tile,
                       Variadic<TransformParamTypeInterface>:$dynamic_elements,
                       Variadic<TransformParamTypeInterface>:$dynamic_reduction,
                       Variadic<TransformParamTypeInterface>:$dynamic_warps,
                       Variadic<TransformParamTypeInterface>:$dynamic_raster,
                       Variadic<TransformParamTypeInterface>:$dynamic_cluster,
                       Variadic<TransformParamTypeInterface>:$dynamic_transposed,
                       Variadic<TransformParamTypeInterface>:$dynamic_leading,
                       Variadic<TransformParamTypeInterface>:$dynamic_descending,
                       Variadic<TransformParamTypeInterface>:$dynamic_interleaved,
                       DefaultValuedOptionalAttr<DenseI64ArrayAttr, "{}">:$block,
                       DefaultValuedOptionalAttr<DenseI64ArrayAttr, "{}">:$tile,
                       DefaultValuedOptionalAttr<DenseI64ArrayAttr, "{}">:$elements,
                       DefaultValuedOptionalAttr<DenseI64ArrayAttr, "{}">:$reduction,
                       DefaultValuedOptionalAttr<DenseI64ArrayAttr, "{}">:$warps,
                       DefaultValuedOptionalAttr<DenseI64ArrayAttr, "{}">:$raster,
                       DefaultValuedOptionalAttr<DenseI64ArrayAttr, "{}">:$cluster,
                       DefaultValuedOptionalAttr<DenseI64ArrayAttr, "{}">:$transposed,
                       DefaultValuedOptionalAttr<DenseI64ArrayAttr, "{}">:$leading,
                       DefaultValuedOptionalAttr<DenseI64ArrayAttr, "{}">:$descending,
                       DefaultValuedOptionalAttr<DenseI64ArrayAttr, "{}">:$interleaved,
                       UnitAttr:$online, UnitAttr:$positions);
  let results = (outs TransformHandleTypeInterface:$program);
  let assemblyFormat = [{
    $target oilist(
      `block` custom<DynamicIndexList>($dynamic_block, $block)
      | `tile` custom<DynamicIndexList>($dynamic_tile, $tile)
      | `elements` custom<DynamicIndexList>($dynamic_elements, $elements)
      | `reduction` custom<DynamicIndexList>($dynamic_reduction, $reduction)
      | `warps` custom<DynamicIndexList>($dynamic_warps, $warps)
      | `raster` custom<DynamicIndexList>($dynamic_raster, $raster)
      | `cluster` custom<DynamicIndexList>($dynamic_cluster, $cluster)
      | `transposed` custom<DynamicIndexList>($dynamic_transposed, $transposed)
      | `leading` custom<DynamicIndexList>($dynamic_leading, $leading)
      | `descending` custom<DynamicIndexList>($dynamic_descending, $descending)
      | `interleaved` custom<DynamicIndexList>($dynamic_interleaved, $interleaved)
      | `online` $online
      | `positions` $positions)
    attr-dict `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
}

/// A primitive that makes something else of a program: consumes its handle and
/// reads its choices.
class ProgramOp<string mnemonic, dag choices = (ins), list<Trait> traits = []>
    : ScheduleOp<mnemonic, traits> {
  let arguments = !con((ins TransformHandleTypeInterface:$target), choices);
  let results = (outs TransformHandleTypeInterface:$program);
  let assemblyFormat = "$target attr-dict `:` functional-type(operands, results)";
  let extraClassDefinition = [{
    void $cppClass::getEffects(
        SmallVectorImpl<MemoryEffects::EffectInstance> &effects) {
      programEffects(getOperation(), effects);
    }
  }];
}

/// One with one number, which may be a parameter.
class NumberOp<string mnemonic, string word>
    : ProgramOp<mnemonic, (ins Variadic<TransformParamTypeInterface>:$dynamic_number,
                               DenseI64ArrayAttr:$number)> {
  let assemblyFormat = "$target `" # word # [{` custom<DynamicIndexList>($dynamic_number, $number)
    attr-dict `:` functional-type(operands, results)}];
  let hasVerifier = 1;
  let extraClassDefinition = [{
    void $cppClass::getEffects(
        SmallVectorImpl<MemoryEffects::EffectInstance> &effects) {
      programEffects(getOperation(), effects);
    }
    ::llvm::LogicalResult $cppClass::verify() {
      if (getNumber().size() == 1)
        return success();
      return emitOpError("takes one number of }] # word # [{, found ")
             << getNumber().size();
    }
  }];
}

def Schedule_StashOp : NumberOp<"stash", "vectors"> {
  let summary = "keeps part of what threads hold in shared memory";
  let description = [{
    Of what each thread of a scheduled program reads and needs again behind a
    barrier, the last `vectors` accesses leave the registers: they are copied to
    the thread's own places in shared memory (cp.async) and read from there in
    each part of the program between barriers, where elementwise work on them is
    done anew. So a row fits half of the registers, and a second block lives
    beside the first (`transform.kopt.resident`). Fails silenceably if nothing
    is needed behind a barrier, or if barriers stand in loops.

    ```mlir
    %light = transform.kopt.stash %scheduled vectors [12] : (!transform.any_op) -> !transform.any_op
    ```
  }];
}

def Schedule_ResidentOp : NumberOp<"resident", "blocks"> {
  let summary = "lets several blocks live on a multiprocessor at once";
  let description = [{
    Bounds the registers of a scheduled program so that `blocks` blocks of it fit
    the register file together: while one waits for memory or for its cluster, the
    others go on. 0 leaves it to the compiler. Fails silenceably if so many threads
    do not fit a multiprocessor (2048).

    ```mlir
    %bound = transform.kopt.resident %scheduled blocks [2] : (!transform.any_op) -> !transform.any_op
    ```
  }];
}

def Schedule_KeepOp : ProgramOp<"keep"> {
  let summary = "reads a tile once and keeps it in registers";
  let description = [{
    Unrolls the loops over tiles and takes tiles that were read or computed before
    from registers. A row that several passes go over is then read once. Fails
    silenceably if a loop has more than 16 rounds or there is none.

    ```mlir
    %kept = transform.kopt.keep %program : (!transform.any_op) -> !transform.any_op
    ```
  }];
}

def Schedule_SkipMaskedOp : ProgramOp<"skip_masked"> {
  let summary = "sums nothing in blocks where a mask hides all sums";
  let description = [{
    Where a loop's result is seen through a selection alone whose condition
    compares affine functions of the coordinates (a triangle, a band), the loop
    runs no round in blocks whose tile has no element that is selected. Fails
    silenceably if there is no such loop. Before layouts are assigned.

    ```mlir
    %fewer = transform.kopt.skip_masked %program : (!transform.any_op) -> !transform.any_op
    ```
  }];
}

def Schedule_StageOp : ProgramOp<"stage", (ins DefaultValuedAttr<StrAttr, "\"fma\"">:$unit)> {
  let summary = "chooses the unit of products and brings operands through shared memory";
  let description = [{
    Each `ktile.dot` whose operands are tiles reads them from buffers in shared
    memory instead, which all threads fill first.

    `fma` (the default): threads multiply; the left operand lies as K x M, so
    that a thread's rows are neighbours. `mma`: warps multiply 16-bit operands by
    `kgpu.mma` with sums in f32; buffers are in the order of global memory, what
    is known before the first product of a block of code is brought at once, and a left operand that is computed from
    another product stays in registers. Fails silenceably if there is no product or if one is not for the unit.

    ```mlir
    %staged = transform.kopt.stage %program unit "mma" : (!transform.any_op) -> !transform.any_op
    ```
  }];
  let assemblyFormat = "$target (`unit` $unit^)? attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

def Schedule_PipelineProductsOp : ProgramOp<"pipeline_products",
    (ins Variadic<TransformParamTypeInterface>:$dynamic_depth,
    Variadic<TransformParamTypeInterface>:$dynamic_producer,
    Variadic<TransformParamTypeInterface>:$dynamic_promote,
    Variadic<TransformParamTypeInterface>:$dynamic_by_threads,
    Variadic<TransformParamTypeInterface>:$dynamic_split,
    Variadic<TransformParamTypeInterface>:$dynamic_overlap,
    Variadic<TransformParamTypeInterface>:$dynamic_least_blocks,
    DefaultValuedOptionalAttr<DenseI64ArrayAttr, "{}">:$depth,
    DefaultValuedOptionalAttr<DenseI64ArrayAttr, "{}">:$producer,
    DefaultValuedOptionalAttr<DenseI64ArrayAttr, "{}">:$promote,
    DefaultValuedOptionalAttr<DenseI64ArrayAttr, "{}">:$by_threads,
    DefaultValuedOptionalAttr<DenseI64ArrayAttr, "{}">:$split,
    DefaultValuedOptionalAttr<DenseI64ArrayAttr, "{}">:$overlap,
    DefaultValuedOptionalAttr<DenseI64ArrayAttr, "{}">:$least_blocks),
    [AttrSizedOperandSegments]> {
  let summary = "sums products on tensor cores while the next operands arrive";
  let description = [{
    The loop over K of a tile program becomes a pipeline for sm_90a: the tensor
    memory accelerator fills swizzled buffers in shared memory, `depth` steps ahead
    (mbarriers say when), and warpgroups multiply from there (wgmma). `producer`
    (0 or 1): a further warpgroup loads, the others only multiply. `promote` (0 or
    1): the sums of each step leave the tensor core, which truncates, and are added
    in f32. `by_threads` (0 or 1): threads bring the operands, which then may be
    computed tiles and ragged rows, one step ahead. `split` (0 or 1, by threads and
    promoted): f32 operands become three bf16 parts each, of whose products the six
    largest are summed, small ones first; under a contract that allows NaN and
    infinities with further buffers that keep them. f32 operands need that, bf16
    and f16 ones have no parts. `least_blocks`: with fewer blocks it does not
    apply. 16-bit results go back through shared memory and the accelerator.

    A loop may carry more than one sum and compute in between (a producer loads
    then): operands that do not change lie in shared memory once, left factors that
    are computed stay in registers. `overlap` (0 or 1): the last product of a step
    runs while the next step's first ones and what follows from them are computed.

    Fails silenceably where operands are not bf16 or f16 tiles that come straight
    from memory, where rows are no multiples of 16 bytes, and where a warpgroup has
    less than 64 rows or more sums than registers.

    ```mlir
    %fast = transform.kopt.pipeline_products %program depth [4] producer [%p]
      : (!transform.any_op, !transform.any_param) -> !transform.any_op
    ```
  }];
  let assemblyFormat = [{
    $target oilist(
      `depth` custom<DynamicIndexList>($dynamic_depth, $depth)
      | `producer` custom<DynamicIndexList>($dynamic_producer, $producer)
      | `promote` custom<DynamicIndexList>($dynamic_promote, $promote)
      | `by_threads` custom<DynamicIndexList>($dynamic_by_threads, $by_threads)
      | `split` custom<DynamicIndexList>($dynamic_split, $split)
      | `overlap` custom<DynamicIndexList>($dynamic_overlap, $overlap)
      | `least_blocks` custom<DynamicIndexList>($dynamic_least_blocks, $least_blocks))
    attr-dict `:` functional-type(operands, results)
  }];
}

def Schedule_RebaseExponentialsOp : ProgramOp<"rebase_exponentials"> {
  let summary = "makes exponentials powers of two";
  let description = [{
    exp(x) of f32 tiles becomes exp2(x * log2(e)). The factor joins a literal that x
    is multiplied by, if that says what it stands for (`kopt.const`), and is
    applied to a row's number before it is repeated along the row; a product from
    which something is subtracted becomes one fused operation.

    ```mlir
    %fast = transform.kopt.rebase_exponentials %program : (!transform.any_op) -> !transform.any_op
    ```
  }];
}

def Schedule_InvertDivisorsOp : ProgramOp<"invert_divisors"> {
  let summary = "makes divisions of rows by one number products with its inverse";
  let description = [{
    Where what divides a tile has fewer elements than the tile (a row's sum), its
    inverse is taken once and multiplied with: one more rounding, a tenth of the
    instructions. Other divisions stay.

    ```mlir
    %fast = transform.kopt.invert_divisors %program : (!transform.any_op) -> !transform.any_op
    ```
  }];
}

def Schedule_PeelMasksOp : ProgramOp<"peel_masks"> {
  let summary = "gives steps that need no mask a loop of their own";
  let description = [{
    A mask that compares coordinates with each other, or with bounds, holds for
    whole tiles up to some step of the loop: below a diagonal, before the end of a
    ragged dimension. The steps before the first one in which it may not hold become
    a loop of their own, in which it is not computed. Loops without such masks stay
    as they are.

    ```mlir
    %cut = transform.kopt.peel_masks %program : (!transform.any_op) -> !transform.any_op
    ```
  }];
}

def Schedule_PrefetchOp : NumberOp<"prefetch", "stages"> {
  let summary = "brings what loops stage ahead of time";
  let description = [{
    In loops whose products read buffers in shared memory, the buffers are filled
    `stages` - 1 rounds ahead by asynchronous copies (cp.async), into `stages`
    buffers each: one barrier a round is left, and no register holds what is on
    its way. Applies to loops in which all that is staged before the first product
    comes straight from global memory, at least 4 bytes side by side; others stay
    as they are, as do all with one stage.

    ```mlir
    %ahead = transform.kopt.prefetch %staged stages [%n]
      : (!transform.any_op, !transform.any_param) -> !transform.any_op
    ```
  }];
}

def Schedule_AssignLayoutsOp : ProgramOp<"assign_layouts"> {
  let summary = "says which thread holds which element of every tile";
  let description = [{
    Loads and stores get layouts in which neighbouring threads touch neighbouring
    memory in vectors of up to 16 bytes, the largest first; what is computed from them
    follows; conversions stand where two wishes meet.

    ```mlir
    %held = transform.kopt.assign_layouts %program : (!transform.any_op) -> !transform.any_op
    ```
  }];
}

def Schedule_DistributeOp : ProgramOp<"distribute"> {
  let summary = "spells out each thread's part of a tile program";
  let description = [{
    Makes scheduled IR of a tile program all of whose tiles have layouts.

    ```mlir
    %scheduled = transform.kopt.distribute %held : (!transform.any_op) -> !transform.any_op
    ```
  }];
}

#endif // KERNEL_OPT_SCHEDULE_SCHEDULEOPS_TD
