//===- FuzzFiles.cpp - Any bytes as a file that is opened -------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Targets.h"
#ifdef KERNELOPT_HAVE_SQLITE
#include "kernel-opt/Archive/Archive.h"
#endif
#include "kernel-opt/Proposal/Proposer.h"
#include "kernel-opt/Runtime/HostArray.h"
#include "kernel-opt/Runtime/LaunchPlan.h"
#include "kernel-opt/Support/Nesting.h"
#include "kernel-opt/Verify/Certificate.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

using namespace kernel_opt;

void fuzz::readPlan(StringRef input) {
  auto json = parseJSON(input);
  if (!json)
    return llvm::consumeError(json.takeError());
  // No folder: a plan from elsewhere may name files that are not there.
  auto plan = runtime::LaunchPlan::fromJSON(*json, "/nonexistent");
  if (!plan)
    return llvm::consumeError(plan.takeError());
  // What is written must be readable, and do the same.
  auto again = runtime::LaunchPlan::fromJSON(plan->toJSON(), "/nonexistent");
  if (!again)
    defect("a plan that was written cannot be read: " +
           llvm::toString(again.takeError()));
  if (again->digest() != plan->digest())
    defect("a plan that was written does something else");
}

void fuzz::readTranscripts(StringRef input) {
  std::string path = inputFile(input);
  auto records = proposal::readTranscript(path);
  bool good = bool(records);
  llvm::consumeError(records.takeError());
  auto replay = proposal::ReplayProposer::load(path);
  if (bool(replay) != good)
    defect("a transcript is read in two ways");
  if (replay)
    (void)isGood((*replay)->propose("prompt", 1));
  else
    llvm::consumeError(replay.takeError());
  // A writer that takes the file must leave one that can be read, and that
  // ends with what was appended.
  auto writer = proposal::TranscriptWriter::open(path);
  if (!writer)
    return llvm::consumeError(writer.takeError());
  proposal::WireRecord record;
  record.prompt = "prompt";
  record.promptHash =
      "sha256:0000000000000000000000000000000000000000000000000000000000000000";
  if (!isGood((*writer)->append(proposal::finishRecord(std::move(record)))))
    defect("a transcript that was opened takes no record");
}

void fuzz::readPolicy(StringRef input) {
  auto policy = verify::Policy::parse(input);
  if (!policy)
    return llvm::consumeError(policy.takeError());
  (void)policy->isWeakerThan(*policy);
  (void)verify::judge(*policy, {}, {});
}

void fuzz::readCertificates(StringRef input) {
  (void)isGood(verify::readCertificate(inputFile(input)));
  // Behind the digest, which no change of a certificate gets past.
  auto json = parseJSON(input);
  if (!json)
    return llvm::consumeError(json.takeError());
  llvm::json::Object *object = json->getAsObject();
  if (!object)
    return;
  llvm::json::Object sealed = verify::withDigest(*object);
  std::string text =
      llvm::formatv("{0}", llvm::json::Value(llvm::json::Object(sealed)));
  auto read = verify::readCertificate(inputFile(text));
  if (!read)
    return llvm::consumeError(read.takeError());
  if (!verify::differences(*read, sealed).empty())
    defect("a certificate that was written is not the same");
  llvm::json::Object other;
  (void)verify::differences(*read, other);
}

#ifdef KERNELOPT_HAVE_SQLITE
/// Asks an archive all that can be asked.
static void ask(const archive::Archive &archive) {
  (void)fuzz::isGood(archive.check());
  (void)fuzz::isGood(archive.runs());
  (void)fuzz::isGood(archive.wires("run"));
  (void)fuzz::isGood(archive.answers("prompt"));
  std::string text;
  llvm::raw_string_ostream os(text);
  (void)fuzz::isGood(archive.exportJSONL(os));
  auto kernels = archive.kernels();
  if (!kernels)
    return llvm::consumeError(kernels.takeError());
  for (const archive::Kernel &kernel : *kernels) {
    archive::BestQuery query;
    query.kernel = kernel.id;
    query.device = "modelled";
    (void)fuzz::isGood(archive.best(query));
    (void)fuzz::isGood(archive.history(kernel.id));
    (void)fuzz::isGood(archive.withFinalHash(kernel.id, "hash"));
  }
}

void fuzz::readArchive(StringRef input) {
  // Records as text go into an archive that is thrown away; a database is
  // opened where it is, as a shipped one.
  archive::ArchiveOptions options;
  if (input.starts_with("SQLite format 3")) {
    options.path = "/nonexistent";
    options.shipped = {inputFile(input)};
    options.writable = false;
  } else {
    options.path = inputFile("");
  }
  auto archive = archive::Archive::open(options);
  if (!archive)
    return llvm::consumeError(archive.takeError());
  if (options.writable)
    (void)isGood(archive->importJSONL(input, "input"));
  ask(*archive);
}
#endif

void fuzz::readArray(StringRef input) {
  auto array = runtime::readNpy(inputFile(input));
  if (!array)
    return llvm::consumeError(array.takeError());
  for (runtime::ElementType type :
       {runtime::ElementType::F64, runtime::ElementType::BF16,
        runtime::ElementType::I8, runtime::ElementType::I1})
    (void)runtime::convert(*array, type);
  std::string path = inputFile("");
  if (!isGood(runtime::writeNpy(path, *array)))
    defect("an array cannot be written");
  auto again = runtime::readNpy(path);
  if (!again)
    defect("an array that was written cannot be read: " +
           llvm::toString(again.takeError()));
  if (again->data != array->data || again->shape != array->shape)
    defect("an array that was written is not the same");
}
