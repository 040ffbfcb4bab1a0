//===- OptimizePass.cpp - The whole path as one pass ------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Optimizer/Optimizer.h"
#include "kernel-opt/Optimizer/Passes.h"
#include "kernel-opt/Optimizer/Prepare.h"
#include "kernel-opt/Support/Nesting.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"

namespace kernel_opt::optimizer {
#define GEN_PASS_DEF_OPTIMIZE
#include "kernel-opt/Optimizer/Passes.h.inc"
} // namespace kernel_opt::optimizer

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::optimizer;

namespace {
struct OptimizePass : optimizer::impl::OptimizeBase<OptimizePass> {
  using OptimizeBase::OptimizeBase;

  /// Dialects that the passes of the path build in; within a pass none can be
  /// loaded any more.
  void getDependentDialects(DialectRegistry &registry) const override;
  void runOnOperation() override;

private:
  LogicalResult readOptions(Options &options,
                            SmallVectorImpl<RankedTensorType> &types);
};
} // namespace

void OptimizePass::getDependentDialects(DialectRegistry &registry) const {
  nvptx::registerTranslations(registry);
  registerPathDialects(registry);
}

LogicalResult
OptimizePass::readOptions(Options &options,
                          SmallVectorImpl<RankedTensorType> &types) {
  ModuleOp module = getOperation();
  if (llvm::Expected<nvptx::Chip> chip = nvptx::findChip(target); !chip)
    return module.emitError(llvm::toString(chip.takeError()));
  options.compile.target = target;
  options.compile.cudaPath = cudaPath;
  options.schedules.assign(schedules.begin(), schedules.end());
  options.verify = verify != "off";
  options.policy = verify;
  options.requireAll = requireAll;
  options.machineCode = machineCode;
  uint64_t number;
  if (!nonce.empty()) {
    if (StringRef(nonce).getAsInteger(16, number))
      return module.emitError("nonce must be hexadecimal, found '")
             << nonce << "'";
    options.nonce = number;
  }
  for (const std::string &text : inputs) {
    std::string message;
    auto type = parseInputType(text, &getContext(), message);
    if (failed(type))
      return module.emitError(message);
    types.push_back(*type);
  }
  return success();
}

void OptimizePass::runOnOperation() {
  Options options;
  Outcome outcome;
  SmallVector<RankedTensorType> types;
  if (failed(checkContents(getOperation())) ||
      failed(readOptions(options, types)) ||
      (!types.empty() && failed(specializeInputs(getOperation(), types))) ||
      failed(optimize(getOperation(), options, outcome)))
    return signalPassFailure();
  for (const std::string &left : outcome.left)
    // At the place alone: a tool may print the operation of a remark.
    mlir::emitRemark(getOperation().getLoc(), "left in place: ") << left;
  // Stamps the module, without checks as well.
  (void)certify(getOperation(), options, outcome);
}
