//===- PipelineSteps.cpp - Several products a step --------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Products of one loop that computes with their sums in between. A warpgroup
// loads, each product's operands with mbarriers of their own; what is computed
// stays a tile, in the layout that the hardware fixes for sums, which is also
// that of left factors in registers.
//
//===----------------------------------------------------------------------===//

#include "StepPipeline.h"
#include "StoreProducts.h"
#include "kernel-opt/Schedule/Fragments.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::schedule;

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

/// The number of the step at `at`.
Value StepPipeline::numberOf(OpBuilder &b, Value at) {
  Value passed = arith::SubIOp::create(b, loc, at, loop.getLowerBound());
  return arith::DivUIOp::create(b, loc, passed, constant(b, by));
}

void StepPipeline::indicesOf(OpBuilder &b, const StepOperand &operand,
                             Value stage, int64_t rowBlock, int64_t k,
                             SmallVectorImpl<Value> &indices) {
  indices.push_back(operand.resident ? constant(b, 0) : stage);
  // The warpgroup's share begins at its number times `share`.
  auto ofGroup = [&](int64_t first, int64_t share) -> Value {
    Value place = constant(b, operand.isLeft ? first : 0);
    if (!operand.isLeft || !group)
      return place;
    Value begin = arith::MulIOp::create(b, loc, group, constant(b, share));
    return arith::AddIOp::create(b, loc, begin, place);
  };
  if (operand.kContiguous()) {
    indices.push_back(constant(b, k / operand.width));
    indices.push_back(ofGroup(64 * rowBlock, rows));
    indices.push_back(constant(b, k % operand.width));
    return;
  }
  indices.push_back(
      ofGroup(64 / operand.width * rowBlock, rows / operand.width));
  indices.push_back(constant(b, k));
  indices.push_back(constant(b, 0));
}

ktile::LayoutAttr StepPipeline::layoutOf(int64_t n) {
  return ktile::LayoutAttr::get(func.getContext(),
                                wgmmaAccumulator(m, n, groups));
}

/// Elements [first, first + length) of a vector.
static Value slice(OpBuilder &b, Location loc, Value vector, int64_t first,
                   int64_t length) {
  if (cast<VectorType>(vector.getType()).getNumElements() == length)
    return vector;
  return vector::ShuffleOp::create(
      b, loc, vector, vector,
      llvm::to_vector(llvm::seq<int64_t>(first, first + length)));
}

Value StepPipeline::leftRegisters(OpBuilder &b, const StepProduct &product,
                                  Value left) {
  auto type = cast<RankedTensorType>(left.getType());
  if (type.getElementType() != elementType)
    left = arith::TruncFOp::create(b, loc, type.clone(elementType), left);
  return left;
}

void StepPipeline::await(OpBuilder &b, const StepProduct &product,
                         Value number) {
  if (product.full)
    kgpu::MBarrierWaitOp::create(b, loc, product.full, stageOf(b, number),
                                 parityOf(b, number, false));
}

SmallVector<Value> StepPipeline::issue(OpBuilder &b, const StepProduct &product,
                                       Value number, Value left, Value sum) {
  Value stage = stageOf(b, number);
  const StepOperand &right = operands[product.rightOperand];
  auto taken = [&](Value tile, int64_t columns, Type element) -> Value {
    auto type = VectorType::get(rows / 64 * columns / 2, element);
    return ktile::ToRegistersOp::create(b, loc, type, tile, layoutOf(columns));
  };
  Value factors = left ? taken(left, product.k, elementType) : Value();
  Value sums = sum ? taken(sum, product.n, b.getF32Type()) : Value();
  auto type =
      kgpu::PendingType::get(func.getContext(), product.n / 2, b.getF32Type());
  auto major = [](const StepOperand &s) {
    return s.kContiguous() ? kgpu::Major::K : kgpu::Major::MN;
  };
  kgpu::WgmmaFenceOp::create(b, loc);
  SmallVector<Value> pending;
  for (int64_t block = 0; block < rows / 64; ++block) {
    Value acc = sums ? slice(b, loc, sums, block * product.n / 2, product.n / 2)
                     : Value();
    for (int64_t k = 0; k < product.k; k += 16) {
      SmallVector<Value> aIndices, bIndices;
      Value a;
      kgpu::Major aMajor = kgpu::Major::K;
      if (left) {
        // Of 16 columns, a thread of a sum holds what one of a factor holds.
        a = slice(b, loc, factors, (block * product.k + k) / 2, 8);
      } else {
        const StepOperand &s = operands[product.leftOperand];
        a = s.buffer;
        aMajor = major(s);
        indicesOf(b, s, stage, block, k, aIndices);
      }
      indicesOf(b, right, stage, 0, k, bIndices);
      acc = kgpu::WgmmaOp::create(
          b, loc, type, a, aIndices, right.buffer, bIndices, acc,
          b.getDenseI64ArrayAttr({64, product.n, 16}), aMajor, major(right));
    }
    pending.push_back(acc);
  }
  kgpu::WgmmaCommitOp::create(b, loc);
  return pending;
}

