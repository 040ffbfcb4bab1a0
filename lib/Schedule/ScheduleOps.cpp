//===- ScheduleOps.cpp - Schedule primitives --------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Schedule/ScheduleOps.h"
#include "kernel-opt/Dialect/KGPU/KGPUAttrs.h"
#include "kernel-opt/Dialect/KGPU/KGPUDialect.h"
#include "kernel-opt/Dialect/KTile/KTileOps.h"
#include "kernel-opt/Dialect/Kopt/KoptOps.h"
#include "kernel-opt/Dialect/Kopt/Program.h"
#include "kernel-opt/Schedule/Distribute.h"
#include "kernel-opt/Schedule/Keep.h"
#include "kernel-opt/Schedule/KernelStructure.h"
#include "kernel-opt/Schedule/Layouts.h"
#include "kernel-opt/Schedule/SkipMasked.h"
#include "kernel-opt/Schedule/Stage.h"
#include "kernel-opt/Schedule/Stash.h"
#include "kernel-opt/Schedule/TensorCores.h"
#include "kernel-opt/Schedule/TileProgram.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Transform/Interfaces/TransformInterfaces.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::schedule;

#define GET_OP_CLASSES
#include "kernel-opt/Schedule/ScheduleOps.cpp.inc"

namespace {
/// Takes the diagnostics of `work` as the notes of a silenceable failure: a
/// primitive that does not apply says why and leaves the rest to the schedule.
template <typename WorkFn>
DiagnosedSilenceableFailure silenceably(Operation *op, Twine what,
                                        WorkFn work) {
  SmallVector<std::string> reasons;
  ScopedDiagnosticHandler handler(op->getContext(),
                                  [&](Diagnostic &diagnostic) {
                                    reasons.push_back(diagnostic.str());
                                    return success();
                                  });
  if (succeeded(work()))
    return DiagnosedSilenceableFailure::success();
  DiagnosedSilenceableFailure failure = emitSilenceableFailure(op) << what;
  for (const std::string &reason : reasons)
    failure.attachNote(op->getLoc()) << reason;
  return failure;
}
} // namespace

//===----------------------------------------------------------------------===//
// TileOp
//===----------------------------------------------------------------------===//

/// The module that holds the kernel's programs: made anew, so that tiling twice
/// leaves the last program.
static gpu::GPUModuleOp makeModule(kopt::KernelOp kernel) {
  auto top = kernel->getParentOfType<ModuleOp>();
  std::string name = kopt::programModuleName(kernel.getKernelName());
  if (auto old = top.lookupSymbol<gpu::GPUModuleOp>(name))
    old.erase();
  OpBuilder builder(top.getBodyRegion());
  builder.setInsertionPointToEnd(top.getBody());
  return gpu::GPUModuleOp::create(builder, kernel.getLoc(), name);
}

/// What a program may rely on goes with it.
static void keepContract(kopt::KernelOp kernel, gpu::GPUFuncOp func) {
  auto contract = kopt::ContractAttr::lookup(kernel);
  if (contract != kopt::ContractAttr::getDefault(kernel.getContext()))
    func->setAttr(kProgramContractAttrName, contract);
}

/// The numbers of a list some of which are parameters.
template <typename OpTy>
static DiagnosedSilenceableFailure
readNumbers(OpTy op, transform::TransformState &state, OperandRange dynamic,
            ArrayRef<int64_t> numbers, SmallVectorImpl<int64_t> &result) {
  auto next = dynamic.begin();
  for (int64_t number : numbers) {
    if (!ShapedType::isDynamic(number)) {
      result.push_back(number);
      continue;
    }
    ArrayRef<Attribute> params = state.getParams(*next++);
    if (params.size() != 1 || !isa<IntegerAttr>(params[0]))
      return op.emitSilenceableError()
             << "a parameter must be one integer, found " << params.size()
             << " attributes";
    result.push_back(cast<IntegerAttr>(params[0]).getInt());
  }
  return DiagnosedSilenceableFailure::success();
}

