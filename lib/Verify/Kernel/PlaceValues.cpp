//===- PlaceValues.cpp - Integers of programs as columns ---------*- C++
//-*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PlaceColumns.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::verify;

/// More elements than any vector of integers needs.
static constexpr int64_t mostElements = 4096;

std::optional<ArrayRef<Place>> PlaceColumns::placesOf(Value value) {
  auto found = places.find(value);
  if (found == places.end()) {
    SmallVector<Place> computed;
    std::unique_ptr<std::vector<Place>> kept;
    if (compute(value, computed))
      kept = std::make_unique<std::vector<Place>>(computed.begin(),
                                                  computed.end());
    found = places.try_emplace(value, std::move(kept)).first;
  }
  if (!found->second)
    return std::nullopt;
  return ArrayRef<Place>(*found->second);
}

/// Bits of an integer, or of a vector's elements; 0 for anything else.
static unsigned widthOf(Type type) {
  Type element = getElementTypeOrSelf(type);
  if (element.isIndex())
    return 64;
  unsigned width = element.isInteger() ? element.getIntOrFloatBitWidth() : 0;
  return width <= 64 ? width : 0;
}

static int64_t elementsOf(Type type) {
  auto vector = dyn_cast<VectorType>(type);
  return vector ? vector.getNumElements() : 1;
}

bool PlaceColumns::compute(Value value, SmallVectorImpl<Place> &out) {
  if (!widthOf(value.getType()) || elementsOf(value.getType()) > mostElements)
    return false;
  auto take = [&](Value other) {
    auto taken = placesOf(other);
    if (taken)
      out.assign(taken->begin(), taken->end());
    return taken.has_value();
  };
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    auto loop = dyn_cast<scf::ForOp>(argument.getOwner()->getParentOp());
    if (!loop)
      return false;
    return take(argument == loop.getInductionVar()
                    ? loop.getLowerBound()
                    : loop.getTiedLoopInit(argument)->get());
  }
  auto result = cast<OpResult>(value);
  // What the last round leaves differs by what no block decides.
  if (auto loop = dyn_cast<scf::ForOp>(result.getOwner()))
    return !terms.roundsHangOnBlock(loop) &&
           take(loop.getInitArgs()[result.getResultNumber()]);
  return computeResult(result, out);
}

Place PlaceColumns::number(Place whole, const LaunchSizes::Extents &extents,
                           unsigned d) {
  if (d > 0) {
    int64_t before = d == 1 ? extents[0] : extents[0] * extents[1];
    whole = append(Fn::DivU, 64, whole.column, columnOf(constant(before)));
  }
  return d == 2 ? whole
                : append(Fn::RemU, 64, whole.column,
                         columnOf(constant(extents[d])));
}

/// Numbers and sizes of threads, blocks and clusters.
std::optional<Place> PlaceColumns::idOf(Operation *op) {
  auto blockOf = [&](auto id) {
    return number(append(Fn::Block, 64), sizes.grid,
                  unsigned(id.getDimension()));
  };
  auto threadOf = [&](auto id) {
    return number(append(Fn::Thread, 64), sizes.block,
                  unsigned(id.getDimension()));
  };
  auto with = [&](Fn fn, Place place, int64_t value) {
    return append(fn, 64, place.column, columnOf(constant(value)));
  };
  auto clusterOf = [&](auto id) {
    return sizes.cluster[unsigned(id.getDimension())];
  };
  using Found = std::optional<Place>;
  return TypeSwitch<Operation *, Found>(op)
      .Case<gpu::BlockIdOp>([&](auto id) { return blockOf(id); })
      .Case<gpu::ThreadIdOp>([&](auto id) { return threadOf(id); })
      .Case<gpu::BlockDimOp>([&](auto id) {
        return constant(sizes.block[unsigned(id.getDimension())]);
      })
      .Case<gpu::GridDimOp>([&](auto id) {
        return constant(sizes.grid[unsigned(id.getDimension())]);
      })
      .Case<gpu::GlobalIdOp>([&](auto id) {
        int64_t extent = sizes.block[unsigned(id.getDimension())];
        return add(with(Fn::Mul, blockOf(id), extent), threadOf(id), 64);
      })
      .Case<gpu::ClusterIdOp>(
          [&](auto id) { return with(Fn::DivU, blockOf(id), clusterOf(id)); })
      .Case<gpu::ClusterBlockIdOp>(
          [&](auto id) { return with(Fn::RemU, blockOf(id), clusterOf(id)); })
      .Case<gpu::ClusterDimOp>([&](auto id) {
        return constant(sizes.grid[unsigned(id.getDimension())] /
                        clusterOf(id));
      })
      .Case<gpu::ClusterDimBlocksOp>(
          [&](auto id) { return constant(clusterOf(id)); })
      .Case<gpu::LaneIdOp>(
          [&](auto) { return with(Fn::RemU, append(Fn::Thread, 64), 32); })
      .Case<gpu::SubgroupIdOp>(
          [&](auto) { return with(Fn::DivU, append(Fn::Thread, 64), 32); })
      .Case<gpu::NumSubgroupsOp>(
          [&](auto) { return constant((sizes.threads() + 31) / 32); })
      .Case<gpu::SubgroupSizeOp>([&](auto) { return constant(32); })
      .Default([](Operation *) { return Found(); });
}

