//===- RunScheduled.cpp - All kernels of a function, interpreted ----------===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Dialect/Kopt/Program.h"
#include "kernel-opt/Verify/HostCheck.h"
#include "kernel-opt/Verify/Interpreter/Interpreter.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Transforms/RegionUtils.h"
#include "llvm/ADT/MapVector.h"

using namespace kernel_opt;
using namespace kernel_opt::verify;

namespace {
/// Arguments whose elements are known.
class KnownInputs : public InputSource {
public:
  KnownInputs(ArrayRef<const Column *> columns) : columns(columns) {}
  void floats(Domain &domain, unsigned argument, FloatKind, ArrayRef<int64_t>,
              ArrayRef<int64_t> indices, void *out) override {
    size_t bytes = domain.valueBytes();
    for (auto [i, index] : llvm::enumerate(indices))
      std::memcpy(static_cast<char *>(out) + i * bytes,
                  columns[argument]->floatAt(domain, size_t(index)), bytes);
  }
  void integers(unsigned argument, unsigned, ArrayRef<int64_t>,
                ArrayRef<int64_t> indices, int64_t *out) override {
    for (auto [i, index] : llvm::enumerate(indices))
      out[i] = columns[argument]->ints[size_t(index)];
  }

private:
  SmallVector<const Column *> columns;
};

class FunctionRunner {
public:
  FunctionRunner(func::FuncOp function, Domain &domain, InputSource &inputs)
      : function(function), domain(domain), inputs(inputs) {}
  FailureOr<std::vector<Column>> run();

private:
  LogicalResult readArgument(mlir::BlockArgument argument);
  LogicalResult runKernel(kopt::KernelOp kernel);
  LogicalResult takeResults(kopt::KernelOp kernel, const RunResult &result);
  /// The elements of a value; what operations between kernels do is computed.
  FailureOr<const Column *> columnOf(Value value);
  /// The operations before `value` that are not in kernels, in order, and the
  /// known values that they start from.
  void collect(Value value, llvm::SetVector<Operation *> &ops,
               llvm::SetVector<Value> &known);

  func::FuncOp function;
  Domain &domain;
  InputSource &inputs;
  llvm::MapVector<Value, std::unique_ptr<Column>> values;
};
} // namespace

LogicalResult FunctionRunner::readArgument(mlir::BlockArgument argument) {
  auto type = dyn_cast<RankedTensorType>(argument.getType());
  if (!type || !type.hasStaticShape())
    return function.emitError("expected tensors of static shape, found ")
           << argument.getType();
  auto column = std::make_unique<Column>();
  std::vector<int64_t> indices(size_t(type.getNumElements()));
  std::iota(indices.begin(), indices.end(), 0);
  unsigned number = argument.getArgNumber();
  column->kind = getFloatKind(type.getElementType());
  if (column->kind) {
    column->floats.resize(indices.size() * domain.valueBytes());
    inputs.floats(domain, number, *column->kind, type.getShape(), indices,
                  column->floats.data());
  } else {
    column->ints.resize(indices.size());
    unsigned width = isa<IndexType>(type.getElementType())
                         ? 64
                         : type.getElementTypeBitWidth();
    inputs.integers(number, width, type.getShape(), indices,
                    column->ints.data());
  }
  values[argument] = std::move(column);
  return success();
}

void FunctionRunner::collect(Value value, llvm::SetVector<Operation *> &ops,
                             llvm::SetVector<Value> &known) {
  if (values.contains(value)) {
    known.insert(value);
    return;
  }
  Operation *op = value.getDefiningOp();
  assert(op && !isa<kopt::KernelOp>(op) && "kernels ran in order");
  if (ops.contains(op))
    return;
  llvm::SetVector<Value> used(op->operand_begin(), op->operand_end());
  mlir::getUsedValuesDefinedAbove(op->getRegions(), used);
  for (Value operand : used)
    collect(operand, ops, known);
  ops.insert(op);
}

