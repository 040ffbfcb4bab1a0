//===- FakeDevice.h - A session on the fake driver ----------------- -*- C++
//-*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_TEST_UNIT_RUNTIME_FAKEDEVICE_H
#define KERNEL_OPT_TEST_UNIT_RUNTIME_FAKEDEVICE_H

#include "kernel-opt/Runtime/PlanRunner.h"
#include "gtest/gtest.h"

namespace kernel_opt::runtime {

inline const Driver &fakeDriver() {
  return *llvm::cantFail(Driver::load(FAKE_CUDA));
}

inline std::unique_ptr<Session> fakeSession() {
  return llvm::cantFail(Session::create(fakeDriver(), 0));
}

/// The message of an error that must be there.
template <typename T>
std::string messageOf(llvm::Expected<T> value) {
  if (value)
    return "no error";
  return llvm::toString(value.takeError());
}
inline std::string messageOf(llvm::Error error) {
  return error ? llvm::toString(std::move(error)) : "no error";
}

/// Whether `text` has `part`, with both in the failure message.
inline testing::AssertionResult contains(StringRef text, StringRef part) {
  if (text.contains(part))
    return testing::AssertionSuccess();
  return testing::AssertionFailure()
         << "'" << text.str() << "' lacks '" << part.str() << "'";
}

} // namespace kernel_opt::runtime

#endif // KERNEL_OPT_TEST_UNIT_RUNTIME_FAKEDEVICE_H
