//===- CandidateTest.cpp - Candidates as data -------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Search/Candidate.h"
#include "gtest/gtest.h"
#include <cmath>
#include <limits>

using namespace kernel_opt;
using namespace kernel_opt::search;
namespace json = llvm::json;

static Candidate makeCandidate() {
  Candidate candidate;
  candidate.graph.rules = {{"softmax_in_parts", "f#2"}, {"fold", "f#1:1"}};
  candidate.graph.fusionPlan = "kopt.fusion @p {a = [\"x_0\"]}";
  candidate.kernels["sha256:aa"] = {"row", {{"warps", 8}, {"elements", 512}}};
  candidate.kernels["sha256:bb"] = {"generic", {}};
  return candidate;
}

TEST(Candidate, RoundTrip) {
  Candidate candidate = makeCandidate();
  std::string text;
  llvm::raw_string_ostream(text) << json::Value(candidate.toJSON());
  auto value = json::parse(text);
  ASSERT_TRUE(bool(value));
  auto again = Candidate::fromJSON(*value);
  ASSERT_TRUE(bool(again)) << llvm::toString(again.takeError());
  EXPECT_EQ(again->graph, candidate.graph);
  EXPECT_EQ(again->kernels, candidate.kernels);
  EXPECT_EQ(again->hash(), candidate.hash());
}

TEST(Candidate, HashSeesEverything) {
  std::string hash = makeCandidate().hash();
  auto changed = [&](auto change) {
    Candidate candidate = makeCandidate();
    change(candidate);
    return candidate.hash() != hash;
  };
  EXPECT_TRUE(changed(
      [](Candidate &c) { std::swap(c.graph.rules[0], c.graph.rules[1]); }));
  EXPECT_TRUE(changed([](Candidate &c) { c.graph.rules[0].site = "f#3"; }));
  EXPECT_TRUE(changed([](Candidate &c) { c.graph.fusionPlan.clear(); }));
  EXPECT_TRUE(
      changed([](Candidate &c) { c.kernels["sha256:aa"].knobs["warps"] = 4; }));
  EXPECT_TRUE(
      changed([](Candidate &c) { c.kernels["sha256:bb"].strategy = "row"; }));
  EXPECT_TRUE(changed([](Candidate &c) { c.kernels.erase("sha256:bb"); }));
}

static std::string errorOf(StringRef text) {
  auto value = json::parse(text);
  if (!value)
    return "not JSON: " + llvm::toString(value.takeError());
  auto candidate = Candidate::fromJSON(*value);
  return candidate ? "" : llvm::toString(candidate.takeError());
}

TEST(Candidate, WhatIsWrongIsNamed) {
  EXPECT_EQ(errorOf(R"({"rules": [], "fusion_plan": "", "kernels": {}})"), "");
  EXPECT_EQ(errorOf(R"({"rules": [], "fusion_plan": ""})"),
            "candidate: lacks 'kernels'");
  EXPECT_EQ(
      errorOf(
          R"({"rules": [{"rule": "a"}], "fusion_plan": "", "kernels": {}})"),
      "candidate: rules[0]: lacks 'site'");
  EXPECT_EQ(errorOf(R"({"rules": [], "fusion_plan": "", "kernels":
                     {"h": {"strategy": "s", "knobs": {"k": "8"}}}})"),
            "candidate: kernels.h.knobs.k: expected an integer");
  EXPECT_EQ(errorOf(R"({"rules": [], "fusion_plan": "", "kernels": {},
                     "more": 1})"),
            "candidate: unknown member 'more'");
}

TEST(JSON, InfinitiesBecomeNull) {
  constexpr double inf = std::numeric_limits<double>::infinity();
  json::Value value = json::Object{
      {"seconds", inf},
      {"samples", json::Array{1.5, -inf, 3, json::Array{std::nan("")}}},
      {"inner", json::Object{{"bound", inf}, {"name", "inf"}}}};
  json::Value expected = json::Object{
      {"seconds", nullptr},
      {"samples", json::Array{1.5, nullptr, 3, json::Array{nullptr}}},
      {"inner", json::Object{{"bound", nullptr}, {"name", "inf"}}}};
  EXPECT_EQ(withoutInfinities(std::move(value)), expected);
}