Value StepPipeline::finish(OpBuilder &b, const StepProduct &product,
                           ValueRange pending, int64_t others, Value number,
                           Value sum) {
  auto type = VectorType::get(product.n / 2, b.getF32Type());
  auto wait = kgpu::WgmmaWaitOp::create(
      b, loc, SmallVector<Type>(pending.size(), type), others, pending);
  if (product.empty)
    release(b, product.empty, stageOf(b, number));
  Value tile = ktile::FromRegistersOp::create(
      b, loc, product.type, joined(b, wait.getValues()), layoutOf(product.n));
  if (sum)
    tile = arith::AddFOp::create(b, loc, sum, tile);
  return tile;
}

//===----------------------------------------------------------------------===//
// Steps
//===----------------------------------------------------------------------===//

/// What the pipeline does itself: products, their sums, operands' loads.
bool StepPipeline::isTakenOver(Operation *op) const {
  return llvm::any_of(products,
                      [&](const StepProduct &p) {
                        return op == p.dot || op == p.result;
                      }) ||
         llvm::any_of(operands,
                      [&](const StepOperand &s) { return op == s.load; });
}

SmallVector<Value> StepPipeline::sumInOrder(OpBuilder &b) {
  auto each =
      scf::ForOp::create(b, loc, loop.getLowerBound(), loop.getUpperBound(),
                         loop.getStep(), loop.getInitArgs());
  OpBuilder body = OpBuilder::atBlockEnd(each.getBody());
  IRMapping mapping;
  mapping.map(loop.getBody()->getArguments(), each.getBody()->getArguments());
  Value number = numberOf(body, each.getInductionVar());
  for (Operation &op : *loop.getBody()) {
    auto *product = llvm::find_if(
        products, [&](StepProduct &p) { return p.result == &op; });
    if (product == products.end()) {
      if (!isTakenOver(&op))
        body.clone(op, mapping);
      continue;
    }
    Value left = product->left ? leftRegisters(body, *product,
                                               mapping.lookup(product->left))
                               : Value();
    Value sum = product->sum ? mapping.lookupOrDefault(product->sum) : Value();
    bool inside = sum && !options.promote;
    await(body, *product, number);
    SmallVector<Value> pending =
        issue(body, *product, number, left, inside ? sum : Value());
    mapping.map(op.getResult(0), finish(body, *product, pending, 0, number,
                                        inside ? Value() : sum));
  }
  return SmallVector<Value>(each.getResults());
}

void StepPipeline::cloneFront(OpBuilder &b, IRMapping &mapping,
                              bool dependent) {
  for (Operation &op : loop.getBody()->without_terminator())
    if (!isTakenOver(&op) && afterLate.contains(&op) == dependent)
      b.clone(op, mapping);
}

void StepPipeline::issueEarly(OpBuilder &b, IRMapping &mapping, Value number,
                              SmallVectorImpl<SmallVector<Value>> &pending) {
  for (const StepProduct &product : ArrayRef(products).take_front(late)) {
    await(b, product, number);
    pending.push_back(issue(b, product, number, Value(), Value()));
  }
}

void StepPipeline::finishEarly(OpBuilder &b, IRMapping &mapping, Value number,
                               ArrayRef<SmallVector<Value>> pending,
                               int64_t after) {
  for (auto [i, values] : llvm::enumerate(pending)) {
    const StepProduct &product = products[i];
    int64_t others = pending.size() - 1 - i + after;
    mapping.map(product.result->getResult(0),
                finish(b, product, values, others, number, Value()));
  }
}

