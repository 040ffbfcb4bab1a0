//===- Rules.cpp - Rules of a search and where they apply -------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Search/Rules.h"
#include "kernel-opt/Conversion/AtenToLinalg/AtenToLinalg.h"
#include "kernel-opt/Verify/Equivalence.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::search;
using rewrite::Match;

//===----------------------------------------------------------------------===//
// The book
//===----------------------------------------------------------------------===//

FailureOr<RuleBook> RuleBook::load(MLIRContext *context,
                                   ArrayRef<SetText> texts) {
  RuleBook book;
  for (const SetText &text : texts) {
    auto set = rewrite::RewriteSet::parse(text.text, text.name, context);
    if (failed(set))
      return failure();
    book.sets.push_back(std::move(*set));
  }
  auto shipped = rewrite::RewriteSet::loadShipped(context);
  if (failed(shipped))
    return failure();
  llvm::move(*shipped, std::back_inserter(book.sets));
  for (Operation *op : rewrite::linkRules(book.sets)) {
    auto rule = dyn_cast<kopt::RuleOp>(op);
    if (rule && rule.getRuleClass() != kopt::RuleClass::Approximate)
      book.rules.push_back(rule);
  }
  return book;
}

kopt::RuleOp RuleBook::lookup(StringRef name) const {
  for (kopt::RuleOp rule : rules)
    if (rule.getSymName() == name)
      return rule;
  return {};
}

//===----------------------------------------------------------------------===//
// Windows
//===----------------------------------------------------------------------===//

namespace {
/// Two functions, "before" and "after", that hold what a match replaces and
/// what replaces it.
class WindowBuilder {
public:
  explicit WindowBuilder(const Match &match) : match(match) {}
  /// Null if the window cannot be made; `why` says why.
  OwningOpRef<ModuleOp> build(std::string &why);

private:
  void makeBefore(OpBuilder &builder);
  LogicalResult makeAfter(OpBuilder &builder, std::string &why);

  const Match &match;
  func::FuncOp before, after;
  unsigned rootNumber = 0;
};
} // namespace

/// What a rule may have asked of a value, beyond its type: its constant.
static bool isPartOfWindow(Operation *op) {
  return op && rewrite::getConstantValue(op->getResult(0));
}

void WindowBuilder::makeBefore(OpBuilder &builder) {
  SetVector<Operation *> ops;
  for (Operation *op : match.ops)
    ops.insert(op);
  for (Operation *op : match.ops)
    for (Value operand : op->getOperands())
      if (isPartOfWindow(operand.getDefiningOp()))
        ops.insert(operand.getDefiningOp());
  // Rules match inside one block; producers come first.
  SmallVector<Operation *> ordered = ops.takeVector();
  llvm::sort(ordered, [](Operation *left, Operation *right) {
    return left->isBeforeInBlock(right);
  });
  DenseSet<Operation *> inside(ordered.begin(), ordered.end());
  SetVector<Value> inputs;
  for (Operation *op : ordered)
    for (Value operand : op->getOperands())
      if (!inside.contains(operand.getDefiningOp()))
        inputs.insert(operand);
  Location loc = match.root->getLoc();
  auto type = builder.getFunctionType(TypeRange(inputs.getArrayRef()),
                                      TypeRange(ValueRange(match.results)));
  before = func::FuncOp::create(builder, loc, "before", type);
  Block *block = before.addEntryBlock();
  IRMapping mapping;
  mapping.map(inputs.getArrayRef(), block->getArguments());
  OpBuilder inner = OpBuilder::atBlockEnd(block);
  for (auto [number, op] : llvm::enumerate(ordered)) {
    inner.clone(*op, mapping);
    if (op == match.root)
      rootNumber = number;
  }
  SmallVector<Value> results;
  for (Value result : match.results)
    results.push_back(mapping.lookup(result));
  func::ReturnOp::create(inner, loc, results);
}

LogicalResult WindowBuilder::makeAfter(OpBuilder &builder, std::string &why) {
  after = cast<func::FuncOp>(builder.clone(*before));
  after.setSymName("after");
  Operation *root = &*std::next(after.front().begin(), rootNumber);
  for (const Match &found : rewrite::findMatches(match.rule, after)) {
    if (found.root != root || found.alternative != match.alternative)
      continue;
    IRRewriter rewriter(after.getContext());
    if (rewrite::applyMatch(found, rewriter, why) == rewrite::Applied::Yes)
      return success();
    if (why.empty())
      why = "the rewrite was skipped";
    return failure();
  }
  why = "the rule does not match the part that it would rewrite alone";
  return failure();
}

