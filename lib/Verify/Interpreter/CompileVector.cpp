//===- CompileVector.cpp - Bytecode of vector operations ------------------===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A vector is its elements in row-major order, a column each. Operations that
// only rearrange become one copy of columns, or none where the result is a run
// of columns of an operand.
//
//===----------------------------------------------------------------------===//

#include "Compiler.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace kernel_opt;
using namespace kernel_opt::verify;
using namespace kernel_opt::verify::exec;

void Compiler::emitPermutation(Operation *op, Value result,
                               Permutation sources) {
  Slot target = define(result);
  program.permutations.push_back(std::move(sources));
  Inst &i = emit(permute, op);
  i.d = target.reg;
  i.length = target.length;
  i.flag = target.isFloat;
  i.aux = uint32_t(program.permutations.size() - 1);
}

/// Row-major position of leading coordinates, in elements of the rest.
static int64_t linearize(ArrayRef<int64_t> shape, ArrayRef<int64_t> position) {
  int64_t index = 0;
  for (size_t d = 0; d < position.size(); ++d)
    index = index * shape[d] + position[d];
  for (size_t d = position.size(); d < shape.size(); ++d)
    index *= shape[d];
  return index;
}

static ArrayRef<int64_t> shapeOf(Type type) {
  auto vector = dyn_cast<VectorType>(type);
  return vector ? vector.getShape() : ArrayRef<int64_t>();
}

/// Calls `visit` with each coordinate of a shape, row-major.
static void forEachPlace(ArrayRef<int64_t> shape,
                         function_ref<void(ArrayRef<int64_t>)> visit) {
  SmallVector<int64_t> place(shape.size(), 0);
  int64_t count = 1;
  for (int64_t extent : shape)
    count *= extent;
  for (int64_t k = 0; k < count; ++k) {
    visit(place);
    for (size_t d = shape.size(); d-- > 0;) {
      if (++place[d] < shape[d])
        break;
      place[d] = 0;
    }
  }
}

static SmallVector<int64_t> integers(ArrayAttr attribute) {
  SmallVector<int64_t> values;
  for (Attribute value : attribute)
    values.push_back(cast<IntegerAttr>(value).getInt());
  return values;
}

/// Source columns of a strided slice of a vector of this shape.
static Permutation sliceColumns(Reg base, ArrayRef<int64_t> shape,
                                ArrayRef<int64_t> offsets,
                                ArrayRef<int64_t> sizes,
                                ArrayRef<int64_t> strides) {
  SmallVector<int64_t> extents(shape);
  std::copy(sizes.begin(), sizes.end(), extents.begin());
  Permutation sources;
  forEachPlace(extents, [&](ArrayRef<int64_t> place) {
    SmallVector<int64_t> at(place);
    for (size_t d = 0; d < sizes.size(); ++d)
      at[d] = offsets[d] + place[d] * strides[d];
    sources.push_back(base + Reg(linearize(shape, at)));
  });
  return sources;
}

static Permutation broadcastColumns(Reg base, ArrayRef<int64_t> from,
                                    ArrayRef<int64_t> to) {
  Permutation sources;
  size_t leading = to.size() - from.size();
  forEachPlace(to, [&](ArrayRef<int64_t> place) {
    SmallVector<int64_t> at;
    for (size_t d = 0; d < from.size(); ++d)
      at.push_back(from[d] == 1 ? 0 : place[leading + d]);
    sources.push_back(base + Reg(linearize(from, at)));
  });
  return sources;
}

static std::optional<BinaryFn> floatCombining(vector::CombiningKind kind) {
  switch (kind) {
  case vector::CombiningKind::ADD:
    return BinaryFn::Add;
  case vector::CombiningKind::MUL:
    return BinaryFn::Mul;
  case vector::CombiningKind::MAXIMUMF:
    return BinaryFn::Maximum;
  case vector::CombiningKind::MINIMUMF:
    return BinaryFn::Minimum;
  case vector::CombiningKind::MAXNUMF:
    return BinaryFn::MaxNum;
  case vector::CombiningKind::MINNUMF:
    return BinaryFn::MinNum;
  default:
    return std::nullopt;
  }
}

static std::optional<IntFn> integerCombining(vector::CombiningKind kind) {
  switch (kind) {
  case vector::CombiningKind::ADD:
    return IntFn::Add;
  case vector::CombiningKind::MUL:
    return IntFn::Mul;
  case vector::CombiningKind::MINSI:
    return IntFn::MinS;
  case vector::CombiningKind::MINUI:
    return IntFn::MinU;
  case vector::CombiningKind::MAXSI:
    return IntFn::MaxS;
  case vector::CombiningKind::MAXUI:
    return IntFn::MaxU;
  case vector::CombiningKind::AND:
    return IntFn::And;
  case vector::CombiningKind::OR:
    return IntFn::Or;
  case vector::CombiningKind::XOR:
    return IntFn::Xor;
  default:
    return std::nullopt;
  }
}

