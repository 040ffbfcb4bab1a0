//===- AdmissionTest.cpp - What becomes of a proposal -----------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Proposal/Admission.h"
#include "kernel-opt/Archive/Records.h"
#include "kernel-opt/InitAll.h"
#include "kernel-opt/Proposal/Prompt.h"
#include "kernel-opt/Support/Hash.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/FormatVariadic.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::proposal;

static constexpr char program[] = R"(
func.func @f(%x: tensor<64x96xf32>) -> tensor<64x96xf32> {
  %0 = aten.neg %x : (tensor<64x96xf32>) -> tensor<64x96xf32>
  %1 = aten.neg %0 : (tensor<64x96xf32>) -> tensor<64x96xf32>
  %2 = aten.softmax %1 {dim = -1 : i64} : (tensor<64x96xf32>) -> tensor<64x96xf32>
  return %2 : tensor<64x96xf32>
})";

/// A rule, a schedule that fits, one that is refuted because it is no rule of
/// arithmetic, and a plan.
static constexpr char proposalText[] = R"(
!s = tensor<?xf32, #kopt.dims<"S">>
module attributes {kopt.rewrite_set, kopt.version = 1} {
  kopt.rule @twice(%x: !s) class exact_bits sequences ["S"] cleanup before {
    %0 = aten.neg %x : (!s) -> !s
    %1 = aten.neg %0 : (!s) -> !s
    kopt.yield %1 : !s
  } after {
    kopt.yield %x : !s
  }
  kopt.rule @wrong(%x: !s) class reassociating sequences ["S"] before {
    %0 = aten.neg %x : (!s) -> !s
    kopt.yield %0 : !s
  } after {
    kopt.yield %x : !s
  }
  transform.named_sequence @rows(%kernel: !transform.any_op {transform.readonly}) {
    %program = transform.kopt.tile %kernel elements [512] warps [4] : (!transform.any_op) -> !transform.any_op
    %held = transform.kopt.assign_layouts %program : (!transform.any_op) -> !transform.any_op
    %scheduled = transform.kopt.distribute %held : (!transform.any_op) -> !transform.any_op
    transform.yield
  }
})";

namespace {
class Admission : public ::testing::Test {
protected:
  void SetUp() override {
    DialectRegistry registry;
    registerAllDialects(registry);
    // Pipelines may be registered only once.
    [[maybe_unused]] static const bool registered = [] {
      registerAllPasses();
      return true;
    }();
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
    module = parseSourceString<ModuleOp>(program, &context);
    ASSERT_TRUE(bool(module));
  }
  MLIRContext context;
  OwningOpRef<ModuleOp> module;
};
} // namespace

TEST_F(Admission, ReportsAreText) {
  // Of an attribute, in a message; of a rule, as its name.
  for (StringRef text :
       {"kopt.rule @x(%x: tensor<?xf32>) class \"\\FF\" before {} after {}",
        "module attributes {kopt.rewrite_set, kopt.version = \"\\FF\"} {}",
        "kopt.fusion @\"\\FF\" for @f {\"k\" = [\"neg#0\"]} rest separate"}) {
    AdmissionOptions options;
    options.checkKernels = false;
    AdmissionReport report = admit(text, "p.mlir", *module, options).report;
    EXPECT_FALSE(report.isUseful());
    std::string json = llvm::formatv("{0}", llvm::json::Value(report.toJSON()));
    EXPECT_TRUE(llvm::json::isUTF8(json)) << json;
  }
}

static const ItemReport *find(const AdmissionReport &report, StringRef name) {
  for (const ItemReport &item : report.items)
    if (item.name == name)
      return &item;
  return nullptr;
}

TEST_F(Admission, OnlyWhatIsGoodGoesOn) {
  std::string before = structuralHash(*module);
  unsigned diagnostics = 0;
  ScopedDiagnosticHandler handler(&context, [&](Diagnostic &) {
    ++diagnostics;
    return success();
  });
  Admitted admitted = admit(proposalText, "proposal", *module);
  EXPECT_EQ(structuralHash(*module), before);
  EXPECT_EQ(diagnostics, 0u);
  EXPECT_FALSE(admitted.report.isLegal());
  EXPECT_TRUE(admitted.report.isUseful());

  const ItemReport *twice = find(admitted.report, "twice");
  ASSERT_TRUE(twice);
  EXPECT_EQ(twice->verdict, ItemVerdict::Verified);
  EXPECT_EQ(twice->applied, 1u);
  EXPECT_EQ(twice->location, "proposal:4:3");
  const ItemReport *wrong = find(admitted.report, "wrong");
  ASSERT_TRUE(wrong);
  EXPECT_EQ(wrong->verdict, ItemVerdict::Refuted);
  EXPECT_FALSE(wrong->witness.empty());
  EXPECT_EQ(wrong->applied, 0u);
  const ItemReport *rows = find(admitted.report, "rows");
  ASSERT_TRUE(rows);
  EXPECT_EQ(rows->verdict, ItemVerdict::Verified);

  ASSERT_EQ(admitted.uses.size(), 1u);
  EXPECT_EQ(admitted.uses[0].first, "twice");
  // What goes on is a proposal by itself, without the wrong item.
  Admitted again = admit(admitted.rewriteSet, "again", *module);
  EXPECT_TRUE(again.report.isLegal());
  EXPECT_EQ(find(again.report, "wrong"), nullptr);
  EXPECT_EQ(again.uses, admitted.uses);
  EXPECT_TRUE(admitted.fusionPlan.empty());
}

TEST_F(Admission, HistoryIsInThePrompt) {
  Admitted admitted = admit(proposalText, "proposal", *module);
  PromptOptions options;
  archive::Finding finding;
  finding.candidate.schedule = "row";
  finding.candidate.state = "crashed";
  finding.candidate.reason = "by signal 11";
  options.history = {makeAttempt(finding),
                     makeAttempt(proposalText, admitted.report)};
  FailureOr<std::string> prompt = makePrompt(*module, options);
  ASSERT_TRUE(succeeded(prompt));
  for (StringRef part :
       {"## What was tried", "schedule row", "crashed: by signal 11",
        "### Attempt 2", "rule @wrong (proposal:11:3): refuted", "witness: "})
    EXPECT_NE(prompt->find(part.str()), std::string::npos) << part.str();
  // The end of a long history is what counts.
  options.mostHistory = 100;
  prompt = makePrompt(*module, options);
  ASSERT_TRUE(succeeded(prompt));
  EXPECT_NE(prompt->find("1 earlier attempts are left out"), std::string::npos);
  EXPECT_EQ(prompt->find("by signal 11"), std::string::npos);
}

TEST_F(Admission, HostileTextsAreErrors) {
  for (const std::string &text :
       {std::string(), std::string("module"), std::string("\x00\x01", 2),
        std::string("ML\xefR\x0d"), std::string(2u << 20, ' '),
        std::string("\"kopt.rule\"() : () -> ()"),
        std::string("\"transform.kopt.tile\"() : () -> ()"),
        std::string("module { \"transform.named_sequence\"() ({}) : () -> () "
                    "}")}) {
    Admitted admitted = admit(text, "hostile", *module);
    EXPECT_FALSE(admitted.report.isLegal()) << text.substr(0, 60);
    EXPECT_TRUE(admitted.rewriteSet.empty());
    EXPECT_TRUE(admitted.uses.empty());
    std::string printed;
    llvm::raw_string_ostream os(printed);
    admitted.report.print(os);
    EXPECT_NE(printed.find("error: "), std::string::npos) << printed;
  }
}
