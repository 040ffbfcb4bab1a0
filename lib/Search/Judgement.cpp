//===- Judgement.cpp - What a search may use of a proposal ------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Search/Judgement.h"
#include "kernel-opt/Dialect/Kopt/KoptOps.h"
#include "kernel-opt/Proposal/Admission.h"
#include "kernel-opt/Support/Hash.h"
#include "kernel-opt/Support/JSONReader.h"
#include "mlir/Dialect/Transform/IR/TransformOps.h"
#include "mlir/Parser/Parser.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::search;
using proposal::ItemVerdict;
using transform::NamedSequenceOp;
namespace json = llvm::json;

//===----------------------------------------------------------------------===//
// Names by contents
//===----------------------------------------------------------------------===//

static std::string suffixOf(StringRef text) {
  std::string hash = hashText(text);
  StringRef digits = hash;
  digits.consume_front("sha256:");
  return "." + digits.take_front(8).str();
}

static std::string textOf(Operation *op) {
  std::string text;
  llvm::raw_string_ostream os(text);
  op->print(os, OpPrintingFlags().useLocalScope());
  return text;
}

static void addSuffix(Operation *symbol, StringRef suffix) {
  std::string name =
      (SymbolTable::getSymbolName(symbol).strref() + suffix).str();
  SymbolTable::setSymbolName(symbol, name);
}

/// Renames what the set holds. A rule stands by itself; sequences may include
/// each other, so that they are named together.
static void nameByContents(ModuleOp set,
                           std::map<std::string, std::string> &renamed) {
  std::string sequences;
  for (auto sequence : set.getOps<NamedSequenceOp>())
    sequences += textOf(sequence);
  std::string suffix = suffixOf(sequences);
  for (Operation &op : *set.getBody()) {
    if (!isa<kopt::RuleOp, NamedSequenceOp>(op))
      continue;
    std::string before = SymbolTable::getSymbolName(&op).str();
    if (auto sequence = dyn_cast<NamedSequenceOp>(op)) {
      auto name = StringAttr::get(set.getContext(), before + suffix);
      (void)SymbolTable::replaceAllSymbolUses(&op, name, set);
      addSuffix(&op, suffix);
    } else {
      addSuffix(&op, suffixOf(textOf(&op)));
    }
    renamed[before] = SymbolTable::getSymbolName(&op).str();
  }
}

//===----------------------------------------------------------------------===//
// Judging
//===----------------------------------------------------------------------===//

static Judgement::Item describe(const proposal::ItemReport &item) {
  Judgement::Item result{proposal::getName(item.kind).str(), item.name,
                         proposal::getName(item.verdict).str(), item.witness};
  if (result.detail.empty() && !item.diagnostics.empty() &&
      item.verdict != ItemVerdict::Verified)
    result.detail = item.diagnostics.front();
  for (const proposal::Use &use : item.uses)
    if (result.detail.empty() && use.verdict != ItemVerdict::Verified)
      result.detail = use.where + ": " + use.detail;
  return result;
}

Judgement search::judgeProposal(ModuleOp program, StringRef name,
                                StringRef text,
                                const optimizer::Options &pipeline) {
  proposal::AdmissionOptions options;
  options.pipeline = pipeline;
  proposal::Admitted admitted = proposal::admit(text, name, program, options);
  Judgement judgement;
  llvm::raw_string_ostream report(judgement.report);
  admitted.report.print(report);
  for (const proposal::ItemReport &item : admitted.report.items)
    if (item.kind != proposal::ItemKind::File ||
        item.verdict == ItemVerdict::Illegal)
      judgement.items.push_back(describe(item));
  judgement.choice.fusionPlan = admitted.fusionPlan;
  if (admitted.rewriteSet.empty())
    return judgement;
  MLIRContext *context = program.getContext();
  ScopedDiagnosticHandler silent(context,
                                 [](Diagnostic &) { return success(); });
  auto set = parseSourceString<ModuleOp>(admitted.rewriteSet, context, name);
  if (!set)
    return judgement;
  std::map<std::string, std::string> renamed;
  nameByContents(*set, renamed);
  for (const auto &[rule, site] : admitted.uses)
    judgement.choice.rules.push_back({renamed[rule], site});
  for (const proposal::ItemReport &item : admitted.report.items)
    if (item.kind == proposal::ItemKind::Schedule && renamed.count(item.name))
      judgement.strategies.push_back(renamed[item.name]);
  judgement.set.text = textOf(*set);
  judgement.set.name = hashText(judgement.set.text);
  return judgement;
}

//===----------------------------------------------------------------------===//
// Records
//===----------------------------------------------------------------------===//

json::Object Judgement::toJSON() const {
  json::Array list;
  for (const Item &item : items)
    list.push_back(json::Object{{"kind", item.kind},
                                {"name", item.name},
                                {"verdict", item.verdict},
                                {"detail", item.detail}});
  Candidate candidate;
  candidate.graph = choice;
  return json::Object{
      {"items", std::move(list)},
      {"report", report},
      {"set", json::Object{{"name", set.name}, {"text", set.text}}},
      {"choice", candidate.toJSON()},
      {"strategies", json::Array(strategies)}};
}

llvm::Expected<Judgement> Judgement::fromJSON(const json::Value &value) {
  JSONErrors errors;
  JSONReader reader(&value, "", errors);
  Judgement judgement;
  reader.each("items", true,
              [&](const json::Value &each, const std::string &at) {
                JSONReader item(&each, at, errors);
                judgement.items.push_back(
                    {item.string("kind"), item.string("name"),
                     item.string("verdict"), item.string("detail")});
                item.finish();
              });
  judgement.report = reader.string("report");
  JSONReader set(reader.value("set"), "set", errors);
  judgement.set = {set.string("name"), set.string("text")};
  set.finish();
  const json::Value *choice = reader.value("choice");
  judgement.strategies = reader.strings("strategies");
  reader.finish();
  if (llvm::Error error = errors.take("judgement"))
    return std::move(error);
  auto candidate = Candidate::fromJSON(*choice);
  if (!candidate)
    return candidate.takeError();
  judgement.choice = std::move(candidate->graph);
  return judgement;
}
