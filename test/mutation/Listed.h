//===- Listed.h - Bugs that people make -------------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_TEST_MUTATION_LISTED_H
#define KERNEL_OPT_TEST_MUTATION_LISTED_H

#include "Mutators.h"

namespace kernel_opt::mutation::listed {

using Find = void(Operation *root, Sites &sites);

// Which elements, and where (ListedIndexing.cpp)
Find lastTileDropped, guardShort, guardLong, guardDropped, gridOneShort,
    gridOneLong, storeTransposed, storeTwice, threadsOverlap, indexInI32,
    misaligned, sharedRowShort, buffersMerged, sharedTooLarge, writesPastEnd;
// Which value (ListedValues.cpp)
Find sumFromOutput, sumNotReset, rescaleMissing, scaleTwice, literalOff,
    divisorLessOne, clampBound, clampDropped, epsilonDropped, padsWithZero,
    maskOffByOne, readsOutput, maxNotSubtracted, otherReduction,
    reductionStepDropped, bf16ForF32, tf32ForF32, sumsInF16, productDropped;
// In which order (ListedSync.cpp)
Find barrierRemoved, barrierDivergent, oneStage, waitLate, waitRemoved,
    fewerBytes, arrivalsWrong, parityFlipped, fenceRemoved, scopeNarrowed,
    commitRemoved, outputUntouched, inlineAssembly, readsClock, prints,
    cachesInGlobal, floatAtomics, claimsFastMath;
// Which function, on tensors (ListedTensors.cpp)
Find operandsSwapped, wrongAxisBroadcast, wrongAxisReduced, payloadScaled,
    payloadOther, initOther, literalOffOnTensors, maximumDropped;

} // namespace kernel_opt::mutation::listed

#endif // KERNEL_OPT_TEST_MUTATION_LISTED_H
