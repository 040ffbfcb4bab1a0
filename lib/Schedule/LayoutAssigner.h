//===- LayoutAssigner.h - Who holds which element, op by op -----*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_SCHEDULE_LAYOUTASSIGNER_H
#define KERNEL_OPT_LIB_SCHEDULE_LAYOUTASSIGNER_H

#include "kernel-opt/Schedule/Layouts.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "llvm/ADT/MapVector.h"

namespace kernel_opt::schedule {
using namespace mlir;
using ktile::LinearLayout;

/// Gives every tile of a program a layout. Some ops ask for one (products,
/// scans, the largest accesses of memory); from there layouts spread to
/// whatever can have the same, and where two meet a conversion goes between.
class LayoutAssigner {
public:
  explicit LayoutAssigner(gpu::GPUFuncOp func);
  LogicalResult run();

private:
  static bool isTile(Value value) {
    return isa<RankedTensorType>(value.getType());
  }
  static RankedTensorType tileOf(Value value) {
    return cast<RankedTensorType>(value.getType());
  }
  static bool isElementwise(Operation *op) {
    return OpTrait::hasElementwiseMappableTraits(op);
  }

  const LinearLayout &layoutOf(Value value) {
    return layouts.find(value)->second;
  }
  /// That of a source whose dimension `dim` is gone.
  static LinearLayout without(const LinearLayout &layout, unsigned dim);
  static LinearLayout sourceLayout(ktile::ViewOp view,
                                   const LinearLayout &layout);

  // Assignment (Layouts.cpp).
  void assign(Value value, const LinearLayout &layout);
  void drain();
  void spreadToUsers(Value value, const LinearLayout &layout);
  void spreadToDefinition(Value value, const LinearLayout &layout);
  void spreadThroughLoop(scf::ForOp loop, unsigned number,
                         const LinearLayout &layout);
  void spreadThroughScan(ktile::ScanOp scan, const LinearLayout &layout);
  void anchorScan(ktile::ScanOp scan);
  void anchorMemory();
  void anchorRest();
  LinearLayout wish(MemRefType memref, AffineMap map, ValueRange symbols,
                    RankedTensorType tile);
  // Conversions (LayoutConversions.cpp).
  void insertConversions();
  void convertAround(Operation *op);
  void convertAroundDot(ktile::DotOp dot);
  void convertAroundReduce(ktile::ReduceOp reduce);
  void convertAroundScan(ktile::ScanOp scan);
  void convertAroundLoop(scf::ForOp loop);
  void convertLoad(ktile::LoadOp load);
  void convertStore(ktile::StoreOp store);
  void convertOperand(OpOperand &operand, const LinearLayout &layout);
  /// `result` is made in `layout` and converted to what its users expect.
  void convertResult(Value result, const LinearLayout &layout);
  void applyTypes();

  gpu::GPUFuncOp func;
  /// Loads whose tiles are handed to other threads for a scan.
  SmallPtrSet<Operation *, 2> turned;
  int64_t warps, blocks; ///< of a block, of a cluster
  llvm::MapVector<Value, LinearLayout> layouts;
  SmallVector<Value> worklist;
};

} // namespace kernel_opt::schedule

#endif // KERNEL_OPT_LIB_SCHEDULE_LAYOUTASSIGNER_H
