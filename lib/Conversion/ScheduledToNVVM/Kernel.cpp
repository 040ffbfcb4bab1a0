//===- Kernel.cpp - The kernel function and its coordinates -----*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lowering.h"
#include "mlir/IR/BuiltinAttributes.h"

using namespace kernel_opt;
using namespace kernel_opt::kgpu;

void kernel_opt::populateTypeConversions(mlir::LLVMTypeConverter &converter) {
  MLIRContext *context = &converter.getContext();
  converter.addConversion([context](MemRefType type) -> std::optional<Type> {
    if (getSharedSpace(type))
      return LLVM::LLVMPointerType::get(context, kSharedSpace);
    if (isGlobal(type))
      return LLVM::LLVMPointerType::get(context, kGlobalSpace);
    return std::nullopt;
  });
  converter.addConversion([context](MBarriersType) -> Type {
    return LLVM::LLVMPointerType::get(context, kSharedSpace);
  });
  converter.addConversion([context](TensorMapType) -> Type {
    return LLVM::LLVMPointerType::get(context);
  });
  converter.addConversion([context](PendingType type) -> Type {
    SmallVector<Type> fields(type.getCount(), type.getElementType());
    return LLVM::LLVMStructType::getLiteral(context, fields);
  });
}

//===----------------------------------------------------------------------===//
// The function
//===----------------------------------------------------------------------===//

namespace {

struct FunctionPattern : KernelPattern<gpu::GPUFuncOp> {
  using KernelPattern::KernelPattern;

  /// What is known about a pointer argument, for LLVM. The launch plan passes
  /// buffers that it aligned and that no other argument overlaps, unless both
  /// are only read. Still, what other blocks may write must not be `noalias`:
  /// LLVM would then move its loads across barriers and waits.
  DictionaryAttr bufferAttributes(Builder &b, MemRefType type,
                                  StringAttr access) const {
    bool onlyRead = access && access == kAccessRead;
    bool onlyWritten = access && access == kAccessWrite;
    NamedAttrList list;
    list.set(LLVM::LLVMDialect::getAlignAttrName(), b.getI64IntegerAttr(16));
    list.set(LLVM::LLVMDialect::getNoUndefAttrName(), b.getUnitAttr());
    list.set(LLVM::LLVMDialect::getNonNullAttrName(), b.getUnitAttr());
    if (onlyRead || onlyWritten)
      list.set(LLVM::LLVMDialect::getNoAliasAttrName(), b.getUnitAttr());
    if (onlyRead)
      list.set(LLVM::LLVMDialect::getReadonlyAttrName(), b.getUnitAttr());
    return list.getDictionary(b.getContext());
  }

  /// TMA reads a map from the constant bank, so it is passed by value and never
  /// copied.
  DictionaryAttr mapAttributes(Builder &b) const {
    auto bytes = LLVM::LLVMArrayType::get(b.getI8Type(), 128);
    return b.getDictionaryAttr(
        {b.getNamedAttr(LLVM::LLVMDialect::getByValAttrName(),
                        TypeAttr::get(bytes)),
         b.getNamedAttr(LLVM::LLVMDialect::getAlignAttrName(),
                        b.getI64IntegerAttr(64)),
         b.getNamedAttr(NVVM::NVVMDialect::getGridConstantAttrName(),
                        b.getUnitAttr())});
  }

  SmallVector<NamedAttribute> functionAttributes(Builder &b,
                                                 gpu::GPUFuncOp kernel) const {
    SmallVector<NamedAttribute> attributes;
    auto add = [&](StringRef name, Attribute value) {
      attributes.push_back(b.getNamedAttr(name, value));
    };
    add(gpu::GPUDialect::getKernelFuncAttrName(), b.getUnitAttr());
    add(NVVM::NVVMDialect::getKernelFuncAttrName(), b.getUnitAttr());
    if (facts.blockSize)
      add(NVVM::NVVMDialect::getReqntidAttrName(),
          b.getDenseI32ArrayAttr(*facts.blockSize));
    if (facts.gridSize)
      add(kGridSizeAttrName, b.getDenseI32ArrayAttr(*facts.gridSize));
    if (auto cluster = kernel->getAttr(kClusterSizeAttrName))
      add(NVVM::NVVMDialect::getClusterDimAttrName(), cluster);
    if (auto blocks = kernel->getAttrOfType<mlir::IntegerAttr>(
            kResidentBlocksAttrName))
      add(NVVM::NVVMDialect::getMinctasmAttrName(),
          b.getI32IntegerAttr(blocks.getInt()));
    if (auto maps = kernel->getAttr(kTensorMapsAttrName))
      add(kTensorMapsAttrName, maps);
    add(kSharedBytesAttrName, b.getI64IntegerAttr(facts.sharedBytes));
    // setmaxnreg needs to know how many registers a thread begins with.
    StringRef maxRegisters = NVVM::NVVMDialect::getMaxnregAttrName();
    if (facts.changesRegisters && facts.blockSize &&
        !kernel->hasAttr(maxRegisters)) {
      ArrayRef<int32_t> size = *facts.blockSize;
      int64_t share = 65536 / (int64_t(size[0]) * size[1] * size[2]);
      add(maxRegisters,
          b.getI32IntegerAttr(std::min<int64_t>(share, 255) / 8 * 8));
    }
    // Hints such as nvvm.maxnreg and nvvm.minctasm pass through.
    for (NamedAttribute attribute : kernel->getDiscardableAttrs())
      if (attribute.getName().strref().starts_with("nvvm."))
        attributes.push_back(attribute);
    return attributes;
  }

