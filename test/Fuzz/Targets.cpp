//===- Targets.cpp - The list of fuzz targets -------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Targets.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"
#include <cstdlib>

using namespace kernel_opt;
using namespace kernel_opt::fuzz;

static constexpr Target targets[] = {
    {"FuzzMLIR", readModule},
    {"FuzzProposal", readProposal},
    {"FuzzExpression", readExpression},
    {"FuzzPlan", readPlan},
    {"FuzzAnswer", readAnswer},
    {"FuzzTranscript", readTranscripts},
    {"FuzzPolicy", readPolicy},
    {"FuzzCertificate", readCertificates},
#ifdef KERNELOPT_HAVE_SQLITE
    {"FuzzArchive", readArchive},
#endif
    {"FuzzNpy", readArray},
    {"FuzzPTX", readPTX},
    {"FuzzWorker", readRequests},
    {"FuzzWorkerAnswer", readAnswers},
    {"FuzzDeviceWorker", readDeviceRequests},
};

ArrayRef<Target> fuzz::allTargets() { return targets; }

const Target *fuzz::findTarget(StringRef executable) {
  StringRef name = llvm::sys::path::filename(executable);
  const Target *found =
      llvm::find_if(targets, [&](const Target &t) { return t.name == name; });
  return found == std::end(targets) ? nullptr : found;
}

void fuzz::defect(const Twine &what) {
  llvm::errs() << "defect: " << what << "\n";
  std::abort();
}

std::string fuzz::inputFile(StringRef bytes) {
  // A folder, since a database puts files of its own beside it.
  static SmallString<128> folder;
  if (folder.empty()) {
    if (llvm::sys::fs::createUniqueDirectory("kernel-opt-fuzz", folder))
      defect("cannot make a temporary folder");
    std::atexit([] { (void)llvm::sys::fs::remove_directories(folder); });
  }
  std::string path = (folder + "/input").str();
  std::error_code error;
  llvm::raw_fd_ostream os(path, error);
  os << bytes;
  os.close();
  if (error || os.has_error())
    defect("cannot write '" + path + "'");
  return path;
}
