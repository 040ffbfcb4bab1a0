//===- SplitFactors.cpp - Factors as tensor cores take them -----*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Kernel/SplitFactors.h"
#include "kernel-opt/Dialect/Kopt/WholeKernel.h"
#include "kernel-opt/Kernel/OpClass.h"
#include "kernel-opt/Kernel/Passes.h"
#include "kernel-opt/Kernel/SumOfProducts.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MathExtras.h"
#include <map>

namespace kernel_opt::kernel {
#define GEN_PASS_DEF_SPLITFACTORS
#include "kernel-opt/Kernel/Passes.h.inc"
} // namespace kernel_opt::kernel

using namespace kernel_opt;
using namespace kernel_opt::kernel;
using mlir::AffineDimExpr;
using mlir::BlockArgument;
using mlir::IRMapping;
using mlir::OpBuilder;

//===----------------------------------------------------------------------===//
// One product
//===----------------------------------------------------------------------===//

namespace {
/// A factor as the product reads it.
struct Factor {
  OpOperand *operand;
  AffineMap map;
  SmallVector<int64_t> padded; ///< sizes of its parts

  bool isPadded() const {
    return cast<ShapedType>(operand->get().getType()).getShape() !=
           ArrayRef(padded);
  }
};

class FactorSplitter {
public:
  FactorSplitter(const SplitLimits &limits, llvm::StringSet<> &names)
      : limits(limits), names(names) {}
  void split(kopt::KernelOp kernel);

private:
  /// The one product of a kernel, if its factors are f32, or both of one type
  /// of 16 bits.
  linalg::LinalgOp findProduct(kopt::KernelOp kernel,
                               SmallVectorImpl<Factor> &factors);
  SmallVector<int64_t> rowUnits(linalg::LinalgOp product,
                                ArrayRef<Factor> factors) const;
  bool pad(linalg::LinalgOp product, MutableArrayRef<Factor> factors);
  bool pays(linalg::LinalgOp product, ArrayRef<Factor> factors) const;
  mlir::ValueRange partsOfFactor(kopt::KernelOp kernel, const Factor &factor);
  Value multiplyParts(OpBuilder &b, linalg::LinalgOp product,
                      ArrayRef<Factor> factors, mlir::ValueRange parts,
                      Value init);
  /// Of 16 bits there is one part, the factor with longer rows.
  unsigned parts() const { return element.isF32() ? numParts : 1; }

  const SplitLimits &limits;
  llvm::StringSet<> &names;
  Type element; ///< of the factors of the product at hand
  /// Names of kernels that split, by what they do, and their results by what
  /// they read.
  std::map<std::string, std::string> nameOf;
  std::map<std::pair<std::string, void *>, kopt::KernelOp> done;
};
} // namespace

/// The loop that runs along the factor's rows.
static unsigned rowOf(const Factor &factor) {
  return cast<AffineDimExpr>(factor.map.getResults().back()).getPosition();
}

static Value factorOf(kopt::KernelOp kernel, const Factor &factor) {
  auto argument = cast<BlockArgument>(factor.operand->get());
  return kernel.getInputs()[argument.getArgNumber()];
}

