//===- Lowering.h - What lowerings are written in ---------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_CONVERSION_ATENTOLINALG_LOWERING_H
#define KERNEL_OPT_LIB_CONVERSION_ATENTOLINALG_LOWERING_H

#include "Scalars.h"
#include "kernel-opt/Dialect/Aten/AtenOps.h"
#include "mlir/Dialect/Utils/StructuredOpsUtils.h"
#include "mlir/IR/AffineMap.h"
#include "mlir/IR/PatternMatch.h"
#include "llvm/ADT/DenseMap.h"
#include <functional>

namespace kernel_opt {

using Sizes = SmallVector<OpFoldResult>;

/// Operand or result of a linalg.generic.
struct Access {
  Value tensor;
  AffineMap map;
};

/// The value of one element from those of the inputs.
using Body = llvm::function_ref<Value(Scalars &, ValueRange)>;
/// The values of several; the last arguments are the accumulators.
using MultiBody = llvm::function_ref<SmallVector<Value>(Scalars &, ValueRange)>;

/// The lowering of one op: builds before it, then replaces it.
class Lowering {
public:
  Lowering(RewriterBase &rewriter, Operation *op);

  RewriterBase &b;
  Operation *op;
  Location loc;
  Scalars scalars;
  /// Operands, without what encodings say.
  SmallVector<Value> in;

  /// Reports `why` at the op, and fails.
  LogicalResult unsupported(const Twine &why);
  /// Replaces the op. Each value has the sizes of the result it stands for.
  LogicalResult replace(ValueRange values);

  // Sizes.

  /// Sizes of result `index` by the op's shape rule.
  FailureOr<Sizes> resultSizes(unsigned index = 0);
  Type resultElement(unsigned index = 0);
  Sizes sizesOf(Value tensor);
  OpFoldResult size(Value tensor, int64_t dim) { return sizesOf(tensor)[dim]; }
  OpFoldResult attr(int64_t value) { return b.getIndexAttr(value); }
  /// `expr` over symbols s0, s1, ... that stand for `symbols`.
  OpFoldResult compute(AffineExpr expr, ArrayRef<OpFoldResult> symbols);
  AffineExpr sym(unsigned position) {
    return mlir::getAffineSymbolExpr(position, b.getContext());
  }
  AffineExpr dim(unsigned position) {
    return mlir::getAffineDimExpr(position, b.getContext());
  }
  AffineExpr cst(int64_t value) {
    return mlir::getAffineConstantExpr(value, b.getContext());
  }
  OpFoldResult product(ArrayRef<OpFoldResult> sizes);
  /// The product of `sizes` as an element of type `type`.
  Value count(ArrayRef<OpFoldResult> sizes, Type type);

  // Tensors.

  Value empty(ArrayRef<OpFoldResult> sizes, Type element);
  Value filled(ArrayRef<OpFoldResult> sizes, Value scalar);
  Value zeros(ArrayRef<OpFoldResult> sizes, Type element);
  /// `tensor` with the elements before and after it set to `value`.
  Value pad(Value tensor, ArrayRef<OpFoldResult> low,
            ArrayRef<OpFoldResult> high, Value value);
  Value slice(Value tensor, ArrayRef<OpFoldResult> offsets,
              ArrayRef<OpFoldResult> sizes, ArrayRef<OpFoldResult> strides);
  /// Splits and joins dimensions; the groups are those of
  /// tensor.expand_shape and tensor.collapse_shape.
  Value expand(Value tensor, ArrayRef<OpFoldResult> sizes,
               ArrayRef<SmallVector<int64_t, 2>> groups);
  Value collapse(Value tensor, ArrayRef<SmallVector<int64_t, 2>> groups);
  /// `tensor` with ones inserted so that they become dimensions `dims`.
  Value insertOnes(Value tensor, ArrayRef<int64_t> dims);
  /// `tensor` without dimensions `dims`, which are ones.
  Value dropOnes(Value tensor, ArrayRef<int64_t> dims);
  /// `tensor` under the sizes `sizes`, in row-major order.
  FailureOr<Value> reshape(Value tensor, ArrayRef<OpFoldResult> sizes);

