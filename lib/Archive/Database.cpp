//===- Database.cpp - One SQLite file of the archive ------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Database.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

using namespace kernel_opt;
using namespace kernel_opt::archive;

/// "KOPT", in the file's header: what tells our files from other databases.
static constexpr int64_t applicationId = 0x4b4f5054;

std::string archive::printJSON(llvm::json::Value value) {
  return llvm::formatv("{0}", value);
}

//===----------------------------------------------------------------------===//
// The right to write
//===----------------------------------------------------------------------===//

llvm::Expected<std::unique_ptr<WriterLock>> WriterLock::take(StringRef path) {
  std::string name = (path + "-lock").str();
  int file = ::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (file < 0)
    return llvm::createStringError(
        "archive '" + path + "' cannot be written: '" + name +
        "': " + std::strerror(errno) +
        "; make the folder writable or name another file");
  std::unique_ptr<WriterLock> lock(new WriterLock(file));
  char owner[24] = {};
  // The kernel lets go of it when the process dies, in whatever way.
  if (::flock(file, LOCK_EX | LOCK_NB) != 0) {
    ssize_t count = ::pread(file, owner, sizeof(owner) - 1, 0);
    StringRef who =
        StringRef(owner, size_t(std::max<ssize_t>(count, 0))).trim();
    return llvm::createStringError(
        "archive '" + path + "' is being written by " +
        (who.empty() ? "another process" : "process " + who) +
        "; wait until it ends, or name another file and merge them later");
  }
  std::string self = std::to_string(::getpid()) + "\n";
  if (::ftruncate(file, 0) != 0 ||
      ::pwrite(file, self.data(), self.size(), 0) < 0)
    errno = 0; // The number only serves messages.
  return std::move(lock);
}

WriterLock::~WriterLock() { ::close(file); }

//===----------------------------------------------------------------------===//
// Errors
//===----------------------------------------------------------------------===//

/// What happened to the file, and what to do about it.
llvm::Error Database::failed(int code) const {
  int system = handle ? sqlite3_system_errno(handle) : 0;
  std::string detail = handle ? sqlite3_errmsg(handle) : sqlite3_errstr(code);
  std::string start = "archive '" + path + "' ";
  if ((code & 0xff) == SQLITE_IOERR && system == ENOSPC)
    code = SQLITE_FULL;
  switch (code & 0xff) {
  case SQLITE_NOTADB:
    return llvm::createStringError("'" + path +
                                   "' is not an archive: it is not an SQLite "
                                   "database; name another file");
  case SQLITE_FULL: {
    std::string limit = maximumBytes ? " or its limit of " +
                                           std::to_string(maximumBytes) +
                                           " bytes is reached"
                                     : "";
    return llvm::createStringError(
        start + "cannot grow: the disk is full" + limit +
        "; make room and go on, what was appended before is kept");
  }
  case SQLITE_CANTOPEN:
    return llvm::createStringError(
        "cannot open " + start + (system ? std::strerror(system) : detail) +
        "; name a file in a folder that can be written");
  case SQLITE_READONLY:
  case SQLITE_PERM:
    return llvm::createStringError(
        start + "cannot be written: " + detail +
        "; change its permissions or name another file");
  case SQLITE_CORRUPT:
    return llvm::createStringError(
        start + "is damaged: " + detail +
        "; rescue what can be read with 'sqlite3 FILE .recover'");
  case SQLITE_BUSY:
  case SQLITE_LOCKED:
    return llvm::createStringError(
        start + "is locked by another program; try again when it ends");
  default:
    return llvm::createStringError(
        start + "failed: " + detail +
        (system ? std::string(" (") + std::strerror(system) + ")" : ""));
  }
}

//===----------------------------------------------------------------------===//
// Opening
//===----------------------------------------------------------------------===//

/// A path as a URI, for what only URIs can ask of SQLite.
static std::string toURI(StringRef path, StringRef query) {
  std::string uri = "file:";
  for (char c : path)
    if (llvm::isAlnum(c) || StringRef("/-_.~").contains(c))
      uri += c;
    else
      uri += llvm::formatv("%{0:X-2}", unsigned(static_cast<unsigned char>(c)));
  return uri + "?" + query.str();
}

