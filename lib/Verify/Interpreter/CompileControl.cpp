//===- CompileControl.cpp - Bytecode of structured control flow -----------===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Compiler.h"
#include "kernel-opt/Dialect/KGPU/KGPUOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Matchers.h"

using namespace kernel_opt;
using namespace kernel_opt::verify;
using namespace kernel_opt::verify::exec;

/// Copies values to columns as if at once.
void Compiler::emitMoves(Operation *op, ValueRange from, ArrayRef<Slot> to) {
  std::vector<Move> list;
  auto add = [&](Reg source, Reg target, uint32_t length, bool isFloat) {
    if (source != target)
      list.push_back({source, target, length, isFloat});
  };
  for (auto [value, target] : llvm::zip(from, to)) {
    const Slot &source = slot(value);
    add(source.reg, target.reg, target.length, target.isFloat);
    if (target.tag != noReg)
      add(source.tag, target.tag, 1, false);
  }
  if (list.empty())
    return;
  // Does one write what another, later one reads?
  bool overlap = false;
  for (size_t i = 0; i < list.size(); ++i)
    for (size_t j = i + 1; j < list.size(); ++j)
      overlap |= list[i].isFloat == list[j].isFloat &&
                 !(list[j].from & constantBank) &&
                 list[i].to < list[j].from + list[j].length &&
                 list[j].from < list[i].to + list[i].length;
  uint32_t length = 0;
  for (const Move &move : list)
    length += move.length;
  program.moves.push_back(std::move(list));
  Inst &i = emit(moves, op);
  i.aux = uint32_t(program.moves.size() - 1);
  i.flag = overlap;
  i.length = length;
}

/// Fresh columns for each type; they live until given back by retireLoop.
SmallVector<Slot> Compiler::allocateSlots(mlir::TypeRange types) {
  SmallVector<Slot> result;
  for (Type type : types) {
    Slot slot;
    slot.isFloat = isFloatColumns(type);
    slot.length = columnsOf(type);
    slot.reg = allocate(slot.isFloat, slot.length);
    slot.storage = storages.size();
    storages.push_back({slot.reg, slot.length, slot.isFloat, 1});
    if (isa<kgpu::PendingType>(type))
      slot.tag = temporary(false, 1);
    result.push_back(slot);
  }
  return result;
}

void Compiler::bind(Value value, const Slot &slot) {
  slots[value] = slot;
  if (slot.storage != ~0u)
    ++storages[slot.storage].users;
}

/// Drops the hold that allocateSlots gave.
void Compiler::dropSlots(ArrayRef<Slot> held) {
  for (const Slot &slot : held)
    if (--storages[slot.storage].users == 0)
      release(storages[slot.storage]);
}

bool Compiler::areRegisters(Operation *op, mlir::TypeRange types) {
  for (Type type : types)
    if (isa<MemRefType>(type) ||
        (!isa<kgpu::PendingType>(type) &&
         !mlir::getElementTypeOrSelf(type).isIntOrIndexOrFloat())) {
      (void)unsupported(
          op, "control flow that carries " +
                  Twine(isa<MemRefType>(type) ? "memrefs" : "this type"));
      return false;
    }
  return true;
}

LogicalResult Compiler::compileIf(Operation *op) {
  auto branch = cast<scf::IfOp>(op);
  noteControl(branch.getCondition());
  if (!areRegisters(op, branch.getResultTypes()))
    return failure();
  SmallVector<Slot> results = allocateSlots(branch.getResultTypes());
  Reg condition = reg(branch.getCondition());
  uint32_t start = here();
  emit(branchIf, op).a = condition;
  Block &thenBlock = branch.getThenRegion().front();
  if (failed(compileBlock(thenBlock)))
    return failure();
  emitMoves(op, thenBlock.getTerminator()->getOperands(), results);
  for (Value value : deaths[thenBlock.getTerminator()])
    retire(value);
  if (!branch.getElseRegion().empty()) {
    uint32_t middle = here();
    emit(branchElse, op);
    program.code[start].aux = here();
    Block &elseBlock = branch.getElseRegion().front();
    if (failed(compileBlock(elseBlock)))
      return failure();
    emitMoves(op, elseBlock.getTerminator()->getOperands(), results);
    for (Value value : deaths[elseBlock.getTerminator()])
      retire(value);
    program.code[middle].aux = here();
  } else {
    program.code[start].aux = here();
  }
  emit(endIf, op);
  for (auto [value, slot] : llvm::zip(branch.getResults(), results))
    bind(value, slot);
  dropSlots(results);
  return success();
}

