//===- Certificate.cpp - What was verified, and how to repeat it *- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Verify/Certificate.h"
#include "kernel-opt/Support/Hash.h"
#include "kernel-opt/Support/Nesting.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace kernel_opt;
using namespace kernel_opt::verify;

static llvm::json::Array stringsToJSON(ArrayRef<std::string> strings) {
  llvm::json::Array array;
  for (const std::string &text : strings)
    array.push_back(text);
  return array;
}

/// What no check of ours reaches, and what this certificate leaves out.
static SmallVector<std::string> notCovered(const Certificate &certificate) {
  SmallVector<std::string> list = {
      "lowering of aten and TOSA to linalg: tested for each operation, not "
      "checked for this program",
      "conversion of scheduled IR to NVVM, LLVM's code generator, ptxas, the "
      "driver and the hardware",
      "memory-model effects beyond happens-before",
      "blocks that were not run: each was shown to be an affine combination of "
      "some that were run and right, with the same outcome of comparisons; "
      "that "
      "this makes it right rests on affine indexing maps of the kernel",
      "input families that are not listed",
      "an a-priori error bound of the program (accuracy is statistical)",
      "accuracy of Torch's own kernels: the original is the naive lowering "
      "with sums in chunks of 16"};
  auto lacks = [&](StringRef name) {
    return llvm::none_of(certificate.obligations, [&](const Obligation &o) {
      return o.name == name && o.level >= Level::Tested;
    });
  };
  if (lacks(obligation::device))
    list.push_back("checks on a device, among them one run of the whole "
                   "program per input family");
  if (lacks(obligation::speed))
    list.push_back("speed: unmeasured");
  if (lacks(obligation::accuracy))
    list.push_back("accuracy");
  if (lacks(obligation::specialValues))
    list.push_back("special values");
  return list;
}

/// The least level among all obligations, and the first that has it.
static llvm::json::Value weakest(ArrayRef<Obligation> obligations) {
  const Obligation *least = nullptr;
  for (const Obligation &given : obligations)
    if (!least || given.level < least->level ||
        (given.level == Level::Checked && least->level == Level::Checked &&
         given.bits < least->bits))
      least = &given;
  if (!least)
    return "nothing was checked";
  return llvm::json::Object{{"level", least->levelText()},
                            {"obligation", least->name},
                            {"subject", least->subject}};
}

llvm::json::Object Certificate::toJSON() const {
  llvm::json::Array links, evidence;
  for (const ChainLink &link : chain)
    links.push_back(llvm::json::Object{
        {"stage", link.stage}, {"hash", link.hash}, {"by", link.by}});
  for (const Obligation &given : obligations)
    evidence.push_back(given.toJSON());
  llvm::json::Object least;
  for (const auto &[name, requirement] : policy.least) {
    Obligation as;
    as.level = requirement.least;
    as.bits = requirement.bits;
    least[name] =
        requirement.least == Level::Tested ? "TESTED" : as.levelText();
  }
  auto copy = [](auto json) { return llvm::json::Value(std::move(json)); };
  return llvm::json::Object{
      {"kopt_cert", version},
      {"verdict", getName(judgement.verdict)},
      {"reasons", stringsToJSON(judgement.reasons)},
      {"policy", llvm::json::Object{{"name", policy.name},
                                    {"hash", policy.hash},
                                    {"least", std::move(least)}}},
      {"nonce", llvm::utohexstr(nonce)},
      {"options", copy(options)},
      {"contract", copy(contract)},
      {"chain", std::move(links)},
      {"scheduled", scheduled},
      {"obligations", std::move(evidence)},
      {"weakest", weakest(obligations)},
      {"kernels", copy(kernels)},
      {"assumptions", stringsToJSON(assumptions)},
      {"not_covered", stringsToJSON(notCovered(*this))},
      {"notes", copy(notes)},
      {"replay", "kernel-opt-verify --replay CERTIFICATE INPUT [OUTPUT]"}};
}

