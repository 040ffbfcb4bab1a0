//===- Domain.h - What a float stands for during evaluation -----*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The evaluators (of linalg on tensors and of the scheduled IR) run the same
// program over different meanings of its floating-point values: bit-exact
// floats, fp64, double-double, the exact prime tower with a real shadow. A
// meaning is a Domain. Integers, indices and booleans are the same in every
// domain and never pass through it.
//
// A value is a block of `valueBytes()` plain bytes, aligned to 8, that memcpy
// copies and whose size does not depend on the FloatKind: an evaluator can lay
// out registers and memory without asking what they hold. Every operation works
// on columns: `n` values one after the other. Virtual dispatch is paid once per
// column, not per value. A column is, for instance, the 32 lanes of a warp
// times the elements of a register vector, or the elements of a tile. The
// output may be the same column as an input, but must not overlap it partly.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_VERIFY_DOMAIN_H
#define KERNEL_OPT_VERIFY_DOMAIN_H

#include "kernel-opt/Support/LLVM.h"
#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace kernel_opt::verify {

/// Element types that a domain may have to tell apart: rounding belongs to the
/// type (bit-exact floats round to it, the tower does not).
enum class FloatKind : uint8_t { F64, F32, TF32, F16, BF16, F8E4M3FN, F8E5M2 };

/// The kind of an MLIR type; none if the type is not a float we know.
std::optional<FloatKind> getFloatKind(Type type);
StringRef getName(FloatKind kind);
/// Rounds to nearest even; beyond the largest finite value Inf, or NaN where
/// the kind has no Inf.
double roundToKind(FloatKind kind, double value);
/// The largest finite value.
double getLargest(FloatKind kind);

enum class UnaryFn : uint8_t {
  // clang-format off
  Neg, Abs, Exp, Exp2, Expm1, Log, Log2, Log1p, Log10, Sqrt, Rsqrt, Cbrt,
  Sin, Cos, Tan, Tanh, Sinh, Cosh, Asin, Acos, Atan, Erf, Erfc,
  Floor, Ceil,
  Round,     ///< to the nearest integer, halves away from zero
  RoundEven, ///< to the nearest integer, halves to even
  Trunc,
  // clang-format on
};

enum class BinaryFn : uint8_t {
  Add,
  Sub,
  Mul,
  Div,
  Rem, ///< fmod: the sign of the dividend
  Pow,
  Atan2,
  CopySign,
  Maximum, ///< NaN if either is NaN (arith.maximumf)
  Minimum,
  MaxNum, ///< the other one if one is NaN (arith.maxnumf)
  MinNum,
};

/// The predicates of arith.cmpf: same meaning, same order of cases, so that a
/// static_cast converts.
enum class CompareFn : uint8_t {
  // clang-format off
  False, OEQ, OGT, OGE, OLT, OLE, ONE, ORD,
  UEQ, UGT, UGE, ULT, ULE, UNE, UNO, True,
  // clang-format on
};

/// How an input value is drawn. Each family is judged alone: small integers
/// hide every loss of precision, one dominating element hides bf16.
/// "Row" means the last dimension.
enum class InputFamily : uint8_t {
  Normal,              ///< mean 0, deviation 1
  Uniform01,           ///< [0, 1)
  UniformSym,          ///< [-1, 1)
  LogNormal,           ///< exp(4 z), random sign
  CancellingPairs,     ///< x, -x (1 + 2^-8 u): sums cancel
  BigFirst,            ///< normal, first of each row times 2^12
  BigLast,             ///< normal, last of each row times 2^12
  Ascending,           ///< rises along each row
  Descending,          ///< falls along each row
  Alternating,         ///< sign changes from element to element
  Graded,              ///< rows scaled by 2^-(r % 12), every seventh row zero
  RankOne,             ///< u_row * v_column
  Sparse,              ///< 99 % zeros
  OneHot,              ///< one 1 in each row, else 0
  SmallInts,           ///< integers in [-8, 8]
  PowersOfTwo,         ///< +-2^e, e in [-6, 6]
  WideExponents,       ///< even arguments about 2^-120, odd ones about 2^110
  WideExponentsMirror, ///< the other way round
  NearOverflow,        ///< within a factor of 8 of the largest finite value
  Subnormal,           ///< below the least normal value
  Constant,            ///< one random value everywhere
  Ties,                ///< four different values, so that maxima tie
  MinusInfMasked,      ///< normal, a quarter of each row's end is -Inf
  Zeros,
  Shifted,       ///< normal plus 64: a mean far larger than the deviation
  Logits88,      ///< [-88, 88): exp nearly overflows
  Logits10000,   ///< [-10000, 10000): exp does
  FarBelowZero,  ///< normal minus 10000: so does a sum of exp, the other way
  Spiked,        ///< normal, one element of each row larger by 1000
  Opposed,       ///< even arguments about 64, odd ones about -64
  LargestFirst,  ///< argument 0 nearly as large as can be, argument 1 tiny
  LargestSecond, ///< the other way round; others are normal
  // Normal, with special values sprinkled in: about one in every other row.
  WithNaN,
  WithInf,      ///< of both signs
  ZerosAndInf,  ///< a quarter zeros of both signs, some Inf
  MinusInfRows, ///< every other row is all -Inf
  // The number of a family is part of what is drawn, so new ones come last.
  SpikedBelow, ///< normal, one element of each row less by 1000
};
constexpr unsigned numInputFamilies = unsigned(InputFamily::SpikedBelow) + 1;
/// Whether some draws are Inf or NaN: a question of special values, not of
/// accuracy.
constexpr bool drawsSpecialValues(InputFamily family) {
  return family == InputFamily::MinusInfMasked ||
         (family >= InputFamily::WithNaN &&
          family <= InputFamily::MinusInfRows);
}
/// Whether the largest or least element of each row stands out.
constexpr bool isSpiked(InputFamily family) {
  return family == InputFamily::Spiked || family == InputFamily::SpikedBelow;
}
StringRef getName(InputFamily family);
/// The family of that name, or none.
std::optional<InputFamily> getInputFamily(StringRef name);

