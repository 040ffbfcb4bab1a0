//===- Interpreter.cpp - Runs a kernel's scheduled IR on the CPU ----------===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Verify/Interpreter/Interpreter.h"
#include "Machine.h"
#include "kernel-opt/Verify/Hash.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/ADT/DenseSet.h"
#include <algorithm>
#include <random>

using namespace kernel_opt;
using namespace kernel_opt::verify;

//===----------------------------------------------------------------------===//
// CompiledKernel
//===----------------------------------------------------------------------===//

CompiledKernel::CompiledKernel(std::unique_ptr<Program> impl)
    : impl(std::move(impl)) {}
CompiledKernel::~CompiledKernel() = default;
CompiledKernel::CompiledKernel(CompiledKernel &&) = default;

ArrayRef<KernelArgument> CompiledKernel::arguments() const {
  return impl->arguments;
}
Extent3 CompiledKernel::blockSize() const { return impl->block; }
Extent3 CompiledKernel::gridSize() const { return impl->grid; }
Extent3 CompiledKernel::clusterSize() const { return impl->cluster; }
bool CompiledKernel::blocksCommunicate() const { return impl->communicates; }
bool CompiledKernel::controlDependsOnContents() const {
  return impl->contentControl;
}
bool CompiledKernel::addressesDependOnContents() const {
  return impl->contentAddresses;
}
size_t CompiledKernel::size() const { return impl->code.size(); }

//===----------------------------------------------------------------------===//
// Inputs
//===----------------------------------------------------------------------===//

static ArgumentSource
sourceWithShapes(Domain &domain, uint64_t seed, InputFamily family,
                 std::vector<SmallVector<int64_t>> shapes) {
  ArgumentSource source;
  source.floats = [&domain, seed, family,
                   shapes](unsigned argument, FloatKind kind,
                           const int64_t *indices, void *out, size_t n) {
    domain.input(InputKey{seed, argument, family, shapes[argument]}, kind,
                 indices, out, n);
  };
  source.integers = [seed](unsigned argument, unsigned width,
                           const int64_t *indices, int64_t *out, size_t n) {
    unsigned bits = width == 1 ? 1 : std::min(width - 1, 8u);
    for (size_t k = 0; k < n; ++k)
      out[k] = int64_t(mixHash(mixHash(seed, argument), uint64_t(indices[k])) &
                       ((uint64_t(1) << bits) - 1));
  };
  return source;
}

ArgumentSource verify::makeArgumentSource(const CompiledKernel &kernel,
                                          Domain &domain, uint64_t seed,
                                          InputFamily family) {
  std::vector<SmallVector<int64_t>> shapes;
  for (const KernelArgument &argument : kernel.arguments())
    shapes.emplace_back(argument.type.getShape());
  return sourceWithShapes(domain, seed, family, std::move(shapes));
}

//===----------------------------------------------------------------------===//
// RunResult
//===----------------------------------------------------------------------===//

bool RunResult::clean() const {
  return llvm::all_of(faults, [](uint64_t count) { return count == 0; });
}

void RunResult::forEachWritten(
    unsigned argument,
    function_ref<void(int64_t index, const void *value)> visit) const {
  Segment &segment = *memory->segments[argument];
  if (!segment.tracked())
    return;
  segment.forEachPage([&](int64_t first, Segment::Page &page) {
    for (unsigned k = 0; k < Segment::pageSize; ++k)
      if (page.shadow[k].writes)
        visit(first + k, page.values.get() + k * segment.valueBytes);
  });
}

uint64_t RunResult::writtenElements(unsigned argument) const {
  return memory->segments[argument]->written;
}

double RunResult::instructionCoverage() const {
  size_t seen = llvm::count_if(
      coverage, [](const CoverageEntry &entry) { return entry.executed != 0; });
  return coverage.empty() ? 1.0 : double(seen) / double(coverage.size());
}

double RunResult::branchCoverage() const {
  size_t sides = 0, seen = 0;
  for (const CoverageEntry &entry : coverage) {
    if (!entry.isBranch)
      continue;
    sides += 2;
    seen += (entry.taken != 0) + (entry.notTaken != 0);
  }
  return sides == 0 ? 1.0 : double(seen) / double(sides);
}

//===----------------------------------------------------------------------===//
// interpret
//===----------------------------------------------------------------------===//

