//===- ReplayCertificate.cpp - kernel-opt-verify --replay -------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ReplayCertificate.h"
#include "kernel-opt/Optimizer/Optimizer.h"
#include "llvm/Support/raw_ostream.h"

using namespace kernel_opt;

int kernel_opt::replayCertificate(StringRef path, ModuleOp input,
                                  ModuleOp output, StringRef cudaPath) {
  llvm::Expected<llvm::json::Object> certificate =
      verify::readCertificate(path);
  if (!certificate) {
    llvm::errs() << "error: " << llvm::toString(certificate.takeError())
                 << "\n";
    return 3;
  }
  auto result = optimizer::replay(*certificate, input, output, cudaPath);
  if (failed(result))
    return 3;
  for (StringRef difference : result->differences)
    llvm::outs() << "not confirmed: " << difference << "\n";
  llvm::outs() << verify::getName(result->verdict) << "\n";
  for (StringRef reason : result->reasons)
    llvm::outs() << "  " << reason << "\n";
  if (result->verdict == verify::Verdict::Refuted)
    return 1;
  if (!result->differences.empty())
    return 3;
  return result->verdict == verify::Verdict::Verified ? 0 : 2;
}
