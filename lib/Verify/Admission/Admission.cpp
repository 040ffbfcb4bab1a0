//===- Admission.cpp - What a payload may consist of ------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Verify/Admission.h"
#include "kernel-opt/Dialect/KGPU/KGPUAttrs.h"
#include "kernel-opt/Dialect/KGPU/KGPUOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::verify;

//===----------------------------------------------------------------------===//
// Tables
//===----------------------------------------------------------------------===//

/// Scalar and vector arithmetic that both stages know.
static constexpr StringLiteral arithmetic[] = {
    "arith.addf",       "arith.addi",         "arith.andi",
    "arith.bitcast",    "arith.ceildivsi",    "arith.ceildivui",
    "arith.cmpf",       "arith.cmpi",         "arith.constant",
    "arith.divf",       "arith.divsi",        "arith.divui",
    "arith.extf",       "arith.extsi",        "arith.extui",
    "arith.floordivsi", "arith.fptosi",       "arith.fptoui",
    "arith.index_cast", "arith.index_castui", "arith.maximumf",
    "arith.maxnumf",    "arith.maxsi",        "arith.maxui",
    "arith.minimumf",   "arith.minnumf",      "arith.minsi",
    "arith.minui",      "arith.mulf",         "arith.muli",
    "arith.negf",       "arith.ori",          "arith.remf",
    "arith.remsi",      "arith.remui",        "arith.select",
    "arith.shli",       "arith.shrsi",        "arith.shrui",
    "arith.sitofp",     "arith.subf",         "arith.subi",
    "arith.truncf",     "arith.trunci",       "arith.uitofp",
    "arith.xori",       "math.absf",          "math.absi",
    "math.acos",        "math.asin",          "math.atan",
    "math.atan2",       "math.cbrt",          "math.ceil",
    "math.copysign",    "math.cos",           "math.cosh",
    "math.ctlz",        "math.ctpop",         "math.cttz",
    "math.erf",         "math.erfc",          "math.exp",
    "math.exp2",        "math.expm1",         "math.floor",
    "math.fma",         "math.fpowi",         "math.ipowi",
    "math.isfinite",    "math.isinf",         "math.isnan",
    "math.log",         "math.log10",         "math.log1p",
    "math.log2",        "math.powf",          "math.round",
    "math.roundeven",   "math.rsqrt",         "math.sin",
    "math.sinh",        "math.sqrt",          "math.tan",
    "math.tanh",        "math.trunc"};

/// What scheduled programs consist of besides; all of `kgpu` is ours.
static constexpr StringLiteral scheduled[] = {"gpu.barrier",
                                              "gpu.block_dim",
                                              "gpu.block_id",
                                              "gpu.cluster_block_id",
                                              "gpu.cluster_dim",
                                              "gpu.cluster_id",
                                              "gpu.func",
                                              "gpu.grid_dim",
                                              "gpu.lane_id",
                                              "gpu.module",
                                              "gpu.num_subgroups",
                                              "gpu.return",
                                              "gpu.shuffle",
                                              "gpu.subgroup_id",
                                              "gpu.subgroup_size",
                                              "gpu.thread_id",
                                              "memref.load",
                                              "memref.store",
                                              "memref.subview",
                                              "scf.condition",
                                              "scf.for",
                                              "scf.if",
                                              "scf.while",
                                              "scf.yield",
                                              "vector.broadcast",
                                              "vector.extract",
                                              "vector.extract_strided_slice",
                                              "vector.fma",
                                              "vector.from_elements",
                                              "vector.insert",
                                              "vector.insert_strided_slice",
                                              "vector.load",
                                              "vector.reduction",
                                              "vector.shape_cast",
                                              "vector.shuffle",
                                              "vector.step",
                                              "vector.store",
                                              "vector.to_elements",
                                              "vector.transfer_read",
                                              "vector.transfer_write"};

/// What the body of a kernel consists of besides; all of `linalg` is value
/// semantics there.
static constexpr StringLiteral structured[] = {"kopt.kernel",
                                               "kopt.yield",
                                               "affine.apply",
                                               "affine.max",
                                               "affine.min",
                                               "tensor.cast",
                                               "tensor.collapse_shape",
                                               "tensor.concat",
                                               "tensor.dim",
                                               "tensor.empty",
                                               "tensor.expand_shape",
                                               "tensor.extract",
                                               "tensor.extract_slice",
                                               "tensor.from_elements",
                                               "tensor.generate",
                                               "tensor.insert_slice",
                                               "tensor.pad",
                                               "tensor.splat",
                                               "tensor.yield"};

