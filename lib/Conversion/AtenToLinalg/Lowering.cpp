//===- Lowering.cpp - What lowerings are written in -------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lowering.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "llvm/ADT/STLExtras.h"

using namespace kernel_opt;
using mlir::getConstantIntValue;

int64_t kernel_opt::rankOf(Value tensor) {
  return cast<RankedTensorType>(tensor.getType()).getRank();
}

Type kernel_opt::elementOf(Value tensor) {
  return cast<RankedTensorType>(tensor.getType()).getElementType();
}

SmallVector<int64_t> kernel_opt::range(int64_t first, int64_t last) {
  return llvm::to_vector(llvm::seq<int64_t>(first, last));
}

Lowering::Lowering(RewriterBase &rewriter, Operation *op)
    : b(rewriter), op(op), loc(op->getLoc()), scalars(rewriter, loc) {
  for (Value operand : op->getOperands()) {
    auto type = cast<RankedTensorType>(operand.getType());
    if (type.getEncoding())
      operand = tensor::CastOp::create(
          b, loc, RankedTensorType::get(type.getShape(), type.getElementType()),
          operand);
    in.push_back(operand);
  }
}

LogicalResult Lowering::unsupported(const Twine &why) {
  return op->emitOpError("cannot be lowered to linalg: " + why);
}

LogicalResult Lowering::replace(ValueRange values) {
  SmallVector<Value> results;
  for (auto [value, result] : llvm::zip_equal(values, op->getResults())) {
    Value cast = value;
    if (value.getType() != result.getType())
      cast = tensor::CastOp::create(b, loc, result.getType(), value);
    results.push_back(cast);
  }
  b.replaceOp(op, results);
  return success();
}

//===----------------------------------------------------------------------===//
// Sizes
//===----------------------------------------------------------------------===//

FailureOr<Sizes> Lowering::resultSizes(unsigned index) {
  aten::ShapeRule rule(b.getContext(), ValueRange(in).getTypes(), nullptr);
  if (failed(cast<aten::ShapeRuleOpInterface>(op).evaluateShapeRule(rule)))
    return unsupported("its shape rule does not hold");
  auto declared = cast<RankedTensorType>(op->getResult(index).getType());
  SmallVector<OpFoldResult> symbols;
  for (auto [operand, value] : llvm::enumerate(in))
    for (auto [dim, extent] : llvm::enumerate(rule.operand(operand).dims))
      if (isa<mlir::AffineSymbolExpr>(extent))
        symbols.push_back(size(value, dim));
  Sizes sizes;
  for (auto [known, extent] :
       llvm::zip(declared.getShape(), rule.getResults()[index].dims)) {
    if (ShapedType::isStatic(known))
      sizes.push_back(attr(known));
    else if (extent)
      sizes.push_back(compute(extent, symbols));
    else
      return unsupported("the size of a result is not known");
  }
  return sizes;
}

Type Lowering::resultElement(unsigned index) {
  return elementOf(op->getResult(index));
}

Sizes Lowering::sizesOf(Value tensor) {
  auto [entry, isNew] = known.try_emplace(tensor);
  if (isNew)
    entry->second = tensor::getMixedSizes(b, loc, tensor);
  return entry->second;
}

OpFoldResult Lowering::compute(AffineExpr expr,
                               ArrayRef<OpFoldResult> symbols) {
  return affine::makeComposedFoldedAffineApply(
      b, loc, AffineMap::get(0, symbols.size(), expr), symbols);
}

OpFoldResult Lowering::product(ArrayRef<OpFoldResult> sizes) {
  AffineExpr expr = cst(1);
  for (unsigned index = 0; index < sizes.size(); ++index)
    expr = expr * sym(index);
  return compute(expr, sizes);
}

Value Lowering::count(ArrayRef<OpFoldResult> sizes, Type type) {
  OpFoldResult total = product(sizes);
  if (std::optional<int64_t> known = getConstantIntValue(total))
    return scalars.integer(type, *known);
  return scalars.cast(cast<Value>(total), type);
}

int64_t Lowering::wrap(int64_t dim, Value tensor) {
  return dim < 0 ? dim + std::max<int64_t>(rankOf(tensor), 1) : dim;
}

SmallVector<int64_t> Lowering::wrap(ArrayRef<int64_t> dims, Value tensor) {
  int64_t rank = rankOf(tensor);
  if (dims.empty() || rank == 0)
    return range(0, rank);
  SmallVector<int64_t> wrapped;
  for (int64_t dim : dims)
    wrapped.push_back(wrap(dim, tensor));
  return wrapped;
}

