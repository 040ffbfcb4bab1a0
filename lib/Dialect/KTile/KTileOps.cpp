//===- KTileOps.cpp - Operations of the ktile dialect -----------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Dialect/KTile/KTileOps.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::ktile;

#define GET_OP_CLASSES
#include "kernel-opt/Dialect/KTile/KTileOps.cpp.inc"

/// A tile's extents must be powers of two: layouts are maps of bits.
static LogicalResult verifyTile(Operation *op, Type type) {
  for (int64_t extent : cast<RankedTensorType>(type).getShape())
    if (!llvm::isPowerOf2_64(extent))
      return op->emitOpError("tile extents must be powers of two, found ")
             << type;
  return success();
}

/// `map` takes the coordinates of `tile` and `symbols` to `results` numbers.
static LogicalResult verifyMap(Operation *op, AffineMap map, Type tile,
                               size_t symbols, int64_t results) {
  if (failed(verifyTile(op, tile)))
    return failure();
  int64_t rank = cast<RankedTensorType>(tile).getRank();
  if (map.getNumDims() != rank)
    return op->emitOpError("map takes ")
           << map.getNumDims() << " coordinates, the tile has " << rank;
  if (map.getNumSymbols() != symbols)
    return op->emitOpError("map takes ")
           << map.getNumSymbols() << " symbols, " << symbols << " are given";
  if (int64_t(map.getNumResults()) != results)
    return op->emitOpError("map has ")
           << map.getNumResults() << " results, expected " << results;
  return success();
}

static LogicalResult verifyElementType(Operation *op, Type tile, Type memref) {
  if (getElementTypeOrSelf(tile) != getElementTypeOrSelf(memref))
    return op->emitOpError("tile ")
           << tile << " and memory " << memref << " differ in element type";
  return success();
}

LogicalResult LoadOp::verify() {
  if (failed(verifyMap(*this, getMap(), getResult().getType(),
                       getSymbols().size(), getSource().getType().getRank())) ||
      failed(verifyElementType(*this, getResult().getType(),
                               getSource().getType())))
    return failure();
  if (getPadding().getType() != getSource().getType().getElementType())
    return emitOpError("padding must be of type ")
           << getSource().getType().getElementType() << ", found "
           << getPadding().getType();
  return success();
}

LogicalResult StoreOp::verify() {
  if (failed(verifyMap(*this, getMap(), getValue().getType(),
                       getSymbols().size(), getDest().getType().getRank())))
    return failure();
  return verifyElementType(*this, getValue().getType(), getDest().getType());
}

LogicalResult IndexOp::verify() {
  return verifyMap(*this, getMap(), getResult().getType(), getSymbols().size(),
                   1);
}

LogicalResult InBoundsOp::verify() {
  return verifyMap(*this, getMap(), getResult().getType(), getSymbols().size(),
                   getBounds().size());
}

LogicalResult ViewOp::verify() {
  auto source = cast<RankedTensorType>(getSource().getType());
  auto result = cast<RankedTensorType>(getResult().getType());
  if (failed(verifyTile(*this, source)) || failed(verifyTile(*this, result)))
    return failure();
  if (source.getElementType() != result.getElementType())
    return emitOpError("changes the element type from ")
           << source.getElementType() << " to " << result.getElementType();
  if (int64_t(getFrom().size()) != result.getRank())
    return emitOpError("names ")
           << getFrom().size() << " dimensions, the result has "
           << result.getRank();
  SmallVector<bool> used(source.getRank(), false);
  for (auto [d, from] : llvm::enumerate(getFrom())) {
    if (from == -1)
      continue;
    if (from < -1 || from >= source.getRank() || used[from])
      return emitOpError("source dimension ")
             << from << " is named twice or does not exist";
    used[from] = true;
    if (source.getDimSize(from) != result.getDimSize(d))
      return emitOpError("dimension ")
             << d << " has extent " << result.getDimSize(d)
             << ", its source dimension " << source.getDimSize(from);
  }
  if (llvm::is_contained(used, false))
    return emitOpError("drops a source dimension");
  return success();
}

