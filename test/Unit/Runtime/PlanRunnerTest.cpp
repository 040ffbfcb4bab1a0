//===- PlanRunnerTest.cpp - Plans on the fake driver ---------------- -*- C++
//-*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FakeDevice.h"
#include <cstring>
#include <unistd.h>

using namespace kernel_opt;
using namespace kernel_opt::runtime;
using verify::InputFamily;

/// y = x * 2 on 1000 elements, by the named kernel.
static LaunchPlan scalePlan(StringRef entry = "scale_f32") {
  LaunchPlan plan;
  plan.name = "scale";
  plan.target = "sm_90";
  plan.modules.push_back({"m", ".version 8.0\n.target sm_90\n.visible .entry " +
                                   entry.str() + "(.param .u64 a)\n"});
  plan.buffers.resize(2);
  plan.buffers[0].name = "x";
  plan.buffers[1].name = "y";
  plan.buffers[1].role = BufferRole::Output;
  for (PlanBuffer &buffer : plan.buffers)
    buffer.shape = {1000};
  KernelStep step{0, entry.str(), {}, {}};
  step.shape.grid = {4, 1, 1};
  step.shape.block = {256, 1, 1};
  step.arguments = {BufferArgument{0}, BufferArgument{1},
                    ScalarArgument{ElementType::I32, 1000},
                    ScalarArgument{ElementType::F32, 0x40000000}};
  plan.launches.push_back(step);
  return plan;
}

class Runner : public testing::TestWithParam<Placement> {
protected:
  Runner() : session(fakeSession()) {}
  std::unique_ptr<PlanRunner> make(LaunchPlan plan) {
    auto runner = llvm::cantFail(
        PlanRunner::create(*session, std::move(plan), GetParam()));
    llvm::cantFail(runner->addSet(InputFamily::Normal, 1));
    llvm::cantFail(runner->poison(0, Poison::Random, 5));
    return runner;
  }
  std::vector<std::string> damageOf(PlanRunner &runner) {
    std::vector<std::string> texts;
    for (const Damage &damage : llvm::cantFail(runner.findDamage(0)))
      texts.push_back(damage.describe());
    return texts;
  }
  std::unique_ptr<Session> session;
};
INSTANTIATE_TEST_SUITE_P(Placements, Runner,
                         testing::Values(Placement::Plain,
                                         Placement::GuardedEnd,
                                         Placement::GuardedFront));

TEST_P(Runner, ComputesAndLeavesTheRestAlone) {
  auto runner = make(scalePlan());
  EXPECT_EQ(messageOf(runner->run(0)), "no error");
  HostArray x = llvm::cantFail(runner->input(0, 0));
  HostArray y = llvm::cantFail(runner->output(0, 0));
  for (int64_t i = 0; i < 1000; ++i)
    ASSERT_EQ(y.at(i), float(x.at(i)) * 2.0f);
  EXPECT_TRUE(damageOf(*runner).empty());
  auto sums = llvm::cantFail(runner->outputChecksums(0));
  ASSERT_EQ(sums.size(), 1u);
  EXPECT_EQ(sums[0], checksumOf(y.data.data(), y.data.size()));
}

TEST_P(Runner, RowsThatAreNotDrawnRepeatOthers) {
  LaunchPlan plan = scalePlan();
  for (PlanBuffer &buffer : plan.buffers)
    buffer.shape = {8, 125};
  auto runner =
      llvm::cantFail(PlanRunner::create(*session, std::move(plan), GetParam()));
  // Three whole rows of 125 fit into 400.
  llvm::cantFail(runner->addSet(InputFamily::Normal, 1));
  llvm::cantFail(runner->addSet(InputFamily::Normal, 1, 400));
  llvm::cantFail(runner->addSet(InputFamily::Normal, 1, 1));
  HostArray whole = llvm::cantFail(runner->input(0, 0));
  HostArray part = llvm::cantFail(runner->input(1, 0));
  HostArray row = llvm::cantFail(runner->input(2, 0));
  const size_t bytes = 125 * sizeof(float);
  ASSERT_EQ(part.data.size(), 8 * bytes);
  for (size_t r = 0; r < 8; ++r) {
    EXPECT_EQ(
        std::memcmp(&part.data[r * bytes], &whole.data[r % 3 * bytes], bytes),
        0);
    EXPECT_EQ(std::memcmp(&row.data[r * bytes], &whole.data[0], bytes), 0);
  }
  EXPECT_NE(std::memcmp(&whole.data[3 * bytes], &whole.data[0], bytes), 0);
}

TEST_P(Runner, GraphDoesTheSame) {
  auto runner = make(scalePlan());
  llvm::cantFail(runner->run(0));
  auto sums = llvm::cantFail(runner->outputChecksums(0));
  llvm::cantFail(runner->poison(0, Poison::Large, 1));
  EXPECT_NE(llvm::cantFail(runner->outputChecksums(0)), sums);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(messageOf(runner->replay(0)), "no error");
    EXPECT_EQ(llvm::cantFail(runner->outputChecksums(0)), sums);
  }
}

