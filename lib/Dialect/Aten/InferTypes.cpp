//===- InferTypes.cpp - Types of results without an operation ---*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Dialect/Aten/InferTypes.h"
#include "kernel-opt/Dialect/Aten/AtenOps.h"
#include "mlir/IR/Block.h"
#include "mlir/IR/OperationSupport.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/IR/Verifier.h"

using namespace kernel_opt;

LogicalResult aten::inferTypes(MLIRContext *context, StringRef name,
                               mlir::DictionaryAttr attributes,
                               ArrayRef<Type> operands,
                               SmallVectorImpl<Type> &results) {
  Location location = UnknownLoc::get(context);
  auto registered = mlir::RegisteredOperationName::lookup(name, context);
  if (!registered || !registered->hasInterface<mlir::InferTypeOpInterface>())
    return mlir::emitError(location)
           << "expected an aten operation, found '" << name << "'";
  // Operations need values; arguments of a block that nobody sees will do.
  mlir::Block block;
  SmallVector<Location> locations(operands.size(), location);
  block.addArguments(operands, locations);
  mlir::OperationState state(location, *registered);
  state.addOperands(block.getArguments());
  state.addAttributes(attributes.getValue());
  auto infer = registered->getInterface<mlir::InferTypeOpInterface>();
  if (failed(infer->inferReturnTypes(context, location, block.getArguments(),
                                     attributes, nullptr, {}, results)))
    return failure();
  state.addTypes(results);
  // The verifier knows what the rule takes for granted: element types.
  OwningOpRef<Operation *> op(Operation::create(state));
  return mlir::verify(*op);
}
