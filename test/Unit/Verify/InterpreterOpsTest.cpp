//===- InterpreterOpsTest.cpp - Each operation gives the right values -----===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "InterpreterTesting.h"

using namespace kernel_opt;
using namespace kernel_opt::verify;
using namespace kernel_opt::verify::unittest;

/// Quarters between -8 and 8, none zero, different everywhere.
static double draw(unsigned argument, int64_t index) {
  double value = double((index * 13 + argument * 29) % 61) - 30;
  return (value == 0 ? 31 : value) / 4;
}

using Lane = std::function<double(int64_t t, int64_t e)>;

/// Runs `body`, which computes %r : vector<n x f32> in each of 40 threads from
/// %v and %w : vector<8xf32> and the thread's number %t, and compares.
static void check(int64_t n, const std::string &body, const Lane &expected,
                  unsigned threads = 40) {
  std::string size = std::to_string(n), count = std::to_string(threads);
  std::string text = R"mlir(
gpu.module @m {
  gpu.func @kernel(%x: memref<64x8xf32> {kgpu.access = "read"},
                   %y: memref<64x8xf32> {kgpu.access = "read"},
                   %z: memref<64x)mlir" +
                     size + R"mlir(xf32> {kgpu.access = "write"}) kernel
      attributes {known_block_size = array<i32: )mlir" +
                     count + R"mlir(, 1, 1>,
                  known_grid_size = array<i32: 1, 1, 1>} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c2 = arith.constant 2 : index
    %c3 = arith.constant 3 : index
    %t = gpu.thread_id x
    %v = kgpu.load %x[%t, %c0] : memref<64x8xf32> -> vector<8xf32>
    %w = kgpu.load %y[%t, %c0] : memref<64x8xf32> -> vector<8xf32>
)mlir" + body + "\n    kgpu.store %r, %z[%t, %c0] {alignment = 4} : vector<" +
                     size + "xf32>, memref<64x" + size +
                     "xf32>\n    gpu.return\n  }\n}\n";
  KernelUnderTest kernel(text);
  ASSERT_TRUE(kernel.compiled) << body;
  auto domain = createFloatDomain();
  LaunchSpec launch;
  launch.checkCompleteness = false;
  RunResult result = kernel.run(*domain, draw, launch);
  expectClean(result);
  std::vector<double> z = outputs(kernel, result, *domain, 2);
  for (int64_t t = 0; t < int64_t(threads); ++t)
    for (int64_t e = 0; e < n; ++e)
      EXPECT_EQ(z[size_t(t * n + e)], float(expected(t, e)))
          << body << "\nthread " << t << ", element " << e;
}

static double v(int64_t t, int64_t e) { return draw(0, t * 8 + e); }
static double w(int64_t t, int64_t e) { return draw(1, t * 8 + e); }

TEST(InterpreterOpsTest, Arithmetic) {
  auto binary = [](const char *name, double (*f)(double, double)) {
    check(8, std::string("%r = ") + name + " %v, %w : vector<8xf32>",
          [f](int64_t t, int64_t e) { return f(v(t, e), w(t, e)); });
  };
  binary("arith.addf", [](double a, double b) { return a + b; });
  binary("arith.subf", [](double a, double b) { return a - b; });
  binary("arith.mulf", [](double a, double b) { return a * b; });
  binary("arith.divf", [](double a, double b) { return a / b; });
  binary("arith.remf", [](double a, double b) { return std::fmod(a, b); });
  binary("arith.maximumf", [](double a, double b) { return std::max(a, b); });
  binary("arith.minimumf", [](double a, double b) { return std::min(a, b); });
  binary("arith.maxnumf", [](double a, double b) { return std::max(a, b); });
  binary("arith.minnumf", [](double a, double b) { return std::min(a, b); });
  binary("math.copysign",
         [](double a, double b) { return std::copysign(a, b); });
  binary("math.atan2", [](double a, double b) { return std::atan2(a, b); });
  auto unary = [](const char *name, double (*f)(double)) {
    check(8, std::string("%r = ") + name + " %v : vector<8xf32>",
          [f](int64_t t, int64_t e) { return f(v(t, e)); });
  };
  unary("arith.negf", [](double a) { return -a; });
  unary("math.absf", [](double a) { return std::fabs(a); });
  unary("math.floor", [](double a) { return std::floor(a); });
  unary("math.ceil", [](double a) { return std::ceil(a); });
  unary("math.trunc", [](double a) { return std::trunc(a); });
  unary("math.round", [](double a) { return std::round(a); });
  unary("math.roundeven", [](double a) { return std::nearbyint(a); });
  unary("math.exp", [](double a) { return std::exp(a); });
  unary("math.exp2", [](double a) { return std::exp2(a); });
  unary("math.expm1", [](double a) { return std::expm1(a); });
  unary("math.tanh", [](double a) { return std::tanh(a); });
  unary("math.erf", [](double a) { return std::erf(a); });
  unary("math.sin", [](double a) { return std::sin(a); });
  unary("math.cos", [](double a) { return std::cos(a); });
  unary("math.cbrt", [](double a) { return std::cbrt(a); });
  unary("math.atan", [](double a) { return std::atan(a); });
  auto positive = [](const char *name, double (*f)(double)) {
    check(8,
          std::string("%p = math.absf %v : vector<8xf32>\n%r = ") + name +
              " %p : vector<8xf32>",
          [f](int64_t t, int64_t e) { return f(std::fabs(v(t, e))); });
  };
  positive("math.sqrt", [](double a) { return std::sqrt(a); });
  positive("math.rsqrt", [](double a) { return 1 / std::sqrt(a); });
  positive("math.log", [](double a) { return std::log(a); });
  positive("math.log2", [](double a) { return std::log2(a); });
  positive("math.log1p", [](double a) { return std::log1p(a); });
  check(8, "%r = math.fma %v, %w, %v : vector<8xf32>",
        [](int64_t t, int64_t e) { return v(t, e) * w(t, e) + v(t, e); });
  check(8, "%r = vector.fma %v, %w, %v : vector<8xf32>",
        [](int64_t t, int64_t e) { return v(t, e) * w(t, e) + v(t, e); });
}

