//===- Optimizer.cpp - The path from a program to its kernels ---*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Optimizer/Optimizer.h"
#include "Stages.h"
#include "kernel-opt/Dialect/KGPU/KGPUDialect.h"
#include "kernel-opt/Dialect/KTile/KTileDialect.h"
#include "kernel-opt/Dialect/Kopt/Program.h"
#include "kernel-opt/Kernel/Passes.h"
#include "kernel-opt/Optimizer/Prepare.h"
#include "kernel-opt/Schedule/CleanProgram.h"
#include "kernel-opt/Schedule/Passes.h"
#include "kernel-opt/Schedule/ScheduleLibrary.h"
#include "kernel-opt/Support/Hash.h"
#include "kernel-opt/Support/Location.h"
#include "kernel-opt/Support/Nesting.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/Index/IR/IndexDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/Dialect/Transform/IR/TransformDialect.h"
#include "mlir/Dialect/UB/IR/UBOps.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::optimizer;

const KernelRecord *Outcome::lookup(StringRef name) const {
  for (const KernelRecord &record : kernels)
    if (record.name == name)
      return &record;
  return nullptr;
}

KernelRecord &Outcome::getOrCreate(StringRef name) {
  for (KernelRecord &record : kernels)
    if (record.name == name)
      return record;
  kernels.emplace_back().name = name.str();
  return kernels.back();
}

static LogicalResult runPipeline(ModuleOp module, StringRef text) {
  PassManager manager(module.getContext());
  if (failed(parsePassPipeline(text, manager)))
    return failure();
  return manager.run(module);
}

/// TOSA casts between two narrow formats, for which there is no operation on
/// elements, go through f32: widening is exact, so one rounding is left.
static void splitNarrowCasts(ModuleOp module) {
  module.walk([](tosa::CastOp cast) {
    auto from = dyn_cast<ShapedType>(cast.getInput().getType());
    auto to = dyn_cast<ShapedType>(cast.getType());
    if (!from || !to || from.getElementType() == to.getElementType() ||
        !isa<Float16Type, BFloat16Type>(from.getElementType()) ||
        !isa<Float16Type, BFloat16Type>(to.getElementType()))
      return;
    OpBuilder builder(cast);
    Type wide = from.clone(builder.getF32Type());
    cast.setOperand(
        tosa::CastOp::create(builder, cast.getLoc(), wide, cast.getInput()));
  });
}

LogicalResult optimizer::lowerToLinalg(ModuleOp module, bool requireAll,
                                       std::vector<std::string> *left) {
  verify::stripTrustedAttributes(module);
  bool tosa = false, operators = false;
  module.walk([&](Operation *op) {
    StringRef dialect = op->getName().getDialectNamespace();
    tosa |= dialect == "tosa";
    operators |= dialect == "aten";
  });
  if (tosa)
    splitNarrowCasts(module);
  if (tosa &&
      failed(runPipeline(module, "func.func(tosa-optional-decompositions,"
                                 "canonicalize,tosa-infer-shapes,"
                                 "tosa-to-linalg-named,tosa-to-linalg,"
                                 "tosa-to-arith,tosa-to-tensor)")))
    return failure();
  if (operators && failed(runPipeline(module, "convert-aten-to-linalg")))
    return failure();
  if (failed(runPipeline(module, "canonicalize,cse")))
    return failure();
  normalizeTensorOps(module);
  std::vector<std::string> ignored;
  return separateForeign(module, requireAll, left ? *left : ignored);
}

void optimizer::registerPathDialects(DialectRegistry &registry) {
  registry.insert<affine::AffineDialect, arith::ArithDialect,
                  bufferization::BufferizationDialect, cf::ControlFlowDialect,
                  func::FuncDialect, gpu::GPUDialect, index::IndexDialect,
                  kgpu::KGPUDialect, kopt::KoptDialect, ktile::KTileDialect,
                  linalg::LinalgDialect, LLVM::LLVMDialect, math::MathDialect,
                  memref::MemRefDialect, NVVM::NVVMDialect, scf::SCFDialect,
                  tensor::TensorDialect, transform::TransformDialect,
                  ub::UBDialect, vector::VectorDialect>();
}

