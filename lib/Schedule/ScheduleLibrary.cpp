//===- ScheduleLibrary.cpp - Strategies from files --------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Schedule/ScheduleLibrary.h"
#include "kernel-opt/Dialect/Kopt/KoptDialect.h"
#include "kernel-opt/Dialect/Kopt/Program.h"
#include "kernel-opt/Schedule/TileProgram.h"
#include "kernel-opt/Support/EmbeddedFile.h"
#include "kernel-opt/Support/Hash.h"
#include "kernel-opt/Support/Nesting.h"
#include "mlir/Dialect/Transform/IR/TransformDialect.h"
#include "mlir/Dialect/Transform/Transforms/TransformInterpreterUtils.h"
#include "mlir/Dialect/Transform/TuneExtension/TuneExtensionOps.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::schedule;

static constexpr EmbeddedFile shippedFiles[] = {
#include "ShippedSchedules.inc"
};

static constexpr StringLiteral entryName = "__kernel_schedules";
static constexpr StringLiteral matcherPrefix = "match_";

//===----------------------------------------------------------------------===//
// Loading
//===----------------------------------------------------------------------===//

/// The knobs of a sequence whose options are integers.
static FailureOr<SmallVector<Knob>>
collectKnobs(transform::NamedSequenceOp action) {
  SmallVector<Knob> knobs;
  WalkResult result =
      action.walk([&](transform::tune::KnobOp op) -> WalkResult {
        Knob knob;
        knob.name = op.getName().str();
        auto options = dyn_cast<ArrayAttr>(op.getOptions());
        auto selected = dyn_cast_or_null<IntegerAttr>(op.getSelectedAttr());
        if (!options || options.empty() || !selected)
          return op.emitError("knob '")
                 << knob.name
                 << "' needs a list of integers and a selected one";
        for (Attribute option : options) {
          auto number = dyn_cast<IntegerAttr>(option);
          if (!number)
            return op.emitError("option ")
                   << option << " of knob '" << knob.name << "' is no integer";
          knob.options.push_back(number.getInt());
        }
        knob.value = selected.getInt();
        knobs.push_back(std::move(knob));
        return WalkResult::advance();
      });
  if (result.wasInterrupted())
    return failure();
  return knobs;
}

LogicalResult ScheduleLibrary::addTable(ModuleOp module,
                                        transform::ForeachMatchOp table) {
  for (auto [matcher, action] :
       llvm::zip(table.getMatchers(), table.getActions())) {
    Strategy strategy;
    strategy.name = cast<SymbolRefAttr>(action).getLeafReference().str();
    strategy.matcher = module.lookupSymbol<transform::NamedSequenceOp>(
        cast<SymbolRefAttr>(matcher));
    strategy.action = module.lookupSymbol<transform::NamedSequenceOp>(
        cast<SymbolRefAttr>(action));
    if (!strategy.matcher || !strategy.action)
      return table.emitError("no sequence ")
             << (strategy.matcher ? action : matcher) << " in this file";
    FailureOr<SmallVector<Knob>> knobs = collectKnobs(strategy.action);
    if (failed(knobs))
      return failure();
    strategy.knobs = std::move(*knobs);
    strategies.push_back(std::move(strategy));
  }
  return success();
}

/// The strategies of a rewrite set without a table.
LogicalResult ScheduleLibrary::addSequences(ModuleOp module) {
  llvm::StringSet<> included;
  module.walk([&](transform::IncludeOp op) {
    included.insert(op.getTarget().getLeafReference());
  });
  for (auto sequence : module.getOps<transform::NamedSequenceOp>()) {
    StringRef name = sequence.getSymName();
    FunctionType type = sequence.getFunctionType();
    if (included.contains(name) || name.starts_with(matcherPrefix) ||
        type.getNumInputs() != 1 || type.getNumResults() != 0)
      continue;
    Strategy strategy;
    strategy.name = name.str();
    strategy.action = sequence;
    strategy.matcher = module.lookupSymbol<transform::NamedSequenceOp>(
        (matcherPrefix + name).str());
    FailureOr<SmallVector<Knob>> knobs = collectKnobs(sequence);
    if (failed(knobs))
      return failure();
    strategy.knobs = std::move(*knobs);
    strategies.push_back(std::move(strategy));
  }
  return success();
}

