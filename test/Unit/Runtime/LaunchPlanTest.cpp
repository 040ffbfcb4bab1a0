//===- LaunchPlanTest.cpp - Launch plans and their JSON form -------- -*- C++
//-*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FakeDevice.h"
#include <cstring>

using namespace kernel_opt;
using namespace kernel_opt::runtime;
namespace json = llvm::json;

static constexpr char planText[] = R"({
  "kernel_opt_launch_plan": 1,
  "name": "example",
  "target": "sm_90a",
  "modules": [{"name": "m", "ptx": ".version 8.0\n.target sm_90a\n"}],
  "buffers": [
    {"name": "x", "role": "input", "type": "f32", "shape": [64, 32]},
    {"name": "w", "role": "input", "type": "bf16", "shape": [32],
     "parameter": true},
    {"name": "at", "role": "input", "type": "i64", "shape": [4],
     "range": [0, 64]},
    {"name": "one", "role": "constant", "type": "f32", "shape": [2],
     "splat": 1},
    {"name": "p", "role": "prepared", "type": "bf16", "shape": [32]},
    {"name": "tmp", "role": "workspace", "type": "i32", "shape": [16],
     "alignment": 128},
    {"name": "y", "role": "output", "type": "f32", "shape": [64, 32]}],
  "prepare": [{"copy": "w", "to": "p"}],
  "launches": [
    {"fill": "tmp"},
    {"kernel": "k", "grid": [8, 2], "block": [128], "cluster": [2],
     "shared_bytes": 65536, "cooperative": true,
     "arguments": [
       {"buffer": "x", "offset": 256},
       {"tensor_map": {"buffer": "y", "element": "f32", "dims": [32, 64],
                       "strides": [128], "box": [32, 16], "swizzle": 128,
                       "fill": "nan"}},
       {"scalar": {"type": "i32", "value": -1}},
       {"scalar": {"type": "f32", "value": 0.5}},
       {"scalar": {"type": "f32", "bits": 2139095040}}]}],
  "work": {"bytes": 16384, "flops": 1e6},
  "origin": {"rules": ["a"]}
})";

static json::Value parse(StringRef text) {
  return llvm::cantFail(json::parse(text));
}
static llvm::Expected<LaunchPlan> read(const json::Value &value) {
  return LaunchPlan::fromJSON(value, ".");
}
static LaunchPlan example() { return llvm::cantFail(read(parse(planText))); }

TEST(LaunchPlan, Reads) {
  LaunchPlan plan = example();
  EXPECT_EQ(plan.name, "example");
  EXPECT_EQ(plan.buffers.size(), 7u);
  EXPECT_EQ(plan.buffers[1].bytes(), 64u);
  EXPECT_TRUE(plan.buffers[1].parameter);
  EXPECT_EQ(plan.buffers[2].range->second, 64);
  EXPECT_EQ(plan.buffers[3].data, std::string("\0\0\x80\x3f\0\0\x80\x3f", 8));
  EXPECT_EQ(plan.buffers[5].alignment, 128u);
  EXPECT_EQ(plan.buffersOf(BufferRole::Input).size(), 3u);
  EXPECT_EQ(std::get<CopyStep>(plan.prepare[0]).to, 4u);
  EXPECT_EQ(std::get<FillStep>(plan.launches[0]).bytes, 64u);
  const auto &kernel = std::get<KernelStep>(plan.launches[1]);
  EXPECT_EQ(kernel.shape.grid, (std::array<unsigned, 3>{8, 2, 1}));
  EXPECT_EQ(kernel.shape.cluster, (std::array<unsigned, 3>{2, 1, 1}));
  EXPECT_TRUE(kernel.shape.cooperative);
  EXPECT_EQ(std::get<BufferArgument>(kernel.arguments[0]).offset, 256u);
  EXPECT_EQ(std::get<TensorMapArgument>(kernel.arguments[1]).map.fill,
            TensorMap::Fill::NaN);
  EXPECT_EQ(std::get<ScalarArgument>(kernel.arguments[2]).bits, 0xffffffffu);
  EXPECT_EQ(std::get<ScalarArgument>(kernel.arguments[3]).bits, 0x3f000000u);
  EXPECT_EQ(std::get<ScalarArgument>(kernel.arguments[4]).bits, 0x7f800000u);
  EXPECT_EQ(plan.compulsoryBytes, 16384u);
}