LogicalResult Compiler::compileReduction(Operation *op) {
  auto reduction = cast<vector::ReductionOp>(op);
  bool isFloat = isFloatColumns(reduction.getType());
  Reg a = reg(reduction.getVector());
  Reg b = reduction.getAcc() ? reg(reduction.getAcc()) : noReg;
  uint8_t fn;
  if (isFloat) {
    auto known = floatCombining(reduction.getKind());
    if (!known)
      return unsupported(op, "this kind of reduction");
    fn = uint8_t(*known);
  } else {
    auto known = integerCombining(reduction.getKind());
    if (!known)
      return unsupported(op, "this kind of reduction");
    fn = uint8_t(*known);
  }
  Slot result = define(reduction.getDest());
  Inst &i = emit(isFloat ? reduceFloat : reduceInteger, op);
  i.d = result.reg;
  i.a = a;
  i.b = b;
  i.fn = fn;
  i.imm = columnsOf(reduction.getVector().getType());
  if (isFloat)
    i.kind = *getFloatKind(reduction.getType());
  else
    i.wrap = wrapOfWidth(integerWidth(reduction.getType()));
  return success();
}

LogicalResult Compiler::compileExtract(Operation *op) {
  auto extract = cast<vector::ExtractOp>(op);
  Slot source = slot(extract.getSource());
  ArrayRef<int64_t> shape = shapeOf(extract.getSource().getType());
  if (!extract.hasDynamicPosition()) {
    defineAlias(extract.getResult(), source,
                uint32_t(linearize(shape, extract.getStaticPosition())));
    return success();
  }
  if (shape.size() != 1)
    return unsupported(op, "a dynamic position in a vector of rank above 1");
  Reg index = reg(extract.getDynamicPosition().front());
  Slot result = define(extract.getResult());
  Inst &i = emit(extractDynamic, op);
  i.d = result.reg;
  i.a = source.reg;
  i.b = index;
  i.imm = shape[0];
  i.flag = result.isFloat;
  return success();
}

LogicalResult Compiler::compileInsert(Operation *op) {
  auto insert = cast<vector::InsertOp>(op);
  Slot value = slot(insert.getValueToStore());
  Slot target = slot(insert.getDest());
  ArrayRef<int64_t> shape = shapeOf(insert.getDest().getType());
  bool isStatic = !insert.hasDynamicPosition();
  if (!isStatic && shape.size() != 1)
    return unsupported(op, "a dynamic position in a vector of rank above 1");
  Reg index = isStatic ? noReg : reg(insert.getDynamicPosition().front());
  int64_t first = isStatic ? linearize(shape, insert.getStaticPosition()) : 0;
  // A vector that dies here and has its columns for itself is changed in place.
  bool inPlace = diesHere(insert.getDest()) && target.storage != ~0u &&
                 storages[target.storage].users == 1 &&
                 storages[target.storage].length == target.length;
  if (isStatic && !inPlace) {
    Permutation sources;
    for (uint32_t e = 0; e < target.length; ++e)
      sources.push_back(target.reg + e);
    for (uint32_t e = 0; e < value.length; ++e)
      sources[size_t(first) + e] = value.reg + e;
    emitPermutation(op, insert.getResult(), std::move(sources));
    return success();
  }
  Slot result = inPlace ? defineAlias(insert.getResult(), target, 0)
                        : define(insert.getResult());
  if (isStatic) {
    Permutation sources;
    for (uint32_t e = 0; e < value.length; ++e)
      sources.push_back(value.reg + e);
    program.permutations.push_back(std::move(sources));
    Inst &i = emit(permute, op);
    i.d = result.reg + Reg(first);
    i.length = value.length;
    i.flag = result.isFloat;
    i.aux = uint32_t(program.permutations.size() - 1);
    return success();
  }
  Inst &i = emit(insertDynamic, op);
  i.d = result.reg;
  i.a = target.reg;
  i.b = value.reg;
  i.c = index;
  i.length = result.length;
  i.flag = result.isFloat;
  return success();
}

void Compiler::compileInsertSlice(vector::InsertStridedSliceOp slice) {
  ArrayRef<int64_t> shape = shapeOf(slice.getDest().getType());
  ArrayRef<int64_t> small = shapeOf(slice.getValueToStore().getType());
  Reg next = reg(slice.getValueToStore()), to = reg(slice.getDest());
  SmallVector<int64_t> offsets = integers(slice.getOffsets()),
                       strides = integers(slice.getStrides());
  Permutation sources;
  for (uint32_t e = 0; e < columnsOf(slice.getDest().getType()); ++e)
    sources.push_back(to + e);
  size_t leading = shape.size() - small.size();
  forEachPlace(small, [&](ArrayRef<int64_t> place) {
    SmallVector<int64_t> at(offsets);
    for (size_t d = 0; d < small.size(); ++d)
      at[leading + d] += place[d] * strides[d];
    sources[size_t(linearize(shape, at))] = next++;
  });
  emitPermutation(slice, slice.getResult(), std::move(sources));
}

