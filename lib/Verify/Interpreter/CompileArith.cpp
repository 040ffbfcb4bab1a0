//===- CompileArith.cpp - Bytecode of arith and math ----------------------===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Compiler.h"
#include "kernel-opt/Dialect/KGPU/KGPUAttrs.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSwitch.h"

using namespace kernel_opt;
using namespace kernel_opt::verify;
using namespace kernel_opt::verify::exec;

static std::optional<IntFn> integerFunction(StringRef name) {
  return StringSwitch<std::optional<IntFn>>(name)
      .Case("arith.addi", IntFn::Add)
      .Case("arith.subi", IntFn::Sub)
      .Case("arith.muli", IntFn::Mul)
      .Case("arith.andi", IntFn::And)
      .Case("arith.ori", IntFn::Or)
      .Case("arith.xori", IntFn::Xor)
      .Case("arith.minsi", IntFn::MinS)
      .Case("arith.minui", IntFn::MinU)
      .Case("arith.maxsi", IntFn::MaxS)
      .Case("arith.maxui", IntFn::MaxU)
      .Case("arith.divsi", IntFn::DivS)
      .Case("arith.divui", IntFn::DivU)
      .Case("arith.remsi", IntFn::RemS)
      .Case("arith.remui", IntFn::RemU)
      .Case("arith.ceildivsi", IntFn::CeilDivS)
      .Case("arith.ceildivui", IntFn::CeilDivU)
      .Case("arith.floordivsi", IntFn::FloorDivS)
      .Case("arith.shli", IntFn::Shl)
      .Case("arith.shrsi", IntFn::ShrS)
      .Case("arith.shrui", IntFn::ShrU)
      .Default(std::nullopt);
}

static std::optional<BinaryFn> floatFunction(StringRef name) {
  return StringSwitch<std::optional<BinaryFn>>(name)
      .Case("arith.addf", BinaryFn::Add)
      .Case("arith.subf", BinaryFn::Sub)
      .Case("arith.mulf", BinaryFn::Mul)
      .Case("arith.divf", BinaryFn::Div)
      .Case("arith.remf", BinaryFn::Rem)
      .Case("arith.maximumf", BinaryFn::Maximum)
      .Case("arith.minimumf", BinaryFn::Minimum)
      .Case("arith.maxnumf", BinaryFn::MaxNum)
      .Case("arith.minnumf", BinaryFn::MinNum)
      .Case("math.powf", BinaryFn::Pow)
      .Case("math.atan2", BinaryFn::Atan2)
      .Case("math.copysign", BinaryFn::CopySign)
      .Default(std::nullopt);
}

static std::optional<UnaryFn> unaryFunction(StringRef name) {
  return StringSwitch<std::optional<UnaryFn>>(name)
      .Case("arith.negf", UnaryFn::Neg)
      .Case("math.absf", UnaryFn::Abs)
      .Case("math.exp", UnaryFn::Exp)
      .Case("math.exp2", UnaryFn::Exp2)
      .Case("math.expm1", UnaryFn::Expm1)
      .Case("math.log", UnaryFn::Log)
      .Case("math.log2", UnaryFn::Log2)
      .Case("math.log1p", UnaryFn::Log1p)
      .Case("math.log10", UnaryFn::Log10)
      .Case("math.sqrt", UnaryFn::Sqrt)
      .Case("math.rsqrt", UnaryFn::Rsqrt)
      .Case("math.cbrt", UnaryFn::Cbrt)
      .Case("math.sin", UnaryFn::Sin)
      .Case("math.cos", UnaryFn::Cos)
      .Case("math.tan", UnaryFn::Tan)
      .Case("math.tanh", UnaryFn::Tanh)
      .Case("math.sinh", UnaryFn::Sinh)
      .Case("math.cosh", UnaryFn::Cosh)
      .Case("math.asin", UnaryFn::Asin)
      .Case("math.acos", UnaryFn::Acos)
      .Case("math.atan", UnaryFn::Atan)
      .Case("math.erf", UnaryFn::Erf)
      .Case("math.erfc", UnaryFn::Erfc)
      .Case("math.floor", UnaryFn::Floor)
      .Case("math.ceil", UnaryFn::Ceil)
      .Case("math.round", UnaryFn::Round)
      .Case("math.roundeven", UnaryFn::RoundEven)
      .Case("math.trunc", UnaryFn::Trunc)
      .Default(std::nullopt);
}

