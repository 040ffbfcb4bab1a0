//===- LaunchPlan.h - What to launch, on which memory -----------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The host side of one compiled function, as data: code, buffers and the order
// of launches. Compilation writes it, the runner and the device checks read it.
// docs/LaunchPlan.md describes the JSON form.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_RUNTIME_LAUNCHPLAN_H
#define KERNEL_OPT_RUNTIME_LAUNCHPLAN_H

#include "kernel-opt/Runtime/Device.h"
#include "kernel-opt/Runtime/ElementType.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MathExtras.h"
#include <string>
#include <variant>
#include <vector>

namespace kernel_opt::runtime {

/// Whose a buffer is.
enum class BufferRole {
  Input,     ///< Given by the caller, read only.
  Output,    ///< Given by the caller; every element is written.
  Workspace, ///< Undefined before each run, of no use after it.
  Prepared,  ///< Written by the prepare steps, read by the launches.
  Constant,  ///< Part of the plan.
};

/// Row-major and dense.
struct PlanBuffer {
  std::string name;
  BufferRole role = BufferRole::Input;
  ElementType type = ElementType::F32;
  SmallVector<int64_t, 4> shape;
  /// Of inputs: dimensions whose sizes the program leaves open. The code is for
  /// those of `shape` alone, and a call with others is refused.
  SmallVector<int64_t, 4> specialized;
  /// Bytes, a power of two: what the kernels rely on.
  uint64_t alignment = 16;
  /// An input that does not change between runs: prepare steps may read it.
  bool parameter = false;
  /// Of integer inputs: values are drawn from [first, second).
  std::optional<std::pair<int64_t, int64_t>> range;
  /// Of constants: the bytes, little-endian.
  std::string data;

  /// The greatest number there is if it does not fit; such a plan is refused.
  int64_t elements() const;
  uint64_t bytes() const {
    return llvm::SaturatingMultiply<uint64_t>(elements(), bytesOf(type));
  }
  /// An error, which says what was expected, unless `found` is the shape of
  /// this input. `what` names where the tensor is from.
  llvm::Error checkShape(ArrayRef<int64_t> found, StringRef what) const;
};

/// PTX text or a cubin.
struct PlanModule {
  std::string name;
  std::string image;
};

struct BufferArgument {
  unsigned buffer;
  uint64_t offset = 0; ///< Bytes.
};
struct TensorMapArgument {
  unsigned buffer;
  uint64_t offset = 0; ///< Bytes.
  TensorMap map;
};
struct ScalarArgument {
  ElementType type;
  uint64_t bits; ///< In the low bytes.
};
using PlanArgument =
    std::variant<BufferArgument, TensorMapArgument, ScalarArgument>;

struct KernelStep {
  unsigned module;
  std::string entry;
  LaunchShape shape;
  std::vector<PlanArgument> arguments;
};
/// Sets bytes of a buffer.
struct FillStep {
  unsigned buffer;
  uint64_t offset = 0;
  uint64_t bytes = 0;
  uint8_t value = 0;
};
/// Copies the whole of one buffer to another of the same size.
struct CopyStep {
  unsigned from;
  unsigned to;
};
using PlanStep = std::variant<KernelStep, FillStep, CopyStep>;

struct LaunchPlan {
  /// Of the JSON form. A reader takes its own version and older ones.
  static constexpr int64_t version = 1;

  std::string name;
  /// "sm_90a"; what the modules were compiled for.
  std::string target;
  std::vector<PlanModule> modules;
  std::vector<PlanBuffer> buffers;
  /// Run once per set of parameters.
  std::vector<PlanStep> prepare;
  std::vector<PlanStep> launches;
  /// What any implementation of the function must move and compute, for the
  /// speed-of-light gate; zero if not known.
  uint64_t compulsoryBytes = 0;
  double flops = 0;
  /// Where it came from (hashes, rules, knobs); carried along untouched.
  llvm::json::Object origin;

  /// `folder` is where the files are looked for that the plan names.
  static llvm::Expected<LaunchPlan> fromJSON(const llvm::json::Value &json,
                                             StringRef folder);
  static llvm::Expected<LaunchPlan> fromFile(StringRef path);
  /// Self-contained: all code is inside (cubins in base64).
  llvm::json::Object toJSON() const;

  /// Everything that can be told without a device. Readers call it.
  llvm::Error verify() const;
  /// SHA-256 of the canonical JSON without `origin`, in hexadecimal: two plans
  /// that do the same have the same.
  std::string digest() const;

  SmallVector<unsigned> buffersOf(BufferRole role) const;
  /// Bytes of all buffers.
  uint64_t totalBytes() const;
};

} // namespace kernel_opt::runtime

#endif // KERNEL_OPT_RUNTIME_LAUNCHPLAN_H
