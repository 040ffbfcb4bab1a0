//===- Optimizer.h - The path from a program to its kernels -----*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// Drives the rooms one after the other: operators become linalg, linalg becomes
// kernels, kernels become scheduled programs, these are checked and compiled,
// and launches take the kernels' place. Each step leaves a module that can be
// printed.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_OPTIMIZER_OPTIMIZER_H
#define KERNEL_OPT_OPTIMIZER_OPTIMIZER_H

#include "kernel-opt/Dialect/Kopt/KoptOps.h"
#include "kernel-opt/Schedule/ScheduleLibrary.h"
#include "kernel-opt/Support/LLVM.h"
#include "kernel-opt/Target/NVPTX/CompiledKernel.h"
#include "kernel-opt/Verify/Accuracy.h"
#include "kernel-opt/Verify/Admission.h"
#include "kernel-opt/Verify/Certificate.h"
#include "kernel-opt/Verify/KernelCheck.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/JSON.h"
#include <functional>
#include <map>
#include <memory>

namespace kernel_opt::runtime {
struct LaunchPlan;
} // namespace kernel_opt::runtime

namespace kernel_opt::optimizer {

/// A way to schedule a kernel: a strategy by name and values for its knobs.
struct ScheduleChoice {
  std::string strategy;
  llvm::StringMap<int64_t> knobs;
  /// Whether it is an error if it does not fit; otherwise a warning, and the
  /// first strategy that fits is used.
  bool required = true;
};

/// What the checks of one program against its kernel found.
struct ProgramChecks {
  verify::KernelCheckResult check;
  std::optional<verify::AccuracyResult> accuracy;
};

/// That two programs on tensors are the same function, as was found before.
struct FunctionCheck {
  std::string source, target; ///< structural hashes
  double bits = 0;            ///< of evidence
  std::string detail;
  std::vector<std::string> assumptions;
  llvm::json::Value record = nullptr; ///< for the certificate

