//===- Instances.cpp - Rules with numbers for names -------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Dialect/Aten/AtenOps.h"
#include "kernel-opt/RewriteSet/Admission.h"
#include "kernel-opt/Support/Hash.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/Verifier.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"

using namespace kernel_opt;
using namespace kernel_opt::rewrite;
using kopt::Expression;
using kopt::Term;

func::FuncOp RuleInstance::getBefore() const {
  return cast<func::FuncOp>(&module.get().getBody()->front());
}

func::FuncOp RuleInstance::getAfter() const {
  return cast<func::FuncOp>(&module.get().getBody()->back());
}

namespace {
/// One thing that an instance chooses, and from how many values.
struct Variable {
  enum class Kind { Size, Sequence, Attribute, Constant } kind;
  StringAttr name;
  /// Candidates, of the kind.
  SmallVector<SmallVector<int64_t>> shapes;
  SmallVector<Attribute> attributes;
  SmallVector<double> constants;

  unsigned count() const {
    return kind == Kind::Constant    ? constants.size()
           : kind == Kind::Attribute ? attributes.size()
                                     : shapes.size();
  }
};

class InstanceMaker {
public:
  InstanceMaker(kopt::RuleOp rule, const InstanceOptions &options);
  std::vector<RuleInstance> run();

private:
  void addSizes();
  void addAttributes();
  void addConstants();
  SmallVector<unsigned> firstChoice() const;
  SmallVector<unsigned> draw();
  std::optional<RuleInstance> make(ArrayRef<unsigned> choice);
  bool bind(ArrayRef<unsigned> choice);
  bool makeTypes();
  bool isWanted();
  Term query(StringRef function, StringRef value, ArrayRef<Term> rest);
  FailureOr<func::FuncOp> makeFunction(StringRef name, Block *side,
                                       OpBuilder &builder, std::string &why);
  void addFacts(func::FuncOp function);
  std::string describe() const;

  kopt::RuleOp rule;
  InstanceOptions options;
  SmallVector<Expression> conditions;
  SmallVector<Variable> variables;
  uint64_t random;
  /// Of the instance at work.
  Bindings bindings;
  SmallVector<RankedTensorType> types;
  llvm::MapVector<StringAttr, double> constants;
};
} // namespace

//===----------------------------------------------------------------------===//
// What can be chosen
//===----------------------------------------------------------------------===//

InstanceMaker::InstanceMaker(kopt::RuleOp rule, const InstanceOptions &options)
    : rule(rule), options(options), conditions(rule.getConditions()) {
  addSizes();
  addAttributes();
  addConstants();
  // Equal rules get equal instances, wherever and however often.
  random = 0;
  std::string hash = structuralHash(rule);
  for (char c : StringRef(hash).take_back(16))
    random = random * 16 + llvm::hexDigitValue(c);
}

static bool isIdentifier(StringRef text) {
  return llvm::all_of(text,
                      [](char c) { return llvm::isAlnum(c) || c == '_'; });
}

void InstanceMaker::addSizes() {
  llvm::SetVector<StringRef> names;
  for (Type type : rule.getBeforeBlock()->getArgumentTypes())
    for (StringRef name : kopt::DimsAttr::namesOf(cast<RankedTensorType>(type)))
      if (!name.empty() && isIdentifier(name))
        names.insert(name);
  for (StringRef name : names) {
    Variable variable;
    variable.name = StringAttr::get(rule.getContext(), name);
    bool sequence = rule.isSequence(name);
    variable.kind = sequence ? Variable::Kind::Sequence : Variable::Kind::Size;
    if (sequence)
      variable.shapes = {{2}, {}, {2, 3}};
    else
      variable.shapes = {{2}, {3}, {5}, {1}};
    // Multiples are asked for by remainders.
    bool divided = false;
    for (const Expression &condition : conditions)
      condition.walk([&](const Expression &part) {
        divided |= part.text == "%" && part.parts[0].text == name;
      });
    if (divided && !sequence)
      variable.shapes = {{4}, {8}, {6}, {12}, {2}};
    variables.push_back(std::move(variable));
  }
}

