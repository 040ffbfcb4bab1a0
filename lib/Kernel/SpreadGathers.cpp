//===- SpreadGathers.cpp - Gathers as sums over all places ------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// An element that is read at a place that a tensor holds,
//
//   y[i] = f(x[p[i]]),
//
// is the sum of what lies at all places, where all but one count as zero:
//
//   z[i] = sum over r of (p[i] == r ? x[r] : 0),   y[i] = f(z[i]).
//
// That takes as many steps as there are places, so it is for short dimensions
// alone; but the addresses hang on no contents, so that every schedule of
// reductions takes it and every check looks at it. One term is not zero:
// nothing rounds, and NaN comes out only where it was read.
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Kernel/FormKernels.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace kernel_opt;

/// Steps for each element: a gather is one.
static constexpr int64_t mostPlaces = 4096;

/// The operations of the body that `value` is computed by, in order, if they
/// compute it out of operands and loops.
static void collectSlice(Block *body, Value value,
                         llvm::SetVector<Operation *> &slice) {
  Operation *op = value.getDefiningOp();
  if (!op || op->getBlock() != body || slice.contains(op))
    return;
  for (Value operand : op->getOperands())
    collectSlice(body, operand, slice);
  slice.insert(op);
}

/// Whether a place hangs on what a tensor holds.
static bool isComputed(Block *body, Value index) {
  if (auto argument = dyn_cast<BlockArgument>(index))
    return argument.getOwner() == body;
  Operation *op = index.getDefiningOp();
  if (!op || op->getBlock() != body)
    return false;
  return isa<tensor::ExtractOp>(op) ||
         llvm::any_of(op->getOperands(),
                      [&](Value operand) { return isComputed(body, operand); });
}

/// The dimensions of the tensor that are read at computed places; none if they
/// are too long, or if the places are read at computed places as well.
static SmallVector<unsigned> computedDims(Block *body, tensor::ExtractOp op) {
  SmallVector<unsigned> dims;
  int64_t places = 1;
  auto shape = cast<RankedTensorType>(op.getTensor().getType()).getShape();
  for (auto [d, index] : llvm::enumerate(op.getIndices())) {
    if (!isComputed(body, index))
      continue;
    llvm::SetVector<Operation *> slice;
    collectSlice(body, index, slice);
    bool nested = llvm::any_of(
        slice, [](Operation *inner) { return isa<tensor::ExtractOp>(inner); });
    if (nested || ShapedType::isDynamic(shape[d]))
      return {};
    places *= shape[d];
    dims.push_back(d);
  }
  return places <= mostPlaces ? dims : SmallVector<unsigned>();
}

/// x where `chosen`, else zero, added to `sum`.
static Value addChosen(OpBuilder &b, Location loc, Value chosen, Value x,
                       Value sum) {
  Value zero = arith::ConstantOp::create(b, loc, b.getZeroAttr(x.getType()));
  Value term = arith::SelectOp::create(b, loc, chosen, x, zero);
  if (isa<FloatType>(x.getType()))
    return arith::AddFOp::create(b, loc, sum, term);
  if (x.getType().isInteger(1))
    return arith::OrIOp::create(b, loc, sum, term);
  return arith::AddIOp::create(b, loc, sum, term);
}

/// The body of the sums: what lies at one place, if it is the one that `op`
/// reads, added to the last of `arguments`; those before are `generic`'s
/// inputs.
static void addTerm(OpBuilder &b, linalg::GenericOp generic,
                    tensor::ExtractOp op, ArrayRef<unsigned> dims,
                    ValueRange arguments) {
  Location loc = op.getLoc();
  IRMapping mapping;
  for (OpOperand *input : generic.getDpsInputOperands())
    mapping.map(generic.getMatchingBlockArgument(input),
                arguments[input->getOperandNumber()]);
  llvm::SetVector<Operation *> slice;
  for (Value index : op.getIndices())
    collectSlice(generic.getBody(), index, slice);
  for (Operation *before : slice)
    b.clone(*before, mapping);
  SmallVector<Value> places;
  for (Value index : op.getIndices())
    places.push_back(mapping.lookupOrDefault(index));
  Value chosen;
  for (auto [k, d] : llvm::enumerate(dims)) {
    Value place = linalg::IndexOp::create(b, loc, generic.getNumLoops() + k);
    Value equal = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq,
                                        places[d], place);
    chosen = chosen ? arith::AndIOp::create(b, loc, chosen, equal).getResult()
                    : equal;
    places[d] = place;
  }
  Value x = tensor::ExtractOp::create(b, loc, op.getTensor(), places);
  linalg::YieldOp::create(b, loc,
                          addChosen(b, loc, chosen, x, arguments.back()));
}

