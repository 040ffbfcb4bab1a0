//===- Certificate.h - What was verified, and how to repeat it --*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// The JSON file beside an output: the chain of hashes from the program that was
// read to what is launched, every obligation with its evidence, the numbers of
// each check and what it takes to repeat it, and what is not covered.
// docs/Verification.md describes the format.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_VERIFY_CERTIFICATE_H
#define KERNEL_OPT_VERIFY_CERTIFICATE_H

#include "kernel-opt/Verify/Policy.h"

namespace kernel_opt::verify {

/// One step of the path: what the next step reads, by its hash.
struct ChainLink {
  std::string stage; ///< "input", "linalg", "kernels", "scheduled", ...
  std::string hash;
  /// How it came from the stage before.
  std::string by;
};

struct Certificate {
  static constexpr int64_t version = 1;

  Policy policy;
  uint64_t nonce = 0;
  /// How it was compiled: what a replay has to repeat.
  llvm::json::Object options;
  llvm::json::Object contract;
  std::vector<ChainLink> chain;
  /// The text of the stage "scheduled": kernels and their programs.
  std::string scheduled;
  std::vector<Obligation> obligations;
  /// Per kernel: hashes, launch, and the record of each check.
  llvm::json::Array kernels;
  std::vector<std::string> assumptions;
  /// Times, places, versions of tools: not part of what is certified.
  llvm::json::Object notes;
  Judgement judgement;

  llvm::json::Object toJSON() const;
};

/// SHA-256 of the canonical text of a certificate, without its own digest and
/// its notes.
std::string digestOf(const llvm::json::Object &certificate);
/// A certificate with its digest, ready to be printed.
llvm::json::Object withDigest(llvm::json::Object certificate);
/// Reads a file and checks that it is a certificate of this version and that
/// its digest is right.
llvm::Expected<llvm::json::Object> readCertificate(StringRef path);
/// Where two certificates differ, notes aside: "kernels[0].ptx: the certificate
/// says ..., the replay finds ...".
SmallVector<std::string> differences(const llvm::json::Object &certificate,
                                     const llvm::json::Object &replayed);
/// The part of a check's record that a replay must find again: no times.
llvm::json::Object withoutTimes(llvm::json::Object record);

} // namespace kernel_opt::verify

#endif // KERNEL_OPT_VERIFY_CERTIFICATE_H
