//===- LibFuzzer.cpp - Targets as libFuzzer wants them ----------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Targets.h"
#include "llvm/Support/raw_ostream.h"
#include <cstdlib>

using namespace kernel_opt;

static const fuzz::Target *target;

extern "C" int LLVMFuzzerInitialize(int *, char ***argv) {
  target = fuzz::findTarget((*argv)[0]);
  if (target)
    return 0;
  llvm::errs() << "call it by the name of a target:";
  for (const fuzz::Target &known : fuzz::allTargets())
    llvm::errs() << ' ' << known.name;
  llvm::errs() << '\n';
  std::exit(1);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  target->run(StringRef(reinterpret_cast<const char *>(data), size));
  return 0;
}
