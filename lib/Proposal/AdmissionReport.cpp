//===- AdmissionReport.cpp - Verdicts in words and in JSON ------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Proposal/Admission.h"

using namespace kernel_opt;
using namespace kernel_opt::proposal;

StringRef proposal::getName(ItemKind kind) {
  switch (kind) {
  case ItemKind::File:
    return "file";
  case ItemKind::Rule:
    return "rule";
  case ItemKind::Plan:
    return "fusion plan";
  case ItemKind::Schedule:
    return "schedule";
  }
  llvm_unreachable("all kinds have names");
}

StringRef proposal::getName(ItemVerdict verdict) {
  switch (verdict) {
  case ItemVerdict::Verified:
    return "verified";
  case ItemVerdict::NoMatch:
    return "did not match";
  case ItemVerdict::Unproven:
    return "unproven";
  case ItemVerdict::Refuted:
    return "refuted";
  case ItemVerdict::Illegal:
    return "illegal";
  }
  llvm_unreachable("all verdicts have names");
}

llvm::json::Object ItemReport::toJSON() const {
  llvm::json::Array useList;
  for (const Use &use : uses)
    useList.push_back(
        llvm::json::Object{{"where", use.where},
                           {"verdict", proposal::getName(use.verdict)},
                           {"detail", use.detail}});
  return llvm::json::Object{{"kind", proposal::getName(kind)},
                            {"name", name},
                            {"location", location},
                            {"verdict", proposal::getName(verdict)},
                            {"applied", applied},
                            {"diagnostics", llvm::json::Array(diagnostics)},
                            {"witness", witness},
                            {"notes", llvm::json::Array(notes)},
                            {"uses", std::move(useList)}};
}

bool AdmissionReport::isLegal() const {
  return llvm::none_of(items, [](const ItemReport &item) {
    return item.verdict == ItemVerdict::Illegal ||
           item.verdict == ItemVerdict::Refuted;
  });
}

bool AdmissionReport::isUseful() const {
  return llvm::any_of(items, [](const ItemReport &item) {
    return item.kind != ItemKind::File &&
           item.verdict == ItemVerdict::Verified && item.applied != 0;
  });
}

llvm::json::Object AdmissionReport::toJSON() const {
  llvm::json::Array list;
  for (const ItemReport &item : items)
    list.push_back(item.toJSON());
  return llvm::json::Object{
      {"legal", isLegal()}, {"useful", isUseful()}, {"items", std::move(list)}};
}

/// Text of several lines, each after `indent`.
static void printIndented(raw_ostream &os, StringRef text, StringRef indent) {
  for (StringRef rest = text.trim(); !rest.empty();) {
    StringRef line;
    std::tie(line, rest) = rest.split('\n');
    os << indent << line << "\n";
  }
}

void AdmissionReport::print(raw_ostream &os) const {
  for (const ItemReport &item : items) {
    // A text that is read without trouble needs no words.
    bool isQuiet = item.diagnostics.empty() && item.notes.empty() &&
                   item.verdict == ItemVerdict::Verified;
    if (item.kind == ItemKind::File && isQuiet)
      continue;
    os << proposal::getName(item.kind);
    if (!item.name.empty())
      os << " @" << item.name;
    if (!item.location.empty())
      os << " (" << item.location << ")";
    os << ": " << proposal::getName(item.verdict);
    if (item.applied)
      os << ", applied " << item.applied
         << (item.applied == 1 ? " time" : " times");
    else if (item.kind == ItemKind::Rule &&
             item.verdict == ItemVerdict::Verified)
      os << ", did not match";
    os << "\n";
    for (const std::string &diagnostic : item.diagnostics)
      printIndented(os, diagnostic, "  ");
    if (!item.witness.empty())
      printIndented(os, "witness: " + item.witness, "  ");
    for (const Use &use : item.uses) {
      os << "  at " << use.where << ": " << proposal::getName(use.verdict)
         << "\n";
      if (use.detail != item.witness)
        printIndented(os, use.detail, "    ");
    }
    for (const std::string &note : item.notes)
      printIndented(os, "note: " + note, "  ");
  }
}
