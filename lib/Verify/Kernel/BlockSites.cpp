//===- BlockSites.cpp - What the number of the block decides ----*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "BlockSites.h"
#include "mlir/Analysis/DataFlow/ConstantPropagationAnalysis.h"
#include "mlir/Analysis/DataFlow/DeadCodeAnalysis.h"
#include "mlir/Analysis/DataFlow/IntegerRangeAnalysis.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::verify;

/// Beyond any index.
static constexpr int64_t far = int64_t(1) << 48;

BlockSites::BlockSites(gpu::GPUFuncOp program, const LaunchSizes &sizes)
    : terms(program), columns(sizes, terms), program(program) {
  program.walk([&](Operation *op) { visit(op); });
}

void BlockSites::stop(Operation *op, StringRef why) {
  if (obstacle.empty())
    obstacle = ("'" + op->getName().getStringRef() + "' " + why).str();
}

//===----------------------------------------------------------------------===//
// How far what is the same for all blocks reaches
//===----------------------------------------------------------------------===//

PlaceRange BlockSites::rangeOf(Value value) {
  if (!solved) {
    solver.load<dataflow::DeadCodeAnalysis>();
    solver.load<dataflow::SparseConstantPropagation>();
    solver.load<dataflow::IntegerRangeAnalysis>();
    (void)solver.initializeAndRun(program);
    solved = true;
  }
  const auto *found =
      solver.lookupState<dataflow::IntegerValueRangeLattice>(value);
  if (!found || found->getValue().isUninitialized())
    return {-far, far};
  const ConstantIntRanges &range = found->getValue().getValue();
  return {std::clamp(range.smin().getSExtValue(), -far, far),
          std::clamp(range.smax().getSExtValue(), -far, far)};
}

static PlaceRange operator+(PlaceRange a, PlaceRange b) {
  return {std::max(a.low + b.low, -far), std::min(a.high + b.high, far)};
}
static PlaceRange operator-(PlaceRange a) { return {-a.high, -a.low}; }

/// Between the value in the first round of the first thread, and any other.
PlaceRange BlockSites::computeRest(Value value) {
  Terms what = terms.of(value);
  if (!what.hangsOn(FromThread | FromRound))
    return {0, 0};
  PlaceRange range = rangeOf(value);
  PlaceRange whole = range + -range;
  auto argument = dyn_cast<BlockArgument>(value);
  if (argument) {
    auto loop = cast<scf::ForOp>(argument.getOwner()->getParentOp());
    if (argument != loop.getInductionVar())
      return whole;
    return restOf(loop.getLowerBound()) +
           PlaceRange{0, (rangeOf(loop.getUpperBound()) +
                          -rangeOf(loop.getLowerBound()))
                             .high};
  }
  if (!what.hangsOn(FromBlock)) {
    auto first = columns.placesOf(value);
    if (!first || first->size() != 1)
      return whole;
    columns.evaluate(0, 1, 0);
    int64_t now = columns[first->front().column][0] + first->front().offset;
    return range + PlaceRange{-now, -now};
  }
  Operation *op = value.getDefiningOp();
  if (isa<arith::AddIOp>(op))
    return restOf(op->getOperand(0)) + restOf(op->getOperand(1));
  if (isa<arith::SubIOp>(op))
    return restOf(op->getOperand(0)) + -restOf(op->getOperand(1));
  if (auto product = dyn_cast<arith::MulIOp>(op)) {
    for (auto [factor, other] :
         {std::pair(product.getLhs(), product.getRhs()),
          std::pair(product.getRhs(), product.getLhs())}) {
      PlaceRange by = rangeOf(factor);
      if (by.low != by.high || std::abs(by.low) > int64_t(1) << 31)
        continue;
      PlaceRange rest = restOf(other);
      auto times = [&](int64_t end) {
        __int128 wide = __int128(end) * by.low;
        return int64_t(std::clamp<__int128>(wide, -far, far));
      };
      return {std::min(times(rest.low), times(rest.high)),
              std::max(times(rest.low), times(rest.high))};
    }
    return whole;
  }
  // Elements that are moved about, and numbers of another type.
  if (isa<arith::IndexCastOp, arith::IndexCastUIOp, arith::ExtUIOp,
          arith::ExtSIOp>(op) ||
      isa<vector::VectorDialect>(op->getDialect())) {
    PlaceRange all = restOf(op->getOperand(0));
    for (Value operand : op->getOperands().drop_front()) {
      PlaceRange rest = restOf(operand);
      all = {std::min(all.low, rest.low), std::max(all.high, rest.high)};
    }
    return all;
  }
  return whole;
}

PlaceRange BlockSites::restOf(Value value) {
  auto found = rests.find(value);
  if (found != rests.end())
    return found->second;
  PlaceRange rest = computeRest(value);
  rests.try_emplace(value, rest);
  return rest;
}

//===----------------------------------------------------------------------===//
// Sites
//===----------------------------------------------------------------------===//

/// Stages of a pipeline, counted over loops whose rounds hang on the block:
/// shared memory, which L4 watches in the blocks that run.
static bool takesStage(Operation *op) {
  if (isa<arith::CmpIOp>(op))
    return llvm::all_of(op->getUsers(), [](Operation *user) {
      return isa<kgpu::MBarrierWaitOp>(user);
    });
  if (isa<kgpu::MBarrierWaitOp, kgpu::MBarrierArriveOp, kgpu::WgmmaOp>(op))
    return true;
  return llvm::all_of(op->getOperandTypes(), [](Type type) {
    auto memref = dyn_cast<MemRefType>(type);
    return !memref || kgpu::getSharedSpace(memref);
  });
}

