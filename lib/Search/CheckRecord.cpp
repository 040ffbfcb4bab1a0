//===- CheckRecord.cpp - Checks that were made before -------------*- C++
//-*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Search/Evaluation.h"
#include "kernel-opt/Support/JSONReader.h"

using namespace kernel_opt;
using namespace kernel_opt::search;
namespace json = llvm::json;

static verify::Verdict readVerdict(JSONReader &reader, StringRef key) {
  std::string text = reader.string(key);
  for (verify::Verdict verdict :
       {verify::Verdict::Verified, verify::Verdict::Refuted,
        verify::Verdict::Unproven})
    if (verify::getName(verdict) == text)
      return verdict;
  reader.fail(key, "there is no verdict '" + text + "'");
  return verify::Verdict::Unproven;
}

static uint64_t readCount(JSONReader &reader, StringRef key) {
  return uint64_t(reader.integer(key, 0, INT64_MAX, 0));
}

static verify::KernelCheckResult readCheck(const json::Value *value,
                                           JSONErrors &errors) {
  JSONReader reader(value, "check", errors);
  verify::KernelCheckResult result;
  result.verdict = readVerdict(reader, "verdict");
  result.reason = reader.string("reason", "");
  result.witness = reader.string("witness", "");
  if (StringRef(reader.string("nonce")).getAsInteger(16, result.nonce))
    reader.fail("nonce", "expected hexadecimal digits");
  result.levels = unsigned(readCount(reader, "primes"));
  result.runs = unsigned(readCount(reader, "runs"));
  result.compared = readCount(reader, "compared");
  result.evidence = reader.number("evidence_bits");
  result.blocks = readCount(reader, "blocks");
  result.blocksRun = readCount(reader, "blocks_run");
  result.uniform = reader.boolean("uniform_in_block", false);
  result.places = unsigned(readCount(reader, "places"));
  result.instructionCoverage = reader.number("instruction_coverage");
  result.branchCoverage = reader.number("branch_coverage");
  result.covered = reader.boolean("covered", false);
  result.laneOps = readCount(reader, "lane_ops");
  result.sectorsRead = readCount(reader, "sectors_read");
  result.sectorsWritten = readCount(reader, "sectors_written");
  result.leastSectorsRead = readCount(reader, "least_sectors_read");
  result.leastSectorsWritten = readCount(reader, "least_sectors_written");
  result.seconds = reader.number("seconds");
  return result;
}

static verify::InputFamily readFamily(JSONReader &reader) {
  std::string name = reader.string("family");
  if (auto family = verify::getInputFamily(name))
    return *family;
  reader.fail("family", "there is no input family '" + name + "'");
  return verify::InputFamily::Normal;
}

static verify::AccuracyResult readAccuracy(const json::Value *value,
                                           JSONErrors &errors) {
  JSONReader reader(value, "accuracy", errors);
  verify::AccuracyResult result;
  result.accuracy = readVerdict(reader, "accuracy");
  result.specialValues = readVerdict(reader, "special_values");
  result.blocksRun = readCount(reader, "blocks_run");
  result.seconds = reader.number("seconds");
  reader.each("families", true,
              [&](const json::Value &each, const std::string &at) {
                JSONReader family(&each, at, errors);
                verify::FamilyAccuracy read{};
                read.family = readFamily(family);
                read.output = unsigned(readCount(family, "output"));
                read.n = readCount(family, "n");
                read.rmsP = family.number("rms_original");
                read.rmsQ = family.number("rms");
                read.maxP = family.number("max_original");
                read.maxQ = family.number("max");
                read.wide = family.boolean("before_rounding", false);
                read.notFinite = readCount(family, "not_finite");
                read.worst = family.string("worst", "");
                read.passes = read.worst.empty();
                result.families.push_back(std::move(read));
              });
  reader.each("specials", true,
              [&](const json::Value &each, const std::string &at) {
                JSONReader family(&each, at, errors);
                verify::FamilySpecials read{};
                read.family = readFamily(family);
                read.n = readCount(family, "n");
                read.special = readCount(family, "special");
                read.moreFinite = readCount(family, "more_finite");
                read.different = readCount(family, "different");
                read.worst = family.string("worst", "");
                result.specials.push_back(std::move(read));
              });
  return result;
}

llvm::Expected<optimizer::ProgramChecks>
search::readCheckRecord(const json::Value &value) {
  JSONErrors errors;
  JSONReader reader(&value, "", errors);
  optimizer::ProgramChecks checks;
  checks.check = readCheck(reader.value("check"), errors);
  if (const json::Value *accuracy = reader.value("accuracy", false))
    checks.accuracy = readAccuracy(accuracy, errors);
  reader.finish();
  if (llvm::Error error = errors.take("record of checks"))
    return std::move(error);
  // What is written again must be what was read, or certificates differ.
  json::Object again{{"check", checks.check.toJSON()}};
  if (checks.accuracy)
    again["accuracy"] = checks.accuracy->toJSON();
  if (json::Value(std::move(again)) != value)
    return llvm::createStringError(
        "record of checks: it is of another version");
  return checks;
}
