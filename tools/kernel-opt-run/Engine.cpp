//===- Engine.cpp - What kernel-opt-run does, without its words ----- -*- C++
//-*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Engine.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"
#include <cstring>

using namespace kernel_opt;
using namespace kernel_opt::run;
using namespace kernel_opt::runtime;
namespace json = llvm::json;

ErrorText run::textOf(llvm::Error error) {
  ErrorText text;
  llvm::handleAllErrors(
      std::move(error),
      [&](const DeviceError &e) {
        text = {stringOf(e.kind).str(), e.message, e.fatal};
      },
      [&](const WorkerError &e) { text = {e.kind, e.message, e.fatal}; },
      [&](const llvm::ErrorInfoBase &e) { text.message = e.message(); });
  return text;
}

llvm::Expected<Session *> Engine::session() {
  if (!opened) {
    auto driver = Driver::load(request.driver);
    if (!driver)
      return driver.takeError();
    auto created = Session::create(**driver, request.device);
    if (!created)
      return created.takeError();
    opened = std::move(*created);
    opened->launchLimit = request.launchLimit;
  }
  return opened.get();
}

llvm::Expected<Engine::Loaded *> Engine::find(unsigned handle) {
  if (handle < plans.size() && plans[handle])
    return plans[handle].get();
  return llvm::createStringError("no plan is loaded under the handle " +
                                 Twine(handle));
}

llvm::Expected<measure::DeviceRates> Engine::rates(bool again) {
  auto open = session();
  if (!open)
    return open.takeError();
  return measure::deviceRates(**open, again);
}

llvm::Expected<json::Object> Engine::info(InfoRequest what) {
  auto open = session();
  if (!open)
    return open.takeError();
  json::Object answer{{"device", (*open)->context().device().toJSON()}};
  auto memory = (*open)->context().memory();
  if (!memory)
    return memory.takeError();
  answer["free_bytes"] = int64_t(memory->first);
  if (what != InfoRequest::Facts) {
    auto measured = rates(what == InfoRequest::FreshRates);
    if (!measured)
      return measured.takeError();
    answer["rates"] = measured->toJSON();
  }
  return answer;
}

//===----------------------------------------------------------------------===//
// Loading
//===----------------------------------------------------------------------===//

static llvm::Error addInputs(PlanRunner &runner, const LoadRequest &request) {
  if (request.inputFiles.empty())
    return runner.addSet(request.family, request.seed, request.mostDrawn);
  std::vector<HostArray> inputs;
  auto buffers = runner.plan().buffersOf(BufferRole::Input);
  if (request.inputFiles.size() != buffers.size())
    return llvm::createStringError(
        "launch plan '" + runner.plan().name + "' has " +
        Twine(buffers.size()) + " inputs, " + Twine(request.inputFiles.size()) +
        " files are given");
  for (auto [file, index] : llvm::zip(request.inputFiles, buffers)) {
    auto array = readNpy(file);
    if (!array)
      return array.takeError();
    const PlanBuffer &buffer = runner.plan().buffers[index];
    if (llvm::Error e = buffer.checkShape(array->shape, file))
      return e;
    inputs.push_back(convert(std::move(*array), buffer.type));
  }
  return runner.addSet(inputs);
}

llvm::Expected<unsigned> Engine::load(LoadRequest loadRequest) {
  auto open = session();
  if (!open)
    return open.takeError();
  auto runner =
      PlanRunner::create(**open, loadRequest.plan, loadRequest.placement);
  if (!runner)
    return runner.takeError();
  if (llvm::Error e = addInputs(**runner, loadRequest))
    return std::move(e);
  auto loaded = std::make_unique<Loaded>();
  loaded->request = std::move(loadRequest);
  loaded->runner = std::move(*runner);
  plans.push_back(std::move(loaded));
  return unsigned(plans.size() - 1);
}