LogicalResult ConvertOp::verify() {
  auto source = cast<RankedTensorType>(getSource().getType());
  auto result = cast<RankedTensorType>(getResult().getType());
  if (source.getShape() != result.getShape() ||
      source.getElementType() != result.getElementType())
    return emitOpError("changes more than the layout: ")
           << source << " to " << result;
  return success();
}

/// Checks result `i` of a combination along `dim`: a tile without it.
static LogicalResult verifyTotal(Operation *op, unsigned i,
                                 RankedTensorType source, int64_t dim,
                                 Type total) {
  if (failed(verifyTile(op, source)))
    return failure();
  if (dim < 0 || dim >= source.getRank())
    return op->emitOpError("has no dimension ") << dim << " in " << source;
  auto result = cast<RankedTensorType>(total);
  SmallVector<int64_t> shape(source.getShape());
  shape.erase(shape.begin() + dim);
  if (result.getShape() != ArrayRef(shape) ||
      result.getElementType() != source.getElementType())
    return op->emitOpError("result ")
           << i << " must have shape [" << shape << "] and element type "
           << source.getElementType() << ", found " << result;
  return success();
}

/// Checks the body that combines elements of each operand.
static LogicalResult verifyCombiner(Operation *op, Region &combiner) {
  Block &body = combiner.front();
  size_t count = op->getNumOperands();
  if (body.getNumArguments() != 2 * count)
    return op->emitOpError("body takes ")
           << body.getNumArguments() << " arguments, expected " << 2 * count;
  for (auto [i, operand] : llvm::enumerate(op->getOperandTypes())) {
    Type element = cast<RankedTensorType>(operand).getElementType();
    if (body.getArgument(i).getType() != element ||
        body.getArgument(count + i).getType() != element)
      return op->emitOpError("body arguments ")
             << i << " and " << count + i << " must be of type " << element;
  }
  auto yield = cast<YieldOp>(body.getTerminator());
  if (yield.getNumOperands() != count ||
      !llvm::equal(yield.getOperandTypes(),
                   TypeRange(body.getArgumentTypes()).take_front(count)))
    return op->emitOpError("body must yield one element per operand");
  return success();
}

LogicalResult ReduceOp::verify() {
  if (getOperands().empty() || getOperands().size() != getResults().size())
    return emitOpError(
               "needs as many results as operands, at least one, found ")
           << getOperands().size() << " operands and " << getResults().size()
           << " results";
  for (auto [i, source] : llvm::enumerate(getOperandTypes()))
    if (failed(verifyTotal(*this, i, cast<RankedTensorType>(source), getDim(),
                           getResult(i).getType())))
      return failure();
  return verifyCombiner(*this, getCombiner());
}

LogicalResult ScanOp::verify() {
  size_t count = getOperands().size();
  if (!count || getResults().size() != 2 * count)
    return emitOpError("needs two results for each operand, at least one "
                       "operand, found ")
           << count << " operands and " << getResults().size() << " results";
  if (getNeutral().size() != count)
    return emitOpError("needs a neutral value for each of ")
           << count << " operands, found " << getNeutral().size();
  for (auto [i, operand] : llvm::enumerate(getOperandTypes())) {
    auto source = cast<RankedTensorType>(operand);
    if (failed(verifyTotal(*this, count + i, source, getDim(),
                           getResult(count + i).getType())))
      return failure();
    auto running = cast<RankedTensorType>(getResult(i).getType());
    if (running.getShape() != source.getShape() ||
        running.getElementType() != source.getElementType())
      return emitOpError("result ") << i << " must be like its operand "
                                    << source << ", found " << running;
    auto neutral = dyn_cast<TypedAttr>(getNeutral()[i]);
    if (!neutral || neutral.getType() != source.getElementType())
      return emitOpError("neutral value ")
             << i << " must be of type " << source.getElementType()
             << ", found " << getNeutral()[i];
  }
  return verifyCombiner(*this, getCombiner());
}

