//===- Prepare.cpp - Programs as kernels can be made of them ----*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Optimizer/Prepare.h"
#include "kernel-opt/Dialect/Kopt/KoptAttrs.h"
#include "kernel-opt/Kernel/FusionGraph.h"
#include "kernel-opt/Kernel/Islands.h"
#include "kernel-opt/Support/Location.h"
#include "mlir/AsmParser/AsmParser.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::optimizer;

//===----------------------------------------------------------------------===//
// One form
//===----------------------------------------------------------------------===//

/// Writes amounts of padding that are constants into the operation: upstream
/// folds them only where that changes a type.
static void foldPadding(tensor::PadOp pad) {
  auto fold = [](ArrayRef<OpFoldResult> amounts,
                 SmallVectorImpl<int64_t> &values) {
    for (OpFoldResult amount : amounts) {
      std::optional<int64_t> value = getConstantIntValue(amount);
      if (!value)
        return false;
      values.push_back(*value);
    }
    return true;
  };
  SmallVector<int64_t> low, high;
  if (!fold(pad.getMixedLowPad(), low) || !fold(pad.getMixedHighPad(), high))
    return;
  pad.setStaticLow(low);
  pad.setStaticHigh(high);
  pad.getLowMutable().clear();
  pad.getHighMutable().clear();
}

/// Groups that take the dimensions that are not `dropped`, each with those
/// before it; what follows the last one belongs to it.
static SmallVector<ReassociationIndices>
groupsWithout(const llvm::SmallBitVector &dropped) {
  SmallVector<ReassociationIndices> groups;
  ReassociationIndices open;
  for (unsigned d = 0; d < dropped.size(); ++d) {
    open.push_back(d);
    if (dropped.test(d))
      continue;
    groups.push_back(std::move(open));
    open.clear();
  }
  if (!groups.empty())
    groups.back().append(open.begin(), open.end());
  return groups;
}

/// Dimensions of a result that no loop indexes.
static llvm::SmallBitVector constantDims(AffineMap map) {
  llvm::SmallBitVector dims(map.getNumResults());
  for (auto [d, expr] : llvm::enumerate(map.getResults()))
    if (auto constant = dyn_cast<AffineConstantExpr>(expr))
      dims[d] = constant.getValue() == 0;
  return dims;
}

/// A reduction that keeps dimensions becomes one that does not, and a reshape.
static void dropKeptDims(linalg::GenericOp op) {
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  SmallVector<Value> inits;
  SmallVector<llvm::SmallBitVector> dropped;
  OpBuilder builder(op);
  bool any = false;
  for (OpOperand &init : op.getDpsInitsMutable()) {
    auto type = dyn_cast<RankedTensorType>(init.get().getType());
    if (!type || !type.hasStaticShape())
      return;
    dropped.push_back(constantDims(maps[init.getOperandNumber()]));
    any |= dropped.back().any();
  }
  if (!any)
    return;
  for (auto [init, drop] : llvm::zip(op.getDpsInitsMutable(), dropped)) {
    Value value = init.get();
    if (drop.any()) {
      value = tensor::CollapseShapeOp::create(builder, op.getLoc(), value,
                                              groupsWithout(drop));
      AffineMap &map = maps[init.getOperandNumber()];
      map = map.dropResults(drop);
    }
    inits.push_back(value);
  }
  auto narrow = linalg::GenericOp::create(
      builder, op.getLoc(), ValueRange(inits).getTypes(), op.getInputs(), inits,
      maps, op.getIteratorTypesArray());
  narrow.getRegion().takeBody(op.getRegion());
  SmallVector<Value> results;
  for (auto [i, drop] : llvm::enumerate(dropped)) {
    Value result = narrow.getResult(i);
    if (drop.any())
      result = tensor::ExpandShapeOp::create(builder, op.getLoc(),
                                             op.getResult(i).getType(), result,
                                             groupsWithout(drop));
    results.push_back(result);
  }
  op.replaceAllUsesWith(results);
  op.erase();
}

void optimizer::normalizeTensorOps(ModuleOp module) {
  module.walk([](tensor::PadOp pad) { foldPadding(pad); });
  SmallVector<linalg::GenericOp> generics;
  module.walk([&](linalg::GenericOp op) {
    if (op.hasPureTensorSemantics())
      generics.push_back(op);
  });
  for (linalg::GenericOp op : generics)
    dropKeptDims(op);
}

//===----------------------------------------------------------------------===//
// Sizes
//===----------------------------------------------------------------------===//

