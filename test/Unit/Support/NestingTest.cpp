//===- NestingTest.cpp - How deep text from outside may nest ----*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Support/Nesting.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/MLIRContext.h"
#include "gtest/gtest.h"

using namespace kernel_opt;

static std::string repeat(StringRef text, size_t count) {
  std::string result;
  for (size_t i = 0; i < count; ++i)
    result += text;
  return result;
}

static std::string nestingError(StringRef text) {
  mlir::MLIRContext context;
  std::string message;
  mlir::ScopedDiagnosticHandler handler(&context, [&](mlir::Diagnostic &d) {
    llvm::raw_string_ostream(message) << d.getLocation() << ": " << d;
    return mlir::success();
  });
  bool good = mlir::succeeded(checkNesting(text, "file", &context));
  EXPECT_EQ(good, message.empty());
  return message;
}

TEST(Nesting, CountsLevels) {
  EXPECT_EQ(nestingError(repeat("([{<", 64) + repeat(">}])", 64)), "");
  EXPECT_EQ(nestingError("a\n" + repeat("(", 257)),
            "loc(\"file\":2:257): nests deeper than the 256 levels that are "
            "read");
  EXPECT_NE(nestingError(repeat("- ", 257)), "");
  // One behind the other is no nesting.
  EXPECT_EQ(nestingError(repeat("(){}[]<>", 1000)), "");
  EXPECT_EQ(nestingError(repeat("-1 ", 1000)), "");
}

TEST(Nesting, LeavesWhatIsNoBracket) {
  EXPECT_EQ(nestingError("\"" + repeat("(\\\"", 1000) + "\""), "");
  EXPECT_EQ(nestingError("// " + repeat("(", 1000) + "\n"), "");
  EXPECT_EQ(nestingError(repeat("() -> ()\n", 1000)), "");
  EXPECT_EQ(nestingError(repeat("(a < b) ", 1000)), "");
  EXPECT_EQ(nestingError("ML\xefR" + repeat("(", 1000)), "");
  // Whatever ends early ends.
  EXPECT_EQ(nestingError("\"a\\"), "");
  EXPECT_EQ(nestingError("//"), "");
  EXPECT_EQ(nestingError(")]}>"), "");
}

TEST(Nesting, JSON) {
  auto deep =
      parseJSON("{\"a\":\n" + repeat("[", 256) + repeat("]", 256) + "}");
  ASSERT_FALSE(bool(deep));
  EXPECT_EQ(llvm::toString(deep.takeError()),
            "line 2: nests deeper than the 256 levels that are read");
  auto flat = parseJSON("[\"" + repeat("[{\\\"", 1000) + "\"," +
                        repeat("[],", 1000) + "1]");
  ASSERT_TRUE(bool(flat));
  EXPECT_EQ(flat->getAsArray()->size(), 1002u);
}

TEST(Nesting, NamesAreText) {
  mlir::MLIRContext context;
  mlir::ScopedDiagnosticHandler handler(
      &context, [&](mlir::Diagnostic &) { return mlir::success(); });
  EXPECT_TRUE(bool(parseModule("module @\"\\C3\\A4\" {}", "file", &context)));
  EXPECT_FALSE(bool(parseModule("module @\"\\C3\" {}", "file", &context)));
  EXPECT_FALSE(bool(parseModule("module @\"\\00\" {}", "file", &context)));
  EXPECT_FALSE(bool(parseModuleFile("/nonexistent", &context)));
  // Text that goes on behind what is asked for.
  EXPECT_TRUE(
      bool(parseModule(StringRef("module {}x").drop_back(), "file", &context)));
}
