//===- Report.cpp - What kernel-opt-run prints ---------------------- -*- C++
//-*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Report.h"
#include "kernel-opt/Measure/DeviceRates.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"
#include <cmath>

using namespace kernel_opt;
using namespace kernel_opt::run;
namespace json = llvm::json;

/// With three or four digits and a unit: "12.34 us".
static std::string timeText(double seconds) {
  if (seconds < 1e-3)
    return llvm::formatv("{0:F2} us", seconds * 1e6);
  if (seconds < 1)
    return llvm::formatv("{0:F3} ms", seconds * 1e3);
  return llvm::formatv("{0:F3} s", seconds);
}

static std::string bytesText(double bytes) {
  const char *units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  unsigned unit = 0;
  for (; bytes >= 1024 && unit < 4; ++unit)
    bytes /= 1024;
  return unit ? llvm::formatv("{0:F1} {1}", bytes, units[unit]).str()
              : llvm::formatv("{0:F0} B", bytes).str();
}

static StringRef text(const json::Object &object, StringRef key) {
  return object.getString(key).value_or("");
}
static int64_t integer(const json::Object &object, StringRef key) {
  return object.getInteger(key).value_or(0);
}
static double number(const json::Object &object, StringRef key) {
  return object.getNumber(key).value_or(0);
}
static bool flag(const json::Object &object, StringRef key) {
  return object.getBoolean(key).value_or(false);
}

bool Report::printed(StringRef kind, json::Object &result) {
  if (!asJSON)
    return false;
  result["kind"] = kind;
  os << json::Value(std::move(result)) << '\n';
  os.flush();
  return true;
}

void Report::error(StringRef kind, StringRef message) {
  json::Object object{
      {"error", json::Object{{"kind", kind}, {"message", message}}}};
  if (asJSON)
    printed("error", object);
}

static void printRates(raw_ostream &os, const json::Object &rates) {
  os << llvm::formatv("  measured{0}: copy {1:F0} GB/s, read {2:F0} GB/s, "
                      "write {3:F0} GB/s\n",
                      flag(rates, "cached") ? " before" : "",
                      number(rates, "copy_bytes_per_second") * 1e-9,
                      number(rates, "read_bytes_per_second") * 1e-9,
                      number(rates, "write_bytes_per_second") * 1e-9);
  const json::Object *units = rates.getObject("operations_per_second");
  if (!units)
    return;
  os << "  peaks:";
  for (unsigned i = 0; i < measure::numUnits; ++i) {
    StringRef name = stringOf(measure::Unit(i));
    os << llvm::formatv("{0} {1} {2:F1}", i ? "," : "", name,
                        number(*units, name) * 1e-12);
  }
  os << " TFLOP/s\n";
}

void Report::device(json::Object result) {
  if (printed("device", result))
    return;
  const json::Object &d = *result.getObject("device");
  os << llvm::formatv("device {0}: {1}, compute capability {2}, {3}\n",
                      integer(d, "index"), text(d, "name"),
                      text(d, "compute_capability"), text(d, "uuid"));
  os << llvm::formatv("  {0} multiprocessors at {1:F0} MHz, {2} L2\n",
                      integer(d, "multiprocessors"),
                      number(d, "clock_khz") / 1e3,
                      bytesText(number(d, "l2_bytes")));
  os << llvm::formatv("  {0} memory, {1} free\n",
                      bytesText(number(d, "memory_bytes")),
                      bytesText(number(result, "free_bytes")));
  os << llvm::formatv("  {0} shared memory a block, {1} a multiprocessor\n",
                      bytesText(number(d, "shared_bytes_per_block_optin")),
                      bytesText(number(d, "shared_bytes_per_multiprocessor")));
  int64_t version = integer(d, "driver_version");
  os << llvm::formatv("  driver for CUDA {0}.{1}\n", version / 1000,
                      version % 1000 / 10);
  if (const json::Object *rates = result.getObject("rates"))
    printRates(os, *rates);
}

void Report::plan(json::Object result) {
  if (printed("plan", result))
    return;
  os << llvm::formatv("plan {0}: {1} of buffers, digest {2}\n",
                      text(result, "name"), bytesText(number(result, "bytes")),
                      text(result, "digest").take_front(12));
  for (const json::Value &value : *result.getArray("kernels")) {
    const json::Object &k = *value.getAsObject();
    os << llvm::formatv(
        "  {0}: {1} blocks of {2} threads, {3} registers, {4} "
        "shared, {5} local, {6} blocks a multiprocessor\n",
        text(k, "kernel"), integer(k, "blocks"), integer(k, "threads"),
        integer(k, "registers"),
        bytesText(number(k, "static_shared_bytes") + number(k, "shared_bytes")),
        bytesText(number(k, "local_bytes")),
        integer(k, "blocks_per_multiprocessor"));
  }
}

