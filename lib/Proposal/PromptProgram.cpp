//===- PromptProgram.cpp - The program in a prompt --------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PromptProgram.h"
#include "kernel-opt/Dialect/Kopt/KoptAttrs.h"
#include "kernel-opt/Dialect/Kopt/Program.h"
#include "kernel-opt/Kernel/KernelFacts.h"
#include "kernel-opt/Kernel/Passes.h"
#include "kernel-opt/RewriteSet/Match.h"
#include "kernel-opt/RewriteSet/RewriteSet.h"
#include "kernel-opt/Schedule/KernelStructure.h"
#include "kernel-opt/Schedule/ScheduleLibrary.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::proposal;

/// An operation as MLIR in a block, without what does not help to read it.
static void printIR(raw_ostream &os, Operation *op, size_t most) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  op->print(stream,
            OpPrintingFlags().elideLargeElementsAttrs(16).useLocalScope(false));
  StringRef shown = text;
  if (shown.size() > most)
    shown = shown.take_front(shown.find_last_of('\n', most));
  os << "```mlir\n" << shown << "\n";
  if (shown.size() != text.size())
    os << "// ... " << text.size() - shown.size() << " bytes more\n";
  os << "```\n\n";
}

static void printContract(raw_ostream &os, ModuleOp program) {
  for (auto function : program.getOps<FunctionOpInterface>()) {
    if (function.isExternal())
      continue;
    kopt::ContractAttr contract = kopt::ContractAttr::lookup(function);
    os << "Contract of `@" << function.getName() << "`: `" << contract << "`";
    if (contract == kopt::ContractAttr::getDefault(program.getContext()))
      os << " (the default: f32 products and sums in IEEE f32, convolutions "
            "may "
            "use TF32, NaN and infinities stay where they are, deterministic)";
    os << ".\n";
  }
  os << "\n";
}

/// A number with a suffix, three digits.
static std::string scaled(double number, StringRef unit) {
  constexpr StringLiteral suffixes[] = {"", "k", "M", "G", "T", "P"};
  unsigned step = 0;
  for (; number >= 1000 && step + 1 < std::size(suffixes); ++step)
    number /= 1000;
  return llvm::formatv("{0:f2} {1}{2}", number, suffixes[step], unit);
}

static void printStrategies(raw_ostream &os, kopt::KernelOp kernel,
                            const schedule::ScheduleLibrary &library) {
  os << "- shipped strategies for it, in the order in which they are tried: ";
  llvm::interleave(
      library.match(kernel), os,
      [&](const schedule::Strategy *strategy) {
        os << strategy->name;
        os << "(";
        llvm::interleaveComma(strategy->knobs, os,
                              [&](const schedule::Knob &knob) {
                                os << knob.name << "=" << knob.value << " of {";
                                llvm::interleave(knob.options, os, " ");
                                os << "}";
                              });
        os << ")";
      },
      "; ");
  os << "\n";
}

static void printKernel(raw_ostream &os, kopt::KernelOp kernel,
                        const schedule::ScheduleLibrary &library) {
  kernel::KernelFacts facts = kernel::analyzeKernel(kernel);
  StringRef structure =
      schedule::stringify(schedule::KernelStructure(
                              *kernel.getBlock(), kernel.getYield().getValues())
                              .getKind());
  double bytes = double(facts.bytesRead) + double(facts.bytesWritten);
  os << "### Kernel `" << kernel.getKernelName() << "`\n\n"
     << "- structure: `" << structure << "`\n- operands: ";
  llvm::interleaveComma(kernel.getInputs().getTypes(), os);
  os << "; results: ";
  llvm::interleaveComma(kernel.getResultTypes(), os);
  os << "\n- reads at least " << scaled(double(facts.bytesRead), "B")
     << ", writes " << scaled(double(facts.bytesWritten), "B") << "; computes "
     << scaled(double(facts.flops), "flop") << " ("
     << scaled(double(facts.productFlops), "flop") << " in products), "
     << scaled(double(facts.transcendentals), "transcendentals") << "; "
     << llvm::formatv("{0:f1}", double(facts.flops) / std::max(bytes, 1.0))
     << " flop a byte\n";
  printStrategies(os, kernel, library);
  os << "\n";
}

LogicalResult proposal::printProgram(raw_ostream &os, ModuleOp program,
                                     const PromptOptions &options) {
  os << "## The program\n\nAs it was read (rules match this form):\n\n";
  printIR(os, program, options.mostProgram);
  printContract(os, program);
  OwningOpRef<ModuleOp> copy(program.clone());
  if (failed(optimizer::lowerToLinalg(*copy)))
    return failure();
  OwningOpRef<ModuleOp> numbered(copy->clone());
  PassManager manager(program.getContext());
  manager.addPass(kernel::createNumberOps());
  if (failed(manager.run(*numbered)))
    return failure();
  os << "On tensors, with the identifiers (`kopt.id`) that fusion plans "
        "use:\n\n";
  printIR(os, *numbered, options.mostProgram);
  if (failed(optimizer::formKernels(*copy, options.pipeline)))
    return failure();
  auto library = schedule::ScheduleLibrary::load(program.getContext(),
                                                 options.pipeline.schedules);
  if (failed(library))
    return failure();
  os << "## The kernels of the default fusion plan\n\n"
     << "Each is one launch. What the default plan makes of the program:\n\n";
  printIR(os, *copy, options.mostProgram);
  for (kopt::KernelOp kernel : kopt::distinctKernels(*copy))
    printKernel(os, kernel, *library);
  return success();
}

void proposal::printMatches(raw_ostream &os, ModuleOp program) {
  auto sets = rewrite::RewriteSet::loadShipped(program.getContext());
  if (failed(sets))
    return;
  os << "## Shipped rules that match the program\n\nThe search knows these "
        "already; proposing them again gains nothing.\n\n";
  bool any = false;
  for (Operation *op : rewrite::linkRules(*sets)) {
    auto rule = dyn_cast<kopt::RuleOp>(op);
    if (!rule)
      continue;
    SmallVector<std::string> sites;
    for (auto function : program.getOps<FunctionOpInterface>())
      if (!function.isExternal())
        for (const rewrite::Match &match :
             rewrite::findMatches(rule, function, 16))
          sites.push_back(match.site());
    if (sites.empty())
      continue;
    any = true;
    os << "- `" << rule.getSymName() << "`";
    if (std::optional<StringRef> doc = rule.getDoc())
      os << " (" << *doc << ")";
    os << " at " << llvm::join(sites, ", ") << "\n";
  }
  os << (any ? "\n" : "None.\n\n");
}
