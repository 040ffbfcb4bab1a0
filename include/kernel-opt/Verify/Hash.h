//===- Hash.h - Mixing of 64-bit words ---------------------*- C++ -*- ===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// One keyed mixer for input draws, pseudo-random functions of the algebra and
// seeds. Not cryptographic: whoever chooses a program does so before the nonce
// is drawn.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_VERIFY_HASH_H
#define KERNEL_OPT_VERIFY_HASH_H

#include <cstdint>

namespace kernel_opt::verify {

/// A bijection of 64-bit words in which every input bit changes every output
/// bit with probability 1/2 (the finalizer of splitmix64).
inline uint64_t mixHash(uint64_t x) {
  x ^= x >> 30;
  x *= 0xbf58476d1ce4e5b9ull;
  x ^= x >> 27;
  x *= 0x94d049bb133111ebull;
  return x ^ (x >> 31);
}

/// A pseudo-random function of `x` under `key`.
inline uint64_t mixHash(uint64_t key, uint64_t x) {
  return mixHash(mixHash(x + 0x9e3779b97f4a7c15ull) ^
                 (key * 0xd6e8feb86659fd93ull + 0xa0761d6478bd642full));
}

} // namespace kernel_opt::verify

#endif // KERNEL_OPT_VERIFY_HASH_H
