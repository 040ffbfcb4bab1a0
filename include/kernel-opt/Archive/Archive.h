//===- Archive.h - What was tried, in an append-only database ---*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The innovation archive: every candidate with its lineage, verdicts, witnesses
// and timing samples, in SQLite. One process writes the user's file; shipped
// files lie below it and are only read. docs/Archive.md describes the tables.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_ARCHIVE_ARCHIVE_H
#define KERNEL_OPT_ARCHIVE_ARCHIVE_H

#include "kernel-opt/Archive/Records.h"
#include "llvm/Support/Error.h"
#include <memory>
#include <optional>

namespace kernel_opt::archive {

/// Version of the tables and of the exchange format.
inline constexpr int64_t formatVersion = 1;

/// `$XDG_CACHE_HOME/kernel-opt/archive.sqlite`; ~/.cache stands in for a
/// variable that is unset or not an absolute path. Fails without a home.
llvm::Expected<std::string> defaultPath();

struct ArchiveOptions {
  /// The file that is written, or read first. Created, with its folder, when it
  /// is opened for writing.
  std::string path;
  /// Files below it, that are only read. What several hold counts once, from
  /// the first.
  std::vector<std::string> shipped;
  /// Without it nothing is locked and `append` fails.
  bool writable = true;
  /// Most bytes of the file; zero means no limit.
  uint64_t maximumBytes = 0;
};

/// Which candidate is the best.
struct BestQuery {
  std::string kernel; ///< Id of the kernel.
  std::string device; ///< Times of other devices do not count.
  std::string unit = "s";
  /// Layers that must all have verified it; at least one layer in any case.
  std::vector<std::string> layers;
};

struct Best {
  Candidate candidate;
  /// Median over the samples of the best kind there is: measured before
  /// modelled, for reports before for selection. Absent if it was never timed.
  std::optional<double> time;
  bool measured = false;
};

/// How many records an import took and how many were there already.
struct ImportCounts {
  int64_t added = 0, duplicates = 0;
};

class Database;

/// Not for use by two threads at once. Every method that writes is one
/// transaction: when it returns, its records survive the death of the process;
/// when it fails, none of them was added.
class Archive {
public:
  static llvm::Expected<Archive> open(const ArchiveOptions &options);
  Archive(Archive &&) noexcept;
  Archive &operator=(Archive &&) noexcept;
  ~Archive();

  StringRef getPath() const { return path; }

  /// Each gives the id of the record. An equal record that is there already is
  /// kept as it is.
  llvm::Expected<std::string> append(Kernel kernel);
  llvm::Expected<std::string> append(Run run);
  llvm::Expected<std::string> append(Wire wire);
  /// A finished candidate with whatever is known about it by now. The kernel
  /// and the parents must be known; members that name the candidate are filled
  /// in.
  llvm::Expected<std::string> append(Finding finding);
  /// More about a known candidate.
  llvm::Expected<std::string> append(Verdict verdict);
  llvm::Expected<std::string> append(Timing timing);
  llvm::Expected<std::string> append(Artifact artifact);

  /// The best verified candidate: of the first layer of files that holds one,
  /// the one with the least time. A candidate is verified if the last verdict
  /// of each layer of the checks is "verified"; one that was ever refuted,
  /// according to any file, is not.
  llvm::Expected<std::optional<Best>> best(const BestQuery &query) const;
  /// All candidates of a kernel, oldest first.
  llvm::Expected<std::vector<Finding>> history(StringRef kernel) const;
  llvm::Expected<std::optional<Finding>> candidate(StringRef id) const;
  /// Candidates of a kernel whose scheduled IR has this hash.
  llvm::Expected<std::vector<Candidate>> withFinalHash(StringRef kernel,
                                                       StringRef hash) const;
  llvm::Expected<std::vector<Kernel>> kernels() const;
  llvm::Expected<std::vector<Run>> runs() const;
  /// The exchanges of a run, in order.
  llvm::Expected<std::vector<Wire>> wires(StringRef run) const;
  /// The exchanges about a prompt, oldest first.
  llvm::Expected<std::vector<Wire>> answers(StringRef promptHash) const;

  /// Writes every record of all files, each once, as JSON Lines: the first line
  /// is {"kernel-opt-archive": 1}, each other {"table": ..., members}.
  llvm::Error exportJSONL(raw_ostream &os) const;
  /// Adds records written by `exportJSONL`. Records that are ill-formed, or
  /// whose id is not that of their contents, are errors that name the line.
  llvm::Expected<ImportCounts> importJSONL(StringRef text, StringRef name);
  /// Adds all records of another archive's file.
  llvm::Expected<ImportCounts> merge(StringRef otherPath);
  /// Reads all of the file again and checks it: its pages, and that each
  /// record's id is that of its contents.
  llvm::Error check() const;

private:
  Archive();
  template <typename Record>
  llvm::Expected<std::string> appendOne(Record record);
  template <typename Record>
  llvm::Expected<std::string> appendToCandidate(Record record);
  template <typename Record>
  llvm::Error requireKnown(StringRef id, StringRef what) const;
  llvm::Error requireWritable() const;
  llvm::Expected<std::vector<Finding>>
  complete(std::vector<Candidate> candidates) const;

  std::string path;
  bool writable = false;
  /// The first is the user's, if there is one.
  std::vector<std::unique_ptr<Database>> layers;
};

} // namespace kernel_opt::archive

#endif // KERNEL_OPT_ARCHIVE_ARCHIVE_H
