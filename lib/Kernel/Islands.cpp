//===- Islands.cpp - Functions out of what is supported ---------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Kernel/Islands.h"
#include "kernel-opt/Dialect/Kopt/KoptOps.h"
#include "kernel-opt/Kernel/FusionGraph.h"
#include "kernel-opt/Kernel/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/CallInterfaces.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/LoopLikeInterface.h"
#include "llvm/Support/raw_ostream.h"

namespace kernel_opt::kernel {
#define GEN_PASS_DEF_OUTLINEISLANDS
#include "kernel-opt/Kernel/Passes.h.inc"
} // namespace kernel_opt::kernel

using namespace kernel_opt;
using namespace kernel_opt::kernel;

//===----------------------------------------------------------------------===//
// What stays
//===----------------------------------------------------------------------===//

/// Whether an operation is foreign in the sense of the report: terminators and
/// what is formed already are not.
static bool isLeft(Operation *op) {
  if (op->getDialect() && op->getDialect()->getNamespace() ==
                              kopt::KoptDialect::getDialectNamespace())
    return false;
  if (op->hasTrait<mlir::OpTrait::IsTerminator>())
    // Branches between blocks are control flow; returns and yields are not.
    return op->getNumSuccessors() > 0;
  return classify(op) == OpClass::Foreign;
}

static std::string reasonOf(Operation *op) {
  if (isa<mlir::CallOpInterface>(op))
    return "call";
  if (isa<mlir::RegionBranchOpInterface, mlir::LoopLikeOpInterface,
          mlir::BranchOpInterface>(op))
    return "control flow";
  auto isMemRef = [](Type type) { return isa<mlir::BaseMemRefType>(type); };
  if (llvm::any_of(op->getOperandTypes(), isMemRef) ||
      llvm::any_of(op->getResultTypes(), isMemRef))
    return "memory";
  StringRef dialect = op->getName().getDialectNamespace();
  bool ours = dialect == "linalg" || dialect == "tensor" ||
              dialect == "arith" || dialect == "math";
  if (Type element = ours ? findUnsupportedElement(op) : Type()) {
    std::string text;
    llvm::raw_string_ostream(text)
        << "no schedule handles elements of type '" << element << "'";
    return text;
  }
  return "unknown";
}

static void collectLeft(func::FuncOp function,
                        SmallVectorImpl<LeftOperation> &left) {
  function.walk<mlir::WalkOrder::PreOrder>([&](Operation *op) {
    if (op == function)
      return mlir::WalkResult::advance();
    if (isLeft(op))
      left.push_back({op, function.getName().str(), reasonOf(op)});
    // A kernel and the bodies of linalg operations are whole.
    return classify(op) == OpClass::Foreign && !isa<kopt::KernelOp>(op)
               ? mlir::WalkResult::advance()
               : mlir::WalkResult::skip();
  });
}

SmallVector<LeftOperation> kernel::findUnsupported(ModuleOp module) {
  SmallVector<LeftOperation> left;
  for (auto function : module.getOps<func::FuncOp>())
    collectLeft(function, left);
  return left;
}

llvm::json::Value kernel::toJSON(const IslandReport &report) {
  llvm::json::Array left;
  for (const LeftOperation &entry : report.left) {
    std::string location;
    llvm::raw_string_ostream(location) << entry.op->getLoc();
    left.push_back(
        llvm::json::Object{{"op", entry.op->getName().getStringRef()},
                           {"function", entry.function},
                           {"reason", entry.reason},
                           {"location", location}});
  }
  return llvm::json::Object{{"islands", llvm::json::Array(report.islands)},
                            {"left", std::move(left)}};
}

//===----------------------------------------------------------------------===//
// Islands
//===----------------------------------------------------------------------===//

/// What each island that needs it gets a copy of.
static bool isRider(Operation *op) {
  return op->hasTrait<mlir::OpTrait::ConstantLike>() ||
         classify(op) == OpClass::Empty;
}

namespace {
/// Outlines the islands of one block. Operations on tensors have no effects,
/// so they may wait: an island grows until an operation that stays reads from
/// it, and is called right before that one.
class BlockOutliner {
public:
  BlockOutliner(func::FuncOp function, SymbolTable &symbols,
                SmallVectorImpl<std::string> &islands)
      : function(function), symbols(symbols), islands(islands) {}

  void run(Block &block) {
    for (Operation &op : llvm::make_early_inc_range(block)) {
      OpClass opClass = classify(&op);
      if (opClass == OpClass::Foreign) {
        if (readsMember(&op))
          close(&op);
        continue;
      }
      // Sizes of what the island defines are found inside of it; others are
      // its operands.
      if (isRider(&op) || (opClass == OpClass::Scalar && !readsMember(&op)))
        continue;
      members.insert(&op);
    }
    members.clear();
  }

private:
  bool readsMember(Operation *op) const {
    return llvm::any_of(usedValues(op), [&](Value value) {
      return members.contains(value.getDefiningOp());
    });
  }

  /// What the members read of others, and what others read of them.
  struct Boundary {
    SetVector<Value> inputs;
    SetVector<Operation *> riders; ///< go along rather than being inputs
    SmallVector<Value> results;
  };
  void findBoundary(Boundary &boundary) const;
  /// A function that does what the members do.
  func::FuncOp makeIsland(const Boundary &boundary, Location loc);
  /// Makes an island of the members, called before `reader`.
  void close(Operation *reader);

