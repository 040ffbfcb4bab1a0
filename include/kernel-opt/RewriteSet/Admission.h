//===- Admission.h - Whether a rule may be used -----------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A rule is judged once, before it is used: its literals by their provenance,
// its shapes symbolically, its meaning on small instances by the exact algebra,
// and each of its conditions by leaving it out. An admitted rule is not trusted
// for that: each place that it rewrites is checked again.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_REWRITESET_ADMISSION_H
#define KERNEL_OPT_REWRITESET_ADMISSION_H

#include "kernel-opt/RewriteSet/Match.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include <functional>

namespace kernel_opt::rewrite {

enum class Verdict { Verified, Refuted, Unproven };
StringRef getName(Verdict verdict);

//===----------------------------------------------------------------------===//
// Instances
//===----------------------------------------------------------------------===//

/// A rule with numbers for all names: two functions of static shapes, called
/// "before" and "after", in a module of their own.
struct RuleInstance {
  /// The numbers, readable: "M=2 K=3 S=[2,3] %s=0.5".
  std::string text;
  OwningOpRef<ModuleOp> module;
  /// Why *after* cannot be built where *before* can; then there is no module.
  std::string illFormed;

  func::FuncOp getBefore() const;
  func::FuncOp getAfter() const;
};

struct InstanceOptions {
  /// How many instances there are at most.
  unsigned count = 12;
  /// Number of a condition that must not hold; the others must.
  std::optional<unsigned> violated;
};

/// Instances of `rule` that its conditions allow: sizes from {1, 2, 3, 5},
/// sequences of up to two dimensions, examples and variations of bound
/// attributes, small constants for arguments that conditions require to be
/// constant. The same for the same rule; sizes that all differ come first.
std::vector<RuleInstance> makeInstances(kopt::RuleOp rule,
                                        const InstanceOptions &options = {});

//===----------------------------------------------------------------------===//
// Judgement
//===----------------------------------------------------------------------===//

/// What a comparison of two functions found.
struct Outcome {
  Verdict verdict = Verdict::Unproven;
  /// The witness, or why nothing was proved.
  std::string detail;
  /// NaN or infinities stand in other places.
  bool specialsDiffer = false;
};

/// Compares the functions "before" and "after" of an instance, which hold aten
/// operations. `finite`: inputs are finite by contract.
using Comparison = std::function<Outcome(const RuleInstance &, bool finite)>;

/// Lowers both functions to linalg and compares them in the exact algebra.
Outcome compareExactly(const RuleInstance &instance, bool finite);

struct AdmissionOptions {
  unsigned instances = 12;
  /// Instances for each condition that is left out.
  unsigned violations = 6;
  Comparison compare = compareExactly;
};

/// What is known of a rule. Evidence is TESTED on `instances` instances.
struct Admission {
  std::string rule, hash;
  Verdict verdict = Verdict::Unproven;
  /// The instance that decided and what was found there.
  std::string instance, detail;
  unsigned instances = 0;
  /// Both sides have equal shapes for all sizes, not only on instances.
  bool shapesProved = false;
  /// Conditions without which every instance is right as well.
  SmallVector<std::string> unexplained;
  /// The rule claims equal bits, but NaN or infinities differ.
  bool specialsDiffer = false;

  llvm::json::Object toJSON() const;
};

/// Judges `rule`. What is wrong with the rule as written (a literal that is not
/// what it stands for) is reported; then there is no admission.
FailureOr<Admission> admit(kopt::RuleOp rule,
                           const AdmissionOptions &options = {});

/// Checks every floating-point literal that *after* introduces: it is exact, or
/// within half an ulp of the value that its `kopt.const` states.
LogicalResult checkLiterals(kopt::RuleOp rule);

/// Whether the shape rules give both sides the same shapes for all sizes.
bool proveShapes(kopt::RuleOp rule);

} // namespace kernel_opt::rewrite

#endif // KERNEL_OPT_REWRITESET_ADMISSION_H