linalg::LinalgOp FactorSplitter::findProduct(kopt::KernelOp kernel,
                                             SmallVectorImpl<Factor> &factors) {
  linalg::LinalgOp product;
  for (Operation &op : *kernel.getBlock()) {
    OpClass opClass = classify(&op);
    if (!isReducing(opClass))
      continue;
    if (product || opClass != OpClass::Contraction)
      return {};
    product = cast<linalg::LinalgOp>(op);
  }
  if (!product || product.getNumDpsInputs() != 2 ||
      product.getNumReductionLoops() != 1)
    return {};
  std::optional<SumOfProducts> sum = matchSumOfProducts(product);
  if (!sum || sum->products.size() != 1 ||
      !getElementTypeOrSelf(product.getDpsInits()[0].getType()).isF32())
    return {};
  // The payload is the product alone: literals and the like would be lost.
  auto [left, right] = sum->products[0];
  if (!sum->added.getDefiningOp<arith::MulFOp>() || left == right)
    return {};
  element = {};
  for (Value value : {left, right}) {
    if (auto wider = value.getDefiningOp<arith::ExtFOp>())
      value = wider.getIn();
    auto argument = dyn_cast<BlockArgument>(value);
    if (!argument || argument.getOwner() != product.getBlock())
      return {};
    Type type = argument.getType();
    if ((!type.isF32() && !type.isF16() && !type.isBF16()) ||
        (element && element != type))
      return {};
    element = type;
    OpOperand *operand = product.getMatchingOpOperand(argument);
    // Parts of what the kernel computes would have to be computed elsewhere.
    if (!isa<BlockArgument>(operand->get()))
      return {};
    AffineMap map = product.getMatchingIndexingMap(operand);
    if (!map.isProjectedPermutation() || map.getNumResults() < 2)
      return {};
    factors.push_back({operand, map, {}});
  }
  return product;
}

/// Whether the kernel's operand is a parameter that does not change, so that it
/// is split once.
static bool isFrozen(kopt::KernelOp kernel, Value operand) {
  while (Operation *op = operand.getDefiningOp()) {
    if (!isa<tensor::ExpandShapeOp, tensor::CollapseShapeOp, tensor::CastOp>(
            op))
      return classify(op) == OpClass::Constant;
    operand = op->getOperand(0);
  }
  auto function = kernel->getParentOfType<mlir::FunctionOpInterface>();
  auto argument = dyn_cast<BlockArgument>(operand);
  return argument && function &&
         argument.getOwner()->getParentOp() == function &&
         kopt::ContractAttr::lookup(function).getParameters() ==
             kopt::Parameters::Frozen &&
         function.getArgAttr(argument.getArgNumber(), kopt::kParameterAttrName);
}

/// What the lengths of the factors' rows become multiples of.
SmallVector<int64_t> FactorSplitter::rowUnits(linalg::LinalgOp product,
                                              ArrayRef<Factor> factors) const {
  constexpr int64_t accelerator = 8, line = 64; // elements of 16 bits
  if (element.isF32())
    return SmallVector<int64_t>(factors.size(), accelerator);
  auto kernel = product->getParentOfType<kopt::KernelOp>();
  SmallVector<int64_t> units;
  SmallVector<bool> alongSum;
  bool mustCopy = false;
  for (const Factor &factor : factors) {
    auto shape = cast<ShapedType>(factor.operand->get().getType()).getShape();
    // A box of rows that do not begin at lines of the cache touches one line
    // more for each. A copy pays for that if it is read often enough.
    bool pays =
        isFrozen(kernel, factorOf(kernel, factor)) ||
        iterations(product) >= 4 * limits.leastReuse * llvm::product_of(shape);
    bool must = shape.back() % accelerator;
    units.push_back(shape.back() % line && (must || pays) ? line : 1);
    mustCopy |= must;
    alongSum.push_back(product.getIteratorTypesArray()[rowOf(factor)] ==
                       mlir::utils::IteratorType::reduction);
  }
  // Longer sums ask for a copy of the other factor, too.
  if (!mustCopy && llvm::is_contained(units, 1))
    for (auto [unit, along] : llvm::zip(units, alongSum))
      if (along)
        unit = 1;
  return units;
}

