//===- kernel-opt-run.cpp - Runs, checks and times a launch plan ---- -*- C++
//-*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Engine.h"
#include "Report.h"
#include "Timing.h"
#include "Tools.h"
#include "kernel-opt/Measure/Screener.h"
#include "kernel-opt/Support/Nesting.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/WithColor.h"
#include <unistd.h>

using namespace kernel_opt;
using namespace kernel_opt::run;
using namespace kernel_opt::runtime;
namespace cl = llvm::cl;
namespace json = llvm::json;

/// Exit statuses.
enum : int { good = 0, refuted = 1, failedToRun = 3 };

namespace {
/// The command line. Made inside main: tools share one process.
struct Options {
  cl::OptionCategory category{"kernel-opt-run options"};
  cl::list<std::string> plans{cl::Positional, cl::desc("PLAN.json ..."),
                              cl::cat(category)};
  cl::opt<bool> screen{
      "screen", cl::cat(category),
      cl::desc("Look quickly at many plans: those of one name are timed in "
               "pairs with the fastest so far, what hangs or faults costs "
               "itself alone")};
  cl::opt<int> device{"device", cl::desc("Number of the device"), cl::init(0),
                      cl::cat(category)};
  cl::opt<std::string> driver{
      "driver", cl::value_desc("library"), cl::cat(category),
      cl::desc("CUDA driver to load (default: the one named by "
               "KERNELOPT_CUDA_DRIVER, else libcuda.so.1)")};
  cl::opt<bool> deviceInfo{"device-info", cl::cat(category),
                           cl::desc("Print facts about the device")};
  cl::opt<bool> rates{
      "rates", cl::cat(category),
      cl::desc("With --device-info, also what its memory and its units do at "
               "most; measured once for a device and driver")};
  cl::opt<bool> measureAgain{"measure-again", cl::cat(category),
                             cl::desc("With --rates, measure them now")};
  cl::opt<bool> worker{"worker", cl::cat(category),
                       cl::desc("Serve JSON-lines requests on standard input")};
  cl::list<std::string> inputs{
      "inputs", cl::CommaSeparated, cl::cat(category),
      cl::value_desc("family | a.npy,b.npy"),
      cl::desc("How inputs are drawn (default: normal), or a file for each")};
  cl::opt<unsigned long long> seed{"seed", cl::desc("Of drawn inputs"),
                                   cl::init(0), cl::cat(category)};
  cl::opt<std::string> guard{
      "guard", cl::init("end"), cl::cat(category),
      cl::value_desc("end|front|none"),
      cl::desc("Which end of each buffer touches an unmapped page")};
  cl::opt<unsigned> repeat{
      "repeat", cl::init(2), cl::cat(category),
      cl::desc("Runs under each of the two kinds of poison")};
  cl::list<std::string> check{"check", cl::CommaSeparated, cl::cat(category),
                              cl::value_desc("r.npy"),
                              cl::desc("Reference of each output")};
  cl::list<std::string> scale{
      "scale", cl::CommaSeparated, cl::cat(category), cl::value_desc("s.npy"),
      cl::desc("Scale of each output's error, such as |A||B|")};
  cl::list<std::string> original{
      "original", cl::CommaSeparated, cl::cat(category),
      cl::value_desc("o.npy"),
      cl::desc("Each output of the original: at least as accurate passes")};
  cl::opt<double> tolerance{
      "tolerance", cl::init(0), cl::cat(category),
      cl::desc("Greatest error, in u times the scale (0: the same bits)")};
  cl::opt<std::string> dump{"dump", cl::value_desc("folder"), cl::cat(category),
                            cl::desc("Write inputs and outputs as .npy files")};
  cl::opt<bool> time{"time", cl::desc("Time the plan"), cl::cat(category)};
  cl::opt<unsigned> samples{"samples", cl::init(100), cl::cat(category),
                            cl::desc("Timed runs without a baseline")};
  cl::opt<std::string> baseline{
      "baseline", cl::value_desc("OTHER.json"), cl::cat(category),
      cl::desc("Time against another plan in interleaved blocks")};
  cl::opt<std::string> baselineCommand{
      "baseline-command", cl::value_desc("command"), cl::cat(category),
      cl::desc("Time against the fastest variant of a worker process")};
  cl::opt<std::string> baselineLoad{
      "baseline-load", cl::value_desc("json"), cl::cat(category),
      cl::desc("What that worker is asked to load")};
  cl::opt<bool> againstItself{
      "aa", cl::cat(category),
      cl::desc("Time the plan against itself: must read 1.00")};
  cl::opt<bool> confirm{
      "confirm", cl::cat(category),
      cl::desc("Repeat a comparison in a second process; both must agree")};
  cl::opt<double> peakFlops{
      "peak-flops", cl::init(0), cl::cat(category),
      cl::desc("Peak of the unit that the plan uses, per second, for the speed "
               "of light (default: measured)")};
  cl::opt<double> timeout{
      "timeout", cl::init(60), cl::value_desc("seconds"), cl::cat(category),
      cl::desc("After which a launch counts as hanging (0: never)")};
  cl::opt<bool> asJSON{"json", cl::cat(category),
                       cl::desc("Print JSON, one object a line")};
};

class Run {
public:
  Run(const Options &options, ArrayRef<const char *> arguments)
      : options(options), arguments(arguments),
        report(llvm::outs(), options.asJSON),
        engine({options.driver, options.device,
                std::chrono::milliseconds(int64_t(options.timeout * 1000))}) {}
  int main();

private:
  llvm::Error perform();
  llvm::Expected<LoadRequest> loadRequest();
  llvm::Error runAndCheck();
  llvm::Error timeIt(const LoadRequest &load);
  llvm::Error screenAll();
  llvm::Error confirm(json::Object &first);

