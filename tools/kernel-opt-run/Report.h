//===- Report.h - What kernel-opt-run prints ------------------------ -*- C++
//-*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_TOOLS_KERNELOPTRUN_REPORT_H
#define KERNEL_OPT_TOOLS_KERNELOPTRUN_REPORT_H

#include "kernel-opt/Support/LLVM.h"
#include "llvm/Support/JSON.h"

namespace kernel_opt::run {

/// Prints results for people, or, with `asJSON`, one object a line with its
/// "kind".
class Report {
public:
  Report(raw_ostream &os, bool asJSON) : os(os), asJSON(asJSON) {}

  void device(llvm::json::Object result);
  void plan(llvm::json::Object result);
  void run(llvm::json::Object result);
  void check(llvm::json::Object result);
  void dump(llvm::json::Object result);
  void time(llvm::json::Object result);
  void screening(llvm::json::Object result);
  void comparison(llvm::json::Object result);
  void error(StringRef kind, StringRef message);

private:
  bool printed(StringRef kind, llvm::json::Object &result);
  raw_ostream &os;
  bool asJSON;
};

} // namespace kernel_opt::run

#endif // KERNEL_OPT_TOOLS_KERNELOPTRUN_REPORT_H
