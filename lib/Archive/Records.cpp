//===- Records.cpp - What the archive holds ---------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Fields.h"
#include "kernel-opt/Support/Hash.h"
#include "kernel-opt/Support/JSONReader.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>

using namespace kernel_opt;
using namespace kernel_opt::archive;

namespace {
struct Writer {
  llvm::json::Object &object;
  template <typename T>
  void operator()(StringRef name, const T &member) {
    object[name] = member;
  }
  void operator()(StringRef name, const std::vector<std::string> &member) {
    object[name] = llvm::json::Array(member);
  }
  void operator()(StringRef name, const std::vector<double> &member) {
    object[name] = llvm::json::Array(member);
  }
};

struct Reader {
  JSONReader &reader;
  void operator()(StringRef name, std::string &member) {
    member = reader.string(name);
  }
  void operator()(StringRef name, int64_t &member) {
    member = reader.integer(name, INT64_MIN, INT64_MAX);
  }
  void operator()(StringRef name, uint64_t &member) {
    const llvm::json::Value *value = reader.value(name);
    std::optional<uint64_t> number = value ? value->getAsUINT64() : 0;
    if (!number)
      reader.fail(name, "expected an integer from 0 to 2^64 - 1");
    member = number.value_or(0);
  }
  void operator()(StringRef name, llvm::json::Value &member) {
    if (const llvm::json::Value *value = reader.value(name))
      member = *value;
  }
  void operator()(StringRef name, std::vector<std::string> &member) {
    member = reader.strings(name);
  }
  void operator()(StringRef name, std::vector<double> &member) {
    reader.each(name, /*required=*/true,
                [&](const llvm::json::Value &value, const std::string &at) {
                  if (auto number = value.getAsNumber())
                    member.push_back(*number);
                  else
                    reader.allErrors().add(at, "expected a number");
                });
  }
};

/// Finds what JSON could not give back as it was.
struct Validator {
  std::string problem;
  void add(StringRef name, StringRef what) {
    if (problem.empty())
      problem = (name + ": " + what).str();
  }
  void operator()(StringRef name, const std::string &member) {
    if (!llvm::json::isUTF8(member) || member.find('\0') != member.npos)
      add(name, "expected UTF-8 text");
  }
  void operator()(StringRef name, const std::vector<std::string> &member) {
    for (const std::string &text : member)
      (*this)(name, text);
  }
  void operator()(StringRef name, const std::vector<double> &member) {
    for (double number : member)
      if (!std::isfinite(number))
        add(name, "expected finite numbers");
  }
  void operator()(StringRef, int64_t) {}
  void operator()(StringRef, uint64_t) {}
  void operator()(StringRef name, const llvm::json::Value &member) {
    switch (member.kind()) {
    case llvm::json::Value::Number:
      if (auto number = member.getAsNumber(); number && !std::isfinite(*number))
        add(name, "expected finite numbers");
      break;
    case llvm::json::Value::String:
      (*this)(name, member.getAsString()->str());
      break;
    case llvm::json::Value::Array:
      for (const llvm::json::Value &element : *member.getAsArray())
        (*this)(name, element);
      break;
    case llvm::json::Value::Object:
      for (const auto &[key, value] : *member.getAsObject()) {
        (*this)(name, StringRef(key).str());
        (*this)(name, value);
      }
      break;
    case llvm::json::Value::Null:
    case llvm::json::Value::Boolean:
      break;
    }
  }
};
} // namespace

static void require(Validator &v, StringRef name, StringRef value,
                    ArrayRef<StringRef> allowed) {
  if (!llvm::is_contained(allowed, value))
    v.add(name, ("expected '" + llvm::join(allowed, "' or '") + "', found '" +
                 value + "'")
                    .str());
}
template <typename Record>
static void checkWords(Validator &, const Record &) {}
static void checkWords(Validator &v, const Verdict &r) {
  require(v, "verdict", r.verdict, {"verified", "refuted", "unproven"});
}
static void checkWords(Validator &v, const Timing &r) {
  require(v, "purpose", r.purpose, {"select", "report"});
  require(v, "origin", r.origin, {"measured", "modelled"});
  if (r.samples.empty())
    v.add("samples", "expected at least one");
}

// The visitors take records that may change, for the sake of the readers.
template <typename Record>
static Record &unlocked(const Record &record) {
  return const_cast<Record &>(record);
}

template <typename Record>
std::string archive::contentId(const Record &record) {
  llvm::json::Object object;
  visitContents(unlocked(record), Writer{object});
  object["table"] = TableOf<Record>::name;
  return hashText(
      llvm::formatv("{0}", llvm::json::Value(std::move(object))).str());
}

template <typename Record>
llvm::Error archive::validate(const Record &record) {
  Validator validator;
  visitContents(unlocked(record), validator);
  checkWords(validator, record);
  if (validator.problem.empty())
    return llvm::Error::success();
  return llvm::createStringError("record of '" + TableOf<Record>::name +
                                 "' is ill-formed: " + validator.problem);
}

template <typename Record>
llvm::json::Object archive::toJSON(const Record &record) {
  llvm::json::Object object;
  visitAll(unlocked(record), Writer{object});
  object["table"] = TableOf<Record>::name;
  return object;
}

template <typename Record>
llvm::Expected<Record> archive::fromJSON(const llvm::json::Value &value,
                                         const Twine &where) {
  JSONErrors errors;
  JSONReader reader(&value, "", errors);
  Record record;
  reader.string("table");
  visitAll(record, Reader{reader});
  reader.finish();
  if (errors.any())
    return errors.take(where);
  if (llvm::Error e = validate(record))
    return llvm::createStringError(where + ": " + llvm::toString(std::move(e)));
  if (record.id != contentId(record))
    return llvm::createStringError(
        where + ": the id is not the hash of the record; it was altered");
  return record;
}

std::string archive::idOf(const Kernel &kernel) { return contentId(kernel); }
std::string archive::idOf(const Candidate &candidate) {
  return contentId(candidate);
}

#define KERNELOPT_INSTANTIATE(Record)                                          \
  template std::string archive::contentId(const Record &);                     \
  template llvm::Error archive::validate(const Record &);                      \
  template llvm::json::Object archive::toJSON(const Record &);                 \
  template llvm::Expected<Record> archive::fromJSON<Record>(                   \
      const llvm::json::Value &, const Twine &)
KERNELOPT_INSTANTIATE(Kernel);
KERNELOPT_INSTANTIATE(Candidate);
KERNELOPT_INSTANTIATE(Verdict);
KERNELOPT_INSTANTIATE(Timing);
KERNELOPT_INSTANTIATE(Artifact);
KERNELOPT_INSTANTIATE(Wire);
KERNELOPT_INSTANTIATE(Run);
#undef KERNELOPT_INSTANTIATE
