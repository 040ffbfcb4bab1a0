//===- Scan.cpp - Lowering of scans -----------------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lowering.h"

using namespace kernel_opt;
using namespace kernel_opt::aten;

/// A generic whose loop along `dim` carries the accumulator, one result, and
/// writes each of its values, the other one, which runs along that loop, too.
template <typename OpTy>
static LogicalResult lowerScan(OpTy op, Lowering &l) {
  constexpr bool isSum = std::is_same_v<OpTy, CumsumOp>;
  Value x = l.in[0];
  Type element = l.resultElement(), compute = computeTypeOf(element);
  unsigned rank = rankOf(x);
  if (rank == 0)
    return l.replace(l.convert(x, element));
  int64_t axis = l.wrap(op.getDim(), x);
  Sizes sizes = l.sizesOf(x), others;
  SmallVector<AffineExpr> kept;
  for (unsigned d = 0; d < rank; ++d)
    if (d != axis) {
      others.push_back(sizes[d]);
      kept.push_back(l.dim(d));
    }
  Value init = l.filled(others, l.scalars.integer(compute, isSum ? 0 : 1));
  AffineMap identity = l.b.getMultiDimIdentityMap(rank);
  Value running = l.generic(
      {{x, identity}},
      {{l.empty(sizes, element), identity}, {init, l.map(rank, kept)}}, rank,
      {axis}, [&](Scalars &s, ValueRange v) {
        Value term = s.cast(v[0], compute);
        Value next = isSum ? s.add(v[2], term) : s.mul(v[2], term);
        return SmallVector<Value>{s.cast(next, element), next};
      })[0];
  return l.replace(running);
}

void kernel_opt::addScanLowerings(LoweringTable &table) {
  table.add<CumsumOp, lowerScan<CumsumOp>>();
  table.add<CumprodOp, lowerScan<CumprodOp>>();
}