static DiagnosedSilenceableFailure readOptions(schedule::TileOp op,
                                               transform::TransformState &state,
                                               TileOptions &options) {
  SmallVector<int64_t> transposed, leading, descending, elements, warps, raster,
      cluster;
  std::tuple<OperandRange, ArrayRef<int64_t>, SmallVectorImpl<int64_t> *>
      lists[] = {
          {op.getDynamicBlock(), op.getBlock(), &options.block},
          {op.getDynamicTile(), op.getTile(), &options.tile},
          {op.getDynamicReduction(), op.getReduction(), &options.reduction},
          {op.getDynamicElements(), op.getElements(), &elements},
          {op.getDynamicWarps(), op.getWarps(), &warps},
          {op.getDynamicRaster(), op.getRaster(), &raster},
          {op.getDynamicCluster(), op.getCluster(), &cluster},
          {op.getDynamicTransposed(), op.getTransposed(), &transposed},
          {op.getDynamicLeading(), op.getLeading(), &leading},
          {op.getDynamicDescending(), op.getDescending(), &descending}};
  for (auto [dynamic, numbers, result] : lists) {
    auto status = readNumbers(op, state, dynamic, numbers, *result);
    if (!status.succeeded())
      return status;
  }
  options.positions = op.getPositions();
  if (!transposed.empty())
    options.transposed = transposed[0];
  if (!leading.empty())
    options.leading = leading[0];
  options.descending = !descending.empty() && descending[0];
  if (!elements.empty())
    options.elements = elements[0];
  if (!warps.empty())
    options.warps = warps[0];
  if (!raster.empty())
    options.raster = raster[0];
  options.online = op.getOnline();
  if (!cluster.empty())
    options.cluster = cluster[0];
  return DiagnosedSilenceableFailure::success();
}

LogicalResult schedule::TileOp::verify() {
  if (getElements().size() > 1 || getWarps().size() > 1 ||
      getCluster().size() > 1)
    return emitOpError("takes one number of elements, one of warps and one of "
                       "blocks of a cluster, found ")
           << getElements().size() << ", " << getWarps().size() << " and "
           << getCluster().size();
  if (getRaster().size() > 1)
    return emitOpError("takes one number of rows of blocks, found ")
           << getRaster().size();
  if (getDescending().size() > 1)
    return emitOpError("takes one choice of a descending order, found ")
           << getDescending().size();
  if (getTransposed().size() > 1)
    return emitOpError("takes one number for transposed tiles, found ")
           << getTransposed().size();
  if (getLeading().size() > 1)
    return emitOpError("takes one number for the leading dimension, found ")
           << getLeading().size();
  return success();
}

DiagnosedSilenceableFailure
schedule::TileOp::apply(transform::TransformRewriter &,
                        transform::TransformResults &results,
                        transform::TransformState &state) {
  TileOptions options;
  auto read = readOptions(*this, state, options);
  if (!read.succeeded())
    return read;
  SmallVector<Operation *> programs;
  for (Operation *target : state.getPayloadOps(getTarget())) {
    auto kernel = dyn_cast<kopt::KernelOp>(target);
    if (!kernel)
      return emitSilenceableError()
             << "target must be a kopt.kernel, found " << target->getName();
    gpu::GPUModuleOp module = makeModule(kernel);
    auto done = silenceably(target, "kernel cannot be tiled so", [&] {
      OpBuilder builder = OpBuilder::atBlockEnd(module.getBody());
      auto func =
          buildTileProgram(builder, kernel.getKernelName(), *kernel.getBlock(),
                           kernel.getYield().getValues(), options);
      if (succeeded(func)) {
        programs.push_back(*func);
        keepContract(kernel, *func);
      }
      return func;
    });
    if (!done.succeeded()) {
      module.erase();
      return done;
    }
  }
  results.set(cast<OpResult>(getProgram()), programs);
  return DiagnosedSilenceableFailure::success();
}

//===----------------------------------------------------------------------===//
// MatchStructureOp
//===----------------------------------------------------------------------===//

LogicalResult schedule::MatchStructureOp::verify() {
  if (!parseStructureKind(getKind()))
    return emitOpError("knows no structure '")
           << getKind()
           << "': elementwise, row, inner_reduction, outer_reduction, "
              "contraction, attention, window, transpose or scan";
  if (getReducing() &&
      (getReducing()->size() != 2 || (*getReducing())[0] > (*getReducing())[1]))
    return emitOpError("'reducing' takes the least and the most elements");
  return success();
}

