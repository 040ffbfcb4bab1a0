//===- InstructionSet.h - Which inner loops this processor runs -*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_VERIFY_DOMAIN_INSTRUCTIONSET_H
#define KERNEL_OPT_LIB_VERIFY_DOMAIN_INSTRUCTIONSET_H

namespace kernel_opt::verify {

/// Instruction sets that inner loops are compiled for, each beyond those before
/// it.
enum class InstructionSet { Baseline, AVX2, AVX512 };

/// The last one that the processor has and that was compiled for.
InstructionSet findInstructionSet();

} // namespace kernel_opt::verify

#endif // KERNEL_OPT_LIB_VERIFY_DOMAIN_INSTRUCTIONSET_H