TEST(InterpreterOpsTest, ComparisonsAndConversions) {
  check(8,
        "%b = arith.cmpf olt, %v, %w : vector<8xf32>\n"
        "%r = arith.select %b, %v, %w : vector<8xi1>, vector<8xf32>",
        [](int64_t t, int64_t e) { return std::min(v(t, e), w(t, e)); });
  check(8,
        "%b = arith.cmpi ult, %t, %c3 : index\n"
        "%r = arith.select %b, %v, %w : vector<8xf32>",
        [](int64_t t, int64_t e) { return t < 3 ? v(t, e) : w(t, e); });
  check(8,
        "%i = arith.fptosi %v : vector<8xf32> to vector<8xi32>\n"
        "%r = arith.sitofp %i : vector<8xi32> to vector<8xf32>",
        [](int64_t t, int64_t e) { return std::trunc(v(t, e)); });
  check(8,
        "%i = arith.fptosi %v : vector<8xf32> to vector<8xi8>\n"
        "%r = arith.uitofp %i : vector<8xi8> to vector<8xf32>",
        [](int64_t t, int64_t e) { return double(uint8_t(int8_t(v(t, e)))); });
  check(8,
        "%h = arith.truncf %v : vector<8xf32> to vector<8xbf16>\n"
        "%r = arith.extf %h : vector<8xbf16> to vector<8xf32>",
        [](int64_t t, int64_t e) { return v(t, e); });
  check(8,
        "%i = arith.bitcast %v : vector<8xf32> to vector<8xi32>\n"
        "%s = arith.constant dense<0x7fffffff> : vector<8xi32>\n"
        "%a = arith.andi %i, %s : vector<8xi32>\n"
        "%r = arith.bitcast %a : vector<8xi32> to vector<8xf32>",
        [](int64_t t, int64_t e) { return std::fabs(v(t, e)); });
  // Two bf16 in each i32: the odd ones come from the high half.
  check(8,
        "%h = arith.truncf %v : vector<8xf32> to vector<8xbf16>\n"
        "%i = vector.bitcast %h : vector<8xbf16> to vector<4xi32>\n"
        "%k = arith.constant dense<16> : vector<4xi32>\n"
        "%hi = arith.shrui %i, %k : vector<4xi32>\n"
        "%lo = arith.shli %i, %k : vector<4xi32>\n"
        "%s = arith.ori %hi, %lo : vector<4xi32>\n"
        "%x2 = vector.bitcast %s : vector<4xi32> to vector<8xbf16>\n"
        "%r = arith.extf %x2 : vector<8xbf16> to vector<8xf32>",
        [](int64_t t, int64_t e) { return v(t, e ^ 1); });
}

