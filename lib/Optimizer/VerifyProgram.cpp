//===- VerifyProgram.cpp - All checks of a scheduled program ----*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ProgramVerifier.h"
#include "kernel-opt/Kernel/FormKernels.h"
#include "kernel-opt/Support/Hash.h"
#include "mlir/IR/Threading.h"
#include "llvm/ADT/StringExtras.h"
#include <random>

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::optimizer;

void optimizer::recordStage(ModuleOp module, StringRef stage, StringRef by,
                            Outcome &outcome) {
  Verification &state = *outcome.verification;
  state.chain.push_back({stage.str(), structuralHash(module), by.str()});
  if (stage == "linalg")
    state.original = module.clone();
}

std::string optimizer::subjectOf(kopt::KernelOp kernel) {
  return ("kernel @" + kernel.getKernelName()).str();
}

Obligation &ProgramVerifier::add(StringRef name, StringRef layer,
                                 std::string subject, Level level) {
  Obligation &added = state.obligations.emplace_back();
  added.name = name.str();
  added.layer = layer.str();
  added.subject = std::move(subject);
  added.level = level;
  return added;
}

uint64_t optimizer::nonceOf(uint64_t nonce, StringRef source,
                            StringRef target) {
  std::string text = hashText(
      (Twine(llvm::utohexstr(nonce)) + " " + source + " " + target).str());
  uint64_t result = 0;
  StringRef(text)
      .drop_front(strlen("sha256:"))
      .take_front(16)
      .getAsInteger(16, result);
  return result;
}

//===----------------------------------------------------------------------===//
// L0
//===----------------------------------------------------------------------===//

/// One program serves all kernels of its name, and is checked for the first of
/// them: the others must be the same.
LogicalResult ProgramVerifier::admitNames() {
  llvm::StringMap<std::string> hashes;
  llvm::StringSet<> refused;
  auto walked = module.walk([&](kopt::KernelOp kernel) {
    FailureOr<std::string> hash = kernel::sharedHash(kernel);
    if (failed(hash))
      return WalkResult::interrupt();
    StringRef name = kernel.getKernelName();
    if (hashes.try_emplace(name, *hash).first->second == *hash ||
        !refused.insert(name).second)
      return WalkResult::advance();
    add(obligation::admission, "L0", subjectOf(kernel), Level::Refuted).detail =
        "kernels of this name are not equal";
    kernel.emitError("kernel '") << name
                                 << "' is not the one of that name "
                                    "that stands before it";
    return WalkResult::advance();
  });
  return success(!walked.wasInterrupted() && refused.empty());
}

LogicalResult ProgramVerifier::admit() {
  llvm::Expected<nvptx::Chip> chip = nvptx::findChip(options.compile.target);
  if (!chip)
    return module.emitError() << llvm::toString(chip.takeError());
  verify::ResourceLimits limits;
  limits.threadsPerBlock = chip->limits.threadsPerBlock;
  limits.sharedPerBlock = chip->limits.sharedPerBlock;
  bool ok = true;
  for (kopt::KernelOp kernel : kopt::distinctKernels(module)) {
    FailureOr<gpu::GPUFuncOp> program = programOf(kernel);
    if (failed(program))
      return failure();
    KernelRecord &record = outcome.getOrCreate(kernel.getKernelName());
    record.admission = {};
    std::string why;
    ScopedDiagnosticHandler handler(
        module.getContext(), [&](Diagnostic &diagnostic) {
          if (why.empty() &&
              diagnostic.getSeverity() == DiagnosticSeverity::Error)
            why = diagnostic.str();
          return failure(); // on to whoever shows it
        });
    bool admitted = succeeded(verify::admitKernel(kernel, record.admission)) &&
                    succeeded(verify::admitProgram(
                        (*program)->getParentOfType<gpu::GPUModuleOp>(), limits,
                        record.admission));
    ok &= admitted;
    add(obligation::admission, "L0", subjectOf(kernel),
        admitted ? Level::Proved : Level::Refuted)
        .detail = why;
  }
  return success(ok);
}

//===----------------------------------------------------------------------===//
// All of it
//===----------------------------------------------------------------------===//

LogicalResult ProgramVerifier::run() {
  // Everything that is checked is fixed now.
  state.nonce = options.nonce ? *options.nonce
                              : uint64_t(std::random_device{}()) << 32 |
                                    std::random_device{}();
  state.obligations.clear();
  state.functionChecks.clear();
  state.assumptions.clear();
  state.scheduled.clear();
  llvm::raw_string_ostream(state.scheduled) << module;
  state.chain.push_back({"scheduled", hashText(state.scheduled),
                         "formation of kernels and schedules"});
  if (failed(admitNames()) || failed(admit()))
    return failure();
  bool ok = succeeded(askFunctions());
  for (kopt::KernelOp kernel : kopt::distinctKernels(module))
    ok &= succeeded(askWhole(kernel)) && succeeded(askKernel(kernel));
  // Side by side, since some of them keep one core busy for long; answered in
  // their order.
  parallelForEach(module.getContext(), questions, [](Question &question) {
    if (question.compute)
      question.compute();
  });
  for (Question &question : questions)
    ok &= succeeded(question.answer());
  return success(ok);
}

LogicalResult optimizer::verifyKernels(ModuleOp module, const Options &options,
                                       Outcome &outcome) {
  llvm::Expected<verify::Policy> policy = verify::Policy::find(options.policy);
  if (!policy)
    return module.emitError() << llvm::toString(policy.takeError());
  return ProgramVerifier(module, options, *policy, outcome).run();
}
