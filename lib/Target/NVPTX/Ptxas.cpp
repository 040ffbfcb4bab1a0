//===- Ptxas.cpp - From PTX to machine code ---------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Support/Subprocess.h"
#include "kernel-opt/Target/NVPTX/CompiledKernel.h"
#include "kernel-opt/Target/NVPTX/Toolkit.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Regex.h"

using namespace kernel_opt;
using namespace kernel_opt::nvptx;

/// The number that `pattern` captures in `text`, or 0.
static unsigned numberIn(StringRef text, StringRef pattern) {
  SmallVector<StringRef> groups;
  unsigned value = 0;
  if (llvm::Regex(pattern).match(text, &groups))
    (void)groups[1].getAsInteger(10, value);
  return value;
}

PtxasReport nvptx::parsePtxasOutput(StringRef text) {
  PtxasReport report;
  report.registers = numberIn(text, "Used ([0-9]+) registers");
  report.barriers = numberIn(text, "used ([0-9]+) barriers");
  report.stackBytes = numberIn(text, "([0-9]+) bytes stack frame");
  report.spillStoreBytes = numberIn(text, "([0-9]+) bytes spill stores");
  report.spillLoadBytes = numberIn(text, "([0-9]+) bytes spill loads");
  report.staticSharedBytes = numberIn(text, "([0-9]+) bytes smem");
  llvm::Regex loss("\\(C75[0-9][0-9]\\)");
  while (!text.empty()) {
    auto [line, rest] = text.split('\n');
    text = rest;
    if (loss.match(line))
      report.performanceLosses.push_back(line.trim().str());
  }
  if (report.spillStoreBytes + report.spillLoadBytes)
    report.performanceLosses.push_back(
        ("registers spill: " + Twine(report.spillStoreBytes) +
         " bytes stored, " + Twine(report.spillLoadBytes) + " loaded")
            .str());
  return report;
}

/// A temporary file that disappears with this object.
static llvm::Expected<std::string> makeFile(StringRef suffix) {
  SmallString<128> path;
  if (std::error_code error =
          llvm::sys::fs::createTemporaryFile("kernel-opt", suffix, path))
    return llvm::createStringError("cannot create a temporary file: " +
                                   error.message());
  return path.str().str();
}

/// Lines of ptxas that say what is wrong, without the name of the file.
static std::string errorsIn(StringRef text, StringRef file) {
  std::string result;
  while (!text.empty()) {
    auto [line, rest] = text.split('\n');
    text = rest;
    StringRef message = line.trim();
    if (message.empty() || message.starts_with("ptxas info"))
      continue;
    message.consume_front("ptxas ");
    message.consume_front(file);
    message.consume_front(", ");
    result += (result.empty() ? "" : "; ") + message.str();
  }
  return result;
}

static llvm::Error checkLaunch(const CompiledKernel &kernel,
                               const PtxasReport &report) {
  uint64_t shared = kernel.sharedBytes + report.staticSharedBytes;
  if (shared > kernel.chip.limits.sharedPerBlock)
    return llvm::createStringError("the kernel needs " + Twine(shared) +
                                   " bytes of shared memory, but a block on '" +
                                   kernel.chip.name + "' has " +
                                   Twine(kernel.chip.limits.sharedPerBlock));
  return llvm::Error::success();
}

llvm::Error nvptx::runPtxas(CompiledKernel &kernel, const PtxOptions &options) {
  llvm::Expected<std::string> ptxas = findPtxas(options.cudaPath);
  if (!ptxas)
    return ptxas.takeError();
  llvm::Expected<std::string> input = makeFile("ptx");
  if (!input)
    return input.takeError();
  llvm::FileRemover removeInput(*input);
  llvm::Expected<std::string> output = makeFile("cubin");
  if (!output)
    return output.takeError();
  llvm::FileRemover removeOutput(*output);
  std::error_code code;
  llvm::raw_fd_ostream stream(*input, code);
  stream << kernel.ptx;
  stream.close();
  if (!code)
    code = stream.error();
  // A stream that is destroyed with an error ends the program.
  stream.clear_error();
  if (code)
    return llvm::createStringError("cannot write '" + *input +
                                   "': " + code.message());

  SubprocessOptions process;
  process.command = {*ptxas,
                     "-v",
                     "-arch=" + kernel.chip.name.str(),
                     "-O" + std::to_string(options.ptxasLevel),
                     *input,
                     "-o",
                     *output};
  if (options.maxRegisters != 0)
    process.command.push_back("-maxrregcount=" +
                              std::to_string(options.maxRegisters));
  process.wallTime = options.ptxasTime;
  llvm::Expected<ProcessOutput> run = runProcess(process);
  if (!run)
    return run.takeError();
  // Some versions report on standard output.
  std::string text = run->standardOutput + run->standardError;
  if (!run->result.succeeded())
    return llvm::createStringError("ptxas " + run->result.describe() + ": " +
                                   errorsIn(text, *input));
  PtxasReport report = parsePtxasOutput(text);
  report.seconds = run->result.wallSeconds;
  auto cubin = llvm::MemoryBuffer::getFile(*output);
  if (!cubin)
    return llvm::createStringError("ptxas left no machine code: " +
                                   cubin.getError().message());
  report.cubin = (*cubin)->getBuffer().str();
  if (llvm::Error error = checkLaunch(kernel, report))
    return error;
  if (kernel.blockSize) {
    auto [x, y, z] = *kernel.blockSize;
    kernel.occupancy =
        computeOccupancy(kernel.chip.limits, x * y * z, report.registers,
                         kernel.sharedBytes + report.staticSharedBytes);
  }
  kernel.ptxas = std::move(report);
  return llvm::Error::success();
}