static Extent3 chooseExtent(Extent3 wanted, Extent3 known) {
  return wanted.volume() ? wanted : known;
}

static LogicalResult checkLaunch(const Program &program, const Extent3 &grid,
                                 const Extent3 &block,
                                 const LaunchSpec &launch) {
  auto error = [&] { return mlir::emitError(program.location); };
  if (grid.x <= 0 || grid.y <= 0 || grid.z <= 0 || block.x <= 0 ||
      block.y <= 0 || block.z <= 0)
    return error() << "expected positive grid and block sizes; give them in "
                      "the launch or as 'known_grid_size' and "
                      "'known_block_size'";
  if (block.volume() > 1024)
    return error() << "a block has at most 1024 threads, found "
                   << block.volume();
  const Extent3 &cluster = program.cluster;
  if (grid.x % cluster.x || grid.y % cluster.y || grid.z % cluster.z)
    return error() << "the grid is no multiple of the cluster";
  constexpr int64_t mostBlocks = 1 << 24;
  if ((launch.blocks.empty() || program.communicates) &&
      grid.volume() > mostBlocks)
    return error() << "expected at most " << mostBlocks
                   << " blocks to run, found a grid of " << grid.volume()
                   << "; choose some of them";
  for (int64_t id : launch.blocks)
    if (id < 0 || id >= grid.volume())
      return error() << "block " << id << " is not in a grid of "
                     << grid.volume() << " blocks";
  return success();
}

/// Blocks of the cluster that block `id` belongs to, by rank (x fastest).
static std::vector<int64_t> clusterOf(const Extent3 &grid,
                                      const Extent3 &cluster, int64_t id) {
  int64_t x = id % grid.x / cluster.x * cluster.x;
  int64_t y = id / grid.x % grid.y / cluster.y * cluster.y;
  int64_t z = id / (grid.x * grid.y) / cluster.z * cluster.z;
  std::vector<int64_t> ids;
  for (int64_t dz = 0; dz < cluster.z; ++dz)
    for (int64_t dy = 0; dy < cluster.y; ++dy)
      for (int64_t dx = 0; dx < cluster.x; ++dx)
        ids.push_back((z + dz) * grid.x * grid.y + (y + dy) * grid.x + x + dx);
  return ids;
}

/// Splits the wanted blocks into units, in the order to run.
static std::vector<std::vector<int64_t>> makeUnits(const Program &program,
                                                   const Extent3 &grid,
                                                   const LaunchSpec &launch) {
  std::vector<int64_t> wanted = launch.blocks;
  bool all = wanted.empty() || program.communicates;
  if (all) {
    wanted.resize(size_t(grid.volume()));
    for (size_t k = 0; k < wanted.size(); ++k)
      wanted[k] = int64_t(k);
  }
  std::vector<std::vector<int64_t>> units;
  DenseSet<int64_t> taken;
  for (int64_t id : wanted) {
    if (taken.contains(id))
      continue;
    units.push_back(clusterOf(grid, program.cluster, id));
    taken.insert(units.back().begin(), units.back().end());
  }
  std::mt19937_64 random(launch.orderSeed ^ 0x6b677075);
  if (launch.blockOrder == RunOrder::Reverse)
    std::reverse(units.begin(), units.end());
  if (launch.blockOrder == RunOrder::Shuffled)
    std::shuffle(units.begin(), units.end(), random);
  if (!program.communicates)
    return units;
  std::vector<int64_t> whole;
  for (const std::vector<int64_t> &unit : units)
    whole.insert(whole.end(), unit.begin(), unit.end());
  return {whole};
}

/// Elements of `write` arguments that nobody wrote although all blocks ran.
static void checkCompleteness(const Program &program, Machine &machine) {
  for (const auto &segment : machine.memory->segments) {
    const BufferInfo &info = segment->info;
    if (info.access != ArgumentAccess::Write ||
        int64_t(segment->written) == info.elements)
      continue;
    int64_t first = -1, expected = 0;
    segment->forEachPage([&](int64_t begin, Segment::Page &page) {
      if (first < 0 && begin != expected)
        first = expected;
      for (unsigned k = 0; k < Segment::pageSize && first < 0; ++k)
        if (begin + k < info.elements && !page.shadow[k].writes)
          first = begin + k;
      expected = begin + Segment::pageSize;
    });
    if (first < 0)
      first = expected;
    machine.sink.add(Fault::Unwritten, 0, ReportSink::noSite, [&] {
      return std::to_string(info.elements - int64_t(segment->written)) +
             " of " + std::to_string(info.elements) + " elements of " +
             info.name + " are never written, the first is " +
             formatIndices(info, first);
    });
  }
}

