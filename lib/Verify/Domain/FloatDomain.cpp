//===- FloatDomain.cpp - Bit-exact floats and fp64 ------------------- ===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// Both hold doubles. The bit-exact domain rounds each result to its kind, fp64
// treats every kind as f64; inputs are drawn representable in their kind in
// both.
//
//===----------------------------------------------------------------------===//

#include "FloatColumns.h"
#include "FloatFunctions.h"
#include "InstructionSet.h"
#include "kernel-opt/Verify/Domain.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"
#include <algorithm>
#include <cmath>

using namespace kernel_opt;
using namespace kernel_opt::verify;

static const FloatColumns *selectColumns() {
  switch (findInstructionSet()) {
#ifdef KERNELOPT_HAVE_WIDE_COLUMNS
  case InstructionSet::AVX512:
    return getAVX512FloatColumns();
  case InstructionSet::AVX2:
    return getAVX2FloatColumns();
#endif
  default:
    return getBaselineFloatColumns();
  }
}

namespace {
class FloatDomain : public Domain {
public:
  explicit FloatDomain(bool exact) : exact(exact), table(selectColumns()) {}

  StringRef name() const override { return exact ? "float" : "f64"; }
  size_t valueBytes() const override { return sizeof(double); }

  void constant(const llvm::APFloat &value, FloatKind kind,
                StringRef provenance, void *out, size_t n) override;
  void unary(UnaryFn fn, FloatKind kind, const void *a, void *out,
             size_t n) override;
  void binary(BinaryFn fn, FloatKind kind, const void *a, const void *b,
              void *out, size_t n) override;
  void fma(FloatKind kind, const void *a, const void *b, const void *c,
           void *out, size_t n) override {
    columns(kind).fma(in(a), in(b), in(c), to(out), n);
  }
  void compare(CompareFn fn, FloatKind kind, const void *a, const void *b,
               uint8_t *out, size_t n) override;
  void reduce(BinaryFn fn, FloatKind kind, const void *a, size_t rows, size_t n,
              void *acc) override;
  void contract(FloatKind kind, bool fused, size_t m, size_t n, size_t k,
                const void *a, const void *b, void *acc) override {
    columns(kind).contract(fused, m, n, k, in(a), in(b), to(acc));
  }
  void tensorCore(FloatKind operands, FloatKind accKind, size_t m, size_t n,
                  size_t k, const void *a, const void *b, void *acc) override;
  void convert(FloatKind from, FloatKind to, const void *a, void *out,
               size_t n) override {
    columns(to).round(in(a), this->to(out), n);
  }
  void fromInt(bool isSigned, FloatKind kind, const int64_t *a, void *out,
               size_t n) override;
  void toInt(bool isSigned, FloatKind from, const void *a, int64_t *out,
             size_t n) override;
  bool toBits(FloatKind kind, const void *a, uint64_t *out, size_t n) override;
  bool fromBits(FloatKind kind, const uint64_t *a, void *out,
                size_t n) override;
  void input(const InputKey &key, FloatKind kind, const int64_t *indices,
             void *out, size_t n) override {
    InputDrawer draw(key, kind);
    for (size_t i = 0; i < n; ++i)
      to(out)[i] = draw(indices[i]);
  }
  void poison(unsigned pattern, FloatKind kind, void *out, size_t n) override {
    for (size_t i = 0; i < n; ++i)
      to(out)[i] = drawPoison(pattern, kind, poisoned++);
  }
  Comparison compareOutputs(FloatKind kind, const void *expected,
                            const void *actual) override;
  std::string str(FloatKind kind, const void *value) const override;
  void toReal(const void *a, double *high, double *low,
              size_t n) const override {
    std::copy_n(in(a), n, high);
    if (low)
      std::fill_n(low, n, 0.0);
  }

private:
  static const double *in(const void *a) {
    return static_cast<const double *>(a);
  }
  static double *to(void *a) { return static_cast<double *>(a); }
  /// The loops that round as this domain rounds values of `kind`.
  const FloatColumns &columns(FloatKind kind) const {
    return table[unsigned(exact ? kind : FloatKind::F64)];
  }

  bool exact;
  const FloatColumns *table;
  uint64_t poisoned = 0;
};
} // namespace

void FloatDomain::constant(const llvm::APFloat &value, FloatKind kind,
                           StringRef, void *out, size_t n) {
  llvm::APFloat wide = value;
  bool losesInfo;
  wide.convert(llvm::APFloat::IEEEdouble(), llvm::APFloat::rmNearestTiesToEven,
               &losesInfo);
  double rounded = wide.convertToDouble();
  columns(kind).round(&rounded, &rounded, 1);
  std::fill_n(to(out), n, rounded);
}

void FloatDomain::unary(UnaryFn fn, FloatKind kind, const void *a, void *out,
                        size_t n) {
  applyUnary(fn, in(a), to(out), n);
  // These are exact, or representable wherever their argument is.
  if (fn != UnaryFn::Neg && fn != UnaryFn::Abs)
    columns(kind).round(to(out), to(out), n);
}

