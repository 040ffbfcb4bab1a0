//===- Targets.h - What each fuzz target reads ------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// One executable holds all targets and runs the one whose name it is called by.
// With libFuzzer (preset asan) it looks for new inputs, guided by coverage of
// our code; without, it runs known inputs and a fixed number of changed ones,
// which takes seconds and needs no sanitizer.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_TEST_FUZZ_TARGETS_H
#define KERNEL_OPT_TEST_FUZZ_TARGETS_H

#include "kernel-opt/Support/LLVM.h"
#include "llvm/Support/Error.h"

namespace kernel_opt::fuzz {

/// Reads any bytes. It must neither crash nor hang; what is read and written
/// must be readable again.
struct Target {
  StringLiteral name;
  void (*run)(StringRef input);
};

ArrayRef<Target> allTargets();
/// The target that the path of the executable ends in; null if there is none.
const Target *findTarget(StringRef executable);

/// Ends the process with a message: the input shows a defect.
[[noreturn]] void defect(const Twine &what);

/// Drops what was wrong with the input.
template <typename T>
bool isGood(llvm::Expected<T> value) {
  if (value)
    return true;
  llvm::consumeError(value.takeError());
  return false;
}
inline bool isGood(llvm::Error error) {
  bool good = !error;
  llvm::consumeError(std::move(error));
  return good;
}

/// The path of a file with these bytes, for readers that take no text. There is
/// one such file, which the next call overwrites.
std::string inputFile(StringRef bytes);

void readModule(StringRef input);
void readProposal(StringRef input);
void readExpression(StringRef input);
void readPlan(StringRef input);
void readAnswer(StringRef input);
void readTranscripts(StringRef input);
void readPolicy(StringRef input);
void readCertificates(StringRef input);
void readArchive(StringRef input);
void readArray(StringRef input);
void readPTX(StringRef input);
void readRequests(StringRef input);
void readAnswers(StringRef input);
void readDeviceRequests(StringRef input);

} // namespace kernel_opt::fuzz

#endif // KERNEL_OPT_TEST_FUZZ_TARGETS_H
