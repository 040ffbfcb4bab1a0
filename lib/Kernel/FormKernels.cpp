//===- FormKernels.cpp - From operations to kernels -------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Kernel/FormKernels.h"
#include "kernel-opt/Kernel/Passes.h"
#include "kernel-opt/Support/Nesting.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/IR/Remarks.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace kernel_opt::kernel {
#define GEN_PASS_DEF_FORMKERNELS
#define GEN_PASS_DEF_NUMBEROPS
#include "kernel-opt/Kernel/Passes.h.inc"
} // namespace kernel_opt::kernel

using namespace kernel_opt;
using namespace kernel_opt::kernel;

//===----------------------------------------------------------------------===//
// Order of the launch plan
//===----------------------------------------------------------------------===//

namespace {
/// Puts the operations of a block into an order in which each stands after
/// what it reads. Otherwise the order stays as it was; foreign operations keep
/// theirs because the groups of the graph respect it.
class Scheduler {
public:
  explicit Scheduler(Block &block) : block(block) {}

  LogicalResult run() {
    SmallVector<Operation *> ops =
        llvm::map_to_vector(block, [](Operation &op) { return &op; });
    for (Operation *op : ops)
      if (failed(emit(op)))
        return op->emitError("cannot be ordered behind what it reads");
    for (Operation *op : order)
      op->moveBefore(&block, block.end());
    return success();
  }

private:
  LogicalResult emit(Operation *op) {
    auto [it, isNew] = state.try_emplace(op, /*done=*/false);
    if (!isNew)
      return success(it->second);
    for (Value value : usedValues(op)) {
      Operation *producer = value.getDefiningOp();
      if (producer && producer->getBlock() == &block && failed(emit(producer)))
        return failure();
    }
    state[op] = true;
    order.push_back(op);
    return success();
  }

  Block &block;
  DenseMap<Operation *, bool> state;
  SmallVector<Operation *> order;
};
} // namespace

//===----------------------------------------------------------------------===//
// One block, one function
//===----------------------------------------------------------------------===//

static std::string uniqueName(Twine wanted, llvm::StringSet<> &names) {
  std::string base = wanted.str(), name = base;
  for (unsigned suffix = 1; !names.insert(name).second; ++suffix)
    name = base + "_" + std::to_string(suffix);
  return name;
}

/// Erases what nobody reads any more: operations that moved into kernels, and
/// the originals of free ones.
static void eraseDead(Block &block) {
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block)))
    if (classify(&op) != OpClass::Foreign && mlir::isOpTriviallyDead(&op))
      op.erase();
}

static LogicalResult formInBlock(Block &block, StringRef prefix,
                                 ArrayRef<PlannedKernel> planned,
                                 const FormOptions &options,
                                 llvm::StringSet<> &names,
                                 SmallVectorImpl<kopt::KernelOp> &kernels) {
  DenseSet<Operation *> listed;
  SmallVector<PlannedKernel> here;
  for (const PlannedKernel &kernel : planned)
    if (kernel.ops.front()->getBlock() == &block) {
      here.push_back(kernel);
      listed.insert(kernel.ops.begin(), kernel.ops.end());
    }
  FusionGraph graph(block, listed);
  FailureOr<SmallVector<unsigned>> groups = applyPlan(graph, here);
  if (failed(groups))
    return failure();
  DenseSet<unsigned> fixed(groups->begin(), groups->end());
  kopt::FusionOp plan = options.plan;
  if (!plan || plan.getRest() == kopt::Rest::Default)
    applyDefaultPlan(graph, fixed, options.limits);

  DenseMap<unsigned, std::string> given;
  for (auto [group, kernel] : llvm::zip_equal(*groups, here)) {
    given[group] = kernel.name;
    if (!names.insert(kernel.name).second)
      return plan.emitOpError() << "gives a kernel the name '" << kernel.name
                                << "', which the module has already";
  }
  for (unsigned group = 0, end = graph.getNodes().size(); group != end;
       ++group) {
    if (graph.members(group).empty() || graph.isForeign(group))
      continue;
    std::string name = given.lookup(group);
    if (name.empty())
      name = uniqueName(prefix + "_" + kernelHint(graph, group), names);
    kernels.push_back(outlineGroup(graph, group, name));
    mlir::remark::analysis(kernels.back().getLoc(),
                           mlir::remark::RemarkOpts::name("Kernel")
                               .category("kopt")
                               .subCategory("fusion")
                               .function(prefix))
        << "kernel '" + name + "' of " +
               std::to_string(graph.members(group).size()) + " operations";
  }
  if (failed(Scheduler(block).run()))
    return failure();
  eraseDead(block);
  return success();
}

