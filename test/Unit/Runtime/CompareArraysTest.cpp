//===- CompareArraysTest.cpp - Distances from a reference -------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Runtime/CompareArrays.h"
#include "FakeDevice.h"
#include <cmath>
#include <limits>

using namespace kernel_opt;
using namespace kernel_opt::runtime;

static constexpr double inf = std::numeric_limits<double>::infinity();
static constexpr double quiet = std::numeric_limits<double>::quiet_NaN();

static HostArray array(ElementType type, ArrayRef<double> values) {
  HostArray a;
  a.type = type;
  a.shape = {int64_t(values.size())};
  a.data.resize(values.size() * bytesOf(type));
  for (size_t i = 0; i < values.size(); ++i)
    encodeElement(type, values[i], &a.data[i * bytesOf(type)]);
  return a;
}

static ArrayDistance of(ArrayRef<double> reference, ArrayRef<double> actual) {
  return llvm::cantFail(distance(array(ElementType::F64, reference), nullptr,
                                 array(ElementType::F32, actual)));
}

TEST(Distance, EqualArrays) {
  ArrayDistance d = of({1, -2, inf, quiet}, {1, -2, inf, quiet});
  EXPECT_EQ(d.elements, 4);
  EXPECT_EQ(d.bitDifferences, 0);
  EXPECT_EQ(d.classDifferences, 0);
  EXPECT_EQ(d.max, 0);
  EXPECT_EQ(d.worst, -1);
}

TEST(Distance, CountsInHalfUnitsOfTheLastPlace) {
  // One unit in the last place of one is two u; the scale is one.
  ArrayDistance d = of({1, 1, 1, 1}, {1, 1 + 0x1p-23, 1, 1});
  EXPECT_EQ(d.bitDifferences, 1);
  EXPECT_DOUBLE_EQ(d.max, 2);
  EXPECT_DOUBLE_EQ(d.rms, 1);
  EXPECT_EQ(d.worst, 1);
}

TEST(Distance, SmallElementsCountAgainstTheWhole) {
  // Nothing is expected of an element far below the root mean square.
  ArrayDistance d = of({1, 0, 1, 0}, {1, 0x1p-24, 1, 0});
  EXPECT_NEAR(d.max, std::sqrt(2), 1e-9);
}

TEST(Distance, GivenScale) {
  HostArray scale = array(ElementType::F64, {4, 4});
  ArrayDistance d =
      llvm::cantFail(distance(array(ElementType::F64, {1, 1}), &scale,
                              array(ElementType::F32, {1 + 0x1p-22, 1})));
  EXPECT_DOUBLE_EQ(d.max, 1);
}

TEST(Distance, ClassesOfSpecialValues) {
  ArrayDistance d = of({1, inf, quiet, inf}, {quiet, -inf, 1, inf});
  EXPECT_EQ(d.classDifferences, 3);
  EXPECT_EQ(d.worst, 0);
  EXPECT_EQ(d.toJSON().getObject("worst")->getString("actual"), "nan");
}

TEST(Distance, ShapesMustAgree) {
  EXPECT_EQ(messageOf(distance(array(ElementType::F64, {1, 2}), nullptr,
                               array(ElementType::F32, {1}))),
            "the reference has shape [2], what is compared with it [1]");
}

TEST(Accuracy, RuleOfTheOriginal) {
  ArrayDistance original, candidate;
  original.rms = 1;
  original.max = 4;
  candidate.rms = 1.75;
  candidate.max = 10;
  EXPECT_TRUE(isAsAccurate(candidate, original));
  candidate.rms = 1.76;
  EXPECT_FALSE(isAsAccurate(candidate, original));
  candidate.rms = 1;
  candidate.max = 10.1;
  EXPECT_FALSE(isAsAccurate(candidate, original));
  candidate.max = 1;
  candidate.classDifferences = 1;
  EXPECT_FALSE(isAsAccurate(candidate, original));
}