/// Names an input, lazily drawn: the same key and index give the same real
/// number in every domain, wherever and however often it is asked for.
struct InputKey {
  uint64_t seed;     ///< of the run
  uint32_t argument; ///< number of the argument
  InputFamily family;
  ArrayRef<int64_t> shape; ///< of the argument; families need its rows
  /// Spikes are elsewhere in each draw of one seed, and never where another
  /// draw had them before most places had one.
  uint32_t draw = 0;
};

/// Draws the real numbers behind elements (row-major linear indices): doubles
/// that are representable in `kind`. All domains start from them.
class InputDrawer {
public:
  InputDrawer(const InputKey &key, FloatKind kind);
  double operator()(int64_t index) const;

private:
  double drawAlike(int64_t index) const;
  double drawInRow(int64_t index, int64_t row, int64_t column) const;
  void placeSpikes(uint32_t draw);
  bool isSpike(int64_t index) const;

  InputFamily family;
  FloatKind kind;
  uint64_t base;   ///< of the argument's random numbers
  int64_t columns; ///< in a row
  int64_t rows;    ///< of the argument
  double scale = 1;
  /// One of so many neighbours is a spike: that at the first place in the
  /// first of them, and so many places further in each that follows.
  int64_t spikeLength = 1, firstSpike = 0, spikeStep = 0;
};

/// The same for one element.
inline double drawInput(const InputKey &key, FloatKind kind, int64_t index) {
  return InputDrawer(key, kind)(index);
}

/// The value of a byte of memory that nobody wrote, as a double representable
/// in `kind`. Pattern 0 is random and finite, pattern 1 is 2^100 (the largest
/// finite value of a kind that does not reach so far).
double drawPoison(unsigned pattern, FloatKind kind, uint64_t index);

/// Result of comparing the values that two programs gave for one element.
enum class Comparison : uint8_t {
  Equal,
  Different,
  /// Tainted or too close to call in this draw: another seed must decide.
  Undecided,
};

/// A right factor that several tensor-core instructions share: k rows of n
/// values, and what the domain makes of them once.
class SharedFactor {
public:
  SharedFactor(size_t k, size_t n, size_t valueBytes,
               function_ref<void(std::byte *values)> fill);
  virtual ~SharedFactor();

  const size_t k, n;
  std::vector<std::byte> values;
};

/// acc[m][n] += a[m][k] * b[k][n]
struct MatrixStep {
  const void *a;
  const SharedFactor *b; ///< made by the same domain
};

class Domain {
public:
  virtual ~Domain();

  virtual StringRef name() const = 0;
  virtual size_t valueBytes() const = 0;

  /// `n` copies of a literal. `provenance` is empty, or the symbolic value that
  /// a rewrite declared for it ("0.125*log2e"); domains of concrete floats
  /// ignore it, the others use it instead of the literal.
  virtual void constant(const llvm::APFloat &value, FloatKind kind,
                        StringRef provenance, void *out, size_t n) = 0;

