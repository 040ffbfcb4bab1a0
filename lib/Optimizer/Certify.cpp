//===- Certify.cpp - The certificate of a compiled program ------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Stages.h"
#include "kernel-opt/Dialect/Kopt/KoptAttrs.h"
#include "kernel-opt/Dialect/Kopt/KoptOps.h"
#include "kernel-opt/Runtime/LaunchPlan.h"
#include "kernel-opt/Support/Hash.h"
#include "llvm/Config/llvm-config.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::optimizer;
using verify::Level;
using verify::Obligation;
namespace obligation = verify::obligation;

std::string optimizer::outputHash(ModuleOp module) {
  StringRef ignored[] = {kopt::kCertificateAttrName, kVerdictAttrName,
                         kopt::kPolicyAttrName};
  return structuralHash(module, "", ignored);
}

static void stamp(ModuleOp module, StringRef digest, StringRef policy,
                  verify::Verdict verdict) {
  Builder builder(module.getContext());
  if (!digest.empty())
    module->setAttr(kopt::kCertificateAttrName, builder.getStringAttr(digest));
  module->setAttr(kopt::kPolicyAttrName, builder.getStringAttr(policy));
  module->setAttr(kVerdictAttrName,
                  builder.getStringAttr(verify::getName(verdict)));
}

static llvm::json::Array
sizesToJSON(const std::optional<std::array<int32_t, 3>> &sizes) {
  llvm::json::Array array;
  if (sizes)
    for (int32_t size : *sizes)
      array.push_back(size);
  return array;
}

static llvm::json::Object kernelToJSON(const KernelRecord &record) {
  llvm::json::Object entry{
      {"name", record.name},
      {"strategy", record.strategy},
      {"source", record.sourceHash},
      {"scheduled", record.scheduledHash},
      {"ptx", record.ptxHash},
      {"launch",
       llvm::json::Object{
           {"grid", sizesToJSON(record.compiled.gridSize)},
           {"block", sizesToJSON(record.compiled.blockSize)},
           {"cluster", sizesToJSON(record.compiled.clusterSize)},
           {"shared_bytes", int64_t(record.compiled.sharedBytes)}}},
      {"admission", record.admission.toJSON()}};
  if (record.compiled.ptxas)
    entry["cubin"] = hashText(record.compiled.ptxas->cubin);
  if (record.check)
    entry["check"] = verify::withoutTimes(record.check->toJSON());
  if (record.hasOwnNonce)
    entry["own_nonce"] = true;
  if (record.accuracy)
    entry["accuracy"] = verify::withoutTimes(record.accuracy->toJSON());
  return entry;
}

/// Times and places, for people.
static llvm::json::Object notesOf(const Outcome &outcome) {
  llvm::json::Array kernels;
  for (const KernelRecord &record : outcome.kernels) {
    llvm::json::Object entry{{"name", record.name},
                             {"location", record.location}};
    if (record.check)
      entry["check_seconds"] = record.check->seconds;
    if (record.accuracy)
      entry["accuracy_seconds"] = record.accuracy->seconds;
    if (record.compiled.ptxas)
      entry["registers"] = int64_t(record.compiled.ptxas->registers);
    kernels.push_back(std::move(entry));
  }
  return llvm::json::Object{{"llvm", LLVM_VERSION_STRING},
                            {"kernels", std::move(kernels)}};
}

/// Functions that a launch plan can hold, by their plans' digests.
static void recordPlans(ModuleOp module, Outcome &outcome) {
  // Where there is no plan, that is no error of the program.
  ScopedDiagnosticHandler quiet(module.getContext(),
                                [](Diagnostic &) { return success(); });
  for (auto function : module.getOps<func::FuncOp>()) {
    if (function.isExternal())
      continue;
    auto plan = buildLaunchPlan(function, outcome);
    if (succeeded(plan))
      outcome.verification->chain.push_back(
          {("plan @" + function.getName()).str(), plan->digest(),
           "launches of the output"});
  }
}

static llvm::json::Object optionsToJSON(const Options &options) {
  return llvm::json::Object{
      {"target", options.compile.target},
      {"opt_level", int64_t(options.compile.optLevel)},
      {"ptxas_level", int64_t(options.compile.ptxasLevel)},
      {"max_registers", int64_t(options.compile.maxRegisters)},
      {"machine_code", options.machineCode}};
}

std::optional<llvm::json::Object>
optimizer::certify(ModuleOp module, const Options &options, Outcome &outcome) {
  Verification &state = *outcome.verification;
  llvm::Expected<verify::Policy> policy = verify::Policy::find(options.policy);
  if (!options.verify || !policy) {
    llvm::consumeError(policy.takeError());
    stamp(module, "", "off", verify::Verdict::Unproven);
    return std::nullopt;
  }
  verify::Certificate certificate;
  certificate.policy = *policy;
  certificate.nonce = state.nonce;
  certificate.options = optionsToJSON(options);
  certificate.contract = state.contract;
  certificate.scheduled = state.scheduled;
  certificate.assumptions = state.assumptions;
  certificate.notes = notesOf(outcome);

  // What is due, of whom.
  std::map<std::string, SmallVector<std::string>> subjects;
  for (const KernelRecord &record : outcome.kernels) {
    std::string subject = "kernel @" + record.name;
    for (StringRef name :
         {obligation::admission, obligation::ptxLint, obligation::sameFunction,
          obligation::safety, obligation::accuracy, obligation::specialValues,
          obligation::device})
      subjects[name.str()].push_back(subject);
    // Compilation fails on what the lint refuses.
    Obligation &lint = state.obligations.emplace_back();
    lint.name = obligation::ptxLint;
    lint.layer = "L0";
    lint.subject = subject;
    lint.level = Level::Proved;
    state.chain.push_back(
        {"ptx @" + record.name, record.ptxHash, "conversion to NVVM and LLVM"});
    certificate.kernels.push_back(kernelToJSON(record));
  }
  for (auto function : module.getOps<func::FuncOp>())
    if (!function.isExternal())
      subjects[obligation::sameFunction.str()].push_back(
          ("function @" + function.getName()).str());
  if (!state.records.empty())
    certificate.kernels.push_back(
        llvm::json::Object{{"functions", llvm::json::Object(state.records)}});
  recordPlans(module, outcome);
  state.chain.push_back(
      {"output", outputHash(module), "binaries and launches"});
  certificate.chain = state.chain;
  certificate.obligations = state.obligations;
  certificate.judgement =
      verify::judge(*policy, certificate.obligations, subjects);
  llvm::json::Object json = verify::withDigest(certificate.toJSON());
  stamp(module, *json.getString("digest"), policy->name,
        certificate.judgement.verdict);
  return json;
}