Place PlaceColumns::add(Place a, Place b, unsigned width) {
  if (width < 64)
    return append(Fn::Add, width, columnOf(a), columnOf(b));
  unsigned zero = append(Fn::Constant, 64).column;
  int64_t offset = a.offset + b.offset;
  if (a.column == zero || b.column == zero)
    return {a.column == zero ? b.column : a.column, offset};
  auto [first, second] = std::minmax(a.column, b.column);
  return {append(Fn::Add, 64, first, second).column, offset};
}

/// What an operation on two integers does; none for others.
std::optional<PlaceColumns::Fn> PlaceColumns::fnOf(Operation *op) {
  return TypeSwitch<Operation *, std::optional<Fn>>(op)
      .Case<arith::AddIOp>([](auto) { return Fn::Add; })
      .Case<arith::SubIOp>([](auto) { return Fn::Sub; })
      .Case<arith::MulIOp>([](auto) { return Fn::Mul; })
      .Case<arith::DivUIOp>([](auto) { return Fn::DivU; })
      .Case<arith::DivSIOp>([](auto) { return Fn::DivS; })
      .Case<arith::RemUIOp>([](auto) { return Fn::RemU; })
      .Case<arith::RemSIOp>([](auto) { return Fn::RemS; })
      .Case<arith::CeilDivUIOp>([](auto) { return Fn::CeilDivU; })
      .Case<arith::CeilDivSIOp>([](auto) { return Fn::CeilDivS; })
      .Case<arith::FloorDivSIOp>([](auto) { return Fn::FloorDivS; })
      .Case<arith::AndIOp>([](auto) { return Fn::And; })
      .Case<arith::OrIOp>([](auto) { return Fn::Or; })
      .Case<arith::XOrIOp>([](auto) { return Fn::XOr; })
      .Case<arith::ShLIOp>([](auto) { return Fn::ShL; })
      .Case<arith::ShRUIOp>([](auto) { return Fn::ShRU; })
      .Case<arith::ShRSIOp>([](auto) { return Fn::ShRS; })
      .Case<arith::MinSIOp>([](auto) { return Fn::MinS; })
      .Case<arith::MaxSIOp>([](auto) { return Fn::MaxS; })
      .Case<arith::MinUIOp>([](auto) { return Fn::MinU; })
      .Case<arith::MaxUIOp>([](auto) { return Fn::MaxU; })
      .Case<arith::CmpIOp>([](auto) { return Fn::Compare; })
      .Case<arith::IndexCastOp, arith::ExtSIOp, arith::TruncIOp>(
          [](auto) { return Fn::Resize; })
      .Case<arith::IndexCastUIOp, arith::ExtUIOp>(
          [](auto) { return Fn::ResizeUnsigned; })
      .Case<arith::SelectOp, scf::IfOp>([](auto) { return Fn::Select; })
      .Default([](Operation *) { return std::nullopt; });
}