  LogicalResult
  matchAndRewrite(gpu::GPUFuncOp kernel, OpAdaptor,
                  ConversionPatternRewriter &rewriter) const override {
    const mlir::LLVMTypeConverter &converter = *getTypeConverter();
    TypeConverter::SignatureConversion signature(kernel.getNumArguments());
    SmallVector<DictionaryAttr> argumentAttributes;
    for (auto [i, type] : llvm::enumerate(kernel.getArgumentTypes())) {
      Type converted = converter.convertType(type);
      if (!converted)
        return rewriter.notifyMatchFailure(kernel, "unknown argument type");
      signature.addInputs(i, converted);
      if (auto memref = dyn_cast<MemRefType>(type))
        argumentAttributes.push_back(bufferAttributes(
            rewriter, memref,
            kernel.getArgAttrOfType<StringAttr>(i, kAccessAttrName)));
      else if (isa<TensorMapType>(type))
        argumentAttributes.push_back(mapAttributes(rewriter));
      else
        argumentAttributes.push_back(rewriter.getDictionaryAttr({}));
    }
    auto type = LLVM::LLVMFunctionType::get(
        LLVM::LLVMVoidType::get(getContext()), signature.getConvertedTypes());
    auto function = LLVM::LLVMFuncOp::create(
        rewriter, kernel.getLoc(), kernel.getName(), type,
        LLVM::Linkage::External, /*dsoLocal=*/false, LLVM::CConv::C,
        /*comdat=*/nullptr, functionAttributes(rewriter, kernel),
        argumentAttributes);
    rewriter.inlineRegionBefore(kernel.getBody(), function.getBody(),
                                function.end());
    if (failed(rewriter.convertRegionTypes(&function.getBody(), converter,
                                           &signature)))
      return failure();
    rewriter.eraseOp(kernel);
    return success();
  }
};

struct ReturnPattern : mlir::ConvertOpToLLVMPattern<gpu::ReturnOp> {
  using ConvertOpToLLVMPattern::ConvertOpToLLVMPattern;
  LogicalResult
  matchAndRewrite(gpu::ReturnOp op, OpAdaptor,
                  ConversionPatternRewriter &rewriter) const override {
    rewriter.replaceOpWithNewOp<LLVM::ReturnOp>(op, ValueRange());
    return success();
  }
};

//===----------------------------------------------------------------------===//
// Coordinates
//===----------------------------------------------------------------------===//

/// An id or an extent along one dimension. `sizes` bounds an id, or is the
/// extent itself.
template <typename Op, typename X, typename Y, typename Z>
struct CoordinatePattern : KernelPattern<Op> {
  CoordinatePattern(const mlir::LLVMTypeConverter &converter,
                    const KernelFacts &facts,
                    std::optional<SmallVector<int32_t>> sizes, bool isExtent)
      : KernelPattern<Op>(converter, facts), sizes(std::move(sizes)),
        isExtent(isExtent) {}

  LogicalResult
  matchAndRewrite(Op op, typename Op::Adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    unsigned dimension = static_cast<unsigned>(op.getDimension());
    Type i64 = rewriter.getI64Type(), i32 = rewriter.getI32Type();
    if (sizes && isExtent) {
      rewriter.replaceOp(op,
                         constantOf(rewriter, loc, i64, (*sizes)[dimension]));
      return success();
    }
    LLVM::ConstantRangeAttr range;
    if (sizes)
      range = LLVM::ConstantRangeAttr::get(rewriter.getContext(), APInt(32, 0),
                                           APInt(32, (*sizes)[dimension]));
    Value value;
    if (dimension == 0)
      value = X::create(rewriter, loc, i32, range);
    else if (dimension == 1)
      value = Y::create(rewriter, loc, i32, range);
    else
      value = Z::create(rewriter, loc, i32, range);
    // All of them lie below 2^31.
    auto extended = LLVM::ZExtOp::create(rewriter, loc, i64, value);
    extended.setNonNeg(true);
    rewriter.replaceOp(op, extended.getResult());
    return success();
  }

