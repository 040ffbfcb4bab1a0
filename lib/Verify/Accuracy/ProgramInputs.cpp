//===- ProgramInputs.cpp - What a judged program reads ----------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ProgramInputs.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/Support/MathExtras.h"

using namespace kernel_opt;
using namespace kernel_opt::verify;

ArgumentSource ProgramInputs::bind() {
  // That of the program may have dimensions of one more.
  auto shapeOf = [this](unsigned from) {
    return cast<RankedTensorType>(source.getArgument(from).getType())
        .getShape();
  };
  ArgumentSource bound;
  bound.floats = [this, shapeOf](unsigned argument, FloatKind kind,
                                 const int64_t *indices, void *out, size_t n) {
    unsigned from = argument;
    if (!inputs.empty()) {
      if (inputs[argument].maker)
        return compute(argument, ArrayRef(indices, n),
                       static_cast<char *>(out));
      from = inputs[argument].arguments.front();
    }
    drawn.floats(domain, from, kind, shapeOf(from), ArrayRef(indices, n), out);
  };
  bound.integers = [this, shapeOf](unsigned argument, unsigned width,
                                   const int64_t *indices, int64_t *out,
                                   size_t n) {
    unsigned from =
        inputs.empty() ? argument : inputs[argument].arguments.front();
    // Truth values lie in bytes that hold 0 or 1.
    Type type = source.getArgument(from).getType();
    bool truth = mlir::getElementTypeOrSelf(type).isInteger(1);
    drawn.integers(from, truth ? 1 : width, shapeOf(from), ArrayRef(indices, n),
                   out);
  };
  return bound;
}

void ProgramInputs::floats(Domain &domain, unsigned argument, FloatKind kind,
                           ArrayRef<int64_t> shape, ArrayRef<int64_t> indices,
                           void *out) {
  drawn.floats(domain, current->arguments[argument], kind, shape, indices, out);
}

void ProgramInputs::integers(unsigned argument, unsigned width,
                             ArrayRef<int64_t> shape, ArrayRef<int64_t> indices,
                             int64_t *out) {
  drawn.integers(current->arguments[argument], width, shape, indices, out);
}

const std::vector<char> &ProgramInputs::tileOf(unsigned argument,
                                               const Box &box, int64_t number) {
  auto [entry, isNew] = tiles.try_emplace({argument, number});
  std::vector<char> &values = entry->second;
  if (!isNew)
    return values;
  values.resize(size_t(box.volume()) * domain.valueBytes());
  const ProgramInput &input = inputs[argument];
  std::unique_ptr<Reference> &reference = references[input.maker];
  if (!reference) {
    SmallVector<SmallVector<int64_t>> shapes;
    for (Type type : input.maker->getArgumentTypes()) {
      auto shaped = dyn_cast<ShapedType>(type);
      shapes.push_back(shaped ? SmallVector<int64_t>(shaped.getShape())
                              : SmallVector<int64_t>());
    }
    auto created = Reference::create(*input.maker, domain, shapes);
    broken |= failed(created);
    if (broken)
      return values;
    reference = std::move(*created);
  }
  current = &input;
  FailureOr<Tile> tile = reference->evaluate(input.result, box, *this);
  reference->reset();
  broken |= failed(tile) || !tile->values.kind;
  if (!broken)
    std::memcpy(values.data(), tile->values.floats.data(), values.size());
  return values;
}

/// Tiles are computed when one of their elements is read first.
void ProgramInputs::compute(unsigned argument, ArrayRef<int64_t> indices,
                            char *out) {
  constexpr int64_t sizes[] = {32, 128}; // of the last two dimensions
  ArrayRef<int64_t> shape = compiled.arguments()[argument].type.getShape();
  size_t bytes = domain.valueBytes(), rank = shape.size();
  int64_t lastNumber = -1;
  const char *last = nullptr;
  for (size_t i = 0; i < indices.size(); ++i) {
    Box box;
    box.offsets.resize(rank);
    box.sizes.assign(rank, 1);
    int64_t rest = indices[i], number = 0, inside = 0;
    SmallVector<int64_t> index(rank);
    for (size_t d = rank; d-- > 0; rest /= shape[d])
      index[d] = rest % shape[d];
    for (size_t d = 0; d < rank; ++d) {
      int64_t size = d + 2 >= rank ? sizes[d + 2 - rank] : 1;
      box.offsets[d] = index[d] / size * size;
      box.sizes[d] = std::min(size, shape[d] - box.offsets[d]);
      number =
          number * int64_t(llvm::divideCeil(shape[d], size)) + index[d] / size;
      inside = inside * box.sizes[d] + index[d] % size;
    }
    if (number != lastNumber) {
      last = tileOf(argument, box, number).data();
      lastNumber = number;
    }
    std::memcpy(out + i * bytes, last + inside * bytes, bytes);
  }
}
