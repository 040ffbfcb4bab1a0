"""Planted bugs, and rewrites that are right.

A case is a name, its group, the original program, and either another program
(`source`: scheduled, it takes the place of the original's) or an edit of the
original's scheduled text. `killers` are the layers of which one at least must
refuse it; a rewrite that is right has none.
"""
import re
from dataclasses import dataclass, field
from typing import Callable, Optional

from corpus import (MULTIPLY_ADD, Program, add_row, cube_sum, elementwise, layer_norm, matmul,
                    row_sum, softmax)


@dataclass
class Case:
    name: str
    group: str
    original: Program
    killers: set = field(default_factory=set)
    source: Optional[Program] = None
    edit: Optional[Callable[[str], str]] = None
    quick: bool = False


def replace(old, new, count=1):
    """Replaces a regular expression, and insists that it is there."""

    def edit(text):
        changed, n = re.subn(old, new, text, count=count, flags=re.S)
        if n == 0 or changed == text:
            raise LookupError(f"no '{old}' in the scheduled program")
        return changed

    return edit


def nth(old, new, n):
    def edit(text):
        found = list(re.finditer(old, text))
        if len(found) <= n:
            raise LookupError(f"no '{old}' number {n} in the scheduled program")
        m = found[n]
        return text[: m.start()] + m.expand(new) + text[m.end():]

    return edit


def split_parts(parts, products):
    """An f32 product out of bf16 parts of its factors: pairs (of a, of b)."""
    lines, names = [], {}
    for side in (0, 1):
        rest = f"%p{side}"
        for part in range(parts):
            n = f"{side}{part}"
            lines += [f"%n{n} = arith.truncf {rest} : f32 to bf16", f"%w{n} = arith.extf %n{n} : bf16 to f32"]
            names[side, part] = f"%w{n}"
            if part + 1 < parts:
                lines.append(f"%r{n} = arith.subf {rest}, %w{n} : f32")
                rest = f"%r{n}"
    previous = None
    for i, (a, b) in enumerate(products):
        lines.append(f"%t{i} = arith.mulf {names[0, a]}, {names[1, b]} : f32")
        if previous:
            lines.append(f"%u{i} = arith.addf {previous}, %t{i} : f32")
            previous = f"%u{i}"
        else:
            previous = f"%t{i}"
    return lines + [f"%s = arith.addf %o, {previous} : f32"]


# One thread for each element of the result, one chain over all of K.
CHAIN = """
  gpu.module @k_program {
    gpu.func @k(%a: memref<16x4096xf32> {kgpu.access = "read"}, %b: memref<4096x32xf32> {kgpu.access = "read"},
                %c: memref<16x32xf32> {kgpu.access = "write"})
        kernel attributes {known_block_size = array<i32: 32, 1, 1>, known_grid_size = array<i32: 16, 1, 1>} {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %ck = arith.constant 4096 : index
      %zero = arith.constant dense<0.0> : vector<1xf32>
      %i = gpu.block_id x
      %j = gpu.thread_id x
      %s = scf.for %k = %c0 to %ck step %c1 iter_args(%acc = %zero) -> (vector<1xf32>) {
        %x = kgpu.load %a[%i, %k] : memref<16x4096xf32> -> vector<1xf32>
        %y = kgpu.load %b[%k, %j] : memref<4096x32xf32> -> vector<1xf32>
        %t = math.fma %x, %y, %acc : vector<1xf32>
        scf.yield %t : vector<1xf32>
      }
      kgpu.store %s, %c[%i, %j] : vector<1xf32>, memref<16x32xf32>
      gpu.return
    }
  }
"""



