//===- Admission.cpp - Whether a rule may be used ---------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/RewriteSet/Admission.h"
#include "kernel-opt/RewriteSet/RewriteSet.h"
#include "kernel-opt/Support/Hash.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/ADT/STLExtras.h"

using namespace kernel_opt;
using namespace kernel_opt::rewrite;
using kopt::Expression;

StringRef rewrite::getName(Verdict verdict) {
  switch (verdict) {
  case Verdict::Verified:
    return "verified";
  case Verdict::Refuted:
    return "refuted";
  case Verdict::Unproven:
    return "unproven";
  }
  llvm_unreachable("unknown verdict");
}

//===----------------------------------------------------------------------===//
// Shapes
//===----------------------------------------------------------------------===//

/// Whether every size of `type` is a number or named.
static bool isNamed(Type type) {
  auto tensor = cast<RankedTensorType>(type);
  return llvm::all_of(
      llvm::zip(tensor.getShape(), kopt::DimsAttr::namesOf(tensor)),
      [](auto pair) {
        return ShapedType::isStatic(std::get<0>(pair)) ||
               !std::get<1>(pair).empty();
      });
}

bool rewrite::proveShapes(kopt::RuleOp rule) {
  // Attributes have their example values, which the shapes may depend on.
  for (Operation &op : *rule.getBeforeBlock())
    if (auto bound = op.getAttrOfType<DictionaryAttr>(kopt::kBindAttrName))
      for (NamedAttribute entry : bound)
        if (!isa_and_present<FloatAttr>(op.getAttr(entry.getName())))
          return false;
  // Built again from the arguments: declared types may say less.
  OwningOpRef<ModuleOp> module = ModuleOp::create(rule.getLoc());
  OpBuilder builder = OpBuilder::atBlockEnd(module->getBody());
  Bindings bindings;
  for (Operation &op : *rule.getBeforeBlock())
    if (auto bound = op.getAttrOfType<DictionaryAttr>(kopt::kBindAttrName))
      for (NamedAttribute entry : bound)
        bindings.attributes.insert(
            {cast<StringAttr>(entry.getValue()), op.getAttr(entry.getName())});
  SmallVector<SmallVector<Type>> sides;
  for (Block *side : {rule.getBeforeBlock(), rule.getAfterBlock()}) {
    auto function = func::FuncOp::create(
        builder, rule.getLoc(), "side",
        builder.getFunctionType(side->getArgumentTypes(), {}));
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(function.addEntryBlock());
    Instantiation made(rule, bindings, builder, rule.getLoc());
    // A value that stands for the constants of conditions; none is a size.
    auto ask = [](StringRef, StringRef, ArrayRef<kopt::Term>) {
      return kopt::Term(1.0);
    };
    made.query = ask;
    std::string why;
    if (failed(made.run(side, function.getArguments(), why)))
      return false;
    sides.push_back(llvm::to_vector(TypeRange(made.results)));
  }
  return sides[0] == sides[1] && llvm::all_of(sides[0], isNamed);
}

//===----------------------------------------------------------------------===//
// Judgement
//===----------------------------------------------------------------------===//

/// Whether `condition` is about profit alone: where a value comes from or who
/// else reads it changes no result.
static bool isAboutProfit(const Expression &condition) {
  bool profit = true;
  condition.walk([&](const Expression &part) {
    if (part.kind == Expression::Kind::Name)
      profit = false;
    if (part.kind == Expression::Kind::Call)
      profit &= part.text == "is_parameter" || part.text == "only_use" ||
                part.text == "is_constant";
  });
  return profit;
}

static bool mentions(const Expression &condition, StringRef function) {
  bool found = false;
  condition.walk([&](const Expression &part) {
    found |= part.kind == Expression::Kind::Call && part.text == function;
  });
  return found;
}

/// Whether conditions promise that values are finite.
static bool isFinite(kopt::RuleOp rule, std::optional<unsigned> without = {}) {
  for (auto [index, condition] : llvm::enumerate(rule.getConditions()))
    if (mentions(condition, "finite") && index != without)
      return true;
  return false;
}

/// Whether something goes wrong without condition `index`.
static bool isExplained(kopt::RuleOp rule, unsigned index,
                        const AdmissionOptions &options) {
  Expression condition = rule.getConditions()[index];
  if (isAboutProfit(condition))
    return true;
  // What the algebra cannot see, and small instances do not show: overflow and
  // infinities.
  if (mentions(condition, "bounded") || mentions(condition, "magnitude"))
    return true;
  InstanceOptions violating;
  violating.count = options.violations;
  bool promise = mentions(condition, "finite");
  if (!promise)
    violating.violated = index;
  bool finite = isFinite(rule, promise ? std::optional(index) : std::nullopt);
  for (const RuleInstance &instance : makeInstances(rule, violating)) {
    if (!instance.module)
      return true;
    Outcome outcome = options.compare(instance, finite);
    if (outcome.verdict == Verdict::Refuted ||
        (promise && outcome.specialsDiffer))
      return true;
  }
  return false;
}

