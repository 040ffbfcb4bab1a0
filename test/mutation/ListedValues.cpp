//===- ListedValues.cpp - Which value, and how exact ----------------------===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Edits.h"
#include "Listed.h"
#include "kernel-opt/Dialect/KGPU/KGPUAttrs.h"
#include "kernel-opt/Dialect/KGPU/KGPUDialect.h"
#include "kernel-opt/Dialect/KGPU/KGPUOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::mutation;

/// The number of a float constant, scalar or the same in all elements.
static std::optional<double> numberOf(Value value) {
  llvm::APFloat number(0.0);
  if (!matchPattern(value, m_ConstantFloat(&number)))
    return std::nullopt;
  return number.convertToDouble();
}

/// A copy of a constant operand with another number, for this use alone. The
/// symbol that says what it stands for stays.
static void setNumber(OpOperand &operand, double number) {
  auto constant = operand.get().getDefiningOp<arith::ConstantOp>();
  auto copy = cast<arith::ConstantOp>(constant->clone());
  OpBuilder(operand.getOwner()).insert(copy);
  auto type = cast<FloatType>(getElementTypeOrSelf(copy.getType()));
  TypedAttr value = FloatAttr::get(type, number);
  if (auto shaped = dyn_cast<ShapedType>(copy.getType()))
    value = DenseElementsAttr::get(shaped, cast<FloatAttr>(value).getValue());
  copy.setValueAttr(value);
  operand.set(copy);
}

/// Float constants among the operands of operations, with their numbers.
template <typename... Ops, typename Fn>
static void forEachNumber(Operation *root, Fn visit) {
  root->walk([&](Operation *op) {
    if (sizeof...(Ops) > 0 && !isa<Ops...>(op))
      return;
    for (OpOperand &operand : op->getOpOperands())
      if (std::optional<double> number = numberOf(operand.get()))
        visit(op, operand, *number);
  });
}

static bool isLoopState(Value value) {
  auto argument = dyn_cast<BlockArgument>(value);
  return argument && isa<scf::ForOp>(argument.getOwner()->getParentOp()) &&
         argument.getArgNumber() > 0;
}

//===----------------------------------------------------------------------===//
// Sums that are carried
//===----------------------------------------------------------------------===//

void listed::sumFromOutput(Operation *root, Sites &sites) {
  auto program = cast<gpu::GPUFuncOp>(root);
  BlockArgument output = program.getArguments().back();
  auto memory = cast<MemRefType>(output.getType());
  root->walk([&](scf::ForOp loop) {
    for (OpOperand &init : loop.getInitArgsMutable()) {
      auto type = dyn_cast<VectorType>(init.get().getType());
      if (!type || type.getElementType() != memory.getElementType() ||
          memory.getRank() == 0 ||
          memory.getShape().back() < type.getNumElements())
        continue;
      sites.always(loop, "begins with the output", [=, &init] {
        OpBuilder builder(loop);
        OperationState state(loop->getLoc(), "kgpu.load");
        SmallVector<Value> operands = {output};
        for (int64_t d = 0; d < memory.getRank(); ++d)
          operands.push_back(makeIndex(loop, 0));
        int32_t indices = memory.getRank();
        state.addOperands(operands);
        state.addTypes(type);
        state.addAttribute("operandSegmentSizes",
                           builder.getDenseI32ArrayAttr({1, indices, 0, 0}));
        init.set(builder.create(state)->getResult(0));
      });
    }
  });
}

void listed::sumNotReset(Operation *root, Sites &sites) {
  root->walk([&](scf::ForOp inner) {
    auto outer = inner->getParentOfType<scf::ForOp>();
    if (!outer)
      return;
    for (OpOperand &init : inner.getInitArgsMutable())
      for (Value state : outer.getRegionIterArgs())
        if (state.getType() == init.get().getType() && state != init.get())
          sites.always(inner, "begins with the outer loop's",
                       [&init, state] { init.set(state); });
  });
}

void listed::rescaleMissing(Operation *root, Sites &sites) {
  root->walk([&](Operation *op) {
    if (!isa<arith::MulFOp, math::FmaOp>(op))
      return;
    for (OpOperand &factor : op->getOpOperands().take_front(2)) {
      // Elements of a vector that the loop carries count, too.
      Value source = factor.get();
      if (Operation *taken = source.getDefiningOp();
          taken && taken->getName().getStringRef() == "vector.to_elements")
        source = taken->getOperand(0);
      if (!isLoopState(source))
        continue;
      Value state = factor.get();
      sites.always(op, "not rescaled", [op, state] {
        Value other = state;
        if (isa<math::FmaOp>(op)) {
          OpBuilder builder(op);
          other = arith::AddFOp::create(builder, op->getLoc(), state,
                                        op->getOperand(2));
        }
        op->getResult(0).replaceAllUsesWith(other);
        op->erase();
      });
    }
  });
}

