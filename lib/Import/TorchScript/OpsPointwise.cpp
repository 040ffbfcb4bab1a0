//===- OpsPointwise.cpp - Operations on each element ------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Call.h"

using namespace kernel_opt::import;

/// "aten.exp" for "aten::exp" and "aten::exp_".
static std::string ownName(const Call &call) {
  std::string name = "aten." + call.schema.name().substr(strlen("aten::"));
  if (name.back() == '_' && name[name.size() - 2] != '_')
    name.pop_back();
  return name;
}

static void unary(Call &call) {
  call.ret(call.one(ownName(call), {call.tensor("self")}));
}

static void round(Call &call) {
  if (call.integer("decimals", 0) != 0)
    throw Unsupported("expected rounding to whole numbers (decimals=0)");
  unary(call);
}

template <const char *Name>
static void renamed(Call &call) {
  call.ret(call.one(Name, {call.tensor("self")}));
}

/// Both operands of a call, either of which may be a number.
static Tensors operands(Call &call, const std::string &first = "self",
                        const std::string &second = "other") {
  auto isNumber = [&](const std::string &name) {
    return !call[name].isTensor() ||
           call.tensor(name).unsafeGetTensorImpl()->is_wrapped_number();
  };
  if (!isNumber(first) || !call[second].isTensor()) {
    at::Tensor self = call.tensor(first);
    return {self, call.operand(second, self)};
  }
  at::Tensor other = call.tensor(second);
  return {call.operand(first, other), other};
}

template <const char *Name>
static void binary(Call &call) {
  call.ret(call.one(Name, operands(call)));
}

static Attrs alphaOf(Call &call) {
  Attrs attrs;
  if (!call.isNone("alpha") && call.real("alpha") != 1)
    attrs.real("alpha", call.real("alpha"));
  return attrs;
}

static void add(Call &call) {
  call.ret(call.one("aten.add", operands(call), alphaOf(call)));
}
static void sub(Call &call) {
  call.ret(call.one("aten.sub", operands(call), alphaOf(call)));
}
static void rsub(Call &call) {
  at::Tensor self = call.tensor("self");
  call.ret(
      call.one("aten.sub", {call.operand("other", self), self}, alphaOf(call)));
}

static void div(Call &call) {
  Attrs attrs;
  std::string mode = call.text("rounding_mode");
  if (!mode.empty())
    attrs.raw("rounding_mode", "#aten.rounding<" + mode + ">");
  call.ret(call.one("aten.div", operands(call), attrs));
}
static void floorDivide(Call &call) {
  call.ret(call.one("aten.div", operands(call),
                    Attrs().raw("rounding_mode", "#aten.rounding<floor>")));
}

static void pow(Call &call) {
  // The square is by far the most frequent power, and exact.
  if (call["exponent"].isScalar() && call.real("exponent") == 2 &&
      call["self"].isTensor() && call.tensor("self").scalar_type() != at::kBool)
    return call.ret(call.one("aten.square", {call.tensor("self")}));
  call.ret(call.one("aten.pow", operands(call, "self", "exponent")));
}

static void whereOp(Call &call) {
  at::Tensor condition = call.to(call.tensor("condition"), at::kBool);
  if (call["self"].isTensor() || call["other"].isTensor()) {
    Tensors both = operands(call);
    return call.ret(call.one("aten.where", {condition, both[0], both[1]}));
  }
  at::Scalar a = call.scalar("self"), b = call.scalar("other");
  auto type = at::result_type(a, b);
  call.ret(call.one("aten.where", {condition, call.b.number(a, type),
                                   call.b.number(b, type)}));
}

static void maskedFill(Call &call) {
  at::Tensor self = call.tensor("self");
  at::Tensor value = call.operand("value", self);
  if (value.scalar_type() != self.scalar_type() && !call["value"].isTensor())
    value = call.b.number(call.scalar("value"), self.scalar_type());
  call.ret(call.one("aten.masked_fill", {self, call.tensor("mask"), value}));
}

