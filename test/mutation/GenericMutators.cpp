//===- GenericMutators.cpp - Any change to any operation ------------------===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Edits.h"
#include "GenericChanges.h"
#include "kernel-opt/Dialect/KGPU/KGPUDialect.h"
#include "kernel-opt/Dialect/KGPU/KGPUOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Dominance.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::mutation;

static bool isTerminator(Operation *op) {
  return op->hasTrait<OpTrait::IsTerminator>();
}

/// All operations of a program but constants and terminators.
static void forEachOp(Operation *root, function_ref<void(Operation *)> visit) {
  root->walk([&](Operation *op) {
    if (op != root && !isTerminator(op) && !isa<arith::ConstantOp>(op))
      visit(op);
  });
}

//===----------------------------------------------------------------------===//
// Operations
//===----------------------------------------------------------------------===//

/// Uses of results get an operand of the same type, or zero.
static LogicalResult eraseOp(Operation *op, Random &random) {
  for (Value result : op->getResults()) {
    if (result.use_empty())
      continue;
    SmallVector<Value> candidates;
    for (Value operand : op->getOperands())
      if (operand.getType() == result.getType())
        candidates.push_back(operand);
    Value other = candidates.empty() ? makeZero(op, result.getType())
                                     : candidates[random() % candidates.size()];
    if (!other)
      return failure();
    result.replaceAllUsesWith(other);
  }
  op->erase();
  return success();
}

static void findDeletions(Operation *root, Sites &sites) {
  forEachOp(root, [&](Operation *op) {
    sites.add(op, "deleted",
              [op](Random &random) { return eraseOp(op, random); });
  });
}

static void findSyncDeletions(Operation *root, Sites &sites) {
  forEachOp(root, [&](Operation *op) {
    if (isSync(op))
      sites.always(op, "deleted", [op] { op->erase(); });
  });
}

static void findDuplicates(Operation *root, Sites &sites) {
  forEachOp(root, [&](Operation *op) {
    if (op->getNumResults() == 0 && hasEffects(op))
      sites.always(op, "done twice",
                   [op] { OpBuilder(op).insert(op->clone()); });
  });
}

static void findSwaps(Operation *root, Sites &sites) {
  forEachOp(root, [&](Operation *op) {
    if (!hasEffects(op))
      return;
    Operation *next = op->getNextNode();
    while (next && !hasEffects(next))
      next = next->getNextNode();
    if (next && !isTerminator(next))
      sites.always(op, "swapped with the next that has an effect", [=] {
        Operation *after = next->getNextNode();
        next->moveBefore(op);
        op->moveBefore(after);
      });
  });
}

static void findMoves(Operation *root, Sites &sites) {
  forEachOp(root, [&](Operation *op) {
    if (!hasEffects(op))
      return;
    sites.add(op, "moved inside of its block", [op](Random &random) {
      SmallVector<Operation *> places;
      for (Operation &other : *op->getBlock())
        if (&other != op && other.getPrevNode() != op)
          places.push_back(&other);
      if (places.empty())
        return failure();
      op->moveBefore(places[random() % places.size()]);
      return success();
    });
  });
}

static void findOtherOps(Operation *root, Sites &sites) {
  forEachOp(root, [&](Operation *op) {
    ArrayRef<StringRef> others = similarOps(op->getName().getStringRef());
    if (others.empty())
      return;
    sites.add(op, "another operation", [=](Random &random) {
      OpBuilder builder(op);
      OperationState state(op->getLoc(), others[random() % others.size()],
                           op->getOperands(), op->getResultTypes());
      Operation *other = builder.create(state);
      op->replaceAllUsesWith(other);
      op->erase();
      return success();
    });
  });
}

//===----------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------===//

static void findOperandSwaps(Operation *root, Sites &sites) {
  root->walk([&](Operation *op) {
    bool commutes = op->hasTrait<OpTrait::IsCommutative>();
    for (OpOperand &a : op->getOpOperands())
      for (OpOperand &b :
           op->getOpOperands().drop_front(a.getOperandNumber())) {
        if (a.get() == b.get() || a.get().getType() != b.get().getType() ||
            (commutes && a.getOperandNumber() < 2))
          continue;
        sites.always(op,
                     "operands " + Twine(a.getOperandNumber()) + " and " +
                         Twine(b.getOperandNumber()) + " swapped",
                     [&a, &b] {
                       Value before = a.get();
                       a.set(b.get());
                       b.set(before);
                     });
      }
  });
}

/// Values of a type that can be named at an operation.
static SmallVector<Value> visibleValues(Operation *op, Type type) {
  SmallVector<Value> values;
  auto add = [&](ValueRange some) {
    for (Value value : some)
      if (value.getType() == type)
        values.push_back(value);
  };
  for (Operation *at = op; !isa<gpu::GPUFuncOp>(at); at = at->getParentOp()) {
    add(at->getBlock()->getArguments());
    for (Operation &before : *at->getBlock()) {
      if (&before == at)
        break;
      add(before.getResults());
    }
  }
  return values;
}

static void findOtherOperands(Operation *root, Sites &sites) {
  root->walk([&](Operation *op) {
    if (op == root)
      return;
    for (OpOperand &operand : op->getOpOperands())
      sites.add(op, "operand " + Twine(operand.getOperandNumber()) + " another",
                [op, &operand](Random &random) {
                  SmallVector<Value> values =
                      visibleValues(op, operand.get().getType());
                  llvm::erase(values, operand.get());
                  if (values.empty())
                    return failure();
                  operand.set(values[random() % values.size()]);
                  return success();
                });
  });
}

