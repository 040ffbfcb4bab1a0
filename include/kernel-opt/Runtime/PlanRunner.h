//===- PlanRunner.h - Runs a launch plan on a device ------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_RUNTIME_PLANRUNNER_H
#define KERNEL_OPT_RUNTIME_PLANRUNNER_H

#include "kernel-opt/Runtime/Builtins.h"
#include "kernel-opt/Runtime/HostArray.h"
#include "kernel-opt/Runtime/LaunchPlan.h"
#include <limits>

namespace kernel_opt::runtime {

/// A device with what every run needs of it. Not movable: parts refer to each
/// other.
class Session {
public:
  static llvm::Expected<std::unique_ptr<Session>> create(const Driver &driver,
                                                         int device);
  ~Session();

  Context &context() { return *ownedContext; }
  const Stream &stream() const { return ownedStream; }
  Builtins &builtins() { return *ownedBuiltins; }

  /// How long launches may take; a hang ends in a fatal Timeout. Zero: for
  /// ever.
  std::chrono::milliseconds launchLimit{60000};

private:
  Session() = default;
  std::unique_ptr<Context> ownedContext;
  Stream ownedStream;
  std::unique_ptr<Builtins> ownedBuiltins;
};

/// Where the buffers of a plan lie.
enum class Placement {
  Plain,
  GuardedEnd,   ///< Unmapped pages around, the range ends at one.
  GuardedFront, ///< The range begins at one.
};

/// What memory that nobody wrote holds (VERIFICATION: poison).
enum class Poison {
  Random, ///< Random words.
  Large,  ///< 2^100, or the largest finite value of a narrow type; integers are
          ///< set to 0x71717171....
};

/// Where a run damaged what it must not touch.
struct Damage {
  std::string buffer;
  enum class Kind { InputChanged, WroteBefore, WroteAfter } kind;
  std::string describe() const;
};

/// A plan on a device, with any number of buffer sets. Sets let a timing rotate
/// among inputs so that none stays in a cache.
class PlanRunner {
public:
  static llvm::Expected<std::unique_ptr<PlanRunner>>
  create(Session &session, LaunchPlan plan, Placement placement);

  const LaunchPlan &plan() const { return launchPlan; }
  unsigned setCount() const { return unsigned(sets.size()); }
  /// Facts of the kernels, in the order of the launches.
  std::vector<const Kernel *> kernels() const;

  /// Adds a set with these inputs, in the order of the plan's inputs, and runs
  /// the prepare steps on it.
  llvm::Error addSet(ArrayRef<HostArray> inputs);
  /// Adds a set of drawn inputs. Of each input so many elements are drawn, in
  /// whole rows, at least one; the other rows repeat them. Only for timing:
  /// what reads a wrong row would not show.
  llvm::Error addSet(verify::InputFamily family, uint64_t seed,
                     int64_t mostDrawn = std::numeric_limits<int64_t>::max());
  /// As many as timing asks for: drawing billions of numbers, and bringing them
  /// to the device, takes longer than most measurements.
  static constexpr int64_t drawnForTiming = int64_t(1) << 25;

  /// Fills outputs and workspaces (and the room around guarded buffers).
  llvm::Error poison(unsigned set, Poison poison, uint64_t seed);
  /// Launches once and waits.
  llvm::Error run(unsigned set);
  /// Launches the set's graph without waiting; captures it the first time.
  llvm::Error replay(unsigned set);
  /// Waits for the stream within the session's limit.
  llvm::Error wait();

  /// Inputs that changed and guards that were written since the set was made
  /// and poisoned. Waits.
  llvm::Expected<std::vector<Damage>> findDamage(unsigned set);
  /// Output number `index` of a set, in host memory.
  llvm::Expected<HostArray> output(unsigned set, unsigned index);
  llvm::Expected<HostArray> input(unsigned set, unsigned index);
  /// Checksums of all outputs, in order.
  llvm::Expected<std::vector<uint64_t>> outputChecksums(unsigned set);

private:
  struct Set {
    std::vector<Buffer> buffers;
    /// Of inputs, constants and prepared buffers, when made.
    std::vector<std::optional<uint64_t>> checksums;
    std::vector<api::TensorMapBytes> maps; ///< In order of use.
    std::optional<Graph> graph;
    uint64_t guardSeed = 0;
    bool guardsFilled = false;
  };
  PlanRunner(Session &session, LaunchPlan plan, Placement placement)
      : session(session), launchPlan(std::move(plan)), placement(placement) {}
  llvm::Error loadKernels();
  llvm::Error
  addSet(function_ref<llvm::Error(unsigned, const Buffer &)> uploadInput);
  llvm::Error allocate(Set &set);
  llvm::Error encodeMaps(Set &set);
  llvm::Error launchAll(Set &set, ArrayRef<PlanStep> steps, unsigned firstMap,
                        ArrayRef<Kernel> stepKernels);
  llvm::Error launchKernel(Set &set, const KernelStep &step,
                           const Kernel &kernel, unsigned &map);
  llvm::Error fillGuards(Set &set, uint64_t seed);
  llvm::Expected<HostArray> download(unsigned set, unsigned buffer);
  llvm::Error within(llvm::Error error, StringRef what);

  Session &session;
  LaunchPlan launchPlan;
  Placement placement;
  std::vector<Module> modules;
  std::vector<Kernel> prepareKernels, launchKernels; ///< One per kernel step.
  unsigned prepareMaps = 0; ///< Tensor maps that the prepare steps use.
  std::vector<Set> sets;
};

/// The eight bytes that poison of a type repeats.
uint64_t largePattern(ElementType type);

} // namespace kernel_opt::runtime

#endif // KERNEL_OPT_RUNTIME_PLANRUNNER_H
