//===- Collector.h - Diagnostics as text ------------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_PROPOSAL_COLLECTOR_H
#define KERNEL_OPT_LIB_PROPOSAL_COLLECTOR_H

#include "kernel-opt/Support/LLVM.h"
#include "mlir/IR/Diagnostics.h"
#include <string>
#include <vector>

namespace kernel_opt::proposal {

/// Keeps errors and warnings for as long as it lives, with the line of the
/// proposal that they are about. Remarks are dropped.
class Collector {
public:
  Collector(MLIRContext *context, StringRef text, StringRef name);

  /// What came since the last call.
  std::vector<std::string> take() { return std::exchange(messages, {}); }

private:
  void add(mlir::Diagnostic &diagnostic);

  StringRef text, name;
  std::vector<std::string> messages;
  mlir::ScopedDiagnosticHandler handler;
};

} // namespace kernel_opt::proposal

#endif // KERNEL_OPT_LIB_PROPOSAL_COLLECTOR_H
