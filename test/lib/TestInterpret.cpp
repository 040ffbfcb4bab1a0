//===- TestInterpret.cpp - Interpret kernels of the scheduled IR ----------===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Dialect/KGPU/KGPUDialect.h"
#include "kernel-opt/Verify/Hash.h"
#include "kernel-opt/Verify/Interpreter/Interpreter.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/Pass/Pass.h"
#include <cstring>

namespace kernel_opt::test {
#define GEN_PASS_DECL_TESTINTERPRET
#define GEN_PASS_DEF_TESTINTERPRET
#include "TestPasses.h.inc"
} // namespace kernel_opt::test

using namespace kernel_opt;
using namespace kernel_opt::verify;

namespace {
struct TestInterpret : test::impl::TestInterpretBase<TestInterpret> {
  using TestInterpretBase::TestInterpretBase;

  void runOnOperation() override {
    bool failed = false;
    getOperation().walk([&](gpu::GPUFuncOp kernel) {
      if (kernel.isKernel())
        failed |= mlir::failed(run(kernel));
    });
    if (failed)
      signalPassFailure();
  }

  LogicalResult run(gpu::GPUFuncOp kernel) {
    FailureOr<CompiledKernel> compiled = CompiledKernel::compile(kernel);
    if (mlir::failed(compiled))
      return failure();
    std::unique_ptr<Domain> domain = createFloatDomain();
    ArgumentSource inputs =
        makeArgumentSource(*compiled, *domain, seed, InputFamily::Normal);
    LaunchSpec launch;
    launch.poison = poison;
    launch.blocks.assign(blocks.begin(), blocks.end());
    launch.landing = early ? Landing::Early : Landing::Late;
    launch.blockOrder = launch.warpOrder =
        reverse ? RunOrder::Reverse : RunOrder::Forward;
    FailureOr<RunResult> result = interpret(*compiled, *domain, inputs, launch);
    if (mlir::failed(result))
      return failure();
    for (const Report &report : result->reports) {
      auto error = mlir::emitError(report.where)
                   << stringifyFault(report.fault) << ": " << report.message;
      if (report.other)
        error.attachNote(*report.other) << "the other access is here";
    }
    if (digest)
      printDigest(kernel, *compiled, *result, *domain);
    if (counters)
      mlir::emitRemark(kernel.getLoc())
          << "sectors read " << result->counters.globalSectorsRead
          << ", written " << result->counters.globalSectorsWritten
          << ", bank conflicts " << result->counters.bankConflicts
          << ", max writes " << result->maxWrites
          << ", contents decide control "
          << compiled->controlDependsOnContents() << ", addresses "
          << compiled->addressesDependOnContents();
    return success(result->reports.empty());
  }

  void printDigest(gpu::GPUFuncOp kernel, const CompiledKernel &compiled,
                   const RunResult &result, Domain &domain) {
    uint64_t hash = 0, written = 0;
    for (auto [k, argument] : llvm::enumerate(compiled.arguments())) {
      bool isFloat = isa<FloatType>(argument.type.getElementType());
      written += result.writtenElements(k);
      result.forEachWritten(k, [&](int64_t index, const void *value) {
        uint64_t bits;
        double high = 0, low = 0;
        if (isFloat) {
          domain.toReal(value, &high, &low, 1);
          std::memcpy(&bits, &high, sizeof(bits));
        } else {
          std::memcpy(&bits, value, sizeof(bits));
        }
        hash = mixHash(hash ^ uint64_t(index), bits);
      });
    }
    mlir::emitRemark(kernel.getLoc())
        << "wrote " << written << " elements, digest " << llvm::utohexstr(hash);
  }
};
} // namespace
