//===- Equivalence.h - Same function over the reals? --------*- C++ -*- ===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// Compares two programs on tensors in the exact algebra (Tower.h): random
// evaluation over a tower of prime fields, with real shadows drawn from several
// families so that each branch of a comparison is taken somewhere.
//
// Three answers only. *Verified* means: every output element that was compared
// agreed, with a chance of less than 2^-leastEvidence to agree if the programs
// were different functions. *Refuted* comes with a witness. Everything else is
// *unproven*.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_VERIFY_EQUIVALENCE_H
#define KERNEL_OPT_VERIFY_EQUIVALENCE_H

#include "kernel-opt/Support/LLVM.h"
#include "kernel-opt/Verify/Domain.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/Support/JSON.h"
#include <functional>
#include <optional>
#include <string>

namespace kernel_opt::verify {

enum class Verdict : uint8_t { Verified, Refuted, Unproven };
StringRef getName(Verdict verdict);

/// Sizes for all arguments of a program.
using Instance = SmallVector<SmallVector<int64_t>>;

struct EquivalenceOptions {
  /// Drawn at random, after both programs are fixed, if absent.
  std::optional<uint64_t> nonce;
  /// Draws per family and instance.
  unsigned seeds = 2;
  SmallVector<InputFamily> families = {
      InputFamily::Normal,     InputFamily::Ascending,
      InputFamily::Descending, InputFamily::Constant,
      InputFamily::OneHot,     InputFamily::Ties,
      InputFamily::Sparse,     InputFamily::MinusInfMasked,
      InputFamily::SmallInts};
  /// Sizes to run with; if empty, chosen: see chooseInstances.
  SmallVector<Instance> instances;
  /// Draws that may be repeated because they left something undecided.
  unsigned redraws = 24;
  /// Bits of evidence that each output element must have gathered.
  double leastEvidence = 60;
  /// Integer arguments are drawn from [0, integerBound), and from no more than
  /// integerBoundOf says.
  int64_t integerBound = 4096;
  /// A larger result is compared on its corners and some tiles inside.
  int64_t allElements = 1 << 16;
  /// Elements of such a tile, about, and how many tiles there are: two corners
  /// first.
  int64_t tileElements = 1 << 10;
  unsigned tiles = 4;
  /// Find out which inputs matter at all.
  bool dependence = true;
  /// Steps of the reference after which the answer is `unproven`; 0: no bound.
  /// Counted, not timed: a replay stops where this did.
  uint64_t mostWork = 0;
};

/// Where two programs differ.
struct Witness {
  Instance instance;
  InputFamily family;
  uint64_t seed;
  unsigned output;
  SmallVector<int64_t> index;
  std::string expected, actual;
  /// Elements of this draw that differ, of those compared.
  uint64_t different, compared;

  /// "result #0[1, 2] is 3 before and 4 after"
  std::string describe() const;
};

struct EquivalenceResult {
  Verdict verdict = Verdict::Unproven;
  std::optional<Witness> witness; ///< if refuted
  std::string reason;             ///< if unproven
  std::string sourceHash, targetHash;

  uint64_t nonce = 0;
  unsigned levels = 0; ///< primes, the largest ones
  unsigned draws = 0, redraws = 0;
  uint64_t compared = 0; ///< pairs of values
  double evidence = 0;   ///< least bits that an output element gathered
  double degree = 0;
  unsigned expDepth = 0;
  bool sampled = false; ///< not all elements of each result were compared
  uint64_t tainted = 0; ///< comparisons that roots of non-squares left open
  uint64_t digest = 0;  ///< of all values compared
  SmallVector<std::string> assumptions;
  bool outOfWork = false; ///< `mostWork` was not enough
  /// Arguments that no result reacted to: perhaps a degenerate task.
  SmallVector<unsigned> ignoredInputs;
  /// Families in which NaN appeared on one side only: in the source, which is
  /// no real function there, or anywhere after an input was -Inf. A question of
  /// special values, not of the function over the reals.
  SmallVector<InputFamily> specialsDiffer;
  /// Among these, the target was NaN where the source was a number.
  bool lessFinite = false;

  /// The record that goes into a certificate.
  llvm::json::Object toJSON() const;
};

/// Sizes for the `?` of a signature: dimensions of one name (#kopt.dims) get
/// one size, dimensions without a name all the same; several instances, one of
/// them with ones. A static signature has one instance.
SmallVector<Instance> chooseInstances(Block &program);

/// Compares the results of two programs (bodies of functions or kernels) with
/// equal signatures. Fails, after reporting why, if the signatures differ, an
/// operation is not supported or an evaluation goes wrong.
FailureOr<EquivalenceResult>
checkEquivalence(Block &source, Block &target,
                 const EquivalenceOptions &options = {});

/// What is left of two programs when the values that both compute in the same
/// way, from equal operations on equal values, become free inputs of both. If
/// the remainders are the same function, so are the programs; if not, the
/// programs may still be, by something that holds for those values alone.
struct Window {
  /// Functions `source` and `target`; none if no output is left.
  OwningOpRef<mlir::ModuleOp> module;
  unsigned sameOutputs = 0; ///< computed in the same way by both
  unsigned outputs = 0;     ///< the others, results of both functions
  unsigned cut = 0;         ///< inputs that are common values
  unsigned sourceOperations = 0, targetOperations = 0;

  Block &source() const;
  Block &target() const;
};

/// Nothing if signatures differ or an operation has other effects than its
/// results.
std::optional<Window> cutCommonParts(Block &source, Block &target);

/// Two programs, compared piece by piece.
struct Composed {
  /// Of all windows together: verified or unproven, never refuted.
  EquivalenceResult result;
  unsigned windows = 0;  ///< values that a window showed to be equal
  unsigned distinct = 0; ///< windows that were compared for that
};

using CompareWindow =
    std::function<FailureOr<EquivalenceResult>(Block &source, Block &target)>;

/// Finds values that both programs have on the way, one after the other, by
/// windows between them that `compare` verifies, as far as the results.
/// `glance` is a comparison that costs little; it only sorts out values that
/// differ.
FailureOr<Composed> composeWindows(Block &source, Block &target,
                                   const EquivalenceOptions &glance,
                                   CompareWindow compare);

} // namespace kernel_opt::verify

#endif // KERNEL_OPT_VERIFY_EQUIVALENCE_H