static FloatKind kindOf(Type type) {
  return *getFloatKind(mlir::getElementTypeOrSelf(type));
}
static int64_t maskOfWidth(unsigned width) {
  return width >= 64 ? -1 : int64_t((uint64_t(1) << width) - 1);
}

void Compiler::emitBinary(Operation *op, IntFn fn) {
  Reg a = reg(op->getOperand(0)), b = reg(op->getOperand(1));
  unsigned width = integerWidth(op->getResult(0).getType());
  Slot result = define(op->getResult(0));
  Inst &i = emit(integerBinary(fn), op);
  i.d = result.reg;
  i.a = a;
  i.b = b;
  i.length = result.length;
  i.fn = uint8_t(fn);
  i.imm = maskOfWidth(width);
  i.wrap = wrapOfWidth(width);
}

static IntPredicate integerPredicate(arith::CmpIPredicate predicate) {
  switch (predicate) {
  case arith::CmpIPredicate::eq:
    return IntPredicate::EQ;
  case arith::CmpIPredicate::ne:
    return IntPredicate::NE;
  case arith::CmpIPredicate::slt:
    return IntPredicate::SLT;
  case arith::CmpIPredicate::sle:
    return IntPredicate::SLE;
  case arith::CmpIPredicate::sgt:
    return IntPredicate::SGT;
  case arith::CmpIPredicate::sge:
    return IntPredicate::SGE;
  case arith::CmpIPredicate::ult:
    return IntPredicate::ULT;
  case arith::CmpIPredicate::ule:
    return IntPredicate::ULE;
  case arith::CmpIPredicate::ugt:
    return IntPredicate::UGT;
  case arith::CmpIPredicate::uge:
    return IntPredicate::UGE;
  }
  llvm_unreachable("all predicates are listed");
}

/// i1 is stored as 0 or 1, but its 1 is minus one when signed.
static IntPredicate forBooleans(IntPredicate predicate) {
  switch (predicate) {
  case IntPredicate::SLT:
    return IntPredicate::UGT;
  case IntPredicate::SLE:
    return IntPredicate::UGE;
  case IntPredicate::SGT:
    return IntPredicate::ULT;
  case IntPredicate::SGE:
    return IntPredicate::ULE;
  default:
    return predicate;
  }
}

LogicalResult Compiler::compileArith(Operation *op) {
  if (std::optional<IntFn> fn = integerFunction(op->getName().getStringRef())) {
    emitBinary(op, *fn);
    return success();
  }
  if (op->getNumResults() != 1)
    return unsupported(op);
  Type type = op->getResult(0).getType();
  SmallVector<Reg, 3> operands;
  for (Value operand : op->getOperands())
    operands.push_back(reg(operand));
  auto make = [&](Handler run) -> Inst & {
    Slot result = define(op->getResult(0));
    Inst &i = emit(run, op);
    i.d = result.reg;
    i.length = result.length;
    i.a = operands[0];
    if (operands.size() > 1)
      i.b = operands[1];
    if (operands.size() > 2)
      i.c = operands[2];
    if (!isFloatColumns(type))
      i.wrap = wrapOfWidth(integerWidth(type));
    return i;
  };
  if (auto compare = dyn_cast<arith::CmpIOp>(op)) {
    IntPredicate predicate = integerPredicate(compare.getPredicate());
    if (integerWidth(compare.getLhs().getType()) == 1)
      predicate = forBooleans(predicate);
    make(integerCompare(predicate));
    return success();
  }
  if (isa<arith::SelectOp>(op)) {
    bool scalar = !isa<VectorType>(op->getOperand(0).getType());
    make(isFloatColumns(type) ? selectFloat : selectInteger).flag = scalar;
    return success();
  }
  if (isa<arith::ExtSIOp>(op)) {
    if (integerWidth(op->getOperand(0).getType()) == 1)
      make(integerNegate);
    else
      make(integerMask).imm = -1;
    return success();
  }
  if (isa<arith::IndexCastOp, arith::TruncIOp>(op)) {
    // A cast of i1 to index extends its sign.
    if (isa<arith::IndexCastOp>(op) &&
        integerWidth(op->getOperand(0).getType()) == 1)
      make(integerNegate);
    else
      make(integerMask).imm = -1;
    return success();
  }
  if (isa<arith::ExtUIOp, arith::IndexCastUIOp>(op)) {
    make(integerMask).imm =
        maskOfWidth(integerWidth(op->getOperand(0).getType()));
    return success();
  }
  return compileFloatArith(op);
}

