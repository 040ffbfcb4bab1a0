//===- AtenOps.cpp - Operations of the aten dialect -------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Dialect/Aten/AtenOps.h"
#include "Rules.h"
#include "mlir/IR/Builders.h"

using namespace kernel_opt;
using namespace kernel_opt::aten;

#define GET_OP_CLASSES
#include "kernel-opt/Dialect/Aten/AtenOps.cpp.inc"

mlir::TypedAttr aten::elementOf(Attribute value, Type type) {
  APFloat number(0.0);
  APInt whole(64, 0);
  if (auto real = dyn_cast<FloatAttr>(value)) {
    number = real.getValue();
    bool exact;
    llvm::APSInt integer(64, /*isUnsigned=*/false);
    number.convertToInteger(integer, APFloat::rmTowardZero, &exact);
    whole = integer;
  } else {
    APInt given = cast<IntegerAttr>(value).getValue();
    whole = given.getBitWidth() == 1 ? given.zext(64) : given.sextOrTrunc(64);
    number.convertFromAPInt(whole, /*IsSigned=*/true,
                            APFloat::rmNearestTiesToEven);
  }
  if (auto target = dyn_cast<FloatType>(type)) {
    bool inexact;
    // An integer is exact in no narrower type than it was given in.
    if (isa<IntegerAttr>(value)) {
      number = APFloat(target.getFloatSemantics());
      number.convertFromAPInt(whole, /*IsSigned=*/true,
                              APFloat::rmNearestTiesToEven);
    } else {
      number.convert(target.getFloatSemantics(), APFloat::rmNearestTiesToEven,
                     &inexact);
    }
    return FloatAttr::get(type, number);
  }
  if (type.isInteger(1))
    return IntegerAttr::get(
        type,
        APInt(1, isa<FloatAttr>(value) ? !number.isZero() : !whole.isZero()));
  return IntegerAttr::get(type,
                          whole.sextOrTrunc(type.getIntOrFloatBitWidth()));
}

mlir::OpFoldResult FullOp::fold(FoldAdaptor) {
  return mlir::DenseElementsAttr::get(
      RankedTensorType::get(getSize(), getDtype()),
      Attribute(elementOf(getValue(), getDtype())));
}
