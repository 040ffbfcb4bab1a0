//===- Admission.h - What becomes of a proposal -----------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A proposal is text that nobody vouches for. Each of its items gets a verdict
// of its own: what one item does wrong costs that item alone. Only what was
// verified is given on.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_PROPOSAL_ADMISSION_H
#define KERNEL_OPT_PROPOSAL_ADMISSION_H

#include "kernel-opt/Optimizer/Optimizer.h"
#include "kernel-opt/RewriteSet/RewriteSet.h"
#include "kernel-opt/Schedule/ScheduleLibrary.h"

namespace kernel_opt::proposal {

/// What a proposal is made of. `File` is the text as a whole.
enum class ItemKind { File, Rule, Plan, Schedule };
StringRef getName(ItemKind kind);

/// `Illegal`: it could not even be judged; the diagnostics say why. `NoMatch`:
/// a schedule or plan for which nothing here has the form, so that it could not
/// be judged either. (A rule is judged without a place to apply it.)
enum class ItemVerdict { Verified, NoMatch, Unproven, Refuted, Illegal };
StringRef getName(ItemVerdict verdict);

/// One place where an item was tried.
struct Use {
  std::string where; ///< site of a rule, name of a kernel
  ItemVerdict verdict = ItemVerdict::Unproven;
  /// The witness, or why it is illegal or unproven; else what was shown.
  std::string detail;
};

struct ItemReport {
  ItemKind kind = ItemKind::File;
  std::string name;
  std::string location; ///< "proposal.mlir:12:3"
  ItemVerdict verdict = ItemVerdict::Unproven;
  /// How many places it was applied at.
  unsigned applied = 0;
  /// With location and the line that they are about.
  std::vector<std::string> diagnostics;
  /// Of a refuted item: sizes, place, values.
  std::string witness;
  /// What holds beside the verdict: conditions that nothing depends on, knobs.
  std::vector<std::string> notes;
  std::vector<Use> uses;

  llvm::json::Object toJSON() const;
};

struct AdmissionReport {
  std::vector<ItemReport> items;

  /// Whether the text could be read and no item is illegal or refuted.
  bool isLegal() const;
  /// Whether an item was verified.
  bool isUseful() const;
  llvm::json::Object toJSON() const;
  /// For people and for proposers: one paragraph an item.
  void print(raw_ostream &os) const;
};

struct AdmissionOptions {
  optimizer::Options pipeline;
  rewrite::SizeLimits limits;
  /// Whether programs of schedules and plans are run and compared; without, the
  /// most they can be is unproven.
  bool checkKernels = true;
  /// Programs of kernels that do more floating-point operations in a block than
  /// this are not run: their verdict is unproven. 0: no limit.
  uint64_t mostBlockWork = uint64_t(1) << 31;
  /// Items after so many are not looked at; the text as a whole is then
  /// illegal.
  size_t mostItems = 64;
};

struct Admitted {
  AdmissionReport report;
  /// A rewrite set of the rules and schedules that were verified or matched
  /// nothing; empty if there are none. It is what `rewrite::RewriteSet::parse`,
  /// `optimizer::Options::scheduleTexts` and searches take.
  std::string rewriteSet;
  /// The plans that are good, as text; empty if there are none.
  std::string fusionPlan;
  /// Rule and site of each application, in order: clean-up rules until none
  /// matches, each other one once at every place that it matched when its turn
  /// came. A site is that of the program as the applications before left it.
  std::vector<std::pair<std::string, std::string>> uses;
};

/// Judges the text of a proposal for a program (functions of aten operations or
/// linalg), which is not changed. Nothing is reported to the context: all that
/// is wrong stands in the report. `name` stands in locations.
Admitted admit(StringRef text, StringRef name, ModuleOp program,
               const AdmissionOptions &options = {});

} // namespace kernel_opt::proposal

#endif // KERNEL_OPT_PROPOSAL_ADMISSION_H