static std::optional<ColumnFn> getColumnFn(BinaryFn fn) {
  switch (fn) {
  case BinaryFn::Add:
    return ColumnFn::Add;
  case BinaryFn::Sub:
    return ColumnFn::Sub;
  case BinaryFn::Mul:
    return ColumnFn::Mul;
  case BinaryFn::Div:
    return ColumnFn::Div;
  case BinaryFn::Maximum:
    return ColumnFn::Maximum;
  case BinaryFn::Minimum:
    return ColumnFn::Minimum;
  case BinaryFn::MaxNum:
    return ColumnFn::MaxNum;
  case BinaryFn::MinNum:
    return ColumnFn::MinNum;
  case BinaryFn::Rem:
  case BinaryFn::Pow:
  case BinaryFn::Atan2:
  case BinaryFn::CopySign:
    return std::nullopt;
  }
  llvm_unreachable("function outside its enum");
}

void FloatDomain::binary(BinaryFn fn, FloatKind kind, const void *a,
                         const void *b, void *out, size_t n) {
  if (std::optional<ColumnFn> loop = getColumnFn(fn))
    return columns(kind).binary(*loop, in(a), in(b), to(out), n);
  for (size_t i = 0; i < n; ++i) {
    double x = in(a)[i], y = in(b)[i];
    to(out)[i] = fn == BinaryFn::Rem     ? std::fmod(x, y)
                 : fn == BinaryFn::Pow   ? std::pow(x, y)
                 : fn == BinaryFn::Atan2 ? std::atan2(x, y)
                                         : std::copysign(x, y);
  }
  columns(kind).round(to(out), to(out), n);
}

void FloatDomain::compare(CompareFn fn, FloatKind, const void *a, const void *b,
                          uint8_t *out, size_t n) {
  // Bit 0: greater, 1: equal, 2: less, 3: unordered, as the enum counts them.
  static constexpr uint8_t masks[] = {0,  2, 1,  3,  4,  6,  5, 7,
                                      10, 9, 11, 12, 14, 13, 8, 15};
  uint8_t mask = masks[unsigned(fn)];
  for (size_t i = 0; i < n; ++i) {
    double x = in(a)[i], y = in(b)[i];
    uint8_t relation = x > y ? 1 : x == y ? 2 : x < y ? 4 : 8;
    out[i] = (mask & relation) != 0;
  }
}

void FloatDomain::reduce(BinaryFn fn, FloatKind kind, const void *a,
                         size_t rows, size_t n, void *acc) {
  if (std::optional<ColumnFn> loop = getColumnFn(fn))
    return columns(kind).reduce(*loop, in(a), rows, n, to(acc));
  Domain::reduce(fn, kind, a, rows, n, acc);
}

void FloatDomain::tensorCore(FloatKind operands, FloatKind accKind, size_t m,
                             size_t n, size_t k, const void *a, const void *b,
                             void *acc) {
  if (!exact || operands == FloatKind::F64)
    return contract(accKind, /*fused=*/true, m, n, k, a, b, acc);
  columns(accKind).tensorCore(operands == FloatKind::TF32, m, n, k, in(a),
                              in(b), to(acc));
  columns(accKind).round(to(acc), to(acc), m * n);
}

void FloatDomain::fromInt(bool isSigned, FloatKind kind, const int64_t *a,
                          void *out, size_t n) {
  for (size_t i = 0; i < n; ++i)
    to(out)[i] = intToDouble(isSigned, a[i],
                             /*toOdd=*/exact && kind != FloatKind::F64);
  columns(kind).round(to(out), to(out), n);
}

void FloatDomain::toInt(bool isSigned, FloatKind, const void *a, int64_t *out,
                        size_t n) {
  for (size_t i = 0; i < n; ++i)
    out[i] = doubleToInt(isSigned, in(a)[i]);
}

bool FloatDomain::toBits(FloatKind kind, const void *a, uint64_t *out,
                         size_t n) {
  for (size_t i = 0; i < n; ++i)
    out[i] = encodeFloat(kind, in(a)[i]);
  return true;
}

bool FloatDomain::fromBits(FloatKind kind, const uint64_t *a, void *out,
                           size_t n) {
  for (size_t i = 0; i < n; ++i)
    to(out)[i] = decodeFloat(kind, a[i]);
  return true;
}

Comparison FloatDomain::compareOutputs(FloatKind, const void *expected,
                                       const void *actual) {
  double x = *in(expected), y = *in(actual);
  if (x == y || (x != x && y != y))
    return Comparison::Equal;
  // Without rounding to the kind there is still that of double: what lies
  // close may be either.
  bool close =
      std::fabs(x - y) <= 0x1p-30 * std::max(std::fabs(x), std::fabs(y));
  return !exact && close ? Comparison::Undecided : Comparison::Different;
}

std::string FloatDomain::str(FloatKind kind, const void *value) const {
  std::string text;
  llvm::raw_string_ostream stream(text);
  stream << llvm::format("%.17g", *in(value));
  if (exact)
    stream << " (0x" << llvm::utohexstr(encodeFloat(kind, *in(value))) << ")";
  return text;
}

std::unique_ptr<Domain> verify::createFloatDomain() {
  return std::make_unique<FloatDomain>(/*exact=*/true);
}
std::unique_ptr<Domain> verify::createF64Domain() {
  return std::make_unique<FloatDomain>(/*exact=*/false);
}
