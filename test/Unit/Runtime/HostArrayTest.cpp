//===- HostArrayTest.cpp - Element types, .npy files, inputs -------- -*- C++
//-*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Runtime/HostArray.h"
#include "FakeDevice.h"
#include "llvm/Support/FileSystem.h"
#include <cmath>
#include <cstring>

using namespace kernel_opt;
using namespace kernel_opt::runtime;
using verify::InputFamily;

static uint64_t bitsOf(ElementType type, double value) {
  uint64_t bits = 0;
  encodeElement(type, value, &bits);
  return bits;
}

TEST(ElementType, Bits) {
  double inf = std::numeric_limits<double>::infinity();
  EXPECT_EQ(bitsOf(ElementType::F32, 0x1p100), 0x71800000u);
  EXPECT_EQ(bitsOf(ElementType::F32, -1.5), 0xbfc00000u);
  EXPECT_EQ(bitsOf(ElementType::BF16, 1.0 + 0x1p-8), 0x3f80u); // tie to even
  EXPECT_EQ(bitsOf(ElementType::BF16, 0x1p100), 0x7180u);
  EXPECT_EQ(bitsOf(ElementType::F16, 65504), 0x7bffu);
  EXPECT_EQ(bitsOf(ElementType::F16, inf), 0x7c00u);
  EXPECT_EQ(bitsOf(ElementType::F16, 0x1p-24), 1u); // the least subnormal
  EXPECT_EQ(bitsOf(ElementType::F8E4M3FN, 448), 0x7eu);
  EXPECT_EQ(bitsOf(ElementType::F8E5M2, -inf), 0xfcu);
  EXPECT_EQ(bitsOf(ElementType::I32, -2.9), 0xfffffffeu);
  EXPECT_EQ(bitsOf(ElementType::I8, 300), 0x7fu);
  EXPECT_EQ(bitsOf(ElementType::I1, 3), 1u);
}

TEST(ElementType, EveryPatternOfNarrowTypesComesBack) {
  for (ElementType type : {ElementType::F16, ElementType::BF16,
                           ElementType::F8E4M3FN, ElementType::F8E5M2})
    for (uint64_t bits = 0; bits < (1u << 8 * bytesOf(type)); ++bits) {
      double value = decodeElement(type, &bits);
      uint64_t back = bitsOf(type, value);
      if (std::isnan(value))
        EXPECT_TRUE(std::isnan(decodeElement(type, &back)));
      else
        ASSERT_EQ(back, bits) << stringOf(type).str();
    }
}

TEST(ElementType, AgreesWithTheProcessor) {
  for (double value : {0.1, -3.75e-40, 1e-45, 3.4028236e38, 16777217.0}) {
    float rounded = float(value);
    uint32_t expected;
    std::memcpy(&expected, &rounded, 4);
    EXPECT_EQ(bitsOf(ElementType::F32, value), expected) << value;
    EXPECT_EQ(decodeElement(ElementType::F32, &rounded), double(rounded));
  }
  EXPECT_EQ(unitRoundoff(ElementType::F32), 0x1p-24);
}

class NpyTest : public testing::Test {
protected:
  NpyTest() {
    llvm::cantFail(llvm::errorCodeToError(
        llvm::sys::fs::createTemporaryFile("array", "npy", path)));
  }
  ~NpyTest() override { llvm::sys::fs::remove(path); }
  void write(StringRef bytes) {
    std::error_code code;
    llvm::raw_fd_ostream(path, code) << bytes;
  }
  SmallString<128> path;
};

