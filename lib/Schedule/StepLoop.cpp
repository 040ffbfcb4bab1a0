//===- StepLoop.cpp - What a loop with a state multiplies -------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "StepPipeline.h"
#include "kernel-opt/Schedule/Ranges.h"
#include "mlir/IR/Matchers.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::schedule;

static bool isZero(Value value) {
  return matchPattern(value, m_AnyZeroFloat());
}

bool schedule::carriesState(gpu::GPUFuncOp func) {
  bool found = false;
  func.walk([&](ktile::DotOp dot) {
    auto loop = dyn_cast<scf::ForOp>(dot->getParentOp());
    found |= loop && loop.getNumResults() > 1;
  });
  return found;
}

/// Whether a load's place depends on the loop's variable and on what is known
/// before the loop.
static bool dependsOnStepAlone(ktile::LoadOp load, scf::ForOp loop) {
  return llvm::all_of(load.getSymbols(), [&](Value symbol) {
    return symbol == loop.getInductionVar() ||
           loop.isDefinedOutsideOfLoop(symbol);
  });
}

FailureOr<unsigned> StepPipeline::findOperand(ktile::DotOp dot, Value tile,
                                              bool isLeft) {
  auto load = tile.getDefiningOp<ktile::LoadOp>();
  StringRef side = isLeft ? "left" : "right";
  if (!load || !dependsOnStepAlone(load, loop))
    return dot.emitError("the ")
           << side << " operand is no tile of this step alone";
  for (auto [i, known] : llvm::enumerate(operands))
    if (known.load == load && known.isLeft == isLeft) {
      // Its stage is free when the one product that reads it is done.
      if (!known.resident)
        return dot.emitError("the ")
               << side << " operand is one of an earlier product, too";
      return unsigned(i);
    }
  auto padding = dyn_cast<FloatAttr>(load.getPadding());
  std::string reason;
  std::optional<BoxAccess> box;
  if (!padding || !padding.getValue().isZero())
    reason = "it is not padded with zeros";
  else if (load.getSource().getType().getMemorySpace())
    reason = "it is no global memory";
  else
    box = boxAccess(load.getSource().getType(), load.getMap(), reason);
  if (!box)
    return load.emitError("the tensor memory accelerator cannot load the ")
           << side << " operand: " << reason;
  auto type = cast<RankedTensorType>(tile.getType());
  Type element = type.getElementType();
  if (!element.isF16() && !element.isBF16())
    return load.emitError("products of ")
           << element << " have no wgmma of their precision";
  if (elementType && element != elementType)
    return load.emitError("operands of types ")
           << elementType << " and " << element << " differ";
  elementType = element;
  StepOperand operand;
  operand.load = load;
  operand.box = *box;
  operand.isLeft = isLeft;
  operand.resident = load->getBlock() != loop.getBody();
  int64_t extent = type.getDimSize(box->contiguous);
  operand.width = std::min<int64_t>(extent, 64);
  operand.panels = extent / operand.width;
  operand.rows = type.getDimSize(1 - box->contiguous);
  if (operand.width < 16)
    return load.emitError("rows of ")
           << extent << " elements are too short for a swizzled panel";
  if (operand.rows > 256 || operand.rows % 8)
    return load.emitError("boxes have 8 to 256 rows, found ") << operand.rows;
  operands.push_back(std::move(operand));
  return unsigned(operands.size() - 1);
}

LogicalResult StepPipeline::findProduct(ktile::DotOp dot) {
  StepProduct product;
  product.dot = dot;
  product.result = dot;
  // What a product is added to is what it sums into, unless it is promoted.
  if (!isZero(dot.getAcc())) {
    product.sum = dot.getAcc();
  } else if (auto add = dot->hasOneUse()
                            ? dyn_cast<arith::AddFOp>(*dot->user_begin())
                            : arith::AddFOp();
             add && add->getBlock() == dot->getBlock()) {
    Value sum = add.getLhs() == dot.getResult() ? add.getRhs() : add.getLhs();
    product.result = add;
    product.sum = isZero(sum) ? Value() : sum;
  }
  auto right = findOperand(dot, dot.getB(), false);
  if (failed(right))
    return failure();
  product.rightOperand = *right;
  Value left = dot.getA();
  // Rounded where registers are taken: earlier, between the products of one
  // group, ptxas would make these wait for each other.
  if (auto rounded = left.getDefiningOp<arith::TruncFOp>();
      rounded && rounded.getType() == dot.getA().getType() &&
      getElementTypeOrSelf(rounded.getIn().getType()).isF32() &&
      getElementTypeOrSelf(rounded.getType()) == elementType)
    left = rounded.getIn();
  auto leftType = cast<ShapedType>(left.getType());
  if (left.getDefiningOp<ktile::LoadOp>()) {
    auto found = findOperand(dot, left, true);
    if (failed(found))
      return failure();
    product.leftOperand = *found;
  } else if (leftType.getElementType() == elementType || left != dot.getA() ||
             (leftType.getElementType().isF32() && dot.getAWeights())) {
    product.left = left;
  } else {
    return dot.emitError("the left operand of ")
           << leftType.getElementType() << " is no factor for " << elementType;
  }
  if (failed(findSizes(product)))
    return failure();
  // What comes in each step, once, for the first product that takes it.
  SmallVector<unsigned> factors = {product.rightOperand};
  if (!product.left)
    factors.insert(factors.begin(), product.leftOperand);
  for (unsigned number : factors)
    if (!operands[number].resident &&
        llvm::none_of(products, [&](const StepProduct &before) {
          return llvm::is_contained(before.brought, number);
        }))
      product.brought.push_back(number);
  products.push_back(std::move(product));
  return success();
}

