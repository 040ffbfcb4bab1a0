//===- SpeedTest.cpp - Cost of the domains ----------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Prints nanoseconds per value; not part of the suite, since a machine shared
// with others proves nothing. Run with
//   VerifyDomainTests --gtest_also_run_disabled_tests --gtest_filter='*Speed*'
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Verify/Tower.h"
#include "gtest/gtest.h"
#include <chrono>
#include <cstdio>

using namespace kernel_opt;
using namespace kernel_opt::verify;

/// The least of five runs, each long enough for the clock.
template <typename Fn>
static void measure(const char *what, double valuesPerCall, Fn fn) {
  double best = 1e30;
  for (int run = 0; run < 5; ++run) {
    auto start = std::chrono::steady_clock::now();
    int calls = 0;
    double seconds;
    do {
      fn();
      ++calls;
      seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() -
                                              start)
                    .count();
    } while (seconds < 0.02);
    best = std::min(best, seconds * 1e9 / calls / valuesPerCall);
  }
  std::printf("  %-24s %8.2f ns\n", what, best);
}

static void measureDomain(Domain &domain, FloatKind kind) {
  constexpr size_t n = 256, m = 32, k = 256;
  size_t bytes = domain.valueBytes();
  std::vector<char> a(m * k * bytes), b(k * n * bytes), c(m * n * bytes);
  std::vector<int64_t> indices(k * n);
  for (size_t i = 0; i < indices.size(); ++i)
    indices[i] = int64_t(i);
  auto fill = [&](std::vector<char> &v, uint32_t argument) {
    domain.input({1, argument, InputFamily::Uniform01, {}}, kind,
                 indices.data(), v.data(), v.size() / bytes);
  };
  fill(a, 0), fill(b, 1), fill(c, 2);
  std::printf("%s %s\n", domain.name().str().c_str(),
              getName(kind).str().c_str());
  auto binary = [&](BinaryFn fn) {
    domain.binary(fn, kind, a.data(), b.data(), c.data(), n);
  };
  measure("add", n, [&] { binary(BinaryFn::Add); });
  measure("mul", n, [&] { binary(BinaryFn::Mul); });
  measure("div", n, [&] { binary(BinaryFn::Div); });
  measure("maximum", n, [&] { binary(BinaryFn::Maximum); });
  measure("fma", n,
          [&] { domain.fma(kind, a.data(), b.data(), b.data(), c.data(), n); });
  measure("exp", n,
          [&] { domain.unary(UnaryFn::Exp, kind, a.data(), c.data(), n); });
  measure("sqrt", n,
          [&] { domain.unary(UnaryFn::Sqrt, kind, a.data(), c.data(), n); });
  measure("input", m * k, [&] { fill(a, 0); });
  fill(c, 2);
  measure("contract, a step", double(m * n * k), [&] {
    domain.contract(kind, false, m, n, k, a.data(), b.data(), c.data());
  });
}

TEST(Speed, DISABLED_Domains) {
  auto exact = createFloatDomain();
  for (FloatKind kind : {FloatKind::F32, FloatKind::BF16, FloatKind::F16})
    measureDomain(*exact, kind);
  measureDomain(*createF64Domain(), FloatKind::F32);
  measureDomain(*createDoubleDoubleDomain(), FloatKind::F32);
  for (unsigned levels : {1, 2, 4}) {
    std::printf("%u levels: ", levels);
    measureDomain(*createTowerDomain({levels, 1}), FloatKind::F32);
  }
}
