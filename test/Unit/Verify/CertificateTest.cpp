//===- CertificateTest.cpp - Evidence, policies, certificates ---*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Verify/Certificate.h"
#include "gtest/gtest.h"

using namespace kernel_opt;
using namespace kernel_opt::verify;

static Obligation make(StringRef name, Level level, double bits = 0) {
  Obligation obligation;
  obligation.name = name.str();
  obligation.subject = "kernel @k";
  obligation.level = level;
  obligation.bits = bits;
  return obligation;
}

static Policy parse(StringRef least) {
  auto policy = Policy::parse(
      ("{\"kopt_policy\": 1, \"name\": \"mine\", \"least\": {" + least + "}}")
          .str());
  EXPECT_TRUE(bool(policy)) << llvm::toString(policy.takeError());
  return *policy;
}

static std::string errorOf(StringRef text) {
  auto policy = Policy::parse(text);
  return policy ? "none" : llvm::toString(policy.takeError());
}

TEST(Policy, AnswersFollowFromTheEvidence) {
  Policy policy = parse("\"same-function\": \"CHECKED(2^-60)\"");
  auto answer = [&](ArrayRef<Obligation> evidence) {
    return judge(policy, evidence, {{"same-function", {"kernel @k"}}}).verdict;
  };
  EXPECT_EQ(answer({make("same-function", Level::Checked, 60)}),
            Verdict::Verified);
  EXPECT_EQ(answer({make("same-function", Level::Proved)}), Verdict::Verified);
  EXPECT_EQ(answer({make("same-function", Level::Checked, 59)}),
            Verdict::Unproven);
  EXPECT_EQ(answer({make("same-function", Level::Tested)}), Verdict::Unproven);
  EXPECT_EQ(answer({make("same-function", Level::Unknown)}), Verdict::Unproven);
  // Nothing at all is not enough, and nothing makes up for a refutation.
  EXPECT_EQ(answer({}), Verdict::Unproven);
  EXPECT_EQ(answer({make("same-function", Level::Proved),
                    make("speed", Level::Refuted)}),
            Verdict::Refuted);
}

TEST(Policy, WeakerIsTold) {
  Policy strict = *Policy::find("strict"),
         algebra = *Policy::find("algebra-only");
  Policy device = *Policy::find("device");
  EXPECT_TRUE(algebra.isWeakerThan(strict));
  EXPECT_FALSE(strict.isWeakerThan(algebra));
  EXPECT_FALSE(strict.isWeakerThan(strict));
  EXPECT_TRUE(strict.isWeakerThan(device));
  EXPECT_TRUE(strict.demands(obligation::accuracy));
  EXPECT_FALSE(algebra.demands(obligation::accuracy));
  EXPECT_TRUE(
      parse("\"same-function\": \"CHECKED(2^-50)\"")
          .isWeakerThan(parse("\"same-function\": \"CHECKED(2^-60)\"")));
}

TEST(Policy, ErrorsSayWhere) {
  EXPECT_EQ(errorOf("{\"kopt_policy\": 1, \"name\": \"x\"}"),
            "policy: lacks 'least'");
  EXPECT_EQ(errorOf("{\"kopt_policy\": 2, \"name\": \"x\", \"least\": {}}"),
            "policy: kopt_policy: expected an integer from 1 to 1");
  EXPECT_EQ(errorOf("{\"kopt_policy\": 1, \"name\": \"x\", \"least\": 3}"),
            "policy: least: expected an object");
  EXPECT_EQ(errorOf("{\"kopt_policy\": 1, \"name\": \"x\", \"least\": "
                    "{\"rule\": \"CHECKED(2^-x)\"}}"),
            "policy: least.rule: expected PROVED, CHECKED, CHECKED(2^-N), "
            "TESTED or UNKNOWN");
}

TEST(Certificate, DigestCoversAllButNotes) {
  Certificate certificate;
  certificate.policy = *Policy::find("strict");
  certificate.chain.push_back({"input", "sha256:1", "read"});
  llvm::json::Object json = withDigest(certificate.toJSON());
  std::string digest = digestOf(json);
  EXPECT_EQ(json.getString("digest"), StringRef(digest));
  json["notes"] = llvm::json::Object{{"seconds", 3}};
  EXPECT_EQ(digestOf(json), digest);
  json["verdict"] = "verified";
  EXPECT_NE(digestOf(json), digest);
}

TEST(Certificate, SaysWhatIsNotCovered) {
  Certificate certificate;
  certificate.obligations = {make("same-function", Level::Checked, 70),
                             make("accuracy", Level::Unknown)};
  llvm::json::Object json = certificate.toJSON();
  EXPECT_EQ(json.getObject("weakest")->getString("level"),
            StringRef("UNKNOWN"));
  bool accuracy = false;
  for (const llvm::json::Value &line : *json.getArray("not_covered"))
    accuracy |= line.getAsString() == StringRef("accuracy");
  EXPECT_TRUE(accuracy);
}

TEST(Certificate, DifferencesNameTheField) {
  llvm::json::Object a{
      {"x", 1}, {"list", llvm::json::Array{1, 2}}, {"notes", 7}};
  llvm::json::Object b{{"x", 2}, {"list", llvm::json::Array{1}}, {"notes", 8}};
  SmallVector<std::string> found = differences(a, b);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0], "list[1]: the replay finds nothing of the kind");
  EXPECT_EQ(found[1], "x: the certificate says 1, the replay finds 2");
  EXPECT_TRUE(differences(a, a).empty());
}
