//===- StoreTrace.cpp - Who writes which element ----------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// A function that runs all threads of some blocks, one after the other, with
// nothing left of them but integers. It is built of arith, scf and func alone,
// handed as text to a context of its own, and compiled there.
//
//===----------------------------------------------------------------------===//

#include "StoreTrace.h"
#include "LaunchSizes.h"
#include "StoreSlice.h"
#include "TraceJIT.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::verify;

/// More rounds of one loop than any right program makes.
static constexpr int64_t mostRounds = int64_t(1) << 40;

using Extents = LaunchSizes::Extents;

namespace {
/// Writes the function.
class TraceBuilder {
public:
  TraceBuilder(gpu::GPUFuncOp program, const StoreSlice &slice,
               const LaunchSizes &sizes)
      : program(program), slice(slice), sizes(sizes),
        builder(program.getContext()), loc(program.getLoc()) {}
  OwningOpRef<ModuleOp> build();

private:
  using Values3 = std::array<Value, 3>;
  Value constant(int64_t value) {
    return arith::ConstantIndexOp::create(builder, loc, value);
  }
  template <typename Op, typename... Args>
  Value make(Args... args) {
    return Op::create(builder, loc, args...).getResult();
  }
  void call(StringRef name, ArrayRef<Value> operands);
  Values3 split(Value number, const Extents &extents);
  Value idOf(Operation *op);
  void cloneBlock(Block &block);
  void cloneLoop(scf::ForOp loop);
  void cloneBranch(scf::IfOp branch);
  void cloneArithmetic(Operation *op);
  void emitStore(unsigned number);
  void emitBox(unsigned number);
  void emitGuarded(Value condition, function_ref<void()> body);

  gpu::GPUFuncOp program;
  const StoreSlice &slice;
  LaunchSizes sizes;
  OpBuilder builder;
  Location loc;
  IRMapping mapping;
  Values3 blockId, threadId;
  Value context, place, threadNumber;
};
} // namespace

void TraceBuilder::call(StringRef name, ArrayRef<Value> operands) {
  func::CallOp::create(builder, loc, name, TypeRange(), operands);
}

TraceBuilder::Values3 TraceBuilder::split(Value number,
                                          const Extents &extents) {
  Value x = constant(extents[0]), y = constant(extents[1]);
  Value rest = make<arith::DivUIOp>(number, x);
  return {make<arith::RemUIOp>(number, x), make<arith::RemUIOp>(rest, y),
          make<arith::DivUIOp>(rest, y)};
}

void TraceBuilder::emitGuarded(Value condition, function_ref<void()> body) {
  auto branch = scf::IfOp::create(builder, loc, condition,
                                  /*withElseRegion=*/false);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(branch.thenBlock());
  body();
}

/// Numbers and sizes of threads, blocks and clusters; null for anything else.
Value TraceBuilder::idOf(Operation *op) {
  auto number = [&](gpu::Dimension d) { return unsigned(d); };
  int64_t threads = sizes.threads();
  return TypeSwitch<Operation *, Value>(op)
      .Case<gpu::BlockIdOp>(
          [&](auto id) { return blockId[number(id.getDimension())]; })
      .Case<gpu::ThreadIdOp>(
          [&](auto id) { return threadId[number(id.getDimension())]; })
      .Case<gpu::BlockDimOp>([&](auto id) {
        return constant(sizes.block[number(id.getDimension())]);
      })
      .Case<gpu::GridDimOp>([&](auto id) {
        return constant(sizes.grid[number(id.getDimension())]);
      })
      .Case<gpu::GlobalIdOp>([&](auto id) {
        unsigned d = number(id.getDimension());
        Value first = make<arith::MulIOp>(blockId[d], constant(sizes.block[d]));
        return make<arith::AddIOp>(first, threadId[d]);
      })
      .Case<gpu::ClusterIdOp>([&](auto id) {
        unsigned d = number(id.getDimension());
        return make<arith::DivUIOp>(blockId[d], constant(sizes.cluster[d]));
      })
      .Case<gpu::ClusterBlockIdOp>([&](auto id) {
        unsigned d = number(id.getDimension());
        return make<arith::RemUIOp>(blockId[d], constant(sizes.cluster[d]));
      })
      .Case<gpu::ClusterDimOp>([&](auto id) {
        unsigned d = number(id.getDimension());
        return constant(sizes.grid[d] / sizes.cluster[d]);
      })
      .Case<gpu::ClusterDimBlocksOp>([&](auto id) {
        return constant(sizes.cluster[number(id.getDimension())]);
      })
      .Case<gpu::LaneIdOp>([&](auto) {
        return make<arith::RemUIOp>(threadNumber, constant(32));
      })
      .Case<gpu::SubgroupIdOp>([&](auto) {
        return make<arith::DivUIOp>(threadNumber, constant(32));
      })
      .Case<gpu::NumSubgroupsOp>(
          [&](auto) { return constant((threads + 31) / 32); })
      .Case<gpu::SubgroupSizeOp>([&](auto) { return constant(32); })
      .Default([](Operation *) { return Value(); });
}

