//===- InstructionSet.cpp - Which inner loops this processor runs ---------===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "InstructionSet.h"

using namespace kernel_opt::verify;

InstructionSet kernel_opt::verify::findInstructionSet() {
#ifdef KERNELOPT_HAVE_WIDE_COLUMNS
  // AVX2 with FMA and BMI2; AVX-512 of x86-64-v4 with IFMA.
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma") ||
      !__builtin_cpu_supports("bmi2"))
    return InstructionSet::Baseline;
  bool wider = __builtin_cpu_supports("avx512f") &&
               __builtin_cpu_supports("avx512cd") &&
               __builtin_cpu_supports("avx512bw") &&
               __builtin_cpu_supports("avx512dq") &&
               __builtin_cpu_supports("avx512vl") &&
               __builtin_cpu_supports("avx512ifma");
  return wider ? InstructionSet::AVX512 : InstructionSet::AVX2;
#else
  return InstructionSet::Baseline;
#endif
}