  const Options &options;
  ArrayRef<const char *> arguments;
  Report report;
  Engine engine;
  unsigned handle = 0;
  bool passed = true;
};
} // namespace

static std::vector<std::string> stringsOf(const cl::list<std::string> &list) {
  return std::vector<std::string>(list.begin(), list.end());
}

llvm::Expected<LoadRequest> Run::loadRequest() {
  LoadRequest load;
  auto plan = LaunchPlan::fromFile(options.plans.front());
  if (!plan)
    return plan.takeError();
  load.plan = std::move(*plan);
  load.seed = options.seed;
  auto placement = llvm::StringSwitch<std::optional<Placement>>(options.guard)
                       .Case("end", Placement::GuardedEnd)
                       .Case("front", Placement::GuardedFront)
                       .Case("none", Placement::Plain)
                       .Default(std::nullopt);
  if (!placement)
    return llvm::createStringError("--guard: expected end, front or none, "
                                   "found '" +
                                   options.guard + "'");
  load.placement = *placement;
  if (options.inputs.empty())
    return load;
  if (StringRef(options.inputs.front()).ends_with(".npy")) {
    load.inputFiles = stringsOf(options.inputs);
    return load;
  }
  auto family = verify::getInputFamily(options.inputs.front());
  if (family && options.inputs.size() == 1) {
    load.family = *family;
    return load;
  }
  std::string names;
  for (unsigned i = 0; i < verify::numInputFamilies; ++i)
    names += " " + verify::getName(verify::InputFamily(i)).str();
  return llvm::createStringError(
      "--inputs: expected .npy files or one of:" + Twine(names) + "; found '" +
      llvm::join(options.inputs, ",") + "'");
}

llvm::Error Run::runAndCheck() {
  auto result = engine.run(handle, std::max(1u, unsigned(options.repeat)));
  if (!result)
    return result.takeError();
  passed &= result->getBoolean("passed").value_or(false);
  report.run(std::move(*result));
  if (!options.check.empty()) {
    CheckRequest check{stringsOf(options.check), stringsOf(options.scale),
                       stringsOf(options.original), options.tolerance};
    auto checked = engine.check(handle, check);
    if (!checked)
      return checked.takeError();
    passed &= checked->getBoolean("passed").value_or(false);
    report.check(std::move(*checked));
  }
  if (!options.dump.empty()) {
    auto dumped = engine.dump(handle, options.dump);
    if (!dumped)
      return dumped.takeError();
    report.dump(std::move(*dumped));
  }
  return llvm::Error::success();
}

/// Runs the same comparison in a new process: a claim of speed must hold in
/// both.
llvm::Error Run::confirm(json::Object &first) {
  SubprocessOptions child;
  int here = 0;
  child.command = {llvm::sys::fs::getMainExecutable(arguments[0], &here),
                   "--tool=kernel-opt-run", "--json"};
  for (const char *argument : arguments.drop_front())
    if (StringRef name = StringRef(argument).ltrim('-');
        name != "confirm" && name != "json")
      child.command.push_back(argument);
  auto output = runProcess(child);
  if (!output)
    return output.takeError();
  SmallVector<StringRef> lines;
  StringRef(output->standardOutput).split(lines, '\n', -1, false);
  for (StringRef line : lines) {
    auto value = parseJSON(line);
    if (!value) {
      llvm::consumeError(value.takeError());
      continue;
    }
    json::Object *second = value->getAsObject();
    if (!second || second->getString("kind") != "comparison")
      continue;
    std::string verdict = second->getString("verdict").value_or("").str();
    if (verdict != first.getString("verdict"))
      first["verdict"] = "ambiguous";
    first["second_process"] = verdict;
    if (const json::Object *ratio = second->getObject("log_ratio"))
      first["second_log_ratio"] = json::Object(*ratio);
    return llvm::Error::success();
  }
  return llvm::createStringError("the second process " +
                                 output->result.describe() + ": " +
                                 output->standardError);
}

