//===- Shipped.cpp - Winners that come with the program -------------------===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Search/Shipped.h"
#include "kernel-opt/Support/EmbeddedFile.h"
#include "kernel-opt/Support/Hash.h"
#include "kernel-opt/Support/JSONReader.h"
#include "kernel-opt/Support/Nesting.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::search;
namespace json = llvm::json;

static constexpr int64_t formatVersion = 1;

static constexpr EmbeddedFile shippedFiles[] = {
#include "ShippedWinners.inc"
};

static FunctionOpInterface onlyFunction(ModuleOp module) {
  auto functions = module.getOps<FunctionOpInterface>();
  return llvm::hasSingleElement(functions) ? *functions.begin()
                                           : FunctionOpInterface();
}

std::string search::programIdentity(ModuleOp module) {
  FunctionOpInterface function = onlyFunction(module);
  return function
             ? structuralHash(function, "", {SymbolTable::getSymbolAttrName()})
             : std::string();
}

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

static llvm::Error readHeader(const json::Value &value, std::string &target) {
  JSONErrors errors;
  JSONReader reader(&value, "", errors);
  reader.integer("kernel-opt-winners", formatVersion, formatVersion);
  target = reader.string("target");
  reader.finish();
  return errors.take("header");
}

static llvm::Expected<ShippedWinner> readWinner(const json::Value &value) {
  JSONErrors errors;
  JSONReader reader(&value, "", errors);
  ShippedWinner winner;
  winner.name = reader.string("name");
  winner.program = reader.string("program");
  winner.device = reader.string("device");
  const json::Value *candidate = reader.value("candidate");
  reader.finish();
  if (llvm::Error error = errors.take("winner"))
    return std::move(error);
  auto read = Candidate::fromJSON(*candidate);
  if (!read)
    return read.takeError();
  winner.candidate = std::move(*read);
  return winner;
}

llvm::Expected<ShippedWinners> ShippedWinners::parse(StringRef text,
                                                     StringRef name) {
  ShippedWinners result;
  SmallVector<StringRef> lines;
  text.split(lines, '\n');
  bool first = true;
  for (auto [i, line] : llvm::enumerate(lines)) {
    if (line.trim().empty())
      continue;
    auto failure = [&, number = i + 1](llvm::Error error) {
      return llvm::createStringError(name + ":" + Twine(number) + ": " +
                                     llvm::toString(std::move(error)));
    };
    auto value = parseJSON(line);
    if (!value)
      return failure(value.takeError());
    if (std::exchange(first, false)) {
      if (llvm::Error error = readHeader(*value, result.target))
        return failure(std::move(error));
      continue;
    }
    auto winner = readWinner(*value);
    if (!winner)
      return failure(winner.takeError());
    result.winners.push_back(std::move(*winner));
  }
  if (first)
    return llvm::createStringError(name + ": expected a header, found nothing");
  return result;
}

llvm::Expected<ShippedWinners> ShippedWinners::load(StringRef target) {
  for (const EmbeddedFile &file : shippedFiles) {
    auto winners = parse(file.text, file.name);
    if (!winners || winners->target == target)
      return winners;
  }
  return ShippedWinners();
}

//===----------------------------------------------------------------------===//
// Looking up
//===----------------------------------------------------------------------===//

std::optional<Candidate> ShippedWinners::forProgram(ModuleOp module) const {
  std::string identity = programIdentity(module);
  if (identity.empty())
    return std::nullopt;
  for (const ShippedWinner &winner : winners) {
    if (winner.program != identity)
      continue;
    Candidate candidate = winner.candidate;
    std::string function =
        SymbolTable::getSymbolName(onlyFunction(module)).str();
    for (RuleUse &use : candidate.graph.rules)
      use.site = function + use.site;
    return candidate;
  }
  return std::nullopt;
}

std::optional<KernelChoice> ShippedWinners::forKernel(StringRef hash) const {
  for (const ShippedWinner &winner : winners)
    if (auto found = winner.candidate.kernels.find(hash.str());
        found != winner.candidate.kernels.end())
      return found->second;
  return std::nullopt;
}
