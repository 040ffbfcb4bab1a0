//===- DoubleDoubleTest.cpp - Functions of double-doubles -------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Verify/Domain.h"
#include "gtest/gtest.h"
#include <cmath>

using namespace kernel_opt;
using namespace kernel_opt::verify;

namespace {
struct Row {
  UnaryFn fn;
  double x, high, low;
};
struct Real {
  double high, low;
};
} // namespace

// Computed with 300 bits and split into two doubles.
static const Row rows[] = {
    {UnaryFn::Exp, -0x1.5e00000000000p+9, 0x1.14f2b0fb9307fp-1010,
     0x0.00000000000acp-1022},
    {UnaryFn::Exp, -0x1.e4ccccccccccdp+4, 0x1.3833f323dbf98p-44,
     0x1.cd46782d223f7p-99},
    {UnaryFn::Exp, -0x1.0000000000000p+0, 0x1.78b56362cef38p-2,
     -0x1.ca8a4270fadf5p-57},
    {UnaryFn::Exp, 0x1.12e0be826d695p-30, 0x1.000000044b830p+0,
     -0x1.7b444af5c26a7p-54},
    {UnaryFn::Exp, 0x1.0000000000000p-1, 0x1.a61298e1e069cp+0,
     -0x1.b4690082a4906p-55},
    {UnaryFn::Exp, 0x1.d99999999999ap+1, 0x1.4394144eeec81p+5,
     -0x1.5f0d271b27830p-50},
    {UnaryFn::Exp, 0x1.6066666666666p+6, 0x1.12a58d927aa47p+127,
     0x1.ec8233a49c455p+72},
    {UnaryFn::Exp, 0x1.5e20000000000p+9, 0x1.2fd8e4cbfa413p+1010,
     0x1.2cb7d9b882d75p+956},
    {UnaryFn::Exp2, -0x1.4800000000000p+4, 0x1.6a09e667f3bcdp-21,
     -0x1.bdd3413b26456p-75},
    {UnaryFn::Exp2, 0x1.3333333333333p-2, 0x1.3b2c47bff8329p+0,
     -0x1.497d7d4b14dddp-55},
    {UnaryFn::Exp2, 0x1.5666666666666p+3, 0x1.9fdf8bcce533ap+10,
     -0x1.43c376875a559p-45},
    {UnaryFn::Expm1, -0x1.4000000000000p+1, -0x1.d5f8f47ed617bp-1,
     -0x1.ac50dbe5aa148p-55},
    {UnaryFn::Expm1, 0x1.19799812dea11p-40, 0x1.19799812df3bdp-40,
     -0x1.eb32bb520fb6fp-96},
    {UnaryFn::Expm1, 0x1.0000000000000p-2, 0x1.22d78f0fa061ap-2,
     -0x1.89843c4964554p-56},
    {UnaryFn::Expm1, 0x1.2000000000000p+2, 0x1.64118ade1deaap+6,
     0x1.6f9d8bafaba87p-49},
    {UnaryFn::Log, 0x1.56e1fc2f8f359p-997, -0x1.5963447f87fb5p+9,
     -0x1.aa670d35324e6p-46},
    {UnaryFn::Log, 0x1.999999999999ap-4, -0x1.26bb1bbb55515p+1,
     -0x1.8b752b6b15c17p-53},
    {UnaryFn::Log, 0x1.ff7ced916872bp-1, -0x1.064670d979b73p-10,
     -0x1.e46a88405b99bp-66},
    {UnaryFn::Log, 0x1.000001ad7f29bp+0, 0x1.ad7f2847b6492p-24,
     0x1.d7f4a57fcf3ddp-80},
    {UnaryFn::Log, 0x1.4000000000000p+1, 0x1.d5240f0e0e078p-1,
     -0x1.7df5360740fe5p-55},
    {UnaryFn::Log, 0x1.bc16d674ec800p+59, 0x1.4b927f32bffb8p+5,
     0x1.99c7a1b0f0f33p-50},
    {UnaryFn::Log2, 0x1.3333333333333p-2, -0x1.bca9c6f53897bp+0,
     0x1.f36687ebb3140p-54},
    {UnaryFn::Log2, 0x1.c000000000000p+2, 0x1.675767f54042dp+1,
     -0x1.33354dbf16fb0p-54},
    {UnaryFn::Log10, 0x1.3333333333333p-2, -0x1.0bb6c34d81502p-1,
     0x1.7d48cb6bd6285p-55},
    {UnaryFn::Log10, 0x1.c000000000000p+2, 0x1.b0b0b0b78cc3fp-1,
     0x1.4b692ff8a8060p-56},
    {UnaryFn::Log1p, 0x1.0000000000000p-2, 0x1.c8ff7c79a9a22p-3,
     -0x1.4f689f8434012p-57},
    {UnaryFn::Log1p, -0x1.0000000000000p-1, -0x1.62e42fefa39efp-1,
     -0x1.abc9e3b39803fp-56},
    {UnaryFn::Log1p, 0x1.4000000000000p+3, 0x1.32ee3b77f374cp+1,
     -0x1.210e8d00cd605p-53},
    {UnaryFn::Sqrt, 0x1.0000000000000p+1, 0x1.6a09e667f3bcdp+0,
     -0x1.bdd3413b26456p-54},
    {UnaryFn::Sqrt, 0x1.16c262777579cp-133, 0x1.79ca10c924223p-67,
     0x1.0953c7205c136p-122},
    {UnaryFn::Sqrt, 0x1.81cd6c8b43958p+13, 0x1.bc71c5eab9ed8p+6,
     -0x1.3a21f8865e925p-48},
    {UnaryFn::Rsqrt, 0x1.0000000000000p+1, 0x1.6a09e667f3bcdp-1,
     -0x1.bdd3413b26456p-55},
    {UnaryFn::Rsqrt, 0x1.3333333333333p-2, 0x1.d363d1848dcbfp+0,
     -0x1.0c20ced600b8cp-54},
    {UnaryFn::Cbrt, 0x1.0000000000000p+1, 0x1.428a2f98d728bp+0,
     -0x1.ddc22548ea41ep-56},
    {UnaryFn::Cbrt, 0x1.3333333333333p-2, 0x1.56bfea66ef78dp-1,
     -0x1.d81d3b47af4d0p-58},
    {UnaryFn::Cbrt, 0x1.5af1d78b58c40p+66, 0x1.1b4cd3559e96ap+22,
     -0x1.2121a4e901c03p-32},
    {UnaryFn::Sin, 0x1.0000000000000p-1, 0x1.eaee8744b05f0p-2,
     -0x1.789b43c9b027dp-58},
    {UnaryFn::Sin, 0x1.8cccccccccccdp+1, 0x1.54a0f8298102ep-5,
     -0x1.a39a6d443cae7p-61},
    {UnaryFn::Sin, -0x1.6000000000000p+4, 0x1.220a29f6eb9f4p-7,
     -0x1.504b8bc40d505p-62},
    {UnaryFn::Sin, 0x1.f440000000000p+9, 0x1.fd948c50a7a0dp-1,
     0x1.d918b81a3f1d8p-55},
    {UnaryFn::Sin, 0x1.e240c00000000p+16, -0x1.fff56feed772bp-1,
     0x1.10b1877d9839bp-55},
    {UnaryFn::Cos, 0x1.0000000000000p-1, 0x1.c1528065b7d50p-1,
     -0x1.892111312e828p-55},
    {UnaryFn::Cos, 0x1.91eb851eb851fp+0, 0x1.a181296fadbfbp-11,
     -0x1.2ff08384782d3p-65},
    {UnaryFn::Cos, -0x1.6000000000000p+4, -0x1.fffadd8d4acdap-1,
     -0x1.f6b2aa0db6ecdp-61},
    {UnaryFn::Cos, 0x1.f440000000000p+9, 0x1.8dbff75eb664fp-4,
     0x1.23b5b3fe5fcbep-58},
    {UnaryFn::Tan, 0x1.0000000000000p-1, 0x1.17b4f5bf3474ap-1,
     0x1.0c5e59201e209p-55},
    {UnaryFn::Tan, -0x1.6000000000000p+4, -0x1.220d129b73ef8p-7,
     0x1.9d695f2680431p-64},
    {UnaryFn::Tanh, 0x1.47ae147ae147bp-7, 0x1.47ab48ae4595ep-7,
     0x1.0992ce4a0b14ap-62},
    {UnaryFn::Tanh, -0x1.6666666666666p-1, -0x1.356fb17af2e91p-1,
     0x1.017b37671fc9fp-55},
    {UnaryFn::Tanh, 0x1.6000000000000p+2, 0x1.fffb9f2fc1e91p-1,
     0x1.c6ff489c15417p-55},
    {UnaryFn::Tanh, 0x1.9000000000000p+5, 0x1.0000000000000p+0,
     -0x1.a8c1f14e2af5dp-144},
    {UnaryFn::Sinh, 0x1.6666666666666p-1, 0x1.8465153d5bdbdp-1,
     -0x1.ca58441c829eep-55},
    {UnaryFn::Sinh, -0x1.8000000000000p+1, -0x1.40926e70949aep+3,
     0x1.923f985ab875fp-51},
    {UnaryFn::Cosh, 0x1.6666666666666p-1, 0x1.4152c1862342fp+0,
     -0x1.6fb39e817aad1p-55},
    {UnaryFn::Cosh, -0x1.8000000000000p+1, 0x1.422a497d6185ep+3,
     0x1.28e5883d54185p-51},
    {UnaryFn::Asin, 0x1.3333333333333p-2, 0x1.380159e14f6ffp-2,
     -0x1.faba2e0185aa0p-56},
    {UnaryFn::Asin, -0x1.fae147ae147aep-1, -0x1.6de3c6f33d51dp+0,
     -0x1.3ea3fef97267dp-54},
    {UnaryFn::Acos, 0x1.3333333333333p-2, 0x1.441f5ecbeef59p+0,
     -0x1.66ef114e58d51p-54},
    {UnaryFn::Acos, -0x1.fae147ae147aep-1, 0x1.8001be1bc011bp+1,
     -0x1.a6f99dd547d7cp-54},
    {UnaryFn::Atan, 0x1.3333333333333p-2, 0x1.2a73a661eaf06p-2,
     -0x1.2f6c1b5c5f02cp-56},
    {UnaryFn::Atan, -0x1.4000000000000p+4, -0x1.8555a2787981fp+0,
     -0x1.2f08e51763131p-56},
    {UnaryFn::Erf, 0x1.47ae147ae147bp-7, 0x1.71bc266657b66p-7,
     -0x1.934b340f48c8ap-61},
    {UnaryFn::Erf, -0x1.0000000000000p-1, -0x1.0a7ef5c18edd2p-1,
     -0x1.5e809f1a31a28p-56},
    {UnaryFn::Erf, 0x1.8000000000000p+0, 0x1.eea5557137ae0p-1,
     -0x1.385e445f2c96dp-55},
    {UnaryFn::Erf, 0x1.0000000000000p+2, 0x1.ffffff7b91176p-1,
     0x1.0b2865615db40p-56},
    {UnaryFn::Erf, 0x1.0000000000000p+3, 0x1.0000000000000p+0,
     -0x1.c74fc41217dfbp-97},
    {UnaryFn::Erfc, -0x1.0000000000000p+0, 0x1.d7bb3d3a08445p+0,
     0x1.8da0221fb761ap-54},
    {UnaryFn::Erfc, 0x1.0000000000000p-1, 0x1.eb02147ce245cp-2,
     -0x1.5e809f1a31a28p-56},
    {UnaryFn::Erfc, 0x1.e666666666666p+0, 0x1.d87c86a71bbb1p-8,
     0x1.0cc79fca7d4d3p-62},
    {UnaryFn::Erfc, 0x1.4000000000000p+2, 0x1.b0c1a759f7739p-40,
     -0x1.b28568855c7a1p-94},
};

