//===- PlanRunner.cpp - Runs a launch plan on a device ----------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Runtime/PlanRunner.h"
#include "kernel-opt/Verify/Hash.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>
#include <cstring>

using namespace kernel_opt;
using namespace kernel_opt::runtime;

//===----------------------------------------------------------------------===//
// Session
//===----------------------------------------------------------------------===//

llvm::Expected<std::unique_ptr<Session>> Session::create(const Driver &driver,
                                                         int device) {
  std::unique_ptr<Session> session(new Session);
  auto context = Context::create(driver, device);
  if (!context)
    return context.takeError();
  session->ownedContext = std::move(*context);
  auto stream = session->ownedContext->createStream();
  if (!stream)
    return stream.takeError();
  session->ownedStream = std::move(*stream);
  auto builtins =
      Builtins::create(*session->ownedContext, session->ownedStream);
  if (!builtins)
    return builtins.takeError();
  session->ownedBuiltins = std::move(*builtins);
  return std::move(session);
}

Session::~Session() {
  // Everything made from the context goes before it.
  ownedBuiltins.reset();
  ownedStream = Stream();
}

std::string Damage::describe() const {
  switch (kind) {
  case Kind::InputChanged:
    return "buffer '" + buffer + "', which is read only, was changed";
  case Kind::WroteBefore:
    return "memory in front of buffer '" + buffer + "' was written";
  case Kind::WroteAfter:
    return "memory behind buffer '" + buffer + "' was written";
  }
  llvm_unreachable("all kinds are handled");
}

uint64_t runtime::largePattern(ElementType type) {
  uint64_t element = 0x7171717171717171;
  if (std::optional<verify::FloatKind> kind = floatKindOf(type))
    encodeElement(type, std::min(0x1p100, verify::getLargest(*kind)), &element);
  unsigned bytes = bytesOf(type);
  for (unsigned filled = bytes; filled < 8; filled *= 2) {
    uint64_t low = element & ((uint64_t(1) << (8 * filled)) - 1);
    element = low | low << (8 * filled);
  }
  return element;
}

//===----------------------------------------------------------------------===//
// Loading
//===----------------------------------------------------------------------===//

llvm::Expected<std::unique_ptr<PlanRunner>>
PlanRunner::create(Session &session, LaunchPlan plan, Placement placement) {
  if (llvm::Error e = plan.verify())
    return std::move(e);
  if (llvm::Error e =
          checkTarget(plan.target, session.context().device(), plan.name))
    return std::move(e);
  std::unique_ptr<PlanRunner> runner(
      new PlanRunner(session, std::move(plan), placement));
  if (llvm::Error e = runner->loadKernels())
    return std::move(e);
  return std::move(runner);
}

llvm::Error PlanRunner::loadKernels() {
  for (const PlanModule &module : launchPlan.modules) {
    auto loaded = session.context().load(module.image, module.name);
    if (!loaded)
      return loaded.takeError();
    modules.push_back(std::move(*loaded));
  }
  for (bool isPrepare : {true, false})
    for (const PlanStep &step :
         isPrepare ? launchPlan.prepare : launchPlan.launches) {
      auto *kernelStep = std::get_if<KernelStep>(&step);
      if (!kernelStep)
        continue;
      auto kernel = modules[kernelStep->module].kernel(kernelStep->entry);
      if (!kernel)
        return kernel.takeError();
      if (llvm::Error e = kernel->prepare(kernelStep->shape))
        return e;
      (isPrepare ? prepareKernels : launchKernels)
          .push_back(std::move(*kernel));
      if (isPrepare)
        for (const PlanArgument &a : kernelStep->arguments)
          prepareMaps += std::holds_alternative<TensorMapArgument>(a);
    }
  return llvm::Error::success();
}

std::vector<const Kernel *> PlanRunner::kernels() const {
  std::vector<const Kernel *> result;
  for (const Kernel &kernel : launchKernels)
    result.push_back(&kernel);
  return result;
}

//===----------------------------------------------------------------------===//
// Sets
//===----------------------------------------------------------------------===//

llvm::Error PlanRunner::allocate(Set &set) {
  Context &context = session.context();
  for (const PlanBuffer &b : launchPlan.buffers) {
    auto buffer =
        placement == Placement::Plain
            ? context.allocate(b.bytes())
            : context.allocateGuarded(b.bytes(), b.alignment,
                                      placement == Placement::GuardedFront);
    if (!buffer)
      return buffer.takeError();
    // What the allocator gives is aligned to 256 bytes at least.
    if (buffer->address() % b.alignment)
      return deviceError(ErrorKind::NotSupported,
                         "buffer '" + b.name + "' needs an alignment of " +
                             Twine(b.alignment) +
                             " bytes; plain memory is aligned to 256");
    set.buffers.push_back(std::move(*buffer));
  }
  return llvm::Error::success();
}

