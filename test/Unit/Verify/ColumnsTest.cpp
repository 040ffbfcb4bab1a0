//===- ColumnsTest.cpp - Loops of all instruction sets ----------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../../../lib/Verify/Domain/FloatColumns.h"
#include "../../../lib/Verify/Domain/InstructionSet.h"
#include "../../../lib/Verify/Domain/TowerAlgebra.h"
#include "kernel-opt/Verify/Domain.h"
#include "kernel-opt/Verify/Hash.h"
#include "llvm/ADT/STLExtras.h"
#include "gtest/gtest.h"
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <deque>

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

namespace {
/// Columns of wider instruction sets, with the baseline's.
class Columns : public testing::TestWithParam<InstructionSet> {
protected:
  void SetUp() override {
    if (findInstructionSet() < GetParam())
      GTEST_SKIP() << "the processor lacks them";
  }
  bool isAVX2() const { return GetParam() == InstructionSet::AVX2; }
};
} // namespace

TEST_P(Columns, OfFloatsGiveTheSameBits) {
  constexpr size_t n = 3001;
  for (int kind = 0; kind < 7; ++kind) {
    const FloatColumns &narrow = getBaselineFloatColumns()[kind];
    const FloatColumns &wide =
        (isAVX2() ? getAVX2FloatColumns() : getAVX512FloatColumns())[kind];
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
    bool isTF32 = FloatKind(kind) == FloatKind::TF32;
    if (FloatKind(kind) == FloatKind::F64 || FloatKind(kind) == FloatKind::F32)
      continue;
    // Rows and columns that fill no vector; Inf and NaN among them.
    for (bool special : {false, true}) {
      std::vector<double> left(a.begin(), a.begin() + 7 * 16);
      if (special)
        left[3] = INFINITY, left[40] = NAN;
      x = y = c;
      narrow.tensorCore(isTF32, 7, 100, 16, left.data(), b.data(), x.data());
      wide.tensorCore(isTF32, 7, 100, 16, left.data(), b.data(), y.data());
      EXPECT_TRUE(sameBits(x, y)) << "kind " << kind << " tensorCore";
    }
  }
}

static std::vector<char> drawTower(const TowerAlgebra &algebra, size_t n,
                                   uint64_t tag, bool exact) {
  const TowerField &field = algebra.getField();
  size_t bytes = towerHeaderBytes + 8 * field.words;
  std::vector<char> values(n * bytes);
  for (size_t i = 0; i < n; ++i) {
    double real = std::ldexp(double(int64_t(mixHash(tag, i))),
                             int(mixHash(tag + 1, i) % 40) - 83);
    TowerValue v = algebra.fromDraw(mixHash(tag, i + 7), real);
    for (unsigned w = field.levels; w < field.words; ++w)
      v.residues[w] = mixHash(tag, i) % field.primes[w - field.levels].p;
    if (!exact) {
      v.low = real * 0x1p-55;
      v.error = std::fabs(real) * 0x1p-90;
    }
    v.denominator = float(i % 3);
    v.tainted = i % 5 == 0;
    std::memcpy(&values[i * bytes], &v, bytes);
  }
  return values;
}

/// The sums of three steps of different lengths, one of them of zeros.
static std::vector<char> contractTower(const TowerColumns &columns,
                                       const TowerAlgebra &algebra, size_t m,
                                       size_t n, bool exact, bool atOnce) {
  const TowerField &field = algebra.getField();
  std::vector<char> acc = drawTower(algebra, m * n, 90, exact);
  struct Memory {
    void *data;
    explicit Memory(size_t n)
        : data(std::aligned_alloc(64, n / 64 * 64 + 64)) {}
    ~Memory() { std::free(data); }
  };
  std::vector<std::vector<char>> left;
  std::deque<Memory> memory;
  std::deque<TowerPanel> panels;
  std::vector<TowerStep> steps;
  for (size_t k : {size_t(16), size_t(1), size_t(1500)}) {
    std::vector<char> right = drawTower(algebra, k * n, 10 + k, exact);
    left.push_back(drawTower(algebra, m * k, 20 + k, exact));
    if (k == 1)
      std::fill(right.begin(), right.end(), 0);
    memory.emplace_back(columns.panelBytes(field, k, n));
    columns.prepare(field, k, n, right.data(), memory.back().data,
                    panels.emplace_back());
    EXPECT_TRUE(panels.back().plain);
    EXPECT_EQ(panels.back().zero, k == 1);
  }
  for (auto [a, b] : llvm::zip(left, panels))
    steps.push_back({a.data(), &b});
  if (atOnce) {
    EXPECT_TRUE(columns.contract(field, m, n, steps.data(), 3, acc.data()));
  } else {
    for (const TowerStep &step : steps)
      EXPECT_TRUE(columns.contract(field, m, n, &step, 1, acc.data()));
  }
  return acc;
}

TEST_P(Columns, OfTowersGiveTheSameBits) {
  const TowerColumns &narrow = *getBaselineTowerColumns();
  const TowerColumns &wide =
      isAVX2() ? *getAVX2TowerColumns() : *getAVX512TowerColumns();
  for (unsigned levels : {1, 3})
    for (bool complex : {false, true})
      for (bool exact : {false, true})
        for (size_t m : {1, 7})
          for (bool atOnce : {false, true}) {
            TowerOptions options;
            options.levels = levels;
            options.complex = complex;
            TowerAlgebra algebra(options);
            EXPECT_EQ(contractTower(narrow, algebra, m, 13, exact, atOnce),
                      contractTower(wide, algebra, m, 13, exact, atOnce))
                << levels << complex << exact << m << atOnce;
          }
}

TEST(TowerColumns, StepsAtOnceAreStepsOneByOne) {
  TowerAlgebra algebra(TowerOptions{});
  size_t bytes = towerHeaderBytes + 8 * algebra.getField().words;
  const TowerColumns &columns = *getBaselineTowerColumns();
  std::vector<char> one = contractTower(columns, algebra, 5, 9, false, false);
  std::vector<char> all = contractTower(columns, algebra, 5, 9, false, true);
  for (size_t at = 0; at < one.size(); at += bytes) {
    TowerValue x = {}, y = {};
    std::memcpy(&x, &one[at], bytes);
    std::memcpy(&y, &all[at], bytes);
    for (unsigned w = 0; w < algebra.getField().words; ++w)
      EXPECT_EQ(x.residues[w], y.residues[w]);
    EXPECT_LE(std::fabs(x.high - y.high), x.error + y.error);
    EXPECT_EQ(x.tainted, y.tainted);
    EXPECT_EQ(x.numerator, y.numerator);
    EXPECT_EQ(x.denominator, y.denominator);
  }
}

INSTANTIATE_TEST_SUITE_P(Wide, Columns,
                         testing::Values(InstructionSet::AVX2,
                                         InstructionSet::AVX512));
#endif