llvm::Error Database::open(int flags, bool immutable) {
  sqlite3_close_v2(handle);
  handle = nullptr;
  std::string name = immutable ? toURI(path, "immutable=1") : path;
  int code =
      sqlite3_open_v2(name.c_str(), &handle,
                      flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
                          (immutable ? SQLITE_OPEN_URI : 0),
                      nullptr);
  if (code != SQLITE_OK)
    return failed(code);
  // Readers hold up the writer only while it moves its log into the file.
  sqlite3_busy_timeout(handle, 10000);
  return llvm::Error::success();
}

llvm::Expected<int64_t> Database::pragma(StringRef name) const {
  llvm::Expected<Statement> statement = prepare("PRAGMA " + name);
  if (!statement)
    return statement.takeError();
  llvm::Expected<bool> row = step(*statement);
  if (!row)
    return row.takeError();
  return *row ? statement->integer(0) : 0;
}

/// Whether this is a file of ours that this program can read. A database
/// without tables is what a kill during creation leaves.
llvm::Error Database::checkFormat(bool *isEmpty) const {
  llvm::Expected<int64_t> id = pragma("application_id");
  if (!id)
    return id.takeError();
  llvm::Expected<int64_t> version = pragma("user_version");
  if (!version)
    return version.takeError();
  llvm::Expected<Statement> tables =
      prepare("SELECT count(*) FROM sqlite_master");
  if (!tables)
    return tables.takeError();
  llvm::Expected<bool> row = step(*tables);
  if (!row)
    return row.takeError();
  *isEmpty = tables->integer(0) == 0 && *id == 0;
  if (*isEmpty)
    return llvm::Error::success();
  if (*id != applicationId)
    return llvm::createStringError(
        "'" + path +
        "' is not an archive but a database of another program; name another "
        "file");
  if (*version > formatVersion)
    return llvm::createStringError(
        "archive '" + path + "' has version " + Twine(*version) +
        " of the format, this program knows versions up to " +
        Twine(formatVersion) + "; use a newer one or name another file");
  if (*version < 1)
    return llvm::createStringError("archive '" + path +
                                   "' is damaged: it has no version");
  // A view under a table's name is a program, which need not end.
  llvm::Expected<Statement> programs =
      prepare("SELECT count(*) FROM sqlite_master WHERE type NOT IN ('table', "
              "'index') OR sql LIKE 'CREATE VIRTUAL%'");
  if (!programs)
    return programs.takeError();
  row = step(*programs);
  if (!row)
    return row.takeError();
  if (programs->integer(0) != 0)
    return llvm::createStringError(
        "'" + path +
        "' is not an archive: expected nothing but tables, found views, "
        "triggers or virtual tables; name another file");
  return llvm::Error::success();
}

llvm::Error Database::createTables() {
  return transact([&]() -> llvm::Error {
    llvm::Error error = llvm::Error::success();
    forEachTable([&](auto record) {
      using Table = TableOf<decltype(record)>;
      if (error)
        return;
      error = execute("CREATE TABLE " + Table::name +
                      " (number INTEGER PRIMARY KEY, " +
                      columnsOf<decltype(record)>(/*withTypes=*/true) + ")");
      if (!error)
        error = execute("CREATE INDEX " + Table::name + "_" + Table::index +
                        " ON " + Table::name + " (" + Table::index + ")");
    });
    if (error)
      return error;
    if (llvm::Error e =
            execute("PRAGMA application_id = " + Twine(applicationId)))
      return e;
    return execute("PRAGMA user_version = " + Twine(formatVersion));
  });
}

