//===- PlaceTerms.cpp - What integers of a program hang on ------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PlaceTerms.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::verify;

//===----------------------------------------------------------------------===//
// Terms
//===----------------------------------------------------------------------===//

/// Sets of sources: 1 to 7.
static constexpr unsigned mostSources = 7;

unsigned Terms::sources() const {
  unsigned all = 0;
  for (unsigned set = 1; set <= mostSources; ++set)
    if (bits >> (set - 1) & 1)
      all |= set;
  return all;
}

bool Terms::mixes(unsigned first, unsigned second) const {
  for (unsigned set = 1; set <= mostSources; ++set)
    if ((bits >> (set - 1) & 1) && (set & first) && (set & second))
      return true;
  return false;
}

Terms Terms::operator*(Terms other) const {
  Terms product = *this + other;
  for (unsigned a = 1; a <= mostSources; ++a)
    for (unsigned b = 1; b <= mostSources; ++b)
      if ((bits >> (a - 1) & 1) && (other.bits >> (b - 1) & 1))
        product = product + Terms(a | b);
  return product;
}

Terms Terms::together() const {
  return Terms(sources()) + fromBits(bits & unknownBit);
}

Terms Terms::with(unsigned extra) const {
  Terms result = Terms(extra) + fromBits(bits & unknownBit);
  for (unsigned set = 1; set <= mostSources; ++set)
    if (bits >> (set - 1) & 1)
      result = result + Terms(set | extra);
  return result;
}

//===----------------------------------------------------------------------===//
// Of all values
//===----------------------------------------------------------------------===//

void PlaceTerms::add(Value value, Terms more) {
  Terms &known = terms[value];
  Terms now = known + more;
  changed |= now != known;
  known = now;
}

Terms PlaceTerms::sum(ValueRange values) const {
  Terms all;
  for (Value value : values)
    all = all + of(value);
  return all;
}

bool PlaceTerms::roundsHangOnBlock(scf::ForOp loop) const {
  return sum({loop.getLowerBound(), loop.getUpperBound(), loop.getStep()})
      .hangsOn(FromBlock);
}

void PlaceTerms::visitLoop(scf::ForOp loop) {
  add(loop.getInductionVar(), of(loop.getLowerBound()) + Terms(FromRound) +
                                  of(loop.getStep()).with(FromRound));
  Terms bounds =
      sum({loop.getLowerBound(), loop.getUpperBound(), loop.getStep()});
  for (auto [argument, init, yielded, result] :
       llvm::zip_equal(loop.getRegionIterArgs(), loop.getInitArgs(),
                       loop.getYieldedValues(), loop.getResults())) {
    if (!getElementTypeOrSelf(argument.getType()).isIntOrIndex())
      continue;
    add(argument, of(init) + of(yielded) + Terms(FromRound));
    Terms last = of(argument) + of(yielded);
    // The last round is not the same for all blocks or threads.
    add(result, bounds.sources() ? (last + bounds).together() : last);
  }
}

void PlaceTerms::visitBranch(scf::IfOp branch) {
  if (branch.getNumResults() == 0)
    return;
  for (auto [result, yes, no] :
       llvm::zip_equal(branch.getResults(), branch.thenYield().getOperands(),
                       branch.elseYield().getOperands()))
    if (getElementTypeOrSelf(result.getType()).isIntOrIndex())
      add(result, (of(branch.getCondition()) + of(yes) + of(no)).together());
}

/// Those that give the sum of their operands' terms: sums, and what only moves
/// elements about or changes the type.
static bool isLinear(Operation *op) {
  return isa<arith::AddIOp, arith::SubIOp, arith::IndexCastOp,
             arith::IndexCastUIOp, arith::ExtUIOp, arith::ExtSIOp,
             vector::FromElementsOp, vector::ToElementsOp, vector::BroadcastOp,
             vector::ShuffleOp, vector::ShapeCastOp, vector::ExtractOp,
             vector::InsertOp>(op);
}

void PlaceTerms::visit(Operation *op) {
  if (auto loop = dyn_cast<scf::ForOp>(op))
    return visitLoop(loop);
  if (auto branch = dyn_cast<scf::IfOp>(op))
    return visitBranch(branch);
  auto integers = [](Value value) {
    return getElementTypeOrSelf(value.getType()).isIntOrIndex();
  };
  if (llvm::none_of(op->getResults(), integers))
    return;
  Terms result =
      TypeSwitch<Operation *, Terms>(op)
          .Case<gpu::BlockIdOp, gpu::ClusterIdOp, gpu::ClusterBlockIdOp>(
              [](auto) { return Terms(FromBlock); })
          .Case<gpu::ThreadIdOp, gpu::LaneIdOp, gpu::SubgroupIdOp>(
              [](auto) { return Terms(FromThread); })
          .Case<gpu::GlobalIdOp>(
              [](auto) { return Terms(FromBlock) + Terms(FromThread); })
          .Case<gpu::BlockDimOp, gpu::GridDimOp, gpu::ClusterDimOp,
                gpu::ClusterDimBlocksOp, gpu::NumSubgroupsOp,
                gpu::SubgroupSizeOp, vector::StepOp>(
              [](auto) { return Terms(); })
          .Case<arith::MulIOp>([&](auto product) {
            return of(product.getLhs()) * of(product.getRhs());
          })
          .Case<arith::ShLIOp>([&](auto shift) {
            APInt amount;
            Terms moved = of(shift.getLhs());
            return matchPattern(shift.getRhs(), m_ConstantInt(&amount))
                       ? moved
                       : (moved + of(shift.getRhs())).together();
          })
          .Default([&](Operation *other) {
            if (isLinear(other))
              return sum(other->getOperands());
            if (isa_and_nonnull<arith::ArithDialect>(other->getDialect()) &&
                llvm::all_of(other->getOperands(), integers))
              return sum(other->getOperands()).together();
            return Terms::unknown();
          });
  for (Value value : op->getResults())
    add(value, result);
}

PlaceTerms::PlaceTerms(gpu::GPUFuncOp program) {
  do {
    changed = false;
    program.walk<WalkOrder::PreOrder>([&](Operation *op) { visit(op); });
  } while (changed);
}