/// `example` and values like it. What an operation does not accept makes no
/// instance.
static SmallVector<Attribute> getVariations(Attribute example) {
  Builder builder(example.getContext());
  SmallVector<Attribute> result = {example};
  if (auto number = dyn_cast<FloatAttr>(example)) {
    for (double value : {0.5, 2.0, -0.75, 3.0, 0.0, 6.0})
      result.push_back(builder.getFloatAttr(number.getType(), value));
  } else if (isa<BoolAttr>(example)) {
    result.push_back(builder.getBoolAttr(!cast<BoolAttr>(example).getValue()));
  } else if (auto integer = dyn_cast<IntegerAttr>(example)) {
    for (int64_t value : {0, 1, 2, -1, 3})
      result.push_back(builder.getIntegerAttr(integer.getType(), value));
  } else if (auto list = dyn_cast<mlir::DenseI64ArrayAttr>(example)) {
    using Lists = SmallVector<SmallVector<int64_t>>;
    SmallVector<int64_t> more(list.asArrayRef());
    bool isShape = llvm::is_contained(more, -1);
    for (int64_t &entry : more)
      ++entry;
    // An empty list stands for a default in each spatial dimension.
    Lists others = isShape        ? Lists{{-1}, {1, -1}, {-1, 1}}
                   : more.empty() ? Lists{{1, 1}, {2, 2}}
                                  : Lists{more};
    for (ArrayRef<int64_t> other : others)
      result.push_back(builder.getDenseI64ArrayAttr(other));
  }
  llvm::SetVector<Attribute> distinct(llvm::from_range, result);
  return distinct.takeVector();
}

void InstanceMaker::addAttributes() {
  llvm::SmallPtrSet<Attribute, 8> seen;
  for (Operation &op : *rule.getBeforeBlock()) {
    auto bound = op.getAttrOfType<DictionaryAttr>(kopt::kBindAttrName);
    if (!bound)
      continue;
    for (NamedAttribute entry : bound) {
      auto name = cast<StringAttr>(entry.getValue());
      if (!seen.insert(name).second)
        continue;
      Variable variable;
      variable.kind = Variable::Kind::Attribute;
      variable.name = name;
      if (Attribute example = op.getAttr(entry.getName()))
        variable.attributes = getVariations(example);
      else
        variable.attributes = {Attribute()};
      variables.push_back(std::move(variable));
    }
  }
}

void InstanceMaker::addConstants() {
  for (StringRef name : rule.getArgumentNames().getAsValueRange<StringAttr>()) {
    bool constant = false;
    for (const Expression &condition : conditions)
      condition.walk([&](const Expression &part) {
        constant |= part.kind == Expression::Kind::Call &&
                    (part.text == "value" || part.text == "is_constant") &&
                    part.parts[0].text == name;
      });
    if (!constant)
      continue;
    Variable variable;
    variable.kind = Variable::Kind::Constant;
    variable.name = StringAttr::get(rule.getContext(), name);
    variable.constants = {0.5, 2, 0, 1, -1, 3, -0.75, 6, 1.5, -2};
    variables.push_back(std::move(variable));
  }
}

//===----------------------------------------------------------------------===//
// Choosing
//===----------------------------------------------------------------------===//

/// Sizes that all differ, as far as there are enough.
SmallVector<unsigned> InstanceMaker::firstChoice() const {
  SmallVector<unsigned> choice;
  unsigned sizes = 0;
  for (const Variable &variable : variables)
    choice.push_back(
        variable.kind == Variable::Kind::Size ? sizes++ % variable.count() : 0);
  return choice;
}

SmallVector<unsigned> InstanceMaker::draw() {
  SmallVector<unsigned> choice;
  for (const Variable &variable : variables) {
    random = random * 6364136223846793005ull + 1442695040888963407ull;
    choice.push_back((random >> 33) % variable.count());
  }
  return choice;
}

bool InstanceMaker::bind(ArrayRef<unsigned> choice) {
  bindings = Bindings();
  constants.clear();
  for (auto [variable, index] : llvm::zip(variables, choice)) {
    switch (variable.kind) {
    case Variable::Kind::Size:
      bindings.sizes[variable.name] = Size{variable.shapes[index][0], ""};
      break;
    case Variable::Kind::Sequence: {
      SmallVector<Size> sizes;
      for (int64_t size : variable.shapes[index])
        sizes.push_back({size, ""});
      bindings.sequences[variable.name] = sizes;
      break;
    }
    case Variable::Kind::Attribute:
      bindings.attributes[variable.name] = variable.attributes[index];
      break;
    case Variable::Kind::Constant:
      constants[variable.name] = variable.constants[index];
      break;
    }
  }
  return makeTypes();
}