TEST_P(Runner, PoisonShowsUnwrittenElements) {
  auto runner = make(scalePlan("scale_f32_short"));
  llvm::cantFail(runner->poison(0, Poison::Large, 0));
  llvm::cantFail(runner->run(0));
  HostArray y = llvm::cantFail(runner->output(0, 0));
  EXPECT_NE(y.at(998), 0x1p100);
  EXPECT_EQ(y.at(999), 0x1p100);
}

TEST_P(Runner, ChangedInputIsDamage) {
  auto runner = make(scalePlan("scale_f32_clobber"));
  llvm::cantFail(runner->run(0));
  EXPECT_EQ(
      damageOf(*runner),
      std::vector<std::string>{"buffer 'x', which is read only, was changed"});
}

TEST_P(Runner, WriteBehindTheEnd) {
  auto runner = make(scalePlan("scale_f32_past"));
  if (GetParam() == Placement::GuardedEnd) {
    // 4000 bytes are a multiple of the alignment: the page behind faults. The
    // device is lost then, so this happens in a process of its own.
    EXPECT_EXIT(
        {
          llvm::handleAllErrors(runner->run(0), [&](const DeviceError &e) {
            llvm::errs() << stringOf(e.kind) << ": " << e.message << '\n';
            ::_exit(e.fatal && session->context().isLost() ? 7 : 1);
          });
          ::_exit(0);
        },
        testing::ExitedWithCode(7),
        "illegal-address: launch plan 'scale', its launches: cannot .*: an "
        "illegal memory access was encountered");
    return;
  }
  EXPECT_EQ(messageOf(runner->run(0)), "no error");
  // Behind a plain buffer lies what the allocator rounded up.
  std::vector<std::string> expected;
  if (GetParam() == Placement::GuardedFront)
    expected = {"memory behind buffer 'y' was written"};
  EXPECT_EQ(damageOf(*runner), expected);
}

TEST_P(Runner, PrepareRunsOncePerSet) {
  LaunchPlan plan = scalePlan();
  plan.buffers.push_back(plan.buffers[0]);
  plan.buffers.back().name = "p";
  plan.buffers.back().role = BufferRole::Prepared;
  plan.buffers[0].parameter = true;
  // The step that doubled x into y now doubles x into p, then p into y.
  KernelStep first = std::get<KernelStep>(plan.launches[0]);
  first.arguments[1] = BufferArgument{2};
  plan.prepare.push_back(first);
  std::get<KernelStep>(plan.launches[0]).arguments[0] = BufferArgument{2};
  auto runner = make(std::move(plan));
  llvm::cantFail(runner->run(0));
  HostArray x = llvm::cantFail(runner->input(0, 0));
  EXPECT_EQ(llvm::cantFail(runner->output(0, 0)).at(7), float(x.at(7)) * 4.0f);
  EXPECT_TRUE(damageOf(*runner).empty());
}

TEST_P(Runner, TensorMapsAndFills) {
  LaunchPlan plan = scalePlan("scale_map_f32");
  auto &step = std::get<KernelStep>(plan.launches[0]);
  TensorMapArgument map{0, 0, {}};
  map.map.dims = {1000};
  map.map.box = {64};
  step.arguments[0] = map;
  plan.launches.insert(plan.launches.begin(), FillStep{1, 0, 4000, 0x11});
  auto runner = make(std::move(plan));
  EXPECT_EQ(messageOf(runner->run(0)), "no error");
  HostArray x = llvm::cantFail(runner->input(0, 0));
  EXPECT_EQ(llvm::cantFail(runner->output(0, 0)).at(999),
            float(x.at(999)) * 2.0f);
}

TEST_P(Runner, Errors) {
  LaunchPlan plan = scalePlan();
  plan.target = "sm_100a";
  EXPECT_TRUE(contains(
      messageOf(PlanRunner::create(*session, plan, GetParam())),
      "'scale' is compiled for sm_100a, but device 0 (Fake GPU) is sm_90"));
  plan = scalePlan();
  std::get<KernelStep>(plan.launches[0]).entry = "other";
  EXPECT_EQ(messageOf(PlanRunner::create(*session, plan, GetParam())),
            "'m' has no kernel 'other'");
  auto runner =
      llvm::cantFail(PlanRunner::create(*session, scalePlan(), GetParam()));
  EXPECT_EQ(messageOf(runner->addSet(ArrayRef<HostArray>())),
            "launch plan 'scale' has 1 inputs, 0 are given");
  HostArray wrong;
  wrong.shape = {3};
  wrong.data.resize(12);
  EXPECT_EQ(messageOf(runner->addSet(wrong)),
            "input 'x' needs 4000 bytes of f32, 12 of f32 are given");
}
