"""Cases of every aten op: ragged sizes, ones, negative dimensions, dtypes."""

import itertools
import math

import torch
import torch.nn.functional as F
from harness import Case

LOW = (torch.float32, torch.float64, torch.bfloat16, torch.float16)
FLOAT = (torch.float32, torch.float64)
ANY = (torch.float32,)

CASES = []
_names = set()


def case(op, inputs, fn, attrs="", name="", **rest):
    base = "%s_%s" % (op, name) if name else op
    unique = base
    for number in itertools.count(2):
        if unique not in _names:
            break
        unique = "%s_%d" % (base, number)
    _names.add(unique)
    CASES.append(Case(unique, op, list(inputs), fn, attrs, **rest))


def randn(*sizes):
    return torch.randn(*sizes, generator=_generator, dtype=torch.float64)


def rand(*sizes):
    return torch.rand(*sizes, generator=_generator, dtype=torch.float64)


def ints(low, high, sizes, dtype=torch.int64):
    return torch.randint(low, high, sizes, generator=_generator).to(dtype)


_generator = torch.Generator().manual_seed(20240817)
INF, NAN = math.inf, math.nan
SPECIAL = torch.tensor(
    [0.0, -0.0, 1.0, -1.0, INF, -INF, NAN, 1e-3, -2.5, 3.5, 0.5, 80.0, -80.0]
).double()


def lst(values):
    """A list of integers as an attribute."""
    if len(values) == 0:
        return "array<i64>"
    return "array<i64: %s>" % ", ".join(str(v) for v in values)


def i64(value):
    return "%d : i64" % value


def f64(value):
    if math.isinf(value) or math.isnan(value):
        bits = {INF: "0x7FF0000000000000", -INF: "0xFFF0000000000000"}[value]
        return bits + " : f64"
    return "%.17e : f64" % value


def flag(value):
    return "true" if value else "false"


def attrs(**values):
    """An attribute dictionary; integers are i64, floats f64."""
    parts = []
    for key, value in values.items():
        if isinstance(value, bool):
            text = flag(value)
        elif isinstance(value, int):
            text = i64(value)
        elif isinstance(value, float):
            text = f64(value)
        elif isinstance(value, (list, tuple)):
            text = lst(value)
        else:
            text = value
        parts.append("%s = %s" % (key, text))
    return ", ".join(parts)
