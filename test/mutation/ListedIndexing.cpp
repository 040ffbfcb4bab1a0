//===- ListedIndexing.cpp - Which elements, and where ---------------------===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Edits.h"
#include "Listed.h"
#include "kernel-opt/Dialect/KGPU/KGPUDialect.h"
#include "kernel-opt/Dialect/KGPU/KGPUOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::mutation;

void listed::lastTileDropped(Operation *root, Sites &sites) {
  root->walk([&](scf::ForOp loop) {
    sites.always(loop, "one round less", [loop]() mutable {
      OpBuilder builder(loop);
      loop.getUpperBoundMutable().assign(arith::SubIOp::create(
          builder, loop.getLoc(), loop.getUpperBound(), loop.getStep()));
    });
  });
}

/// Comparisons of an index with a constant that guard accesses.
static void findGuards(Operation *root, Sites &sites, StringRef what,
                       void (*change)(arith::CmpIOp)) {
  root->walk([&](arith::CmpIOp compare) {
    auto predicate = compare.getPredicate();
    bool guards = llvm::any_of(compare->getUsers(), [](Operation *user) {
      return !memoryUses(user).empty();
    });
    if (guards && constantOf(compare.getRhs()) &&
        (predicate == arith::CmpIPredicate::ult ||
         predicate == arith::CmpIPredicate::slt))
      sites.always(compare, what, [=] { change(compare); });
  });
}

void listed::guardShort(Operation *root, Sites &sites) {
  findGuards(root, sites, "one element less", [](arith::CmpIOp compare) {
    addToOperand(compare.getRhsMutable(), -1);
  });
}

void listed::guardLong(Operation *root, Sites &sites) {
  findGuards(root, sites, "or equal", [](arith::CmpIOp compare) {
    compare.setPredicate(compare.getPredicate() == arith::CmpIPredicate::ult
                             ? arith::CmpIPredicate::ule
                             : arith::CmpIPredicate::sle);
  });
}

void listed::guardDropped(Operation *root, Sites &sites) {
  root->walk([&](Operation *op) {
    auto uses = memoryUses(op);
    if (!predicateOf(op).empty() &&
        llvm::any_of(uses, [](auto &use) { return isGlobal(use.memref); }))
      sites.always(op, "guard dropped", [op] { dropPredicate(op); });
  });
}

static void changeGrid(Operation *root, Sites &sites, int32_t by) {
  auto program = cast<gpu::GPUFuncOp>(root);
  auto sizes = program.getKnownGridSize();
  if (!sizes)
    return;
  // Clusters divide the grid.
  auto cluster = root->getAttrOfType<DenseI32ArrayAttr>("kgpu.cluster_size");
  for (unsigned d = 0; d < sizes->size(); ++d) {
    int32_t step = by * (cluster ? cluster[d] : 1), size = (*sizes)[d] + step;
    if (size < 1 || ((*sizes)[d] == 1 && d > 0))
      continue;
    sites.always(
        root, "grid size " + Twine(d) + " is " + Twine(size), [root, d, size] {
          auto now = root->getAttrOfType<DenseI32ArrayAttr>("known_grid_size");
          auto other = llvm::to_vector(now.asArrayRef());
          other[d] = size;
          root->setAttr("known_grid_size",
                        DenseI32ArrayAttr::get(root->getContext(), other));
        });
  }
}

void listed::gridOneShort(Operation *root, Sites &sites) {
  changeGrid(root, sites, -1);
}

void listed::gridOneLong(Operation *root, Sites &sites) {
  changeGrid(root, sites, 1);
}

/// Stores to results.
static void forEachStore(Operation *root,
                         function_ref<void(Operation *, MemoryUse)> visit) {
  root->walk([&](Operation *op) {
    for (MemoryUse use : memoryUses(op)) {
      bool toResult = isGlobal(use.memref);
      if (auto map = use.memref.getDefiningOp<kgpu::TensorMapOp>())
        toResult = true;
      if (use.writes && toResult)
        visit(op, use);
    }
  });
}

void listed::storeTransposed(Operation *root, Sites &sites) {
  forEachStore(root, [&](Operation *op, MemoryUse use) {
    if (use.indices.size() < 2)
      return;
    OpOperand &row = use.indices[use.indices.size() - 2],
              &column = use.indices.back();
    if (row.get() != column.get())
      sites.always(op, "last indices swapped", [&row, &column] {
        Value before = row.get();
        row.set(column.get());
        column.set(before);
      });
  });
}

