//===- BlockCheck.h - Some blocks against the reference --------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_VERIFY_KERNEL_BLOCKCHECK_H
#define KERNEL_OPT_LIB_VERIFY_KERNEL_BLOCKCHECK_H

#include "ComparedOutput.h"
#include "kernel-opt/Verify/KernelCheck.h"

namespace kernel_opt::verify {

/// One draw: what the inputs are, and how the program is run.
struct Draw {
  uint64_t seed;
  InputFamily family = InputFamily::Normal;
  unsigned variant = 0; ///< of poison, landing and order
  bool watched = true;  ///< races, initialization, pending copies, cost
};

/// What runs of some blocks found.
struct BlockFindings {
  std::string witness; ///< empty if nothing is wrong
  unsigned levels = 1; ///< primes that were needed
  unsigned runs = 0;
  uint64_t compared = 0;
  /// Least bits that an element gathered; none if nothing is written.
  std::optional<double> evidence;
  double instructionCoverage = 0, branchCoverage = 0;
  RunCounters counters;
};

/// Runs some blocks of a program, and compares what they write with what the
/// kernel's operations make of the same inputs. Changes nothing outside, so
/// that several may work side by side.
class BlockCheck {
public:
  /// Starts with `levels` primes.
  BlockCheck(Block &source, const CompiledKernel &compiled,
             const KernelCheckOptions &options, uint64_t nonce,
             ArrayRef<int64_t> blocks, unsigned levels);

  /// Goes on to draw until each element has gathered evidence enough, or will
  /// not, or there were `most` draws.
  LogicalResult gather(unsigned most = ~0u);
  /// Runs and compares once.
  LogicalResult draw(const Draw &how);

  const BlockFindings &findings() const { return found; }

private:
  LogicalResult compareOutputs(const RunResult &run, DrawnInputs &inputs,
                               TowerDomain &domain, const Draw &how);
  void count(const RunResult &run);
  /// After a draw that gave some element no evidence: what might.
  void changeDraws();
  void refute(std::string text);
  ArgumentSource bindInputs(DrawnInputs &inputs, Domain &domain) const;
  std::optional<double> leastEvidence() const;

  Block &source;
  const CompiledKernel &compiled;
  const KernelCheckOptions &options;
  uint64_t nonce;
  ArrayRef<int64_t> blocks;
  std::vector<ComparedOutput> outputs;
  unsigned gathered = 0; ///< draws for evidence
  /// Of the draws to come.
  TowerOptions tower;
  /// What the last draw met.
  bool metRoots = false, metOverflow = false;
  BlockFindings found;
};

} // namespace kernel_opt::verify

#endif // KERNEL_OPT_LIB_VERIFY_KERNEL_BLOCKCHECK_H
