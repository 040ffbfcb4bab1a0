//===- RewriteSetTest.cpp - Loading, linking and judging rules --*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/RewriteSet/RewriteSet.h"
#include "kernel-opt/Dialect/Aten/AtenDialect.h"
#include "kernel-opt/RewriteSet/Admission.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/MLIRContext.h"
#include "gtest/gtest.h"

using namespace kernel_opt;
using namespace kernel_opt::rewrite;

namespace {
class RewriteSetTest : public testing::Test {
protected:
  RewriteSetTest()
      : handler(&context, [this](Diagnostic &diagnostic) {
          errors += diagnostic.str() + "\n";
        }) {
    context
        .loadDialect<aten::AtenDialect, kopt::KoptDialect, func::FuncDialect>();
  }

  /// A set with rules of these names, neg(neg(x)) -> x.
  static std::string getSet(ArrayRef<StringRef> names) {
    std::string text =
        "module attributes {kopt.rewrite_set, kopt.version = 1} {\n";
    for (StringRef name : names)
      text += ("kopt.rule @" + name + R"((%x: tensor<4xf32>) class exact_bits
        before {
          %0 = aten.neg %x : (tensor<4xf32>) -> tensor<4xf32>
          %1 = aten.neg %0 : (tensor<4xf32>) -> tensor<4xf32>
          kopt.yield %1 : tensor<4xf32>
        } after {
          kopt.yield %x : tensor<4xf32>
        })")
                  .str();
    return text + "}";
  }

  MLIRContext context;
  std::string errors;
  mlir::ScopedDiagnosticHandler handler;
};
} // namespace

TEST_F(RewriteSetTest, UserHidesShippedRules) {
  std::vector<RewriteSet> sets;
  for (auto [name, text] : {std::pair("user", getSet({"a", "b"})),
                            std::pair("shipped", getSet({"b", "c"}))}) {
    FailureOr<RewriteSet> set = RewriteSet::parse(text, name, &context);
    ASSERT_TRUE(succeeded(set)) << errors;
    sets.push_back(std::move(*set));
  }
  SmallVector<Operation *> rules = linkRules(sets);
  ASSERT_EQ(rules.size(), 3u);
  EXPECT_EQ(getRuleName(rules[0]), "a");
  EXPECT_EQ(getRuleName(rules[1]), "b");
  EXPECT_EQ(rules[1]->getParentOp(), sets[0].getModule().getOperation());
  EXPECT_EQ(getRuleName(rules[2]), "c");
}

TEST_F(RewriteSetTest, LimitsAreKept) {
  SizeLimits limits;
  limits.rules = 1;
  EXPECT_TRUE(
      succeeded(RewriteSet::parse(getSet({"a"}), "one", &context, limits)));
  EXPECT_TRUE(
      failed(RewriteSet::parse(getSet({"a", "b"}), "two", &context, limits)));
  EXPECT_NE(errors.find("at most 20000 operations, 1 rules"), std::string::npos)
      << errors;
  limits.opsPerRule = 2;
  errors.clear();
  EXPECT_TRUE(
      failed(RewriteSet::parse(getSet({"a"}), "large", &context, limits)));
  EXPECT_NE(errors.find("expects at most 2 operations, found 5"),
            std::string::npos)
      << errors;
}

TEST_F(RewriteSetTest, ComparisonDecides) {
  FailureOr<RewriteSet> set = RewriteSet::parse(getSet({"a"}), "set", &context);
  ASSERT_TRUE(succeeded(set)) << errors;
  auto rule = cast<kopt::RuleOp>(set->getRules().front());
  AdmissionOptions options;
  for (Verdict verdict :
       {Verdict::Verified, Verdict::Refuted, Verdict::Unproven}) {
    options.compare = [&](const RuleInstance &, bool) {
      return Outcome{verdict, "reason", false};
    };
    FailureOr<Admission> admission = admit(rule, options);
    ASSERT_TRUE(succeeded(admission)) << errors;
    EXPECT_EQ(admission->verdict, verdict);
    EXPECT_EQ(admission->instances, 1u);
    EXPECT_TRUE(admission->shapesProved);
  }
}