void Report::run(json::Object result) {
  if (printed("run", result))
    return;
  os << llvm::formatv(
      "{0} runs: {1}\n", integer(result, "runs"),
      flag(result, "passed")
          ? "outputs written, deterministic; inputs and surroundings untouched"
          : "FAILED");
  for (const json::Value &problem : *result.getArray("problems"))
    os << "  " << problem.getAsString().value_or("") << '\n';
}

static std::string valueText(const json::Value *value) {
  return value ? llvm::formatv("{0}", *value).str() : std::string();
}

void Report::check(json::Object result) {
  if (printed("check", result))
    return;
  for (const json::Value &value : *result.getArray("outputs")) {
    const json::Object &o = *value.getAsObject();
    os << llvm::formatv(
        "output {0}: {1}; error rms {2:F3}, max {3:F3} (in u x scale); {4} of "
        "{5} elements differ, {6} in class\n",
        text(o, "output"), flag(o, "passed") ? "passed" : "FAILED",
        number(o, "rms_error"), number(o, "max_error"),
        integer(o, "bit_differences"), integer(o, "elements"),
        integer(o, "class_differences"));
    if (const json::Object *original = o.getObject("original"))
      os << llvm::formatv("  the original: rms {0:F3}, max {1:F3}\n",
                          number(*original, "rms_error"),
                          number(*original, "max_error"));
    if (const json::Object *worst = o.getObject("worst"))
      os << llvm::formatv("  worst element {0}: expected {1}, found {2}\n",
                          integer(*worst, "element"),
                          valueText(worst->get("expected")),
                          valueText(worst->get("actual")));
  }
}

void Report::dump(json::Object result) {
  if (printed("dump", result))
    return;
  for (const json::Value &file : *result.getArray("files"))
    os << "wrote " << file.getAsString().value_or("") << '\n';
}

/// Checks that both kinds of timing end with.
static void printTrust(raw_ostream &os, const json::Object &result) {
  for (const json::Value &problem : *result.getArray("problems"))
    os << "  INVALID: " << problem.getAsString().value_or("") << '\n';
  if (!flag(result, "warm"))
    os << "  the device never settled: times may be off\n";
}

void Report::time(json::Object result) {
  if (printed("time", result))
    return;
  os << llvm::formatv("time {0} (middle half {1} to {2}), clock {3:F0} MHz\n",
                      timeText(number(result, "seconds")),
                      timeText(number(result, "lower_quartile")),
                      timeText(number(result, "upper_quartile")),
                      number(result, "clock_hz") * 1e-6);
  if (double light = number(result, "speed_of_light_seconds"))
    os << llvm::formatv("  {0:F1} % of the speed of light ({1})\n",
                        100 * light / number(result, "seconds"),
                        timeText(light));
  printTrust(os, result);
}

void Report::screening(json::Object result) {
  if (printed("screening", result))
    return;
  os << llvm::formatv("{0}: ", text(result, "file"));
  if (const json::Object *error = result.getObject("error"))
    os << llvm::formatv("{0}: {1}", text(*error, "kind"),
                        text(*error, "message"));
  else
    os << timeText(number(result, "seconds"));
  os << llvm::formatv(" (looked at for {0})\n",
                      timeText(number(result, "wall_seconds")));
  os.flush();
}

void Report::comparison(json::Object result) {
  if (printed("comparison", result))
    return;
  const json::Object &ratio = *result.getObject("log_ratio");
  auto factor = [&](const json::Object &o, StringRef key) {
    return std::exp(o.getNumber(key).value_or(0));
  };
  os << llvm::formatv("baseline  {0}  {1}\n",
                      timeText(number(result, "baseline_seconds")),
                      text(result, "baseline"));
  os << llvm::formatv("candidate {0}  {1}\n",
                      timeText(number(result, "candidate_seconds")),
                      text(result, "candidate"));
  os << llvm::formatv("{0}: {1:F3}x [{2:F3}, {3:F3}]", text(result, "verdict"),
                      factor(ratio, "mean"), factor(ratio, "low"),
                      factor(ratio, "high"));
  if (const json::Object *cycles = result.getObject("log_cycle_ratio"))
    os << llvm::formatv(", in cycles {0:F3}x [{1:F3}, {2:F3}]",
                        factor(*cycles, "mean"), factor(*cycles, "low"),
                        factor(*cycles, "high"));
  os << llvm::formatv("; {0} blocks, {1} set aside\n",
                      integer(result, "blocks_used"),
                      integer(result, "blocks_set_aside"));
  if (auto second = result.getString("second_process"))
    os << "  a second process says: " << *second << '\n';
  printTrust(os, result);
}
