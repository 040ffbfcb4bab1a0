//===- Store.cpp - What a search knows already ------------------- -*- C++
//-*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "StoreState.h"
#include "kernel-opt/Support/Hash.h"

using namespace kernel_opt;
using namespace kernel_opt::search;
namespace json = llvm::json;

/// Milliseconds since 1970.
[[maybe_unused]] static int64_t now() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

Store::Store(std::unique_ptr<State> state) : state(std::move(state)) {}
Store::~Store() = default;

llvm::Expected<std::unique_ptr<Store>>
Store::open(StringRef path, const Environment &environment, bool writable) {
  auto state = std::make_unique<State>();
  state->environment = environment;
  state->writable = writable;
  auto chip = nvptx::findChip(environment.target);
  if (!chip)
    return chip.takeError();
  state->device = &findDeviceModel(chip->sm);
  if (!path.empty()) {
#ifdef KERNELOPT_HAVE_SQLITE
    archive::ArchiveOptions options;
    options.path = path.str();
    options.writable = writable;
    auto archive = archive::Archive::open(options);
    if (!archive)
      return archive.takeError();
    state->archive.emplace(std::move(*archive));
#else
    return llvm::createStringError("this build has no archive, since it was "
                                   "built without SQLite; expected "
                                   "--database=none");
#endif
  }
  return std::unique_ptr<Store>(new Store(std::move(state)));
}

llvm::Error Store::beginRun(uint64_t seed, json::Value options) {
  std::lock_guard<std::mutex> lock(state->mutex);
#ifdef KERNELOPT_HAVE_SQLITE
  if (!state->archive)
    return llvm::Error::success();
  archive::Run run;
  run.seed = seed;
  run.version = KERNELOPT_VERSION;
  run.options = std::move(options);
  run.started = now();
  auto id = state->archive->append(std::move(run));
  if (!id)
    return id.takeError();
  state->runId = *id;
#endif
  return llvm::Error::success();
}

//===----------------------------------------------------------------------===//
// Exchanges
//===----------------------------------------------------------------------===//

llvm::Error Store::addExchange(const proposal::WireRecord &record) {
  std::lock_guard<std::mutex> lock(state->mutex);
#ifdef KERNELOPT_HAVE_SQLITE
  if (!state->archive)
    return llvm::Error::success();
  archive::Wire wire;
  wire.run = state->runId;
  wire.proposer = record.proposer;
  wire.program = record.program;
  wire.seed = record.seed;
  wire.promptHash = record.promptHash;
  wire.request = record.prompt;
  wire.response = record.response;
  wire.error = record.error;
  wire.taken = now();
  auto id = state->archive->append(std::move(wire));
  if (!id)
    return id.takeError();
#endif
  return llvm::Error::success();
}

std::optional<std::string> Store::answer(const proposal::Proposer &proposer,
                                         StringRef promptHash, uint64_t seed) {
  std::lock_guard<std::mutex> lock(state->mutex);
#ifdef KERNELOPT_HAVE_SQLITE
  if (!state->archive)
    return std::nullopt;
  auto wires = state->archive->answers(promptHash);
  if (!wires) {
    llvm::consumeError(wires.takeError());
    return std::nullopt;
  }
  for (archive::Wire &wire : *wires)
    if (wire.error.empty() && wire.seed == seed &&
        wire.proposer == proposer.getName() &&
        wire.program == proposer.getProgram())
      return std::move(wire.response);
#endif
  return std::nullopt;
}
