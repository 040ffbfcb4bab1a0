//===- FormKernels.h - From operations to kernels ---------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_KERNEL_FORMKERNELS_H
#define KERNEL_OPT_KERNEL_FORMKERNELS_H

#include "kernel-opt/Dialect/Kopt/KoptOps.h"
#include "kernel-opt/Kernel/FusionPlan.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/StringSet.h"
#include <string>

namespace kernel_opt::kernel {

struct FormOptions {
  /// The plan; the default one if null.
  kopt::FusionOp plan;
  FusionLimits limits;
  /// Whether kernels are brought into the form that schedules expect.
  bool normalize = true;
};

/// Makes kernels of all operations on tensors in the blocks of a function
/// (those of control flow included), so that the function becomes the launch
/// plan: kernels, views, constants, sizes, and what is foreign. `names` holds
/// the names of kernels that the module has, and gets the new ones.
LogicalResult formKernels(Operation *function, const FormOptions &options,
                          llvm::StringSet<> &names);

/// Moves the operations of a group into a kernel before the end of the block,
/// with copies of the free operations that it reads through.
kopt::KernelOp outlineGroup(const FusionGraph &graph, unsigned group,
                            StringRef name);

/// Brings the inside of a kernel into the form that schedules expect:
/// elementwise and moving operations are linalg.generic; an elementwise one
/// with a single reader that is elementwise as well is fused into it;
/// transposes and broadcasts become indexing maps of their readers; reshapes
/// between operations are folded into the loops of those that read them, and
/// reshapes of operands and results move out of the kernel.
/// Contractions, windows and reductions by name stay as they are unless a
/// transpose or reshape is folded into them. No arithmetic is changed or moved
/// out of order.
LogicalResult normalizeKernel(kopt::KernelOp kernel);

/// What becomes a kernel of its own when a kernel is split.
enum class SplitBy {
  Results,   ///< what computes a result
  Operations ///< every operation that computes something
};

/// Replaces a kernel by several, named `prefix` and their number. What one of
/// them stores others read from there; fills, views and all else that nobody
/// stores is copied. Equal kernels are split into equal ones.
SmallVector<kopt::KernelOp> splitKernel(kopt::KernelOp kernel, StringRef prefix,
                                        SplitBy splitBy);

/// Turns elements that are read at places that tensors hold into sums over all
/// places, of which one counts, where these are not many: then addresses are
/// known, and reductions are all there is. Returns whether there were any.
/// Places outside of the tensor, which mean nothing, give zero.
bool spreadGathers(kopt::KernelOp kernel);

/// Hash of what a program for this kernel is judged by: what it computes, and,
/// if it does with others the work of one, that one and those others. It does
/// not depend on names. Fails, after reporting why, if a note of what the
/// kernel stands for is none.
FailureOr<std::string> sharedHash(kopt::KernelOp kernel);

/// Gives kernels of equal hashes the name of the first of them, so that one
/// program serves all.
LogicalResult shareKernels(ModuleOp module);

/// Puts the operations of a kernel in its place.
void inlineKernel(kopt::KernelOp kernel);

} // namespace kernel_opt::kernel

#endif // KERNEL_OPT_KERNEL_FORMKERNELS_H