static bool claimsBits(kopt::RuleOp rule) {
  return rule.getRuleClass() == kopt::RuleClass::ExactBits ||
         rule.getRuleClass() == kopt::RuleClass::Layout;
}

/// Erases what nobody reads: constants that only one side needs.
static void eraseUnread(func::FuncOp function) {
  for (Operation &op :
       llvm::make_early_inc_range(llvm::reverse(function.front())))
    if (mlir::isOpTriviallyDead(&op))
      op.erase();
}

/// Whether the rule finds itself in an instance of it and gives *after* there;
/// says why not.
static std::string applyToItself(kopt::RuleOp rule,
                                 const RuleInstance &instance) {
  OwningOpRef<ModuleOp> copy(cast<ModuleOp>(instance.module.get()->clone()));
  auto before = cast<func::FuncOp>(&copy->getBody()->front());
  auto after = cast<func::FuncOp>(&copy->getBody()->back());
  before.setSymName("after");
  eraseUnread(after);
  std::string why = "the rule does not match its own 'before'";
  // In a symmetric rule not every match binds the arguments as written.
  unsigned matches = findMatches(rule, before).size();
  for (unsigned number = 0; number < matches; ++number) {
    OwningOpRef<func::FuncOp> function(before.clone());
    std::vector<Match> found = findMatches(rule, *function);
    IRRewriter rewriter(rule.getContext());
    std::string illegal;
    if (number >= found.size() ||
        applyMatch(found[number], rewriter, illegal) == Applied::Illegal) {
      why = "the rule is illegal in its own 'before': " + illegal;
      continue;
    }
    eraseUnread(*function);
    if (structuralHash(*function) == structuralHash(after))
      return "";
    why = "applied to its own 'before' the rule does not give 'after'";
  }
  return why;
}

/// Runs all instances; the first that is not verified decides.
static void judge(kopt::RuleOp rule, const AdmissionOptions &options,
                  Admission &admission) {
  InstanceOptions allowed;
  allowed.count = options.instances;
  std::vector<RuleInstance> instances = makeInstances(rule, allowed);
  admission.instances = instances.size();
  if (instances.empty()) {
    admission.detail = "no small sizes fit its operations and conditions";
    return;
  }
  admission.verdict = Verdict::Verified;
  for (const RuleInstance &instance : instances) {
    Outcome outcome;
    if (!instance.module) {
      outcome.verdict = Verdict::Refuted;
      outcome.detail = "'after' cannot be built: " + instance.illFormed;
    } else {
      outcome = options.compare(instance, isFinite(rule));
      std::string why = applyToItself(rule, instance);
      if (outcome.verdict == Verdict::Verified && !why.empty())
        outcome = {Verdict::Unproven, why, outcome.specialsDiffer};
    }
    admission.specialsDiffer |= outcome.specialsDiffer && claimsBits(rule);
    if (outcome.verdict == Verdict::Verified)
      continue;
    // A witness outweighs what could not be decided elsewhere.
    if (admission.verdict == Verdict::Verified ||
        outcome.verdict == Verdict::Refuted) {
      admission.verdict = outcome.verdict;
      admission.instance = instance.text;
      admission.detail = outcome.detail;
    }
    if (outcome.verdict == Verdict::Refuted)
      return;
  }
}

FailureOr<Admission> rewrite::admit(kopt::RuleOp rule,
                                    const AdmissionOptions &options) {
  if (failed(checkLiterals(rule)))
    return failure();
  Admission admission;
  admission.rule = rule.getSymName().str();
  admission.hash = structuralHash(rule);
  admission.shapesProved = proveShapes(rule);
  judge(rule, options, admission);
  // Only of a right rule can it be said what makes it right.
  if (admission.verdict == Verdict::Verified)
    for (unsigned index = 0; index < rule.getConditions().size(); ++index)
      if (!isExplained(rule, index, options))
        admission.unexplained.push_back(
            cast<StringAttr>(rule.getWhereAttr()[index]).str());
  return admission;
}

llvm::json::Object Admission::toJSON() const {
  llvm::json::Object object{{"rule", rule},
                            {"hash", hash},
                            {"verdict", getName(verdict)},
                            {"instances", instances},
                            {"shapes_proved", shapesProved}};
  if (!instance.empty())
    object["instance"] = instance;
  if (!detail.empty())
    object["detail"] = detail;
  if (!unexplained.empty())
    object["unexplained"] = llvm::json::Array(unexplained);
  if (specialsDiffer)
    object["specials_differ"] = true;
  return object;
}
