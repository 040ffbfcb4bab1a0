//===- Builtins.cpp - Small kernels of our own ------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Runtime/Builtins.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>
#include <cstring>

using namespace kernel_opt;
using namespace kernel_opt::runtime;

/// Entries, all of them grid-stride loops over one dimension:
///   kernel_opt_fill(to, words, seed, low, high, isRandom)
///   kernel_opt_checksum(from, words, sums)
///   kernel_opt_read(from, vectors, sink)      16-byte loads
///   kernel_opt_copy(to, from, vectors)        16-byte loads and stores
///   kernel_opt_fill_shared(words, seed)       its own dynamic shared memory
///   kernel_opt_clocks(out)                    a pair per multiprocessor
/// `scramble` is the mixing function of `mixWord` below.
static constexpr char ptx[] = R"ptx(
.version 7.0
.target sm_80
.address_size 64

.func (.reg .b64 %result) scramble(.reg .b64 %value)
{
  .reg .b64 %t;
  shr.u64 %t, %value, 32;
  xor.b64 %result, %value, %t;
  mul.lo.u64 %result, %result, 0xD6E8FEB86659FD93;
  shr.u64 %t, %result, 32;
  xor.b64 %result, %result, %t;
  mul.lo.u64 %result, %result, 0xD6E8FEB86659FD93;
  shr.u64 %t, %result, 32;
  xor.b64 %result, %result, %t;
  ret;
}

.visible .entry kernel_opt_fill(.param .u64 pTo, .param .u64 pWords,
    .param .u64 pSeed, .param .u32 pLow, .param .u32 pHigh,
    .param .u32 pRandom)
{
  .reg .pred %p, %odd, %random;
  .reg .b32 %r<8>;
  .reg .b64 %i, %step, %to, %words, %seed, %x, %at;
  ld.param.u64 %to, [pTo];
  cvta.to.global.u64 %to, %to;
  ld.param.u64 %words, [pWords];
  ld.param.u64 %seed, [pSeed];
  ld.param.u32 %r0, [pLow];
  ld.param.u32 %r1, [pHigh];
  ld.param.u32 %r2, [pRandom];
  setp.ne.u32 %random, %r2, 0;
  mov.u32 %r3, %ctaid.x;
  mov.u32 %r4, %ntid.x;
  mov.u32 %r5, %tid.x;
  mul.wide.u32 %i, %r3, %r4;
  cvt.u64.u32 %x, %r5;
  add.u64 %i, %i, %x;
  mov.u32 %r3, %nctaid.x;
  mul.wide.u32 %step, %r3, %r4;
loop:
  setp.ge.u64 %p, %i, %words;
  @%p bra done;
  cvt.u32.u64 %r6, %i;
  and.b32 %r6, %r6, 1;
  setp.ne.u32 %odd, %r6, 0;
  selp.b32 %r7, %r1, %r0, %odd;
  @!%random bra store;
  mul.lo.u64 %x, %i, 0x9E3779B97F4A7C15;
  add.u64 %x, %x, %seed;
  call (%x), scramble, (%x);
  cvt.u32.u64 %r7, %x;
store:
  shl.b64 %at, %i, 2;
  add.u64 %at, %at, %to;
  st.global.u32 [%at], %r7;
  add.u64 %i, %i, %step;
  bra loop;
done:
  ret;
}

