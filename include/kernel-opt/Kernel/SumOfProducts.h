//===- SumOfProducts.h - What a contraction adds up -------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_KERNEL_SUMOFPRODUCTS_H
#define KERNEL_OPT_KERNEL_SUMOFPRODUCTS_H

#include "kernel-opt/Support/LLVM.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace kernel_opt::kernel {

/// The payload acc + e, where e is a product, a sum of such, or one times a
/// literal: a product of matrices whose factors come in parts has several.
struct SumOfProducts {
  Value added; ///< e
  /// Factors of each product, in the order in which e names them.
  SmallVector<std::pair<Value, Value>> products;
};

/// None if the payload is anything else, or there is more than one result.
std::optional<SumOfProducts> matchSumOfProducts(linalg::LinalgOp op);

/// The factor of `value` that is no literal, if the other one is: null
/// otherwise. `literal` is then set.
Value matchScaled(Value value, Value &literal);

} // namespace kernel_opt::kernel

#endif // KERNEL_OPT_KERNEL_SUMOFPRODUCTS_H
