//===- Reference.cpp - Entry points of the reference evaluator ------ ===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Verify/Reference.h"
#include "Evaluator.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/TypeUtilities.h"

using namespace kernel_opt;
using namespace kernel_opt::verify;

static bool isKnownType(Type type) {
  if (isa<ShapedType>(type) && !isa<RankedTensorType>(type))
    return false;
  type = mlir::getElementTypeOrSelf(type);
  return getFloatKind(type) || isa<IndexType>(type) ||
         (isa<IntegerType>(type) && type.getIntOrFloatBitWidth() <= 64);
}

static bool isTensorOp(Operation *op) {
  return isa<tensor::EmptyOp, tensor::CastOp, tensor::DimOp, tensor::PadOp,
             tensor::ExtractSliceOp, tensor::InsertSliceOp,
             tensor::ExpandShapeOp, tensor::CollapseShapeOp, tensor::ConcatOp,
             tensor::GenerateOp, tensor::FromElementsOp, tensor::SplatOp,
             tensor::ExtractOp>(op);
}

/// What may stand in the region of a structured operation, of tensor.generate
/// or of tensor.pad.
static bool isPayloadOp(Operation *op) {
  return isScalarOp(op) ||
         isa<arith::ConstantOp, linalg::IndexOp, tensor::ExtractOp,
             tensor::DimOp>(op) ||
         (isa<affine::AffineApplyOp, affine::AffineMinOp, affine::AffineMaxOp>(
             op)) ||
         op->hasTrait<mlir::OpTrait::IsTerminator>();
}

static LogicalResult checkPayload(Region &region) {
  bool ok = true;
  for (Operation &op : region.front())
    if (!isPayloadOp(&op)) {
      op.emitError("operation inside a payload is not supported by the "
                   "reference evaluator");
      ok = false;
    }
  return success(ok);
}

static LogicalResult checkStructured(linalg::LinalgOp op) {
  if (!op.hasPureTensorSemantics())
    return op.emitError("expected operands on tensors");
  for (OpOperand &init : op.getDpsInitsMutable()) {
    AffineMap map = op.getMatchingIndexingMap(&init);
    if (!map.isProjectedPermutation())
      return op.emitError("expected results that are indexed by loops, each "
                          "at most once");
  }
  return checkPayload(*op.getBlock()->getParent());
}

static LogicalResult checkOp(Operation *op) {
  if (op->hasTrait<mlir::OpTrait::IsTerminator>())
    return success();
  for (Type type : op->getResultTypes())
    if (!isKnownType(type))
      return op->emitError("type ")
             << type << " is not supported by the reference evaluator";
  if (auto structured = dyn_cast<linalg::LinalgOp>(op))
    return checkStructured(structured);
  if (auto generate = dyn_cast<tensor::GenerateOp>(op))
    return checkPayload(generate.getBody());
  if (auto pad = dyn_cast<tensor::PadOp>(op))
    return checkPayload(pad.getRegion());
  if (isScalarOp(op) || isTensorOp(op) || isa<arith::ConstantOp>(op))
    return success();
  if (isa<affine::AffineApplyOp, affine::AffineMinOp, affine::AffineMaxOp>(op))
    return success();
  return op->emitError("operation is not supported by the reference evaluator");
}

LogicalResult verify::checkSupported(Block &block) {
  bool ok = true;
  for (Operation &op : block)
    ok &= succeeded(checkOp(&op));
  for (BlockArgument argument : block.getArguments())
    if (!isKnownType(argument.getType())) {
      mlir::emitError(argument.getLoc(), "argument of type ")
          << argument.getType()
          << " is not supported by the reference evaluator";
      ok = false;
    }
  return success(ok);
}

Reference::Reference(std::unique_ptr<Evaluator> evaluator)
    : evaluator(std::move(evaluator)) {}
Reference::~Reference() = default;

FailureOr<std::unique_ptr<Reference>>
Reference::create(Block &block, Domain &domain,
                  ArrayRef<SmallVector<int64_t>> shapes,
                  ReferenceOptions options) {
  if (failed(checkSupported(block)))
    return failure();
  Location loc = block.getParentOp()->getLoc();
  if (shapes.size() != block.getNumArguments())
    return mlir::emitError(loc, "expected shapes of ")
           << block.getNumArguments() << " arguments, found " << shapes.size();
  for (auto [argument, shape] : llvm::zip_equal(block.getArguments(), shapes)) {
    auto type = dyn_cast<RankedTensorType>(argument.getType());
    bool fits = type ? type.getRank() == int64_t(shape.size()) : shape.empty();
    for (size_t d = 0; fits && d < shape.size(); ++d)
      fits = shape[d] >= 0 &&
             (type.isDynamicDim(d) || type.getDimSize(d) == shape[d]);
    if (!fits) {
      auto diagnostic = mlir::emitError(argument.getLoc(), "argument ")
                        << argument.getArgNumber() << " of type "
                        << argument.getType() << " cannot have sizes [";
      llvm::interleaveComma(shape, diagnostic);
      return diagnostic << "]";
    }
  }
  return std::unique_ptr<Reference>(new Reference(
      std::make_unique<Evaluator>(block, domain, shapes, options)));
}

unsigned Reference::getNumResults() const {
  return evaluator->getBlock().getTerminator()->getNumOperands();
}

FailureOr<SmallVector<int64_t>> Reference::getResultShape(unsigned result) {
  return evaluator->getShape(
      evaluator->getBlock().getTerminator()->getOperand(result));
}

FailureOr<Tile> Reference::evaluate(unsigned result, const Box &box,
                                    InputSource &inputs) {
  evaluator->setInputs(&inputs);
  Value value = evaluator->getBlock().getTerminator()->getOperand(result);
  FailureOr<Column> values = evaluator->requestColumn(value, box);
  if (failed(values))
    return failure();
  return Tile{box, std::move(*values)};
}

void Reference::reset() { evaluator->reset(); }
