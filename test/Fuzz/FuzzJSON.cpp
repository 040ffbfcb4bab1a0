//===- FuzzJSON.cpp - Any text as a plan, a transcript, a reply -*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Proposal/Proposer.h"
#include "kernel-opt/Runtime/LaunchPlan.h"
#include "llvm/Support/JSON.h"

using namespace kernel_opt;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  llvm::StringRef text(reinterpret_cast<const char *>(data), size);
  auto reply = proposal::extractMLIR(text, 1 << 16);
  if (!reply)
    llvm::consumeError(reply.takeError());
  auto json = llvm::json::parse(text);
  if (!json) {
    llvm::consumeError(json.takeError());
    return 0;
  }
  // No folder: a plan from elsewhere may name files that are not there.
  auto plan = runtime::LaunchPlan::fromJSON(*json, "/nonexistent");
  if (!plan) {
    llvm::consumeError(plan.takeError());
    return 0;
  }
  // What is written must be readable, and do the same.
  auto again = runtime::LaunchPlan::fromJSON(plan->toJSON(), "/nonexistent");
  if (!again || again->digest() != plan->digest())
    __builtin_trap();
  return 0;
}
