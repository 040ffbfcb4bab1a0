//===- ScheduleOps.cpp - Schedule primitives --------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Schedule/ScheduleOps.h"
#include "Primitives.h"
#include "kernel-opt/Dialect/KGPU/KGPUDialect.h"
#include "kernel-opt/Dialect/KTile/KTileOps.h"
#include "kernel-opt/Dialect/Kopt/KoptOps.h"
#include "kernel-opt/Dialect/Kopt/Program.h"
#include "kernel-opt/Schedule/KernelStructure.h"
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

/// A primitive on programs makes another one of its first operand and only
/// reads the others.
static void
programEffects(Operation *op,
               SmallVectorImpl<MemoryEffects::EffectInstance> &effects) {
  transform::consumesHandle(op->getOpOperand(0), effects);
  for (OpOperand &operand : op->getOpOperands().drop_front())
    transform::onlyReadsHandle(operand, effects);
  transform::producesHandle(op->getOpResults(), effects);
  transform::modifiesPayload(effects);
}

#define GET_OP_CLASSES
#include "kernel-opt/Schedule/ScheduleOps.cpp.inc"

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

/// A tile is a block, unless that is said to be cut: of the dimensions that
/// `block` counts, and no less than by default.
static int64_t elementsOfBlock(const TileOptions &options) {
  constexpr int64_t most = 1 << 20; // more than registers hold
  int64_t volume = 1;
  for (int64_t size : options.block)
    volume = std::min(most, volume * std::clamp<int64_t>(size, 1, most));
  return std::max(options.elements, volume);
}

static DiagnosedSilenceableFailure readOptions(schedule::TileOp op,
                                               transform::TransformState &state,
                                               TileOptions &options) {
  SmallVector<int64_t> transposed, leading, descending, interleaved, elements,
      warps, raster, cluster;
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
          {op.getDynamicDescending(), op.getDescending(), &descending},
          {op.getDynamicInterleaved(), op.getInterleaved(), &interleaved}};
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
  if (!descending.empty() && (descending[0] < 0 || descending[0] > 2))
    return op.emitSilenceableError()
           << "descending must be 0, 1 or 2, found " << descending[0];
  options.descending = !descending.empty() && descending[0] == 1;
  options.reversed = !descending.empty() && descending[0] == 2;
  options.interleaved = !interleaved.empty() && interleaved[0];
  if (!elements.empty())
    options.elements = elements[0];
  else if (options.tile.empty())
    options.elements = elementsOfBlock(options);
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
  if (getInterleaved().size() > 1)
    return emitOpError("takes one choice of an interleaved order, found ")
           << getInterleaved().size();
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
