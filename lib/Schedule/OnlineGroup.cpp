//===- OnlineGroup.cpp - Reductions that one loop carries -------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OnlineGroup.h"
#include "TileBuilder.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::schedule;

//===----------------------------------------------------------------------===//
// How an element depends on an earlier result
//===----------------------------------------------------------------------===//

namespace {
/// exp(coefficient * value) * value^power; a zero has every weight.
struct Weight {
  Operation *exponential = nullptr;
  Multiple coefficient;
  int power = 0;
  bool zero = false;
  bool operator==(const Weight &other) const {
    return bool(exponential) == bool(other.exponential) &&
           coefficient == other.coefficient && power == other.power;
  }
};

/// Follows an element's computation back to the result `target` of an earlier
/// reduction, through the bodies of elementwise operations. Results of other
/// reductions in `fixed` count as numbers of their own.
class DependenceFinder {
public:
  DependenceFinder(Value target, const DenseSet<Value> &fixed)
      : target(target), fixed(fixed) {}
  /// None if the dependence is of another kind.
  std::optional<Weight> weight(Value value);
  bool dependsOn(Value value);
  /// What `value` is made from if it is only handed on: an operand of the op
  /// around the body, or a body's result; null otherwise.
  Value source(Value value);
  /// Whether `value` is a positive multiple of the target, and other terms.
  bool increases(Value value);

private:
  std::optional<Multiple> multiple(Value value);
  std::optional<Weight> weightOfSum(Value left, Value right);

  Value target;
  const DenseSet<Value> &fixed;
  DenseMap<Value, bool> known;
};
} // namespace

Value DependenceFinder::source(Value value) {
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    auto parent =
        dyn_cast<linalg::LinalgOp>(argument.getOwner()->getParentOp());
    return parent ? parent.getMatchingOpOperand(argument)->get() : Value();
  }
  Operation *op = value.getDefiningOp();
  if (auto structured = dyn_cast_or_null<linalg::LinalgOp>(op))
    if (!structured.getNumReductionLoops())
      return structured.getBlock()->getTerminator()->getOperand(
          cast<OpResult>(value).getResultNumber());
  if (isa_and_nonnull<tensor::ExpandShapeOp, tensor::CollapseShapeOp,
                      tensor::CastOp, tensor::ExtractSliceOp, arith::ExtFOp,
                      arith::TruncFOp>(op))
    return op->getOperand(0);
  return {};
}

bool DependenceFinder::dependsOn(Value value) {
  if (value == target)
    return true;
  if (fixed.contains(value))
    return false;
  auto found = known.find(value);
  if (found != known.end())
    return found->second;
  known[value] = false;
  bool depends = false;
  if (Value from = source(value)) {
    depends = dependsOn(from);
  } else if (Operation *op = value.getDefiningOp()) {
    auto structured = dyn_cast<linalg::LinalgOp>(op);
    for (Value operand : op->getOperands())
      depends |= dependsOn(operand);
    if (structured)
      for (Operation &inner : *structured.getBlock())
        for (Value operand : inner.getOperands())
          depends |= dependsOn(operand);
  }
  return known[value] = depends;
}

std::optional<Multiple> DependenceFinder::multiple(Value value) {
  if (value == target)
    return Multiple{1, {}};
  if (!dependsOn(value))
    return Multiple{};
  if (Value from = source(value))
    return multiple(from);
  Operation *op = value.getDefiningOp();
  if (isa<arith::NegFOp>(op)) {
    std::optional<Multiple> inner = multiple(op->getOperand(0));
    if (inner)
      inner->sign = -inner->sign;
    return inner;
  }
  if (isa<arith::MulFOp>(op)) {
    for (unsigned side : {0, 1}) {
      Value literal = op->getOperand(1 - side);
      std::optional<Multiple> inner = multiple(op->getOperand(side));
      FloatAttr number;
      if (!inner || !inner->sign || !matchPattern(literal, m_Constant(&number)))
        continue;
      inner->literals.push_back(literal.getDefiningOp());
      return inner;
    }
    return std::nullopt;
  }
  if (!isa<arith::AddFOp, arith::SubFOp>(op))
    return std::nullopt;
  std::optional<Multiple> left = multiple(op->getOperand(0));
  std::optional<Multiple> right = multiple(op->getOperand(1));
  if (!left || !right || (left->sign && right->sign))
    return std::nullopt;
  if (isa<arith::SubFOp>(op))
    right->sign = -right->sign;
  return left->sign ? left : right;
}

