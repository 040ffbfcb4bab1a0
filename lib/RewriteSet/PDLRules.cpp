//===- PDLRules.cpp - Raw patterns ------------------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The applicator asks for permission between a match of a pattern and its
// rewrite. Saying no every time enumerates; saying yes once applies one site.
//
//===----------------------------------------------------------------------===//

#include "PDLRules.h"
#include "mlir/Dialect/PDLInterp/IR/PDLInterp.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Rewrite/FrozenRewritePatternSet.h"
#include "mlir/Rewrite/PatternApplicator.h"

using namespace kernel_opt;
using namespace kernel_opt::rewrite;

bool rewrite::isAllowedConstraint(StringRef name) {
  return name == "only_use" || name == "is_constant";
}

/// The pattern alone in a module, compiled.
static mlir::FrozenRewritePatternSet compile(Operation *rule) {
  MLIRContext *context = rule->getContext();
  OwningOpRef<ModuleOp> module = ModuleOp::create(rule->getLoc());
  OpBuilder builder = OpBuilder::atBlockBegin(module->getBody());
  builder.clone(*rule);
  mlir::PDLPatternModule pattern(std::move(module));
  pattern.registerConstraintFunction("only_use",
                                     [](PatternRewriter &, Value value) {
                                       return success(value.hasOneUse());
                                     });
  pattern.registerConstraintFunction(
      "is_constant", [](PatternRewriter &, Value value) {
        return success(getConstantValue(value).has_value());
      });
  RewritePatternSet patterns(context);
  patterns.add(std::move(pattern));
  return mlir::FrozenRewritePatternSet(std::move(patterns));
}

void rewrite::findPatternMatches(Operation *rule, Operation *function,
                                 unsigned limit, std::vector<Match> &found) {
  mlir::FrozenRewritePatternSet patterns = compile(rule);
  mlir::PatternApplicator applicator(patterns);
  applicator.applyDefaultCostModel();
  PatternRewriter rewriter(rule->getContext());
  function->walk([&](Operation *op) {
    if (op == function)
      return;
    unsigned alternative = 0;
    auto record = [&](const mlir::Pattern &) {
      if (found.size() < limit) {
        Match match;
        match.rule = rule;
        match.root = op;
        match.alternative = alternative++;
        found.push_back(std::move(match));
      }
      return false;
    };
    rewriter.setInsertionPoint(op);
    (void)applicator.matchAndRewrite(op, rewriter, record);
  });
}

/// Applies one match of `patterns` at `root`.
static LogicalResult applyAt(const mlir::FrozenRewritePatternSet &patterns,
                             Operation *root, unsigned wanted) {
  mlir::PatternApplicator applicator(patterns);
  applicator.applyDefaultCostModel();
  unsigned alternative = 0;
  auto permit = [&](const mlir::Pattern &) { return alternative++ == wanted; };
  PatternRewriter rewriter(root->getContext());
  rewriter.setInsertionPoint(root);
  return applicator.matchAndRewrite(root, rewriter, permit);
}

/// The operation of `copy` where `op` is in `function`.
static Operation *findCounterpart(Operation *function, Operation *copy,
                                  Operation *op) {
  unsigned number = 0, at = 0;
  function->walk([&](Operation *each) {
    if (each == op)
      number = at;
    ++at;
  });
  Operation *found = nullptr;
  at = 0;
  copy->walk([&](Operation *each) {
    if (at++ == number)
      found = each;
  });
  return found;
}

LogicalResult rewrite::applyPattern(const Match &match, RewriterBase &,
                                    std::string &why) {
  Operation *function =
      match.root->getParentOfType<mlir::FunctionOpInterface>();
  if (!function) {
    why = "it is not in a function";
    return failure();
  }
  mlir::FrozenRewritePatternSet patterns = compile(match.rule);
  // A pattern may build anything of the right arity, so that a copy tells
  // first whether the result is a valid function.
  Operation *copy = function->clone();
  Operation *root = findCounterpart(function, copy, match.root);
  LogicalResult valid = applyAt(patterns, root, match.alternative);
  if (failed(valid))
    why = "the pattern does not match there";
  if (succeeded(valid)) {
    mlir::ScopedDiagnosticHandler capture(function->getContext(),
                                          [&](Diagnostic &diagnostic) {
                                            if (why.empty())
                                              why = diagnostic.str();
                                            return success();
                                          });
    valid = mlir::verify(copy);
  }
  copy->erase();
  return failed(valid) ? failure()
                       : applyAt(patterns, match.root, match.alternative);
}
