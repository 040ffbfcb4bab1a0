//===- Toolkit.cpp - Where ptxas and libdevice are --------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Target/NVPTX/Toolkit.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/Program.h"

using namespace kernel_opt;
using namespace kernel_opt::nvptx;

namespace fs = llvm::sys::fs;
namespace path = llvm::sys::path;

static void addIfSet(std::vector<std::string> &roots, const char *variable) {
  if (auto value = llvm::sys::Process::GetEnv(variable))
    if (!value->empty())
      roots.push_back(*value);
}

/// Roots of toolkits that pip installed below a Python environment:
/// nvidia/cu13, or one folder per package (nvidia/cuda_nvcc).
static void addPipRoots(std::vector<std::string> &roots,
                        StringRef environment) {
  SmallString<256> lib(environment);
  path::append(lib, "lib");
  std::error_code error;
  for (fs::directory_iterator it(lib, error), end; it != end && !error;
       it.increment(error)) {
    if (!path::filename(it->path()).starts_with("python3"))
      continue;
    SmallString<256> nvidia(it->path());
    path::append(nvidia, "site-packages", "nvidia");
    std::error_code inner;
    for (fs::directory_iterator package(nvidia, inner), last;
         package != last && !inner; package.increment(inner))
      roots.push_back(package->path());
  }
}

static std::vector<std::string> toolkitRoots(StringRef cudaPath,
                                             StringRef program) {
  if (!cudaPath.empty())
    return {cudaPath.str()};
  std::vector<std::string> roots;
  addIfSet(roots, "CUDA_HOME");
  if (auto found = llvm::sys::findProgramByName(program)) {
    SmallString<256> real;
    if (!fs::real_path(*found, real))
      roots.push_back(path::parent_path(path::parent_path(real)).str());
  }
  roots.push_back("/usr/local/cuda");
  std::vector<std::string> environments;
  addIfSet(environments, "VIRTUAL_ENV");
  addIfSet(environments, "CONDA_PREFIX");
  if (auto python = llvm::sys::findProgramByName("python3"))
    environments.push_back(path::parent_path(path::parent_path(*python)).str());
  for (const std::string &environment : environments)
    addPipRoots(roots, environment);
  return roots;
}

/// The first root that holds `relative`.
static llvm::Expected<std::string> findBelow(ArrayRef<std::string> roots,
                                             StringRef what, StringRef relative,
                                             StringRef package,
                                             bool isProgram) {
  for (const std::string &root : roots) {
    SmallString<256> candidate(root);
    path::append(candidate, relative);
    if (isProgram ? fs::can_execute(candidate) : fs::exists(candidate))
      return candidate.str().str();
  }
  return llvm::createStringError(
      what + " not found: looked for " + relative + " in " +
      llvm::join(roots, ", ") +
      "; name a CUDA toolkit with --cuda-path or CUDA_HOME, or run 'pip "
      "install " +
      package + "'");
}

llvm::Expected<std::string> nvptx::findPtxas(StringRef cudaPath) {
  std::vector<std::string> roots = toolkitRoots(cudaPath, "ptxas");
  return findBelow(roots, "ptxas", "bin/ptxas", "nvidia-cuda-nvcc",
                   /*isProgram=*/true);
}

llvm::Expected<std::string> nvptx::findLibdevice(StringRef cudaPath) {
  std::vector<std::string> roots = toolkitRoots(cudaPath, "ptxas");
  return findBelow(roots, "libdevice", "nvvm/libdevice/libdevice.10.bc",
                   "nvidia-nvvm", /*isProgram=*/false);
}
