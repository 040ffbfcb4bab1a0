//===- Bindings.cpp - What the names of a rule stand for --------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Dialect/Aten/AtenOps.h"
#include "kernel-opt/RewriteSet/Match.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SetVector.h"

using namespace kernel_opt;
using namespace kernel_opt::rewrite;
using kopt::Expression;
using kopt::Term;

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

/// Whether an element of the rule may be `actual`; binds what f32 stands for.
static bool bindElementType(kopt::RuleOp rule, RankedTensorType pattern,
                            RankedTensorType actual, Bindings &bindings) {
  Type expected = pattern.getElementType(), found = actual.getElementType();
  ArrayAttr types = rule.getElementTypesAttr();
  if (!types || !expected.isF32())
    return expected == found;
  // Scalars take no part in type promotion.
  if (actual.getRank() == 0)
    return isa<FloatType>(found);
  if (bindings.elementType)
    return bindings.elementType == found;
  if (!llvm::is_contained(types.getAsValueRange<TypeAttr>(), found))
    return false;
  bindings.elementType = found;
  return true;
}

/// The sizes of `type`; an anonymous dynamic one is called by where it stands.
static SmallVector<Size> getSizes(RankedTensorType type, Value owner) {
  SmallVector<Size> sizes;
  for (auto [index, value, name] :
       llvm::enumerate(type.getShape(), kopt::DimsAttr::namesOf(type))) {
    Size size{value, ""};
    if (!size.isStatic()) {
      size.name = name.str();
      if (name.empty())
        llvm::raw_string_ostream(size.name)
            << "?" << owner.getAsOpaquePointer() << "." << index;
    }
    sizes.push_back(std::move(size));
  }
  return sizes;
}

template <typename MapT, typename ValueT>
static bool bindName(MapT &map, StringAttr name, const ValueT &value) {
  auto [it, isNew] = map.insert({name, value});
  return isNew || it->second == value;
}

static bool isIdentifier(StringRef text) {
  return llvm::all_of(text,
                      [](char c) { return llvm::isAlnum(c) || c == '_'; });
}

bool rewrite::bindType(kopt::RuleOp rule, RankedTensorType pattern,
                       RankedTensorType actual, Value owner,
                       Bindings &bindings) {
  if (!bindElementType(rule, pattern, actual, bindings))
    return false;
  SmallVector<Size> sizes = getSizes(actual, owner);
  SmallVector<StringRef> names = kopt::DimsAttr::namesOf(pattern);
  auto isSequence = [&](StringRef name) {
    return !name.empty() && rule.isSequence(name);
  };
  auto sequence = llvm::find_if(names, isSequence);
  if (sequence == names.end() ? sizes.size() != names.size()
                              : sizes.size() + 1 < names.size())
    return false;
  ArrayRef<Size> rest = sizes;
  for (auto [expected, name] : llvm::zip(pattern.getShape(), names)) {
    StringAttr key = StringAttr::get(rule.getContext(), name);
    if (isSequence(name)) {
      size_t count = sizes.size() + 1 - names.size();
      if (!bindName(bindings.sequences, key,
                    llvm::to_vector(rest.take_front(count))))
        return false;
      rest = rest.drop_front(count);
      continue;
    }
    Size size = rest.front();
    rest = rest.drop_front();
    if (ShapedType::isStatic(expected)
            ? size.value != expected
            : isIdentifier(name) && !bindName(bindings.sizes, key, size))
      return false;
  }
  return true;
}

//===----------------------------------------------------------------------===//
// Expressions
//===----------------------------------------------------------------------===//

static Term getTerm(Attribute attribute) {
  if (auto number = dyn_cast_if_present<FloatAttr>(attribute))
    return number.getValueAsDouble();
  if (auto number = dyn_cast_if_present<BoolAttr>(attribute))
    return double(number.getValue());
  if (auto number = dyn_cast_if_present<IntegerAttr>(attribute))
    return double(number.getInt());
  if (auto list = dyn_cast_if_present<mlir::DenseI64ArrayAttr>(attribute))
    return Term::list(llvm::to_vector_of<double>(list.asArrayRef()));
  return {};
}

static Term getTerm(const Size &size) {
  return size.isStatic() ? Term(double(size.value)) : Term();
}

static Term lookupName(StringRef name, const Bindings &bindings) {
  for (const auto &[key, size] : bindings.sizes)
    if (key.getValue() == name)
      return getTerm(size);
  for (const auto &[key, attribute] : bindings.attributes)
    if (key.getValue() == name)
      return getTerm(attribute);
  for (const auto &[key, sizes] : bindings.sequences) {
    if (key.getValue() != name)
      continue;
    SmallVector<double> numbers;
    for (const Size &size : sizes) {
      if (!size.isStatic())
        return {};
      numbers.push_back(size.value);
    }
    return Term::list(numbers);
  }
  return {};
}

