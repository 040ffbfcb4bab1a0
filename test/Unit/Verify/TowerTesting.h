//===- TowerTesting.h - Values of the exact algebra -------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_TEST_UNIT_VERIFY_TOWERTESTING_H
#define KERNEL_OPT_TEST_UNIT_VERIFY_TOWERTESTING_H

#include "kernel-opt/Verify/Tower.h"
#include "gtest/gtest.h"

namespace kernel_opt::verify {
using Bytes = std::vector<char>;
constexpr auto F32 = FloatKind::F32;

class Tower : public testing::Test {
protected:
  std::unique_ptr<TowerDomain> domain = createTowerDomain({4, 12345});

  void reset(uint64_t key, unsigned levels = 4, bool complex = false) {
    domain = createTowerDomain({levels, key, complex});
  }
  Bytes make() const { return Bytes(domain->valueBytes()); }
  /// A random value near `offset`.
  Bytes input(int64_t index, double offset = 0) {
    Bytes v = make();
    domain->input({1, 0, InputFamily::Normal, {}}, F32, &index, v.data(), 1);
    return offset ? add(v, number(offset)) : v;
  }
  Bytes number(double x, StringRef provenance = "") {
    Bytes v = make();
    domain->constant(llvm::APFloat(x), F32, provenance, v.data(), 1);
    return v;
  }
  Bytes apply(UnaryFn fn, const Bytes &a) {
    Bytes v = make();
    domain->unary(fn, F32, a.data(), v.data(), 1);
    return v;
  }
  Bytes apply(BinaryFn fn, const Bytes &a, const Bytes &b) {
    Bytes v = make();
    domain->binary(fn, F32, a.data(), b.data(), v.data(), 1);
    return v;
  }
  Bytes add(const Bytes &a, const Bytes &b) {
    return apply(BinaryFn::Add, a, b);
  }
  Bytes sub(const Bytes &a, const Bytes &b) {
    return apply(BinaryFn::Sub, a, b);
  }
  Bytes mul(const Bytes &a, const Bytes &b) {
    return apply(BinaryFn::Mul, a, b);
  }
  Bytes div(const Bytes &a, const Bytes &b) {
    return apply(BinaryFn::Div, a, b);
  }
  Bytes max(const Bytes &a, const Bytes &b) {
    return apply(BinaryFn::Maximum, a, b);
  }
  Bytes exp(const Bytes &a) { return apply(UnaryFn::Exp, a); }
  Bytes log(const Bytes &a) { return apply(UnaryFn::Log, a); }
  Comparison compare(const Bytes &a, const Bytes &b) {
    return domain->compareOutputs(F32, a.data(), b.data());
  }
  void expectEqual(const Bytes &a, const Bytes &b) {
    EXPECT_EQ(compare(a, b), Comparison::Equal)
        << domain->str(F32, a.data()) << "\n"
        << domain->str(F32, b.data());
    EXPECT_EQ(domain->undecided(), 0u);
  }
  void expectDifferent(const Bytes &a, const Bytes &b) {
    EXPECT_EQ(compare(a, b), Comparison::Different)
        << domain->str(F32, a.data()) << "\n"
        << domain->str(F32, b.data());
  }
  double real(const Bytes &a) {
    double x;
    domain->toReal(a.data(), &x, nullptr, 1);
    return x;
  }
};

} // namespace kernel_opt::verify

#endif // KERNEL_OPT_TEST_UNIT_VERIFY_TOWERTESTING_H
