//===- TileProgram.cpp - From structured ops to a tile program --*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Schedule/TileProgram.h"
#include "BlockShare.h"
#include "TileBuilder.h"
#include "kernel-opt/Dialect/KGPU/KGPUAttrs.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::schedule;

/// How a tensor lies in memory: a scalar as one element, truth values as bytes.
static MemRefType memoryType(RankedTensorType tensor) {
  SmallVector<int64_t> shape(tensor.getShape());
  if (shape.empty())
    shape.push_back(1);
  Type element = tensor.getElementType();
  if (element.isInteger(1))
    element = IntegerType::get(tensor.getContext(), 8);
  return MemRefType::get(shape, element);
}

/// Rows of blocks that go together: see TileOptions::raster.
static int64_t rasterRows(ArrayRef<ResultDim> dims, int64_t wanted) {
  if (dims.size() < 2)
    return 1;
  int64_t rows = std::min(wanted, dims[dims.size() - 2].blocks());
  while (rows > 1 && dims[dims.size() - 2].blocks() % rows)
    --rows;
  return std::max<int64_t>(rows, 1);
}

static gpu::GPUFuncOp createFunction(OpBuilder &builder, StringRef name,
                                     Block &body, ValueRange results,
                                     ArrayRef<ResultDim> dims,
                                     const TileOptions &options,
                                     int64_t raster) {
  SmallVector<Type> types;
  SmallVector<StringRef> access;
  auto add = [&](Type type, StringRef how) {
    types.push_back(memoryType(cast<RankedTensorType>(type)));
    access.push_back(how);
  };
  for (Type type : body.getArgumentTypes())
    add(type, "read");
  for (Type type : results.getTypes())
    add(type, "write");
  Location loc = results[0].getLoc();
  auto func = gpu::GPUFuncOp::create(builder, loc, name,
                                     builder.getFunctionType(types, {}));
  func->setAttr(gpu::GPUDialect::getKernelFuncAttrName(),
                builder.getUnitAttr());
  for (auto [i, how] : llvm::enumerate(access))
    func.setArgAttr(i, "kgpu.access", builder.getStringAttr(how));
  int64_t blocks = options.cluster;
  for (const ResultDim &dim : dims)
    blocks *= dim.blocks();
  func.setKnownBlockSize(ArrayRef<int32_t>{int32_t(options.warps * 32), 1, 1});
  SmallVector<int64_t> blockShape;
  for (const ResultDim &dim : dims)
    blockShape.push_back(dim.blocks());
  // A scalar has one block.
  if (options.interleaved && !blockShape.empty())
    std::rotate(blockShape.begin(), blockShape.begin() + 1, blockShape.end());
  // The number of a block runs through (group of rows, column, row).
  if (raster > 1) {
    blockShape[dims.size() - 2] /= raster;
    blockShape.push_back(raster);
  }
  if (options.cluster > 1) {
    blockShape.push_back(options.cluster);
    func->setAttr(
        kgpu::kClusterSizeAttrName,
        builder.getDenseI32ArrayAttr({int32_t(options.cluster), 1, 1}));
  }
  // Where ragged edges are: whoever samples blocks takes the corners.
  func->setAttr("kopt.block_shape", builder.getDenseI64ArrayAttr(blockShape));
  func.setKnownGridSize(ArrayRef<int32_t>{int32_t(blocks), 1, 1});
  return func;
}

/// Offset of the block, or of the cluster that it is one of, in each dimension;
/// the last dimension runs fastest, or the first one if they are interleaved.
static SmallVector<Value> blockOffsets(OpBuilder &builder, Location loc,
                                       ArrayRef<ResultDim> dims, int64_t raster,
                                       const TileOptions &options) {
  Value id = gpu::BlockIdOp::create(builder, loc, gpu::Dimension::x);
  AffineExpr remaining =
      getAffineDimExpr(0, builder.getContext()).floorDiv(options.cluster);
  bool descending = options.descending || options.reversed;
  SmallVector<Value> offsets(dims.size());
  if (raster > 1) {
    // The number that the block would have row by row.
    int64_t columns = dims.back().blocks();
    AffineExpr inGroup = remaining % (raster * columns);
    AffineExpr row =
        remaining.floorDiv(raster * columns) * raster + inGroup % raster;
    id = affine::AffineApplyOp::create(
        builder, loc,
        AffineMap::get(1, 0, row * columns + inGroup.floorDiv(raster)), id);
    remaining = getAffineDimExpr(0, builder.getContext());
  }
  SmallVector<unsigned> order; // fastest first, those that are cut
  for (unsigned d = dims.size(); d-- > 0;)
    if (dims[d].blocks() > 1)
      order.push_back(d);
  if (options.interleaved && !order.empty() && order.back() == 0)
    std::rotate(order.begin(), order.end() - 1, order.end());
  for (unsigned d : order) {
    bool outermost = d == order.back();
    AffineExpr index = outermost ? remaining : remaining % dims[d].blocks();
    if (descending)
      index = dims[d].blocks() - 1 - index;
    descending = options.reversed;
    AffineMap map = AffineMap::get(1, 0, index * dims[d].block);
    offsets[d] = affine::AffineApplyOp::create(builder, loc, map, id);
    remaining = remaining.floorDiv(dims[d].blocks());
  }
  return offsets;
}

