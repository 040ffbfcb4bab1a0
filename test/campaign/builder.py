"""The values and the text of one random program."""

import dataclasses

FLOATS = ("f32", "bf16", "f16")
WHOLE = ("i64", "i32")

# Sizes that tile well, and those just beside them.
SIZES = (1, 2, 3, 4, 5, 7, 8, 12, 13, 16, 17, 24, 31, 32, 33, 48, 63, 64, 65, 96, 100)
LARGE = (127, 128, 129, 200, 255, 256, 257, 384, 500, 512, 1000, 1023, 1024, 1025, 2000)


@dataclasses.dataclass(frozen=True)
class Value:
    name: str
    shape: tuple
    dtype: str

    @property
    def rank(self):
        return len(self.shape)

    @property
    def type(self):
        return tensor_type(self.shape, self.dtype)

    @property
    def elements(self):
        return count(self.shape)


def count(shape):
    product = 1
    for size in shape:
        product *= size
    return product


def tensor_type(shape, dtype):
    return "tensor<%s>" % "x".join([str(size) for size in shape] + [dtype])


def broadcast(a, b):
    """The shape that two shapes broadcast to, or None."""
    result = []
    for i in range(max(len(a), len(b))):
        x = a[len(a) - 1 - i] if i < len(a) else 1
        y = b[len(b) - 1 - i] if i < len(b) else 1
        if x != y and 1 not in (x, y):
            return None
        result.append(max(x, y))
    return tuple(reversed(result))


class Skip(Exception):
    """The operation that was chosen does not fit what there is."""


class Builder:
    """Collects operations. `limit` bounds the elements of each value, `work`
    the multiply-adds of each product."""

    def __init__(self, random, limit=1 << 14, work=1 << 21):
        self.random = random
        self.limit = limit
        self.work = work
        self.values = []
        self.inputs = []
        self.lines = []
        self.resources = []
        self.used = {}
        self.fresh = 0

    # Choices

    def chance(self, probability):
        return self.random.random() < probability

    def choice(self, options):
        return self.random.choice(list(options))

    def size(self):
        return self.choice(LARGE if self.chance(0.15) else SIZES)

    def shape(self, rank):
        for _ in range(100):
            shape = tuple(self.size() for _ in range(rank))
            if count(shape) <= self.limit:
                return shape
        return tuple(self.choice((1, 2, 3, 5)) for _ in range(rank))

    def float_type(self):
        return self.choice(("f32", "f32", "f32", "f32", "bf16", "f16"))

    def dim(self, value):
        if not value.rank:
            raise Skip
        return self.random.randrange(value.rank)

    # Values

    def name(self):
        self.fresh += 1
        return "%%v%d" % self.fresh

    def input(self, shape, dtype):
        value = Value("%%a%d" % len(self.inputs), tuple(shape), dtype)
        if value.elements > 16 * self.limit:
            raise Skip
        self.inputs.append(value)
        self.values.append(value)
        return value

    def add(self, shape, dtype):
        """A new value; the caller writes the operation that defines it."""
        shape = tuple(shape)
        if count(shape) > self.limit or 0 in shape:
            raise Skip
        return Value(self.name(), shape, dtype)

    def line(self, text, results=(), operands=()):
        self.lines.append("  " + text)
        for operand in operands:
            self.used[operand.name] = self.used.get(operand.name, 0) + 1
        self.values.extend(results)

    def pick(self, test=lambda value: True):
        """One of the values that pass, the latest ones most likely."""
        fitting = [value for value in self.values if test(value)]
        if not fitting:
            raise Skip
        if self.chance(0.6):
            return fitting[-1]
        return self.choice(fitting[-4:] if self.chance(0.6) else fitting)

    def pick_float(self, rank=None, least=0, most=9):
        return self.pick(
            lambda v: v.dtype in FLOATS
            and (v.rank == rank if rank is not None else least <= v.rank <= most)
        )

    def other(self, shape, dtype):
        """A value of this shape: one that there is, or a further input."""
        shape = tuple(shape)
        fitting = [v for v in self.values if v.shape == shape and v.dtype == dtype]
        if fitting and self.chance(0.6):
            return self.choice(fitting)
        return self.input(shape, dtype)

    # The module

    def results(self):
        """What nobody reads, and now and then what somebody does."""
        inputs = {value.name for value in self.inputs}
        made = [value for value in self.values if value.name not in inputs]
        results = [v for v in made if not self.used.get(v.name)]
        for value in made:
            if self.used.get(value.name) and self.chance(0.1):
                results.append(value)
        if not made:
            raise Skip
        self.random.shuffle(results)
        return results or made[-1:]

    def function(self, name):
        results = self.results()
        arguments = ", ".join("%s: %s" % (v.name, v.type) for v in self.inputs)
        types = ", ".join(v.type for v in results)
        return "func.func @%s(%s) -> (%s) {\n%s\n  return %s : %s\n}\n" % (
            name,
            arguments,
            types,
            "\n".join(self.lines),
            ", ".join(v.name for v in results),
            types,
        )
