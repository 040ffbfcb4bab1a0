"""Random programs on tensors, the same for the same seed and number."""

import random

import aten_ops
import linalg_ops
import tosa_ops
from builder import Builder, Skip

DIALECTS = {"aten": aten_ops.OPS, "linalg": linalg_ops.OPS, "tosa": tosa_ops.OPS}


def first_input(b, dialect):
    """Mostly a float tensor of a rank for which many operations are."""
    rank = b.choice((1, 2, 2, 2, 3, 3, 4))
    dtype = b.float_type()
    if dialect == "aten" and b.chance(0.12):
        dtype = b.choice(("i64", "i32", "i1"))
        rank = b.choice((0, 1, 2, 3))
    b.input(b.shape(rank), dtype)


def function(rng, name, dialect, small):
    ops = DIALECTS[dialect]
    for _ in range(100):
        b = Builder(rng, limit=1 << 11 if small else 1 << 14, work=1 << 17 if small else 1 << 21)
        for _ in range(rng.choice((1, 1, 2))):
            first_input(b, dialect)
        wanted = rng.choice((1, 2, 3, 4, 6, 8, 12))
        made = 0
        for _ in range(20 * wanted):
            op = rng.choices(list(ops), ops.values())[0]
            before = len(b.lines), len(b.values), len(b.inputs)
            try:
                op(b)
            except Skip:
                # What an operation wrote before it gave up is not used.
                del b.lines[before[0]:], b.values[before[1]:], b.inputs[before[2]:]
                continue
            made += 1
            if made == wanted:
                break
        if made:
            return b.function(name), b.resources
    raise RuntimeError("no program came about")


def program(seed, number, small=False):
    """The text of one module."""
    rng = random.Random("%s/%d" % (seed, number))
    dialect = rng.choices(("aten", "linalg", "tosa"), (6, 3, 1))[0]
    text, resources = function(rng, "main", dialect, small)
    head = "// Program %d of seed %s (%s).\n" % (number, seed, dialect)
    if resources:
        text += "{-#\n  dialect_resources: {builtin: {%s}}\n#-}\n" % ",\n    ".join(resources)
    return head + text
