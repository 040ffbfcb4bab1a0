//===- RuleExpression.cpp - Expressions in rewrite rules --------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Dialect/Kopt/RuleExpression.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/JSON.h"
#include <cmath>

using namespace kernel_opt;
using namespace kernel_opt::kopt;

Term Term::list(ArrayRef<double> numbers) {
  Term term;
  term.kind = Kind::List;
  term.numbers.assign(numbers.begin(), numbers.end());
  return term;
}

std::optional<int64_t> Term::integer() const {
  // NaN is neither below nor above.
  if (!isNumber() || !(std::fabs(number()) <= 0x1p53) ||
      number() != std::floor(number()))
    return std::nullopt;
  return int64_t(number());
}

//===----------------------------------------------------------------------===//
// Functions
//===----------------------------------------------------------------------===//

namespace {
/// A function of the language; `ofValue` says that its first argument is a
/// %value, and `numbers` counts the others.
struct Function {
  StringLiteral name;
  bool ofValue;
  unsigned numbers;
};
} // namespace

static constexpr Function functions[] = {
    {"is_parameter", true, 0}, {"is_constant", true, 0}, {"only_use", true, 0},
    {"value", true, 0},        {"rank", true, 0},        {"dim", true, 1},
    {"bounded", true, 1},      {"size", false, 1},       {"len", false, 1},
    {"abs", false, 1},         {"sqrt", false, 1},       {"exp", false, 1},
    {"log", false, 1},         {"exp2", false, 1},       {"log2", false, 1},
    {"magnitude", false, 1},   {"min", false, 2},        {"max", false, 2},
    {"finite", false, 0},
};

static const Function *findFunction(StringRef name) {
  const Function *it = llvm::find_if(
      functions, [&](const Function &f) { return f.name == name; });
  return it == std::end(functions) ? nullptr : it;
}

Term kopt::lookupConstant(StringRef name) {
  if (name == "pi")
    return 3.14159265358979323846;
  if (name == "e")
    return 2.71828182845904523536;
  if (name == "ln2")
    return 0.69314718055994530942;
  if (name == "ln10")
    return 2.30258509299404568402;
  if (name == "log2e")
    return 1.44269504088896340736;
  if (name == "log10e")
    return 0.43429448190325182765;
  return {};
}

//===----------------------------------------------------------------------===//
// Parsing
//===----------------------------------------------------------------------===//

namespace {
/// Recursive descent with one function for all levels of binary operators.
class Parser {
public:
  Parser(StringRef text, std::string &error) : rest(text), error(error) {}

  FailureOr<Expression> parse() {
    FailureOr<Expression> whole = binary(0);
    if (succeeded(whole) && !rest.trim().empty())
      return fail("an operator");
    return whole;
  }

private:
  static constexpr unsigned kLevels = 5;
  /// Deeper nesting is refused, so that hostile text cannot end the stack.
  static constexpr unsigned kMaxDepth = 64;
  /// "1 + 1 + ..." nests, too: to the left.
  static constexpr unsigned kMaxParts = 1000;

  FailureOr<Expression> fail(const Twine &expected) {
    // Text from anywhere; half a character would spoil the message.
    std::string found = llvm::json::fixUTF8(rest.ltrim().take_front(16));
    error = ("expected " + expected + ", found " +
             (found.empty() ? "the end" : "'" + found + "'"))
                .str();
    return failure();
  }

  /// Takes the operator of `level` that comes next, if any.
  std::string takeOperator(unsigned level) {
    static const SmallVector<StringRef> levels[kLevels] = {
        {"||"},
        {"&&"},
        {"==", "!=", "<=", ">=", "<", ">"},
        {"+", "-"},
        {"*", "/", "%", "mod", "floordiv", "ceildiv"}};
    rest = rest.ltrim();
    for (StringRef token : levels[level]) {
      if (!rest.starts_with(token))
        continue;
      // A word must end here.
      StringRef after = rest.drop_front(token.size());
      bool letter = !after.empty() &&
                    (llvm::isAlnum(after.front()) || after.front() == '_');
      if (letter && llvm::isAlpha(token.front()))
        continue;
      rest = after;
      return token == "mod" ? "%" : token.str();
    }
    return "";
  }

  FailureOr<Expression> binary(unsigned level) {
    if (level == kLevels)
      return unary();
    FailureOr<Expression> left = binary(level + 1);
    while (succeeded(left)) {
      std::string token = takeOperator(level);
      if (token.empty())
        break;
      if (!countPart())
        return fail("fewer operators");
      FailureOr<Expression> right = binary(level + 1);
      if (failed(right))
        return failure();
      Expression both;
      both.kind = Expression::Kind::Operator;
      both.text = token;
      both.parts.push_back(std::move(*left));
      both.parts.push_back(std::move(*right));
      left = std::move(both);
    }
    return left;
  }

