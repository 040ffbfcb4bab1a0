//===- BlockShare.cpp - Which part of the results a block computes --------===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "BlockShare.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::schedule;

/// Entry of a list that is aligned with the last dimensions.
static std::optional<int64_t> lastAligned(ArrayRef<int64_t> values, size_t d,
                                          size_t rank) {
  size_t missing = rank - std::min(rank, values.size());
  if (d < missing)
    return std::nullopt;
  return values[values.size() - (rank - d)];
}

static LogicalResult checkDim(const ResultDim &dim, unsigned d, Location loc) {
  if (dim.block < 1 || dim.tile < 1 || !llvm::isPowerOf2_64(dim.tile))
    return emitError(loc, "tile of dimension ")
           << d << " must be a power of two and its block positive, found tile "
           << dim.tile << " and block " << dim.block;
  if (dim.block < dim.extent && dim.block % dim.tile)
    return emitError(loc, "block extent ")
           << dim.block << " of dimension " << d
           << " is no multiple of tile extent " << dim.tile;
  return success();
}

/// The dimensions of the first result, those that windows move along in one.
static FailureOr<SmallVector<ResultDim>>
groupDims(RankedTensorType type, const KernelStructure &structure,
          const TileOptions &options, Location loc) {
  SmallVector<ResultDim> dims;
  bool open = false;
  for (unsigned d = 0; d < type.getRank(); ++d) {
    bool position = options.positions && structure.positionDims().test(d);
    if (!position || !open)
      dims.push_back({{}, {}, 1, 0, 0});
    dims.back().members.push_back(d);
    dims.back().extents.push_back(type.getDimSize(d));
    if (__builtin_mul_overflow(dims.back().extent, type.getDimSize(d),
                               &dims.back().extent))
      return emitError(loc, "result is too large to be tiled");
    open = position;
  }
  if (options.positions && structure.positionDims().none())
    return emitError(loc, "no window moves along the result");
  return dims;
}

static LogicalResult checkOptions(const TileOptions &options, Location loc) {
  if (options.elements < 1 || options.warps < 1 || options.warps > 32)
    return emitError(loc, "elements must be positive and warps 1 to 32, found ")
           << options.elements << " and " << options.warps;
  if (options.cluster < 1 || options.cluster > 16 ||
      !llvm::isPowerOf2_64(options.cluster))
    return emitError(loc, "a cluster has 1, 2, 4, 8 or 16 blocks, found ")
           << options.cluster;
  return success();
}

/// Chooses what a block takes of dimension `d` of `rank`, and the tile, of no
/// more than `budget` elements unless the options say so.
static void chooseExtents(ResultDim &dim, size_t d, size_t rank,
                          const KernelStructure &structure,
                          const TileOptions &options, int64_t budget) {
  if (options.transposed) {
    bool crosses = structure.crossingDims().test(dim.members[0]);
    dim.block = dim.tile =
        crosses ? std::min<int64_t>(options.transposed,
                                    llvm::PowerOf2Ceil(dim.extent))
                : 1;
    return;
  }
  std::optional<int64_t> block = lastAligned(options.block, d, rank);
  std::optional<int64_t> tile = lastAligned(options.tile, d, rank);
  bool whole = block == 0 || llvm::any_of(dim.members, [&](unsigned member) {
                 return structure.wholeDims().test(member);
               });
  // Of windows, a dimension that is shorter than a block's share of it makes
  // a smaller tile: one channel is no product. Units of tensor cores need
  // their size, though it hangs over.
  int64_t most = structure.getKind() == StructureKind::Window
                     ? llvm::PowerOf2Ceil(dim.extent)
                     : std::numeric_limits<int64_t>::max();
  int64_t share = whole                    ? dim.extent
                  : block                  ? std::min(*block, most)
                  : !options.block.empty() ? 1
                                           : dim.extent;
  dim.tile = tile && *tile
                 ? *tile
                 : std::min<int64_t>(llvm::PowerOf2Ceil(share),
                                     llvm::bit_floor(uint64_t(budget)));
  dim.block = whole || block || !options.block.empty() ? share : dim.tile;
}

FailureOr<SmallVector<ResultDim>>
schedule::resultDims(ValueRange results, const KernelStructure &structure,
                     const TileOptions &options, Location loc) {
  auto type = cast<RankedTensorType>(results[0].getType());
  if (!type.hasStaticShape() || type.getNumElements() == 0)
    return emitError(loc, "only static, non-empty shapes can be tiled, found ")
           << type;
  if (failed(checkOptions(options, loc)))
    return failure();
  auto grouped = groupDims(type, structure, options, loc);
  if (failed(grouped))
    return failure();
  SmallVector<ResultDim> dims = std::move(*grouped);
  size_t rank = dims.size();
  if (options.transposed && structure.crossingDims().none())
    return emitError(loc, "no input has other neighbours than the result");
  int64_t budget = options.elements;
  if (options.leading) {
    dims[0].block = std::min(options.leading, dims[0].extent);
    dims[0].tile = llvm::PowerOf2Ceil(dims[0].block);
    if (rank < 2)
      return emitError(loc, "one dimension has no leading one");
    if (failed(checkDim(dims[0], 0, loc)))
      return failure();
    budget = std::max<int64_t>(1, budget / dims[0].tile);
  }
  for (size_t d = rank; d-- > (options.leading ? 1 : 0);) {
    chooseExtents(dims[d], d, rank, structure, options, budget);
    budget = std::max<int64_t>(1, budget / std::max<int64_t>(1, dims[d].tile));
    if (failed(checkDim(dims[d], d, loc)))
      return failure();
  }
  __int128 blocks = options.cluster;
  for (const ResultDim &dim : dims)
    if ((blocks *= dim.blocks()) > std::numeric_limits<int32_t>::max())
      return emitError(loc, "more than 2147483647 blocks: use larger ones");
  return dims;
}
