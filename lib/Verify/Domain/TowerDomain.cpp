//===- TowerDomain.cpp - The exact algebra as a domain ------------- ===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "InstructionSet.h"
#include "TowerAlgebra.h"
#include "kernel-opt/Verify/Hash.h"
#include "llvm/Support/raw_ostream.h"
#include <cmath>
#include <cstring>

using namespace kernel_opt;
using namespace kernel_opt::verify;

static const TowerColumns *selectColumns() {
  switch (findInstructionSet()) {
#ifdef KERNELOPT_HAVE_WIDE_COLUMNS
  case InstructionSet::AVX512:
    return getAVX512TowerColumns();
  case InstructionSet::AVX2:
    return getAVX2TowerColumns();
#endif
  default:
    return getBaselineTowerColumns();
  }
}

namespace {
/// Makes values of the tower out of the parts of a provenance expression.
struct TowerBuilder {
  using Value = TowerValue;
  TowerAlgebra &algebra;

  Value decimal(uint64_t digits, int exponent10) {
    Value ten = algebra.fromReal({10, 0});
    Value power = algebra.binary(BinaryFn::Pow, ten,
                                 algebra.fromReal({double(exponent10), 0}));
    return algebra.multiply(
        algebra.fromInt(/*isSigned=*/false, int64_t(digits)), power);
  }
  Value real(double x) { return algebra.fromReal({x, 0}); }
  Value symbol(Symbol symbol) { return algebra.symbol(symbol); }
  Value unary(UnaryFn fn, const Value &x) { return algebra.unary(fn, x); }
  Value binary(BinaryFn fn, const Value &x, const Value &y) {
    return algebra.binary(fn, x, y);
  }
};

class TowerDomainImpl : public TowerDomain {
public:
  explicit TowerDomainImpl(const TowerOptions &options)
      : algebra(options), key(options.key), scale(options.scale),
        spread(options.spread), columns(selectColumns()),
        bytes(towerHeaderBytes + 8 * algebra.getField().words) {}

  StringRef name() const override { return "tower"; }
  size_t valueBytes() const override { return bytes; }

  void constant(const llvm::APFloat &value, FloatKind kind,
                StringRef provenance, void *out, size_t n) override;
  void unary(UnaryFn fn, FloatKind, const void *a, void *out,
             size_t n) override {
    // A row's scale is computed for each of its elements: powers are dear, and
    // the last one is likely to be asked for again.
    bool dear = fn != UnaryFn::Neg && fn != UnaryFn::Abs;
    const char *arguments = static_cast<const char *>(a);
    char *results = static_cast<char *>(out);
    for (size_t i = 0; i < n; ++i) {
      const char *argument = arguments + i * bytes;
      if (dear && last.fn == fn && !last.argument.empty() &&
          std::memcmp(argument, last.argument.data(), bytes) == 0) {
        std::memcpy(results + i * bytes, last.result.data(), bytes);
        continue;
      }
      if (dear) {
        last.fn = fn;
        last.argument.assign(argument, argument + bytes);
      }
      store(out, i, algebra.unary(fn, load(a, i)));
      if (dear)
        last.result.assign(results + i * bytes, results + (i + 1) * bytes);
    }
  }
  void binary(BinaryFn fn, FloatKind kind, const void *a, const void *b,
              void *out, size_t n) override;
  void fma(FloatKind kind, const void *a, const void *b, const void *c,
           void *out, size_t n) override;
  void compare(CompareFn fn, FloatKind, const void *a, const void *b,
               uint8_t *out, size_t n) override;
  void contract(FloatKind kind, bool fused, size_t m, size_t n, size_t k,
                const void *a, const void *b, void *acc) override;
  std::unique_ptr<SharedFactor>
  makeFactor(size_t k, size_t n,
             function_ref<void(std::byte *values)> fill) override;
  void tensorCoreSteps(FloatKind operands, FloatKind accKind, size_t m,
                       ArrayRef<MatrixStep> steps, void *acc) override;
  void convert(FloatKind, FloatKind, const void *a, void *out,
               size_t n) override {
    if (a != out)
      std::memcpy(out, a, n * bytes);
  }
  void fromInt(bool isSigned, FloatKind, const int64_t *a, void *out,
               size_t n) override {
    for (size_t i = 0; i < n; ++i)
      store(out, i, algebra.fromInt(isSigned, a[i]));
  }
  void toInt(bool isSigned, FloatKind, const void *a, int64_t *out,
             size_t n) override {
    for (size_t i = 0; i < n; ++i)
      out[i] =
          ddToInt(isSigned, algebra.wholeNumber(UnaryFn::Trunc, load(a, i)));
  }
  void input(const InputKey &key, FloatKind kind, const int64_t *indices,
             void *out, size_t n) override;
  void poison(unsigned pattern, FloatKind kind, void *out, size_t n) override;
  Comparison compareOutputs(FloatKind, const void *expected,
                            const void *actual) override {
    return algebra.compare(load(expected, 0), load(actual, 0));
  }
  std::string str(FloatKind, const void *value) const override;
  void toReal(const void *a, double *high, double *low,
              size_t n) const override {
    for (size_t i = 0; i < n; ++i) {
      const TowerValue &v = at(a, i);
      high[i] = v.high;
      if (low)
        low[i] = v.low;
    }
  }
  uint64_t undecided() const override {
    return algebra.stats.undecided - undecidedBefore;
  }
  void resetUndecided() override { undecidedBefore = algebra.stats.undecided; }

