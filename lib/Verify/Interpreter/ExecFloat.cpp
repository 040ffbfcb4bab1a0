//===- ExecFloat.cpp - Floating-point instructions ------------------------===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Whole warps hand their columns to the domain as they are. Where lanes are
// inactive, the active ones are packed first: an undefined value must neither
// cost nor count as a decision that the domain could not make.
//
//===----------------------------------------------------------------------===//

#include "Handlers.h"
#include <cstring>

using namespace kernel_opt;
using namespace kernel_opt::verify;
using namespace kernel_opt::verify::exec;

/// Copies active lanes of `length` columns together.
static void pack(const std::byte *from, std::byte *to, uint32_t mask,
                 uint32_t length, size_t bytes) {
  for (uint32_t e = 0; e < length; ++e, from += warpSize * bytes)
    for (uint32_t rest = mask; rest; rest &= rest - 1, to += bytes)
      std::memcpy(to, from + llvm::countr_zero(rest) * bytes, bytes);
}
static void unpack(const std::byte *from, std::byte *to, uint32_t mask,
                   uint32_t length, size_t bytes) {
  for (uint32_t e = 0; e < length; ++e, to += warpSize * bytes)
    for (uint32_t rest = mask; rest; rest &= rest - 1, from += bytes)
      std::memcpy(to + llvm::countr_zero(rest) * bytes, from, bytes);
}

/// Calls `body(operands..., out, n)` on whole or packed columns.
template <unsigned operands, typename Body>
static void onColumns(Machine &m, Warp &w, const Inst &i, Body body) {
  const Reg regs[3] = {i.a, i.b, i.c};
  const std::byte *in[3] = {};
  size_t n = size_t(i.length) * warpSize;
  if (w.mask == ~0u) {
    for (unsigned k = 0; k < operands; ++k)
      in[k] = w.floats(regs[k]);
    body(in, w.floats(i.d), n);
    return;
  }
  for (unsigned k = 0; k < operands; ++k) {
    std::byte *packed = m.scratchFloats(k, n);
    pack(w.floats(regs[k]), packed, w.mask, i.length, m.valueBytes);
    in[k] = packed;
  }
  std::byte *out = m.scratchFloats(3, n);
  body(in, out, size_t(i.length) * w.active);
  unpack(out, w.floats(i.d), w.mask, i.length, m.valueBytes);
}

/// Zeros for the subnormal numbers of f32, in domains that know bits; in others
/// nothing rounds.
static void flushSubnormals(Machine &m, FloatKind kind, std::byte *values,
                            size_t n) {
  std::vector<uint64_t> bits(n);
  if (!m.domain.toBits(kind, values, bits.data(), n))
    return;
  for (size_t k = 0; k < n; ++k) {
    uint64_t magnitude = bits[k] & 0x7fffffff;
    if (magnitude != 0 && magnitude < 0x00800000)
      m.domain.constant(llvm::APFloat(0.0), kind, "", values + k * m.valueBytes,
                        1);
  }
}

void exec::floatUnary(Machine &m, Warp &w, const Inst &i) {
  onColumns<1>(m, w, i,
               [&](const std::byte *const *in, std::byte *out, size_t n) {
                 m.domain.unary(UnaryFn(i.fn), i.kind, in[0], out, n);
                 if (i.flag)
                   flushSubnormals(m, i.kind, out, n);
               });
}

void exec::floatBinary(Machine &m, Warp &w, const Inst &i) {
  onColumns<2>(m, w, i,
               [&](const std::byte *const *in, std::byte *out, size_t n) {
                 m.domain.binary(BinaryFn(i.fn), i.kind, in[0], in[1], out, n);
               });
}

void exec::floatFma(Machine &m, Warp &w, const Inst &i) {
  onColumns<3>(m, w, i,
               [&](const std::byte *const *in, std::byte *out, size_t n) {
                 m.domain.fma(i.kind, in[0], in[1], in[2], out, n);
               });
}

void exec::floatConvert(Machine &m, Warp &w, const Inst &i) {
  onColumns<1>(m, w, i,
               [&](const std::byte *const *in, std::byte *out, size_t n) {
                 m.domain.convert(i.kind, i.kind2, in[0], out, n);
               });
}

/// Packs the float operands of an instruction whose result is integers.
static const std::byte *packedOperand(Machine &m, Warp &w, Reg reg,
                                      uint32_t length, unsigned which) {
  if (w.mask == ~0u)
    return w.floats(reg);
  std::byte *packed = m.scratchFloats(which, size_t(length) * warpSize);
  pack(w.floats(reg), packed, w.mask, length, m.valueBytes);
  return packed;
}

void exec::floatCompare(Machine &m, Warp &w, const Inst &i) {
  size_t n = size_t(i.length) * w.active;
  const std::byte *a = packedOperand(m, w, i.a, i.length, 0);
  const std::byte *b = packedOperand(m, w, i.b, i.length, 1);
  if (m.bits.size() < n)
    m.bits.resize(n);
  m.domain.compare(CompareFn(i.fn), i.kind, a, b, m.bits.data(), n);
  int64_t *d = w.ints(i.d);
  if (w.mask == ~0u) {
    for (size_t k = 0; k < n; ++k)
      d[k] = m.bits[k];
    return;
  }
  const uint8_t *bit = m.bits.data();
  for (uint32_t e = 0; e < i.length; ++e, d += warpSize)
    for (uint32_t rest = w.mask; rest; rest &= rest - 1)
      d[llvm::countr_zero(rest)] = *bit++;
}

