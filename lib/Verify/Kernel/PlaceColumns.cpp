//===- PlaceColumns.cpp - Integers of many blocks at once -------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PlaceColumns.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::verify;

PlaceColumns::PlaceColumns(const LaunchSizes &sizes, const PlaceTerms &terms)
    : sizes(sizes), terms(terms) {}

Place PlaceColumns::append(Fn fn, unsigned width, int64_t a, int64_t b,
                           int64_t c, unsigned source) {
  auto [entry, isNew] =
      known.try_emplace({fn, width, source, a, b, c}, instructions.size());
  if (isNew)
    instructions.push_back({fn, uint8_t(width), uint8_t(source), a, b, c});
  return {entry->second, 0};
}

Place PlaceColumns::constant(int64_t value) {
  return {append(Fn::Constant, 64).column, value};
}

unsigned PlaceColumns::columnOf(Place place) {
  if (place.offset == 0)
    return place.column;
  Place offset = append(Fn::Constant, 64, place.offset);
  if (place.column == append(Fn::Constant, 64).column)
    return offset.column;
  return append(Fn::Add, 64, place.column, offset.column).column;
}

Place PlaceColumns::difference(Place a, Place b) {
  return {append(Fn::Sub, 64, a.column, b.column).column, a.offset - b.offset};
}

int64_t PlaceColumns::wrap(int64_t value, unsigned width) {
  if (width >= 64)
    return value;
  return width == 1 ? value & 1 : llvm::SignExtend64(uint64_t(value), width);
}

static uint64_t asUnsigned(int64_t value, unsigned width) {
  return uint64_t(value) &
         (width >= 64 ? ~uint64_t(0) : llvm::maskTrailingOnes<uint64_t>(width));
}

static bool holds(arith::CmpIPredicate predicate, int64_t a, int64_t b,
                  unsigned width) {
  // Of one bit, 1 is -1.
  int64_t x = width == 1 ? -a : a, y = width == 1 ? -b : b;
  uint64_t u = asUnsigned(a, width), v = asUnsigned(b, width);
  switch (predicate) {
  case arith::CmpIPredicate::eq:
    return x == y;
  case arith::CmpIPredicate::ne:
    return x != y;
  case arith::CmpIPredicate::slt:
    return x < y;
  case arith::CmpIPredicate::sle:
    return x <= y;
  case arith::CmpIPredicate::sgt:
    return x > y;
  case arith::CmpIPredicate::sge:
    return x >= y;
  case arith::CmpIPredicate::ult:
    return u < v;
  case arith::CmpIPredicate::ule:
    return u <= v;
  case arith::CmpIPredicate::ugt:
    return u > v;
  case arith::CmpIPredicate::uge:
    return u >= v;
  }
  llvm_unreachable("all predicates are there");
}

void PlaceColumns::run(const Instruction &i, int64_t *out,
                       int64_t count) const {
  const int64_t *a = i.fn <= Fn::Thread ? nullptr : (*this)[unsigned(i.a)];
  bool unary = i.fn == Fn::Resize || i.fn == Fn::ResizeUnsigned;
  const int64_t *b = !a || unary ? a : (*this)[unsigned(i.b)];
  unsigned width = i.width;
  auto each = [&](auto compute) {
    for (int64_t n = 0; n < count; ++n)
      out[n] = wrap(compute(n), width);
  };
  auto x = [&](int64_t n) { return asUnsigned(a[n], width); };
  auto y = [&](int64_t n) { return asUnsigned(b[n], width); };
  // Where there is no quotient, any number will do: nobody may run that.
  auto hasQuotient = [&](int64_t n) { return b[n] != 0 && b[n] != -1; };
  switch (i.fn) {
  case Fn::Constant:
    return each([&](int64_t) { return i.a; });
  case Fn::Block:
    return each([&](int64_t n) { return block + n; });
  case Fn::Thread:
    return each([&](int64_t) { return thread; });
  case Fn::Add:
    return each([&](int64_t n) { return int64_t(uint64_t(a[n]) + b[n]); });
  case Fn::Sub:
    return each([&](int64_t n) { return int64_t(uint64_t(a[n]) - b[n]); });
  case Fn::Mul:
    return each([&](int64_t n) { return int64_t(uint64_t(a[n]) * b[n]); });
  case Fn::DivU:
    return each([&](int64_t n) { return y(n) ? int64_t(x(n) / y(n)) : 0; });
  case Fn::RemU:
    return each([&](int64_t n) { return y(n) ? int64_t(x(n) % y(n)) : 0; });
  case Fn::CeilDivU:
    return each([&](int64_t n) {
      return y(n) ? int64_t(x(n) / y(n) + (x(n) % y(n) != 0)) : 0;
    });
  case Fn::DivS:
    return each([&](int64_t n) { return hasQuotient(n) ? a[n] / b[n] : 0; });
  case Fn::RemS:
    return each([&](int64_t n) { return hasQuotient(n) ? a[n] % b[n] : 0; });
  case Fn::CeilDivS:
    return each([&](int64_t n) {
      return hasQuotient(n) ? llvm::divideCeilSigned(a[n], b[n]) : 0;
    });
  case Fn::FloorDivS:
    return each([&](int64_t n) {
      return hasQuotient(n) ? llvm::divideFloorSigned(a[n], b[n]) : 0;
    });
  case Fn::And:
    return each([&](int64_t n) { return a[n] & b[n]; });
  case Fn::Or:
    return each([&](int64_t n) { return a[n] | b[n]; });
  case Fn::XOr:
    return each([&](int64_t n) { return a[n] ^ b[n]; });
  case Fn::ShL:
    return each(
        [&](int64_t n) { return y(n) < width ? int64_t(x(n) << y(n)) : 0; });
  case Fn::ShRU:
    return each(
        [&](int64_t n) { return y(n) < width ? int64_t(x(n) >> y(n)) : 0; });
  case Fn::ShRS:
    return each([&](int64_t n) { return y(n) < width ? a[n] >> y(n) : 0; });
  case Fn::MinS:
    return each([&](int64_t n) { return std::min(a[n], b[n]); });
  case Fn::MaxS:
    return each([&](int64_t n) { return std::max(a[n], b[n]); });
  case Fn::MinU:
    return each([&](int64_t n) { return int64_t(std::min(x(n), y(n))); });
  case Fn::MaxU:
    return each([&](int64_t n) { return int64_t(std::max(x(n), y(n))); });
  case Fn::Compare:
    return each([&](int64_t n) {
      return int64_t(holds(arith::CmpIPredicate(i.c), a[n], b[n], i.source));
    });
  case Fn::Select:
    return each(
        [&](int64_t n) { return a[n] ? b[n] : (*this)[unsigned(i.c)][n]; });
  case Fn::Resize:
    return each([&](int64_t n) { return i.source == 1 ? -a[n] : a[n]; });
  case Fn::ResizeUnsigned:
    return each([&](int64_t n) { return int64_t(asUnsigned(a[n], i.source)); });
  }
}

void PlaceColumns::evaluate(int64_t firstBlock, int64_t count,
                            int64_t threadNumber) {
  assert(count <= most);
  block = firstBlock;
  thread = threadNumber;
  values.resize(instructions.size() * most);
  for (auto [column, instruction] : llvm::enumerate(instructions))
    run(instruction, &values[column * most], count);
}
