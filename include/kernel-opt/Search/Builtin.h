//===- Builtin.h - The proposer that needs nobody ---------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Draws candidates: at random, by changing one thing of a good one, by crossing
// two. What it proposes depends on the seed, the number of the candidate and
// what is known, and on nothing else.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_SEARCH_BUILTIN_H
#define KERNEL_OPT_SEARCH_BUILTIN_H

#include "kernel-opt/Search/Candidate.h"
#include "kernel-opt/Search/Variant.h"
#include <cassert>
#include <functional>
#include <optional>

namespace kernel_opt::search {

/// Random numbers of one candidate. The same on every machine.
class RandomStream {
public:
  RandomStream(uint64_t seed, uint64_t candidate);
  uint64_t next();
  /// Uniform in [0, bound).
  size_t below(size_t bound) {
    assert(bound && "there is nothing to choose from");
    return size_t(next() % bound);
  }
  bool chance(double probability) {
    return double(next() >> 11) * 0x1p-53 < probability;
  }
  template <typename Container>
  auto &pick(Container &&container) {
    return container[below(container.size())];
  }

private:
  uint64_t state;
};

struct ScoredChoice {
  KernelChoice choice;
  double seconds;
};

/// A choice for a kernel that `isNew` accepts; `known` are good ones, best
/// first. `parents` get those it was made of. Nothing if a few dozen draws gave
/// none: the space is as good as exhausted.
std::optional<KernelChoice>
proposeChoice(const KernelInfo &kernel, ArrayRef<ScoredChoice> known,
              const std::function<bool(const KernelChoice &)> &isNew,
              RandomStream &random, std::vector<KernelChoice> &parents);

struct ScoredVariant {
  const Variant *variant;
  double seconds;
};

/// The same for the program as a whole.
std::optional<GraphChoice>
proposeGraph(ArrayRef<ScoredVariant> known,
             const std::function<bool(const GraphChoice &)> &isNew,
             RandomStream &random);

} // namespace kernel_opt::search

#endif // KERNEL_OPT_SEARCH_BUILTIN_H