DiagnosedSilenceableFailure
schedule::MatchStructureOp::apply(transform::TransformRewriter &,
                                  transform::TransformResults &,
                                  transform::TransformState &state) {
  for (Operation *target : state.getPayloadOps(getTarget())) {
    auto kernel = dyn_cast<kopt::KernelOp>(target);
    if (!kernel || kernel.getYield().getValues().empty())
      return emitSilenceableError() << "no kernel with results";
    KernelStructure structure(*kernel.getBlock(),
                              kernel.getYield().getValues());
    StructureKind kind = structure.getKind();
    if (kind != parseStructureKind(getKind()))
      return emitSilenceableError()
             << "structure is '" << stringify(kind) << "'";
    int64_t reduced = structure.reducedElements();
    if (getReducing() &&
        (reduced < (*getReducing())[0] || reduced > (*getReducing())[1]))
      return emitSilenceableError() << reduced << " elements are reduced";
    if (getChained() && !structure.isChained())
      return emitSilenceableError() << "no reduction needs another's result";
    if (getShared() && !structure.isShared())
      return emitSilenceableError()
             << "no input is the same along the first dimension of the results";
  }
  return DiagnosedSilenceableFailure::success();
}

void schedule::MatchStructureOp::getEffects(
    SmallVectorImpl<MemoryEffects::EffectInstance> &effects) {
  transform::onlyReadsHandle(getTargetMutable(), effects);
  transform::onlyReadsPayload(effects);
}

void schedule::TileOp::getEffects(
    SmallVectorImpl<MemoryEffects::EffectInstance> &effects) {
  for (OpOperand &operand : getOperation()->getOpOperands())
    transform::onlyReadsHandle(operand, effects);
  transform::producesHandle(getOperation()->getOpResults(), effects);
  transform::modifiesPayload(effects);
}

//===----------------------------------------------------------------------===//
// Primitives on programs
//===----------------------------------------------------------------------===//

namespace {
/// Applies `work` to each target, which must be a gpu.func, and gives what
/// becomes of them.
template <typename OpTy, typename WorkFn>
DiagnosedSilenceableFailure
onPrograms(OpTy op, transform::TransformResults &results,
           transform::TransformState &state, Twine what, WorkFn work) {
  SmallVector<Operation *> programs;
  for (Operation *target : state.getPayloadOps(op.getTarget())) {
    auto func = dyn_cast<gpu::GPUFuncOp>(target);
    if (!func)
      return op.emitSilenceableError()
             << "target must be a gpu.func, found " << target->getName();
    auto done = silenceably(target, what, [&]() -> LogicalResult {
      FailureOr<gpu::GPUFuncOp> result = work(func);
      if (succeeded(result))
        programs.push_back(*result);
      return result;
    });
    if (!done.succeeded())
      return done;
  }
  results.set(cast<OpResult>(op.getProgram()), programs);
  return DiagnosedSilenceableFailure::success();
}

void programEffects(OpOperand &target, Operation *op,
                    SmallVectorImpl<MemoryEffects::EffectInstance> &effects) {
  transform::consumesHandle(target, effects);
  transform::producesHandle(op->getOpResults(), effects);
  transform::modifiesPayload(effects);
}
} // namespace

DiagnosedSilenceableFailure
schedule::KeepOp::apply(transform::TransformRewriter &,
                        transform::TransformResults &results,
                        transform::TransformState &state) {
  return onPrograms(*this, results, state, "tiles cannot be kept",
                    [&](gpu::GPUFuncOp func) -> FailureOr<gpu::GPUFuncOp> {
                      if (failed(keepTiles(func)))
                        return failure();
                      return func;
                    });
}

LogicalResult schedule::StashOp::verify() {
  if (getVectors().size() != 1)
    return emitOpError("takes one number of vectors, found ")
           << getVectors().size();
  return success();
}