  const TowerStatistics &statistics() const override { return algebra.stats; }
  bool isTainted(const void *value) const override {
    const TowerValue &v = at(value, 0);
    return isFinite(v.high) && !(algebra.validLevels(v) & ~v.tainted);
  }
  bool isOpaque(const void *value) const override {
    return at(value, 0).flags & Opaque;
  }
  bool isConstant(const void *value) const override {
    const TowerValue &v = at(value, 0);
    return v.numerator == 0 && v.denominator == 0 && v.depth == 0;
  }
  double evidence(const void *expected, const void *actual) const override {
    return algebra.evidence(load(expected, 0), load(actual, 0));
  }

private:
  const TowerValue &at(const void *a, size_t i) const {
    return *reinterpret_cast<const TowerValue *>(static_cast<const char *>(a) +
                                                 i * bytes);
  }
  /// A copy with room for all residues.
  TowerValue load(const void *a, size_t i) const {
    TowerValue v;
    std::memcpy(&v, static_cast<const char *>(a) + i * bytes, bytes);
    return v;
  }
  void store(void *a, size_t i, const TowerValue &v) const {
    std::memcpy(static_cast<char *>(a) + i * bytes, &v, bytes);
  }
  template <BinaryFn fn>
  static void slow(void *context, const TowerValue *a, const TowerValue *b,
                   TowerValue *out) {
    auto &self = *static_cast<TowerDomainImpl *>(context);
    self.store(out, 0,
               self.algebra.binary(fn, self.load(a, 0), self.load(b, 0)));
  }
  void divide(const void *a, const void *b, void *out, size_t n);
  std::string residueText(const TowerValue &v, unsigned level) const;

  /// The last unary function, its argument and result.
  struct {
    UnaryFn fn = UnaryFn::Neg;
    std::vector<char> argument, result;
  } last;
  TowerAlgebra algebra;
  uint64_t key;
  double scale; ///< of draws
  int spread;
  const TowerColumns *columns;
  size_t bytes;
  uint64_t undecidedBefore = 0;
  uint64_t poisoned = 0;
  std::vector<char> product;
  std::vector<uint64_t> prefixes, inverses;
};
} // namespace

void TowerDomainImpl::constant(const llvm::APFloat &value, FloatKind,
                               StringRef provenance, void *out, size_t n) {
  TowerValue v = algebra.fromReal(toDD(value));
  if (!isFinite(v.high))
    v.flags = Fixed;
  if (!provenance.empty()) {
    TowerBuilder builder{algebra};
    FailureOr<TowerValue> exact =
        ProvenanceParser<TowerBuilder>(provenance, builder).parse();
    if (failed(exact))
      ++algebra.stats.badProvenance;
    else
      v = *exact;
  }
  for (size_t i = 0; i < n; ++i)
    store(out, i, v);
}

