//===- ArchiveTesting.h - Records for tests of the archive ------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_TEST_UNIT_ARCHIVE_ARCHIVETESTING_H
#define KERNEL_OPT_TEST_UNIT_ARCHIVE_ARCHIVETESTING_H

#include "kernel-opt/Archive/Archive.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "gtest/gtest.h"

namespace kernel_opt::archive {

/// A folder of its own for each test.
class ArchiveTest : public ::testing::Test {
protected:
  void SetUp() override {
    ASSERT_FALSE(llvm::sys::fs::createUniqueDirectory("archive", folder));
  }
  void TearDown() override { llvm::sys::fs::remove_directories(folder); }

  std::string file(StringRef name) {
    SmallString<128> path(folder);
    llvm::sys::path::append(path, name);
    return path.str().str();
  }
  static llvm::Expected<Archive>
  tryOpen(std::string path, bool writable = true,
          std::vector<std::string> shipped = {}) {
    ArchiveOptions options;
    options.path = std::move(path);
    options.shipped = std::move(shipped);
    options.writable = writable;
    return Archive::open(options);
  }
  static Archive open(std::string path, bool writable = true,
                      std::vector<std::string> shipped = {}) {
    return llvm::cantFail(
        tryOpen(std::move(path), writable, std::move(shipped)));
  }
  static std::string openError(std::string path, bool writable = true) {
    return error(tryOpen(std::move(path), writable));
  }
  template <typename T>
  static std::string error(llvm::Expected<T> value) {
    EXPECT_FALSE(bool(value));
    return value ? "" : llvm::toString(value.takeError());
  }
  static void write(const std::string &path, StringRef text) {
    std::error_code error;
    llvm::raw_fd_ostream os(path, error);
    os << text;
  }
  static std::string exported(const Archive &archive) {
    std::string text;
    llvm::raw_string_ostream os(text);
    llvm::cantFail(archive.exportJSONL(os));
    return text;
  }

  SmallString<128> folder;
};

inline Kernel makeKernel(StringRef structure = "sha256:00") {
  Kernel kernel;
  kernel.structure = structure.str();
  kernel.shapes = "f32[128,64] -> f32[128]";
  kernel.contract = "finite";
  kernel.target = "sm_90a";
  kernel.toolchain = "ptxas 13.0";
  return kernel;
}

/// A candidate that differs from others by `number`.
inline Finding makeFinding(StringRef kernel, int64_t number) {
  Finding finding;
  Candidate &c = finding.candidate;
  c.kernel = kernel.str();
  c.proposer = "builtin";
  c.schedule = "row_reduction";
  c.rules = llvm::json::Array{llvm::json::Object{{"rule", "r"}, {"site", 3}}};
  c.knobs = llvm::json::Object{{"number", number}, {"scale", 0.1}};
  c.finalHash = "sha256:" + std::to_string(number);
  c.state = "applied";
  return finding;
}

inline Verdict makeVerdict(StringRef verdict, StringRef layer = "L4") {
  Verdict v;
  v.layer = layer.str();
  v.verdict = verdict.str();
  v.record = llvm::json::Object{{"nonce", 7}};
  return v;
}

inline Timing makeTiming(std::vector<double> samples,
                         StringRef origin = "measured",
                         StringRef purpose = "select") {
  Timing t;
  t.origin = origin.str();
  t.purpose = purpose.str();
  t.device = "H100";
  t.unit = "s";
  t.samples = std::move(samples);
  return t;
}

} // namespace kernel_opt::archive

#endif // KERNEL_OPT_TEST_UNIT_ARCHIVE_ARCHIVETESTING_H
