//===- ExecInteger.cpp - Integer instructions -----------------------------===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Pure operations compute all lanes, active or not: a value that an inactive
// lane has no definition of is never used by it. Operations with undefined
// cases look at active lanes only.
//
//===----------------------------------------------------------------------===//

#include "Handlers.h"

using namespace kernel_opt;
using namespace kernel_opt::verify;
using namespace kernel_opt::verify::exec;

namespace {
template <IntFn fn>
inline int64_t apply(int64_t a, int64_t b) {
  switch (fn) {
  case IntFn::Add:
    return int64_t(uint64_t(a) + uint64_t(b));
  case IntFn::Sub:
    return int64_t(uint64_t(a) - uint64_t(b));
  case IntFn::Mul:
    return int64_t(uint64_t(a) * uint64_t(b));
  case IntFn::And:
    return a & b;
  case IntFn::Or:
    return a | b;
  case IntFn::Xor:
    return a ^ b;
  case IntFn::MinS:
    return std::min(a, b);
  case IntFn::MaxS:
    return std::max(a, b);
  case IntFn::MinU:
    return int64_t(std::min(uint64_t(a), uint64_t(b)));
  default:
    return int64_t(std::max(uint64_t(a), uint64_t(b)));
  }
}

template <IntFn fn>
void total(Machine &, Warp &w, const Inst &i) {
  int64_t *d = w.ints(i.d);
  const int64_t *a = w.ints(i.a), *b = w.ints(i.b);
  size_t n = size_t(i.length) * warpSize;
  if (i.wrap == 0)
    for (size_t k = 0; k < n; ++k)
      d[k] = apply<fn>(a[k], b[k]);
  else if (i.wrap == 1)
    for (size_t k = 0; k < n; ++k)
      d[k] = apply<fn>(a[k], b[k]) & 1;
  else
    for (size_t k = 0; k < n; ++k)
      d[k] = int64_t(uint64_t(apply<fn>(a[k], b[k])) << i.wrap) >> i.wrap;
}

bool isUnsigned(IntFn fn) {
  return fn == IntFn::DivU || fn == IntFn::RemU || fn == IntFn::CeilDivU ||
         fn == IntFn::ShrU;
}
bool isShift(IntFn fn) {
  return fn == IntFn::Shl || fn == IntFn::ShrS || fn == IntFn::ShrU;
}

int64_t divide(IntFn fn, int64_t a, int64_t b) {
  switch (fn) {
  case IntFn::DivS:
    return a / b;
  case IntFn::RemS:
    return a % b;
  case IntFn::DivU:
    return int64_t(uint64_t(a) / uint64_t(b));
  case IntFn::RemU:
    return int64_t(uint64_t(a) % uint64_t(b));
  case IntFn::CeilDivU:
    return int64_t(uint64_t(a) / uint64_t(b) +
                   (uint64_t(a) % uint64_t(b) != 0));
  case IntFn::CeilDivS:
    return a / b + ((a % b != 0) && ((a < 0) == (b < 0)));
  case IntFn::FloorDivS:
    return a / b - ((a % b != 0) && ((a < 0) != (b < 0)));
  case IntFn::Shl:
    return int64_t(uint64_t(a) << b);
  case IntFn::ShrS:
    return a >> b;
  default:
    return int64_t(uint64_t(a) >> b);
  }
}

/// Division and shifts, with their undefined cases. A divisor or shift that is
/// the same in all lanes is what kernels mostly have.
void partial(Machine &m, Warp &w, const Inst &i) {
  IntFn fn = IntFn(i.fn);
  unsigned width = i.wrap == 1 ? 1 : 64 - i.wrap;
  uint64_t mask = isUnsigned(fn) ? uint64_t(i.imm) : ~uint64_t(0);
  for (uint32_t e = 0; e < i.length; ++e) {
    int64_t *d = w.ints(i.d) + e * warpSize;
    const int64_t *a = w.ints(i.a) + e * warpSize;
    const int64_t *b = w.ints(i.b) + e * warpSize;
    for (uint32_t rest = w.mask; rest; rest &= rest - 1) {
      unsigned lane = llvm::countr_zero(rest);
      int64_t x = int64_t(uint64_t(a[lane]) & mask);
      int64_t y = int64_t(uint64_t(b[lane]) & mask);
      bool bad = isShift(fn) ? uint64_t(y) >= width
                             : y == 0 || (!isUnsigned(fn) && y == -1 &&
                                          x == INT64_MIN >> i.wrap);
      if (LLVM_UNLIKELY(bad)) {
        m.fault(Fault::UndefinedArithmetic, w, lane, i.site,
                isShift(fn) ? "shifts by " + Twine(y) + " bits"
                            : "divides by " + Twine(y));
        d[lane] = 0;
        continue;
      }
      d[lane] = wrapInteger(divide(fn, x, y), i.wrap);
    }
  }
}

template <IntPredicate predicate>
inline bool holds(int64_t a, int64_t b) {
  switch (predicate) {
  case IntPredicate::EQ:
    return a == b;
  case IntPredicate::NE:
    return a != b;
  case IntPredicate::SLT:
    return a < b;
  case IntPredicate::SLE:
    return a <= b;
  case IntPredicate::SGT:
    return a > b;
  case IntPredicate::SGE:
    return a >= b;
  case IntPredicate::ULT:
    return uint64_t(a) < uint64_t(b);
  case IntPredicate::ULE:
    return uint64_t(a) <= uint64_t(b);
  case IntPredicate::UGT:
    return uint64_t(a) > uint64_t(b);
  case IntPredicate::UGE:
    return uint64_t(a) >= uint64_t(b);
  }
}

template <IntPredicate predicate>
void compare(Machine &, Warp &w, const Inst &i) {
  int64_t *d = w.ints(i.d);
  const int64_t *a = w.ints(i.a), *b = w.ints(i.b);
  for (size_t k = 0, n = size_t(i.length) * warpSize; k < n; ++k)
    d[k] = holds<predicate>(a[k], b[k]);
}
} // namespace