//===----------------------------------------------------------------------===//
// Tensors
//===----------------------------------------------------------------------===//

Value Lowering::empty(ArrayRef<OpFoldResult> sizes, Type element) {
  return tensor::EmptyOp::create(b, loc, sizes, element);
}

Value Lowering::filled(ArrayRef<OpFoldResult> sizes, Value scalar) {
  return linalg::FillOp::create(b, loc, scalar, empty(sizes, scalar.getType()))
      .getResult(0);
}

Value Lowering::zeros(ArrayRef<OpFoldResult> sizes, Type element) {
  return filled(sizes, scalars.integer(element, 0));
}

/// Whether all of `values` are the constant `expected`.
static bool allEqual(ArrayRef<OpFoldResult> values, int64_t expected) {
  return llvm::all_of(values, [&](OpFoldResult value) {
    return getConstantIntValue(value) == expected;
  });
}

Value Lowering::pad(Value tensor, ArrayRef<OpFoldResult> low,
                    ArrayRef<OpFoldResult> high, Value value) {
  if (allEqual(low, 0) && allEqual(high, 0))
    return tensor;
  auto type = cast<RankedTensorType>(tensor.getType());
  SmallVector<int64_t> shape;
  for (auto [size, before, after] : llvm::zip(type.getShape(), low, high)) {
    std::optional<int64_t> l = getConstantIntValue(before),
                           h = getConstantIntValue(after);
    shape.push_back(l && h && ShapedType::isStatic(size)
                        ? size + *l + *h
                        : ShapedType::kDynamic);
  }
  return tensor::PadOp::create(
      b, loc, RankedTensorType::get(shape, type.getElementType()), tensor, low,
      high, value);
}

Value Lowering::slice(Value tensor, ArrayRef<OpFoldResult> offsets,
                      ArrayRef<OpFoldResult> sizes,
                      ArrayRef<OpFoldResult> strides) {
  if (allEqual(offsets, 0) && allEqual(strides, 1) &&
      llvm::equal(sizes, sizesOf(tensor)))
    return tensor;
  return tensor::ExtractSliceOp::create(b, loc, tensor, offsets, sizes,
                                        strides);
}

static SmallVector<mlir::ReassociationIndices>
reassociation(ArrayRef<SmallVector<int64_t, 2>> groups) {
  return SmallVector<mlir::ReassociationIndices>(groups.begin(), groups.end());
}

Value Lowering::expand(Value tensor, ArrayRef<OpFoldResult> sizes,
                       ArrayRef<SmallVector<int64_t, 2>> groups) {
  SmallVector<int64_t> shape, joined;
  for (OpFoldResult size : sizes)
    shape.push_back(getConstantIntValue(size).value_or(ShapedType::kDynamic));
  // The operation wants to know of both sides as much.
  for (ArrayRef<int64_t> group : groups) {
    int64_t total = 1;
    for (int64_t dim : group)
      total = ShapedType::isDynamic(total) || ShapedType::isDynamic(shape[dim])
                  ? ShapedType::kDynamic
                  : total * shape[dim];
    joined.push_back(total);
  }
  auto expected = RankedTensorType::get(joined, elementOf(tensor));
  if (tensor.getType() != expected)
    tensor = tensor::CastOp::create(b, loc, expected, tensor);
  return tensor::ExpandShapeOp::create(
      b, loc, RankedTensorType::get(shape, elementOf(tensor)), tensor,
      reassociation(groups), sizes);
}

Value Lowering::collapse(Value tensor,
                         ArrayRef<SmallVector<int64_t, 2>> groups) {
  return tensor::CollapseShapeOp::create(b, loc, tensor, reassociation(groups));
}

/// Which of `rank` dimensions go together when those in `dims` are ones: each
/// group holds one other dimension; ones at the front join the first group.
static SmallVector<SmallVector<int64_t, 2>> groupsAround(ArrayRef<int64_t> dims,
                                                         int64_t rank) {
  SmallVector<SmallVector<int64_t, 2>> groups;
  SmallVector<int64_t, 2> leading;
  for (int64_t dim = 0; dim < rank; ++dim) {
    if (!llvm::is_contained(dims, dim)) {
      groups.push_back(leading);
      groups.back().push_back(dim);
      leading.clear();
    } else if (groups.empty()) {
      leading.push_back(dim);
    } else {
      groups.back().push_back(dim);
    }
  }
  return groups;
}

