//===- Location.cpp - Places in files ---------------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Support/Location.h"
#include "mlir/IR/Location.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"

using namespace kernel_opt;

std::string kernel_opt::placeOf(Location location) {
  auto place = location->findInstanceOf<mlir::FileLineColLoc>();
  if (!place)
    return "";
  // Names of files are any bytes; this goes into JSON.
  return llvm::formatv("{0}:{1}:{2}",
                       llvm::json::fixUTF8(place.getFilename().strref()),
                       place.getLine(), place.getColumn());
}
