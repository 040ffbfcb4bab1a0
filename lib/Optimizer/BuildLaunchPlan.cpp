//===- BuildLaunchPlan.cpp - What a host does to run it ---------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Dialect/Kopt/KoptAttrs.h"
#include "kernel-opt/Dialect/Kopt/KoptOps.h"
#include "kernel-opt/Optimizer/Optimizer.h"
#include "kernel-opt/Runtime/LaunchPlan.h"
#include "mlir/AsmParser/AsmParser.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::optimizer;
using runtime::BufferRole;
using runtime::PlanBuffer;

namespace {
/// Follows a function's values and notes which buffer each lives in.
class PlanBuilder {
public:
  PlanBuilder(func::FuncOp function, const Outcome &outcome)
      : function(function), outcome(outcome) {}
  FailureOr<runtime::LaunchPlan> build();

private:
  FailureOr<unsigned> addBuffer(Value value, BufferRole role, std::string name);
  LogicalResult visit(Operation *op);
  LogicalResult visitLaunch(kopt::LaunchOp launch);
  LogicalResult addTensorMap(kopt::LaunchOp launch, DictionaryAttr described,
                             runtime::KernelStep &step);
  LogicalResult visitConstant(arith::ConstantOp constant);
  LogicalResult visitReturn(func::ReturnOp op);
  unsigned moduleOf(const KernelRecord &record);

  func::FuncOp function;
  const Outcome &outcome;
  runtime::LaunchPlan plan;
  DenseMap<Value, unsigned> buffers;
  llvm::StringMap<unsigned> modules;
};
} // namespace

FailureOr<unsigned> PlanBuilder::addBuffer(Value value, BufferRole role,
                                           std::string name) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (!type || !type.hasStaticShape())
    return emitError(value.getLoc(),
                     "a launch plan holds tensors of static shape, "
                     "found ")
           << value.getType();
  std::string element;
  llvm::raw_string_ostream(element) << type.getElementType();
  std::optional<runtime::ElementType> known = runtime::elementTypeOf(element);
  if (!known)
    return emitError(value.getLoc(), "a launch plan knows no elements of type ")
           << type.getElementType();
  PlanBuffer buffer;
  buffer.name = std::move(name);
  buffer.role = role;
  buffer.type = *known;
  buffer.shape.assign(type.getShape().begin(), type.getShape().end());
  buffers[value] = plan.buffers.size();
  plan.buffers.push_back(std::move(buffer));
  return unsigned(plan.buffers.size() - 1);
}

unsigned PlanBuilder::moduleOf(const KernelRecord &record) {
  auto [entry, isNew] = modules.try_emplace(record.name, plan.modules.size());
  if (isNew)
    plan.modules.push_back({record.name, record.compiled.ptx});
  return entry->second;
}

static std::array<unsigned, 3>
sizes(const std::optional<std::array<int32_t, 3>> &from) {
  if (!from)
    return {0, 0, 0};
  return {unsigned((*from)[0]), unsigned((*from)[1]), unsigned((*from)[2])};
}

/// What a tensor map calls elements of a type.
static std::optional<runtime::TensorMap::Element> mapElement(Type type) {
  using Element = runtime::TensorMap::Element;
  if (type.isBF16())
    return Element::BF16;
  if (type.isF16())
    return Element::F16;
  if (type.isF32())
    return Element::F32;
  if (type.isF64())
    return Element::F64;
  if (type.isIntOrFloat())
    switch (type.getIntOrFloatBitWidth()) {
    case 8:
      return Element::U8;
    case 16:
      return Element::U16;
    case 32:
      return Element::U32;
    case 64:
      return Element::U64;
    }
  return std::nullopt;
}

