//===- Interpreter.h - Runs a kernel's scheduled IR on the CPU - -*- C++
//-*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Layer L4 of the verifier. A kernel is compiled once to flat bytecode and then
// run, warp by warp, over any meaning of its floating-point values (Domain),
// with all checks on: bounds, alignment, initialization, exactly-once outputs,
// races by exact happens-before, proxies, barriers, deadlock.
//
// The IR that runs is the IR that ships: a thread-level `gpu.func`.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_VERIFY_INTERPRETER_INTERPRETER_H
#define KERNEL_OPT_VERIFY_INTERPRETER_INTERPRETER_H

#include "kernel-opt/Support/LLVM.h"
#include "kernel-opt/Verify/Domain.h"
#include "kernel-opt/Verify/Interpreter/Report.h"
#include "mlir/IR/BuiltinTypes.h"
#include <functional>
#include <memory>
#include <vector>

namespace mlir::gpu {
class GPUFuncOp;
} // namespace mlir::gpu

namespace kernel_opt::verify {

struct Program; // bytecode, private
class Memory;   // segments of the arguments, private

/// What the kernel may do to an argument (`kgpu.access`).
enum class ArgumentAccess : uint8_t { Read, Write, ReadWrite, Workspace };

/// One kernel argument as the interpreter sees it.
struct KernelArgument {
  MemRefType type;
  ArgumentAccess access;
};

/// Sizes of a grid, block or cluster.
struct Extent3 {
  int64_t x = 0, y = 0, z = 0;
  int64_t volume() const { return x * y * z; }
};

/// A kernel compiled to bytecode. Immutable; may be run from several threads
/// at once, each with its own Domain.
class CompiledKernel {
public:
  ~CompiledKernel();
  CompiledKernel(CompiledKernel &&);

  /// Compiles. What cannot be interpreted is reported as an error on the op
  /// that stands in the way.
  static FailureOr<CompiledKernel> compile(gpu::GPUFuncOp kernel);

  ArrayRef<KernelArgument> arguments() const;
  /// `known_block_size`, `known_grid_size`, `kgpu.cluster_size`; zeros where
  /// the attribute is absent (the cluster is then 1 x 1 x 1).
  Extent3 blockSize() const;
  Extent3 gridSize() const;
  Extent3 clusterSize() const;
  /// Blocks signal, wait or meet in a grid barrier: the grid is one unit.
  bool blocksCommunicate() const;
  /// Some branch, loop bound, predicate or wait depends on what a tensor
  /// holds; then one schedule is not enough (confluence does not apply).
  bool controlDependsOnContents() const;
  /// The same of an address.
  bool addressesDependOnContents() const;
  /// Number of bytecode instructions.
  size_t size() const;

