//===- FusionPlan.cpp - Plans that name operations --------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Kernel/FusionPlan.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/ADT/StringExtras.h"

using namespace kernel_opt;
using namespace kernel_opt::kernel;

//===----------------------------------------------------------------------===//
// Identifiers
//===----------------------------------------------------------------------===//

OpIds::OpIds(Operation *function) {
  llvm::StringMap<unsigned> counts;
  function->walk<mlir::WalkOrder::PreOrder>([&](Operation *op) {
    if (op == function)
      return mlir::WalkResult::advance();
    StringRef name = op->getName().stripDialect();
    std::string id = (name + "_" + Twine(counts[name]++)).str();
    if (auto given = op->getAttrOfType<StringAttr>(kopt::kIdAttrName))
      id = given.str();
    ops[id].push_back(op);
    ids[op] = std::move(id);
    // Bodies of linalg operations and kernels are no business of plans.
    return isa<kopt::KernelOp>(op) || classify(op) != OpClass::Foreign
               ? mlir::WalkResult::skip()
               : mlir::WalkResult::advance();
  });
}

ArrayRef<Operation *> OpIds::lookup(StringRef id) const {
  auto it = ops.find(id);
  return it == ops.end() ? ArrayRef<Operation *>() : it->second;
}

//===----------------------------------------------------------------------===//
// Written plans
//===----------------------------------------------------------------------===//

/// Reports why an operation cannot be part of a kernel.
static LogicalResult checkMember(kopt::FusionOp plan, StringRef kernel,
                                 StringRef id, Operation *op) {
  OpClass opClass = classify(op);
  if (opClass != OpClass::Foreign && opClass != OpClass::Scalar)
    return success();
  InFlightDiagnostic error = plan.emitOpError()
                             << "names '" << id << "' in kernel '" << kernel
                             << "', but '" << op->getName()
                             << "' cannot be part of a kernel";
  error.attachNote(op->getLoc()) << "'" << id << "' is here";
  return error;
}

FailureOr<SmallVector<PlannedKernel>> kernel::resolvePlan(kopt::FusionOp plan,
                                                          Operation *function) {
  OpIds ids(function);
  SmallVector<PlannedKernel> kernels;
  bool good = true;
  for (NamedAttribute entry : plan.getKernels()) {
    PlannedKernel kernel{entry.getName().str(), {}};
    for (StringRef id :
         cast<ArrayAttr>(entry.getValue()).getAsValueRange<StringAttr>()) {
      ArrayRef<Operation *> found = ids.lookup(id);
      if (found.size() != 1) {
        InFlightDiagnostic error =
            plan.emitOpError()
            << "names '" << id << "' in kernel '" << kernel.name << "', but "
            << (found.empty() ? "no operation" : "more than one operation")
            << " of the function has that identifier";
        for (Operation *op : found)
          error.attachNote(op->getLoc()) << "one is here";
        good = false;
        continue;
      }
      good &= succeeded(checkMember(plan, kernel.name, id, found.front()));
      kernel.ops.push_back(found.front());
    }
    for (Operation *op : kernel.ops)
      if (op->getBlock() != kernel.ops.front()->getBlock()) {
        InFlightDiagnostic error = plan.emitOpError()
                                   << "has kernel '" << kernel.name
                                   << "' over more than one block";
        error.attachNote(kernel.ops.front()->getLoc())
            << "'" << ids.of(kernel.ops.front()) << "' is here";
        error.attachNote(op->getLoc()) << "'" << ids.of(op) << "' is here";
        good = false;
        break;
      }
    kernels.push_back(std::move(kernel));
  }
  if (!good)
    return failure();
  return kernels;
}

FailureOr<SmallVector<unsigned>>
kernel::applyPlan(FusionGraph &graph, ArrayRef<PlannedKernel> kernels) {
  SmallVector<unsigned> result;
  bool good = true;
  for (const PlannedKernel &kernel : kernels) {
    SmallVector<unsigned> groups;
    for (Operation *op : kernel.ops)
      groups.push_back(graph.groupOf(*graph.lookup(op)));
    SmallVector<Operation *> path;
    if (!graph.canMerge(groups, &path)) {
      InFlightDiagnostic error =
          mlir::emitError(path.front()->getLoc())
          << "kernel '" << kernel.name
          << "' would have to wait for itself: it defines what this operation "
             "computes";
      for (Operation *op : ArrayRef(path).drop_front().drop_back())
        error.attachNote(op->getLoc())
            << "this operation, outside of the kernel, needs it";
      error.attachNote(path.back()->getLoc())
          << "the kernel reads that again here; leave one of them out";
      good = false;
      result.push_back(groups.front());
      continue;
    }
    result.push_back(graph.merge(groups));
  }
  if (!good)
    return failure();
  return result;
}

//===----------------------------------------------------------------------===//
// Names of kernels
//===----------------------------------------------------------------------===//

std::string kernel::kernelHint(const FusionGraph &graph, unsigned group) {
  unsigned counts[kNumOpClasses] = {};
  for (unsigned node : graph.members(group))
    ++counts[static_cast<unsigned>(graph.getNode(node).opClass)];
  auto count = [&](OpClass opClass) {
    return counts[static_cast<unsigned>(opClass)];
  };
  if (count(OpClass::Contraction) > 1 && count(OpClass::Reduction))
    return "attention";
  static constexpr std::pair<OpClass, StringLiteral> hints[] = {
      {OpClass::Contraction, "matmul"},
      {OpClass::Convolution, "conv"},
      {OpClass::Pooling, "pool"},
      {OpClass::Reduction, "reduce"},
      {OpClass::Insert, "concat"},
      {OpClass::Gather, "gather"},
      {OpClass::Elementwise, "elementwise"},
      {OpClass::Movement, "copy"},
      {OpClass::Fill, "fill"}};
  for (auto [opClass, hint] : hints)
    if (count(opClass))
      return hint.str();
  Operation *first = graph.getNode(graph.members(group).front()).op;
  std::string name = first->getName().stripDialect().str();
  std::replace(name.begin(), name.end(), '.', '_');
  return name;
}
