//===- Evidence.h - How sure an obligation is -------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_VERIFY_EVIDENCE_H
#define KERNEL_OPT_VERIFY_EVIDENCE_H

#include "kernel-opt/Support/LLVM.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/JSON.h"
#include <optional>
#include <string>

namespace kernel_opt::verify {

/// How sure something is, from the worst to the best.
enum class Level : uint8_t {
  Refuted, ///< wrong, and a witness shows it
  Unknown, ///< not checked, or the check could not decide
  Tested,  ///< held in n tests
  Checked, ///< holds but for a chance of 2^-bits
  Proved,
};
/// "PROVED", ...
StringRef getName(Level level);
std::optional<Level> getLevel(StringRef name);

/// What a certificate can be about. Policies and obligations use these names.
namespace obligation {
constexpr StringLiteral admission = "admission";
constexpr StringLiteral ptxLint = "ptx-lint";
constexpr StringLiteral rule = "rule";
constexpr StringLiteral sameFunction = "same-function";
constexpr StringLiteral safety = "safety";
constexpr StringLiteral accuracy = "accuracy";
constexpr StringLiteral specialValues = "special-values";
constexpr StringLiteral device = "device";
constexpr StringLiteral speed = "speed";
} // namespace obligation
ArrayRef<StringRef> knownObligations();

/// One thing that must hold, of one subject, and how sure it is.
struct Obligation {
  std::string name;
  std::string layer;   ///< "L0" to "L7"
  std::string subject; ///< "kernel @k", "function @f"
  Level level = Level::Unknown;
  double bits = 0;    ///< of Checked: minus log2 of the chance of error
  uint64_t tests = 0; ///< of Tested
  /// The method; why it is unknown; the witness that refutes.
  std::string detail;

  /// "CHECKED(2^-92)", "TESTED(14)", "PROVED"
  std::string levelText() const;
  llvm::json::Object toJSON() const;
};

} // namespace kernel_opt::verify

#endif // KERNEL_OPT_VERIFY_EVIDENCE_H
