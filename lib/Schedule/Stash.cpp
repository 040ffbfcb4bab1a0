//===- Stash.cpp - Tiles that wait in shared memory -------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A multiprocessor has as much shared memory as registers. A row whose parts
// are held in both leaves room for a second one, so that one row's blocks can
// wait for each other while those of the other move data. Nobody else reads a
// thread's places, so no barrier is needed for them, and the copies pass by no
// register.
//
// Barriers cut the program's one block of straight-line code into phases. What
// is computed element by element from a stashed access (exponentials, say)
// would live in registers across a barrier; instead it is computed again where
// a later phase needs it. What is smaller than the accesses that it comes from
// (a sum) stays as it is.
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Schedule/Stash.h"
#include "kernel-opt/Dialect/KGPU/KGPUDialect.h"
#include "kernel-opt/Dialect/KGPU/KGPUOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Dominance.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Transforms/RegionUtils.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::schedule;

static int64_t elementsOf(Type type) {
  auto vector = dyn_cast<VectorType>(type);
  return vector ? vector.getNumElements() : 1;
}

namespace {
class Stasher {
public:
  explicit Stasher(gpu::GPUFuncOp func)
      : func(func), body(func.getBody().front()) {}
  LogicalResult run(int64_t vectors);

private:
  bool isAsynchronous(kgpu::LoadOp load);
  LogicalResult findPhases();
  void findDerived(ArrayRef<kgpu::LoadOp> loads);
  bool crosses(kgpu::LoadOp load);
  LogicalResult copyAhead(Operation *first);
  /// A stashed access, as read in the phase of `user`.
  Value reload(Operation *user, unsigned place, Type type);
  /// `value`, as computed in the phase of `user`.
  Value inPhaseOf(Operation *user, Value value);
  /// The operation of the function's one block that holds `op`.
  Operation *outer(Operation *op) { return body.findAncestorOpInBlock(*op); }

  gpu::GPUFuncOp func;
  Block &body;
  DenseMap<Operation *, unsigned> phases;
  /// Of each value that follows element by element from accesses: how many
  /// elements of them.
  DenseMap<Value, int64_t> derived;
  SmallVector<kgpu::LoadOp> stashed;
  DenseMap<Value, unsigned> places; ///< of stashed accesses, in the buffer
  DenseMap<std::pair<unsigned, unsigned>, Value> reloaded; ///< place, phase
  DenseMap<std::pair<Value, unsigned>, Value> known;
  Value buffer, thread;
};
} // namespace

bool Stasher::isAsynchronous(kgpu::LoadOp load) {
  if (load.getValid() ||
      kgpu::declaredAccess(load.getMemref()) != kgpu::kAccessRead)
    return false;
  Type element = getElementTypeOrSelf(load.getResult().getType());
  int64_t bytes = elementsOf(load.getResult().getType()) *
                  element.getIntOrFloatBitWidth() / 8;
  if (bytes != 4 && bytes != 8 && bytes != 16)
    return false;
  // A copy that does not take place leaves zeros.
  if (!load.getPredicate())
    return true;
  auto padding = dyn_cast_or_null<FloatAttr>(load.getPaddingAttr());
  return padding && padding.getValue().isPosZero();
}

LogicalResult Stasher::findPhases() {
  unsigned phase = 0;
  for (Operation &op : body) {
    bool inside = false;
    op.walk([&](Operation *inner) {
      if (isa<gpu::BarrierOp, kgpu::ClusterBarrierOp, kgpu::NamedBarrierOp>(
              inner))
        inside |= inner != &op;
    });
    if (inside)
      return op.emitError("barriers inside of loops and branches");
    if (isa<gpu::BarrierOp, kgpu::ClusterBarrierOp, kgpu::NamedBarrierOp>(op))
      ++phase;
    phases[&op] = phase;
  }
  return success();
}

/// Whether each result element comes from few elements of the operands, so that
/// computing it again is cheap.
static bool isElementwise(Operation *op) {
  return OpTrait::hasElementwiseMappableTraits(op) ||
         isa<vector::FromElementsOp, vector::ToElementsOp, vector::ShuffleOp>(
             op);
}

void Stasher::findDerived(ArrayRef<kgpu::LoadOp> loads) {
  derived.clear();
  for (kgpu::LoadOp load : loads)
    derived[load.getResult()] = elementsOf(load.getResult().getType());
  for (Operation &op : body) {
    if (!isElementwise(&op) || !isPure(&op))
      continue;
    // One vector's elements, handed around, count once.
    SmallPtrSet<Operation *, 4> counted;
    int64_t from = 0, made = 0;
    for (Value operand : op.getOperands()) {
      auto found = derived.find(operand);
      if (found == derived.end())
        continue;
      bool single = isa<vector::FromElementsOp>(op);
      if (single)
        ++from;
      else if (counted.insert(operand.getDefiningOp()).second)
        from += found->second;
    }
    for (Value result : op.getResults())
      made += elementsOf(result.getType());
    if (!from || made < from)
      continue;
    for (Value result : op.getResults())
      derived[result] = op.getNumResults() == 1 ? made : 1;
  }
}

bool Stasher::crosses(kgpu::LoadOp load) {
  findDerived(load);
  for (auto [value, elements] : derived)
    for (Operation *user : value.getUsers())
      if (phases.lookup(outer(user)) > phases.lookup(value.getDefiningOp()))
        return true;
  return false;
}

