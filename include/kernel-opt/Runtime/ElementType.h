//===- ElementType.h - Element types of buffers -----------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_RUNTIME_ELEMENTTYPE_H
#define KERNEL_OPT_RUNTIME_ELEMENTTYPE_H

#include "kernel-opt/Support/LLVM.h"
#include "kernel-opt/Verify/Domain.h"
#include <optional>

namespace kernel_opt::runtime {

/// Types that memory holds. A boolean (I1) takes a byte.
enum class ElementType : uint8_t {
  // clang-format off
  F64, F32, F16, BF16, F8E4M3FN, F8E5M2, I64, I32, I16, I8, I1,
  // clang-format on
};

/// MLIR's name: "f32", "bf16", "f8E4M3FN", "i1".
StringRef stringOf(ElementType type);
std::optional<ElementType> elementTypeOf(StringRef name);
unsigned bytesOf(ElementType type);
/// Of floats; none of integers.
std::optional<verify::FloatKind> floatKindOf(ElementType type);
/// Half a unit in the last place of one: 2^-24 for f32. Zero for integers.
double unitRoundoff(ElementType type);

/// Writes `value`, rounded to nearest even (integers: toward zero, saturated),
/// in the memory form of the type.
void encodeElement(ElementType type, double value, void *to);
/// Exact, except for 64-bit integers beyond 2^53.
double decodeElement(ElementType type, const void *from);

} // namespace kernel_opt::runtime

#endif // KERNEL_OPT_RUNTIME_ELEMENTTYPE_H