/// Loops over the tiles of a block's share; gives the offset of each dimension
/// (null where there is no loop).
static void tileLoops(Operation *before, Location loc, ArrayRef<ResultDim> dims,
                      SmallVectorImpl<Value> &steps,
                      function_ref<void(scf::ForOp, Value)> opened) {
  for (auto [d, dim] : llvm::enumerate(dims)) {
    steps.push_back({});
    if (dim.steps() == 1)
      continue;
    OpBuilder builder(before);
    auto constant = [&](int64_t v) -> Value {
      return arith::ConstantIndexOp::create(builder, loc, v);
    };
    Value lower = constant(0), upper = constant(dim.block),
          by = constant(dim.tile);
    auto loop = scf::ForOp::create(builder, loc, lower, upper, by);
    steps[d] = loop.getInductionVar();
    before = loop.getBody()->getTerminator();
    opened(loop, loop.getInductionVar());
  }
}

/// The dimension of the first result along which each dimension of `value`
/// runs. Results of the first one's shape may be cut like it in any case.
static FailureOr<SmallVector<unsigned>>
alongFirst(Value value, RankedTensorType first,
           const KernelStructure &structure) {
  auto type = cast<RankedTensorType>(value.getType());
  SmallVector<unsigned> along;
  for (unsigned d = 0; d < type.getRank(); ++d) {
    std::optional<unsigned> dim = structure.resultDimOf(value, d);
    if (!dim || first.getDimSize(*dim) != type.getDimSize(d) ||
        llvm::is_contained(along, *dim))
      break;
    along.push_back(*dim);
  }
  if (int64_t(along.size()) == type.getRank())
    return along;
  if (type.getShape() == first.getShape())
    return llvm::to_vector(llvm::seq<unsigned>(0, first.getRank()));
  return emitError(value.getLoc(), "dimension ")
         << along.size() << " of a further result " << type
         << " runs along no dimension of the first result";
}

/// Finds the tile of a result that goes with a tile of the first one:
/// dimensions that run along the same axis, all others of the first result
/// being whole in one block.
static LogicalResult alignResult(Demand &demand,
                                 ArrayRef<AffineExpr> coordinates,
                                 ArrayRef<ResultDim> dims,
                                 RankedTensorType first,
                                 const KernelStructure &structure) {
  auto type = cast<RankedTensorType>(demand.value.getType());
  FailureOr<SmallVector<unsigned>> along =
      alongFirst(demand.value, first, structure);
  if (failed(along))
    return failure();
  SmallVector<AffineExpr> mine;
  llvm::SmallBitVector used(coordinates.size());
  for (unsigned d : *along) {
    used.set(d);
    mine.push_back(coordinates[d]);
  }
  for (auto [i, dim] : llvm::enumerate(dims)) {
    bool all = true, none = true;
    for (unsigned member : dim.members) {
      all &= used.test(member);
      none &= !used.test(member);
      if (!used.test(member) && dim.blocks() > 1)
        return emitError(demand.value.getLoc(), "a further result ")
               << type << " lacks dimension " << member
               << " of the first one, which blocks share";
    }
    if (!all && !none)
      return emitError(demand.value.getLoc(), "a further result ")
             << type << " lacks some of the positions of the first one";
    // Dimensions that it lacks are none of its tile's.
    if (none)
      demand.shape[i] = 1;
  }
  demand.map = AffineMap::get(dims.size(), demand.symbols.size(), mine,
                              type.getContext());
  return success();
}

/// Clusters exist from sm_90 on; no target is the newest one.
static LogicalResult checkCluster(Block &body, const TileOptions &options) {
  auto module = body.getParentOp()->getParentOfType<ModuleOp>();
  auto target =
      module ? module->getAttrOfType<StringAttr>("kopt.target") : StringAttr();
  unsigned version = 0;
  StringRef name = target ? target.getValue() : StringRef();
  if (options.cluster == 1 || !name.consume_front("sm_") ||
      name.consumeInteger(10, version) || version >= 90)
    return success();
  return emitError(body.getParentOp()->getLoc(),
                   "clusters exist from sm_90 on, the target is ")
         << target.getValue();
}

/// A thread that holds thousands of elements is a program of as many
/// instructions, which takes minutes to compile and is slow.
static LogicalResult checkTileSizes(gpu::GPUFuncOp func,
                                    const TileOptions &options) {
  constexpr int64_t most = 1024;
  int64_t threads = 32 * options.warps;
  WalkResult result = func.walk([&](Operation *op) {
    for (Type type : op->getResultTypes())
      if (auto tile = dyn_cast<RankedTensorType>(type))
        if (tile.getNumElements() / threads > most) {
          op->emitError("a tile of ")
              << tile.getNumElements() << " elements for " << threads
              << " threads is more than " << most
              << " for each: use smaller tiles or more warps";
          return WalkResult::interrupt();
        }
    return WalkResult::advance();
  });
  return failure(result.wasInterrupted());
}

