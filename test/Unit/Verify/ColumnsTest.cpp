//===- ColumnsTest.cpp - Loops of two instruction sets ----------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../../../lib/Verify/Domain/FloatColumns.h"
#include "kernel-opt/Verify/Domain.h"
#include "kernel-opt/Verify/Hash.h"
#include "gtest/gtest.h"
#include <cmath>
#include <cstring>

using namespace kernel_opt;
using namespace kernel_opt::verify;

#if defined(__x86_64__)
static bool sameBits(const std::vector<double> &a,
                     const std::vector<double> &b) {
  for (size_t i = 0; i < a.size(); ++i)
    if (std::memcmp(&a[i], &b[i], 8) != 0 &&
        !(std::isnan(a[i]) && std::isnan(b[i])))
      return false;
  return true;
}

TEST(Columns, BothInstructionSetsGiveTheSameBits) {
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma"))
    GTEST_SKIP() << "no AVX2";
  constexpr size_t n = 3001;
  for (int kind = 0; kind < 7; ++kind) {
    const FloatColumns &narrow = getBaselineFloatColumns()[kind];
    const FloatColumns &wide = getAVX2FloatColumns()[kind];
    std::vector<double> a(n), b(n), c(n), x(n), y(n);
    for (size_t i = 0; i < n; ++i) {
      // Bit patterns of all magnitudes that f32 has, rounded to the kind.
      auto any = [&](uint64_t tag) {
        return roundToKind(FloatKind(kind),
                           std::ldexp(double(int64_t(mixHash(tag, i))),
                                      int(mixHash(tag + 9, i) % 256) - 190));
      };
      a[i] = any(1), b[i] = i % 3 ? any(2) : -a[i], c[i] = any(3);
    }
    for (int fn = 0; fn < 8; ++fn) {
      narrow.binary(ColumnFn(fn), a.data(), b.data(), x.data(), n);
      wide.binary(ColumnFn(fn), a.data(), b.data(), y.data(), n);
      EXPECT_TRUE(sameBits(x, y)) << "kind " << kind << " function " << fn;
    }
    narrow.fma(a.data(), b.data(), c.data(), x.data(), n);
    wide.fma(a.data(), b.data(), c.data(), y.data(), n);
    EXPECT_TRUE(sameBits(x, y)) << "kind " << kind << " fma";
    for (bool fused : {false, true}) {
      x = y = c;
      narrow.contract(fused, 10, 100, 30, a.data(), b.data(), x.data());
      wide.contract(fused, 10, 100, 30, a.data(), b.data(), y.data());
      EXPECT_TRUE(sameBits(x, y)) << "kind " << kind << " contract " << fused;
    }
  }
}
#endif
