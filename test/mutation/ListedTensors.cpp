//===- ListedTensors.cpp - Which function, on tensors ---------------------===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "GenericChanges.h"
#include "Listed.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::mutation;

static void setMap(linalg::GenericOp op, unsigned which, AffineMap map) {
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  maps[which] = map;
  op.setIndexingMapsAttr(Builder(op.getContext()).getAffineMapArrayAttr(maps));
}

/// Whether two inputs that are read alike meet in one operation that commutes.
static bool commutes(linalg::LinalgOp op, unsigned i) {
  auto maps = op.getIndexingMapsArray();
  Block *body = op.getBlock();
  Value a = body->getArgument(i), b = body->getArgument(i + 1);
  if (maps[i] != maps[i + 1] || !a.hasOneUse() || !b.hasOneUse())
    return false;
  Operation *user = *a.getUsers().begin();
  return user == *b.getUsers().begin() &&
         user->hasTrait<OpTrait::IsCommutative>();
}

void listed::operandsSwapped(Operation *root, Sites &sites) {
  root->walk([&](linalg::LinalgOp op) {
    auto inputs = op.getDpsInputs();
    for (unsigned i = 0; i + 1 < inputs.size(); ++i)
      if (inputs[i].getType() == inputs[i + 1].getType() &&
          inputs[i] != inputs[i + 1] && !commutes(op, i))
        sites.always(op, "operands swapped", [op, i]() mutable {
          Value before = op->getOperand(i);
          op->setOperand(i, op->getOperand(i + 1));
          op->setOperand(i + 1, before);
        });
  });
}

/// Loops of an operation that run equally often.
static bool alike(linalg::GenericOp op, unsigned a, unsigned b) {
  SmallVector<int64_t> ranges = op.getStaticLoopRanges();
  return ranges[a] == ranges[b] && ranges[a] > 1;
}

/// Two loops exchanged in the map of one input.
static void exchangeLoops(Operation *root, Sites &sites, bool reduced) {
  root->walk([&](linalg::GenericOp op) {
    auto kinds = op.getIteratorTypesArray();
    for (unsigned i = 0; i < op.getNumDpsInputs(); ++i) {
      AffineMap map = op.getIndexingMapsArray()[i];
      for (unsigned a = 0; a < kinds.size(); ++a)
        for (unsigned b = a + 1; b < kinds.size(); ++b) {
          // The order of summed loops does not matter.
          bool reduces = kinds[a] != kinds[b];
          if (reduces != reduced || !alike(op, a, b) ||
              (!reduces && kinds[a] == utils::IteratorType::reduction))
            continue;
          AffineExpr da = getAffineDimExpr(a, op.getContext()),
                     db = getAffineDimExpr(b, op.getContext());
          AffineMap other =
              map.replace({{da, db}, {db, da}}, map.getNumDims(), 0);
          if (other != map)
            sites.always(op, "other loops in input " + Twine(i),
                         [=] { setMap(op, i, other); });
        }
    }
  });
}

void listed::wrongAxisBroadcast(Operation *root, Sites &sites) {
  exchangeLoops(root, sites, false);
}

void listed::wrongAxisReduced(Operation *root, Sites &sites) {
  exchangeLoops(root, sites, true);
}

/// Operations in the bodies of linalg operations.
static void forEachPayload(Operation *root,
                           function_ref<void(Operation *)> visit) {
  root->walk([&](linalg::LinalgOp op) {
    for (Operation &inner : op.getBlock()->without_terminator())
      visit(&inner);
  });
}

void listed::payloadScaled(Operation *root, Sites &sites) {
  root->walk([&](linalg::LinalgOp op) {
    OpOperand &result = op.getBlock()->getTerminator()->getOpOperand(0);
    if (isa<linalg::GenericOp>(op) && isa<FloatType>(result.get().getType()))
      sites.always(op, "result scaled twice", [&result] {
        OpBuilder builder(result.getOwner());
        Location loc = result.getOwner()->getLoc();
        auto type = cast<FloatType>(result.get().getType());
        Value factor =
            arith::ConstantOp::create(builder, loc, FloatAttr::get(type, 0.5));
        result.set(arith::MulFOp::create(builder, loc, result.get(), factor));
      });
  });
}

void listed::payloadOther(Operation *root, Sites &sites) {
  forEachPayload(root, [&](Operation *op) {
    ArrayRef<StringRef> others = similarOps(op->getName().getStringRef());
    for (StringRef other : others)
      sites.always(op, other, [op, other] {
        OpBuilder builder(op);
        OperationState state(op->getLoc(), other, op->getOperands(),
                             op->getResultTypes());
        op->replaceAllUsesWith(builder.create(state));
        op->erase();
      });
  });
}

void listed::initOther(Operation *root, Sites &sites) {
  root->walk([&](linalg::FillOp fill) {
    OpOperand &value = fill->getOpOperand(0);
    auto type = dyn_cast<FloatType>(value.get().getType());
    if (type)
      sites.always(fill, "with another number", [fill, &value, type] {
        OpBuilder builder(fill);
        value.set(arith::ConstantOp::create(builder, fill->getLoc(),
                                            FloatAttr::get(type, 1.0)));
      });
  });
}

void listed::literalOffOnTensors(Operation *root, Sites &sites) {
  forEachPayload(root, [&](Operation *op) {
    for (OpOperand &operand : op->getOpOperands()) {
      llvm::APFloat number(0.0);
      if (!matchPattern(operand.get(), m_ConstantFloat(&number)) ||
          !number.isFiniteNonZero())
        continue;
      sites.always(op, "literal times 1.0001", [op, &operand, number] {
        OpBuilder builder(op);
        auto type = cast<FloatType>(operand.get().getType());
        operand.set(arith::ConstantOp::create(
            builder, op->getLoc(),
            FloatAttr::get(type, number.convertToDouble() * 1.0001)));
      });
    }
  });
}

void listed::maximumDropped(Operation *root, Sites &sites) {
  forEachPayload(root, [&](Operation *op) {
    if (isa<arith::MaximumFOp, arith::MinimumFOp>(op))
      for (Value operand : op->getOperands())
        sites.always(op, "dropped", [op, operand] {
          op->getResult(0).replaceAllUsesWith(operand);
          op->erase();
        });
  });
}
