//===- HostArray.h - Arrays in host memory and .npy files -------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_RUNTIME_HOSTARRAY_H
#define KERNEL_OPT_RUNTIME_HOSTARRAY_H

#include "kernel-opt/Runtime/ElementType.h"
#include "kernel-opt/Runtime/LaunchPlan.h"
#include "llvm/Support/Error.h"
#include <string>

namespace kernel_opt::runtime {

/// A dense row-major array.
struct HostArray {
  ElementType type = ElementType::F32;
  SmallVector<int64_t, 4> shape;
  std::string data;
  /// The file held unsigned integers of this size (zero: it did not); they may
  /// be the bits of a type that the format has no name for.
  unsigned unsignedBytes = 0;

  int64_t elements() const;
  double at(int64_t index) const {
    return decodeElement(type, data.data() + index * bytesOf(type));
  }
};

/// Reads a .npy file, little-endian, C order. bf16 and the 8-bit floats, which
/// the format has no names for, are stored as unsigned integers of their size:
/// they arrive as I16 and I8 and become floats in `convert`.
llvm::Expected<HostArray> readNpy(StringRef path);
llvm::Error writeNpy(StringRef path, const HostArray &array);

/// `array` in another element type, with values rounded to nearest. Unsigned
/// integers of the size of a float that .npy cannot name are its bits.
HostArray convert(HostArray array, ElementType type);

/// Draws an input of a plan. Integers come from the buffer's range, or else
/// from [-8, 8]. The same (family, seed, argument) gives the same bits on every
/// machine.
HostArray drawInput(const PlanBuffer &buffer, unsigned argument,
                    verify::InputFamily family, uint64_t seed);

} // namespace kernel_opt::runtime

#endif // KERNEL_OPT_RUNTIME_HOSTARRAY_H