TEST(InterpreterOpsTest, Rearrangements) {
  check(4,
        "%a = vector.extract %v[5] : f32 from vector<8xf32>\n"
        "%r = vector.broadcast %a : f32 to vector<4xf32>",
        [](int64_t t, int64_t) { return v(t, 5); });
  check(8,
        "%a = vector.extract %w[3] : f32 from vector<8xf32>\n"
        "%r = vector.insert %a, %v[6] : f32 into vector<8xf32>",
        [](int64_t t, int64_t e) { return e == 6 ? w(t, 3) : v(t, e); });
  // The inserted-into vector is used again: it must not change.
  check(8,
        "%a = vector.extract %w[3] : f32 from vector<8xf32>\n"
        "%i = vector.insert %a, %v[6] : f32 into vector<8xf32>\n"
        "%r = arith.addf %i, %v : vector<8xf32>",
        [](int64_t t, int64_t e) {
          return v(t, e) + (e == 6 ? w(t, 3) : v(t, e));
        });
  check(8,
        "%i = arith.remui %t, %c3 : index\n"
        "%a = vector.extract %v[%i] : f32 from vector<8xf32>\n"
        "%j = arith.addi %i, %c2 : index\n"
        "%r = vector.insert %a, %w[%j] : f32 into vector<8xf32>",
        [](int64_t t, int64_t e) {
          return e == t % 3 + 2 ? v(t, t % 3) : w(t, e);
        });
  check(4,
        "%r = vector.extract_strided_slice %v {offsets = [3], sizes = [4], "
        "strides = [1]} : vector<8xf32> to vector<4xf32>",
        [](int64_t t, int64_t e) { return v(t, e + 3); });
  check(8,
        "%a = vector.extract_strided_slice %w {offsets = [0], sizes = [4], "
        "strides = [1]} : vector<8xf32> to vector<4xf32>\n"
        "%r = vector.insert_strided_slice %a, %v {offsets = [2], strides = "
        "[1]} : vector<4xf32> into vector<8xf32>",
        [](int64_t t, int64_t e) {
          return e >= 2 && e < 6 ? w(t, e - 2) : v(t, e);
        });
  check(4,
        "%r = vector.shuffle %v, %w [0, 9, 15, 7] : vector<8xf32>, "
        "vector<8xf32>",
        [](int64_t t, int64_t e) {
          const int64_t mask[] = {0, 9, 15, 7};
          return mask[e] < 8 ? v(t, mask[e]) : w(t, mask[e] - 8);
        });
  check(8,
        "%m = vector.shape_cast %v : vector<8xf32> to vector<2x4xf32>\n"
        "%tr = vector.transpose %m, [1, 0] : vector<2x4xf32> to "
        "vector<4x2xf32>\n"
        "%r = vector.shape_cast %tr : vector<4x2xf32> to vector<8xf32>",
        [](int64_t t, int64_t e) { return v(t, e % 2 * 4 + e / 2); });
  check(4,
        "%m = vector.shape_cast %v : vector<8xf32> to vector<2x4xf32>\n"
        "%r = vector.extract %m[1] : vector<4xf32> from vector<2x4xf32>",
        [](int64_t t, int64_t e) { return v(t, e + 4); });
  check(2,
        "%e:8 = vector.to_elements %v : vector<8xf32>\n"
        "%r = vector.from_elements %e#7, %e#2 : vector<2xf32>",
        [](int64_t t, int64_t e) { return v(t, e == 0 ? 7 : 2); });
  check(4,
        "%s = vector.step : vector<4xindex>\n"
        "%i = arith.index_cast %s : vector<4xindex> to vector<4xi32>\n"
        "%r = arith.sitofp %i : vector<4xi32> to vector<4xf32>",
        [](int64_t, int64_t e) { return double(e); });
}

TEST(InterpreterOpsTest, Reductions) {
  check(1,
        "%s = vector.reduction <add>, %v : vector<8xf32> into f32\n"
        "%r = vector.broadcast %s : f32 to vector<1xf32>",
        [](int64_t t, int64_t) {
          double sum = 0;
          for (int64_t e = 0; e < 8; ++e)
            sum += v(t, e);
          return sum;
        });
  check(1,
        "%a = vector.extract %w[0] : f32 from vector<8xf32>\n"
        "%s = vector.reduction <maximumf>, %v, %a : vector<8xf32> into f32\n"
        "%r = vector.broadcast %s : f32 to vector<1xf32>",
        [](int64_t t, int64_t) {
          double most = w(t, 0);
          for (int64_t e = 0; e < 8; ++e)
            most = std::max(most, v(t, e));
          return most;
        });
  check(
      2,
      "%p = vector.extract_strided_slice %v {offsets = [0], sizes = [2], "
      "strides = [1]} : vector<8xf32> to vector<2xf32>\n"
      "%r = kgpu.warp_reduce add %p lane_bits [1, 3] : vector<2xf32>",
      [](int64_t t, int64_t e) {
        return v(t, e) + v(t ^ 2, e) + v(t ^ 8, e) + v(t ^ 10, e);
      },
      64);
}

