"""Random views of aten: what moves elements and computes nothing."""

from aten_text import ints, one
from builder import Skip, count


def transpose(b):
    x = b.pick(lambda v: v.rank >= 2)
    i, j = b.random.sample(range(x.rank), 2)
    shape = list(x.shape)
    shape[i], shape[j] = shape[j], shape[i]
    one(b, "transpose", [x], shape, x.dtype, "dim0 = %d : i64, dim1 = %d : i64" % (i, j))


def permute(b):
    x = b.pick(lambda v: v.rank >= 3)
    dims = list(range(x.rank))
    b.random.shuffle(dims)
    one(b, "permute", [x], [x.shape[d] for d in dims], x.dtype, "dims = %s" % ints(dims))


def factors(b, total, rank):
    shape = []
    for _ in range(rank - 1):
        divisors = [d for d in range(1, min(total, 64) + 1) if total % d == 0]
        shape.append(b.choice(divisors))
        total //= shape[-1]
    shape.append(total)
    b.random.shuffle(shape)
    return shape


def reshape(b):
    x = b.pick()
    shape = factors(b, x.elements, b.random.randint(1, 4))
    one(b, "reshape", [x], shape, x.dtype, "shape = %s" % ints(shape))


def flatten(b):
    x = b.pick(lambda v: v.rank >= 2)
    start = b.random.randrange(x.rank - 1)
    shape = list(x.shape[:start]) + [count(x.shape[start:])]
    one(b, "flatten", [x], shape, x.dtype, "start_dim = %d : i64" % start)


def expand(b):
    x = b.pick(lambda v: v.rank <= 3)
    shape = [b.choice((2, 3, 5)) if size == 1 else size for size in x.shape]
    if b.chance(0.5):
        shape.insert(0, b.choice((2, 3)))
    one(b, "expand", [x], shape, x.dtype, "size = %s" % ints(shape))


def squeeze(b):
    x = b.pick(lambda v: 1 in v.shape)
    d = x.shape.index(1)
    one(b, "squeeze", [x], x.shape[:d] + x.shape[d + 1:], x.dtype, "dim = %s" % ints([d]))


def unsqueeze(b):
    x = b.pick(lambda v: v.rank <= 3)
    d = b.random.randint(0, x.rank)
    one(b, "unsqueeze", [x], x.shape[:d] + (1,) + x.shape[d:], x.dtype, "dim = %d : i64" % d)


def slice_(b):
    x = b.pick(lambda v: v.rank >= 1)
    d = b.dim(x)
    size = x.shape[d]
    start = b.random.randrange(size)
    end = b.random.randint(start + 1, size)
    step = b.choice((1, 1, 1, 2, 3))
    shape = list(x.shape)
    shape[d] = -(-(end - start) // step)
    one(b, "slice", [x], shape, x.dtype,
        "dim = %d : i64, start = %d : i64, end = %d : i64, step = %d : i64" % (d, start, end, step))


def select(b):
    x = b.pick(lambda v: v.rank >= 1)
    d = b.dim(x)
    one(b, "select", [x], x.shape[:d] + x.shape[d + 1:], x.dtype,
        "dim = %d : i64, index = %d : i64" % (d, b.random.randrange(x.shape[d])))


def cat(b):
    x = b.pick(lambda v: v.rank >= 1 and v.dtype != "i1")
    d = b.dim(x)
    parts = [x]
    for _ in range(b.random.randint(1, 2)):
        shape = list(x.shape)
        shape[d] = b.choice((shape[d], b.size()))
        parts.append(b.other(shape, x.dtype))
    b.random.shuffle(parts)
    shape = list(x.shape)
    shape[d] = sum(part.shape[d] for part in parts)
    one(b, "cat", parts, shape, x.dtype, "dim = %d : i64" % d)


def stack(b):
    x = b.pick(lambda v: v.rank <= 3 and v.dtype != "i1")
    d = b.random.randint(0, x.rank)
    one(b, "stack", [x, b.other(x.shape, x.dtype)], x.shape[:d] + (2,) + x.shape[d:], x.dtype,
        "dim = %d : i64" % d)


def flip(b):
    x = b.pick(lambda v: v.rank >= 1)
    one(b, "flip", [x], x.shape, x.dtype, "dims = %s" % ints([b.dim(x)]))


def roll(b):
    x = b.pick(lambda v: v.rank >= 1)
    d = b.dim(x)
    one(b, "roll", [x], x.shape, x.dtype,
        "shifts = %s, dims = %s" % (ints([b.random.randrange(x.shape[d])]), ints([d])))


def pad(b):
    x = b.pick(lambda v: v.rank >= 1 and v.dtype != "i1")
    rank = b.random.randint(1, min(2, x.rank))
    amounts = [b.choice((0, 1, 2, 3)) for _ in range(2 * rank)]
    shape = list(x.shape)
    for i in range(rank):
        shape[x.rank - 1 - i] += amounts[2 * i] + amounts[2 * i + 1]
    one(b, "pad", [x], shape, x.dtype, "pad = %s, value = %d.0 : f64" % (ints(amounts), b.choice((0, 1))))


def unfold(b):
    x = b.pick(lambda v: 1 <= v.rank <= 3 and max(v.shape) > 4)
    d = b.choice([i for i in range(x.rank) if x.shape[i] > 4])
    size, step = b.random.randint(2, 4), b.random.randint(1, 3)
    shape = list(x.shape)
    shape[d] = (shape[d] - size) // step + 1
    one(b, "unfold", [x], shape + [size], x.dtype,
        "dimension = %d : i64, size = %d : i64, step = %d : i64" % (d, size, step))


def triangle(b):
    x = b.pick_float(least=2)
    one(b, b.choice(("tril", "triu")), [x], x.shape, x.dtype,
        "diagonal = %d : i64" % b.choice((-1, 0, 0, 2)))


def repeat(b):
    x = b.pick(lambda v: 1 <= v.rank <= 3)
    times = [b.choice((1, 2, 3)) for _ in x.shape]
    one(b, "repeat", [x], [n * s for n, s in zip(times, x.shape)], x.dtype, "repeats = %s" % ints(times))


def diagonal(b):
    x = b.pick(lambda v: v.rank == 2 and min(v.shape) > 1)
    offset = b.choice((0, 1, -1))
    rows, columns = x.shape
    length = min(rows, columns - offset) if offset >= 0 else min(rows + offset, columns)
    one(b, "diagonal", [x], [length], x.dtype, "offset = %d : i64" % offset)


# Weights among all operators.
VIEWS = {
    transpose: 3, permute: 2, reshape: 3, flatten: 1, expand: 2, squeeze: 1, unsqueeze: 1, slice_: 3,
    select: 1, cat: 2, stack: 1, flip: 1, roll: 1, pad: 2, unfold: 1, triangle: 1, repeat: 1, diagonal: 1,
}  # fmt: skip