.visible .entry kernel_opt_checksum(.param .u64 pFrom, .param .u64 pWords,
    .param .u64 pSums)
{
  .reg .pred %p;
  .reg .b32 %r<8>;
  .reg .b64 %i, %step, %from, %words, %sums, %x, %at, %sum;
  ld.param.u64 %from, [pFrom];
  cvta.to.global.u64 %from, %from;
  ld.param.u64 %words, [pWords];
  ld.param.u64 %sums, [pSums];
  cvta.to.global.u64 %sums, %sums;
  mov.u64 %sum, 0;
  mov.u32 %r3, %ctaid.x;
  mov.u32 %r4, %ntid.x;
  mov.u32 %r5, %tid.x;
  mul.wide.u32 %i, %r3, %r4;
  cvt.u64.u32 %x, %r5;
  add.u64 %i, %i, %x;
  mov.u32 %r6, %nctaid.x;
  mul.wide.u32 %step, %r6, %r4;
loop:
  setp.ge.u64 %p, %i, %words;
  @%p bra done;
  shl.b64 %at, %i, 2;
  add.u64 %at, %at, %from;
  ld.global.u32 %r7, [%at];
  add.u64 %x, %i, 1;
  mul.lo.u64 %x, %x, 0x9E3779B97F4A7C15;
  cvt.u64.u32 %at, %r7;
  xor.b64 %x, %x, %at;
  call (%x), scramble, (%x);
  add.u64 %sum, %sum, %x;
  add.u64 %i, %i, %step;
  bra loop;
done:
  and.b32 %r3, %r3, 255;
  mul.wide.u32 %at, %r3, 8;
  add.u64 %at, %at, %sums;
  red.global.add.u64 [%at], %sum;
  ret;
}

.visible .entry kernel_opt_read(.param .u64 pFrom, .param .u64 pVectors,
    .param .u64 pSink)
{
  .reg .pred %p;
  .reg .b32 %r<8>, %v<4>, %sum;
  .reg .b64 %i, %step, %from, %vectors, %sink, %x, %at;
  ld.param.u64 %from, [pFrom];
  cvta.to.global.u64 %from, %from;
  ld.param.u64 %vectors, [pVectors];
  ld.param.u64 %sink, [pSink];
  cvta.to.global.u64 %sink, %sink;
  mov.u32 %sum, 0;
  mov.u32 %r3, %ctaid.x;
  mov.u32 %r4, %ntid.x;
  mov.u32 %r5, %tid.x;
  mul.wide.u32 %i, %r3, %r4;
  cvt.u64.u32 %x, %r5;
  add.u64 %i, %i, %x;
  mov.u32 %r3, %nctaid.x;
  mul.wide.u32 %step, %r3, %r4;
loop:
  setp.ge.u64 %p, %i, %vectors;
  @%p bra done;
  shl.b64 %at, %i, 4;
  add.u64 %at, %at, %from;
  ld.global.v4.u32 {%v0, %v1, %v2, %v3}, [%at];
  xor.b32 %v0, %v0, %v1;
  xor.b32 %v2, %v2, %v3;
  xor.b32 %v0, %v0, %v2;
  add.u32 %sum, %sum, %v0;
  add.u64 %i, %i, %step;
  bra loop;
done:
  setp.ne.u32 %p, %sum, 0x9E3779B9;
  @%p bra end;
  st.global.u32 [%sink], %sum;
end:
  ret;
}

.visible .entry kernel_opt_copy(.param .u64 pTo, .param .u64 pFrom,
    .param .u64 pVectors)
{
  .reg .pred %p;
  .reg .b32 %r<8>, %v<4>;
  .reg .b64 %i, %step, %from, %to, %vectors, %x, %at;
  ld.param.u64 %to, [pTo];
  cvta.to.global.u64 %to, %to;
  ld.param.u64 %from, [pFrom];
  cvta.to.global.u64 %from, %from;
  ld.param.u64 %vectors, [pVectors];
  mov.u32 %r3, %ctaid.x;
  mov.u32 %r4, %ntid.x;
  mov.u32 %r5, %tid.x;
  mul.wide.u32 %i, %r3, %r4;
  cvt.u64.u32 %x, %r5;
  add.u64 %i, %i, %x;
  mov.u32 %r3, %nctaid.x;
  mul.wide.u32 %step, %r3, %r4;
loop:
  setp.ge.u64 %p, %i, %vectors;
  @%p bra done;
  shl.b64 %x, %i, 4;
  add.u64 %at, %x, %from;
  ld.global.v4.u32 {%v0, %v1, %v2, %v3}, [%at];
  add.u64 %at, %x, %to;
  st.global.v4.u32 [%at], {%v0, %v1, %v2, %v3};
  add.u64 %i, %i, %step;
  bra loop;
done:
  ret;
}