llvm::Error Engine::unload(unsigned handle) {
  auto loaded = find(handle);
  if (!loaded)
    return loaded.takeError();
  plans[handle].reset();
  return llvm::Error::success();
}

llvm::Expected<json::Object> Engine::describe(unsigned handle) {
  auto loaded = find(handle);
  if (!loaded)
    return loaded.takeError();
  const LaunchPlan &plan = (*loaded)->runner->plan();
  json::Array kernels;
  std::vector<const Kernel *> all = (*loaded)->runner->kernels();
  size_t next = 0;
  for (const PlanStep &step : plan.launches) {
    auto *kernelStep = std::get_if<KernelStep>(&step);
    if (!kernelStep)
      continue;
    const Kernel &k = *all[next++];
    auto occupancy = k.occupancy(kernelStep->shape);
    if (!occupancy)
      return occupancy.takeError();
    kernels.push_back(
        json::Object{{"kernel", k.name()},
                     {"registers", k.facts().registers},
                     {"local_bytes", k.facts().localBytes},
                     {"static_shared_bytes", k.facts().staticSharedBytes},
                     {"shared_bytes", int64_t(kernelStep->shape.sharedBytes)},
                     {"blocks", int64_t(kernelStep->shape.blocks())},
                     {"threads", int64_t(kernelStep->shape.threads())},
                     {"blocks_per_multiprocessor", *occupancy}});
  }
  return json::Object{{"name", plan.name},
                      {"digest", plan.digest()},
                      {"bytes", int64_t(plan.totalBytes())},
                      {"kernels", std::move(kernels)}};
}

//===----------------------------------------------------------------------===//
// Running
//===----------------------------------------------------------------------===//

/// The first element where two arrays differ, as text; empty if none.
static std::string firstDifference(const HostArray &a, const HostArray &b) {
  unsigned bytes = bytesOf(a.type);
  int64_t count = 0, first = -1;
  for (int64_t i = 0, e = a.elements(); i < e; ++i)
    if (std::memcmp(&a.data[size_t(i) * bytes], &b.data[size_t(i) * bytes],
                    bytes)) {
      first = first < 0 ? i : first;
      ++count;
    }
  if (!count)
    return {};
  // Enough digits to tell two floats apart, in either notation.
  auto text = [](double value) {
    std::string result;
    llvm::raw_string_ostream(result) << llvm::format("%.9g", value);
    return result;
  };
  return llvm::formatv("{0} of {1} elements, first element {2} ({3} and {4})",
                       count, a.elements(), first, text(a.at(first)),
                       text(b.at(first)));
}

llvm::Expected<json::Object> Engine::runOnDevice(unsigned handle,
                                                 unsigned repeats) {
  auto loaded = find(handle);
  if (!loaded)
    return loaded.takeError();
  PlanRunner &runner = *(*loaded)->runner;
  std::vector<uint64_t> first;
  json::Array problems;
  auto problem = [&](const Twine &text) {
    if (!llvm::is_contained(problems, json::Value(text.str())))
      problems.push_back(text.str());
  };
  for (unsigned i = 0; i < 2 * repeats; ++i) {
    if (llvm::Error e =
            runner.poison(0, i >= repeats ? Poison::Large : Poison::Random, i))
      return std::move(e);
    if (llvm::Error e = opened->builtins().fillShared(i + 1))
      return std::move(e);
    if (llvm::Error e = runner.run(0))
      return std::move(e);
    auto damage = runner.findDamage(0);
    if (!damage)
      return damage.takeError();
    for (const Damage &d : *damage)
      problem(d.describe());
    auto sums = runner.outputChecksums(0);
    if (!sums)
      return sums.takeError();
    if (first.empty())
      first = std::move(*sums);
    else
      for (auto [o, pair] : llvm::enumerate(llvm::zip(first, *sums)))
        if (std::get<0>(pair) != std::get<1>(pair))
          problem(
              "output " + Twine(o) +
              (i >= repeats ? " depends on what memory held before, or" : "") +
              " differs from run to run");
  }
  (*loaded)->hasRun = true;
  json::Array sums;
  for (uint64_t sum : first)
    sums.push_back(llvm::utohexstr(sum, true));
  return json::Object{{"passed", problems.empty()},
                      {"runs", int64_t(2 * repeats)},
                      {"problems", std::move(problems)},
                      {"output_checksums", std::move(sums)}};
}

