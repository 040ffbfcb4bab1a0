//===- Fields.h - The members of records, once for every use ----*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Tables, JSON, binding and reading all visit the same list of members. Order
// and names are part of the format.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_ARCHIVE_FIELDS_H
#define KERNEL_OPT_LIB_ARCHIVE_FIELDS_H

#include "kernel-opt/Archive/Records.h"

namespace kernel_opt::archive {

template <typename Record>
struct TableOf;

/// `index` is the column that records are looked up by.
#define KERNELOPT_TABLE(Record, tableName, indexColumn)                        \
  template <>                                                                  \
  struct TableOf<Record> {                                                     \
    static constexpr StringLiteral name = tableName;                           \
    static constexpr StringLiteral index = indexColumn;                        \
  }
KERNELOPT_TABLE(Kernel, "kernels", "structure");
KERNELOPT_TABLE(Candidate, "candidates", "kernel");
KERNELOPT_TABLE(Verdict, "verdicts", "candidate");
KERNELOPT_TABLE(Timing, "timings", "candidate");
KERNELOPT_TABLE(Artifact, "artifacts", "candidate");
KERNELOPT_TABLE(Wire, "wire", "run");
KERNELOPT_TABLE(Run, "runs", "started");
#undef KERNELOPT_TABLE

/// Calls `f(name, member)` for each member after the id and before `recorded`.
template <typename F>
void visitContents(Kernel &r, F &&f) {
  f("structure", r.structure);
  f("shapes", r.shapes);
  f("contract", r.contract);
  f("target", r.target);
  f("toolchain", r.toolchain);
}
template <typename F>
void visitContents(Candidate &r, F &&f) {
  f("kernel", r.kernel);
  f("parents", r.parents);
  f("proposer", r.proposer);
  f("program", r.program);
  f("proposal_hash", r.proposalHash);
  f("proposal", r.proposal);
  f("wire", r.wire);
  f("rules", r.rules);
  f("fusion_plan", r.fusionPlan);
  f("schedule", r.schedule);
  f("knobs", r.knobs);
  f("final_hash", r.finalHash);
  f("state", r.state);
  f("reason", r.reason);
}
template <typename F>
void visitContents(Verdict &r, F &&f) {
  f("candidate", r.candidate);
  f("layer", r.layer);
  f("verdict", r.verdict);
  f("record", r.record);
  f("witness", r.witness);
}
template <typename F>
void visitContents(Timing &r, F &&f) {
  f("candidate", r.candidate);
  f("run", r.run);
  f("purpose", r.purpose);
  f("origin", r.origin);
  f("device", r.device);
  f("unit", r.unit);
  f("samples", r.samples);
  f("conditions", r.conditions);
  f("taken", r.taken);
}
template <typename F>
void visitContents(Artifact &r, F &&f) {
  f("candidate", r.candidate);
  f("kind", r.kind);
  f("content", r.content);
}
template <typename F>
void visitContents(Wire &r, F &&f) {
  f("run", r.run);
  f("proposer", r.proposer);
  f("program", r.program);
  f("seed", r.seed);
  f("prompt_hash", r.promptHash);
  f("request", r.request);
  f("response", r.response);
  f("error", r.error);
  f("taken", r.taken);
}
template <typename F>
void visitContents(Run &r, F &&f) {
  f("seed", r.seed);
  f("version", r.version);
  f("options", r.options);
  f("started", r.started);
}

template <typename Record, typename F>
void visitAll(Record &r, F &&f) {
  f("id", r.id);
  visitContents(r, f);
  f("recorded", r.recorded);
}

/// Calls `f` with an empty record of each table.
template <typename F>
void forEachTable(F &&f) {
  f(Kernel());
  f(Run());
  f(Wire());
  f(Candidate());
  f(Verdict());
  f(Timing());
  f(Artifact());
}

/// The id that a record's contents give.
template <typename Record>
std::string contentId(const Record &record);
/// Says what is wrong with a record's contents: text that is not UTF-8, a
/// verdict that is none of the three, samples that are no numbers.
template <typename Record>
llvm::Error validate(const Record &record);
template <typename Record>
llvm::json::Object toJSON(const Record &record);
/// Strict; `where` stands before the message.
template <typename Record>
llvm::Expected<Record> fromJSON(const llvm::json::Value &value,
                                const Twine &where);

} // namespace kernel_opt::archive

#endif // KERNEL_OPT_LIB_ARCHIVE_FIELDS_H
