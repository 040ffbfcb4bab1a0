//===- ComparedOutput.h - What a program writes, as it should be -*- C++
//-*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_VERIFY_KERNEL_COMPAREDOUTPUT_H
#define KERNEL_OPT_LIB_VERIFY_KERNEL_COMPAREDOUTPUT_H

#include "kernel-opt/Verify/Interpreter/Interpreter.h"
#include "kernel-opt/Verify/Reference.h"
#include "kernel-opt/Verify/Tower.h"

namespace kernel_opt::verify {

/// Bits of evidence that each element of one output has gathered.
struct Evidence {
  std::vector<int64_t> indices; ///< row-major, increasing
  std::vector<double> bits;

  /// Makes room for these elements. What is written hardly ever changes from
  /// draw to draw.
  void extend(const std::vector<int64_t> &written);
};

/// One output of a kernel, compared draw by draw: what blocks of the program
/// write with what the reference makes of the same elements.
class ComparedOutput {
public:
  struct Difference {
    std::string place, expected, found;
  };

  /// Output number `output`, of `rank` dimensions, which the program writes as
  /// an argument of this number and type.
  ComparedOutput(unsigned output, size_t rank, unsigned argument,
                 MemRefType type)
      : output(output), rank(rank), argument(argument), type(type) {}

  /// Compares all that a run has written; the first element that differs, if
  /// it says anything. Fails if the reference does.
  FailureOr<std::optional<Difference>> compare(const RunResult &run,
                                               Reference &reference,
                                               InputSource &inputs,
                                               TowerDomain &domain);

  ArrayRef<double> evidence() const { return gathered.bits; }
  /// Pairs of values, so far.
  uint64_t compared() const { return pairs; }

private:
  /// Neighbours in the last dimension.
  struct Row {
    int64_t first;  ///< row-major index
    int64_t length; ///< elements
  };
  /// What the program wrote, by increasing index.
  struct Written {
    SmallVector<int64_t> low, high; ///< bounding box
    std::vector<Row> rows;
    std::vector<int64_t> indices;
    std::vector<char> floats;
    std::vector<int64_t> integers;
  };

  Written collect(const RunResult &run, const Domain &domain) const;
  void bound(Written &written) const;
  Box boxOf(const Written &written) const;
  /// Compares element `n` of what was written with the one at `position` of
  /// what is expected.
  std::optional<Difference> compareElement(const Written &written, size_t n,
                                           const Tile &expected,
                                           int64_t position,
                                           TowerDomain &domain);
  Difference differAt(int64_t index, std::string expected,
                      std::string found) const;

  unsigned output;
  size_t rank;
  unsigned argument;
  MemRefType type;
  Evidence gathered;
  uint64_t pairs = 0;
};

} // namespace kernel_opt::verify

#endif // KERNEL_OPT_LIB_VERIFY_KERNEL_COMPAREDOUTPUT_H
