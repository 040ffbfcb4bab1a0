//===- AtenShapeRuleTest.cpp - Inference by shape rules ---------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Dialect/Aten/AtenOps.h"
#include "kernel-opt/Dialect/Kopt/KoptAttrs.h"
#include "kernel-opt/Dialect/Kopt/KoptDialect.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "gtest/gtest.h"

using namespace kernel_opt;

namespace {
/// A module whose ops take their operands from the arguments of a block.
class AtenShapeRule : public testing::Test {
protected:
  AtenShapeRule() : builder(&context), loc(builder.getUnknownLoc()) {
    context.loadDialect<aten::AtenDialect, kopt::KoptDialect>();
    builder.setInsertionPointToEnd(&block);
  }

  /// An argument of f32 whose dynamic sizes are called `names`.
  Value argument(ArrayRef<int64_t> sizes, ArrayRef<StringRef> names = {}) {
    SmallVector<StringAttr> attrs;
    for (StringRef name : names)
      attrs.push_back(builder.getStringAttr(name));
    Attribute encoding;
    if (!attrs.empty())
      encoding = kopt::DimsAttr::get(&context, attrs);
    return block.addArgument(
        RankedTensorType::get(sizes, builder.getF32Type(), encoding), loc);
  }

  SmallVector<StringRef> namesOf(Value value) {
    return kopt::DimsAttr::namesOf(cast<RankedTensorType>(value.getType()));
  }

  MLIRContext context;
  Block block;
  OpBuilder builder;
  Location loc;
};

constexpr int64_t kDynamic = ShapedType::kDynamic;
} // namespace

TEST_F(AtenShapeRule, BuildersInferStaticSizes) {
  Value a = argument({4, 8}), b = argument({8, 6});
  Value y = aten::MmOp::create(builder, loc, a, b);
  EXPECT_EQ(y.getType(), RankedTensorType::get({4, 6}, builder.getF32Type()));
}

TEST_F(AtenShapeRule, BuildersInferNames) {
  Value a = argument({kDynamic, kDynamic}, {"M", "K"});
  Value b = argument({kDynamic, kDynamic}, {"K", "N"});
  Value y = aten::MmOp::create(builder, loc, a, b);
  EXPECT_EQ(namesOf(y), (SmallVector<StringRef>{"M", "N"}));
  Value flat = aten::FlattenOp::create(builder, loc, y, /*start_dim=*/0,
                                       /*end_dim=*/-1);
  EXPECT_EQ(namesOf(flat), (SmallVector<StringRef>{"M*N"}));
  // The expression is read back as one.
  Value both = aten::CatOp::create(builder, loc, ValueRange{flat, flat},
                                   /*dim=*/0);
  EXPECT_EQ(namesOf(both), (SmallVector<StringRef>{"M*N*2"}));
}

TEST_F(AtenShapeRule, MixedNamesAreDropped) {
  Value a = argument({kDynamic, 8}, {"M"}), b = argument({8, kDynamic});
  Value y = aten::MmOp::create(builder, loc, a, b);
  auto type = cast<RankedTensorType>(y.getType());
  EXPECT_FALSE(type.getEncoding());
  EXPECT_TRUE(type.isDynamicDim(0) && type.isDynamicDim(1));
}

// PDL knows attributes alone.
TEST_F(AtenShapeRule, InfersFromAttributes) {
  Value x = argument({4, 8});
  auto attributes = builder.getDictionaryAttr(
      {builder.getNamedAttr("dim", builder.getDenseI64ArrayAttr({1})),
       builder.getNamedAttr("keepdim", builder.getBoolAttr(true))});
  SmallVector<Type> types;
  ASSERT_TRUE(succeeded(aten::SumOp::inferReturnTypes(
      &context, loc, x, attributes, /*properties=*/nullptr, {}, types)));
  ASSERT_EQ(types.size(), 1u);
  EXPECT_EQ(types[0], RankedTensorType::get({4, 1}, builder.getF32Type()));
}

TEST_F(AtenShapeRule, ReportsWhyInferenceFails) {
  Value x = argument({4, 8});
  std::string message;
  mlir::ScopedDiagnosticHandler handler(&context, [&](mlir::Diagnostic &d) {
    message = d.str();
    return success();
  });
  SmallVector<Type> types;
  EXPECT_TRUE(failed(aten::MmOp::inferReturnTypes(
      &context, loc, {x, x}, builder.getDictionaryAttr({}),
      /*properties=*/nullptr, {}, types)));
  EXPECT_EQ(message, "'aten.mm' op expected contracted dimensions of equal "
                     "sizes, found 8 and 4");
}

TEST_F(AtenShapeRule, ConstantsFold) {
  auto full =
      aten::FullOp::create(builder, loc, /*size=*/ArrayRef<int64_t>{2},
                           builder.getF64FloatAttr(0.1), builder.getBF16Type());
  SmallVector<OpFoldResult> folded;
  ASSERT_TRUE(succeeded(full->fold(folded)));
  auto splat = cast<mlir::SplatElementsAttr>(cast<Attribute>(folded[0]));
  EXPECT_EQ(splat.getType(), full.getType());
  // Rounded to bf16 at once.
  EXPECT_EQ(splat.getSplatValue<APFloat>().convertToFloat(), 0.10009765625f);
}

TEST_F(AtenShapeRule, ConversionOfConstants) {
  auto element = [&](Attribute value, Type type) {
    return aten::elementOf(value, type);
  };
  Attribute half = builder.getF64FloatAttr(-2.5);
  EXPECT_EQ(element(half, builder.getI32Type()), builder.getI32IntegerAttr(-2));
  EXPECT_EQ(element(half, builder.getI1Type()), builder.getBoolAttr(true));
  EXPECT_EQ(element(builder.getBoolAttr(true), builder.getF32Type()),
            builder.getF32FloatAttr(1));
  EXPECT_EQ(element(builder.getI64IntegerAttr(-3), builder.getI8Type()),
            builder.getI8IntegerAttr(-3));
}
