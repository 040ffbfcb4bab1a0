//===- Coverage.cpp - Is every element written, and once? -------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// The blocks that the exact algebra runs are a sample. Whether all blocks
// together write each element of each output exactly once is found by running
// all of them, with everything left out that no address, guard or loop bound
// depends on: what remains are stores of zeros.
//
//===----------------------------------------------------------------------===//

#include "Coverage.h"
#include "kernel-opt/Dialect/KGPU/KGPUOps.h"
#include "kernel-opt/Verify/Interpreter/Interpreter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::verify;

namespace {
/// Cuts a program down to its stores to arguments.
class Skeleton {
public:
  explicit Skeleton(gpu::GPUFuncOp function) : function(function) {}
  /// Empty if it worked, else what stands in the way.
  std::string cut();

private:
  bool isOutput(Value memref);
  bool isRoot(Operation *op);
  void need(Value value);
  void needControl(Operation *op);
  bool follow(Value value);
  void cutLoop(scf::ForOp loop);
  void cutBranch(scf::IfOp branch);
  Value zeroBefore(Operation *op, Type type);

  gpu::GPUFuncOp function;
  DenseSet<Value> needed;
  DenseSet<Operation *> visited;
  SmallVector<Value> pending;
};
} // namespace

/// The value that a store writes.
static OpOperand *storedOperand(Operation *op) {
  if (isa<kgpu::StoreOp, memref::StoreOp, vector::StoreOp>(op))
    return &op->getOpOperand(0);
  return nullptr;
}

static Value storedMemref(Operation *op) {
  return storedOperand(op) ? op->getOperand(1) : Value();
}

bool Skeleton::isOutput(Value memref) {
  auto argument = dyn_cast_or_null<BlockArgument>(memref);
  return argument && argument.getOwner() == &function.getBody().front();
}

bool Skeleton::isRoot(Operation *op) {
  return isOutput(storedMemref(op));
}

void Skeleton::need(Value value) {
  if (needed.insert(value).second)
    pending.push_back(value);
}

/// Whether an operation runs, and how often.
void Skeleton::needControl(Operation *op) {
  for (Operation *parent = op->getParentOp();
       parent && parent != function && visited.insert(parent).second;
       parent = parent->getParentOp()) {
    if (auto loop = dyn_cast<scf::ForOp>(parent)) {
      need(loop.getLowerBound());
      need(loop.getUpperBound());
      need(loop.getStep());
    } else if (auto branch = dyn_cast<scf::IfOp>(parent)) {
      need(branch.getCondition());
    }
  }
}

/// Needs what a needed value depends on. False if that is memory, or something
/// that is not looked into.
bool Skeleton::follow(Value value) {
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    Operation *parent = argument.getOwner()->getParentOp();
    if (parent == function)
      return true;
    auto loop = dyn_cast<scf::ForOp>(parent);
    if (!loop)
      return false;
    needControl(&loop.getBody()->front());
    if (argument != loop.getInductionVar()) {
      unsigned i = argument.getArgNumber() - 1;
      need(loop.getInitArgs()[i]);
      need(loop.getYieldedValues()[i]);
    }
    return true;
  }
  Operation *op = value.getDefiningOp();
  needControl(op);
  unsigned i = cast<OpResult>(value).getResultNumber();
  if (auto loop = dyn_cast<scf::ForOp>(op)) {
    need(loop.getRegionIterArgs()[i]);
    needControl(&loop.getBody()->front());
    return true;
  }
  if (auto branch = dyn_cast<scf::IfOp>(op)) {
    need(branch.getCondition());
    need(branch.thenYield().getOperand(i));
    need(branch.elseYield().getOperand(i));
    return true;
  }
  if (op->getNumRegions() ||
      isa<kgpu::LoadOp, memref::LoadOp, vector::LoadOp>(op))
    return false;
  if (!isPure(op) && op->getNumOperands())
    return false;
  for (Value operand : op->getOperands())
    need(operand);
  return true;
}

Value Skeleton::zeroBefore(Operation *op, Type type) {
  OpBuilder builder(op);
  Attribute zero = builder.getZeroAttr(type);
  return zero ? Value(arith::ConstantOp::create(builder, op->getLoc(),
                                                cast<TypedAttr>(zero)))
              : Value();
}