.extern .shared .align 16 .b8 kernel_opt_shared[];
.visible .entry kernel_opt_fill_shared(.param .u32 pWords, .param .u32 pSeed)
{
  .reg .pred %p;
  .reg .b32 %i, %words, %seed, %step, %x, %at, %base;
  ld.param.u32 %words, [pWords];
  ld.param.u32 %seed, [pSeed];
  mov.u32 %base, kernel_opt_shared;
  mov.u32 %i, %tid.x;
  mov.u32 %step, %ntid.x;
loop:
  setp.ge.u32 %p, %i, %words;
  @%p bra done;
  mul.lo.u32 %x, %i, 0x9E3779B1;
  xor.b32 %x, %x, %seed;
  mul.lo.u32 %x, %x, 0x85EBCA6B;
  shr.u32 %at, %x, 13;
  xor.b32 %x, %x, %at;
  shl.b32 %at, %i, 2;
  add.u32 %at, %at, %base;
  st.volatile.shared.u32 [%at], %x;
  add.u32 %i, %i, %step;
  bra loop;
done:
  ret;
}

.visible .entry kernel_opt_clocks(.param .u64 pOut)
{
  .reg .b32 %r;
  .reg .b64 %out, %at, %cycles, %time;
  ld.param.u64 %out, [pOut];
  cvta.to.global.u64 %out, %out;
  mov.u32 %r, %smid;
  mul.wide.u32 %at, %r, 16;
  add.u64 %at, %at, %out;
  mov.u64 %time, %globaltimer;
  mov.u64 %cycles, %clock64;
  st.global.v2.u64 [%at], {%cycles, %time};
  ret;
}
)ptx";

static constexpr unsigned blockThreads = 256;
static constexpr unsigned sumSlots = 256;
/// Multiprocessor numbers may exceed their count where some are switched off.
static constexpr unsigned clockSlots = 512;
static constexpr uint64_t golden = 0x9E3779B97F4A7C15;

static uint64_t scramble(uint64_t x) {
  constexpr uint64_t factor = 0xD6E8FEB86659FD93;
  x ^= x >> 32;
  x *= factor;
  x ^= x >> 32;
  x *= factor;
  return x ^ (x >> 32);
}

uint32_t runtime::randomWord(uint64_t seed, uint64_t index) {
  return uint32_t(scramble(index * golden + seed));
}

uint64_t runtime::checksumOf(const void *data, uint64_t bytes) {
  uint64_t sum = 0;
  for (uint64_t i = 0, words = llvm::divideCeil(bytes, 4); i < words; ++i) {
    uint32_t word = 0;
    std::memcpy(&word, static_cast<const char *>(data) + 4 * i,
                std::min<uint64_t>(4, bytes - 4 * i));
    sum += scramble(((i + 1) * golden) ^ word);
  }
  return sum;
}

StringRef runtime::builtinPTX() { return StringRef(ptx).ltrim(); }