static bool isZero(Value value) {
  APFloat number(0.0f);
  return matchPattern(value, m_ConstantFloat(&number)) && number.isZero();
}

std::optional<Weight> DependenceFinder::weightOfSum(Value left, Value right) {
  std::optional<Weight> l = weight(left), r = weight(right);
  if (!l || !r)
    return std::nullopt;
  if (l->zero)
    return r;
  return r->zero || *l == *r ? l : std::nullopt;
}

std::optional<Weight> DependenceFinder::weight(Value value) {
  if (value == target)
    return Weight{nullptr, {}, 1, false};
  if (isZero(value))
    return Weight{nullptr, {}, 0, true};
  if (!dependsOn(value))
    return Weight{};
  if (Value from = source(value))
    return weight(from);
  Operation *op = value.getDefiningOp();
  if (isa<math::ExpOp, math::Exp2Op>(op)) {
    std::optional<Multiple> exponent = multiple(op->getOperand(0));
    if (!exponent)
      return std::nullopt;
    return Weight{op, *exponent, 0, false};
  }
  if (isa<arith::NegFOp>(op))
    return weight(op->getOperand(0));
  if (isa<arith::AddFOp, arith::SubFOp>(op))
    return weightOfSum(op->getOperand(0), op->getOperand(1));
  if (isa<arith::SelectOp>(op) && !dependsOn(op->getOperand(0)))
    return weightOfSum(op->getOperand(1), op->getOperand(2));
  if (!isa<arith::MulFOp, arith::DivFOp>(op))
    return std::nullopt;
  std::optional<Weight> left = weight(op->getOperand(0));
  std::optional<Weight> right = weight(op->getOperand(1));
  bool quotient = isa<arith::DivFOp>(op);
  // One exponential is enough to take back.
  if (!left || !right || (left->exponential && right->exponential) ||
      (quotient && (right->exponential || right->zero)))
    return std::nullopt;
  Weight both = left->exponential ? *left : *right;
  both.power = left->power + (quotient ? -right->power : right->power);
  both.zero = left->zero || right->zero;
  return both;
}

//===----------------------------------------------------------------------===//
// Groups
//===----------------------------------------------------------------------===//

bool DependenceFinder::increases(Value value) {
  std::optional<Multiple> found = multiple(value);
  if (!found || !found->sign)
    return false;
  bool negative = found->sign < 0;
  for (Operation *literal : found->literals) {
    FloatAttr number;
    matchPattern(literal, m_Constant(&number));
    negative ^= number.getValue().isNegative();
  }
  return !negative;
}

/// The combining operation of a reduction of one result whose accumulator
/// begins with the neutral value; null for others.
static Operation *combiningOp(linalg::LinalgOp op) {
  if (op.getNumDpsInits() != 1 || op.getNumReductionLoops() != 1)
    return nullptr;
  Operation *last =
      op.getBlock()->getTerminator()->getOperand(0).getDefiningOp();
  if (!last || !llvm::is_contained(last->getOperands(),
                                   Value(op.getRegionOutputArgs()[0])))
    return nullptr;
  auto initial =
      dyn_cast_or_null<FloatAttr>(getUniformValue(op.getDpsInits()[0]));
  if (!initial)
    return nullptr;
  APFloat value = initial.getValue();
  if (isa<arith::AddFOp>(last))
    return value.isZero() ? last : nullptr;
  if (isa<arith::MaximumFOp, arith::MaxNumFOp>(last))
    return value.isInfinity() && value.isNegative() ? last : nullptr;
  if (isa<arith::MinimumFOp, arith::MinNumFOp>(last))
    return value.isInfinity() && !value.isNegative() ? last : nullptr;
  return nullptr;
}

/// The element that the combining operation adds.
static Value elementOf(linalg::LinalgOp op, Operation *combining) {
  Value accumulator = op.getRegionOutputArgs()[0];
  return combining->getOperand(combining->getOperand(0) == accumulator ? 1 : 0);
}

