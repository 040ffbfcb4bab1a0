//===- Sites.cpp - Names of places in a function ----------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Sites.h"
#include "kernel-opt/RewriteSet/Match.h"
#include "kernel-opt/RewriteSet/RewriteSet.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "llvm/ADT/STLExtras.h"

using namespace kernel_opt;
using namespace kernel_opt::rewrite;

static unsigned getNumber(Operation *op) {
  return std::distance(op->getBlock()->begin(), op->getIterator());
}

static unsigned getNumber(Block *block) {
  return std::distance(block->getParent()->begin(), block->getIterator());
}

std::string rewrite::getPath(Operation *op) {
  std::string path = std::to_string(getNumber(op));
  Operation *parent = op->getParentOp();
  for (; parent && !isa<mlir::FunctionOpInterface>(parent);
       op = parent, parent = op->getParentOp()) {
    if (!parent->getBlock())
      break;
    path = std::to_string(getNumber(parent)) + "." +
           std::to_string(op->getParentRegion()->getRegionNumber()) + "." +
           std::to_string(getNumber(op->getBlock())) + "." + path;
  }
  if (op->getBlock() && getNumber(op->getBlock()) != 0)
    path = "b" + std::to_string(getNumber(op->getBlock())) + "." + path;
  StringAttr name =
      parent
          ? parent->getAttrOfType<StringAttr>(SymbolTable::getSymbolAttrName())
          : StringAttr();
  return (name ? name.str() : std::string()) + "#" + path;
}

std::string Match::site() const {
  std::string path = getPath(root);
  return alternative == 0 ? path : path + ":" + std::to_string(alternative);
}

static llvm::json::Value toJSON(const Size &size) {
  if (size.isStatic())
    return size.value;
  return size.name;
}

llvm::json::Value Match::toJSON() const {
  llvm::json::Object sizes, attributes;
  for (const auto &[name, size] : bindings.sizes)
    sizes[name.getValue()] = ::toJSON(size);
  for (const auto &[name, sequence] : bindings.sequences) {
    llvm::json::Array list;
    for (const Size &size : sequence)
      list.push_back(::toJSON(size));
    sizes[name.getValue()] = std::move(list);
  }
  for (const auto &[name, attribute] : bindings.attributes) {
    std::string text;
    if (attribute)
      llvm::raw_string_ostream(text) << attribute;
    attributes[name.getValue()] = text;
  }
  return llvm::json::Object{{"rule", getRuleName(rule)},
                            {"site", site()},
                            {"sizes", std::move(sizes)},
                            {"attributes", std::move(attributes)}};
}