LogicalResult Compiler::compileFor(Operation *op) {
  auto loop = cast<scf::ForOp>(op);
  for (Value bound :
       {loop.getLowerBound(), loop.getUpperBound(), loop.getStep()})
    noteControl(bound);
  if (!areRegisters(op, loop.getResultTypes()))
    return failure();
  SmallVector<Slot> carried = allocateSlots(loop.getResultTypes());
  SmallVector<Slot> induction = allocateSlots(loop.getInductionVar().getType());
  Reg upper = reg(loop.getUpperBound()), step = reg(loop.getStep());
  emitMoves(op, loop.getInitArgs(), carried);
  emitMoves(op, loop.getLowerBound(), induction);
  emit(beginLoop, op);
  uint32_t test = here();
  Inst &head = emit(loopFor, op);
  head.a = induction[0].reg;
  head.b = upper;
  head.flag = loop.getUnsignedCmp();
  // Steps that are not plainly positive are looked at.
  APInt number;
  if (!matchPattern(loop.getStep(), mlir::m_ConstantInt(&number)) ||
      !number.isStrictlyPositive())
    head.c = step;
  bind(loop.getInductionVar(), induction[0]);
  for (auto [argument, slot] : llvm::zip(loop.getRegionIterArgs(), carried))
    bind(argument, slot);
  if (failed(compileBlock(*loop.getBody())))
    return failure();
  current = op;
  emitMoves(op, loop.getYieldedValues(), carried);
  for (Value value : deaths[loop.getBody()->getTerminator()])
    retire(value);
  Inst &next = emit(integerBinary(IntFn::Add), op);
  next.d = next.a = induction[0].reg;
  next.b = step;
  next.wrap = wrapOfWidth(integerWidth(loop.getInductionVar().getType()));
  emit(jump, op).aux = test;
  program.code[test].aux = here();
  for (auto [value, slot] : llvm::zip(loop.getResults(), carried))
    bind(value, slot);
  dropSlots(carried);
  dropSlots(induction);
  return success();
}

LogicalResult Compiler::compileWhile(Operation *op) {
  auto loop = cast<scf::WhileOp>(op);
  auto condition = loop.getConditionOp();
  noteControl(condition.getCondition());
  if (!areRegisters(op, loop.getResultTypes()) ||
      !areRegisters(op, loop.getInits().getTypes()))
    return failure();
  SmallVector<Slot> before = allocateSlots(loop.getInits().getTypes());
  SmallVector<Slot> after = allocateSlots(loop.getResultTypes());
  emitMoves(op, loop.getInits(), before);
  emit(beginLoop, op);
  uint32_t start = here();
  for (auto [argument, slot] : llvm::zip(loop.getBeforeArguments(), before))
    bind(argument, slot);
  if (failed(compileBlock(*loop.getBeforeBody())))
    return failure();
  emitMoves(op, condition.getArgs(), after);
  uint32_t test = here();
  emit(loopWhile, op).a = reg(condition.getCondition());
  for (Value value : deaths[condition])
    retire(value);
  for (auto [argument, slot] : llvm::zip(loop.getAfterArguments(), after))
    bind(argument, slot);
  if (failed(compileBlock(*loop.getAfterBody())))
    return failure();
  emitMoves(op, loop.getYieldOp().getOperands(), before);
  for (Value value : deaths[loop.getYieldOp()])
    retire(value);
  emit(jump, op).aux = start;
  program.code[test].aux = here();
  for (auto [value, slot] : llvm::zip(loop.getResults(), after))
    bind(value, slot);
  dropSlots(before);
  dropSlots(after);
  return success();
}

LogicalResult Compiler::compileSCF(Operation *op) {
  LogicalResult result = isa<scf::IfOp>(op)      ? compileIf(op)
                         : isa<scf::ForOp>(op)   ? compileFor(op)
                         : isa<scf::WhileOp>(op) ? compileWhile(op)
                                                 : unsupported(op);
  current = op;
  return result;
}
