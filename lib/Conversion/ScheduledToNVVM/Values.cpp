//===- Values.cpp - Addresses, registers and inline assembly ----*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lowering.h"
#include "llvm/Support/FormatVariadic.h"

using namespace kernel_opt;
using namespace kernel_opt::kgpu;

Value kernel_opt::constantOf(OpBuilder &b, Location loc, Type type,
                             int64_t value) {
  return LLVM::ConstantOp::create(b, loc, type, b.getIntegerAttr(type, value));
}

Value kernel_opt::low32(OpBuilder &b, Location loc, Value value) {
  return value.getType().isInteger(32)
             ? value
             : LLVM::TruncOp::create(b, loc, b.getI32Type(), value).getResult();
}

Value kernel_opt::predicate32(OpBuilder &b, Location loc, Value predicate) {
  if (!predicate)
    return constant32(b, loc, 1);
  return LLVM::ZExtOp::create(b, loc, b.getI32Type(), predicate);
}

//===----------------------------------------------------------------------===//
// Addresses
//===----------------------------------------------------------------------===//

/// Number of the element in the buffer. It is computed in 32 bits where the
/// buffer has fewer than 2^31 elements: elements that are accessed lie inside,
/// so nothing overflows then, and the no-wrap flags hold for the same reason.
static Value linearIndex(OpBuilder &b, Location loc, MemRefType type,
                         ValueRange indices) {
  bool narrow = type.getNumElements() <= INT32_MAX;
  Type intType = narrow ? b.getI32Type() : b.getI64Type();
  auto flags =
      LLVM::IntegerOverflowFlags::nsw | LLVM::IntegerOverflowFlags::nuw;
  Value sum;
  int64_t stride = type.getNumElements();
  for (auto [index, extent] : llvm::zip(indices, type.getShape())) {
    stride /= extent;
    if (extent == 1)
      continue;
    Value term = index;
    if (narrow)
      term = LLVM::TruncOp::create(b, loc, intType, index, flags);
    if (stride != 1)
      term = LLVM::MulOp::create(b, loc, term,
                                 constantOf(b, loc, intType, stride), flags);
    sum =
        sum ? LLVM::AddOp::create(b, loc, sum, term, flags).getResult() : term;
  }
  return sum ? sum : constantOf(b, loc, intType, 0);
}

/// Byte offset of an element of a shared buffer as i32.
static Value sharedOffset(OpBuilder &b, Location loc, MemRefType type,
                          ValueRange indices, bool swizzle) {
  Value offset = low32(b, loc, linearIndex(b, loc, type, indices));
  int64_t bytes = type.getElementTypeBitWidth() / 8;
  auto flags =
      LLVM::IntegerOverflowFlags::nsw | LLVM::IntegerOverflowFlags::nuw;
  if (bytes != 1)
    offset =
        LLVM::MulOp::create(b, loc, offset, constant32(b, loc, bytes), flags);
  unsigned span = getSharedSpace(type).getSwizzle();
  if (!swizzle || span == 0)
    return offset;
  // See #kgpu.shared: bits of offset / 128 select the 16-byte unit.
  Value row = LLVM::LShrOp::create(b, loc, offset, constant32(b, loc, 3));
  Value bits = LLVM::AndOp::create(b, loc, row,
                                   constant32(b, loc, (span / 16 - 1) << 4));
  return LLVM::XOrOp::create(b, loc, offset, bits);
}

Value kernel_opt::elementPointer(OpBuilder &b, Location loc, MemRefType type,
                                 Value base, ValueRange indices, bool swizzle) {
  Type element = type.getElementType();
  // Types that LLVM lacks lie in memory as integers of their size.
  if (!LLVM::isCompatibleType(element))
    element = b.getIntegerType(type.getElementTypeBitWidth());
  Value offset;
  if (getSharedSpace(type)) {
    offset = sharedOffset(b, loc, type, indices, swizzle);
    element = b.getI8Type();
  } else {
    offset = linearIndex(b, loc, type, indices);
  }
  if (offset.getType().isInteger(32)) {
    auto extended = LLVM::ZExtOp::create(b, loc, b.getI64Type(), offset);
    extended.setNonNeg(true);
    offset = extended;
  }
  return LLVM::GEPOp::create(b, loc, base.getType(), element, base,
                             ValueRange{offset},
                             LLVM::GEPNoWrapFlags::inbounds);
}

