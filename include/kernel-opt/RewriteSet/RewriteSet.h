//===- RewriteSet.h - Files of rules, plans and schedules -------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A rewrite set is one MLIR module: rewrite rules, fusion plans and schedules,
// and nothing else. Whoever wrote it, it is data: what could run code or carry
// a promise that the compiler would trust is refused when it is loaded.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_REWRITESET_REWRITESET_H
#define KERNEL_OPT_REWRITESET_REWRITESET_H

#include "kernel-opt/Dialect/Kopt/KoptOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include <vector>

namespace kernel_opt::rewrite {

/// The version of the format that this library reads, `kopt.version`.
constexpr int64_t kFormatVersion = 1;

/// What a file may be at most. Far above any honest file.
struct SizeLimits {
  size_t bytes = 1 << 20;
  unsigned ops = 20000;
  unsigned rules = 512;
  unsigned opsPerRule = 128;
  unsigned depth = 12;
  size_t text = 1 << 14; ///< of one string attribute, in bytes
};

/// Checks that `module` is a rewrite set of a known version and holds nothing
/// that is not allowed in one; reports what is, with its location and remedy.
LogicalResult validate(ModuleOp module, const SizeLimits &limits = {});

/// A loaded and validated file.
class RewriteSet {
public:
  /// Parses and validates text; `name` stands in locations. What goes wrong is
  /// reported to the context.
  static FailureOr<RewriteSet> parse(StringRef text, StringRef name,
                                     MLIRContext *context,
                                     const SizeLimits &limits = {});
  /// Reads a file in the same way.
  static FailureOr<RewriteSet> load(StringRef path, MLIRContext *context,
                                    const SizeLimits &limits = {});
  /// Loads a file, or every `.mlir` file of a folder in the order of names.
  static FailureOr<std::vector<RewriteSet>>
  loadAll(StringRef path, MLIRContext *context, const SizeLimits &limits = {});

  /// The sets that are part of the program, in the order of names.
  static FailureOr<std::vector<RewriteSet>> loadShipped(MLIRContext *context);

  StringRef getName() const { return name; }
  ModuleOp getModule() const { return *module; }

  /// What the set holds, in the order of the file. Rules are `kopt.rule`s and
  /// raw `pdl.pattern`s; plans are `kopt.fusion`s, schedules are
  /// `transform.named_sequence`s.
  SmallVector<Operation *> getRules() const;
  SmallVector<Operation *> getPlans() const;
  SmallVector<Operation *> getSchedules() const;

private:
  RewriteSet() = default;

  std::string name;
  // Operations are reached through a const set as through a pointer.
  mutable OwningOpRef<ModuleOp> module;
};

/// The name of a rule: of a pattern without one, "".
StringRef getRuleName(Operation *rule);

/// The rules of several sets in order, a user's before the shipped ones: a
/// name that an earlier set uses hides later rules of that name.
SmallVector<Operation *> linkRules(ArrayRef<RewriteSet> sets);

} // namespace kernel_opt::rewrite

#endif // KERNEL_OPT_REWRITESET_REWRITESET_H
