# Part of the kernel-opt project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Fifty kernels of five kinds and of times from a few microseconds to 20 ms."""

from plans import buffer, kernel, load, plan, store

GUARD = "  setp.ge.u32 %p, %i, %n;\n  @%p bra end;\n"


def scale(count, block=256, grid=None, name=None):
    """Memory: y = 2 x, each thread as many elements as the grid leaves it."""
    body = (
        "  mul.lo.u32 %k, %g, %d;\nloop:\n"
        + GUARD
        + load("x", "%i", "%v")
        + "  mul.rn.f32 %w, %v, 0f40000000;\n"
        + store("y", "%i", "%w")
        + "  add.u32 %i, %i, %k;\n  bra loop;\n"
    )
    return plan(
        name or "scale-%d" % count,
        kernel("scale", ["x", "y"], body),
        [buffer("x", "input", count), buffer("y", "output", count)],
        grid or -(-count // block),
        block,
        scalars=[count],
    )


def multiplications(rounds, blocks, name):
    """Arithmetic: four chains of fused multiply-adds, 16 a round."""
    chains = "".join(
        "  fma.rn.f32 %%%s, %%%s, %%v, %%v;\n" % (r, r) for r in "uweh" * 4
    )
    body = (
        "  and.b32 %x, %i, 1023;\n"
        + load("x", "%x", "%v")
        + "".join("  mov.f32 %%%s, %%v;\n" % r for r in "uweh")
        + "  mov.u32 %k, 0;\nloop:\n"
        + chains
        + "  add.u32 %k, %k, 1;\n  setp.lt.u32 %p, %k, %n;\n  @%p bra loop;\n"
        + "  add.f32 %u, %u, %w;\n  add.f32 %e, %e, %h;\n  add.f32 %w, %u, %e;\n"
        + store("y", "%i", "%w")
    )
    return plan(
        name,
        kernel("multiply", ["x", "y"], body),
        [buffer("x", "input", 1024), buffer("y", "output", blocks * 256)],
        blocks,
        scalars=[rounds],
    )


def row_sums(rows):
    """Memory that is read, shared memory and barriers: a block a row of 256."""
    body = load("x", "%i", "%w")
    body += "  mov.u32 %x, tile;\n  shl.b32 %y, %t, 2;\n  add.u32 %x, %x, %y;\n"
    body += "  st.shared.f32 [%x], %w;\n  bar.sync 0;\n"
    for half in (128, 64, 32, 16, 8, 4, 2, 1):
        body += "  setp.ge.u32 %%q, %%t, %d;\n  @%%q bra skip%d;\n" % (half, half)
        body += "  ld.shared.f32 %%e, [%%x];\n  ld.shared.f32 %%f, [%%x+%d];\n" % (4 * half)
        body += "  add.rn.f32 %e, %e, %f;\n  st.shared.f32 [%x], %e;\n"
        body += "skip%d:\n  bar.sync 0;\n" % half
    body += "  setp.ne.u32 %p, %t, 0;\n  @%p bra end;\n  ld.shared.f32 %w, [tile];\n"
    body += store("y", "%b", "%w")
    return plan(
        "sums-%d" % rows,
        kernel("sums", ["x", "y"], body, shared="  .shared .align 4 .b8 tile[1024];"),
        [buffer("x", "input", rows, 256), buffer("y", "output", rows)],
        rows,
        scalars=[rows * 256],
    )


def product(size, name=None):
    """Caches: a thread an element of the product of two square matrices."""
    body = (
        GUARD
        + "  div.u32 %x, %i, %c;\n  rem.u32 %y, %i, %c;\n  mul.lo.u32 %x, %x, %c;\n"
        + "  mov.f32 %w, 0f00000000;\n  mov.u32 %k, 0;\nloop:\n  add.u32 %z, %x, %k;\n"
        + load("a", "%z", "%u")
        + "  mad.lo.u32 %z, %k, %c, %y;\n"
        + load("b", "%z", "%v")
        + "  fma.rn.f32 %w, %u, %v, %w;\n  add.u32 %k, %k, 1;\n"
        + "  setp.lt.u32 %p, %k, %c;\n  @%p bra loop;\n"
        + store("y", "%i", "%w")
    )
    return plan(
        name or "product-%d" % size,
        kernel("product", ["a", "b", "y"], body, scalars=("n", "c")),
        [buffer(b, "input", size, size) for b in "ab"] + [buffer("y", "output", size, size)],
        -(-size * size // 256),
        scalars=[size * size, size],
    )


def fifty():
    plans = [scale(1 << k) for k in range(19, 29)]
    # 1056 blocks are resident at once on 132 multiprocessors; 1500 have a tail.
    plans += [multiplications(int(20 * 2.6**j), 1056, "multiply-%d" % j) for j in range(10)]
    plans += [multiplications(int(10 * 2.4**j), 1500, "tail-%d" % j) for j in range(10)]
    plans += [row_sums(1 << k) for k in range(11, 21)]
    plans += [product(n) for n in (64, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048)]
    return plans
