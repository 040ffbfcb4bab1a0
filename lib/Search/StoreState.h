//===- StoreState.h - What a store holds in memory --------------- -*- C++
//-*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_SEARCH_STORESTATE_H
#define KERNEL_OPT_LIB_SEARCH_STORESTATE_H

#include "kernel-opt/Search/Store.h"
#include <mutex>
#ifdef KERNELOPT_HAVE_SQLITE
#include "kernel-opt/Archive/Archive.h"
#endif

namespace kernel_opt::search {

/// Names the candidates that choose for all kernels of a program.
inline constexpr StringLiteral wholeProgram = "whole program";
/// The kind of the artifacts that hold comparisons of functions.
inline constexpr StringLiteral functionsKind = "functions";

struct KnownChoice {
  KernelChoice choice;
  Evaluation evaluation;
  std::optional<CheckedProgram> check;
  std::string id;                              ///< in the archive
  std::map<std::string, double> measured = {}; ///< seconds, by device
};
struct KnownKernel {
  std::map<std::string, KnownChoice> choices; ///< by hash of the choice
  std::string id;
};

struct Store::State {
  std::mutex mutex;
  Environment environment;
  bool writable = true;
  std::map<std::string, KnownKernel> kernels;
  std::map<std::string, KnownVariant> variants;
  std::string programId, runId, winnerId;
  const DeviceModel *device = nullptr;
#ifdef KERNELOPT_HAVE_SQLITE
  std::optional<archive::Archive> archive;

  archive::Kernel key(StringRef hash, StringRef shapes,
                      StringRef contract) const {
    archive::Kernel kernel;
    kernel.structure = hash.str();
    kernel.shapes = shapes.str();
    kernel.contract = contract.str();
    kernel.target = environment.target;
    kernel.toolchain = environment.toolchain;
    return kernel;
  }
  llvm::Expected<std::string> keep(archive::Kernel kernel) {
    return writable ? archive->append(std::move(kernel))
                    : llvm::Expected<std::string>(archive::idOf(kernel));
  }
  llvm::Error load(KnownKernel &kernel);
  llvm::Error loadProgram();
#endif
};

} // namespace kernel_opt::search

#endif // KERNEL_OPT_LIB_SEARCH_STORESTATE_H