int64_t exec::combineIntegers(IntFn fn, int64_t a, int64_t b) {
  switch (fn) {
  case IntFn::Add:
    return apply<IntFn::Add>(a, b);
  case IntFn::Mul:
    return apply<IntFn::Mul>(a, b);
  case IntFn::And:
    return a & b;
  case IntFn::Or:
    return a | b;
  case IntFn::Xor:
    return a ^ b;
  case IntFn::MinS:
    return std::min(a, b);
  case IntFn::MaxS:
    return std::max(a, b);
  case IntFn::MinU:
    return apply<IntFn::MinU>(a, b);
  default:
    return apply<IntFn::MaxU>(a, b);
  }
}

Handler exec::integerBinary(IntFn fn) {
  switch (fn) {
  case IntFn::Add:
    return total<IntFn::Add>;
  case IntFn::Sub:
    return total<IntFn::Sub>;
  case IntFn::Mul:
    return total<IntFn::Mul>;
  case IntFn::And:
    return total<IntFn::And>;
  case IntFn::Or:
    return total<IntFn::Or>;
  case IntFn::Xor:
    return total<IntFn::Xor>;
  case IntFn::MinS:
    return total<IntFn::MinS>;
  case IntFn::MinU:
    return total<IntFn::MinU>;
  case IntFn::MaxS:
    return total<IntFn::MaxS>;
  case IntFn::MaxU:
    return total<IntFn::MaxU>;
  default:
    return partial;
  }
}

Handler exec::integerCompare(IntPredicate predicate) {
  switch (predicate) {
#define KERNEL_OPT_PREDICATE(name)                                             \
  case IntPredicate::name:                                                     \
    return compare<IntPredicate::name>;
    KERNEL_OPT_PREDICATE(EQ)
    KERNEL_OPT_PREDICATE(NE)
    KERNEL_OPT_PREDICATE(SLT)
    KERNEL_OPT_PREDICATE(SLE)
    KERNEL_OPT_PREDICATE(SGT)
    KERNEL_OPT_PREDICATE(SGE)
    KERNEL_OPT_PREDICATE(ULT)
    KERNEL_OPT_PREDICATE(ULE)
    KERNEL_OPT_PREDICATE(UGT)
    KERNEL_OPT_PREDICATE(UGE)
#undef KERNEL_OPT_PREDICATE
  }
}

void exec::integerMask(Machine &, Warp &w, const Inst &i) {
  int64_t *d = w.ints(i.d);
  const int64_t *a = w.ints(i.a);
  for (size_t k = 0, n = size_t(i.length) * warpSize; k < n; ++k)
    d[k] = wrapInteger(a[k] & i.imm, i.wrap);
}

void exec::integerNegate(Machine &, Warp &w, const Inst &i) {
  int64_t *d = w.ints(i.d);
  const int64_t *a = w.ints(i.a);
  for (size_t k = 0, n = size_t(i.length) * warpSize; k < n; ++k)
    d[k] = wrapInteger(int64_t(0 - uint64_t(a[k])), i.wrap);
}