def chunked(step):
    """The same in chunks of 16, each from zero; `step` makes %t of %x, %y and %inner."""
    begin, end = CHAIN.index("      %s = scf.for"), CHAIN.index("      kgpu.store")
    return CHAIN[:begin] + f"""
      %c16 = arith.constant 16 : index
      %s = scf.for %chunk = %c0 to %ck step %c16 iter_args(%acc = %zero) -> (vector<1xf32>) {{
        %part = scf.for %l = %c0 to %c16 step %c1 iter_args(%inner = %zero) -> (vector<1xf32>) {{
          %k = arith.addi %chunk, %l : index
          %x = kgpu.load %a[%i, %k] : memref<16x4096xf32> -> vector<1xf32>
          %y = kgpu.load %b[%k, %j] : memref<4096x32xf32> -> vector<1xf32>
          {step}
          scf.yield %t : vector<1xf32>
        }}
        %sum = arith.addf %acc, %part : vector<1xf32>
        scf.yield %sum : vector<1xf32>
      }}
""" + CHAIN[end:]


def program(text):
    """The whole program by hand."""
    return lambda _: text


def scalar(*lines):
    return elementwise(list(lines))


RELU = scalar("%z = arith.constant 0.0 : f32", "%v = arith.maximumf %p0, %z : f32")
LEAKY = ("%z = arith.constant 0.0 : f32", "%m = arith.cmpf ogt, %p0, %z : f32",
         "%k = arith.constant {0} : f32", "%w = arith.mulf %p0, %k : f32", "%v = arith.select %m, %p0, %w : f32")
CLAMP = ("%l = arith.constant 0.0 : f32", "%h = arith.constant {0} : f32",
         "%w = arith.maximumf %p0, %l : f32", "%v = arith.minimumf %w, %h : f32")


def with_constant(template, value):
    return scalar(*(line.format(value) for line in template))


DISTRIBUTE = elementwise(["%t = arith.addf %p1, %p2 : f32", "%v = arith.mulf %p0, %t : f32"], count=3)
LONG = dict(m=16, n=32, k=4096)
E4, S4, E0 = "L4 values", "L4 safety", "L0"