  const Program &program() const { return *impl; }

private:
  explicit CompiledKernel(std::unique_ptr<Program> impl);
  std::unique_ptr<Program> impl;
};

/// Whether the first `inputs` arguments are read, the next `outputs` written,
/// and all others workspace: what a program says of its arguments decides what
/// is checked of it, and is not its own choice. Reports what differs.
LogicalResult checkArguments(gpu::GPUFuncOp program,
                             const CompiledKernel &kernel, size_t inputs,
                             size_t outputs);

/// Where values of inputs come from. Called for elements (row-major linear
/// indices) when they are first read.
struct ArgumentSource {
  /// Fills `n` values of the run's domain.
  std::function<void(unsigned argument, FloatKind kind, const int64_t *indices,
                     void *out, size_t n)>
      floats;
  /// The same for integer arguments (sign-extended; i1 as 0 or 1).
  std::function<void(unsigned argument, unsigned width, const int64_t *indices,
                     int64_t *out, size_t n)>
      integers;
};

/// Draws floats by Domain::input, and integers from [0, 2^min(width-1, 8)).
ArgumentSource makeArgumentSource(const CompiledKernel &kernel, Domain &domain,
                                  uint64_t seed, InputFamily family);

/// When data of asynchronous copies becomes visible: as late as the program's
/// waits allow, or at once. A right program gives the same in both.
enum class Landing : uint8_t { Late, Early };

/// In which order blocks and ready warps run.
enum class RunOrder : uint8_t { Forward, Reverse, Shuffled };

/// One launch and what of it to execute.
struct LaunchSpec {
  /// Zero: taken from the function's attributes.
  Extent3 grid, block;
  /// Row-major linear ids (x fastest) of the blocks to execute; empty: all.
  /// Completed to whole clusters, and to the whole grid if blocks communicate.
  std::vector<int64_t> blocks;
  /// Pattern of unwritten memory (see Domain::poison).
  unsigned poison = 0;
  Landing landing = Landing::Late;
  RunOrder blockOrder = RunOrder::Forward;
  RunOrder warpOrder = RunOrder::Forward;
  /// Seed of RunOrder::Shuffled.
  uint64_t orderSeed = 0;
  /// Distinct reports kept; instances beyond are still counted.
  unsigned maxReports = 64;
  /// Instructions (of a warp) after which the run stops; 0: no limit.
  uint64_t stepLimit = 0;
  /// Report elements of `write` arguments that are not written although the
  /// whole grid ran.
  bool checkCompleteness = true;
  /// Watch memory: races, initialization, pending copies, and what accesses
  /// cost. Off, a program that was found right runs faster; bounds, alignment
  /// and deadlocks are still reported.
  bool watchMemory = true;
};

/// What a run cost and touched.
struct RunCounters {
  uint64_t instructions = 0; ///< of warps
  uint64_t laneOps = 0;      ///< active lanes times vector elements
  /// 32-byte sectors per warp access, summed.
  uint64_t globalSectorsRead = 0, globalSectorsWritten = 0;
  /// Sectors that the elements read and written would fill, each once.
  uint64_t leastSectorsRead = 0, leastSectorsWritten = 0;
  /// Shared-memory passes beyond those that the access width needs.
  uint64_t bankConflicts = 0;
  uint64_t sharedAccesses = 0; ///< warp accesses to shared memory

  RunCounters &operator+=(const RunCounters &other) {
    instructions += other.instructions;
    laneOps += other.laneOps;
    globalSectorsRead += other.globalSectorsRead;
    globalSectorsWritten += other.globalSectorsWritten;
    leastSectorsRead += other.leastSectorsRead;
    leastSectorsWritten += other.leastSectorsWritten;
    bankConflicts += other.bankConflicts;
    sharedAccesses += other.sharedAccesses;
    return *this;
  }
};

/// Coverage of one bytecode instruction that has a source location.
struct CoverageEntry {
  Location location;
  uint64_t executed = 0;
  bool isBranch = false;
  /// For branches: warps that took each side (both count when divergent).
  uint64_t taken = 0, notTaken = 0;
};

/// Result of one run. Its values are read through the kernel and the domain of
/// the run, which must outlive it.
class RunResult {
public:
  std::vector<Report> reports;
  /// Instances of each fault, also of those beyond `maxReports`.
  uint64_t faults[numFaults] = {};
  RunCounters counters;
  std::vector<CoverageEntry> coverage;
  /// Blocks that were executed, in the order of execution.
  std::vector<int64_t> executedBlocks;
  /// Largest number of writes to one element of a `write` argument.
  uint64_t maxWrites = 0;
  /// Decisions that the domain could not make: redraw (Domain::undecided).
  uint64_t undecided = 0;

  /// No fault of any kind.
  bool clean() const;
  uint64_t count(Fault fault) const { return faults[unsigned(fault)]; }
  /// Visits the elements of an argument that the run wrote, by increasing
  /// linear index. The value is one of the domain, or an int64_t.
  void forEachWritten(
      unsigned argument,
      function_ref<void(int64_t index, const void *value)> visit) const;
  uint64_t writtenElements(unsigned argument) const;
  /// Share of instructions executed, and of branch sides taken, in [0, 1].
  double instructionCoverage() const;
  double branchCoverage() const;

  std::shared_ptr<const Memory> memory;
};

/// Runs the chosen blocks of one launch. Fails only on a malformed launch
/// (reported as an error at the kernel); what the kernel does wrong is in the
/// result.
FailureOr<RunResult> interpret(const CompiledKernel &kernel, Domain &domain,
                               const ArgumentSource &inputs,
                               const LaunchSpec &launch);

} // namespace kernel_opt::verify

#endif // KERNEL_OPT_VERIFY_INTERPRETER_INTERPRETER_H