Value Lowering::insertOnes(Value tensor, ArrayRef<int64_t> dims) {
  if (dims.empty())
    return tensor;
  int64_t rank = rankOf(tensor) + dims.size();
  Sizes own = sizesOf(tensor), sizes;
  size_t next = 0;
  for (int64_t dim = 0; dim < rank; ++dim)
    sizes.push_back(llvm::is_contained(dims, dim) ? attr(1) : own[next++]);
  return expand(tensor, sizes, groupsAround(dims, rank));
}

Value Lowering::dropOnes(Value tensor, ArrayRef<int64_t> dims) {
  if (dims.empty())
    return tensor;
  return collapse(tensor, groupsAround(dims, rankOf(tensor)));
}

FailureOr<Value> Lowering::reshape(Value tensor, ArrayRef<OpFoldResult> sizes) {
  Sizes own = sizesOf(tensor);
  if (llvm::equal(own, sizes))
    return tensor;
  // Runs of dimensions with equal products on both sides go together; each
  // run is joined to one dimension and split again, so that the views stay as
  // small as the reshape allows.
  SmallVector<SmallVector<int64_t, 2>> joined, split;
  Sizes between;
  size_t i = 0, j = 0;
  while (i < own.size() && j < sizes.size()) {
    SmallVector<int64_t, 2> left = {static_cast<int64_t>(i)},
                            right = {static_cast<int64_t>(j)};
    Sizes leftSizes = {own[i]}, rightSizes = {sizes[j]};
    ++i, ++j;
    auto total = [&](ArrayRef<OpFoldResult> run) {
      return getConstantIntValue(product(run));
    };
    while (!llvm::equal(leftSizes, rightSizes)) {
      std::optional<int64_t> l = total(leftSizes), r = total(rightSizes);
      if (l && r && *l == *r)
        break;
      // With sizes that are not known, the rest goes together.
      bool grow = l && r ? *l < *r : i < own.size();
      if (grow && i < own.size()) {
        left.push_back(i);
        leftSizes.push_back(own[i++]);
      } else if (j < sizes.size()) {
        right.push_back(j);
        rightSizes.push_back(sizes[j++]);
      } else if (i < own.size()) {
        left.push_back(i);
        leftSizes.push_back(own[i++]);
      } else {
        break;
      }
    }
    joined.push_back(left);
    split.push_back(right);
    between.push_back(product(leftSizes));
  }
  if (joined.empty()) { // from or to rank 0
    if (own.empty())
      return expand(tensor, sizes, {});
    return collapse(tensor, {});
  }
  // What is left on either side are ones.
  for (; i < own.size(); ++i)
    joined.back().push_back(i);
  for (; j < sizes.size(); ++j)
    split.back().push_back(j);
  if (joined.size() != own.size())
    tensor = collapse(tensor, joined);
  if (split.size() != sizes.size())
    tensor = expand(tensor, sizes, split);
  return tensor;
}

//===----------------------------------------------------------------------===//
// Structured operations
//===----------------------------------------------------------------------===//

AffineMap Lowering::broadcastMap(Value tensor, unsigned loops) {
  auto type = cast<RankedTensorType>(tensor.getType());
  SmallVector<AffineExpr> exprs;
  unsigned offset = loops - type.getRank();
  for (auto [index, size] : llvm::enumerate(type.getShape()))
    exprs.push_back(size == 1 ? cst(0) : dim(offset + index));
  return map(loops, exprs);
}

/// The scalar that all elements of `tensor` are, if it was made of one.
Value Lowering::scalarOf(Value tensor) {
  if (auto fill = tensor.getDefiningOp<linalg::FillOp>())
    return fill.getInputs()[0];
  auto constant = tensor.getDefiningOp<arith::ConstantOp>();
  if (!constant)
    return {};
  auto splat = dyn_cast<mlir::SplatElementsAttr>(constant.getValue());
  if (!splat)
    return {};
  auto scalar = arith::ConstantOp::create(
      b, loc, cast<mlir::TypedAttr>(splat.getSplatValue<Attribute>()));
  scalar->setDiscardableAttrs(constant->getDiscardableAttrDictionary());
  return scalar;
}

