//===- Scan.cpp - Running sums and products ------------------------- ===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// The one structured computation that linalg has no operation for; it stays
// aten.cumsum or aten.cumprod.
//
//===----------------------------------------------------------------------===//

#include "Evaluator.h"
#include "kernel-opt/Dialect/Aten/AtenOps.h"
#include "mlir/IR/TypeUtilities.h"

using namespace kernel_opt;
using namespace kernel_opt::verify;

bool verify::isScanOp(Operation *op) {
  return isa<aten::CumsumOp, aten::CumprodOp>(op);
}

/// Floats narrower than f32 are accumulated in f32 and rounded as they are
/// written.
static void scanFloats(Domain &domain, BinaryFn fn, FloatKind from,
                       FloatKind to, Column &rows, size_t length, size_t n) {
  bool isNarrow = from == FloatKind::F16 || from == FloatKind::BF16 ||
                  from == FloatKind::F8E4M3FN || from == FloatKind::F8E5M2;
  FloatKind wide = isNarrow ? FloatKind::F32 : from;
  size_t bytes = n * domain.valueBytes();
  std::vector<char> acc(bytes);
  for (size_t r = 0; r < length; ++r) {
    char *row = rows.floats.data() + r * bytes;
    domain.convert(from, wide, row, row, n);
    if (r == 0)
      std::memcpy(acc.data(), row, bytes);
    else
      domain.binary(fn, wide, acc.data(), row, acc.data(), n);
    domain.convert(wide, to, acc.data(), row, n);
  }
  rows.kind = to;
}

static void scanIntegers(BinaryFn fn, Column &rows, size_t length, size_t n) {
  for (size_t i = n; i < length * n; ++i) {
    auto before = uint64_t(rows.ints[i - n]), value = uint64_t(rows.ints[i]);
    rows.ints[i] =
        int64_t(fn == BinaryFn::Add ? before + value : before * value);
  }
}

FailureOr<Tile> Evaluator::computeScan(Operation *op, const Box &box) {
  bool isSum = isa<aten::CumsumOp>(op);
  int64_t dim = isSum ? cast<aten::CumsumOp>(op).getDim()
                      : cast<aten::CumprodOp>(op).getDim();
  auto rank = int64_t(box.rank());
  Value source = op->getOperand(0);
  if (rank == 0) {
    FailureOr<Column> values = requestColumn(source, box);
    if (failed(values))
      return failure();
    return Tile{box, std::move(*values)};
  }
  dim += dim < 0 ? rank : 0;
  // An element depends on all before it.
  Box prefix = box;
  prefix.offsets[dim] = 0;
  prefix.sizes[dim] = box.offsets[dim] + box.sizes[dim];
  FailureOr<TilePtr> tile = request(source, prefix);
  if (failed(tile))
    return failure();
  // Rows along the dimension, each over all others.
  SmallVector<unsigned> order = {unsigned(dim)};
  for (unsigned d = 0; d < rank; ++d)
    if (d != dim)
      order.push_back(d);
  auto identity =
      AffineMap::getMultiDimIdentityMap(unsigned(rank), op->getContext());
  Column rows;
  gather(domain, **tile, identity, prefix, order, rows);
  auto length = size_t(prefix.sizes[dim]);
  size_t n = size_t(prefix.volume()) / length;
  BinaryFn fn = isSum ? BinaryFn::Add : BinaryFn::Mul;
  Type to = mlir::getElementTypeOrSelf(op->getResult(0));
  if (rows.kind)
    scanFloats(domain, fn, *rows.kind, *getFloatKind(to), rows, length, n);
  else
    scanIntegers(fn, rows, length, n);
  // Back into the order of the box, without what lies before it.
  Tile scanned;
  SmallVector<AffineExpr> exprs;
  for (unsigned d : order) {
    scanned.box.offsets.push_back(prefix.offsets[d]);
    scanned.box.sizes.push_back(prefix.sizes[d]);
    exprs.push_back(mlir::getAffineDimExpr(d, op->getContext()));
  }
  scanned.values = std::move(rows);
  Tile result = {box, {}};
  auto natural = llvm::to_vector(llvm::seq(unsigned(rank)));
  gather(domain, scanned,
         AffineMap::get(unsigned(rank), 0, exprs, op->getContext()), box,
         natural, result.values);
  return result;
}
