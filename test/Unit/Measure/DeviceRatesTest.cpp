//===- DeviceRatesTest.cpp - Ceilings and their cache --------------- -*- C++
//-*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Measure/DeviceRates.h"
#include "../Runtime/FakeDevice.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include <cstdlib>

using namespace kernel_opt;
using namespace kernel_opt::measure;
using namespace kernel_opt::runtime;

TEST(PeakKernels, NameTheirUnits) {
  EXPECT_TRUE(contains(peakKernel(Unit::Tensor16, 90).ptx, "m64n256k16"));
  EXPECT_TRUE(contains(peakKernel(Unit::Tensor16, 100).ptx,
                       "mma.sync.aligned.m16n8k16.row.col.f32.bf16"));
  EXPECT_TRUE(contains(peakKernel(Unit::Tensor16, 80).ptx, "sm_80"));
  EXPECT_EQ(peakKernel(Unit::Tensor8, 80).ptx, "");
  // 64 x 256 x 16, eight times, by two warpgroups, two operations each.
  EXPECT_EQ(peakKernel(Unit::Tensor16, 90).operations,
            2.0 * 64 * 256 * 16 * 8 * 2);
  EXPECT_EQ(peakKernel(Unit::FMA32, 90).operations, 2.0 * 16 * 8 * 256);
}

TEST(DeviceRates, PeaksFollowTheTypesOfInputs) {
  DeviceRates rates;
  rates.peaks = {1, 2, 3, 4, 5, 6};
  LaunchPlan plan;
  plan.buffers.resize(2);
  plan.buffers[0].type = ElementType::F32;
  plan.buffers[1].role = BufferRole::Output;
  plan.buffers[1].type = ElementType::I8;
  EXPECT_EQ(rates.peakFor(plan), 4);
  plan.buffers[0].type = ElementType::F8E4M3FN;
  EXPECT_EQ(rates.peakFor(plan), 5);
  plan.buffers[0].type = ElementType::I8;
  EXPECT_EQ(rates.peakFor(plan), 6);
}

namespace {
class RatesCache : public testing::Test {
protected:
  RatesCache() : session(fakeSession()) {
    llvm::cantFail(llvm::errorCodeToError(
        llvm::sys::fs::createUniqueDirectory("rates", folder)));
    ::setenv("XDG_CACHE_HOME", folder.c_str(), 1);
    file = (folder.str() + "/kernel-opt/device-" +
            session->context().device().uuid + ".json")
               .str();
  }
  ~RatesCache() override { llvm::sys::fs::remove_directories(folder); }
  DeviceRates rates(bool again = false) {
    return llvm::cantFail(deviceRates(*session, again));
  }
  void write(StringRef text) {
    std::error_code code;
    llvm::raw_fd_ostream(file, code) << text;
    ASSERT_FALSE(code);
  }
  std::string read() {
    return llvm::cantFail(
               llvm::errorOrToExpected(llvm::MemoryBuffer::getFile(file)))
        ->getBuffer()
        .str();
  }
  std::unique_ptr<Session> session;
  SmallString<128> folder;
  std::string file;
};
} // namespace

TEST_F(RatesCache, AreMeasuredOnce) {
  DeviceRates first = rates();
  EXPECT_FALSE(first.isCached);
  EXPECT_GT(first.copy, 0);
  EXPECT_GT(first.read, 0);
  EXPECT_GT(first.write, 0);
  for (double peak : first.peaks)
    EXPECT_GT(peak, 0);
  DeviceRates second = rates();
  EXPECT_TRUE(second.isCached);
  EXPECT_EQ(second.copy, first.copy);
  EXPECT_EQ(second.peaks, first.peaks);
  EXPECT_FALSE(rates(/*again=*/true).isCached);
}

TEST_F(RatesCache, OfAnotherDriverOrBrokenAreMeasuredAgain) {
  rates();
  std::string text = read();
  size_t at = text.find("\"driver\":13000");
  ASSERT_NE(at, std::string::npos);
  write(text.substr(0, at) + "\"driver\":12000" + text.substr(at + 14));
  EXPECT_FALSE(rates().isCached);
  EXPECT_TRUE(rates().isCached);
  for (StringRef broken : {"", "{", "[]", "{\"kernel_opt_device_rates\":1}"}) {
    write(broken);
    EXPECT_FALSE(rates().isCached);
  }
}
