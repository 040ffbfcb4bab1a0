//===- ReadScheduled.cpp - The programs of a certificate --------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Optimizer/Optimizer.h"
#include "kernel-opt/Support/Nesting.h"
#include "mlir/IR/AttrTypeSubElements.h"
#include "mlir/IR/DialectResourceBlobManager.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::optimizer;

/// The resources that a module names, by their keys.
static llvm::StringMap<DenseResourceElementsHandle>
collectResources(ModuleOp module) {
  llvm::StringMap<DenseResourceElementsHandle> resources;
  AttrTypeWalker walker;
  walker.addWalk([&](DenseResourceElementsAttr attribute) {
    resources.try_emplace(attribute.getRawHandle().getKey(),
                          attribute.getRawHandle());
  });
  module->walk([&](Operation *op) { walker.walk(op->getAttrDictionary()); });
  return resources;
}

/// What a key was before the parser made it another one than those in use, by a
/// number behind it.
static StringRef originalKey(StringRef key) {
  auto [name, number] = key.rsplit('_');
  unsigned ignored;
  return number.getAsInteger(10, ignored) ? key : name;
}

FailureOr<OwningOpRef<ModuleOp>>
optimizer::readScheduled(const llvm::json::Object &certificate,
                         ModuleOp input) {
  std::optional<StringRef> text = certificate.getString("scheduled");
  if (!text)
    return input.emitError("the certificate lacks 'scheduled'");
  auto resources = collectResources(input);
  OwningOpRef<ModuleOp> module =
      parseModule(*text, "scheduled", input.getContext());
  if (!module)
    return failure();
  // The text names the data of large constants, which stand in the input.
  AttrTypeReplacer replacer;
  replacer.addReplacement(
      [&](DenseResourceElementsAttr attribute) -> std::optional<Attribute> {
        auto handle = attribute.getRawHandle();
        auto found = resources.find(originalKey(handle.getKey()));
        if (handle.getBlob() || found == resources.end())
          return std::nullopt;
        return DenseResourceElementsAttr::get(attribute.getType(),
                                              found->second);
      });
  replacer.recursivelyReplaceElementsIn(*module, /*replaceAttrs=*/true,
                                        /*replaceLocs=*/false,
                                        /*replaceTypes=*/false);
  if (failed(checkContents(*module)))
    return failure();
  return module;
}