LogicalResult optimizer::prepareProgram(ModuleOp module, const Options &options,
                                        Outcome &outcome) {
  recordStage(module, "input", "read", outcome);
  if (options.decisions.rewrite) {
    OwningOpRef<ModuleOp> original = module.clone();
    if (failed(options.decisions.rewrite(module)))
      return failure();
    if (structuralHash(module) != structuralHash(*original)) {
      // What stays in place is reported once.
      if (failed(lowerToLinalg(*original)) ||
          failed(lowerToLinalg(module, options.requireAll, &outcome.left)))
        return failure();
      recordStage(*original, "linalg", "lowering", outcome);
      return success();
    }
  }
  if (failed(lowerToLinalg(module, options.requireAll, &outcome.left)))
    return failure();
  recordStage(module, "linalg", "lowering", outcome);
  return success();
}

LogicalResult optimizer::formKernels(ModuleOp module, const Options &options) {
  if (failed(checkSizesKnown(module)))
    return failure();
  // Tensor cores that multiply parts of f32 as they come are Hopper's.
  std::string pipeline = "kopt-form-kernels";
  if (options.splitFactors && options.compile.target == "sm_90a")
    pipeline += ",kopt-split-factors";
  pipeline += ",kopt-share-kernels";
  const std::string &text = options.decisions.fusionPlan;
  if (text.empty())
    return runPipeline(module, pipeline);
  // A plan that was decided on comes before those of the program.
  OwningOpRef<ModuleOp> plans =
      parseModule(text, "fusion plan", module.getContext());
  if (!plans)
    return failure();
  SmallVector<Operation *> inserted;
  for (auto plan :
       llvm::make_early_inc_range(plans->getOps<kopt::FusionOp>())) {
    plan->remove();
    module.getBody()->getOperations().insert(module.getBody()->begin(), plan);
    inserted.push_back(plan);
  }
  LogicalResult formed = runPipeline(module, pipeline);
  for (Operation *plan : inserted)
    plan->erase();
  return formed;
}

static LogicalResult applyChoice(kopt::KernelOp kernel,
                                 const ScheduleChoice &choice,
                                 const schedule::ScheduleLibrary &library,
                                 std::string &why) {
  why = "strategy '" + choice.strategy + "' ";
  const schedule::Strategy *strategy = library.lookup(choice.strategy);
  if (!strategy) {
    why += "is not known";
    return failure();
  }
  if (!llvm::is_contained(library.match(kernel), strategy)) {
    why += "is not for kernels of this structure";
    return failure();
  }
  SmallVector<std::string> reasons;
  if (succeeded(library.apply(kernel, *strategy, choice.knobs, reasons)))
    return success();
  why += "does not fit: " + llvm::join(reasons, "; ");
  return failure();
}

/// Schedules those kernels that somebody decided about.
static LogicalResult scheduleDecided(ModuleOp module, const Options &options) {
  auto loaded = schedule::ScheduleLibrary::load(
      module.getContext(), options.schedules, options.scheduleTexts);
  if (failed(loaded))
    return failure();
  const schedule::ScheduleLibrary &library = *loaded;
  for (kopt::KernelOp kernel : kopt::distinctKernels(module)) {
    std::optional<ScheduleChoice> choice = options.decisions.schedule(kernel);
    if (!choice)
      continue;
    std::string why;
    if (succeeded(applyChoice(kernel, *choice, library, why)))
      continue;
    if (choice->required)
      return kernel.emitError(why);
    kernel.emitWarning(why) << "; the first strategy that fits is used instead";
  }
  return success();
}

/// Schedules the kernels that strategies of the texts are for; those that none
/// of them fits are left to the files.
static LogicalResult scheduleByTexts(ModuleOp module, const Options &options) {
  auto library = schedule::ScheduleLibrary::load(module.getContext(), {},
                                                 options.scheduleTexts);
  if (failed(library))
    return failure();
  llvm::StringSet<> given;
  for (const schedule::ScheduleText &text : options.scheduleTexts)
    given.insert(text.name);
  for (kopt::KernelOp kernel : kopt::distinctKernels(module))
    for (const schedule::Strategy *strategy : library->match(kernel)) {
      if (kopt::lookupProgram(kernel) || !given.contains(strategy->source))
        continue;
      SmallVector<std::string> reasons;
      if (failed(library->apply(kernel, *strategy, {}, reasons)))
        kernel.emitRemark("strategy '")
            << strategy->name
            << "' does not fit: " << llvm::join(reasons, "; ");
    }
  return success();
}

