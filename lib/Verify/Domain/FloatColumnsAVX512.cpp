//===- FloatColumnsAVX512.cpp - Inner loops of the float domain ---------===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#define KERNELOPT_FLOAT_COLUMNS getAVX512FloatColumns
#include "FloatColumns.inc"
