//===- kernel-opt-import.cpp - TorchScript archives become aten -*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Import/TorchScript.h"
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <iostream>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace kernel_opt::import;

static constexpr char usage[] =
    R"(kernel-opt-import, TorchScript archives become programs of aten operations

  kernel-opt-import MODEL.pt --input=f32[16,3,224,224] [--input=...] [-o OUT.mlir]

MODEL.pt is what torch.jit.save writes of a scripted or traced module. Parameters
and buffers become arguments of the function, behind its inputs.

  --input=TYPE[SIZES]  type of an input of the model, one for each, in their
                       order; a number, true, false or none for other inputs
  --method=NAME        method of the module (default: forward)
  -o FILE              where to write the program (default: standard output)
  --report=FILE        what was imported and what could not be, as JSON
  --fallback=error|torch
                       what becomes of an operation without a translation: an
                       error (default), or a call that a Torch runtime executes
  --kernel-opt=FILE    the kernel-opt executable, which knows the types of
                       results (default: the one beside this tool, then PATH)
  --memory-limit=GIB   address space that the import may take (default: 16)
  --time-limit=SECONDS processor time that it may take (default: 1800)
  --help, --version

Exit status: 0 imported, 1 not imported.
)";

namespace {
struct Options {
  ImportOptions import;
  std::string input, output = "-", report;
  long memory = 16, time = 1800;
};
} // namespace

static int fail(const std::string &message) {
  std::cerr << "kernel-opt-import: error: " << message << "\n";
  return 1;
}

/// The executable beside this one, else the name, for PATH.
static std::string besideThis(const char *name) {
  char path[4096];
  ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);
  if (length > 0) {
    std::string own(path, length);
    own = own.substr(0, own.rfind('/') + 1) + name;
    if (access(own.c_str(), X_OK) == 0)
      return own;
  }
  return name;
}

/// Reads the command line; a message if it is wrong.
static std::string parse(int argc, char **argv, Options &options) {
  auto number = [](const std::string &text, long &value) {
    char *end;
    value = strtol(text.c_str(), &end, 10);
    return !text.empty() && !*end && value > 0;
  };
  for (int i = 1; i < argc; ++i) {
    std::string argument = argv[i], value;
    size_t equals = argument.find('=');
    std::string name = argument.substr(0, equals);
    bool isOption = argument.size() > 1 && argument[0] == '-';
    if (isOption && name.substr(0, 2) != "--")
      name = argument == "-o" ? "-o" : argument;
    if (!isOption) {
      if (!options.input.empty())
        return "expected one archive, found '" + options.input + "' and '" +
               argument + "'";
      options.input = argument;
      continue;
    }
    if (equals != argument.npos)
      value = argument.substr(equals + 1);
    else if (i + 1 < argc)
      value = argv[++i];
    else
      return "expected a value behind '" + argument + "'";
    bool isRight = true;
    if (name == "--input")
      options.import.inputs.push_back(value);
    else if (name == "--method")
      options.import.method = value;
    else if (name == "-o" || name == "--output")
      options.output = value;
    else if (name == "--report")
      options.report = value;
    else if (name == "--kernel-opt")
      options.import.kernelOpt = value;
    else if (name == "--memory-limit")
      isRight = number(value, options.memory);
    else if (name == "--time-limit")
      isRight = number(value, options.time);
    else if (name == "--fallback" && (value == "torch" || value == "error"))
      options.import.fallback =
          value == "torch" ? Fallback::Torch : Fallback::Error;
    else
      return "there is no option '" + argument + "'; see --help";
    if (!isRight)
      return "expected a positive number for '" + name + "', found '" + value +
             "'";
  }
  return options.input.empty() ? "expected an archive (MODEL.pt); see --help"
                               : "";
}

static bool writeFile(const std::string &path, const std::string &text) {
  if (path == "-")
    return bool(std::cout << text << std::flush);
  std::ofstream file(path, std::ios::binary);
  return bool(file << text << std::flush);
}

/// What the inner process does: everything that touches the archive.
static int importFile(const Options &options, const char *bytes, size_t size) {
  ImportResult result = importTorchScript(bytes, size, options.import);
  std::string text = result.describe();
  std::cerr << text;
  if (!options.report.empty() && !writeFile(options.report, result.json()))
    return fail("cannot write '" + options.report + "'");
  if (!result.succeeded)
    return 1;
  if (!writeFile(options.output, result.text))
    return fail("cannot write '" + options.output + "'");
  return 0;
}

static void limit(int resource, rlim_t value) {
  rlimit limits = {value, value};
  setrlimit(resource, &limits);
}

/// Runs the import in a process of its own: what libtorch's readers do with a
/// broken archive must not be how this tool ends.
static int isolate(const Options &options, const char *bytes, size_t size) {
  pid_t child = fork();
  if (child < 0)
    return fail(std::string("cannot start a process: ") + strerror(errno));
  if (child == 0) {
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_CPU, options.time);
    limit(RLIMIT_AS, rlim_t(options.memory) << 30);
    int code = importFile(options, bytes, size);
    std::cerr << std::flush;
    // libtorch's destructors have nothing to say any more.
    _exit(code);
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status))
    return WEXITSTATUS(status);
  if (WTERMSIG(status) == SIGXCPU || WTERMSIG(status) == SIGKILL)
    return fail("the import of '" + options.input +
                "' was ended: it took longer than --time-limit allows, or the "
                "machine ran out of memory");
  return fail("libtorch crashed on '" + options.input + "' (" +
              strsignal(WTERMSIG(status)) +
              "); the archive is damaged, or was made by a newer Torch");
}

int main(int argc, char **argv) {
  for (int i = 1; i < argc; ++i) {
    if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h"))
      return fputs(usage, stdout) < 0;
    if (!strcmp(argv[i], "--version"))
      return puts("kernel-opt-import " KERNELOPT_VERSION) < 0;
  }
  Options options;
  options.import.kernelOpt = besideThis("kernel-opt");
  if (std::string wrong = parse(argc, argv, options); !wrong.empty())
    return fail(wrong);
  int file = open(options.input.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat status;
  if (file < 0 || fstat(file, &status) != 0)
    return fail("cannot read '" + options.input + "': " + strerror(errno));
  if (!S_ISREG(status.st_mode) || status.st_size == 0)
    return fail("expected a TorchScript archive, found '" + options.input +
                "', which is empty or no file");
  // Mapped, not read: of a large archive only small parts are touched.
  void *bytes = mmap(nullptr, status.st_size, PROT_READ, MAP_PRIVATE, file, 0);
  if (bytes == MAP_FAILED)
    return fail("cannot read '" + options.input + "': " + strerror(errno));
  return isolate(options, static_cast<const char *>(bytes), status.st_size);
}
