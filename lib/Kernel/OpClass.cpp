//===- OpClass.cpp - What an operation is to kernel formation ---*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Kernel/OpClass.h"
#include "kernel-opt/Kernel/SumOfProducts.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace kernel_opt;
using namespace kernel_opt::kernel;

StringRef kernel::stringify(OpClass opClass) {
  static constexpr StringLiteral names[kNumOpClasses] = {
      "scalar",      "constant",    "empty",  "fill",      "view",
      "movement",    "elementwise", "gather", "reduction", "contraction",
      "convolution", "pooling",     "insert", "other",     "foreign"};
  return names[static_cast<unsigned>(opClass)];
}

bool kernel::isFree(OpClass opClass) { return opClass <= OpClass::Movement; }

bool kernel::isReducing(OpClass opClass) {
  return opClass >= OpClass::Reduction && opClass <= OpClass::Pooling;
}

/// Whether the body hands on what it is given.
static bool bodyOnlyYields(linalg::LinalgOp op) {
  Block *body = op.getBlock();
  return llvm::hasSingleElement(*body) &&
         llvm::all_of(body->getTerminator()->getOperands(), [&](Value value) {
           auto argument = dyn_cast<mlir::BlockArgument>(value);
           return argument && argument.getOwner() == body;
         });
}

static bool readsAtComputedPositions(linalg::LinalgOp op) {
  return op.getBlock()
      ->walk([](tensor::ExtractOp) { return mlir::WalkResult::interrupt(); })
      .wasInterrupted();
}

/// A linalg operation with loops that are all parallel.
static OpClass classifyParallel(linalg::LinalgOp op) {
  for (OpOperand *input : op.getDpsInputOperands())
    if (!op.getMatchingIndexingMap(input).isProjectedPermutation(
            /*allowZeroInResults=*/true))
      // Reversals, strides, windows without a reduction.
      return bodyOnlyYields(op) ? OpClass::Movement : OpClass::Gather;
  if (readsAtComputedPositions(op))
    return OpClass::Gather;
  bool readsTensors =
      llvm::any_of(op->getOpOperands(), [&](OpOperand &operand) {
        return isa<TensorType>(operand.get().getType()) &&
               op.payloadUsesValueFromOperand(&operand);
      });
  if (!readsTensors)
    return OpClass::Fill;
  return bodyOnlyYields(op) ? OpClass::Movement : OpClass::Elementwise;
}

/// Whether factors come in parts: several products, all of the same shape.
static bool sumsSeveralProducts(linalg::LinalgOp op) {
  if (op.getNumReductionLoops() != 1 || op.getNumDpsInputs() < 3)
    return false;
  std::optional<SumOfProducts> sum = matchSumOfProducts(op);
  if (!sum || sum->products.size() < 2)
    return false;
  auto mapOf = [&](Value factor) -> std::optional<AffineMap> {
    while (auto extension = factor.getDefiningOp<arith::ExtFOp>())
      factor = extension.getIn();
    auto argument = dyn_cast<mlir::BlockArgument>(factor);
    if (!argument || argument.getOwner() != op.getBlock())
      return std::nullopt;
    return op.getMatchingIndexingMap(op.getMatchingOpOperand(argument));
  };
  std::optional<AffineMap> left = mapOf(sum->products[0].first),
                           right = mapOf(sum->products[0].second);
  return left && right && left != right &&
         llvm::all_of(sum->products, [&](auto &product) {
           return mapOf(product.first) == left &&
                  mapOf(product.second) == right;
         });
}

static OpClass classifyLinalg(linalg::LinalgOp op) {
  for (OpOperand &init : op.getDpsInitsMutable())
    if (!op.getMatchingIndexingMap(&init).isProjectedPermutation())
      return OpClass::Other;
  if (op.getNumReductionLoops() == 0)
    return op.getNumParallelLoops() == op.getNumLoops() ? classifyParallel(op)
                                                        : OpClass::Other;
  if (linalg::isaContractionOpInterface(op) || sumsSeveralProducts(op))
    return OpClass::Contraction;
  bool windows = llvm::any_of(op.getIndexingMapsArray(), [](AffineMap map) {
    return !map.isProjectedPermutation(/*allowZeroInResults=*/true);
  });
  if (!windows)
    return OpClass::Reduction;
  if (!linalg::isaConvolutionOpInterface(op))
    return OpClass::Other;
  // A pooling's second input only carries the size of the window.
  return llvm::all_of(op.getDpsInputOperands(),
                      [&](OpOperand *input) {
                        return op.payloadUsesValueFromOperand(input);
                      })
             ? OpClass::Convolution
             : OpClass::Pooling;
}

static bool hasTensorResult(Operation *op) {
  return llvm::any_of(op->getResultTypes(),
                      [](Type type) { return isa<RankedTensorType>(type); });
}

/// Whether an operation may have values of the 8-bit floats: there is no
/// arithmetic on them.
static bool onlyMoves(Operation *op) {
  return isa<arith::ExtFOp, arith::TruncFOp, arith::ConstantOp, arith::SelectOp,
             arith::BitcastOp, linalg::YieldOp, tensor::YieldOp,
             tensor::ExtractOp>(op);
}