std::optional<SmallVector<AffineExpr>>
schedule::placeAlong(linalg::LinalgOp op, Value result,
                     ArrayRef<AffineExpr> coordinates,
                     const KernelStructure &structure) {
  SmallVector<unsigned> loops;
  op.getParallelDims(loops);
  SmallVector<int64_t> extents = op.getStaticLoopRanges();
  SmallVector<AffineExpr> place;
  auto type = cast<RankedTensorType>(result.getType());
  for (auto [d, extent] : llvm::enumerate(type.getShape())) {
    if (extent == 1) {
      place.push_back(getAffineConstantExpr(0, op.getContext()));
      continue;
    }
    SmallVector<unsigned> along;
    for (unsigned loop : loops)
      if (extents[loop] == extent && structure.sameAxis(op, loop, result, d))
        along.push_back(loop);
    if (along.size() != 1)
      return std::nullopt;
    place.push_back(coordinates[along[0]]);
  }
  return place;
}

/// Whether each dimension of `result` runs along one parallel loop of `op`.
static bool runsAlong(Value result, linalg::LinalgOp op,
                      const KernelStructure &structure) {
  SmallVector<AffineExpr> loops;
  for (unsigned loop : llvm::seq(op.getNumLoops()))
    loops.push_back(getAffineDimExpr(loop, op.getContext()));
  return placeAlong(op, result, loops, structure).has_value();
}

static unsigned reducedLoop(linalg::LinalgOp op) {
  SmallVector<unsigned> loops;
  op.getReductionDims(loops);
  return loops[0];
}

/// What `op` owes to `earlier`; false if it cannot be taken back.
static bool findDependence(linalg::LinalgOp op, Operation *combining,
                           linalg::LinalgOp earlier,
                           const DenseSet<Value> &results,
                           SmallVectorImpl<Dependence> &dependences) {
  DenseSet<Value> fixed(results);
  Value target = earlier->getResult(0);
  fixed.erase(target);
  DependenceFinder finder(target, fixed);
  Value element = elementOf(op, combining);
  if (!finder.dependsOn(element))
    return true;
  std::optional<Weight> weight = finder.weight(element);
  if (!weight || !isa<arith::AddFOp>(combining))
    return false;
  if (weight->exponential && weight->coefficient.sign) {
    // Of a maximum the elements are decreasing functions, so that no factor
    // exceeds one; of a minimum increasing ones.
    Operation *extremum = combiningOp(earlier);
    bool maximum = isa<arith::MaximumFOp, arith::MaxNumFOp>(extremum);
    if (weight->power || isa<arith::AddFOp>(extremum))
      return false;
    if (finder.increases(weight->exponential->getOperand(0)) == maximum)
      return false;
    dependences.push_back(
        {earlier, weight->exponential, weight->coefficient, 0});
    return true;
  }
  if (weight->power == 0)
    return true;
  if (std::abs(weight->power) != 1)
    return false;
  dependences.push_back({earlier, nullptr, {}, weight->power});
  return true;
}

/// Everything that is computed from `values`.
static DenseSet<Value> forwardClosure(ArrayRef<Value> values) {
  DenseSet<Value> closure;
  SmallVector<Value> pending(values);
  while (!pending.empty()) {
    Value value = pending.pop_back_val();
    if (closure.insert(value).second)
      for (Operation *user : value.getUsers())
        llvm::append_range(pending, user->getResults());
  }
  return closure;
}

SmallVector<OnlineMember>
schedule::findOnlineGroup(linalg::LinalgOp last,
                          const KernelStructure &structure) {
  // One that a scan's last value is computed by stands in no block.
  if (!last->getBlock() || !combiningOp(last))
    return {};
  unsigned axis = reducedLoop(last);
  SmallVector<OnlineMember> members;
  DenseSet<Value> results;
  SmallVector<Value> left; // reductions that cannot take part
  for (Operation &op : *last->getBlock()) {
    auto candidate = dyn_cast<linalg::LinalgOp>(&op);
    Operation *combining = candidate ? combiningOp(candidate) : nullptr;
    if (!combining ||
        !structure.sameAxis(candidate, reducedLoop(candidate), last, axis) ||
        candidate.getStaticLoopRanges()[reducedLoop(candidate)] !=
            last.getStaticLoopRanges()[axis] ||
        (candidate != last &&
         !runsAlong(candidate->getResult(0), last, structure)))
      continue;
    OnlineMember member = {candidate, {}};
    DenseSet<Value> others = forwardClosure(left);
    bool fits = llvm::none_of(candidate->getOperands(), [&](Value operand) {
      return others.contains(operand);
    });
    for (OnlineMember &earlier : members)
      fits = fits && findDependence(candidate, combining, earlier.op, results,
                                    member.dependences);
    // One result is owed in one way: its stand-in inside of the loop differs.
    for (OnlineMember &earlier : members)
      for (Dependence &before : earlier.dependences)
        for (Dependence &now : member.dependences)
          fits &= before.on != now.on || !before.power == !now.power;
    if (!fits) {
      left.push_back(candidate->getResult(0));
      continue;
    }
    results.insert(candidate->getResult(0));
    members.push_back(std::move(member));
  }
  bool included =
      llvm::any_of(members, [&](OnlineMember &m) { return m.op == last; });
  // What owes nothing to others and others owe nothing to goes its own way.
  DenseSet<Operation *> joined = {last};
  for (OnlineMember &member : members) {
    if (!member.dependences.empty())
      joined.insert(member.op);
    for (Dependence &dependence : member.dependences)
      joined.insert(dependence.on);
  }
  llvm::erase_if(members,
                 [&](OnlineMember &m) { return !joined.contains(m.op); });
  if (!included || members.size() < 2)
    return {};
  return members;
}

