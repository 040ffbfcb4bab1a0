//===- ProgramInputs.h - What a judged program reads ------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_VERIFY_ACCURACY_PROGRAMINPUTS_H
#define KERNEL_OPT_LIB_VERIFY_ACCURACY_PROGRAMINPUTS_H

#include "kernel-opt/Verify/Interpreter/Interpreter.h"
#include "kernel-opt/Verify/Reference.h"

namespace kernel_opt::verify {

/// An input of a program that is judged by a source with other inputs: one of
/// these, or a result of a kernel that reads them.
struct ProgramInput {
  Block *maker = nullptr; ///< null: an input of the source
  unsigned result = 0;
  SmallVector<unsigned> arguments; ///< of the source
};

/// Takes the inputs of a source and computes those of the program from them, in
/// the domain that the program runs in.
class ProgramInputs : private InputSource {
public:
  /// Without `inputs` the program reads what `source` reads. All must outlive
  /// the object.
  ProgramInputs(Block &source, InputSource &drawn, Domain &domain,
                const CompiledKernel &compiled, ArrayRef<ProgramInput> inputs)
      : source(source), drawn(drawn), domain(domain), compiled(compiled),
        inputs(inputs) {}

  /// For one run; this must outlive it.
  ArgumentSource bind();
  /// Whether an input could not be computed, which was reported.
  bool isBroken() const { return broken; }

private:
  /// The inputs of the maker of what is computed now.
  void floats(Domain &domain, unsigned argument, FloatKind kind,
              ArrayRef<int64_t> shape, ArrayRef<int64_t> indices,
              void *out) override;
  void integers(unsigned argument, unsigned width, ArrayRef<int64_t> shape,
                ArrayRef<int64_t> indices, int64_t *out) override;
  void compute(unsigned argument, ArrayRef<int64_t> indices, char *out);
  const std::vector<char> &tileOf(unsigned argument, const Box &box,
                                  int64_t number);

  Block &source;
  InputSource &drawn;
  Domain &domain;
  const CompiledKernel &compiled;
  ArrayRef<ProgramInput> inputs;
  std::map<Block *, std::unique_ptr<Reference>> references;
  /// By argument and number of the tile.
  std::map<std::pair<unsigned, int64_t>, std::vector<char>> tiles;
  const ProgramInput *current = nullptr;
  bool broken = false;
};

} // namespace kernel_opt::verify

#endif // KERNEL_OPT_LIB_VERIFY_ACCURACY_PROGRAMINPUTS_H
