//===- Coverage.cpp - Is every element written, and once? -------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// The blocks that the exact algebra runs are a sample. Whether all blocks
// together write each element of each output exactly once is found by running
// all of them, cut down to the addresses of their stores and compiled: one bit
// per element, a bit that is set twice or never is a fault.
//
//===----------------------------------------------------------------------===//

#include "Coverage.h"
#include "StoreTrace.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::verify;

static std::string placeOf(int64_t index, ArrayRef<int64_t> shape) {
  SmallVector<int64_t> at(shape.size());
  for (size_t d = shape.size(); d-- > 0;) {
    at[d] = index % shape[d];
    index /= shape[d];
  }
  std::string text = "[";
  llvm::raw_string_ostream os(text);
  llvm::interleaveComma(at, os);
  return text + "]";
}

namespace {
/// The elements of one output.
struct Output {
  SmallVector<int64_t> shape;
  int64_t elements = 0;
  std::vector<uint64_t> bits;
};

/// Sets a bit for each element that is written.
class Marker : public StoreVisitor {
public:
  explicit Marker(int64_t threads) : threads(threads) {}
  void store(const StoreSite &site, int64_t linear, int64_t count,
             int64_t place) override;
  void box(const StoreSite &site, ArrayRef<int64_t> corner,
           int64_t place) override;
  void fault(StringRef what, int64_t place) override;
  void findUnwritten();

  std::map<unsigned, Output> outputs;
  /// The first fault.
  std::string witness;
  /// The element that was written twice, and by whom the second time.
  std::optional<std::pair<unsigned, int64_t>> twice;
  std::string nameOf(int64_t place) const {
    return llvm::formatv("thread {0} of block {1}", place % threads,
                         place / threads)
        .str();
  }

private:
  void mark(unsigned argument, Output &output, int64_t linear, int64_t count,
            int64_t place);
  int64_t threads;
};

/// Looks for whoever writes one element first.
class Finder : public StoreVisitor {
public:
  Finder(unsigned argument, int64_t element)
      : argument(argument), element(element) {}
  void store(const StoreSite &site, int64_t linear, int64_t count,
             int64_t place) override {
    if (first < 0 && site.argument == argument && linear <= element &&
        element < linear + count && linear >= 0)
      first = place;
  }
  void box(const StoreSite &site, ArrayRef<int64_t> corner,
           int64_t place) override;
  void fault(StringRef, int64_t) override {}
  int64_t first = -1;

private:
  unsigned argument;
  int64_t element;
};
} // namespace

void Marker::fault(StringRef what, int64_t place) {
  if (witness.empty())
    witness = llvm::formatv("{0}: {1}", nameOf(place), what).str();
}

void Marker::mark(unsigned argument, Output &output, int64_t linear,
                  int64_t count, int64_t place) {
  while (count > 0) {
    unsigned shift = linear % 64;
    int64_t now = std::min<int64_t>(count, 64 - shift);
    uint64_t bits = llvm::maskTrailingOnes<uint64_t>(now) << shift;
    uint64_t &word = output.bits[linear / 64];
    if (LLVM_UNLIKELY(word & bits) && witness.empty()) {
      int64_t element =
          linear / 64 * 64 + int64_t(llvm::countr_zero(word & bits));
      twice = {argument, element};
      witness =
          llvm::formatv("multiple writes: element {0} of argument {1} is "
                        "written twice, the second time by {2}",
                        placeOf(element, output.shape), argument, nameOf(place))
              .str();
    }
    word |= bits;
    linear += now;
    count -= now;
  }
}

void Marker::store(const StoreSite &site, int64_t linear, int64_t count,
                   int64_t place) {
  if (LLVM_UNLIKELY(linear < 0))
    return fault(llvm::formatv("out of bounds: stores outside of argument {0}",
                               site.argument)
                     .str(),
                 place);
  if (site.alignment > site.elementBytes && count == site.box.back() &&
      LLVM_UNLIKELY(linear * site.elementBytes % site.alignment))
    fault(llvm::formatv("misaligned: stores to argument {0}{1}, which is not "
                        "aligned to {2} bytes",
                        site.argument, placeOf(linear, site.shape),
                        site.alignment)
              .str(),
          place);
  mark(site.argument, outputs[site.argument], linear, count, place);
}