namespace {
struct Hostile {
  StringLiteral prefix, why;
};
} // namespace

/// The reason for the best-known ones; anything else is just not in the table.
static constexpr Hostile hostile[] = {
    {"llvm.inline_asm", "inline assembly can do anything"},
    {"nvvm.inline_ptx", "inline assembly can do anything"},
    {"nvvm.read.ptx.sreg.clock", "a kernel does not read clocks"},
    {"nvvm.read.ptx.sreg.globaltimer", "a kernel does not read clocks"},
    {"nvvm.nanosleep", "a kernel does not sleep"},
    {"gpu.printf", "a kernel prints nothing"},
    {"gpu.launch", "a kernel launches nothing"},
    {"gpu.wait", "a kernel does not speak to streams"},
    {"gpu.dynamic_shared_memory",
     "shared memory without sizes cannot be checked"},
    {"func.call", "a kernel calls nothing"},
    {"llvm.call", "a kernel calls nothing"},
    {"func.func", "a program has no functions beside its kernel"},
    {"llvm.func", "a program has no functions beside its kernel"},
    {"memref.global", "state outside of arguments would outlive the launch"},
    {"llvm.mlir.global", "state outside of arguments would outlive the launch"},
    {"memref.get_global",
     "state outside of arguments would outlive the launch"},
    {"memref.assume_alignment", "an assumption that nobody checks"},
    {"llvm.intr.assume", "an assumption that nobody checks"},
    {"memref.alloc", "memory comes from arguments and kgpu.alloc_shared"},
    {"memref.atomic_rmw", "the order of floating-point atomics is not fixed"},
    {"ub.poison", "undefined values are not computed with"},
};

static llvm::StringSet<> makeTable(ArrayRef<StringLiteral> own) {
  llvm::StringSet<> table;
  for (StringRef name : arithmetic)
    table.insert(name);
  for (StringRef name : own)
    table.insert(name);
  return table;
}

/// Reports an operation that is not in the table.
static LogicalResult refuse(Operation *op, StringRef where, StringRef remedy) {
  StringRef name = op->getName().getStringRef(), why = "it is not in the table";
  for (const Hostile &known : hostile)
    if (name.starts_with(known.prefix))
      why = known.why;
  return op->emitError("'") << name << "' is not admitted in " << where << ": "
                            << why << "; " << remedy;
}

//===----------------------------------------------------------------------===//
// Claims
//===----------------------------------------------------------------------===//

/// Names the claim that the attribute makes, or nothing.
static StringRef claimOf(Operation *op, NamedAttribute attribute) {
  StringRef name = attribute.getName().strref();
  Attribute value = attribute.getValue();
  if (auto flags = dyn_cast<arith::FastMathFlagsAttr>(value))
    return flags.getValue() == arith::FastMathFlags::none ? "" : name;
  if (auto flags = dyn_cast<arith::IntegerOverflowFlagsAttr>(value))
    return flags.getValue() == arith::IntegerOverflowFlags::none ? "" : name;
  if (name == "isExact" || name == "nonNeg" || name == "isDisjoint")
    return isa<UnitAttr>(value) ? name : "";
  if (name == "nontemporal" || name == "volatile_") {
    auto flag = dyn_cast<BoolAttr>(value);
    return !flag || flag.getValue() ? name : "";
  }
  bool ours = op->getDialect() && op->getDialect()->getNamespace() == "kgpu";
  if (name == "alignment" && !ours)
    return name;
  if (name == "in_bounds") {
    auto flags = dyn_cast<ArrayAttr>(value);
    bool any = flags && llvm::any_of(flags, [](Attribute flag) {
                 return cast<BoolAttr>(flag).getValue();
               });
    return any ? name : "";
  }
  if (name.starts_with("llvm.") || name.starts_with("nvvm."))
    return name;
  // In a program, the interpreter does as the device does.
  if (name == kgpu::kFlushAttrName && !op->getParentOfType<gpu::GPUFuncOp>())
    return name;
  return "";
}