/// No number of a schedule is negative or larger than any tile. Matchers are
/// free: -1 counts from the end there.
static LogicalResult checkNumbers(ModuleOp module) {
  constexpr int64_t largest = 1 << 20;
  WalkResult result = module.walk([&](Operation *op) {
    StringRef name = op->getName().getStringRef();
    // Rules in a rewrite set have other numbers.
    if (!name.starts_with("transform.") ||
        name.starts_with("transform.match.") ||
        name.starts_with("transform.kopt.match_"))
      return WalkResult::advance();
    int64_t wrong = 0;
    auto check = [&](int64_t number) {
      if ((number < 0 || number > largest) && !ShapedType::isDynamic(number))
        wrong = number;
    };
    for (NamedAttribute entry : op->getAttrs())
      entry.getValue().walk([&](Attribute value) {
        if (auto list = dyn_cast<DenseI64ArrayAttr>(value))
          llvm::for_each(list.asArrayRef(), check);
        auto number = dyn_cast<IntegerAttr>(value);
        if (number && number.getValue().getSignificantBits() <= 64)
          check(number.getInt());
      });
    if (!wrong)
      return WalkResult::advance();
    op->emitError("numbers of schedules are from 0 to ")
        << largest << ", found " << wrong;
    return WalkResult::interrupt();
  });
  return failure(result.wasInterrupted());
}

LogicalResult ScheduleLibrary::add(OwningOpRef<ModuleOp> module,
                                   StringRef source) {
  if (failed(checkNumbers(*module)))
    return failure();
  size_t first = strategies.size();
  auto entry = module->lookupSymbol<transform::NamedSequenceOp>(entryName);
  transform::ForeachMatchOp table;
  if (entry)
    entry.walk([&](transform::ForeachMatchOp op) { table = op; });
  bool isSet = (*module)->hasAttr(kopt::kRewriteSetAttrName);
  if (!table && (entry || !isSet))
    return module->emitError("a file of schedules needs a sequence @")
           << entryName << " with one transform.foreach_match";
  // Rules and plans are not for the interpreter.
  for (Operation &op : llvm::make_early_inc_range(*module->getBody()))
    if (isSet && !isa<transform::NamedSequenceOp>(op))
      op.erase();
  if (failed(table ? addTable(*module, table) : addSequences(*module)))
    return failure();
  for (Strategy &strategy : llvm::drop_begin(strategies, first))
    strategy.source = source.str();
  modules.push_back(std::move(module));
  return success();
}

FailureOr<ScheduleLibrary> ScheduleLibrary::load(MLIRContext *context,
                                                 ArrayRef<std::string> files,
                                                 ArrayRef<ScheduleText> texts) {
  context->loadDialect<transform::TransformDialect>();
  ScheduleLibrary library;
  for (const ScheduleText &text : texts) {
    OwningOpRef<ModuleOp> module = parseModule(text.text, text.name, context);
    if (!module || failed(library.add(std::move(module), text.name)))
      return failure();
  }
  for (const std::string &file : files) {
    OwningOpRef<ModuleOp> module = parseModuleFile(file, context);
    if (!module || failed(library.add(std::move(module), file)))
      return failure();
  }
  for (const EmbeddedFile &file : shippedFiles) {
    OwningOpRef<ModuleOp> module =
        parseSourceString<ModuleOp>(file.text, context, file.name);
    if (!module || failed(library.add(std::move(module), file.name)))
      return failure();
  }
  return library;
}

const Strategy *ScheduleLibrary::lookup(StringRef name) const {
  for (const Strategy &strategy : strategies)
    if (strategy.name == name)
      return &strategy;
  return nullptr;
}

//===----------------------------------------------------------------------===//
// Application
//===----------------------------------------------------------------------===//

