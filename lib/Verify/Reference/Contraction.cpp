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

static Roles findRoles(ArrayRef<unsigned> parallel, AffineMap left,
                       AffineMap right) {
  llvm::SmallBitVector inLeft = dimsOf(left), inRight = dimsOf(right);
  Roles roles;
  for (unsigned d : parallel)
    (inLeft.test(d) && inRight.test(d) ? roles.batch
     : inRight.test(d)                 ? roles.n
                                       : roles.m)
        .push_back(d);
  return roles;
}

static int64_t volumeOf(ArrayRef<unsigned> dims, ArrayRef<int64_t> sizes) {
  int64_t volume = 1;
  for (unsigned d : dims)
    volume *= sizes[d];
  return volume;
}

/// What a box says of some of its dimensions.
static Box subspace(ArrayRef<unsigned> dims, const Box &loops) {
  Box box;
  for (unsigned d : dims) {
    box.offsets.push_back(loops.offsets[d]);
    box.sizes.push_back(loops.sizes[d]);
  }
  return box;
}

/// Narrows some dimensions of a box to `part`, a box of just them.
static void restrict(Box &points, ArrayRef<unsigned> dims, const Box &part) {
  for (auto [i, d] : llvm::enumerate(dims)) {
    points.offsets[d] = part.offsets[i];
    points.sizes[d] = part.sizes[i];
  }
}

/// The result as a space with batch, m and n dimensions outermost to innermost,
/// cut into panels that fit into the caches; each gathers the factors of some
/// terms at once, and multiplies them.
class Evaluator::Contraction {
public:
  Contraction(Evaluator &evaluator, Structured &s, const SumOfProducts &sum,
              Roles dims, Tile &tile);
  LogicalResult run();

private:
  /// A part of the result, and the terms that are being added to it.
  struct Panel {
    Box points; ///< of all loops; among those of the reduction, the terms
    size_t m, n, k = 0;
    int64_t base = 0;                   ///< where it begins in the result
    SmallVector<int64_t> rows, columns; ///< where they lie, from there
    std::vector<char> acc, chunk;
    /// What parts of the payload are at the terms: such are factors of several
    /// products.
    llvm::SmallDenseMap<Value, Column> factors;
    const Product *next = nullptr; ///< that is to be multiplied
  };

  bool inChunks() const {
    return evaluator.options.order != ReductionOrder::Sequential && !narrow;
  }
  SmallVector<int64_t> placesOf(ArrayRef<unsigned> dims, const Box &part) const;
  LogicalResult computePanel(Box points);
  void load(Panel &panel) const;
  void store(const Panel &panel);
  LogicalResult addTerms(Panel &panel, const Box &terms);
  LogicalResult addSum(Panel &panel, Value value, char *into);
  LogicalResult addScaled(Panel &panel, Value value, char *into);
  LogicalResult addProduct(Panel &panel, const Product &product, char *into);
  const char *factorOf(Panel &panel, OpOperand *operand, Value value,
                       ArrayRef<unsigned> order);

  Evaluator &evaluator;
  Domain &domain;
  Structured &s;
  const SumOfProducts &sum;
  const Roles dims;
  Tile &tile;
  FloatKind kind;
  /// What tensor cores multiply, if they do.
  std::optional<FloatKind> narrow;
  SmallVector<int64_t> strideOf; ///< of each loop in the result
  SmallVector<unsigned> leftOrder, rightOrder;
};

Evaluator::Contraction::Contraction(Evaluator &evaluator, Structured &s,
                                    const SumOfProducts &sum, Roles roles,
                                    Tile &tile)
    : evaluator(evaluator), domain(evaluator.domain), s(s), sum(sum),
      dims(std::move(roles)), tile(tile), kind(*tile.values.kind),
      strideOf(s.loops.rank(), 0), leftOrder(dims.m), rightOrder(s.reduction) {
  if (evaluator.options.tensorCores)
    narrow = narrowKind(sum.products.front(), kind);
  SmallVector<int64_t> strides = getStrides(s.box.sizes);
  for (auto [i, d] : llvm::enumerate(s.parallel))
    strideOf[d] = strides[i];
  // Dimensions that a factor does not know do not run in its panel.
  leftOrder.append(s.reduction);
  rightOrder.append(dims.n);
}