/// Calls back with each claim of an operation and of its arguments.
static void forEachClaim(
    Operation *op,
    function_ref<void(StringRef claim, std::optional<unsigned> argument)> fn) {
  for (NamedAttribute attribute : op->getAttrDictionary())
    if (StringRef claim = claimOf(op, attribute); !claim.empty())
      fn(claim, std::nullopt);
  if (auto function = dyn_cast<FunctionOpInterface>(op))
    for (unsigned i = 0;
         !function.isExternal() && i < function.getNumArguments(); ++i)
      if (DictionaryAttr attributes = function.getArgAttrDict(i))
        for (NamedAttribute attribute : attributes)
          if (StringRef claim = claimOf(op, attribute); !claim.empty())
            fn(claim, i);
}

static void strip(Operation *op, StringRef claim,
                  std::optional<unsigned> argument) {
  if (argument) {
    cast<FunctionOpInterface>(op).removeArgAttr(*argument, claim);
    return;
  }
  MLIRContext *context = op->getContext();
  Attribute value = op->getAttr(claim);
  if (isa_and_nonnull<arith::FastMathFlagsAttr>(value))
    op->setAttr(claim, arith::FastMathFlagsAttr::get(
                           context, arith::FastMathFlags::none));
  else if (isa_and_nonnull<arith::IntegerOverflowFlagsAttr>(value))
    op->setAttr(claim, arith::IntegerOverflowFlagsAttr::get(
                           context, arith::IntegerOverflowFlags::none));
  else if (auto flags = dyn_cast_or_null<ArrayAttr>(value))
    op->setAttr(claim,
                ArrayAttr::get(
                    context, SmallVector<Attribute>(
                                 flags.size(), BoolAttr::get(context, false))));
  else
    op->removeAttr(claim);
}

/// Operations that become parts of kernels, and functions on tensors. What is
/// foreign is the user's own.
static bool isOurs(Operation *op) {
  if (isa<FunctionOpInterface>(op))
    return true;
  if (!op->getDialect())
    return false;
  StringRef dialect = op->getDialect()->getNamespace();
  return llvm::is_contained({"arith", "math", "linalg", "tensor", "aten"},
                            dialect);
}

void verify::stripTrustedAttributes(Operation *root) {
  root->walk([](Operation *op) {
    if (!isOurs(op))
      return;
    SmallVector<std::pair<std::string, std::optional<unsigned>>> claims;
    auto function = dyn_cast<FunctionOpInterface>(op);
    forEachClaim(op, [&](StringRef claim, std::optional<unsigned> argument) {
      // Of functions, only what is said of tensors.
      if (function &&
          (!argument ||
           !isa<TensorType>(function.getArgument(*argument).getType())))
        return;
      claims.emplace_back(claim.str(), argument);
    });
    for (auto &[claim, argument] : claims) {
      strip(op, claim, argument);
      op->emitRemark("'") << claim
                          << "' is taken away: it is a claim that "
                             "nobody checks";
    }
  });
}

static LogicalResult refuseClaims(Operation *op) {
  bool any = false;
  forEachClaim(op, [&](StringRef claim, std::optional<unsigned> argument) {
    any = true;
    auto diagnostic = op->emitError("'")
                      << claim
                      << "' is not admitted: it is a claim that "
                         "nobody checks";
    if (argument)
      diagnostic << " of argument " << *argument;
    diagnostic << "; remove it";
  });
  return failure(any);
}

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

LogicalResult verify::admitKernel(Operation *kernel, AdmissionRecord &record) {
  static const llvm::StringSet<> table = makeTable(structured);
  bool ok = true;
  kernel->walk<WalkOrder::PreOrder>([&](Operation *op) {
    StringRef name = op->getName().getStringRef();
    ++record.operations[name.str()];
    // What we do not know we do not look into.
    if (!table.contains(name) && !name.starts_with("linalg.")) {
      ok = false;
      (void)refuse(op, "a kernel",
                   "kernels hold operations on tensors: keep it out of what "
                   "is optimized");
      return WalkResult::skip();
    }
    ok &= succeeded(refuseClaims(op));
    return WalkResult::advance();
  });
  return success(ok);
}

//===----------------------------------------------------------------------===//
// Scheduled programs
//===----------------------------------------------------------------------===//

