//===- Evaluator.cpp - Requests, shapes and values ------------------ ===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Evaluator.h"
#include "kernel-opt/Dialect/Kopt/KoptAttrs.h"
#include "kernel-opt/Verify/Hash.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/TypeUtilities.h"
#include <numeric>

using namespace kernel_opt;
using namespace kernel_opt::verify;

void Evaluator::reset() {
  tiles.clear();
  history.clear();
  cachedBytes = 0;
}

static size_t getBytes(const Tile &tile) {
  return tile.values.floats.size() + tile.values.ints.size() * 8;
}

TileIndex::TileIndex(ArrayRef<int64_t> shape) : strides(getStrides(shape)) {}

std::pair<int64_t, int64_t> TileIndex::spanOf(const Box &box) const {
  int64_t first = 0, distance = 0;
  for (size_t d = 0; d < box.rank(); ++d) {
    first += box.offsets[d] * strides[d];
    distance += (box.sizes[d] - 1) * strides[d];
  }
  return {first, distance};
}

TilePtr TileIndex::find(const Box &box) const {
  auto [first, distance] = spanOf(box);
  // Beginning before this, a tile ends before the box does.
  int64_t earliest = first + distance - longest;
  for (auto it = tiles.upper_bound(first); it != tiles.begin();) {
    --it;
    if (it->first < earliest)
      break;
    if (it->second->box.contains(box))
      return it->second;
  }
  return nullptr;
}

TileIndex::Position TileIndex::insert(TilePtr tile) {
  auto [first, distance] = spanOf(tile->box);
  longest = std::max(longest, distance);
  return tiles.emplace(first, std::move(tile));
}

TileIndex &Evaluator::indexOf(Value value) {
  std::unique_ptr<TileIndex> &index = tiles[value];
  if (!index) {
    // Without a shape it cannot be computed either, which will be reported.
    FailureOr<SmallVector<int64_t>> shape = getShape(value);
    auto type = dyn_cast<RankedTensorType>(value.getType());
    SmallVector<int64_t> unknown(type ? type.getRank() : 0, 1);
    tiles[value] =
        std::make_unique<TileIndex>(succeeded(shape) ? *shape : unknown);
  }
  return *tiles[value];
}

void Evaluator::remember(Value value, TilePtr tile) {
  cachedBytes += getBytes(*tile);
  TileIndex &index = indexOf(value);
  history.emplace_back(&index, index.insert(std::move(tile)));
  // The newest stays, however large it is.
  while (cachedBytes > options.cacheBytes && history.size() > 1) {
    auto [oldest, position] = history.front();
    cachedBytes -= getBytes(*position->second);
    oldest->erase(position);
    history.pop_front();
  }
}

FailureOr<TilePtr> Evaluator::request(Value value, const Box &box) {
  if (TilePtr known = indexOf(value).find(box))
    return known;
  FailureOr<Tile> tile = compute(value, box);
  if (failed(tile))
    return failure();
  auto shared = std::make_shared<const Tile>(std::move(*tile));
  remember(value, shared);
  return shared;
}

FailureOr<Column> Evaluator::requestColumn(Value value, const Box &box) {
  FailureOr<TilePtr> tile = request(value, box);
  if (failed(tile))
    return failure();
  if ((*tile)->box == box)
    return (*tile)->values;
  return extractBox(domain, **tile, box).values;
}

FailureOr<int64_t> Evaluator::getInteger(Value value) {
  FailureOr<TilePtr> tile = request(value, Box());
  if (failed(tile))
    return failure();
  return (*tile)->values.ints.front();
}

FailureOr<int64_t> Evaluator::getInteger(OpFoldResult value) {
  if (auto attribute = dyn_cast<Attribute>(value))
    return cast<IntegerAttr>(attribute).getInt();
  return getInteger(cast<Value>(value));
}

FailureOr<SmallVector<int64_t>>
Evaluator::resolve(ArrayRef<OpFoldResult> sizes) {
  SmallVector<int64_t> result;
  for (OpFoldResult size : sizes) {
    FailureOr<int64_t> value = getInteger(size);
    if (failed(value))
      return failure();
    result.push_back(*value);
  }
  return result;
}

//===----------------------------------------------------------------------===//
// Shapes
//===----------------------------------------------------------------------===//

