//===- HostCheck.cpp - A whole program against fp64 -------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Verify/HostCheck.h"
#include "kernel-opt/Verify/AccuracyDomains.h"
#include "kernel-opt/Verify/Hash.h"
#include "kernel-opt/Verify/JITReference.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>

using namespace kernel_opt;
using namespace kernel_opt::verify;

namespace {
/// One evaluation of all results, as numbers.
struct Numbers {
  std::vector<double> floats;
  std::vector<int64_t> ints;
};

/// What is known of one result.
struct Evaluations {
  std::optional<FloatKind> kind;
  Numbers exact, original, ours;
  std::vector<Numbers> noisy;
};

class HostChecker {
public:
  HostChecker(func::FuncOp source, func::FuncOp scheduled,
              const HostCheckOptions &options)
      : source(source), scheduled(scheduled), options(options),
        inputs(options.nonce, options.family,
               integerBoundOf(source.getBody().front())),
        results(source.getNumResults()) {}
  FailureOr<HostCheckResult> run();

private:
  LogicalResult evaluate();
  /// The source as it stands, in a domain.
  FailureOr<std::vector<Numbers>>
  runSource(Domain &domain, ReductionOrder order, bool tensorCores);
  void compare(unsigned result);
  bool agree(unsigned result, size_t i);
  bool floatsAgree(unsigned result, size_t i);
  bool hangsOnRounding(int ofOurs, unsigned result, size_t i);
  std::string tell(unsigned result, size_t i);

  func::FuncOp source, scheduled;
  const HostCheckOptions &options;
  DrawnInputs inputs;
  std::vector<Evaluations> results;
  /// The original, rounded at random, once that was asked for.
  std::vector<std::vector<Numbers>> rounded;
  HostCheckResult outcome;
};
} // namespace

static Numbers numbersOf(const Domain &domain, const Column &column) {
  Numbers numbers;
  numbers.ints = column.ints;
  if (column.kind) {
    numbers.floats.resize(column.size(domain));
    domain.toReal(column.floats.data(), numbers.floats.data(), nullptr,
                  numbers.floats.size());
  }
  return numbers;
}

FailureOr<std::vector<Numbers>>
HostChecker::runSource(Domain &domain, ReductionOrder order, bool tensorCores) {
  SmallVector<SmallVector<int64_t>> shapes;
  for (Type type : source.getArgumentTypes())
    shapes.emplace_back(cast<RankedTensorType>(type).getShape());
  ReferenceOptions reading;
  reading.order = order;
  reading.tensorCores = tensorCores;
  auto reference =
      Reference::create(source.getBody().front(), domain, shapes, reading);
  if (failed(reference))
    return failure();
  std::vector<Numbers> numbers;
  for (auto [i, type] : llvm::enumerate(source.getResultTypes())) {
    Box all = Box::all(cast<RankedTensorType>(type).getShape());
    FailureOr<Tile> tile = (*reference)->evaluate(unsigned(i), all, inputs);
    if (failed(tile))
      return failure();
    numbers.push_back(numbersOf(domain, tile->values));
  }
  return numbers;
}

LogicalResult HostChecker::evaluate() {
  // Reports arguments and results that are no tensors of static shape, too.
  auto exact = runCompiled(source.getBody().front(), inputs);
  if (failed(exact))
    return failure();
  std::unique_ptr<Domain> device = createDeviceDomain(false);
  auto ours = runScheduled(scheduled, *device, inputs);
  auto original = runSource(*device, ReductionOrder::Chunks16, true);
  if (failed(ours) || failed(original))
    return failure();
  for (auto [i, e] : llvm::enumerate(results)) {
    auto type = cast<RankedTensorType>(source.getResultTypes()[i]);
    e.kind = getFloatKind(type.getElementType());
    e.exact = {(*exact)[i].floats, (*exact)[i].ints};
    e.original = (*original)[i];
    e.ours = numbersOf(*device, (*ours)[i]);
  }
  for (unsigned run = 0; run < options.noiseRuns; ++run) {
    std::unique_ptr<Domain> domain =
        createNoiseDomain(mixHash(options.nonce, run), false);
    auto noisy = runSource(*domain, ReductionOrder::Sequential, false);
    if (failed(noisy))
      return failure();
    for (auto [e, numbers] : llvm::zip_equal(results, *noisy))
      e.noisy.push_back(std::move(numbers));
  }
  return success();
}

/// What an infinity stands for where the exact number is finite: the least
/// number that is rounded to it.
static double overflowThreshold(FloatKind kind, double infinity) {
  double largest = getLargest(kind);
  return std::copysign(largest * (1 + unitRoundoff(kind) / 2), infinity);
}

/// NaN, an infinity by its sign, or finite.
static int classOf(double x) {
  return std::isnan(x) ? 2 : std::isinf(x) ? (x < 0 ? -1 : 1) : 0;
}

