//===- CrashTest.cpp - Kills at any moment ----------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ArchiveTesting.h"
#include "kernel-opt/Support/Subprocess.h"
#include <cstdlib>
#include <random>
#include <unistd.h>

using namespace kernel_opt;
using namespace kernel_opt::archive;
using namespace std::chrono_literals;

namespace {
class Crash : public ArchiveTest {};
} // namespace

/// The process that is killed: appends for ever, and says so after each.
TEST_F(Crash, DISABLED_Writer) {
  const char *path = std::getenv("ARCHIVE_UNDER_TEST");
  ASSERT_TRUE(path);
  Archive archive = open(path);
  std::string kernel = llvm::cantFail(archive.append(makeKernel()));
  for (int64_t number = ::getpid() * int64_t(1000000);; ++number) {
    Finding finding = makeFinding(kernel, number);
    finding.verdicts = {makeVerdict("verified"), makeVerdict("verified", "L5")};
    finding.timings = {makeTiming({1, 2, 3})};
    // Enough for the log to be moved into the file again and again.
    finding.artifacts = {{"", "", "ptx", std::string(20000, 'x'), 0}};
    std::string line =
        "stored " + llvm::cantFail(archive.append(finding)) + "\n";
    if (::write(1, line.data(), line.size()) < 0)
      return;
  }
}

TEST_F(Crash, NoFinishedCandidateIsLost) {
  std::string path = file("a.sqlite");
  std::mt19937 random(7);
  std::vector<std::string> stored;
  for (int round = 0; round < 12; ++round) {
    SubprocessOptions options;
    options.command = {"/proc/self/exe", "--gtest_also_run_disabled_tests",
                       "--gtest_filter=Crash.DISABLED_Writer"};
    // posix_spawn resolves the link in the child, where it is another program.
    char self[4096];
    ssize_t size = ::readlink("/proc/self/exe", self, sizeof(self));
    ASSERT_GT(size, 0);
    options.command[0].assign(self, size_t(size));
    options.environment = {"ARCHIVE_UNDER_TEST=" + path};
    Subprocess writer = llvm::cantFail(Subprocess::spawn(options));
    // Some rounds hit the opening, the others the middle of appending.
    std::string line;
    if (round % 4 == 0) {
      ::usleep(useconds_t(random() % 150000));
    } else {
      while (!StringRef(line).starts_with("stored "))
        ASSERT_EQ(writer.readLine(line, 60s), Subprocess::ReadStatus::Line);
      stored.push_back(line.substr(7));
      ::usleep(useconds_t(random() % 60000));
    }
    writer.kill();
    while (writer.readLine(line, 0ms) == Subprocess::ReadStatus::Line)
      if (StringRef(line).starts_with("stored ") && line.size() == 7 + 71)
        stored.push_back(line.substr(7));

    if (!llvm::sys::fs::exists(path))
      continue;
    Archive archive = open(path);
    ASSERT_FALSE(bool(archive.check())) << round;
    for (const std::string &id : stored) {
      auto found = llvm::cantFail(archive.candidate(id));
      ASSERT_TRUE(found.has_value()) << round << ": " << id;
      ASSERT_EQ(found->verdicts.size(), 2u);
      ASSERT_EQ(found->timings.size(), 1u);
      ASSERT_EQ(found->artifacts.size(), 1u);
    }
    // What was not finished is there as a whole or not at all.
    for (const Kernel &kernel : llvm::cantFail(archive.kernels()))
      for (const Finding &f : llvm::cantFail(archive.history(kernel.id)))
        ASSERT_EQ(f.verdicts.size() + f.timings.size() + f.artifacts.size(),
                  4u);
  }
  EXPECT_GE(stored.size(), 9u);
}
