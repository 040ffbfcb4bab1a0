//===- FunctionCheck.cpp - Comparisons of functions, kept -------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Optimizer/Optimizer.h"
#include "kernel-opt/Support/JSONReader.h"

using namespace kernel_opt;
using namespace kernel_opt::optimizer;
namespace json = llvm::json;

json::Object FunctionCheck::toJSON() const {
  return json::Object{
      {"source", source}, {"target", target},
      {"bits", bits},     {"detail", detail},
      {"record", record}, {"assumptions", json::Array(assumptions)}};
}

llvm::Expected<FunctionCheck>
FunctionCheck::fromJSON(const json::Value &value) {
  JSONErrors errors;
  JSONReader reader(&value, "", errors);
  FunctionCheck check;
  check.source = reader.string("source");
  check.target = reader.string("target");
  check.bits = reader.number("bits");
  check.detail = reader.string("detail");
  if (const json::Value *record = reader.value("record"))
    check.record = *record;
  check.assumptions = reader.strings("assumptions");
  reader.finish();
  if (llvm::Error error = errors.take("comparison of functions"))
    return std::move(error);
  return check;
}
