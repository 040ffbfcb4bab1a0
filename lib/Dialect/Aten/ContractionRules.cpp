//===- ContractionRules.cpp - Rules of contractions -------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Rules.h"
#include "llvm/ADT/STLExtras.h"

using namespace kernel_opt;
using namespace kernel_opt::aten;

/// Fails unless operand `index` has rank `rank`.
static LogicalResult expectRank(ShapeRule &rule, unsigned index, int64_t rank) {
  int64_t found = rule.operand(index).rank();
  if (found == rank)
    return success();
  return rule.error("expected operand #" + Twine(index) + " of rank " +
                    Twine(rank) + ", found rank " + Twine(found));
}

/// The product of matrices or batches of them in operands `a` and `a + 1`.
static FailureOr<SmallVector<Dim>> product(ShapeRule &rule, unsigned a,
                                           int64_t rank) {
  if (failed(expectRank(rule, a, rank)) ||
      failed(expectRank(rule, a + 1, rank)) ||
      failed(rules::sameTypes(rule, a == 0 ? 1 : a)))
    return failure();
  SmallVector<Dim> dims = rule.operand(a).dims;
  ArrayRef<Dim> right = rule.operand(a + 1).dims;
  if (failed(
          rule.unify(dims[rank - 1], right[rank - 2], "contracted dimensions")))
    return failure();
  if (rank == 3) {
    FailureOr<Dim> batch = rule.unify(dims[0], right[0], "batch dimensions");
    if (failed(batch))
      return failure();
    dims[0] = *batch;
  }
  dims[rank - 1] = right[rank - 1];
  return dims;
}

LogicalResult rules::mm(ShapeRule &rule) {
  FailureOr<SmallVector<Dim>> dims = product(rule, 0, 2);
  if (failed(dims))
    return failure();
  return rule.result(*dims, rule.operand(0).elementType);
}

LogicalResult rules::bmm(ShapeRule &rule) {
  FailureOr<SmallVector<Dim>> dims = product(rule, 0, 3);
  if (failed(dims))
    return failure();
  return rule.result(*dims, rule.operand(0).elementType);
}

static LogicalResult addProduct(ShapeRule &rule, int64_t rank) {
  FailureOr<SmallVector<Dim>> dims = product(rule, 1, rank);
  if (failed(dims))
    return failure();
  FailureOr<SmallVector<Dim>> all = rule.broadcast(*dims, rule.operand(0).dims);
  if (failed(all))
    return failure();
  // The sum has the product's shape: only the first operand may broadcast.
  if (all->size() != dims->size())
    return rule.error("expected operand #0 of rank " + Twine(dims->size()) +
                      " or less, found rank " + Twine(all->size()));
  for (auto [own, sum] : llvm::zip(*dims, *all))
    if (failed(rule.unify(own, sum, "dimensions of the product and the sum")))
      return failure();
  return rule.result(*dims, rule.operand(0).elementType);
}

LogicalResult rules::addmm(ShapeRule &rule) { return addProduct(rule, 2); }
LogicalResult rules::baddbmm(ShapeRule &rule) { return addProduct(rule, 3); }

LogicalResult rules::matmul(ShapeRule &rule) {
  SmallVector<Dim> a = rule.operand(0).dims, b = rule.operand(1).dims;
  if (failed(sameTypes(rule)))
    return failure();
  for (unsigned index : {0, 1})
    if (rule.operand(index).rank() == 0)
      return rule.error("expected operand #" + Twine(index) +
                        " of rank 1 or more, found rank 0");
  bool row = a.size() == 1, column = b.size() == 1;
  Dim n = column ? Dim() : b.pop_back_val();
  Dim k = b.pop_back_val();
  if (failed(rule.unify(a.pop_back_val(), k, "contracted dimensions")))
    return failure();
  Dim m = row ? Dim() : a.pop_back_val();
  FailureOr<SmallVector<Dim>> dims = rule.broadcast(a, b);
  if (failed(dims))
    return failure();
  if (!row)
    dims->push_back(m);
  if (!column)
    dims->push_back(n);
  return rule.result(*dims, rule.operand(0).elementType);
}

LogicalResult rules::linear(ShapeRule &rule) {
  SmallVector<Dim> dims = rule.operand(0).dims;
  if (failed(expectRank(rule, 1, 2)) || failed(sameTypes(rule)))
    return failure();
  if (dims.empty())
    return rule.error("expected operand #0 of rank 1 or more, found rank 0");
  ArrayRef<Dim> weight = rule.operand(1).dims;
  if (failed(rule.unify(dims.back(), weight[1], "contracted dimensions")))
    return failure();
  dims.back() = weight[0];
  if (rule.numOperands() == 3 &&
      failed(expectShape(rule, 2, weight[0], "the bias")))
    return failure();
  return rule.result(dims, rule.operand(0).elementType);
}