TEST_F(NpyTest, EveryTypeAndRankComesBack) {
  for (ElementType type :
       {ElementType::F64, ElementType::F32, ElementType::F16, ElementType::BF16,
        ElementType::F8E4M3FN, ElementType::I64, ElementType::I32,
        ElementType::I16, ElementType::I8, ElementType::I1})
    for (const std::vector<int64_t> &shape :
         std::vector<std::vector<int64_t>>{{}, {5}, {2, 3}, {0, 4}}) {
      HostArray array;
      array.type = type;
      array.shape.assign(shape.begin(), shape.end());
      array.data.resize(size_t(array.elements()) * bytesOf(type));
      for (int64_t i = 0; i < array.elements(); ++i)
        encodeElement(type, double(i % 2),
                      &array.data[size_t(i) * bytesOf(type)]);
      llvm::cantFail(writeNpy(path, array));
      HostArray back = convert(llvm::cantFail(readNpy(path)), type);
      EXPECT_EQ(back.shape, array.shape);
      EXPECT_TRUE(back.data == array.data) << stringOf(type).str();
    }
}

TEST_F(NpyTest, Errors) {
  EXPECT_TRUE(contains(messageOf(readNpy("/nonexistent.npy")),
                       "'/nonexistent.npy': cannot be read"));
  write("hello");
  EXPECT_TRUE(contains(messageOf(readNpy(path)), "is not a .npy file"));
  write(StringRef("\x93NUMPY\1\0\xff\xff{", 11));
  EXPECT_TRUE(contains(messageOf(readNpy(path)), "ends within its header"));
  auto withHeader = [&](StringRef header, StringRef data) {
    std::string bytes("\x93NUMPY\1\0", 8);
    bytes += char(header.size());
    bytes += '\0';
    write(bytes + header.str() + data.str());
    return messageOf(readNpy(path));
  };
  EXPECT_TRUE(contains(
      withHeader("{'descr': '<c8', 'fortran_order': False, 'shape': (1,), }",
                 "12345678"),
      "has elements of type '<c8'"));
  EXPECT_TRUE(contains(
      withHeader("{'descr': '<f4', 'fortran_order': True, 'shape': (1,), }",
                 "1234"),
      "is in Fortran order"));
  EXPECT_TRUE(contains(
      withHeader("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }",
                 "1234"),
      "has 4 bytes of data; its shape needs 8"));
  EXPECT_TRUE(contains(
      withHeader("{'descr': '<f4', 'fortran_order': False, 'shape': (-2,), }",
                 "1234"),
      "has a shape that cannot be read"));
}

TEST(Inputs, SameKeySameBits) {
  PlanBuffer buffer;
  buffer.shape = {700, 1000}; // several threads
  HostArray a = drawInput(buffer, 0, InputFamily::Normal, 1);
  EXPECT_TRUE(a.data == drawInput(buffer, 0, InputFamily::Normal, 1).data);
  EXPECT_FALSE(a.data == drawInput(buffer, 1, InputFamily::Normal, 1).data);
  EXPECT_FALSE(a.data == drawInput(buffer, 0, InputFamily::Normal, 2).data);
  verify::InputKey key{1, 0, InputFamily::Normal, buffer.shape};
  EXPECT_EQ(a.at(699999),
            verify::drawInput(key, verify::FloatKind::F32, 699999));
}

TEST(Inputs, IntegersStayInTheirRange) {
  PlanBuffer buffer;
  buffer.type = ElementType::I64;
  buffer.shape = {4000};
  buffer.range = {{3, 6}};
  HostArray array = drawInput(buffer, 0, InputFamily::Normal, 1);
  std::array<int, 8> seen{};
  for (int64_t i = 0; i < 4000; ++i) {
    ASSERT_GE(array.at(i), 3);
    ASSERT_LT(array.at(i), 6);
    ++seen[size_t(array.at(i))];
  }
  for (int value : {3, 4, 5})
    EXPECT_GT(seen[size_t(value)], 1000);
}

TEST(Inputs, PoisonPatterns) {
  EXPECT_EQ(largePattern(ElementType::F32), 0x7180000071800000u);
  EXPECT_EQ(largePattern(ElementType::BF16), 0x7180718071807180u);
  EXPECT_EQ(largePattern(ElementType::F16), 0x7bff7bff7bff7bffu);
  EXPECT_EQ(largePattern(ElementType::F64), 0x4630000000000000u);
  EXPECT_EQ(largePattern(ElementType::F8E4M3FN), 0x7e7e7e7e7e7e7e7eu);
}