/// The tensor memory accelerator wants rows of multiples of 16 bytes, so rows
/// of parts are filled up with zeros; sums along them, too. False if sizes are
/// not known.
bool FactorSplitter::pad(linalg::LinalgOp product,
                         MutableArrayRef<Factor> factors) {
  SmallVector<int64_t> extents = product.getStaticLoopRanges();
  if (ShapedType::isDynamicShape(extents))
    return false;
  SmallVector<unsigned> reductions;
  product.getReductionDims(reductions);
  SmallVector<int64_t> units = rowUnits(product, factors);
  for (auto [factor, unit] : llvm::zip(factors, units))
    if (unsigned row = rowOf(factor); llvm::is_contained(reductions, row))
      extents[row] = llvm::alignTo(extents[row], unit);
  for (auto [factor, unit] : llvm::zip(factors, units)) {
    for (mlir::AffineExpr expr : factor.map.getResults())
      factor.padded.push_back(extents[cast<AffineDimExpr>(expr).getPosition()]);
    factor.padded.back() = llvm::alignTo(factor.padded.back(), unit);
  }
  return true;
}

bool FactorSplitter::pays(linalg::LinalgOp product,
                          ArrayRef<Factor> factors) const {
  int64_t work = iterations(product);
  // Rows that threads would have to bring cost most of the time.
  int64_t leastReuse = limits.leastReuse;
  if (!element.isF32()) {
    if (llvm::none_of(factors, [](const Factor &f) { return f.isPadded(); }))
      return false;
    leastReuse /= 4;
  }
  if (elements(product->getResult(0).getType()) < limits.leastResults)
    return false;
  auto kernel = product->getParentOfType<kopt::KernelOp>();
  int64_t written = 0;
  for (const Factor &factor : factors) {
    if (!isFrozen(kernel, factorOf(kernel, factor)))
      written += factor.isPadded() || element.isF32()
                     ? llvm::product_of(factor.padded)
                     : 0;
  }
  return work >= leastReuse * written;
}

/// The kernel that splits what `kernel` reads as `factor`.
mlir::ValueRange FactorSplitter::partsOfFactor(kopt::KernelOp kernel,
                                               const Factor &factor) {
  Value operand = factorOf(kernel, factor);
  auto type = cast<RankedTensorType>(operand.getType());
  bool specials = kopt::ContractAttr::lookup(kernel).getSpecials() !=
                  kopt::SpecialValues::Finite;
  auto sizes = llvm::map_range(type.getShape(),
                               [](int64_t size) { return llvm::utostr(size); });
  std::string key = llvm::join(sizes, "x");
  std::string stem = (element.isF32() ? "split_" : "pad_") + key;
  auto padded = llvm::map_range(
      factor.padded, [](int64_t size) { return llvm::utostr(size); });
  key += " " + llvm::join(padded, "x") + (specials ? "" : " finite");
  llvm::raw_string_ostream(key) << " " << element;
  kopt::KernelOp &known = done[{key, operand.getAsOpaquePointer()}];
  if (known)
    return known.getResults();
  std::string &name = nameOf[key];
  if (name.empty()) {
    name = stem;
    for (unsigned suffix = 1; !names.insert(name).second; ++suffix)
      name = stem + "_" + std::to_string(suffix);
  }
  OpBuilder builder(kernel);
  Location loc = factor.operand->getOwner()->getLoc();
  Type narrow = element.isF32() ? Type(builder.getBF16Type()) : element;
  SmallVector<Type> types(parts(),
                          RankedTensorType::get(factor.padded, narrow));
  known = kopt::KernelOp::create(builder, loc, types, name, operand);
  known.setContractAttr(kernel.getContractAttr());
  OpBuilder inside = OpBuilder::atBlockEnd(known.getBlock());
  Value source = known.getBlock()->getArgument(0);
  if (type.getShape() != ArrayRef(factor.padded)) {
    SmallVector<mlir::OpFoldResult> low, high;
    for (auto [from, to] : llvm::zip_equal(type.getShape(), factor.padded)) {
      low.push_back(inside.getIndexAttr(0));
      high.push_back(inside.getIndexAttr(to - from));
    }
    Value zero =
        arith::ConstantOp::create(inside, loc, inside.getZeroAttr(element));
    source = tensor::PadOp::create(
        inside, loc,
        RankedTensorType::get(factor.padded, type.getElementType()), source,
        low, high, zero);
  }
  SmallVector<Value> empty;
  for (unsigned i = 0; i < parts(); ++i)
    empty.push_back(
        tensor::EmptyOp::create(inside, loc, factor.padded, narrow));
  AffineMap identity = inside.getMultiDimIdentityMap(type.getRank());
  auto made = linalg::GenericOp::create(
      inside, loc, types, source, empty,
      SmallVector<AffineMap>(1 + parts(), identity),
      SmallVector<mlir::utils::IteratorType>(
          type.getRank(), mlir::utils::IteratorType::parallel),
      [&](OpBuilder &b, Location inner, mlir::ValueRange arguments) {
        linalg::YieldOp::create(b, inner,
                                element.isF32()
                                    ? partsOf(b, inner, arguments[0], specials)
                                    : SmallVector<Value>{arguments[0]});
      });
  kopt::YieldOp::create(inside, loc, made.getResults());
  return known.getResults();
}

