//===- Transcript.h - What proposers were asked and said --------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A transcript is a file of JSON Lines. Its first line names the version of the
// format, each other line holds one exchange:
//
//   {"kernel-opt-transcript": 1}
//   {"id": "sha256:...", "proposer": "command", "program": "...",
//    "prompt_hash": "sha256:...", "prompt": "...", "seed": 7,
//    "response": "...", "error": "", "seconds": 1.5}
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_PROPOSAL_TRANSCRIPT_H
#define KERNEL_OPT_PROPOSAL_TRANSCRIPT_H

#include "kernel-opt/Support/LLVM.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/JSON.h"
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace kernel_opt::proposal {

/// One exchange with a proposer, as it came over the wire. Text that is not
/// UTF-8 is recorded with its bad bytes replaced.
struct WireRecord {
  std::string id; ///< `hashText` of all else in this record.
  std::string proposer;
  std::string program;
  std::string promptHash;
  std::string prompt;
  uint64_t seed = 0;
  std::string response;
  std::string error; ///< Empty if it answered.
  double seconds = 0;
};

llvm::json::Object toJSON(const WireRecord &record);
/// The record with bad bytes replaced and its id filled in.
WireRecord finishRecord(WireRecord record);

/// Takes an exchange when it is over.
using WireSink = std::function<llvm::Error(const WireRecord &)>;

/// Appends exchanges to a file, each with one write, so that a kill leaves at
/// most one incomplete line at its end.
class TranscriptWriter {
public:
  /// Creates the file or continues it; a line that a kill left incomplete is
  /// removed first. Fails on a file that is not a transcript.
  static llvm::Expected<std::unique_ptr<TranscriptWriter>> open(StringRef path);
  ~TranscriptWriter();

  llvm::Error append(const WireRecord &record);
  /// A sink that appends here. The writer must outlive it.
  WireSink sink() {
    return [this](const WireRecord &record) { return append(record); };
  }

private:
  TranscriptWriter(std::string path, int file)
      : path(std::move(path)), file(file) {}
  static std::string headerLine();
  llvm::Error writeLine(StringRef line);

  std::string path;
  int file;
};

/// All exchanges of a file, in order. An incomplete last line is left out; any
/// other damage is an error that names the line.
llvm::Expected<std::vector<WireRecord>> readTranscript(StringRef path);

} // namespace kernel_opt::proposal

#endif // KERNEL_OPT_PROPOSAL_TRANSCRIPT_H
