//===- KGPUAccess.cpp - What kgpu ops do to memory --------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "VerifyUtils.h"
#include "kernel-opt/Dialect/KGPU/KGPUOps.h"

using namespace kernel_opt;
using namespace kernel_opt::kgpu;

#include "kernel-opt/Dialect/KGPU/KGPUInterfacesOp.cpp.inc"

using Effects = SmallVectorImpl<
    mlir::SideEffects::EffectInstance<mlir::MemoryEffects::Effect>>;

/// An access whose box has the extents `tail` in the last dimensions and 1 in
/// those before.
static Access makeAccess(Value memref, ValueRange indices,
                         ArrayRef<int64_t> tail, bool isWrite) {
  auto type = cast<MemRefType>(memref.getType());
  Access access;
  access.memref = memref;
  access.indices.assign(indices.begin(), indices.end());
  access.shape.assign(type.getRank() - tail.size(), 1);
  access.shape.append(tail.begin(), tail.end());
  access.isWrite = isWrite;
  access.bytes = elementBytes(type.getElementType());
  for (int64_t extent : tail)
    access.bytes *= extent;
  return access;
}

static int64_t countElements(Type registers) {
  auto vector = dyn_cast<VectorType>(registers);
  return vector ? vector.getNumElements() : 1;
}

//===----------------------------------------------------------------------===//
// Loads and stores
//===----------------------------------------------------------------------===//

void LoadOp::getAccesses(SmallVectorImpl<Access> &accesses) {
  Access access = makeAccess(getMemref(), getIndices(),
                             {countElements(getResult().getType())}, false);
  access.predicate = getPredicate();
  access.valid = getValid();
  accesses.push_back(std::move(access));
}

void LoadOp::getEffects(Effects &effects) {
  effects.emplace_back(mlir::MemoryEffects::Read::get(), &getMemrefMutable());
}

void StoreOp::getAccesses(SmallVectorImpl<Access> &accesses) {
  Access access = makeAccess(getMemref(), getIndices(),
                             {countElements(getValue().getType())}, true);
  access.predicate = getPredicate();
  access.valid = getValid();
  accesses.push_back(std::move(access));
}

void StoreOp::getEffects(Effects &effects) {
  effects.emplace_back(mlir::MemoryEffects::Write::get(), &getMemrefMutable());
}

void AsyncCopyOp::getAccesses(SmallVectorImpl<Access> &accesses) {
  int64_t count = getCount();
  Access read = makeAccess(getSrc(), getSrcIndices(), {count}, false);
  read.asynchronous = true;
  read.predicate = getPredicate();
  accesses.push_back(std::move(read));
  // Where the predicate is false, zeros are written.
  Access write = makeAccess(getDst(), getDstIndices(), {count}, true);
  write.asynchronous = true;
  accesses.push_back(std::move(write));
}

void AsyncCopyOp::getEffects(Effects &effects) {
  effects.emplace_back(mlir::MemoryEffects::Read::get(), &getSrcMutable());
  effects.emplace_back(mlir::MemoryEffects::Write::get(), &getDstMutable());
}

/// Lanes that name rows of `count` registers per lane: 8 per matrix.
static unsigned rowLanes(int64_t count) { return count / 2 * 8; }

void LoadMatrixOp::getAccesses(SmallVectorImpl<Access> &accesses) {
  Access access = makeAccess(getMemref(), getIndices(), {8}, false);
  access.lanes = rowLanes(countElements(getResult().getType()));
  accesses.push_back(std::move(access));
}

void LoadMatrixOp::getEffects(Effects &effects) {
  effects.emplace_back(mlir::MemoryEffects::Read::get(), &getMemrefMutable());
}

void StoreMatrixOp::getAccesses(SmallVectorImpl<Access> &accesses) {
  Access access = makeAccess(getMemref(), getIndices(), {8}, true);
  access.lanes = rowLanes(countElements(getValue().getType()));
  accesses.push_back(std::move(access));
}

void StoreMatrixOp::getEffects(Effects &effects) {
  effects.emplace_back(mlir::MemoryEffects::Write::get(), &getMemrefMutable());
}

//===----------------------------------------------------------------------===//
// Asynchronous proxy
//===----------------------------------------------------------------------===//

/// Both sides of a TMA operation.
static void boxAccesses(Value map, ValueRange coordinates, Value buffer,
                        ValueRange indices, Value predicate, bool toShared,
                        SmallVectorImpl<Access> &accesses) {
  auto type = cast<TensorMapType>(map.getType());
  // A map that comes from elsewhere is refused at admission.
  if (auto source = map.getDefiningOp<TensorMapOp>()) {
    Access global =
        makeAccess(source.getMemref(), coordinates, type.getBox(), !toShared);
    global.proxy = Proxy::Async;
    global.asynchronous = true;
    global.clipped = true;
    global.predicate = predicate;
    accesses.push_back(std::move(global));
  }
  ArrayRef<int64_t> shape = cast<MemRefType>(buffer.getType()).getShape();
  Access shared =
      makeAccess(buffer, indices, shape.drop_front(indices.size()), toShared);
  shared.proxy = Proxy::Async;
  shared.asynchronous = true;
  shared.predicate = predicate;
  accesses.push_back(std::move(shared));
  // Data are read before they are written.
  if (!toShared && accesses.size() >= 2)
    std::swap(accesses[accesses.size() - 1], accesses[accesses.size() - 2]);
}

void TmaLoadOp::getAccesses(SmallVectorImpl<Access> &accesses) {
  boxAccesses(getMap(), getCoordinates(), getDst(), getDstIndices(),
              getPredicate(), /*toShared=*/true, accesses);
}

void TmaStoreOp::getAccesses(SmallVectorImpl<Access> &accesses) {
  boxAccesses(getMap(), getCoordinates(), getSrc(), getSrcIndices(),
              getPredicate(), /*toShared=*/false, accesses);
}

/// The box of a matrix operand of `extent` (M or N) by `k`.
static Access matrixAccess(Value memref, ValueRange indices, Major major,
                           int64_t extent, int64_t k) {
  int64_t span = cast<MemRefType>(memref.getType()).getShape().back();
  SmallVector<int64_t> tail;
  if (major == Major::K)
    tail = {extent, k};
  else if (extent > span)
    tail = {(extent + span - 1) / span, k, span};
  else
    tail = {k, extent};
  Access access = makeAccess(memref, indices, tail, /*isWrite=*/false);
  access.proxy = Proxy::Async;
  access.asynchronous = true;
  access.collective = true;
  return access;
}

void WgmmaOp::getAccesses(SmallVectorImpl<Access> &accesses) {
  ArrayRef<int64_t> shape = getShape();
  if (isa<MemRefType>(getA().getType()))
    accesses.push_back(
        matrixAccess(getA(), getAIndices(), getAMajor(), 64, shape[2]));
  accesses.push_back(
      matrixAccess(getB(), getBIndices(), getBMajor(), shape[1], shape[2]));
}
