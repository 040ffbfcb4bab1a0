//===- ListedMutators.cpp - Bugs that people make, by name ----------------===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Listed.h"

using namespace kernel_opt;
using namespace kernel_opt::mutation;
using namespace kernel_opt::mutation::listed;

// Layers that may be the one to tell; a comma is an "or".
static constexpr llvm::StringLiteral
    values = "L4 values",
    safety = "L4 safety",
    run = "L4 values,L4 safety,L4 rejects,L5,L5-V,compile",
    wrong = "L4 values,L4 safety,L5,L5-V", numerics = "L5,L5-V", closed = "L0",
    function = "L2,L4 values,L5,L5-V,L0";

static constexpr Mutator mutators[] = {
    {"last-tile-dropped", "A", run, false, lastTileDropped},
    {"guard-short", "A", run, false, guardShort},
    {"guard-le-for-lt", "A", run, false, guardLong},
    {"grid-one-short", "A", run, false, gridOneShort},
    {"grid-one-long", "A", run, false, gridOneLong},
    {"store-transposed", "A", run, false, storeTransposed},
    {"store-twice", "A", safety, false, storeTwice},
    {"threads-overlap", "A", run, false, threadsOverlap},
    {"index-in-i32", "A", run, false, indexInI32},
    {"operands-swapped", "A", function, true, operandsSwapped},
    {"wrong-axis-broadcast", "A", function, true, wrongAxisBroadcast},
    {"wrong-axis-reduced", "A", function, true, wrongAxisReduced},

    {"sum-from-output", "B", safety, false, sumFromOutput},
    {"sum-not-reset", "B", values, false, sumNotReset},
    {"rescale-missing", "B", values, false, rescaleMissing},
    {"scale-twice", "B", wrong, false, scaleTwice},
    {"literal-off-by-1e-4", "B", wrong, false, literalOff},
    {"divisor-less-one", "B", wrong, false, divisorLessOne},
    {"clamp-bound", "B", wrong, false, clampBound},
    {"clamp-dropped", "B", wrong, false, clampDropped},
    {"epsilon-dropped", "B", wrong, false, epsilonDropped},
    {"pads-with-zero", "B", wrong, false, padsWithZero},
    {"mask-off-by-one", "B", wrong, false, maskOffByOne},
    {"reads-output", "B", run, false, readsOutput},
    {"other-reduction", "B", wrong, false, otherReduction},
    {"reduction-step-dropped", "B", run, false, reductionStepDropped},
    {"payload-scaled", "B", function, true, payloadScaled},
    {"payload-other-operation", "B", function, true, payloadOther},
    {"sum-begins-with-one", "B", function, true, initOther},
    {"tensor-literal-off-by-1e-4", "B", function, true, literalOffOnTensors},
    {"maximum-dropped", "B", function, true, maximumDropped},

    {"guard-dropped", "C", run, false, guardDropped},
    {"misaligned", "C", safety, false, misaligned},
    {"shared-row-short", "C", run, false, sharedRowShort},
    {"writes-past-end", "C", safety, false, writesPastEnd},
    {"shared-too-large", "C", closed, false, sharedTooLarge},
    {"buffers-merged", "C", run, false, buffersMerged},

    {"barrier-removed", "D", run, false, barrierRemoved},
    {"barrier-divergent", "D", safety, false, barrierDivergent},
    {"one-stage", "D", run, false, oneStage},
    {"wait-late", "D", run, false, waitLate},
    {"wait-removed", "D", run, false, waitRemoved},
    {"fewer-bytes", "D", run, false, fewerBytes},
    {"arrivals-wrong", "D", run, false, arrivalsWrong},
    {"parity-flipped", "D", run, false, parityFlipped},
    {"fence-removed", "D", run, false, fenceRemoved},
    {"scope-narrowed", "D", run, false, scopeNarrowed},
    {"commit-removed", "D", run, false, commitRemoved},

    {"bf16-for-f32", "E", numerics, false, bf16ForF32},
    {"tf32-for-f32", "E", numerics, false, tf32ForF32},
    {"sums-in-f16", "E", numerics, false, sumsInF16},
    {"product-of-parts-dropped", "E", wrong, false, productDropped},
    {"max-not-subtracted", "E", wrong, false, maxNotSubtracted},
    {"claims-fast-math", "E", closed, false, claimsFastMath},
    {"float-atomics", "E", closed, false, floatAtomics},

    {"output-untouched", "F", safety, false, outputUntouched},
    {"inline-assembly", "F", closed, false, inlineAssembly},
    {"reads-clock", "F", closed, false, readsClock},
    {"prints", "F", closed, false, prints},
    {"caches-in-global", "F", closed, false, cachesInGlobal},
};

ArrayRef<Mutator> mutation::listedMutators() { return mutators; }

const Mutator *mutation::lookupMutator(StringRef name) {
  for (ArrayRef<Mutator> some : {listedMutators(), genericMutators()})
    for (const Mutator &mutator : some)
      if (mutator.name == name)
        return &mutator;
  return nullptr;
}
