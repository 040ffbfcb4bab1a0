//===- GenericChanges.cpp - Another one of its kind -----------------------===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "GenericChanges.h"
#include "kernel-opt/Dialect/KGPU/KGPUAttrs.h"
#include "kernel-opt/Dialect/KGPU/KGPUDialect.h"
#include "kernel-opt/Dialect/KGPU/KGPUOps.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::mutation;

ArrayRef<StringRef> mutation::similarOps(StringRef name) {
  static constexpr StringLiteral groups[][6] = {
      {"arith.addf", "arith.subf", "arith.mulf", "arith.divf", "arith.maximumf",
       "arith.minimumf"},
      {"arith.addi", "arith.subi", "arith.muli", "arith.minsi", "arith.maxsi",
       "arith.xori"},
      {"arith.divui", "arith.remui", "arith.divsi", "arith.remsi",
       "arith.ceildivui", "arith.addi"},
      {"arith.andi", "arith.ori", "arith.xori", "arith.andi", "arith.ori",
       "arith.xori"},
      {"math.exp", "math.exp2", "math.expm1", "arith.negf", "math.absf",
       "math.tanh"},
      {"math.rsqrt", "math.sqrt", "math.exp", "arith.negf", "math.absf",
       "math.log"},
  };
  static std::map<std::string, SmallVector<StringRef>> known;
  if (known.empty())
    for (const auto &group : groups)
      for (StringRef one : group)
        if (auto &others = known[one.str()]; others.empty())
          for (StringRef other : group)
            if (other != one && !llvm::is_contained(others, other))
              others.push_back(other);
  // Names that a group holds as others only.
  known.try_emplace("arith.maximumf").first->second = {
      "arith.minimumf", "arith.maxnumf", "arith.addf"};
  known.try_emplace("arith.minimumf").first->second = {
      "arith.maximumf", "arith.minnumf", "arith.addf"};
  auto found = known.find(name.str());
  return found == known.end() ? ArrayRef<StringRef>() : found->second;
}

ArrayRef<StringRef> mutation::flagsOf(Operation *op) {
  static constexpr StringRef matrix[] = {"transpose"}, barrier[] = {"arrive"},
                             cluster[] = {"arrive", "wait"}, bulk[] = {"read"},
                             flush[] = {"kgpu.flush"};
  StringRef name = op->getName().getStringRef();
  return llvm::StringSwitch<ArrayRef<StringRef>>(name)
      .Cases({"kgpu.load_matrix", "kgpu.store_matrix"}, matrix)
      .Case("kgpu.named_barrier", barrier)
      .Case("kgpu.cluster_barrier", cluster)
      .Case("kgpu.bulk_wait", bulk)
      .Case("math.exp2", flush)
      .Default({});
}

LogicalResult mutation::changePredicate(Operation *op, Random &random) {
  if (auto compare = dyn_cast<arith::CmpIOp>(op)) {
    auto most = uint64_t(arith::CmpIPredicate::uge) + 1;
    auto now = uint64_t(compare.getPredicate());
    compare.setPredicate(
        arith::CmpIPredicate((now + 1 + random() % (most - 1)) % most));
    return success();
  }
  auto compare = cast<arith::CmpFOp>(op);
  auto most = uint64_t(arith::CmpFPredicate::AlwaysTrue) + 1;
  auto now = uint64_t(compare.getPredicate());
  compare.setPredicate(
      arith::CmpFPredicate((now + 1 + random() % (most - 1)) % most));
  return success();
}

static APInt changeInteger(const APInt &number, Random &random) {
  unsigned width = number.getBitWidth();
  if (width == 1)
    return number ^ 1;
  switch (random() % 6) {
  case 0:
  case 1:
    return number + 1;
  case 2:
  case 3:
    return number - 1;
  case 4:
    return number << 1;
  default:
    return number.lshr(1);
  }
}

static APFloat changeFloat(APFloat number, Random &random) {
  const llvm::fltSemantics &semantics = number.getSemantics();
  auto of = [&](double value) {
    APFloat result(value);
    bool lost;
    result.convert(semantics, APFloat::rmNearestTiesToEven, &lost);
    return result;
  };
  APFloat times = of(random() % 2 ? 1.0001 : 0.5), more = of(0.0625);
  switch (random() % 5) {
  case 0:
    number.changeSign();
    return number;
  case 1:
    return of(0.0);
  case 2:
    return number + more;
  default:
    if (number.isZero() || !number.isFinite())
      return number.isZero() ? of(1.0) : of(0.0);
    return number * times;
  }
}

static Attribute changeNumber(Attribute attribute, Random &random) {
  if (auto number = dyn_cast<IntegerAttr>(attribute))
    return IntegerAttr::get(number.getType(),
                            changeInteger(number.getValue(), random));
  if (auto number = dyn_cast<FloatAttr>(attribute))
    return FloatAttr::get(number.getType(),
                          changeFloat(number.getValue(), random));
  auto dense = dyn_cast<DenseElementsAttr>(attribute);
  if (!dense || dense.empty())
    return nullptr;
  SmallVector<Attribute> elements(dense.getValues<Attribute>());
  size_t one = random() % elements.size();
  bool all = dense.isSplat() && random() % 2;
  Attribute other = changeNumber(elements[one], random);
  for (size_t i = 0; i < elements.size(); ++i)
    if (all || i == one)
      elements[i] = other;
  return DenseElementsAttr::get(dense.getType(), elements);
}