TEST(LaunchPlan, WhatIsWrittenReadsTheSame) {
  LaunchPlan plan = example();
  json::Value written = plan.toJSON();
  LaunchPlan back = llvm::cantFail(read(written));
  EXPECT_EQ(json::Value(back.toJSON()), written);
  EXPECT_EQ(back.digest(), plan.digest());
  EXPECT_EQ(plan.digest().size(), 64u);
}

TEST(LaunchPlan, DigestIgnoresOriginOnly) {
  LaunchPlan plan = example(), other = example();
  other.origin["rules"] = nullptr;
  EXPECT_EQ(other.digest(), plan.digest());
  std::get<KernelStep>(other.launches[1]).shape.sharedBytes = 0;
  EXPECT_NE(other.digest(), plan.digest());
}

TEST(LaunchPlan, CubinTravelsAsBase64) {
  LaunchPlan plan = example();
  plan.modules[0].image = std::string("\177ELF\0\1\xff", 7);
  LaunchPlan back = llvm::cantFail(read(plan.toJSON()));
  EXPECT_EQ(back.modules[0].image, plan.modules[0].image);
}

//===----------------------------------------------------------------------===//
// Errors
//===----------------------------------------------------------------------===//

namespace {
struct WrongPlan {
  const char *from, *to, *message;
};
} // namespace

/// The plan with the first `from` replaced.
static std::string changed(const WrongPlan &wrong) {
  std::string text = planText;
  size_t at = text.find(wrong.from);
  EXPECT_NE(at, std::string::npos) << wrong.from;
  return text.replace(at, std::strlen(wrong.from), wrong.to);
}

class WrongPlans : public testing::TestWithParam<WrongPlan> {};

TEST_P(WrongPlans, SayWhere) {
  EXPECT_TRUE(contains(messageOf(read(parse(changed(GetParam())))),
                       GetParam().message));
}

