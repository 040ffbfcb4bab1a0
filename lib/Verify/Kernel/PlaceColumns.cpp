//===- PlaceColumns.cpp - Integers of many blocks at once -------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PlaceColumns.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::verify;

enum class PlaceColumns::Fn : uint8_t {
  Constant, ///< a
  Block,    ///< row-major number
  Thread,
  Add,
  Sub,
  Mul,
  DivU,
  DivS,
  RemU,
  RemS,
  CeilDivU,
  CeilDivS,
  FloorDivS,
  And,
  Or,
  XOr,
  ShL,
  ShRU,
  ShRS,
  MinS,
  MaxS,
  MinU,
  MaxU,
  Compare, ///< predicate c
  Select,  ///< a ? b : c
  Resize,  ///< another number of bits
  ResizeUnsigned
};

/// More elements than any vector of integers needs.
static constexpr int64_t mostElements = 4096;

//===----------------------------------------------------------------------===//
// Instructions
//===----------------------------------------------------------------------===//

PlaceColumns::PlaceColumns(const LaunchSizes &sizes, const PlaceTerms &terms)
    : sizes(sizes), terms(terms) {}

Place PlaceColumns::append(Fn fn, unsigned width, int64_t a, int64_t b,
                           int64_t c, unsigned source) {
  auto [entry, isNew] =
      known.try_emplace({fn, width, source, a, b, c}, instructions.size());
  if (isNew)
    instructions.push_back({fn, uint8_t(width), uint8_t(source), a, b, c});
  return {entry->second, 0};
}

Place PlaceColumns::constant(int64_t value) {
  return {append(Fn::Constant, 64).column, value};
}

unsigned PlaceColumns::columnOf(Place place) {
  if (place.offset == 0)
    return place.column;
  Place offset = append(Fn::Constant, 64, place.offset);
  if (place.column == append(Fn::Constant, 64).column)
    return offset.column;
  return append(Fn::Add, 64, place.column, offset.column).column;
}

Place PlaceColumns::difference(Place a, Place b) {
  return {append(Fn::Sub, 64, a.column, b.column).column, a.offset - b.offset};
}

/// Signed numbers of so many bits, truth values as 0 and 1.
static int64_t wrap(int64_t value, unsigned width) {
  if (width >= 64)
    return value;
  return width == 1 ? value & 1 : llvm::SignExtend64(uint64_t(value), width);
}

static uint64_t asUnsigned(int64_t value, unsigned width) {
  return uint64_t(value) &
         (width >= 64 ? ~uint64_t(0) : llvm::maskTrailingOnes<uint64_t>(width));
}

static bool holds(arith::CmpIPredicate predicate, int64_t a, int64_t b,
                  unsigned width) {
  // Of one bit, 1 is -1.
  int64_t x = width == 1 ? -a : a, y = width == 1 ? -b : b;
  uint64_t u = asUnsigned(a, width), v = asUnsigned(b, width);
  switch (predicate) {
  case arith::CmpIPredicate::eq:
    return x == y;
  case arith::CmpIPredicate::ne:
    return x != y;
  case arith::CmpIPredicate::slt:
    return x < y;
  case arith::CmpIPredicate::sle:
    return x <= y;
  case arith::CmpIPredicate::sgt:
    return x > y;
  case arith::CmpIPredicate::sge:
    return x >= y;
  case arith::CmpIPredicate::ult:
    return u < v;
  case arith::CmpIPredicate::ule:
    return u <= v;
  case arith::CmpIPredicate::ugt:
    return u > v;
  case arith::CmpIPredicate::uge:
    return u >= v;
  }
  llvm_unreachable("all predicates are there");
}

