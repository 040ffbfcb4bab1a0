//===- FakeKernels.cpp - Kernels as host functions --------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Our own small kernels, and for plans under test:
//   scale_f32(in, out, n, factor)        out[i] = in[i] * factor
//   scale_f32_short                      leaves the last element alone
//   scale_f32_past                       writes one element too many
//   scale_f32_clobber                    changes its input
//   scale_f32_flaky                      another result in every launch
//   scale_map_f32(map, out, n, factor)   reads through a tensor map
//   ramp_f32(out, n)                     out[i] = i
//   add_f32(a, b, out, n)
//   kernel(in, out)                      out[i] = in[i] + in[i], 64 x 128
//
//===----------------------------------------------------------------------===//

#include "FakeCuda.h"
#include <cstring>

using namespace fake;

namespace {
template <typename T>
T argument(void **arguments, int i) {
  T value;
  std::memcpy(&value, arguments[i], sizeof(T));
  return value;
}

uint64_t scramble(uint64_t x) {
  constexpr uint64_t factor = 0xD6E8FEB86659FD93;
  x ^= x >> 32;
  x *= factor;
  x ^= x >> 32;
  x *= factor;
  return x ^ (x >> 32);
}
constexpr uint64_t golden = 0x9E3779B97F4A7C15;

template <typename T>
T *pointer(uint64_t address) {
  return reinterpret_cast<T *>(address);
}

api::Result fill(void **a) {
  auto to = argument<uint64_t>(a, 0), words = argument<uint64_t>(a, 1);
  auto seed = argument<uint64_t>(a, 2);
  uint32_t pattern[2] = {argument<uint32_t>(a, 3), argument<uint32_t>(a, 4)};
  bool random = argument<uint32_t>(a, 5);
  if (!isMapped(to, words * 4))
    return api::illegalAddress;
  for (uint64_t i = 0; i < words; ++i)
    pointer<uint32_t>(to)[i] =
        random ? uint32_t(scramble(i * golden + seed)) : pattern[i & 1];
  return api::success;
}

api::Result checksum(void **a) {
  auto from = argument<uint64_t>(a, 0), words = argument<uint64_t>(a, 1);
  auto sums = argument<uint64_t>(a, 2);
  if (!isMapped(from, words * 4) || !isMapped(sums, 2048))
    return api::illegalAddress;
  for (uint64_t i = 0; i < words; ++i)
    pointer<uint64_t>(sums)[i / 256 % 256] +=
        scramble(((i + 1) * golden) ^ pointer<uint32_t>(from)[i]);
  return api::success;
}

api::Result clocks(void **a, uint64_t time) {
  auto out = argument<uint64_t>(a, 0);
  if (!isMapped(out, 16 * multiprocessors))
    return api::illegalAddress;
  for (int i = 0; i < multiprocessors; ++i) {
    // Counters of different multiprocessors do not agree.
    pointer<uint64_t>(out)[2 * i] = uint64_t(cyclesAt(time)) + 1000u * i;
    pointer<uint64_t>(out)[2 * i + 1] = time + 1;
  }
  return api::success;
}

api::Result readOrCopy(void **a, bool copy) {
  auto first = argument<uint64_t>(a, 0), second = argument<uint64_t>(a, 1);
  if (!copy)
    return isMapped(first, second * 16) ? api::success : api::illegalAddress;
  auto vectors = argument<uint64_t>(a, 2);
  if (!isMapped(first, vectors * 16) || !isMapped(second, vectors * 16))
    return api::illegalAddress;
  std::memcpy(pointer<char>(first), pointer<char>(second), vectors * 16);
  return api::success;
}

api::Result scale(const std::string &variant, uint64_t in, void **a) {
  static int launches = 0;
  auto out = argument<uint64_t>(a, 1);
  auto n = argument<uint32_t>(a, 2);
  auto factor = argument<float>(a, 3);
  uint32_t written = n;
  if (variant == "_short")
    --written;
  if (variant == "_past")
    ++written;
  if (!isMapped(in, n * 4ull) || !isMapped(out, written * 4ull))
    return api::illegalAddress;
  if (variant == "_flaky")
    factor += float(++launches);
  for (uint32_t i = 0; i < written; ++i)
    pointer<float>(out)[i] = (i < n ? pointer<float>(in)[i] : 1.0f) * factor;
  if (variant == "_clobber")
    pointer<float>(in)[0] += 1;
  return api::success;
}

api::Result ramp(void **a) {
  auto out = argument<uint64_t>(a, 0);
  auto n = argument<uint32_t>(a, 1);
  if (!isMapped(out, n * 4ull))
    return api::illegalAddress;
  for (uint32_t i = 0; i < n; ++i)
    pointer<float>(out)[i] = float(i);
  return api::success;
}

api::Result add(void **a) {
  auto x = argument<uint64_t>(a, 0), y = argument<uint64_t>(a, 1);
  auto out = argument<uint64_t>(a, 2);
  auto n = argument<uint32_t>(a, 3);
  if (!isMapped(x, n * 4ull) || !isMapped(y, n * 4ull) ||
      !isMapped(out, n * 4ull))
    return api::illegalAddress;
  for (uint32_t i = 0; i < n; ++i)
    pointer<float>(out)[i] = pointer<float>(x)[i] + pointer<float>(y)[i];
  return api::success;
}
api::Result twice(void **a) {
  constexpr uint64_t n = 64 * 128;
  auto in = argument<uint64_t>(a, 0), out = argument<uint64_t>(a, 1);
  if (!isMapped(in, n * 4) || !isMapped(out, n * 4))
    return api::illegalAddress;
  for (uint64_t i = 0; i < n; ++i)
    pointer<float>(out)[i] = pointer<float>(in)[i] + pointer<float>(in)[i];
  return api::success;
}
} // namespace

