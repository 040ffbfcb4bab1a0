//===- Memory.cpp - Loads, stores and shared buffers ------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lowering.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "llvm/Support/MathExtras.h"

using namespace kernel_opt;
using namespace kernel_opt::kgpu;

namespace {

/// Where a load or store goes and how.
struct Place {
  MemRefType type;
  Value base;
  ValueRange indices;
  int64_t alignment;
  CacheHint cache;
  bool invariant; ///< nobody writes the memory while the kernel runs
  bool remote;    ///< shared memory of another block of the cluster
};

/// A cache hint needs an instruction that LLVM does not form.
bool needsAsm(const Place &place) {
  return place.remote || place.cache != CacheHint::Default;
}

/// The alignment that a vector has when none is given: the largest power of two
/// that divides its size.
int64_t naturalAlignment(Type registers) {
  auto vector = dyn_cast<VectorType>(registers);
  Type element = vector ? vector.getElementType() : registers;
  int64_t bytes = element.getIntOrFloatBitWidth() / 8 *
                  (vector ? vector.getNumElements() : 1);
  return bytes & -bytes;
}

//===----------------------------------------------------------------------===//
// Accesses in inline assembly
//===----------------------------------------------------------------------===//

/// One instruction of up to 16 bytes: how many registers of which kind.
struct Piece {
  StringRef suffix;     ///< ".v4.b32"
  StringRef constraint; ///< of one register
  unsigned registers;
  unsigned bits; ///< of one register
};

Piece pieceOf(int64_t bytes) {
  switch (bytes) {
  case 16:
    return {".v4.b32", "r", 4, 32};
  case 8:
    return {".v2.b32", "r", 2, 32};
  case 4:
    return {".b32", "r", 1, 32};
  case 2:
    return {".b16", "h", 1, 16};
  default:
    return {".b8", "h", 1, 16};
  }
}

/// "ld.global.nc.L1::no_allocate" and the like; `policy` is set when the access
/// takes an L2 eviction policy.
std::string opcode(const Place &place, bool isStore, bool &policy) {
  policy = false;
  if (place.remote)
    return isStore ? "st.shared::cluster" : "ld.shared::cluster";
  std::string text = isStore ? "st.global" : "ld.global";
  std::string nc = !isStore && place.invariant ? ".nc" : "";
  switch (place.cache) {
  case CacheHint::Default:
    return text + nc;
  case CacheHint::Streaming:
    return text + ".cs" + nc;
  case CacheHint::CacheGlobal:
    return text + ".cg" + nc;
  case CacheHint::NoAllocate:
    return text + nc + ".L1::no_allocate";
  case CacheHint::EvictFirst:
  case CacheHint::EvictLast:
    policy = true;
    return text + nc + ".L2::cache_hint";
  }
  llvm_unreachable("all hints are listed");
}

/// The policy is a pure value, so LLVM makes it once.
Value evictionPolicy(OpBuilder &b, Location loc, CacheHint cache) {
  StringRef kind =
      cache == CacheHint::EvictFirst ? "evict_first" : "evict_last";
  return emitAsm(b, loc, b.getI64Type(),
                 "createpolicy.fractional.L2::" + kind + ".b64 $0, 1.0;", "=l",
                 {}, /*hasSideEffects=*/false);
}

/// Address of byte `offset` behind the place, as the instruction takes it.
Value asmAddress(OpBuilder &b, Location loc, const Place &place,
                 int64_t offset) {
  Value address;
  if (place.remote) {
    address = sharedAddress(b, loc, place.type, place.base, place.indices);
    return offset ? LLVM::AddOp::create(b, loc, address,
                                        constant32(b, loc, offset))
                        .getResult()
                  : address;
  }
  address = elementPointer(b, loc, place.type, place.base, place.indices);
  if (offset != 0)
    address = LLVM::GEPOp::create(
        b, loc, address.getType(), b.getI8Type(), address,
        ArrayRef<LLVM::GEPArg>{static_cast<int32_t>(offset)},
        LLVM::GEPNoWrapFlags::inbounds);
  return address;
}

/// Bytes of the pieces that an access of `bytes` bytes is made of.
int64_t pieceBytes(const Place &place, int64_t bytes) {
  return std::min<int64_t>({bytes & -bytes, place.alignment, 16});
}

/// Bytes of registers as one i8 or a vector of i8, the form pieces are cut
/// from.
int64_t bytesOf(Type registers) {
  auto vector = dyn_cast<VectorType>(registers);
  Type element = vector ? vector.getElementType() : registers;
  return (vector ? vector.getNumElements() : 1) *
         LLVM::getPrimitiveTypeSizeInBits(element).getFixedValue() / 8;
}

Value asmLoad(OpBuilder &b, Location loc, const Place &place, Type type) {
  int64_t bytes = bytesOf(type), step = pieceBytes(place, bytes);
  Piece piece = pieceOf(step);
  bool policy;
  std::string name = opcode(place, /*isStore=*/false, policy);
  StringRef addressKind = place.remote ? "r" : "l";
  Type registerType = b.getIntegerType(piece.bits);
  Type unitType = b.getIntegerType(8 * step / piece.registers);
  SmallVector<Value> units;
  for (int64_t offset = 0; offset < bytes; offset += step) {
    SmallVector<Value> operands{asmAddress(b, loc, place, offset)};
    unsigned n = piece.registers;
    std::string registers = n == 1 ? "$0" : registerList(0, n);
    std::string text = name + piece.suffix.str() + " " + registers + ", [$" +
                       std::to_string(n) + "]";
    std::string constraints =
        repeated("=" + piece.constraint.str(), n) + "," + addressKind.str();
    if (policy) {
      operands.push_back(evictionPolicy(b, loc, place.cache));
      text += ", $" + std::to_string(n + 1);
      constraints += ",l";
    }
    Type result = registerType;
    if (n > 1)
      result = LLVM::LLVMStructType::getLiteral(
          b.getContext(), SmallVector<Type>(n, registerType));
    // What nobody writes may be read at any time.
    Value loaded = emitAsm(b, loc, result, text + ";", constraints, operands,
                           /*hasSideEffects=*/!place.invariant);
    if (n > 1)
      llvm::append_range(units, fieldsOf(b, loc, loaded));
    else
      units.push_back(loaded);
  }
  if (unitType != registerType)
    for (Value &unit : units)
      unit = LLVM::TruncOp::create(b, loc, unitType, unit);
  auto all = VectorType::get({static_cast<int64_t>(units.size())}, unitType);
  if (units.size() == 1)
    return LLVM::BitcastOp::create(b, loc, type, units[0]);
  return LLVM::BitcastOp::create(b, loc, type, vectorOf(b, loc, units, all));
}

void asmStore(OpBuilder &b, Location loc, const Place &place, Value value) {
  int64_t bytes = bytesOf(value.getType()), step = pieceBytes(place, bytes);
  Piece piece = pieceOf(step);
  bool policy;
  std::string name = opcode(place, /*isStore=*/true, policy);
  Type registerType = b.getIntegerType(piece.bits);
  Type unitType = b.getIntegerType(8 * step / piece.registers);
  int64_t count = bytes / step * piece.registers;
  SmallVector<Value> units;
  if (count == 1)
    units.push_back(LLVM::BitcastOp::create(b, loc, unitType, value));
  else
    units = elementsOf(b, loc,
                       LLVM::BitcastOp::create(
                           b, loc, VectorType::get({count}, unitType), value));
  for (int64_t offset = 0; offset < bytes; offset += step) {
    SmallVector<Value> operands{asmAddress(b, loc, place, offset)};
    std::string constraints = place.remote ? "r" : "l";
    unsigned n = piece.registers;
    for (unsigned i = 0; i < n; ++i) {
      Value unit = units[offset / step * n + i];
      if (unitType != registerType)
        unit = LLVM::ZExtOp::create(b, loc, registerType, unit);
      operands.push_back(unit);
    }
    constraints += "," + repeated(piece.constraint, n);
    std::string registers = n == 1 ? "$1" : registerList(1, n);
    std::string text = name + piece.suffix.str() + " [$0], " + registers;
    if (policy) {
      operands.push_back(evictionPolicy(b, loc, place.cache));
      text += ", $" + std::to_string(n + 1);
      constraints += ",l";
    }
    emitAsm(b, loc, {}, text + ";", constraints, operands);
  }
}

//===----------------------------------------------------------------------===//
// Patterns
//===----------------------------------------------------------------------===//

Value emitLoad(OpBuilder &b, Location loc, const Place &place, Type type) {
  if (needsAsm(place))
    return asmLoad(b, loc, place, type);
  Value pointer = elementPointer(b, loc, place.type, place.base, place.indices);
  return LLVM::LoadOp::create(b, loc, type, pointer, place.alignment,
                              /*isVolatile=*/false, /*isNonTemporal=*/false,
                              place.invariant);
}

void emitStore(OpBuilder &b, Location loc, const Place &place, Value value) {
  if (needsAsm(place))
    return asmStore(b, loc, place, value);
  Value pointer = elementPointer(b, loc, place.type, place.base, place.indices);
  LLVM::StoreOp::create(b, loc, value, pointer, place.alignment);
}

template <typename Op>
Place placeOf(Op op, typename Op::Adaptor adaptor, const KernelFacts &facts,
              Type registers) {
  Place place{op.getMemRefType(),
              adaptor.getMemref(),
              adaptor.getIndices(),
              naturalAlignment(registers),
              CacheHint::Default,
              facts.invariantLoads.contains(op),
              facts.remoteAccesses.contains(op)};
  return place;
}

struct LoadPattern : KernelPattern<LoadOp> {
  using KernelPattern::KernelPattern;
  LogicalResult matchAndRewrite(LoadOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &b) const override {
    Place place = placeOf(op, adaptor, facts, op.getResult().getType());
    place.alignment = op.getAlignment().value_or(place.alignment);
    place.cache = op.getCache();
    Type type = getTypeConverter()->convertType(op.getResult().getType());
    b.replaceOp(op, emitLoad(b, op.getLoc(), place, type));
    return success();
  }
};

struct StorePattern : KernelPattern<StoreOp> {
  using KernelPattern::KernelPattern;
  LogicalResult matchAndRewrite(StoreOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &b) const override {
    Place place = placeOf(op, adaptor, facts, op.getValue().getType());
    place.alignment = op.getAlignment().value_or(place.alignment);
    place.cache = op.getCache();
    emitStore(b, op.getLoc(), place, adaptor.getValue());
    b.eraseOp(op);
    return success();
  }
};

struct MemrefLoadPattern : KernelPattern<memref::LoadOp> {
  using KernelPattern::KernelPattern;
  LogicalResult matchAndRewrite(memref::LoadOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &b) const override {
    Place place = placeOf(op, adaptor, facts, op.getType());
    Type type = getTypeConverter()->convertType(op.getType());
    b.replaceOp(op, emitLoad(b, op.getLoc(), place, type));
    return success();
  }
};

struct MemrefStorePattern : KernelPattern<memref::StoreOp> {
  using KernelPattern::KernelPattern;
  LogicalResult matchAndRewrite(memref::StoreOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &b) const override {
    Place place = placeOf(op, adaptor, facts, op.getValue().getType());
    emitStore(b, op.getLoc(), place, adaptor.getValue());
    b.eraseOp(op);
    return success();
  }
};

template <typename Op>
struct SharedPattern : KernelPattern<Op> {
  using KernelPattern<Op>::KernelPattern;
  LogicalResult matchAndRewrite(Op op, typename Op::Adaptor,
                                ConversionPatternRewriter &b) const override {
    auto offset = this->facts.sharedOffsets.find(op);
    LLVM::GlobalOp array = this->facts.sharedArray;
    if (offset == this->facts.sharedOffsets.end() || !array)
      return failure();
    Value base = LLVM::AddressOfOp::create(b, op.getLoc(), array);
    b.replaceOpWithNewOp<LLVM::GEPOp>(
        op, base.getType(), b.getI8Type(), base,
        ArrayRef<LLVM::GEPArg>{static_cast<int32_t>(offset->second)},
        LLVM::GEPNoWrapFlags::inbounds);
    return success();
  }
};

/// The address in the cluster's window; accesses know that they are remote.
struct ClusterSharedPattern : KernelPattern<ClusterSharedOp> {
  using KernelPattern::KernelPattern;
  LogicalResult matchAndRewrite(ClusterSharedOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &b) const override {
    Location loc = op.getLoc();
    Value address = emitAsm(b, loc, b.getI32Type(),
                            "mapa.shared::cluster.u32 $0, $1, $2;", "=r,r,r",
                            {addressOf(b, loc, adaptor.getBuffer()),
                             low32(b, loc, adaptor.getRank())},
                            /*hasSideEffects=*/false);
    b.replaceOpWithNewOp<LLVM::IntToPtrOp>(
        op, LLVM::LLVMPointerType::get(getContext(), kSharedSpace), address);
    return success();
  }
};

} // namespace

void kernel_opt::populateMemoryPatterns(
    const mlir::LLVMTypeConverter &converter, const KernelFacts &facts,
    RewritePatternSet &patterns) {
  patterns.add<LoadPattern, StorePattern, MemrefLoadPattern, MemrefStorePattern,
               SharedPattern<AllocSharedOp>, SharedPattern<MBarrierAllocOp>,
               ClusterSharedPattern>(converter, facts);
}