//===----------------------------------------------------------------------===//
// Weights
//===----------------------------------------------------------------------===//

/// The value that is handed on to `value`.
static Value origin(Value value) {
  DenseSet<Value> none;
  DependenceFinder finder(Value(), none);
  while (Value from = finder.source(value))
    value = from;
  return value;
}

bool schedule::isRowWeight(Value factor, const OnlineMember &member) {
  Value value = origin(factor);
  // A row's sum divides all of it: the quotients are weights as well.
  if (auto quotient = value.getDefiningOp<arith::DivFOp>()) {
    Value divisor = origin(quotient.getRhs());
    if (llvm::none_of(member.dependences, [&](const Dependence &d) {
          return d.power == -1 &&
                 linalg::LinalgOp(d.on)->getResult(0) == divisor;
        }))
      return false;
    value = origin(quotient.getLhs());
  }
  Operation *exponential = value.getDefiningOp();
  if (!isa_and_nonnull<math::ExpOp, math::Exp2Op>(exponential))
    return false;
  auto difference =
      origin(exponential->getOperand(0)).getDefiningOp<arith::SubFOp>();
  if (!difference)
    return false;
  for (const Dependence &dependence : member.dependences) {
    linalg::LinalgOp extremum = dependence.on;
    Operation *combining = combiningOp(extremum);
    if (dependence.exponential == exponential &&
        isa<arith::MaximumFOp, arith::MaxNumFOp>(combining) &&
        origin(difference.getRhs()) == extremum->getResult(0) &&
        origin(difference.getLhs()) == origin(elementOf(extremum, combining)))
      return true;
  }
  return false;
}

//===----------------------------------------------------------------------===//
// Masks
//===----------------------------------------------------------------------===//

namespace {
/// A value of a body and where its op's loops are.
struct Located {
  Value value;
  SmallVector<AffineExpr> coordinates;
};
} // namespace

/// Follows operands that are read at their own place to what defines them.
static Located locate(Located at) {
  while (auto argument = dyn_cast<BlockArgument>(at.value)) {
    auto parent =
        dyn_cast<linalg::LinalgOp>(argument.getOwner()->getParentOp());
    if (!parent)
      return at;
    OpOperand *operand = parent.getMatchingOpOperand(argument);
    auto source = operand->get().getDefiningOp<linalg::LinalgOp>();
    if (!source || source.getNumReductionLoops())
      return at;
    AffineMap read = parent.getMatchingIndexingMap(operand);
    unsigned result = cast<OpResult>(operand->get()).getResultNumber();
    AffineMap made =
        source.getMatchingIndexingMap(source.getDpsInitOperand(result));
    SmallVector<AffineExpr> coordinates(source.getNumLoops());
    for (auto [from, to] : llvm::zip(made.getResults(), read.getResults()))
      if (auto dim = dyn_cast<AffineDimExpr>(from))
        coordinates[dim.getPosition()] = to.replaceDims(at.coordinates);
    if (!llvm::all_of(coordinates, [](AffineExpr e) { return bool(e); }))
      return at;
    at = {source.getBlock()->getTerminator()->getOperand(result), coordinates};
  }
  return at;
}