/// The sum of products of parts, in order.
static Value sumOfParts(OpBuilder &b, Location loc, mlir::ValueRange left,
                        mlir::ValueRange right) {
  if (left.size() == 1)
    return arith::MulFOp::create(b, loc, left[0], right[0]);
  Value sum;
  for (const PartProducts &group : partProducts()) {
    for (auto [i, j] : group.products) {
      Value product = arith::MulFOp::create(b, loc, left[i], right[j]);
      sum = sum ? arith::AddFOp::create(b, loc, sum, product).getResult()
                : product;
    }
    if (group.scale != 1)
      sum = arith::MulFOp::create(
          b, loc, sum,
          arith::ConstantOp::create(b, loc, b.getF32FloatAttr(group.scale)));
  }
  return sum;
}

Value FactorSplitter::multiplyParts(OpBuilder &b, linalg::LinalgOp product,
                                    ArrayRef<Factor> factors,
                                    mlir::ValueRange made, Value init) {
  Location loc = product.getLoc();
  SmallVector<int64_t> extents = product.getStaticLoopRanges();
  SmallVector<unsigned> reductions;
  product.getReductionDims(reductions);
  SmallVector<Value> inputs;
  SmallVector<AffineMap> maps;
  for (auto [f, factor] : llvm::enumerate(factors))
    for (Value part : made.slice(f * parts(), parts())) {
      // Rows that are not summed are read without their padding.
      SmallVector<mlir::OpFoldResult> sizes;
      bool isWhole = true;
      for (auto [d, expr] : llvm::enumerate(factor.map.getResults())) {
        unsigned loop = cast<AffineDimExpr>(expr).getPosition();
        int64_t size = llvm::is_contained(reductions, loop) ? factor.padded[d]
                                                            : extents[loop];
        isWhole &= size == factor.padded[d];
        sizes.push_back(b.getIndexAttr(size));
      }
      SmallVector<mlir::OpFoldResult> zeros(sizes.size(), b.getIndexAttr(0)),
          ones(sizes.size(), b.getIndexAttr(1));
      inputs.push_back(isWhole ? part
                               : tensor::ExtractSliceOp::create(
                                     b, loc, part, zeros, sizes, ones)
                                     .getResult());
      maps.push_back(factor.map);
    }
  maps.push_back(product.getMatchingIndexingMap(product.getDpsInitOperand(0)));
  auto generic = linalg::GenericOp::create(
      b, loc, init.getType(), inputs, init, maps,
      product.getIteratorTypesArray(),
      [&](OpBuilder &inside, Location inner, mlir::ValueRange arguments) {
        SmallVector<Value> wide;
        for (Value argument : arguments.drop_back())
          wide.push_back(arith::ExtFOp::create(inside, inner,
                                               inside.getF32Type(), argument));
        Value sum =
            sumOfParts(inside, inner, ArrayRef(wide).take_front(parts()),
                       ArrayRef(wide).drop_front(parts()));
        linalg::YieldOp::create(
            inside, inner,
            arith::AddFOp::create(inside, inner, arguments.back(), sum)
                .getResult());
      });
  return generic.getResult(0);
}

