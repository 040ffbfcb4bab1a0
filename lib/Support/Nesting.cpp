//===- Nesting.cpp - How deep text from outside may nest --------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Support/Nesting.h"
#include "mlir/IR/AttrTypeSubElements.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Support/FileUtilities.h"
#include "llvm/ADT/StringExtras.h"

using namespace kernel_opt;

/// The position behind the string that begins at `begin`.
static size_t skipString(StringRef text, size_t begin) {
  for (size_t i = begin + 1; i < text.size(); ++i) {
    if (text[i] == '\\')
      ++i;
    else if (text[i] == '"')
      return i + 1;
  }
  return text.size();
}

static char closerOf(char opener) {
  switch (opener) {
  case '(':
    return ')';
  case '[':
    return ']';
  case '{':
    return '}';
  case '<':
    return '>';
  default:
    return 0;
  }
}

/// The position of the first character that is too deep; the size of the text
/// if there is none.
static size_t findTooDeep(StringRef text) {
  SmallVector<char> closers;
  size_t signs = 0;
  for (size_t i = 0; i < text.size();) {
    char c = text[i];
    if (c == '"') {
      i = skipString(text, i);
      continue;
    }
    if (text.substr(i).starts_with("//")) {
      i = std::min(text.find('\n', i), text.size());
      continue;
    }
    // "- - 1" calls the parser of affine expressions for each sign.
    if (!llvm::isSpace(c))
      signs = c == '-' ? signs + 1 : 0;
    bool isArrow = c == '>' && i > 0 && text[i - 1] == '-';
    if (char closer = closerOf(c)) {
      closers.push_back(closer);
    } else if (StringRef(")]}").contains(c)) {
      // What compares was taken for a bracket.
      while (!closers.empty() && closers.back() == '>')
        closers.pop_back();
      if (!closers.empty())
        closers.pop_back();
    } else if (c == '>' && !isArrow && !closers.empty() &&
               closers.back() == '>') {
      closers.pop_back();
    }
    if (closers.size() > mostNesting || signs > mostNesting)
      return i;
    ++i;
  }
  return text.size();
}

LogicalResult kernel_opt::checkNesting(StringRef text, StringRef name,
                                       MLIRContext *context) {
  if (text.starts_with("ML\xefR"))
    return success();
  size_t at = findTooDeep(text);
  if (at == text.size())
    return success();
  StringRef before = text.take_front(at);
  auto line = unsigned(before.count('\n') + 1);
  auto column = unsigned(at - (before.rfind('\n') + 1) + 1);
  return mlir::emitError(mlir::FileLineColLoc::get(context, name, line, column))
         << "nests deeper than the " << mostNesting << " levels that are read";
}

static bool isText(mlir::StringAttr name) {
  return !name || (llvm::json::isUTF8(name.getValue()) &&
                   !name.getValue().contains('\0'));
}

/// The first resource that `op` names and that holds too few or too many bytes.
static mlir::DenseResourceElementsAttr findWrongResource(Operation *op) {
  mlir::DenseResourceElementsAttr wrong;
  mlir::AttrTypeWalker walker;
  walker.addWalk([&](mlir::DenseResourceElementsAttr resource) {
    mlir::AsmResourceBlob *blob = resource.getRawHandle().getBlob();
    bool isSplat = false;
    if (blob && !mlir::DenseElementsAttr::isValidRawBuffer(
                    resource.getType(), blob->getData(), isSplat))
      wrong = resource;
  });
  walker.walk(op->getAttrDictionary());
  return wrong;
}

LogicalResult kernel_opt::checkContents(Operation *module) {
  auto result = module->walk([](Operation *op) {
    auto name = op->getAttrOfType<mlir::StringAttr>(
        mlir::SymbolTable::getSymbolAttrName());
    if (!isText(name)) {
      op->emitError("expected a name of UTF-8 text, found ") << name;
      return mlir::WalkResult::interrupt();
    }
    if (auto resource = findWrongResource(op)) {
      mlir::AsmResourceBlob *blob = resource.getRawHandle().getBlob();
      op->emitError("resource '")
          << resource.getRawHandle().getKey() << "' has "
          << blob->getData().size() << " bytes, which are no "
          << resource.getType();
      return mlir::WalkResult::interrupt();
    }
    return mlir::WalkResult::advance();
  });
  return failure(result.wasInterrupted());
}

mlir::OwningOpRef<ModuleOp>
kernel_opt::parseModule(StringRef text, StringRef name, MLIRContext *context) {
  if (failed(checkNesting(text, name, context)))
    return {};
  // The lexer looks for a zero behind the text.
  std::string terminated = text.str();
  auto module = mlir::parseSourceString<ModuleOp>(terminated, context, name);
  if (module && failed(checkContents(*module)))
    return {};
  return module;
}

mlir::OwningOpRef<ModuleOp> kernel_opt::parseModuleFile(StringRef path,
                                                        MLIRContext *context) {
  std::string message;
  auto file = mlir::openInputFile(path, &message);
  if (!file) {
    mlir::emitError(mlir::UnknownLoc::get(context), message);
    return {};
  }
  return parseModule(file->getBuffer(), path, context);
}

llvm::Expected<llvm::json::Value> kernel_opt::parseJSON(StringRef text) {
  size_t depth = 0;
  for (size_t i = 0; i < text.size();) {
    char c = text[i];
    if (c == '"') {
      i = skipString(text, i);
      continue;
    }
    if (c == '[' || c == '{')
      ++depth;
    else if ((c == ']' || c == '}') && depth)
      --depth;
    if (depth > mostNesting)
      return llvm::createStringError(
          "line " + Twine(text.take_front(i).count('\n') + 1) +
          ": nests deeper than the " + Twine(mostNesting) +
          " levels that are read");
    ++i;
  }
  return llvm::json::parse(text);
}