  FailureOr<Expression> unary() {
    rest = rest.ltrim();
    if (++depth > kMaxDepth)
      return fail("less nesting");
    for (StringRef token : {"!", "-"}) {
      if (!rest.consume_front(token))
        continue;
      FailureOr<Expression> operand = unary();
      if (failed(operand))
        return failure();
      Expression result;
      result.kind = Expression::Kind::Operator;
      result.text = token.str();
      result.parts.push_back(std::move(*operand));
      --depth;
      return result;
    }
    FailureOr<Expression> result = postfix();
    --depth;
    return result;
  }

  FailureOr<Expression> postfix() {
    FailureOr<Expression> base = primary();
    while (succeeded(base) && rest.ltrim().starts_with("[")) {
      rest = rest.ltrim().drop_front();
      if (!countPart())
        return fail("fewer indices");
      FailureOr<Expression> index = binary(0);
      if (failed(index))
        return failure();
      if (!take("]"))
        return fail("']'");
      Expression both;
      both.kind = Expression::Kind::Index;
      both.parts.push_back(std::move(*base));
      both.parts.push_back(std::move(*index));
      base = std::move(both);
    }
    return base;
  }

  /// Whether there may be one part more.
  bool countPart() { return ++parts <= kMaxParts; }

  bool take(StringRef token) {
    rest = rest.ltrim();
    return rest.consume_front(token);
  }

  std::string takeWord() {
    StringRef word =
        rest.take_while([](char c) { return llvm::isAlnum(c) || c == '_'; });
    rest = rest.drop_front(word.size());
    return word.str();
  }

  FailureOr<Expression> primary() {
    rest = rest.ltrim();
    if (take("(")) {
      FailureOr<Expression> inner = binary(0);
      if (succeeded(inner) && !take(")"))
        return fail("')'");
      return inner;
    }
    Expression result;
    if (rest.consume_front("%")) {
      result.kind = Expression::Kind::Value;
      result.text = takeWord();
      return result.text.empty() ? fail("the name of a value") : result;
    }
    if (!rest.empty() && (llvm::isDigit(rest.front()) || rest.front() == '.'))
      return takeNumber();
    result.text = takeWord();
    if (result.text.empty())
      return fail("a number, a name or '('");
    result.kind = Expression::Kind::Name;
    if (!take("("))
      return result;
    result.kind = Expression::Kind::Call;
    while (!take(")")) {
      if (!result.parts.empty() && !take(","))
        return fail("',' or ')'");
      FailureOr<Expression> part = binary(0);
      if (failed(part))
        return failure();
      result.parts.push_back(std::move(*part));
    }
    return result;
  }

  FailureOr<Expression> takeNumber() {
    StringRef text =
        rest.take_while([](char c) { return llvm::isDigit(c) || c == '.'; });
    StringRef after = rest.drop_front(text.size());
    // An exponent, with its sign.
    if (after.consume_front("e") || after.consume_front("E")) {
      if (!after.consume_front("-"))
        after.consume_front("+");
      after = after.drop_while(llvm::isDigit);
      text = rest.drop_back(after.size());
    }
    Expression result;
    if (text.getAsDouble(result.number))
      return fail("a number");
    result.text = text.str();
    rest = rest.drop_front(text.size());
    return result;
  }

  StringRef rest;
  std::string &error;
  unsigned depth = 0, parts = 0;
};
} // namespace

FailureOr<Expression> Expression::parse(StringRef text, std::string &error) {
  return Parser(text, error).parse();
}

void Expression::walk(
    llvm::function_ref<void(const Expression &)> visit) const {
  visit(*this);
  for (const Expression &part : parts)
    part.walk(visit);
}

LogicalResult Expression::check(std::string &error) const {
  if (kind == Kind::Call) {
    const Function *function = findFunction(text);
    if (!function) {
      error = "unknown function '" + text + "'";
      return failure();
    }
    unsigned expected = function->numbers + function->ofValue;
    bool ofValue = !parts.empty() && parts[0].kind == Kind::Value;
    if (parts.size() != expected || ofValue != function->ofValue) {
      error = ("'" + text + "' expects " +
               (function->ofValue ? "a %value" : "no %value") + " and " +
               Twine(function->numbers) + " numbers")
                  .str();
      return failure();
    }
  }
  for (auto [index, part] : llvm::enumerate(parts)) {
    if (part.kind == Kind::Value && !(kind == Kind::Call && index == 0)) {
      error = "'%" + part.text + "' is not an argument of a function";
      return failure();
    }
    if (failed(part.check(error)))
      return failure();
  }
  return success();
}