/// Gives every argument its static type; fails where a size comes out as no
/// positive integer.
bool InstanceMaker::makeTypes() {
  types.clear();
  std::string error;
  for (Type type : rule.getBeforeBlock()->getArgumentTypes()) {
    auto pattern = cast<RankedTensorType>(type);
    SmallVector<int64_t> shape;
    for (auto [size, name] :
         llvm::zip(pattern.getShape(), kopt::DimsAttr::namesOf(pattern))) {
      if (ShapedType::isStatic(size)) {
        shape.push_back(size);
        continue;
      }
      if (rule.isSequence(name)) {
        StringAttr key = StringAttr::get(rule.getContext(), name);
        for (const Size &each : bindings.sequences[key])
          shape.push_back(each.value);
        continue;
      }
      FailureOr<Expression> expression = Expression::parse(name, error);
      Term term =
          succeeded(expression) ? evaluate(*expression, bindings, {}) : Term();
      std::optional<int64_t> extent = term.integer();
      if (!extent || *extent < 1)
        return false;
      shape.push_back(*extent);
    }
    types.push_back(RankedTensorType::get(shape, pattern.getElementType()));
  }
  return true;
}

/// The answer to a query where there are no values yet: facts about where a
/// value comes from are taken to hold.
Term InstanceMaker::query(StringRef function, StringRef name,
                          ArrayRef<Term> rest) {
  if (function == "value") {
    auto it = constants.find(StringAttr::get(rule.getContext(), name));
    return it == constants.end() ? Term() : Term(it->second);
  }
  if (function != "rank" && function != "dim")
    return 1.0;
  for (auto [type, own] : llvm::zip(
           types, rule.getArgumentNames().getAsValueRange<StringAttr>())) {
    if (own != name)
      continue;
    if (function == "rank")
      return double(type.getRank());
    int64_t dim = rest[0].integer().value_or(type.getRank());
    dim = dim < 0 ? dim + type.getRank() : dim;
    if (dim >= 0 && dim < type.getRank())
      return double(type.getDimSize(dim));
  }
  return {};
}

/// Whether the conditions hold, but for the one to be violated.
bool InstanceMaker::isWanted() {
  auto ask = [&](StringRef function, StringRef value, ArrayRef<Term> rest) {
    return query(function, value, rest);
  };
  for (auto [index, condition] : llvm::enumerate(conditions)) {
    Term term = evaluate(condition, bindings, ask);
    bool violated = options.violated && *options.violated == index;
    if (violated ? !term.isNumber() || term.isTrue() : !term.isTrue())
      return false;
  }
  return true;
}

//===----------------------------------------------------------------------===//
// Building
//===----------------------------------------------------------------------===//

std::string InstanceMaker::describe() const {
  std::string text;
  llvm::raw_string_ostream os(text);
  llvm::ListSeparator separator(" ");
  for (const auto &[name, size] : bindings.sizes)
    os << separator << name.getValue() << '=' << size.value;
  for (const auto &[name, sequence] : bindings.sequences) {
    os << separator << name.getValue() << "=[";
    llvm::interleave(
        sequence, os, [&](const Size &size) { os << size.value; }, ",");
    os << ']';
  }
  for (const auto &[name, attribute] : bindings.attributes) {
    os << separator << name.getValue() << '=';
    if (attribute)
      attribute.print(os, /*elideType=*/true);
    else
      os << "absent";
  }
  for (const auto &[name, constant] : constants)
    os << separator << '%' << name.getValue() << '='
       << llvm::format("%g", constant);
  return text;
}

FailureOr<func::FuncOp> InstanceMaker::makeFunction(StringRef name, Block *side,
                                                    OpBuilder &builder,
                                                    std::string &why) {
  OpBuilder::InsertionGuard guard(builder);
  Location loc = rule.getLoc();
  SmallVector<Type> inputs;
  auto names = rule.getArgumentNames().getAsRange<StringAttr>();
  for (auto [type, own] : llvm::zip(types, names))
    if (!constants.contains(own))
      inputs.push_back(type);
  auto function = func::FuncOp::create(builder, loc, name,
                                       builder.getFunctionType(inputs, {}));
  Block *body = function.addEntryBlock();
  builder.setInsertionPointToStart(body);
  SmallVector<Value> arguments;
  auto next = body->args_begin();
  for (auto [type, own] : llvm::zip(types, names)) {
    auto it = constants.find(own);
    if (it == constants.end()) {
      arguments.push_back(*next++);
      continue;
    }
    arguments.push_back(aten::FullOp::create(
        builder, loc, TypeRange(type), ValueRange(),
        {builder.getNamedAttr("size",
                              builder.getDenseI64ArrayAttr(type.getShape())),
         builder.getNamedAttr("value", builder.getF64FloatAttr(it->second)),
         builder.getNamedAttr("dtype", TypeAttr::get(type.getElementType()))}));
  }
  Instantiation made(rule, bindings, builder, loc);
  auto ask = [&](StringRef function, StringRef value, ArrayRef<Term> rest) {
    return query(function, value, rest);
  };
  made.query = ask;
  if (failed(made.run(side, arguments, why))) {
    function.erase();
    return failure();
  }
  func::ReturnOp::create(builder, loc, made.results);
  function.setFunctionType(
      builder.getFunctionType(inputs, TypeRange(made.results)));
  return function;
}