FailureOr<SmallVector<int64_t>> Evaluator::getShape(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (!type)
    return SmallVector<int64_t>();
  if (type.hasStaticShape())
    return SmallVector<int64_t>(type.getShape());
  auto known = knownShapes.find(value);
  if (known != knownShapes.end())
    return known->second;
  FailureOr<SmallVector<int64_t>> shape = inferShape(value);
  if (succeeded(shape))
    knownShapes[value] = *shape;
  return shape;
}

/// Each result dimension is the product of the source's dimensions.
static SmallVector<int64_t>
collapseShape(ArrayRef<int64_t> shape,
              ArrayRef<mlir::ReassociationIndices> groups) {
  SmallVector<int64_t> result;
  for (const mlir::ReassociationIndices &group : groups) {
    int64_t size = 1;
    for (int64_t d : group)
      size *= shape[d];
    result.push_back(size);
  }
  return result;
}

FailureOr<SmallVector<int64_t>>
Evaluator::shapeOfSlice(tensor::ExtractSliceOp op) {
  FailureOr<SmallVector<int64_t>> sizes = resolve(op.getMixedSizes());
  if (failed(sizes))
    return failure();
  SmallVector<int64_t> kept;
  llvm::SmallBitVector dropped = op.getDroppedDims();
  for (auto [d, size] : llvm::enumerate(*sizes))
    if (!dropped.test(d))
      kept.push_back(size);
  return kept;
}

FailureOr<SmallVector<int64_t>> Evaluator::shapeOfPad(tensor::PadOp op) {
  FailureOr<SmallVector<int64_t>> shape = getShape(op.getSource());
  FailureOr<SmallVector<int64_t>> low = resolve(op.getMixedLowPad());
  FailureOr<SmallVector<int64_t>> high = resolve(op.getMixedHighPad());
  if (failed(shape) || failed(low) || failed(high))
    return failure();
  for (auto [d, size] : llvm::enumerate(*shape))
    size += (*low)[d] + (*high)[d];
  return shape;
}

FailureOr<SmallVector<int64_t>> Evaluator::shapeOfConcat(tensor::ConcatOp op) {
  FailureOr<SmallVector<int64_t>> shape = getShape(op.getInputs()[0]);
  for (Value input : op.getInputs().drop_front()) {
    FailureOr<SmallVector<int64_t>> next = getShape(input);
    if (failed(shape) || failed(next))
      return failure();
    (*shape)[op.getDim()] += (*next)[op.getDim()];
  }
  return shape;
}

FailureOr<SmallVector<int64_t>> Evaluator::shapeOfMade(Operation *op) {
  SmallVector<OpFoldResult> sizes;
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  auto dynamic = op->getOperands().take_back(type.getNumDynamicDims());
  for (int64_t size : type.getShape())
    if (mlir::ShapedType::isDynamic(size)) {
      sizes.push_back(dynamic.front());
      dynamic = dynamic.drop_front();
    } else {
      sizes.push_back(IntegerAttr::get(IndexType::get(op->getContext()), size));
    }
  return resolve(sizes);
}

