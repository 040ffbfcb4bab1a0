//===- TileBuilder.cpp - Pulls tiles out of structured ops ------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TileBuilder.h"
#include "kernel-opt/Dialect/Kopt/KoptAttrs.h"
#include "kernel-opt/Schedule/Ranges.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::schedule;

bool Demand::operator<(const Demand &other) const {
  auto key = [](const Demand &d) {
    SmallVector<const void *> symbols;
    for (Value symbol : d.symbols)
      symbols.push_back(symbol.getAsOpaquePointer());
    return std::tuple(d.value.getAsOpaquePointer(), d.map.getAsOpaquePointer(),
                      symbols, d.shape);
  };
  return key(*this) < key(other);
}

AffineMap schedule::simplifyDemandMap(AffineMap map,
                                      SmallVectorImpl<Value> &symbols) {
  map = simplifyAffineMap(map);
  // Equal symbols become one, unused ones go.
  SmallVector<Value> kept;
  SmallVector<AffineExpr> replacements;
  for (auto [i, symbol] : llvm::enumerate(symbols)) {
    if (!map.isFunctionOfSymbol(i)) {
      replacements.push_back(getAffineConstantExpr(0, map.getContext()));
      continue;
    }
    auto *found = llvm::find(kept, symbol);
    replacements.push_back(
        getAffineSymbolExpr(found - kept.begin(), map.getContext()));
    if (found == kept.end())
      kept.push_back(symbol);
  }
  symbols.assign(kept);
  return simplifyAffineMap(map.replaceDimsAndSymbols(
      {}, replacements, map.getNumDims(), kept.size()));
}

/// `expr` without divisions and remainders that its operands' ranges decide:
/// two ways to one place must look alike.
static AffineExpr simplifyInRange(AffineExpr expr, ArrayRef<int64_t> shape,
                                  ValueRange symbols) {
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!binary)
    return expr;
  AffineExpr left = simplifyInRange(binary.getLHS(), shape, symbols);
  AffineExpr right = simplifyInRange(binary.getRHS(), shape, symbols);
  auto by = dyn_cast<AffineConstantExpr>(right);
  bool divides = expr.getKind() == AffineExprKind::FloorDiv,
       remains = expr.getKind() == AffineExprKind::Mod;
  if (by && (divides || remains)) {
    IndexRange range = rangeOf(left, shape, symbols);
    if (range.low >= 0 && range.high < by.getValue())
      return remains ? left : getAffineConstantExpr(0, expr.getContext());
  }
  return getAffineBinaryOpExpr(expr.getKind(), left, right);
}

TypedAttr schedule::getUniformValue(Value tensor) {
  DenseElementsAttr dense;
  if (matchPattern(tensor, m_Constant(&dense)) && dense.isSplat())
    return dense.getSplatValue<TypedAttr>();
  Value scalar;
  if (auto fill = tensor.getDefiningOp<linalg::FillOp>())
    scalar = fill.getInputs()[0];
  else if (auto op = tensor.getDefiningOp<tensor::SplatOp>())
    scalar = op.getInput();
  TypedAttr value;
  if (scalar && matchPattern(scalar, m_Constant(&value)))
    return value;
  return {};
}

/// The constant that fills a tensor, or is one.
static Operation *literalOf(Value tensor) {
  if (auto fill = tensor.getDefiningOp<linalg::FillOp>())
    return fill.getInputs()[0].getDefiningOp();
  return tensor.getDefiningOp();
}

//===----------------------------------------------------------------------===//
// Scopes
//===----------------------------------------------------------------------===//

void TileBuilder::openScope(Operation *before, ArrayRef<Value> symbols) {
  scopes.push_back({before, SmallVector<Value>(symbols), {}});
}

void TileBuilder::enterLoop(scf::ForOp loop, Value inductionVar) {
  scopes.back().before = loop;
  openScope(loop.getBody()->getTerminator(), inductionVar);
}

void TileBuilder::leaveLoop(Operation *before) {
  scopes.pop_back();
  scopes.back().before = before;
}

OpBuilder &TileBuilder::at() {
  scopeBuilder.emplace(scopes.back().before);
  return *scopeBuilder;
}

void TileBuilder::numberReductions(Block &body) {
  body.walk([&](linalg::LinalgOp op) {
    if (op.getNumReductionLoops())
      reductionNumber.try_emplace(op, reductionNumber.size());
  });
}

size_t TileBuilder::scopeLevel(ArrayRef<Value> symbols, size_t least) const {
  size_t level = least;
  for (size_t i = least; i < scopes.size(); ++i)
    if (llvm::any_of(symbols, [&](Value symbol) {
          return llvm::is_contained(scopes[i].symbols, symbol);
        }))
      level = i;
  return level;
}

