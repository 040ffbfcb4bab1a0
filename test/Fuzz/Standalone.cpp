//===- Standalone.cpp - Fuzz targets without libFuzzer ----------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
//   FuzzX -runs=N FILE-OR-FOLDER...
//
// runs each input as it is, then N changed ones. The changes come from a fixed
// seed: the same build does the same each time.
//
//===----------------------------------------------------------------------===//

#include "Targets.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/WithColor.h"
#include "llvm/Support/raw_ostream.h"
#include <random>

using namespace kernel_opt;
namespace fs = llvm::sys::fs;

/// As in the fuzz runs: larger ones are slow and show nothing new.
static constexpr size_t mostBytes = 16384;

/// Where the last input goes before it runs, so that it can be looked at.
static std::string lastInput;

static void addInput(StringRef path, std::vector<std::string> &inputs) {
  auto file = llvm::MemoryBuffer::getFile(path);
  if (file && (*file)->getBufferSize() <= mostBytes)
    inputs.push_back((*file)->getBuffer().str());
}

static std::vector<std::string> readInputs(ArrayRef<std::string> paths) {
  std::vector<std::string> files;
  for (const std::string &path : paths) {
    if (!fs::is_directory(path)) {
      files.push_back(path);
      continue;
    }
    std::error_code error;
    for (fs::recursive_directory_iterator it(path, error), end;
         it != end && !error; it.increment(error))
      if (fs::is_regular_file(it->path()))
        files.push_back(it->path());
  }
  // A folder lists its files in any order.
  llvm::sort(files);
  std::vector<std::string> inputs;
  for (const std::string &file : files)
    addInput(file, inputs);
  return inputs;
}

/// What is apt to be wrong when it is where it was not.
static constexpr StringLiteral words[] = {"0",
                                          "-1",
                                          "9223372036854775807",
                                          "-9223372036854775808",
                                          "1e",
                                          "?",
                                          "4294967296",
                                          "0.5",
                                          "[",
                                          "]",
                                          "{",
                                          "}",
                                          "(",
                                          ")",
                                          "<",
                                          ">",
                                          "\"",
                                          ",",
                                          "null",
                                          "1e308",
                                          "\n",
                                          ":",
                                          "\xff",
                                          "nan"};

static void change(std::string &text, ArrayRef<std::string> inputs,
                   std::mt19937_64 &random) {
  auto below = [&](size_t n) { return n ? size_t(random() % n) : 0; };
  size_t at = below(text.size() + 1);
  size_t count = std::min(text.size() - at, 1 + below(below(64) + 1));
  const std::string &other = inputs[below(inputs.size())];
  switch (random() % 6) {
  case 0:
    if (at < text.size())
      text[at] = char(random());
    break;
  case 1:
    text.erase(at, count);
    break;
  case 2:
    text.insert(at, text.substr(below(text.size()), count));
    break;
  case 3:
    text.replace(at, count, words[below(std::size(words))].str());
    break;
  case 4:
    text.replace(at, count, other.substr(below(other.size()), 1 + below(64)));
    break;
  default:
    // A number, or whatever stands for one.
    at = text.find_first_of("0123456789", at);
    if (at != std::string::npos)
      text.replace(at, 1, words[below(8)].str());
    break;
  }
}

static void run(const fuzz::Target &target, StringRef input) {
  if (!lastInput.empty()) {
    std::error_code error;
    llvm::raw_fd_ostream(lastInput, error) << input;
  }
  target.run(input);
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  const fuzz::Target *target = fuzz::findTarget(argv[0]);
  unsigned runs = 0;
  std::vector<std::string> paths;
  for (StringRef argument : ArrayRef<char *>(argv + 1, size_t(argc - 1)))
    if (argument.consume_front("-keep="))
      lastInput = argument.str();
    else if (!argument.consume_front("-runs="))
      paths.push_back(argument.str());
    else if (argument.getAsInteger(10, runs))
      target = nullptr;
  if (!target) {
    llvm::raw_ostream &os = llvm::WithColor::error(llvm::errs(), argv[0]);
    os << "expected [-runs=N] [-keep=FILE] FILE-OR-FOLDER..., under a name of:";
    for (const fuzz::Target &known : fuzz::allTargets())
      os << ' ' << known.name;
    os << '\n';
    return 1;
  }
  std::vector<std::string> inputs = readInputs(paths);
  if (inputs.empty()) {
    llvm::WithColor::error(llvm::errs(), argv[0]) << "there is no input\n";
    return 1;
  }
  for (const std::string &input : inputs)
    run(*target, input);
  std::mt19937_64 random(/*seed=*/1);
  for (unsigned i = 0; i < runs; ++i) {
    std::string text = inputs[random() % inputs.size()];
    for (uint64_t changes = 1 + random() % 4; changes; --changes)
      change(text, inputs, random);
    run(*target, text);
  }
  llvm::outs() << target->name << ": " << inputs.size() << " inputs, " << runs
               << " changed ones\n";
  return 0;
}
