//===- FormatTest.cpp - Files that are full, foreign, newer or old *- C++
//-*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ArchiveTesting.h"
#include <cstdlib>
#include <sqlite3.h>

using namespace kernel_opt;
using namespace kernel_opt::archive;

static void execute(const std::string &path, const std::string &sql) {
  sqlite3 *handle = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &handle), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, nullptr),
            SQLITE_OK)
      << sqlite3_errmsg(handle);
  sqlite3_close(handle);
}

TEST_F(ArchiveTest, DefaultPathFollowsXDG) {
  const char *before = std::getenv("XDG_CACHE_HOME");
  std::string saved = before ? before : "";
  ::setenv("XDG_CACHE_HOME", folder.c_str(), 1);
  EXPECT_EQ(llvm::cantFail(defaultPath()), file("kernel-opt/archive.sqlite"));
  EXPECT_EQ(open("").getPath(), file("kernel-opt/archive.sqlite"));
  ::setenv("XDG_CACHE_HOME", "relative", 1);
  EXPECT_TRUE(StringRef(llvm::cantFail(defaultPath()))
                  .ends_with("/.cache/kernel-opt/archive.sqlite"));
  if (before)
    ::setenv("XDG_CACHE_HOME", saved.c_str(), 1);
  else
    ::unsetenv("XDG_CACHE_HOME");
}

TEST_F(ArchiveTest, OneWriterManyReaders) {
  std::string path = file("a.sqlite");
  Archive writer = open(path);
  std::string message = openError(path);
  EXPECT_NE(message.find("is being written by process " +
                         std::to_string(::getpid()) + "; wait"),
            std::string::npos)
      << message;
  Archive reader = open(path, /*writable=*/false);
  llvm::cantFail(writer.append(makeKernel()));
  EXPECT_EQ(llvm::cantFail(reader.kernels()).size(), 1u);
  {
    Archive closing = std::move(writer);
  }
  open(path);
}

TEST_F(ArchiveTest, ForeignFilesAreRefusedAndKept) {
  std::string text(5000, 'x');
  write(file("text"), text);
  for (bool writable : {true, false})
    EXPECT_EQ(openError(file("text"), writable),
              "'" + file("text") +
                  "' is not an archive: it is not an SQLite database; name "
                  "another file");
  EXPECT_EQ((*llvm::MemoryBuffer::getFile(file("text")))->getBuffer(), text);
  execute(file("other"), "CREATE TABLE t (a)");
  EXPECT_NE(openError(file("other")).find("a database of another program"),
            std::string::npos);
  write(file("empty"), "");
  EXPECT_NE(openError(file("empty"), false).find("it is empty"),
            std::string::npos);
  open(file("empty"));
  ArchiveOptions options;
  options.path = file("a.sqlite");
  options.shipped = {file("missing")};
  EXPECT_NE(error(Archive::open(options)).find("there is no archive"),
            std::string::npos);
}

TEST_F(ArchiveTest, NewerVersionsAreRefused) {
  open(file("a.sqlite"));
  execute(file("a.sqlite"), "PRAGMA user_version = 2");
  EXPECT_EQ(openError(file("a.sqlite")),
            "archive '" + file("a.sqlite") +
                "' has version 2 of the format, this program knows versions up "
                "to 1; use a newer one or name another file");
}

TEST_F(ArchiveTest, PlacesThatCannotBeWrittenAreErrors) {
  write(file("plain"), "");
  EXPECT_NE(openError(file("plain/a.sqlite")).find("cannot create the folder"),
            std::string::npos);
  ASSERT_FALSE(llvm::sys::fs::create_directory(file("folder")));
  EXPECT_NE(openError(file("folder")).find("cannot open archive"),
            std::string::npos);
  EXPECT_NE(openError("/proc/a.sqlite").find("cannot be written"),
            std::string::npos);
}