  llvm::json::Object toJSON() const;
  static llvm::Expected<FunctionCheck> fromJSON(const llvm::json::Value &value);
};

/// What somebody else (the search, the archive) decided about a program. Empty
/// members leave the decision to the rules of the pipeline.
struct Decisions {
  /// Rewrites the program before it is lowered.
  std::function<LogicalResult(ModuleOp)> rewrite;
  /// Text of `kopt.fusion` operations.
  std::string fusionPlan;
  /// How a kernel is scheduled; nothing: by the first strategy that fits.
  std::function<std::optional<ScheduleChoice>(kopt::KernelOp)> schedule;
  /// Checks of exactly this program against exactly this kernel, by this
  /// verifier, that were made before.
  std::function<std::optional<ProgramChecks>(kopt::KernelOp, gpu::GPUFuncOp)>
      recall;
  /// The same of programs on tensors, by their hashes.
  std::function<std::optional<FunctionCheck>(StringRef source,
                                             StringRef target)>
      recallFunction;
};

struct Options {
  nvptx::PtxOptions compile;
  /// Whether binaries hold machine code rather than PTX.
  bool machineCode = false;
  /// Files of schedules that come before the shipped ones.
  std::vector<std::string> schedules;
  /// Texts of schedules, rewrite sets for example, that come before the files.
  std::vector<schedule::ScheduleText> scheduleTexts;
  /// What kernels are not to be scheduled by, as "kernel:strategy".
  std::vector<std::string> passOver;
  /// Whether f32 factors of large products are split in kernels of their own
  /// where the target's tensor cores multiply their parts.
  bool splitFactors = true;
  /// Whether programs are checked before they are compiled; a result without
  /// is stamped.
  bool verify = true;
  /// What is demanded: a shipped policy or a file.
  std::string policy = "strict";
  /// Seed of the checks' nonces; drawn at random if absent.
  std::optional<uint64_t> nonce;
  /// Nonces of single checks where they do not follow from that one: by the
  /// name of the kernel, or by the subject of the record.
  std::map<std::string, uint64_t> kernelNonces;
  /// Whether something that is not ours is an error.
  bool requireAll = false;
  Decisions decisions;
};

/// What became of one kernel.
struct KernelRecord {
  std::string name;
  std::string location;
  std::string strategy;
  /// The chain: structured form, scheduled IR, PTX (SHA-256, hexadecimal).
  std::string sourceHash, scheduledHash, ptxHash;
  /// Absent if checks were off.
  std::optional<verify::KernelCheckResult> check;
  /// The check was made at another time: its nonce does not follow from that of
  /// the whole.
  bool hasOwnNonce = false;
  std::optional<verify::AccuracyResult> accuracy;
  verify::AdmissionRecord admission;
  nvptx::CompiledKernel compiled;
};

/// What the checks of one program found, on the way to its certificate.
struct Verification {
  uint64_t nonce = 0;
  std::vector<verify::ChainLink> chain;
  /// The program on tensors that kernels are judged by.
  OwningOpRef<ModuleOp> original;
  /// Text of the kernels and their scheduled programs.
  std::string scheduled;
  std::vector<verify::Obligation> obligations;
  /// Those that were verified by comparing values, now or before.
  std::vector<FunctionCheck> functionChecks;
  std::vector<std::string> assumptions;
  llvm::json::Object contract, records;
};

/// A strategy that fits a kernel, and whose program was refuted.
struct PassedOver {
  std::string kernel, strategy, reason;
};

struct Outcome {
  std::vector<KernelRecord> kernels;
  std::vector<PassedOver> passedOver;
  /// What stayed in place, and where.
  std::vector<std::string> left;
  std::shared_ptr<Verification> verification = std::make_shared<Verification>();
  const KernelRecord *lookup(StringRef name) const;
  KernelRecord &getOrCreate(StringRef name);
};

/// Notes in the chain of hashes what the next step reads.
void recordStage(ModuleOp module, StringRef stage, StringRef by,
                 Outcome &outcome);

/// Rewrites, if that was decided, and lowers to linalg. The stages "input" and
/// "linalg" are recorded as they are without the rewriting: kernels are judged
/// by the program that was read.
LogicalResult prepareProgram(ModuleOp module, const Options &options,
                             Outcome &outcome);
/// Operators (aten, TOSA) become linalg on tensors. Claims that nobody checks
/// (fast-math flags and the like) are taken away before. Of functions that hold
/// something else, too, what kernels can hold moves out; `left` gets a line for
/// each operation that stays, which `requireAll` makes errors.
LogicalResult lowerToLinalg(ModuleOp module, bool requireAll = false,
                            std::vector<std::string> *left = nullptr);
/// Dialects that the steps build operations of.
void registerPathDialects(DialectRegistry &registry);
/// Operations on tensors become kernels; the functions are launch plans.
LogicalResult formKernels(ModuleOp module, const Options &options);
/// Each kernel gets a scheduled program beside it. One that no strategy fits
/// becomes operations on tensors again, with a warning; an error if all is
/// required.
LogicalResult scheduleKernels(ModuleOp module, const Options &options);
/// Checks what the policy asks for: admission, the kernels against the program
/// on tensors of the last recordStage "linalg", each kernel's program against
/// the kernel, accuracy. What is refuted is an error that shows the witness;
/// what is unproven a warning that says what is missing.
LogicalResult verifyKernels(ModuleOp module, const Options &options,
                            Outcome &outcome);
/// Both, and if the program of a shipped strategy that nobody decided on is
/// refuted, the next strategy that fits is tried, with a warning; when none is
/// left the kernel is split, and at last left as operations on tensors.
LogicalResult scheduleVerified(ModuleOp module, const Options &options,
                               Outcome &outcome);
/// Programs become binaries and kernels launches of them.
LogicalResult compileKernels(ModuleOp module, const Options &options,
                             Outcome &outcome);
/// All of it.
LogicalResult optimize(ModuleOp module, const Options &options,
                       Outcome &outcome);

/// What a host does to run a function all of whose work is launches: fails,
/// with a diagnostic, at an operation that no launch plan can hold.
FailureOr<runtime::LaunchPlan> buildLaunchPlan(func::FuncOp function,
                                               const Outcome &outcome);

/// The certificate of a module that was verified and compiled; the module is
/// stamped with its digest, its policy and its verdict. Without checks there is
/// no certificate (null), and the stamp says so.
std::optional<llvm::json::Object>
certify(ModuleOp module, const Options &options, Outcome &outcome);

/// The kernels and programs that a certificate is about. The data of large
/// constants is that of `input`, the program that was read, before it is
/// lowered. Reports what cannot be read.
FailureOr<OwningOpRef<ModuleOp>>
readScheduled(const llvm::json::Object &certificate, ModuleOp input);

struct ReplayResult {
  verify::Verdict verdict = verify::Verdict::Unproven;
  SmallVector<std::string> reasons;
  /// Fields of the certificate that the replay does not confirm.
  SmallVector<std::string> differences;
};

/// Repeats every check of a certificate, on the program that was read (`input`)
/// and the programs that the certificate holds, and compares all fields.
/// `output`, unless null, must be what the certificate is about.
FailureOr<ReplayResult> replay(const llvm::json::Object &certificate,
                               ModuleOp input, ModuleOp output,
                               StringRef cudaPath = "");

/// Where the first operation of a kernel was written, as file:line:column.
std::string sourcePlace(kopt::KernelOp kernel);

/// A readable account, one paragraph a kernel.
void printSummary(raw_ostream &os, const Outcome &outcome);

} // namespace kernel_opt::optimizer

#endif // KERNEL_OPT_OPTIMIZER_OPTIMIZER_H