FailureOr<RankedTensorType> optimizer::parseInputType(StringRef text,
                                                      MLIRContext *context,
                                                      std::string &message) {
  auto wrong = [&](const Twine &what) {
    message = ("input '" + text + "': " + what +
               "; expected an element type and sizes, like f32[4,3,224,224]")
                  .str();
    return failure();
  };
  auto [element, rest] = text.split('[');
  if (!rest.consume_back("]"))
    return wrong("no sizes in brackets");
  SmallVector<int64_t> shape;
  SmallVector<StringRef> sizes;
  if (!rest.trim().empty())
    rest.split(sizes, ',');
  for (StringRef part : sizes) {
    int64_t size;
    if (part.trim().getAsInteger(10, size) || size < 1 ||
        size > std::numeric_limits<int32_t>::max())
      return wrong("'" + part.trim() + "' is no size");
    shape.push_back(size);
  }
  // Nothing but the names of element types: the parser would take any type.
  if (!llvm::is_contained(
          {"f32", "f64", "f16", "bf16", "i1", "i8", "i16", "i32", "i64"},
          element))
    return wrong("unknown element type '" + element + "'");
  return RankedTensorType::get(shape, parseType(element, context));
}

static bool hasUnknownSizes(TypeRange types) {
  return llvm::any_of(types, [](Type type) {
    auto tensor = dyn_cast<TensorType>(type);
    return tensor && !tensor.hasStaticShape();
  });
}

/// Fills in the sizes of what `op` defines, as far as it can say them, and
/// casts back for those who read it.
static void inferResults(Operation *op) {
  auto infers = dyn_cast<InferTypeOpInterface>(op);
  if (!infers || op->getNumRegions() || !hasUnknownSizes(op->getResultTypes()))
    return;
  for (OpOperand &operand : op->getOpOperands())
    if (auto cast = operand.get().getDefiningOp<tensor::CastOp>())
      if (hasUnknownSizes(cast.getType()))
        operand.set(cast.getSource());
  SmallVector<Type> types;
  if (failed(infers.inferReturnTypes(op->getContext(), op->getLoc(),
                                     op->getOperands(), op->getAttrDictionary(),
                                     op->getPropertiesStorage(),
                                     op->getRegions(), types)))
    return;
  OpBuilder builder(op->getContext());
  builder.setInsertionPointAfter(op);
  for (auto [result, type] : llvm::zip_equal(op->getResults(), types)) {
    auto before = dyn_cast<RankedTensorType>(result.getType());
    auto after = dyn_cast<RankedTensorType>(type);
    if (!before || !after || before == after || after.getEncoding() ||
        before.hasStaticShape())
      continue;
    result.setType(after);
    auto back = tensor::CastOp::create(builder, op->getLoc(), before, result);
    result.replaceAllUsesExcept(back, back);
  }
}

static LogicalResult specialize(func::FuncOp function,
                                ArrayRef<RankedTensorType> inputs) {
  if (function.getNumArguments() != inputs.size())
    return function.emitError("function '")
           << function.getName() << "' takes " << function.getNumArguments()
           << " arguments, found " << inputs.size()
           << " inputs: give one for each argument";
  for (auto [argument, input] :
       llvm::zip_equal(function.getArguments(), inputs)) {
    auto type = dyn_cast<RankedTensorType>(argument.getType());
    if (!type || type.getElementType() != input.getElementType() ||
        failed(verifyCompatibleShape(type.getShape(), input.getShape())))
      return emitError(argument.getLoc(), "argument ")
             << argument.getArgNumber() << " of function '"
             << function.getName() << "' has type " << argument.getType()
             << ", the input given for it " << input;
  }
  OpBuilder builder = OpBuilder::atBlockBegin(&function.getBody().front());
  for (auto [argument, input] :
       llvm::zip_equal(function.getArguments(), inputs)) {
    Type before = argument.getType();
    if (before == input)
      continue;
    // Whoever calls it is told which sizes are not for good.
    SmallVector<int64_t> open;
    for (int64_t d = 0; d < input.getRank(); ++d)
      if (cast<RankedTensorType>(before).isDynamicDim(d))
        open.push_back(d);
    function.setArgAttr(argument.getArgNumber(), kopt::kSpecializedAttrName,
                        builder.getDenseI64ArrayAttr(open));
    argument.setType(input);
    auto cast =
        tensor::CastOp::create(builder, argument.getLoc(), before, argument);
    argument.replaceAllUsesExcept(cast, cast);
  }
  function.setFunctionType(builder.getFunctionType(
      function.getBody().getArgumentTypes(), function.getResultTypes()));
  function.walk([](Operation *op) { inferResults(op); });
  return success();
}