llvm::Error PlanRunner::encodeMaps(Set &set) {
  for (auto *steps : {&launchPlan.prepare, &launchPlan.launches})
    for (const PlanStep &step : *steps) {
      auto *kernel = std::get_if<KernelStep>(&step);
      if (!kernel)
        continue;
      for (const PlanArgument &argument : kernel->arguments) {
        auto *map = std::get_if<TensorMapArgument>(&argument);
        if (!map)
          continue;
        auto encoded = session.context().encode(
            map->map, set.buffers[map->buffer].address() + map->offset);
        if (!encoded)
          return encoded.takeError();
        set.maps.push_back(*encoded);
      }
    }
  return llvm::Error::success();
}

llvm::Error PlanRunner::addSet(ArrayRef<HostArray> inputs) {
  SmallVector<unsigned> inputBuffers = launchPlan.buffersOf(BufferRole::Input);
  if (inputs.size() != inputBuffers.size())
    return llvm::createStringError("launch plan '" + launchPlan.name +
                                   "' has " + Twine(inputBuffers.size()) +
                                   " inputs, " + Twine(inputs.size()) +
                                   " are given");
  for (auto [input, index] : llvm::zip(inputs, inputBuffers)) {
    const PlanBuffer &b = launchPlan.buffers[index];
    if (input.type != b.type || input.data.size() != b.bytes())
      return llvm::createStringError(
          "input '" + b.name + "' needs " + Twine(b.bytes()) + " bytes of " +
          stringOf(b.type) + ", " + Twine(input.data.size()) + " of " +
          stringOf(input.type) + " are given");
  }
  return addSet([&](unsigned input, const Buffer &buffer) {
    const std::string &data = inputs[input].data;
    return session.stream().upload(buffer, data.data(), data.size());
  });
}

/// The first rows of a buffer, of about so many elements.
static PlanBuffer firstRows(const PlanBuffer &buffer, int64_t most) {
  PlanBuffer part = buffer;
  if (!part.shape.empty() && part.elements() > most) {
    int64_t row = part.elements() / part.shape.front();
    part.shape.front() = std::max<int64_t>(most / row, 1);
  }
  return part;
}

llvm::Error PlanRunner::addSet(verify::InputFamily family, uint64_t seed,
                               int64_t mostDrawn) {
  SmallVector<unsigned> inputBuffers = launchPlan.buffersOf(BufferRole::Input);
  return addSet([&](unsigned input, const Buffer &buffer) -> llvm::Error {
    HostArray array =
        drawInput(firstRows(launchPlan.buffers[inputBuffers[input]], mostDrawn),
                  input, family, seed);
    uint64_t drawn = array.data.size();
    if (llvm::Error e =
            session.stream().upload(buffer, array.data.data(), drawn))
      return e;
    if (llvm::Error e = wait()) // The array goes.
      return e;
    // The other rows repeat the first ones: each copy doubles what is there.
    Context &context = session.context();
    for (uint64_t at = drawn; at < buffer.bytes(); at *= 2)
      if (llvm::Error e = context.check(
              context.functions().memcpyDtoDAsync(
                  buffer.address() + at, buffer.address(),
                  std::min(at, buffer.bytes() - at), session.stream().get()),
              "repeat the first rows of an input"))
        return e;
    return wait();
  });
}

llvm::Error PlanRunner::addSet(
    function_ref<llvm::Error(unsigned, const Buffer &)> uploadInput) {
  // The device first: what does not fit there need not be drawn.
  Set set;
  if (llvm::Error e = allocate(set))
    return e;
  if (llvm::Error e = encodeMaps(set))
    return e;
  unsigned nextInput = 0;
  for (auto [b, buffer] : llvm::zip(launchPlan.buffers, set.buffers)) {
    if (b.role == BufferRole::Input)
      if (llvm::Error e = uploadInput(nextInput++, buffer))
        return e;
    if (b.role == BufferRole::Constant)
      if (llvm::Error e =
              session.stream().upload(buffer, b.data.data(), b.data.size()))
        return e;
  }
  // Prepared buffers start as poison too: nothing may be left undefined.
  for (unsigned i : launchPlan.buffersOf(BufferRole::Prepared))
    if (llvm::Error e = session.builtins().fillRandom(
            set.buffers[i].address(), set.buffers[i].bytes(), i + 1))
      return e;
  if (llvm::Error e = launchAll(set, launchPlan.prepare, 0, prepareKernels))
    return e;
  if (llvm::Error e = within(wait(), "the prepare steps"))
    return e;
  for (auto [b, buffer] : llvm::zip(launchPlan.buffers, set.buffers)) {
    bool readOnly =
        b.role != BufferRole::Output && b.role != BufferRole::Workspace;
    set.checksums.emplace_back();
    if (!readOnly)
      continue;
    auto sum = session.builtins().checksum(buffer.address(), buffer.bytes());
    if (!sum)
      return sum.takeError();
    set.checksums.back() = *sum;
  }
  sets.push_back(std::move(set));
  return llvm::Error::success();
}

