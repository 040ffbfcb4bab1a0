//===- StoreTrace.h - Who writes which element ------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_VERIFY_KERNEL_STORETRACE_H
#define KERNEL_OPT_LIB_VERIFY_KERNEL_STORETRACE_H

#include "kernel-opt/Dialect/KGPU/KGPUOps.h"
#include "kernel-opt/Support/LLVM.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include <memory>

namespace kernel_opt::verify {

/// One operation that writes an output, and what one execution of it writes.
struct StoreSite {
  Operation *op = nullptr;
  unsigned argument = 0;
  /// Extents of the output, in elements.
  SmallVector<int64_t> shape;
  /// The box as the operation describes it; one extent per dimension.
  kgpu::Access access;
  SmallVector<int64_t> box;
  int64_t elementBytes = 1;
  /// Bytes; asked of vectors that are written whole. 0: of none.
  int64_t alignment = 0;
};

/// Called from compiled code for each execution of each store by each thread.
/// A `place` is the row-major number of the block times the threads of a block,
/// plus that of the thread.
struct StoreVisitor {
  virtual ~StoreVisitor() = default;
  /// `count` elements along the last dimension; `linear` is negative if they
  /// do not lie inside the output.
  virtual void store(const StoreSite &site, int64_t linear, int64_t count,
                     int64_t place) = 0;
  /// The box of the tensor memory accelerator that begins at `corner`.
  virtual void box(const StoreSite &site, ArrayRef<int64_t> corner,
                   int64_t place) = 0;
  /// Something else is wrong: a loop without end, a division by zero.
  virtual void fault(StringRef what, int64_t place) = 0;
};

/// A program cut down to the addresses of its stores to outputs, and compiled
/// for this machine: what no address, guard or loop bound depends on is left
/// out. Stores call a visitor.
class StoreTrace {
public:
  ~StoreTrace();
  /// Null, with `obstacle` saying why, if addresses or guards depend on memory
  /// or on operations that are not followed.
  static std::unique_ptr<StoreTrace>
  compile(gpu::GPUFuncOp program, unsigned firstOutput, std::string &obstacle);

  ArrayRef<StoreSite> sites() const;
  int64_t blocks() const;
  int64_t threadsPerBlock() const;
  /// Runs all threads of the blocks [begin, end), in order.
  void run(int64_t begin, int64_t end, StoreVisitor &visitor) const;

private:
  struct Impl;
  explicit StoreTrace(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl;
};

} // namespace kernel_opt::verify

#endif // KERNEL_OPT_LIB_VERIFY_KERNEL_STORETRACE_H