SmallVector<Value> StepPipeline::sumOverlapped(OpBuilder &b) {
  const StepProduct &last = products[late];
  Block *old = loop.getBody();
  bool inside = !options.promote;
  // The first step, up to its last product.
  IRMapping first;
  first.map(loop.getInductionVar(), loop.getLowerBound());
  first.map(loop.getRegionIterArgs(), loop.getInitArgs());
  SmallVector<SmallVector<Value>> pending;
  Value zero = constant(b, 0);
  issueEarly(b, first, zero, pending);
  finishEarly(b, first, zero, pending, 0);
  cloneFront(b, first, false);
  cloneFront(b, first, true);
  await(b, last, zero);
  // What is carried: the state, what the last product is added to instead of
  // its result, and its factor.
  auto state = [&](OpBuilder &b, IRMapping &mapping) {
    SmallVector<Value> values;
    for (Value value : old->getTerminator()->getOperands())
      values.push_back(mapping.lookupOrDefault(value));
    values[carried] = mapping.lookupOrDefault(last.sum);
    values.push_back(leftRegisters(b, last, mapping.lookup(last.left)));
    return values;
  };
  Value second =
      arith::AddIOp::create(b, loc, loop.getLowerBound(), constant(b, by));
  auto each = scf::ForOp::create(b, loc, second, loop.getUpperBound(),
                                 constant(b, by), state(b, first));
  OpBuilder body = OpBuilder::atBlockEnd(each.getBody());
  IRMapping mapping;
  mapping.map(loop.getInductionVar(), each.getInductionVar());
  for (auto [i, argument] : llvm::enumerate(loop.getRegionIterArgs()))
    if (i != carried)
      mapping.map(argument, each.getRegionIterArg(i));
  Value number = numberOf(body, each.getInductionVar());
  Value before = arith::SubIOp::create(body, loc, number, constant(body, 1));
  Value sum = each.getRegionIterArg(carried);
  Value factor = each.getRegionIterArgs().back();
  pending.clear();
  issueEarly(body, mapping, number, pending);
  SmallVector<Value> lateSums =
      issue(body, last, before, factor, inside ? sum : Value());
  finishEarly(body, mapping, number, pending, 1);
  cloneFront(body, mapping, false);
  // The next step's late product begins with what is waited for here: a loop
  // in the code, over which the wait below does not move.
  await(body, last, number);
  mapping.map(loop.getRegionIterArg(carried),
              finish(body, last, lateSums, 0, before, inside ? Value() : sum));
  cloneFront(body, mapping, true);
  scf::YieldOp::create(body, loc, state(body, mapping));

  // The last step's last product.
  SmallVector<Value> results(each.getResults().drop_back());
  Value end =
      arith::SubIOp::create(b, loc, loop.getUpperBound(), constant(b, 1));
  number = numberOf(b, end);
  sum = results[carried];
  lateSums =
      issue(b, last, number, each.getResults().back(), inside ? sum : Value());
  results[carried] =
      finish(b, last, lateSums, 0, number, inside ? Value() : sum);
  return results;
}

//===----------------------------------------------------------------------===//
// The whole
//===----------------------------------------------------------------------===//

LogicalResult StepPipeline::run() {
  if (failed(find()) || failed(checkSizes()) || failed(findLate()))
    return failure();
  allocate();
  OpBuilder b(firstOnTiles());
  thread = gpu::ThreadIdOp::create(b, loc, gpu::Dimension::x);
  initialize(b);
  splitRoles(b, {24, 240}, [&](OpBuilder &p) { produce(p); });
  b.setInsertionPoint(loop);
  numberWarpgroups(b);
  if (resident) {
    Value zero = constant(b, 0);
    kgpu::MBarrierWaitOp::create(
        b, loc, resident, zero,
        arith::ConstantOp::create(b, loc, b.getBoolAttr(false)));
  }
  SmallVector<Value> results =
      options.overlap ? sumOverlapped(b) : sumInOrder(b);
  SmallVector<Value> sums;
  for (const StepProduct &product : products)
    for (auto [i, value] :
         llvm::enumerate(loop.getBody()->getTerminator()->getOperands()))
      if (value == product.result->getResult(0))
        sums.push_back(results[i]);
  SmallVector<ktile::LoadOp> before;
  for (StepOperand &operand : operands)
    if (operand.resident && !llvm::is_contained(before, operand.load))
      before.push_back(operand.load);
  loop.replaceAllUsesWith(results);
  loop.erase();
  for (ktile::LoadOp load : before)
    load.erase();
  for (Value sum : sums) {
    auto n = cast<RankedTensorType>(sum.getType()).getDimSize(1);
    storeSums({func, groups, rows, n, thread, group}, sum, layoutOf(n));
  }
  return success();
}