/// Whether the original is of this class if its own roundings fall elsewhere:
/// x^x is a number where a rounded x is -1, and NaN beside it. Its inputs, and
/// what is computed of them exactly, stay: a program has no excuse to be of
/// another class at a pole or an edge that the original meets without rounding.
/// What remains is that a program may be wrong just where the original's class
/// is left to chance, in the way that chance may take; there nothing can tell
/// one from the other. A class that no rounding gives is reported, and how many
/// elements are excused is told.
bool HostChecker::hangsOnRounding(int ofOurs, unsigned result, size_t i) {
  // Numbers whose powers exist lie far apart among those that a rounding gives.
  constexpr unsigned mostRuns = 256;
  for (unsigned run = 0; run < mostRuns; ++run) {
    if (run == rounded.size()) {
      std::unique_ptr<Domain> domain = createRandomRoundingDomain(
          mixHash(options.nonce, ~uint64_t(run)), double(1u << run % 3));
      auto numbers = runSource(*domain, ReductionOrder::Sequential, false);
      // What could be evaluated before can be now.
      if (failed(numbers))
        return false;
      rounded.push_back(std::move(*numbers));
    }
    if (classOf(rounded[run][result].floats[i]) == ofOurs)
      return true;
  }
  return false;
}

bool HostChecker::floatsAgree(unsigned result, size_t i) {
  const Evaluations &e = results[result];
  double exact = e.exact.floats[i], original = e.original.floats[i];
  double ours = e.ours.floats[i];
  int expected = classOf(roundToKind(*e.kind, exact));
  if (classOf(original) != expected) {
    // It overflowed on the way, or functions are cut off elsewhere.
    ++outcome.overflowed;
    return true;
  }
  if (expected != 0 && classOf(ours) == expected)
    return true;
  if (classOf(exact) != 0 || std::isnan(ours)) {
    bool excused = hangsOnRounding(classOf(ours), result, i);
    outcome.overflowed += excused;
    return excused;
  }
  // What is rounded to an infinity lies just behind the largest number.
  if (std::isinf(ours))
    ours = overflowThreshold(*e.kind, ours);
  double own = std::isinf(original) ? 0 : std::fabs(original - exact);
  double squares = 0;
  for (const Numbers &noisy : e.noisy) {
    double d = noisy.floats[i] - exact;
    squares += std::isfinite(d) ? d * d / double(e.noisy.size()) : 0;
  }
  double noise =
      std::max({std::sqrt(squares), unitRoundoff(*e.kind) * std::fabs(exact),
                leastPositive(*e.kind)});
  double allowed = options.noises * noise + options.errors * own;
  return std::fabs(ours - exact) <= allowed;
}

/// An integer hangs on a rounding where some run of the original gives it.
bool HostChecker::agree(unsigned result, size_t i) {
  const Evaluations &e = results[result];
  if (e.kind)
    return floatsAgree(result, i);
  int64_t ours = e.ours.ints[i];
  return ours == e.exact.ints[i] || ours == e.original.ints[i] ||
         llvm::any_of(e.noisy,
                      [&](const Numbers &n) { return n.ints[i] == ours; });
}

std::string HostChecker::tell(unsigned result, size_t i) {
  const Evaluations &e = results[result];
  std::string place;
  auto shape =
      cast<RankedTensorType>(source.getResultTypes()[result]).getShape();
  for (size_t d = shape.size(), rest = i; d-- > 0; rest /= size_t(shape[d]))
    place = std::to_string(rest % size_t(shape[d])) +
            (place.empty() ? "" : ", ") + place;
  if (!e.kind)
    return llvm::formatv("result {0} at [{1}]: {2} instead of {3}, the "
                         "original gives {4}",
                         result, place, e.ours.ints[i], e.exact.ints[i],
                         e.original.ints[i]);
  return llvm::formatv("result {0} at [{1}]: {2:e} instead of {3:e}, the "
                       "original gives {4:e}",
                       result, place, e.ours.floats[i], e.exact.floats[i],
                       e.original.floats[i]);
}

void HostChecker::compare(unsigned result) {
  const Evaluations &e = results[result];
  size_t count = e.kind ? e.exact.floats.size() : e.exact.ints.size();
  for (size_t i = 0; i < count; ++i) {
    ++outcome.compared;
    if (!agree(result, i) && outcome.different++ == 0)
      outcome.witness = tell(result, i);
  }
}

FailureOr<HostCheckResult> HostChecker::run() {
  if (!source.getBody().hasOneBlock())
    return source.emitError("expected a body of one block"), failure();
  if (source.getFunctionType() != scheduled.getFunctionType())
    return scheduled.emitError("expected the type of the source, ")
               << source.getFunctionType() << ", found "
               << scheduled.getFunctionType(),
           failure();
  if (failed(evaluate()))
    return failure();
  for (unsigned i = 0; i < results.size(); ++i)
    compare(i);
  outcome.verdict = outcome.different ? Verdict::Refuted : Verdict::Verified;
  return std::move(outcome);
}

FailureOr<HostCheckResult>
verify::checkOnHost(func::FuncOp source, func::FuncOp scheduled,
                    const HostCheckOptions &options) {
  return HostChecker(source, scheduled, options).run();
}