llvm::Expected<std::unique_ptr<Builtins>>
Builtins::create(Context &context, const Stream &stream) {
  auto builtins = std::unique_ptr<Builtins>(new Builtins(context, stream));
  llvm::Expected<Module> module =
      context.load(builtinPTX(), "kernel-opt's own kernels");
  if (!module)
    return module.takeError();
  builtins->module = std::move(*module);
  struct {
    StringRef entry;
    Kernel *kernel;
  } kernels[] = {{"kernel_opt_fill", &builtins->fillKernel},
                 {"kernel_opt_checksum", &builtins->checksumKernel},
                 {"kernel_opt_read", &builtins->readKernel},
                 {"kernel_opt_copy", &builtins->copyKernel},
                 {"kernel_opt_fill_shared", &builtins->fillSharedKernel},
                 {"kernel_opt_clocks", &builtins->clocksKernel}};
  for (auto &[entry, kernel] : kernels) {
    llvm::Expected<Kernel> found = builtins->module.kernel(entry);
    if (!found)
      return found.takeError();
    *kernel = std::move(*found);
  }
  llvm::Expected<Buffer> scratch =
      context.allocate(sumSlots * 8 + 2 * clockSlots * 16);
  if (!scratch)
    return scratch.takeError();
  builtins->scratch = std::move(*scratch);
  return std::move(builtins);
}

/// Enough blocks to fill the device, fewer for little work.
LaunchShape Builtins::shapeFor(uint64_t items) const {
  LaunchShape shape;
  uint64_t blocks = llvm::divideCeil(items, blockThreads);
  uint64_t full = uint64_t(context.device().multiprocessors) * 8;
  shape.grid[0] = unsigned(std::clamp<uint64_t>(blocks, 1, full));
  shape.block[0] = blockThreads;
  return shape;
}

/// A thread for each item: blocks that follow each other keep more memory
/// accesses under way than threads that loop.
static LaunchShape onceFor(uint64_t items) {
  LaunchShape shape;
  shape.grid[0] = unsigned(std::clamp<uint64_t>(
      llvm::divideCeil(items, blockThreads), 1, INT32_MAX));
  shape.block[0] = blockThreads;
  return shape;
}

llvm::Error Builtins::fill(api::DevicePointer to, uint64_t bytes, uint64_t seed,
                           uint32_t low, uint32_t high, bool random) {
  // The kernel writes whole words; a rest of up to three bytes is written by
  // the driver, from the bytes that the next word would have had.
  uint64_t words = bytes / 4;
  uint32_t isRandom = random;
  if (words) {
    void *arguments[] = {&to, &words, &seed, &low, &high, &isRandom};
    if (llvm::Error e = fillKernel.launch(stream, shapeFor(words), arguments))
      return e;
  }
  uint32_t next = random ? randomWord(seed, words) : (words % 2 ? high : low);
  for (uint64_t i = 0, rest = bytes % 4; i < rest; ++i)
    if (llvm::Error e = context.check(
            context.functions().memsetD8Async(
                to + words * 4 + i, uint8_t(next >> (8 * i)), 1, stream.get()),
            "fill device memory"))
      return e;
  return llvm::Error::success();
}

llvm::Error Builtins::fillRandom(api::DevicePointer to, uint64_t bytes,
                                 uint64_t seed) {
  return fill(to, bytes, seed, 0, 0, /*random=*/true);
}

llvm::Error Builtins::fillPattern(api::DevicePointer to, uint64_t bytes,
                                  uint64_t pattern) {
  return fill(to, bytes, 0, uint32_t(pattern), uint32_t(pattern >> 32),
              /*random=*/false);
}

llvm::Expected<uint64_t> Builtins::checksum(api::DevicePointer from,
                                            uint64_t bytes) {
  const api::Functions &f = context.functions();
  api::DevicePointer sums = scratch.address();
  if (llvm::Error e =
          context.check(f.memsetD8Async(sums, 0, sumSlots * 8, stream.get()),
                        "clear device memory"))
    return std::move(e);
  uint64_t words = bytes / 4;
  if (words) {
    void *arguments[] = {&from, &words, &sums};
    if (llvm::Error e =
            checksumKernel.launch(stream, shapeFor(words), arguments))
      return std::move(e);
  }
  uint64_t partial[sumSlots];
  uint32_t last = 0;
  if (llvm::Error e = stream.download(partial, scratch, sizeof(partial)))
    return std::move(e);
  if (bytes % 4)
    if (llvm::Error e = context.check(
            f.memcpyDtoHAsync(&last, from + words * 4, bytes % 4, stream.get()),
            "copy from the device"))
      return std::move(e);
  if (llvm::Error e = stream.synchronize())
    return std::move(e);
  uint64_t sum = bytes % 4 ? scramble(((words + 1) * golden) ^ last) : 0;
  for (uint64_t part : partial)
    sum += part;
  return sum;
}

