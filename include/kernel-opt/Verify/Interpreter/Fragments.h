//===- Fragments.h - Register layouts of matrix instructions -- -*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Which element of a matrix each register of each lane holds, as the PTX ISA
// lays it down ("Matrix fragments for mma.m16n8k*", "Register fragments for
// wgmma", "ldmatrix"). `e` counts the elements of a lane's register vector.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_VERIFY_INTERPRETER_FRAGMENTS_H
#define KERNEL_OPT_VERIFY_INTERPRETER_FRAGMENTS_H

#include <cstdint>

namespace kernel_opt::verify {

/// A place in a matrix.
struct MatrixPlace {
  unsigned row, column;
};

/// A operand (16 x K) of mma.m16n8kK. `perRegister` is the number of elements
/// in 32 bits: 2 for f16/bf16, 1 for tf32. Vector length: K / 2.
/// Registers go through rows (g, g + 8) first, then through halves of K.
inline MatrixPlace mmaPlaceA(unsigned lane, unsigned e, unsigned perRegister) {
  unsigned reg = e / perRegister;
  unsigned row = lane / 4 + 8 * (reg % 2);
  unsigned k =
      (lane % 4) * perRegister + e % perRegister + 4 * perRegister * (reg / 2);
  return {row, k};
}

/// B operand (K x 8): vector length K / 4.
inline MatrixPlace mmaPlaceB(unsigned lane, unsigned e, unsigned perRegister) {
  unsigned reg = e / perRegister;
  unsigned k =
      (lane % 4) * perRegister + e % perRegister + 4 * perRegister * reg;
  return {k, lane / 4};
}

/// Accumulator (16 x 8, f32): vector length 4.
inline MatrixPlace mmaPlaceC(unsigned lane, unsigned e) {
  return {lane / 4 + 8 * (e / 2), (lane % 4) * 2 + e % 2};
}

/// Accumulator of wgmma.m64nN (f32) in the warp `warpInGroup` (0 to 3):
/// vector length N / 2.
inline MatrixPlace wgmmaPlaceC(unsigned warpInGroup, unsigned lane,
                               unsigned e) {
  return {16 * warpInGroup + lane / 4 + 8 * (e / 2 % 2),
          8 * (e / 4) + (lane % 4) * 2 + e % 2};
}

/// A operand (64 x K) of wgmma held in registers: the one of mma, 16 rows per
/// warp. Vector length K / 2.
inline MatrixPlace wgmmaPlaceA(unsigned warpInGroup, unsigned lane, unsigned e,
                               unsigned perRegister) {
  MatrixPlace place = mmaPlaceA(lane, e, perRegister);
  return {place.row + 16 * warpInGroup, place.column};
}

/// ldmatrix: element `e` of a lane's vector comes from matrix `e / 2`, this
/// place. The row's address is named by lane `8 * matrix + row`.
inline MatrixPlace ldmatrixPlace(unsigned lane, unsigned e, bool transpose) {
  unsigned major = lane / 4, minor = (lane % 4) * 2 + e % 2;
  return transpose ? MatrixPlace{minor, major} : MatrixPlace{major, minor};
}

} // namespace kernel_opt::verify

#endif // KERNEL_OPT_VERIFY_INTERPRETER_FRAGMENTS_H
