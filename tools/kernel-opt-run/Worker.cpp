//===- Worker.cpp - Requests on standard input ---------------------- -*- C++
//-*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// docs/WorkerProtocol.md describes the requests.
//
//===----------------------------------------------------------------------===//

#include "Timing.h"
#include "kernel-opt/Support/Nesting.h"
#include "llvm/Support/raw_ostream.h"
#include <cstdio>
#include <unistd.h>

using namespace kernel_opt;
using namespace kernel_opt::run;
using namespace kernel_opt::runtime;
namespace json = llvm::json;

/// A plan with its code in it fits by far.
static constexpr size_t longestLine = 256u << 20;

static unsigned handle(JSONReader &request) {
  return unsigned(request.integer("handle", 0, INT32_MAX));
}

llvm::Expected<json::Object> RequestServer::load(JSONReader &request) {
  LoadRequest load;
  const json::Value *inputs = request.value("inputs", /*required=*/false);
  if (inputs && inputs->getAsArray()) {
    load.inputFiles = request.strings("inputs", false);
  } else {
    std::string name = request.string("inputs", "normal");
    if (auto family = verify::getInputFamily(name))
      load.family = *family;
    else
      request.fail("inputs", "there is no input family '" + name + "'");
  }
  load.seed = uint64_t(request.integer("seed", 0, INT64_MAX, 0));
  load.mostDrawn = request.integer("most_drawn", 1, INT64_MAX, INT64_MAX);
  std::string guard = request.string("guard", "end");
  if (guard == "none")
    load.placement = Placement::Plain;
  else if (guard == "front")
    load.placement = Placement::GuardedFront;
  else if (guard != "end")
    request.fail("guard", "expected none, front or end");
  const json::Value *plan = request.value("plan", /*required=*/false);
  std::string file = request.string("plan_file", plan ? "" : StringRef());
  if (!plan == file.empty())
    request.fail("expected one of 'plan' and 'plan_file'");
  request.finish();
  if (llvm::Error e = request.allErrors().take("request"))
    return std::move(e);
  auto parsed =
      plan ? LaunchPlan::fromJSON(*plan, ".") : LaunchPlan::fromFile(file);
  if (!parsed)
    return parsed.takeError();
  load.plan = std::move(*parsed);
  auto loaded = engine.load(std::move(load));
  if (!loaded)
    return loaded.takeError();
  auto described = engine.describe(*loaded);
  if (!described)
    return described.takeError();
  (*described)["handle"] = int64_t(*loaded);
  return described;
}

llvm::Expected<json::Object> RequestServer::compare(JSONReader &request) {
  unsigned candidate = handle(request);
  auto baseline = unsigned(request.integer("baseline", 0, INT32_MAX));
  measure::ExperimentOptions options;
  auto blocks = [&](StringRef name, unsigned usual) {
    return unsigned(request.integer(name, 2, 10000, usual));
  };
  options.leastBlocks = blocks("least_blocks", options.leastBlocks);
  options.mostBlocks = blocks("most_blocks", options.mostBlocks);
  options.halfWidth = request.number("half_width", options.halfWidth);
  options.seed = uint64_t(request.integer("seed", 0, INT64_MAX, 0));
  request.finish();
  if (llvm::Error e = request.allErrors().take("request"))
    return std::move(e);
  return compareLoaded(engine, baseline, candidate, options);
}

llvm::Expected<json::Object>
RequestServer::perform(JSONReader &request, const std::string &command) {
  auto ready = [&] {
    request.finish();
    return request.allErrors().take("request");
  };
  if (command == "info") {
    bool rates = request.boolean("rates", false);
    if (llvm::Error e = ready())
      return std::move(e);
    return engine.info(rates ? InfoRequest::Rates : InfoRequest::Facts);
  }
  if (command == "load")
    return load(request);
  if (command == "unload") {
    unsigned h = handle(request);
    if (llvm::Error e = ready())
      return std::move(e);
    if (llvm::Error e = engine.unload(h))
      return std::move(e);
    return json::Object();
  }
  if (command == "run") {
    unsigned h = handle(request);
    auto repeats = unsigned(request.integer("repeats", 1, 1000, 2));
    bool onDevice = request.boolean("on_device", false);
    if (llvm::Error e = ready())
      return std::move(e);
    return onDevice ? engine.runOnDevice(h, repeats) : engine.run(h, repeats);
  }
  if (command == "compare")
    return compare(request);
  if (command == "check") {
    unsigned h = handle(request);
    CheckRequest check;
    check.references = request.strings("references", true);
    check.scales = request.strings("scales", false);
    check.originals = request.strings("originals", false);
    check.tolerance = request.number("tolerance", 0);
    if (llvm::Error e = ready())
      return std::move(e);
    return engine.check(h, check);
  }
  if (command == "dump") {
    unsigned h = handle(request);
    std::string folder = request.string("folder");
    if (llvm::Error e = ready())
      return std::move(e);
    return engine.dump(h, folder);
  }
  if (command == "time") {
    unsigned h = handle(request);
    auto samples = unsigned(request.integer("samples", 1, 100000, 1));
    if (llvm::Error e = ready())
      return std::move(e);
    return engine.time(h, samples);
  }
  return llvm::createStringError("there is no command '" + command + "'");
}

std::optional<json::Object> RequestServer::answer(StringRef line, bool &isOver,
                                                  bool &isFatal) {
  isOver = isFatal = false;
  if (line.trim().empty())
    return std::nullopt;
  auto refused = [](StringRef why) {
    return errorAnswer(std::nullopt, "bad-request",
                       ("not a request: " + why).str());
  };
  if (line.size() > longestLine)
    return refused("the line is too long");
  auto value = parseJSON(line);
  if (!value)
    return refused(llvm::toString(value.takeError()));
  const json::Object *object = value->getAsObject();
  if (!object)
    return refused("expected an object");
  std::optional<int64_t> id = object->getInteger("id");
  std::string command = object->getString("command").value_or("").str();
  isOver = command == "quit";
  JSONErrors errors;
  JSONReader request(&*value, "", errors);
  request.value("id", /*required=*/false);
  request.value("command", /*required=*/false);
  llvm::Expected<json::Object> result = json::Object();
  if (!isOver)
    result = perform(request, command);
  if (!result) {
    ErrorText text = textOf(result.takeError());
    isOver = isFatal = text.fatal || engine.isLost();
    return errorAnswer(id, text.kind, text.message, isFatal);
  }
  (*result)["ok"] = true;
  if (id)
    (*result)["id"] = *id;
  return std::move(*result);
}

/// Reads a line without its line feed, at most one byte more than a request may
/// have; false at the end of the input.
static bool readLine(std::string &line) {
  line.clear();
  int c;
  while ((c = std::getc(stdin)) != EOF && c != '\n')
    if (line.size() <= longestLine)
      line.push_back(char(c));
  return c != EOF || !line.empty();
}

int run::serve(const DeviceRequest &device) {
  RequestServer server(device);
  std::string line;
  bool isOver = false, isFatal = false;
  while (!isOver && readLine(line)) {
    auto answer = server.answer(line, isOver, isFatal);
    if (!answer)
      continue;
    llvm::outs() << json::Value(std::move(*answer)) << '\n';
    llvm::outs().flush();
    // The device may hang: not even destructors may touch it again.
    if (isFatal)
      ::_exit(4);
  }
  return 0;
}
