//===- OpDocs.h - Documentation of operations -------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_PROPOSAL_OPDOCS_H
#define KERNEL_OPT_LIB_PROPOSAL_OPDOCS_H

#include "kernel-opt/Support/LLVM.h"
#include <string>
#include <vector>

namespace kernel_opt::proposal {

/// What ODS says of an operation, as mlir-tblgen writes it.
struct OpDoc {
  struct Field {
    std::string name, description;
  };
  std::string name;    ///< "aten.softmax"
  std::string summary; ///< begins with a lower-case letter
  std::string syntax;
  std::string body; ///< Markdown, the examples included
  std::vector<Field> attributes, operands;

  /// One line: name, operands, attributes, summary.
  void printBrief(raw_ostream &os) const;
  /// With the body and what each attribute may be.
  void print(raw_ostream &os, bool withSyntax) const;
};

/// Operations whose names begin with "aten.", "transform.kopt." or
/// "transform.tune.", in the order of names.
const std::vector<OpDoc> &getAtenDocs();
const std::vector<OpDoc> &getScheduleDocs();
const std::vector<OpDoc> &getTuneDocs();

} // namespace kernel_opt::proposal

#endif // KERNEL_OPT_LIB_PROPOSAL_OPDOCS_H