//===----------------------------------------------------------------------===//
// Numbers
//===----------------------------------------------------------------------===//

void listed::scaleTwice(Operation *root, Sites &sites) {
  forEachNumber<arith::MulFOp>(root, [&](Operation *op, OpOperand &operand,
                                         double number) {
    if (number == 0 || number == 1)
      return;
    sites.always(op, "scaled twice", [op, &operand] {
      OpBuilder builder(op);
      Value again = arith::MulFOp::create(builder, op->getLoc(),
                                          op->getOperand(0), op->getOperand(1));
      op->setOperand(1 - operand.getOperandNumber(), again);
    });
  });
}

void listed::literalOff(Operation *root, Sites &sites) {
  forEachNumber<>(root, [&](Operation *op, OpOperand &operand, double number) {
    if (number != 0 && std::isfinite(number) && !isa<scf::ForOp>(op))
      sites.always(op, "literal times 1.0001",
                   [&operand, number] { setNumber(operand, number * 1.0001); });
  });
}

void listed::divisorLessOne(Operation *root, Sites &sites) {
  forEachNumber<arith::DivFOp, arith::MulFOp>(
      root, [&](Operation *op, OpOperand &operand, double number) {
        double divisor = isa<arith::DivFOp>(op) ? number : 1 / number;
        if (divisor < 2 || divisor != std::floor(divisor))
          return;
        double other = isa<arith::DivFOp>(op) ? divisor - 1 : 1 / (divisor - 1);
        sites.always(op, "divided by one less",
                     [&operand, other] { setNumber(operand, other); });
      });
}

void listed::clampBound(Operation *root, Sites &sites) {
  forEachNumber<arith::MaximumFOp, arith::MinimumFOp, arith::CmpFOp>(
      root, [&](Operation *op, OpOperand &operand, double number) {
        if (std::isfinite(number))
          sites.always(op, "bound plus a half", [&operand, number] {
            setNumber(operand, number + 0.5);
          });
      });
}

void listed::clampDropped(Operation *root, Sites &sites) {
  forEachNumber<arith::MaximumFOp, arith::MinimumFOp>(
      root, [&](Operation *op, OpOperand &operand, double number) {
        if (std::isfinite(number))
          sites.always(op, "dropped", [op, &operand] {
            op->getResult(0).replaceAllUsesWith(
                op->getOperand(1 - operand.getOperandNumber()));
            op->erase();
          });
      });
}

void listed::epsilonDropped(Operation *root, Sites &sites) {
  forEachNumber<arith::AddFOp>(
      root, [&](Operation *op, OpOperand &operand, double number) {
        if (number != 0)
          sites.always(op, "dropped", [op, &operand] {
            op->getResult(0).replaceAllUsesWith(
                op->getOperand(1 - operand.getOperandNumber()));
            op->erase();
          });
      });
}

void listed::padsWithZero(Operation *root, Sites &sites) {
  root->walk([&](kgpu::LoadOp load) {
    auto padding = dyn_cast_or_null<FloatAttr>(load.getPaddingAttr());
    if (!padding)
      return;
    double other = padding.getValue().isZero() ? 1.0 : 0.0;
    sites.always(load, "padding is " + Twine(other == 0 ? "zero" : "one"),
                 [=]() mutable {
                   load.setPaddingAttr(
                       FloatAttr::get(padding.getType(), other));
                 });
  });
}

void listed::maskOffByOne(Operation *root, Sites &sites) {
  root->walk([&](arith::CmpIOp compare) {
    bool selects = llvm::any_of(compare->getUsers(), [](Operation *user) {
      return isa<arith::SelectOp>(user) &&
             isa<FloatType>(getElementTypeOrSelf(user->getResult(0)));
    });
    if (selects && compare.getRhs().getType().isIndex())
      sites.always(compare, "off by one",
                   [=]() mutable { addToOperand(compare.getRhsMutable(), 1); });
  });
}

void listed::readsOutput(Operation *root, Sites &sites) {
  auto program = cast<gpu::GPUFuncOp>(root);
  BlockArgument output = program.getArguments().back();
  root->walk([&](Operation *op) {
    auto uses = memoryUses(op);
    if (uses.empty() || uses.front().writes || !isGlobal(uses.front().memref) ||
        uses.front().memref.getType() != output.getType())
      return;
    sites.always(op, "of the output",
                 [op, output] { op->setOperand(0, output); });
  });
}

