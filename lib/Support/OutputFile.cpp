//===- OutputFile.cpp - Files that are whole or not there -------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Support/OutputFile.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

using namespace kernel_opt;
namespace fs = llvm::sys::fs;

static llvm::Error cannotWrite(StringRef path, std::error_code code) {
  return llvm::createStringError(code, "cannot write '" + path +
                                           "': " + code.message());
}

/// Writes and forgets about the error: a stream that is destroyed with one
/// ends the program.
static std::error_code put(llvm::raw_fd_ostream &os, StringRef text) {
  os << text;
  os.flush();
  std::error_code code = os.error();
  os.clear_error();
  return code;
}

llvm::Error kernel_opt::checkOutput(StringRef path) {
  if (path == "-")
    return llvm::Error::success();
  if (fs::is_directory(path))
    return cannotWrite(path, std::make_error_code(std::errc::is_a_directory));
  llvm::SmallString<256> folder(path);
  bool exists = fs::exists(path);
  if (!exists)
    llvm::sys::path::remove_filename(folder);
  if (folder.empty())
    folder = ".";
  std::error_code code = fs::access(folder, fs::AccessMode::Write);
  return code ? cannotWrite(path, code) : llvm::Error::success();
}

llvm::Error kernel_opt::writeOutput(StringRef path, StringRef text) {
  if (path == "-") {
    if (std::error_code code = put(llvm::outs(), text))
      return cannotWrite("standard output", code);
    return llvm::Error::success();
  }
  fs::file_status status;
  bool exists = !fs::status(path, status);
  if (exists && status.type() == fs::file_type::directory_file)
    return cannotWrite(path, std::make_error_code(std::errc::is_a_directory));
  if (exists && status.type() != fs::file_type::regular_file) {
    std::error_code code;
    llvm::raw_fd_ostream os(path, code);
    if (!code)
      code = put(os, text);
    return code ? cannotWrite(path, code) : llvm::Error::success();
  }
  // A file that may not be written is not replaced, either; one behind a link
  // is what is meant.
  llvm::SmallString<256> place(path);
  if (exists) {
    if (std::error_code code = fs::access(path, fs::AccessMode::Write))
      return cannotWrite(path, code);
    if (fs::real_path(path, place))
      place = path;
  }
  auto file = fs::TempFile::create(place + ".tmp-%%%%%%%%",
                                   fs::all_read | fs::all_write);
  if (!file)
    return cannotWrite(path, llvm::errorToErrorCode(file.takeError()));
  std::error_code code;
  {
    llvm::raw_fd_ostream os(file->FD, /*shouldClose=*/false);
    code = put(os, text);
  }
  if (code) {
    llvm::consumeError(file->discard());
    return cannotWrite(path, code);
  }
  if (exists)
    (void)fs::setPermissions(file->FD, status.permissions());
  if (llvm::Error error = file->keep(place))
    return cannotWrite(path, llvm::errorToErrorCode(std::move(error)));
  return llvm::Error::success();
}
