//===- SamplersTest.cpp - Timing plans on the fake driver ----------- -*- C++
//-*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Measure/Samplers.h"
#include "../Runtime/FakeDevice.h"

using namespace kernel_opt;
using namespace kernel_opt::measure;
using namespace kernel_opt::runtime;
using verify::InputFamily;

/// y = x * 2, pretending to take so many microseconds.
static LaunchPlan timedPlan(StringRef entry, unsigned microseconds) {
  LaunchPlan plan;
  plan.name = "timed";
  plan.target = "sm_90";
  plan.modules.push_back(
      {"m", ".version 8.0\n.target sm_90\n// fake: " + entry.str() +
                " us=" + std::to_string(microseconds) + "\n.visible .entry " +
                entry.str() + "(.param .u64 a)\n"});
  plan.buffers.resize(2);
  plan.buffers[0].name = "x";
  plan.buffers[1].name = "y";
  plan.buffers[1].role = BufferRole::Output;
  for (PlanBuffer &buffer : plan.buffers)
    buffer.shape = {4096};
  KernelStep step{0, entry.str(), {}, {}};
  step.arguments = {BufferArgument{0}, BufferArgument{1},
                    ScalarArgument{ElementType::I32, 4096},
                    ScalarArgument{ElementType::F32, 0x40000000}};
  plan.launches.push_back(step);
  return plan;
}

class Timing : public testing::Test {
protected:
  Timing() : session(fakeSession()) {}
  void load(StringRef entry, unsigned microseconds) {
    runner = llvm::cantFail(PlanRunner::create(
        *session, timedPlan(entry, microseconds), Placement::Plain));
    sampler = llvm::cantFail(
        PlanSampler::create(*session, *runner, InputFamily::Normal, 1));
  }
  std::unique_ptr<Session> session;
  std::unique_ptr<PlanRunner> runner;
  std::unique_ptr<PlanSampler> sampler;
};

TEST_F(Timing, SamplesTakeWhatTheKernelTakes) {
  load("scale_f32", 1500);
  // 2 * 64 KiB of L2 over 32 KiB, and two more.
  EXPECT_EQ(sampler->sets(), 6u);
  Sample sample = llvm::cantFail(sampler->sample());
  EXPECT_GE(sample.seconds, 1.4e-3);
  EXPECT_LT(sample.seconds, 1.0);
  EXPECT_NEAR(sample.clockHz, 1.8e9, 2e7);
}

TEST_F(Timing, OutputsOfTimedRunsAreChecked) {
  load("scale_f32", 5);
  for (int i = 0; i < 7; ++i)
    llvm::cantFail(sampler->sample());
  EXPECT_TRUE(llvm::cantFail(sampler->changedOutputs()).empty());
  load("scale_f32_flaky", 5);
  for (int i = 0; i < 2; ++i)
    llvm::cantFail(sampler->sample());
  EXPECT_EQ(llvm::cantFail(sampler->changedOutputs()),
            (std::vector<unsigned>{0, 1}));
}

TEST_F(Timing, ClocksOfDeviceAndHostAgree) {
  load("scale_f32", 2000);
  auto check = llvm::cantFail(sampler->checkClocks());
  EXPECT_GE(check.wallSeconds, 0.04);
  EXPECT_GE(check.eventSeconds, 0.04);
  PlanSampler::ClockCheck wrong{0.05, 0.06, 0};
  EXPECT_FALSE(wrong.agrees());
  PlanSampler::ClockCheck hidden{0.05, 0.05, 0.01};
  EXPECT_FALSE(hidden.agrees());
  PlanSampler::ClockCheck right{0.05, 0.0505, 1e-5};
  EXPECT_TRUE(right.agrees());
}

TEST(WorkerSampler, ReadsSamplesAndErrors) {
  SubprocessOptions options;
  options.command = {
      "sh", "-c",
      "read l; echo '{\"id\":1,\"ok\":true,\"samples\":[{\"seconds\":0.5,"
      "\"clock_hz\":1e9}]}'; read l; echo '{\"id\":2,\"ok\":true}'; read l"};
  auto worker = llvm::cantFail(JSONLinesWorker::spawn(options));
  WorkerSampler sampler(worker, 0, std::chrono::seconds(20));
  Sample sample = llvm::cantFail(sampler.sample());
  EXPECT_EQ(sample.seconds, 0.5);
  EXPECT_EQ(sample.clockHz, 1e9);
  EXPECT_TRUE(contains(messageOf(sampler.sample()), "no samples[0].seconds"));
}
