//===- JSONLines.h - Requests and answers, one JSON a line ------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// How this project's processes talk: a request is a JSON object on one line of
// a worker's standard input, the answer one on its standard output.
//
//   {"id": 7, "command": "info"}
//   {"id": 7, "ok": true, ...}
//   {"id": 7, "ok": false, "error": {"kind": "...", "message": "...",
//                                    "fatal": false}}
//
// After a fatal error the worker must be replaced (a device context, say, is
// lost after an illegal access).
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_SUPPORT_JSONLINES_H
#define KERNEL_OPT_SUPPORT_JSONLINES_H

#include "kernel-opt/Support/Subprocess.h"
#include "llvm/Support/JSON.h"

namespace kernel_opt {

/// An error that a worker answered with.
class WorkerError : public llvm::ErrorInfo<WorkerError> {
public:
  static char ID;
  WorkerError(std::string kind, std::string message, bool fatal)
      : kind(std::move(kind)), message(std::move(message)), fatal(fatal) {}
  void log(raw_ostream &os) const override { os << message; }
  std::error_code convertToErrorCode() const override {
    return llvm::inconvertibleErrorCode();
  }

  const std::string kind; ///< For example "out-of-memory".
  const std::string message;
  const bool fatal; ///< The worker is of no more use.
};

/// A worker process that is asked one thing at a time.
class JSONLinesWorker {
public:
  static llvm::Expected<JSONLinesWorker> spawn(const SubprocessOptions &options);

  /// Sends `request` (an id is added) and waits for its answer. An answer with
  /// "ok": false becomes a WorkerError. Silence until `timeout`, the end of the
  /// worker, a line that is too long, that is not JSON or that answers another
  /// request all kill the worker, since nothing that it says later could be
  /// trusted; the error names which, with the end of its standard error.
  llvm::Expected<llvm::json::Object> request(llvm::json::Object request,
                                             std::chrono::milliseconds timeout);

  /// False once the worker was killed or died.
  bool isAlive() const { return alive; }
  /// Asks the worker to quit, waits for `grace`, then kills it.
  ProcessResult quit(std::chrono::milliseconds grace);
  Subprocess &process() { return child; }

private:
  explicit JSONLinesWorker(Subprocess child, std::string name)
      : child(std::move(child)), name(std::move(name)) {}
  llvm::Error lost(const Twine &what, bool isEnding = false);

  Subprocess child;
  std::string name;
  int64_t lastId = 0;
  bool alive = true;
};

/// The answer that reports an error.
llvm::json::Object errorAnswer(std::optional<int64_t> id, StringRef kind,
                               StringRef message, bool fatal = false);

} // namespace kernel_opt

#endif // KERNEL_OPT_SUPPORT_JSONLINES_H
