//===- Clock.h - Happens-before ------------------------------- -*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Vector clocks. Agents are the threads of a unit (numbered block by block) and
// one asynchronous agent per mbarrier. A warp's time advances whenever some of
// its lanes release (arrive, signal, synchronize); an access is stamped with
// (agent, time of its warp).
//
// The lanes of a warp share what the warp knows about others. They know each
// other up to the last warp-wide synchronization. What only some lanes acquired
// stays theirs until the next warp-wide synchronization.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_VERIFY_INTERPRETER_CLOCK_H
#define KERNEL_OPT_LIB_VERIFY_INTERPRETER_CLOCK_H

#include "kernel-opt/Support/LLVM.h"
#include "llvm/ADT/SmallVector.h"
#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

namespace kernel_opt::verify {

/// Time up to which each agent's accesses are known; empty: nothing.
using ClockVector = std::vector<uint32_t>;
using SharedClock = std::shared_ptr<const ClockVector>;

/// What is known of others: through the generic proxy, and through the async
/// proxy (writes that a proxy fence covered).
struct Knowledge {
  SharedClock generic, async;
};

inline void joinInto(ClockVector &into, const SharedClock &other,
                     size_t agents) {
  if (!other)
    return;
  if (into.empty())
    into.resize(agents);
  const uint32_t *from = other->data();
  for (size_t i = 0, e = other->size(); i < e; ++i)
    into[i] = std::max(into[i], from[i]);
}

/// Least upper bound; shares where one is empty or both are the same.
inline SharedClock joinClocks(const SharedClock &a, const SharedClock &b,
                              size_t agents) {
  if (!b || a == b)
    return a;
  if (!a)
    return b;
  auto result = std::make_shared<ClockVector>(*a);
  joinInto(*result, b, agents);
  return result;
}
inline void acquire(Knowledge &into, const Knowledge &from, size_t agents) {
  into.generic = joinClocks(into.generic, from.generic, agents);
  into.async = joinClocks(into.async, from.async, agents);
}

/// The clocks of one warp.
struct WarpClock {
  uint32_t firstAgent = 0; ///< agent of lane 0
  uint32_t time = 1;
  uint32_t syncTime = 0; ///< all lanes know each other up to here
  Knowledge known;
  /// Lanes' own writes up to here are fenced for the async proxy.
  uint32_t asyncTime[32] = {};
  uint32_t asyncSyncTime = 0; ///< asyncTime of all lanes, known to all
  struct Private {
    uint32_t lanes;
    Knowledge known;
  };
  SmallVector<Private, 1> privates;

  bool ownAgent(uint32_t agent) const { return agent - firstAgent < 32; }

  /// Is an access by `agent` at `when` ordered before what `lane` does now?
  bool covers(unsigned lane, uint32_t agent, uint32_t when) const {
    if (ownAgent(agent))
      return agent - firstAgent == lane || when <= syncTime;
    if (known.generic && (*known.generic)[agent] >= when)
      return true;
    for (const Private &p : privates)
      if ((p.lanes >> lane & 1) && p.known.generic &&
          (*p.known.generic)[agent] >= when)
        return true;
    return false;
  }
  /// The same for what the async proxy does on behalf of `lane`.
  bool coversAsync(unsigned lane, uint32_t agent, uint32_t when) const {
    if (ownAgent(agent) &&
        (when <= asyncSyncTime ||
         (agent - firstAgent == lane && when <= asyncTime[lane])))
      return true;
    if (known.async && (*known.async)[agent] >= when)
      return true;
    for (const Private &p : privates)
      if ((p.lanes >> lane & 1) && p.known.async &&
          (*p.known.async)[agent] >= when)
        return true;
    return false;
  }

  /// All lanes learn what any of them knew.
  void synchronize(uint32_t lanes, size_t agents);
  /// Adds to `into` what `lanes` know and did; then time advances.
  void release(uint32_t lanes, Knowledge &into, size_t agents);
  /// Lanes learn `from`; all lanes of the warp if `lanes` == `full`.
  void acquireFor(uint32_t lanes, uint32_t full, const Knowledge &from,
                  size_t agents);
  /// Proxy fence by `lanes`.
  void fenceAsync(uint32_t lanes, uint32_t full, size_t agents);
};

} // namespace kernel_opt::verify

#endif // KERNEL_OPT_LIB_VERIFY_INTERPRETER_CLOCK_H
