//===- Admission.cpp - What becomes of a proposal ---------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Proposal/Admission.h"
#include "Admitter.h"
#include "kernel-opt/Support/Location.h"
#include "kernel-opt/Support/Nesting.h"
#include "mlir/Dialect/PDL/IR/PDL.h"
#include "mlir/Dialect/PDL/IR/PDLOps.h"
#include "mlir/Dialect/Transform/IR/TransformDialect.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::proposal;

using transform::NamedSequenceOp;

//===----------------------------------------------------------------------===//
// Text
//===----------------------------------------------------------------------===//

/// Takes over what a module of the text says of itself.
void Admitter::readHeader(ModuleOp module) {
  for (NamedAttribute entry : module->getAttrs())
    if (entry.getName() != SymbolTable::getSymbolAttrName())
      (*set)->setAttr(entry.getName(), entry.getValue());
}

/// Moves the items of all modules in `block` into one.
void Admitter::gather(Block &block) {
  for (Operation &op : llvm::make_early_inc_range(block)) {
    if (auto module = dyn_cast<ModuleOp>(op)) {
      readHeader(module);
      gather(*module.getBody());
      continue;
    }
    op.moveBefore(set->getBody(), set->getBody()->end());
  }
}

/// Reads the text without verification, which would reject all of it for what
/// is wrong with one item.
bool Admitter::parse() {
  MLIRContext *context = program.getContext();
  if (text.size() > options.limits.bytes) {
    file.diagnostics.push_back("error: expected a rewrite set of at most " +
                               std::to_string(options.limits.bytes) +
                               " bytes, found " + std::to_string(text.size()));
    return false;
  }
  if (text.starts_with("ML\xefR")) {
    file.diagnostics.push_back(
        "error: expected a rewrite set as text, found bytecode");
    return false;
  }
  context->loadDialect<kopt::KoptDialect, pdl::PDLDialect,
                       transform::TransformDialect>();
  Block block;
  ParserConfig config(context, /*verifyAfterParse=*/false);
  bool isFlat = succeeded(checkNesting(text, name, context));
  LogicalResult parsed = success(
      isFlat && succeeded(parseSourceString(text, &block, config, name)));
  file.diagnostics = collector.take();
  set = ModuleOp::create(FileLineColLoc::get(context, name, 1, 1));
  if (succeeded(parsed))
    gather(block);
  else if (!isFlat || !parsePieces())
    return false;
  if (failed(checkContents(*set))) {
    file.diagnostics = collector.take();
    return false;
  }
  if (set->getBody()->empty()) {
    file.diagnostics.push_back(
        "error: expected a rule, a fusion plan or a schedule, found nothing");
    return false;
  }
  // The only version there is, until there is another one.
  Builder builder(context);
  if (!(*set)->hasAttr(kopt::kRewriteSetAttrName)) {
    file.notes.push_back("the attributes 'kopt.rewrite_set' and 'kopt.version "
                         "= 1' of the module are missing; taken as given");
    (*set)->setAttr(kopt::kRewriteSetAttrName, builder.getUnitAttr());
    if (!(*set)->hasAttr(kopt::kVersionAttrName))
      (*set)->setAttr(kopt::kVersionAttrName,
                      builder.getI64IntegerAttr(rewrite::kFormatVersion));
  }
  if (!set->getOps<NamedSequenceOp>().empty())
    (*set)->setAttr(transform::TransformDialect::kWithNamedSequenceAttrName,
                    builder.getUnitAttr());
  return true;
}

static ItemKind kindOf(Operation *op) {
  if (isa<kopt::RuleOp, pdl::PatternOp>(op))
    return ItemKind::Rule;
  if (isa<kopt::FusionOp>(op))
    return ItemKind::Plan;
  return isa<NamedSequenceOp>(op) ? ItemKind::Schedule : ItemKind::File;
}

/// Verifies one item by itself: its form, and that it is on the lists.
bool Admitter::verifyItem(Operation *op, ItemReport &item) {
  bool good = succeeded(mlir::verify(op));
  if (good) {
    OwningOpRef<ModuleOp> alone = ModuleOp::create(op->getLoc());
    (*alone)->setAttrs((*set)->getAttrDictionary());
    alone->getBody()->push_back(op->clone());
    good = succeeded(rewrite::validate(*alone, options.limits));
  }
  llvm::append_range(item.diagnostics, collector.take());
  return good;
}

