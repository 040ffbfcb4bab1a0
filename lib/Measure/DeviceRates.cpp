//===- DeviceRates.cpp - What a device can do at most --------------- -*- C++
//-*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Measure/DeviceRates.h"
#include "kernel-opt/Support/JSONReader.h"
#include "kernel-opt/Support/Nesting.h"
#include "kernel-opt/Support/OutputFile.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include <algorithm>
#include <cstdlib>

using namespace kernel_opt;
using namespace kernel_opt::measure;
using namespace kernel_opt::runtime;
namespace json = llvm::json;

StringRef measure::stringOf(Unit unit) {
  constexpr StringLiteral names[numUnits] = {"fma_f32",     "tensor_f64",
                                             "tensor_tf32", "tensor_16",
                                             "tensor_f8",   "tensor_i8"};
  return names[unsigned(unit)];
}

double DeviceRates::peakFor(const LaunchPlan &plan) const {
  Unit unit = Unit::Tensor16;
  for (unsigned index : plan.buffersOf(BufferRole::Input)) {
    ElementType type = plan.buffers[index].type;
    if (type == ElementType::I8)
      return std::max(peak(Unit::TensorInteger), peak(Unit::Tensor8));
    if (bytesOf(type) == 1)
      unit = Unit::Tensor8;
  }
  return peak(unit);
}

json::Object DeviceRates::toJSON() const {
  json::Object units;
  for (unsigned i = 0; i < numUnits; ++i)
    units[stringOf(Unit(i))] = peaks[i];
  return json::Object{{"copy_bytes_per_second", copy},
                      {"read_bytes_per_second", read},
                      {"write_bytes_per_second", write},
                      {"operations_per_second", std::move(units)},
                      {"cached", isCached}};
}

//===----------------------------------------------------------------------===//
// Measuring
//===----------------------------------------------------------------------===//

namespace {
/// Times work on the session's stream.
class Stopwatch {
public:
  explicit Stopwatch(Session &session) : session(session) {}
  llvm::Error prepare() {
    for (Event *event : {&begin, &end}) {
      auto created = session.context().createEvent();
      if (!created)
        return created.takeError();
      *event = std::move(*created);
    }
    return llvm::Error::success();
  }
  llvm::Expected<double> time(function_ref<llvm::Error()> work) {
    const Stream &stream = session.stream();
    if (llvm::Error e = stream.record(begin))
      return std::move(e);
    if (llvm::Error e = work())
      return std::move(e);
    if (llvm::Error e = stream.record(end))
      return std::move(e);
    if (llvm::Error e = stream.synchronize(session.launchLimit))
      return std::move(e);
    return session.context().elapsed(begin, end);
  }

private:
  Session &session;
  Event begin, end;
};
} // namespace

/// The best of a few: this is a ceiling.
static constexpr int tries = 7;

static llvm::Error measureBandwidth(Session &session, Stopwatch &watch,
                                    DeviceRates &rates) {
  Context &context = session.context();
  auto memory = context.memory();
  if (!memory)
    return memory.takeError();
  // Far more than the L2, at most a quarter of what is free.
  uint64_t bytes = std::min<uint64_t>(
      {memory->first / 4,
       std::max<uint64_t>(64 * context.device().l2Bytes, uint64_t(1) << 20)});
  bytes &= ~uint64_t(255);
  auto from = context.allocate(bytes), to = context.allocate(bytes);
  if (!from || !to)
    return llvm::joinErrors(from.takeError(), to.takeError());
  Builtins &builtins = session.builtins();
  if (llvm::Error e = builtins.fillRandom(from->address(), bytes, 1))
    return e;
  auto best = [&](double moved, function_ref<llvm::Error()> work,
                  double &result) -> llvm::Error {
    for (int i = 0; i < tries; ++i) {
      if (llvm::Error e = builtins.flushL2())
        return e;
      auto seconds = watch.time(work);
      if (!seconds)
        return seconds.takeError();
      if (*seconds > 0)
        result = std::max(result, moved / *seconds);
    }
    return llvm::Error::success();
  };
  double size = double(bytes);
  if (llvm::Error e = best(
          2 * size,
          [&] { return builtins.copy(to->address(), from->address(), bytes); },
          rates.copy))
    return e;
  if (llvm::Error e = best(
          size, [&] { return builtins.read(from->address(), bytes); },
          rates.read))
    return e;
  if (llvm::Error e = best(
          size, [&] { return builtins.fillPattern(to->address(), bytes, 1); },
          rates.write))
    return e;
  return best(
      size,
      [&] {
        return context.check(
            context.functions().memsetD8Async(to->address(), 1, bytes,
                                              session.stream().get()),
            "fill device memory");
      },
      rates.write);
}

