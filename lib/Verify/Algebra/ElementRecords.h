//===- ElementRecords.h - What is known of each element ---------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_VERIFY_ALGEBRA_ELEMENTRECORDS_H
#define KERNEL_OPT_LIB_VERIFY_ALGEBRA_ELEMENTRECORDS_H

#include "kernel-opt/Verify/Equivalence.h"
#include "kernel-opt/Verify/Reference.h"
#include "kernel-opt/Verify/Tower.h"
#include <map>

namespace kernel_opt::verify {

/// Where results are constants or integers, there is no chance to bound.
inline constexpr double maxEvidence = 1000;

/// Families whose inputs are random elements of the fields. Logarithms and
/// roots are NaN of what is negative: positive ones, below one and above, give
/// them a value.
inline constexpr InputFamily genericFamilies[] = {
    InputFamily::Uniform01, InputFamily::Normal, InputFamily::Shifted};

/// The evidence that each element of each result has gathered over all draws.
class ElementRecords {
public:
  /// Notes in `result` what concerns the programs rather than one element.
  ElementRecords(const EquivalenceOptions &options, EquivalenceResult &result)
      : options(options), result(result) {}

  /// Compares tiles of `witness.output`, behind those that were compared in
  /// this draw; `witness` gets the first difference and the counts.
  void compareTiles(TowerDomain &domain, const Tile &expected,
                    const Tile &actual, InputFamily family, Witness &witness);
  /// Elements that need another draw.
  uint64_t countOpen() const;
  /// Of elements with as much evidence as is asked for.
  double leastEvidence() const;

private:
  /// What is known about one element of one result. Only draws in general
  /// position count: every input a random element of the fields.
  struct Record {
    float evidence = 0;    ///< bits
    uint8_t constants = 0; ///< draws in which it was equal, but no variable
    bool isOpen = false;   ///< undecided once, and not as a literal
  };

  void compareElement(TowerDomain &domain, const Tile &expected,
                      const Tile &actual, size_t i, InputFamily family,
                      Record &record, Comparison &comparison);
  bool isSettled(const Record &record) const;

  const EquivalenceOptions &options;
  EquivalenceResult &result;
  /// Per output, per element compared.
  std::map<unsigned, std::vector<Record>> records;
};

} // namespace kernel_opt::verify

#endif // KERNEL_OPT_LIB_VERIFY_ALGEBRA_ELEMENTRECORDS_H