/// A bound that is a number is an attribute, a tensor an operand of its own.
static at::Tensor limit(Call &call, at::Tensor value, const std::string &min,
                        const std::string &max) {
  Attrs attrs;
  bool isNumber = false;
  at::ScalarType type = value.scalar_type();
  for (const std::string &name : {min, max}) {
    const IValue &bound = call[name];
    if (bound.isNone())
      continue;
    if (bound.isTensor()) {
      value = call.one(name == min ? "aten.maximum" : "aten.minimum",
                       {value, call.tensor(name)});
      continue;
    }
    isNumber = true;
    attrs.real(name == min ? "min" : "max", call.real(name));
    // Integers between floats are floats.
    if (!at::isFloatingType(type) && bound.isDouble())
      value = call.to(value, at::kFloat);
  }
  return isNumber ? call.one("aten.clamp", {value}, attrs) : value;
}

static void clamp(Call &call) {
  call.ret(limit(call, call.tensor("self"), "min", "max"));
}

static void lerp(Call &call) {
  at::Tensor self = call.tensor("self");
  call.ret(call.one("aten.lerp",
                    {self, call.tensor("end"), call.operand("weight", self)}));
}

template <const char *Name>
static void addProduct(Call &call) {
  at::Tensor product =
      call.one(Name, {call.tensor("tensor1"), call.tensor("tensor2")});
  Attrs attrs;
  if (call.real("value", 1) != 1)
    attrs.real("alpha", call.real("value"));
  call.ret(call.one("aten.add", {call.tensor("self"), product}, attrs));
}

static void isFinite(Call &call) {
  at::Tensor self = call.tensor("self");
  at::Tensor bad =
      call.one("aten.logical_or", {call.one("aten.isnan", {self}),
                                   call.one("aten.isinf", {self})});
  call.ret(call.one("aten.logical_not", {bad}));
}

//===----------------------------------------------------------------------===//
// Conversions
//===----------------------------------------------------------------------===//

/// A tensor with the elements of `tensor` and memory of its own, or the tensor
/// itself where torch gives that.
static void convert(Call &call, const at::Tensor &tensor, at::ScalarType type) {
  if (type != tensor.scalar_type())
    return call.ret(call.to(tensor, type));
  // Another memory format is a copy, too.
  auto format = static_cast<at::MemoryFormat>(call.integer(
      "memory_format", static_cast<int64_t>(at::MemoryFormat::Preserve)));
  if (!call.flag("copy") && (format == at::MemoryFormat::Preserve ||
                             format == tensor.suggest_memory_format()))
    return call.ret(tensor);
  call.ret(call.b.adopt(tensor.sizes(), type, call.b.valueOf(tensor)));
}

static void to(Call &call) {
  at::Tensor self = call.tensor("self");
  if (call["other"].isTensor())
    return convert(call, self, call.tensor("other").scalar_type());
  std::optional<at::ScalarType> type;
  // One of the overloads names only a device.
  if (call["dtype"].isInt())
    type = call.type("dtype");
  convert(call, self, type.value_or(self.scalar_type()));
}

static void typeAs(Call &call) {
  convert(call, call.tensor("self"), call.tensor("other").scalar_type());
}

static void clone(Call &call) {
  at::Tensor self = call.tensor("self");
  call.ret(
      call.b.adopt(self.sizes(), self.scalar_type(), call.b.valueOf(self)));
}

static void copy(Call &call) { call.ret(call.tensor("src")); }

static void same(Call &call) { call.ret(call.tensor("self")); }

static void dropout(Call &call) {
  if (call.flag("train") && call.real("p") != 0)
    throw Unsupported("dropout at random cannot be imported; trace or script "
                      "the model after model.eval()");
  call.ret(call.arguments.at(0));
}

