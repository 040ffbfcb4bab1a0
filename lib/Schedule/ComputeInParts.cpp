//===- ComputeInParts.cpp - What is stored in parts -------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A thread of a product holds 128 sums. Were each operation of an epilogue
// done for all of them before the next one, two or three values of each would
// be alive at a time, which no thread has registers for. So a long vector of
// which only parts are used (by stores) is computed part after part.
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Schedule/Stage.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::schedule;

/// Shorter vectors are left to the compiler.
static constexpr int64_t leastLength = 64;

namespace {
/// Elements [first, first + length) of a vector.
struct Part {
  int64_t first, length;
};
} // namespace

static VectorType longVector(Value value) {
  auto type = dyn_cast<VectorType>(value.getType());
  return type && type.getRank() == 1 && !type.isScalable() &&
                 type.getNumElements() >= leastLength
             ? type
             : VectorType();
}

/// The part that `op` takes of the vector `whole`, if that is what it does.
static std::optional<Part> partOf(Operation *op, Value whole) {
  auto shuffle = dyn_cast<vector::ShuffleOp>(op);
  if (!shuffle || shuffle.getV1() != whole)
    return std::nullopt;
  ArrayRef<int64_t> mask = shuffle.getMask();
  for (auto [i, place] : llvm::enumerate(mask))
    if (place != mask[0] + int64_t(i))
      return std::nullopt;
  int64_t length = mask.size(), all = longVector(whole).getNumElements();
  if (mask[0] < 0 || mask[0] + length > all || length == all)
    return std::nullopt;
  return Part{mask[0], length};
}

/// That part of a value, made as directly as can be.
static Value take(OpBuilder &b, Location loc, Value value, Part part) {
  auto type = cast<VectorType>(value.getType());
  auto shorter = VectorType::get(part.length, type.getElementType());
  Operation *op = value.getDefiningOp();
  DenseElementsAttr dense;
  if (matchPattern(value, m_Constant(&dense)) && dense.isSplat()) {
    auto made = arith::ConstantOp::create(
        b, loc,
        DenseElementsAttr::get(shorter, dense.getSplatValue<Attribute>()));
    made->setDiscardableAttrs(op->getDiscardableAttrDictionary());
    return made;
  }
  if (auto broadcast = dyn_cast_or_null<vector::BroadcastOp>(op))
    if (!isa<VectorType>(broadcast.getSource().getType()))
      return vector::BroadcastOp::create(b, loc, shorter,
                                         broadcast.getSource());
  if (auto elements = dyn_cast_or_null<vector::FromElementsOp>(op))
    return vector::FromElementsOp::create(
        b, loc, shorter, elements.getElements().slice(part.first, part.length));
  if (auto shuffle = dyn_cast_or_null<vector::ShuffleOp>(op))
    return vector::ShuffleOp::create(
        b, loc, shuffle.getV1(), shuffle.getV2(),
        shuffle.getMask().slice(part.first, part.length));
  return vector::ShuffleOp::create(b, loc, value, value,
                                   llvm::to_vector(llvm::seq<int64_t>(
                                       part.first, part.first + part.length)));
}

/// Where all that is asked of `op` are parts of its result, it is done for
/// each where that is taken.
static void computeInParts(Operation *op) {
  if (op->getNumResults() != 1 || op->getNumRegions() ||
      !op->hasTrait<mlir::OpTrait::Elementwise>() ||
      !longVector(op->getResult(0)))
    return;
  Value whole = op->getResult(0);
  llvm::MapVector<Operation *, Part> parts;
  for (Operation *user : whole.getUsers()) {
    std::optional<Part> part = partOf(user, whole);
    if (!part || user->getBlock() != op->getBlock())
      return;
    parts.insert({user, *part});
  }
  for (auto [user, part] : parts) {
    OpBuilder b(user);
    SmallVector<Value> operands;
    for (Value operand : op->getOperands())
      operands.push_back(isa<VectorType>(operand.getType())
                             ? take(b, op->getLoc(), operand, part)
                             : operand);
    Operation *done =
        b.create(op->getLoc(), op->getName().getIdentifier(), operands,
                 {user->getResult(0).getType()}, op->getAttrs());
    user->getResult(0).replaceAllUsesWith(done->getResult(0));
    user->erase();
  }
  if (op->use_empty())
    op->erase();
}

void schedule::computeInParts(gpu::GPUFuncOp func) {
  SmallVector<Operation *> ops;
  func.walk([&](Operation *op) { ops.push_back(op); });
  // From what is stored backwards.
  for (Operation *op : llvm::reverse(ops))
    if (!isa<vector::ShuffleOp>(op))
      ::computeInParts(op);
}
