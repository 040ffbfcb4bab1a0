//===- Exchange.cpp - Archives as text, and merging them --------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Database.h"
#include "kernel-opt/Archive/Archive.h"
#include "kernel-opt/Support/Nesting.h"
#include "llvm/ADT/StringSet.h"

using namespace kernel_opt;
using namespace kernel_opt::archive;

static constexpr StringLiteral headerKey = "kernel-opt-archive";

llvm::Error Archive::exportJSONL(raw_ostream &os) const {
  os << printJSON(llvm::json::Object{{headerKey, formatVersion}}) << '\n';
  llvm::Error error = llvm::Error::success();
  forEachTable([&](auto empty) {
    using Record = decltype(empty);
    llvm::StringSet<> seen;
    for (const std::unique_ptr<Database> &layer : layers) {
      if (error)
        return;
      error = layer->select<Record>("", "", [&](Record record) {
        if (seen.insert(record.id).second)
          os << printJSON(toJSON(record)) << '\n';
        return llvm::Error::success();
      });
    }
  });
  return error;
}

static llvm::Error checkHeader(StringRef line, StringRef name) {
  llvm::Expected<llvm::json::Value> value = parseJSON(line);
  const llvm::json::Object *object = value ? value->getAsObject() : nullptr;
  std::optional<int64_t> version =
      object ? object->getInteger(headerKey) : std::nullopt;
  if (!value)
    llvm::consumeError(value.takeError());
  if (!version)
    return llvm::createStringError(
        "'" + name + "' is not an exported archive: its first line lacks \"" +
        headerKey + "\"");
  if (*version < 1 || *version > formatVersion)
    return llvm::createStringError(
        "'" + name + "' has version " + Twine(*version) +
        " of the archive's format, this program knows versions up to " +
        Twine(formatVersion) + "; use a newer one");
  return llvm::Error::success();
}

static llvm::Error importLine(Database &database, StringRef line,
                              const Twine &where, ImportCounts &counts) {
  llvm::Expected<llvm::json::Value> value = parseJSON(line);
  if (!value)
    return llvm::createStringError(where + ": " +
                                   llvm::toString(value.takeError()));
  const llvm::json::Object *object = value->getAsObject();
  StringRef table = object ? object->getString("table").value_or("") : "";
  bool isKnown = false;
  llvm::Error error = llvm::Error::success();
  forEachTable([&](auto empty) {
    using Record = decltype(empty);
    if (error || table != TableOf<Record>::name)
      return;
    isKnown = true;
    llvm::Expected<Record> record = fromJSON<Record>(*value, where);
    if (!record) {
      error = record.takeError();
      return;
    }
    llvm::Expected<bool> added = database.insert(*record);
    if (!added)
      error = added.takeError();
    else
      ++(*added ? counts.added : counts.duplicates);
  });
  if (!error && !isKnown)
    return llvm::createStringError(where +
                                   ": expected a record of a table, "
                                   "found '" +
                                   line.take_front(60) + "'");
  return error;
}

llvm::Expected<ImportCounts> Archive::importJSONL(StringRef text,
                                                  StringRef name) {
  if (llvm::Error e = requireWritable())
    return std::move(e);
  auto [header, rest] = text.split('\n');
  if (llvm::Error e = checkHeader(header, name))
    return std::move(e);
  ImportCounts counts;
  Database &database = *layers.front();
  StringRef lines = rest;
  llvm::Error error = database.transact([&]() -> llvm::Error {
    for (size_t number = 2; !lines.empty(); ++number) {
      StringRef line;
      std::tie(line, lines) = lines.split('\n');
      if (line.trim().empty())
        continue;
      if (llvm::Error e =
              importLine(database, line, name + ":" + Twine(number), counts))
        return e;
    }
    return llvm::Error::success();
  });
  if (error)
    return std::move(error);
  return counts;
}

llvm::Expected<ImportCounts> Archive::merge(StringRef otherPath) {
  if (llvm::Error e = requireWritable())
    return std::move(e);
  auto other = Database::openForReading(otherPath, /*isShipped=*/false);
  if (!other)
    return other.takeError();
  ImportCounts counts;
  Database &database = *layers.front();
  llvm::Error error = database.transact([&]() -> llvm::Error {
    llvm::Error failure = llvm::Error::success();
    forEachTable([&](auto empty) {
      using Record = decltype(empty);
      if (failure)
        return;
      failure =
          (*other)->select<Record>("", "", [&](Record record) -> llvm::Error {
            if (record.id != contentId(record))
              return llvm::createStringError(
                  "archive '" + otherPath + "' is damaged: the id of record '" +
                  record.id + "' is not the hash of its contents");
            llvm::Expected<bool> added = database.insert(record);
            if (!added)
              return added.takeError();
            ++(*added ? counts.added : counts.duplicates);
            return llvm::Error::success();
          });
    });
    return failure;
  });
  if (error)
    return std::move(error);
  return counts;
}

llvm::Error Archive::check() const {
  for (const std::unique_ptr<Database> &layer : layers) {
    llvm::Error error = layer->checkPages();
    forEachTable([&](auto empty) {
      using Record = decltype(empty);
      if (error)
        return;
      error = layer->select<Record>("", "", [&](Record record) -> llvm::Error {
        if (record.id == contentId(record))
          return llvm::Error::success();
        return llvm::createStringError("archive '" + layer->getPath() +
                                       "' is damaged: the id of record '" +
                                       record.id +
                                       "' is not the hash of its contents");
      });
    });
    if (error)
      return error;
  }
  return llvm::Error::success();
}