static const WrongPlan wrongPlans[] = {
    {"\"kernel_opt_launch_plan\": 1", "\"kernel_opt_launch_plan\": 2",
     "kernel_opt_launch_plan: is version 2; this program reads up to version "
     "1"},
    {"\"kernel_opt_launch_plan\": 1,", "",
     "launch plan: lacks 'kernel_opt_launch_plan'"},
    {"\"name\": \"example\"", "\"nmae\": \"example\"", "lacks 'name'"},
    {"\"shared_bytes\"", "\"shraed_bytes\"",
     "launches[1]: unknown member 'shraed_bytes'"},
    {"\"role\": \"input\"", "\"role\": \"in\"",
     "buffers[0].role: expected input, output"},
    {"\"type\": \"f32\"", "\"type\": \"float\"",
     "buffers[0].type: unknown element type"},
    {"[64, 32]", "[64, -32]", "buffers[0].shape[1]: expected an integer"},
    {"\"splat\": 1", "\"data\": \"AAAA\"",
     "constant 'one' has 3 bytes of data; its shape needs 8"},
    {"\"splat\": 1", "\"alignment\": 4",
     "buffers[3]: a constant needs one of 'data' and 'splat'"},
    {"\"alignment\": 128", "\"alignment\": 96",
     "buffer 'tmp' has an alignment of 96; expected a power of two"},
    {"\"range\": [0, 64]", "\"range\": [5, 5]", "buffer 'at' has a range"},
    {"\"name\": \"at\"", "\"name\": \"x\"", "two buffers are named 'x'"},
    {"sm_90a\\n\"", "sm_90a\\n.visible .global .align 4 .b8 kept[8];\\n\"",
     "module 'm', line 3: expected no global variables, found one"},
    {"sm_90a\\n\"", "sm_90a\\n.func f() {} .global .u32 kept;\\n\"",
     "line 3: expected no global variables"},
    {"sm_90a\\n\"",
     "sm_90a\\n.global .align 4 .b8 __cudart_i2opi_f[24] = {65};\\n"
     "// .global x\\n.param .u64 .ptr .global .align 1 p\\nld.global.f32\\n\"",
     "no error"},
    {"\"copy\": \"w\"", "\"copy\": \"q\"",
     "prepare[0].copy: there is no buffer 'q'"},
    {"\"copy\": \"w\", \"to\": \"p\"", "\"fill\": \"w\"",
     "prepare[0] writes buffer 'w', which is read only here"},
    {"\"copy\": \"w\", \"to\": \"p\"", "\"copy\": \"x\", \"to\": \"y\"",
     "prepare[0] uses buffer 'x'; prepare steps may use parameters"},
    {"{\"fill\": \"tmp\"}", "{\"fill\": \"p\"}",
     "launches[0] writes buffer 'p', which is read only here"},
    {"{\"fill\": \"tmp\"}", "{\"fill\": \"tmp\", \"offset\": 60, \"bytes\": 8}",
     "launches[0] reaches byte 68 of buffer 'tmp', which has 64"},
    {"{\"fill\": \"tmp\"}", "{\"copy\": \"w\", \"to\": \"tmp\"}", "no error"},
    {"{\"fill\": \"tmp\"}", "{\"copy\": \"x\", \"to\": \"tmp\"}",
     "launches[0] copies between buffers of different sizes"},
    {"{\"fill\": \"tmp\"}", "{}",
     "launches[0]: expected one of 'kernel', 'fill' and 'copy'"},
    {"\"grid\": [8, 2]", "\"grid\": [0]",
     "launches[1].grid[0]: expected an integer from 1 to"},
    {"\"grid\": [8, 2]", "\"grid\": []",
     "launches[1].grid: expected one to three integers"},
    {"\"offset\": 256", "\"offset\": 8193",
     "launches[1], argument 0 reaches byte 8193 of buffer 'x', which has 8192"},
    {"\"dims\": [32, 64]", "\"dims\": [32, 65]",
     "launches[1], argument 1 reaches byte 8320 of buffer 'y'"},
    // Sizes that no 64 bits count.
    {"\"dims\": [32, 64],\n                       \"strides\": [128], "
     "\"box\": [32, 16]",
     "\"dims\": [32, 16777300, 2], \"strides\": [1099511627760, 16], "
     "\"box\": [32, 16, 1]",
     "reaches byte 18446744073709551615 of buffer 'y', which has 8192"},
    {"[64, 32]", "[9007199254740992, 9007199254740992]",
     "buffer 'x' is too large"},
    {"\"shape\": [2],\n     \"splat\"",
     "\"shape\": [9007199254740992, 1024, 2],\n     \"splat\"",
     "buffers[3]: expected splats of at most 4294967296 bytes in all"},
    {"\"box\": [32, 16]", "\"box\": [32, 0]",
     "launches[1].arguments[1].tensor_map.box[1]: expected"},
    {"\"swizzle\": 128", "\"swizzle\": 100",
     "tensor map: the swizzle must be 0, 32, 64 or 128 bytes"},
    {"\"element\": \"f32\"", "\"element\": \"f31\"",
     "tensor_map.element: unknown element type of a tensor map"},
    {"\"type\": \"i32\", \"value\": -1", "\"type\": \"i8\", \"value\": 256",
     "arguments[2].scalar.value: expected an integer from -128 to 255"},
    {"\"ptx\": \".version 8.0\\n.target sm_90a\\n\"",
     "\"file\": \"missing.ptx\"",
     "modules[0].file: cannot read './missing.ptx'"},
    {"\"ptx\": \".version 8.0\\n.target sm_90a\\n\"", "\"cubin\": \"*\"",
     "modules[0].cubin: is not base64"},
    {"\"role\": \"output\"", "\"role\": \"workspace\"", "it has no output"},
};
INSTANTIATE_TEST_SUITE_P(All, WrongPlans, testing::ValuesIn(wrongPlans));

TEST(LaunchPlan, FileErrors) {
  EXPECT_TRUE(contains(messageOf(LaunchPlan::fromFile("/nonexistent.json")),
                       "cannot read the launch plan '/nonexistent.json'"));
  EXPECT_TRUE(contains(messageOf(read(parse("[]"))),
                       "launch plan: expected an object"));
}
