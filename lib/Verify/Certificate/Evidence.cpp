//===- Evidence.cpp - How sure an obligation is -----------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Verify/Evidence.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>

using namespace kernel_opt;
using namespace kernel_opt::verify;

static constexpr StringLiteral levelNames[] = {"REFUTED", "UNKNOWN", "TESTED",
                                               "CHECKED", "PROVED"};

StringRef verify::getName(Level level) { return levelNames[unsigned(level)]; }

std::optional<Level> verify::getLevel(StringRef name) {
  for (auto [i, known] : llvm::enumerate(levelNames))
    if (known == name)
      return Level(i);
  return std::nullopt;
}

ArrayRef<StringRef> verify::knownObligations() {
  static constexpr StringRef names[] = {
      obligation::admission,     obligation::ptxLint, obligation::rule,
      obligation::sameFunction,  obligation::safety,  obligation::accuracy,
      obligation::specialValues, obligation::device,  obligation::speed};
  return names;
}

std::string Obligation::levelText() const {
  switch (level) {
  case Level::Checked:
    if (bits <= 0)
      return "CHECKED";
    return llvm::formatv("CHECKED(2^-{0})", int64_t(std::floor(bits))).str();
  case Level::Tested:
    return llvm::formatv("TESTED({0})", tests).str();
  default:
    return getName(level).str();
  }
}

llvm::json::Object Obligation::toJSON() const {
  llvm::json::Object object{{"obligation", name},
                            {"layer", layer},
                            {"subject", subject},
                            {"level", levelText()}};
  if (!detail.empty())
    object["detail"] = detail;
  return object;
}
