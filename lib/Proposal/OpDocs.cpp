//===- OpDocs.cpp - Documentation of operations -----------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OpDocs.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace kernel_opt;
using namespace kernel_opt::proposal;

static constexpr char atenPage[] =
#include "AtenOpsDoc.inc"
    ;
static constexpr char schedulePage[] =
#include "ScheduleOpsDoc.inc"
    ;
static constexpr char tunePage[] =
#include "TuneOpsDoc.inc"
    ;

/// What stands between two texts, the nearest ones.
static StringRef between(StringRef text, StringRef begin, StringRef end) {
  size_t at = text.find(begin);
  return at == StringRef::npos
             ? ""
             : text.substr(at + begin.size()).split(end).first;
}

/// Text without entities and line breaks of HTML.
static std::string plain(StringRef text) {
  std::string result;
  while (!text.empty()) {
    if (text.consume_front("&lt;")) {
      result += '<';
    } else if (text.consume_front("&gt;")) {
      result += '>';
    } else if (text.consume_front("&amp;")) {
      result += '&';
    } else if (text.consume_front("<") && text.contains('>')) {
      text = text.split('>').second;
    } else {
      result += text.front();
      text = text.drop_front();
    }
  }
  return StringRef(result).trim().str();
}

/// Rows `<tr><td><code>name</code></td><td>type</td><td>description</td></tr>`.
static void readAttributes(StringRef section, OpDoc &doc) {
  StringRef table = between(section, "#### Attributes:", "</table>");
  for (StringRef row; table.contains("<tr><td><code>");) {
    table = table.substr(table.find("<tr><td><code>") + 4);
    std::tie(row, table) = table.split("</tr>");
    auto [name, rest] = row.split("</td><td>");
    doc.attributes.push_back(
        {plain(name), plain(rest.split("</td><td>").second)});
  }
}

/// Lines "| `name` | description |".
static void readOperands(StringRef section, OpDoc &doc) {
  StringRef table = section.split("#### Operands:").second.split("####").first;
  SmallVector<StringRef> lines;
  table.split(lines, '\n');
  for (StringRef line : lines)
    if (line.consume_front("| `")) {
      auto [name, rest] = line.split("` |");
      doc.operands.push_back({name.str(), rest.trim(" |").str()});
    }
}

/// The description, without what ODS says of traits, and with the indentation
/// that it has beyond the first line's taken away.
static std::string readBody(StringRef section) {
  StringRef body = section;
  for (StringRef end : {"\nTraits:", "\nInterfaces:", "\nEffects:", "\n####"})
    body = body.split(end).first;
  std::string result;
  for (StringRef rest = body.trim(); !rest.empty();) {
    StringRef line;
    std::tie(line, rest) = rest.split('\n');
    line.consume_front("    ");
    result += (line.rtrim() + "\n").str();
  }
  return result;
}

static std::vector<OpDoc> parsePage(StringRef page, StringRef prefix) {
  std::vector<OpDoc> docs;
  constexpr StringLiteral heading = "\n### `";
  for (size_t at = page.find(heading); at != StringRef::npos;) {
    page = page.substr(at + heading.size());
    at = page.find(heading);
    StringRef section = page.take_front(at);
    OpDoc doc;
    doc.name = section.split('`').first.str();
    section = section.split('\n').second;
    StringRef summary = between(section, "_", "_\n");
    if (!summary.empty())
      doc.summary = llvm::toLower(summary.front()) + summary.drop_front().str();
    if (section.contains("Syntax:")) {
      doc.syntax = between(section, "```\noperation ::= ", "\n```").str();
      section = section.split("Syntax:").second.split("```\n").second;
      section = section.split("```\n").second;
    }
    doc.body = readBody(section);
    readAttributes(section, doc);
    readOperands(section, doc);
    if (StringRef(doc.name).starts_with(prefix))
      docs.push_back(std::move(doc));
  }
  return docs;
}

void OpDoc::printBrief(raw_ostream &os) const {
  os << name << "(";
  llvm::interleaveComma(operands, os, [&](const Field &f) { os << f.name; });
  os << ")";
  if (!attributes.empty()) {
    os << " {";
    llvm::interleaveComma(attributes, os,
                          [&](const Field &f) { os << f.name; });
    os << "}";
  }
  os << ": " << summary << "\n";
}

void OpDoc::print(raw_ostream &os, bool withSyntax) const {
  os << "### " << name << ": " << summary << "\n\n";
  if (withSyntax && !syntax.empty())
    os << "```\n" << syntax << "\n```\n\n";
  os << body << "\n";
  for (const Field &operand : operands)
    if (!StringRef(operand.description).contains("Transform"))
      os << "- operand `" << operand.name << "`: " << operand.description
         << "\n";
  for (const Field &attribute : attributes)
    os << "- attribute `" << attribute.name << "`: " << attribute.description
       << "\n";
  os << "\n";
}

const std::vector<OpDoc> &proposal::getAtenDocs() {
  static const std::vector<OpDoc> docs = parsePage(atenPage, "aten.");
  return docs;
}
const std::vector<OpDoc> &proposal::getScheduleDocs() {
  static const std::vector<OpDoc> docs =
      parsePage(schedulePage, "transform.kopt.");
  return docs;
}
const std::vector<OpDoc> &proposal::getTuneDocs() {
  static const std::vector<OpDoc> docs = parsePage(tunePage, "transform.tune.");
  return docs;
}
