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

def Schedule_TileOp : ScheduleOp<"tile"> {
  let summary = "makes the tile program of a kernel";
  let description = [{
    Cuts the results of a `kopt.kernel` into blocks and tiles and makes, in a
    `gpu.module` with the kernel's name, the `gpu.func` that computes them; gives a
    handle to it. The kernel itself stays: it is what the program must be equal to.

    `block`: elements of each result dimension for one block (0: all). `tile`:
    elements of each in one tile, powers of two (0: the block's share). `reduction`:
    elements of one step of each reduction, in program order. `warps`: warps of a
    block.

    Fails silenceably if an operation of the kernel cannot be tiled so.

    ```mlir
    %program = transform.kopt.tile %kernel block = [1, 0] reduction = [1024] warps = 8
      : (!transform.any_op) -> !transform.any_op
    ```
  }];
  let arguments = (ins TransformHandleTypeInterface:$target,
                       DefaultValuedAttr<DenseI64ArrayAttr, "{}">:$block,
                       DefaultValuedAttr<DenseI64ArrayAttr, "{}">:$tile,
                       DefaultValuedAttr<DenseI64ArrayAttr, "{}">:$reduction,
                       DefaultValuedAttr<I64Attr, "4">:$warps);
  let results = (outs TransformHandleTypeInterface:$program);
  let assemblyFormat = [{
    $target oilist(`block` `=` $block | `tile` `=` $tile | `reduction` `=` $reduction
                   | `warps` `=` $warps)
    attr-dict `:` functional-type(operands, results)
  }];
}

class ProgramOp<string mnemonic> : ScheduleOp<mnemonic> {
  let arguments = (ins TransformHandleTypeInterface:$target);
  let results = (outs TransformHandleTypeInterface:$program);
  let assemblyFormat = "$target attr-dict `:` functional-type(operands, results)";
}

def Schedule_StageOp : ProgramOp<"stage"> {
  let summary = "brings the operands of products through shared memory";
  let description = [{
    Each `ktile.dot` whose operands are tiles reads them from buffers in shared
    memory instead (the left one as K x M, so that a thread's rows are neighbours),
    which all threads fill first.

    ```mlir
    %staged = transform.kopt.stage %program : (!transform.any_op) -> !transform.any_op
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
