//===- Archive.cpp - What was tried, in an append-only database -*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Archive/Archive.h"
#include "Database.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include <chrono>
#include <cstdlib>

using namespace kernel_opt;
using namespace kernel_opt::archive;

llvm::Expected<std::string> archive::defaultPath() {
  SmallString<128> path;
  // The XDG rules: a path that is not absolute is to be ignored.
  const char *cache = std::getenv("XDG_CACHE_HOME");
  if (cache && llvm::sys::path::is_absolute(cache))
    path = cache;
  else if (llvm::sys::path::home_directory(path))
    llvm::sys::path::append(path, ".cache");
  else
    return llvm::createStringError(
        "there is no home folder for the archive; set XDG_CACHE_HOME or name "
        "a file");
  llvm::sys::path::append(path, "kernel-opt", "archive.sqlite");
  return path.str().str();
}

Archive::Archive() = default;
Archive::Archive(Archive &&) noexcept = default;
Archive &Archive::operator=(Archive &&) noexcept = default;
Archive::~Archive() = default;

llvm::Expected<Archive> Archive::open(const ArchiveOptions &options) {
  Archive archive;
  archive.path = options.path;
  if (archive.path.empty()) {
    llvm::Expected<std::string> path = defaultPath();
    if (!path)
      return path.takeError();
    archive.path = std::move(*path);
  }
  auto add =
      [&](llvm::Expected<std::unique_ptr<Database>> database) -> llvm::Error {
    if (!database)
      return database.takeError();
    archive.layers.push_back(std::move(*database));
    return llvm::Error::success();
  };
  archive.writable = options.writable;
  // Nothing of the user's is there before the first run that writes.
  if (options.writable || llvm::sys::fs::exists(archive.path))
    if (llvm::Error e = add(
            options.writable
                ? Database::openForWriting(archive.path, options.maximumBytes)
                : Database::openForReading(archive.path,
                                           /*isShipped=*/false)))
      return std::move(e);
  for (const std::string &file : options.shipped)
    if (llvm::Error e = add(Database::openForReading(file, /*isShipped=*/true)))
      return std::move(e);
  return std::move(archive);
}

//===----------------------------------------------------------------------===//
// Appending
//===----------------------------------------------------------------------===//

static int64_t now() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch())
      .count();
}

namespace {
/// Numbers as JSON gives them back, so that an id survives the exchange: there
/// is no negative zero among its integers.
struct Normalizer {
  llvm::Error &error;
  template <typename T>
  void operator()(StringRef, T &) {}
  void operator()(StringRef, std::vector<double> &member) {
    for (double &number : member)
      number += 0.0;
  }
  void operator()(StringRef, llvm::json::Value &member) {
    llvm::Expected<llvm::json::Value> again =
        llvm::json::parse(printJSON(member));
    if (again)
      member = std::move(*again);
    else
      error = llvm::joinErrors(std::move(error), again.takeError());
  }
};
} // namespace

/// Makes a record ready to be inserted.
template <typename Record>
static llvm::Error finish(Record &record) {
  if (llvm::Error e = validate(record))
    return e;
  llvm::Error error = llvm::Error::success();
  visitContents(record, Normalizer{error});
  if (error)
    return error;
  record.id = contentId(record);
  if (record.recorded == 0)
    record.recorded = now();
  return llvm::Error::success();
}

llvm::Error Archive::requireWritable() const {
  if (writable)
    return llvm::Error::success();
  return llvm::createStringError("archive '" + path +
                                 "' was opened for reading only");
}

template <typename Record>
llvm::Expected<std::string> Archive::appendOne(Record record) {
  if (llvm::Error e = requireWritable())
    return std::move(e);
  if (llvm::Error e = finish(record))
    return std::move(e);
  // A single statement is a transaction of its own.
  llvm::Expected<bool> added = layers.front()->insert(record);
  if (!added)
    return added.takeError();
  return record.id;
}

llvm::Expected<std::string> Archive::append(Kernel kernel) {
  return appendOne(std::move(kernel));
}
llvm::Expected<std::string> Archive::append(Run run) {
  if (run.started == 0)
    run.started = now();
  return appendOne(std::move(run));
}
llvm::Expected<std::string> Archive::append(Wire wire) {
  if (wire.taken == 0)
    wire.taken = now();
  return appendOne(std::move(wire));
}

/// Whether any file holds the record of this id.
template <typename Record>
static llvm::Expected<std::optional<Record>>
find(ArrayRef<std::unique_ptr<Database>> layers, StringRef id) {
  std::optional<Record> found;
  for (const std::unique_ptr<Database> &layer : layers) {
    llvm::Error e = layer->select<Record>("id", id, [&](Record record) {
      found = std::move(record);
      return llvm::Error::success();
    });
    if (e)
      return std::move(e);
    if (found)
      break;
  }
  return found;
}

template <typename Record>
llvm::Error Archive::requireKnown(StringRef id, StringRef what) const {
  llvm::Expected<std::optional<Record>> found = find<Record>(layers, id);
  if (!found)
    return found.takeError();
  if (*found)
    return llvm::Error::success();
  return llvm::createStringError("archive '" + path + "' holds no " + what +
                                 " '" + id + "'; append it first");
}

llvm::Expected<std::string> Archive::append(Finding finding) {
  if (llvm::Error e = requireWritable())
    return std::move(e);
  Candidate &candidate = finding.candidate;
  if (llvm::Error e = requireKnown<Kernel>(candidate.kernel, "kernel"))
    return std::move(e);
  for (const std::string &parent : candidate.parents)
    if (llvm::Error e = requireKnown<Candidate>(parent, "candidate"))
      return std::move(e);
  if (llvm::Error e = finish(candidate))
    return std::move(e);
  Database &database = *layers.front();
  auto insertAll = [&](auto &records) -> llvm::Error {
    for (auto &record : records) {
      record.candidate = candidate.id;
      if (llvm::Error e = finish(record))
        return e;
      llvm::Expected<bool> added = database.insert(record);
      if (!added)
        return added.takeError();
    }
    return llvm::Error::success();
  };
  for (Timing &timing : finding.timings)
    if (timing.taken == 0)
      timing.taken = now();
  llvm::Error error = database.transact([&]() -> llvm::Error {
    // A file is complete by itself: the kernel may lie in a shipped one.
    llvm::Expected<std::optional<Kernel>> kernel =
        find<Kernel>(layers, candidate.kernel);
    if (!kernel)
      return kernel.takeError();
    llvm::Expected<bool> added = database.insert(**kernel);
    if (!added)
      return added.takeError();
    added = database.insert(candidate);
    if (!added)
      return added.takeError();
    if (llvm::Error e = insertAll(finding.verdicts))
      return e;
    if (llvm::Error e = insertAll(finding.timings))
      return e;
    return insertAll(finding.artifacts);
  });
  if (error)
    return std::move(error);
  return candidate.id;
}

template <typename Record>
llvm::Expected<std::string> Archive::appendToCandidate(Record record) {
  if (llvm::Error e = requireKnown<Candidate>(record.candidate, "candidate"))
    return std::move(e);
  return appendOne(std::move(record));
}
llvm::Expected<std::string> Archive::append(Verdict verdict) {
  return appendToCandidate(std::move(verdict));
}
llvm::Expected<std::string> Archive::append(Timing timing) {
  if (timing.taken == 0)
    timing.taken = now();
  return appendToCandidate(std::move(timing));
}
llvm::Expected<std::string> Archive::append(Artifact artifact) {
  return appendToCandidate(std::move(artifact));
}