/// Runs a sequence of one argument on a kernel; diagnostics become `reasons`.
static LogicalResult runSequence(kopt::KernelOp kernel,
                                 transform::NamedSequenceOp sequence,
                                 ModuleOp module,
                                 SmallVectorImpl<std::string> &reasons) {
  auto keep = [&](Diagnostic &diagnostic) {
    if (diagnostic.getSeverity() == DiagnosticSeverity::Error) {
      reasons.push_back(diagnostic.str());
      for (Diagnostic &note : diagnostic.getNotes())
        reasons.push_back(note.str());
    }
    return success();
  };
  ScopedDiagnosticHandler handler(kernel.getContext(), keep);
  return transform::applyTransformNamedSequence(
      kernel, sequence, module,
      transform::TransformOptions().enableExpensiveChecks(false));
}

SmallVector<const Strategy *>
ScheduleLibrary::match(kopt::KernelOp kernel) const {
  SmallVector<const Strategy *> matched;
  SmallVector<std::string> reasons;
  for (const Strategy &strategy : strategies) {
    if (!strategy.matcher ||
        succeeded(runSequence(kernel, strategy.matcher,
                              strategy.matcher->getParentOfType<ModuleOp>(),
                              reasons)))
      matched.push_back(&strategy);
  }
  return matched;
}

/// Selects what `knobs` say in a copy of the strategy's action.
static LogicalResult selectKnobs(transform::NamedSequenceOp action,
                                 const Strategy &strategy,
                                 const KnobValues &knobs,
                                 SmallVectorImpl<std::string> &reasons) {
  for (const auto &chosen : knobs)
    if (llvm::none_of(strategy.knobs, [&](const Knob &k) {
          return k.name == chosen.getKey();
        })) {
      reasons.push_back(("strategy '" + strategy.name + "' has no knob '" +
                         chosen.getKey() + "'")
                            .str());
      return failure();
    }
  bool legal = true;
  action.walk([&](transform::tune::KnobOp op) {
    auto chosen = knobs.find(op.getName());
    if (chosen == knobs.end())
      return;
    for (Attribute option : cast<ArrayAttr>(op.getOptions()))
      if (cast<IntegerAttr>(option).getInt() == chosen->second)
        return op.setSelectedAttr(option);
    reasons.push_back(
        llvm::formatv("knob '{0}' of strategy '{1}' has no option {2}",
                      op.getName(), strategy.name, chosen->second)
            .str());
    legal = false;
  });
  return success(legal);
}

/// What the verifier of the IR says of programs; empty if they are valid.
static std::string faultOf(gpu::GPUModuleOp programs) {
  std::string invalid;
  ScopedDiagnosticHandler handler(
      programs.getContext(), [&](Diagnostic &diagnostic) {
        if (diagnostic.getSeverity() == DiagnosticSeverity::Error)
          invalid = diagnostic.str();
      });
  return succeeded(mlir::verify(programs)) ? std::string() : invalid;
}

FailureOr<gpu::GPUFuncOp>
ScheduleLibrary::apply(kopt::KernelOp kernel, const Strategy &strategy,
                       const KnobValues &knobs,
                       SmallVectorImpl<std::string> &reasons) const {
  // The choice is made in a copy: strategies are shared.
  OwningOpRef<ModuleOp> module(
      strategy.action->getParentOfType<ModuleOp>().clone());
  transform::NamedSequenceOp original = strategy.action;
  auto action =
      module->lookupSymbol<transform::NamedSequenceOp>(original.getSymName());
  std::string before = structuralHash(kernel);
  if (failed(selectKnobs(action, strategy, knobs, reasons)) ||
      failed(runSequence(kernel, action, *module, reasons)))
    return failure();
  if (structuralHash(kernel) != before) {
    reasons.push_back("strategy '" + strategy.name +
                      "' changes the kernel itself");
    return failure();
  }
  gpu::GPUFuncOp func = kopt::lookupProgram(kernel);
  if (!func) {
    reasons.push_back("strategy '" + strategy.name + "' made no program");
    return failure();
  }
  // Steps that build IR that does not hold are mistakes of ours, and no reason
  // to do without a program.
  auto programs = func->getParentOfType<gpu::GPUModuleOp>();
  if (std::string fault = faultOf(programs); !fault.empty()) {
    reasons.push_back("its program is invalid: " + fault);
    programs.erase();
    return failure();
  }
  func->setAttr("kopt.strategy",
                StringAttr::get(kernel.getContext(), strategy.name));
  return func;
}
