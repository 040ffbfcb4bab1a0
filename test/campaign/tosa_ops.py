"""Random operations of TOSA."""

from builder import Skip, Value, count, tensor_type

UNARY = "exp tanh sigmoid rsqrt reciprocal abs negate floor ceil log erf".split()


def define(b, op, operands, shape, dtype, attrs="", extra=()):
    """`extra` are names and types of operands that are no values of ours."""
    result = b.add(shape, dtype)
    names = [v.name for v in operands] + [name for name, _ in extra]
    types = [v.type for v in operands] + [type_ for _, type_ in extra]
    b.line("%s = tosa.%s %s%s : (%s) -> %s"
           % (result.name, op, ", ".join(names), " {%s}" % attrs if attrs else "", ", ".join(types),
              result.type), [result], operands)  # fmt: skip


def shape_of(b, shape):
    name, type_ = b.name(), "!tosa.shape<%d>" % len(shape)
    b.line("%s = tosa.const_shape {values = dense<%s> : tensor<%dxindex>} : () -> %s"
           % (name, list(shape), len(shape), type_))
    return name, type_


def number(b, text, dtype):
    name, type_ = b.name(), "tensor<1x%s>" % dtype
    b.line('%s = "tosa.const"() {values = dense<%s> : %s} : () -> %s' % (name, text, type_, type_))
    return name, type_


def unary(b):
    x = b.pick_float()
    op = b.choice(UNARY)
    zeros = [number(b, "0.0", x.dtype), number(b, "0.0", x.dtype)] if op == "negate" else ()
    define(b, op, [x], x.shape, x.dtype, extra=zeros)


def binary(b):
    x = b.pick_float()
    shape = [1 if b.chance(0.3) else n for n in x.shape]
    y = b.other(shape, x.dtype)
    op = b.choice(("add", "sub", "mul", "maximum", "minimum", "pow"))
    define(b, op, [x, y], x.shape, x.dtype, extra=[number(b, "0", "i8")] if op == "mul" else ())


def clamp(b):
    x = b.pick_float()
    define(b, "clamp", [x], x.shape, x.dtype, "min_val = 0.0 : %s, max_val = 6.0 : %s" % (x.dtype, x.dtype))


def choose(b):
    x = b.pick_float()
    y = b.other(x.shape, x.dtype)
    define(b, b.choice(("greater", "greater_equal", "equal")), [x, y], x.shape, "i1")
    define(b, "select", [b.values[-1], x, y], x.shape, x.dtype)


def reduce(b):
    x = b.pick_float(least=1)
    d = b.dim(x)
    shape = list(x.shape)
    shape[d] = 1
    define(b, b.choice(("reduce_sum", "reduce_max", "reduce_min", "reduce_product")), [x], shape, x.dtype,
           "axis = %d : i32" % d)


def argmax(b):
    x = b.pick_float(least=2)
    d = b.dim(x)
    define(b, "argmax", [x], x.shape[:d] + x.shape[d + 1:], "i32", "axis = %d : i32" % d)


def reshape(b):
    x = b.pick_float(least=1)
    first = b.choice([f for f in range(1, min(64, x.elements) + 1) if x.elements % f == 0])
    shape = [first, x.elements // first]
    if b.chance(0.4):
        shape.insert(b.random.randint(0, 2), 1)
    define(b, "reshape", [x], shape, x.dtype, extra=[shape_of(b, shape)])


def transpose(b):
    x = b.pick_float(least=2)
    order = list(range(x.rank))
    b.random.shuffle(order)
    define(b, "transpose", [x], [x.shape[d] for d in order], x.dtype,
           "perms = array<i32: %s>" % ", ".join(map(str, order)))


def concat(b):
    x = b.pick_float(least=1)
    d = b.dim(x)
    shape = list(x.shape)
    shape[d] = b.choice((shape[d], b.size()))
    y = b.other(shape, x.dtype)
    shape[d] += x.shape[d]
    define(b, "concat", [x, y], shape, x.dtype, "axis = %d : i32" % d)


def slice_(b):
    x = b.pick_float(least=1)
    start = [b.random.randrange(n) for n in x.shape]
    size = [b.random.randint(1, n - s) for n, s in zip(x.shape, start)]
    define(b, "slice", [x], size, x.dtype, extra=[shape_of(b, start), shape_of(b, size)])


def pad(b):
    x = b.pick_float(least=1)
    amounts = [b.choice((0, 0, 1, 2)) for _ in range(2 * x.rank)]
    shape = [n + amounts[2 * d] + amounts[2 * d + 1] for d, n in enumerate(x.shape)]
    define(b, "pad", [x], shape, x.dtype, extra=[shape_of(b, amounts), number(b, "0.0", x.dtype)])


def tile(b):
    x = b.pick_float(least=1, most=3)
    times = [b.choice((1, 2, 3)) for _ in x.shape]
    define(b, "tile", [x], [n * t for n, t in zip(x.shape, times)], x.dtype, extra=[shape_of(b, times)])


def matmul(b):
    x = b.pick_float(rank=3)
    n = b.size()
    if x.elements * n > b.work:
        raise Skip
    zeros = [number(b, "0.0", x.dtype), number(b, "0.0", x.dtype)]
    define(b, "matmul", [x, b.other([x.shape[0], x.shape[2], n], x.dtype)], [x.shape[0], x.shape[1], n],
           x.dtype, extra=zeros)


def conv2d(b):
    x = b.pick_float(rank=4)
    kernel = [b.random.randint(1, min(3, n)) for n in x.shape[1:3]]
    padding = [b.random.randint(0, k // 2) for k in kernel]
    sizes = [n + 2 * p - k + 1 for n, p, k in zip(x.shape[1:3], padding, kernel)]
    outputs = b.choice((1, 3, 8))
    if x.shape[0] * count(sizes) * outputs * x.shape[3] * count(kernel) > b.work:
        raise Skip
    weights = b.other([outputs] + kernel + [x.shape[3]], x.dtype)
    zeros = [number(b, "0.0", x.dtype), number(b, "0.0", x.dtype)]
    define(b, "conv2d", [x, weights, b.other([outputs], x.dtype)], [x.shape[0]] + sizes + [outputs], x.dtype,
           "acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: %d, %d, %d, %d>,"
           " stride = array<i64: 1, 1>" % (padding[0], padding[0], padding[1], padding[1]), extra=zeros)


def max_pool(b):
    x = b.pick_float(rank=4)
    kernel = [b.random.randint(1, min(3, n)) for n in x.shape[1:3]]
    sizes = [n - k + 1 for n, k in zip(x.shape[1:3], kernel)]
    define(b, "max_pool2d", [x], [x.shape[0]] + sizes + [x.shape[3]], x.dtype,
           "kernel = array<i64: %d, %d>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>" % tuple(kernel))


def cast(b):
    x = b.pick_float()
    define(b, "cast", [x], x.shape, b.choice([t for t in ("f32", "bf16", "f16") if t != x.dtype]))


OPS = {
    unary: 8, binary: 8, clamp: 2, choose: 2, reduce: 5, argmax: 1, reshape: 3, transpose: 3, concat: 2,
    slice_: 2, pad: 2, tile: 1, matmul: 5, conv2d: 3, max_pool: 2, cast: 2,
}  # fmt: skip
