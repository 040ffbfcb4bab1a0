//===- JobOptions.h - What options of the main job mean ---------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_TOOLS_KERNEL_OPT_JOBOPTIONS_H
#define KERNEL_OPT_TOOLS_KERNEL_OPT_JOBOPTIONS_H

#include "MainJob.h"
#include "kernel-opt/Search/Search.h"
#include <chrono>
#include <optional>

namespace kernel_opt {

nvptx::PtxOptions compileOptions(const MainJobOptions &options);

/// What `--search` asks for.
struct SearchAmount {
  std::optional<unsigned> candidates;
  std::optional<std::chrono::milliseconds> time;

  bool any() const { return candidates || time; }
};
/// Nothing if the text is not understood; "off" asks for nothing.
std::optional<SearchAmount> parseAmount(StringRef text);

unsigned workerCount(const MainJobOptions &options);

/// Where the archive is; empty if there is none.
llvm::Expected<std::string> databasePath(const MainJobOptions &options);

llvm::Expected<std::vector<search::SetText>>
readRewriteSets(const MainJobOptions &options);

} // namespace kernel_opt

#endif // KERNEL_OPT_TOOLS_KERNEL_OPT_JOBOPTIONS_H