//===----------------------------------------------------------------------===//
// DotOp
//===----------------------------------------------------------------------===//

void DotOp::getEffects(
    SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>>
        &effects) {
  for (OpOperand *operand : {&getAMutable(), &getBMutable()})
    if (isa<MemRefType>(operand->get().getType()))
      effects.emplace_back(MemoryEffects::Read::get(), operand);
}

/// Rows and columns of a matrix operand: the last two dimensions.
static FailureOr<std::pair<int64_t, int64_t>> matrixShape(DotOp op, Value value,
                                                          size_t indices,
                                                          bool transposed,
                                                          StringRef name) {
  auto type = cast<ShapedType>(value.getType());
  int64_t leading = isa<MemRefType>(type) ? indices : 0;
  if (isa<RankedTensorType>(type) && indices)
    return op.emitOpError("indices select from a buffer, but ")
           << name << " is a tile";
  if (type.getRank() != leading + 2)
    return op.emitOpError() << name << " must have " << leading + 2
                            << " dimensions, found " << type;
  std::pair<int64_t, int64_t> shape = {type.getDimSize(leading),
                                       type.getDimSize(leading + 1)};
  if (transposed)
    std::swap(shape.first, shape.second);
  return shape;
}

int64_t DotOp::getDepth() {
  if (std::optional<uint64_t> k = getK())
    return *k;
  auto type = cast<ShapedType>(getA().getType());
  return type.getDimSize(type.getRank() - (getATransposed() ? 2 : 1));
}

LogicalResult DotOp::verify() {
  auto a =
      matrixShape(*this, getA(), getAIndices().size(), getATransposed(), "a");
  auto b =
      matrixShape(*this, getB(), getBIndices().size(), getBTransposed(), "b");
  if (failed(a) || failed(b))
    return failure();
  auto acc = cast<RankedTensorType>(getAcc().getType());
  bool depthFits = getK() ? getDepth() >= 1 && getDepth() <= a->second &&
                                getDepth() <= b->first
                          : a->second == b->first;
  if (acc.getRank() != 2 || a->first < acc.getDimSize(0) ||
      b->second < acc.getDimSize(1) || !depthFits)
    return emitOpError("shapes do not match: ")
           << a->first << "x" << a->second << " times " << b->first << "x"
           << b->second << " into " << acc;
  if (getUnitName() != fmaUnit && getUnitName() != mmaUnit)
    return emitOpError("knows no unit '")
           << getUnitName() << "': '" << fmaUnit << "' or '" << mmaUnit << "'";
  return verifyTile(*this, acc);
}

//===----------------------------------------------------------------------===//
// FromRegistersOp, ToRegistersOp, StoreMatrixOp, StorePanelsOp
//===----------------------------------------------------------------------===//

static LogicalResult verifyLayout(Operation *op, const LinearLayout &layout,
                                  ArrayRef<int64_t> shape) {
  if (layout.getRank() != shape.size())
    return op->emitOpError("layout has ")
           << layout.getRank() << " dimensions, the tile " << shape.size();
  if (std::optional<std::string> reason = layout.check(shape))
    return op->emitOpError("layout does not fit the tile: ") << *reason;
  return success();
}

/// `registers` are what each thread holds of `tile` in `layout`.
static LogicalResult verifyRegisters(Operation *op, Type registers, Type tile,
                                     const LinearLayout &layout) {
  auto vector = cast<VectorType>(registers);
  auto tensor = cast<RankedTensorType>(tile);
  if (failed(verifyTile(op, tensor)) ||
      failed(verifyLayout(op, layout, tensor.getShape())) ||
      failed(verifyElementType(op, tensor, vector)))
    return failure();
  if (vector.getNumElements() != layout.numRegisters())
    return op->emitOpError("layout has ")
           << layout.numRegisters() << " registers, found " << vector;
  return success();
}

