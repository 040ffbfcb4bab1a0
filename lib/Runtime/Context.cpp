//===- Context.cpp - Contexts and loading of code ---------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Runtime/Device.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include <thread>

using namespace kernel_opt;
using namespace kernel_opt::runtime;

llvm::Expected<std::unique_ptr<Context>> Context::create(const Driver &driver,
                                                         int device) {
  llvm::Expected<DeviceInfo> info = driver.deviceInfo(device);
  if (!info)
    return info.takeError();
  std::unique_ptr<Context> context(new Context(driver, std::move(*info)));
  const api::Functions &f = driver.functions();
  if (llvm::Error e = driver.check(f.deviceGet(&context->deviceHandle, device),
                                   "open the device"))
    return std::move(e);
  if (llvm::Error e = driver.check(
          f.primaryCtxRetain(&context->handle, context->deviceHandle),
          "open a context on device " + Twine(device)))
    return std::move(e);
  if (llvm::Error e = context->makeCurrent())
    return std::move(e);
  return std::move(context);
}

Context::~Context() {
  if (handle && !lost)
    functions().primaryCtxRelease(deviceHandle);
}

llvm::Error Context::check(api::Result result, const Twine &what) {
  if (isFatal(result))
    lost = true;
  return cuda.check(result, what);
}

llvm::Error Context::makeCurrent() {
  return check(functions().ctxSetCurrent(handle), "select the device");
}

llvm::Error Context::synchronize() {
  return check(functions().ctxSynchronize(), "finish the work on the device");
}

llvm::Error Context::resetPersistingL2() {
  api::Result result = functions().ctxResetPersistingL2();
  // Devices without persisting lines have none to reset.
  if (result == api::notSupported)
    return llvm::Error::success();
  return check(result, "reset the persisting lines of the L2");
}

llvm::Expected<std::pair<uint64_t, uint64_t>> Context::memory() {
  size_t free = 0, total = 0;
  if (llvm::Error e = check(functions().memGetInfo(&free, &total),
                            "ask for the free memory"))
    return std::move(e);
  return std::pair<uint64_t, uint64_t>(free, total);
}

//===----------------------------------------------------------------------===//
// Code
//===----------------------------------------------------------------------===//

StringRef runtime::targetOfPTX(StringRef ptx) {
  // Directives come first; comments before them may say ".target" too.
  while (!ptx.empty()) {
    auto [line, rest] = ptx.split('\n');
    ptx = rest;
    line = line.trim();
    if (line.consume_front(".target"))
      return line.trim().take_until(
          [](char c) { return c == ',' || c == ' ' || c == '/' || c == ';'; });
    if (line.starts_with(".visible") || line.starts_with(".entry"))
      break;
  }
  return {};
}

llvm::Error runtime::checkTarget(StringRef target, const DeviceInfo &device,
                                 StringRef name) {
  StringRef rest = target;
  unsigned number = 0;
  if (!rest.consume_front("sm_") || rest.consumeInteger(10, number) ||
      !(rest.empty() || rest == "a" || rest == "f"))
    return deviceError(ErrorKind::WrongArchitecture,
                       "'" + name + "' names the unknown target '" + target +
                           "'; expected one like sm_90a");
  unsigned actual = unsigned(device.architecture());
  bool runs = number <= actual;
  if (rest == "a")
    runs = number == actual;
  else if (rest == "f")
    runs = number <= actual && number / 10 == actual / 10;
  if (runs)
    return llvm::Error::success();
  return deviceError(
      ErrorKind::WrongArchitecture,
      llvm::formatv("'{0}' is compiled for {1}, but device {2} ({3}) is sm_{4};"
                    " compile it for that target",
                    name, target, device.index, device.name, actual)
          .str());
}

static bool isCubin(StringRef image) { return image.starts_with("\177ELF"); }

llvm::Expected<Module> Context::load(StringRef image, StringRef name) {
  bool binary = isCubin(image);
  if (!binary) {
    StringRef target = targetOfPTX(image);
    if (target.empty())
      return deviceError(ErrorKind::InvalidCode,
                         "'" + name +
                             "' is neither PTX (it has no .target directive) "
                             "nor a cubin");
    if (llvm::Error e = checkTarget(target, info, name))
      return std::move(e);
  }
  // The driver wants PTX to end with a zero byte.
  std::string text = image.str();
  std::vector<char> log(16 << 10);
  api::JitOption options[] = {api::jitErrorLogBuffer,
                              api::jitErrorLogBufferBytes};
  void *values[] = {log.data(),
                    reinterpret_cast<void *>(uintptr_t(log.size()))};
  api::ModuleHandle loaded = nullptr;
  api::Result result =
      functions().moduleLoadDataEx(&loaded, text.c_str(), 2, options, values);
  if (llvm::Error e = check(result, "load '" + name + "'")) {
    log.back() = 0;
    StringRef complaint = StringRef(log.data()).trim();
    if (complaint.empty())
      return std::move(e);
    return llvm::handleErrors(
        std::move(e), [&](const DeviceError &error) -> llvm::Error {
          return llvm::make_error<DeviceError>(
              error.kind,
              error.message +
                  "; the compiler in the driver says: " + complaint.str(),
              error.fatal);
        });
  }
  Module module;
  module.context = this;
  module.name = name.str();
  module.handle = Owned<api::ModuleHandle>(
      *this, loaded, [](const api::Functions &f, api::ModuleHandle m) {
        return f.moduleUnload(m);
      });
  return std::move(module);
}

