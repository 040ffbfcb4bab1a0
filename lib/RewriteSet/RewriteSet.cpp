//===- RewriteSet.cpp - Files of rules, plans and schedules -----*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/RewriteSet/RewriteSet.h"
#include "kernel-opt/Support/Nesting.h"
#include "mlir/Dialect/PDL/IR/PDLOps.h"
#include "mlir/Dialect/Transform/IR/TransformOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/Parser/Parser.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SourceMgr.h"

using namespace kernel_opt;
using namespace kernel_opt::rewrite;

//===----------------------------------------------------------------------===//
// Loading
//===----------------------------------------------------------------------===//

FailureOr<RewriteSet> RewriteSet::parse(StringRef text, StringRef name,
                                        MLIRContext *context,
                                        const SizeLimits &limits) {
  Location loc = mlir::FileLineColLoc::get(context, name, 1, 1);
  if (text.size() > limits.bytes)
    return mlir::emitError(loc, "expects a rewrite set of at most ")
           << limits.bytes << " bytes, found " << text.size();
  // Bytecode could carry resources and versions that nobody can read.
  if (text.starts_with("ML\xefR"))
    return mlir::emitError(loc,
                           "expects a rewrite set as text, found bytecode");
  if (failed(checkNesting(text, name, context)))
    return failure();
  llvm::SourceMgr sources;
  sources.AddNewSourceBuffer(llvm::MemoryBuffer::getMemBufferCopy(text, name),
                             SMLoc());
  mlir::ParserConfig config(context);
  RewriteSet set;
  set.name = name.str();
  set.module = mlir::parseSourceFile<ModuleOp>(sources, config);
  if (!set.module || failed(validate(*set.module, limits)))
    return failure();
  return set;
}

FailureOr<RewriteSet> RewriteSet::load(StringRef path, MLIRContext *context,
                                       const SizeLimits &limits) {
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/true);
  if (!buffer)
    return mlir::emitError(UnknownLoc::get(context),
                           "cannot read rewrite set '")
           << path << "': " << buffer.getError().message();
  return parse((*buffer)->getBuffer(), path, context, limits);
}

FailureOr<std::vector<RewriteSet>>
RewriteSet::loadAll(StringRef path, MLIRContext *context,
                    const SizeLimits &limits) {
  SmallVector<std::string> paths;
  if (llvm::sys::fs::is_directory(path)) {
    std::error_code error;
    for (llvm::sys::fs::directory_iterator it(path, error), end;
         it != end && !error; it.increment(error))
      if (llvm::sys::path::extension(it->path()) == ".mlir")
        paths.push_back(it->path());
    llvm::sort(paths);
  } else {
    paths.push_back(path.str());
  }
  std::vector<RewriteSet> sets;
  for (const std::string &each : paths) {
    FailureOr<RewriteSet> set = load(each, context, limits);
    if (failed(set))
      return failure();
    sets.push_back(std::move(*set));
  }
  return sets;
}

//===----------------------------------------------------------------------===//
// Contents
//===----------------------------------------------------------------------===//

template <typename Predicate>
static SmallVector<Operation *> filter(ModuleOp module, Predicate predicate) {
  SmallVector<Operation *> ops;
  for (Operation &op : *module.getBody())
    if (predicate(op))
      ops.push_back(&op);
  return ops;
}

SmallVector<Operation *> RewriteSet::getRules() const {
  return filter(*module, [](Operation &op) {
    return isa<kopt::RuleOp, mlir::pdl::PatternOp>(op);
  });
}

SmallVector<Operation *> RewriteSet::getPlans() const {
  return filter(*module, [](Operation &op) { return isa<kopt::FusionOp>(op); });
}

SmallVector<Operation *> RewriteSet::getSchedules() const {
  return filter(*module, [](Operation &op) {
    return isa<mlir::transform::NamedSequenceOp>(op);
  });
}

StringRef rewrite::getRuleName(Operation *rule) {
  auto name = rule->getAttrOfType<StringAttr>(SymbolTable::getSymbolAttrName());
  return name ? name.getValue() : "";
}

SmallVector<Operation *> rewrite::linkRules(ArrayRef<RewriteSet> sets) {
  SmallVector<Operation *> rules;
  llvm::StringSet<> seen;
  for (const RewriteSet &set : sets) {
    // A set cannot hide its own rules: names are unique in a module, and
    // patterns without one all count.
    for (Operation *rule : set.getRules())
      if (getRuleName(rule).empty() || !seen.contains(getRuleName(rule)))
        rules.push_back(rule);
    for (Operation *rule : set.getRules())
      seen.insert(getRuleName(rule));
  }
  return rules;
}