/// The sums that stand for what `op` reads in `generic`, one for each point of
/// its loops.
static Value sumOverPlaces(linalg::GenericOp generic, tensor::ExtractOp op,
                           ArrayRef<unsigned> dims) {
  OpBuilder b(generic);
  Location loc = op.getLoc();
  unsigned loops = generic.getNumLoops();
  Type element = op.getType();
  auto table = cast<RankedTensorType>(op.getTensor().getType());

  // All operands as they are read, and one that gives the new loops their
  // lengths.
  SmallVector<Value> inputs;
  SmallVector<AffineMap> maps;
  unsigned all = loops + dims.size();
  for (OpOperand *input : generic.getDpsInputOperands()) {
    inputs.push_back(input->get());
    AffineMap map = generic.getMatchingIndexingMap(input);
    maps.push_back(AffineMap::get(all, 0, map.getResults(), b.getContext()));
  }
  SmallVector<int64_t> lengths;
  for (unsigned d : dims)
    lengths.push_back(table.getDimSize(d));
  inputs.push_back(
      tensor::EmptyOp::create(b, loc, lengths, b.getIntegerType(1)));
  AffineMap identity = b.getMultiDimIdentityMap(all);
  maps.push_back(identity.getSliceMap(loops, dims.size()));
  maps.push_back(identity.getSliceMap(0, loops));
  SmallVector<utils::IteratorType> iterators(loops,
                                             utils::IteratorType::parallel);
  iterators.append(dims.size(), utils::IteratorType::reduction);

  Value zero = arith::ConstantOp::create(b, loc, b.getZeroAttr(element));
  Value empty =
      tensor::EmptyOp::create(b, loc, generic.getStaticLoopRanges(), element);
  Value start = linalg::FillOp::create(b, loc, zero, empty).getResult(0);
  auto sums = linalg::GenericOp::create(
      b, loc, start.getType(), inputs, start, maps, iterators,
      [&](OpBuilder &inner, Location, ValueRange arguments) {
        addTerm(inner, generic, op, dims, arguments);
      });
  return sums.getResult(0);
}

/// Puts what `sums` holds in the place of what `op` reads.
static void readSums(linalg::GenericOp generic, tensor::ExtractOp op,
                     Value sums) {
  OpBuilder b(generic);
  SmallVector<Value> inputs(generic.getInputs());
  SmallVector<AffineMap> maps = generic.getIndexingMapsArray();
  maps.insert(maps.begin() + inputs.size(),
              b.getMultiDimIdentityMap(generic.getNumLoops()));
  inputs.push_back(sums);
  auto made = linalg::GenericOp::create(
      b, generic.getLoc(), generic.getResultTypes(), inputs,
      generic.getOutputs(), maps, generic.getIteratorTypesArray());
  made.getRegion().takeBody(generic.getRegion());
  BlockArgument read = made.getBody()->insertArgument(
      inputs.size() - 1, op.getType(), op.getLoc());
  op.replaceAllUsesWith(read);
  op.erase();
  generic.replaceAllUsesWith(made.getResults());
  generic.erase();
}

bool kernel::spreadGathers(kopt::KernelOp kernel) {
  SmallVector<tensor::ExtractOp> extracts;
  kernel.walk([&](tensor::ExtractOp op) { extracts.push_back(op); });
  bool changed = false;
  for (tensor::ExtractOp op : extracts) {
    auto generic = dyn_cast<linalg::GenericOp>(op->getParentOp());
    if (!generic || generic.getNumParallelLoops() != generic.getNumLoops() ||
        !generic.hasPureTensorSemantics() ||
        llvm::any_of(generic.getStaticLoopRanges(), ShapedType::isDynamic))
      continue;
    SmallVector<unsigned> dims = computedDims(generic.getBody(), op);
    if (dims.empty())
      continue;
    readSums(generic, op, sumOverPlaces(generic, op, dims));
    changed = true;
  }
  return changed;
}
