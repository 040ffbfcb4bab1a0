//===- DoubleDoubleDomain.cpp - Everything in double-double -------- ===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// The accuracy reference. Rounds to no kind; inputs are drawn representable in
// theirs.
//
//===----------------------------------------------------------------------===//

#include "DDFunctions.h"
#include "Provenance.h"
#include "kernel-opt/Verify/Domain.h"
#include <algorithm>
#include <cmath>

using namespace kernel_opt;
using namespace kernel_opt::verify;

namespace {
class DoubleDoubleDomain : public Domain {
public:
  StringRef name() const override { return "double-double"; }
  size_t valueBytes() const override { return sizeof(DD); }

  void constant(const llvm::APFloat &value, FloatKind kind,
                StringRef provenance, void *out, size_t n) override {
    DD literal = toDD(value);
    if (FailureOr<DD> exact = evaluateProvenance(provenance); succeeded(exact))
      literal = *exact;
    std::fill_n(to(out), n, literal);
  }
  void unary(UnaryFn fn, FloatKind, const void *a, void *out,
             size_t n) override {
    for (size_t i = 0; i < n; ++i)
      to(out)[i] = applyDD(fn, in(a)[i]);
  }
  void binary(BinaryFn fn, FloatKind, const void *a, const void *b, void *out,
              size_t n) override {
    for (size_t i = 0; i < n; ++i)
      to(out)[i] = applyDD(fn, in(a)[i], in(b)[i]);
  }
  void fma(FloatKind, const void *a, const void *b, const void *c, void *out,
           size_t n) override {
    for (size_t i = 0; i < n; ++i)
      to(out)[i] = in(a)[i] * in(b)[i] + in(c)[i];
  }
  void compare(CompareFn fn, FloatKind, const void *a, const void *b,
               uint8_t *out, size_t n) override {
    for (size_t i = 0; i < n; ++i)
      out[i] = compareReals(fn, in(a)[i], in(b)[i]);
  }
  void contract(FloatKind, bool, size_t m, size_t n, size_t k, const void *a,
                const void *b, void *acc) override {
    for (size_t i = 0; i < m; ++i)
      for (size_t l = 0; l < k; ++l)
        for (size_t j = 0; j < n; ++j) {
          DD &sum = to(acc)[i * n + j];
          sum = sum + in(a)[i * k + l] * in(b)[l * n + j];
        }
  }
  void convert(FloatKind, FloatKind, const void *a, void *out,
               size_t n) override {
    std::copy_n(in(a), n, to(out));
  }
  void fromInt(bool isSigned, FloatKind, const int64_t *a, void *out,
               size_t n) override {
    for (size_t i = 0; i < n; ++i)
      to(out)[i] = intToDD(isSigned, a[i]);
  }
  void toInt(bool isSigned, FloatKind, const void *a, int64_t *out,
             size_t n) override {
    for (size_t i = 0; i < n; ++i)
      out[i] = ddToInt(isSigned, in(a)[i]);
  }
  void input(const InputKey &key, FloatKind kind, const int64_t *indices,
             void *out, size_t n) override {
    InputDrawer draw(key, kind);
    for (size_t i = 0; i < n; ++i)
      to(out)[i] = special(draw(indices[i]));
  }
  void poison(unsigned pattern, FloatKind kind, void *out, size_t n) override {
    for (size_t i = 0; i < n; ++i)
      to(out)[i] = special(drawPoison(pattern, kind, poisoned++));
  }
  Comparison compareOutputs(FloatKind, const void *expected,
                            const void *actual) override {
    DD x = *in(expected), y = *in(actual);
    if (x == y || (x.high != x.high && y.high != y.high))
      return Comparison::Equal;
    double scale = std::max(std::fabs(x.high), std::fabs(y.high));
    return std::fabs((x - y).high) <= 0x1p-80 * scale ? Comparison::Undecided
                                                      : Comparison::Different;
  }
  std::string str(FloatKind, const void *value) const override {
    return verify::str(*in(value));
  }
  void toReal(const void *a, double *high, double *low,
              size_t n) const override {
    for (size_t i = 0; i < n; ++i) {
      high[i] = in(a)[i].high;
      if (low)
        low[i] = in(a)[i].low;
    }
  }

private:
  static const DD *in(const void *a) { return static_cast<const DD *>(a); }
  static DD *to(void *a) { return static_cast<DD *>(a); }

  uint64_t poisoned = 0;
};
} // namespace

std::unique_ptr<Domain> verify::createDoubleDoubleDomain() {
  return std::make_unique<DoubleDoubleDomain>();
}