TEST(InterpreterOpsTest, Shuffles) {
  auto shuffled = [](const char *mode, const char *offset, const char *width,
                     const Lane &expected) {
    check(2,
          std::string("%o = arith.constant ") + offset +
              " : i32\n%n = arith.constant " + width +
              " : i32\n%a = vector.extract %v[0] : f32 from vector<8xf32>\n"
              "%s, %ok = gpu.shuffle " +
              mode +
              " %a, %o, %n : f32\n"
              "%b = arith.uitofp %ok : i1 to f32\n"
              "%r = vector.from_elements %s, %b : vector<2xf32>",
          expected, 64);
  };
  shuffled("xor", "5", "32",
           [](int64_t t, int64_t e) { return e ? 1.0 : v(t ^ 5, 0); });
  shuffled("idx", "3", "8",
           [](int64_t t, int64_t e) { return e ? 1.0 : v(t / 8 * 8 + 3, 0); });
  shuffled("up", "4", "32", [](int64_t t, int64_t e) {
    bool ok = t % 32 >= 4;
    return e ? double(ok) : v(ok ? t - 4 : t, 0);
  });
  shuffled("down", "4", "16", [](int64_t t, int64_t e) {
    bool ok = t % 16 < 12;
    return e ? double(ok) : v(ok ? t + 4 : t, 0);
  });
}

TEST(InterpreterOpsTest, Memory) {
  // Views: rows 2 to 41, columns 1, 3, 5, 7 of x.
  check(4,
        "%sub = memref.subview %x[2, 1] [40, 4] [1, 2] : memref<64x8xf32> to "
        "memref<40x4xf32, strided<[8, 2], offset: 17>>\n"
        "%a = memref.load %sub[%t, %c0] : memref<40x4xf32, strided<[8, 2], "
        "offset: 17>>\n"
        "%b = memref.load %sub[%t, %c3] : memref<40x4xf32, strided<[8, 2], "
        "offset: 17>>\n"
        "%r = vector.from_elements %a, %b, %a, %b : vector<4xf32>",
        [](int64_t t, int64_t e) { return v(t + 2, e % 2 ? 7 : 1); });
  // A row that the thread chooses.
  check(4,
        "%row = memref.subview %x[%t, 0] [1, 8] [1, 1] : memref<64x8xf32> to "
        "memref<8xf32, strided<[1], offset: ?>>\n"
        "%r = vector.load %row[%c2] : memref<8xf32, strided<[1], offset: ?>>, "
        "vector<4xf32>",
        [](int64_t t, int64_t e) { return v(t, e + 2); });
  check(8,
        "%f = arith.constant 2.5 : f32\n"
        "%r = vector.transfer_read %x[%t, %c3], %f {in_bounds = [false]} : "
        "memref<64x8xf32>, vector<8xf32>",
        [](int64_t t, int64_t e) { return e < 5 ? v(t, e + 3) : 2.5; });
  check(8,
        "%m = vector.load %x[%t, %c2] : memref<64x8xf32>, vector<2x4xf32>\n"
        "%r = vector.shape_cast %m : vector<2x4xf32> to vector<8xf32>",
        [](int64_t t, int64_t e) { return v(t + e / 4, e % 4 + 2); });
  check(4,
        "%n = arith.subi %t, %c3 : index\n"
        "%r = kgpu.load %x[%t, %c0] valid %n padding -1.0 : f32 : "
        "memref<64x8xf32> -> vector<4xf32>",
        [](int64_t t, int64_t e) { return e < t - 3 ? v(t, e) : -1.0; });
}

TEST(InterpreterOps, SubnormalPowersMayBeLost) {
  // 2^-155 to 2^155: of those below 2^-126 some are numbers of f32.
  auto body = [](const std::string &attributes) {
    return R"mlir(
    %f = arith.constant dense<20.0> : vector<8xf32>
    %e = arith.mulf %v, %f : vector<8xf32>
    %r = math.exp2 %e )mlir" +
           attributes + " : vector<8xf32>";
  };
  auto power = [](int64_t t, int64_t e) {
    return float(std::exp2(20 * draw(0, t * 8 + e)));
  };
  bool any = false;
  check(8, body(""), power);
  check(8, body("{kgpu.flush}"), [&](int64_t t, int64_t e) {
    float kept = power(t, e);
    bool isLost = std::fpclassify(kept) == FP_SUBNORMAL;
    any |= isLost;
    return isLost ? 0.f : kept;
  });
  EXPECT_TRUE(any);
}