/// Adds what follows from `condition` being `holds`.
static void addConditions(Located condition, bool holds,
                          SmallVectorImpl<AffineExpr> &found) {
  condition = locate(condition);
  Operation *op = condition.value.getDefiningOp();
  if (isa_and_nonnull<arith::AndIOp>(op) && holds) {
    for (Value operand : op->getOperands())
      addConditions({operand, condition.coordinates}, holds, found);
    return;
  }
  if (isa_and_nonnull<arith::OrIOp>(op) && !holds) {
    for (Value operand : op->getOperands())
      addConditions({operand, condition.coordinates}, holds, found);
    return;
  }
  auto compare = dyn_cast_or_null<arith::CmpIOp>(op);
  if (!compare)
    return;
  AffineExpr left = affineOf(compare.getLhs(), condition.coordinates);
  AffineExpr right = affineOf(compare.getRhs(), condition.coordinates);
  if (!left || !right)
    return;
  using Predicate = arith::CmpIPredicate;
  Predicate predicate = compare.getPredicate();
  if (!holds)
    predicate = arith::invertPredicate(predicate);
  switch (predicate) {
  case Predicate::eq:
    found.push_back(right - left);
    found.push_back(left - right);
    return;
  // Numbers of iterations are not negative; a difference may be, so that
  // unsigned comparisons with one say nothing here.
  case Predicate::ule:
  case Predicate::ult:
  case Predicate::uge:
  case Predicate::ugt:
    if (!compare.getLhs().getDefiningOp<linalg::IndexOp>() ||
        !compare.getRhs().getDefiningOp<linalg::IndexOp>())
      return;
    [[fallthrough]];
  default:
    break;
  }
  switch (predicate) {
  case Predicate::sle:
  case Predicate::ule:
    return found.push_back(right - left);
  case Predicate::slt:
  case Predicate::ult:
    return found.push_back(right - left - 1);
  case Predicate::sge:
  case Predicate::uge:
    return found.push_back(left - right);
  case Predicate::sgt:
  case Predicate::ugt:
    return found.push_back(left - right - 1);
  default:
    return;
  }
}

/// Adds what holds where `value` is not -infinity.
static void addMask(Located at, SmallVectorImpl<AffineExpr> &found) {
  at = locate(at);
  Operation *op = at.value.getDefiningOp();
  if (isa_and_nonnull<arith::AddFOp>(op))
    for (Value operand : op->getOperands())
      addMask({operand, at.coordinates}, found);
  auto select = dyn_cast_or_null<arith::SelectOp>(op);
  if (!select)
    return;
  auto isLowest = [&](Value value) {
    APFloat number(0.0f);
    value = locate({value, at.coordinates}).value;
    return matchPattern(value, m_ConstantFloat(&number)) &&
           number.isInfinity() && number.isNegative();
  };
  Located condition = {select.getCondition(), at.coordinates};
  if (isLowest(select.getFalseValue())) {
    addConditions(condition, true, found);
    addMask({select.getTrueValue(), at.coordinates}, found);
  } else if (isLowest(select.getTrueValue())) {
    addConditions(condition, false, found);
    addMask({select.getFalseValue(), at.coordinates}, found);
  }
}

SmallVector<AffineExpr> schedule::findMask(ArrayRef<OnlineMember> group,
                                           ArrayRef<AffineExpr> coordinates) {
  linalg::LinalgOp extremum = group.front().op;
  Operation *combining = combiningOp(extremum);
  if (!isa<arith::MaximumFOp, arith::MaxNumFOp>(combining))
    return {};
  // Others vanish with the tensor whose extremum it is.
  Value element = elementOf(extremum, combining);
  auto argument = dyn_cast<BlockArgument>(element);
  if (!argument || argument.getOwner() != extremum.getBlock())
    return {};
  DenseSet<Value> results;
  for (const OnlineMember &member : group)
    results.insert(linalg::LinalgOp(member.op)->getResult(0));
  DependenceFinder finder(extremum.getMatchingOpOperand(argument)->get(),
                          results);
  for (const OnlineMember &member : group.drop_front())
    if (llvm::none_of(member.dependences, [&](const Dependence &owed) {
          return owed.exponential && owed.on == extremum &&
                 finder.increases(owed.exponential->getOperand(0));
        }))
      return {};
  SmallVector<AffineExpr> found;
  addMask({element, SmallVector<AffineExpr>(coordinates)}, found);
  return found;
}