void TowerDomainImpl::binary(BinaryFn fn, FloatKind, const void *a,
                             const void *b, void *out, size_t n) {
  const TowerField &field = algebra.getField();
  switch (fn) {
  case BinaryFn::Add:
    return columns->add(field, a, b, out, n, slow<BinaryFn::Add>, this);
  case BinaryFn::Sub:
    return columns->sub(field, a, b, out, n, slow<BinaryFn::Sub>, this);
  case BinaryFn::Mul:
    return columns->mul(field, a, b, out, n, slow<BinaryFn::Mul>, this);
  case BinaryFn::Div:
    return divide(a, b, out, n);
  default:
    for (size_t i = 0; i < n; ++i)
      store(out, i, algebra.binary(fn, load(a, i), load(b, i)));
  }
}

/// One inversion for the whole column: the inverse of the product of all
/// divisors, multiplied by all but one, is the inverse of that one (P.
/// Montgomery, 1987).
void TowerDomainImpl::divide(const void *a, const void *b, void *out,
                             size_t n) {
  unsigned levels = algebra.getField().levels;
  prefixes.resize(n + 1);
  inverses.resize(n * levels);
  for (unsigned l = 0; l < levels; ++l) {
    const Prime &f = algebra.getField().primes[l];
    prefixes[0] = f.one;
    // A zero is left out; the division itself reports it.
    auto divisor = [&](size_t i) {
      uint64_t r = algebra.normOf(at(b, i), l);
      return r ? r : f.one;
    };
    for (size_t i = 0; i < n; ++i)
      prefixes[i + 1] = mulMod(f, prefixes[i], divisor(i));
    uint64_t rest = algebra.inverse(l, prefixes[n]);
    for (size_t i = n; i-- > 0;) {
      inverses[i * levels + l] = mulMod(f, rest, prefixes[i]);
      rest = mulMod(f, rest, divisor(i));
    }
  }
  for (size_t i = 0; i < n; ++i)
    store(out, i,
          algebra.divide(load(a, i), load(b, i), &inverses[i * levels]));
}

namespace {
struct TowerFactor : SharedFactor {
  using SharedFactor::SharedFactor;
  TowerPanel panel;
  LoopMemory memory;
};
} // namespace

std::unique_ptr<SharedFactor>
TowerDomainImpl::makeFactor(size_t k, size_t n,
                            function_ref<void(std::byte *values)> fill) {
  const TowerField &field = algebra.getField();
  auto factor = std::make_unique<TowerFactor>(k, n, bytes, fill);
  void *memory = factor->memory.take(columns->panelBytes(field, k, n));
  columns->prepare(field, k, n, factor->values.data(), memory, factor->panel);
  return factor;
}

void TowerDomainImpl::tensorCoreSteps(FloatKind operands, FloatKind accKind,
                                      size_t m, ArrayRef<MatrixStep> steps,
                                      void *acc) {
  SmallVector<TowerStep> parts;
  for (const MatrixStep &step : steps)
    parts.push_back({step.a, &static_cast<const TowerFactor *>(step.b)->panel});
  if (steps.empty() ||
      columns->contract(algebra.getField(), m, steps.front().b->n, parts.data(),
                        parts.size(), acc))
    return;
  Domain::tensorCoreSteps(operands, accKind, m, steps, acc);
}

/// NaN out of draws: whatever is added to it, it stays as it is.
static bool isDead(const TowerValue &v) {
  return v.high != v.high && !(v.flags & Fixed);
}

void TowerDomainImpl::contract(FloatKind kind, bool fused, size_t m, size_t n,
                               size_t k, const void *a, const void *b,
                               void *acc) {
  const TowerField &field = algebra.getField();
  static thread_local LoopMemory kept;
  TowerPanel panel;
  columns->prepare(field, k, n, b, kept.take(columns->panelBytes(field, k, n)),
                   panel);
  auto contractRows = [&](size_t rows, const void *left, void *sums) {
    TowerStep step = {left, &panel};
    return columns->contract(field, rows, n, &step, 1, sums);
  };
  if (contractRows(m, a, acc))
    return;
  // Rows with tokens go by themselves, so that they do not delay the others.
  auto inRows = [&](const void *values, size_t row, size_t columns, auto is) {
    for (size_t j = 0; j < columns; ++j)
      if (!is(at(values, row * columns + j)))
        return false;
    return true;
  };
  auto isFast = [&](size_t row) {
    return inRows(a, row, k, isPlain) && inRows(acc, row, n, isPlain);
  };
  for (size_t row = 0, end; row < m; row = end) {
    end = row + 1;
    if (inRows(acc, row, n, isDead))
      continue;
    bool fast = isFast(row);
    while (fast && end < m && isFast(end))
      ++end;
    const char *left = static_cast<const char *>(a) + row * k * bytes;
    char *sums = static_cast<char *>(acc) + row * n * bytes;
    size_t rows = end - row;
    if (!fast || !contractRows(rows, left, sums))
      Domain::contract(kind, fused, rows, n, k, left, b, sums);
  }
}

