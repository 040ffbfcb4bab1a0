//===- Prompt.cpp - What a proposer is told ---------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Proposal/Prompt.h"
#include "OpDocs.h"
#include "PromptProgram.h"
#include "kernel-opt/Archive/Records.h"
#include "kernel-opt/Dialect/Aten/AtenDialect.h"
#include "kernel-opt/Proposal/Admission.h"
#include "kernel-opt/Target/NVPTX/Chip.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::proposal;

static constexpr char rewriteSetsPage[] =
#include "RewriteSetsDoc.inc"
    ;
static constexpr char proposalsPage[] =
#include "ProposalsDoc.inc"
    ;
static constexpr char rulesExample[] =
#include "rulesExample.inc"
    ;
static constexpr char schedulesExample[] =
#include "schedulesExample.inc"
    ;
static constexpr char planExample[] =
#include "planExample.inc"
    ;

/// The part of a page under a heading of the second level, up to the next one.
static StringRef sectionOf(StringRef page, StringRef heading) {
  std::string line = ("\n## " + heading + "\n").str();
  size_t begin = page.find(line);
  if (begin == StringRef::npos)
    return "";
  StringRef section = page.substr(begin + 1);
  return section.take_front(section.find("\n## ", 3));
}

//===----------------------------------------------------------------------===//
// History
//===----------------------------------------------------------------------===//

Attempt proposal::makeAttempt(StringRef proposal,
                              const AdmissionReport &report) {
  Attempt attempt{proposal.str(), ""};
  llvm::raw_string_ostream os(attempt.outcome);
  report.print(os);
  if (report.isLegal())
    os << "legal" << (report.isUseful() ? "" : ", but nothing was applied")
       << "\n";
  return attempt;
}

Attempt proposal::makeAttempt(const archive::Finding &finding) {
  const archive::Candidate &candidate = finding.candidate;
  Attempt attempt;
  llvm::raw_string_ostream what(attempt.what), outcome(attempt.outcome);
  if (!candidate.proposal.empty())
    what << candidate.proposal;
  else
    what << "rules " << candidate.rules << ", plan "
         << (candidate.fusionPlan.empty() ? "default" : candidate.fusionPlan)
         << ", schedule " << candidate.schedule << " " << candidate.knobs;
  outcome << candidate.state;
  if (!candidate.reason.empty())
    outcome << ": " << candidate.reason;
  outcome << "\n";
  for (const archive::Verdict &verdict : finding.verdicts) {
    outcome << verdict.layer << ": " << verdict.verdict;
    if (!verdict.witness.empty())
      outcome << ", witness: " << verdict.witness;
    outcome << "\n";
  }
  for (const archive::Timing &timing : finding.timings) {
    std::vector<double> samples = timing.samples;
    if (samples.empty())
      continue;
    llvm::sort(samples);
    outcome << llvm::formatv("time ({0}): {1} {2}\n", timing.origin,
                             samples[samples.size() / 2], timing.unit);
  }
  return attempt;
}

static void printHistory(raw_ostream &os, const PromptOptions &options) {
  if (options.history.empty())
    return;
  os << "## What was tried\n\nOldest first. Do not propose it again; repair "
        "what "
        "was nearly right.\n\n";
  // The last ones that there is room for.
  size_t first = options.history.size(), size = 0;
  while (first != 0) {
    const Attempt &attempt = options.history[first - 1];
    size += attempt.what.size() + attempt.outcome.size();
    if (size > options.mostHistory && first != options.history.size())
      break;
    --first;
  }
  if (first != 0)
    os << first << " earlier attempts are left out.\n\n";
  for (size_t i = first; i < options.history.size(); ++i)
    os << "### Attempt " << i + 1 << "\n\n```mlir\n"
       << StringRef(options.history[i].what)
              .trim()
              .take_front(options.mostHistory)
       << "\n```\n\nOutcome:\n\n```\n"
       << StringRef(options.history[i].outcome)
              .trim()
              .take_front(options.mostHistory)
       << "\n```\n\n";
}

//===----------------------------------------------------------------------===//
// Target and operations
//===----------------------------------------------------------------------===//

static void printTarget(raw_ostream &os, StringRef target) {
  llvm::Expected<nvptx::Chip> chip = nvptx::findChip(target);
  if (!chip) {
    llvm::consumeError(chip.takeError());
    return;
  }
  const nvptx::ChipLimits &limits = chip->limits;
  os << llvm::formatv(
      "## The target\n\n`{0}`: a multiprocessor has {1} registers of 32 bits, "
      "{2} "
      "bytes of shared memory and room for {3} threads in {4} blocks. A block "
      "has "
      "at most {5} threads ({6} warps of 32) and {7} bytes of shared memory, a "
      "thread at most {8} registers.\n\n",
      chip->name, limits.registers, limits.sharedBytes, limits.threads,
      limits.blocks, limits.threadsPerBlock, limits.threadsPerBlock / 32,
      limits.sharedPerBlock, limits.registersPerThread);
}

static void printOperations(raw_ostream &os, ModuleOp program) {
  llvm::StringSet<> used;
  program.walk([&](Operation *op) {
    if (isa_and_present<aten::AtenDialect>(op->getDialect()))
      used.insert(op->getName().getStringRef());
  });
  os << "## Operations of schedules\n\nBeside these, a schedule may use "
        "`transform.param.constant`, `transform.include` and "
        "`transform.apply_cse`, `apply_dce`, `apply_licm`; nothing else.\n\n";
  for (const OpDoc &doc : getScheduleDocs())
    doc.print(os, /*withSyntax=*/true);
  for (const OpDoc &doc : getTuneDocs())
    if (doc.name == "transform.tune.knob")
      doc.print(os, /*withSyntax=*/true);
  os << "## Operators of the program\n\nAll are written `%r = aten.name %a, %b "
        "{attribute = value} : (type, type) -> type`.\n\n";
  for (const OpDoc &doc : getAtenDocs())
    if (used.contains(doc.name))
      doc.print(os, /*withSyntax=*/false);
  os << "## All other operators that rules may use\n\nName, operands, "
        "attributes (integers are `i64`, reals `f64`, lists `array<i64: "
        "...>`), "
        "meaning:\n\n";
  for (const OpDoc &doc : getAtenDocs())
    if (!used.contains(doc.name)) {
      os << "- ";
      doc.printBrief(os);
    }
  os << "\n";
}

FailureOr<std::string> proposal::makePrompt(ModuleOp program,
                                            const PromptOptions &options) {
  std::string prompt;
  llvm::raw_string_ostream os(prompt);
  os << "# A proposal for kernel-opt\n\n"
     << sectionOf(proposalsPage, "The task").split('\n').second.trim()
     << "\n\n";
  if (failed(printProgram(os, program, options)))
    return failure();
  printTarget(os, options.pipeline.compile.target);
  printMatches(os, program);
  os << sectionOf(proposalsPage, "Writing a proposal") << "\n"
     << sectionOf(rewriteSetsPage, "Rules") << "\n"
     << sectionOf(proposalsPage, "Fusion plans") << "\n"
     << sectionOf(proposalsPage, "Schedules") << "\n"
     << "## Complete examples\n\nEach is a whole answer; none is about your "
        "program.\n\n";
  for (StringRef example : {rulesExample, schedulesExample, planExample})
    os << "```mlir\n" << example.trim() << "\n```\n\n";
  printOperations(os, program);
  printHistory(os, options);
  os << sectionOf(proposalsPage, "Before you answer");
  return prompt;
}
