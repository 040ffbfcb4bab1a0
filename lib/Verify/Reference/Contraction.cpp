//===- Contraction.cpp - Sums of products -------------------------- ===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// Structured operations whose payload is acc + f(a) * g(b), with a and b one
// operand each: products of matrices, convolutions, weighted sums. Operands are
// packed into panels (which is im2col for a convolution) for Domain::contract.
// Factors may come in parts: then several products, and literals times such,
// are added up, each for some terms at once.
//
//===----------------------------------------------------------------------===//

#include "Evaluator.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Matchers.h"

using namespace kernel_opt;
using namespace kernel_opt::verify;

namespace {
struct Product {
  Value left, right; ///< in the payload, f(a) and g(b)
  OpOperand *leftOperand, *rightOperand;
};

/// What is added to the accumulator: products, and sums of such, and literals
/// times such.
struct SumOfProducts {
  Value added;
  SmallVector<Product> products; ///< in the order in which `added` names them
  bool fused = false;
};
} // namespace

/// The only operand that `value` is computed from, if there is just one.
static OpOperand *findOnlyOperand(linalg::LinalgOp op, Value value) {
  OpOperand *found = nullptr;
  bool ok = true;
  SmallVector<Value> work = {value};
  while (!work.empty() && ok) {
    Value next = work.pop_back_val();
    if (auto argument = dyn_cast<BlockArgument>(next)) {
      if (argument.getOwner() != op.getBlock())
        continue;
      OpOperand *operand = op.getMatchingOpOperand(argument);
      ok = !op.isDpsInit(operand) && (!found || found == operand);
      found = operand;
      continue;
    }
    Operation *def = next.getDefiningOp();
    if (def->getBlock() != op.getBlock())
      continue;
    // An index makes the value depend on more than the operand.
    ok &= !isa<linalg::IndexOp, tensor::ExtractOp>(def);
    work.append(def->operand_begin(), def->operand_end());
  }
  return ok ? found : nullptr;
}

/// The factor that is no literal, if the other one is; null otherwise.
static Value matchScaled(Value value, APFloat *scale = nullptr) {
  auto product = value.getDefiningOp<arith::MulFOp>();
  for (unsigned side : {0u, 1u}) {
    FloatAttr literal;
    if (product &&
        matchPattern(product->getOperand(side), mlir::m_Constant(&literal))) {
      if (scale)
        *scale = literal.getValue();
      return product->getOperand(1 - side);
    }
  }
  return {};
}

static bool collectProducts(linalg::LinalgOp op, Value value,
                            SmallVectorImpl<Product> &products) {
  Operation *def = value.getDefiningOp();
  if (!def || def->getBlock() != op.getBlock())
    return false;
  if (isa<arith::AddFOp>(def))
    return collectProducts(op, def->getOperand(0), products) &&
           collectProducts(op, def->getOperand(1), products);
  Product p;
  p.leftOperand = p.rightOperand = nullptr;
  if (auto product = dyn_cast<arith::MulFOp>(def)) {
    p.left = product.getLhs(), p.right = product.getRhs();
    p.leftOperand = findOnlyOperand(op, p.left);
    p.rightOperand = findOnlyOperand(op, p.right);
  }
  if (p.leftOperand && p.rightOperand) {
    products.push_back(p);
    return true;
  }
  Value rest = matchScaled(value);
  return rest && collectProducts(op, rest, products);
}

static std::optional<SumOfProducts> matchSum(linalg::LinalgOp op, Value yielded,
                                             BlockArgument accumulator) {
  Operation *sum = yielded.getDefiningOp();
  if (!sum || sum->getBlock() != op.getBlock())
    return std::nullopt;
  SumOfProducts found;
  if (auto fma = dyn_cast<math::FmaOp>(sum)) {
    Product p = {fma.getA(), fma.getB(), findOnlyOperand(op, fma.getA()),
                 findOnlyOperand(op, fma.getB())};
    if (fma.getC() != accumulator || !p.leftOperand || !p.rightOperand)
      return std::nullopt;
    found.products.push_back(p);
    found.fused = true;
    return found;
  }
  if (!isa<arith::AddFOp>(sum))
    return std::nullopt;
  int side = sum->getOperand(0) == accumulator ? 1 : 0;
  found.added = sum->getOperand(side);
  if (sum->getOperand(1 - side) != accumulator ||
      !collectProducts(op, found.added, found.products))
    return std::nullopt;
  // Of one shape, so that panels of one kind serve all.
  const Product &first = found.products.front();
  for (const Product &p : found.products)
    if (op.getMatchingIndexingMap(p.leftOperand) !=
            op.getMatchingIndexingMap(first.leftOperand) ||
        op.getMatchingIndexingMap(p.rightOperand) !=
            op.getMatchingIndexingMap(first.rightOperand))
      return std::nullopt;
  return found;
}