/// A copy without the promises that a compiler would believe (no overflow,
/// exact quotients), with divisors that are never zero.
void TraceBuilder::cloneArithmetic(Operation *op) {
  if (Value id = idOf(op)) {
    mapping.map(op->getResult(0), id);
    return;
  }
  auto isDivision =
      isa<arith::DivUIOp, arith::DivSIOp, arith::RemUIOp, arith::RemSIOp,
          arith::CeilDivUIOp, arith::CeilDivSIOp, arith::FloorDivSIOp>(op);
  APInt divisor;
  bool harmless = isDivision &&
                  matchPattern(op->getOperand(1), m_ConstantInt(&divisor)) &&
                  !divisor.isZero() && !divisor.isAllOnes();
  Operation *copy = builder.clone(*op, mapping);
  copy->setLoc(loc);
  for (StringRef promise : {"isExact", "nonNeg"})
    copy->removeAttr(promise);
  if (auto flags = dyn_cast<arith::ArithIntegerOverflowFlagsInterface>(copy))
    copy->setAttr(flags.getIntegerOverflowAttrName(),
                  arith::IntegerOverflowFlagsAttr::get(
                      builder.getContext(), arith::IntegerOverflowFlags::none));
  copy->setDiscardableAttrs(ArrayRef<NamedAttribute>());
  if (!isDivision || harmless)
    return;
  // Division by -1 may overflow; no program of ours needs either.
  builder.setInsertionPoint(copy);
  Value by = copy->getOperand(1);
  Type type = by.getType();
  auto splat = [&](int64_t value) {
    Attribute attr = builder.getIntegerAttr(getElementTypeOrSelf(type), value);
    if (auto vector = dyn_cast<VectorType>(type))
      attr = DenseElementsAttr::get(vector, attr);
    return make<arith::ConstantOp>(cast<TypedAttr>(attr));
  };
  Value zero = make<arith::CmpIOp>(arith::CmpIPredicate::eq, by, splat(0));
  Value minus = make<arith::CmpIOp>(arith::CmpIPredicate::eq, by, splat(-1));
  Value bad = make<arith::OrIOp>(zero, minus);
  copy->setOperand(1, make<arith::SelectOp>(bad, splat(1), by));
  if (!isa<VectorType>(type))
    emitGuarded(bad, [&] { call("division", {context, place}); });
  builder.setInsertionPointAfter(copy);
}

void TraceBuilder::cloneLoop(scf::ForOp loop) {
  SmallVector<Value> inits;
  for (auto [argument, init] :
       llvm::zip_equal(loop.getRegionIterArgs(), loop.getInitArgs()))
    if (slice.needs(argument))
      inits.push_back(mapping.lookup(init));
  Value lower = mapping.lookup(loop.getLowerBound());
  Value upper = mapping.lookup(loop.getUpperBound());
  Value step = mapping.lookup(loop.getStep());
  Type type = lower.getType();
  auto number = [&](int64_t value) {
    return make<arith::ConstantOp>(
        cast<TypedAttr>(builder.getIntegerAttr(type, value)));
  };
  // Loops that do not come to an end must not be run.
  Value still = make<arith::CmpIOp>(arith::CmpIPredicate::sle, step, number(0));
  if (type.isIndex() || type.getIntOrFloatBitWidth() == 64) {
    Value span = make<arith::SubIOp>(upper, lower);
    Value rounds = make<arith::CmpIOp>(arith::CmpIPredicate::sgt, span,
                                       number(mostRounds));
    still = make<arith::OrIOp>(still, rounds);
  }
  Value runs = make<arith::CmpIOp>(arith::CmpIPredicate::slt, lower, upper);
  Value endless = make<arith::AndIOp>(still, runs);
  emitGuarded(endless, [&] { call("endless", {context, place}); });
  upper = make<arith::SelectOp>(endless, lower, upper);
  step = make<arith::SelectOp>(still, number(1), step);
  auto copy = scf::ForOp::create(builder, loc, lower, upper, step, inits);
  OpBuilder::InsertionGuard guard(builder);
  Block *body = copy.getBody();
  if (!body->empty() && body->back().hasTrait<OpTrait::IsTerminator>())
    body->back().erase();
  builder.setInsertionPointToStart(body);
  mapping.map(loop.getInductionVar(), copy.getInductionVar());
  unsigned next = 0;
  for (auto [i, argument] : llvm::enumerate(loop.getRegionIterArgs()))
    if (slice.needs(argument)) {
      mapping.map(argument, copy.getRegionIterArgs()[next]);
      mapping.map(loop.getResult(i), copy.getResult(next++));
    }
  cloneBlock(*loop.getBody());
  SmallVector<Value> yielded;
  for (auto [argument, value] :
       llvm::zip_equal(loop.getRegionIterArgs(), loop.getYieldedValues()))
    if (slice.needs(argument))
      yielded.push_back(mapping.lookup(value));
  scf::YieldOp::create(builder, loc, yielded);
}

