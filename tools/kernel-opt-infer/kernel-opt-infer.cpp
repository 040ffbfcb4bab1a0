//===- kernel-opt-infer.cpp - Types of results, on request ------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Started by kernel-opt-import, not by people. A request is a line of fields
// separated by tabs: an operation, its attributes, the types of its operands.
// The answer is "ok" and the types of its results, or "error" and a message.
//
//===----------------------------------------------------------------------===//

#include "Tools.h"
#include "kernel-opt/Dialect/Aten/AtenDialect.h"
#include "kernel-opt/Dialect/Aten/InferTypes.h"
#include "mlir/AsmParser/AsmParser.h"
#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/raw_ostream.h"
#include <iostream>
#include <string>

using namespace kernel_opt;

/// One line of text, whatever is in it.
static std::string onLine(std::string text) {
  for (char &c : text)
    if (c == '\n' || c == '\t')
      c = ' ';
  return text;
}

static std::string answer(StringRef request, MLIRContext &context) {
  SmallVector<StringRef> fields;
  request.split(fields, '\t');
  if (fields.size() < 2)
    return "error\texpected an operation and its attributes";
  std::string message;
  mlir::ScopedDiagnosticHandler handler(&context, [&](mlir::Diagnostic &d) {
    if (message.empty())
      message = d.str();
    return success();
  });
  mlir::DictionaryAttr attributes = mlir::DictionaryAttr::get(&context);
  if (!fields[1].empty())
    attributes = dyn_cast_if_present<mlir::DictionaryAttr>(
        mlir::parseAttribute(fields[1], &context));
  SmallVector<Type> operands, results;
  for (StringRef type : ArrayRef(fields).drop_front(2))
    operands.push_back(mlir::parseType(type, &context));
  if (!attributes || llvm::is_contained(operands, Type()))
    return "error\t" +
           onLine("cannot read '" + request.str() + "': " + message);
  if (failed(
          aten::inferTypes(&context, fields[0], attributes, operands, results)))
    return "error\t" + onLine(message);
  std::string text = "ok";
  llvm::raw_string_ostream os(text);
  for (Type type : results)
    os << "\t" << type;
  return text;
}

int kernel_opt::kernelOptInferMain(int argc, char **argv) {
  llvm::cl::ParseCommandLineOptions(
      argc, argv,
      "types of aten operations, for kernel-opt-import\n\n"
      "  Reads requests from standard input, a line each, and writes an answer "
      "a line.\n");
  DialectRegistry registry;
  registry.insert<aten::AtenDialect>();
  MLIRContext context(registry, MLIRContext::Threading::DISABLED);
  context.loadAllAvailableDialects();
  for (std::string line; std::getline(std::cin, line);)
    std::cout << answer(line, context) << std::endl;
  return 0;
}
