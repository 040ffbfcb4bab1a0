//===- ReplayCertificate.cpp - kernel-opt-verify --replay -------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ReplayCertificate.h"
#include "kernel-opt/Optimizer/Optimizer.h"
#include "kernel-opt/Verify/HostCheck.h"
#include "llvm/ADT/StringExtras.h"
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

static int compareFunction(func::FuncOp source, func::FuncOp scheduled,
                           uint64_t nonce, unsigned draws) {
  for (unsigned draw = 0; draw < draws; ++draw) {
    verify::HostCheckOptions options;
    options.nonce = nonce + draw;
    auto result = verify::checkOnHost(source, scheduled, options);
    if (failed(result))
      return 3;
    bool refuted = result->verdict == verify::Verdict::Refuted;
    llvm::outs() << "@" << source.getName() << ", nonce 0x"
                 << llvm::utohexstr(options.nonce) << ": " << result->different
                 << " of " << result->compared << " values disagree with fp64, "
                 << result->overflowed << " overflow in the original"
                 << (refuted ? "; " : "") << result->witness << "\n";
    if (refuted)
      return 1;
  }
  return 0;
}

int kernel_opt::compareOnHost(StringRef path, ModuleOp input, uint64_t nonce,
                              unsigned draws) {
  llvm::Expected<llvm::json::Object> certificate =
      verify::readCertificate(path);
  if (!certificate) {
    llvm::errs() << "error: " << llvm::toString(certificate.takeError())
                 << "\n";
    return 3;
  }
  auto scheduled = optimizer::readScheduled(*certificate, input);
  if (failed(scheduled) || failed(optimizer::lowerToLinalg(input)))
    return 3;
  int code = 0;
  for (auto source : input.getOps<func::FuncOp>()) {
    if (source.isExternal())
      continue;
    auto other = (*scheduled)->lookupSymbol<func::FuncOp>(source.getName());
    if (!other) {
      source.emitError("the certificate has no function '")
          << source.getName() << "'";
      return 3;
    }
    code = compareFunction(source, other, nonce, draws);
    if (code)
      break;
  }
  return code;
}
