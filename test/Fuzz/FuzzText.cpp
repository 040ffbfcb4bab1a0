//===- FuzzText.cpp - Any text as a word of a rule, PTX, an answer *- C++
//-*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Targets.h"
#include "kernel-opt/Dialect/Kopt/RuleExpression.h"
#include "kernel-opt/Optimizer/Prepare.h"
#include "kernel-opt/Proposal/Proposer.h"
#include "kernel-opt/Target/NVPTX/CompiledKernel.h"
#include "kernel-opt/Target/NVPTX/Lint.h"
#include "kernel-opt/Verify/Tower.h"
#include "mlir/IR/MLIRContext.h"

using namespace kernel_opt;

/// Does with it all that rules do.
static void tryExpression(const kopt::Expression &expression) {
  std::string message;
  (void)expression.check(message);
  (void)expression.evaluate(
      {[](StringRef name) {
         return kopt::Term::list({2, double(name.size())});
       },
       [](StringRef, StringRef value, ArrayRef<kopt::Term> rest) {
         return kopt::Term(
             double(value.size()) +
             double(rest.empty() ? 0 : rest[0].integer().value_or(1)));
       }});
  // Printed with all parentheses it nests twice as deep as it was written.
  std::string printed = expression.print([](StringRef) { return ""; });
  if (failed(kopt::Expression::parse(printed, message)) &&
      StringRef(printed).count('(') < 30)
    fuzz::defect("what is printed cannot be read: " + printed);
}

void fuzz::readExpression(StringRef input) {
  static auto *context =
      new mlir::MLIRContext(mlir::MLIRContext::Threading::DISABLED);
  std::string message;
  auto expression = kopt::Expression::parse(input, message);
  if (failed(expression) && (message.empty() || !llvm::json::isUTF8(message)))
    defect("an expression is refused without a reason");
  if (succeeded(expression))
    tryExpression(*expression);
  (void)verify::evaluateConstant(input);
  message.clear();
  if (failed(optimizer::parseInputType(input, context, message)) &&
      message.empty())
    defect("an input type is refused without a reason");
}

void fuzz::readPTX(StringRef input) {
  (void)isGood(nvptx::lintPTX(input, "kernel"));
  (void)nvptx::parsePtxasOutput(input);
}

void fuzz::readAnswer(StringRef input) {
  constexpr size_t limit = 1 << 12;
  auto mlir = proposal::extractMLIR(input, limit);
  if (!mlir)
    return llvm::consumeError(mlir.takeError());
  if (mlir->size() > limit || StringRef(*mlir).trim().empty() ||
      !llvm::json::isUTF8(*mlir))
    defect("an answer is taken that should be refused");
}