  std::optional<SmallVector<int32_t>> sizes;
  bool isExtent;
};

struct LanePattern : mlir::ConvertOpToLLVMPattern<gpu::LaneIdOp> {
  using ConvertOpToLLVMPattern::ConvertOpToLLVMPattern;
  LogicalResult
  matchAndRewrite(gpu::LaneIdOp op, OpAdaptor,
                  ConversionPatternRewriter &rewriter) const override {
    auto range = LLVM::ConstantRangeAttr::get(rewriter.getContext(),
                                              APInt(32, 0), APInt(32, 32));
    Value lane = NVVM::LaneIdOp::create(rewriter, op.getLoc(),
                                        rewriter.getI32Type(), range);
    rewriter.replaceOpWithNewOp<LLVM::ZExtOp>(op, rewriter.getI64Type(), lane,
                                              /*nonNeg=*/true);
    return success();
  }
};

/// The number of the warp in its block, from the linear thread number: %warpid
/// may change while a kernel runs.
struct SubgroupPattern : KernelPattern<gpu::SubgroupIdOp> {
  using KernelPattern::KernelPattern;

  Value extent(OpBuilder &b, Location loc, unsigned dimension) const {
    if (facts.blockSize)
      return constant32(b, loc, (*facts.blockSize)[dimension]);
    Type i32 = b.getI32Type();
    return dimension == 0 ? NVVM::BlockDimXOp::create(b, loc, i32).getResult()
                          : NVVM::BlockDimYOp::create(b, loc, i32).getResult();
  }

  LogicalResult matchAndRewrite(gpu::SubgroupIdOp op, OpAdaptor,
                                ConversionPatternRewriter &b) const override {
    Location loc = op.getLoc();
    Type i32 = b.getI32Type();
    Value linear = NVVM::ThreadIdXOp::create(b, loc, i32);
    bool flat = facts.blockSize && (*facts.blockSize)[1] == 1 &&
                (*facts.blockSize)[2] == 1;
    if (!flat) {
      Value z = NVVM::ThreadIdZOp::create(b, loc, i32);
      Value y = NVVM::ThreadIdYOp::create(b, loc, i32);
      Value plane = LLVM::AddOp::create(
          b, loc, LLVM::MulOp::create(b, loc, z, extent(b, loc, 1)), y);
      linear = LLVM::AddOp::create(
          b, loc, LLVM::MulOp::create(b, loc, plane, extent(b, loc, 0)),
          linear);
    }
    Value warp = LLVM::LShrOp::create(b, loc, linear, constant32(b, loc, 5));
    b.replaceOpWithNewOp<LLVM::ZExtOp>(op, b.getI64Type(), warp,
                                       /*nonNeg=*/true);
    return success();
  }
};

struct SubgroupSizePattern : mlir::ConvertOpToLLVMPattern<gpu::SubgroupSizeOp> {
  using ConvertOpToLLVMPattern::ConvertOpToLLVMPattern;
  LogicalResult matchAndRewrite(gpu::SubgroupSizeOp op, OpAdaptor,
                                ConversionPatternRewriter &b) const override {
    b.replaceOp(op, constantOf(b, op.getLoc(), b.getI64Type(), 32));
    return success();
  }
};

} // namespace

void kernel_opt::populateKernelPatterns(
    const mlir::LLVMTypeConverter &converter, const KernelFacts &facts,
    RewritePatternSet &patterns) {
  patterns.add<FunctionPattern, SubgroupPattern>(converter, facts);
  patterns.add<ReturnPattern, LanePattern, SubgroupSizePattern>(converter);
  patterns.add<CoordinatePattern<gpu::ThreadIdOp, NVVM::ThreadIdXOp,
                                 NVVM::ThreadIdYOp, NVVM::ThreadIdZOp>>(
      converter, facts, facts.blockSize, false);
  patterns.add<CoordinatePattern<gpu::BlockDimOp, NVVM::BlockDimXOp,
                                 NVVM::BlockDimYOp, NVVM::BlockDimZOp>>(
      converter, facts, facts.blockSize, true);
  patterns.add<CoordinatePattern<gpu::BlockIdOp, NVVM::BlockIdXOp,
                                 NVVM::BlockIdYOp, NVVM::BlockIdZOp>>(
      converter, facts, facts.gridSize, false);
  patterns.add<CoordinatePattern<gpu::GridDimOp, NVVM::GridDimXOp,
                                 NVVM::GridDimYOp, NVVM::GridDimZOp>>(
      converter, facts, facts.gridSize, true);
  std::optional<SmallVector<int32_t>> unknown;
  patterns.add<CoordinatePattern<gpu::ClusterIdOp, NVVM::ClusterIdXOp,
                                 NVVM::ClusterIdYOp, NVVM::ClusterIdZOp>>(
      converter, facts, unknown, false);
  patterns.add<
      CoordinatePattern<gpu::ClusterBlockIdOp, NVVM::BlockInClusterIdXOp,
                        NVVM::BlockInClusterIdYOp, NVVM::BlockInClusterIdZOp>>(
      converter, facts, unknown, false);
}