/// Lists of the compiled kernel are in the order of the memref's dimensions,
/// those of the driver begin with the innermost one.
LogicalResult PlanBuilder::addTensorMap(kopt::LaunchOp launch,
                                        DictionaryAttr described,
                                        runtime::KernelStep &step) {
  auto list = [&](StringRef name) {
    return described.getAs<DenseI64ArrayAttr>(name).asArrayRef();
  };
  unsigned argument = described.getAs<IntegerAttr>("argument").getInt();
  Type type = described.getAs<TypeAttr>("element").getValue();
  auto element = mapElement(type);
  if (argument >= step.arguments.size() || !element)
    return launch.emitError("no launch plan can hold a tensor map of argument ")
           << argument << " with elements of type " << type;
  runtime::TensorMapArgument result;
  result.buffer =
      std::get<runtime::BufferArgument>(step.arguments[argument]).buffer;
  result.map.element = *element;
  for (int64_t extent : llvm::reverse(list("sizes")))
    result.map.dims.push_back(extent);
  for (int64_t stride : llvm::reverse(list("strides").drop_back()))
    result.map.strides.push_back(stride);
  for (int64_t extent : llvm::reverse(list("box")))
    result.map.box.push_back(extent);
  result.map.swizzleBytes = described.getAs<IntegerAttr>("swizzle").getInt();
  result.map.l2PromotionBytes = 256;
  step.arguments.push_back(std::move(result));
  return success();
}

/// Whether what a buffer holds is the same in all runs.
static bool isKnownBefore(const PlanBuffer &buffer) {
  return buffer.parameter || buffer.role == BufferRole::Prepared ||
         buffer.role == BufferRole::Constant;
}

LogicalResult PlanBuilder::visitLaunch(kopt::LaunchOp launch) {
  const KernelRecord *record =
      outcome.lookup(launch.getKernel().getLeafReference());
  if (!record)
    return launch.emitError("launches a kernel that was not compiled here");
  runtime::KernelStep step;
  step.module = moduleOf(*record);
  step.entry = record->name;
  step.shape.grid = sizes(record->compiled.gridSize);
  step.shape.block = sizes(record->compiled.blockSize);
  step.shape.cluster = sizes(record->compiled.clusterSize);
  step.shape.sharedBytes = record->compiled.sharedBytes;
  step.shape.cooperative = launch.getCooperative();
  for (Value input : launch.getInputs()) {
    auto found = buffers.find(input);
    if (found == buffers.end())
      return launch.emitError("reads a tensor that lives in no buffer");
    step.arguments.push_back(runtime::BufferArgument{found->second});
  }
  // What depends on parameters that do not change is computed once.
  bool isPrepared = !launch.getInputs().empty() &&
                    llvm::all_of(launch.getInputs(), [&](Value input) {
                      return isKnownBefore(plan.buffers[buffers.lookup(input)]);
                    });
  for (auto [i, result] : llvm::enumerate(launch.getResults())) {
    auto buffer = addBuffer(
        result, isPrepared ? BufferRole::Prepared : BufferRole::Workspace,
        record->name + "_" + std::to_string(plan.buffers.size()));
    if (failed(buffer))
      return failure();
    step.arguments.push_back(runtime::BufferArgument{*buffer});
  }
  if (ArrayAttr maps = record->compiled.tensorMaps)
    for (Attribute map : maps)
      if (failed(addTensorMap(launch, cast<DictionaryAttr>(map), step)))
        return failure();
  (isPrepared ? plan.prepare : plan.launches).push_back(std::move(step));
  return success();
}

LogicalResult PlanBuilder::visitConstant(arith::ConstantOp constant) {
  auto dense = dyn_cast<DenseElementsAttr>(constant.getValue());
  if (!dense)
    return success(); // a scalar: nobody but the host reads it
  auto buffer = addBuffer(constant, BufferRole::Constant,
                          "constant_" + std::to_string(plan.buffers.size()));
  if (failed(buffer))
    return failure();
  ArrayRef<char> raw = dense.getRawData();
  std::string &data = plan.buffers[*buffer].data;
  size_t bytes = plan.buffers[*buffer].bytes();
  data.reserve(bytes);
  while (data.size() < bytes)
    data.append(raw.data(), raw.size());
  return success();
}