LogicalResult Evaluator::Contraction::run() {
  FailureOr<Column> init = evaluator.readInit(s, s.box);
  if (failed(init))
    return failure();
  tile.values = std::move(*init);
  constexpr int64_t panelRows = 128, panelColumns = 128;
  Box mBox = subspace(dims.m, s.loops), nBox = subspace(dims.n, s.loops);
  return forEachPoint(
      subspace(dims.batch, s.loops), [&](ArrayRef<int64_t> index) {
        Box points = s.loops;
        for (auto [i, d] : llvm::enumerate(dims.batch))
          points.offsets[d] = index[i], points.sizes[d] = 1;
        return forEachPart(mBox, panelRows, [&](const Box &mPart) {
          restrict(points, dims.m, mPart);
          return forEachPart(nBox, panelColumns, [&](const Box &nPart) {
            restrict(points, dims.n, nPart);
            return computePanel(points);
          });
        });
      });
}

SmallVector<int64_t> Evaluator::Contraction::placesOf(ArrayRef<unsigned> dims,
                                                      const Box &part) const {
  SmallVector<int64_t> places;
  (void)forEachPoint(part, [&](ArrayRef<int64_t> index) {
    int64_t place = 0;
    for (auto [i, d] : llvm::enumerate(dims))
      place += (index[i] - s.loops.offsets[d]) * strideOf[d];
    places.push_back(place);
    return success();
  });
  return places;
}

LogicalResult Evaluator::Contraction::computePanel(Box points) {
  Panel panel;
  panel.rows = placesOf(dims.m, subspace(dims.m, points));
  panel.columns = placesOf(dims.n, subspace(dims.n, points));
  panel.m = panel.rows.size(), panel.n = panel.columns.size();
  for (unsigned d : dims.batch)
    panel.base += (points.offsets[d] - s.loops.offsets[d]) * strideOf[d];
  panel.points = std::move(points);
  panel.acc.resize(panel.m * panel.n * domain.valueBytes());
  load(panel);
  constexpr int64_t panelDepth = 512, chunkDepth = 16;
  if (failed(forEachPart(
          subspace(s.reduction, s.loops),
          inChunks() || narrow ? chunkDepth : panelDepth,
          [&](const Box &terms) { return addTerms(panel, terms); })))
    return failure();
  store(panel);
  return success();
}

void Evaluator::Contraction::load(Panel &panel) const {
  size_t bytes = domain.valueBytes();
  const char *result = tile.values.floats.data();
  char *here = panel.acc.data();
  for (int64_t row : panel.rows)
    for (int64_t column : panel.columns) {
      std::memcpy(here, result + (panel.base + row + column) * bytes, bytes);
      here += bytes;
    }
}

void Evaluator::Contraction::store(const Panel &panel) {
  size_t bytes = domain.valueBytes();
  char *result = tile.values.floats.data();
  const char *here = panel.acc.data();
  for (int64_t row : panel.rows)
    for (int64_t column : panel.columns) {
      std::memcpy(result + (panel.base + row + column) * bytes, here, bytes);
      here += bytes;
    }
}

LogicalResult Evaluator::Contraction::addTerms(Panel &panel, const Box &terms) {
  restrict(panel.points, s.reduction, terms);
  size_t n = panel.m * panel.n;
  panel.k = size_t(terms.volume());
  panel.factors.clear();
  panel.next = sum.products.begin();
  // Inner loops of contractions are cheap.
  if (failed(evaluator.spend(n * panel.k * sum.products.size() / 8 + 1)))
    return failure();
  if (!inChunks())
    return addSum(panel, sum.added, panel.acc.data());
  panel.chunk.resize(n * domain.valueBytes());
  domain.constant(APFloat(0.0), kind, "", panel.chunk.data(), n);
  if (failed(addSum(panel, sum.added, panel.chunk.data())))
    return failure();
  domain.binary(BinaryFn::Add, kind, panel.acc.data(), panel.chunk.data(),
                panel.acc.data(), n);
  return success();
}