static StringRef nameOf(ArgumentAccess access) {
  switch (access) {
  case ArgumentAccess::Read:
    return "read";
  case ArgumentAccess::Write:
    return "write";
  case ArgumentAccess::ReadWrite:
    return "readwrite";
  case ArgumentAccess::Workspace:
    return "workspace";
  }
  llvm_unreachable("all accesses are listed");
}

LogicalResult verify::checkArguments(gpu::GPUFuncOp program,
                                     const CompiledKernel &kernel,
                                     size_t inputs, size_t outputs) {
  ArrayRef<KernelArgument> arguments = kernel.arguments();
  if (arguments.size() < inputs + outputs)
    return program->emitError("takes ")
           << arguments.size() << " arguments, the kernel has " << inputs
           << " inputs and " << outputs << " results";
  for (size_t k = 0; k < arguments.size(); ++k) {
    auto expected = k < inputs             ? ArgumentAccess::Read
                    : k < inputs + outputs ? ArgumentAccess::Write
                                           : ArgumentAccess::Workspace;
    if (arguments[k].access != expected)
      return program->emitError("argument ")
             << k << " is "
             << (k < inputs             ? "an input"
                 : k < inputs + outputs ? "a result"
                                        : "neither input nor result")
             << " of the kernel: expected kgpu.access = \"" << nameOf(expected)
             << "\", found \"" << nameOf(arguments[k].access) << '"';
  }
  return success();
}

static void collect(const Program &program, Machine &machine,
                    RunResult &result) {
  result.reports = std::move(machine.sink.reports);
  std::copy_n(machine.sink.counts, numFaults, result.faults);
  result.counters = machine.counters;
  for (const auto &segment : machine.memory->segments) {
    uint64_t bytes = segment->info.element.bytes();
    auto sectors = [&](bool isStore) {
      return llvm::divideCeil(segment->countTouched(isStore) * bytes, 32);
    };
    result.counters.leastSectorsRead += sectors(false);
    result.counters.leastSectorsWritten += sectors(true);
  }
  for (const auto &segment : machine.memory->segments)
    if (segment->info.access == ArgumentAccess::Write)
      result.maxWrites = std::max(result.maxWrites, segment->maxWrites);
  for (size_t k = 0; k < program.code.size(); ++k) {
    const Inst &i = program.code[k];
    if (program.sites[i.site].op.empty())
      continue;
    CoverageEntry entry{program.sites[i.site].location, machine.executed[k]};
    entry.taken = machine.taken[k];
    entry.notTaken = machine.notTaken[k];
    entry.isBranch = isBranch(i);
    result.coverage.push_back(entry);
  }
  result.memory = machine.memory;
}

FailureOr<RunResult> verify::interpret(const CompiledKernel &kernel,
                                       Domain &domain,
                                       const ArgumentSource &inputs,
                                       const LaunchSpec &launch) {
  const Program &program = kernel.program();
  Extent3 grid = chooseExtent(launch.grid, program.grid);
  Extent3 block = chooseExtent(launch.block, program.block);
  if (failed(checkLaunch(program, grid, block, launch)))
    return failure();
  domain.resetUndecided();
  RunResult result;
  Machine machine(program, domain, inputs, launch, grid, block);
  for (const std::vector<int64_t> &unit : makeUnits(program, grid, launch)) {
    machine.runUnit(unit);
    result.executedBlocks.insert(result.executedBlocks.end(), unit.begin(),
                                 unit.end());
    if (machine.stopped)
      break;
  }
  // A deadlock leaves outputs open; saying so again would only be noise.
  bool complete = int64_t(result.executedBlocks.size()) == grid.volume() &&
                  !machine.stopped &&
                  !machine.sink.counts[unsigned(Fault::Deadlock)];
  if (launch.checkCompleteness && complete)
    checkCompleteness(program, machine);
  collect(program, machine, result);
  result.undecided = domain.undecided();
  return result;
}