LogicalResult StepPipeline::findSizes(StepProduct &product) {
  ktile::DotOp dot = product.dot;
  product.type = cast<RankedTensorType>(dot.getResult().getType());
  if (!product.type.getElementType().isF32())
    return dot.emitError("wgmma sums in f32, found sums of ")
           << product.type.getElementType();
  product.n = product.type.getDimSize(1);
  product.k = cast<ShapedType>(dot.getA().getType()).getShape().back();
  if (m && m != product.type.getDimSize(0))
    return dot.emitError("products of ")
           << m << " and of " << product.type.getDimSize(0)
           << " rows in one loop";
  m = product.type.getDimSize(0);
  if (product.k % 16)
    return dot.emitError("a product must take a multiple of 16 of K, found ")
           << product.k;
  return success();
}

LogicalResult StepPipeline::find() {
  SmallVector<ktile::DotOp> dots;
  func.walk([&](ktile::DotOp dot) { dots.push_back(dot); });
  loop = dots.front()->getParentOfType<scf::ForOp>();
  APInt step;
  for (ktile::DotOp dot : dots)
    if (dot->getParentOp() != loop)
      return dot.emitError("all products must stand in one loop");
  if (!isa<gpu::GPUFuncOp>(loop->getParentOp()))
    return loop.emitError(
        "a block must compute one tile: its share is cut into several");
  if (!matchPattern(loop.getStep(), m_ConstantInt(&step)))
    return loop.emitError("the loop's step must be known");
  by = step.getSExtValue();
  loc = loop.getLoc();
  for (ktile::DotOp dot : dots)
    if (failed(findProduct(dot)))
      return failure();
  for (StepOperand &operand : operands)
    if (!llvm::all_of(operand.load->getUsers(), llvm::IsaPred<ktile::DotOp>))
      return operand.load.emitError("an operand is used by more than products");
  return success();
}

LogicalResult StepPipeline::checkSizes() {
  if (failed(findWarpgroups(m)))
    return failure();
  int64_t registers = 0;
  for (const StepProduct &product : products) {
    if (product.n < 8 || product.n > 256)
      return product.dot->emitError("wgmma has 8 to 256 columns, found ")
             << product.n;
    registers += rows / 64 * product.n / 2;
    // Packed factors that were computed.
    if (product.left)
      registers += rows / 64 * product.k / 4;
  }
  constexpr int64_t budget = 192;
  if (registers > budget)
    return func.emitError("sums and factors take ")
           << registers << " registers a thread, at most " << budget
           << " are left for them";
  if (options.byThreads || options.split)
    return func.emitError("operands of several products are brought by the "
                          "tensor memory accelerator as they are");
  if (!options.producer)
    return func.emitError("a loop of several products needs a producer");
  // The late product's operands and the next ones are there at a time.
  int64_t least = options.overlap ? 2 : 1;
  if (options.depth < least)
    return func.emitError("a pipeline of ")
           << (options.overlap ? "overlapped " : "") << "steps holds " << least
           << " at least, found " << options.depth;
  depth = options.depth;
  return success();
}

/// The product that may run beside the next step's: nothing of its own step
/// waits for it, and the other ones need no result of the step before.
LogicalResult StepPipeline::findLate() {
  if (!options.overlap)
    return success();
  late = products.size() - 1;
  const StepProduct &last = products[late];
  Value result = last.result->getResult(0);
  auto *yield = loop.getBody()->getTerminator();
  if (products.size() < 2 || !last.left || !result.hasOneUse() ||
      *result.user_begin() != yield)
    return loop.emitError("no product's sums are for the next step alone, to "
                          "run beside its products");
  carried = llvm::find(yield->getOperands(), result).getIndex();
  for (const StepProduct &product : ArrayRef<StepProduct>(products).drop_back())
    if (product.left || product.sum)
      return product.dot->emitError(
          "a product that runs ahead must be of operands in memory");
  // A first step stands before the loop.
  if (rangeOf(loop.getUpperBound()).low <= rangeOf(loop.getLowerBound()).high)
    return loop.emitError("a loop that may have no steps cannot begin early");
  SmallVector<Value> pending = {loop.getRegionIterArg(carried)};
  while (!pending.empty())
    for (Operation *user : pending.pop_back_val().getUsers())
      if (user != last.result && user != last.dot &&
          afterLate.insert(user).second)
        llvm::append_range(pending, user->getResults());
  for (const StepProduct &product : products)
    if (afterLate.contains(product.dot) || afterLate.contains(product.result))
      return product.dot->emitError("depends on the step before");
  // Factors must be known before.
  if (Operation *op = last.left.getDefiningOp(); op && afterLate.contains(op))
    return last.dot->emitError("its factor depends on the step before");
  return success();
}
