//===- Reference.h - Evaluator of linalg on tensors --------*- C++ -*- ===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// What a program on tensors means, in any domain, and only as much of it as is
// asked for: the caller names a box of a result; the box of each operand that
// it depends on is computed in turn, inputs are drawn where they are read. So
// one 128x128 tile of a 4096^3 product costs 128 * 128 * 4096 steps.
//
// A program is one block: the body of a func.func or of a kopt.kernel. Its
// block arguments are the inputs, the operands of its terminator the results.
// Known are linalg operations with a payload (named ones, too), tensor
// operations that move data, and arith and math on scalars and tensors.
//
// The evaluator shares no code with schedules or lowerings: it is the reference
// that they are judged by.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_VERIFY_REFERENCE_H
#define KERNEL_OPT_VERIFY_REFERENCE_H

#include "kernel-opt/Support/LLVM.h"
#include "kernel-opt/Verify/Domain.h"
#include "llvm/ADT/SmallVector.h"
#include <memory>
#include <vector>

namespace kernel_opt::verify {

/// A part of an index space: per dimension, [offset, offset + size).
struct Box {
  SmallVector<int64_t> offsets;
  SmallVector<int64_t> sizes;

  /// All of a shape.
  static Box all(ArrayRef<int64_t> shape);
  size_t rank() const { return sizes.size(); }
  int64_t volume() const;
  bool contains(const Box &inner) const;
  bool operator==(const Box &other) const {
    return offsets == other.offsets && sizes == other.sizes;
  }
};

/// Values one after the other: of a domain, or integers (sign-extended from
/// their width; booleans are 0 and 1; indices have 64 bits).
struct Column {
  std::optional<FloatKind> kind; ///< none: integers
  std::vector<char> floats;
  std::vector<int64_t> ints;

  size_t size(const Domain &domain) const {
    return kind ? floats.size() / domain.valueBytes() : ints.size();
  }
  const void *floatAt(const Domain &domain, size_t i) const {
    return floats.data() + i * domain.valueBytes();
  }
};

/// A box of a tensor with its values, row-major.
struct Tile {
  Box box;
  Column values;
};

/// Where the evaluator gets its inputs from.
class InputSource {
public:
  virtual ~InputSource();
  /// Elements `indices[0..n)` (row-major linear) of a float argument.
  virtual void floats(Domain &domain, unsigned argument, FloatKind kind,
                      ArrayRef<int64_t> shape, ArrayRef<int64_t> indices,
                      void *out) = 0;
  /// The same of an integer or index argument.
  virtual void integers(unsigned argument, unsigned width,
                        ArrayRef<int64_t> shape, ArrayRef<int64_t> indices,
                        int64_t *out) = 0;
};

/// Draws every float argument from one family, and integers uniformly from
/// [0, integerBound) (booleans from {0, 1}).
class DrawnInputs : public InputSource {
public:
  DrawnInputs(uint64_t seed, InputFamily family, int64_t integerBound = 4,
              uint32_t draw = 0)
      : seed(seed), family(family), integerBound(integerBound), draw(draw) {}
  void floats(Domain &domain, unsigned argument, FloatKind kind,
              ArrayRef<int64_t> shape, ArrayRef<int64_t> indices,
              void *out) override;
  void integers(unsigned argument, unsigned width, ArrayRef<int64_t> shape,
                ArrayRef<int64_t> indices, int64_t *out) override;

  /// This argument is drawn from another seed: what depends on it changes.
  std::optional<unsigned> perturbed;

private:
  uint64_t seedOf(unsigned argument) const;

  uint64_t seed;
  InputFamily family;
  int64_t integerBound;
  uint32_t draw;
};

/// Below what integers are to be drawn as arguments of a program: what it takes
/// as places in tensors lies within these, and reaches all of them where their
/// sizes are equal.
int64_t integerBoundOf(Block &program);

/// In which order sums go over a reduction (rounding domains tell the
/// difference).
enum class ReductionOrder : uint8_t {
  Sequential,
  /// Chunks of 16, each from zero, added in order: the stand-in for the naive
  /// kernel that accuracy is judged against.
  Chunks16,
  /// Sums are dealt to 32 lanes in turn, each adding in order, and the lanes
  /// are added in pairs: so do kernels for reductions and for products with a
  /// vector. Products of matrices are summed as in Chunks16.
  Lanes32,
};

struct ReferenceOptions {
  ReductionOrder order = ReductionOrder::Sequential;
  /// Products of 16-bit operands with f32 sums go as on tensor cores
  /// (Domain::tensorCore), 16 terms an instruction, over all terms.
  bool tensorCores = false;
  /// Bytes of tiles kept for further requests.
  size_t cacheBytes = size_t(512) << 20;
  /// Steps (of one element each) that are left; an evaluation that runs out of
  /// them fails without a report and leaves 0.
  uint64_t *work = nullptr;
};

class Evaluator;

class Reference {
public:
  ~Reference();

  /// Reads a program. `shapes` gives the sizes of each argument (empty for
  /// scalars); they must fit its type, `?` takes any. Reports every operation
  /// that is not supported, at its location. `block` and `domain` must outlive
  /// the result.
  static FailureOr<std::unique_ptr<Reference>>
  create(Block &block, Domain &domain, ArrayRef<SmallVector<int64_t>> shapes,
         ReferenceOptions options = {});

  unsigned getNumResults() const;
  /// The sizes of a result; reports what cannot be found out.
  FailureOr<SmallVector<int64_t>> getResultShape(unsigned result);

  /// Computes a box of a result (rank 0: the scalar or the only element). Tiles
  /// computed on the way are kept until the source or its content changes:
  /// call reset() then. Reports failures, such as an index out of bounds.
  FailureOr<Tile> evaluate(unsigned result, const Box &box,
                           InputSource &inputs);
  /// Forgets everything computed.
  void reset();

private:
  explicit Reference(std::unique_ptr<Evaluator> evaluator);
  std::unique_ptr<Evaluator> evaluator;
};

/// Reports, at their locations, all operations of a program that the reference
/// evaluator does not know.
LogicalResult checkSupported(Block &block);

} // namespace kernel_opt::verify

#endif // KERNEL_OPT_VERIFY_REFERENCE_H
