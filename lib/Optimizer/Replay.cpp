//===- Replay.cpp - Are all numbers of a certificate right? -----*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Stages.h"
#include "kernel-opt/Dialect/Kopt/KoptAttrs.h"
#include "kernel-opt/Support/Hash.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::optimizer;

/// What it takes to repeat the run; nothing if a field is missing.
static FailureOr<Options> readOptions(const llvm::json::Object &certificate,
                                      Location location) {
  auto missing = [&](StringRef field) {
    emitError(location, "the certificate lacks '") << field << "'";
    return failure();
  };
  const llvm::json::Object *policy = certificate.getObject("policy");
  const llvm::json::Object *compile = certificate.getObject("options");
  if (!policy || !policy->getString("name"))
    return missing("policy.name");
  if (!compile || !compile->getString("target"))
    return missing("options.target");
  Options options;
  options.policy = policy->getString("name")->str();
  options.compile.target = compile->getString("target")->str();
  options.compile.optLevel = compile->getInteger("opt_level").value_or(3);
  options.compile.ptxasLevel = compile->getInteger("ptxas_level").value_or(3);
  options.compile.maxRegisters =
      compile->getInteger("max_registers").value_or(0);
  options.machineCode = compile->getBoolean("machine_code").value_or(false);
  std::optional<StringRef> text = certificate.getString("nonce");
  uint64_t nonce;
  if (!text || text->getAsInteger(16, nonce))
    return missing("nonce");
  options.nonce = nonce;
  // Checks that were made at another time say that they had nonces of their
  // own; all others must follow from the certificate's.
  if (const llvm::json::Array *kernels = certificate.getArray("kernels"))
    for (const llvm::json::Value &value : *kernels) {
      const llvm::json::Object *kernel = value.getAsObject();
      if (const llvm::json::Object *functions =
              kernel ? kernel->getObject("functions") : nullptr)
        for (const auto &[subject, record] : *functions)
          if (const llvm::json::Object *object = record.getAsObject();
              object && object->getBoolean("own_nonce").value_or(false) &&
              !object->getString("nonce").value_or("").getAsInteger(16, nonce))
            options.kernelNonces[StringRef(subject).str()] = nonce;
      const llvm::json::Object *check =
          kernel ? kernel->getObject("check") : nullptr;
      if (!check || !kernel->getString("name") ||
          !kernel->getBoolean("own_nonce").value_or(false))
        continue;
      if (!check->getString("nonce").value_or("").getAsInteger(16, nonce))
        options.kernelNonces[kernel->getString("name")->str()] = nonce;
    }
  return options;
}

FailureOr<ReplayResult> optimizer::replay(const llvm::json::Object &certificate,
                                          ModuleOp input, ModuleOp output,
                                          StringRef cudaPath) {
  auto options = readOptions(certificate, input.getLoc());
  if (failed(options))
    return failure();
  options->compile.cudaPath = cudaPath.str();
  // The choices (rewrites, kernels, schedules) are what the certificate holds;
  // they are checked, not repeated.
  auto scheduled = readScheduled(certificate, input);
  if (failed(scheduled))
    return failure();
  OwningOpRef<ModuleOp> module = std::move(*scheduled);
  // From the input again as far as choices were not made.
  Outcome outcome;
  recordStage(input, "input", "read", outcome);
  std::string given;
  if (output)
    given = outputHash(output);
  if (failed(lowerToLinalg(input)))
    return failure();
  recordStage(input, "linalg", "lowering", outcome);
  LogicalResult verified = verifyKernels(*module, *options, outcome);
  ReplayResult result;
  if (failed(verified)) {
    result.verdict = verify::Verdict::Refuted;
    for (const verify::Obligation &found : outcome.verification->obligations)
      if (found.level == verify::Level::Refuted)
        result.reasons.push_back(found.name + " of " + found.subject + ": " +
                                 found.detail);
    return result;
  }
  if (failed(compileKernels(*module, *options, outcome)))
    return failure();
  std::optional<llvm::json::Object> replayed =
      certify(*module, *options, outcome);
  result.differences = verify::differences(certificate, *replayed);
  if (output && given != outputHash(*module))
    result.differences.push_back(
        "the output is not what the certificate is about: it has " + given +
        ", the replay finds " + outputHash(*module));
  if (output) {
    auto stamp = output->getAttrOfType<StringAttr>(kopt::kCertificateAttrName);
    std::optional<StringRef> digest = certificate.getString("digest");
    if (!stamp || !digest || stamp.getValue() != *digest)
      result.differences.push_back(
          "the output does not name this certificate in '" +
          std::string(kopt::kCertificateAttrName) + "'");
  }
  if (std::optional<StringRef> verdict = replayed->getString("verdict"))
    result.verdict = *verdict == "verified"  ? verify::Verdict::Verified
                     : *verdict == "refuted" ? verify::Verdict::Refuted
                                             : verify::Verdict::Unproven;
  if (const llvm::json::Array *reasons = replayed->getArray("reasons"))
    for (const llvm::json::Value &reason : *reasons)
      result.reasons.push_back(reason.getAsString().value_or("").str());
  return result;
}
