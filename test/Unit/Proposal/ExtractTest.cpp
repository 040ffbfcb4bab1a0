//===- ExtractTest.cpp - The MLIR in free text ------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Proposal/Proposer.h"
#include "gtest/gtest.h"

using namespace kernel_opt;
using namespace kernel_opt::proposal;

static std::string extract(StringRef text, size_t limit = 1000) {
  llvm::Expected<std::string> mlir = extractMLIR(text, limit);
  return mlir ? *mlir : "error: " + llvm::toString(mlir.takeError());
}

TEST(ExtractMLIR, MarkedBlocksComeFirst) {
  EXPECT_EQ(extract("Some words.\n```python\nprint()\n```\nand\n"
                    "```mlir\nmodule {\n}\n```\nmore\n```\nrest\n```\n"),
            "module {\n}\n");
  EXPECT_EQ(extract("```mlir\na\n```\nthen\n``` MLIR title\r\nb\r\n```\r\n"),
            "a\nb\n");
}

TEST(ExtractMLIR, OtherTextIsTaken) {
  EXPECT_EQ(extract("module {}"), "module {}");
  EXPECT_EQ(extract("words\n```\nmodule {}\n```"), "module {}\n");
  // A marked block of another language leaves the whole text.
  EXPECT_EQ(extract("a\n```c\nb\n```\n"), "a\n```c\nb\n```\n");
  EXPECT_EQ(extract("use ```x``` here"), "use ```x``` here");
}

TEST(ExtractMLIR, FencesMatch) {
  EXPECT_EQ(extract("~~~~mlir\n```\n~~~\nx\n~~~~\n"), "```\n~~~\nx\n");
  EXPECT_EQ(extract("  * item\n    ```mlir\n    x\n    ```\n"), "    x\n");
  // A fence with a language inside a block is part of the block.
  EXPECT_EQ(extract("```mlir\n```c\n```\n"), "```c\n");
}

TEST(ExtractMLIR, RefusesWhatIsNotUsable) {
  EXPECT_EQ(extract(""), "error: expected MLIR, found no text");
  EXPECT_EQ(extract(" \n\t\n"), "error: expected MLIR, found no text");
  // An empty marked block means nothing, whatever stands around it.
  EXPECT_EQ(extract("words\n```mlir\n```\n"),
            "error: expected MLIR, found no text");
  EXPECT_EQ(extract("ok\n```mlir\nmodule {\n"),
            "error: the block that begins in line 2 is not closed; the answer "
            "may have been cut off");
  EXPECT_EQ(extract("\xff\xfe"), "error: expected UTF-8 text");
  EXPECT_EQ(extract(StringRef("a\0b", 3)), "error: expected UTF-8 text");
  EXPECT_EQ(extract("12345", 4),
            "error: expected at most 4 bytes of MLIR, found 5");
  // Only the program counts, not the words around it.
  EXPECT_EQ(extract("long words\n```mlir\nx\n```", 4), "x\n");
}