LogicalResult Compiler::compileFloatArith(Operation *op) {
  StringRef name = op->getName().getStringRef();
  Type type = op->getResult(0).getType(), from = op->getOperand(0).getType();
  SmallVector<Reg, 3> operands;
  for (Value operand : op->getOperands())
    operands.push_back(reg(operand));
  auto make = [&](Handler run) -> Inst & {
    Slot result = define(op->getResult(0));
    Inst &i = emit(run, op);
    i.d = result.reg;
    i.length = result.length;
    i.a = operands[0];
    if (operands.size() > 1)
      i.b = operands[1];
    if (operands.size() > 2)
      i.c = operands[2];
    if (isFloatColumns(from))
      i.kind = kindOf(from);
    if (isFloatColumns(type))
      i.kind2 = kindOf(type);
    else
      i.wrap = wrapOfWidth(integerWidth(type));
    return i;
  };
  if (std::optional<BinaryFn> fn = floatFunction(name)) {
    make(floatBinary).fn = uint8_t(*fn);
    return success();
  }
  if (std::optional<UnaryFn> fn = unaryFunction(name)) {
    Inst &i = make(floatUnary);
    i.fn = uint8_t(*fn);
    i.flag = op->hasAttr(kgpu::kFlushAttrName);
    return success();
  }
  if (auto compare = dyn_cast<arith::CmpFOp>(op)) {
    make(floatCompare).fn = uint8_t(compare.getPredicate());
    return success();
  }
  if (isa<arith::ExtFOp, arith::TruncFOp>(op)) {
    make(floatConvert);
    return success();
  }
  if (isa<arith::SIToFPOp, arith::UIToFPOp>(op)) {
    Inst &i = make(floatFromInteger);
    i.flag = isa<arith::SIToFPOp>(op);
    unsigned width = integerWidth(from);
    if (i.flag && width == 1)
      return unsupported(op, "a signed i1");
    i.imm = i.flag ? -1 : maskOfWidth(width);
    i.kind = kindOf(type);
    return success();
  }
  if (isa<arith::FPToSIOp, arith::FPToUIOp>(op)) {
    make(floatToInteger).flag = isa<arith::FPToSIOp>(op);
    return success();
  }
  if (isa<arith::BitcastOp>(op)) {
    Inst &i = make(floatBitcast);
    i.imm = isFloatColumns(from)
                ? mlir::getElementTypeOrSelf(from).getIntOrFloatBitWidth()
                : integerWidth(from);
    i.aux = uint32_t(i.imm);
    i.fn = uint8_t(isFloatColumns(from)) | uint8_t(isFloatColumns(type)) << 1;
    return success();
  }
  return unsupported(op);
}

LogicalResult Compiler::compileMath(Operation *op) {
  if (op->getNumResults() != 1)
    return unsupported(op);
  if (isa<math::FmaOp>(op)) {
    Reg a = reg(op->getOperand(0)), b = reg(op->getOperand(1)),
        c = reg(op->getOperand(2));
    Slot result = define(op->getResult(0));
    Inst &i = emit(floatFma, op);
    i.d = result.reg;
    i.length = result.length;
    i.a = a;
    i.b = b;
    i.c = c;
    i.kind = kindOf(op->getResult(0).getType());
    return success();
  }
  int unary = StringSwitch<int>(op->getName().getStringRef())
                  .Case("math.absi", 0)
                  .Case("math.ctlz", 1)
                  .Case("math.cttz", 2)
                  .Case("math.ctpop", 3)
                  .Default(-1);
  if (unary < 0)
    return compileFloatArith(op);
  Reg a = reg(op->getOperand(0));
  Slot result = define(op->getResult(0));
  Inst &i = emit(integerUnary, op);
  i.d = result.reg;
  i.length = result.length;
  i.a = a;
  i.fn = uint8_t(unary);
  i.imm = integerWidth(op->getResult(0).getType());
  i.wrap = wrapOfWidth(unsigned(i.imm));
  return success();
}