void TraceBuilder::cloneBranch(scf::IfOp branch) {
  SmallVector<Type> types;
  for (Value result : branch.getResults())
    if (slice.needs(result))
      types.push_back(result.getType());
  bool hasElse = !branch.getElseRegion().empty();
  auto copy = scf::IfOp::create(builder, loc, types,
                                mapping.lookup(branch.getCondition()), hasElse);
  auto side = [&](Block *from, Block *to) {
    OpBuilder::InsertionGuard guard(builder);
    if (!to->empty() && to->back().hasTrait<OpTrait::IsTerminator>())
      to->back().erase();
    builder.setInsertionPointToStart(to);
    cloneBlock(*from);
    SmallVector<Value> yielded;
    for (auto [result, value] : llvm::zip_equal(
             branch.getResults(), from->getTerminator()->getOperands()))
      if (slice.needs(result))
        yielded.push_back(mapping.lookup(value));
    scf::YieldOp::create(builder, loc, yielded);
  };
  side(branch.thenBlock(), copy.thenBlock());
  if (hasElse)
    side(branch.elseBlock(), copy.elseBlock());
  unsigned next = 0;
  for (Value result : branch.getResults())
    if (slice.needs(result))
      mapping.map(result, copy.getResult(next++));
}

/// Elements along the last dimension, by the row-major number of the first.
void TraceBuilder::emitStore(unsigned number) {
  const StoreSite &site = slice.sites[number];
  size_t rank = site.shape.size();
  Value count = constant(rank ? site.box.back() : 1);
  if (site.access.valid) {
    Value valid = mapping.lookup(site.access.valid);
    count = make<arith::MinSIOp>(count, valid);
    count = make<arith::MaxSIOp>(count, constant(0));
  }
  Value predicate = site.access.predicate
                        ? mapping.lookup(site.access.predicate)
                        : make<arith::ConstantIntOp>(true, 1);
  if (site.access.valid)
    predicate = make<arith::AndIOp>(
        predicate,
        make<arith::CmpIOp>(arith::CmpIPredicate::sgt, count, constant(0)));
  emitGuarded(predicate, [&] {
    Value linear = constant(0), inside = make<arith::ConstantIntOp>(true, 1);
    for (size_t d = 0; d < rank; ++d) {
      Value index = mapping.lookup(site.access.indices[d]);
      Value extent = constant(site.shape[d]);
      Value below =
          make<arith::CmpIOp>(arith::CmpIPredicate::ult, index, extent);
      inside = make<arith::AndIOp>(inside, below);
      linear = make<arith::MulIOp>(linear, extent);
      linear = make<arith::AddIOp>(linear, index);
      if (d + 1 < rank)
        continue;
      Value room = make<arith::SubIOp>(extent, index);
      Value fits = make<arith::CmpIOp>(arith::CmpIPredicate::sle, count, room);
      inside = make<arith::AndIOp>(inside, fits);
    }
    linear = make<arith::SelectOp>(inside, linear, constant(-1));
    call("store", {context, constant(number), linear, count, place});
  });
}

void TraceBuilder::emitBox(unsigned number) {
  const StoreSite &site = slice.sites[number];
  auto emit = [&] {
    SmallVector<Value> operands = {context, constant(number), place};
    for (Value index : site.access.indices)
      operands.push_back(mapping.lookup(index));
    while (operands.size() < 3 + maxBoxRank)
      operands.push_back(constant(0));
    call("box", operands);
  };
  if (site.access.predicate)
    emitGuarded(mapping.lookup(site.access.predicate), emit);
  else
    emit();
}