TEST(DoubleDouble, FunctionsAgreeWithTables) {
  auto domain = createDoubleDoubleDomain();
  for (const Row &row : rows) {
    Real x = {row.x, 0}, y;
    ASSERT_EQ(domain->valueBytes(), sizeof x);
    domain->unary(row.fn, FloatKind::F32, &x, &y, 1);
    long double error = (long double)(y.high - row.high) + (y.low - row.low);
    // erfc beyond 2 has 60 bits, everything else 94 of max(|y|, 1) or, where
    // the function is relatively accurate, of |y|.
    bool isTail = row.fn == UnaryFn::Erfc && row.x > 2;
    bool isRelative = row.fn == UnaryFn::Exp || row.fn == UnaryFn::Sqrt;
    double scale = isTail || isRelative ? std::fabs(row.high)
                                        : std::max(1.0, std::fabs(row.high));
    double bound = isTail ? 0x1p-60 : 0x1p-94 * (1 + std::fabs(row.x) / 64);
    EXPECT_LE(std::fabs(double(error)), bound * scale)
        << "function " << int(row.fn) << " of " << row.x;
  }
}

TEST(DoubleDouble, ArithmeticKeepsLowParts) {
  auto domain = createDoubleDoubleDomain();
  Real one = {1, 0}, three = {3, 0}, third, back;
  domain->binary(BinaryFn::Div, FloatKind::F32, &one, &three, &third, 1);
  domain->binary(BinaryFn::Mul, FloatKind::F32, &third, &three, &back, 1);
  EXPECT_LE(std::fabs(back.high - 1 + back.low), 0x1p-102);
  Real tiny = {0x1p-80, 0}, sum;
  domain->binary(BinaryFn::Add, FloatKind::F32, &one, &tiny, &sum, 1);
  EXPECT_EQ(sum.high, 1);
  EXPECT_EQ(sum.low, 0x1p-80);
  uint8_t greater;
  domain->compare(CompareFn::OGT, FloatKind::F32, &sum, &one, &greater, 1);
  EXPECT_TRUE(greater);
}

