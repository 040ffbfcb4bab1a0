//===- RuleExpressionTest.cpp - Expressions in rewrite rules ----*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Dialect/Kopt/RuleExpression.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/JSON.h"
#include "gtest/gtest.h"

using namespace kernel_opt;
using namespace kernel_opt::kopt;

/// M is 6, K is 4, S is [2, 3], anything else is unknown; is_constant(%a) holds
/// and rank(%a) is 2.
static Term evaluate(StringRef text) {
  std::string error;
  FailureOr<Expression> parsed = Expression::parse(text, error);
  EXPECT_TRUE(succeeded(parsed)) << error;
  if (failed(parsed))
    return {};
  EXPECT_TRUE(succeeded(parsed->check(error))) << error;
  auto name = [](StringRef name) -> Term {
    if (name == "M")
      return 6.0;
    if (name == "K")
      return 4.0;
    if (name == "S")
      return Term::list({2, 3});
    return {};
  };
  auto query = [](StringRef function, StringRef value, ArrayRef<Term>) -> Term {
    if (value != "a")
      return {};
    return function == "rank" ? 2.0 : 1.0;
  };
  return parsed->evaluate({name, query});
}

static std::string getError(StringRef text) {
  std::string error;
  FailureOr<Expression> parsed = Expression::parse(text, error);
  if (succeeded(parsed))
    (void)parsed->check(error);
  return error;
}

TEST(RuleExpression, Arithmetic) {
  EXPECT_EQ(evaluate("1 + 2 * 3").number(), 7);
  EXPECT_EQ(evaluate("(1 + 2) * 3").number(), 9);
  EXPECT_EQ(evaluate("7 - 2 - 1").number(), 4);
  EXPECT_EQ(evaluate("-M + 1").number(), -5);
  EXPECT_EQ(evaluate("M / K").number(), 1.5);
  EXPECT_EQ(evaluate("M floordiv K").number(), 1);
  EXPECT_EQ(evaluate("M ceildiv K").number(), 2);
  EXPECT_EQ(evaluate("M mod K").number(), 2);
  EXPECT_EQ(evaluate("-1 % K").number(), 3);
  EXPECT_EQ(evaluate("2.5e-1 * 4").number(), 1);
  EXPECT_EQ(evaluate("max(M, K) - min(M, K)").number(), 2);
  EXPECT_NEAR(evaluate("ln2 * log2e").number(), 1, 1e-15);
}

TEST(RuleExpression, Truth) {
  EXPECT_TRUE(evaluate("M % 2 == 0").isTrue());
  EXPECT_FALSE(evaluate("M <= K").isTrue());
  EXPECT_TRUE(evaluate("M < K || M != K && 1").isTrue());
  EXPECT_TRUE(evaluate("!(M < K)").isTrue());
  EXPECT_TRUE(evaluate("is_constant(%a) && rank(%a) == 2").isTrue());
}

TEST(RuleExpression, Lists) {
  EXPECT_EQ(evaluate("size(S)").number(), 6);
  EXPECT_EQ(evaluate("len(S)").number(), 2);
  EXPECT_EQ(evaluate("S[1]").number(), 3);
  EXPECT_TRUE(evaluate("S == S").isTrue());
  EXPECT_TRUE(evaluate("S[2]").isUnknown());
  EXPECT_TRUE(evaluate("S + 1").isUnknown());
}

TEST(RuleExpression, WhatIsUnknownStaysUnknown) {
  EXPECT_TRUE(evaluate("N").isUnknown());
  EXPECT_TRUE(evaluate("N < 4").isUnknown());
  EXPECT_TRUE(evaluate("!(N < 4)").isUnknown());
  EXPECT_TRUE(evaluate("M / (K - 4)").isUnknown());
  EXPECT_TRUE(evaluate("sqrt(0 - 1)").isUnknown());
  EXPECT_TRUE(evaluate("rank(%b)").isUnknown());
  // One side may decide alone.
  EXPECT_TRUE(evaluate("N == 1 || M == 6").isTrue());
  EXPECT_FALSE(evaluate("N == 1 && M == 5").isUnknown());
}

TEST(RuleExpression, Errors) {
  EXPECT_EQ(getError(""), "expected a number, a name or '(', found the end");
  EXPECT_EQ(getError("M +"), "expected a number, a name or '(', found the end");
  EXPECT_EQ(getError("(M"), "expected ')', found the end");
  EXPECT_EQ(getError("M K"), "expected an operator, found 'K'");
  EXPECT_EQ(getError("min(M K)"), "expected ',' or ')', found 'K)'");
  EXPECT_EQ(getError("min(M)"), "'min' expects no %value and 2 numbers");
  EXPECT_EQ(getError("value(M)"), "'value' expects a %value and 0 numbers");
  EXPECT_EQ(getError("%a + 1"), "'%a' is not an argument of a function");
  EXPECT_EQ(getError("f(1)"), "unknown function 'f'");
  EXPECT_EQ(getError("1 + %"), "expected the name of a value, found the end");
}

TEST(RuleExpression, HostileNestingEnds) {
  EXPECT_NE(getError(std::string(100000, '(')), "");
  EXPECT_NE(getError(std::string(100000, '-') + "1"), "");
  // What nests to the left would end the stack when it is thrown away.
  std::string sum = "1", index = "S";
  for (int i = 0; i < 100000; ++i) {
    sum += "+1";
    index += "[0]";
  }
  EXPECT_EQ(getError(sum),
            "expected fewer operators, found '1+1+1+1+1+1+1+1+'");
  EXPECT_NE(getError(index), "");
}

TEST(RuleExpression, NoPlaceIsNaN) {
  EXPECT_TRUE(evaluate("S[1e300 * 1e300 - 1e300 * 1e300]").isUnknown());
  EXPECT_FALSE(evaluate("1e300 * 1e300 - 1e300 * 1e300").integer());
  EXPECT_FALSE(evaluate("1e300").integer());
  EXPECT_FALSE(evaluate("0.5").integer());
  EXPECT_EQ(evaluate("0 - 3").integer(), -3);
}

TEST(RuleExpression, MessagesAreText) {
  // Sixteen bytes end inside of a character.
  std::string message = getError("1 abcdefghijklmno\xc3\xa4");
  EXPECT_TRUE(llvm::json::isUTF8(message)) << message;
}

TEST(RuleExpression, PrintsWithNamesReplaced) {
  std::string error;
  FailureOr<Expression> parsed = Expression::parse("scale * log2e", error);
  ASSERT_TRUE(succeeded(parsed));
  EXPECT_EQ(parsed->print([](StringRef name) {
    return name == "scale" ? std::string("(0.125)") : std::string();
  }),
            "((0.125) * log2e)");
}
