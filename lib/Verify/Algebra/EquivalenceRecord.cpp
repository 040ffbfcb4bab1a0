//===- EquivalenceRecord.cpp - Sizes to run with, and the record - ===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Dialect/Kopt/KoptAttrs.h"
#include "kernel-opt/Verify/Equivalence.h"
#include "kernel-opt/Verify/Tower.h"
#include "mlir/IR/Block.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringExtras.h"
#include <cmath>

using namespace kernel_opt;
using namespace kernel_opt::verify;

StringRef verify::getName(Verdict verdict) {
  switch (verdict) {
  case Verdict::Verified:
    return "verified";
  case Verdict::Refuted:
    return "refuted";
  case Verdict::Unproven:
    return "unproven";
  }
  llvm_unreachable("verdict outside its enum");
}

SmallVector<Instance> verify::chooseInstances(Block &program) {
  // Different primes tell dimensions apart; ones and twos are where guards and
  // broadcasts go wrong.
  static constexpr int64_t sizes[][4] = {
      {5, 3, 7, 2}, {3, 7, 2, 5}, {1, 2, 3, 1}, {2, 1, 1, 3}};
  SmallVector<Instance> instances;
  for (const auto &row : sizes) {
    llvm::MapVector<StringRef, int64_t> named;
    Instance instance;
    bool isStatic = true;
    for (Type type : program.getArgumentTypes()) {
      SmallVector<int64_t> shape;
      if (auto tensor = dyn_cast<RankedTensorType>(type)) {
        shape.assign(tensor.getShape().begin(), tensor.getShape().end());
        SmallVector<StringRef> names = kopt::DimsAttr::namesOf(tensor);
        for (auto [size, name] : llvm::zip_equal(shape, names)) {
          if (!mlir::ShapedType::isDynamic(size))
            continue;
          isStatic = false;
          size = named.try_emplace(name, row[named.size() % 4]).first->second;
        }
      }
      instance.push_back(std::move(shape));
    }
    instances.push_back(std::move(instance));
    if (isStatic)
      break;
  }
  return instances;
}

static llvm::json::Array toJSON(const Instance &instance) {
  llvm::json::Array shapes;
  for (ArrayRef<int64_t> shape : instance)
    shapes.push_back(llvm::json::Array(shape));
  return shapes;
}

std::string Witness::describe() const {
  std::string text;
  llvm::raw_string_ostream os(text);
  os << "result #" << output << "[";
  llvm::interleaveComma(index, os);
  os << "] is " << expected << " before and " << actual << " after";
  return text;
}

static llvm::json::Object toJSON(const Witness &witness) {
  return llvm::json::Object{{"output", int64_t(witness.output)},
                            {"index", llvm::json::Array(witness.index)},
                            {"family", getName(witness.family)},
                            {"seed", llvm::utohexstr(witness.seed)},
                            {"shapes", toJSON(witness.instance)},
                            {"expected", witness.expected},
                            {"actual", witness.actual},
                            {"different", int64_t(witness.different)},
                            {"compared", int64_t(witness.compared)}};
}

/// There is no infinity in JSON.
static llvm::json::Value toJSON(double bound) {
  return std::isfinite(bound) ? llvm::json::Value(bound)
                              : llvm::json::Value("none");
}

llvm::json::Object EquivalenceResult::toJSON() const {
  llvm::json::Array primes;
  for (unsigned i = maxTowerLevels - levels; i < maxTowerLevels; ++i)
    primes.push_back(int64_t(towerPrimes[i]));
  llvm::json::Object record{{"verdict", getName(verdict)},
                            {"source", sourceHash},
                            {"target", targetHash},
                            {"primes", std::move(primes)},
                            {"nonce", llvm::utohexstr(nonce)},
                            {"draws", int64_t(draws)},
                            {"redraws", int64_t(redraws)},
                            {"compared", int64_t(compared)},
                            {"outputs", sampled ? "sampled" : "all"},
                            {"degree_bound", ::toJSON(degree)},
                            {"exp_depth", int64_t(expDepth)},
                            {"tainted", int64_t(tainted)},
                            {"digest", llvm::utohexstr(digest)},
                            {"assumptions", llvm::json::Array(assumptions)}};
  if (verdict == Verdict::Verified)
    record["eps_rational"] = "2^-" + std::to_string(int64_t(evidence));
  if (expDepth)
    record["exp_soundness"] = "conditional(ITCS26)";
  if (!reason.empty())
    record["reason"] = reason;
  if (witness)
    record["witness"] = ::toJSON(*witness);
  llvm::json::Array ignored, specials;
  for (unsigned argument : ignoredInputs)
    ignored.push_back(int64_t(argument));
  for (InputFamily family : specialsDiffer)
    specials.push_back(getName(family));
  record["ignored_inputs"] = std::move(ignored);
  record["specials_differ"] = std::move(specials);
  record["less_finite"] = lessFinite;
  return record;
}
