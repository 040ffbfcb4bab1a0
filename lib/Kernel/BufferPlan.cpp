//===- BufferPlan.cpp - Where the tensors of a launch plan live -*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Kernel/BufferPlan.h"
#include "kernel-opt/Dialect/Kopt/KoptOps.h"
#include "kernel-opt/Kernel/OpClass.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/Support/MathExtras.h"

using namespace kernel_opt;
using namespace kernel_opt::kernel;

namespace {
/// Memory that is not placed yet: one empty tensor or result of a kernel, with
/// all that shows it.
struct Storage {
  uint64_t bytes = 0;
  unsigned first = 0; ///< operation that writes it
  unsigned last = 0;  ///< operation that reads it last
  SmallVector<Value> values;
  std::optional<BufferSlot> slot;
};

class Planner {
public:
  Planner(func::FuncOp function, uint64_t alignment)
      : function(function), alignment(alignment) {}

  FailureOr<BufferPlan> run();

private:
  LogicalResult visit(Operation &op, unsigned position);
  LogicalResult define(Value value, unsigned position);
  void alias(Value value, Value source) {
    unsigned number = storageOf.lookup(source);
    storageOf[value] = number;
    storages[number].values.push_back(value);
  }
  void placeResults(Operation *terminator);
  void placeWorkspace();

  func::FuncOp function;
  uint64_t alignment;
  SmallVector<Storage> storages;
  DenseMap<Value, unsigned> storageOf;
  BufferPlan plan;
};
} // namespace

LogicalResult Planner::define(Value value, unsigned position) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (!type)
    return success();
  if (!type.hasStaticShape())
    return mlir::emitError(value.getLoc())
           << "cannot plan memory for " << type
           << ": expects static shapes; give the sizes of the inputs";
  Type element = type.getElementType();
  uint64_t bits = element.isIntOrFloat() ? element.getIntOrFloatBitWidth() : 64;
  // Elements of less than a byte take one each, as everywhere in memory.
  uint64_t perElement = llvm::divideCeil(bits, 8);
  Storage storage;
  storage.bytes = uint64_t(type.getNumElements()) * perElement;
  storage.first = storage.last = position;
  storage.values.push_back(value);
  storageOf[value] = storages.size();
  storages.push_back(std::move(storage));
  return success();
}

/// Whether a value is read by nobody, but only given to launches as output.
static bool isOnlyOutput(Value value) {
  return llvm::all_of(value.getUses(), [](OpOperand &use) {
    auto launch = dyn_cast<kopt::LaunchOp>(use.getOwner());
    return launch && launch.isDpsInit(&use);
  });
}

LogicalResult Planner::visit(Operation &op, unsigned position) {
  for (Value operand : op.getOperands())
    if (auto it = storageOf.find(operand); it != storageOf.end())
      storages[it->second].last = position;
  if (op.hasTrait<mlir::OpTrait::IsTerminator>())
    return success();
  OpClass opClass = classify(&op);
  if (opClass == OpClass::View) {
    alias(op.getResult(0), op.getOperand(0));
    return success();
  }
  // What a launch's outputs hold is not read: its results may live anywhere.
  if (opClass == OpClass::Empty && isOnlyOutput(op.getResult(0)))
    return success();
  if (!isa<kopt::KernelOp, kopt::LaunchOp>(op) &&
      opClass != OpClass::Constant && opClass != OpClass::Empty &&
      opClass != OpClass::Scalar)
    return op.emitError() << "cannot plan memory around '" << op.getName()
                          << "': expects kernels, launches, views and "
                             "constants";
  for (OpResult result : op.getResults()) {
    if (failed(define(result, position)))
      return failure();
    if (opClass == OpClass::Constant) {
      Storage &storage = storages.back();
      storage.slot =
          BufferSlot{BufferSlot::Kind::Constant,
                     unsigned(plan.constants.size()), 0, storage.bytes};
      plan.constants.push_back(result);
    }
  }
  return success();
}

/// The first result that shows memory of nobody's is written there directly.
void Planner::placeResults(Operation *terminator) {
  for (auto [number, value] : llvm::enumerate(terminator->getOperands())) {
    auto it = storageOf.find(value);
    if (it == storageOf.end())
      continue;
    Storage &storage = storages[it->second];
    if (storage.slot)
      plan.copies.push_back({value, unsigned(number)});
    else
      storage.slot = BufferSlot{BufferSlot::Kind::Result, unsigned(number), 0,
                                storage.bytes};
  }
}

/// Large ones first, each at the lowest offset where nothing that lives at the
/// same time is in the way.
void Planner::placeWorkspace() {
  SmallVector<Storage *> open;
  for (Storage &storage : storages)
    if (!storage.slot)
      open.push_back(&storage);
  llvm::sort(open, [](Storage *left, Storage *right) {
    return std::pair(right->bytes, left) < std::pair(left->bytes, right);
  });
  SmallVector<Storage *> placed;
  for (Storage *storage : open) {
    SmallVector<BufferSlot> taken;
    for (Storage *other : placed)
      if (other->first <= storage->last && storage->first <= other->last)
        taken.push_back(*other->slot);
    llvm::sort(taken, [](const BufferSlot &left, const BufferSlot &right) {
      return left.offset < right.offset;
    });
    uint64_t offset = 0;
    for (const BufferSlot &slot : taken) {
      if (offset + storage->bytes <= slot.offset)
        break;
      offset =
          std::max(offset, llvm::alignTo(slot.offset + slot.bytes, alignment));
    }
    storage->slot =
        BufferSlot{BufferSlot::Kind::Workspace, 0, offset, storage->bytes};
    placed.push_back(storage);
    plan.workspaceBytes = std::max(
        plan.workspaceBytes, llvm::alignTo(offset + storage->bytes, alignment));
  }
}

FailureOr<BufferPlan> Planner::run() {
  if (!function.getBody().hasOneBlock())
    return function.emitError("cannot plan memory over several blocks");
  Block &block = function.getBody().front();
  for (mlir::BlockArgument argument : block.getArguments()) {
    size_t before = storages.size();
    if (failed(define(argument, 0)))
      return failure();
    if (storages.size() != before)
      storages.back().slot =
          BufferSlot{BufferSlot::Kind::Argument, argument.getArgNumber(), 0,
                     storages.back().bytes};
  }
  unsigned position = 0;
  for (Operation &op : block)
    if (failed(visit(op, position++)))
      return failure();
  // An empty tensor lives from the operation that writes it, not from where
  // it stands.
  for (Storage &storage : storages)
    for (Value value : storage.values)
      if (auto empty = value.getDefiningOp();
          empty && classify(empty) == OpClass::Empty) {
        unsigned first = storage.last;
        for (Operation *user : empty->getUsers())
          first = std::min<unsigned>(
              first, std::distance(block.begin(), user->getIterator()));
        storage.first = first;
      }
  placeResults(block.getTerminator());
  placeWorkspace();
  for (Storage &storage : storages)
    for (Value value : storage.values)
      plan.slots[value] = *storage.slot;
  return std::move(plan);
}

FailureOr<BufferPlan> kernel::planBuffers(func::FuncOp function,
                                          uint64_t alignment) {
  return Planner(function, alignment).run();
}