DiagnosedSilenceableFailure
schedule::StashOp::apply(transform::TransformRewriter &,
                         transform::TransformResults &results,
                         transform::TransformState &state) {
  SmallVector<int64_t> vectors;
  auto read =
      readNumbers(*this, state, getDynamicVectors(), getVectors(), vectors);
  if (!read.succeeded())
    return read;
  return onPrograms(*this, results, state, "nothing can be stashed",
                    [&](gpu::GPUFuncOp func) -> FailureOr<gpu::GPUFuncOp> {
                      if (vectors[0] < 0)
                        return func.emitError("a number of vectors is not "
                                              "negative, found ")
                               << vectors[0];
                      if (vectors[0] > 0 &&
                          failed(stashLoads(func, vectors[0])))
                        return failure();
                      return func;
                    });
}

void schedule::StashOp::getEffects(
    SmallVectorImpl<MemoryEffects::EffectInstance> &effects) {
  transform::consumesHandle(getTargetMutable(), effects);
  transform::onlyReadsHandle(getDynamicVectorsMutable(), effects);
  transform::producesHandle(getOperation()->getOpResults(), effects);
  transform::modifiesPayload(effects);
}

LogicalResult schedule::ResidentOp::verify() {
  if (getBlocks().size() != 1)
    return emitOpError("takes one number of blocks, found ")
           << getBlocks().size();
  return success();
}

DiagnosedSilenceableFailure
schedule::ResidentOp::apply(transform::TransformRewriter &,
                            transform::TransformResults &results,
                            transform::TransformState &state) {
  SmallVector<int64_t> blocks;
  auto read =
      readNumbers(*this, state, getDynamicBlocks(), getBlocks(), blocks);
  if (!read.succeeded())
    return read;
  return onPrograms(
      *this, results, state, "blocks cannot live together",
      [&](gpu::GPUFuncOp func) -> FailureOr<gpu::GPUFuncOp> {
        constexpr int64_t mostThreads = 2048;
        auto size = func.getKnownBlockSize();
        if (!size)
          return func.emitError("the size of a block is not known yet");
        int64_t threads = llvm::product_of(*size);
        if (blocks[0] < 1 || blocks[0] * threads > mostThreads)
          return func.emitError() << blocks[0] << " blocks of " << threads
                                  << " threads are not between 1 block and "
                                  << mostThreads << " threads";
        func->setAttr(kgpu::kResidentBlocksAttrName,
                      Builder(func).getI32IntegerAttr(blocks[0]));
        return func;
      });
}

void schedule::ResidentOp::getEffects(
    SmallVectorImpl<MemoryEffects::EffectInstance> &effects) {
  transform::consumesHandle(getTargetMutable(), effects);
  transform::onlyReadsHandle(getDynamicBlocksMutable(), effects);
  transform::producesHandle(getOperation()->getOpResults(), effects);
  transform::modifiesPayload(effects);
}

DiagnosedSilenceableFailure
schedule::SkipMaskedOp::apply(transform::TransformRewriter &,
                              transform::TransformResults &results,
                              transform::TransformState &state) {
  return onPrograms(*this, results, state, "nothing can be skipped",
                    [&](gpu::GPUFuncOp func) -> FailureOr<gpu::GPUFuncOp> {
                      if (failed(skipMasked(func)))
                        return failure();
                      return func;
                    });
}

DiagnosedSilenceableFailure
schedule::StageOp::apply(transform::TransformRewriter &,
                         transform::TransformResults &results,
                         transform::TransformState &state) {
  return onPrograms(*this, results, state, "products cannot be staged",
                    [&](gpu::GPUFuncOp func) -> FailureOr<gpu::GPUFuncOp> {
                      FailureOr<unsigned> staged =
                          getUnit() == ktile::DotOp::mmaUnit
                              ? stageForMma(func)
                              : FailureOr<unsigned>(stageProducts(func));
                      if (failed(staged))
                        return failure();
                      if (!*staged)
                        return func.emitError("no product of tiles to stage");
                      return func;
                    });
}

LogicalResult schedule::StageOp::verify() {
  if (getUnit() != ktile::DotOp::fmaUnit && getUnit() != ktile::DotOp::mmaUnit)
    return emitOpError("knows no unit '")
           << getUnit() << "': '" << ktile::DotOp::fmaUnit << "' or '"
           << ktile::DotOp::mmaUnit << "'";
  return success();
}