OwningOpRef<ModuleOp> WindowBuilder::build(std::string &why) {
  Block *block = match.root->getBlock();
  if (llvm::any_of(match.ops,
                   [&](Operation *op) { return op->getBlock() != block; })) {
    why = "it spans more than one block";
    return {};
  }
  OwningOpRef<ModuleOp> module(ModuleOp::create(match.root->getLoc()));
  OpBuilder builder = OpBuilder::atBlockEnd(module->getBody());
  makeBefore(builder);
  if (failed(makeAfter(builder, why)))
    return {};
  return module;
}

/// Steps of the reference that one window may cost: some ten seconds.
static constexpr uint64_t mostWorkPerWindow = 200'000'000;

/// Compares both functions of a window at its own sizes.
static void compare(ModuleOp module, Window &window) {
  window.verdict = "unproven";
  ScopedDiagnosticHandler capture(module.getContext(),
                                  [&](Diagnostic &diagnostic) {
                                    if (window.detail.empty())
                                      window.detail = diagnostic.str();
                                    return success();
                                  });
  if (failed(lowerAtenOps(module)))
    return;
  verify::EquivalenceOptions options;
  options.allElements = 1 << 12;
  options.dependence = false;
  options.mostWork = mostWorkPerWindow;
  auto before = cast<func::FuncOp>(&module.getBody()->front());
  auto after = cast<func::FuncOp>(&module.getBody()->back());
  auto result =
      verify::checkEquivalence(before.front(), after.front(), options);
  if (failed(result))
    return;
  window.record = result->toJSON();
  window.detail = result->reason;
  if (result->verdict == verify::Verdict::Refuted) {
    window.verdict = "refuted";
    window.detail = llvm::formatv(
        "{0}, inputs '{1}', seed {2}", result->witness->describe(),
        verify::getName(result->witness->family), result->witness->seed);
  } else if (result->verdict == verify::Verdict::Verified) {
    if (result->lessFinite)
      window.detail = "the rewritten part is NaN where the original is not";
    else
      window.verdict = "verified";
  }
}

llvm::json::Object Window::toJSON() const {
  llvm::json::Object object{
      {"rule", use.rule}, {"site", use.site}, {"verdict", verdict}};
  if (!detail.empty())
    object["detail"] = detail;
  if (record.kind() != llvm::json::Value::Null)
    object["record"] = record;
  return object;
}

//===----------------------------------------------------------------------===//
// Application
//===----------------------------------------------------------------------===//

static FailureOr<Match> findUse(ModuleOp module, kopt::RuleOp rule,
                                StringRef site) {
  StringRef name = site.split('#').first;
  for (auto function : module.getOps<FunctionOpInterface>())
    if (!function.isExternal() && function.getName() == name)
      return rewrite::findMatch(rule, function, site);
  return failure();
}

/// Applies one use; false ends the work, with the result filled in.
static bool applyUse(ModuleOp module, const RuleUse &use, const RuleBook &book,
                     bool check, RuleResult &result) {
  auto stop = [&](StringRef state, const Twine &why) {
    result.state = state.str();
    result.reason =
        ("rule '" + use.rule + "' at '" + use.site + "': " + why).str();
    return false;
  };
  kopt::RuleOp rule = book.lookup(use.rule);
  if (!rule)
    return stop("illegal", "there is no such rule, or it may not be used");
  FailureOr<Match> match = findUse(module, rule, use.site);
  if (failed(match))
    return stop("illegal", "it does not match there");
  Window window{use, "unchecked", "", nullptr};
  if (check) {
    OwningOpRef<ModuleOp> parts = WindowBuilder(*match).build(window.detail);
    if (!parts)
      return stop("illegal", window.detail);
    compare(*parts, window);
  }
  result.windows.push_back(window);
  if (check && window.verdict != "verified")
    return stop(window.verdict, window.detail);
  IRRewriter rewriter(module.getContext());
  std::string why;
  switch (rewrite::applyMatch(*match, rewriter, why)) {
  case rewrite::Applied::Yes:
    return true;
  case rewrite::Applied::Skipped:
    return stop("illegal", "it was skipped");
  case rewrite::Applied::Illegal:
    return stop("illegal", why);
  }
  llvm_unreachable("all outcomes are handled");
}

RuleResult search::applyRules(ModuleOp module, ArrayRef<RuleUse> uses,
                              const RuleBook &book, bool check) {
  RuleResult result;
  for (const RuleUse &use : uses)
    if (!applyUse(module, use, book, check, result))
      break;
  return result;
}

std::vector<RuleUse> search::listUses(ModuleOp module, const RuleBook &book,
                                      unsigned limit) {
  std::vector<RuleUse> uses;
  for (kopt::RuleOp rule : book.getRules())
    for (auto function : module.getOps<FunctionOpInterface>()) {
      if (function.isExternal())
        continue;
      for (const Match &match :
           rewrite::findMatches(rule, function, limit - uses.size()))
        uses.push_back({rule.getSymName().str(), match.site()});
      if (uses.size() >= limit)
        return uses;
    }
  return uses;
}
