//===- Policy.cpp - What is demanded of a program ---------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Verify/Policy.h"
#include "kernel-opt/Support/Hash.h"
#include "kernel-opt/Support/JSONReader.h"
#include "kernel-opt/Support/Nesting.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace kernel_opt;
using namespace kernel_opt::verify;

namespace {
struct ShippedPolicy {
  StringLiteral name, text;
};
} // namespace

static constexpr ShippedPolicy shipped[] = {
#include "ShippedPolicies.inc"
};

SmallVector<StringRef> Policy::shippedNames() {
  return llvm::map_to_vector(
      shipped,
      [](const ShippedPolicy &policy) -> StringRef { return policy.name; });
}

/// "PROVED", "CHECKED", "CHECKED(2^-60)", "TESTED", "UNKNOWN".
static std::optional<Requirement> parseRequirement(StringRef text) {
  Requirement requirement;
  if (text.consume_front("CHECKED(2^-")) {
    requirement.least = Level::Checked;
    unsigned bits;
    if (!text.consume_back(")") || text.getAsInteger(10, bits))
      return std::nullopt;
    requirement.bits = bits;
    return requirement;
  }
  std::optional<Level> level = getLevel(text);
  // Nothing may ask for less than not being refuted.
  if (!level || *level == Level::Refuted)
    return std::nullopt;
  requirement.least = *level;
  return requirement;
}

llvm::Expected<Policy> Policy::parse(StringRef text) {
  auto json = parseJSON(text);
  if (!json)
    return llvm::createStringError("policy is not JSON: " +
                                   llvm::toString(json.takeError()));
  JSONErrors errors;
  JSONReader reader(&*json, "", errors);
  Policy policy;
  reader.integer("kopt_policy", 1, 1);
  policy.name = reader.string("name");
  reader.string("comment", StringRef(""));
  policy.hash = hashText(text);
  const llvm::json::Value *least = reader.value("least");
  reader.finish();
  const llvm::json::Object *members = least ? least->getAsObject() : nullptr;
  if (least && !members)
    errors.add("least", "expected an object");
  if (members)
    for (const auto &[key, value] : *members) {
      std::string place = ("least." + StringRef(key)).str();
      std::optional<StringRef> level = value.getAsString();
      std::optional<Requirement> requirement =
          level ? parseRequirement(*level) : std::nullopt;
      if (!llvm::is_contained(knownObligations(), StringRef(key)))
        errors.add(place, "no obligation has that name; there are " +
                              llvm::join(knownObligations(), ", "));
      else if (!requirement)
        errors.add(
            place,
            "expected PROVED, CHECKED, CHECKED(2^-N), TESTED or UNKNOWN");
      else
        policy.least[StringRef(key).str()] = *requirement;
    }
  if (errors.any())
    return errors.take("policy");
  return policy;
}

llvm::Expected<Policy> Policy::find(StringRef nameOrPath) {
  for (const ShippedPolicy &policy : shipped)
    if (policy.name == nameOrPath)
      return parse(policy.text);
  auto file = llvm::MemoryBuffer::getFile(nameOrPath, /*IsText=*/true);
  if (!file)
    return llvm::createStringError(
        "no policy is named '" + nameOrPath + "' and no file: there are " +
        llvm::join(shippedNames(), ", ") + ", and 'off'");
  return parse((*file)->getBuffer());
}

bool Policy::demands(StringRef obligation) const {
  auto it = least.find(obligation.str());
  return it != least.end() && it->second.least > Level::Unknown;
}

bool Policy::isWeakerThan(const Policy &other) const {
  for (const auto &[name, theirs] : other.least) {
    auto it = least.find(name);
    Requirement ours = it == least.end() ? Requirement() : it->second;
    if (ours.least < theirs.least ||
        (ours.least == Level::Checked && theirs.least == Level::Checked &&
         ours.bits < theirs.bits))
      return true;
  }
  return false;
}

/// Whether the evidence is what is asked for.
static bool suffices(const Obligation &given, const Requirement &asked) {
  if (given.level != asked.least)
    return given.level > asked.least;
  return given.level != Level::Checked || given.bits >= asked.bits;
}

static std::string requirementText(const Requirement &requirement) {
  Obligation as;
  as.level = requirement.least;
  as.bits = requirement.bits;
  return requirement.least == Level::Tested ? "TESTED" : as.levelText();
}

Judgement
verify::judge(const Policy &policy, ArrayRef<Obligation> obligations,
              const std::map<std::string, SmallVector<std::string>> &subjects) {
  Judgement result;
  for (const Obligation &given : obligations)
    if (given.level == Level::Refuted) {
      result.verdict = Verdict::Refuted;
      result.reasons.push_back(given.name + " of " + given.subject + ": " +
                               given.detail);
    }
  if (result.verdict == Verdict::Refuted)
    return result;
  for (const auto &[name, requirement] : policy.least) {
    if (requirement.least <= Level::Unknown)
      continue;
    SmallVector<std::string> due;
    if (auto it = subjects.find(name); it != subjects.end())
      due = it->second;
    for (const Obligation &given : obligations) {
      if (given.name != name)
        continue;
      llvm::erase(due, given.subject);
      if (suffices(given, requirement))
        continue;
      result.reasons.push_back(
          given.name + " of " + given.subject + " is " + given.levelText() +
          ", '" + policy.name + "' asks for " + requirementText(requirement) +
          (given.detail.empty() ? "" : ": " + given.detail));
    }
    for (const std::string &subject : due)
      result.reasons.push_back(name + " of " + subject + " was not checked, '" +
                               policy.name + "' asks for " +
                               requirementText(requirement));
  }
  if (result.reasons.empty())
    result.verdict = Verdict::Verified;
  return result;
}
