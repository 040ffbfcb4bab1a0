//===- Judge.h - The verifier on one mutant ---------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_TEST_MUTATION_JUDGE_H
#define KERNEL_OPT_TEST_MUTATION_JUDGE_H

#include "CompareBits.h"
#include "Mutators.h"
#include "kernel-opt/Optimizer/Optimizer.h"
#include "mlir/IR/OwningOpRef.h"

namespace kernel_opt::mutation {

/// How a kernel of the corpus is made.
struct CorpusOptions {
  std::string strategy; ///< empty: the first that fits
  llvm::StringMap<int64_t> knobs;
  /// The one kernel that is scheduled so; it is an error if that does not
  /// apply. Empty: all that it applies to.
  std::string kernel;
  std::string policy = "strict";
  uint64_t nonce = 1;
  /// Whether all layers are asked, not only until one refuses.
  bool allLayers = false;
};

/// What became of a mutant.
struct Judgement {
  /// "invalid", "same", "refuted", "unproven", "rejected" (does not compile) or
  /// "verified".
  std::string verdict;
  /// The layer that refused it first: "L0", "L2", "L4 values", "L4 safety",
  /// "L5", "L5-V", "compile". With allLayers, all of them.
  SmallVector<std::string> layers;
  std::string detail;
  std::string place, what;
  /// Of those verified: "equal" or what differs in bits, whole grid, all
  /// families.
  std::string bits;
  /// Of those on tensors: what the optimizer would say, which sees the wrong
  /// kernel with the right program for it.
  std::string onTensors;
  std::string text; ///< of the mutated module
  std::string hash; ///< of its canonical form: equal ones are one mutant
};

/// One kernel of the corpus: the program on tensors, its kernels, and their
/// scheduled programs.
class Subject {
public:
  /// `original`: what `source` is checked against, if not against itself.
  static FailureOr<std::unique_ptr<Subject>>
  make(ModuleOp source, const CorpusOptions &options, ModuleOp original = {});
  /// How many places a mutator has.
  size_t count(const Mutator &mutator);
  Judgement judge(const Mutator &mutator, size_t site, uint64_t seed);
  /// The unchanged program through the same checks.
  Judgement judgeOriginal();
  std::string text();

private:
  explicit Subject(const CorpusOptions &options) : options(options) {}
  LogicalResult schedule(ModuleOp module);
  void judgeProgram(ModuleOp candidate, Judgement &found);
  void judgeTensors(ModuleOp candidate, Judgement &found);
  void verify(ModuleOp candidate, Judgement &found);
  void askLayers(ModuleOp candidate, Judgement &found);
  void compile(ModuleOp candidate, Judgement &found);

  CorpusOptions options;
  bool given = false; ///< with its program
  OwningOpRef<ModuleOp> linalg, scheduled;
  std::optional<BitComparer> bits;
  std::string canonical, ptx; ///< of the original; PTX once it is needed
};

} // namespace kernel_opt::mutation

#endif // KERNEL_OPT_TEST_MUTATION_JUDGE_H
