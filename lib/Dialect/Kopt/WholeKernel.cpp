//===- WholeKernel.cpp - What a kernel was before it was split --*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Dialect/Kopt/WholeKernel.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"

using namespace kernel_opt;
using namespace kernel_opt::kopt;
using mlir::IRMapping;
using mlir::OpBuilder;

/// A module that holds nothing but a kernel, which reads what an operation of
/// no meaning defines.
static std::pair<OwningOpRef<ModuleOp>, mlir::ValueRange>
makeHolder(Location loc, mlir::TypeRange types) {
  OwningOpRef<ModuleOp> holder = ModuleOp::create(loc);
  OpBuilder builder = OpBuilder::atBlockEnd(holder->getBody());
  auto operands = mlir::UnrealizedConversionCastOp::create(builder, loc, types,
                                                           mlir::ValueRange());
  return {std::move(holder), operands.getResults()};
}

void kopt::setWhole(KernelOp made, KernelOp whole, ArrayRef<int64_t> through) {
  auto [holder, operands] =
      makeHolder(whole.getLoc(), whole.getInputs().getTypes());
  OpBuilder builder = OpBuilder::atBlockEnd(holder->getBody());
  IRMapping mapping;
  auto copy = cast<KernelOp>(builder.cloneWithoutRegions(*whole, mapping));
  copy->setOperands(operands);
  whole.getBody().cloneInto(&copy.getBody(), mapping);
  std::string text;
  llvm::raw_string_ostream(text) << *holder;
  made->setAttr(
      kWholeAttrName,
      builder.getDictionaryAttr(
          {builder.getNamedAttr("kernel", builder.getStringAttr(text)),
           builder.getNamedAttr("through",
                                builder.getDenseI64ArrayAttr(through))}));
}

FailureOr<std::optional<WholeKernel>> kopt::lookupWhole(KernelOp made) {
  mlir::Attribute note = made->getAttr(kWholeAttrName);
  if (!note)
    return std::optional<WholeKernel>();
  auto dictionary = dyn_cast<DictionaryAttr>(note);
  auto text =
      dictionary ? dictionary.getAs<StringAttr>("kernel") : StringAttr();
  auto through = dictionary
                     ? dictionary.getAs<mlir::DenseI64ArrayAttr>("through")
                     : mlir::DenseI64ArrayAttr();
  if (!text || !through)
    return made.emitError("expects '")
           << kWholeAttrName
           << "' to be a dictionary of 'kernel', a string, and 'through', an "
              "array of i64, found "
           << note;
  WholeKernel whole;
  whole.holder = mlir::parseSourceString<ModuleOp>(
      text.getValue(), made.getContext(), "whole kernel");
  if (!whole.holder)
    return made.emitError("carries a whole kernel that cannot be read");
  auto kernels = whole.holder->getOps<KernelOp>();
  if (!llvm::hasSingleElement(kernels))
    return made.emitError("carries not one whole kernel, but others");
  whole.kernel = *kernels.begin();
  if (whole.kernel->getResultTypes() != made->getResultTypes() ||
      whole.kernel.getInputs().size() != size_t(through.size()))
    return made.emitError("carries a whole kernel of another type");
  for (auto [entry, type] : llvm::zip_equal(
           through.asArrayRef(), whole.kernel.getInputs().getTypes())) {
    int64_t number = entry < 0 ? -1 - entry : entry;
    Value operand;
    if (number < int64_t(made.getInputs().size()))
      operand = made.getInputs()[number];
    if (operand && entry < 0) {
      auto maker = operand.getDefiningOp<KernelOp>();
      operand = maker && maker.getInputs().size() == 1 ? maker.getInputs()[0]
                                                       : Value();
    }
    if (!operand || operand.getType() != type)
      return made.emitError("has no operand ")
             << entry << " of type " << type << ", which its whole kernel has";
    whole.operands.push_back(operand);
  }
  return std::optional<WholeKernel>(std::move(whole));
}

FailureOr<SmallVector<OperandOrigin>>
kopt::originsOf(KernelOp made, const WholeKernel &whole) {
  auto numberOf = [&](Value value) -> std::optional<unsigned> {
    const auto *found = llvm::find(whole.operands, value);
    if (found == whole.operands.end())
      return std::nullopt;
    return unsigned(found - whole.operands.begin());
  };
  SmallVector<OperandOrigin> origins;
  for (Value operand : made.getInputs()) {
    OperandOrigin &origin = origins.emplace_back();
    if (std::optional<unsigned> number = numberOf(operand)) {
      origin.operands.push_back(*number);
      continue;
    }
    origin.maker = operand.getDefiningOp<KernelOp>();
    bool known = bool(origin.maker);
    for (Value read : known ? origin.maker.getInputs()
                            : mlir::OperandRange(made.getInputs())) {
      std::optional<unsigned> number = known ? numberOf(read) : std::nullopt;
      known &= number.has_value();
      if (number)
        origin.operands.push_back(*number);
    }
    if (!known)
      return made.emitError("operand ")
             << origins.size() - 1
             << " is not made of what its whole kernel reads";
    origin.result = cast<OpResult>(operand).getResultNumber();
  }
  return origins;
}

FailureOr<WholeKernel> kopt::composeWhole(KernelOp made,
                                          const WholeKernel &whole) {
  FailureOr<SmallVector<OperandOrigin>> origins = originsOf(made, whole);
  if (failed(origins))
    return failure();
  WholeKernel result;
  auto [holder, operands] =
      makeHolder(made.getLoc(), mlir::ValueRange(whole.operands).getTypes());
  OpBuilder builder = OpBuilder::atBlockEnd(holder->getBody());
  result.kernel =
      KernelOp::create(builder, made.getLoc(), made.getResultTypes(),
                       made.getKernelName(), operands);
  result.kernel.setContractAttr(made.getContractAttr());
  result.operands = whole.operands;
  OpBuilder inside = OpBuilder::atBlockEnd(result.kernel.getBlock());
  // Kernels put one after the other.
  auto append = [&](KernelOp kernel, ArrayRef<Value> inputs) {
    IRMapping mapping;
    mapping.map(kernel.getBlock()->getArguments(), inputs);
    for (Operation &op : kernel.getBlock()->without_terminator())
      inside.clone(op, mapping);
    return llvm::map_to_vector(kernel.getYield().getValues(), [&](Value value) {
      return mapping.lookupOrDefault(value);
    });
  };
  llvm::DenseMap<Operation *, SmallVector<Value>> done;
  SmallVector<Value> inputs;
  for (const OperandOrigin &origin : *origins) {
    auto read = llvm::map_to_vector(origin.operands, [&](unsigned number) {
      return Value(result.kernel.getBlock()->getArgument(number));
    });
    if (!origin.maker) {
      inputs.push_back(read.front());
      continue;
    }
    auto [entry, isNew] = done.try_emplace(origin.maker);
    if (isNew)
      entry->second = append(origin.maker, read);
    inputs.push_back(entry->second[origin.result]);
  }
  YieldOp::create(inside, made.getLoc(), append(made, inputs));
  result.holder = std::move(holder);
  return std::move(result);
}