Term rewrite::evaluate(
    const Expression &expression, const Bindings &bindings,
    llvm::function_ref<Term(StringRef, StringRef, ArrayRef<Term>)> query) {
  auto name = [&](StringRef text) { return lookupName(text, bindings); };
  auto ask = [&](StringRef function, StringRef value, ArrayRef<Term> rest) {
    return query ? query(function, value, rest) : Term();
  };
  return expression.evaluate({name, ask});
}

//===----------------------------------------------------------------------===//
// Facts on values
//===----------------------------------------------------------------------===//

std::optional<double> rewrite::getConstantValue(Value value) {
  mlir::DenseElementsAttr dense;
  if (mlir::matchPattern(value, mlir::m_Constant(&dense)) && dense.isSplat() &&
      isa<FloatType>(dense.getElementType()))
    return dense.getSplatValue<APFloat>().convertToDouble();
  auto full = value.getDefiningOp<aten::FullOp>();
  if (!full)
    return std::nullopt;
  Term term = getTerm(full.getValue());
  auto type = dyn_cast<FloatType>(full.getDtype());
  if (!term.isNumber() || !type)
    return term.isNumber() ? std::optional(term.number()) : std::nullopt;
  APFloat number(term.number());
  bool losesInfo;
  number.convert(type.getFloatSemantics(), APFloat::rmNearestTiesToEven,
                 &losesInfo);
  return number.convertToDouble();
}

/// Whether `value` is computed from parameters of the model alone.
static bool dependsOnParametersAlone(Value value) {
  llvm::SetVector<Value> pending;
  pending.insert(value);
  for (unsigned index = 0; index < pending.size(); ++index) {
    Value at = pending[index];
    if (Operation *op = at.getDefiningOp()) {
      if (!mlir::isPure(op) || op->getNumRegions() != 0)
        return false;
      pending.insert(op->operand_begin(), op->operand_end());
      continue;
    }
    auto argument = cast<mlir::BlockArgument>(at);
    auto function = dyn_cast_if_present<mlir::FunctionOpInterface>(
        argument.getOwner()->getParentOp());
    if (!function || argument.getOwner() != &function.front() ||
        !function.getArgAttr(argument.getArgNumber(), kopt::kParameterAttrName))
      return false;
  }
  return true;
}

/// Whether |value| <= bound by its declared range.
static bool isBounded(Value value, double bound) {
  auto argument = dyn_cast<mlir::BlockArgument>(value);
  if (!argument)
    return false;
  auto function = dyn_cast_if_present<mlir::FunctionOpInterface>(
      argument.getOwner()->getParentOp());
  if (!function || argument.getOwner() != &function.front())
    return false;
  auto range = function.getArgAttrOfType<kopt::RangeAttr>(
      argument.getArgNumber(), kopt::kRangeAttrName);
  return range && range.getMin().getValueAsDouble() >= -bound &&
         range.getMax().getValueAsDouble() <= bound;
}

/// The number of operations that read `value`.
static unsigned countUsers(Value value) {
  llvm::SmallPtrSet<Operation *, 4> users(llvm::from_range, value.getUsers());
  return users.size();
}

Term rewrite::queryValue(const Match &match, StringRef function, StringRef name,
                         ArrayRef<Term> rest) {
  if (function == "finite")
    return double(kopt::ContractAttr::lookup(match.root).getSpecials() ==
                  kopt::SpecialValues::Finite);
  auto rule = cast<kopt::RuleOp>(match.rule);
  Value value = match.values.lookup(rule.lookupValue(name));
  if (!value)
    return {};
  auto type = cast<RankedTensorType>(value.getType());
  if (function == "is_parameter")
    return double(dependsOnParametersAlone(value));
  if (function == "only_use")
    return double(countUsers(value) == 1);
  if (function == "rank")
    return double(type.getRank());
  if (function == "is_constant" || function == "value") {
    std::optional<double> constant = getConstantValue(value);
    if (function == "is_constant")
      return double(constant.has_value());
    return constant ? Term(*constant) : Term();
  }
  if (rest.empty() || !rest[0].isNumber())
    return {};
  if (function == "bounded")
    return double(isBounded(value, rest[0].number()));
  int64_t dim = rest[0].integer().value_or(type.getRank());
  dim = dim < 0 ? dim + type.getRank() : dim;
  if (function != "dim" || dim < 0 || dim >= type.getRank() ||
      type.isDynamicDim(dim))
    return {};
  return double(type.getDimSize(dim));
}