/// The sequence and all that it names, directly or through others.
static SetVector<Operation *> reachable(Operation *sequence, ModuleOp set) {
  SetVector<Operation *> found;
  found.insert(sequence);
  for (size_t i = 0; i < found.size(); ++i)
    if (auto uses = SymbolTable::getSymbolUses(found[i]))
      for (const SymbolTable::SymbolUse &use : *uses)
        if (auto other = set.lookupSymbol<NamedSequenceOp>(
                use.getSymbolRef().getRootReference()))
          found.insert(other);
  return found;
}

/// Verifies what sequences say of each other.
void Admitter::verifySequences() {
  SmallVector<Operation *> bad;
  for (auto op : set->getOps<NamedSequenceOp>()) {
    OwningOpRef<ModuleOp> alone = ModuleOp::create(set->getLoc());
    (*alone)->setAttrs((*set)->getAttrDictionary());
    for (Operation *part : reachable(op, *set))
      alone->getBody()->push_back(part->clone());
    if (succeeded(mlir::verify(*alone)))
      continue;
    bad.push_back(op);
    ItemReport &item = itemOf(op);
    item.verdict = ItemVerdict::Illegal;
    item.diagnostics = collector.take();
  }
  for (Operation *op : bad)
    op->erase();
}

/// Says that there are too many, if there are.
void Admitter::limitItems(size_t found) {
  if (found > options.mostItems)
    file.diagnostics.push_back(
        "error: expected at most " + std::to_string(options.mostItems) +
        " items, found " + std::to_string(found) + "; only the first " +
        std::to_string(options.mostItems) + " are judged");
}

/// Makes an item of each operation; those that are ill-formed end here.
void Admitter::split() {
  llvm::StringSet<> names;
  SmallVector<Operation *> bad;
  auto &ops = set->getBody()->getOperations();
  limitItems(ops.size());
  while (ops.size() > options.mostItems)
    ops.pop_back();
  for (Operation &op : *set->getBody()) {
    ItemReport item;
    item.kind = kindOf(&op);
    item.location = placeOf(op.getLoc());
    bool good = verifyItem(&op, item);
    auto symbol =
        op.getAttrOfType<StringAttr>(SymbolTable::getSymbolAttrName());
    item.name = symbol ? symbol.str() : op.getName().getStringRef().str();
    if (symbol && !names.insert(symbol).second) {
      good = false;
      item.diagnostics.push_back(item.location + ": error: the name '@" +
                                 item.name +
                                 "' is used twice; give each item its own");
    }
    if (!good) {
      item.verdict = ItemVerdict::Illegal;
      bad.push_back(&op);
    }
    numbers[&op] = items.size();
    items.push_back(std::move(item));
  }
  for (Operation *op : bad)
    op->erase();
  verifySequences();
}

std::string Admitter::printSet() {
  if (set->getBody()->empty())
    return "";
  std::string printed;
  llvm::raw_string_ostream os(printed);
  (*set)->print(os);
  return printed;
}

/// A string of a proposal may say any byte ("\\FF"), and messages quote it.
/// Reports go into JSON.
static void makeText(ItemReport &item) {
  auto fix = [](std::string &text) { text = llvm::json::fixUTF8(text); };
  for (std::string *text : {&item.name, &item.location, &item.witness})
    fix(*text);
  llvm::for_each(item.diagnostics, fix);
  llvm::for_each(item.notes, fix);
  for (Use &use : item.uses) {
    fix(use.where);
    fix(use.detail);
  }
}

Admitted Admitter::run() {
  file.name = "";
  file.location = name.str();
  file.verdict = ItemVerdict::Illegal;
  if (parse()) {
    split();
    file.verdict =
        file.diagnostics.empty() ? ItemVerdict::Verified : ItemVerdict::Illegal;
    current = cast<ModuleOp>(program->clone());
    admitRules();
    if (lower()) {
      admitPlans();
      admitSchedules();
    }
    // Whatever is not known to be good goes no further.
    for (Operation &op : llvm::make_early_inc_range(*set->getBody()))
      if (isa<kopt::FusionOp>(op) || !isKept(itemOf(&op)))
        op.erase();
    result.rewriteSet = printSet();
  }
  result.report.items.push_back(std::move(file));
  // Matchers and tables are parts of schedules, not items.
  for (ItemReport &item : items)
    if (item.kind != ItemKind::File || item.verdict == ItemVerdict::Illegal)
      result.report.items.push_back(std::move(item));
  llvm::for_each(result.report.items, makeText);
  return std::move(result);
}

Admitted proposal::admit(StringRef text, StringRef name, ModuleOp program,
                         const AdmissionOptions &options) {
  return Admitter(text, name, program, options).run();
}
