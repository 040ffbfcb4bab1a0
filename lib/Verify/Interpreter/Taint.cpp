//===- Taint.cpp - What depends on the contents of tensors ----------------===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Forward data flow over SSA: what is loaded, what is computed from it, and
// what a region yields under a condition that depends on it. Values that only
// flow into arithmetic are harmless; branches, predicates and addresses are
// noted by the compiler.
//
//===----------------------------------------------------------------------===//

#include "Compiler.h"
#include "kernel-opt/Dialect/KGPU/KGPUOps.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace kernel_opt;
using namespace kernel_opt::verify;

/// Results hold what memory holds.
static bool readsMemory(Operation *op) {
  return isa<kgpu::LoadOp, kgpu::LoadMatrixOp, kgpu::WaitOp, kgpu::WgmmaOp,
             memref::LoadOp, memref::AtomicRMWOp, vector::LoadOp,
             vector::TransferReadOp>(op);
}

namespace {
struct Taint {
  DenseSet<Value> &values;
  bool changed = false;

  bool any(ValueRange range) const {
    return llvm::any_of(range, [&](Value v) { return values.contains(v); });
  }
  void add(Value value) { changed |= values.insert(value).second; }
  void flow(ValueRange from, ValueRange to) {
    for (auto [source, target] : llvm::zip(from, to))
      if (values.contains(source))
        add(target);
  }
  void addAll(ValueRange range) {
    for (Value value : range)
      add(value);
  }

  void visit(Operation *op) {
    if (auto loop = dyn_cast<scf::ForOp>(op)) {
      flow(loop.getInitArgs(), loop.getRegionIterArgs());
      flow(loop.getYieldedValues(), loop.getRegionIterArgs());
      flow(loop.getRegionIterArgs(), loop.getResults());
      if (any({loop.getLowerBound(), loop.getUpperBound(), loop.getStep()})) {
        add(loop.getInductionVar());
        addAll(loop.getResults());
      }
      return;
    }
    if (auto loop = dyn_cast<scf::WhileOp>(op)) {
      flow(loop.getInits(), loop.getBeforeArguments());
      flow(loop.getYieldOp().getOperands(), loop.getBeforeArguments());
      auto condition = loop.getConditionOp();
      flow(condition.getArgs(), loop.getAfterArguments());
      flow(condition.getArgs(), loop.getResults());
      if (any(condition.getCondition()))
        addAll(loop.getResults());
      return;
    }
    if (auto branch = dyn_cast<scf::IfOp>(op)) {
      if (branch.getNumResults() == 0)
        return;
      flow(branch.thenYield().getOperands(), branch.getResults());
      flow(branch.elseYield().getOperands(), branch.getResults());
      if (any(branch.getCondition()))
        addAll(branch.getResults());
      return;
    }
    if (readsMemory(op) || any(op->getOperands()))
      addAll(op->getResults());
  }
};
} // namespace

void Compiler::computeTaint(gpu::GPUFuncOp kernel) {
  Taint taint{taintedValues};
  do {
    taint.changed = false;
    kernel.walk([&](Operation *op) { taint.visit(op); });
  } while (taint.changed);
}
