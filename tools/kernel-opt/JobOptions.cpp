//===- JobOptions.cpp - What options of the main job mean -------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "JobOptions.h"
#include "ProposalJob.h"
#ifdef KERNELOPT_HAVE_SQLITE
#include "kernel-opt/Archive/Archive.h"
#endif
#include "llvm/Support/JSON.h"
#include "llvm/Support/Path.h"
#include <algorithm>
#include <thread>

using namespace kernel_opt;
using std::chrono::milliseconds;

nvptx::PtxOptions kernel_opt::compileOptions(const MainJobOptions &options) {
  nvptx::PtxOptions compile;
  compile.target = options.target;
  compile.cudaPath = options.cudaPath;
  return compile;
}

std::optional<SearchAmount> kernel_opt::parseAmount(StringRef text) {
  SearchAmount amount;
  if (text == "off")
    return amount;
  unsigned number;
  if (!text.getAsInteger(10, number) && number > 0) {
    amount.candidates = number;
    return amount;
  }
  static constexpr std::pair<StringLiteral, int64_t> units[] = {
      {"ms", 1}, {"s", 1000}, {"m", 60 * 1000}, {"h", 3600 * 1000}};
  for (auto [unit, length] : units) {
    StringRef digits = text;
    double count;
    if (digits.consume_back(unit) && !digits.getAsDouble(count) && count > 0 &&
        count < 1e6) {
      amount.time = milliseconds(int64_t(count * double(length)));
      return amount;
    }
  }
  return std::nullopt;
}

unsigned kernel_opt::workerCount(const MainJobOptions &options) {
  if (options.workers)
    return options.workers;
  return std::clamp(std::thread::hardware_concurrency(), 1u, 4u);
}

llvm::Expected<std::string>
kernel_opt::databasePath(const MainJobOptions &options) {
  if (options.database == "none")
    return std::string();
  if (!options.database.empty())
    return options.database.getValue();
#ifdef KERNELOPT_HAVE_SQLITE
  auto path = archive::defaultPath();
  // Without a home there is no archive, unless one was asked for.
  if (!path) {
    llvm::consumeError(path.takeError());
    return std::string();
  }
  return path;
#else
  return std::string();
#endif
}

llvm::Expected<std::vector<search::SetText>>
kernel_opt::readRewriteSets(const MainJobOptions &options) {
  std::vector<search::SetText> sets;
  for (const std::string &path : options.rewriteSets) {
    auto text = readProposal(path);
    if (!text)
      return text.takeError();
    // It goes to the workers as JSON, and the name of a file is any bytes.
    sets.push_back({llvm::json::fixUTF8(llvm::sys::path::filename(path)),
                    std::move(*text)});
  }
  return sets;
}