DiagnosedSilenceableFailure
schedule::PipelineProductsOp::apply(transform::TransformRewriter &,
                                    transform::TransformResults &results,
                                    transform::TransformState &state) {
  SmallVector<int64_t> depth, producer, promote, byThreads, split, overlap,
      leastBlocks;
  std::tuple<OperandRange, ArrayRef<int64_t>, SmallVectorImpl<int64_t> *>
      lists[] = {{getDynamicDepth(), getDepth(), &depth},
                 {getDynamicProducer(), getProducer(), &producer},
                 {getDynamicPromote(), getPromote(), &promote},
                 {getDynamicByThreads(), getByThreads(), &byThreads},
                 {getDynamicSplit(), getSplit(), &split},
                 {getDynamicOverlap(), getOverlap(), &overlap},
                 {getDynamicLeastBlocks(), getLeastBlocks(), &leastBlocks}};
  for (auto [dynamic, numbers, result] : lists) {
    auto status = readNumbers(*this, state, dynamic, numbers, *result);
    if (!status.succeeded())
      return status;
    if (result->size() > 1)
      return emitSilenceableError()
             << "each choice takes one number, found " << result->size();
  }
  PipelineOptions options;
  if (!depth.empty())
    options.depth = depth[0];
  options.producer = !producer.empty() && producer[0];
  options.promote = !promote.empty() && promote[0];
  options.byThreads = !byThreads.empty() && byThreads[0];
  options.split = !split.empty() && split[0];
  options.overlap = !overlap.empty() && overlap[0];
  if (!leastBlocks.empty())
    options.leastBlocks = leastBlocks[0];
  return onPrograms(*this, results, state, "products cannot be pipelined",
                    [&](gpu::GPUFuncOp func) -> FailureOr<gpu::GPUFuncOp> {
                      if (failed(pipelineProducts(func, options)))
                        return failure();
                      return func;
                    });
}

void schedule::PipelineProductsOp::getEffects(
    SmallVectorImpl<MemoryEffects::EffectInstance> &effects) {
  transform::consumesHandle(getTargetMutable(), effects);
  for (OpOperand &operand : getOperation()->getOpOperands().drop_front())
    transform::onlyReadsHandle(operand, effects);
  transform::producesHandle(getOperation()->getOpResults(), effects);
  transform::modifiesPayload(effects);
}

DiagnosedSilenceableFailure
schedule::InvertDivisorsOp::apply(transform::TransformRewriter &,
                                  transform::TransformResults &results,
                                  transform::TransformState &state) {
  return onPrograms(*this, results, state, "divisors cannot be inverted",
                    [&](gpu::GPUFuncOp func) -> FailureOr<gpu::GPUFuncOp> {
                      invertDivisors(func);
                      return func;
                    });
}

void schedule::InvertDivisorsOp::getEffects(
    SmallVectorImpl<MemoryEffects::EffectInstance> &effects) {
  programEffects(getTargetMutable(), *this, effects);
}

DiagnosedSilenceableFailure
schedule::RebaseExponentialsOp::apply(transform::TransformRewriter &,
                                      transform::TransformResults &results,
                                      transform::TransformState &state) {
  return onPrograms(*this, results, state, "exponentials cannot be rebased",
                    [&](gpu::GPUFuncOp func) -> FailureOr<gpu::GPUFuncOp> {
                      rebaseExponentials(func);
                      return func;
                    });
}

void schedule::RebaseExponentialsOp::getEffects(
    SmallVectorImpl<MemoryEffects::EffectInstance> &effects) {
  programEffects(getTargetMutable(), *this, effects);
}

DiagnosedSilenceableFailure
schedule::PeelMasksOp::apply(transform::TransformRewriter &,
                             transform::TransformResults &results,
                             transform::TransformState &state) {
  return onPrograms(*this, results, state, "masks cannot be peeled",
                    [&](gpu::GPUFuncOp func) -> FailureOr<gpu::GPUFuncOp> {
                      peelMasks(func);
                      return func;
                    });
}

