//===- LLVM.h - Names imported from LLVM and MLIR ---------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Brings the names that every file uses into the namespace kernel_opt, so that
// code reads as code inside MLIR does. Declares only; include what you use.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_SUPPORT_LLVM_H
#define KERNEL_OPT_SUPPORT_LLVM_H

// Casts, containers and streams of LLVM, as MLIR imports them.
#include "mlir/Support/LLVM.h"

namespace mlir {
class ArrayAttr;
class AsmParser;
class AsmPrinter;
class AffineExpr;
class AffineMap;
class Attribute;
class Block;
class BoolAttr;
class Builder;
class ConversionPattern;
class ConversionPatternRewriter;
class ConversionTarget;
class DenseElementsAttr;
class Diagnostic;
class Dialect;
class DialectRegistry;
class DictionaryAttr;
class ElementsAttr;
class FlatSymbolRefAttr;
class FloatAttr;
class FloatType;
class FunctionType;
class IndexType;
class InFlightDiagnostic;
class IntegerAttr;
class IntegerType;
class IRMapping;
class IRRewriter;
class Location;
class MemRefType;
class MLIRContext;
class ModuleOp;
class NamedAttribute;
class NamedAttrList;
class OpAsmParser;
class OpAsmPrinter;
class OpBuilder;
class OperandRange;
class Operation;
class OperationName;
class OpFoldResult;
class OpOperand;
class OpPassManager;
class OpResult;
class Pass;
class PassManager;
class PatternRewriter;
class RankedTensorType;
class Region;
class ResultRange;
class RewritePatternSet;
class RewriterBase;
class ShapedType;
class StringAttr;
class SymbolRefAttr;
class SymbolTable;
class TensorType;
class Type;
class TypeAttr;
class TypeConverter;
class TypeID;
class TypeRange;
class UnitAttr;
class UnknownLoc;
class Value;
class ValueRange;
class VectorType;
struct OperationState;

template <typename OpTy>
class OperationPass;
template <typename OpTy>
class OwningOpRef;
template <typename SourceOp>
struct OpConversionPattern;
template <typename SourceOp>
struct OpRewritePattern;

namespace affine {}
namespace arith {}
namespace bufferization {}
namespace func {}
namespace gpu {}
namespace linalg {}
namespace math {}
namespace memref {}
namespace NVVM {}
namespace scf {}
namespace tensor {}
namespace transform {}
namespace vector {}
namespace LLVM {}
} // namespace mlir

namespace kernel_opt {

// Dialects by their usual short names.
namespace affine = ::mlir::affine;
namespace arith = ::mlir::arith;
namespace bufferization = ::mlir::bufferization;
namespace func = ::mlir::func;
namespace gpu = ::mlir::gpu;
namespace linalg = ::mlir::linalg;
namespace math = ::mlir::math;
namespace memref = ::mlir::memref;
namespace NVVM = ::mlir::NVVM;
namespace scf = ::mlir::scf;
namespace tensor = ::mlir::tensor;
namespace transform = ::mlir::transform;
namespace vector = ::mlir::vector;
namespace LLVM = ::mlir::LLVM;

// Of LLVM.
using ::mlir::APFloat;
using ::mlir::APInt;
using ::mlir::APSInt;
using ::mlir::ArrayRef;
using ::mlir::BitVector;
using ::mlir::cast;
using ::mlir::cast_if_present;
using ::mlir::cast_or_null;
using ::mlir::DenseMap;
using ::mlir::DenseMapInfo;
using ::mlir::DenseSet;
using ::mlir::dyn_cast;
using ::mlir::dyn_cast_if_present;
using ::mlir::dyn_cast_or_null;
using ::mlir::failed;
using ::mlir::failure;
using ::mlir::FailureOr;
using ::mlir::function_ref;
using ::mlir::isa;
using ::mlir::isa_and_nonnull;
using ::mlir::isa_and_present;
using ::mlir::iterator_range;
using ::mlir::LogicalResult;
using ::mlir::MutableArrayRef;
using ::mlir::ParseResult;
using ::mlir::PointerUnion;
using ::mlir::raw_ostream;
using ::mlir::SetVector;
using ::mlir::SmallPtrSet;
using ::mlir::SmallPtrSetImpl;
using ::mlir::SmallString;
using ::mlir::SmallVector;
using ::mlir::SmallVectorImpl;
using ::mlir::SMLoc;
using ::mlir::StringLiteral;
using ::mlir::StringRef;
using ::mlir::StringSet;
using ::mlir::StringSwitch;
using ::mlir::succeeded;
using ::mlir::success;
using ::mlir::TinyPtrVector;
using ::mlir::Twine;
using ::mlir::TypeSwitch;

// Of MLIR.
using ::mlir::AffineExpr;
using ::mlir::AffineMap;
using ::mlir::ArrayAttr;
using ::mlir::AsmParser;
using ::mlir::AsmPrinter;
using ::mlir::Attribute;
using ::mlir::Block;
using ::mlir::BoolAttr;
using ::mlir::Builder;
using ::mlir::ConversionPattern;
using ::mlir::ConversionPatternRewriter;
using ::mlir::ConversionTarget;
using ::mlir::DenseElementsAttr;
using ::mlir::Diagnostic;
using ::mlir::Dialect;
using ::mlir::DialectRegistry;
using ::mlir::DictionaryAttr;
using ::mlir::ElementsAttr;
using ::mlir::FlatSymbolRefAttr;
using ::mlir::FloatAttr;
using ::mlir::FloatType;
using ::mlir::FunctionType;
using ::mlir::IndexType;
using ::mlir::InFlightDiagnostic;
using ::mlir::IntegerAttr;
using ::mlir::IntegerType;
using ::mlir::IRMapping;
using ::mlir::IRRewriter;
using ::mlir::Location;
using ::mlir::MemRefType;
using ::mlir::MLIRContext;
using ::mlir::ModuleOp;
using ::mlir::NamedAttribute;
using ::mlir::NamedAttrList;
using ::mlir::OpAsmParser;
using ::mlir::OpAsmPrinter;
using ::mlir::OpBuilder;
using ::mlir::OpConversionPattern;
using ::mlir::OperandRange;
using ::mlir::Operation;
using ::mlir::OperationName;
using ::mlir::OperationPass;
using ::mlir::OperationState;
using ::mlir::OpFoldResult;
using ::mlir::OpOperand;
using ::mlir::OpPassManager;
using ::mlir::OpResult;
using ::mlir::OpRewritePattern;
using ::mlir::OwningOpRef;
using ::mlir::Pass;
using ::mlir::PassManager;
using ::mlir::PatternRewriter;
using ::mlir::RankedTensorType;
using ::mlir::Region;
using ::mlir::ResultRange;
using ::mlir::RewritePatternSet;
using ::mlir::RewriterBase;
using ::mlir::ShapedType;
using ::mlir::StringAttr;
using ::mlir::SymbolRefAttr;
using ::mlir::SymbolTable;
using ::mlir::TensorType;
using ::mlir::Type;
using ::mlir::TypeAttr;
using ::mlir::TypeConverter;
using ::mlir::TypeID;
using ::mlir::TypeRange;
using ::mlir::UnitAttr;
using ::mlir::UnknownLoc;
using ::mlir::Value;
using ::mlir::ValueRange;
using ::mlir::VectorType;
} // namespace kernel_opt

#endif // KERNEL_OPT_SUPPORT_LLVM_H