#define NAMED(ID, TEXT) static constexpr char ID[] = "aten." TEXT
NAMED(kNeg, "neg");
NAMED(kAbs, "abs");
NAMED(kTrunc, "trunc");
NAMED(kMul, "mul");
NAMED(kDiv, "div");
NAMED(kRemainder, "remainder");
NAMED(kFmod, "fmod");
NAMED(kMaximum, "maximum");
NAMED(kMinimum, "minimum");
NAMED(kAtan2, "atan2");
NAMED(kAnd, "bitwise_and");
NAMED(kOr, "bitwise_or");
NAMED(kXor, "bitwise_xor");
NAMED(kEq, "eq");
NAMED(kNe, "ne");
NAMED(kLt, "lt");
NAMED(kLe, "le");
NAMED(kGt, "gt");
NAMED(kGe, "ge");
NAMED(kLogicalAnd, "logical_and");
NAMED(kLogicalOr, "logical_or");
NAMED(kLogicalXor, "logical_xor");
#undef NAMED

static void addBinary(TranslationTable &table) {
  const std::pair<const char *, Translation> rows[] = {
      {"mul", binary<kMul>},
      {"multiply", binary<kMul>},
      {"remainder", binary<kRemainder>},
      {"fmod", binary<kFmod>},
      {"maximum", binary<kMaximum>},
      {"minimum", binary<kMinimum>},
      {"atan2", binary<kAtan2>},
      {"arctan2", binary<kAtan2>},
      {"bitwise_and", binary<kAnd>},
      {"__and__", binary<kAnd>},
      {"bitwise_or", binary<kOr>},
      {"__or__", binary<kOr>},
      {"bitwise_xor", binary<kXor>},
      {"__xor__", binary<kXor>},
      {"eq", binary<kEq>},
      {"ne", binary<kNe>},
      {"not_equal", binary<kNe>},
      {"lt", binary<kLt>},
      {"less", binary<kLt>},
      {"le", binary<kLe>},
      {"less_equal", binary<kLe>},
      {"gt", binary<kGt>},
      {"greater", binary<kGt>},
      {"ge", binary<kGe>},
      {"greater_equal", binary<kGe>},
      {"logical_and", binary<kLogicalAnd>},
      {"logical_or", binary<kLogicalOr>},
      {"logical_xor", binary<kLogicalXor>},
      {"add", add},
      {"sub", sub},
      {"subtract", sub},
      {"rsub", rsub},
      {"div", div},
      {"divide", div},
      {"true_divide", div},
      {"floor_divide", floorDivide},
      {"pow", pow}};
  for (auto [name, translation] : rows)
    if (translation)
      table[std::string("aten::") + name] = translation;
}

void kernel_opt::import::addPointwise(TranslationTable &table) {
  for (const char *name :
       {"exp",   "exp2",        "expm1",       "log",        "log2",  "log10",
        "log1p", "sqrt",        "rsqrt",       "reciprocal", "sin",   "cos",
        "tan",   "atan",        "sinh",        "cosh",       "erf",   "erfc",
        "abs",   "neg",         "sign",        "square",     "floor", "ceil",
        "trunc", "bitwise_not", "logical_not", "isnan",      "isinf"})
    table[std::string("aten::") + name] = unary;
  table["aten::round"] = round;
  table["aten::negative"] = renamed<kNeg>;
  table["aten::absolute"] = renamed<kAbs>;
  table["aten::fix"] = renamed<kTrunc>;
  addBinary(table);
  table["aten::where"] = whereOp;
  table["aten::masked_fill"] = maskedFill;
  for (const char *name : {"clamp", "clip", "clamp_min", "clamp_max"})
    table[std::string("aten::") + name] = clamp;
  table["aten::lerp"] = lerp;
  table["aten::addcmul"] = addProduct<kMul>;
  table["aten::addcdiv"] = addProduct<kDiv>;
  table["aten::isfinite"] = isFinite;
  table["aten::to"] = to;
  table["aten::type_as"] = typeAs;
  table["aten::clone"] = clone;
  table["aten::copy"] = copy;
  table["aten::positive"] = same;
  for (const char *name :
       {"dropout", "feature_dropout", "alpha_dropout", "feature_alpha_dropout"})
    table[std::string("aten::") + name] = dropout;
}
