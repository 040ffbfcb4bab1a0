//===- Provenance.cpp - Symbolic values of literals --------------- ===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Provenance.h"
#include "kernel-opt/Verify/Tower.h"
#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/Error.h"

using namespace kernel_opt;
using namespace kernel_opt::verify;

std::optional<Symbol> verify::getSymbol(StringRef name) {
  return StringSwitch<std::optional<Symbol>>(name)
      .Case("pi", Symbol::Pi)
      .Case("e", Symbol::E)
      .Case("ln2", Symbol::Ln2)
      .Case("ln10", Symbol::Ln10)
      .Case("log2e", Symbol::Log2E)
      .Case("log10e", Symbol::Log10E)
      .Default(std::nullopt);
}

std::optional<UnaryFn> verify::getProvenanceFn(StringRef name) {
  return StringSwitch<std::optional<UnaryFn>>(name)
      .Case("atan", UnaryFn::Atan)
      .Case("cos", UnaryFn::Cos)
      .Case("erf", UnaryFn::Erf)
      .Case("exp", UnaryFn::Exp)
      .Case("exp2", UnaryFn::Exp2)
      .Case("expm1", UnaryFn::Expm1)
      .Case("log", UnaryFn::Log)
      .Case("log1p", UnaryFn::Log1p)
      .Case("log2", UnaryFn::Log2)
      .Case("rsqrt", UnaryFn::Rsqrt)
      .Case("sin", UnaryFn::Sin)
      .Case("sqrt", UnaryFn::Sqrt)
      .Case("tanh", UnaryFn::Tanh)
      .Default(std::nullopt);
}

std::optional<double> verify::parseHexFloat(StringRef text) {
  llvm::APFloat value(llvm::APFloat::IEEEdouble());
  llvm::Expected<llvm::APFloat::opStatus> status =
      value.convertFromString(text, llvm::APFloat::rmNearestTiesToEven);
  if (!status) {
    llvm::consumeError(status.takeError());
    return std::nullopt;
  }
  if (*status != llvm::APFloat::opOK)
    return std::nullopt;
  return value.convertToDouble();
}

namespace {
struct DDBuilder {
  using Value = DD;
  Value decimal(uint64_t digits, int exponent10) {
    DD power = applyDD(BinaryFn::Pow, {10, 0},
                       {double(exponent10 < 0 ? -exponent10 : exponent10), 0});
    DD whole = intToDD(/*isSigned=*/false, int64_t(digits));
    return exponent10 < 0 ? whole / power : whole * power;
  }
  Value real(double x) { return {x, 0}; }
  Value symbol(Symbol symbol) {
    switch (symbol) {
    case Symbol::Pi:
      return ddPi;
    case Symbol::E:
      return expDD({1, 0});
    case Symbol::Ln2:
      return ddLn2;
    case Symbol::Ln10:
      return ddLn10;
    case Symbol::Log2E:
      return DD{1, 0} / ddLn2;
    case Symbol::Log10E:
      return DD{1, 0} / ddLn10;
    }
    llvm_unreachable("symbol outside its enum");
  }
  Value unary(UnaryFn fn, Value x) { return applyDD(fn, x); }
  Value binary(BinaryFn fn, Value x, Value y) { return applyDD(fn, x, y); }
};
} // namespace

FailureOr<DD> verify::evaluateProvenance(StringRef provenance) {
  DDBuilder builder;
  return ProvenanceParser<DDBuilder>(provenance, builder).parse();
}

FailureOr<double> verify::evaluateConstant(StringRef provenance) {
  FailureOr<DD> value = evaluateProvenance(provenance);
  if (failed(value))
    return failure();
  return value->high;
}
