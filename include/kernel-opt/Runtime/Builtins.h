//===- Builtins.h - Small kernels of our own --------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What a check or a timing needs on the device besides the kernel under test:
// poison, checksums, an emptied L2, clocks, and measured bandwidth. All work is
// put on the stream given at creation.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_RUNTIME_BUILTINS_H
#define KERNEL_OPT_RUNTIME_BUILTINS_H

#include "kernel-opt/Runtime/Device.h"

namespace kernel_opt::runtime {

class Builtins {
public:
  static llvm::Expected<std::unique_ptr<Builtins>> create(Context &context,
                                                          const Stream &stream);

  /// Word i of the range becomes `randomWord(seed, i)`.
  llvm::Error fillRandom(api::DevicePointer to, uint64_t bytes, uint64_t seed);
  /// Repeats eight bytes, lowest first.
  llvm::Error fillPattern(api::DevicePointer to, uint64_t bytes,
                          uint64_t pattern);
  /// The same number as `checksumOf` on a copy. Waits for the stream. `from` is
  /// a multiple of four.
  llvm::Expected<uint64_t> checksum(api::DevicePointer from, uint64_t bytes);

  /// Random words in the shared memory of all multiprocessors: what a kernel
  /// reads there before it wrote it is another thing in every run.
  llvm::Error fillShared(uint32_t seed);

  /// Writes twice the size of the L2, so that nothing else stays in it.
  llvm::Error flushL2();

  /// Notes every multiprocessor's cycle counter and the time, before (0) or
  /// after (1) the work of interest.
  llvm::Error readClocks(unsigned slot);
  /// Clock between the two readings, the median over multiprocessors. Waits for
  /// the stream. Zero if it cannot be told.
  llvm::Expected<double> clockHz();

  /// Reads, or copies, whole 16-byte vectors of a range.
  llvm::Error read(api::DevicePointer from, uint64_t bytes);
  llvm::Error copy(api::DevicePointer to, api::DevicePointer from,
                   uint64_t bytes);

private:
  Builtins(Context &context, const Stream &stream)
      : context(context), stream(stream),
        flushBytes(2 * context.device().l2Bytes) {}
  LaunchShape shapeFor(uint64_t items) const;
  llvm::Error fill(api::DevicePointer to, uint64_t bytes, uint64_t seed,
                   uint32_t low, uint32_t high, bool random);

  Context &context;
  const Stream &stream;
  uint64_t flushBytes;
  uint64_t flushCount = 0;
  Module module;
  Kernel fillKernel, checksumKernel, readKernel, copyKernel, clocksKernel,
      fillSharedKernel;
  Buffer scratch, flushBuffer;
};

/// The PTX of the kernels.
StringRef builtinPTX();
/// Word `index` of a random fill.
uint32_t randomWord(uint64_t seed, uint64_t index);
/// Depends on every byte and its place.
uint64_t checksumOf(const void *data, uint64_t bytes);

} // namespace kernel_opt::runtime

#endif // KERNEL_OPT_RUNTIME_BUILTINS_H