void exec::floatFromInteger(Machine &m, Warp &w, const Inst &i) {
  size_t n = size_t(i.length) * warpSize;
  // Unsigned operands are zero-extended: `imm` is the mask of their width.
  std::vector<int64_t> values(w.ints(i.a), w.ints(i.a) + n);
  for (int64_t &value : values)
    value &= i.imm;
  m.domain.fromInt(i.flag, i.kind, values.data(), w.floats(i.d), n);
}

void exec::floatToInteger(Machine &m, Warp &w, const Inst &i) {
  size_t n = size_t(i.length) * w.active;
  std::vector<int64_t> values(n);
  m.domain.toInt(i.flag, i.kind, packedOperand(m, w, i.a, i.length, 0),
                 values.data(), n);
  const int64_t *value = values.data();
  int64_t *d = w.ints(i.d);
  for (uint32_t e = 0; e < i.length; ++e, d += warpSize)
    for (uint32_t rest = w.mask; rest; rest &= rest - 1)
      d[llvm::countr_zero(rest)] = wrapInteger(*value++, i.wrap);
}

/// Bits of `elements` columns into one list per lane.
static bool readBits(Machine &m, Warp &w, const Inst &i, bool isFloat,
                     uint32_t elements, std::vector<uint64_t> &bits) {
  size_t n = size_t(elements) * warpSize;
  bits.resize(n);
  if (isFloat)
    return m.domain.toBits(i.kind, w.floats(i.a), bits.data(), n);
  std::copy_n(w.ints(i.a), n, bits.begin());
  return true;
}

void exec::floatBitcast(Machine &m, Warp &w, const Inst &i) {
  // imm: bits of an element of a; aux: of d; fn: bit 0: a float, bit 1: d.
  unsigned from = unsigned(i.imm), to = i.aux;
  uint32_t elements = i.length * to / from;
  std::vector<uint64_t> source, target(size_t(i.length) * warpSize);
  bool known = readBits(m, w, i, i.fn & 1, elements, source);
  uint64_t fromMask = from >= 64 ? ~uint64_t(0) : (uint64_t(1) << from) - 1;
  for (uint32_t e = 0; e < i.length && known; ++e)
    for (unsigned lane = 0; lane < warpSize; ++lane) {
      uint64_t bits = 0;
      if (to >= from)
        for (unsigned part = 0; part < to / from; ++part)
          bits |=
              (source[(e * (to / from) + part) * warpSize + lane] & fromMask)
              << (part * from);
      else
        bits = (source[e / (from / to) * warpSize + lane] & fromMask) >>
                   (e % (from / to) * to) &
               ((uint64_t(1) << to) - 1);
      target[size_t(e) * warpSize + lane] = bits;
    }
  if (known && (i.fn & 2))
    known =
        m.domain.fromBits(i.kind2, target.data(), w.floats(i.d), target.size());
  else if (known)
    for (size_t k = 0; k < target.size(); ++k)
      w.ints(i.d)[k] = wrapInteger(int64_t(target[k]), i.wrap);
  if (!known)
    m.sink.add(Fault::Unsupported, i.site, ReportSink::noSite, [&] {
      return "the domain '" + m.domain.name().str() +
             "' knows no bit patterns of floats";
    });
}

template <typename T>
static void selectColumns(Warp &w, const Inst &i) {
  for (uint32_t e = 0; e < i.length; ++e) {
    const int64_t *a = w.ints(i.a) + (i.flag ? 0 : e * warpSize);
    const T *b = reinterpret_cast<const T *>(w.floats(i.b)) + e * warpSize;
    const T *c = reinterpret_cast<const T *>(w.floats(i.c)) + e * warpSize;
    T *d = reinterpret_cast<T *>(w.floats(i.d)) + e * warpSize;
    for (unsigned lane = 0; lane < warpSize; ++lane)
      d[lane] = a[lane] ? b[lane] : c[lane];
  }
}

void exec::selectFloat(Machine &m, Warp &w, const Inst &i) {
  if (m.valueBytes == 8)
    return selectColumns<uint64_t>(w, i);
  size_t bytes = m.valueBytes;
  for (uint32_t e = 0; e < i.length; ++e) {
    const int64_t *a = w.ints(i.a) + (i.flag ? 0 : e * warpSize);
    for (unsigned lane = 0; lane < warpSize; ++lane) {
      size_t at = (e * warpSize + lane) * bytes;
      std::memcpy(w.floats(i.d) + at, w.floats(a[lane] ? i.b : i.c) + at,
                  bytes);
    }
  }
}

void exec::reduceFloat(Machine &m, Warp &w, const Inst &i) {
  std::byte *acc = m.scratchFloats(2, warpSize);
  const std::byte *a = packedOperand(m, w, i.a, uint32_t(i.imm), 0);
  size_t n = w.active;
  size_t first = 0;
  if (i.b == noReg) {
    std::memcpy(acc, a, n * m.valueBytes);
    first = 1;
  } else {
    std::memcpy(acc, packedOperand(m, w, i.b, 1, 1), n * m.valueBytes);
  }
  m.domain.reduce(BinaryFn(i.fn), i.kind, a + first * n * m.valueBytes,
                  size_t(i.imm) - first, n, acc);
  if (w.mask == ~0u)
    std::memcpy(w.floats(i.d), acc, n * m.valueBytes);
  else
    unpack(acc, w.floats(i.d), w.mask, 1, m.valueBytes);
}