void PlaceColumns::run(const Instruction &i, int64_t *out,
                       int64_t count) const {
  const int64_t *a = i.fn <= Fn::Thread ? nullptr : (*this)[unsigned(i.a)];
  bool unary = i.fn == Fn::Resize || i.fn == Fn::ResizeUnsigned;
  const int64_t *b = !a || unary ? a : (*this)[unsigned(i.b)];
  unsigned width = i.width;
  auto each = [&](auto compute) {
    for (int64_t n = 0; n < count; ++n)
      out[n] = wrap(compute(n), width);
  };
  auto x = [&](int64_t n) { return asUnsigned(a[n], width); };
  auto y = [&](int64_t n) { return asUnsigned(b[n], width); };
  // Where there is no quotient, any number will do: nobody may run that.
  auto hasQuotient = [&](int64_t n) { return b[n] != 0 && b[n] != -1; };
  switch (i.fn) {
  case Fn::Constant:
    return each([&](int64_t) { return i.a; });
  case Fn::Block:
    return each([&](int64_t n) { return block + n; });
  case Fn::Thread:
    return each([&](int64_t) { return thread; });
  case Fn::Add:
    return each([&](int64_t n) { return int64_t(uint64_t(a[n]) + b[n]); });
  case Fn::Sub:
    return each([&](int64_t n) { return int64_t(uint64_t(a[n]) - b[n]); });
  case Fn::Mul:
    return each([&](int64_t n) { return int64_t(uint64_t(a[n]) * b[n]); });
  case Fn::DivU:
    return each([&](int64_t n) { return y(n) ? int64_t(x(n) / y(n)) : 0; });
  case Fn::RemU:
    return each([&](int64_t n) { return y(n) ? int64_t(x(n) % y(n)) : 0; });
  case Fn::CeilDivU:
    return each([&](int64_t n) {
      return y(n) ? int64_t(x(n) / y(n) + (x(n) % y(n) != 0)) : 0;
    });
  case Fn::DivS:
    return each([&](int64_t n) { return hasQuotient(n) ? a[n] / b[n] : 0; });
  case Fn::RemS:
    return each([&](int64_t n) { return hasQuotient(n) ? a[n] % b[n] : 0; });
  case Fn::CeilDivS:
    return each([&](int64_t n) {
      return hasQuotient(n) ? llvm::divideCeilSigned(a[n], b[n]) : 0;
    });
  case Fn::FloorDivS:
    return each([&](int64_t n) {
      return hasQuotient(n) ? llvm::divideFloorSigned(a[n], b[n]) : 0;
    });
  case Fn::And:
    return each([&](int64_t n) { return a[n] & b[n]; });
  case Fn::Or:
    return each([&](int64_t n) { return a[n] | b[n]; });
  case Fn::XOr:
    return each([&](int64_t n) { return a[n] ^ b[n]; });
  case Fn::ShL:
    return each(
        [&](int64_t n) { return y(n) < width ? int64_t(x(n) << y(n)) : 0; });
  case Fn::ShRU:
    return each(
        [&](int64_t n) { return y(n) < width ? int64_t(x(n) >> y(n)) : 0; });
  case Fn::ShRS:
    return each([&](int64_t n) { return y(n) < width ? a[n] >> y(n) : 0; });
  case Fn::MinS:
    return each([&](int64_t n) { return std::min(a[n], b[n]); });
  case Fn::MaxS:
    return each([&](int64_t n) { return std::max(a[n], b[n]); });
  case Fn::MinU:
    return each([&](int64_t n) { return int64_t(std::min(x(n), y(n))); });
  case Fn::MaxU:
    return each([&](int64_t n) { return int64_t(std::max(x(n), y(n))); });
  case Fn::Compare:
    return each([&](int64_t n) {
      return int64_t(holds(arith::CmpIPredicate(i.c), a[n], b[n], i.source));
    });
  case Fn::Select:
    return each(
        [&](int64_t n) { return a[n] ? b[n] : (*this)[unsigned(i.c)][n]; });
  case Fn::Resize:
    return each([&](int64_t n) { return i.source == 1 ? -a[n] : a[n]; });
  case Fn::ResizeUnsigned:
    return each([&](int64_t n) { return int64_t(asUnsigned(a[n], i.source)); });
  }
}

void PlaceColumns::evaluate(int64_t firstBlock, int64_t count,
                            int64_t threadNumber) {
  assert(count <= most);
  block = firstBlock;
  thread = threadNumber;
  values.resize(instructions.size() * most);
  for (auto [column, instruction] : llvm::enumerate(instructions))
    run(instruction, &values[column * most], count);
}

//===----------------------------------------------------------------------===//
// From operations
//===----------------------------------------------------------------------===//

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
