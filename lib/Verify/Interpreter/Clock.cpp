//===- Clock.cpp - Happens-before -----------------------------------------===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Clock.h"

using namespace kernel_opt;
using namespace kernel_opt::verify;

void WarpClock::synchronize(uint32_t lanes, size_t agents) {
  for (const Private &p : privates)
    acquire(known, p.known, agents);
  privates.clear();
  syncTime = time++;
  uint32_t least = ~0u, most = 0;
  for (unsigned lane = 0; lane < 32; ++lane)
    if (lanes >> lane & 1) {
      least = std::min(least, asyncTime[lane]);
      most = std::max(most, asyncTime[lane]);
    }
  if (least == most) {
    asyncSyncTime = std::max(asyncSyncTime, most);
    return;
  }
  // Lanes fenced at different times: the warp's async clock keeps the details.
  auto exact = std::make_shared<ClockVector>(agents);
  joinInto(*exact, known.async, agents);
  for (unsigned lane = 0; lane < 32; ++lane)
    if (lanes >> lane & 1) {
      uint32_t &entry = (*exact)[firstAgent + lane];
      entry = std::max(entry, asyncTime[lane]);
    }
  known.async = std::move(exact);
}

void WarpClock::release(uint32_t lanes, Knowledge &into, size_t agents) {
  Knowledge all = known;
  for (const Private &p : privates)
    if (p.lanes & lanes)
      acquire(all, p.known, agents);
  auto generic = std::make_shared<ClockVector>(agents);
  joinInto(*generic, into.generic, agents);
  joinInto(*generic, all.generic, agents);
  bool fenced = asyncSyncTime != 0;
  for (unsigned lane = 0; lane < 32; ++lane) {
    uint32_t &entry = (*generic)[firstAgent + lane];
    entry = std::max(entry, (lanes >> lane & 1) ? time : syncTime);
    fenced |= asyncTime[lane] != 0;
  }
  into.generic = std::move(generic);
  into.async = joinClocks(into.async, all.async, agents);
  if (fenced) {
    auto async = std::make_shared<ClockVector>(agents);
    joinInto(*async, into.async, agents);
    for (unsigned lane = 0; lane < 32; ++lane) {
      uint32_t &entry = (*async)[firstAgent + lane];
      entry = std::max(entry,
                       (lanes >> lane & 1) ? asyncTime[lane] : asyncSyncTime);
    }
    into.async = std::move(async);
  }
  ++time;
}

void WarpClock::acquireFor(uint32_t lanes, uint32_t full, const Knowledge &from,
                           size_t agents) {
  if (lanes == full)
    return acquire(known, from, agents);
  privates.push_back({lanes, from});
}

void WarpClock::fenceAsync(uint32_t lanes, uint32_t full, size_t agents) {
  // What a fencing lane knows of others becomes visible to the async proxy,
  // and so does all that the lane itself did.
  auto visible = std::make_shared<ClockVector>(agents);
  joinInto(*visible, known.generic, agents);
  for (const Private &p : privates)
    if (p.lanes & lanes)
      joinInto(*visible, p.known.generic, agents);
  for (unsigned lane = 0; lane < 32; ++lane) {
    uint32_t &entry = (*visible)[firstAgent + lane];
    entry = std::max(entry, syncTime);
    if (lanes >> lane & 1)
      asyncTime[lane] = time;
  }
  acquireFor(lanes, full, Knowledge{nullptr, std::move(visible)}, agents);
  ++time;
}