/// Whether the value's places are known. Those of stages are in the first
/// round.
bool BlockSites::follow(Operation *op, Value value, Terms what) {
  if (what.isUnknown()) {
    stop(op, "takes a number that hangs on the block and on what memory holds");
    return false;
  }
  if (!columns.placesOf(value)) {
    if (!takesStage(op))
      stop(op, "takes a number that hangs on the block and is not followed");
    return false;
  }
  if (what.mixes(FromBlock, FromRound) && !takesStage(op)) {
    stop(op, "takes a number in which blocks differ by another one in each "
             "round of a loop");
    return false;
  }
  hangOnThread |= what.mixes(FromBlock, FromThread);
  return true;
}

void BlockSites::addPlace(Operation *op, Value value) {
  Terms what = terms.of(value);
  if (!what.hangsOn(FromBlock) || !follow(op, value, what))
    return;
  auto elements = columns.placesOf(value);
  bool isIndex = !isa<scf::ForOp>(op) && value.getType().isIndex();
  for (Place place : *elements) {
    places.insert(place.column);
    if (isIndex)
      indices.insert(place.column);
  }
}

/// Whether `lhs` minus `rhs`, or minus nothing if that is null, plus each of
/// some offsets is zero or greater.
void BlockSites::addComparison(Operation *op, Value lhs, Value rhs,
                               ArrayRef<int64_t> offsets) {
  Terms what = terms.of(lhs);
  if (rhs)
    what = what + terms.of(rhs);
  if (!what.hangsOn(FromBlock) || !follow(op, lhs, what) ||
      (rhs && !follow(op, rhs, what)))
    return;
  PlaceRange rest = restOf(lhs);
  if (rhs)
    rest = rest + -restOf(rhs);
  auto left = columns.placesOf(lhs), right = left;
  if (rhs)
    right = columns.placesOf(rhs);
  for (size_t i = 0; i < std::max(left->size(), right->size()); ++i) {
    Place difference = (*left)[i % left->size()];
    if (rhs)
      difference = columns.difference(difference, (*right)[i % right->size()]);
    places.insert(difference.column);
    // In other rounds it may fall out otherwise.
    if (what.mixes(FromBlock, FromRound))
      continue;
    for (int64_t offset : offsets) {
      int64_t constant = difference.offset + offset;
      comparisons.insert(
          {difference.column, rest + PlaceRange{constant, constant}});
    }
  }
}

/// What counts of a vector, and boxes that reach beyond their tensor, are
/// compared with where they end.
void BlockSites::addEdges(Operation *op) {
  auto interface = dyn_cast<kgpu::AccessInterface>(op);
  if (!interface)
    return;
  SmallVector<kgpu::Access> accesses;
  interface.getAccesses(accesses);
  for (const kgpu::Access &access : accesses) {
    if (access.valid)
      addComparison(op, access.valid, nullptr,
                    {-1, access.shape.empty() ? -1 : -access.shape.back()});
    if (!access.clipped)
      continue;
    auto shape = cast<MemRefType>(access.memref.getType()).getShape();
    for (auto [d, index] : llvm::enumerate(access.indices))
      addComparison(op, index, nullptr, {0, access.shape[d] - shape[d] - 1});
  }
}

/// What must be added to a difference for the predicate to ask whether it is
/// zero or greater.
static SmallVector<int64_t, 2> offsetsOf(arith::CmpIPredicate predicate) {
  switch (predicate) {
  case arith::CmpIPredicate::eq:
  case arith::CmpIPredicate::ne:
    return {0, -1};
  case arith::CmpIPredicate::sle:
  case arith::CmpIPredicate::ule:
  case arith::CmpIPredicate::sgt:
  case arith::CmpIPredicate::ugt:
    return {-1};
  default:
    return {0};
  }
}

void BlockSites::visit(Operation *op) {
  auto integers = [](Value value) {
    Type element = getElementTypeOrSelf(value.getType());
    return element.isIntOrIndex() && !element.isInteger(1);
  };
  if (auto compare = dyn_cast<arith::CmpIOp>(op)) {
    if (!integers(compare.getLhs()))
      return;
    addComparison(op, compare.getLhs(), compare.getRhs(),
                  offsetsOf(compare.getPredicate()));
    // Without a sign, a number below zero is a large one.
    if (compare.getPredicate() >= arith::CmpIPredicate::ult) {
      addComparison(op, compare.getLhs(), nullptr);
      addComparison(op, compare.getRhs(), nullptr);
    }
    return;
  }
  if (isa<arith::MinSIOp, arith::MaxSIOp, arith::MinUIOp, arith::MaxUIOp>(op))
    return addComparison(op, op->getOperand(0), op->getOperand(1));
  if (auto loop = dyn_cast<scf::ForOp>(op)) {
    for (Value bound :
         {loop.getLowerBound(), loop.getUpperBound(), loop.getStep()})
      addPlace(op, bound);
    return;
  }
  // Arithmetic decides nothing yet, nor does what moves its results.
  if (isa<arith::ArithDialect, scf::SCFDialect>(op->getDialect()) ||
      (isa<vector::VectorDialect>(op->getDialect()) &&
       !isa<vector::LoadOp, vector::StoreOp>(op)))
    return;
  for (Value operand : op->getOperands())
    if (integers(operand))
      addPlace(op, operand);
  addEdges(op);
}