bool TileBuilder::inScopeOf(ArrayRef<Value> symbols, function_ref<bool()> work,
                            size_t least) {
  size_t level = scopeLevel(symbols, least);
  std::vector<Scope> deeper(std::make_move_iterator(scopes.begin() + level + 1),
                            std::make_move_iterator(scopes.end()));
  scopes.resize(level + 1);
  bool done = work();
  std::move(deeper.begin(), deeper.end(), std::back_inserter(scopes));
  return done;
}

Demand TileBuilder::normalize(Demand demand,
                              SmallVectorImpl<int64_t> &from) const {
  SmallVector<AffineExpr> dims;
  SmallVector<int64_t> shape;
  from.assign(demand.shape.size(), -1);
  // Extents of one are no dimensions of a tile.
  for (auto [d, extent] : llvm::enumerate(demand.shape))
    dims.push_back(extent == 1 ? getAffineConstantExpr(0, context)
                               : getAffineDimExpr(d, context));
  demand.map = demand.map.replaceDimsAndSymbols(dims, {}, dims.size(),
                                                demand.map.getNumSymbols());
  SmallVector<AffineExpr> results;
  for (AffineExpr result : demand.map.getResults())
    results.push_back(simplifyInRange(result, demand.shape, demand.symbols));
  demand.map =
      AffineMap::get(dims.size(), demand.symbols.size(), results, context);
  demand.map = simplifyDemandMap(demand.map, demand.symbols);
  for (auto [d, extent] : llvm::enumerate(demand.shape)) {
    if (!demand.map.isFunctionOfDim(d)) {
      dims[d] = getAffineConstantExpr(0, context);
      continue;
    }
    dims[d] = getAffineDimExpr(shape.size(), context);
    from[d] = shape.size();
    shape.push_back(extent);
  }
  return {demand.value,
          demand.map.replaceDimsAndSymbols(dims, {}, shape.size(),
                                           demand.symbols.size()),
          demand.symbols, shape};
}

Value TileBuilder::compute(Demand demand) {
  SmallVector<int64_t> from;
  Demand inner = normalize(demand, from);
  size_t least = 0;
  for (Running &unfinished : running) {
    auto standIn = unfinished.tiles.find(inner.value);
    if (standIn != unfinished.tiles.end()) {
      auto &[known, tile] = standIn->second;
      if (!(known < inner) && !(inner < known))
        return view(tile, from, demand.shape, demand.value.getLoc());
      emitError(loc(demand.value),
                "another part is read of a result that a loop carries: ")
          << AffineMapAttr::get(inner.map) << " of it instead of "
          << AffineMapAttr::get(known.map);
      return {};
    }
    if (unfinished.dependents.contains(inner.value))
      least = unfinished.level;
  }

  Value tile;
  bool done = inScopeOf(
      inner.symbols,
      [&] {
        // By value: answering may add further answers.
        tile = scopes.back().answers.lookup(inner);
        if (!tile)
          tile = computeInScope(inner);
        if (tile)
          scopes.back().answers[inner] = tile;
        return bool(tile);
      },
      least);
  if (!done)
    return {};
  return view(tile, from, demand.shape, demand.value.getLoc());
}

/// `map` into memory, where a scalar is a row of one element.
static AffineMap placeMap(AffineMap map) {
  if (map.getNumResults())
    return map;
  return AffineMap::get(map.getNumDims(), map.getNumSymbols(),
                        getAffineConstantExpr(0, map.getContext()));
}

LogicalResult TileBuilder::store(const Demand &demand, Value memref) {
  // Extents of one are no dimensions of a tile, nor of its place.
  SmallVector<AffineExpr> dims;
  SmallVector<int64_t> shape;
  for (int64_t extent : demand.shape) {
    dims.push_back(extent == 1 ? getAffineConstantExpr(0, context)
                               : getAffineDimExpr(shape.size(), context));
    if (extent != 1)
      shape.push_back(extent);
  }
  SmallVector<Value> symbols(demand.symbols);
  AffineMap map = simplifyDemandMap(
      demand.map.replaceDimsAndSymbols(dims, {}, shape.size(), symbols.size()),
      symbols);
  Value tile = compute({demand.value, map, symbols, shape});
  if (!tile)
    return failure();
  // Written once, where its place is known, not once for each tile of others.
  inScopeOf(symbols, [&] {
    auto type = cast<RankedTensorType>(tile.getType());
    Type element = cast<MemRefType>(memref.getType()).getElementType();
    if (element != type.getElementType())
      tile = arith::ExtUIOp::create(at(), loc(demand.value),
                                    type.clone(element), tile);
    ktile::StoreOp::create(at(), loc(demand.value), tile, memref, placeMap(map),
                           symbols);
    return true;
  });
  return success();
}

//===----------------------------------------------------------------------===//
// Values that are no structured computation
//===----------------------------------------------------------------------===//