TEST(DoubleDouble, IntegersAreExact) {
  auto domain = createDoubleDoubleDomain();
  for (int64_t n : {int64_t(0), int64_t(-7), INT64_MAX, INT64_MIN,
                    int64_t(0x7ffffffffffffbff), (int64_t(1) << 53) + 1}) {
    Real x;
    int64_t back;
    domain->fromInt(true, FloatKind::F32, &n, &x, 1);
    domain->toInt(true, FloatKind::F32, &x, &back, 1);
    EXPECT_EQ(back, n);
  }
  Real x = {2.5, 0}, y;
  for (auto [fn, expected] :
       {std::pair(UnaryFn::Floor, 2.0), std::pair(UnaryFn::Ceil, 3.0),
        std::pair(UnaryFn::Round, 3.0), std::pair(UnaryFn::RoundEven, 2.0),
        std::pair(UnaryFn::Trunc, 2.0)}) {
    domain->unary(fn, FloatKind::F32, &x, &y, 1);
    EXPECT_EQ(y.high, expected);
  }
  // The low part decides: just below 3.
  x = {3, -0x1p-60};
  domain->unary(UnaryFn::Floor, FloatKind::F32, &x, &y, 1);
  EXPECT_EQ(y.high, 2);
}

TEST(DoubleDouble, ProvenanceReplacesTheLiteral) {
  auto domain = createDoubleDoubleDomain();
  Real x;
  domain->constant(llvm::APFloat(1.4426950216293335f), FloatKind::F32, "log2e",
                   &x, 1);
  EXPECT_EQ(x.high, 0x1.71547652b82fep+0);
  domain->constant(llvm::APFloat(0.5f), FloatKind::F32, "nonsense+", &x, 1);
  EXPECT_EQ(x.high, 0.5);
}