static void findOffByOne(Operation *root, Sites &sites) {
  forEachOp(root, [&](Operation *op) {
    for (OpOperand &operand : op->getOpOperands())
      if (operand.get().getType().isIndex())
        for (int64_t by : {1, -1})
          sites.always(op,
                       "operand " + Twine(operand.getOperandNumber()) +
                           (by > 0 ? " plus one" : " minus one"),
                       [&operand, by] { addToOperand(operand, by); });
  });
}

//===----------------------------------------------------------------------===//
// Predicates and constants
//===----------------------------------------------------------------------===//

static void findPredicates(Operation *root, Sites &sites) {
  forEachOp(root, [&](Operation *op) {
    if (isa<arith::CmpIOp, arith::CmpFOp>(op))
      sites.add(op, "another predicate",
                [op](Random &random) { return changePredicate(op, random); });
    MutableArrayRef<OpOperand> condition = predicateOf(op);
    if (isa<scf::IfOp, arith::SelectOp, kgpu::MBarrierWaitOp>(op))
      for (OpOperand &operand : op->getOpOperands())
        if (operand.get().getType().isInteger(1)) {
          condition = MutableArrayRef<OpOperand>(&operand, 1);
          break;
        }
    if (condition.empty())
      return;
    sites.always(op, "condition negated",
                 [condition] { negateOperand(condition.front()); });
    if (!predicateOf(op).empty())
      sites.always(op, "condition dropped", [op] { dropPredicate(op); });
  });
}

static void findConstants(Operation *root, Sites &sites) {
  root->walk([&](arith::ConstantOp op) {
    sites.add(op, "another constant",
              [op](Random &random) { return changeConstant(op, random); });
  });
}

/// Every use of a constant by itself: constants are shared.
static void findConstantUses(Operation *root, Sites &sites) {
  root->walk([&](Operation *op) {
    for (OpOperand &operand : op->getOpOperands())
      if (auto constant = operand.get().getDefiningOp<arith::ConstantOp>())
        sites.add(op,
                  "constant operand " + Twine(operand.getOperandNumber()) +
                      " another",
                  [op, &operand, constant](Random &random) {
                    auto copy = cast<arith::ConstantOp>(constant->clone());
                    OpBuilder(op).insert(copy);
                    operand.set(copy);
                    return changeConstant(copy, random);
                  });
  });
}

//===----------------------------------------------------------------------===//
// Attributes and dimensions
//===----------------------------------------------------------------------===//

static void findAttributes(Operation *root, Sites &sites) {
  forEachOp(root, [&](Operation *op) {
    for (NamedAttribute attribute : op->getAttrs()) {
      StringAttr name = attribute.getName();
      if (isa<arith::CmpIOp, arith::CmpFOp>(op) ||
          name.getValue().ends_with("SegmentSizes") ||
          name.getValue().starts_with("kopt."))
        continue;
      sites.add(op, name.getValue() + " changed", [op, name](Random &random) {
        return changeAttribute(op, name, random);
      });
    }
    for (StringRef flag : flagsOf(op))
      if (!op->hasAttr(flag))
        sites.always(op, flag + " added", [op, flag] {
          op->setAttr(flag, UnitAttr::get(op->getContext()));
        });
  });
}

/// Extents of buffers and boxes, which are part of types.
static void findTypes(Operation *root, Sites &sites) {
  forEachOp(root, [&](Operation *op) {
    if (isa<kgpu::AllocSharedOp, kgpu::TensorMapOp, kgpu::MBarrierAllocOp>(op))
      sites.add(op, "another type", [op](Random &random) {
        return changeType(op->getResult(0), random);
      });
  });
}

static void findLaunch(Operation *root, Sites &sites) {
  auto program = cast<gpu::GPUFuncOp>(root);
  for (NamedAttribute attribute : program->getAttrs())
    if (auto sizes = dyn_cast<DenseI32ArrayAttr>(attribute.getValue())) {
      StringAttr name = attribute.getName();
      sites.add(root, name.getValue() + " changed",
                [root, name](Random &random) {
                  return changeAttribute(root, name, random);
                });
    }
  for (unsigned i = 0; i < program.getNumArguments(); ++i)
    sites.add(root, "access of argument " + Twine(i),
              [program, i](Random &random) mutable {
                StringRef kinds[] = {"read", "write", "readwrite", "workspace"};
                program.setArgAttr(
                    i, "kgpu.access",
                    StringAttr::get(program.getContext(), kinds[random() % 4]));
                return success();
              });
}

static constexpr Mutator mutators[] = {
    {"delete", "generic", "", false, findDeletions},
    {"drop-sync", "generic", "", false, findSyncDeletions},
    {"duplicate", "generic", "", false, findDuplicates},
    {"swap", "generic", "", false, findSwaps},
    {"move", "generic", "", false, findMoves},
    {"change-op", "generic", "", false, findOtherOps},
    {"swap-operands", "generic", "", false, findOperandSwaps},
    {"change-operand", "generic", "", false, findOtherOperands},
    {"off-by-one", "generic", "", false, findOffByOne},
    {"flip-predicate", "generic", "", false, findPredicates},
    {"change-constant", "generic", "", false, findConstants},
    {"change-constant-use", "generic", "", false, findConstantUses},
    {"change-attribute", "generic", "", false, findAttributes},
    {"change-type", "generic", "", false, findTypes},
    {"change-launch", "generic", "", false, findLaunch},
};

ArrayRef<Mutator> mutation::genericMutators() { return mutators; }
