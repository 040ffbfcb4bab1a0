//===- Prepare.h - Programs as kernels can be made of them ------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_OPTIMIZER_PREPARE_H
#define KERNEL_OPT_OPTIMIZER_PREPARE_H

#include "kernel-opt/Support/LLVM.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/BuiltinTypes.h"

namespace kernel_opt::optimizer {

/// Operations on tensors in the one form that later steps know: amounts of
/// padding that are constants stand in the operation, and dimensions of size
/// one that a reduction keeps are put back by a reshape behind it.
void normalizeTensorOps(ModuleOp module);

/// Reads "f32[4,3,224,224]"; "f32[]" is a scalar. The message says what is
/// wrong.
FailureOr<RankedTensorType> parseInputType(StringRef text, MLIRContext *context,
                                           std::string &message);

/// Gives the arguments of the only function of the module that has sizes that
/// are not known (`?`) these types, one for each argument, and follows the
/// sizes through operations that infer their results.
LogicalResult specializeInputs(ModuleOp module,
                               ArrayRef<RankedTensorType> inputs);

/// Moves what kernels can hold out of functions that hold something else, too.
/// `left` gets a line for each operation that stays. With `requireAll` these
/// are errors, all at once.
LogicalResult separateForeign(ModuleOp module, bool requireAll,
                              std::vector<std::string> &left);

/// Fails, naming all of them, if functions with work for kernels compute with
/// sizes that are not known.
LogicalResult checkSizesKnown(ModuleOp module);

} // namespace kernel_opt::optimizer

#endif // KERNEL_OPT_OPTIMIZER_PREPARE_H