void schedule::PeelMasksOp::getEffects(
    SmallVectorImpl<MemoryEffects::EffectInstance> &effects) {
  programEffects(getTargetMutable(), *this, effects);
}

DiagnosedSilenceableFailure
schedule::PrefetchOp::apply(transform::TransformRewriter &,
                            transform::TransformResults &results,
                            transform::TransformState &state) {
  SmallVector<int64_t> stages;
  auto status =
      readNumbers(*this, state, getDynamicStages(), getStages(), stages);
  if (!status.succeeded())
    return status;
  if (stages.size() != 1 || stages[0] < 1 || stages[0] > 8)
    return emitSilenceableError() << "stages must be one number from 1 to 8";
  return onPrograms(*this, results, state, "copies cannot be made ahead",
                    [&](gpu::GPUFuncOp func) -> FailureOr<gpu::GPUFuncOp> {
                      prefetchStaged(func, stages[0]);
                      return func;
                    });
}

void schedule::PrefetchOp::getEffects(
    SmallVectorImpl<MemoryEffects::EffectInstance> &effects) {
  transform::consumesHandle(getTargetMutable(), effects);
  for (OpOperand &operand : getOperation()->getOpOperands().drop_front())
    transform::onlyReadsHandle(operand, effects);
  transform::producesHandle(getOperation()->getOpResults(), effects);
  transform::modifiesPayload(effects);
}

DiagnosedSilenceableFailure
schedule::AssignLayoutsOp::apply(transform::TransformRewriter &,
                                 transform::TransformResults &results,
                                 transform::TransformState &state) {
  return onPrograms(*this, results, state, "layouts cannot be assigned",
                    [&](gpu::GPUFuncOp func) -> FailureOr<gpu::GPUFuncOp> {
                      if (failed(assignLayouts(func)))
                        return failure();
                      return func;
                    });
}

DiagnosedSilenceableFailure
schedule::DistributeOp::apply(transform::TransformRewriter &,
                              transform::TransformResults &results,
                              transform::TransformState &state) {
  return onPrograms(*this, results, state, "program cannot be distributed",
                    [&](gpu::GPUFuncOp func) { return distribute(func); });
}

void schedule::KeepOp::getEffects(
    SmallVectorImpl<MemoryEffects::EffectInstance> &effects) {
  programEffects(getTargetMutable(), *this, effects);
}
void schedule::SkipMaskedOp::getEffects(
    SmallVectorImpl<MemoryEffects::EffectInstance> &effects) {
  programEffects(getTargetMutable(), *this, effects);
}
void schedule::StageOp::getEffects(
    SmallVectorImpl<MemoryEffects::EffectInstance> &effects) {
  programEffects(getTargetMutable(), *this, effects);
}
void schedule::AssignLayoutsOp::getEffects(
    SmallVectorImpl<MemoryEffects::EffectInstance> &effects) {
  programEffects(getTargetMutable(), *this, effects);
}
void schedule::DistributeOp::getEffects(
    SmallVectorImpl<MemoryEffects::EffectInstance> &effects) {
  programEffects(getTargetMutable(), *this, effects);
}

//===----------------------------------------------------------------------===//
// Registration
//===----------------------------------------------------------------------===//

namespace {
class ScheduleExtension
    : public transform::TransformDialectExtension<ScheduleExtension> {
public:
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(ScheduleExtension)
  void init() {
    declareGeneratedDialect<affine::AffineDialect>();
    declareGeneratedDialect<arith::ArithDialect>();
    declareGeneratedDialect<gpu::GPUDialect>();
    declareGeneratedDialect<kgpu::KGPUDialect>();
    declareGeneratedDialect<ktile::KTileDialect>();
    declareGeneratedDialect<math::MathDialect>();
    declareGeneratedDialect<scf::SCFDialect>();
    declareGeneratedDialect<vector::VectorDialect>();
    registerTransformOps<
#define GET_OP_LIST
#include "kernel-opt/Schedule/ScheduleOps.cpp.inc"
        >();
  }
};
} // namespace

void schedule::registerScheduleOps(DialectRegistry &registry) {
  registry.addExtensions<ScheduleExtension>();
}