void listed::storeTwice(Operation *root, Sites &sites) {
  forEachStore(root, [&](Operation *op, MemoryUse) {
    sites.always(op, "done twice", [op] { OpBuilder(op).insert(op->clone()); });
  });
}

/// Thread t does the work of thread t - 1, too.
void listed::threadsOverlap(Operation *root, Sites &sites) {
  root->walk([&](gpu::ThreadIdOp id) {
    sites.always(id, "that of the neighbour for odd threads", [id]() mutable {
      OpBuilder builder(id->getContext());
      builder.setInsertionPointAfter(id);
      Operation *next = id->getNextNode();
      auto even =
          arith::DivUIOp::create(builder, id.getLoc(), id, makeIndex(next, 2));
      even->moveBefore(next);
      auto same =
          arith::MulIOp::create(builder, id.getLoc(), even, makeIndex(next, 2));
      same->moveBefore(next);
      id.getResult().replaceAllUsesExcept(same, even);
    });
  });
}

/// Arguments that a 32-bit index does not reach.
void listed::indexInI32(Operation *root, Sites &sites) {
  root->walk([&](Operation *op) {
    for (MemoryUse use : memoryUses(op)) {
      auto type = dyn_cast<MemRefType>(use.memref.getType());
      if (!type || type.getNumElements() < (int64_t(1) << 31) ||
          use.indices.empty())
        continue;
      OpOperand &index = use.indices.back();
      if (type.getShape().back() >= int64_t(1) << 31)
        sites.always(op, "index in 32 bits", [op, &index] {
          OpBuilder builder(op);
          Value narrow = arith::IndexCastOp::create(
              builder, op->getLoc(), builder.getI32Type(), index.get());
          index.set(arith::IndexCastOp::create(builder, op->getLoc(),
                                               builder.getIndexType(), narrow));
        });
    }
  });
}

void listed::misaligned(Operation *root, Sites &sites) {
  root->walk([&](Operation *op) {
    auto uses = memoryUses(op);
    if (uses.empty() || uses.front().indices.empty() ||
        !isa<kgpu::LoadOp, kgpu::StoreOp>(op))
      return;
    Type value = isa<kgpu::LoadOp>(op) ? op->getResult(0).getType()
                                       : op->getOperand(0).getType();
    auto vector = dyn_cast<VectorType>(value);
    if (vector && vector.getNumElements() % 2 == 0)
      sites.always(op, "last index plus one", [index = uses.front().indices] {
        addToOperand(index.back(), 1);
      });
  });
}

void listed::writesPastEnd(Operation *root, Sites &sites) {
  forEachStore(root, [&](Operation *op, MemoryUse use) {
    auto type = dyn_cast<MemRefType>(use.memref.getType());
    if (type && !use.indices.empty())
      sites.always(op, "first index plus its extent", [=] {
        addToOperand(use.indices.front(), type.getShape().front());
      });
  });
}

void listed::sharedRowShort(Operation *root, Sites &sites) {
  root->walk([&](kgpu::AllocSharedOp alloc) {
    auto type = cast<MemRefType>(alloc.getType());
    for (unsigned d = 0; d < type.getRank(); ++d) {
      if (type.getDimSize(d) == 1 ||
          (d + 1 == type.getRank() && type.getDimSize(d) % 8 == 0))
        continue;
      sites.always(alloc, "extent " + Twine(d) + " one less", [=]() mutable {
        auto shape = llvm::to_vector(type.getShape());
        --shape[d];
        alloc.getResult().setType(MemRefType::Builder(type).setShape(shape));
      });
    }
  });
}

void listed::sharedTooLarge(Operation *root, Sites &sites) {
  root->walk([&](kgpu::AllocSharedOp alloc) {
    sites.always(alloc, "1024 times as large", [alloc]() mutable {
      auto type = cast<MemRefType>(alloc.getType());
      auto shape = llvm::to_vector(type.getShape());
      shape[0] *= (1 << 20) / std::max<int64_t>(1, type.getNumElements()) + 1;
      alloc.getResult().setType(MemRefType::Builder(type).setShape(shape));
    });
  });
}

void listed::buffersMerged(Operation *root, Sites &sites) {
  root->walk([&](kgpu::AllocSharedOp alloc) {
    root->walk([&](kgpu::AllocSharedOp other) {
      if (alloc != other && alloc.getType() == other.getType() &&
          alloc->isBeforeInBlock(other))
        sites.always(other, "another buffer's memory",
                     [alloc, other]() mutable {
                       other.getResult().replaceAllUsesWith(alloc.getResult());
                     });
    });
  });
}