//===----------------------------------------------------------------------===//
// Reductions and exponentials
//===----------------------------------------------------------------------===//

void listed::otherReduction(Operation *root, Sites &sites) {
  using kgpu::CombineKind;
  root->walk([&](kgpu::WarpReduceOp reduce) {
    auto other = reduce.getKind() == CombineKind::Add ? CombineKind::Max
                                                      : CombineKind::Add;
    if (isa<FloatType>(getElementTypeOrSelf(reduce.getType())))
      sites.always(reduce, "another kind",
                   [=]() mutable { reduce.setKind(other); });
  });
}

void listed::reductionStepDropped(Operation *root, Sites &sites) {
  root->walk([&](kgpu::WarpReduceOp reduce) {
    auto bits = llvm::to_vector(reduce.getLaneBits());
    if (bits.empty())
      return;
    sites.always(reduce, "last step dropped", [=]() mutable {
      bits.pop_back();
      reduce.setLaneBits(bits);
    });
  });
}

void listed::maxNotSubtracted(Operation *root, Sites &sites) {
  root->walk([&](Operation *op) {
    if (!isa<math::ExpOp, math::Exp2Op>(op))
      return;
    Operation *difference = op->getOperand(0).getDefiningOp();
    if (!isa_and_nonnull<arith::SubFOp, math::FmaOp>(difference))
      return;
    sites.always(op, "nothing subtracted", [op, difference] {
      OpBuilder builder(op);
      Value other = difference->getOperand(0);
      if (isa<math::FmaOp>(difference))
        other = arith::MulFOp::create(builder, op->getLoc(), other,
                                      difference->getOperand(1));
      op->setOperand(0, other);
    });
  });
}

//===----------------------------------------------------------------------===//
// Precision
//===----------------------------------------------------------------------===//

static Type withElement(Type type, Type element) {
  auto vector = dyn_cast<VectorType>(type);
  return vector ? vector.clone(element) : element;
}

/// Rounds a value to a narrower type and back, behind an operation.
static void roundOperand(OpOperand &operand, Type element) {
  Operation *op = operand.getOwner();
  OpBuilder builder(op);
  Type wide = operand.get().getType();
  Value narrow = arith::TruncFOp::create(
      builder, op->getLoc(), withElement(wide, element), operand.get());
  operand.set(arith::ExtFOp::create(builder, op->getLoc(), wide, narrow));
}

/// The first factors of products that are summed.
static void roundFactors(Operation *root, Sites &sites, Type element) {
  root->walk([&](Operation *op) {
    bool sums = isa<math::FmaOp>(op) || isa<kgpu::MmaOp>(op);
    if (auto product = dyn_cast<arith::MulFOp>(op))
      sums = llvm::any_of(product->getUsers(), [](Operation *user) {
        return isa<arith::AddFOp>(user);
      });
    if (!sums || !getElementTypeOrSelf(op->getOperand(0).getType()).isF32() ||
        numberOf(op->getOperand(0)))
      return;
    sites.always(op, "first factor rounded",
                 [op, element] { roundOperand(op->getOpOperand(0), element); });
  });
}

void listed::bf16ForF32(Operation *root, Sites &sites) {
  roundFactors(root, sites, BFloat16Type::get(root->getContext()));
}

void listed::tf32ForF32(Operation *root, Sites &sites) {
  roundFactors(root, sites, FloatTF32Type::get(root->getContext()));
}

/// What loops carry.
void listed::sumsInF16(Operation *root, Sites &sites) {
  root->walk([&](scf::ForOp loop) {
    Operation *yield = loop.getBody()->getTerminator();
    for (OpOperand &state : yield->getOpOperands())
      if (getElementTypeOrSelf(state.get().getType()).isF32() &&
          isa<FloatType, VectorType>(state.get().getType()))
        sites.always(loop, "state rounded", [&state, root] {
          roundOperand(state, Float16Type::get(root->getContext()));
        });
  });
}

/// One of several products that are summed in one place.
void listed::productDropped(Operation *root, Sites &sites) {
  root->walk([&](Operation *op) {
    Value sum;
    if (auto product = dyn_cast<kgpu::WgmmaOp>(op))
      sum = product.getAcc();
    if (auto product = dyn_cast<kgpu::MmaOp>(op))
      sum = product.getAcc();
    if (sum && sum.getType() == op->getResult(0).getType())
      sites.always(op, "dropped", [op, sum] {
        op->getResult(0).replaceAllUsesWith(sum);
        op->erase();
      });
  });
}
