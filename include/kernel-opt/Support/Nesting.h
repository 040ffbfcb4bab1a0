//===- Nesting.h - How deep text from outside may nest ----------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The parsers of MLIR and of JSON call themselves for each level, and so does
// whatever reads the result: text that nests without end would end the stack,
// and with it the process. Text from outside goes through here first.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_SUPPORT_NESTING_H
#define KERNEL_OPT_SUPPORT_NESTING_H

#include "kernel-opt/Support/LLVM.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/JSON.h"

namespace kernel_opt {

/// Levels of brackets. Programs have a dozen.
inline constexpr size_t mostNesting = 256;

/// Reports where brackets of MLIR text nest deeper than `mostNesting`, or as
/// many signs stand in a row; `name` stands in the location. Strings and
/// comments do not count. Bytecode is left to its reader.
LogicalResult checkNesting(StringRef mlir, StringRef name,
                           MLIRContext *context);

/// Reports what the parser takes and nothing here can: names of symbols that
/// are not UTF-8 text or hold a zero, since they stand in plans, certificates
/// and archives, which are JSON; and resources that are not of the size of
/// their type, since they are read as if they were.
LogicalResult checkContents(Operation *module);

/// As `mlir::parseSourceString` and `mlir::parseSourceFile`, with
/// `checkNesting` before and `checkContents` after.
mlir::OwningOpRef<ModuleOp> parseModule(StringRef mlir, StringRef name,
                                        MLIRContext *context);
mlir::OwningOpRef<ModuleOp> parseModuleFile(StringRef path,
                                            MLIRContext *context);

/// As `llvm::json::parse`, but deep nesting is an error.
llvm::Expected<llvm::json::Value> parseJSON(StringRef text);

} // namespace kernel_opt

#endif // KERNEL_OPT_SUPPORT_NESTING_H