LogicalResult rules::einsum(ShapeRule &rule, StringRef equation) {
  auto [left, right] = equation.split("->");
  SmallVector<StringRef> terms;
  left.split(terms, ',');
  if (!equation.contains("->") || terms.size() != rule.numOperands() ||
      terms.size() > 2)
    return rule.error("expected an equation with one or two terms, one for "
                      "each operand, and a right side, found '" +
                      equation + "'");
  if (failed(sameTypes(rule)))
    return failure();
  llvm::SmallDenseMap<char, Dim> sizes;
  for (auto [index, term] : llvm::enumerate(terms)) {
    if (failed(expectRank(rule, index, term.size())))
      return failure();
    for (auto [letter, dim] : llvm::zip(term, rule.operand(index).dims)) {
      if (!llvm::isAlpha(letter) || term.count(letter) != 1)
        return rule.error("expected distinct letters in each term, found '" +
                          term + "'");
      FailureOr<Dim> size = rule.unify(sizes.lookup(letter), dim,
                                       "dimensions '" + Twine(letter) + "'");
      if (failed(size))
        return failure();
      sizes[letter] = *size;
    }
  }
  SmallVector<Dim> dims;
  for (char letter : right) {
    if (!sizes.contains(letter) || right.count(letter) != 1)
      return rule.error("expected distinct letters of the terms on the right "
                        "side, found '" +
                        right + "'");
    dims.push_back(sizes[letter]);
  }
  return rule.result(dims, rule.operand(0).elementType);
}

LogicalResult rules::attention(ShapeRule &rule, bool causal) {
  for (unsigned index : {0, 1, 2})
    if (rule.operand(index).rank() < 2)
      return rule.error("expected operand #" + Twine(index) +
                        " of rank 2 or more, found rank " +
                        Twine(rule.operand(index).rank()));
  ArrayRef<Dim> q = rule.operand(0).dims, k = rule.operand(1).dims,
                v = rule.operand(2).dims;
  for (unsigned index : {1, 2})
    if (rule.operand(index).elementType != rule.operand(0).elementType)
      return sameTypes(rule);
  if (failed(rule.unify(q.back(), k.back(), "query and key dimensions")) ||
      failed(rule.unify(k[k.size() - 2], v[v.size() - 2],
                        "numbers of keys and values")))
    return failure();
  FailureOr<SmallVector<Dim>> batch =
      rule.broadcast(q.drop_back(2), k.drop_back(2));
  if (succeeded(batch))
    batch = rule.broadcast(*batch, v.drop_back(2));
  if (failed(batch))
    return failure();
  SmallVector<Dim> dims = *batch;
  dims.push_back(q[q.size() - 2]);
  if (rule.numOperands() == 4) {
    if (causal)
      return rule.error("expected 'is_causal' or a mask, found both");
    const Shape &mask = rule.operand(3);
    if (!mask.elementType.isInteger(1) &&
        mask.elementType != rule.operand(0).elementType)
      return rule.error("expected a mask of booleans or of the query's type");
    SmallVector<Dim> scores = dims;
    scores.push_back(k[k.size() - 2]);
    FailureOr<SmallVector<Dim>> all = rule.broadcast(scores, mask.dims);
    if (failed(all))
      return failure();
    if (all->size() != scores.size())
      return rule.error("expected a mask of rank " + Twine(scores.size()) +
                        " or less, found rank " + Twine(mask.rank()));
    for (auto [own, both] : llvm::zip(scores, *all))
      if (failed(rule.unify(own, both, "dimensions of the mask and scores")))
        return failure();
  }
  dims.push_back(v.back());
  return rule.result(dims, rule.operand(0).elementType);
}

LogicalResult rules::recurrence(ShapeRule &rule, Cell cell) {
  int64_t gates = cell == Cell::Lstm ? 4 : cell == Cell::Gru ? 3 : 1;
  unsigned states = cell == Cell::Lstm ? 2 : 1;
  unsigned given = rule.numOperands() - 2;
  if (given != states && given != states + 1)
    return rule.error("expected " + Twine(states) +
                      " states and at most a bias, found " + Twine(given) +
                      " operands");
  if (failed(expectRank(rule, 0, 3)) || failed(expectRank(rule, 2, 2)) ||
      failed(sameTypes(rule)))
    return failure();
  ArrayRef<Dim> projected = rule.operand(0).dims;
  SmallVector<Dim> state = rule.operand(2).dims;
  Dim rows = state[1] * gates;
  FailureOr<Dim> batch =
      rule.unify(projected[1], state[0], "batches of input and states");
  if (failed(batch) ||
      failed(rule.unify(projected[2], rows, "projected inputs and gates")) ||
      failed(expectShape(rule, 1, {rows, state[1]}, "the weight")))
    return failure();
  state[0] = *batch;
  if (states == 2 && failed(expectShape(rule, 3, state, "the cell state")))
    return failure();
  if (given > states && failed(expectShape(rule, 2 + states, rows, "the bias")))
    return failure();
  Type type = rule.operand(0).elementType;
  (void)rule.result({projected[0], state[0], state[1]}, type);
  for (unsigned index = 0; index < states; ++index)
    (void)rule.result(state, type);
  return success();
}