LogicalResult optimizer::specializeInputs(ModuleOp module,
                                          ArrayRef<RankedTensorType> inputs) {
  SmallVector<func::FuncOp> functions;
  for (auto function : module.getOps<func::FuncOp>())
    if (!function.isExternal() && hasUnknownSizes(function.getArgumentTypes()))
      functions.push_back(function);
  if (functions.size() != 1) {
    InFlightDiagnostic diagnostic = module.emitError(
        "inputs are given for the one function with sizes that are not known, "
        "found ");
    diagnostic << functions.size() << " such functions";
    if (functions.empty())
      diagnostic << "; without --input all keep the sizes that they have";
    for (func::FuncOp function : functions)
      diagnostic.attachNote(function.getLoc())
          << "function '" << function.getName() << "' is one";
    return diagnostic;
  }
  func::FuncOp function = functions.front();
  if (!SymbolTable::symbolKnownUseEmpty(function, module))
    return function.emitError("function '")
           << function.getName()
           << "' is called in the module: its sizes are those of its callers";
  return specialize(function, inputs);
}

/// Results have the types of what is returned, where that says more.
static void refineResults(func::FuncOp function) {
  if (!function.getBody().hasOneBlock() || !function.isPublic())
    return;
  auto exit =
      dyn_cast<func::ReturnOp>(function.getBody().front().getTerminator());
  if (!exit || !hasUnknownSizes(exit.getOperandTypes()) ||
      hasUnknownSizes(function.getArgumentTypes()) ||
      !SymbolTable::symbolKnownUseEmpty(function,
                                        function->getParentOfType<ModuleOp>()))
    return;
  for (OpOperand &operand : exit->getOpOperands())
    if (auto cast = operand.get().getDefiningOp<tensor::CastOp>()) {
      operand.set(cast.getSource());
      if (cast.use_empty())
        cast.erase();
    }
  function.setFunctionType(FunctionType::get(function.getContext(),
                                             function.getArgumentTypes(),
                                             exit.getOperandTypes()));
}

LogicalResult optimizer::checkSizesKnown(ModuleOp module) {
  bool good = true;
  for (auto function : module.getOps<func::FuncOp>()) {
    if (function.isExternal())
      continue;
    refineResults(function);
    Operation *first = nullptr;
    function.walk([&](linalg::LinalgOp op) {
      if (!first && hasUnknownSizes(op->getOperandTypes()))
        first = op;
      return WalkResult::skip();
    });
    if (!first)
      continue;
    good = false;
    InFlightDiagnostic diagnostic =
        first->emitError("function '")
        << function.getName() << "' computes with sizes that are not known";
    if (hasUnknownSizes(function.getArgumentTypes()))
      diagnostic << ": give the types of its arguments, as --input=f32[8,16]";
    else
      diagnostic << ": they do not follow from those of its arguments";
  }
  return success(good);
}

//===----------------------------------------------------------------------===//
// What is not ours
//===----------------------------------------------------------------------===//

/// Its place in a file, or whatever else the location says.
static std::string describe(Location location) {
  std::string text = placeOf(location);
  if (text.empty())
    llvm::raw_string_ostream(text) << location;
  return text;
}

/// A program of which everything stays for its element type was not meant so.
static LogicalResult checkElements(ModuleOp module,
                                   ArrayRef<kernel::LeftOperation> left) {
  const kernel::LeftOperation *first =
      llvm::find_if(left, [](const kernel::LeftOperation &entry) {
        return isa<linalg::LinalgOp>(entry.op) &&
               kernel::findUnsupportedElement(entry.op);
      });
  if (first == left.end())
    return success();
  WalkResult ours = module.walk([](linalg::LinalgOp op) {
    return kernel::classify(op) == kernel::OpClass::Foreign
               ? WalkResult::skip()
               : WalkResult::interrupt();
  });
  if (ours.wasInterrupted())
    return success();
  return first->op->emitError()
         << first->reason
         << ", and nothing else in the module could be a kernel; expected i1, "
            "i8, i16, i32, i64, f16, bf16, f32 or f64, or f8E4M3FN and "
            "f8E5M2 that are converted to these";
}

LogicalResult optimizer::separateForeign(ModuleOp module, bool requireAll,
                                         std::vector<std::string> &left) {
  SmallVector<kernel::LeftOperation> found = kernel::findUnsupported(module);
  for (const kernel::LeftOperation &entry : found) {
    if (requireAll)
      entry.op->emitError("'")
          << entry.op->getName() << "' in function '" << entry.function
          << "' cannot be part of a kernel (" << entry.reason
          << "); without --require-all it stays in place";
    left.push_back(describe(entry.op->getLoc()) + ": '" +
                   entry.op->getName().getStringRef().str() +
                   "' in function '" + entry.function + "' (" + entry.reason +
                   ")");
  }
  if (requireAll && !found.empty())
    return failure();
  if (failed(checkElements(module, found)))
    return failure();
  if (!found.empty())
    kernel::outlineIslands(module);
  return success();
}