llvm::Error Run::timeIt(const LoadRequest &load) {
  TimingRequest request;
  request.samples = options.samples;
  request.baselinePlan = options.baseline;
  request.baselineCommand = options.baselineCommand;
  request.baselineLoad = options.baselineLoad;
  request.againstItself = options.againstItself;
  request.peakFlops = options.peakFlops;
  request.experiment.seed = options.seed;
  auto result = request.hasBaseline()
                    ? timeAgainst(engine, handle, load, request)
                    : timeAlone(engine, handle, request);
  if (!result)
    return result.takeError();
  passed &= result->getBoolean("passed").value_or(false);
  if (!request.hasBaseline()) {
    report.time(std::move(*result));
    return llvm::Error::success();
  }
  if (options.confirm)
    if (llvm::Error e = confirm(*result))
      return e;
  report.comparison(std::move(*result));
  return llvm::Error::success();
}

/// Of each plan its time or what is wrong with it; a plan that is wrong ends
/// nothing.
llvm::Error Run::screenAll() {
  int here = 0;
  std::vector<std::string> worker = {
      llvm::sys::fs::getMainExecutable(arguments[0], &here),
      "--tool=kernel-opt-run", "--worker",
      "--device=" + std::to_string(options.device),
      "--timeout=" + std::to_string(double(options.timeout))};
  if (!options.driver.empty())
    worker.push_back("--driver=" + options.driver);
  auto patience =
      options.timeout > 0
          ? std::chrono::milliseconds(int64_t(options.timeout * 1000) + 60000)
          : std::chrono::hours(24);
  measure::Screener screener(std::move(worker), patience);
  auto info = screener.info();
  if (!info)
    return info.takeError();
  for (const std::string &file : options.plans) {
    using Clock = std::chrono::steady_clock;
    Clock::time_point start = Clock::now();
    auto plan = LaunchPlan::fromFile(file);
    auto screened = [&]() -> llvm::Expected<measure::Screening> {
      if (!plan)
        return plan.takeError();
      return screener.screen(
          plan->name, llvm::formatv("{0}", json::Value(plan->toJSON())).str());
    }();
    double wall = std::chrono::duration<double>(Clock::now() - start).count();
    json::Object result{{"file", file}, {"wall_seconds", wall}};
    if (screened) {
      result["seconds"] = screened->seconds;
      result["conditions"] = std::move(screened->conditions);
    } else {
      ErrorText text = textOf(screened.takeError());
      result["error"] =
          json::Object{{"kind", text.kind}, {"message", text.message}};
      passed = false;
    }
    report.screening(std::move(result));
  }
  return llvm::Error::success();
}

llvm::Error Run::perform() {
  if (options.deviceInfo) {
    auto info = engine.info(!options.rates         ? InfoRequest::Facts
                            : options.measureAgain ? InfoRequest::FreshRates
                                                   : InfoRequest::Rates);
    if (!info)
      return info.takeError();
    report.device(std::move(*info));
  }
  if (options.plans.empty()) {
    if (options.deviceInfo)
      return llvm::Error::success();
    return llvm::createStringError(
        "expected a launch plan, --device-info or --worker");
  }
  if (options.screen)
    return screenAll();
  if (options.plans.size() > 1)
    return llvm::createStringError("expected one launch plan, found " +
                                   Twine(options.plans.size()) +
                                   "; --screen takes many");
  auto load = loadRequest();
  if (!load)
    return load.takeError();
  auto loaded = engine.load(*load);
  if (!loaded)
    return loaded.takeError();
  handle = *loaded;
  auto described = engine.describe(handle);
  if (!described)
    return described.takeError();
  report.plan(std::move(*described));
  if (llvm::Error e = runAndCheck())
    return e;
  bool timed = options.time || options.againstItself ||
               !options.baseline.empty() || !options.baselineCommand.empty();
  // What is wrong is not timed.
  if (timed && passed)
    return timeIt(*load);
  return llvm::Error::success();
}

int Run::main() {
  llvm::Error error = perform();
  if (!error)
    return passed ? good : refuted;
  ErrorText text = textOf(std::move(error));
  report.error(text.kind, text.message);
  llvm::outs().flush();
  llvm::WithColor::error(llvm::errs(), "kernel-opt-run")
      << text.message << '\n';
  llvm::errs().flush();
  // A device that hangs would hang its driver's cleaning up as well.
  if (text.fatal || engine.isLost())
    ::_exit(failedToRun);
  return failedToRun;
}

int kernel_opt::kernelOptRunMain(int argc, char **argv) {
  Options options;
  cl::HideUnrelatedOptions(options.category);
  // 1, with which LLVM would end, means that a check failed.
  if (!cl::ParseCommandLineOptions(
          argc, argv, "kernel-opt-run, runs, checks and times a launch plan\n",
          &llvm::errs()))
    return failedToRun;
  // NaN is neither below nor above.
  if (!(options.timeout >= 0 && options.timeout <= 1e6)) {
    llvm::WithColor::error(llvm::errs(), "kernel-opt-run")
        << "--timeout: expected 0 to 1000000 seconds, found " << options.timeout
        << '\n';
    return failedToRun;
  }
  if (options.worker)
    return serve({options.driver, options.device,
                  std::chrono::milliseconds(int64_t(options.timeout * 1000))});
  return Run(options, ArrayRef<const char *>(argv, size_t(argc))).main();
}