LogicalResult Stasher::copyAhead(Operation *first) {
  auto type = cast<VectorType>(stashed.front().getResult().getType());
  OpBuilder builder(func.getContext());
  builder.setInsertionPointToStart(&body);
  Location loc = func.getLoc();
  int64_t threads = llvm::product_of(*func.getKnownBlockSize());
  thread = gpu::ThreadIdOp::create(builder, loc, gpu::Dimension::x);
  int64_t count = type.getNumElements();
  auto space = cast<MemRefType>(
      MemRefType::get({int64_t(stashed.size()), threads, count},
                      type.getElementType(), MemRefLayoutAttrInterface(),
                      kgpu::SharedAttr::get(func.getContext(), 0)));
  buffer = kgpu::AllocSharedOp::create(builder, loc, space);
  IRRewriter rewriter(func.getContext());
  for (auto [i, load] : llvm::enumerate(stashed)) {
    DominanceInfo dominance(func);
    if (load != first &&
        failed(moveOperationDependencies(rewriter, load, first, dominance)))
      return load.emitError("depends on what is read before");
    builder.setInsertionPoint(first);
    auto index = [&](int64_t value) -> Value {
      return arith::ConstantIndexOp::create(builder, loc, value);
    };
    kgpu::AsyncCopyOp::create(
        builder, load.getLoc(), load.getMemref(), load.getIndices(), buffer,
        ValueRange{index(i), thread, index(0)}, load.getPredicate(), count);
    places[load.getResult()] = i;
  }
  kgpu::AsyncCommitOp::create(builder, loc);
  return success();
}

Value Stasher::reload(Operation *user, unsigned place, Type type) {
  unsigned phase = phases.lookup(user);
  Value &here = reloaded[{place, phase}];
  if (here)
    return here;
  OpBuilder builder(user);
  Location loc = user->getLoc();
  auto index = [&](int64_t value) -> Value {
    return arith::ConstantIndexOp::create(builder, loc, value);
  };
  here = kgpu::LoadOp::create(
      builder, loc, type, buffer, ValueRange{index(place), thread, index(0)},
      Value(), Value(), TypedAttr(), IntegerAttr(), kgpu::CacheHint::Default);
  // Whoever is computed anew from an operation that reads it here reads it
  // there.
  phases[here.getDefiningOp()] = phase;
  places[here] = place;
  derived[here] = elementsOf(type);
  return here;
}

Value Stasher::inPhaseOf(Operation *user, Value value) {
  if (!derived.contains(value))
    return value;
  if (auto place = places.find(value); place != places.end())
    return reload(user, place->second, value.getType());
  Operation *made = value.getDefiningOp();
  unsigned phase = phases.lookup(user);
  if (phases.lookup(made) == phase)
    return value;
  if (Value here = known.lookup({value, phase}))
    return here;
  IRMapping mapping;
  for (Value operand : made->getOperands())
    mapping.map(operand, inPhaseOf(user, operand));
  Operation *copy = OpBuilder(user).clone(*made, mapping);
  phases[copy] = phase;
  for (auto [old, result] : llvm::zip(made->getResults(), copy->getResults())) {
    known[{old, phase}] = result;
    int64_t elements = derived.lookup(old);
    derived[result] = elements;
  }
  return known.lookup({value, phase});
}

LogicalResult Stasher::run(int64_t vectors) {
  if (!func.getKnownBlockSize())
    return func.emitError("the size of a block is not known yet");
  if (failed(findPhases()))
    return failure();
  Operation *first = nullptr;
  for (Operation &op : body) {
    auto load = dyn_cast<kgpu::LoadOp>(op);
    if (!load || !isAsynchronous(load) || !crosses(load))
      continue;
    if (!first)
      first = load;
    // One buffer has elements of one type, and as many an access.
    if (stashed.empty() ||
        stashed[0].getResult().getType() == load.getResult().getType())
      stashed.push_back(load);
  }
  if (stashed.empty() || !isa<VectorType>(stashed[0].getResult().getType()))
    return func.emitError("nothing that is read is needed behind a barrier");
  if (int64_t(stashed.size()) > vectors)
    stashed.erase(stashed.begin(), stashed.end() - vectors);
  findDerived(stashed);
  if (failed(copyAhead(first)))
    return failure();
  // Later phases compute anew, and nothing but the copies reads memory.
  bool waited = false;
  for (Operation &op : llvm::make_early_inc_range(body)) {
    if (!phases.contains(&op))
      continue;
    bool uses = false;
    op.walk([&](Operation *inner) {
      for (OpOperand &operand : inner->getOpOperands()) {
        Operation *made = operand.get().getDefiningOp();
        if (!made || made->getBlock() != &body)
          continue;
        uses |= places.contains(operand.get());
        if (!waited && uses) {
          OpBuilder builder(&op);
          kgpu::AsyncWaitOp::create(builder, op.getLoc(), 0);
          waited = true;
        }
        operand.set(inPhaseOf(&op, operand.get()));
      }
    });
  }
  for (kgpu::LoadOp load : stashed)
    load.erase();
  return success();
}

LogicalResult schedule::stashLoads(gpu::GPUFuncOp func, int64_t vectors) {
  return Stasher(func).run(vectors);
}
