//===- Extract.cpp - The MLIR in free text ----------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Proposal/Proposer.h"

using namespace kernel_opt;
using namespace kernel_opt::proposal;

namespace {
/// A line that opens or closes a block.
struct Fence {
  char mark;
  size_t length;
  StringRef info;
};

struct FencedBlock {
  StringRef info;
  std::string text;
};
} // namespace

static std::optional<Fence> parseFence(StringRef line) {
  line = line.trim();
  if (!line.starts_with("```") && !line.starts_with("~~~"))
    return std::nullopt;
  char mark = line.front();
  size_t length = std::min(line.find_first_not_of(mark), line.size());
  StringRef info = line.drop_front(length).trim();
  // "```x```" on one line is code inside a sentence.
  if (info.contains('`'))
    return std::nullopt;
  return Fence{mark, length, info.take_until(llvm::isSpace)};
}

static bool isMLIR(const FencedBlock &block) {
  return block.info.equals_insensitive("mlir");
}
static bool isUnmarked(const FencedBlock &block) { return block.info.empty(); }

static std::string joinBlocks(ArrayRef<FencedBlock> blocks,
                              bool (*wanted)(const FencedBlock &)) {
  std::string joined;
  for (const FencedBlock &block : blocks)
    if (wanted(block))
      joined += block.text;
  return joined;
}

llvm::Expected<std::string> proposal::extractMLIR(StringRef text,
                                                  size_t limit) {
  if (!llvm::json::isUTF8(text) || text.contains('\0'))
    return llvm::createStringError("expected UTF-8 text");
  std::vector<FencedBlock> blocks;
  std::optional<Fence> open;
  size_t openedAt = 0, number = 0;
  for (StringRef rest = text; !rest.empty();) {
    StringRef line;
    std::tie(line, rest) = rest.split('\n');
    ++number;
    std::optional<Fence> fence = parseFence(line);
    if (!open && fence) {
      open = fence;
      openedAt = number;
      blocks.push_back({fence->info, ""});
    } else if (open && fence && fence->mark == open->mark &&
               fence->length >= open->length && fence->info.empty()) {
      open.reset();
    } else if (open) {
      blocks.back().text += (line.rtrim('\r') + "\n").str();
    }
  }
  // Of an answer that was cut off, what stands before the cut is not what was
  // meant.
  if (open && (isMLIR(blocks.back()) || isUnmarked(blocks.back())))
    return llvm::createStringError(
        "the block that begins in line " + Twine(openedAt) +
        " is not closed; the answer may have been cut off");
  std::string mlir = joinBlocks(blocks, isMLIR);
  if (llvm::none_of(blocks, isMLIR))
    mlir = llvm::any_of(blocks, isUnmarked) ? joinBlocks(blocks, isUnmarked)
                                            : text.str();
  if (StringRef(mlir).trim().empty())
    return llvm::createStringError("expected MLIR, found no text");
  if (mlir.size() > limit)
    return llvm::createStringError("expected at most " + Twine(limit) +
                                   " bytes of MLIR, found " +
                                   Twine(mlir.size()));
  return mlir;
}