Value TileBuilder::computeInScope(const Demand &demand) {
  if (TypedAttr uniform = getUniformValue(demand.value))
    return splat(uniform, demand.shape, loc(demand.value),
                 literalOf(demand.value));
  if (Value memref = arguments.lookup(demand.value))
    return computeLoad(demand, memref);
  if (Operation *op = demand.value.getDefiningOp())
    return computeDefined(demand, op);
  emitError(loc(demand.value), "value is no input of the kernel");
  return {};
}

Value TileBuilder::computeDefined(const Demand &demand, Operation *op) {
  if (auto pad = dyn_cast<tensor::PadOp>(op))
    return computePad(demand, pad);
  if (auto view = readThrough(op))
    return compute({view->source, view->map.compose(demand.map), demand.symbols,
                    demand.shape});
  if (auto insert = dyn_cast<tensor::InsertSliceOp>(op))
    return computeInsert(demand, insert);
  if (auto structured = dyn_cast<linalg::LinalgOp>(op))
    return structured.getNumReductionLoops()
               ? computeReduction(demand, structured)
               : computeParallel(demand, structured);
  // Whoever reads it finds anything there; zeros are as good.
  if (isa<tensor::EmptyOp>(op))
    return splat(OpBuilder(context).getZeroAttr(
                     getElementTypeOrSelf(demand.value.getType())),
                 demand.shape, loc(demand.value));
  op->emitError("no rule makes tiles of '") << op->getName() << "'";
  return {};
}

Value TileBuilder::computeLoad(const Demand &demand, Value memref,
                               TypedAttr padding) {
  auto type = cast<MemRefType>(memref.getType());
  OpBuilder &builder = at();
  Location where = loc(demand.value);
  auto tile = RankedTensorType::get(demand.shape, type.getElementType());
  TypedAttr zero = builder.getZeroAttr(type.getElementType());
  Value loaded = ktile::LoadOp::create(
      builder, where, tile, memref, AffineMapAttr::get(placeMap(demand.map)),
      demand.symbols, padding ? padding : zero);
  if (getElementTypeOrSelf(demand.value.getType()) == type.getElementType())
    return loaded;
  return arith::CmpIOp::create(builder, where, arith::CmpIPredicate::ne, loaded,
                               splat(zero, demand.shape, where));
}

//===----------------------------------------------------------------------===//
// Small tiles
//===----------------------------------------------------------------------===//

Value TileBuilder::splat(TypedAttr value, ArrayRef<int64_t> shape, Location loc,
                         Operation *literal) {
  auto type = RankedTensorType::get(shape, value.getType());
  auto constant =
      arith::ConstantOp::create(at(), loc, DenseElementsAttr::get(type, value));
  // What the literal stands for goes along.
  if (literal)
    if (Attribute provenance = literal->getAttr(kopt::kConstAttrName))
      constant->setAttr(kopt::kConstAttrName, provenance);
  return constant;
}

Value TileBuilder::view(Value tile, ArrayRef<int64_t> from,
                        ArrayRef<int64_t> shape, Location loc) {
  auto source = cast<RankedTensorType>(tile.getType());
  if (llvm::equal(from, llvm::seq<int64_t>(0, source.getRank())))
    return tile;
  DenseElementsAttr dense;
  if (matchPattern(tile, m_Constant(&dense)) && dense.isSplat())
    return splat(dense.getSplatValue<TypedAttr>(), shape, loc,
                 tile.getDefiningOp());
  return ktile::ViewOp::create(
      at(), loc, RankedTensorType::get(shape, source.getElementType()), tile,
      from);
}

Value TileBuilder::indexTile(AffineExpr expr, const Iteration &space,
                             Location loc) {
  AffineMap map =
      AffineMap::get(space.shape.size(), space.symbols.size(), expr);
  return overUsedDims(
      map, space, loc,
      [&](AffineMap narrow, ValueRange symbols,
          ArrayRef<int64_t> shape) -> Value {
        auto type = RankedTensorType::get(shape, IndexType::get(context));
        return ktile::IndexOp::create(at(), loc, type, narrow, symbols);
      });
}

Value TileBuilder::maskTile(ArrayRef<AffineExpr> exprs,
                            ArrayRef<int64_t> bounds, const Iteration &space,
                            Location loc) {
  AffineMap map =
      AffineMap::get(space.shape.size(), space.symbols.size(), exprs, context);
  return overUsedDims(
      map, space, loc,
      [&](AffineMap narrow, ValueRange symbols,
          ArrayRef<int64_t> shape) -> Value {
        auto type = RankedTensorType::get(shape, IntegerType::get(context, 1));
        return ktile::InBoundsOp::create(at(), loc, type, narrow, symbols,
                                         bounds);
      });
}
