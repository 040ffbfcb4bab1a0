//===- Provenance.h - Symbolic values of literals ----------*- C++ -*- ===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_VERIFY_DOMAIN_PROVENANCE_H
#define KERNEL_OPT_LIB_VERIFY_DOMAIN_PROVENANCE_H

#include "DDFunctions.h"
#include "llvm/ADT/StringExtras.h"

namespace kernel_opt::verify {

/// Names that a provenance may use.
enum class Symbol : uint8_t { Pi, E, Ln2, Ln10, Log2E, Log10E };
std::optional<Symbol> getSymbol(StringRef name);
std::optional<UnaryFn> getProvenanceFn(StringRef name);
/// A hexadecimal float as a double, if it is one exactly.
std::optional<double> parseHexFloat(StringRef text);

/// Recursive descent over the grammar
///   sum = product (('+' | '-') product)*    product = factor (('*' | '/')
///   factor)* factor = '-' factor | atom ('^' factor)? atom = number | name |
///   function '(' sum ')' | '(' sum ')'
/// `Builder` makes the values: Value decimal(uint64_t digits, int exponent10),
/// Value real(double), Value symbol(Symbol), Value unary(UnaryFn, Value),
/// Value binary(BinaryFn, Value, Value).
template <typename Builder>
class ProvenanceParser {
public:
  using Value = typename Builder::Value;

  ProvenanceParser(StringRef text, Builder &builder)
      : rest(text), builder(builder) {}

  FailureOr<Value> parse() {
    FailureOr<Value> value = parseSum();
    rest = rest.ltrim();
    if (failed(value) || !rest.empty())
      return failure();
    return value;
  }

private:
  bool consume(char c) {
    rest = rest.ltrim();
    return rest.consume_front(StringRef(&c, 1));
  }

  FailureOr<Value> parseSum() {
    FailureOr<Value> left = parseProduct();
    while (succeeded(left)) {
      BinaryFn fn;
      if (consume('+'))
        fn = BinaryFn::Add;
      else if (consume('-'))
        fn = BinaryFn::Sub;
      else
        return left;
      left = combine(fn, *left, parseProduct());
    }
    return failure();
  }

  FailureOr<Value> parseProduct() {
    FailureOr<Value> left = parseFactor();
    while (succeeded(left)) {
      BinaryFn fn;
      if (consume('*'))
        fn = BinaryFn::Mul;
      else if (consume('/'))
        fn = BinaryFn::Div;
      else
        return left;
      left = combine(fn, *left, parseFactor());
    }
    return failure();
  }

  FailureOr<Value> combine(BinaryFn fn, const Value &left,
                           FailureOr<Value> right) {
    if (failed(right))
      return failure();
    return builder.binary(fn, left, *right);
  }

  FailureOr<Value> parseFactor() {
    // Bounds the recursion: bad input must not exhaust the stack.
    if (++depth > 100)
      return failure();
    if (consume('-')) {
      FailureOr<Value> value = parseFactor();
      if (failed(value))
        return failure();
      return builder.unary(UnaryFn::Neg, *value);
    }
    FailureOr<Value> base = parseAtom();
    if (failed(base) || !consume('^'))
      return base;
    return combine(BinaryFn::Pow, *base, parseFactor());
  }

  FailureOr<Value> parseAtom() {
    if (consume('('))
      return parseClosed();
    rest = rest.ltrim();
    if (rest.empty())
      return failure();
    return llvm::isAlpha(rest.front()) ? parseName() : parseNumber();
  }

  FailureOr<Value> parseClosed() {
    FailureOr<Value> value = parseSum();
    if (failed(value) || !consume(')'))
      return failure();
    return value;
  }

  FailureOr<Value> parseName() {
    StringRef name = rest.take_while(llvm::isAlnum);
    rest = rest.drop_front(name.size());
    if (std::optional<Symbol> symbol = getSymbol(name))
      return builder.symbol(*symbol);
    std::optional<UnaryFn> fn = getProvenanceFn(name);
    if (!fn || !consume('('))
      return failure();
    FailureOr<Value> argument = parseClosed();
    if (failed(argument))
      return failure();
    return builder.unary(*fn, *argument);
  }

  FailureOr<Value> parseNumber() {
    if (rest.starts_with_insensitive("0x")) {
      size_t end = 2;
      while (end < rest.size() &&
             (llvm::isHexDigit(rest[end]) || rest[end] == '.' ||
              llvm::toLower(rest[end]) == 'p' ||
              ((rest[end] == '-' || rest[end] == '+') &&
               llvm::toLower(rest[end - 1]) == 'p')))
        ++end;
      std::optional<double> value = parseHexFloat(rest.take_front(end));
      if (!value)
        return failure();
      rest = rest.drop_front(end);
      return builder.real(*value);
    }
    return parseDecimal();
  }

  FailureOr<Value> parseDecimal() {
    uint64_t digits = 0;
    int exponent = 0, count = 0;
    bool fraction = false;
    while (!rest.empty() && (llvm::isDigit(rest.front()) ||
                             (rest.front() == '.' && !fraction))) {
      char c = rest.front();
      rest = rest.drop_front();
      if (c == '.') {
        fraction = true;
        continue;
      }
      if (++count > 18)
        return failure();
      digits = digits * 10 + (c - '0');
      exponent -= fraction;
    }
    if (count == 0)
      return failure();
    if (!rest.empty() && llvm::toLower(rest.front()) == 'e') {
      StringRef tail = rest.drop_front();
      tail.consume_front("+");
      int power;
      if (tail.consumeInteger(10, power) || power > 300 || power < -300)
        return failure();
      rest = tail;
      exponent += power;
    }
    return builder.decimal(digits, exponent);
  }

  StringRef rest;
  Builder &builder;
  unsigned depth = 0;
};

/// The value in double-double; fails on the empty string too.
FailureOr<DD> evaluateProvenance(StringRef provenance);

} // namespace kernel_opt::verify

#endif // KERNEL_OPT_LIB_VERIFY_DOMAIN_PROVENANCE_H