Place PlaceColumns::apply(Operation *op, Fn fn, ArrayRef<Place> from,
                          unsigned width) {
  unsigned source = widthOf(op->getOperand(0).getType());
  switch (fn) {
  case Fn::Add:
    return add(from[0], from[1], width);
  case Fn::Sub:
    if (width == 64)
      return difference(from[0], from[1]);
    break;
  case Fn::Compare:
    return append(fn, 1, columnOf(from[0]), columnOf(from[1]),
                  int64_t(cast<arith::CmpIOp>(op).getPredicate()), source);
  case Fn::Resize:
  case Fn::ResizeUnsigned:
    // Between index and 64 bits nothing changes.
    return source == width ? from[0]
                           : append(fn, width, columnOf(from[0]), 0, 0, source);
  case Fn::Select:
    return append(fn, width, columnOf(from[0]), columnOf(from[1]),
                  columnOf(from[2]));
  default:
    break;
  }
  return append(fn, width, columnOf(from[0]), columnOf(from[1]));
}

/// What only moves elements about.
bool PlaceColumns::moveElements(OpResult value, SmallVectorImpl<Place> &out) {
  Operation *op = value.getOwner();
  SmallVector<ArrayRef<Place>> from;
  for (Value operand : op->getOperands()) {
    auto places = placesOf(operand);
    if (!places)
      return false;
    from.push_back(*places);
  }
  if (isa<vector::FromElementsOp>(op)) {
    for (ArrayRef<Place> element : from)
      out.append(element.begin(), element.end());
  } else if (isa<vector::ToElementsOp>(op)) {
    out.push_back(from[0][value.getResultNumber()]);
  } else if (auto shuffle = dyn_cast<vector::ShuffleOp>(op)) {
    if (shuffle.getV1VectorType().getRank() != 1)
      return false;
    for (int64_t at : shuffle.getMask()) {
      if (at < 0)
        return false;
      size_t first = from[0].size();
      out.push_back(size_t(at) < first ? from[0][size_t(at)]
                                       : from[1][size_t(at) - first]);
    }
  } else if (isa<vector::ShapeCastOp>(op)) {
    out.append(from[0].begin(), from[0].end());
  } else if (isa<vector::BroadcastOp>(op)) {
    // From one element, or from the last dimensions.
    auto source = dyn_cast<VectorType>(op->getOperand(0).getType());
    auto shape = cast<VectorType>(value.getType()).getShape();
    if (source && from[0].size() > 1 &&
        source.getShape() != shape.take_back(source.getRank()))
      return false;
    for (int64_t i = 0; i < elementsOf(value.getType()); ++i)
      out.push_back(from[0][size_t(i) % from[0].size()]);
  } else {
    return false;
  }
  return true;
}

bool PlaceColumns::computeResult(OpResult value, SmallVectorImpl<Place> &out) {
  Operation *op = value.getOwner();
  unsigned width = widthOf(value.getType());
  if (std::optional<Place> id = idOf(op)) {
    out.push_back(*id);
    return true;
  }
  if (auto literal = dyn_cast<arith::ConstantOp>(op)) {
    auto take = [&](const APInt &bits) {
      int64_t number = wrap(int64_t(bits.getZExtValue()), width);
      out.push_back(constant(number));
    };
    if (auto elements = dyn_cast<DenseIntElementsAttr>(literal.getValue()))
      llvm::for_each(elements.getValues<APInt>(), take);
    else if (auto integer = dyn_cast<IntegerAttr>(literal.getValue()))
      take(integer.getValue());
    return !out.empty();
  }
  if (isa<vector::StepOp>(op)) {
    for (int64_t i = 0; i < elementsOf(value.getType()); ++i)
      out.push_back(constant(i));
    return true;
  }
  if (isa<vector::VectorDialect>(op->getDialect()))
    return moveElements(value, out);
  std::optional<Fn> fn = fnOf(op);
  if (!fn)
    return false;
  SmallVector<Value, 3> operands(op->getOperands());
  if (auto branch = dyn_cast<scf::IfOp>(op)) {
    unsigned i = value.getResultNumber();
    operands = {branch.getCondition(), branch.thenYield().getOperand(i),
                branch.elseYield().getOperand(i)};
  }
  SmallVector<ArrayRef<Place>, 3> from;
  for (Value operand : operands) {
    auto places = placesOf(operand);
    if (!places)
      return false;
    from.push_back(*places);
  }
  for (int64_t i = 0; i < elementsOf(value.getType()); ++i) {
    SmallVector<Place, 3> at;
    // One condition may choose between whole vectors.
    for (ArrayRef<Place> places : from)
      at.push_back(places[size_t(i) % places.size()]);
    out.push_back(apply(op, *fn, at, width));
  }
  return true;
}