void FactorSplitter::split(kopt::KernelOp kernel) {
  SmallVector<Factor> factors;
  linalg::LinalgOp product = findProduct(kernel, factors);
  if (!product || !pad(product, factors) || !pays(product, factors))
    return;
  SmallVector<Value> operands;
  SmallVector<BlockArgument> kept;
  for (BlockArgument argument : kernel.getBlock()->getArguments())
    if (llvm::any_of(argument.getUses(), [&](OpOperand &use) {
          return llvm::none_of(factors, [&](const Factor &factor) {
            return factor.operand == &use;
          });
        })) {
      kept.push_back(argument);
      operands.push_back(kernel.getInputs()[argument.getArgNumber()]);
    }
  for (const Factor &factor : factors)
    if (element.isF32() || factor.isPadded())
      llvm::append_range(operands, partsOfFactor(kernel, factor));
    else
      operands.push_back(factorOf(kernel, factor));

  OpBuilder builder(kernel);
  auto made =
      kopt::KernelOp::create(builder, kernel.getLoc(), kernel.getResultTypes(),
                             kernel.getKernelName(), operands);
  made.setContractAttr(kernel.getContractAttr());
  IRMapping mapping;
  mlir::ValueRange arguments = made.getBlock()->getArguments();
  for (auto [old, argument] : llvm::zip(kept, arguments))
    mapping.map(old, argument);
  OpBuilder inside = OpBuilder::atBlockEnd(made.getBlock());
  for (Operation &op : *kernel.getBlock()) {
    if (&op != product.getOperation()) {
      inside.clone(op, mapping);
      continue;
    }
    Value init = mapping.lookup(product.getDpsInits()[0]);
    mapping.map(op.getResult(0),
                multiplyParts(inside, product, factors,
                              arguments.drop_front(kept.size()), init));
  }
  // Parts are judged by the whole.
  SmallVector<int64_t> through(kernel.getInputs().size(), 0);
  for (auto [i, argument] : llvm::enumerate(kept))
    through[argument.getArgNumber()] = i;
  for (auto [f, factor] : llvm::enumerate(factors)) {
    auto place = int64_t(kept.size() + f * parts());
    bool isMade = element.isF32() || factor.isPadded();
    through[cast<BlockArgument>(factor.operand->get()).getArgNumber()] =
        isMade ? -1 - place : place;
  }
  if (!kernel.getContractAttr())
    kernel.setContractAttr(kopt::ContractAttr::lookup(kernel));
  kopt::setWhole(made, kernel, through);
  kernel.replaceAllUsesWith(made.getResults());
  kernel.erase();
}

void kernel::splitFactors(Operation *function, const SplitLimits &limits,
                          llvm::StringSet<> &names) {
  FactorSplitter splitter(limits, names);
  SmallVector<kopt::KernelOp> kernels;
  function->walk([&](kopt::KernelOp kernel) { kernels.push_back(kernel); });
  for (kopt::KernelOp kernel : kernels)
    splitter.split(kernel);
}

namespace {
struct SplitFactors : kernel::impl::SplitFactorsBase<SplitFactors> {
  using SplitFactorsBase::SplitFactorsBase;

  void runOnOperation() override {
    llvm::StringSet<> names;
    getOperation().walk(
        [&](kopt::KernelOp kernel) { names.insert(kernel.getKernelName()); });
    SplitLimits limits;
    limits.leastReuse = leastReuse;
    limits.leastResults = leastResults;
    for (auto function : getOperation().getOps<mlir::FunctionOpInterface>())
      if (!function.isExternal())
        splitFactors(function, limits, names);
  }
};
} // namespace
