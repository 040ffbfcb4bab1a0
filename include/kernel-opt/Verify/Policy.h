//===- Policy.h - What is demanded of a program -----------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// A policy names the least level of each obligation. Policies are small JSON
// files; those in policies/ are part of the program and known by name.
// docs/Verification.md describes them.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_VERIFY_POLICY_H
#define KERNEL_OPT_VERIFY_POLICY_H

#include "kernel-opt/Verify/Equivalence.h"
#include "kernel-opt/Verify/Evidence.h"
#include "llvm/Support/Error.h"
#include <map>

namespace kernel_opt::verify {

struct Requirement {
  Level least = Level::Unknown;
  double bits = 0; ///< if Checked
};

struct Policy {
  std::string name;
  std::string hash; ///< of the file's text
  std::map<std::string, Requirement> least;

  static llvm::Expected<Policy> parse(StringRef text);
  /// One of the shipped policies, or else the file of that path.
  static llvm::Expected<Policy> find(StringRef nameOrPath);
  static SmallVector<StringRef> shippedNames();

  bool demands(StringRef obligation) const;
  /// Whether this one accepts something that `other` does not.
  bool isWeakerThan(const Policy &other) const;
};

struct Judgement {
  Verdict verdict = Verdict::Unproven;
  /// What is refuted, or what keeps it from being verified, one a line.
  SmallVector<std::string> reasons;
};

/// The answer that follows from the evidence: refuted if anything is; verified
/// if everything demanded has its level; else unproven. `subjects` names, for
/// each obligation that is due for several subjects, those that must have it.
Judgement
judge(const Policy &policy, ArrayRef<Obligation> obligations,
      const std::map<std::string, SmallVector<std::string>> &subjects);

} // namespace kernel_opt::verify

#endif // KERNEL_OPT_VERIFY_POLICY_H