llvm::Expected<json::Object> Engine::run(unsigned handle, unsigned repeats) {
  auto loaded = find(handle);
  if (!loaded)
    return loaded.takeError();
  PlanRunner &runner = *(*loaded)->runner;
  size_t outputs = runner.plan().buffersOf(BufferRole::Output).size();
  std::vector<std::vector<HostArray>> first(2); // by poison
  json::Array problems;
  auto problem = [&](const Twine &text) {
    // The same thing goes wrong in every repeat.
    if (!llvm::is_contained(problems, json::Value(text.str())))
      problems.push_back(text.str());
  };
  for (unsigned i = 0; i < 2 * repeats; ++i) {
    // Large values come last: what nobody wrote then stands out in a dump.
    unsigned kind = i >= repeats;
    if (llvm::Error e =
            runner.poison(0, kind ? Poison::Large : Poison::Random, i))
      return std::move(e);
    if (llvm::Error e = opened->builtins().fillShared(i + 1))
      return std::move(e);
    if (llvm::Error e = runner.run(0))
      return std::move(e);
    auto damage = runner.findDamage(0);
    if (!damage)
      return damage.takeError();
    for (const Damage &d : *damage)
      problem(d.describe());
    for (size_t o = 0; o < outputs; ++o) {
      auto output = runner.output(0, unsigned(o));
      if (!output)
        return output.takeError();
      if (first[kind].size() == o) {
        first[kind].push_back(std::move(*output));
        continue;
      }
      std::string what = firstDifference(first[kind][o], *output);
      if (!what.empty())
        problem("output " + Twine(o) + " differs from run to run: " + what);
    }
  }
  for (size_t o = 0; o < outputs; ++o) {
    std::string what = firstDifference(first[0][o], first[1][o]);
    if (!what.empty())
      problem("output " + Twine(o) +
              " depends on what memory held before: " + what);
  }
  (*loaded)->hasRun = true;
  json::Array sums;
  for (const HostArray &output : first[1])
    sums.push_back(llvm::utohexstr(
        checksumOf(output.data.data(), output.data.size()), true));
  return json::Object{{"passed", problems.empty()},
                      {"runs", int64_t(2 * repeats)},
                      {"problems", std::move(problems)},
                      {"output_checksums", std::move(sums)}};
}