LogicalResult PlanBuilder::visitReturn(func::ReturnOp op) {
  for (auto [i, value] : llvm::enumerate(op.getOperands())) {
    auto found = buffers.find(value);
    if (found == buffers.end())
      return op.emitError("returns a tensor that lives in no buffer");
    unsigned from = found->second;
    std::string name = "out" + std::to_string(i);
    if (plan.buffers[from].role == BufferRole::Workspace) {
      plan.buffers[from].role = BufferRole::Output;
      plan.buffers[from].name = name;
      auto type = cast<RankedTensorType>(value.getType());
      plan.buffers[from].shape.assign(type.getShape().begin(),
                                      type.getShape().end());
      continue;
    }
    // Inputs, constants and what was returned before are copied.
    PlanBuffer copy = plan.buffers[from];
    copy.name = name;
    copy.role = BufferRole::Output;
    copy.data.clear();
    copy.specialized.clear();
    // A reshaped one has the bytes of the buffer and a shape of its own.
    auto type = cast<RankedTensorType>(value.getType());
    copy.shape.assign(type.getShape().begin(), type.getShape().end());
    plan.buffers.push_back(std::move(copy));
    plan.launches.push_back(
        runtime::CopyStep{from, unsigned(plan.buffers.size() - 1)});
  }
  return success();
}

LogicalResult PlanBuilder::visit(Operation *op) {
  return llvm::TypeSwitch<Operation *, LogicalResult>(op)
      .Case([&](kopt::LaunchOp o) { return visitLaunch(o); })
      .Case([&](arith::ConstantOp o) { return visitConstant(o); })
      .Case([&](func::ReturnOp o) { return visitReturn(o); })
      .Case([&](tensor::EmptyOp) { return success(); })
      .Case<tensor::ExpandShapeOp, tensor::CollapseShapeOp, tensor::CastOp>(
          [&](Operation *o) -> LogicalResult {
            auto found = buffers.find(o->getOperand(0));
            if (found == buffers.end())
              return o->emitError("views a tensor that lives in no buffer");
            unsigned buffer = found->second;
            buffers[o->getResult(0)] = buffer;
            return success();
          })
      .Default([&](Operation *o) -> LogicalResult {
        return o->emitError("no launch plan can hold '") << o->getName() << "'";
      });
}

FailureOr<runtime::LaunchPlan> PlanBuilder::build() {
  if (!function.getBody().hasOneBlock())
    return function.emitError("a launch plan is made of one block");
  plan.name = function.getName().str();
  if (!outcome.kernels.empty())
    plan.target = outcome.kernels.front().compiled.chip.name.str();
  bool frozen = kopt::ContractAttr::lookup(function).getParameters() ==
                kopt::Parameters::Frozen;
  for (BlockArgument argument : function.getArguments()) {
    unsigned n = argument.getArgNumber();
    auto buffer =
        addBuffer(argument, BufferRole::Input, "in" + std::to_string(n));
    if (failed(buffer))
      return failure();
    plan.buffers[*buffer].parameter =
        frozen && function.getArgAttr(n, kopt::kParameterAttrName);
    if (auto open = function.getArgAttrOfType<DenseI64ArrayAttr>(
            n, kopt::kSpecializedAttrName))
      llvm::append_range(plan.buffers[*buffer].specialized, open.asArrayRef());
  }
  for (Operation &op : function.getBody().front())
    if (failed(visit(&op)))
      return failure();
  llvm::json::Array kernels;
  for (const KernelRecord &record : outcome.kernels)
    kernels.push_back(llvm::json::Object{{"name", record.name},
                                         {"strategy", record.strategy},
                                         {"source", record.sourceHash},
                                         {"scheduled", record.scheduledHash},
                                         {"ptx", record.ptxHash}});
  plan.origin["kernels"] = std::move(kernels);
  if (llvm::Error error = plan.verify())
    return function.emitError() << llvm::toString(std::move(error));
  return plan;
}

FailureOr<runtime::LaunchPlan>
optimizer::buildLaunchPlan(func::FuncOp function, const Outcome &outcome) {
  return PlanBuilder(function, outcome).build();
}
