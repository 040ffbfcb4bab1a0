//===- Database.h - One SQLite file of the archive --------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_ARCHIVE_DATABASE_H
#define KERNEL_OPT_LIB_ARCHIVE_DATABASE_H

#include "Fields.h"
#include "kernel-opt/Archive/Archive.h"
#include "kernel-opt/Support/Nesting.h"
#include <sqlite3.h>

namespace kernel_opt::archive {

/// A prepared statement. Binding and stepping errors are kept until `step`.
class Statement {
public:
  Statement() = default;
  Statement(Statement &&other) noexcept
      : handle(std::exchange(other.handle, nullptr)) {}
  ~Statement() { sqlite3_finalize(handle); }

  void bind(int at, StringRef text) {
    sqlite3_bind_text64(handle, at, text.data() ? text.data() : "", text.size(),
                        SQLITE_TRANSIENT, SQLITE_UTF8);
  }
  void bind(int at, int64_t number) { sqlite3_bind_int64(handle, at, number); }
  std::string text(int column) const {
    const unsigned char *data = sqlite3_column_text(handle, column);
    size_t size = size_t(sqlite3_column_bytes(handle, column));
    return data ? std::string(reinterpret_cast<const char *>(data), size) : "";
  }
  int64_t integer(int column) const {
    return sqlite3_column_int64(handle, column);
  }
  sqlite3_stmt *handle = nullptr;
};

/// Keeps the right to write a file for as long as it lives.
class WriterLock {
public:
  static llvm::Expected<std::unique_ptr<WriterLock>> take(StringRef path);
  ~WriterLock();

private:
  explicit WriterLock(int file) : file(file) {}
  int file;
};

class Database {
public:
  /// Takes the lock, creates what is missing.
  static llvm::Expected<std::unique_ptr<Database>>
  openForWriting(StringRef path, uint64_t maximumBytes);
  /// A file that `isShipped` is not being written by anyone.
  static llvm::Expected<std::unique_ptr<Database>>
  openForReading(StringRef path, bool isShipped);
  ~Database();

  StringRef getPath() const { return path; }
  llvm::Error execute(const Twine &sql);
  llvm::Expected<Statement> prepare(const Twine &sql) const;
  /// True for a row, false at the end.
  llvm::Expected<bool> step(Statement &statement) const;
  /// Runs `body` as one transaction: all of it or nothing.
  llvm::Error transact(llvm::function_ref<llvm::Error()> body);

  /// Adds a record that was validated; false if it is there already.
  template <typename Record>
  llvm::Expected<bool> insert(const Record &record);
  /// Calls `body` with each record whose `column` is `value` (all records if
  /// the column is empty), in the order in which they were appended.
  template <typename Record>
  llvm::Error select(StringRef column, StringRef value,
                     llvm::function_ref<llvm::Error(Record)> body) const;
  llvm::Error checkPages();

private:
  explicit Database(StringRef path) : path(path) {}
  llvm::Error open(int flags, bool immutable);
  llvm::Error checkFormat(bool *isEmpty) const;
  llvm::Expected<int64_t> pragma(StringRef name) const;
  llvm::Error createTables();
  llvm::Error failed(int code) const;