/// A sum of nothing has a result, but no steps that tiles could be of.
static LogicalResult checkLoops(Block &body) {
  WalkResult result = body.walk([](linalg::LinalgOp op) {
    SmallVector<unsigned> summed;
    op.getReductionDims(summed);
    SmallVector<int64_t> sizes = op.getStaticLoopRanges();
    if (llvm::none_of(summed, [&](unsigned d) { return sizes[d] == 0; }))
      return WalkResult::advance();
    op->emitError("a loop without iterations cannot be tiled");
    return WalkResult::interrupt();
  });
  return failure(result.wasInterrupted());
}

/// Where a block's tile of the first result lies: coordinates over those in
/// the tile and the symbols, which are the block's offsets and those of steps.
static SmallVector<AffineExpr> placeTile(ArrayRef<ResultDim> dims,
                                         ArrayRef<Value> offsets,
                                         ArrayRef<Value> steps,
                                         RankedTensorType result,
                                         SmallVectorImpl<Value> &symbols) {
  MLIRContext *context = result.getContext();
  SmallVector<AffineExpr> coordinates(result.getRank());
  for (auto [d, dim] : llvm::enumerate(dims)) {
    AffineExpr coordinate = getAffineDimExpr(d, context);
    for (Value part : {offsets[d], steps[d]})
      if (part) {
        coordinate = coordinate + getAffineSymbolExpr(symbols.size(), context);
        symbols.push_back(part);
      }
    for (auto [member, expr] :
         llvm::zip(dim.members, splitPosition(coordinate, dim.extents)))
      coordinates[member] = expr;
  }
  return coordinates;
}

/// Computes and stores the block's tiles of all results, before `end`.
static LogicalResult fillFunction(gpu::GPUFuncOp func, Operation *end,
                                  Block &body, ValueRange results,
                                  ArrayRef<ResultDim> dims,
                                  ArrayRef<Value> offsets,
                                  const KernelStructure &structure,
                                  const TileOptions &options) {
  auto first = cast<RankedTensorType>(results[0].getType());
  SmallVector<int64_t> tileShape(first.getRank(), 1);
  for (const ResultDim &dim : dims)
    if (dim.members.size() == 1)
      tileShape[dim.members[0]] = dim.tile;
  OpBuilder builder(end);
  TileBuilder tiles(builder, options, structure, tileShape);
  tiles.numberReductions(body);
  for (auto [argument, memref] :
       llvm::zip(body.getArguments(), func.getArguments()))
    tiles.bindArgument(argument, memref);
  SmallVector<Value> known;
  for (Value offset : offsets)
    if (offset)
      known.push_back(offset);
  tiles.openScope(end, known);
  SmallVector<Value> steps;
  tileLoops(end, end->getLoc(), dims, steps,
            [&](scf::ForOp loop, Value iv) { tiles.enterLoop(loop, iv); });

  SmallVector<Value> symbols;
  SmallVector<AffineExpr> coordinates =
      placeTile(dims, offsets, steps, first, symbols);
  SmallVector<int64_t> shape =
      llvm::map_to_vector(dims, [](const ResultDim &dim) { return dim.tile; });
  for (auto [i, result] : llvm::enumerate(results)) {
    Demand demand = {result, {}, symbols, shape};
    if (failed(alignResult(demand, coordinates, dims, first, structure)) ||
        failed(
            tiles.store(demand, func.getArgument(body.getNumArguments() + i))))
      return failure();
  }
  return checkTileSizes(func, options);
}

FailureOr<gpu::GPUFuncOp>
schedule::buildTileProgram(OpBuilder &builder, StringRef name, Block &body,
                           ValueRange results, const TileOptions &options) {
  Location loc = body.getParentOp()->getLoc();
  if (results.empty())
    return emitError(loc, "a kernel without results has no tile program");
  if (failed(checkCluster(body, options)) || failed(checkLoops(body)))
    return failure();
  KernelStructure structure(body, results);
  FailureOr<SmallVector<ResultDim>> dims =
      resultDims(results, structure, options, loc);
  if (failed(dims))
    return failure();
  int64_t raster = options.interleaved ? 1 : rasterRows(*dims, options.raster);
  gpu::GPUFuncOp func =
      createFunction(builder, name, body, results, *dims, options, raster);
  OpBuilder inside = OpBuilder::atBlockEnd(&func.getBody().front());
  Operation *end = gpu::ReturnOp::create(inside, loc);
  inside.setInsertionPoint(end);
  SmallVector<Value> offsets =
      blockOffsets(inside, loc, *dims, raster, options);
  if (succeeded(fillFunction(func, end, body, results, *dims, offsets,
                             structure, options)))
    return func;
  func.erase();
  return failure();
}