//===----------------------------------------------------------------------===//
// Streams, events, graphs
//===----------------------------------------------------------------------===//

llvm::Expected<Stream> Context::createStream() {
  api::StreamHandle created = nullptr;
  // 1: does not wait for the default stream, nor it for us.
  if (llvm::Error e =
          check(functions().streamCreate(&created, 1), "create a stream"))
    return std::move(e);
  Stream stream;
  stream.context = this;
  stream.handle = Owned<api::StreamHandle>(
      *this, created, [](const api::Functions &f, api::StreamHandle s) {
        return f.streamDestroy(s);
      });
  return std::move(stream);
}

llvm::Expected<Event> Context::createEvent() {
  api::EventHandle created = nullptr;
  if (llvm::Error e =
          check(functions().eventCreate(&created, 0), "create an event"))
    return std::move(e);
  Event event;
  event.handle = Owned<api::EventHandle>(
      *this, created, [](const api::Functions &f, api::EventHandle h) {
        return f.eventDestroy(h);
      });
  return std::move(event);
}

llvm::Expected<double> Context::elapsed(const Event &start, const Event &end) {
  float milliseconds = 0;
  if (llvm::Error e = check(
          functions().eventElapsedTime(&milliseconds, start.get(), end.get()),
          "read the time between two events"))
    return std::move(e);
  return double(milliseconds) * 1e-3;
}

llvm::Error Stream::upload(const Buffer &to, const void *from, uint64_t bytes,
                           uint64_t offset) const {
  assert(offset + bytes <= to.bytes() && "copy beyond the buffer");
  return context->check(context->functions().memcpyHtoDAsync(
                            to.address() + offset, from, bytes, get()),
                        "copy to the device");
}

llvm::Error Stream::download(void *to, const Buffer &from, uint64_t bytes,
                             uint64_t offset) const {
  assert(offset + bytes <= from.bytes() && "copy beyond the buffer");
  return context->check(context->functions().memcpyDtoHAsync(
                            to, from.address() + offset, bytes, get()),
                        "copy from the device");
}

llvm::Error Stream::record(const Event &event) const {
  return context->check(context->functions().eventRecord(event.get(), get()),
                        "record an event");
}

llvm::Error Stream::synchronize(std::chrono::milliseconds limit) const {
  const api::Functions &f = context->functions();
  if (limit.count() == 0)
    return context->check(f.streamSynchronize(get()), "finish the launches");
  using Clock = std::chrono::steady_clock;
  Clock::time_point start = Clock::now();
  unsigned polls = 0;
  while (true) {
    api::Result result = f.streamQuery(get());
    if (result != api::notReady)
      return context->check(result, "finish the launches");
    if (Clock::now() - start > limit) {
      // The kernel still runs. Nothing can stop it but the end of the process.
      context->setLost();
      return llvm::make_error<DeviceError>(
          ErrorKind::Timeout,
          llvm::formatv("a launch did not end within {0:F1} s",
                        limit.count() / 1e3)
              .str(),
          /*fatal=*/true);
    }
    // Short kernels are waited for without sleeping.
    if (++polls > 2000)
      std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
}

llvm::Expected<Graph> Stream::capture(function_ref<llvm::Error()> body) const {
  const api::Functions &f = context->functions();
  // 1: thread-local, other threads' calls neither fail nor end up in the graph.
  if (llvm::Error e = context->check(f.streamBeginCapture(get(), 1),
                                     "begin the capture of a graph"))
    return std::move(e);
  llvm::Error bodyError = body();
  api::GraphHandle captured = nullptr;
  api::Result result = f.streamEndCapture(get(), &captured);
  Graph graph;
  graph.context = context;
  graph.graph = Owned<api::GraphHandle>(
      *context, captured, [](const api::Functions &f, api::GraphHandle g) {
        return f.graphDestroy(g);
      });
  if (bodyError)
    return std::move(bodyError);
  if (llvm::Error e = context->check(result, "end the capture of a graph"))
    return std::move(e);
  api::GraphExecHandle exec = nullptr;
  if (llvm::Error e = context->check(f.graphInstantiate(&exec, captured, 0),
                                     "instantiate a graph"))
    return std::move(e);
  graph.exec = Owned<api::GraphExecHandle>(
      *context, exec, [](const api::Functions &f, api::GraphExecHandle g) {
        return f.graphExecDestroy(g);
      });
  if (llvm::Error e =
          context->check(f.graphUpload(exec, get()), "upload a graph"))
    return std::move(e);
  return std::move(graph);
}

llvm::Error Graph::launch(const Stream &stream) const {
  return context->check(
      context->functions().graphLaunch(exec.get(), stream.get()),
      "launch a graph");
}