static llvm::Error measurePeak(Session &session, Stopwatch &watch, Unit unit,
                               double &result) {
  Context &context = session.context();
  const DeviceInfo &device = context.device();
  PeakKernel source = peakKernel(unit, device.architecture());
  if (source.ptx.empty())
    return llvm::Error::success();
  auto module = context.load(source.ptx, "kernel-opt's own " +
                                             stringOf(unit).str() + " kernel");
  if (!module)
    return module.takeError();
  auto kernel = module->kernel("kernel_opt_peak");
  if (!kernel)
    return kernel.takeError();
  auto sink = context.allocate(16);
  if (!sink)
    return sink.takeError();
  LaunchShape shape;
  shape.block[0] = peakThreads;
  auto resident = kernel->occupancy(shape);
  if (!resident)
    return resident.takeError();
  shape.grid[0] =
      unsigned(device.multiprocessors) * unsigned(std::clamp(*resident, 1, 8));
  api::DevicePointer address = sink->address();
  uint32_t rounds = 64;
  void *arguments[] = {&address, &rounds};
  auto launch = [&] {
    return kernel->launch(session.stream(), shape, arguments);
  };
  for (int i = 0; i < tries; ++i) {
    auto seconds = watch.time(launch);
    if (!seconds)
      return seconds.takeError();
    if (*seconds <= 0)
      continue;
    result =
        std::max(result, source.operations * rounds * shape.grid[0] / *seconds);
    // Long enough that the launch does not count: two milliseconds.
    rounds = unsigned(std::clamp(rounds * 2e-3 / *seconds, 64.0, 1e6));
  }
  return llvm::Error::success();
}

llvm::Expected<DeviceRates> measure::measureRates(Session &session) {
  DeviceRates rates;
  Stopwatch watch(session);
  if (llvm::Error e = watch.prepare())
    return std::move(e);
  if (llvm::Error e = measureBandwidth(session, watch, rates))
    return std::move(e);
  for (unsigned i = 0; i < numUnits; ++i)
    if (llvm::Error e = measurePeak(session, watch, Unit(i), rates.peaks[i]))
      return std::move(e);
  return rates;
}

//===----------------------------------------------------------------------===//
// The cache
//===----------------------------------------------------------------------===//

static constexpr int64_t formVersion = 1;

/// $XDG_CACHE_HOME/kernel-opt/device-<uuid>.json, ~/.cache standing in for a
/// variable that is not set; empty if there is no such folder.
static std::string cachePath(const DeviceInfo &device) {
  SmallString<128> path;
  const char *cache = std::getenv("XDG_CACHE_HOME");
  if (cache && llvm::sys::path::is_absolute(cache))
    path = cache;
  else if (llvm::sys::path::home_directory(path))
    llvm::sys::path::append(path, ".cache");
  else
    return {};
  llvm::sys::path::append(path, "kernel-opt",
                          "device-" + device.uuid + ".json");
  return path.str().str();
}

/// What the file holds, if it is of this device and driver.
static std::optional<DeviceRates> readCache(StringRef path,
                                            const DeviceInfo &device) {
  auto file = llvm::MemoryBuffer::getFile(path);
  if (!file)
    return std::nullopt;
  auto value = parseJSON((*file)->getBuffer());
  if (!value) {
    llvm::consumeError(value.takeError());
    return std::nullopt;
  }
  JSONErrors errors;
  JSONReader reader(&*value, "", errors);
  DeviceRates rates;
  bool same =
      reader.integer("kernel_opt_device_rates", 0, INT32_MAX, 0) ==
          formVersion &&
      reader.string("name", "") == device.name &&
      reader.integer("driver", 0, INT32_MAX, 0) == device.driverVersion &&
      reader.integer("clock_khz", 0, INT32_MAX, 0) == device.clockKHz;
  rates.copy = reader.number("copy_bytes_per_second");
  rates.read = reader.number("read_bytes_per_second");
  rates.write = reader.number("write_bytes_per_second");
  JSONReader units(reader.value("operations_per_second", true),
                   "operations_per_second", errors);
  for (unsigned i = 0; i < numUnits; ++i)
    rates.peaks[i] = units.number(stringOf(Unit(i)));
  rates.isCached = true;
  if (!same || errors.any() || !(rates.bandwidth() > 0))
    return std::nullopt;
  return rates;
}

static void writeCache(const std::string &path, const DeviceInfo &device,
                       const DeviceRates &rates) {
  json::Object object = rates.toJSON();
  object.erase("cached");
  object["kernel_opt_device_rates"] = formVersion;
  object["name"] = device.name;
  object["driver"] = device.driverVersion;
  object["clock_khz"] = device.clockKHz;
  std::string text;
  llvm::raw_string_ostream(text) << json::Value(std::move(object)) << '\n';
  if (!llvm::sys::fs::create_directories(llvm::sys::path::parent_path(path)))
    llvm::consumeError(writeOutput(path, text));
}

llvm::Expected<DeviceRates> measure::deviceRates(Session &session, bool again) {
  const DeviceInfo &device = session.context().device();
  std::string path = cachePath(device);
  if (!again && !path.empty())
    if (auto cached = readCache(path, device))
      return *cached;
  auto rates = measureRates(session);
  if (!rates)
    return rates.takeError();
  if (!path.empty())
    writeCache(path, device, *rates);
  return rates;
}