void TraceBuilder::cloneBlock(Block &block) {
  for (Operation &op : block.without_terminator()) {
    if (!slice.contains(&op))
      continue;
    if (auto loop = dyn_cast<scf::ForOp>(op))
      cloneLoop(loop);
    else if (auto branch = dyn_cast<scf::IfOp>(op))
      cloneBranch(branch);
    else if (std::optional<unsigned> site = slice.siteOf(&op))
      slice.sites[*site].access.clipped ? emitBox(*site) : emitStore(*site);
    else
      cloneArithmetic(&op);
  }
}

OwningOpRef<ModuleOp> TraceBuilder::build() {
  OwningOpRef<ModuleOp> module = ModuleOp::create(loc);
  builder.setInsertionPointToEnd(module->getBody());
  Type index = builder.getIndexType();
  for (auto [name, operands] :
       {std::pair("store", 5u), std::pair("box", 3 + maxBoxRank),
        std::pair("endless", 2u), std::pair("division", 2u)})
    func::FuncOp::create(
        builder, loc, name,
        builder.getFunctionType(SmallVector<Type>(operands, index), {}))
        .setPrivate();
  auto function =
      func::FuncOp::create(builder, loc, "trace",
                           builder.getFunctionType({index, index, index}, {}));
  Block *entry = function.addEntryBlock();
  builder.setInsertionPointToStart(entry);
  func::ReturnOp::create(builder, loc);
  builder.setInsertionPointToStart(entry);
  context = entry->getArgument(0);
  Value zero = constant(0), one = constant(1);
  Value threads = constant(sizes.threads());
  auto blocks = scf::ForOp::create(builder, loc, entry->getArgument(1),
                                   entry->getArgument(2), one);
  builder.setInsertionPointToStart(blocks.getBody());
  blockId = split(blocks.getInductionVar(), sizes.grid);
  Value first = make<arith::MulIOp>(blocks.getInductionVar(), threads);
  auto loop = scf::ForOp::create(builder, loc, zero, threads, one);
  builder.setInsertionPointToStart(loop.getBody());
  threadNumber = loop.getInductionVar();
  threadId = split(threadNumber, sizes.block);
  place = make<arith::AddIOp>(first, threadNumber);
  cloneBlock(program.getBody().front());
  return module;
}

//===----------------------------------------------------------------------===//
// StoreTrace
//===----------------------------------------------------------------------===//

struct StoreTrace::Impl {
  StoreSlice slice;
  LaunchSizes sizes;
  std::unique_ptr<TraceJIT> code;
};

StoreTrace::StoreTrace(std::unique_ptr<Impl> impl) : impl(std::move(impl)) {}
StoreTrace::~StoreTrace() = default;

std::unique_ptr<StoreTrace> StoreTrace::compile(gpu::GPUFuncOp program,
                                                unsigned firstOutput,
                                                std::string &obstacle) {
  auto impl = std::make_unique<Impl>();
  if (std::optional<LaunchSizes> sizes = LaunchSizes::of(program)) {
    impl->sizes = *sizes;
  } else {
    obstacle = "the sizes of grid and block are not known";
    return nullptr;
  }
  obstacle = impl->slice.compute(program, firstOutput);
  if (!obstacle.empty())
    return nullptr;
  for (const StoreSite &site : impl->slice.sites)
    if (site.access.clipped && site.shape.size() > maxBoxRank) {
      obstacle = "a box of more than five dimensions";
      return nullptr;
    }
  OwningOpRef<ModuleOp> module =
      TraceBuilder(program, impl->slice, impl->sizes).build();
  impl->code = TraceJIT::compile(*module, obstacle);
  if (!impl->code)
    return nullptr;
  return std::unique_ptr<StoreTrace>(new StoreTrace(std::move(impl)));
}

ArrayRef<StoreSite> StoreTrace::sites() const { return impl->slice.sites; }
int64_t StoreTrace::blocks() const { return impl->sizes.blocks(); }
int64_t StoreTrace::threadsPerBlock() const { return impl->sizes.threads(); }
void StoreTrace::run(int64_t begin, int64_t end, StoreVisitor &visitor) const {
  TraceJIT::Context context = {&visitor, impl->slice.sites.data()};
  impl->code->run(context, begin, end);
}