void TowerDomainImpl::fma(FloatKind kind, const void *a, const void *b,
                          const void *c, void *out, size_t n) {
  product.resize(n * bytes);
  binary(BinaryFn::Mul, kind, a, b, product.data(), n);
  binary(BinaryFn::Add, kind, product.data(), c, out, n);
}

void TowerDomainImpl::compare(CompareFn fn, FloatKind, const void *a,
                              const void *b, uint8_t *out, size_t n) {
  for (size_t i = 0; i < n; ++i) {
    DD left = {0, 0}, right = {0, 0};
    switch (algebra.order(load(a, i), load(b, i))) {
    case Order::Less:
      right.high = 1;
      break;
    case Order::Greater:
      left.high = 1;
      break;
    case Order::Unordered:
      left.high = __builtin_nan("");
      break;
    case Order::Equal:
      break;
    }
    out[i] = compareReals(fn, left, right);
  }
}

void TowerDomainImpl::input(const InputKey &inputKey, FloatKind,
                            const int64_t *indices, void *out, size_t n) {
  // Values that are special as rationals are taken as such.
  bool rational = inputKey.family == InputFamily::SmallInts ||
                  inputKey.family == InputFamily::PowersOfTwo ||
                  inputKey.family == InputFamily::OneHot;
  uint64_t drawKey = mixHash(key, inputKey.seed);
  double factor = scale;
  if (spread) {
    uint64_t bits = mixHash(drawKey, inputKey.argument);
    factor = std::ldexp(scale, int(bits % uint64_t(2 * spread + 1)) - spread);
    if (bits >> 63)
      factor = -factor;
  }
  InputDrawer draw(inputKey, FloatKind::F64);
  for (size_t i = 0; i < n; ++i) {
    // Nothing is rounded here, so neither are inputs: draws of a narrow kind
    // would tie by chance.
    double value = draw(indices[i]);
    store(out, i,
          rational ? algebra.fromReal({value, 0})
                   : algebra.fromDraw(drawKey, factor * value));
  }
}

void TowerDomainImpl::poison(unsigned pattern, FloatKind kind, void *out,
                             size_t n) {
  for (size_t i = 0; i < n; ++i) {
    double value = drawPoison(pattern, kind, poisoned++);
    store(out, i,
          pattern == 1 ? algebra.fromReal({value, 0})
                       : algebra.fromDraw(mixHash(key, poisoned), value));
  }
}

std::string TowerDomainImpl::residueText(const TowerValue &v,
                                         unsigned level) const {
  const TowerField &field = algebra.getField();
  const Prime &f = field.primes[level];
  std::string text = std::to_string(reduceMontgomery(f, v.residues[level]));
  if (field.complex)
    if (uint64_t y = v.residues[field.levels + level])
      text += "+" + std::to_string(reduceMontgomery(f, y)) + "i";
  return text;
}

std::string TowerDomainImpl::str(FloatKind, const void *value) const {
  TowerValue v = load(value, 0);
  std::string text = verify::str(DD{v.high, v.low});
  if (!isFinite(v.high))
    return text;
  llvm::raw_string_ostream stream(text);
  stream << " [";
  for (unsigned l = 0; l < algebra.getField().levels; ++l) {
    stream << (l ? " " : "");
    if (v.lost >> l & 1)
      stream << "-";
    else
      stream << residueText(v, l) << (v.tainted >> l & 1 ? "?" : "");
  }
  stream << (v.log ? " +logs]" : "]");
  return text;
}

std::unique_ptr<TowerDomain>
verify::createTowerDomain(const TowerOptions &options) {
  return std::make_unique<TowerDomainImpl>(options);
}