static bool isSupportedElement(Type type, bool moves) {
  if (isa<mlir::Float8E4M3FNType, mlir::Float8E5M2Type>(type))
    return moves;
  return type.isIndex() || type.isF16() || type.isBF16() || type.isF32() ||
         type.isF64() || type.isSignlessInteger(1) ||
         type.isSignlessInteger(8) || type.isSignlessInteger(16) ||
         type.isSignlessInteger(32) || type.isSignlessInteger(64);
}

Type kernel::findUnsupportedElement(Operation *op) {
  Type found;
  op->walk([&](Operation *inner) {
    // Tensors hold, bodies compute.
    bool moves = inner == op || onlyMoves(inner);
    auto check = [&](Type type) {
      auto tensor = dyn_cast<TensorType>(type);
      if (inner == op && !tensor)
        return true;
      Type element = tensor ? tensor.getElementType() : type;
      // Positions are computed with, memory holds none.
      if (isSupportedElement(element, moves) && !(tensor && element.isIndex()))
        return true;
      found = element;
      return false;
    };
    return llvm::all_of(inner->getOperandTypes(), check) &&
                   llvm::all_of(inner->getResultTypes(), check)
               ? mlir::WalkResult::advance()
               : mlir::WalkResult::interrupt();
  });
  return found;
}

OpClass kernel::classify(Operation *op) {
  if (op->hasTrait<mlir::OpTrait::IsTerminator>() ||
      !mlir::isMemoryEffectFree(op))
    return OpClass::Foreign;
  if (hasTensorResult(op) && findUnsupportedElement(op))
    return OpClass::Foreign;
  if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op))
    return linalgOp.hasPureTensorSemantics() ? classifyLinalg(linalgOp)
                                             : OpClass::Foreign;
  StringRef dialect = op->getName().getDialectNamespace();
  bool known = dialect == "linalg" || dialect == "tensor" ||
               dialect == "arith" || dialect == "math" || dialect == "aten" ||
               dialect == "affine" || dialect == "index";
  if (!known)
    return OpClass::Foreign;
  if (!hasTensorResult(op))
    // An element of a tensor read by the host.
    return isa<tensor::ExtractOp>(op) ? OpClass::Foreign : OpClass::Scalar;
  return llvm::TypeSwitch<Operation *, OpClass>(op)
      .Case<arith::ConstantOp>([](auto) { return OpClass::Constant; })
      .Case<tensor::EmptyOp>([](auto) { return OpClass::Empty; })
      .Case<tensor::SplatOp>([](auto) { return OpClass::Fill; })
      .Case<tensor::ExpandShapeOp, tensor::CollapseShapeOp, tensor::CastOp>(
          [](auto) { return OpClass::View; })
      .Case<tensor::ExtractSliceOp>([](auto) { return OpClass::Movement; })
      .Case([](tensor::PadOp pad) {
        // A padding that depends on the position is not plain movement.
        return pad.getConstantPaddingValue() ? OpClass::Movement
                                             : OpClass::Other;
      })
      .Case<tensor::InsertSliceOp, tensor::ConcatOp>(
          [](auto) { return OpClass::Insert; })
      .Default([](Operation *other) {
        return mlir::OpTrait::hasElementwiseMappableTraits(other)
                   ? OpClass::Elementwise
                   : OpClass::Other;
      });
}

static bool isTranscendental(Operation *op) {
  if (isa<math::AbsFOp, math::AbsIOp, math::FmaOp, math::CopySignOp,
          math::FloorOp, math::CeilOp, math::RoundOp, math::RoundEvenOp,
          math::TruncOp>(op))
    return false;
  return isa<arith::DivFOp, arith::RemFOp, arith::DivSIOp, arith::DivUIOp,
             arith::RemSIOp, arith::RemUIOp>(op) ||
         isa_and_nonnull<math::MathDialect>(op->getDialect());
}

ElementCost kernel::elementCost(Operation *op) {
  ElementCost cost;
  auto count = [&](Operation *inner) {
    if (isTranscendental(inner))
      ++cost.transcendental;
    else
      cost.simple += isa<math::FmaOp>(inner) ? 2 : 1;
  };
  if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op)) {
    linalgOp.getBlock()->walk([&](Operation *inner) {
      // Positions and constants cost nothing worth counting.
      bool free = inner->hasTrait<mlir::OpTrait::IsTerminator>() ||
                  inner->hasTrait<mlir::OpTrait::ConstantLike>() ||
                  isa<linalg::IndexOp, tensor::ExtractOp>(inner) ||
                  (inner->getNumResults() == 1 &&
                   inner->getResult(0).getType().isIndex());
      if (!free)
        count(inner);
    });
  } else if (mlir::OpTrait::hasElementwiseMappableTraits(op)) {
    count(op);
  }
  return cost;
}

static int64_t product(ArrayRef<int64_t> sizes, int64_t dynamicSize) {
  int64_t result = 1;
  for (int64_t size : sizes)
    // Sizes are the user's: a product that overflows saturates.
    if (__builtin_mul_overflow(
            result, ShapedType::isDynamic(size) ? dynamicSize : size, &result))
      return INT64_MAX;
  return result;
}

int64_t kernel::elements(Type type, int64_t dynamicSize) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor ? product(tensor.getShape(), dynamicSize) : 1;
}

int64_t kernel::iterations(Operation *op, int64_t dynamicSize) {
  if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op))
    return product(linalgOp.getStaticLoopRanges(), dynamicSize);
  return op->getNumResults() ? elements(op->getResult(0).getType(), dynamicSize)
                             : 1;
}
