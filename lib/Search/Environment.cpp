//===- Environment.cpp - What findings depend on ----------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Search/Store.h"
#include "kernel-opt/Support/Hash.h"
#include "kernel-opt/Support/Subprocess.h"
#include "kernel-opt/Target/NVPTX/Toolkit.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/Support/MemoryBuffer.h"
#include <link.h>

using namespace kernel_opt;
using namespace kernel_opt::search;

namespace {
/// Looks for the build id of the object that holds `address`.
struct NoteSearch {
  uintptr_t address;
  std::string id;
};
} // namespace

static int findNote(dl_phdr_info *info, size_t, void *data) {
  auto &search = *static_cast<NoteSearch *>(data);
  auto segments = ArrayRef(info->dlpi_phdr, info->dlpi_phnum);
  auto start = [&](const ElfW(Phdr) & segment) {
    return uintptr_t(info->dlpi_addr) + segment.p_vaddr;
  };
  bool holds = llvm::any_of(segments, [&](const ElfW(Phdr) & segment) {
    return segment.p_type == PT_LOAD && search.address >= start(segment) &&
           search.address < start(segment) + segment.p_memsz;
  });
  if (!holds)
    return 0;
  for (const ElfW(Phdr) &segment : segments) {
    if (segment.p_type != PT_NOTE)
      continue;
    const char *at = reinterpret_cast<const char *>(start(segment));
    const char *end = at + segment.p_memsz;
    while (at + sizeof(ElfW(Nhdr)) <= end) {
      auto *note = reinterpret_cast<const ElfW(Nhdr) *>(at);
      const char *name = at + sizeof(*note);
      const char *contents = name + llvm::alignTo(note->n_namesz, 4);
      if (note->n_type == NT_GNU_BUILD_ID &&
          StringRef(name, note->n_namesz).starts_with("GNU"))
        search.id = llvm::toHex(StringRef(contents, note->n_descsz),
                                /*LowerCase=*/true);
      at = contents + llvm::alignTo(note->n_descsz, 4);
    }
  }
  return 1;
}

std::string search::buildIdentity() {
  static const std::string identity = [] {
    NoteSearch search{reinterpret_cast<uintptr_t>(&buildIdentity), ""};
    ::dl_iterate_phdr(findNote, &search);
    if (!search.id.empty())
      return "build-id:" + search.id;
    auto file = llvm::MemoryBuffer::getFile("/proc/self/exe");
    return file ? hashText((*file)->getBuffer()) : std::string("unknown");
  }();
  return identity;
}

/// The release in the last line but one that `ptxas --version` prints.
static llvm::Expected<std::string> ptxasVersion(StringRef cudaPath) {
  auto path = nvptx::findPtxas(cudaPath);
  if (!path)
    return path.takeError();
  SubprocessOptions options;
  options.command = {*path, "--version"};
  options.wallTime = std::chrono::seconds(20);
  auto output = runProcess(options);
  if (!output)
    return output.takeError();
  StringRef text = output->standardOutput;
  size_t at = text.find("release ");
  if (!output->result.succeeded() || at == StringRef::npos)
    return llvm::createStringError("'" + *path + " --version' " +
                                   output->result.describe() +
                                   " and names no release");
  return text.substr(at).split('\n').first.trim().str();
}

llvm::Expected<Environment>
search::findEnvironment(const nvptx::PtxOptions &compile,
                        ArrayRef<std::string> schedules) {
  auto chip = nvptx::findChip(compile.target);
  if (!chip)
    return chip.takeError();
  auto ptxas = ptxasVersion(compile.cudaPath);
  if (!ptxas)
    return ptxas.takeError();
  Environment environment;
  environment.target = compile.target;
  environment.toolchain = "kernel-opt " KERNELOPT_VERSION
                          ", LLVM " LLVM_VERSION_STRING ", ptxas " +
                          *ptxas;
  environment.build = buildIdentity();
  for (const std::string &path : schedules) {
    auto file = llvm::MemoryBuffer::getFile(path);
    if (!file)
      return llvm::createStringError(file.getError(),
                                     "cannot read schedules '" + path +
                                         "': " + file.getError().message());
    environment.build += " " + hashText((*file)->getBuffer());
  }
  environment.device = findDeviceModel(chip->sm).name.str() + " (modelled)";
  return environment;
}
