//===- Main.cpp - Chooses a tool and runs it --------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Tools.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/WithColor.h"
#include "llvm/Support/raw_ostream.h"

using namespace kernel_opt;

namespace {
struct Tool {
  llvm::StringLiteral name;
  int (*main)(int argc, char **argv);
};
} // namespace

static constexpr Tool tools[] = {
#define KERNELOPT_TOOL(NAME, MAIN) {NAME, MAIN},
#include "Tools.inc"
#undef KERNELOPT_TOOL
};

static const Tool *findTool(llvm::StringRef name) {
  const Tool *tool =
      llvm::find_if(tools, [&](const Tool &t) { return t.name == name; });
  return tool == std::end(tools) ? nullptr : tool;
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  llvm::cl::AddExtraVersionPrinter([](llvm::raw_ostream &os) {
    os << "kernel-opt version " KERNELOPT_VERSION "\n";
  });

  llvm::StringRef first = argc > 1 ? argv[1] : "";
  if (first.consume_front("--tool=")) {
    const Tool *tool = findTool(first);
    if (!tool) {
      llvm::raw_ostream &os = llvm::WithColor::error(llvm::errs(), argv[0]);
      os << "no tool is named '" << first << "'; there are:";
      for (const Tool &t : tools)
        os << ' ' << t.name;
      os << '\n';
      return 1;
    }
    // The tool sees the command line as if it had been called by its name.
    llvm::SmallVector<char *> arguments(argv, argv + argc);
    arguments.erase(arguments.begin() + 1);
    arguments[0] = const_cast<char *>(tool->name.data());
    arguments.push_back(nullptr);
    return tool->main(argc - 1, arguments.data());
  }

  // A copy under another name, say with a version in it, is the main tool.
  const Tool *tool = findTool(llvm::sys::path::filename(argv[0]));
  return (tool ? tool->main : kernelOptMain)(argc, argv);
}