llvm::Error Builtins::flushL2() {
  if (flushBytes == 0)
    return llvm::Error::success();
  if (!flushBuffer.address()) {
    llvm::Expected<Buffer> buffer = context.allocate(flushBytes);
    if (!buffer)
      return buffer.takeError();
    flushBuffer = std::move(*buffer);
  }
  // Changing values, so that nothing can be compressed or skipped.
  return fillRandom(flushBuffer.address(), flushBytes, ++flushCount);
}

llvm::Error Builtins::fillShared(uint32_t seed) {
  // As much as a block may have, so that there is one on each multiprocessor.
  const DeviceInfo &device = context.device();
  LaunchShape shape;
  shape.grid[0] = unsigned(device.multiprocessors);
  shape.block[0] = blockThreads;
  shape.sharedBytes = unsigned(device.sharedPerBlockOptin);
  if (llvm::Error e = fillSharedKernel.prepare(shape))
    return e;
  uint32_t words = shape.sharedBytes / 4;
  void *arguments[] = {&words, &seed};
  return fillSharedKernel.launch(stream, shape, arguments);
}

llvm::Error Builtins::readClocks(unsigned slot) {
  assert(slot < 2 && "a clock is read before and after");
  api::DevicePointer out =
      scratch.address() + sumSlots * 8 + uint64_t(slot) * clockSlots * 16;
  if (llvm::Error e = context.check(context.functions().memsetD8Async(
                                        out, 0, clockSlots * 16, stream.get()),
                                    "clear device memory"))
    return e;
  LaunchShape shape;
  shape.grid[0] = unsigned(context.device().multiprocessors);
  void *arguments[] = {&out};
  return clocksKernel.launch(stream, shape, arguments);
}

llvm::Expected<double> Builtins::clockHz() {
  struct Pair {
    uint64_t cycles, nanoseconds;
  };
  std::vector<Pair> pairs(2 * clockSlots);
  if (llvm::Error e = stream.download(
          pairs.data(), scratch, pairs.size() * sizeof(Pair), sumSlots * 8))
    return std::move(e);
  if (llvm::Error e = stream.synchronize())
    return std::move(e);
  // Cycle counters belong to a multiprocessor: compare each with itself.
  std::vector<double> rates;
  for (unsigned i = 0; i < clockSlots; ++i) {
    const Pair &before = pairs[i], &after = pairs[clockSlots + i];
    if (before.nanoseconds && after.nanoseconds > before.nanoseconds &&
        after.cycles > before.cycles)
      rates.push_back(double(after.cycles - before.cycles) * 1e9 /
                      double(after.nanoseconds - before.nanoseconds));
  }
  if (rates.empty())
    return 0.0;
  std::nth_element(rates.begin(), rates.begin() + rates.size() / 2,
                   rates.end());
  return rates[rates.size() / 2];
}

llvm::Error Builtins::read(api::DevicePointer from, uint64_t bytes) {
  uint64_t vectors = bytes / 16;
  api::DevicePointer sink = scratch.address();
  void *arguments[] = {&from, &vectors, &sink};
  return readKernel.launch(stream, onceFor(vectors), arguments);
}

llvm::Error Builtins::copy(api::DevicePointer to, api::DevicePointer from,
                           uint64_t bytes) {
  uint64_t vectors = bytes / 16;
  void *arguments[] = {&to, &from, &vectors};
  return copyKernel.launch(stream, onceFor(vectors), arguments);
}