//===----------------------------------------------------------------------===//
// Launching
//===----------------------------------------------------------------------===//

llvm::Error PlanRunner::launchKernel(Set &set, const KernelStep &step,
                                     const Kernel &kernel, unsigned &map) {
  // The driver copies the values during the launch.
  SmallVector<uint64_t, 16> words(step.arguments.size());
  SmallVector<void *, 16> pointers;
  for (auto [argument, word] : llvm::zip(step.arguments, words)) {
    if (std::holds_alternative<TensorMapArgument>(argument)) {
      pointers.push_back(&set.maps[map++]);
      continue;
    }
    if (auto *buffer = std::get_if<BufferArgument>(&argument))
      word = set.buffers[buffer->buffer].address() + buffer->offset;
    else
      word = std::get<ScalarArgument>(argument).bits;
    pointers.push_back(&word);
  }
  return kernel.launch(session.stream(), step.shape, pointers);
}

llvm::Error PlanRunner::launchAll(Set &set, ArrayRef<PlanStep> steps,
                                  unsigned map, ArrayRef<Kernel> stepKernels) {
  Context &context = session.context();
  const api::Functions &f = context.functions();
  api::StreamHandle stream = session.stream().get();
  for (const PlanStep &step : steps) {
    if (auto *kernel = std::get_if<KernelStep>(&step)) {
      if (llvm::Error e = launchKernel(set, *kernel, stepKernels.front(), map))
        return e;
      stepKernels = stepKernels.drop_front();
    } else if (auto *fill = std::get_if<FillStep>(&step)) {
      if (llvm::Error e = context.check(
              f.memsetD8Async(set.buffers[fill->buffer].address() +
                                  fill->offset,
                              fill->value, fill->bytes, stream),
              "fill a buffer"))
        return e;
    } else {
      const auto &copy = std::get<CopyStep>(step);
      const Buffer &from = set.buffers[copy.from];
      if (llvm::Error e = context.check(
              f.memcpyDtoDAsync(set.buffers[copy.to].address(), from.address(),
                                from.bytes(), stream),
              "copy a buffer"))
        return e;
    }
  }
  return llvm::Error::success();
}

/// Says what was running when a launch failed: the driver reports it late.
llvm::Error PlanRunner::within(llvm::Error error, StringRef what) {
  if (!error)
    return error;
  return llvm::handleErrors(
      std::move(error), [&](const DeviceError &e) -> llvm::Error {
        return llvm::make_error<DeviceError>(
            e.kind,
            llvm::formatv("launch plan '{0}', {1}: {2}", launchPlan.name, what,
                          e.message)
                .str(),
            e.fatal);
      });
}

llvm::Error PlanRunner::wait() {
  return session.stream().synchronize(session.launchLimit);
}

llvm::Error PlanRunner::run(unsigned set) {
  if (llvm::Error e =
          launchAll(sets[set], launchPlan.launches, prepareMaps, launchKernels))
    return within(std::move(e), "its launches");
  return within(wait(), "its launches");
}

llvm::Error PlanRunner::replay(unsigned number) {
  Set &set = sets[number];
  if (!set.graph) {
    auto graph = session.stream().capture([&] {
      return launchAll(set, launchPlan.launches, prepareMaps, launchKernels);
    });
    if (!graph)
      return within(graph.takeError(), "its graph");
    set.graph = std::move(*graph);
  }
  return within(set.graph->launch(session.stream()), "its graph");
}

//===----------------------------------------------------------------------===//
// Poison and damage
//===----------------------------------------------------------------------===//

