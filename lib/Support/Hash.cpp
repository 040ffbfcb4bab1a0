//===- Hash.cpp - Hashes of text and of operations --------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Support/Hash.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/Block.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Operation.h"
#include "mlir/IR/Region.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/SHA256.h"
#include "llvm/Support/raw_ostream.h"

using namespace kernel_opt;

namespace {
/// A stream into a hash. Every item is followed by a separator or carries its
/// length, so that two programs never run into equal byte strings.
class HashStream : public llvm::raw_ostream {
public:
  ~HashStream() override { flush(); }

  std::string result() {
    flush();
    return "sha256:" + llvm::toHex(hash.result(), /*LowerCase=*/true);
  }

private:
  void write_impl(const char *data, size_t size) override {
    hash.update(StringRef(data, size));
    written += size;
  }
  uint64_t current_pos() const override { return written; }

  llvm::SHA256 hash;
  uint64_t written = 0;
};

class OperationHasher {
public:
  OperationHasher(HashStream &stream, ArrayRef<StringRef> ignored)
      : stream(stream), ignored(ignored) {}

  void hash(Operation *op) {
    stream << "op " << op->getName().getStringRef() << '\n';
    for (Value operand : op->getOperands())
      stream << number(operand) << ' ';
    stream << '\n';
    for (Value result : op->getResults()) {
      number(result);
      stream << result.getType() << '\n';
    }
    hashAttributes(op);
    for (Block *successor : op->getSuccessors())
      stream << "to " << blockNumber(successor) << '\n';
    for (Region &region : op->getRegions())
      hash(region);
  }

private:
  void hash(Region &region) {
    stream << "region\n";
    for (Block &block : region) {
      stream << "block " << blockNumber(&block) << '\n';
      for (mlir::BlockArgument argument : block.getArguments()) {
        number(argument);
        stream << argument.getType() << '\n';
      }
      for (Operation &op : block)
        hash(&op);
    }
    stream << "end\n";
  }

  void hashAttributes(Operation *op) {
    // Inherent and discardable ones together, sorted by name.
    for (NamedAttribute attribute : op->getAttrDictionary()) {
      if (llvm::is_contained(ignored, attribute.getName().strref()))
        continue;
      stream << attribute.getName().strref() << " = ";
      if (auto resource =
              dyn_cast<mlir::DenseResourceElementsAttr>(attribute.getValue()))
        hash(resource);
      else
        stream << attribute.getValue();
      stream << '\n';
    }
  }

  /// A resource by its contents: its key is only a name. Without contents
  /// (the file that held them was not given), the key is all there is.
  void hash(mlir::DenseResourceElementsAttr resource) {
    stream << "resource " << resource.getType() << ' ';
    mlir::AsmResourceBlob *blob = resource.getRawHandle().getBlob();
    if (!blob) {
      stream << "key " << resource.getRawHandle().getKey();
      return;
    }
    ArrayRef<char> data = blob->getData();
    stream << data.size() << ':' << StringRef(data.data(), data.size());
  }

  /// Number of a value in order of appearance. One from outside announces its
  /// type with its number.
  unsigned number(Value value) {
    auto [it, isNew] = numbers.try_emplace(value, numbers.size());
    if (isNew)
      stream << "value " << it->second << ' ' << value.getType() << '\n';
    return it->second;
  }

  unsigned blockNumber(Block *block) {
    return blocks.try_emplace(block, blocks.size()).first->second;
  }

  HashStream &stream;
  ArrayRef<StringRef> ignored;
  DenseMap<Value, unsigned> numbers;
  DenseMap<Block *, unsigned> blocks;
};
} // namespace

std::string kernel_opt::hashText(StringRef text) {
  HashStream stream;
  stream << text;
  return stream.result();
}

std::string kernel_opt::structuralHash(Operation *op, StringRef context,
                                       ArrayRef<StringRef> ignored) {
  HashStream stream;
  stream << context.size() << ':' << context << '\n';
  OperationHasher(stream, ignored).hash(op);
  return stream.result();
}
