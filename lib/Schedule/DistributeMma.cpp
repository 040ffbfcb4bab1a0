//===- DistributeMma.cpp - Products by warps --------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A product whose unit is `mma` becomes kgpu.mma on the fragments of the warp's
// rectangle: the right operand, and the left one where it lies in a buffer,
// come by kgpu.load_matrix; a left operand in registers has the layout of its
// fragments already.
//
//===----------------------------------------------------------------------===//

#include "Distributor.h"
#include "kernel-opt/Dialect/KGPU/KGPUOps.h"
#include "kernel-opt/Schedule/Fragments.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::schedule;
using ktile::Holder;
using ktile::LinearLayout;

namespace {
/// Which register of lane 0 of warp 0 holds an element of that thread.
class RegisterMap {
public:
  explicit RegisterMap(const LinearLayout &layout) {
    for (int64_t reg = 0; reg < layout.numRegisters(); ++reg) {
      SmallVector<int64_t, 4> at = layout.apply(reg, 0, 0);
      registers[{at[0], at[1]}] = reg;
    }
  }
  int64_t at(int64_t row, int64_t column) const {
    return registers.at({row, column});
  }
  /// The offsets along `dim` that are multiples of `step`.
  SmallVector<int64_t> offsets(unsigned dim, int64_t step) const {
    std::set<int64_t> found;
    for (const auto &[place, reg] : registers)
      if (int64_t at = dim ? place.second : place.first; at % step == 0)
        found.insert(at);
    return SmallVector<int64_t>(found.begin(), found.end());
  }

private:
  std::map<std::pair<int64_t, int64_t>, int64_t> registers;
};
} // namespace

Value Distributor::loadFragments(Value buffer, ValueRange leading,
                                 const LinearLayout &addresses, int64_t row,
                                 int64_t column, bool swapped, bool transpose,
                                 int64_t length, Location loc) {
  SmallVector<Value> indices(leading);
  for (unsigned dim : {swapped ? 1u : 0u, swapped ? 0u : 1u}) {
    Value at = threadCoordinate(addresses, dim);
    if (int64_t offset = dim ? column : row)
      at = arith::AddIOp::create(builder, loc, at, constantIndex(offset));
    indices.push_back(at);
  }
  Type element = cast<MemRefType>(buffer.getType()).getElementType();
  return kgpu::LoadMatrixOp::create(builder, loc,
                                    VectorType::get(length, element), buffer,
                                    indices, transpose);
}

/// The left fragments of all rows at one step along K.
SmallVector<Value> Distributor::leftFragments(ktile::DotOp op,
                                              const LinearLayout &accumulator,
                                              ArrayRef<int64_t> rows,
                                              int64_t step) {
  SmallVector<Value> fragments;
  Location loc = op.getLoc();
  if (isa<MemRefType>(op.getA().getType())) {
    bool swapped = op.getATransposed();
    LinearLayout addresses = mmaLeftAddresses(accumulator, swapped);
    for (int64_t row : rows)
      fragments.push_back(loadFragments(
          values.lookupOrDefault(op.getA()), mapped(op.getAIndices()),
          addresses, row, step, swapped, /*transpose=*/swapped, 8, loc));
    return fragments;
  }
  RegisterMap registers(layoutOf(op.getA()));
  Value tile = values.lookup(op.getA());
  for (int64_t row : rows) {
    SmallVector<int64_t> wanted;
    for (int64_t e = 0; e < 8; ++e)
      wanted.push_back(
          registers.at(row + 8 * (e / 2 % 2), step + e % 2 + 8 * (e / 4)));
    fragments.push_back(pick(tile, wanted, loc));
  }
  return fragments;
}

SmallVector<Value> Distributor::rightFragments(ktile::DotOp op,
                                               const LinearLayout &accumulator,
                                               ArrayRef<int64_t> columns,
                                               int64_t step) {
  // Two fragments a load where there are two.
  unsigned group = columns.size() > 1 ? 2 : 1;
  bool swapped = op.getBTransposed();
  LinearLayout addresses = mmaRightAddresses(accumulator, swapped, group);
  SmallVector<Value> fragments;
  for (size_t i = 0; i < columns.size(); i += group) {
    Value loaded =
        loadFragments(values.lookupOrDefault(op.getB()),
                      mapped(op.getBIndices()), addresses, step, columns[i],
                      swapped, /*transpose=*/!swapped, 4 * group, op.getLoc());
    for (unsigned part = 0; part < group; ++part)
      fragments.push_back(pick(
          loaded, llvm::to_vector(llvm::seq<int64_t>(4 * part, 4 * part + 4)),
          op.getLoc()));
  }
  return fragments;
}

LogicalResult Distributor::distributeMma(ktile::DotOp op) {
  Location loc = op.getLoc();
  LinearLayout layout = layoutOf(op.getResult());
  RegisterMap registers(layout);
  SmallVector<int64_t> rows = registers.offsets(0, mmaRows);
  SmallVector<int64_t> columns = registers.offsets(1, mmaColumns);
  if (!isa<MemRefType>(op.getB().getType()) || op.getDepth() % mmaDepth)
    return op.emitError("the right operand of 'mma' must be staged through "
                        "shared memory, in steps of multiples of ")
           << mmaDepth;
  auto placeIn = [&](int64_t row, int64_t column, int64_t e) {
    return registers.at(row + 8 * (e / 2), column + e % 2);
  };
  Value acc = values.lookup(op.getAcc());
  SmallVector<Value> sums;
  for (int64_t row : rows)
    for (int64_t column : columns)
      sums.push_back(pick(acc,
                          {placeIn(row, column, 0), placeIn(row, column, 1),
                           placeIn(row, column, 2), placeIn(row, column, 3)},
                          loc));
  for (int64_t step = 0; step < op.getDepth(); step += mmaDepth) {
    SmallVector<Value> left = leftFragments(op, layout, rows, step);
    SmallVector<Value> right = rightFragments(op, layout, columns, step);
    for (auto [i, a] : llvm::enumerate(left))
      for (auto [j, b] : llvm::enumerate(right)) {
        Value &sum = sums[i * right.size() + j];
        sum = kgpu::MmaOp::create(
            builder, loc, sum.getType(), a, b, sum,
            ArrayRef<int64_t>{mmaRows, mmaColumns, mmaDepth});
      }
  }
  SmallVector<Value> elements(layout.numRegisters());
  for (auto [i, row] : llvm::enumerate(rows))
    for (auto [j, column] : llvm::enumerate(columns))
      for (auto [e, element] :
           llvm::enumerate(vector::ToElementsOp::create(
                               builder, loc, sums[i * columns.size() + j])
                               .getElements()))
        elements[placeIn(row, column, e)] = element;
  values.map(op.getResult(),
             vector::FromElementsOp::create(
                 builder, loc,
                 cast<VectorType>(convertType(op.getResult().getType())),
                 elements)
                 .getResult());
  return success();
}
