//===- ReferenceTesting.h - For tests of the evaluator ----------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_TEST_UNIT_VERIFY_REFERENCETESTING_H
#define KERNEL_OPT_TEST_UNIT_VERIFY_REFERENCETESTING_H

#include "kernel-opt/Dialect/Aten/AtenDialect.h"
#include "kernel-opt/Verify/Reference.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "gtest/gtest.h"

namespace kernel_opt::verify {

/// Argument values by position: element i is (i % 7) - 3 + argument / 4, and
/// integers i % 3. Counts what was asked for.
class PatternInputs : public InputSource {
public:
  static double valueOf(unsigned argument, int64_t i) {
    return double(i % 7) - 3 + argument / 4.0;
  }
  void floats(Domain &domain, unsigned argument, FloatKind kind,
              ArrayRef<int64_t>, ArrayRef<int64_t> indices,
              void *out) override {
    asked += indices.size();
    for (auto [i, index] : llvm::enumerate(indices))
      domain.constant(APFloat(valueOf(argument, index)), kind, "",
                      static_cast<char *>(out) + i * domain.valueBytes(), 1);
  }
  void integers(unsigned, unsigned, ArrayRef<int64_t>,
                ArrayRef<int64_t> indices, int64_t *out) override {
    for (auto [i, index] : llvm::enumerate(indices))
      out[i] = index % 3;
  }
  size_t asked = 0;
};

class ReferenceTest : public testing::Test {
protected:
  ReferenceTest() {
    context.loadDialect<arith::ArithDialect, aten::AtenDialect,
                        bufferization::BufferizationDialect, func::FuncDialect,
                        linalg::LinalgDialect, math::MathDialect,
                        tensor::TensorDialect>();
  }

  Block &parse(StringRef body) {
    module = mlir::parseSourceString<ModuleOp>(body, &context);
    EXPECT_TRUE(module);
    return (*module->getOps<func::FuncOp>().begin()).getBody().front();
  }

  /// The elements of one result, or nothing after a reported error.
  std::vector<double> run(StringRef body, ArrayRef<SmallVector<int64_t>> shapes,
                          std::optional<Box> box = std::nullopt,
                          ReferenceOptions options = {}) {
    auto reference = Reference::create(parse(body), *domain, shapes, options);
    if (failed(reference))
      return {};
    auto shape = (*reference)->getResultShape(0);
    if (failed(shape))
      return {};
    auto tile =
        (*reference)->evaluate(0, box ? *box : Box::all(*shape), inputs);
    if (failed(tile))
      return {};
    if (!tile->values.kind)
      return std::vector<double>(tile->values.ints.begin(),
                                 tile->values.ints.end());
    std::vector<double> result(tile->values.size(*domain));
    domain->toReal(tile->values.floats.data(), result.data(), nullptr,
                   result.size());
    return result;
  }

  MLIRContext context;
  OwningOpRef<ModuleOp> module;
  std::unique_ptr<Domain> domain = createFloatDomain();
  PatternInputs inputs;
};

} // namespace kernel_opt::verify

#endif // KERNEL_OPT_TEST_UNIT_VERIFY_REFERENCETESTING_H