/// States on the function what the conditions ask for, so that the rule matches
/// its own instances.
void InstanceMaker::addFacts(func::FuncOp function) {
  MLIRContext *context = function.getContext();
  Builder builder(context);
  auto argumentOf = [&](StringRef name) -> std::optional<unsigned> {
    unsigned number = 0;
    for (auto own : rule.getArgumentNames().getAsRange<StringAttr>()) {
      if (constants.contains(own))
        continue;
      if (own.getValue() == name)
        return number;
      ++number;
    }
    return std::nullopt;
  };
  auto addFact = [&](const Expression &part) {
    if (part.kind != Expression::Kind::Call)
      return;
    if (part.text == "finite") {
      kopt::ContractAttr usual = kopt::ContractAttr::getDefault(context);
      function->setAttr(kopt::kContractAttrName,
                        kopt::ContractAttr::get(
                            context, usual.getMatmul(), usual.getConvolution(),
                            usual.getReduction(), kopt::SpecialValues::Finite,
                            usual.getSignedZeros(), usual.getDeterministic(),
                            usual.getAliasing(), usual.getParameters()));
    }
    std::optional<unsigned> argument =
        part.parts.empty() ? std::nullopt : argumentOf(part.parts[0].text);
    if (!argument)
      return;
    if (part.text == "is_parameter")
      function.setArgAttr(*argument, kopt::kParameterAttrName,
                          builder.getUnitAttr());
    if (part.text == "bounded" &&
        part.parts[1].kind == Expression::Kind::Number)
      function.setArgAttr(
          *argument, kopt::kRangeAttrName,
          kopt::RangeAttr::get(
              context, builder.getF64FloatAttr(-part.parts[1].number),
              builder.getF64FloatAttr(part.parts[1].number), FloatAttr()));
  };
  for (const Expression &condition : conditions)
    condition.walk(addFact);
}

std::optional<RuleInstance> InstanceMaker::make(ArrayRef<unsigned> choice) {
  if (!bind(choice) || !isWanted())
    return std::nullopt;
  RuleInstance instance;
  instance.text = describe();
  instance.module = ModuleOp::create(rule.getLoc());
  OpBuilder builder = OpBuilder::atBlockEnd(instance.module->getBody());
  std::string why;
  FailureOr<func::FuncOp> before =
      makeFunction("before", rule.getBeforeBlock(), builder, why);
  // Not a program at all: the numbers do not fit the operations.
  if (failed(before))
    return std::nullopt;
  FailureOr<func::FuncOp> after =
      makeFunction("after", rule.getAfterBlock(), builder, why);
  if (succeeded(after) &&
      before->getFunctionType() != after->getFunctionType()) {
    llvm::raw_string_ostream(why) << "it gives " << after->getFunctionType()
                                  << " for " << before->getFunctionType();
    after = failure();
  }
  if (failed(after)) {
    instance.illFormed = why;
    instance.module = nullptr;
    return instance;
  }
  addFacts(*before);
  addFacts(*after);
  return instance;
}

std::vector<RuleInstance> InstanceMaker::run() {
  std::vector<RuleInstance> instances;
  DenseSet<SmallVector<unsigned>> tried;
  // Draws repeat themselves when there is little to choose.
  const unsigned draws = 200 * options.count;
  for (unsigned number = 0; number < draws && instances.size() < options.count;
       ++number) {
    SmallVector<unsigned> choice = number == 0 ? firstChoice() : draw();
    if (!tried.insert(choice).second)
      continue;
    if (std::optional<RuleInstance> instance = make(choice))
      instances.push_back(std::move(*instance));
  }
  return instances;
}

std::vector<RuleInstance>
rewrite::makeInstances(kopt::RuleOp rule, const InstanceOptions &options) {
  return InstanceMaker(rule, options).run();
}