void Compiler::compileShuffle(vector::ShuffleOp shuffle) {
  uint32_t split = columnsOf(shuffle.getV1().getType());
  Reg a = reg(shuffle.getV1()), b = reg(shuffle.getV2());
  Permutation sources;
  for (int64_t index : shuffle.getMask())
    sources.push_back(index < 0 || index < int64_t(split)
                          ? a + Reg(std::max<int64_t>(index, 0))
                          : b + Reg(index - split));
  emitPermutation(shuffle, shuffle.getResult(), std::move(sources));
}

void Compiler::compileTranspose(vector::TransposeOp transpose) {
  ArrayRef<int64_t> shape = shapeOf(transpose.getVector().getType());
  Reg from = reg(transpose.getVector());
  Permutation sources;
  forEachPlace(shapeOf(transpose.getType()), [&](ArrayRef<int64_t> place) {
    SmallVector<int64_t> at(shape.size());
    for (auto [d, source] : llvm::enumerate(transpose.getPermutation()))
      at[size_t(source)] = place[d];
    sources.push_back(from + Reg(linearize(shape, at)));
  });
  emitPermutation(transpose, transpose.getResult(), std::move(sources));
}

/// Operations that only rearrange columns; false if `op` is another.
bool Compiler::compileRearrangement(Operation *op) {
  if (isa<vector::BroadcastOp>(op)) {
    emitPermutation(op, op->getResult(0),
                    broadcastColumns(reg(op->getOperand(0)),
                                     shapeOf(op->getOperand(0).getType()),
                                     shapeOf(op->getResult(0).getType())));
  } else if (isa<vector::ShapeCastOp>(op)) {
    Slot source = slot(op->getOperand(0));
    defineAlias(op->getResult(0), source, 0);
  } else if (isa<vector::FromElementsOp>(op)) {
    Permutation sources;
    for (Value operand : op->getOperands())
      sources.push_back(reg(operand));
    emitPermutation(op, op->getResult(0), std::move(sources));
  } else if (isa<vector::ToElementsOp>(op)) {
    Slot source = slot(op->getOperand(0));
    for (auto [e, result] : llvm::enumerate(op->getResults()))
      defineAlias(result, source, uint32_t(e));
  } else if (auto slice = dyn_cast<vector::ExtractStridedSliceOp>(op)) {
    emitPermutation(op, slice.getResult(),
                    sliceColumns(reg(slice.getSource()),
                                 shapeOf(slice.getSource().getType()),
                                 integers(slice.getOffsets()),
                                 integers(slice.getSizes()),
                                 integers(slice.getStrides())));
  } else if (auto slice = dyn_cast<vector::InsertStridedSliceOp>(op)) {
    compileInsertSlice(slice);
  } else if (auto shuffle = dyn_cast<vector::ShuffleOp>(op);
             shuffle && shuffle.getV1VectorType().getRank() <= 1) {
    compileShuffle(shuffle);
  } else if (auto transpose = dyn_cast<vector::TransposeOp>(op)) {
    compileTranspose(transpose);
  } else {
    return false;
  }
  return true;
}

LogicalResult Compiler::compileVector(Operation *op) {
  if (compileRearrangement(op))
    return success();
  if (isa<vector::ExtractOp>(op))
    return compileExtract(op);
  if (isa<vector::InsertOp>(op))
    return compileInsert(op);
  if (isa<vector::ReductionOp>(op))
    return compileReduction(op);
  if (isa<vector::FMAOp>(op)) {
    Reg a = reg(op->getOperand(0)), b = reg(op->getOperand(1)),
        c = reg(op->getOperand(2));
    Slot result = define(op->getResult(0));
    Inst &i = emit(floatFma, op);
    i.d = result.reg;
    i.a = a;
    i.b = b;
    i.c = c;
    i.length = result.length;
    i.kind =
        *getFloatKind(mlir::getElementTypeOrSelf(op->getResult(0).getType()));
    return success();
  }
  if (isa<vector::StepOp>(op)) {
    Slot result = define(op->getResult(0));
    Inst &i = emit(iota, op);
    i.d = result.reg;
    i.length = result.length;
    return success();
  }
  if (auto cast = dyn_cast<vector::BitCastOp>(op)) {
    Type from = cast.getSourceVectorType().getElementType(),
         to = cast.getResultVectorType().getElementType();
    Slot source = slot(cast.getSource());
    Slot result = define(cast.getResult());
    Inst &i = emit(floatBitcast, op);
    i.d = result.reg;
    i.a = source.reg;
    i.length = result.length;
    i.imm = source.isFloat ? from.getIntOrFloatBitWidth() : integerWidth(from);
    i.aux = result.isFloat ? to.getIntOrFloatBitWidth() : integerWidth(to);
    i.fn = uint8_t(source.isFloat) | uint8_t(result.isFloat) << 1;
    if (source.isFloat)
      i.kind = *getFloatKind(from);
    if (result.isFloat)
      i.kind2 = *getFloatKind(to);
    else
      i.wrap = wrapOfWidth(integerWidth(to));
    return success();
  }
  return compileVectorMemory(op);
}