void exec::integerUnary(Machine &, Warp &w, const Inst &i) {
  int64_t *d = w.ints(i.d);
  const int64_t *a = w.ints(i.a);
  unsigned width = unsigned(i.imm);
  uint64_t mask = width >= 64 ? ~uint64_t(0) : (uint64_t(1) << width) - 1;
  for (size_t k = 0, n = size_t(i.length) * warpSize; k < n; ++k) {
    uint64_t x = uint64_t(a[k]) & mask;
    int64_t value;
    switch (i.fn) {
    case 0:
      value = a[k] < 0 ? int64_t(0 - uint64_t(a[k])) : a[k];
      break;
    case 1:
      value = llvm::countl_zero(x) - (64 - int(width));
      break;
    case 2:
      value = x ? llvm::countr_zero(x) : int(width);
      break;
    default:
      value = llvm::popcount(x);
      break;
    }
    d[k] = wrapInteger(value, i.wrap);
  }
}

void exec::selectInteger(Machine &, Warp &w, const Inst &i) {
  for (uint32_t e = 0; e < i.length; ++e) {
    const int64_t *a = w.ints(i.a) + (i.flag ? 0 : e * warpSize);
    const int64_t *b = w.ints(i.b) + e * warpSize;
    const int64_t *c = w.ints(i.c) + e * warpSize;
    int64_t *d = w.ints(i.d) + e * warpSize;
    for (unsigned lane = 0; lane < warpSize; ++lane)
      d[lane] = a[lane] ? b[lane] : c[lane];
  }
}

void exec::reduceInteger(Machine &, Warp &w, const Inst &i) {
  int64_t *d = w.ints(i.d);
  const int64_t *a = w.ints(i.a);
  const int64_t *b = i.b == noReg ? nullptr : w.ints(i.b);
  for (unsigned lane = 0; lane < warpSize; ++lane) {
    int64_t value = a[lane];
    for (int64_t e = 1; e < i.imm; ++e)
      value = combineIntegers(IntFn(i.fn), value, a[e * warpSize + lane]);
    if (b)
      value = combineIntegers(IntFn(i.fn), b[lane], value);
    d[lane] = wrapInteger(value, i.wrap);
  }
}

void exec::threadId(Machine &m, Warp &w, const Inst &i) {
  int64_t *d = w.ints(i.d);
  const Extent3 &block = m.blockDim;
  for (unsigned lane = 0; lane < warpSize; ++lane) {
    int64_t t = int64_t(w.index) * warpSize + lane;
    d[lane] = i.aux == 0   ? t % block.x
              : i.aux == 1 ? t / block.x % block.y
                           : t / (block.x * block.y);
  }
}

void exec::laneId(Machine &, Warp &w, const Inst &i) {
  int64_t *d = w.ints(i.d);
  for (unsigned lane = 0; lane < warpSize; ++lane)
    d[lane] = lane;
}

void exec::blockValue(Machine &m, Warp &w, const Inst &i) {
  const ThreadBlock &b = m.blockOf(w);
  const Extent3 &c = m.program.cluster;
  const int64_t cluster[3] = {c.x, c.y, c.z};
  const int64_t block[3] = {m.blockDim.x, m.blockDim.y, m.blockDim.z};
  const int64_t grid[3] = {m.grid.x, m.grid.y, m.grid.z};
  size_t d = i.aux;
  int64_t value = 0;
  switch (BlockValue(i.imm)) {
  case BlockValue::BlockId:
    value = b.coordinates[d];
    break;
  case BlockValue::ClusterId:
    value = b.coordinates[d] / cluster[d];
    break;
  case BlockValue::BlockInCluster:
    value = b.coordinates[d] % cluster[d];
    break;
  case BlockValue::BlockSize:
    value = block[d];
    break;
  case BlockValue::GridSize:
    value = grid[d];
    break;
  case BlockValue::ClusterCount:
    value = grid[d] / cluster[d];
    break;
  case BlockValue::Warp:
    value = w.index;
    break;
  case BlockValue::WarpCount:
    value = b.warps;
    break;
  }
  std::fill_n(w.ints(i.d), warpSize, value);
}

void exec::iota(Machine &, Warp &w, const Inst &i) {
  for (uint32_t e = 0; e < i.length; ++e)
    std::fill_n(w.ints(i.d) + e * warpSize, warpSize, int64_t(e));
}