llvm::Expected<json::Object> Engine::check(unsigned handle,
                                           const CheckRequest &request) {
  auto loaded = find(handle);
  if (!loaded)
    return loaded.takeError();
  if (!(*loaded)->hasRun)
    return llvm::createStringError("the plan must run before it is checked");
  PlanRunner &runner = *(*loaded)->runner;
  auto buffers = runner.plan().buffersOf(BufferRole::Output);
  auto fits = [&](ArrayRef<std::string> files, bool required) {
    return files.size() == buffers.size() || (!required && files.empty());
  };
  if (!fits(request.references, true) || !fits(request.scales, false) ||
      !fits(request.originals, false))
    return llvm::createStringError(
        "launch plan '" + runner.plan().name + "' has " +
        Twine(buffers.size()) + " outputs; expected a reference file for each" +
        " (and a scale and an original for each, if any)");
  bool passed = true;
  json::Array results;
  for (size_t o = 0; o < buffers.size(); ++o) {
    auto read = [&](ArrayRef<std::string> files) -> llvm::Expected<HostArray> {
      if (files.empty())
        return HostArray();
      return readNpy(files[o]);
    };
    auto actual = runner.output(0, unsigned(o));
    if (!actual)
      return actual.takeError();
    auto reference = read(request.references), scale = read(request.scales),
         original = read(request.originals);
    if (!reference || !scale || !original)
      return llvm::joinErrors(
          llvm::joinErrors(reference.takeError(), scale.takeError()),
          original.takeError());
    // A reference in bits of a type without a name of its own is that type.
    if (reference->unsignedBytes)
      reference = convert(std::move(*reference), actual->type);
    const HostArray *scalePointer = request.scales.empty() ? nullptr : &*scale;
    auto mine = distance(*reference, scalePointer, *actual);
    if (!mine)
      return mine.takeError();
    json::Object result = mine->toJSON();
    bool good = !mine->classDifferences &&
                (request.tolerance > 0 ? mine->max <= request.tolerance
                                       : !mine->bitDifferences);
    if (!request.originals.empty()) {
      auto other = distance(*reference, scalePointer,
                            convert(std::move(*original), actual->type));
      if (!other)
        return other.takeError();
      result["original"] = other->toJSON();
      good = isAsAccurate(*mine, *other);
    }
    result["output"] = runner.plan().buffers[buffers[o]].name;
    result["passed"] = good;
    passed &= good;
    results.push_back(std::move(result));
  }
  return json::Object{{"passed", passed}, {"outputs", std::move(results)}};
}

llvm::Expected<json::Object> Engine::dump(unsigned handle, StringRef folder) {
  auto loaded = find(handle);
  if (!loaded)
    return loaded.takeError();
  if (std::error_code code = llvm::sys::fs::create_directories(folder))
    return llvm::createStringError(code, "cannot make the folder '" + folder +
                                             "': " + code.message());
  PlanRunner &runner = *(*loaded)->runner;
  json::Array files;
  for (BufferRole role : {BufferRole::Input, BufferRole::Output})
    for (auto [i, index] : llvm::enumerate(runner.plan().buffersOf(role))) {
      auto array = role == BufferRole::Input ? runner.input(0, unsigned(i))
                                             : runner.output(0, unsigned(i));
      if (!array)
        return array.takeError();
      // Names of buffers come from outside: they must not leave the folder.
      std::string name = runner.plan().buffers[index].name;
      for (char &c : name)
        if (!llvm::isAlnum(c) && c != '_' && c != '-' && c != '.')
          c = '_';
      std::string path = (folder + "/" + name + ".npy").str();
      if (llvm::Error e = writeNpy(path, *array))
        return std::move(e);
      files.push_back(std::move(path));
    }
  return json::Object{{"files", std::move(files)}};
}

//===----------------------------------------------------------------------===//
// Timing
//===----------------------------------------------------------------------===//

llvm::Expected<measure::PlanSampler *> Engine::sampler(unsigned handle) {
  auto found = find(handle);
  if (!found)
    return found.takeError();
  Loaded &loaded = **found;
  if (!loaded.sampler) {
    // Plain memory, as users have it.
    auto runner =
        PlanRunner::create(*opened, loaded.request.plan, Placement::Plain);
    if (!runner)
      return runner.takeError();
    auto sampler = measure::PlanSampler::create(
        *opened, **runner, loaded.request.family, loaded.request.seed,
        std::min(loaded.request.mostDrawn, PlanRunner::drawnForTiming));
    if (!sampler)
      return sampler.takeError();
    loaded.timed = std::move(*runner);
    loaded.sampler = std::move(*sampler);
  }
  return loaded.sampler.get();
}

llvm::Expected<json::Object> Engine::time(unsigned handle, unsigned samples) {
  auto found = sampler(handle);
  if (!found)
    return found.takeError();
  json::Array taken;
  for (unsigned i = 0; i < samples; ++i) {
    auto sample = (*found)->sample();
    if (!sample)
      return sample.takeError();
    taken.push_back(json::Object{{"seconds", sample->seconds},
                                 {"clock_hz", sample->clockHz}});
  }
  return json::Object{{"samples", std::move(taken)}};
}
