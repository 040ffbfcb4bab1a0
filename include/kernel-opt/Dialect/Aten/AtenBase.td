//===- AtenBase.td - Base classes of aten operations -------*- tablegen -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_DIALECT_ATEN_ATENBASE_TD
#define KERNEL_OPT_DIALECT_ATEN_ATENBASE_TD

include "kernel-opt/Dialect/Aten/AtenAttrs.td"
include "kernel-opt/Dialect/Aten/AtenDialect.td"
include "kernel-opt/Dialect/Aten/AtenInterfaces.td"
include "mlir/IR/BuiltinAttributes.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

/// Element types that programs compute with. Bits (`i1`) are torch.bool.
def Aten_Element : AnyTypeOf<[
  F16, BF16, F32, F64, I1, I8, I16, I32, I64
], "f16, bf16, f32, f64, i1, i8, i16, i32 or i64">;
def Aten_Tensor : RankedTensorOf<[Aten_Element]>;
def Aten_FloatTensor : RankedTensorOf<[F16, BF16, F32, F64]>;
def Aten_IntTensor : RankedTensorOf<[I8, I16, I32, I64]>;
def Aten_BoolTensor : RankedTensorOf<[I1]>;

/// A list of integers that is empty unless given. What an empty list stands
/// for (all dimensions, ones, the kernel's size) is said by each operation.
def Aten_IntList : DefaultValuedAttr<DenseI64ArrayAttr, "{}">;
class Aten_Int<string value> : DefaultValuedAttr<I64Attr, value>;
class Aten_Float<string value> : DefaultValuedAttr<F64Attr, value>;
class Aten_Flag<string value> : DefaultValuedAttr<BoolAttr, value>;

/// Base of all operations. `rule` is the body of the op's shape rule: it sees
/// `op` (an adaptor with the op's getters) and `rule` (the ShapeRule that holds
/// the operands' shapes and takes the results'), and returns a LogicalResult.
class Aten_Op<string mnemonic, string rule, list<Trait> traits = []>
    : Op<Aten_Dialect, mnemonic, !listconcat([
          Pure, Aten_ShapeRuleInterface,
          DeclareOpInterfaceMethods<InferTypeOpInterface, ["refineReturnTypes"]>
        ], traits)> {
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
  let extraClassDeclaration = [{
    static ::llvm::LogicalResult inferShapes(
        Adaptor op, ::kernel_opt::aten::ShapeRule &rule);
  }];
  let extraClassDefinition = [{
    ::llvm::LogicalResult $cppClass::inferShapes(
        Adaptor op, ::kernel_opt::aten::ShapeRule &rule) {
      return }] # rule # [{;
    }
    ::llvm::LogicalResult $cppClass::inferReturnTypes(
        ::mlir::MLIRContext *context, ::std::optional<::mlir::Location> location,
        ::mlir::ValueRange operands, ::mlir::DictionaryAttr attributes,
        ::mlir::OpaqueProperties properties, ::mlir::RegionRange regions,
        ::llvm::SmallVectorImpl<::mlir::Type> &types) {
      return ::kernel_opt::aten::detail::inferTypesByRule<$cppClass>(
          context, location, operands, attributes, properties, types);
    }
    // The verifier of the shape rule says more than a comparison here would.
    ::llvm::LogicalResult $cppClass::refineReturnTypes(
        ::mlir::MLIRContext *, ::std::optional<::mlir::Location>,
        ::mlir::ValueRange, ::mlir::DictionaryAttr, ::mlir::OpaqueProperties,
        ::mlir::RegionRange, ::llvm::SmallVectorImpl<::mlir::Type> &) {
      return ::mlir::success();
    }
  }];
}

#endif // KERNEL_OPT_DIALECT_ATEN_ATENBASE_TD
