//===- Primitives.h - What schedule primitives share ------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_SCHEDULE_PRIMITIVES_H
#define KERNEL_OPT_LIB_SCHEDULE_PRIMITIVES_H

#include "kernel-opt/Schedule/ScheduleOps.h"
#include "mlir/IR/Diagnostics.h"

namespace kernel_opt::schedule {
using namespace mlir;

/// Takes the diagnostics of `work` as the notes of a silenceable failure: a
/// primitive that does not apply says why and leaves the rest to the schedule.
template <typename WorkFn>
DiagnosedSilenceableFailure silenceably(Operation *op, Twine what,
                                        WorkFn work) {
  SmallVector<std::string> reasons;
  ScopedDiagnosticHandler handler(op->getContext(),
                                  [&](Diagnostic &diagnostic) {
                                    reasons.push_back(diagnostic.str());
                                    return success();
                                  });
  if (succeeded(work()))
    return DiagnosedSilenceableFailure::success();
  DiagnosedSilenceableFailure failure = emitSilenceableFailure(op) << what;
  for (const std::string &reason : reasons)
    failure.attachNote(op->getLoc()) << reason;
  return failure;
}

/// The numbers of a list some of which are parameters.
template <typename OpTy>
DiagnosedSilenceableFailure
readNumbers(OpTy op, transform::TransformState &state, OperandRange dynamic,
            ArrayRef<int64_t> numbers, SmallVectorImpl<int64_t> &result) {
  auto next = dynamic.begin();
  for (int64_t number : numbers) {
    if (!ShapedType::isDynamic(number)) {
      result.push_back(number);
      continue;
    }
    ArrayRef<Attribute> params = state.getParams(*next++);
    if (params.size() != 1 || !isa<IntegerAttr>(params[0]))
      return op.emitSilenceableError()
             << "a parameter must be one integer, found " << params.size()
             << " attributes";
    result.push_back(cast<IntegerAttr>(params[0]).getInt());
  }
  return DiagnosedSilenceableFailure::success();
}

} // namespace kernel_opt::schedule

#endif // KERNEL_OPT_LIB_SCHEDULE_PRIMITIVES_H