Value kernel_opt::addressOf(OpBuilder &b, Location loc, Value pointer) {
  return LLVM::PtrToIntOp::create(b, loc, b.getI32Type(), pointer);
}

Value kernel_opt::sharedAddress(OpBuilder &b, Location loc, MemRefType type,
                                Value base, ValueRange indices, bool swizzle) {
  Value offset = sharedOffset(b, loc, type, indices, swizzle);
  return LLVM::AddOp::create(b, loc, addressOf(b, loc, base), offset);
}

Value kernel_opt::barrierAddress(OpBuilder &b, Location loc, Value base,
                                 Value index) {
  Value offset =
      LLVM::MulOp::create(b, loc, low32(b, loc, index), constant32(b, loc, 8));
  return LLVM::AddOp::create(b, loc, addressOf(b, loc, base), offset);
}

//===----------------------------------------------------------------------===//
// Inline assembly
//===----------------------------------------------------------------------===//

Value kernel_opt::emitAsm(OpBuilder &b, Location loc, Type result,
                          const Twine &text, const Twine &constraints,
                          ValueRange operands, bool hasSideEffects) {
  std::string all = constraints.str();
  if (hasSideEffects)
    all += all.empty() ? "~{memory}" : ",~{memory}";
  auto op = LLVM::InlineAsmOp::create(
      b, loc, result ? TypeRange(result) : TypeRange(), operands,
      b.getStringAttr(text), b.getStringAttr(all),
      hasSideEffects ? b.getUnitAttr() : UnitAttr(),
      /*is_align_stack=*/UnitAttr(),
      LLVM::TailCallKindAttr::get(b.getContext(), LLVM::TailCallKind::None),
      LLVM::AsmDialectAttr(), /*operand_attrs=*/ArrayAttr());
  return result ? op.getRes() : Value();
}

SmallVector<Value> kernel_opt::elementsOf(OpBuilder &b, Location loc,
                                          Value vector) {
  SmallVector<Value> elements;
  int64_t count = cast<VectorType>(vector.getType()).getNumElements();
  for (int64_t i = 0; i < count; ++i)
    elements.push_back(
        LLVM::ExtractElementOp::create(b, loc, vector, constant32(b, loc, i)));
  return elements;
}

Value kernel_opt::vectorOf(OpBuilder &b, Location loc, ValueRange elements,
                           VectorType type) {
  Value vector = LLVM::PoisonOp::create(b, loc, type);
  for (auto [i, element] : llvm::enumerate(elements))
    vector = LLVM::InsertElementOp::create(b, loc, vector, element,
                                           constant32(b, loc, i));
  return vector;
}

SmallVector<Value> kernel_opt::fieldsOf(OpBuilder &b, Location loc,
                                        Value aggregate) {
  SmallVector<Value> fields;
  size_t count =
      cast<LLVM::LLVMStructType>(aggregate.getType()).getBody().size();
  for (size_t i = 0; i < count; ++i)
    fields.push_back(LLVM::ExtractValueOp::create(
        b, loc, aggregate, ArrayRef<int64_t>{static_cast<int64_t>(i)}));
  return fields;
}

SmallVector<Value> kernel_opt::toRegisters32(OpBuilder &b, Location loc,
                                             Value vector) {
  auto type = cast<VectorType>(vector.getType());
  int64_t bits = type.getNumElements() * type.getElementTypeBitWidth();
  auto words = VectorType::get({bits / 32}, b.getI32Type());
  return elementsOf(b, loc, LLVM::BitcastOp::create(b, loc, words, vector));
}

Value kernel_opt::fromRegisters32(OpBuilder &b, Location loc,
                                  ValueRange registers, VectorType type) {
  auto words =
      VectorType::get({static_cast<int64_t>(registers.size())}, b.getI32Type());
  return LLVM::BitcastOp::create(b, loc, type,
                                 vectorOf(b, loc, registers, words));
}

std::string kernel_opt::repeated(StringRef item, unsigned count) {
  std::string text;
  for (unsigned i = 0; i < count; ++i)
    text += (i ? "," : "") + item.str();
  return text;
}

std::string kernel_opt::registerList(unsigned first, unsigned count) {
  std::string text = "{";
  for (unsigned i = 0; i < count; ++i)
    text += (i ? ",$" : "$") + std::to_string(first + i);
  return text + "}";
}
