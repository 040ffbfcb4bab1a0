//===- Pieces.cpp - Items of a text that does not parse ---------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The parser gives up on a text at its first error. So that an error in one
// item does not cost the others, the text is then cut into items at the words
// that begin them, and each is parsed behind what stands before the first one.
//
//===----------------------------------------------------------------------===//

#include "Admitter.h"
#include "OpDocs.h"
#include "mlir/Parser/Parser.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::proposal;

namespace {
struct Opening {
  StringLiteral word;
  ItemKind kind;
};
struct Piece {
  size_t begin; ///< of the line on which it begins
  size_t end;
  ItemKind kind;
};
} // namespace

static constexpr Opening openings[] = {
    {"kopt.rule", ItemKind::Rule},
    {"kopt.fusion", ItemKind::Plan},
    {"transform.named_sequence", ItemKind::Schedule}};

/// The position behind the last brace that closes what `text` opened, or its
/// size if there is none. Braces in comments and strings do not count.
static size_t endOfItem(StringRef text) {
  size_t end = text.size();
  int depth = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i).starts_with("//"))
      i = std::min(text.find('\n', i), text.size());
    else if (text[i] == '"')
      i = std::min(text.find('"', i + 1), text.size());
    else if (text[i] == '{')
      ++depth;
    else if (text[i] == '}' && --depth == 0)
      end = i + 1;
    else if (depth < 0)
      break; // The module ends here.
  }
  return end;
}

static SmallVector<Piece> findPieces(StringRef text) {
  SmallVector<Piece> pieces;
  for (size_t line = 0; line < text.size();) {
    StringRef start = text.substr(line).ltrim(" \t");
    for (const Opening &opening : openings)
      if (start.starts_with(opening.word))
        pieces.push_back({line, text.size(), opening.kind});
    size_t next = text.find('\n', line);
    line = next == StringRef::npos ? text.size() : next + 1;
  }
  for (size_t i = 0; i < pieces.size(); ++i) {
    size_t limit = i + 1 < pieces.size() ? pieces[i + 1].begin : text.size();
    StringRef piece = text.slice(pieces[i].begin, limit);
    pieces[i].end = pieces[i].begin + endOfItem(piece);
  }
  return pieces;
}

/// Names like the unknown one in a message of the parser.
static void addHint(std::string &message) {
  auto [before, rest] = StringRef(message).split("custom op '");
  StringRef name = rest.split('\'').first;
  if (!rest.contains("is unknown"))
    return;
  std::vector<std::pair<unsigned, std::string>> near;
  for (const std::vector<OpDoc> *docs : {&getAtenDocs(), &getScheduleDocs()})
    for (const OpDoc &doc : *docs) {
      bool isPart = StringRef(doc.name).split('.').second.contains(
          name.split('.').second);
      near.push_back({isPart ? 0 : name.edit_distance(doc.name), doc.name});
    }
  llvm::sort(near);
  near.resize(std::min<size_t>(near.size(), 4));
  message += "\n  note: there is no such operation; similar ones are ";
  llvm::raw_string_ostream os(message);
  llvm::interleaveComma(near, os,
                        [&](const auto &entry) { os << entry.second; });
}

bool Admitter::parsePieces() {
  for (std::string &diagnostic : file.diagnostics)
    addHint(diagnostic);
  SmallVector<Piece> pieces = findPieces(text);
  if (pieces.size() < 2)
    return false;
  StringRef header = text.take_front(pieces.front().begin);
  StringRef footer = header.contains("module") ? "\n}" : "\n";
  bool any = false;
  // What was wrong with the whole is now wrong with pieces.
  std::vector<std::string> whole = std::exchange(file.diagnostics, {});
  limitItems(pieces.size());
  pieces.truncate(std::min(pieces.size(), options.mostItems));
  for (const Piece &piece : pieces) {
    // Empty lines keep the numbers of lines.
    StringRef skipped = text.slice(header.size(), piece.begin);
    std::string alone = header.str() + std::string(skipped.count('\n'), '\n') +
                        text.slice(piece.begin, piece.end).str() + footer.str();
    Block block;
    ParserConfig config(program.getContext(), /*verifyAfterParse=*/false);
    if (succeeded(parseSourceString(alone, &block, config, name))) {
      any = true;
      gather(block);
      continue;
    }
    ItemReport item;
    item.kind = piece.kind;
    item.verdict = ItemVerdict::Illegal;
    StringRef words = text.slice(piece.begin, piece.end);
    item.name =
        words.split('\n')
            .first.split('@')
            .second
            .take_while([](char c) { return llvm::isAlnum(c) || c == '_'; })
            .str();
    item.location =
        (name + ":" + Twine(text.take_front(piece.begin).count('\n') + 1) +
         ":" + Twine(words.size() - words.ltrim(" \t").size() + 1))
            .str();
    item.diagnostics = collector.take();
    for (std::string &diagnostic : item.diagnostics)
      addHint(diagnostic);
    items.push_back(std::move(item));
  }
  if (!any) {
    items.clear();
    file.diagnostics = std::move(whole);
  }
  collector.take();
  return any;
}