/// Visits the parts of a box that lie inside the output, row by row.
template <typename Visit>
static void forEachRow(const StoreSite &site, ArrayRef<int64_t> corner,
                       Visit visit) {
  size_t rank = site.shape.size();
  SmallVector<int64_t> low(rank), high(rank);
  for (size_t d = 0; d < rank; ++d) {
    low[d] = std::max<int64_t>(corner[d], 0);
    high[d] = std::min(corner[d] + site.box[d], site.shape[d]);
    if (low[d] >= high[d])
      return;
  }
  SmallVector<int64_t> at(low);
  while (true) {
    int64_t linear = 0;
    for (size_t d = 0; d < rank; ++d)
      linear = linear * site.shape[d] + at[d];
    visit(linear, high.back() - low.back());
    size_t d = rank - 1;
    while (d > 0 && ++at[d - 1] == high[d - 1]) {
      at[d - 1] = low[d - 1];
      --d;
    }
    if (d == 0)
      return;
  }
}

void Marker::box(const StoreSite &site, ArrayRef<int64_t> corner,
                 int64_t place) {
  Output &output = outputs[site.argument];
  forEachRow(site, corner, [&](int64_t linear, int64_t count) {
    mark(site.argument, output, linear, count, place);
  });
}

void Finder::box(const StoreSite &site, ArrayRef<int64_t> corner,
                 int64_t place) {
  forEachRow(site, corner, [&](int64_t linear, int64_t count) {
    store(site, linear, count, place);
  });
}

void Marker::findUnwritten() {
  for (const auto &[argument, output] : outputs)
    for (int64_t i = 0; i < output.elements; ++i) {
      if (output.bits[i / 64] == ~uint64_t(0)) {
        i |= 63;
        continue;
      }
      if (output.bits[i / 64] >> i % 64 & 1)
        continue;
      witness = llvm::formatv("unwritten output: no block writes element {0} "
                              "of argument {1}",
                              placeOf(i, output.shape), argument)
                    .str();
      return;
    }
}

/// Blocks [0, count) in portions, until something is found.
template <typename Done>
static void runAll(const StoreTrace &trace, StoreVisitor &visitor, Done done) {
  constexpr int64_t portion = 1 << 10;
  for (int64_t b = 0; b < trace.blocks() && !done(); b += portion)
    trace.run(b, std::min(trace.blocks(), b + portion), visitor);
}

Coverage verify::checkCoverage(gpu::GPUFuncOp program, unsigned firstOutput,
                               int64_t mostElements) {
  Coverage coverage;
  std::unique_ptr<StoreTrace> trace =
      StoreTrace::compile(program, firstOutput, coverage.reason);
  if (!trace)
    return coverage;
  Marker marker(trace->threadsPerBlock());
  int64_t total = 0;
  for (unsigned i = firstOutput; i < program.getNumArguments(); ++i) {
    auto access = program.getArgAttrOfType<StringAttr>(i, "kgpu.access");
    if (!access || access.getValue() != "write")
      continue;
    auto type = cast<MemRefType>(program.getArgument(i).getType());
    Output &output = marker.outputs[i];
    output.shape.assign(type.getShape().begin(), type.getShape().end());
    output.elements = type.getNumElements();
    total += output.elements;
  }
  constexpr int64_t mostThreads = int64_t(1) << 36;
  if (total > mostElements ||
      trace->blocks() > mostThreads / trace->threadsPerBlock()) {
    coverage.reason =
        llvm::formatv("the outputs have {0} elements, the grid {1} blocks of "
                      "{2} threads; at most {3} elements and {4} threads are "
                      "followed",
                      total, trace->blocks(), trace->threadsPerBlock(),
                      mostElements, mostThreads)
            .str();
    return coverage;
  }
  for (auto &[argument, output] : marker.outputs)
    output.bits.resize((output.elements + 63) / 64);
  runAll(*trace, marker, [&] { return !marker.witness.empty(); });
  if (marker.witness.empty())
    marker.findUnwritten();
  coverage.verdict =
      marker.witness.empty() ? Verdict::Verified : Verdict::Refuted;
  coverage.reason = marker.witness;
  if (marker.twice) {
    Finder finder(marker.twice->first, marker.twice->second);
    runAll(*trace, finder, [&] { return finder.first >= 0; });
    coverage.reason += ", the first time by " + marker.nameOf(finder.first);
  }
  return coverage;
}
