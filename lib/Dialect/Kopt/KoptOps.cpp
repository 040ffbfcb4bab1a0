//===- KoptOps.cpp - Operations of the kopt dialect -------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Dialect/Kopt/KoptOps.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/StringMap.h"

using namespace kernel_opt;
using namespace kernel_opt::kopt;

// Custom directives of the assembly formats.
// A list of operands and integers, where an operand is marked as dynamic among
// the integers.
static ParseResult
parseSizes(OpAsmParser &parser,
           SmallVectorImpl<OpAsmParser::UnresolvedOperand> &values,
           mlir::DenseI64ArrayAttr &sizes) {
  SmallVector<int64_t> integers;
  auto parseSize = [&]() -> ParseResult {
    OpAsmParser::UnresolvedOperand value;
    mlir::OptionalParseResult parsed = parser.parseOptionalOperand(value);
    if (!parsed.has_value())
      return parser.parseInteger(integers.emplace_back());
    values.push_back(value);
    integers.push_back(ShapedType::kDynamic);
    return *parsed;
  };
  if (parser.parseCommaSeparatedList(parseSize))
    return failure();
  sizes = parser.getBuilder().getDenseI64ArrayAttr(integers);
  return success();
}

static void printSizes(OpAsmPrinter &printer, Operation *, OperandRange values,
                       mlir::DenseI64ArrayAttr sizes) {
  auto value = values.begin();
  llvm::interleaveComma(sizes.asArrayRef(), printer, [&](int64_t size) {
    // The printer also shows operations that do not verify.
    if (ShapedType::isDynamic(size) && value != values.end())
      printer << *value++;
    else
      printer << size;
  });
}

static ParseResult parseStaticSizes(OpAsmParser &parser,
                                    mlir::DenseI64ArrayAttr &sizes) {
  SmallVector<int64_t> values;
  if (parser.parseCommaSeparatedList(AsmParser::Delimiter::None, [&] {
        return parser.parseInteger(values.emplace_back());
      }))
    return failure();
  sizes = parser.getBuilder().getDenseI64ArrayAttr(values);
  return success();
}

static void printStaticSizes(OpAsmPrinter &printer, Operation *,
                             mlir::DenseI64ArrayAttr sizes) {
  llvm::interleaveComma(sizes.asArrayRef(), printer);
}

LogicalResult FusionOp::verify() {
  llvm::StringMap<StringRef> owners;
  for (NamedAttribute kernel : getKernels()) {
    StringRef name = kernel.getName();
    auto ids = dyn_cast<ArrayAttr>(kernel.getValue());
    if (!ids || ids.empty() || !llvm::all_of(ids, llvm::IsaPred<StringAttr>))
      return emitOpError() << "expects kernel '" << name
                           << "' to be a list of identifiers of operations, "
                              "found "
                           << kernel.getValue();
    for (StringRef id : ids.getAsValueRange<StringAttr>()) {
      auto [it, isNew] = owners.try_emplace(id, name);
      if (!isNew)
        return emitOpError()
               << "names operation '" << id << "' twice, in kernels '"
               << it->second << "' and '" << name << "'";
    }
  }
  return success();
}

#define GET_OP_CLASSES
#include "kernel-opt/Dialect/Kopt/KoptOps.cpp.inc"