  // Structured operations.

  AffineMap map(unsigned loops, ArrayRef<AffineExpr> exprs) {
    return AffineMap::get(loops, 0, exprs, b.getContext());
  }
  /// The map of a tensor that broadcasts to `loops` dimensions: aligned at
  /// the end, ones read at 0.
  AffineMap broadcastMap(Value tensor, unsigned loops);
  /// One element of a new tensor for each point of `sizes`.
  Value parallel(ArrayRef<OpFoldResult> sizes, Type element,
                 ArrayRef<Access> inputs, Body body);
  /// The same, with all inputs broadcast and converted to `compute`, and the
  /// result converted from it.
  Value pointwise(ArrayRef<OpFoldResult> sizes, Type element, Type compute,
                  ValueRange inputs, Body body);
  /// One linalg.generic over `loops`, `reduced` of which are reductions.
  /// `outputs` hold the initial values.
  SmallVector<Value> generic(ArrayRef<Access> inputs, ArrayRef<Access> outputs,
                             unsigned loops, ArrayRef<int64_t> reduced,
                             MultiBody body);
  /// Reduces dimensions `dims` of `input`, which it drops: `body` combines an
  /// element and the accumulator of type `init`'s.
  Value reduce(Value input, ArrayRef<int64_t> dims, Value init, Body body);
  Value sum(Value input, ArrayRef<int64_t> dims, Type accumulator);
  /// Greatest elements, in the type of the input.
  Value maximum(Value input, ArrayRef<int64_t> dims);
  /// `input` converted to `element`.
  Value convert(Value input, Type element);
  /// Sum of products in the type that operands are computed in, over the loops
  /// that `result` lacks. `sizes` are those of the result.
  Value contract(ArrayRef<Access> inputs, unsigned loops, AffineMap result,
                 ArrayRef<OpFoldResult> sizes, Type accumulator);

  /// The dimension that a negative one stands for.
  int64_t wrap(int64_t dim, Value tensor);
  SmallVector<int64_t> wrap(ArrayRef<int64_t> dims, Value tensor);

private:
  Value scalarOf(Value tensor);

  /// Sizes read so far, so that equal sizes are equal values.
  llvm::DenseMap<Value, Sizes> known;
};

/// Rank and element type of a tensor.
int64_t rankOf(Value tensor);
Type elementOf(Value tensor);
/// The dimensions from `first` to before `last`.
SmallVector<int64_t> range(int64_t first, int64_t last);

/// Lowerings by op.
class LoweringTable {
public:
  using Function = std::function<LogicalResult(Operation *, Lowering &)>;

  template <typename OpTy, LogicalResult (*F)(OpTy, Lowering &)>
  void add() {
    functions[mlir::TypeID::get<OpTy>()] = [](Operation *op,
                                              Lowering &lowering) {
      return F(cast<OpTy>(op), lowering);
    };
  }
  template <typename OpTy>
  void add(Function function) {
    functions[mlir::TypeID::get<OpTy>()] = std::move(function);
  }
  /// Null if there is none.
  Function lookup(Operation *op) const {
    return functions.lookup(op->getName().getTypeID());
  }

private:
  llvm::DenseMap<mlir::TypeID, Function> functions;
};

// One for each file of lowerings.
void addPointwiseLowerings(LoweringTable &table);
void addActivationLowerings(LoweringTable &table);
void addReductionLowerings(LoweringTable &table);
void addNormalizationLowerings(LoweringTable &table);
void addContractionLowerings(LoweringTable &table);
void addAttentionLowerings(LoweringTable &table);
void addConvolutionLowerings(LoweringTable &table);
void addPoolingLowerings(LoweringTable &table);
void addViewLowerings(LoweringTable &table);
void addPlacementLowerings(LoweringTable &table);
void addIndexingLowerings(LoweringTable &table);
void addLossLowerings(LoweringTable &table);
void addRecurrenceLowerings(LoweringTable &table);
void addScanLowerings(LoweringTable &table);

} // namespace kernel_opt

#endif // KERNEL_OPT_LIB_CONVERSION_ATENTOLINALG_LOWERING_H