/// Makes equal reshapes of one value one: kernels that read a value several
/// times get one for each, and an operand for each of those.
static void mergeViews(Block &block) {
  DenseMap<Value, SmallVector<Operation *>> viewsOf;
  for (Operation &op : llvm::make_early_inc_range(block)) {
    if (!isa<tensor::ExpandShapeOp, tensor::CollapseShapeOp>(op))
      continue;
    SmallVector<Operation *> &views = viewsOf[op.getOperand(0)];
    auto *known = llvm::find_if(views, [&](Operation *view) {
      return mlir::OperationEquivalence::isEquivalentTo(
          view, &op, mlir::OperationEquivalence::IgnoreLocations);
    });
    if (known == views.end()) {
      views.push_back(&op);
      continue;
    }
    op.replaceAllUsesWith(*known);
    op.erase();
  }
}

/// Simplifies kernels' operands and results, without the folding that would
/// lose what constants stand for.
static void tidy(ArrayRef<kopt::KernelOp> kernels) {
  if (kernels.empty())
    return;
  RewritePatternSet patterns(kernels.front()->getContext());
  kopt::KernelOp::getCanonicalizationPatterns(patterns, patterns.getContext());
  mlir::GreedyRewriteConfig config;
  config.enableFolding(false).enableConstantCSE(false).setStrictness(
      mlir::GreedyRewriteStrictness::ExistingAndNewOps);
  SmallVector<Operation *> ops(kernels.begin(), kernels.end());
  (void)mlir::applyOpPatternsGreedily(ops, std::move(patterns), config);
}

LogicalResult kernel::formKernels(Operation *function,
                                  const FormOptions &options,
                                  llvm::StringSet<> &names) {
  SmallVector<PlannedKernel> planned;
  if (options.plan) {
    FailureOr<SmallVector<PlannedKernel>> resolved =
        resolvePlan(options.plan, function);
    if (failed(resolved))
      return failure();
    planned = std::move(*resolved);
  }
  std::string prefix = "kernel";
  if (auto name =
          function->getAttrOfType<StringAttr>(SymbolTable::getSymbolAttrName()))
    prefix = name.str();

  SmallVector<Block *> blocks;
  function->walk<mlir::WalkOrder::PreOrder>([&](Operation *op) {
    // Bodies of linalg operations and of kernels are computations already.
    if (op != function && classify(op) != OpClass::Foreign)
      return mlir::WalkResult::skip();
    for (Region &region : op->getRegions())
      for (Block &block : region)
        blocks.push_back(&block);
    return mlir::WalkResult::advance();
  });
  SmallVector<kopt::KernelOp> kernels;
  for (Block *block : blocks)
    if (failed(formInBlock(*block, prefix, planned, options, names, kernels)))
      return failure();
  if (auto contract =
          function->getAttrOfType<kopt::ContractAttr>(kopt::kContractAttrName))
    for (kopt::KernelOp kernel : kernels)
      kernel.setContractAttr(contract);
  if (options.normalize)
    for (kopt::KernelOp kernel : kernels)
      if (failed(normalizeKernel(kernel)))
        return failure();
  for (Block *block : blocks)
    mergeViews(*block);
  tidy(kernels);
  return success();
}

//===----------------------------------------------------------------------===//
// Passes
//===----------------------------------------------------------------------===//

/// The plan for a function among the plans of a module: one that names it, or
/// else one for any function.
static kopt::FusionOp findPlan(ModuleOp module, StringRef function) {
  kopt::FusionOp general;
  for (auto plan : module.getOps<kopt::FusionOp>()) {
    if (!plan.getFunction())
      general = general ? general : plan;
    else if (*plan.getFunction() == function)
      return plan;
  }
  return general;
}

namespace {
struct FormKernels : kernel::impl::FormKernelsBase<FormKernels> {
  using FormKernelsBase::FormKernelsBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    OwningOpRef<ModuleOp> file;
    if (!planFile.empty()) {
      file = parseModuleFile(planFile, &getContext());
      if (!file) {
        module.emitError() << "cannot read the fusion plans in '" << planFile
                           << "'";
        return signalPassFailure();
      }
    }
    llvm::StringSet<> names;
    module.walk(
        [&](kopt::KernelOp kernel) { names.insert(kernel.getKernelName()); });
    bool good = true;
    for (auto function : module.getOps<mlir::FunctionOpInterface>()) {
      if (function.isExternal())
        continue;
      FormOptions options;
      options.normalize = normalize;
      options.plan = findPlan(file ? *file : module, function.getName());
      good &= succeeded(formKernels(function, options, names));
    }
    if (!good)
      signalPassFailure();
  }
};

struct NumberOps : kernel::impl::NumberOpsBase<NumberOps> {
  using NumberOpsBase::NumberOpsBase;

  void runOnOperation() override {
    for (auto function : getOperation().getOps<mlir::FunctionOpInterface>()) {
      OpIds ids(function);
      function->walk<mlir::WalkOrder::PreOrder>([&](Operation *op) {
        if (op == function)
          return mlir::WalkResult::advance();
        OpClass opClass = classify(op);
        if (opClass == OpClass::Foreign)
          return mlir::WalkResult::advance();
        if (opClass != OpClass::Scalar)
          op->setAttr(kopt::kIdAttrName,
                      StringAttr::get(&getContext(), ids.of(op)));
        return mlir::WalkResult::skip();
      });
    }
  }
};
} // namespace