  virtual void unary(UnaryFn fn, FloatKind kind, const void *a, void *out,
                     size_t n) = 0;
  virtual void binary(BinaryFn fn, FloatKind kind, const void *a, const void *b,
                      void *out, size_t n) = 0;
  /// out = a * b + c, rounded once.
  virtual void fma(FloatKind kind, const void *a, const void *b, const void *c,
                   void *out, size_t n) = 0;
  virtual void compare(CompareFn fn, FloatKind kind, const void *a,
                       const void *b, uint8_t *out, size_t n) = 0;

  /// acc[i] = fn(acc[i], a[r][i]) for r = 0 .. rows-1 in that order; `a` is
  /// rows x n, packed. The inner loop of reductions.
  virtual void reduce(BinaryFn fn, FloatKind kind, const void *a, size_t rows,
                      size_t n, void *acc);

  /// The same, with what acc holds after each row in `running`, which is packed
  /// as `a` is. The inner loop of running sums.
  virtual void scan(BinaryFn fn, FloatKind kind, const void *a, size_t rows,
                    size_t n, void *acc, void *running);

  /// acc[m][n] += sum over k of a[m][k] * b[k][n], in order of k, all packed
  /// row by row. Each step rounds to `kind`: the product and the sum, or once
  /// if `fused`. The inner loop of contractions.
  virtual void contract(FloatKind kind, bool fused, size_t m, size_t n,
                        size_t k, const void *a, const void *b, void *acc);

  /// The same for one tensor-core instruction over all of its k: operands of
  /// kind `operands`, accumulators of kind `acc`. Differs from contract only
  /// where a domain models how the hardware adds.
  virtual void tensorCore(FloatKind operands, FloatKind accKind, size_t m,
                          size_t n, size_t k, const void *a, const void *b,
                          void *acc);

  /// A factor for tensorCoreSteps; `fill` writes its values.
  virtual std::unique_ptr<SharedFactor>
  makeFactor(size_t k, size_t n, function_ref<void(std::byte *values)> fill);

  /// Tensor-core instructions on one accumulator, one after the other, each
  /// over all k of its factor.
  virtual void tensorCoreSteps(FloatKind operands, FloatKind accKind, size_t m,
                               ArrayRef<MatrixStep> steps, void *acc);

  /// Change of float type, to nearest even (arith.extf, arith.truncf). What
  /// exceeds the target becomes Inf, or NaN where it has none (f8E4M3FN).
  virtual void convert(FloatKind from, FloatKind to, const void *a, void *out,
                       size_t n) = 0;
  virtual void fromInt(bool isSigned, FloatKind to, const int64_t *a, void *out,
                       size_t n) = 0;
  /// Toward zero (arith.fptosi, arith.fptoui). What does not fit into 64 bits
  /// gives the nearest value that does, NaN gives 0 (as the hardware's cvt).
  virtual void toInt(bool isSigned, FloatKind from, const void *a, int64_t *out,
                     size_t n) = 0;
  /// Bit pattern of a value and back. Only domains of concrete floats can;
  /// others return false and leave the output alone.
  virtual bool toBits(FloatKind kind, const void *a, uint64_t *out, size_t n);
  virtual bool fromBits(FloatKind kind, const uint64_t *a, void *out, size_t n);

  /// Draws elements `indices[0..n)` (row-major linear) of an argument.
  virtual void input(const InputKey &key, FloatKind kind,
                     const int64_t *indices, void *out, size_t n) = 0;
  /// What memory that nobody wrote holds; see drawPoison. Consecutive values
  /// differ in pattern 0.
  virtual void poison(unsigned pattern, FloatKind kind, void *out,
                      size_t n) = 0;

  virtual Comparison compareOutputs(FloatKind kind, const void *expected,
                                    const void *actual) = 0;
  /// A readable form of a value, for witnesses.
  virtual std::string str(FloatKind kind, const void *value) const = 0;
  /// The real number behind each value, as the unevaluated sum high + low;
  /// `low` may be null. Domains without reals give their shadow.
  virtual void toReal(const void *a, double *high, double *low,
                      size_t n) const = 0;

  /// Number of decisions since the last reset that this draw could not make
  /// (near-ties of the shadow, zero divisors): the run must be redrawn.
  virtual uint64_t undecided() const { return 0; }
  virtual void resetUndecided() {}
};

/// IEEE arithmetic, each operation rounded to its kind, bit for bit; NaN has
/// one bit pattern per kind. exp, log and the like are computed in double and
/// rounded once: wrong in the last bit in about one of 10^8 cases for f32.
std::unique_ptr<Domain> createFloatDomain();
/// Everything in double, whatever the kind.
std::unique_ptr<Domain> createF64Domain();
/// Everything in double-double (about 104 bits), whatever the kind.
std::unique_ptr<Domain> createDoubleDoubleDomain();

} // namespace kernel_opt::verify

#endif // KERNEL_OPT_VERIFY_DOMAIN_H
