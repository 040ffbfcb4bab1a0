//===- KTileDialect.cpp - The ktile dialect ---------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Dialect/KTile/KTileDialect.h"
#include "kernel-opt/Dialect/KTile/KTileOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::ktile;

#include "kernel-opt/Dialect/KTile/KTileDialect.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "kernel-opt/Dialect/KTile/KTileAttrs.cpp.inc"

namespace {
/// Layouts are long: each is printed once, as #layout.
struct LayoutAliases : mlir::OpAsmDialectInterface {
  using OpAsmDialectInterface::OpAsmDialectInterface;

  AliasResult getAlias(Attribute attr, llvm::raw_ostream &os) const override {
    if (!isa<LayoutAttr>(attr))
      return AliasResult::NoAlias;
    os << "layout";
    return AliasResult::FinalAlias;
  }
};
} // namespace

void KTileDialect::initialize() {
  addInterfaces<LayoutAliases>();
  addAttributes<
#define GET_ATTRDEF_LIST
#include "kernel-opt/Dialect/KTile/KTileAttrs.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "kernel-opt/Dialect/KTile/KTileOps.cpp.inc"
      >();
}

//===----------------------------------------------------------------------===//
// LayoutAttr
//===----------------------------------------------------------------------===//

static const char *const holderNames[] = {"register", "lane", "warp", "block"};

/// The bases of one holder: an array with one DenseI64ArrayAttr per bit.
static ArrayAttr basesAttr(MLIRContext *context,
                           ArrayRef<LinearLayout::Basis> bases) {
  SmallVector<Attribute> attrs;
  for (const LinearLayout::Basis &basis : bases)
    attrs.push_back(DenseI64ArrayAttr::get(context, basis));
  return ArrayAttr::get(context, attrs);
}

LayoutAttr LayoutAttr::get(MLIRContext *context, const LinearLayout &layout) {
  return get(context, basesAttr(context, layout.bases(Holder::Register)),
             basesAttr(context, layout.bases(Holder::Lane)),
             basesAttr(context, layout.bases(Holder::Warp)),
             basesAttr(context, layout.bases(Holder::Block)));
}

LinearLayout LayoutAttr::getLinearLayout() const {
  unsigned rank = cast<DenseI64ArrayAttr>(getLanes()[0]).size();
  LinearLayout layout(rank);
  ArrayAttr parts[] = {getRegisters(), getLanes(), getWarps(), getBlocks()};
  for (auto [holder, part] : llvm::enumerate(parts))
    for (Attribute basis : part)
      layout.append(
          Holder(holder),
          LinearLayout::Basis(cast<DenseI64ArrayAttr>(basis).asArrayRef()));
  return layout;
}

void LayoutAttr::print(AsmPrinter &printer) const {
  ArrayAttr parts[] = {getRegisters(), getLanes(), getWarps(), getBlocks()};
  printer << "<";
  for (auto [holder, part] : llvm::enumerate(parts)) {
    if (Holder(holder) == Holder::Block && part.empty())
      continue;
    printer << (holder ? ", " : "") << holderNames[holder] << " = [";
    llvm::interleaveComma(part, printer, [&](Attribute basis) {
      printer << "[";
      llvm::interleaveComma(cast<DenseI64ArrayAttr>(basis).asArrayRef(),
                            printer);
      printer << "]";
    });
    printer << "]";
  }
  printer << ">";
}

static ParseResult parseBases(AsmParser &parser, StringRef name,
                              ArrayAttr &bases) {
  if (parser.parseKeyword(name) || parser.parseEqual())
    return failure();
  SmallVector<Attribute> attrs;
  auto parseBasis = [&]() -> ParseResult {
    SmallVector<int64_t> masks;
    auto parseMask = [&]() {
      return parser.parseInteger(masks.emplace_back());
    };
    if (parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, parseMask))
      return failure();
    attrs.push_back(DenseI64ArrayAttr::get(parser.getContext(), masks));
    return success();
  };
  if (parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, parseBasis))
    return failure();
  bases = ArrayAttr::get(parser.getContext(), attrs);
  return success();
}

Attribute LayoutAttr::parse(AsmParser &parser, Type) {
  ArrayAttr parts[4];
  parts[3] = ArrayAttr::get(parser.getContext(), {});
  if (parser.parseLess())
    return {};
  for (auto [holder, name] : llvm::enumerate(holderNames)) {
    if (Holder(holder) == Holder::Block) {
      if (failed(parser.parseOptionalComma()))
        break;
    } else if (holder && parser.parseComma()) {
      return {};
    }
    if (parseBases(parser, name, parts[holder]))
      return {};
  }
  if (parser.parseGreater())
    return {};
  return getChecked([&] { return parser.emitError(parser.getNameLoc()); },
                    parser.getContext(), parts[0], parts[1], parts[2],
                    parts[3]);
}

LogicalResult LayoutAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                 ArrayAttr registers, ArrayAttr lanes,
                                 ArrayAttr warps, ArrayAttr blocks) {
  if (!lanes || lanes.size() != 5)
    return emitError() << "layout needs 5 lane bits, found "
                       << (lanes ? lanes.size() : 0);
  int64_t rank = -1;
  for (ArrayAttr part : {registers, lanes, warps, blocks})
    for (Attribute attr : part) {
      auto basis = dyn_cast<DenseI64ArrayAttr>(attr);
      if (!basis)
        return emitError() << "a basis must be a list of integers, found "
                           << attr;
      if (rank < 0)
        rank = basis.size();
      if (basis.size() != rank)
        return emitError() << "bases of " << rank << " and of " << basis.size()
                           << " dimensions in one layout";
    }
  return success();
}

LogicalResult
LayoutAttr::verifyEncoding(ArrayRef<int64_t> shape, Type,
                           function_ref<InFlightDiagnostic()> emitError) const {
  if (std::optional<std::string> problem = getLinearLayout().check(shape))
    return emitError() << *problem;
  return success();
}

LayoutAttr ktile::getLayout(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor ? dyn_cast_or_null<LayoutAttr>(tensor.getEncoding())
                : LayoutAttr();
}

RankedTensorType ktile::withLayout(RankedTensorType type,
                                   const LinearLayout &layout) {
  return type.cloneWithEncoding(LayoutAttr::get(type.getContext(), layout));
}
