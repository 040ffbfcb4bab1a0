//===- JSONReader.h - Strict reading of JSON objects ------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Files that people and programs write by hand are read strictly: a missing,
// misspelt or ill-typed member is an error that names the place
// ("launches[2].grid"). The first error is kept, reading goes on with zeros.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_SUPPORT_JSONREADER_H
#define KERNEL_OPT_SUPPORT_JSONREADER_H

#include "kernel-opt/Support/LLVM.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/JSON.h"
#include <optional>
#include <string>
#include <vector>

namespace kernel_opt {

/// The first error of a whole document.
class JSONErrors {
public:
  void add(const Twine &where, const Twine &what) {
    if (first.empty())
      first = (where.str().empty() ? what : where + ": " + what).str();
  }
  bool any() const { return !first.empty(); }
  /// The error, with `document` before it.
  llvm::Error take(const Twine &document) const {
    if (first.empty())
      return llvm::Error::success();
    return llvm::createStringError(document + ": " + first);
  }

private:
  std::string first;
};

/// One object of a document. `finish` must be called when all members that may
/// be there have been asked for.
class JSONReader {
public:
  JSONReader(const llvm::json::Value *value, std::string where,
             JSONErrors &errors)
      : where(std::move(where)), errors(errors),
        object(value ? value->getAsObject() : nullptr) {
    if (!object)
      fail("expected an object");
  }

  bool has(StringRef key) const { return object && object->get(key); }
  void fail(const Twine &what) { errors.add(where, what); }
  void fail(StringRef key, const Twine &what) { errors.add(place(key), what); }
  std::string place(StringRef key) const {
    return where.empty() ? key.str() : (where + "." + key).str();
  }
  JSONErrors &allErrors() { return errors; }

  const llvm::json::Value *value(StringRef key, bool required = true) {
    known.push_back(key);
    const llvm::json::Value *v = object ? object->get(key) : nullptr;
    if (!v && required && object)
      fail("lacks '" + key + "'");
    return v;
  }
  std::string string(StringRef key, std::optional<StringRef> otherwise = {}) {
    const llvm::json::Value *v = value(key, !otherwise);
    if (!v)
      return otherwise.value_or("").str();
    if (auto s = v->getAsString())
      return s->str();
    fail(key, "expected a string");
    return {};
  }
  int64_t integer(StringRef key, int64_t least, int64_t most,
                  std::optional<int64_t> otherwise = {}) {
    const llvm::json::Value *v = value(key, !otherwise);
    return v ? toInteger(*v, place(key), least, most) : otherwise.value_or(0);
  }
  double number(StringRef key, std::optional<double> otherwise = {}) {
    const llvm::json::Value *v = value(key, !otherwise);
    if (!v)
      return otherwise.value_or(0);
    if (auto n = v->getAsNumber())
      return *n;
    fail(key, "expected a number");
    return 0;
  }
  bool boolean(StringRef key, bool otherwise) {
    const llvm::json::Value *v = value(key, /*required=*/false);
    if (!v)
      return otherwise;
    if (auto b = v->getAsBoolean())
      return *b;
    fail(key, "expected true or false");
    return otherwise;
  }
  SmallVector<int64_t> integers(StringRef key, int64_t least, int64_t most,
                                bool required = true) {
    SmallVector<int64_t> result;
    each(key, required, [&](const llvm::json::Value &v, const std::string &at) {
      result.push_back(toInteger(v, at, least, most));
    });
    return result;
  }
  std::vector<std::string> strings(StringRef key, bool required = true) {
    std::vector<std::string> result;
    each(key, required, [&](const llvm::json::Value &v, const std::string &at) {
      if (auto s = v.getAsString())
        result.push_back(s->str());
      else
        errors.add(at, "expected a string");
    });
    return result;
  }
  /// Calls `body` with each element of an array and its place.
  void each(
      StringRef key, bool required,
      function_ref<void(const llvm::json::Value &, const std::string &)> body) {
    const llvm::json::Value *v = value(key, required);
    if (!v)
      return;
    const llvm::json::Array *array = v->getAsArray();
    if (!array)
      return fail(key, "expected an array");
    for (auto [i, element] : llvm::enumerate(*array))
      body(element, place(key) + "[" + std::to_string(i) + "]");
  }
  /// Reports members that nobody asked for.
  void finish() {
    if (!object)
      return;
    for (const auto &[key, ignored] : *object)
      if (!llvm::is_contained(known, StringRef(key)))
        fail("unknown member '" + StringRef(key) + "'");
  }

private:
  int64_t toInteger(const llvm::json::Value &v, const std::string &at,
                    int64_t least, int64_t most) {
    std::optional<int64_t> n = v.getAsInteger();
    if (n && *n >= least && *n <= most)
      return *n;
    errors.add(at, "expected an integer from " + Twine(least) + " to " +
                       Twine(most));
    return least;
  }

  std::string where;
  JSONErrors &errors;
  const llvm::json::Object *object;
  SmallVector<StringRef> known;
};

} // namespace kernel_opt

#endif // KERNEL_OPT_SUPPORT_JSONREADER_H