LogicalResult mutation::changeConstant(arith::ConstantOp op, Random &random) {
  Attribute other = changeNumber(op.getValue(), random);
  if (!other)
    return failure();
  op.setValueAttr(cast<TypedAttr>(other));
  return success();
}

/// Another case of an enumeration with cases from 0 on.
template <typename AttrT, typename EnumT>
static Attribute otherCase(AttrT attribute, uint64_t most, Random &random) {
  auto now = uint64_t(attribute.getValue());
  return AttrT::get(attribute.getContext(),
                    EnumT((now + 1 + random() % most) % (most + 1)));
}

template <typename ArrayT>
static Attribute changeArray(ArrayT array, Random &random) {
  auto numbers = llvm::to_vector(array.asArrayRef());
  if (numbers.empty())
    return nullptr;
  size_t one = random() % numbers.size(), two = random() % numbers.size();
  switch (random() % 5) {
  case 0:
    numbers[one] += 1;
    break;
  case 1:
    numbers[one] -= 1;
    break;
  case 2:
    numbers[one] *= 2;
    break;
  case 3:
    numbers[one] /= 2;
    break;
  default:
    std::swap(numbers[one], numbers[two]);
  }
  return ArrayT::get(array.getContext(), numbers);
}

LogicalResult mutation::changeAttribute(Operation *op, StringAttr name,
                                        Random &random) {
  using namespace kgpu;
  auto other =
      llvm::TypeSwitch<Attribute, Attribute>(op->getAttr(name))
          .Case<IntegerAttr, FloatAttr, DenseElementsAttr>(
              [&](auto a) { return changeNumber(a, random); })
          .Case<DenseI64ArrayAttr, DenseI32ArrayAttr>(
              [&](auto a) { return changeArray(a, random); })
          .Case([&](CombineKindAttr a) {
            return otherCase<CombineKindAttr, CombineKind>(a, 10, random);
          })
          .Case([&](CacheHintAttr a) {
            return otherCase<CacheHintAttr, CacheHint>(a, 5, random);
          })
          .Case([&](ScopeAttr a) {
            return otherCase<ScopeAttr, Scope>(a, 2, random);
          })
          .Case([&](FenceKindAttr a) {
            return otherCase<FenceKindAttr, FenceKind>(a, 4, random);
          })
          .Case([&](MajorAttr a) {
            return otherCase<MajorAttr, Major>(a, 1, random);
          })
          .Case([&](gpu::DimensionAttr a) {
            return otherCase<gpu::DimensionAttr, gpu::Dimension>(a, 2, random);
          })
          .Case([&](gpu::ShuffleModeAttr a) {
            return otherCase<gpu::ShuffleModeAttr, gpu::ShuffleMode>(a, 3,
                                                                     random);
          })
          .Default([](Attribute) { return Attribute(); });
  if (isa<UnitAttr>(op->getAttr(name))) {
    op->removeAttr(name);
    return success();
  }
  if (!other)
    return failure();
  op->setAttr(name, other);
  return success();
}

static Type otherBuffer(MemRefType type, Random &random) {
  auto space = dyn_cast_or_null<kgpu::SharedAttr>(type.getMemorySpace());
  if (space && random() % 3 == 0) {
    unsigned spans[] = {0, 32, 64, 128};
    return MemRefType::Builder(type).setMemorySpace(
        kgpu::SharedAttr::get(type.getContext(), spans[random() % 4]));
  }
  auto shape = llvm::to_vector(type.getShape());
  if (shape.empty())
    return type;
  int64_t &extent = shape[random() % shape.size()];
  extent += random() % 2 ? 1 : -1;
  return MemRefType::Builder(type).setShape(shape);
}

/// For types that may turn out to be invalid; the tool shows no diagnostics.
static InFlightDiagnostic emitSilently(MLIRContext *context) {
  return mlir::emitError(UnknownLoc::get(context));
}

LogicalResult mutation::changeType(Value value, Random &random) {
  Type other =
      llvm::TypeSwitch<Type, Type>(value.getType())
          .Case([&](MemRefType t) { return otherBuffer(t, random); })
          .Case([&](kgpu::MBarriersType t) {
            auto quiet = [&] { return emitSilently(t.getContext()); };
            return kgpu::MBarriersType::getChecked(quiet, t.getContext(),
                                                   t.getCount() - 1);
          })
          .Case([&](kgpu::TensorMapType t) {
            auto box = llvm::to_vector(t.getBox());
            unsigned swizzle = t.getSwizzle();
            if (random() % 3 == 0)
              swizzle = swizzle ? swizzle / 2 : 32;
            else if (random() % 2)
              box[random() % box.size()] *= 2;
            else
              box[random() % box.size()] /= 2;
            auto quiet = [&] { return emitSilently(t.getContext()); };
            return kgpu::TensorMapType::getChecked(quiet, t.getContext(),
                                                   ArrayRef<int64_t>(box),
                                                   t.getElementType(), swizzle);
          })
          .Default([](Type) { return Type(); });
  auto buffer = dyn_cast_or_null<MemRefType>(other);
  if (!other || (buffer && llvm::any_of(buffer.getShape(),
                                        [](int64_t n) { return n < 1; })))
    return failure();
  value.setType(other);
  return success();
}
