//===- Device.h - Contexts, memory, kernels, streams, graphs ----*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owning wrappers of the driver's objects. A Context outlives everything made
// from it. Once a fatal error has lost the context nothing calls the driver
// any more, destructors included: after a hang such a call would not return.
// All calls of one Context are made by one thread at a time.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_RUNTIME_DEVICE_H
#define KERNEL_OPT_RUNTIME_DEVICE_H

#include "kernel-opt/Runtime/Driver.h"
#include <chrono>
#include <functional>
#include <memory>

namespace kernel_opt::runtime {

class Context;
class Stream;

/// Frees a handle of the driver through its context.
template <typename HandleT>
class Owned {
public:
  using Destroy = api::Result (*)(const api::Functions &, HandleT);
  Owned() = default;
  Owned(Context &context, HandleT handle, Destroy destroy)
      : context(&context), handle(handle), destroy(destroy) {}
  Owned(Owned &&other) noexcept
      : context(other.context), handle(std::exchange(other.handle, HandleT())),
        destroy(other.destroy) {}
  Owned &operator=(Owned &&other) noexcept {
    std::swap(context, other.context);
    std::swap(handle, other.handle);
    std::swap(destroy, other.destroy);
    return *this;
  }
  inline ~Owned();
  HandleT get() const { return handle; }

private:
  Context *context = nullptr;
  HandleT handle{};
  Destroy destroy = nullptr;
};

/// Shape of a launch. Cluster extents of zero mean no cluster.
struct LaunchShape {
  std::array<unsigned, 3> grid{1, 1, 1};
  std::array<unsigned, 3> block{1, 1, 1};
  std::array<unsigned, 3> cluster{0, 0, 0};
  unsigned sharedBytes = 0; ///< Dynamic, per block.
  bool cooperative = false; ///< All blocks run at once.

  unsigned threads() const { return block[0] * block[1] * block[2]; }
  uint64_t blocks() const { return uint64_t(grid[0]) * grid[1] * grid[2]; }
  bool hasCluster() const { return cluster[0] != 0; }
  unsigned clusterBlocks() const {
    return hasCluster() ? cluster[0] * cluster[1] * cluster[2] : 1;
  }
};

/// What the driver knows of a kernel after loading. Bytes.
struct KernelFacts {
  int registers = 0;
  int localBytes = 0; ///< Per thread: stack and spills.
  int staticSharedBytes = 0;
  int constBytes = 0;
  int maxThreadsPerBlock = 0;
};

/// A function of a loaded module. The module must be kept.
class Kernel {
public:
  const std::string &name() const { return entry; }
  const KernelFacts &facts() const { return kernelFacts; }

  /// Checks `shape` against the device and the kernel and makes the kernel
  /// ready for it (opt-in shared memory, large clusters). Call once before
  /// launching.
  llvm::Error prepare(const LaunchShape &shape);
  /// `arguments` are the addresses of the parameters' values.
  llvm::Error launch(const Stream &stream, const LaunchShape &shape,
                     ArrayRef<void *> arguments) const;
  /// Blocks of this shape that one multiprocessor holds at once.
  llvm::Expected<int> occupancy(const LaunchShape &shape) const;

private:
  friend class Module;
  llvm::Error checkAgainstDevice(const LaunchShape &shape) const;
  llvm::Error checkClusters(const LaunchShape &shape) const;
  Context *context = nullptr;
  api::FunctionHandle function = nullptr;
  std::string entry;
  KernelFacts kernelFacts;
};

class Module {
public:
  llvm::Expected<Kernel> kernel(StringRef entry) const;

private:
  friend class Context;
  Context *context = nullptr;
  Owned<api::ModuleHandle> handle;
  std::string name;
};

/// A range of device memory.
class Buffer {
public:
  Buffer() = default;
  api::DevicePointer address() const { return start; }
  uint64_t bytes() const { return size; }
  /// Mapped memory around the range: before `address()` and after its end. Zero
  /// for a plain buffer. Beyond it lie unmapped pages.
  uint64_t slackBefore() const { return before; }
  uint64_t slackAfter() const { return after; }
  bool isGuarded() const { return guarded; }

private:
  friend class Context;
  struct Mapping;
  struct MappingDeleter {
    void operator()(Mapping *mapping) const;
  };
  api::DevicePointer start = 0;
  uint64_t size = 0, before = 0, after = 0;
  bool guarded = false;
  Owned<api::DevicePointer> plain;
  std::unique_ptr<Mapping, MappingDeleter> mapping;
};

class Event {
public:
  api::EventHandle get() const { return handle.get(); }

private:
  friend class Context;
  Owned<api::EventHandle> handle;
};

/// An instantiated graph of launches.
class Graph {
public:
  llvm::Error launch(const Stream &stream) const;

private:
  friend class Stream;
  Context *context = nullptr;
  Owned<api::GraphHandle> graph;
  Owned<api::GraphExecHandle> exec;
};

class Stream {
public:
  api::StreamHandle get() const { return handle.get(); }

