//===- CleanProgram.cpp - Programs as they are checked ----------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Schedule/CleanProgram.h"
#include "kernel-opt/Dialect/Kopt/HiddenLiterals.h"
#include "kernel-opt/Dialect/Kopt/KoptAttrs.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace kernel_opt;

/// The floating-point numbers that literals are which do not say what they
/// stand for.
static DenseSet<Attribute> numbersOf(gpu::GPUModuleOp program) {
  DenseSet<Attribute> numbers;
  program.walk([&](arith::ConstantOp literal) {
    if (!isa<FloatType>(getElementTypeOrSelf(literal.getType())) ||
        literal->hasAttr(kopt::kConstAttrName))
      return;
    auto dense = dyn_cast<DenseElementsAttr>(literal.getValue());
    if (!dense)
      numbers.insert(literal.getValue());
    else if (dense.isSplat())
      numbers.insert(dense.getSplatValue<Attribute>());
    else
      for (Attribute number : dense.getValues<Attribute>())
        numbers.insert(number);
  });
  return numbers;
}

static LogicalResult simplify(gpu::GPUModuleOp program, kopt::Hide which) {
  kopt::HiddenLiterals hidden(program, which);
  PassManager manager(program.getContext(),
                      gpu::GPUModuleOp::getOperationName());
  manager.addPass(createCanonicalizerPass());
  manager.addPass(createCSEPass());
  return manager.run(program);
}

LogicalResult schedule::cleanProgram(gpu::GPUModuleOp program) {
  DenseSet<Attribute> before = numbersOf(program);
  OwningOpRef<gpu::GPUModuleOp> original(
      cast<gpu::GPUModuleOp>(program->clone()));
  if (failed(simplify(program, kopt::Hide::Inexact)))
    return failure();
  bool isMade = llvm::any_of(numbersOf(program), [&](Attribute number) {
    return !before.contains(number);
  });
  if (!isMade)
    return success();
  // Some literals only met on the way, where a loop of one round was unrolled:
  // once more, without any.
  program.getBodyRegion().takeBody(original->getBodyRegion());
  return simplify(program, kopt::Hide::All);
}
