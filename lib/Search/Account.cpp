//===- Account.cpp - What a search tells a person ---------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Search/Search.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace kernel_opt;
using namespace kernel_opt::search;

static std::string inMicroseconds(double seconds) {
  return llvm::formatv("{0:F2} us", seconds * 1e6);
}

/// What was proposed from outside, and what became of it.
void SearchResult::printProposals(raw_ostream &os) const {
  if (counts.asked)
    os << "  proposer       asked " << counts.asked << " times, "
       << counts.answers << " proposals (" << counts.recalledAnswers
       << " known from the archive)\n";
  std::map<std::string, unsigned> failures;
  for (const std::string &failure : proposerFailures)
    ++failures[failure];
  for (const auto &[failure, times] : failures) {
    os << "  no proposal    ";
    if (times > 1)
      os << "(" << times << " times) ";
    SmallVector<StringRef> lines;
    StringRef(failure).split(lines, '\n');
    llvm::interleave(lines, os, "\n                 ");
    os << "\n";
  }
  for (const auto &[proposal, item] : judged) {
    bool good = item.verdict == "verified";
    os << (good ? "  admitted       " : "  not admitted   ") << item.kind
       << (item.name.empty() ? "" : " '" + item.name + "'") << " of "
       << proposal << " is " << item.verdict;
    if (!good && !item.detail.empty())
      os << ": " << item.detail;
    os << "\n";
  }
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
  printProposals(os);
  for (const std::string &loss : losses)
    os << "  given up       " << loss << "\n";
  for (const std::string &refutation : refutations)
    os << "  refuted        " << refutation << "\n";
  if (kernels.empty())
    return;
  StringRef kind = device.empty() ? "modelled" : "measured";
  if (!device.empty())
    os << "  on the device  " << counts.measured << " programs timed, "
       << counts.recalledTimes << " times known from the archive\n";
  os << "  " << kind << "       " << inMicroseconds(bestSeconds) << ", was "
     << inMicroseconds(firstSeconds) << ": "
     << llvm::formatv("{0:F2}", firstSeconds / bestSeconds) << " times as fast "
     << (device.empty() ? std::string("by the model, not measured")
                        : "on " + device + ", by the times that chose it")
     << "\n";
  for (const RuleUse &use : candidate.graph.rules)
    os << "  rewritten by   " << use.rule << " at " << use.site << "\n";
  if (!candidate.graph.fusionPlan.empty())
    os << "  fused by       " << candidate.graph.fusionPlan;
  for (const WinningKernel &kernel : kernels)
    os << "  " << kernel.kernel.name << ": " << kernel.choice.str() << ", "
       << kind << " " << inMicroseconds(kernel.seconds) << " (bound by "
       << kernel.evaluation.time.bound << ", first choice "
       << inMicroseconds(kernel.firstSeconds) << "), " << kernel.check.verdict
       << "\n";
}
