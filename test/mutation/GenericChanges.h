//===- GenericChanges.h - Another one of its kind ---------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_TEST_MUTATION_GENERICCHANGES_H
#define KERNEL_OPT_TEST_MUTATION_GENERICCHANGES_H

#include "Mutators.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

namespace kernel_opt::mutation {

/// Names of operations with the same operands and results.
ArrayRef<StringRef> similarOps(StringRef name);
/// Flags that an operation may have.
ArrayRef<StringRef> flagsOf(Operation *op);

/// Of arith.cmpi or arith.cmpf.
LogicalResult changePredicate(Operation *op, Random &random);
LogicalResult changeConstant(arith::ConstantOp op, Random &random);
/// Numbers by one or by half, one of an array, another case of an enumeration;
/// flags are taken away.
LogicalResult changeAttribute(Operation *op, StringAttr name, Random &random);
/// Another extent, swizzle or count.
LogicalResult changeType(Value value, Random &random);

} // namespace kernel_opt::mutation

#endif // KERNEL_OPT_TEST_MUTATION_GENERICCHANGES_H
