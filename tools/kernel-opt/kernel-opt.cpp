//===- kernel-opt.cpp - The optimizer of GPU kernels ------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Isolation.h"
#include "MainJob.h"
#include "Registration.h"
#include "SearchJob.h"
#include "Tools.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"

using namespace mlir;
using namespace kernel_opt;

static constexpr StringLiteral overview =
    R"(kernel-opt, an optimizer for GPU kernels

  kernel-opt IN.mlir -o OUT.mlir

reads functions on tensors (linalg, TOSA or aten; of a TorchScript archive, with
the types of its inputs by --input, the one in it), puts their work into GPU kernels,
schedules, checks and compiles these, and prints the module with the kernels as
binaries and their launches. What it decided goes to standard error.

With a pass named it runs that instead, as mlir-opt does.
)";

/// Whether the command line asks for passes, or for something else that
/// mlir-opt does with a module.
static bool isForMlirOpt(const MlirOptMainConfig &config, Emit emit,
                         DialectRegistry &registry) {
  if (config.shouldVerifyDiagnostics() ||
      (config.shouldVerifyRoundtrip() && emit == Emit::Input) ||
      config.shouldRunReproducer() || config.shouldShowDialects() ||
      !config.inputSplitMarker().empty())
    return true;
  MLIRContext context(registry);
  PassManager manager(&context);
  return failed(config.setupPassPipeline(manager)) || manager.size() != 0;
}

int kernel_opt::kernelOptMain(int argc, char **argv) {
  DialectRegistry registry;
  registerEverything(registry);
  MainJobOptions options;
  auto [input, output] =
      registerAndParseCLIOptions(argc, argv, overview, registry);
  if (isForMlirOpt(MlirOptMainConfig::createFromCLOptions(), options.emit,
                   registry))
    return asMainReturnCode(MlirOptMain(argc, argv, input, output, registry));
  if (!isIsolated(options))
    return runIsolated(argc, argv, input, output, options);
  enterIsolation(input, options);
  return asMainReturnCode(runMainJob(input, output, options, registry));
}