LogicalResult optimizer::scheduleKernels(ModuleOp module,
                                         const Options &options) {
  // Primitives that a chip lacks do not apply.
  module->setAttr("kopt.target",
                  StringAttr::get(module.getContext(), options.compile.target));
  if (options.decisions.schedule && failed(scheduleDecided(module, options)))
    return failure();
  if (!options.scheduleTexts.empty() &&
      failed(scheduleByTexts(module, options)))
    return failure();
  // Reading the shipped strategies takes its time: not for nothing.
  if (!llvm::all_of(kopt::distinctKernels(module), kopt::lookupProgram)) {
    schedule::ScheduleKernelsOptions passOptions;
    passOptions.files.assign(options.schedules.begin(),
                             options.schedules.end());
    passOptions.leave = !options.requireAll;
    passOptions.passOver.assign(options.passOver.begin(),
                                options.passOver.end());
    PassManager manager(module.getContext());
    manager.addPass(schedule::createScheduleKernels(passOptions));
    if (failed(manager.run(module)))
      return failure();
  }
  for (auto programs : module.getOps<gpu::GPUModuleOp>())
    if (failed(schedule::cleanProgram(programs)))
      return failure();
  return success();
}

//===----------------------------------------------------------------------===//
// Compilation
//===----------------------------------------------------------------------===//

std::string optimizer::sourcePlace(kopt::KernelOp kernel) {
  std::string place = placeOf(kernel.getLoc());
  return place.empty() ? "?" : place;
}

FailureOr<gpu::GPUFuncOp> optimizer::programOf(kopt::KernelOp kernel) {
  if (gpu::GPUFuncOp func = kopt::lookupProgram(kernel))
    return func;
  return kernel.emitError("kernel '")
         << kernel.getKernelName() << "' has no program: schedule it first";
}

/// Compiles the program of a kernel; its module becomes a binary.
static LogicalResult compileKernel(kopt::KernelOp kernel,
                                   const Options &options,
                                   KernelRecord &record) {
  FailureOr<gpu::GPUFuncOp> program = programOf(kernel);
  if (failed(program))
    return failure();
  gpu::GPUFuncOp func = *program;
  record.location = sourcePlace(kernel);
  if (auto strategy = func->getAttrOfType<StringAttr>("kopt.strategy"))
    record.strategy = strategy.str();
  record.sourceHash = structuralHash(kernel);
  record.scheduledHash = structuralHash(func);

  auto module = func->getParentOfType<gpu::GPUModuleOp>();
  FailureOr<nvptx::CompiledKernel> compiled =
      nvptx::compileToPTX(module, options.compile);
  if (failed(compiled))
    return failure();
  record.compiled = std::move(*compiled);
  record.ptxHash = hashText(record.compiled.ptx);
  if (llvm::Error error = nvptx::runPtxas(record.compiled, options.compile))
    return kernel.emitError("kernel '")
           << record.name << "': " << llvm::toString(std::move(error));
  for (const std::string &loss : record.compiled.ptxas->performanceLosses)
    kernel.emitWarning("ptxas reports a performance loss: ") << loss;
  nvptx::replaceByBinary(module, record.compiled, options.compile,
                         options.machineCode);
  return success();
}

static SmallVector<int64_t>
sizesOf(const std::optional<std::array<int32_t, 3>> &s) {
  return s ? SmallVector<int64_t>(s->begin(), s->end())
           : SmallVector<int64_t>();
}

/// Puts a launch of the compiled program in the kernel's place.
static void replaceByLaunch(kopt::KernelOp kernel, const KernelRecord &record) {
  OpBuilder builder(kernel);
  Location loc = kernel.getLoc();
  SmallVector<Value> outputs;
  for (Type type : kernel.getResultTypes()) {
    auto tensor = cast<RankedTensorType>(type);
    outputs.push_back(tensor::EmptyOp::create(builder, loc, tensor.getShape(),
                                              tensor.getElementType()));
  }
  auto symbol = SymbolRefAttr::get(
      builder.getContext(), kopt::programModuleName(record.name),
      FlatSymbolRefAttr::get(builder.getContext(), record.name));
  SmallVector<int64_t> cluster = sizesOf(record.compiled.clusterSize);
  auto launch = kopt::LaunchOp::create(
      builder, loc, kernel.getResultTypes(), symbol, ValueRange{},
      builder.getDenseI64ArrayAttr(sizesOf(record.compiled.gridSize)),
      builder.getDenseI64ArrayAttr(sizesOf(record.compiled.blockSize)),
      cluster.empty() ? DenseI64ArrayAttr()
                      : builder.getDenseI64ArrayAttr(cluster),
      builder.getI64IntegerAttr(record.compiled.sharedBytes), UnitAttr(),
      kernel.getInputs(), outputs, ValueRange{});
  launch->setAttr(
      "kopt.certified",
      builder.getDictionaryAttr(
          {builder.getNamedAttr("source",
                                builder.getStringAttr(record.sourceHash)),
           builder.getNamedAttr("scheduled",
                                builder.getStringAttr(record.scheduledHash)),
           builder.getNamedAttr("ptx",
                                builder.getStringAttr(record.ptxHash))}));
  kernel.replaceAllUsesWith(launch.getResults());
  kernel.erase();
}