/// What is carried around a loop for nothing that is needed stays as it was.
void Skeleton::cutLoop(scf::ForOp loop) {
  auto yield = cast<scf::YieldOp>(loop.getBody()->getTerminator());
  for (auto [i, argument] : llvm::enumerate(loop.getRegionIterArgs())) {
    if (needed.contains(argument))
      continue;
    yield.setOperand(i, argument);
    if (Value zero = zeroBefore(loop, argument.getType()))
      loop.getInitArgsMutable()[i].set(zero);
  }
}

void Skeleton::cutBranch(scf::IfOp branch) {
  for (unsigned i = 0; i < branch.getNumResults(); ++i) {
    if (needed.contains(branch.getResult(i)))
      continue;
    for (scf::YieldOp yield : {branch.thenYield(), branch.elseYield()})
      if (Value zero = zeroBefore(yield, branch.getResult(i).getType()))
        yield.setOperand(i, zero);
  }
}

std::string Skeleton::cut() {
  std::string obstacle;
  auto stop = [&](Operation *op, StringRef why) {
    if (obstacle.empty())
      obstacle = ("'" + op->getName().getStringRef() + "' " + why).str();
  };
  SmallVector<Operation *> all;
  function.walk([&](Operation *op) {
    all.push_back(op);
    if (isRoot(op)) {
      for (OpOperand &operand : op->getOpOperands())
        if (operand.getOperandNumber() != 0)
          need(operand.get());
      needControl(op);
    } else if (isa<scf::WhileOp, kgpu::TmaStoreOp, vector::TransferWriteOp,
                   memref::SubViewOp>(op)) {
      stop(op, "is not looked into");
    }
  });
  while (!pending.empty() && obstacle.empty()) {
    Value value = pending.pop_back_val();
    if (!follow(value)) {
      Operation *op = value.getDefiningOp();
      stop(op ? op : function.getOperation(),
           "decides where something is written");
    }
  }
  if (!obstacle.empty())
    return obstacle;
  for (Operation *op : all) {
    if (auto loop = dyn_cast<scf::ForOp>(op))
      cutLoop(loop);
    else if (auto branch = dyn_cast<scf::IfOp>(op))
      cutBranch(branch);
    else if (isRoot(op))
      if (Value zero = zeroBefore(op, op->getOperand(0).getType()))
        op->setOperand(0, zero);
  }
  // From the inside out, and users first.
  DenseSet<Operation *> gone;
  for (Operation *op : llvm::reverse(all)) {
    if (gone.contains(op) || op == function || isRoot(op) || op->hasTrait<OpTrait::IsTerminator>() ||
        !op->use_empty())
      continue;
    bool holdsRoot = op->getNumRegions() &&
                     op->walk([&](Operation *inner) {
                         return isRoot(inner) ? WalkResult::interrupt()
                                              : WalkResult::advance();
                       }).wasInterrupted();
    if (holdsRoot)
      continue;
    op->walk([&](Operation *inner) { gone.insert(inner); });
    op->erase();
  }
  return "";
}

//===----------------------------------------------------------------------===//
// Running it
//===----------------------------------------------------------------------===//

namespace {
/// Which elements of one output are written.
struct Written {
  unsigned argument;
  SmallVector<int64_t> shape;
  std::vector<uint64_t> bits;
  int64_t elements = 0;
};
} // namespace

static std::string placeOf(int64_t index, ArrayRef<int64_t> shape) {
  SmallVector<int64_t> at(shape.size());
  for (size_t d = shape.size(); d-- > 0;) {
    at[d] = index % shape[d];
    index /= shape[d];
  }
  std::string text = "[";
  llvm::raw_string_ostream os(text);
  llvm::interleaveComma(at, os);
  return text + "]";
}