FailureOr<const Column *> FunctionRunner::columnOf(Value value) {
  auto it = values.find(value);
  if (it != values.end())
    return it->second.get();
  llvm::SetVector<Operation *> ops;
  llvm::SetVector<Value> known;
  collect(value, ops, known);
  // One function of them, for the reference to read.
  OpBuilder builder(value.getContext());
  OwningOpRef<ModuleOp> module = ModuleOp::create(builder, value.getLoc());
  builder.setInsertionPointToEnd(module->getBody());
  auto holder = func::FuncOp::create(
      builder, value.getLoc(), "between",
      builder.getFunctionType(ValueRange(known.getArrayRef()).getTypes(),
                              value.getType()));
  Block *body = holder.addEntryBlock();
  builder.setInsertionPointToEnd(body);
  IRMapping mapping;
  mapping.map(known.getArrayRef(), body->getArguments());
  for (Operation *op : ops)
    builder.clone(*op, mapping);
  func::ReturnOp::create(builder, value.getLoc(), mapping.lookup(value));

  SmallVector<const Column *> columns;
  SmallVector<SmallVector<int64_t>> shapes;
  for (Value input : known) {
    columns.push_back(values[input].get());
    shapes.emplace_back(cast<RankedTensorType>(input.getType()).getShape());
  }
  KnownInputs source(columns);
  ReferenceOptions options;
  options.order = ReductionOrder::Chunks16;
  auto reference = Reference::create(*body, domain, shapes, options);
  if (failed(reference))
    return failure();
  auto type = cast<RankedTensorType>(value.getType());
  FailureOr<Tile> tile =
      (*reference)->evaluate(0, Box::all(type.getShape()), source);
  if (failed(tile))
    return failure();
  auto &kept = values[value];
  kept = std::make_unique<Column>(std::move(tile->values));
  return kept.get();
}

LogicalResult FunctionRunner::takeResults(kopt::KernelOp kernel,
                                          const RunResult &result) {
  if (!result.clean()) {
    auto error = kernel.emitError("the program of kernel '")
                 << kernel.getKernelName() << "' does not run cleanly";
    if (!result.reports.empty()) {
      std::string text;
      llvm::raw_string_ostream os(text);
      printReport(result.reports.front(), os);
      error << ": " << text;
    }
    return error;
  }
  for (auto [i, output] : llvm::enumerate(kernel.getResults())) {
    auto type = cast<RankedTensorType>(output.getType());
    auto count = size_t(type.getNumElements());
    auto column = std::make_unique<Column>();
    column->kind = getFloatKind(type.getElementType());
    size_t bytes = domain.valueBytes();
    if (column->kind)
      column->floats.resize(count * bytes);
    else
      column->ints.resize(count);
    size_t written = 0;
    result.forEachWritten(
        unsigned(kernel.getNumOperands() + i),
        [&](int64_t index, const void *value) {
          ++written;
          if (column->kind)
            std::memcpy(column->floats.data() + size_t(index) * bytes, value,
                        bytes);
          else
            column->ints[size_t(index)] = *static_cast<const int64_t *>(value);
        });
    if (written != count)
      return kernel.emitError("the program of kernel '")
             << kernel.getKernelName() << "' writes " << written << " of "
             << count << " elements of result " << i;
    values[output] = std::move(column);
  }
  return success();
}

LogicalResult FunctionRunner::runKernel(kopt::KernelOp kernel) {
  gpu::GPUFuncOp program = kopt::lookupProgram(kernel);
  if (!program)
    return kernel.emitError("kernel '")
           << kernel.getKernelName() << "' has no program: schedule it first";
  SmallVector<const Column *> columns;
  for (Value operand : kernel.getInputs()) {
    FailureOr<const Column *> column = columnOf(operand);
    if (failed(column))
      return failure();
    columns.push_back(*column);
  }
  FailureOr<CompiledKernel> compiled = CompiledKernel::compile(program);
  if (failed(compiled))
    return failure();
  KnownInputs known(columns);
  auto shapeOf = [&](unsigned argument) {
    return compiled->arguments()[argument].type.getShape();
  };
  ArgumentSource source;
  source.floats = [&](unsigned argument, FloatKind kind, const int64_t *indices,
                      void *out, size_t n) {
    known.floats(domain, argument, kind, shapeOf(argument),
                 ArrayRef(indices, n), out);
  };
  source.integers = [&](unsigned argument, unsigned width,
                        const int64_t *indices, int64_t *out, size_t n) {
    known.integers(argument, width, shapeOf(argument), ArrayRef(indices, n),
                   out);
  };
  FailureOr<RunResult> result =
      interpret(*compiled, domain, source, LaunchSpec());
  return failed(result) ? failure() : takeResults(kernel, *result);
}

FailureOr<std::vector<Column>> FunctionRunner::run() {
  if (!function.getBody().hasOneBlock())
    return function.emitError("expected a body of one block"), failure();
  Block &body = function.getBody().front();
  for (mlir::BlockArgument argument : body.getArguments())
    if (failed(readArgument(argument)))
      return failure();
  for (auto kernel : body.getOps<kopt::KernelOp>())
    if (failed(runKernel(kernel)))
      return failure();
  std::vector<Column> results;
  for (Value value : body.getTerminator()->getOperands()) {
    FailureOr<const Column *> column = columnOf(value);
    if (failed(column))
      return failure();
    results.push_back(**column);
  }
  return results;
}

FailureOr<std::vector<Column>> verify::runScheduled(func::FuncOp function,
                                                    Domain &domain,
                                                    InputSource &inputs) {
  return FunctionRunner(function, domain, inputs).run();
}
