//===- ShareKernels.cpp - Equal kernels under one name ----------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Dialect/Kopt/KoptAttrs.h"
#include "kernel-opt/Dialect/Kopt/WholeKernel.h"
#include "kernel-opt/Kernel/FormKernels.h"
#include "kernel-opt/Kernel/Passes.h"
#include "kernel-opt/Support/Hash.h"
#include "llvm/ADT/StringMap.h"

namespace kernel_opt::kernel {
#define GEN_PASS_DEF_SHAREKERNELS
#include "kernel-opt/Kernel/Passes.h.inc"
} // namespace kernel_opt::kernel

using namespace kernel_opt;

/// What a kernel computes, whatever it is called and stands for.
static std::string hashAlone(kopt::KernelOp kernel, StringRef context) {
  return structuralHash(
      kernel, context,
      {"kernel_name", "contract", kopt::kIdAttrName, kopt::kWholeAttrName});
}

FailureOr<std::string> kernel::sharedHash(kopt::KernelOp kernel) {
  std::string context;
  llvm::raw_string_ostream os(context);
  os << kopt::ContractAttr::lookup(kernel);
  auto whole = kopt::lookupWhole(kernel);
  if (failed(whole))
    return failure();
  if (*whole) {
    // Its name tells it from others that are the same.
    os << "\nstands for " << hashAlone((*whole)->kernel, "");
    FailureOr<SmallVector<kopt::OperandOrigin>> origins =
        kopt::originsOf(kernel, **whole);
    if (failed(origins))
      return failure();
    for (const kopt::OperandOrigin &origin : *origins) {
      os << "\noperand " << origin.result << " of ";
      if (origin.maker)
        os << hashAlone(origin.maker, "");
      for (unsigned number : origin.operands)
        os << ' ' << number;
    }
  }
  return hashAlone(kernel, context);
}

LogicalResult kernel::shareKernels(ModuleOp module) {
  llvm::StringMap<kopt::KernelOp> firsts;
  SmallVector<std::pair<kopt::KernelOp, kopt::KernelOp>> equal;
  auto walked = module.walk([&](kopt::KernelOp kernel) {
    FailureOr<std::string> hash = sharedHash(kernel);
    if (failed(hash))
      return mlir::WalkResult::interrupt();
    kopt::KernelOp first = firsts.try_emplace(*hash, kernel).first->second;
    if (first != kernel)
      equal.push_back({kernel, first});
    return mlir::WalkResult::advance();
  });
  if (walked.wasInterrupted())
    return failure();
  for (auto [kernel, first] : equal) {
    kernel.setKernelName(first.getKernelName());
    if (mlir::Attribute whole = first->getAttr(kopt::kWholeAttrName))
      kernel->setAttr(kopt::kWholeAttrName, whole);
  }
  return success();
}

namespace {
struct ShareKernels : kernel::impl::ShareKernelsBase<ShareKernels> {
  using ShareKernelsBase::ShareKernelsBase;

  void runOnOperation() override {
    if (failed(kernel::shareKernels(getOperation())))
      signalPassFailure();
  }
};
} // namespace
