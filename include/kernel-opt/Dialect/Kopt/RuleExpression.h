//===- RuleExpression.h - Expressions in rewrite rules ----------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The small language of `where` conditions, of `kopt.set` and of named sizes.
// From weakest to strongest:
//
//   a || b     a && b     !a     == != < <= > >=     + -
//   * / % (also: mod, floordiv, ceildiv)     -a     x[i]
//
// over numbers, names (sizes, bound attributes, constants), %values and calls.
// `/` divides exactly; truth is 1 and falsehood 0.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_DIALECT_KOPT_RULEEXPRESSION_H
#define KERNEL_OPT_DIALECT_KOPT_RULEEXPRESSION_H

#include "kernel-opt/Support/LLVM.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SmallVector.h"
#include <string>
#include <vector>

namespace kernel_opt::kopt {

/// What an expression is worth: unknown, a number, or a list of numbers.
struct Term {
  enum class Kind { Unknown, Number, List };

  Term() = default;
  Term(double number) : kind(Kind::Number), numbers{number} {}
  static Term list(ArrayRef<double> numbers);

  bool isUnknown() const { return kind == Kind::Unknown; }
  bool isNumber() const { return kind == Kind::Number; }
  bool isList() const { return kind == Kind::List; }
  double number() const { return numbers.front(); }
  /// The number, if it is a whole one that every representation holds.
  std::optional<int64_t> integer() const;
  /// Whether it is known and not 0.
  bool isTrue() const { return isNumber() && number() != 0; }

  Kind kind = Kind::Unknown;
  SmallVector<double, 2> numbers;
};

/// A parsed expression.
class Expression {
public:
  enum class Kind { Number, Name, Value, Call, Operator, Index };

  /// Parses `text`; on failure `error` says what was expected and found.
  /// Expressions of more than 1000 operators and calls are refused.
  static FailureOr<Expression> parse(StringRef text, std::string &error);

  /// What names, values and calls mean to whoever evaluates.
  struct Scope {
    /// The size, attribute or constant of that name.
    llvm::function_ref<Term(StringRef)> name;
    /// A function of one value, given by name without '%', and of numbers.
    llvm::function_ref<Term(StringRef function, StringRef value,
                            ArrayRef<Term> rest)>
        query;
  };
  /// Unknown where a part is unknown or undefined (a quotient by zero).
  Term evaluate(const Scope &scope) const;

  /// Calls `visit` on this and every part.
  void walk(llvm::function_ref<void(const Expression &)> visit) const;
  /// Fails, with `error`, on a call of an unknown function or with wrong
  /// arguments.
  LogicalResult check(std::string &error) const;
  /// The expression with every name replaced that `replace` gives a text for.
  std::string print(llvm::function_ref<std::string(StringRef)> replace) const;

  Kind kind = Kind::Number;
  double number = 0;
  /// The name, function or operator; of a number, its spelling.
  std::string text;
  std::vector<Expression> parts;

private:
  Term evaluateCall(const Scope &scope) const;
};

/// The constants that expressions know by name: pi, e, ln2, ln10, log2e,
/// log10e. Unknown for other names.
Term lookupConstant(StringRef name);

} // namespace kernel_opt::kopt

#endif // KERNEL_OPT_DIALECT_KOPT_RULEEXPRESSION_H