CASES = [
    # A. Coverage and indexing
    Case("drop-last-k-tile", "A", row_sum(), {E4}, edit=replace(r"to %c3000 step", "to %c2048 step"), quick=True),
    Case("grid-one-short", "A", row_sum(), {S4},
         edit=replace(r"known_grid_size = array<i32: 20,", "known_grid_size = array<i32: 19,"), quick=True),
    Case("grid-one-long", "A", row_sum(), {S4},
         edit=replace(r"known_grid_size = array<i32: 20,", "known_grid_size = array<i32: 21,")),
    Case("guard-le-for-lt", "A", row_sum(columns=2999), {S4, E4}, edit=replace("arith.cmpi ult", "arith.cmpi ule", 0)),
    Case("swapped-operand-maps", "A", matmul(40, 40, 40), {"L2", E4},
         source=matmul(40, 40, 40, maps=("k, i", "k, j", "i, j"))),
    Case("transposed-store", "A", matmul(40, 40, 40), {"L2", E4},
         source=matmul(40, 40, 40, maps=("j, k", "k, i", "i, j"))),
    Case("broadcast-wrong-axis", "A", add_row("j"), {"L2", E4}, source=add_row("i"), quick=True),
    Case("reduce-wrong-axis", "A", cube_sum(over="k"), {"L2", E4}, source=cube_sum(over="j")),
    Case("store-twice", "A", row_sum(), {S4},
         edit=replace(r"( *kgpu\.store (%\w+), %arg1\[[^\n]*\n)", r"\1\1"), quick=True),
    # B. Algebra and dataflow
    # Any number would do for the maximum, were it not for rounding.
    Case("no-max-in-combine", "E", softmax(), {"L5"}, edit=replace("kgpu.warp_reduce  max", "kgpu.warp_reduce  add")),
    Case("scale-twice", "B", softmax(scale="0.125"), {"L2", E4}, source=softmax(scale="0.015625")),
    Case("scale-after-softmax", "B", softmax(scale="0.125"), {"L2", E4}, source=softmax(scale_after="0.125")),
    Case("epsilon-outside-root", "B", layer_norm(), {"L2", E4}, source=layer_norm(outside=True)),
    Case("variance-n-minus-1", "B", layer_norm(), {"L2", E4}, source=layer_norm(divisor="511.0")),
    Case("leaky-slope", "B", with_constant(LEAKY, "0.01"), {"L2", E4}, source=with_constant(LEAKY, "0.02"), quick=True),
    Case("clamp-bound", "B", with_constant(CLAMP, "6.0"), {"L2", E4}, source=with_constant(CLAMP, "5.0")),
    Case("relu-dropped", "B", RELU, {"L2", E4},
         source=scalar("%z = arith.constant 0.0 : f32", "%v = arith.addf %p0, %z : f32")),
    Case("distribute-wrongly", "B", DISTRIBUTE, {"L2", E4},
         source=elementwise(["%t = arith.mulf %p0, %p1 : f32", "%v = arith.addf %t, %p2 : f32"], count=3)),
    Case("maximum-from-zero", "B", row_sum(lines=("%s = arith.maximumf %o, %p0 : f32",), init="0xFF800000"),
         {"L2", E4}, source=row_sum(lines=("%s = arith.maximumf %o, %p0 : f32",), init="0.0")),
    Case("causal-mask-off-by-one", "B", softmax(square=60, causal="ule"), {"L2", E4},
         source=softmax(square=60, causal="ult")),
    Case("literal-off-by-1e-4", "B", scalar("%c = arith.constant 0.125 : f32", "%v = arith.mulf %p0, %c : f32"),
         {"L2", E4}, source=scalar("%c = arith.constant 0.1250125 : f32", "%v = arith.mulf %p0, %c : f32")),
    # C. Memory safety
    Case("shared-buffer-short", "C", softmax(), {S4}, edit=replace("memref<4x8xf32, #kgpu.shared>",
                                                                   "memref<4x7xf32, #kgpu.shared>", 0), quick=True),
    Case("write-past-the-end", "C", row_sum(), {S4, E4},
         edit=replace(r"kgpu\.store (%\w+), %arg1\[%block_id_x\]",
                      r"%past = arith.addi %block_id_x, %block_id_x : index\n      kgpu.store \1, %arg1[%past]")),
    Case("claims-fast-math", "C", elementwise(["%v = arith.negf %p0 : f32"]), {E0},
         edit=replace(r"arith\.negf (%\w+) :", r"arith.negf \1 fastmath<fast> :")),
    Case("reads-what-it-may-not", "C", row_sum(), {S4}, edit=replace(r'kgpu.access = "read"', 'kgpu.access = "write"')),
    # D. Synchronization
    Case("first-barrier-removed", "D", softmax(), {S4}, edit=nth(r" *gpu\.barrier\n", "", 0), quick=True),
    Case("second-barrier-removed", "D", softmax(), {S4}, edit=nth(r" *gpu\.barrier\n", "", 1)),
    Case("divergent-barrier", "D", softmax(), {S4},
         edit=nth(r"( *)gpu\.barrier\n",
                  r"\1%odd = arith.cmpi ult, %thread_id_x, %c32 : index\n\1scf.if %odd {\n\1gpu.barrier\n\1}\n", 0)),
    # E. Numerics
    Case("bf16-for-f32", "E", matmul(**LONG), {"L5"}, source=matmul(**LONG, lines=split_parts(1, [(0, 0)])), quick=True),
    Case("bf16x3-for-f32", "E", matmul(**LONG), {"L5"},
         source=matmul(**LONG, lines=split_parts(2, [(0, 1), (1, 0), (0, 0)]))),
    # Small products first, promoted, and yet without a path for extreme exponents and infinities.
    Case("bf16x6-without-guard", "E", matmul(16, 32, 512), {"L5"},
         source=matmul(16, 32, 512, lines=split_parts(3, [(0, 2), (2, 0), (1, 1), (0, 1), (1, 0), (0, 0)]))),
    Case("tf32-for-f32", "E", matmul(**LONG), {"L5"}, edit=program(chunked(
        "%nx = arith.truncf %x : vector<1xf32> to vector<1xtf32>\n%wx = arith.extf %nx : vector<1xtf32> to vector<1xf32>\n"
        "%ny = arith.truncf %y : vector<1xf32> to vector<1xtf32>\n%wy = arith.extf %ny : vector<1xtf32> to vector<1xf32>\n"
        "%t = math.fma %wx, %wy, %inner : vector<1xf32>")), quick=True),
    Case("one-long-chain", "E", matmul(**LONG), {"L5"}, edit=program(CHAIN), quick=True),
    Case("variance-by-moments", "E", layer_norm(), {"L5"}, source=layer_norm(moments=True), quick=True),
    Case("softmax-without-max", "E", softmax(), {"L5"}, source=softmax(subtract=False), quick=True),
    Case("times-zero-ignores-nan", "E", scalar("%z = arith.constant 0.0 : f32", "%v = arith.mulf %p0, %z : f32"),
         {"L5-V"}, source=scalar("%d = arith.minimumf %p0, %p0 : f32", "%v = arith.constant 0.0 : f32"), quick=True),
    Case("difference-ignores-nan", "E",
         elementwise(["%d = arith.subf %p0, %p0 : f32", "%v = arith.addf %d, %p1 : f32"], count=2),
         {"L5-V"}, source=elementwise(["%v = arith.maximumf %p1, %p1 : f32"], count=2)),
    # F. State and timing
    Case("output-untouched", "F", row_sum(), {S4}, edit=replace(r" *kgpu\.store %\w+, %arg1[^\n]*\n", "")),
    Case("inline-assembly", "F", row_sum(), {E0},
         edit=replace(r"( *)gpu\.return", r'\1llvm.inline_asm has_side_effects "nanosleep.u32 100;", "" : () -> ()\n\1gpu.return')),
    Case("reads-the-clock", "F", row_sum(), {E0},
         edit=replace(r"( *)gpu\.return", r"\1%clock = nvvm.read.ptx.sreg.clock64 : i64\n\1gpu.return")),
    Case("prints", "F", row_sum(), {E0}, edit=replace(r"( *)gpu\.return", r'\1gpu.printf "x\\n"\n\1gpu.return'), quick=True),
    # Right, though they look bold.
    Case("relu-of-double", "right",
         scalar("%two = arith.constant 2.0 : f32", "%d = arith.mulf %p0, %two : f32",
                "%z = arith.constant 0.0 : f32", "%v = arith.maximumf %d, %z : f32"),
         source=scalar("%z = arith.constant 0.0 : f32", "%d = arith.maximumf %p0, %z : f32",
                       "%two = arith.constant 2.0 : f32", "%v = arith.mulf %d, %two : f32"), quick=True),
    Case("clamp-the-other-way", "right", with_constant(CLAMP, "6.0"),
         source=scalar("%h = arith.constant 6.0 : f32", "%w = arith.minimumf %p0, %h : f32",
                       "%l = arith.constant 0.0 : f32", "%v = arith.maximumf %w, %l : f32")),
    Case("quarter-by-multiplication", "right",
         scalar("%c = arith.constant 4.0 : f32", "%v = arith.divf %p0, %c : f32"),
         source=scalar("%c = arith.constant 0.25 : f32", "%v = arith.mulf %p0, %c : f32")),
    Case("sum-of-two-is-double", "right", scalar("%v = arith.addf %p0, %p0 : f32"),
         source=scalar("%c = arith.constant 2.0 : f32", "%v = arith.mulf %p0, %c : f32")),
    Case("chunks-of-16-with-fma", "right", matmul(**LONG),
         edit=program(chunked("%t = math.fma %x, %y, %inner : vector<1xf32>"))),
    Case("scale-into-softmax-power-of-two", "right", softmax(scale="0.125"),
         source=softmax(scale="0.125"), quick=True),
    Case("silu-by-tanh", "right",
         scalar("%one = arith.constant 1.0 : f32", "%n = arith.negf %p0 : f32", "%e = math.exp %n : f32",
                "%d = arith.addf %e, %one : f32", "%v = arith.divf %p0, %d : f32"),
         source=scalar("%one = arith.constant 1.0 : f32", "%n = arith.negf %p0 : f32", "%e = math.exp %n : f32",
                       "%d = arith.addf %one, %e : f32", "%q = arith.divf %one, %d : f32", "%v = arith.mulf %p0, %q : f32")),
]