/// Word-aligned parts of the mapped memory around a buffer.
static std::array<std::pair<api::DevicePointer, uint64_t>, 2>
guardsOf(const Buffer &buffer) {
  api::DevicePointer end = (buffer.address() + buffer.bytes() + 3) & ~3ull;
  uint64_t rounding = end - buffer.address() - buffer.bytes();
  uint64_t behind =
      buffer.slackAfter() > rounding ? buffer.slackAfter() - rounding : 0;
  return {
      {{buffer.address() - buffer.slackBefore(), buffer.slackBefore() & ~3ull},
       {end, behind & ~3ull}}};
}

llvm::Error PlanRunner::fillGuards(Set &set, uint64_t seed) {
  for (const Buffer &buffer : set.buffers)
    for (auto [address, bytes] : guardsOf(buffer))
      if (bytes)
        if (llvm::Error e =
                session.builtins().fillRandom(address, bytes, seed ^ address))
          return e;
  set.guardSeed = seed;
  set.guardsFilled = true;
  return llvm::Error::success();
}

llvm::Error PlanRunner::poison(unsigned number, Poison poison, uint64_t seed) {
  Set &set = sets[number];
  Builtins &builtins = session.builtins();
  for (auto [i, b] : llvm::enumerate(launchPlan.buffers)) {
    if (b.role != BufferRole::Output && b.role != BufferRole::Workspace)
      continue;
    const Buffer &buffer = set.buffers[i];
    llvm::Error e = poison == Poison::Random
                        ? builtins.fillRandom(buffer.address(), buffer.bytes(),
                                              verify::mixHash(seed, i))
                        : builtins.fillPattern(buffer.address(), buffer.bytes(),
                                               largePattern(b.type));
    if (e)
      return e;
  }
  return fillGuards(set, verify::mixHash(seed, 0x67756172));
}

llvm::Expected<std::vector<Damage>> PlanRunner::findDamage(unsigned number) {
  Set &set = sets[number];
  Builtins &builtins = session.builtins();
  std::vector<Damage> damage;
  for (auto [i, b] : llvm::enumerate(launchPlan.buffers)) {
    const Buffer &buffer = set.buffers[i];
    if (set.checksums[i]) {
      auto sum = builtins.checksum(buffer.address(), buffer.bytes());
      if (!sum)
        return sum.takeError();
      if (*sum != *set.checksums[i])
        damage.push_back({b.name, Damage::Kind::InputChanged});
    }
    if (!set.guardsFilled)
      continue;
    for (auto [side, guard] : llvm::enumerate(guardsOf(buffer))) {
      auto [address, bytes] = guard;
      if (!bytes)
        continue;
      std::vector<uint32_t> words(bytes / 4);
      if (llvm::Error e = session.context().check(
              session.context().functions().memcpyDtoHAsync(
                  words.data(), address, bytes, session.stream().get()),
              "copy from the device"))
        return std::move(e);
      if (llvm::Error e = wait())
        return std::move(e);
      uint64_t seed = set.guardSeed ^ address;
      for (auto [at, word] : llvm::enumerate(words))
        if (word != randomWord(seed, at)) {
          damage.push_back({b.name, side ? Damage::Kind::WroteAfter
                                         : Damage::Kind::WroteBefore});
          break;
        }
    }
  }
  return damage;
}

//===----------------------------------------------------------------------===//
// Results
//===----------------------------------------------------------------------===//

llvm::Expected<HostArray> PlanRunner::download(unsigned set, unsigned index) {
  const PlanBuffer &b = launchPlan.buffers[index];
  HostArray array;
  array.type = b.type;
  array.shape = b.shape;
  array.data.resize(b.bytes());
  if (llvm::Error e = session.stream().download(
          array.data.data(), sets[set].buffers[index], b.bytes()))
    return std::move(e);
  if (llvm::Error e = wait())
    return std::move(e);
  return array;
}

llvm::Expected<HostArray> PlanRunner::output(unsigned set, unsigned index) {
  return download(set, launchPlan.buffersOf(BufferRole::Output)[index]);
}

llvm::Expected<HostArray> PlanRunner::input(unsigned set, unsigned index) {
  return download(set, launchPlan.buffersOf(BufferRole::Input)[index]);
}

llvm::Expected<std::vector<uint64_t>>
PlanRunner::outputChecksums(unsigned set) {
  std::vector<uint64_t> sums;
  for (unsigned i : launchPlan.buffersOf(BufferRole::Output)) {
    const Buffer &buffer = sets[set].buffers[i];
    auto sum = session.builtins().checksum(buffer.address(), buffer.bytes());
    if (!sum)
      return sum.takeError();
    sums.push_back(*sum);
  }
  return sums;
}
