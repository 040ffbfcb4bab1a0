//===- Transcript.cpp - What proposers were asked and said ------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Proposal/Transcript.h"
#include "kernel-opt/Support/Hash.h"
#include "kernel-opt/Support/JSONReader.h"
#include "kernel-opt/Support/Nesting.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MemoryBuffer.h"
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

using namespace kernel_opt;
using namespace kernel_opt::proposal;

static constexpr StringLiteral headerKey = "kernel-opt-transcript";
static constexpr int64_t formatVersion = 1;

static std::string idOf(const WireRecord &record) {
  llvm::json::Object object = toJSON(record);
  object.erase("id");
  return hashText(
      llvm::formatv("{0}", llvm::json::Value(std::move(object))).str());
}

WireRecord proposal::finishRecord(WireRecord record) {
  for (std::string *text :
       {&record.program, &record.prompt, &record.response, &record.error})
    *text = llvm::json::fixUTF8(*text);
  record.id = idOf(record);
  return record;
}

llvm::json::Object proposal::toJSON(const WireRecord &record) {
  return llvm::json::Object{
      {"id", record.id},
      {"proposer", record.proposer},
      {"program", record.program},
      {"prompt_hash", record.promptHash},
      {"prompt", record.prompt},
      {"seed", record.seed},
      {"response", record.response},
      {"error", record.error},
      {"seconds", record.seconds},
  };
}

static llvm::Error fileError(StringRef what, StringRef path, int number) {
  return llvm::createStringError("cannot " + what + " transcript '" + path +
                                 "': " + std::strerror(number));
}

static llvm::Error checkHeader(StringRef line, StringRef path) {
  llvm::Expected<llvm::json::Value> value = parseJSON(line);
  const llvm::json::Object *object = value ? value->getAsObject() : nullptr;
  std::optional<int64_t> version =
      object ? object->getInteger(headerKey) : std::nullopt;
  if (!value)
    llvm::consumeError(value.takeError());
  if (!version)
    return llvm::createStringError("'" + path +
                                   "' is not a transcript: its first line "
                                   "lacks \"" +
                                   headerKey + "\"");
  if (*version < 1 || *version > formatVersion)
    return llvm::createStringError(
        "transcript '" + path + "' has version " + Twine(*version) +
        " of the format; this program reads version " + Twine(formatVersion));
  return llvm::Error::success();
}

static llvm::Expected<WireRecord> parseRecord(StringRef line,
                                              const Twine &where) {
  llvm::Expected<llvm::json::Value> value = parseJSON(line);
  if (!value)
    return llvm::createStringError(where + ": " +
                                   llvm::toString(value.takeError()));
  JSONErrors errors;
  JSONReader reader(&*value, "", errors);
  WireRecord record;
  record.id = reader.string("id");
  record.proposer = reader.string("proposer");
  record.program = reader.string("program");
  record.promptHash = reader.string("prompt_hash");
  record.prompt = reader.string("prompt");
  if (const llvm::json::Value *seed = reader.value("seed")) {
    if (std::optional<uint64_t> number = seed->getAsUINT64())
      record.seed = *number;
    else
      reader.fail("seed", "expected an integer from 0 to 2^64 - 1");
  }
  record.response = reader.string("response");
  record.error = reader.string("error");
  record.seconds = reader.number("seconds");
  reader.finish();
  if (errors.any())
    return errors.take(where);
  if (record.promptHash != hashText(record.prompt))
    return llvm::createStringError(
        where + ": the hash of the prompt is not that of the prompt; the file "
                "was altered");
  if (record.id != idOf(record))
    return llvm::createStringError(
        where + ": the id is not the hash of the record; the file was altered");
  return record;
}

//===----------------------------------------------------------------------===//
// Files
//===----------------------------------------------------------------------===//

llvm::Expected<std::unique_ptr<TranscriptWriter>>
TranscriptWriter::open(StringRef path) {
  std::string name = path.str();
  int file =
      ::open(name.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (file < 0)
    return fileError("write", path, errno);
  std::unique_ptr<TranscriptWriter> writer(new TranscriptWriter(name, file));
  // Read again rather than through `file`, so that a pipe is refused here.
  auto contents = llvm::MemoryBuffer::getFile(path);
  if (!contents)
    return fileError("read", path, contents.getError().value());
  StringRef text = (*contents)->getBuffer();
  size_t complete = text.rfind('\n') + 1; // 0 if there is none
  if (complete == 0 && !text.empty() &&
      !StringRef(headerLine()).starts_with(text))
    // A header that somebody else wrote, without its end, is written again.
    if (llvm::Error e = checkHeader(text, path))
      return std::move(e);
  if (complete != 0)
    if (llvm::Error e = checkHeader(text.split('\n').first, path))
      return std::move(e);
  if (complete != text.size() && ::ftruncate(file, off_t(complete)) != 0)
    return fileError("repair", path, errno);
  if (complete == 0)
    if (llvm::Error e = writer->writeLine(headerLine()))
      return std::move(e);
  return std::move(writer);
}

TranscriptWriter::~TranscriptWriter() { ::close(file); }

std::string TranscriptWriter::headerLine() {
  return llvm::formatv("{{\"{0}\": {1}}\n", headerKey, formatVersion);
}

llvm::Error TranscriptWriter::writeLine(StringRef line) {
  ssize_t count;
  do
    count = ::write(file, line.data(), line.size());
  while (count < 0 && errno == EINTR);
  if (count == ssize_t(line.size()))
    return llvm::Error::success();
  // What was written in part must not spoil the next line.
  int number = count < 0 ? errno : ENOSPC;
  off_t end = ::lseek(file, 0, SEEK_END);
  if (count > 0 && end >= count && ::ftruncate(file, end - count) != 0)
    number = errno;
  return fileError("write", path, number);
}

llvm::Error TranscriptWriter::append(const WireRecord &record) {
  std::string line = llvm::formatv("{0}\n", llvm::json::Value(toJSON(record)));
  return writeLine(line);
}

llvm::Expected<std::vector<WireRecord>>
proposal::readTranscript(StringRef path) {
  auto contents = llvm::MemoryBuffer::getFile(path);
  if (!contents)
    return fileError("read", path, contents.getError().value());
  StringRef text = (*contents)->getBuffer();
  std::vector<WireRecord> records;
  for (size_t number = 1; !text.empty() || number == 1; ++number) {
    size_t end = text.find('\n');
    if (end == StringRef::npos && number > 1)
      break; // A kill came between.
    StringRef line = text.take_front(end);
    text = text.drop_front(std::min(line.size() + 1, text.size()));
    if (number == 1) {
      if (llvm::Error e = checkHeader(line, path))
        return std::move(e);
      continue;
    }
    llvm::Expected<WireRecord> record =
        parseRecord(line, path + ":" + Twine(number));
    if (!record)
      return record.takeError();
    records.push_back(std::move(*record));
  }
  return records;
}