LogicalResult optimizer::compileKernels(ModuleOp module, const Options &options,
                                        Outcome &outcome) {
  SmallVector<kopt::KernelOp> kernels;
  module.walk([&](kopt::KernelOp kernel) { kernels.push_back(kernel); });
  for (kopt::KernelOp kernel : kopt::distinctKernels(module))
    if (failed(compileKernel(kernel, options,
                             outcome.getOrCreate(kernel.getKernelName()))))
      return failure();
  for (kopt::KernelOp kernel : kernels)
    replaceByLaunch(kernel, *outcome.lookup(kernel.getKernelName()));
  return success();
}

LogicalResult optimizer::optimize(ModuleOp module, const Options &options,
                                  Outcome &outcome) {
  if (failed(prepareProgram(module, options, outcome)))
    return failure();
  return success(succeeded(formKernels(module, options)) &&
                 succeeded(scheduleVerified(module, options, outcome)) &&
                 succeeded(compileKernels(module, options, outcome)));
}

static double factor(uint64_t moved, uint64_t least) {
  return least ? double(moved) / double(least) : 0;
}

void optimizer::printSummary(raw_ostream &os, const Outcome &outcome) {
  for (const std::string &line : outcome.left)
    os << "left in place: " << line << "\n";
  for (const PassedOver &p : outcome.passedOver)
    os << "passed over: strategy '" << p.strategy << "' for " << p.kernel
       << ", refuted on " << p.reason << "\n";
  for (const KernelRecord &record : outcome.kernels) {
    const nvptx::CompiledKernel &compiled = record.compiled;
    os << record.name << " (" << record.location << ")\n";
    os << "  scheduled by   " << record.strategy << ": "
       << (*compiled.gridSize)[0] << " blocks of " << (*compiled.blockSize)[0]
       << " threads, " << compiled.sharedBytes << " bytes of shared memory\n";
    if (compiled.ptxas)
      os << "  compiled for   " << compiled.chip.name << ": "
         << compiled.ptxas->registers << " registers, "
         << compiled.ptxas->spillStoreBytes + compiled.ptxas->spillLoadBytes
         << " bytes spilled, " << compiled.occupancy.blocks
         << " blocks a multiprocessor\n";
    if (record.check && record.check->trafficFactor())
      os << llvm::formatv(
          "  memory         {0:f2} times the least number of "
          "sectors ({1:f2} read, {2:f2} written)\n",
          record.check->trafficFactor(),
          factor(record.check->sectorsRead, record.check->leastSectorsRead),
          factor(record.check->sectorsWritten,
                 record.check->leastSectorsWritten));
    if (record.check)
      os << llvm::formatv(
          "  checked        {0}: {1} of {2} blocks run {3} times, {4} "
          "values compared in the exact algebra, {5:f0} bits of "
          "evidence, {6:f1} s\n",
          verify::getName(record.check->verdict), record.check->blocksRun,
          record.check->blocks, record.check->runs, record.check->compared,
          record.check->evidence, record.check->seconds);
    else
      os << "  checked        not at all\n";
    if (record.accuracy)
      os << llvm::formatv(
          "  accuracy       {0} in {1} comparisons of {2} input families; "
          "special values {3}; {4:f1} s\n",
          verify::getName(record.accuracy->accuracy),
          record.accuracy->families.size(), verify::accuracyFamilies().size(),
          verify::getName(record.accuracy->specialValues),
          record.accuracy->seconds);
    os << "  hashes         source "
       << StringRef(record.sourceHash).take_front(12) << ", scheduled "
       << StringRef(record.scheduledHash).take_front(12) << ", PTX "
       << StringRef(record.ptxHash).take_front(12) << "\n";
  }
}
