//===- Collector.cpp - Diagnostics as text ----------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Collector.h"
#include "kernel-opt/Support/Location.h"
#include "mlir/IR/Location.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::proposal;

Collector::Collector(MLIRContext *context, StringRef text, StringRef name)
    : text(text), name(name), handler(context, [this](Diagnostic &diagnostic) {
        add(diagnostic);
        return success();
      }) {}

static std::string lineOf(StringRef text, unsigned number) {
  while (--number > 0 && !text.empty())
    text = text.split('\n').second;
  StringRef line = text.split('\n').first.trim();
  constexpr size_t most = 160;
  return (line.take_front(most) + (line.size() > most ? "..." : "")).str();
}

void Collector::add(Diagnostic &diagnostic) {
  constexpr size_t most = 20;
  DiagnosticSeverity severity = diagnostic.getSeverity();
  if (severity == DiagnosticSeverity::Remark || messages.size() >= most)
    return;
  Location location = diagnostic.getLocation();
  std::string message = placeOf(location);
  message += message.empty() ? "" : ": ";
  message += severity == DiagnosticSeverity::Warning ? "warning: " : "error: ";
  message += diagnostic.str();
  auto place = location->findInstanceOf<FileLineColLoc>();
  if (place && place.getFilename() == name)
    message += "\n    " + lineOf(text, place.getLine());
  for (Diagnostic &note : diagnostic.getNotes())
    message += "\n  note: " + note.str();
  messages.push_back(std::move(message));
}