llvm::Expected<std::unique_ptr<Database>>
Database::openForWriting(StringRef path, uint64_t maximumBytes) {
  StringRef folder = llvm::sys::path::parent_path(path);
  if (!folder.empty()) {
    std::error_code code = llvm::sys::fs::create_directories(folder);
    // A file of that name counts as there.
    if (!code && !llvm::sys::fs::is_directory(folder))
      code = std::make_error_code(std::errc::not_a_directory);
    if (code)
      return llvm::createStringError("cannot create the folder of archive '" +
                                     path + "': " + code.message() +
                                     "; name a file in another folder");
  }
  llvm::Expected<std::unique_ptr<WriterLock>> lock = WriterLock::take(path);
  if (!lock)
    return lock.takeError();
  std::unique_ptr<Database> database(new Database(path));
  database->lock = std::move(*lock);
  database->maximumBytes = maximumBytes;
  if (llvm::Error e = database->open(SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
                                     /*immutable=*/false))
    return std::move(e);
  bool isEmpty = false;
  if (llvm::Error e = database->checkFormat(&isEmpty))
    return std::move(e);
  // Readers go on while a record is written, and a kill leaves the log behind,
  // from which the next opening takes what was complete.
  if (llvm::Error e = database->execute("PRAGMA journal_mode = WAL"))
    return std::move(e);
  if (llvm::Error e = database->execute("PRAGMA synchronous = FULL"))
    return std::move(e);
  if (isEmpty)
    if (llvm::Error e = database->createTables())
      return std::move(e);
  if (maximumBytes) {
    llvm::Expected<int64_t> pageBytes = database->pragma("page_size");
    if (!pageBytes)
      return pageBytes.takeError();
    uint64_t pages = std::max<uint64_t>(maximumBytes / uint64_t(*pageBytes), 1);
    if (llvm::Error e =
            database->execute("PRAGMA max_page_count = " + Twine(pages)))
      return std::move(e);
  }
  return std::move(database);
}

llvm::Expected<std::unique_ptr<Database>>
Database::openForReading(StringRef path, bool isShipped) {
  if (!llvm::sys::fs::exists(path))
    return llvm::createStringError("there is no archive '" + path +
                                   "'; check the path");
  std::unique_ptr<Database> database(new Database(path));
  uint64_t logBytes = 0;
  if (llvm::sys::fs::file_size(path + "-wal", logBytes))
    logBytes = 0;
  // A shipped file may lie where SQLite cannot put its own files beside it.
  bool immutable = isShipped && logBytes == 0;
  if (llvm::Error e = database->open(SQLITE_OPEN_READONLY, immutable))
    return std::move(e);
  bool isEmpty = false;
  llvm::Error e = database->checkFormat(&isEmpty);
  if (e && !immutable && logBytes == 0 &&
      (sqlite3_errcode(database->handle) & 0xff) == SQLITE_CANTOPEN) {
    llvm::consumeError(std::move(e));
    if (llvm::Error again = database->open(SQLITE_OPEN_READONLY, true))
      return std::move(again);
    e = database->checkFormat(&isEmpty);
  }
  if (e)
    return std::move(e);
  if (isEmpty)
    return llvm::createStringError("'" + path +
                                   "' is not an archive: it is empty");
  return std::move(database);
}

Database::~Database() { sqlite3_close_v2(handle); }

//===----------------------------------------------------------------------===//
// Statements
//===----------------------------------------------------------------------===//

llvm::Expected<Statement> Database::prepare(const Twine &sql) const {
  Statement statement;
  int code = sqlite3_prepare_v2(handle, sql.str().c_str(), -1,
                                &statement.handle, nullptr);
  if (code != SQLITE_OK)
    return failed(code);
  return std::move(statement);
}

llvm::Expected<bool> Database::step(Statement &statement) const {
  int code = sqlite3_step(statement.handle);
  if (code != SQLITE_ROW && code != SQLITE_DONE)
    return failed(code);
  return code == SQLITE_ROW;
}

llvm::Error Database::execute(const Twine &sql) {
  int code = sqlite3_exec(handle, sql.str().c_str(), nullptr, nullptr, nullptr);
  return code == SQLITE_OK ? llvm::Error::success() : failed(code);
}

llvm::Error Database::transact(llvm::function_ref<llvm::Error()> body) {
  if (llvm::Error e = execute("BEGIN IMMEDIATE"))
    return e;
  llvm::Error error = body();
  if (!error)
    error = execute("COMMIT");
  // Some failures have rolled back already.
  if (error && !sqlite3_get_autocommit(handle))
    llvm::consumeError(execute("ROLLBACK"));
  return error;
}

llvm::Error Database::checkPages() {
  llvm::Expected<Statement> statement = prepare("PRAGMA integrity_check(1)");
  if (!statement)
    return statement.takeError();
  llvm::Expected<bool> row = step(*statement);
  if (!row)
    return row.takeError();
  std::string answer = statement->text(0);
  if (answer == "ok")
    return llvm::Error::success();
  return llvm::createStringError(
      "archive '" + path + "' is damaged: " + answer +
      "; rescue what can be read with 'sqlite3 FILE .recover'");
}
