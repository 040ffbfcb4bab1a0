//===- ImportJob.cpp - TorchScript archives as inputs -----------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// kernel-opt is linked to no Torch: an executable beside it is.
//
//===----------------------------------------------------------------------===//

#include "ImportJob.h"
#include "kernel-opt/Support/Subprocess.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace kernel_opt;

bool kernel_opt::isTorchScript(StringRef bytes) {
  return bytes.starts_with("PK\x03\x04");
}

static std::string ownExecutable() {
  return llvm::sys::fs::getMainExecutable(
      nullptr, reinterpret_cast<void *>(&ownExecutable));
}

llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>>
kernel_opt::importTorchScript(StringRef input, const MainJobOptions &options) {
  if (input == "-")
    return llvm::createStringError(
        "a TorchScript archive is read from a file, not from standard input");
  std::string own = ownExecutable();
  SmallString<128> tool(llvm::sys::path::parent_path(own));
  llvm::sys::path::append(tool, "kernel-opt-import");
  if (!llvm::sys::fs::can_execute(tool))
    return llvm::createStringError(
        "'" + input + "' is a TorchScript archive, and '" + tool.str() +
        "', which reads those, is not there; build it where Python has Torch "
        "(-DKERNELOPT_TORCH_PYTHON=FILE), or import the archive elsewhere and "
        "give its MLIR");
  SubprocessOptions process;
  process.command = {tool.str().str(), input.str(), "--kernel-opt=" + own};
  for (const std::string &type : options.inputs)
    process.command.push_back("--input=" + type);
  process.wallTime = std::chrono::seconds(options.timeLimit);
  process.inheritError = true;
  process.outputBytes = size_t(1) << 30;
  auto output = runProcess(process);
  if (!output)
    return output.takeError();
  if (output->result.end != ProcessResult::End::Exited)
    return llvm::createStringError("the import of '" + input + "' " +
                                   output->result.describe());
  if (!output->result.succeeded())
    return llvm::createStringError("'" + input + "' is not imported");
  return llvm::MemoryBuffer::getMemBufferCopy(output->standardOutput, input);
}