std::string
Expression::print(llvm::function_ref<std::string(StringRef)> replace) const {
  switch (kind) {
  case Kind::Number:
    return text;
  case Kind::Value:
    return "%" + text;
  case Kind::Name: {
    std::string other = replace(text);
    return other.empty() ? text : other;
  }
  case Kind::Index:
    return parts[0].print(replace) + "[" + parts[1].print(replace) + "]";
  case Kind::Call: {
    auto arguments = llvm::map_range(
        parts, [&](const Expression &part) { return part.print(replace); });
    return text + "(" + llvm::join(arguments, ", ") + ")";
  }
  case Kind::Operator:
    if (parts.size() == 1)
      return text + "(" + parts[0].print(replace) + ")";
    return "(" + parts[0].print(replace) + " " + text + " " +
           parts[1].print(replace) + ")";
  }
  llvm_unreachable("unknown kind");
}

//===----------------------------------------------------------------------===//
// Evaluation
//===----------------------------------------------------------------------===//

static Term compareTerms(StringRef op, const Term &a, const Term &b) {
  // Lists compare element by element.
  if (op == "==" || op == "!=")
    return double((a.kind == b.kind && a.numbers == b.numbers) == (op == "=="));
  if (!a.isNumber() || !b.isNumber())
    return {};
  double x = a.number(), y = b.number();
  return double(op == "<"    ? x < y
                : op == "<=" ? x <= y
                : op == ">"  ? x > y
                             : x >= y);
}

static Term arithmetic(StringRef op, double x, double y) {
  if (op == "+")
    return x + y;
  if (op == "-")
    return x - y;
  if (op == "*")
    return x * y;
  if (y == 0)
    return {};
  if (op == "/")
    return x / y;
  if (op == "floordiv")
    return std::floor(x / y);
  if (op == "ceildiv")
    return std::ceil(x / y);
  return x - y * std::floor(x / y);
}

static Term callOnNumbers(StringRef function, ArrayRef<Term> terms) {
  if (function == "size" || function == "len") {
    if (!terms[0].isList())
      return {};
    double product = 1;
    for (double factor : terms[0].numbers)
      product *= factor;
    return function == "size" ? product : double(terms[0].numbers.size());
  }
  if (!llvm::all_of(terms, [](const Term &term) { return term.isNumber(); }))
    return {};
  double x = terms[0].number();
  if (function == "min")
    return std::min(x, terms[1].number());
  if (function == "max")
    return std::max(x, terms[1].number());
  // The condition itself; admission treats it apart.
  if (function == "magnitude")
    return x;
  double result = function == "abs"    ? std::fabs(x)
                  : function == "sqrt" ? std::sqrt(x)
                  : function == "exp"  ? std::exp(x)
                  : function == "log"  ? std::log(x)
                  : function == "exp2" ? std::exp2(x)
                                       : std::log2(x);
  return std::isnan(result) ? Term() : Term(result);
}

Term Expression::evaluateCall(const Scope &scope) const {
  const Function *function = findFunction(text);
  if (!function || parts.size() != function->numbers + function->ofValue)
    return {};
  SmallVector<Term> terms;
  for (const Expression &part : llvm::drop_begin(parts, function->ofValue))
    terms.push_back(part.evaluate(scope));
  if (function->ofValue || function->numbers == 0)
    return scope.query(text, function->ofValue ? StringRef(parts[0].text) : "",
                       terms);
  return callOnNumbers(text, terms);
}

Term Expression::evaluate(const Scope &scope) const {
  switch (kind) {
  case Kind::Number:
    return number;
  case Kind::Value:
    return {};
  case Kind::Name: {
    Term constant = lookupConstant(text);
    return constant.isUnknown() ? scope.name(text) : constant;
  }
  case Kind::Call:
    return evaluateCall(scope);
  case Kind::Index: {
    Term list = parts[0].evaluate(scope), at = parts[1].evaluate(scope);
    // What is no number at all is no place either.
    if (!list.isList() || !at.isNumber() ||
        !(at.number() >= 0 && at.number() < list.numbers.size()))
      return {};
    return list.numbers[static_cast<size_t>(at.number())];
  }
  case Kind::Operator:
    break;
  }
  Term a = parts[0].evaluate(scope);
  if (text == "||" || text == "&&") {
    Term b = parts[1].evaluate(scope);
    // One side may decide alone.
    bool decides = text == "||";
    if ((a.isNumber() && a.isTrue() == decides) ||
        (b.isNumber() && b.isTrue() == decides))
      return double(decides);
    return a.isUnknown() || b.isUnknown() ? Term() : double(!decides);
  }
  if (a.isUnknown())
    return {};
  if (parts.size() == 1) {
    if (!a.isNumber())
      return {};
    return text == "!" ? double(a.number() == 0) : -a.number();
  }
  Term b = parts[1].evaluate(scope);
  if (b.isUnknown())
    return {};
  if (StringRef("== != < <= > >=").contains(text))
    return compareTerms(text, a, b);
  if (!a.isNumber() || !b.isNumber())
    return {};
  return arithmetic(text, a.number(), b.number());
}