/// The 16-bit kind that both factors of an f32 product come from, if there is
/// one.
static std::optional<FloatKind> narrowKind(const Product &p, FloatKind sum) {
  auto kindOf = [](Value factor) -> std::optional<FloatKind> {
    auto wider = factor.getDefiningOp<arith::ExtFOp>();
    return wider ? getFloatKind(wider.getIn().getType()) : std::nullopt;
  };
  std::optional<FloatKind> left = kindOf(p.left);
  if (sum != FloatKind::F32 || !left || left != kindOf(p.right) ||
      (*left != FloatKind::F16 && *left != FloatKind::BF16))
    return std::nullopt;
  return left;
}

static llvm::SmallBitVector dimsOf(AffineMap map) {
  llvm::SmallBitVector dims(map.getNumDims());
  for (AffineExpr expr : map.getResults())
    expr.walk([&](AffineExpr part) {
      if (auto dim = dyn_cast<mlir::AffineDimExpr>(part))
        dims.set(dim.getPosition());
    });
  return dims;
}

namespace {
/// The dimensions of the result by the factors that they index: one, the other,
/// both (batch; they run one point at a time).
struct Roles {
  SmallVector<unsigned> m, n, batch;
};
} // namespace

LogicalResult Evaluator::computeContraction(Structured &s, Tile &tile,
                                            bool &done) {
  done = false;
  std::optional<SumOfProducts> sum = matchSum(s.op, s.yielded, s.accumulator);
  if (!sum)
    return success();
  done = true;
  const Product *product = sum->products.begin();
  FloatKind kind = *tile.values.kind;
  size_t bytes = domain.valueBytes();
  llvm::SmallBitVector inLeft =
      dimsOf(s.maps[product->leftOperand->getOperandNumber()]);
  llvm::SmallBitVector inRight =
      dimsOf(s.maps[product->rightOperand->getOperandNumber()]);
  Roles roles;
  for (unsigned d : s.parallel)
    (inLeft.test(d) && inRight.test(d) ? roles.batch
     : inRight.test(d)                 ? roles.n
                                       : roles.m)
        .push_back(d);

  FailureOr<SmallVector<int64_t>> loopSizes = getLoopSizes(s.op);
  if (failed(loopSizes))
    return failure();
  auto volumeOf = [&](ArrayRef<unsigned> dims) {
    int64_t volume = 1;
    for (unsigned d : dims)
      volume *= (*loopSizes)[d];
    return volume;
  };
  // A product with a vector is a sum of terms like any other.
  if (options.order == ReductionOrder::Lanes32 &&
      (volumeOf(roles.m) == 1 || volumeOf(roles.n) == 1)) {
    done = false;
    return success();
  }

  auto readPanel = [&](OpOperand *operand, Value value, const Box &points,
                       ArrayRef<unsigned> order) -> FailureOr<Column> {
    Payload payload;
    FailureOr<Column> column = readOperand(s, *operand, points, order);
    if (failed(column))
      return failure();
    payload.points = column->size(domain);
    payload.known[s.op.getMatchingBlockArgument(operand)] = std::move(*column);
    return evalPayload(payload, value);
  };

  FailureOr<Column> init = readInit(s, s.box);
  if (failed(init))
    return failure();
  tile.values = std::move(*init);

  // The result as a space with batch, m and n dimensions outermost to
  // innermost, cut into panels that fit into the caches.
  SmallVector<int64_t> strides = getStrides(s.box.sizes);
  auto subspace = [&](ArrayRef<unsigned> dims, const Box &loops) {
    Box box;
    for (unsigned d : dims) {
      box.offsets.push_back(loops.offsets[d]);
      box.sizes.push_back(loops.sizes[d]);
    }
    return box;
  };
  auto restrict = [](Box &points, ArrayRef<unsigned> dims, const Box &part) {
    for (auto [i, d] : llvm::enumerate(dims)) {
      points.offsets[d] = part.offsets[i];
      points.sizes[d] = part.sizes[i];
    }
  };
  SmallVector<int64_t> strideOf(s.loops.rank(), 0);
  for (auto [i, d] : llvm::enumerate(s.parallel))
    strideOf[d] = strides[i];
  auto positions = [&](ArrayRef<unsigned> dims, const Box &part) {
    SmallVector<int64_t> result;
    (void)forEachPoint(part, [&](ArrayRef<int64_t> index) {
      int64_t position = 0;
      for (auto [i, d] : llvm::enumerate(dims))
        position += (index[i] - s.loops.offsets[d]) * strideOf[d];
      result.push_back(position);
      return success();
    });
    return result;
  };

  std::optional<FloatKind> narrow =
      options.tensorCores ? narrowKind(*product, kind) : std::nullopt;
  bool chunked = options.order != ReductionOrder::Sequential;
  constexpr int64_t panelRows = 128, panelColumns = 128, panelDepth = 512;
  auto panel = [&](Box points) -> LogicalResult {
    Box mBox = subspace(roles.m, points), nBox = subspace(roles.n, points);
    auto m = size_t(mBox.volume()), n = size_t(nBox.volume());
    SmallVector<int64_t> rows = positions(roles.m, mBox);
    SmallVector<int64_t> columns = positions(roles.n, nBox);
    int64_t base = 0;
    for (unsigned d : roles.batch)
      base += (points.offsets[d] - s.loops.offsets[d]) * strideOf[d];
    std::vector<char> acc(m * n * bytes), chunk;
    auto move = [&](bool store) {
      for (size_t i = 0; i < m; ++i)
        for (size_t j = 0; j < n; ++j) {
          char *there =
              tile.values.floats.data() + (base + rows[i] + columns[j]) * bytes;
          char *here = acc.data() + (i * n + j) * bytes;
          std::memcpy(store ? there : here, store ? here : there, bytes);
        }
    };
    move(/*store=*/false);
    SmallVector<unsigned> leftOrder(roles.m), rightOrder(s.reduction);
    leftOrder.append(s.reduction);
    rightOrder.append(roles.n);
    auto step = [&](const Box &terms) -> LogicalResult {
      restrict(points, s.reduction, terms);
      // Dimensions that a factor does not know do not run in its panel.
      auto k = size_t(terms.volume());
      // Inner loops of contractions are cheap.
      if (failed(spend(m * n * k * sum->products.size() / 8 + 1)))
        return failure();
      // Parts are factors of several products.
      llvm::SmallDenseMap<Value, Column> panels;
      auto panelOf = [&](OpOperand *operand, Value value,
                         ArrayRef<unsigned> order) -> const char * {
        auto [entry, isNew] = panels.try_emplace(value);
        if (!isNew)
          return entry->second.floats.data();
        FailureOr<Column> column = readPanel(operand, value, points, order);
        if (failed(column))
          return nullptr;
        Column &kept = panels[value];
        kept = std::move(*column);
        return kept.floats.data();
      };
      auto multiply = [&](const Product &p, char *into) -> LogicalResult {
        const char *left = panelOf(p.leftOperand, p.left, leftOrder);
        const char *right =
            left ? panelOf(p.rightOperand, p.right, rightOrder) : nullptr;
        if (!right)
          return failure();
        if (narrow)
          domain.tensorCore(*narrow, kind, m, n, k, left, right, into);
        else
          domain.contract(kind, sum->fused, m, n, k, left, right, into);
        return success();
      };
      const Product *next = sum->products.begin();
      auto add = [&](auto &&add, Value value, char *into) -> LogicalResult {
        if (!value || (next->left == value.getDefiningOp()->getOperand(0) &&
                       isa<arith::MulFOp>(value.getDefiningOp())))
          return multiply(*next++, into);
        if (auto both = value.getDefiningOp<arith::AddFOp>())
          return success(succeeded(add(add, both.getLhs(), into)) &&
                         succeeded(add(add, both.getRhs(), into)));
        APFloat scale(0.0);
        Value rest = matchScaled(value, &scale);
        std::vector<char> inner(m * n * bytes), factor(m * n * bytes);
        domain.constant(APFloat(0.0), kind, "", inner.data(), m * n);
        if (failed(add(add, rest, inner.data())))
          return failure();
        domain.constant(scale, kind, "", factor.data(), m * n);
        domain.binary(BinaryFn::Mul, kind, inner.data(), factor.data(),
                      inner.data(), m * n);
        domain.binary(BinaryFn::Add, kind, into, inner.data(), into, m * n);
        return success();
      };
      if (!chunked || narrow)
        return add(add, sum->added, acc.data());
      chunk.resize(m * n * bytes);
      domain.constant(APFloat(0.0), kind, "", chunk.data(), m * n);
      if (failed(add(add, sum->added, chunk.data())))
        return failure();
      domain.binary(BinaryFn::Add, kind, acc.data(), chunk.data(), acc.data(),
                    m * n);
      return success();
    };
    if (failed(forEachPart(subspace(s.reduction, s.loops),
                           chunked || narrow ? 16 : panelDepth, step)))
      return failure();
    move(/*store=*/true);
    return success();
  };
  return forEachPoint(
      subspace(roles.batch, s.loops), [&](ArrayRef<int64_t> index) {
        Box points = s.loops;
        for (auto [i, d] : llvm::enumerate(roles.batch))
          points.offsets[d] = index[i], points.sizes[d] = 1;
        return forEachPart(
            subspace(roles.m, s.loops), panelRows, [&](const Box &mPart) {
              restrict(points, roles.m, mPart);
              return forEachPart(subspace(roles.n, s.loops), panelColumns,
                                 [&](const Box &nPart) {
                                   restrict(points, roles.n, nPart);
                                   return panel(points);
                                 });
            });
      });
}
