//===- Report.cpp - Words for what a run found wrong ----------------------===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Verify/Interpreter/Report.h"
#include "Machine.h"
#include "llvm/Support/raw_ostream.h"

using namespace kernel_opt;
using namespace kernel_opt::verify;

StringRef verify::stringifyFault(Fault fault) {
  static constexpr StringLiteral names[numFaults] = {
      "race",
      "out of bounds",
      "misaligned",
      "uninitialized read",
      "access to a pending buffer",
      "missing proxy fence",
      "access violation",
      "multiple writes",
      "unwritten output",
      "divergent barrier",
      "inactive lane",
      "partial warp",
      "barrier misuse",
      "deadlock",
      "undefined arithmetic",
      "unfinished asynchronous work",
      "step limit",
      "unsupported",
  };
  return names[unsigned(fault)];
}

void verify::printReport(const Report &report, raw_ostream &os) {
  os << report.where << ": " << stringifyFault(report.fault) << ": "
     << report.message;
  if (report.count > 1)
    os << " (" << report.count << " times)";
  os << "\n";
  if (report.other)
    os << *report.other << ": note: the other access is here\n";
}

void ReportSink::add(Fault fault, uint32_t site, uint32_t other,
                     function_ref<std::string()> message) {
  ++counts[unsigned(fault)];
  auto key = std::make_tuple(fault, site, other);
  auto found = known.find(key);
  if (found != known.end()) {
    ++reports[found->second].count;
    return;
  }
  if (reports.size() >= limit)
    return;
  known[key] = reports.size();
  Report report{fault, program.sites[site].location, std::nullopt, message()};
  if (other != noSite)
    report.other = program.sites[other].location;
  reports.push_back(std::move(report));
}

std::string Machine::threadName(const Warp &w, unsigned lane) const {
  const ThreadBlock &b = blocks[w.block];
  int64_t t = int64_t(w.index) * warpSize + lane;
  auto triple = [](int64_t x, int64_t y, int64_t z) {
    return "(" + std::to_string(x) + ", " + std::to_string(y) + ", " +
           std::to_string(z) + ")";
  };
  return "thread " +
         triple(t % blockDim.x, t / blockDim.x % blockDim.y,
                t / (blockDim.x * blockDim.y)) +
         " of block " +
         triple(b.coordinates[0], b.coordinates[1], b.coordinates[2]);
}

std::string Machine::agentName(uint32_t markUnit, uint32_t agent) const {
  if (markUnit != unit)
    return "a thread of another block";
  if (agent < warps.size() * warpSize)
    return threadName(warps[agent / warpSize], agent % warpSize);
  return "a bulk copy";
}

void Machine::fault(Fault fault, const Warp &w, unsigned lane, uint32_t site,
                    const Twine &what, uint32_t other) {
  sink.add(fault, site, other,
           [&] { return threadName(w, lane) + " " + what.str(); });
}

void Machine::race(const Warp &w, unsigned lane, uint32_t site,
                   const char *kind, const BufferInfo &info, int64_t index,
                   uint32_t otherUnit, uint32_t otherAgent,
                   uint32_t otherSite) {
  sink.add(Fault::Race, site, otherSite, [&] {
    return threadName(w, lane) + " " + kind + " " + info.name +
           formatIndices(info, index) + ", unordered with an access by " +
           agentName(otherUnit, otherAgent) + " at '" +
           program.sites[otherSite].op.str() + "'";
  });
}
