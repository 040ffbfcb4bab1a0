//===- InterpreterTesting.h - Runs a kernel given as text ----- -*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_TEST_UNIT_VERIFY_INTERPRETERTESTING_H
#define KERNEL_OPT_TEST_UNIT_VERIFY_INTERPRETERTESTING_H

#include "kernel-opt/Verify/Interpreter/Interpreter.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "gtest/gtest.h"
#include <cmath>

namespace kernel_opt::verify::unittest {

/// A parsed program; the only gpu.func of its module.
struct ProgramUnderTest {
  explicit ProgramUnderTest(StringRef text);

  mlir::MLIRContext context{mlir::MLIRContext::Threading::DISABLED};
  OwningOpRef<ModuleOp> module;
  gpu::GPUFuncOp program; ///< null if the text does not parse
};

/// A parsed and compiled kernel.
struct KernelUnderTest : ProgramUnderTest {
  explicit KernelUnderTest(StringRef text);

  /// Runs on inputs that `value(argument, index)` gives.
  RunResult run(Domain &domain, std::function<double(unsigned, int64_t)> value,
                LaunchSpec launch = {}) {
    ArgumentSource inputs;
    inputs.floats = [&domain, value](unsigned argument, FloatKind kind,
                                     const int64_t *indices, void *out,
                                     size_t n) {
      for (size_t k = 0; k < n; ++k)
        domain.constant(APFloat(value(argument, indices[k])), FloatKind::F64,
                        "", static_cast<char *>(out) + k * domain.valueBytes(),
                        1);
    };
    inputs.integers = [value](unsigned argument, unsigned,
                              const int64_t *indices, int64_t *out, size_t n) {
      for (size_t k = 0; k < n; ++k)
        out[k] = int64_t(value(argument, indices[k]));
    };
    auto result = interpret(*compiled, domain, inputs, launch);
    EXPECT_TRUE(succeeded(result));
    return std::move(*result);
  }

  std::unique_ptr<CompiledKernel> compiled;
};

/// Written elements of an argument as doubles; NaN where nobody wrote.
inline std::vector<double> outputs(const KernelUnderTest &kernel,
                                   const RunResult &result, Domain &domain,
                                   unsigned argument) {
  MemRefType type = kernel.compiled->arguments()[argument].type;
  std::vector<double> values(size_t(type.getNumElements()), std::nan(""));
  bool isFloat = isa<FloatType>(type.getElementType());
  result.forEachWritten(argument, [&](int64_t index, const void *value) {
    double low;
    if (isFloat)
      domain.toReal(value, &values[size_t(index)], &low, 1);
    else
      values[size_t(index)] = double(*static_cast<const int64_t *>(value));
  });
  return values;
}

void expectClean(const RunResult &result);

/// Integers between -3 and 3, different for each argument.
double small(unsigned argument, int64_t index);

/// A module with one program, which reads %x and writes %y. Extents of the
/// block and of the grid are given as "32, 1, 1".
std::string programText(StringRef input, StringRef output, StringRef block,
                        StringRef grid, StringRef body);

/// Replaces the first occurrence, which must be there.
std::string with(std::string text, StringRef from, StringRef to);

/// All reports of a run.
std::string describe(const RunResult &result);

/// Runs with late and early landing, forward and in reverse; expects the same
/// values and no faults. Returns the values of an argument.
std::vector<double> runClean(const std::string &text, unsigned argument);

/// Expects one of these kinds of faults, with either landing. Which one may
/// depend on the landing: a copy that nobody waits for is pending when it lands
/// late, and unordered when it lands early.
void expectFault(const std::string &text, std::initializer_list<Fault> faults);
inline void expectFault(const std::string &text, Fault fault) {
  expectFault(text, {fault});
}

/// The tiled product of the micro-benchmark: n x n, tiles of 16 x 16.
std::string tiledMatmul(int64_t n);

} // namespace kernel_opt::verify::unittest

#endif // KERNEL_OPT_TEST_UNIT_VERIFY_INTERPRETERTESTING_H