LogicalResult FromRegistersOp::verify() {
  return verifyRegisters(*this, getRegisters().getType(), getResult().getType(),
                         getLayout().getLinearLayout());
}

LogicalResult ToRegistersOp::verify() {
  return verifyRegisters(*this, getRegisters().getType(), getSource().getType(),
                         getLayout().getLinearLayout());
}

LogicalResult StoreMatrixOp::verify() {
  auto tile = cast<RankedTensorType>(getValue().getType());
  MemRefType dest = getDest().getType();
  if (failed(verifyTile(*this, tile)) ||
      failed(verifyElementType(*this, tile, dest)) ||
      failed(
          verifyLayout(*this, getLayout().getLinearLayout(), tile.getShape())))
    return failure();
  if (!tile.getElementType().isIntOrFloat() ||
      tile.getElementTypeBitWidth() != 16)
    return emitOpError("moves elements of 16 bits, found ") << tile;
  if (tile.getRank() != 2 || dest.getRank() != 4)
    return emitOpError("takes a matrix to a buffer of warpgroups, panels, rows "
                       "and columns, found ")
           << tile << " and " << dest;
  ArrayRef<int64_t> shape = dest.getShape();
  int64_t first = getFirst();
  if (shape[0] * shape[2] != tile.getDimSize(0) || first < 0 ||
      first + shape[1] * shape[3] > tile.getDimSize(1) || first % 16 ||
      shape[3] % 16 || shape[2] % 64)
    return emitOpError("columns from ")
           << first << " on of " << tile << " do not fill " << dest;
  return success();
}

LogicalResult StorePanelsOp::verify() {
  auto tile = cast<RankedTensorType>(getValue().getType());
  MemRefType dest = getDest().getType();
  if (failed(verifyTile(*this, tile)) ||
      failed(verifyElementType(*this, tile, dest)))
    return failure();
  int64_t along = getAlong(), rank = dest.getRank();
  if (tile.getRank() != 2 || along < 0 || along > 1)
    return emitOpError("takes a matrix along dimension 0 or 1, found ")
           << tile << " along " << along;
  if (rank != int64_t(getIndices().size()) + 3)
    return emitOpError("leaves panel, row and column open, but ")
           << getIndices().size() << " indices choose from " << dest;
  ArrayRef<int64_t> panels = dest.getShape().take_back(3);
  if (panels[0] * panels[2] != tile.getDimSize(along) ||
      panels[1] != tile.getDimSize(1 - along) ||
      !llvm::isPowerOf2_64(panels[2]))
    return emitOpError() << tile << " does not fill the panels of " << dest;
  return success();
}

//===----------------------------------------------------------------------===//
// CopyOp
//===----------------------------------------------------------------------===//

LogicalResult CopyOp::verify() {
  MemRefType source = getSource().getType(), dest = getDest().getType();
  AffineMap map = getMap();
  if (map.getNumDims() != getShape().size() ||
      map.getNumSymbols() != getSymbols().size() ||
      map.getNumResults() != size_t(source.getRank()))
    return emitOpError("map must take ")
           << getShape().size() << " coordinates and " << getSymbols().size()
           << " symbols to a place in " << source << ", found "
           << AffineMapAttr::get(map);
  if (source.getElementType() != dest.getElementType())
    return emitOpError("moves elements of ")
           << source.getElementType() << " to a buffer of "
           << dest.getElementType();
  size_t leading = getDestIndices().size();
  bool fits = getShape().size() == 2 && dest.getRank() == int64_t(leading + 2);
  for (unsigned d = 0; d < 2 && fits; ++d)
    fits = getShape()[d] >= 1 &&
           getShape()[d] <=
               dest.getDimSize(leading + (getTransposed() ? 1 - d : d));
  if (!fits)
    return emitOpError("a tile of shape [")
           << getShape() << "] does not fit into " << dest << " with "
           << leading << " indices";
  return success();
}