llvm::json::Object verify::withoutTimes(llvm::json::Object record) {
  record.erase("seconds");
  return record;
}

std::string verify::digestOf(const llvm::json::Object &certificate) {
  llvm::json::Object copy = certificate;
  copy.erase("digest");
  copy.erase("notes");
  // Members are printed in the order of their names.
  return hashText(
      llvm::formatv("{0}", llvm::json::Value(std::move(copy))).str());
}

llvm::json::Object verify::withDigest(llvm::json::Object certificate) {
  certificate["digest"] = digestOf(certificate);
  return certificate;
}

llvm::Expected<llvm::json::Object> verify::readCertificate(StringRef path) {
  auto file = llvm::MemoryBuffer::getFile(path, /*IsText=*/true);
  if (!file)
    return llvm::createStringError("cannot read '" + path +
                                   "': " + file.getError().message());
  auto json = parseJSON((*file)->getBuffer());
  if (!json)
    return llvm::createStringError(
        "'" + path + "' is not JSON: " + llvm::toString(json.takeError()));
  llvm::json::Object *object = json->getAsObject();
  std::optional<int64_t> version =
      object ? object->getInteger("kopt_cert") : std::nullopt;
  if (!version)
    return llvm::createStringError("'" + path +
                                   "' is no certificate: lacks 'kopt_cert'");
  if (*version != Certificate::version)
    return llvm::createStringError(
        "'" + path + "': kopt_cert: expected version " +
        Twine(Certificate::version) + ", found " + Twine(*version));
  std::string digest = digestOf(*object);
  std::optional<StringRef> written = object->getString("digest");
  if (!written || *written != digest)
    return llvm::createStringError(
        "'" + path + "': digest: the certificate says " +
        (written ? written->str() : "nothing") + ", its text has " + digest +
        ": it was changed after it was made");
  return std::move(*object);
}

//===----------------------------------------------------------------------===//
// Differences
//===----------------------------------------------------------------------===//

static std::string shorten(const llvm::json::Value &value) {
  std::string text = llvm::formatv("{0}", value).str();
  if (text.size() > 100)
    text = text.substr(0, 97) + "...";
  return text;
}

static void compare(const std::string &place, const llvm::json::Value *recorded,
                    const llvm::json::Value *found,
                    SmallVectorImpl<std::string> &differences) {
  if (recorded && found && *recorded == *found)
    return;
  if (!recorded || !found) {
    differences.push_back(
        place + (recorded ? ": the replay finds nothing of the kind"
                          : ": missing; the replay finds " + shorten(*found)));
    return;
  }
  const llvm::json::Object *a = recorded->getAsObject(),
                           *b = found->getAsObject();
  if (a && b) {
    std::map<StringRef, bool> keys;
    for (const auto *object : {a, b})
      for (const auto &[key, value] : *object)
        keys[StringRef(key)] = true;
    for (const auto &[key, ignored] : keys)
      compare(place.empty() ? key.str() : place + "." + key.str(), a->get(key),
              b->get(key), differences);
    return;
  }
  const llvm::json::Array *x = recorded->getAsArray(), *y = found->getAsArray();
  if (x && y) {
    for (size_t i = 0; i < std::max(x->size(), y->size()); ++i)
      compare(place + "[" + std::to_string(i) + "]",
              i < x->size() ? &(*x)[i] : nullptr,
              i < y->size() ? &(*y)[i] : nullptr, differences);
    return;
  }
  differences.push_back(place + ": the certificate says " + shorten(*recorded) +
                        ", the replay finds " + shorten(*found));
}

SmallVector<std::string>
verify::differences(const llvm::json::Object &certificate,
                    const llvm::json::Object &replayed) {
  llvm::json::Object a = certificate, b = replayed;
  for (llvm::json::Object *object : {&a, &b}) {
    object->erase("notes");
    object->erase("digest");
  }
  SmallVector<std::string> result;
  llvm::json::Value recorded(std::move(a)), found(std::move(b));
  compare("", &recorded, &found, result);
  return result;
}
