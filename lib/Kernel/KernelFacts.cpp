//===- KernelFacts.cpp - What a kernel costs at least -----------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Kernel/KernelFacts.h"
#include "kernel-opt/Kernel/RowSpace.h"
#include "kernel-opt/Support/Hash.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/Support/raw_ostream.h"

using namespace kernel_opt;
using namespace kernel_opt::kernel;

static int64_t saturatingAdd(int64_t left, int64_t right) {
  int64_t result;
  return __builtin_add_overflow(left, right, &result) ? INT64_MAX : result;
}

static int64_t saturatingMultiply(int64_t left, int64_t right) {
  int64_t result;
  return __builtin_mul_overflow(left, right, &result) ? INT64_MAX : result;
}

static bool isDynamicType(Type type) {
  auto shaped = dyn_cast<ShapedType>(type);
  return shaped && (!shaped.hasRank() || !shaped.hasStaticShape());
}

/// Size of a tensor in bytes; of anything else, 0.
static int64_t bytesOf(Type type, int64_t dynamicSize) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor)
    return 0;
  Type element = tensor.getElementType();
  // An index is as wide as on the device.
  int64_t bits = element.isIntOrFloat() ? element.getIntOrFloatBitWidth() : 64;
  int64_t all = saturatingMultiply(elements(tensor, dynamicSize), bits);
  return all / 8 + (all % 8 != 0);
}

/// Bytes that the kernel reads of what `use` names.
static int64_t bytesReadBy(OpOperand &use, int64_t dynamicSize) {
  Operation *user = use.getOwner();
  if (isa<tensor::DimOp>(user))
    return 0;
  if (auto slice = dyn_cast<tensor::ExtractSliceOp>(user))
    return bytesOf(slice.getType(), dynamicSize);
  if (auto linalgOp = dyn_cast<linalg::LinalgOp>(user))
    if (!linalgOp.payloadUsesValueFromOperand(&use))
      return 0;
  return bytesOf(use.get().getType(), dynamicSize);
}

static int64_t bytesRead(kopt::KernelOp kernel, int64_t dynamicSize) {
  int64_t total = 0;
  for (mlir::BlockArgument argument : kernel.getBlock()->getArguments()) {
    int64_t read = 0;
    for (OpOperand &use : argument.getUses())
      read = saturatingAdd(read, bytesReadBy(use, dynamicSize));
    total = saturatingAdd(
        total, std::min(read, bytesOf(argument.getType(), dynamicSize)));
  }
  return total;
}

static void addOp(KernelFacts &facts, Operation *op, int64_t dynamicSize) {
  OpClass opClass = classify(op);
  ++facts.counts[static_cast<unsigned>(opClass)];
  facts.isIncomplete |=
      opClass == OpClass::Other || opClass == OpClass::Foreign;
  for (Type type : op->getResultTypes())
    facts.isDynamic |= isDynamicType(type);
  if (isFree(opClass))
    return;
  ElementCost cost = elementCost(op);
  int64_t work = iterations(op, dynamicSize);
  int64_t flops = saturatingMultiply(work, cost.simple);
  facts.flops = saturatingAdd(facts.flops, flops);
  facts.transcendentals = saturatingAdd(
      facts.transcendentals, saturatingMultiply(work, cost.transcendental));
  if (opClass == OpClass::Contraction || opClass == OpClass::Convolution) {
    facts.productFlops = saturatingAdd(facts.productFlops, flops);
    facts.productType =
        cast<ShapedType>(op->getOperand(0).getType()).getElementType();
  }
}

KernelFacts kernel::analyzeKernel(kopt::KernelOp kernel, int64_t dynamicSize) {
  KernelFacts facts;
  SmallVector<Operation *> ops;
  // Only what passes between operations matters for rows: free operations on
  // operands are no part of the space.
  DenseSet<Value> internal;
  for (Operation &op : kernel.getBlock()->without_terminator()) {
    addOp(facts, &op, dynamicSize);
    bool computes = !isFree(classify(&op));
    bool reads = llvm::any_of(op.getOperands(), [&](Value value) {
      return internal.contains(value);
    });
    if (!computes && !reads)
      continue;
    ops.push_back(&op);
    internal.insert(op.result_begin(), op.result_end());
  }
  facts.rows = RowSpace(ops, dynamicSize).numRows();
  facts.bytesRead = bytesRead(kernel, dynamicSize);
  for (Type type : kernel.getResultTypes())
    facts.bytesWritten =
        saturatingAdd(facts.bytesWritten, bytesOf(type, dynamicSize));
  for (Value input : kernel.getInputs())
    facts.isDynamic |= isDynamicType(input.getType());
  return facts;
}

llvm::json::Value kernel::toJSON(const KernelFacts &facts) {
  llvm::json::Object counts;
  for (auto [index, count] : llvm::enumerate(facts.counts))
    if (count)
      counts[stringify(static_cast<OpClass>(index))] = count;
  llvm::json::Object object{{"flops", facts.flops},
                            {"productFlops", facts.productFlops},
                            {"transcendentals", facts.transcendentals},
                            {"bytesRead", facts.bytesRead},
                            {"bytesWritten", facts.bytesWritten},
                            {"rows", facts.rows},
                            {"counts", std::move(counts)},
                            {"isDynamic", facts.isDynamic},
                            {"isIncomplete", facts.isIncomplete}};
  if (facts.productType) {
    std::string type;
    llvm::raw_string_ostream(type) << facts.productType;
    object["productType"] = type;
  }
  return object;
}

std::string kernel::kernelHash(kopt::KernelOp kernel) {
  std::string contract;
  llvm::raw_string_ostream(contract) << kopt::ContractAttr::lookup(kernel);
  return structuralHash(kernel, contract,
                        {"kernel_name", "contract", kopt::kIdAttrName});
}