  std::string path;
  std::unique_ptr<WriterLock> lock;
  sqlite3 *handle = nullptr;
  uint64_t maximumBytes = 0;
};

//===----------------------------------------------------------------------===//
// Records in tables
//===----------------------------------------------------------------------===//

/// How the members of records stand in columns: numbers as integers, lists and
/// JSON as text.
inline StringRef columnType(const std::string &) { return "TEXT"; }
inline StringRef columnType(int64_t) { return "INTEGER"; }
inline StringRef columnType(uint64_t) { return "INTEGER"; }
template <typename T>
StringRef columnType(const T &) {
  return "TEXT";
}

std::string printJSON(llvm::json::Value value);

struct Binder {
  Statement &statement;
  int at = 1;
  void operator()(StringRef, const std::string &v) { statement.bind(at++, v); }
  void operator()(StringRef, int64_t v) { statement.bind(at++, v); }
  // The same bits; SQLite has no unsigned integers.
  void operator()(StringRef, uint64_t v) { statement.bind(at++, int64_t(v)); }
  void operator()(StringRef, const llvm::json::Value &v) {
    statement.bind(at++, printJSON(v));
  }
  template <typename T>
  void operator()(StringRef, const std::vector<T> &v) {
    statement.bind(at++, printJSON(llvm::json::Array(v)));
  }
};

struct Loader {
  const Statement &statement;
  std::string problem;
  int at = 0;
  void operator()(StringRef name, std::string &v) {
    v = statement.text(at++);
    // SQLite keeps any bytes; JSON, in which records travel, does not.
    if (!llvm::json::isUTF8(v))
      problem = (name + ": expected UTF-8 text").str();
  }
  void operator()(StringRef, int64_t &v) { v = statement.integer(at++); }
  void operator()(StringRef, uint64_t &v) {
    v = uint64_t(statement.integer(at++));
  }
  void operator()(StringRef name, llvm::json::Value &v) {
    llvm::Expected<llvm::json::Value> value = parseJSON(statement.text(at++));
    if (value)
      v = std::move(*value);
    else
      problem = (name + ": " + llvm::toString(value.takeError())).str();
  }
  void operator()(StringRef name, std::vector<std::string> &v) {
    each(name, [&](const llvm::json::Value &element) {
      auto text = element.getAsString();
      v.push_back(text.value_or("").str());
      return bool(text);
    });
  }
  void operator()(StringRef name, std::vector<double> &v) {
    each(name, [&](const llvm::json::Value &element) {
      auto number = element.getAsNumber();
      v.push_back(number.value_or(0));
      return bool(number);
    });
  }
  template <typename F>
  void each(StringRef name, F &&take) {
    llvm::json::Value list = nullptr;
    (*this)(name, list);
    const llvm::json::Array *array = list.getAsArray();
    if (!array || !llvm::all_of(*array, take))
      problem = (name + ": expected a list").str();
  }
};

template <typename Record>
std::string columnsOf(bool withTypes) {
  Record record;
  std::string columns;
  visitAll(record, [&](StringRef name, const auto &member) {
    if (!columns.empty())
      columns += ", ";
    columns += name;
    if (withTypes)
      columns += (" " + columnType(member) +
                  (name == "id" ? " NOT NULL UNIQUE" : " NOT NULL"))
                     .str();
  });
  return columns;
}

template <typename Record>
llvm::Expected<bool> Database::insert(const Record &record) {
  std::string columns = columnsOf<Record>(/*withTypes=*/false);
  std::string marks = "?";
  for (size_t i = StringRef(columns).count(','); i; --i)
    marks += ", ?";
  llvm::Expected<Statement> statement =
      prepare("INSERT OR IGNORE INTO " + TableOf<Record>::name + " (" +
              columns + ") VALUES (" + marks + ")");
  if (!statement)
    return statement.takeError();
  visitAll(const_cast<Record &>(record), Binder{*statement});
  llvm::Expected<bool> row = step(*statement);
  if (!row)
    return row.takeError();
  return sqlite3_changes(handle) != 0;
}

template <typename Record>
llvm::Error
Database::select(StringRef column, StringRef value,
                 llvm::function_ref<llvm::Error(Record)> body) const {
  std::string filter =
      column.empty() ? "" : (" WHERE " + column + " = ?").str();
  llvm::Expected<Statement> statement =
      prepare("SELECT " + columnsOf<Record>(false) + " FROM " +
              TableOf<Record>::name + filter + " ORDER BY number");
  if (!statement)
    return statement.takeError();
  if (!column.empty())
    statement->bind(1, value);
  while (true) {
    llvm::Expected<bool> row = step(*statement);
    if (!row)
      return row.takeError();
    if (!*row)
      return llvm::Error::success();
    Record record;
    Loader loader{*statement, {}};
    visitAll(record, loader);
    if (!loader.problem.empty())
      return llvm::createStringError(
          "archive '" + path + "' is damaged: a record of '" +
          TableOf<Record>::name + "' has " + loader.problem);
    if (llvm::Error e = body(std::move(record)))
      return e;
  }
}

} // namespace kernel_opt::archive

#endif // KERNEL_OPT_LIB_ARCHIVE_DATABASE_H
