//===- KGPUSyncOps.cpp - Verifiers of ops that order threads ----*- C++ -*-===//
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

LogicalResult NamedBarrierOp::verify() {
  int64_t id = getId(), threads = getThreads();
  if (id < 1 || id > 15)
    return emitOpError() << "barriers are numbered 1 to 15, found " << id;
  if (threads < 32 || threads > 1024 || threads % 32 != 0)
    return emitOpError() << "the number of threads must be a multiple of 32 "
                            "from 32 to 1024, found "
                         << threads;
  return success();
}

LogicalResult MBarrierAllocOp::verify() { return verifyAtTopLevel(*this); }

LogicalResult MBarrierInitOp::verify() {
  int64_t arrivals = getArrivals();
  if (arrivals < 1 || arrivals >= (1 << 20))
    return emitOpError() << "a phase takes 1 to 1048575 arrivals, found "
                         << arrivals;
  return success();
}

/// Flags and counters are integers that hardware reads and writes at once.
static LogicalResult verifyFlag(Operation *op, Type type, size_t numIndices,
                                Where where, Type value) {
  if (failed(verifyElement(op, type, numIndices, where, "the memref")))
    return failure();
  Type element = cast<MemRefType>(type).getElementType();
  if (!element.isInteger(32) && !element.isInteger(64))
    return op->emitOpError()
           << "the memref must hold i32 or i64, found " << element;
  if (value && value != element)
    return op->emitOpError() << "the value has type " << value
                             << ", but the memref holds " << element;
  return success();
}

LogicalResult GridBarrierOp::verify() {
  return verifyFlag(*this, getCounter().getType(), getIndices().size(),
                    Where::Global, mlir::IntegerType::get(getContext(), 32));
}

LogicalResult SignalOp::verify() {
  return verifyFlag(*this, getMemref().getType(), getIndices().size(),
                    Where::Either, getValue().getType());
}

LogicalResult WaitOp::verify() {
  return verifyFlag(*this, getMemref().getType(), getIndices().size(),
                    Where::Either, getValue().getType());
}

LogicalResult ClusterBarrierOp::verify() {
  if (getArrive() && getWait())
    return emitOpError("'arrive' and 'wait' together are the whole barrier; "
                       "leave both out");
  return success();
}

LogicalResult ClusterSharedOp::verify() {
  return verifyBuffer(*this, getBuffer().getType(), Where::Shared,
                      "the buffer");
}

LogicalResult SetMaxRegistersOp::verify() {
  int64_t count = getCount();
  if (count < 24 || count > 256 || count % 8 != 0)
    return emitOpError()
           << "the count must be a multiple of 8 from 24 to 256, found "
           << count;
  return success();
}
