//===- CostModelTest.cpp - What the model must get right --------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Search/CostModel.h"
#include "gtest/gtest.h"

using namespace kernel_opt;
using namespace kernel_opt::search;

/// A copy of 1 GiB, read and written once, in 16 bytes a thread.
static CostFacts copyFacts() {
  CostFacts facts;
  facts.bytesRead = facts.bytesWritten = 1 << 30;
  facts.threads = 256;
  facts.blocks = (1 << 30) / (256.0 * 16);
  facts.instructions = 8 * 20;
  facts.steps = 8 * 12;
  facts.sectors = 2 * 256 * 16 / 32;
  facts.registers = 16;
  facts.residentBlocks = 8;
  return facts;
}

/// A product of 4096 x 4096 x 4096 by tiles of 128 x 128.
static CostFacts productFacts() {
  CostFacts facts;
  facts.flops = facts.productFlops = 2.0 * 4096 * 4096 * 4096;
  facts.bytesRead = 2.0 * 4096 * 4096 * 4;
  facts.bytesWritten = 4096.0 * 4096 * 4;
  facts.threads = 256;
  facts.blocks = 32 * 32;
  facts.instructions = 128.0 * 128 * 4096 / 32 * 1.2;
  facts.steps = facts.instructions / 8;
  facts.sectors = (2.0 * 128 * 4096 + 128 * 128) * 4 / 32;
  facts.sharedPasses = facts.instructions / 8;
  facts.registers = 128;
  facts.residentBlocks = 2;
  return facts;
}

TEST(CostModel, CopyRunsAtTheSpeedOfMemory) {
  const DeviceModel &device = findDeviceModel(90);
  ModelledTime time = modelTime(copyFacts(), device);
  EXPECT_EQ(time.bound, "memory");
  EXPECT_NEAR(time.memory, 2.0 * (1 << 30) / 4.28e12, 1e-6);
  // What is not hidden is a small part.
  EXPECT_LT(time.seconds, 1.5 * time.memory);
}

TEST(CostModel, ProductIsBoundByArithmeticOrIssue) {
  ModelledTime time = modelTime(productFacts(), findDeviceModel(90));
  EXPECT_TRUE(time.bound == "arithmetic" || time.bound == "issue")
      << time.bound.str();
  EXPECT_GT(time.seconds, 2.0 * 4096 * 4096 * 4096 / 51e12);
}

TEST(CostModel, TensorCoresAreFaster) {
  CostFacts facts = productFacts();
  double before = modelTime(facts, findDeviceModel(90)).arithmetic;
  facts.tensorCores = true;
  double split = modelTime(facts, findDeviceModel(90)).arithmetic;
  facts.productBits = 16;
  double half = modelTime(facts, findDeviceModel(90)).arithmetic;
  EXPECT_LT(split, before);
  EXPECT_LT(half, split);
}

TEST(CostModel, MoreOfAnythingIsNotFaster) {
  const DeviceModel &device = findDeviceModel(90);
  for (const CostFacts &facts : {copyFacts(), productFacts()}) {
    double before = modelTime(facts, device).seconds;
    auto notFaster = [&](auto change) {
      CostFacts more = facts;
      change(more);
      EXPECT_GE(modelTime(more, device).seconds, before);
    };
    notFaster([](CostFacts &f) { f.sectors *= 4; });
    notFaster([](CostFacts &f) { f.instructions *= 4; });
    notFaster([](CostFacts &f) { f.sharedPasses += 1e6; });
    notFaster([](CostFacts &f) { f.spillBytes += 1024; });
    notFaster([](CostFacts &f) { f.transcendentals += 1e12; });
    notFaster([](CostFacts &f) { f.bytesRead *= 2; });
    notFaster([](CostFacts &f) { f.residentBlocks = 1; });
  }
}

TEST(CostModel, FewBlocksLeaveProcessorsIdle) {
  const DeviceModel &device = findDeviceModel(90);
  CostFacts facts = productFacts();
  facts.blocks = 132;
  double full = modelTime(facts, device).seconds;
  facts.blocks = 133; // one processor has twice as much to do
  EXPECT_GT(modelTime(facts, device).seconds, 1.5 * full);
}

TEST(CostModel, NothingBeatsTheRoofline) {
  for (unsigned sm : {80, 90, 100}) {
    const DeviceModel &device = findDeviceModel(sm);
    for (const CostFacts &facts : {copyFacts(), productFacts()})
      EXPECT_GE(modelTime(facts, device).seconds,
                rooflineSeconds(facts, device) * 0.999);
  }
}

TEST(CostModel, DevicesOfOtherArchitectures) {
  EXPECT_EQ(findDeviceModel(90).name, "H200");
  EXPECT_EQ(findDeviceModel(89).name, "A100");
  EXPECT_EQ(findDeviceModel(120).name, "B200");
  EXPECT_EQ(findDeviceModel(75).name, "A100");
}

TEST(CostModel, FactsRoundTrip) {
  CostFacts facts = productFacts();
  facts.tensorCores = true;
  auto again = CostFacts::fromJSON(facts.toJSON());
  ASSERT_TRUE(bool(again)) << llvm::toString(again.takeError());
  EXPECT_EQ(llvm::json::Value(again->toJSON()),
            llvm::json::Value(facts.toJSON()));
}