static LogicalResult checkExtent(gpu::GPUFuncOp function, StringRef what,
                                 ArrayRef<int32_t> sizes, int64_t most,
                                 ArrayRef<int64_t> mostOf) {
  int64_t volume = 1;
  for (auto [d, size] : llvm::enumerate(sizes)) {
    if (size < 1 || size > mostOf[d])
      return function.emitError("the ")
             << what << " has size " << size << " in dimension " << d
             << "; the chip takes 1 to " << mostOf[d]
             << ": choose other tile sizes";
    if (volume > most / size)
      return function.emitError("the ") << what << " is larger than the chip's "
                                        << most << ": choose other tile sizes";
    volume *= size;
  }
  return success();
}

static LogicalResult checkResources(gpu::GPUFuncOp function,
                                    const ResourceLimits &limits) {
  auto block = function.getKnownBlockSizeAttr();
  auto grid = function.getKnownGridSizeAttr();
  if (!block || !grid)
    return function.emitError(
        "expected 'known_block_size' and 'known_grid_size': what is launched "
        "must be what was checked");
  constexpr int64_t any = std::numeric_limits<int64_t>::max();
  if (failed(checkExtent(
          function, "block", block.asArrayRef(), limits.threadsPerBlock,
          {limits.threadsPerBlock, limits.threadsPerBlock, 64})) ||
      failed(checkExtent(function, "grid", grid.asArrayRef(), any,
                         {limits.gridX, limits.gridYZ, limits.gridYZ})))
    return failure();
  if (auto cluster = function->getAttrOfType<DenseI32ArrayAttr>(
          kgpu::kClusterSizeAttrName))
    if (failed(checkExtent(function, "cluster", cluster.asArrayRef(),
                           limits.clusterBlocks,
                           {limits.clusterBlocks, limits.clusterBlocks,
                            limits.clusterBlocks})))
      return failure();
  int64_t shared = 0;
  function.walk([&](kgpu::AllocSharedOp alloc) {
    auto type = cast<MemRefType>(alloc->getResult(0).getType());
    shared += type.getNumElements() * ((type.getElementTypeBitWidth() + 7) / 8);
  });
  if (shared > limits.sharedPerBlock)
    return function.emitError("needs ")
           << shared << " bytes of shared memory, a block has "
           << limits.sharedPerBlock << ": choose smaller tiles or fewer stages";
  return success();
}

/// Arguments are memory in device space, or scalars; what the program may do to
/// each is said.
static LogicalResult checkSignature(gpu::GPUFuncOp function) {
  for (unsigned i = 0; i < function.getNumArguments(); ++i) {
    Type type = function.getArgument(i).getType();
    bool memory = isa<MemRefType>(type);
    if (memory && !function.getArgAttr(i, kgpu::kAccessAttrName))
      return function.emitError("argument ")
             << i << " lacks '" << kgpu::kAccessAttrName
             << "': say \"read\" or \"write\"";
    if (memory && !kgpu::isGlobal(cast<MemRefType>(type)))
      return function.emitError("argument ")
             << i << " of type " << type << " is not in global memory";
  }
  if (function.getNumWorkgroupAttributions() ||
      function.getNumPrivateAttributions())
    return function.emitError("memory attributions are not admitted: use "
                              "kgpu.alloc_shared");
  return success();
}

LogicalResult verify::admitProgram(gpu::GPUModuleOp module,
                                   const ResourceLimits &limits,
                                   AdmissionRecord &record) {
  static const llvm::StringSet<> table = makeTable(scheduled);
  bool ok = true;
  module->walk<WalkOrder::PreOrder>([&](Operation *op) {
    StringRef name = op->getName().getStringRef();
    ++record.operations[name.str()];
    if (!table.contains(name) && !name.starts_with("kgpu.")) {
      ok = false;
      (void)refuse(op, "a scheduled program",
                   "schedules make programs of gpu, scf, memref, vector, "
                   "arith, math and kgpu operations of the table alone");
      return WalkResult::skip();
    }
    ok &= succeeded(refuseClaims(op));
    return WalkResult::advance();
  });
  auto functions = llvm::to_vector(module.getOps<gpu::GPUFuncOp>());
  if (functions.size() != 1 || !functions.front().isKernel())
    return module.emitError("expected one kernel in the module of a program, "
                            "found ")
           << functions.size() << " functions";
  return success(ok && succeeded(checkSignature(functions.front())) &&
                 succeeded(checkResources(functions.front(), limits)));
}

llvm::json::Object AdmissionRecord::toJSON() const {
  llvm::json::Object counts;
  for (const auto &[name, count] : operations)
    counts[name] = count;
  return llvm::json::Object{{"version", admissionVersion},
                            {"operations", std::move(counts)}};
}