  func::FuncOp function;
  SymbolTable &symbols;
  SmallVectorImpl<std::string> &islands;
  SetVector<Operation *> members;
};
} // namespace

void BlockOutliner::findBoundary(Boundary &boundary) const {
  auto collect = [&](auto &&self, Operation *op) -> void {
    for (Value value : usedValues(op)) {
      Operation *producer = value.getDefiningOp();
      if (members.contains(producer))
        continue;
      if (!producer || !isRider(producer)) {
        boundary.inputs.insert(value);
      } else if (!boundary.riders.contains(producer)) {
        self(self, producer);
        boundary.riders.insert(producer);
      }
    }
  };
  for (Operation *op : members) {
    collect(collect, op);
    for (Value result : op->getResults())
      if (llvm::any_of(result.getUsers(), [&](Operation *user) {
            return !members.contains(
                op->getBlock()->findAncestorOpInBlock(*user));
          }))
        boundary.results.push_back(result);
  }
}

func::FuncOp BlockOutliner::makeIsland(const Boundary &boundary, Location loc) {
  ArrayRef<Value> inputs = boundary.inputs.getArrayRef();
  auto type =
      mlir::FunctionType::get(loc.getContext(), ValueRange(inputs).getTypes(),
                              ValueRange(boundary.results).getTypes());
  auto island =
      func::FuncOp::create(loc, (function.getName() + "_island").str(), type);
  island.setPrivate();
  if (Attribute contract = function->getAttr(kopt::kContractAttrName))
    island->setAttr(kopt::kContractAttrName, contract);
  symbols.insert(island, std::next(Block::iterator(function)));
  islands.push_back(island.getName().str());

  OpBuilder inside = OpBuilder::atBlockBegin(island.addEntryBlock());
  IRMapping mapping;
  mapping.map(inputs, island.getArguments());
  for (Operation *rider : boundary.riders)
    inside.clone(*rider, mapping);
  for (Operation *op : members)
    inside.clone(*op, mapping);
  func::ReturnOp::create(inside, loc,
                         llvm::map_to_vector(boundary.results, [&](Value v) {
                           return mapping.lookup(v);
                         }));
  return island;
}

void BlockOutliner::close(Operation *reader) {
  bool computes = llvm::any_of(members, [](Operation *op) {
    return isa<linalg::LinalgOp>(op) || !isFree(classify(op));
  });
  if (!computes) {
    // Views alone are no work for a device.
    members.clear();
    return;
  }
  Boundary boundary;
  findBoundary(boundary);
  OpBuilder builder(reader);
  Location loc = builder.getFusedLoc(llvm::map_to_vector(
      members, [](Operation *op) -> Location { return op->getLoc(); }));
  func::FuncOp island = makeIsland(boundary, loc);
  auto call =
      func::CallOp::create(builder, loc, island, boundary.inputs.getArrayRef());
  for (auto [result, replacement] :
       llvm::zip_equal(boundary.results, call.getResults()))
    result.replaceAllUsesWith(replacement);
  for (Operation *op : llvm::reverse(members))
    op->erase();
  for (Operation *rider : llvm::reverse(boundary.riders))
    if (rider->use_empty())
      rider->erase();
  members.clear();
}

IslandReport kernel::outlineIslands(ModuleOp module) {
  IslandReport report;
  SymbolTable symbols(module);
  SmallVector<func::FuncOp> functions(module.getOps<func::FuncOp>());
  for (func::FuncOp function : functions) {
    size_t before = report.left.size();
    collectLeft(function, report.left);
    if (report.left.size() == before)
      continue;
    SmallVector<Block *> blocks;
    function.walk([&](Operation *op) {
      if (op != function &&
          (classify(op) != OpClass::Foreign ||
           op->hasTrait<mlir::OpTrait::IsIsolatedFromAbove>()))
        return;
      for (Region &region : op->getRegions())
        for (Block &block : region)
          blocks.push_back(&block);
    });
    for (Block *block : blocks)
      BlockOutliner(function, symbols, report.islands).run(*block);
  }
  return report;
}

namespace {
struct OutlineIslands : kernel::impl::OutlineIslandsBase<OutlineIslands> {
  using OutlineIslandsBase::OutlineIslandsBase;

  void runOnOperation() override {
    if (requireAll) {
      SmallVector<LeftOperation> left = findUnsupported(getOperation());
      for (const LeftOperation &entry : left)
        describe(entry.op->emitError(), entry)
            << "; without require-all it stays in place";
      if (!left.empty())
        return signalPassFailure();
    }
    IslandReport report = outlineIslands(getOperation());
    for (const LeftOperation &entry : report.left)
      describe(entry.op->emitRemark(), entry) << "; it stays in place";
  }

private:
  static InFlightDiagnostic describe(InFlightDiagnostic diagnostic,
                                     const LeftOperation &entry) {
    diagnostic << "'" << entry.op->getName() << "' in function '"
               << entry.function << "' cannot be part of a kernel ("
               << entry.reason << ")";
    return diagnostic;
  }
};
} // namespace
