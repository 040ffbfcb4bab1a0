//===- Domain.cpp - Defaults of domains and names of kinds ----------- ===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Verify/Domain.h"
#include "FloatColumns.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/ADT/TypeSwitch.h"
#include <cstring>
#include <limits>
#include <vector>

using namespace kernel_opt;
using namespace kernel_opt::verify;

std::optional<FloatKind> verify::getFloatKind(Type type) {
  return TypeSwitch<Type, std::optional<FloatKind>>(type)
      .Case<mlir::Float64Type>([](Type) { return FloatKind::F64; })
      .Case<mlir::Float32Type>([](Type) { return FloatKind::F32; })
      .Case<mlir::FloatTF32Type>([](Type) { return FloatKind::TF32; })
      .Case<mlir::Float16Type>([](Type) { return FloatKind::F16; })
      .Case<mlir::BFloat16Type>([](Type) { return FloatKind::BF16; })
      .Case<mlir::Float8E4M3FNType>([](Type) { return FloatKind::F8E4M3FN; })
      .Case<mlir::Float8E5M2Type>([](Type) { return FloatKind::F8E5M2; })
      .Default([](Type) { return std::nullopt; });
}

StringRef verify::getName(FloatKind kind) {
  static constexpr StringLiteral names[] = {"f64",  "f32",      "tf32",  "f16",
                                            "bf16", "f8E4M3FN", "f8E5M2"};
  return names[unsigned(kind)];
}

double verify::roundToKind(FloatKind kind, double value) {
  if (kind == FloatKind::F64)
    return value;
  if (kind == FloatKind::F32)
    return double(float(value));
  getBaselineFloatColumns()[unsigned(kind)].round(&value, &value, 1);
  return value;
}

double verify::getLargest(FloatKind kind) {
  switch (kind) {
  case FloatKind::F64:
    return std::numeric_limits<double>::max();
  case FloatKind::F32:
    return std::numeric_limits<float>::max();
  case FloatKind::TF32:
    return 0x1.ffcp127;
  case FloatKind::F16:
    return 65504;
  case FloatKind::BF16:
    return 0x1.fep127;
  case FloatKind::F8E4M3FN:
    return 448;
  case FloatKind::F8E5M2:
    return 57344;
  }
  llvm_unreachable("kind outside its enum");
}

Domain::~Domain() = default;

void Domain::reduce(BinaryFn fn, FloatKind kind, const void *a, size_t rows,
                    size_t n, void *acc) {
  const char *row = static_cast<const char *>(a);
  for (size_t r = 0; r < rows; ++r, row += n * valueBytes())
    binary(fn, kind, acc, row, acc, n);
}

void Domain::scan(BinaryFn fn, FloatKind kind, const void *a, size_t rows,
                  size_t n, void *acc, void *running) {
  size_t bytes = n * valueBytes();
  for (size_t at = 0; at < rows * bytes; at += bytes) {
    binary(fn, kind, acc, static_cast<const char *>(a) + at, acc, n);
    std::memcpy(static_cast<char *>(running) + at, acc, bytes);
  }
}

void Domain::contract(FloatKind kind, bool fused, size_t m, size_t n, size_t k,
                      const void *a, const void *b, void *acc) {
  size_t bytes = valueBytes();
  std::vector<char> repeated(n * bytes);
  const char *left = static_cast<const char *>(a);
  for (size_t i = 0; i < m; ++i) {
    char *sum = static_cast<char *>(acc) + i * n * bytes;
    for (size_t l = 0; l < k; ++l, left += bytes) {
      const char *right = static_cast<const char *>(b) + l * n * bytes;
      for (size_t j = 0; j < n; ++j)
        std::memcpy(&repeated[j * bytes], left, bytes);
      if (fused) {
        fma(kind, repeated.data(), right, sum, sum, n);
        continue;
      }
      binary(BinaryFn::Mul, kind, repeated.data(), right, repeated.data(), n);
      binary(BinaryFn::Add, kind, sum, repeated.data(), sum, n);
    }
  }
}

void Domain::tensorCore(FloatKind operands, FloatKind accKind, size_t m,
                        size_t n, size_t k, const void *a, const void *b,
                        void *acc) {
  contract(accKind, /*fused=*/true, m, n, k, a, b, acc);
}

SharedFactor::SharedFactor(size_t k, size_t n, size_t valueBytes,
                           function_ref<void(std::byte *values)> fill)
    : k(k), n(n), values(k * n * valueBytes) {
  fill(values.data());
}
SharedFactor::~SharedFactor() = default;

std::unique_ptr<SharedFactor>
Domain::makeFactor(size_t k, size_t n,
                   function_ref<void(std::byte *values)> fill) {
  return std::make_unique<SharedFactor>(k, n, valueBytes(), fill);
}

void Domain::tensorCoreSteps(FloatKind operands, FloatKind accKind, size_t m,
                             ArrayRef<MatrixStep> steps, void *acc) {
  for (const MatrixStep &step : steps)
    tensorCore(operands, accKind, m, step.b->n, step.b->k, step.a,
               step.b->values.data(), acc);
}

bool Domain::toBits(FloatKind, const void *, uint64_t *, size_t) {
  return false;
}
bool Domain::fromBits(FloatKind, const uint64_t *, void *, size_t) {
  return false;
}