  llvm::Error upload(const Buffer &to, const void *from, uint64_t bytes,
                     uint64_t offset = 0) const;
  llvm::Error download(void *to, const Buffer &from, uint64_t bytes,
                       uint64_t offset = 0) const;
  llvm::Error record(const Event &event) const;
  /// Waits for all work. With a limit, a wait beyond it is a fatal Timeout.
  llvm::Error synchronize(std::chrono::milliseconds limit = {}) const;
  /// Records what `body` launches on this stream into a graph.
  llvm::Expected<Graph> capture(function_ref<llvm::Error()> body) const;

private:
  friend class Context;
  Context *context = nullptr;
  Owned<api::StreamHandle> handle;
};

/// Description of a tiled tensor map (TMA). `dims`, `box` and `elementStrides`
/// name the innermost dimension first and have 1 to 5 entries; `strides` are
/// bytes of all dimensions but the innermost.
struct TensorMap {
  enum class Element {
    U8,
    U16,
    U32,
    S32,
    U64,
    S64,
    F16,
    F32,
    F64,
    BF16,
    F32FTZ,
    TF32,
    TF32FTZ,
  };
  enum class Fill { Zero, NaN };
  Element element = Element::F32;
  SmallVector<uint64_t, 5> dims;
  SmallVector<uint64_t, 4> strides;
  SmallVector<uint32_t, 5> box;
  SmallVector<uint32_t, 5> elementStrides; ///< Empty: all one.
  unsigned swizzleBytes = 0;               ///< 0, 32, 64 or 128.
  unsigned l2PromotionBytes = 0;           ///< 0, 64, 128 or 256.
  Fill fill = Fill::Zero;                  ///< What lies outside reads as.

  static unsigned bytesOf(Element element);
  /// The rules of the hardware, so that a mistake is named before the driver
  /// answers "invalid argument".
  llvm::Error verify() const;
};

/// The primary context of one device.
class Context {
public:
  static llvm::Expected<std::unique_ptr<Context>> create(const Driver &driver,
                                                         int device);
  ~Context();
  Context(const Context &) = delete;
  Context &operator=(const Context &) = delete;

  const Driver &driver() const { return cuda; }
  const api::Functions &functions() const { return cuda.functions(); }
  const DeviceInfo &device() const { return info; }
  /// A fatal error has happened; the process should end.
  bool isLost() const { return lost; }
  void setLost() { lost = true; }

  /// As Driver::check; remembers fatal errors.
  llvm::Error check(api::Result result, const Twine &what);
  /// Makes this the context of the calling thread.
  llvm::Error makeCurrent();

  /// Loads PTX text or a cubin. PTX is compiled by the driver; its complaint is
  /// part of the error. `name` is for messages.
  llvm::Expected<Module> load(StringRef image, StringRef name);
  llvm::Expected<Stream> createStream();
  llvm::Expected<Event> createEvent();
  /// Time between two events that have happened, in seconds.
  llvm::Expected<double> elapsed(const Event &start, const Event &end);

  llvm::Expected<Buffer> allocate(uint64_t bytes);
  /// Memory between unmapped pages. The range ends as close to the page behind
  /// it as `alignment` (a power of two) allows, so that a read or write past
  /// the end faults; with `atFront` it begins at a page instead.
  llvm::Expected<Buffer> allocateGuarded(uint64_t bytes, uint64_t alignment,
                                         bool atFront = false);
  /// Free and total bytes.
  llvm::Expected<std::pair<uint64_t, uint64_t>> memory();

  llvm::Expected<api::TensorMapBytes> encode(const TensorMap &map,
                                             api::DevicePointer address);
  /// Waits for everything on the device, other streams too.
  llvm::Error synchronize();
  /// Turns persisting L2 lines into normal ones.
  llvm::Error resetPersistingL2();

private:
  Context(const Driver &driver, DeviceInfo info)
      : cuda(driver), info(std::move(info)) {}
  const Driver &cuda;
  DeviceInfo info;
  api::DeviceHandle deviceHandle = 0;
  api::ContextHandle handle = nullptr;
  bool lost = false;
};

template <typename HandleT>
Owned<HandleT>::~Owned() {
  if (handle != HandleT() && context && !context->isLost())
    destroy(context->functions(), handle);
}

/// The `.target` of PTX text, for example "sm_90a"; empty if there is none.
StringRef targetOfPTX(StringRef ptx);
/// Fails unless code for `target` runs on `device`: "sm_90" on 9.0 and later,
/// "sm_90a" on 9.0 alone, "sm_100f" on 10.x.
llvm::Error checkTarget(StringRef target, const DeviceInfo &device,
                        StringRef name);

} // namespace kernel_opt::runtime

#endif // KERNEL_OPT_RUNTIME_DEVICE_H