FailureOr<SmallVector<int64_t>> Evaluator::inferShape(Value value) {
  if (auto argument = dyn_cast<BlockArgument>(value))
    return shapes[argument.getArgNumber()];
  Operation *op = value.getDefiningOp();
  if (auto structured = dyn_cast<linalg::LinalgOp>(op))
    return getShape(
        structured.getDpsInits()[cast<OpResult>(value).getResultNumber()]);
  if (auto slice = dyn_cast<tensor::ExtractSliceOp>(op))
    return shapeOfSlice(slice);
  if (auto pad = dyn_cast<tensor::PadOp>(op))
    return shapeOfPad(pad);
  if (auto collapse = dyn_cast<tensor::CollapseShapeOp>(op)) {
    FailureOr<SmallVector<int64_t>> shape = getShape(collapse.getSrc());
    if (failed(shape))
      return failure();
    return collapseShape(*shape, collapse.getReassociationIndices());
  }
  if (auto concat = dyn_cast<tensor::ConcatOp>(op))
    return shapeOfConcat(concat);
  if (auto empty = dyn_cast<tensor::EmptyOp>(op))
    return resolve(empty.getMixedSizes());
  if (auto expand = dyn_cast<tensor::ExpandShapeOp>(op))
    return resolve(expand.getMixedOutputShape());
  if (isa<tensor::GenerateOp, tensor::SplatOp>(op))
    return shapeOfMade(op);
  if (auto insert = dyn_cast<tensor::InsertSliceOp>(op))
    return getShape(insert.getDest());
  if (isa<arith::SelectOp>(op))
    return getShape(op->getOperand(1));
  // Casts and elementwise operations keep the shape of their first operand.
  if (isa<tensor::CastOp>(op) || isScalarOp(op))
    return getShape(op->getOperand(0));
  return op->emitError("sizes of the result are not known"), failure();
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

/// Row-major positions of a box within a tensor.
static std::vector<int64_t> linearIndices(ArrayRef<int64_t> shape,
                                          const Box &box) {
  std::vector<int64_t> indices;
  indices.reserve(size_t(box.volume()));
  SmallVector<int64_t> strides = getStrides(shape);
  // Row by row: neighbours of the last dimension follow each other.
  Box rows = box;
  int64_t width = box.rank() ? std::exchange(rows.sizes.back(), 1) : 1;
  if (width == 0)
    return indices;
  (void)forEachPoint(rows, [&](ArrayRef<int64_t> index) {
    int64_t first = std::inner_product(index.begin(), index.end(),
                                       strides.begin(), int64_t(0));
    for (int64_t i = 0; i < width; ++i)
      indices.push_back(first + i);
    return success();
  });
  return indices;
}

FailureOr<Tile> Evaluator::computeArgument(BlockArgument argument,
                                           const Box &box) {
  FailureOr<SmallVector<int64_t>> shape = getShape(argument);
  if (failed(shape))
    return failure();
  std::vector<int64_t> indices = linearIndices(*shape, box);
  Type type = mlir::getElementTypeOrSelf(argument.getType());
  Tile tile = {box, makeColumn(domain, type, indices.size())};
  if (tile.values.kind)
    inputs->floats(domain, argument.getArgNumber(), *tile.values.kind, *shape,
                   indices, tile.values.floats.data());
  else
    inputs->integers(argument.getArgNumber(), getIntegerWidth(type), *shape,
                     indices, tile.values.ints.data());
  return tile;
}

/// The symbolic value that stands on a constant, or nothing.
static StringRef getProvenance(Operation *op) {
  auto attribute = op->getAttrOfType<kopt::ConstAttr>(kopt::kConstAttrName);
  return attribute ? attribute.getExpression() : StringRef();
}

FailureOr<Tile> Evaluator::computeConstant(Operation *op, const Box &box) {
  auto constant = cast<arith::ConstantOp>(op);
  size_t n = size_t(box.volume());
  StringRef provenance = getProvenance(op);
  if (!isa<mlir::ElementsAttr>(constant.getValue()))
    return Tile{box,
                splatAttribute(domain, constant.getValue(), provenance, n)};
  auto type = cast<RankedTensorType>(constant.getType());
  if (auto splat = dyn_cast<mlir::SplatElementsAttr>(constant.getValue()))
    return Tile{box, splatAttribute(domain, splat.getSplatValue<Attribute>(),
                                    provenance, n)};
  mlir::DenseElementsAttr dense =
      dyn_cast<mlir::DenseElementsAttr>(constant.getValue());
  if (auto resource =
          dyn_cast<mlir::DenseResourceElementsAttr>(constant.getValue())) {
    mlir::AsmResourceBlob *blob = resource.getRawHandle().getBlob();
    if (!blob)
      return op->emitError("resource of the constant holds no data"), failure();
    dense = mlir::DenseElementsAttr::getFromRawBuffer(type, blob->getData());
  }
  Tile tile = {box, makeColumn(domain, type.getElementType(), n)};
  std::vector<int64_t> indices = linearIndices(type.getShape(), box);
  if (!tile.values.kind) {
    auto values = dense.getValues<APInt>();
    bool isBool = type.getElementType().isInteger(1);
    for (auto [i, index] : llvm::enumerate(indices))
      tile.values.ints[i] =
          isBool ? values[index].getBoolValue() : values[index].getSExtValue();
    return tile;
  }
  auto values = dense.getValues<APFloat>();
  for (auto [i, index] : llvm::enumerate(indices))
    domain.constant(values[index], *tile.values.kind, provenance,
                    tile.values.floats.data() + i * domain.valueBytes(), 1);
  return tile;
}

FailureOr<Tile> Evaluator::computeElementwise(Operation *op, const Box &box) {
  size_t n = size_t(box.volume());
  SmallVector<Column> columns;
  for (Value operand : op->getOperands()) {
    // The condition of a select may be one scalar for a whole tensor.
    bool isScalar = !isa<RankedTensorType>(operand.getType());
    FailureOr<Column> column = requestColumn(operand, isScalar ? Box() : box);
    if (failed(column))
      return failure();
    if (isScalar && box.rank())
      column = repeat(domain, *column, n);
    columns.push_back(std::move(*column));
  }
  SmallVector<const Column *> operands;
  for (const Column &column : columns)
    operands.push_back(&column);
  Tile tile = {box, {}};
  if (failed(evalScalar(op, domain, operands, n, tile.values)))
    return failure();
  return tile;
}

LogicalResult Evaluator::spend(uint64_t steps) {
  if (!options.work)
    return success();
  *options.work -= std::min(*options.work, steps);
  return success(*options.work != 0);
}

FailureOr<Tile> Evaluator::compute(Value value, const Box &box) {
  if (failed(spend(uint64_t(box.volume()))))
    return failure();
  if (auto argument = dyn_cast<BlockArgument>(value))
    return computeArgument(argument, box);
  Operation *op = value.getDefiningOp();
  // An empty part needs no values, and no part of them.
  if (box.volume() == 0)
    return Tile{box, makeColumn(domain, mlir::getElementTypeOrSelf(value), 0)};
  if (isa<arith::ConstantOp>(op))
    return computeConstant(op, box);
  if (isScalarOp(op))
    return computeElementwise(op, box);
  if (auto structured = dyn_cast<linalg::LinalgOp>(op)) {
    Tile tile;
    if (failed(computeStructured(
            structured, cast<OpResult>(value).getResultNumber(), box, tile)))
      return failure();
    return tile;
  }
  return computeTensorOp(op, box);
}

//===----------------------------------------------------------------------===//
// Inputs
//===----------------------------------------------------------------------===//

InputSource::~InputSource() = default;

/// Whether a value inside of a payload hangs on what a tensor holds.
static bool dependsOnContents(Value value) {
  Operation *op = value.getDefiningOp();
  if (!op)
    return !isa<IndexType>(value.getType());
  return isa<tensor::ExtractOp>(op) ||
         llvm::any_of(op->getOperands(), dependsOnContents);
}

int64_t verify::integerBoundOf(Block &program) {
  constexpr int64_t most = 4096;
  int64_t least = most, longest = 4;
  program.walk([&](tensor::ExtractOp op) {
    auto shape = cast<RankedTensorType>(op.getTensor().getType()).getShape();
    for (auto [size, index] : llvm::zip_equal(shape, op.getIndices())) {
      if (ShapedType::isDynamic(size))
        continue;
      longest = std::max(longest, size);
      if (dependsOnContents(index))
        least = std::min(least, std::max<int64_t>(size, 1));
    }
  });
  return std::min(least, longest);
}

uint64_t DrawnInputs::seedOf(unsigned argument) const {
  return perturbed == argument ? ~seed : seed;
}

void DrawnInputs::floats(Domain &domain, unsigned argument, FloatKind kind,
                         ArrayRef<int64_t> shape, ArrayRef<int64_t> indices,
                         void *out) {
  InputKey key = {seedOf(argument), argument, family, shape, draw};
  domain.input(key, kind, indices.data(), out, indices.size());
}

void DrawnInputs::integers(unsigned argument, unsigned width,
                           ArrayRef<int64_t> shape, ArrayRef<int64_t> indices,
                           int64_t *out) {
  // Uniform numbers of f64 give the integers, the same for every domain.
  uint64_t seed = draw ? mixHash(seedOf(argument), draw) : seedOf(argument);
  InputKey key = {seed, argument, InputFamily::Uniform01, shape};
  double bound = width == 1 ? 2 : double(integerBound);
  InputDrawer draw(key, FloatKind::F64);
  for (auto [i, index] : llvm::enumerate(indices))
    out[i] = int64_t(draw(index) * bound);
}
