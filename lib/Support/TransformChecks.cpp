//===- TransformChecks.cpp - Checks that a release MLIR lacks ---*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// With assertions on, headers of the transform dialect call two functions that
// MLIR itself defines only when it was built with assertions, which packaged
// builds are not. They are defined here, so that our own extensions are checked
// when they register.
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Transform/IR/TransformDialect.h"
#include "mlir/Dialect/Transform/Interfaces/TransformInterfaces.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/Support/ErrorHandling.h"

#ifndef NDEBUG

// Weak, so that an MLIR that has them wins. Declared in TransformDialect.h.
LLVM_ATTRIBUTE_WEAK void
mlir::transform::detail::checkImplementsTransformOpInterface(
    StringRef name, MLIRContext *context) {
  // Structural operations of other dialects' kind may implement neither.
  RegisteredOperationName op = *RegisteredOperationName::lookup(name, context);
  if (!op.hasInterface<TransformOpInterface>() &&
      !op.hasInterface<PatternDescriptorOpInterface>() &&
      !op.hasInterface<ConversionPatternDescriptorOpInterface>() &&
      !op.hasInterface<TypeConverterBuilderOpInterface>() &&
      !op.hasTrait<OpTrait::IsTerminator>())
    llvm::report_fatal_error(
        "transform operation '" + name +
        "' implements none of the interfaces that the interpreter calls");
  if (op.hasInterface<TransformOpInterface>() &&
      !op.hasInterface<MemoryEffectOpInterface>())
    llvm::report_fatal_error("transform operation '" + name +
                             "' does not declare its memory effects");
}

LLVM_ATTRIBUTE_WEAK void
mlir::transform::detail::checkImplementsTransformHandleTypeInterface(
    TypeID typeID, MLIRContext *context) {
  const auto &type = AbstractType::lookup(typeID, context);
  if (!type.hasInterface(TransformHandleTypeInterface::getInterfaceID()) &&
      !type.hasInterface(TransformParamTypeInterface::getInterfaceID()) &&
      !type.hasInterface(TransformValueHandleTypeInterface::getInterfaceID()))
    llvm::report_fatal_error("transform type implements no handle interface");
}

#endif // NDEBUG
