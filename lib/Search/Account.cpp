//===- Account.cpp - What a search tells a person ---------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Search/Search.h"
#include "llvm/Support/FormatVariadic.h"

using namespace kernel_opt;
using namespace kernel_opt::search;

static std::string inMicroseconds(double seconds) {
  return llvm::formatv("{0:F2} us", seconds * 1e6);
}

void SearchResult::print(raw_ostream &os) const {
  os << "search: " << counts.candidates << " candidates";
  StringRef separator = " (";
  for (const auto &[state, count] : counts.states) {
    os << separator << count << " " << state;
    separator = ", ";
  }
  os << (counts.states.empty() ? "" : ")")
     << (interrupted ? ", interrupted" : "") << "\n";
  os << "  worked on      " << counts.evaluated << " schedules evaluated, "
     << counts.recalled << " known from the archive; " << counts.checks
     << " programs checked, " << counts.recalledChecks << " known; "
     << counts.windows << " rewritten parts compared\n";
  for (const RuleVerdict &rule : refusedRules)
    os << "  not admitted   rule '" << rule.rule << "' is " << rule.verdict
       << (rule.detail.empty() ? "" : ": ") << rule.detail << "\n";
  for (const std::string &loss : losses)
    os << "  given up       " << loss << "\n";
  for (const std::string &refutation : refutations)
    os << "  refuted        " << refutation << "\n";
  if (kernels.empty())
    return;
  os << "  modelled       " << inMicroseconds(bestSeconds) << ", was "
     << inMicroseconds(firstSeconds) << ": "
     << llvm::formatv("{0:F2}", firstSeconds / bestSeconds)
     << " times as fast by the model, not measured\n";
  for (const RuleUse &use : candidate.graph.rules)
    os << "  rewritten by   " << use.rule << " at " << use.site << "\n";
  if (!candidate.graph.fusionPlan.empty())
    os << "  fused by       " << candidate.graph.fusionPlan;
  for (const WinningKernel &kernel : kernels)
    os << "  " << kernel.kernel.name << ": " << kernel.choice.str()
       << ", modelled " << inMicroseconds(kernel.evaluation.time.seconds)
       << " (bound by " << kernel.evaluation.time.bound << ", first choice "
       << inMicroseconds(kernel.firstSeconds) << "), " << kernel.check.verdict
       << "\n";
}