SmallVector<Value> Lowering::generic(ArrayRef<Access> inputs,
                                     ArrayRef<Access> outputs, unsigned loops,
                                     ArrayRef<int64_t> reduced,
                                     MultiBody body) {
  // An input with one value for all elements is read as a scalar.
  SmallVector<Value> operands, results, known(inputs.size());
  SmallVector<AffineMap> maps;
  SmallVector<Type> types;
  for (auto [index, input] : llvm::enumerate(inputs)) {
    // A reduction needs its inputs for the extent of its loops.
    if (reduced.empty() && (known[index] = scalarOf(input.tensor)))
      continue;
    operands.push_back(input.tensor);
    maps.push_back(input.map);
  }
  for (const Access &output : outputs) {
    results.push_back(output.tensor);
    maps.push_back(output.map);
    types.push_back(output.tensor.getType());
  }
  SmallVector<mlir::utils::IteratorType> iterators(
      loops, mlir::utils::IteratorType::parallel);
  for (int64_t dim : reduced)
    iterators[dim] = mlir::utils::IteratorType::reduction;
  auto op = linalg::GenericOp::create(
      b, loc, types, operands, results, maps, iterators,
      [&](OpBuilder &inner, Location at, ValueRange arguments) {
        Scalars s(inner, at);
        SmallVector<Value> values;
        for (Value scalar : known) {
          values.push_back(scalar ? scalar : arguments.front());
          arguments = scalar ? arguments : arguments.drop_front();
        }
        llvm::append_range(values, arguments);
        linalg::YieldOp::create(inner, at, body(s, values));
      });
  return llvm::to_vector_of<Value>(op.getResults());
}

Value Lowering::parallel(ArrayRef<OpFoldResult> sizes, Type element,
                         ArrayRef<Access> inputs, Body body) {
  unsigned loops = sizes.size();
  AffineMap identity = AffineMap::getMultiDimIdentityMap(loops, b.getContext());
  return generic(inputs, {{empty(sizes, element), identity}}, loops, {},
                 [&](Scalars &s, ValueRange values) {
                   return SmallVector<Value>{body(s, values.drop_back())};
                 })[0];
}

Value Lowering::pointwise(ArrayRef<OpFoldResult> sizes, Type element,
                          Type compute, ValueRange inputs, Body body) {
  SmallVector<Access> accesses;
  for (Value input : inputs)
    accesses.push_back({input, broadcastMap(input, sizes.size())});
  return parallel(sizes, element, accesses, [&](Scalars &s, ValueRange values) {
    SmallVector<Value> converted;
    for (Value value : values)
      converted.push_back(s.cast(value, compute));
    return s.cast(body(s, converted), element);
  });
}

Value Lowering::reduce(Value input, ArrayRef<int64_t> dims, Value init,
                       Body body) {
  unsigned loops = rankOf(input);
  Sizes own = sizesOf(input), sizes;
  SmallVector<AffineExpr> kept;
  for (unsigned index = 0; index < loops; ++index) {
    if (llvm::is_contained(dims, static_cast<int64_t>(index)))
      continue;
    sizes.push_back(own[index]);
    kept.push_back(dim(index));
  }
  return generic(
      {{input, AffineMap::getMultiDimIdentityMap(loops, b.getContext())}},
      {{filled(sizes, init), map(loops, kept)}}, loops, dims,
      [&](Scalars &s, ValueRange values) {
        return SmallVector<Value>{body(s, values)};
      })[0];
}

Value Lowering::sum(Value input, ArrayRef<int64_t> dims, Type accumulator) {
  return reduce(input, dims, scalars.integer(accumulator, 0),
                [&](Scalars &s, ValueRange v) {
                  return s.add(v[1], s.cast(v[0], accumulator));
                });
}

Value Lowering::maximum(Value input, ArrayRef<int64_t> dims) {
  return reduce(input, dims, scalars.lowest(elementOf(input)),
                [](Scalars &s, ValueRange v) { return s.max(v[1], v[0]); });
}

Value Lowering::convert(Value input, Type element) {
  if (elementOf(input) == element)
    return input;
  return pointwise(sizesOf(input), element, element, input,
                   [](Scalars &, ValueRange v) { return v[0]; });
}

Value Lowering::contract(ArrayRef<Access> inputs, unsigned loops,
                         AffineMap result, ArrayRef<OpFoldResult> sizes,
                         Type accumulator) {
  SmallVector<int64_t> reduced;
  for (int64_t loop : range(0, loops))
    if (!llvm::is_contained(result.getResults(), dim(loop)))
      reduced.push_back(loop);
  return generic(inputs, {{zeros(sizes, accumulator), result}}, loops, reduced,
                 [&](Scalars &s, ValueRange v) {
                   Value value = s.cast(v[0], accumulator);
                   for (Value factor : v.drop_front().drop_back())
                     value = s.mul(value, s.cast(factor, accumulator));
                   return SmallVector<Value>{s.add(v.back(), value)};
                 })[0];
}
