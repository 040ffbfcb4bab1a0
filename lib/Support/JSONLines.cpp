//===- JSONLines.cpp - Requests and answers, one JSON a line ----*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Support/JSONLines.h"
#include "kernel-opt/Support/Nesting.h"
#include "llvm/Support/FormatVariadic.h"

using namespace kernel_opt;
using std::chrono::milliseconds;

char WorkerError::ID = 0;

llvm::Expected<JSONLinesWorker>
JSONLinesWorker::spawn(const SubprocessOptions &options) {
  llvm::Expected<Subprocess> child = Subprocess::spawn(options);
  if (!child)
    return child.takeError();
  return JSONLinesWorker(std::move(*child), options.command[0]);
}

/// Kills the worker and says why, with the last it had to say. One that closed
/// its pipes is about to end: how it ends is worth a moment's waiting.
llvm::Error JSONLinesWorker::lost(const Twine &what, bool isEnding) {
  alive = false;
  ProcessResult result =
      isEnding ? child.finish(std::chrono::seconds(2)) : child.kill();
  std::string message = ("worker '" + name + "' " + what).str();
  if (result.end != ProcessResult::End::Killed &&
      result.end != ProcessResult::End::TimedOut)
    message += "; it " + result.describe();
  if (StringRef last = child.standardError().trim(); !last.empty())
    message += "; it wrote: " + last.str();
  return llvm::make_error<WorkerError>("worker-lost", std::move(message),
                                       /*fatal=*/true);
}

static llvm::Error errorOf(const llvm::json::Object &answer) {
  const llvm::json::Object *error = answer.getObject("error");
  auto text = [&](StringRef key, StringRef otherwise) {
    auto value = error ? error->getString(key) : std::nullopt;
    return value.value_or(otherwise).str();
  };
  return llvm::make_error<WorkerError>(
      text("kind", "unknown"), text("message", "the worker gave no reason"),
      error && error->getBoolean("fatal").value_or(false));
}

llvm::Expected<llvm::json::Object>
JSONLinesWorker::request(llvm::json::Object request, milliseconds timeout) {
  if (!alive)
    return llvm::make_error<WorkerError>(
        "worker-lost", "worker '" + name + "' has ended", /*fatal=*/true);
  request["id"] = ++lastId;
  std::string line =
      llvm::formatv("{0}", llvm::json::Value(std::move(request)));
  line += '\n';
  if (llvm::Error e = child.write(line, timeout))
    return lost("takes no request: " + llvm::toString(std::move(e)),
                /*isEnding=*/true);

  switch (child.readLine(line, timeout)) {
  case Subprocess::ReadStatus::Line:
    break;
  case Subprocess::ReadStatus::End:
    return lost("ended without an answer", /*isEnding=*/true);
  case Subprocess::ReadStatus::TimedOut:
    return lost(
        llvm::formatv("gave no answer within {0:F1} s", timeout.count() / 1e3));
  case Subprocess::ReadStatus::TooLong:
    return lost("wrote a line that is too long");
  }
  llvm::Expected<llvm::json::Value> answer = parseJSON(line);
  if (!answer) {
    llvm::consumeError(answer.takeError());
    return lost("wrote a line that is not JSON: '" +
                StringRef(line).take_front(120) + "'");
  }
  llvm::json::Object *object = answer->getAsObject();
  if (!object || object->getInteger("id") != lastId)
    return lost("wrote a line that does not answer request " + Twine(lastId));
  if (!object->getBoolean("ok").value_or(false)) {
    llvm::Error e = errorOf(*object);
    e = llvm::handleErrors(
        std::move(e), [&](std::unique_ptr<WorkerError> error) -> llvm::Error {
          if (error->fatal) {
            alive = false;
            child.kill();
          }
          return llvm::Error(std::move(error));
        });
    return std::move(e);
  }
  return std::move(*object);
}

ProcessResult JSONLinesWorker::quit(milliseconds grace) {
  if (alive) {
    std::string line =
        llvm::formatv("{{\"id\": {0}, \"command\": \"quit\"}\n", ++lastId);
    llvm::consumeError(child.write(line, grace));
  }
  alive = false;
  return child.finish(grace);
}

llvm::json::Object kernel_opt::errorAnswer(std::optional<int64_t> id,
                                           StringRef kind, StringRef message,
                                           bool fatal) {
  // A value made of a StringRef would refer to text that may be gone.
  llvm::json::Object error{{"kind", kind.str()}, {"message", message.str()}};
  if (fatal)
    error["fatal"] = true;
  llvm::json::Object answer{{"ok", false}, {"error", std::move(error)}};
  if (id)
    answer["id"] = *id;
  return answer;
}