/// Adds `value`, or the only product if there is none: a fused one.
LogicalResult Evaluator::Contraction::addSum(Panel &panel, Value value,
                                             char *into) {
  Operation *def = value ? value.getDefiningOp() : nullptr;
  if (!def ||
      (isa<arith::MulFOp>(def) && panel.next->left == def->getOperand(0)))
    return addProduct(panel, *panel.next++, into);
  if (!isa<arith::AddFOp>(def))
    return addScaled(panel, value, into);
  if (failed(addSum(panel, def->getOperand(0), into)))
    return failure();
  return addSum(panel, def->getOperand(1), into);
}

/// Adds a sum that is multiplied by a literal.
LogicalResult Evaluator::Contraction::addScaled(Panel &panel, Value value,
                                                char *into) {
  APFloat scale(0.0);
  Value rest = matchScaled(value, &scale);
  size_t n = panel.m * panel.n, bytes = n * domain.valueBytes();
  std::vector<char> inner(bytes), factor(bytes);
  domain.constant(APFloat(0.0), kind, "", inner.data(), n);
  if (failed(addSum(panel, rest, inner.data())))
    return failure();
  domain.constant(scale, kind, "", factor.data(), n);
  domain.binary(BinaryFn::Mul, kind, inner.data(), factor.data(), inner.data(),
                n);
  domain.binary(BinaryFn::Add, kind, into, inner.data(), into, n);
  return success();
}

LogicalResult Evaluator::Contraction::addProduct(Panel &panel,
                                                 const Product &product,
                                                 char *into) {
  const char *left =
      factorOf(panel, product.leftOperand, product.left, leftOrder);
  const char *right =
      left ? factorOf(panel, product.rightOperand, product.right, rightOrder)
           : nullptr;
  if (!right)
    return failure();
  if (narrow)
    domain.tensorCore(*narrow, kind, panel.m, panel.n, panel.k, left, right,
                      into);
  else
    domain.contract(kind, sum.fused, panel.m, panel.n, panel.k, left, right,
                    into);
  return success();
}

/// A factor at the terms, its dimensions in this order; null if its operand
/// cannot be had.
const char *Evaluator::Contraction::factorOf(Panel &panel, OpOperand *operand,
                                             Value value,
                                             ArrayRef<unsigned> order) {
  auto known = panel.factors.find(value);
  if (known != panel.factors.end())
    return known->second.floats.data();
  FailureOr<Column> read =
      evaluator.readOperand(s, *operand, panel.points, order);
  if (failed(read))
    return nullptr;
  Payload payload;
  payload.points = read->size(domain);
  payload.known[s.op.getMatchingBlockArgument(operand)] = std::move(*read);
  FailureOr<Column> factor = evaluator.evalPayload(payload, value);
  if (failed(factor))
    return nullptr;
  // Its values stay where they are when the map grows.
  return (panel.factors[value] = std::move(*factor)).floats.data();
}

LogicalResult Evaluator::computeContraction(Structured &s, Tile &tile,
                                            bool &done) {
  done = false;
  std::optional<SumOfProducts> sum = matchSum(s.op, s.yielded, s.accumulator);
  if (!sum)
    return success();
  auto mapOf = [&](OpOperand *operand) {
    return s.maps[operand->getOperandNumber()];
  };
  const Product &product = sum->products.front();
  Roles roles = findRoles(s.parallel, mapOf(product.leftOperand),
                          mapOf(product.rightOperand));
  FailureOr<SmallVector<int64_t>> sizes = getLoopSizes(s.op);
  if (failed(sizes))
    return failure();
  // A product with a vector is a sum of terms like any other.
  if (options.order == ReductionOrder::Lanes32 &&
      (volumeOf(roles.m, *sizes) == 1 || volumeOf(roles.n, *sizes) == 1))
    return success();
  done = true;
  return Contraction(*this, s, *sum, std::move(roles), tile).run();
}
