//===- Engine.h - What kernel-opt-run does, without its words ------- -*- C++
//-*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// The command line and the worker protocol ask for the same things; both are
// thin around this. Every answer is a JSON object.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_TOOLS_KERNELOPTRUN_ENGINE_H
#define KERNEL_OPT_TOOLS_KERNELOPTRUN_ENGINE_H

#include "kernel-opt/Measure/DeviceRates.h"
#include "kernel-opt/Measure/Samplers.h"
#include "kernel-opt/Runtime/CompareArrays.h"
#include "kernel-opt/Runtime/PlanRunner.h"
#include "kernel-opt/Support/JSONReader.h"

namespace kernel_opt::run {

struct DeviceRequest {
  std::string driver; ///< Empty: the default.
  int device = 0;
  std::chrono::milliseconds launchLimit{60000};
};

/// What to say of a device; rates are measured if no cache has them.
enum class InfoRequest { Facts, Rates, FreshRates };

struct LoadRequest {
  runtime::LaunchPlan plan;
  verify::InputFamily family = verify::InputFamily::Normal;
  /// One .npy file per input, or none: then inputs are drawn.
  std::vector<std::string> inputFiles;
  uint64_t seed = 0;
  /// As PlanRunner::addSet takes it.
  int64_t mostDrawn = std::numeric_limits<int64_t>::max();
  runtime::Placement placement = runtime::Placement::GuardedEnd;
};

struct CheckRequest {
  /// One .npy file per output.
  std::vector<std::string> references;
  std::vector<std::string> scales;    ///< As many, or none.
  std::vector<std::string> originals; ///< As many, or none.
  /// Greatest error allowed, in units of u times the scale; zero asks for the
  /// same bits. Not used when originals are given: then the accuracy rule is.
  double tolerance = 0;
};

class Engine {
public:
  explicit Engine(DeviceRequest request) : request(std::move(request)) {}

  /// Opens the device at the first call.
  llvm::Expected<runtime::Session *> session();
  /// The device must not be touched any more.
  bool isLost() const { return opened && opened->context().isLost(); }

  llvm::Expected<llvm::json::Object> info(InfoRequest what);
  /// Of the device, from the cache unless `again`.
  llvm::Expected<measure::DeviceRates> rates(bool again = false);
  /// Returns a handle.
  llvm::Expected<unsigned> load(LoadRequest request);
  llvm::Error unload(unsigned handle);
  llvm::Expected<llvm::json::Object> describe(unsigned handle);
  /// Runs `repeats` times under each kind of poison. "passed" says that inputs
  /// and surroundings were left alone, that all outputs were written and that
  /// every run gave the same bits.
  llvm::Expected<llvm::json::Object> run(unsigned handle, unsigned repeats);
  /// The same without bringing outputs to the host: their checksums are
  /// compared. Says less of what differs, in less time.
  llvm::Expected<llvm::json::Object> runOnDevice(unsigned handle,
                                                 unsigned repeats);
  /// Compares the outputs of the last run. "passed" says whether they hold.
  llvm::Expected<llvm::json::Object> check(unsigned handle,
                                           const CheckRequest &request);
  /// Writes inputs and outputs of the last run: <folder>/<buffer>.npy.
  llvm::Expected<llvm::json::Object> dump(unsigned handle, StringRef folder);
  /// A sampler with plain buffers, made at the first call.
  llvm::Expected<measure::PlanSampler *> sampler(unsigned handle);
  llvm::Expected<llvm::json::Object> time(unsigned handle, unsigned samples);

private:
  struct Loaded {
    LoadRequest request;
    std::unique_ptr<runtime::PlanRunner> runner, timed;
    std::unique_ptr<measure::PlanSampler> sampler;
    bool hasRun = false;
  };
  llvm::Expected<Loaded *> find(unsigned handle);

  DeviceRequest request;
  std::unique_ptr<runtime::Session> opened;
  std::vector<std::unique_ptr<Loaded>> plans; ///< By handle; null: unloaded.
};

/// The kind of an error as workers answer it, and whether it is fatal.
struct ErrorText {
  std::string kind = "error", message;
  bool fatal = false;
};
ErrorText textOf(llvm::Error error);

/// What a worker answers.
class RequestServer {
public:
  explicit RequestServer(const DeviceRequest &device) : engine(device) {}

  /// The answer to a line, whatever it holds; nothing if there is none to give.
  /// `isOver`: no more lines are to be answered, the device is lost if
  /// `isFatal`, too.
  std::optional<llvm::json::Object> answer(StringRef line, bool &isOver,
                                           bool &isFatal);

private:
  llvm::Expected<llvm::json::Object> perform(JSONReader &request,
                                             const std::string &command);
  llvm::Expected<llvm::json::Object> load(JSONReader &request);
  llvm::Expected<llvm::json::Object> compare(JSONReader &request);

  Engine engine;
};

/// Serves requests on standard input until its end. Returns the exit status.
int serve(const DeviceRequest &device);

} // namespace kernel_opt::run

#endif // KERNEL_OPT_TOOLS_KERNELOPTRUN_ENGINE_H