TEST_F(ArchiveTest, AFullFileLosesNothing) {
  ArchiveOptions options;
  options.path = file("a.sqlite");
  options.maximumBytes = 200000;
  Archive archive = llvm::cantFail(Archive::open(options));
  std::string kernel = llvm::cantFail(archive.append(makeKernel()));
  size_t stored = 0;
  std::string message;
  for (; stored < 100 && message.empty(); ++stored) {
    Finding finding = makeFinding(kernel, int64_t(stored));
    finding.artifacts = {{"", "", "ptx", std::string(10000, 'x'), 0}};
    llvm::Expected<std::string> id = archive.append(finding);
    if (!id)
      message = llvm::toString(id.takeError());
  }
  EXPECT_NE(message.find("its limit of 200000 bytes is reached"),
            std::string::npos)
      << message;
  EXPECT_EQ(llvm::cantFail(archive.history(kernel)).size(), stored - 1);
  EXPECT_FALSE(bool(archive.check()));
}

TEST_F(ArchiveTest, DamageIsFound) {
  {
    Archive archive = open(file("a.sqlite"));
    llvm::cantFail(archive.append(makeKernel()));
  }
  execute(file("a.sqlite"), "UPDATE kernels SET contract = 'none'");
  llvm::Error e = open(file("a.sqlite"), false).check();
  ASSERT_TRUE(bool(e));
  EXPECT_NE(llvm::toString(std::move(e)).find("not the hash of its contents"),
            std::string::npos);
}

TEST_F(ArchiveTest, TextThatIsNoneIsDamage) {
  {
    Archive archive = open(file("a.sqlite"));
    llvm::cantFail(archive.append(makeKernel()));
  }
  execute(file("a.sqlite"),
          "UPDATE kernels SET contract = CAST(x'ff' AS TEXT)");
  Archive archive = open(file("a.sqlite"), false);
  std::string text;
  llvm::raw_string_ostream os(text);
  llvm::Error e = archive.exportJSONL(os);
  ASSERT_TRUE(bool(e));
  EXPECT_NE(llvm::toString(std::move(e)).find("contract: expected UTF-8 text"),
            std::string::npos);
}

TEST_F(ArchiveTest, ProgramsInsteadOfTablesAreRefused) {
  open(file("a.sqlite"));
  // Reading it would not end.
  execute(file("a.sqlite"),
          "ALTER TABLE kernels RENAME TO others;"
          "CREATE VIEW kernels AS WITH RECURSIVE n(number) AS (SELECT 1 UNION "
          "ALL SELECT number + 1 FROM n) SELECT * FROM n");
  for (bool writable : {true, false})
    EXPECT_NE(openError(file("a.sqlite"), writable)
                  .find("expected nothing but tables"),
              std::string::npos);
}

/// Archives of every released format stay readable.
TEST_F(ArchiveTest, ReadsVersionOne) {
  SmallString<128> fixture(COMPAT_FOLDER);
  llvm::sys::path::append(fixture, "1", "archive.sql");
  auto sql = llvm::MemoryBuffer::getFile(fixture);
  ASSERT_TRUE(bool(sql)) << fixture.c_str();
  execute(file("a.sqlite"), (*sql)->getBuffer().str());
  Archive archive = open(file("a.sqlite"));
  ASSERT_FALSE(bool(archive.check()));
  auto kernels = llvm::cantFail(archive.kernels());
  ASSERT_EQ(kernels.size(), 1u);
  auto history = llvm::cantFail(archive.history(kernels[0].id));
  ASSERT_EQ(history.size(), 1u);
  EXPECT_EQ(history[0].verdicts.size(), 1u);
  EXPECT_EQ(history[0].timings.size(), 1u);
  EXPECT_EQ(history[0].artifacts.size(), 1u);
  EXPECT_EQ(llvm::cantFail(archive.runs()).size(), 1u);
  // It can be continued, and what it held is known.
  EXPECT_EQ(llvm::cantFail(archive.append(makeKernel())), kernels[0].id);
  EXPECT_EQ(llvm::cantFail(archive.kernels()).size(), 1u);
}