/// Runs blocks [begin, end) and notes what they write.
static LogicalResult runBlocks(const CompiledKernel &kernel, Domain &domain,
                               int64_t begin, int64_t end,
                               MutableArrayRef<Written> outputs,
                               Coverage &coverage) {
  LaunchSpec launch;
  launch.checkCompleteness = false;
  for (int64_t b = begin; b < end; ++b)
    launch.blocks.push_back(b);
  FailureOr<RunResult> run = interpret(
      kernel, domain, makeArgumentSource(kernel, domain, 1, InputFamily::Zeros),
      launch);
  if (failed(run))
    return failure();
  if (!run->clean()) {
    coverage.verdict = Verdict::Refuted;
    llvm::raw_string_ostream os(coverage.reason);
    printReport(run->reports.front(), os);
    return success();
  }
  for (Written &output : outputs)
    run->forEachWritten(output.argument, [&](int64_t index, const void *) {
      uint64_t &word = output.bits[index / 64], bit = uint64_t(1) << index % 64;
      if (word & bit && coverage.verdict != Verdict::Refuted) {
        coverage.verdict = Verdict::Refuted;
        coverage.reason =
            llvm::formatv("element {0} of argument {1} is written by two "
                          "blocks, one of them from {2} to {3}",
                          placeOf(index, output.shape), output.argument, begin,
                          end - 1)
                .str();
      }
      word |= bit;
    });
  return success();
}

static void findUnwritten(ArrayRef<Written> outputs, Coverage &coverage) {
  for (const Written &output : outputs)
    for (int64_t i = 0; i < output.elements; ++i) {
      if (output.bits[i / 64] == ~uint64_t(0)) {
        i |= 63;
        continue;
      }
      if (output.bits[i / 64] >> i % 64 & 1)
        continue;
      coverage.verdict = Verdict::Refuted;
      coverage.reason =
          llvm::formatv("unwritten output: no block writes element {0} of "
                        "argument {1}",
                        placeOf(i, output.shape), output.argument)
              .str();
      return;
    }
}

/// The program in a module of its own, so that it can be cut.
static OwningOpRef<ModuleOp> isolate(gpu::GPUFuncOp program,
                                     gpu::GPUFuncOp &copy) {
  OwningOpRef<ModuleOp> module = ModuleOp::create(program.getLoc());
  auto programs = program->getParentOfType<gpu::GPUModuleOp>();
  OpBuilder builder = OpBuilder::atBlockBegin(module->getBody());
  auto clone = cast<gpu::GPUModuleOp>(builder.clone(*programs));
  copy = clone.lookupSymbol<gpu::GPUFuncOp>(program.getName());
  return module;
}

FailureOr<Coverage> verify::checkCoverage(gpu::GPUFuncOp program,
                                          unsigned firstOutput,
                                          int64_t mostElements) {
  Coverage coverage;
  gpu::GPUFuncOp skeleton;
  OwningOpRef<ModuleOp> module = isolate(program, skeleton);
  coverage.reason = Skeleton(skeleton).cut();
  if (!coverage.reason.empty())
    return coverage;
  PassManager manager(module->getContext());
  manager.addPass(createCanonicalizerPass());
  manager.addPass(createCSEPass());
  if (failed(manager.run(*module)))
    return failure();
  FailureOr<CompiledKernel> kernel = CompiledKernel::compile(skeleton);
  if (failed(kernel))
    return failure();
  std::vector<Written> outputs;
  int64_t total = 0;
  for (auto [i, argument] : llvm::enumerate(kernel->arguments())) {
    if (i < firstOutput || argument.access != ArgumentAccess::Write)
      continue;
    Written output{unsigned(i),
                   SmallVector<int64_t>(argument.type.getShape()),
                   {},
                   argument.type.getNumElements()};
    total += output.elements;
    outputs.push_back(std::move(output));
  }
  if (total > mostElements) {
    coverage.reason =
        llvm::formatv("the outputs have {0} elements; at most {1} "
                      "are followed",
                      total, mostElements)
            .str();
    return coverage;
  }
  for (Written &output : outputs)
    output.bits.resize((output.elements + 63) / 64);
  std::unique_ptr<Domain> domain = createFloatDomain();
  int64_t count = kernel->gridSize().volume();
  // About a quarter of a million elements at a time, in whole clusters.
  int64_t cluster = std::max<int64_t>(kernel->clusterSize().volume(), 1);
  int64_t step =
      std::max<int64_t>((count * (1 << 18)) / std::max<int64_t>(total, 1), 1);
  step = (step + cluster - 1) / cluster * cluster;
  coverage.verdict = Verdict::Verified;
  for (int64_t begin = 0;
       begin < count && coverage.verdict == Verdict::Verified; begin += step)
    if (failed(runBlocks(*kernel, *domain, begin, std::min(count, begin + step),
                         outputs, coverage)))
      return failure();
  if (coverage.verdict == Verdict::Verified)
    findUnwritten(outputs, coverage);
  return coverage;
}