std::string fake::parametersOf(const std::string &entry) {
  // One character per parameter: its bytes.
  static const std::map<std::string, std::string> known = {
      {"kernel_opt_fill", "\x8\x8\x8\x4\x4\x4"},
      {"kernel_opt_checksum", "\x8\x8\x8"},
      {"kernel_opt_read", "\x8\x8\x8"},
      {"kernel_opt_copy", "\x8\x8\x8"},
      {"kernel_opt_clocks", "\x8"},
      {"kernel_opt_fill_shared", "\x4\x4"},
      {"kernel_opt_peak", "\x8\x4"},
      {"scale_map_f32", "\x80\x8\x4\x4"},
      {"ramp_f32", "\x8\x4"},
      {"add_f32", "\x8\x8\x8\x4"},
      {"kernel", "\x8\x8"},
  };
  if (entry.rfind("scale_f32", 0) == 0)
    return "\x8\x8\x4\x4";
  auto found = known.find(entry);
  return found == known.end() ? std::string() : found->second;
}

api::Result fake::runKernel(const std::string &entry,
                            const api::LaunchConfig &config, void **a,
                            uint64_t time) {
  if (entry == "kernel_opt_fill")
    return fill(a);
  if (entry == "kernel_opt_checksum")
    return checksum(a);
  if (entry == "kernel_opt_clocks")
    return clocks(a, time);
  if (entry == "kernel_opt_read" || entry == "kernel_opt_copy")
    return readOrCopy(a, entry == "kernel_opt_copy");
  if (entry == "kernel_opt_peak" || entry == "kernel_opt_fill_shared")
    return api::success;
  if (entry == "ramp_f32")
    return ramp(a);
  if (entry == "add_f32")
    return add(a);
  if (entry == "kernel")
    return twice(a);
  if (entry == "scale_map_f32") {
    // The fake encoder leaves the address in the first word.
    auto map = argument<api::TensorMapBytes>(a, 0);
    return scale("", map.opaque[0], a);
  }
  if (entry.rfind("scale_f32", 0) == 0)
    return scale(entry.substr(9), argument<uint64_t>(a, 0), a);
  return api::notFound;
}
