//===- MainJob.h - From a program to its kernels ----------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_TOOLS_KERNEL_OPT_MAINJOB_H
#define KERNEL_OPT_TOOLS_KERNEL_OPT_MAINJOB_H

#include "kernel-opt/Support/LLVM.h"
#include "llvm/Support/CommandLine.h"
#include <string>

namespace kernel_opt {

/// What is printed: the module after one of the steps, or what comes of it.
enum class Emit { Input, Linalg, Kernels, GPU, MLIR, PTX, Cubin, Plan };

/// Options of the main job. Registers them; lives while they are parsed and
/// read.
struct MainJobOptions {
  llvm::cl::OptionCategory category{"Options of the main job (no pass named)"};
  llvm::cl::opt<Emit> emit{
      "emit", llvm::cl::desc("What to print:"), llvm::cl::init(Emit::MLIR),
      llvm::cl::values(
          clEnumValN(Emit::Input, "input", "the module as it was read"),
          clEnumValN(Emit::Linalg, "linalg", "operations on tensors"),
          clEnumValN(Emit::Kernels, "kernels", "kernels formed of them"),
          clEnumValN(Emit::GPU, "gpu", "kernels and their scheduled programs"),
          clEnumValN(Emit::MLIR, "mlir", "binaries and launches (default)"),
          clEnumValN(Emit::PTX, "ptx", "PTX of all kernels"),
          clEnumValN(Emit::Cubin, "cubin", "machine code of the only kernel"),
          clEnumValN(Emit::Plan, "plan",
                     "launch plan of the only function (JSON)")),
      llvm::cl::cat(category)};
  llvm::cl::opt<std::string> target{
      "target", llvm::cl::desc("Chip to compile for (default: sm_90a)"),
      llvm::cl::value_desc("chip"), llvm::cl::init("sm_90a"),
      llvm::cl::cat(category)};
  llvm::cl::opt<std::string> cudaPath{
      "cuda-path",
      llvm::cl::desc(
          "Root of the CUDA toolkit, for ptxas and libdevice (default: "
          "CUDA_HOME, PATH, /usr/local/cuda, pip packages)"),
      llvm::cl::value_desc("folder"), llvm::cl::cat(category)};
  llvm::cl::list<std::string> schedules{
      "schedules",
      llvm::cl::desc("File of schedules to try before the shipped ones"),
      llvm::cl::value_desc("file.mlir"), llvm::cl::cat(category)};
  llvm::cl::opt<std::string> verify{
      "verify",
      llvm::cl::desc("Policy to verify by: strict (default), device, "
                     "algebra-only, safety-only, a file, or off"),
      llvm::cl::value_desc("policy"), llvm::cl::init("strict"),
      llvm::cl::cat(category)};
  llvm::cl::opt<std::string> certificate{
      "certificate",
      llvm::cl::desc("Where to write the certificate (default: beside the "
                     "output, with .cert.json)"),
      llvm::cl::value_desc("file"), llvm::cl::cat(category)};
  llvm::cl::opt<std::string> nonce{
      "nonce",
      llvm::cl::desc("Repeat the checks' draws (hexadecimal); drawn at random "
                     "otherwise"),
      llvm::cl::value_desc("number"), llvm::cl::cat(category)};
  llvm::cl::list<std::string> rewriteSets{
      "rewrite-set",
      llvm::cl::desc(
          "Rewrite set to use: its rules, fusion plan and schedules, "
          "as far as they are verified; several are allowed"),
      llvm::cl::value_desc("file.mlir"), llvm::cl::cat(category)};
  llvm::cl::opt<std::string> checkProposal{
      "check-proposal",
      llvm::cl::desc(
          "Judge a proposal (a rewrite set, or an answer with one in "
          "it) for the program and print the verdict of each item"),
      llvm::cl::value_desc("file"), llvm::cl::cat(category)};
  llvm::cl::opt<bool> json{"json", llvm::cl::desc("Print verdicts as JSON"),
                           llvm::cl::cat(category)};
  llvm::cl::opt<bool> printPrompt{
      "print-prompt",
      llvm::cl::desc("Print what a proposer is told about the program"),
      llvm::cl::cat(category)};
  llvm::cl::opt<unsigned> listSpace{
      "list-space",
      llvm::cl::desc(
          "Print what strategies leave open for each kernel, and how "
          "many combinations of their knobs are legal, of at most "
          "so many that are tried"),
      llvm::cl::value_desc("number"), llvm::cl::init(0),
      llvm::cl::cat(category)};
  llvm::cl::list<std::string> inputs{
      "input",
      llvm::cl::desc("Type of an argument of the function whose sizes are not "
                     "known, or of an input of a TorchScript model; one for "
                     "each, in their order"),
      llvm::cl::value_desc("f32[4,3,224,224]"), llvm::cl::cat(category)};
  llvm::cl::opt<bool> requireAll{
      "require-all",
      llvm::cl::desc("Make it an error if something cannot be in a kernel"),
      llvm::cl::cat(category)};
  llvm::cl::opt<bool> splitFactors{
      "split-factors",
      llvm::cl::desc("Split f32 factors of large products in launches of their "
                     "own, so that tensor cores multiply their parts (default: "
                     "true); without, a product is one launch, and nothing "
                     "from an archive is used"),
      llvm::cl::init(true), llvm::cl::cat(category)};
  llvm::cl::opt<bool> quiet{"quiet",
                            llvm::cl::desc("No account on standard error"),
                            llvm::cl::cat(category)};
  llvm::cl::opt<std::string> search{
      "search",
      llvm::cl::desc("Search for a better candidate: off, a number of "
                     "candidates, or a time such as 30s, 5m (default: off)"),
      llvm::cl::value_desc("off|N|TIME"), llvm::cl::init("off"),
      llvm::cl::cat(category)};
  llvm::cl::opt<std::string> proposer{
      "proposer",
      llvm::cl::desc(
          "Who proposes beside the builtin proposer: a program that reads the "
          "prompt on its standard input, or a transcript (default: builtin)"),
      llvm::cl::value_desc("builtin|command:PROGRAM|replay:FILE"),
      llvm::cl::init("builtin"), llvm::cl::cat(category)};
  llvm::cl::opt<unsigned> proposerTime{
      "proposer-time",
      llvm::cl::desc("Seconds that an answer of --proposer may take (default: "
                     "300)"),
      llvm::cl::init(300), llvm::cl::cat(category)};
  llvm::cl::opt<std::string> transcript{
      "transcript",
      llvm::cl::desc(
          "Append every exchange with the proposer to this file, for "
          "--proposer=replay:FILE"),
      llvm::cl::value_desc("file"), llvm::cl::cat(category)};
  llvm::cl::opt<bool> measure{
      "measure",
      llvm::cl::desc("Rank the candidates of a search by their times on this "
                     "machine's GPU"),
      llvm::cl::cat(category)};
  llvm::cl::opt<std::string> database{
      "database",
      llvm::cl::desc("Archive of candidates, or none (default: "
                     "kernel-opt/archive.sqlite in the user's cache folder)"),
      llvm::cl::value_desc("file|none"), llvm::cl::cat(category)};
  llvm::cl::opt<uint64_t> seed{"seed", llvm::cl::desc("Seed of the search"),
                               llvm::cl::init(0), llvm::cl::cat(category)};
  llvm::cl::opt<unsigned> workers{
      "workers",
      llvm::cl::desc("Processes that work on candidates (default: one for each "
                     "processor, four at most)"),
      llvm::cl::init(0), llvm::cl::cat(category)};
  llvm::cl::opt<bool> isolate{
      "isolate",
      llvm::cl::desc("Compile in a process of its own, so that a crash or hang "
                     "becomes one error (default: true)"),
      llvm::cl::init(true), llvm::cl::cat(category)};
  llvm::cl::opt<unsigned> timeLimit{
      "time-limit",
      llvm::cl::desc("Seconds that the compilation may take, the search not "
                     "counted (default: 1800)"),
      llvm::cl::init(1800), llvm::cl::cat(category)};
  llvm::cl::opt<unsigned> candidateTime{
      "candidate-time",
      llvm::cl::desc("Seconds that a candidate may take; a check may take five "
                     "times as long (default: 60)"),
      llvm::cl::init(60), llvm::cl::cat(category)};
  llvm::cl::opt<unsigned> memoryLimit{
      "memory-limit",
      llvm::cl::desc(
          "GiB of address space of each process that compiles; 0: no "
          "limit (default: 16)"),
      llvm::cl::init(16), llvm::cl::cat(category)};
};

LogicalResult runMainJob(StringRef input, StringRef output,
                         const MainJobOptions &options,
                         DialectRegistry &registry);

} // namespace kernel_opt

#endif // KERNEL_OPT_TOOLS_KERNEL_OPT_MAINJOB_H
