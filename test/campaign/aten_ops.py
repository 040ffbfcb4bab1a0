"""Random operators of aten, each a function of a builder."""

from aten_text import emit, ints, one
from aten_views import VIEWS
from builder import FLOATS, WHOLE, Skip, broadcast, count

UNARY = (
    "exp exp2 expm1 log log2 log10 log1p sqrt rsqrt reciprocal sin cos tan atan"
    " sinh cosh erf erfc abs neg sign square floor ceil round trunc relu tanh sigmoid"
    " silu mish softsign log_sigmoid hardsigmoid hardswish selu"
).split()
WITH_ATTRS = {
    "gelu": ("approximate = #aten.gelu<none>", "approximate = #aten.gelu<tanh>"),
    "leaky_relu": ("negative_slope = 0.1 : f64",),
    "elu": ("alpha = 0.5 : f64",),
    "celu": ("alpha = 0.5 : f64",),
    "hardtanh": ("min_val = -1.0 : f64, max_val = 6.0 : f64",),
    "hardshrink": ("lambd = 0.25 : f64",),
    "softshrink": ("lambd = 0.25 : f64",),
    "softplus": ("beta = 2.0 : f64",),
    "threshold": ("threshold = 0.1 : f64, value = 20.0 : f64",),
    "clamp": ("min = 0.0 : f64, max = 6.0 : f64", "max = 1.0 : f64"),
}
BINARY = "add sub mul div maximum minimum atan2 pow".split()
COMPARE = "eq ne lt le gt ge".split()


# Pointwise


def unary(b):
    x = b.pick_float()
    if b.chance(0.3):
        op = b.choice(WITH_ATTRS)
        return one(b, op, [x], x.shape, x.dtype, b.choice(WITH_ATTRS[op]))
    one(b, b.choice(UNARY), [x], x.shape, x.dtype)


def broadcast_partner(b, x):
    """A shape that broadcasts with that of `x`."""
    shape = list(x.shape)
    kind = b.random.randrange(4)
    if kind == 1:
        shape = shape[b.random.randrange(len(shape) + 1):]
    elif kind == 2:
        shape = [1 if b.chance(0.5) else size for size in shape]
    return shape


def binary(b):
    x = b.pick_float()
    y = b.other(broadcast_partner(b, x), x.dtype)
    attrs = "alpha = 0.5 : f64" if b.chance(0.15) else ""
    op = b.choice(BINARY)
    pair = [x, y] if b.chance(0.7) else [y, x]
    one(b, op, pair, broadcast(x.shape, y.shape), x.dtype,
        attrs if op in ("add", "sub") else "")


def whole_binary(b):
    x = b.pick(lambda v: v.dtype in WHOLE)
    y = b.other(broadcast_partner(b, x), x.dtype)
    one(b, b.choice(("add", "sub", "mul", "maximum", "minimum", "bitwise_and", "bitwise_xor")),
        [x, y], broadcast(x.shape, y.shape), x.dtype)


def compare(b):
    x = b.pick(lambda v: v.dtype != "i1")
    y = b.other(broadcast_partner(b, x), x.dtype)
    one(b, b.choice(COMPARE), [x, y], broadcast(x.shape, y.shape), "i1")


def logic(b):
    x = b.pick(lambda v: v.dtype == "i1")
    if b.chance(0.3):
        return one(b, "logical_not", [x], x.shape, "i1")
    y = b.other(x.shape, "i1")
    one(b, b.choice(("logical_and", "logical_or", "logical_xor")), [x, y], x.shape, "i1")


def where(b):
    x = b.pick_float()
    mask = b.other(broadcast_partner(b, x), "i1")
    y = b.other(broadcast_partner(b, x), x.dtype)
    one(b, "where", [mask, x, y], x.shape, x.dtype)


def convert(b):
    x = b.pick()
    to = b.choice(FLOATS + WHOLE) if x.dtype in FLOATS + WHOLE else b.choice(FLOATS)
    if x.dtype in FLOATS and to in WHOLE and b.chance(0.5):
        to = "f32"
    one(b, "to", [x], x.shape, to, "dtype = %s" % to)


def prelu(b):
    x = b.pick_float(least=2)
    one(b, "prelu", [x, b.other([x.shape[1]], x.dtype)], x.shape, x.dtype)


def glu(b):
    x = b.pick_float(least=1)
    d = b.dim(x)
    if x.shape[d] % 2:
        raise Skip
    shape = list(x.shape)
    shape[d] //= 2
    one(b, "glu", [x], shape, x.dtype, "dim = %d : i64" % d)


# Reductions


def reduced(b, x):
    most = b.choice((1, 1, 1, 2, x.rank))
    dims = sorted(b.random.sample(range(x.rank), min(x.rank, most)))
    keep = b.chance(0.4)
    shape = [1 if d in dims else s for d, s in enumerate(x.shape) if keep or d not in dims]
    return shape, "dim = %s, keepdim = %s" % (ints(dims), str(keep).lower())


def reduction(b):
    x = b.pick_float(least=1)
    op = b.choice("sum mean amax amin logsumexp var std linalg_vector_norm".split())
    shape, attrs = reduced(b, x)
    if op in ("var", "std") and x.elements // max(1, count(shape)) < 2:
        raise Skip
    one(b, op, [x], shape, x.dtype, attrs)


def whole_reduction(b):
    x = b.pick(lambda v: v.dtype in WHOLE and v.rank >= 1)
    shape, attrs = reduced(b, x)
    op = b.choice(("sum", "amax", "amin"))
    one(b, op, [x], shape, "i64" if op == "sum" else x.dtype, attrs)


def truth_reduction(b):
    x = b.pick(lambda v: v.dtype == "i1" and v.rank >= 1)
    shape, attrs = reduced(b, x)
    one(b, b.choice(("any", "all")), [x], shape, "i1", attrs)


def arg_reduction(b):
    x = b.pick_float(least=1)
    d = b.dim(x)
    shape = x.shape[:d] + x.shape[d + 1:]
    if b.chance(0.5):
        return one(b, b.choice(("argmax", "argmin")), [x], shape, "i64", "dim = %d : i64" % d)
    values, places = b.add(shape, x.dtype), b.add(shape, "i64")
    emit(b, b.choice(("max_dim", "min_dim")), [x], [values, places], "dim = %d : i64" % d)


def prod(b):
    x = b.pick_float(least=1)
    d = b.dim(x)
    one(b, "prod", [x], x.shape[:d] + x.shape[d + 1:], x.dtype, "dim = %d : i64" % d)


def scan(b):
    x = b.pick_float(least=1)
    one(b, b.choice(("cumsum", "cumsum", "cumprod")), [x], x.shape, x.dtype, "dim = %d : i64" % b.dim(x))


def softmax(b):
    x = b.pick_float(least=1)
    one(b, b.choice(("softmax", "softmax", "log_softmax")), [x], x.shape, x.dtype,
        "dim = %d : i64" % b.choice((-1, -1, b.dim(x))))


def row_norm(b):
    x = b.pick_float(least=2)
    shape = x.shape[-1:] if b.chance(0.7) else x.shape[1:]
    op = b.choice(("layer_norm", "rms_norm"))
    operands = [x, b.other(shape, x.dtype)]
    if op == "layer_norm":
        operands.append(b.other(shape, x.dtype))
    one(b, op, operands, x.shape, x.dtype, "normalized_shape = %s" % ints(shape))


def channel_norm(b):
    x = b.pick_float(least=3, most=4)
    channels = x.shape[1]
    op = b.choice(("group_norm", "instance_norm", "batch_norm"))
    if op == "instance_norm":
        return one(b, op, [x], x.shape, x.dtype)
    weights = [b.other([channels], x.dtype) for _ in range(2 if op == "group_norm" else 4)]
    groups = b.choice([g for g in range(1, channels + 1) if channels % g == 0])
    one(b, op, [x] + weights, x.shape, x.dtype,
        "num_groups = %d : i64" % groups if op == "group_norm" else "")


# Products


def product(b, m, n, k, batch=1):
    if m * n * k * batch > b.work:
        raise Skip


def mm(b):
    x = b.pick_float(rank=2)
    (m, k), n = x.shape, b.size()
    product(b, m, n, k)
    op = b.choice(("mm", "matmul", "addmm", "linear"))
    if op == "linear":
        operands = [x, b.other([n, k], x.dtype)] + ([b.other([n], x.dtype)] if b.chance(0.7) else [])
    else:
        operands = [x, b.other([k, n], x.dtype)]
    if op == "addmm":
        operands.insert(0, b.other(b.choice(([n], [m, n])), x.dtype))
    one(b, op, operands, [m, n], x.dtype)


def bmm(b):
    x = b.pick_float(rank=3)
    (batch, m, k), n = x.shape, b.size()
    product(b, m, n, k, batch)
    one(b, b.choice(("bmm", "matmul")), [x, b.other([batch, k, n], x.dtype)], [batch, m, n], x.dtype)


def linear(b):
    x = b.pick_float(least=1, most=4)
    n = b.size()
    product(b, x.elements, n, 1)
    one(b, "linear", [x, b.other([n, x.shape[-1]], x.dtype), b.other([n], x.dtype)],
        list(x.shape[:-1]) + [n], x.dtype)


def einsum(b):
    x = b.pick_float(rank=3)
    i, j, k = x.shape
    n = b.choice((2, 3, 8, 17))
    product(b, i * j, n, k)
    one(b, "einsum", [x, b.other([k, n], x.dtype)], [i, n, j], x.dtype,
        'equation = "ijk,kn->inj"')


def attention(b):
    x = b.pick_float(rank=4)
    batch, heads, rows, head = x.shape
    columns = b.choice((rows, rows, b.size()))
    product(b, rows, columns, head, batch * heads)
    keys = [b.other([batch, heads, columns, head], x.dtype) for _ in range(2)]
    causal = b.chance(0.4) and rows == columns
    one(b, "scaled_dot_product_attention", [x] + keys, x.shape, x.dtype,
        "is_causal = true" if causal else "")


def window(b, x, spatial, limit=4):
    """Kernel, stride and padding of each dimension, and the sizes that come of it."""
    kernel, stride, padding, sizes = [], [], [], []
    for size in x.shape[-spatial:]:
        k = b.random.randint(1, min(limit, size))
        s, p = b.choice((1, 1, 2, 3)), b.random.randint(0, k // 2)
        kernel.append(k)
        stride.append(s)
        padding.append(p)
        sizes.append((size + 2 * p - k) // s + 1)
    return kernel, stride, padding, sizes


def convolution(b):
    x = b.pick_float(least=3, most=4)
    spatial = x.rank - 2
    kernel, stride, padding, sizes = window(b, x, spatial)
    channels = x.shape[1]
    groups = b.choice([g for g in (1, 1, 2, channels) if channels % g == 0])
    outputs = groups * b.choice((1, 2, 3, 5, 8))
    product(b, x.shape[0] * count(sizes), outputs, channels // groups * count(kernel))
    operands = [x, b.other([outputs, channels // groups] + kernel, x.dtype)]
    if b.chance(0.5):
        operands.append(b.other([outputs], x.dtype))
    attrs = "stride = %s, padding = %s" % (ints(stride), ints(padding))
    if groups > 1:
        attrs += ", groups = %d : i64" % groups
    one(b, "convolution", operands, [x.shape[0], outputs] + sizes, x.dtype, attrs)


def transposed_convolution(b):
    x = b.pick_float(least=3, most=4)
    spatial = x.rank - 2
    kernel = [b.random.randint(1, 3) for _ in range(spatial)]
    stride = [b.choice((1, 2)) for _ in range(spatial)]
    sizes = [(n - 1) * s + k for n, s, k in zip(x.shape[2:], stride, kernel)]
    outputs = b.choice((1, 2, 3, 5))
    product(b, x.shape[0] * count(sizes), outputs, x.shape[1] * count(kernel))
    one(b, "convolution", [x, b.other([x.shape[1], outputs] + kernel, x.dtype)],
        [x.shape[0], outputs] + sizes, x.dtype,
        "stride = %s, padding = %s, transposed = true" % (ints(stride), ints([0] * spatial)))


def pool(b):
    x = b.pick_float(least=3, most=4)
    kernel, stride, padding, sizes = window(b, x, x.rank - 2)
    one(b, b.choice(("max_pool", "avg_pool")), [x], list(x.shape[:2]) + sizes, x.dtype,
        "kernel_size = %s, stride = %s, padding = %s" % (ints(kernel), ints(stride), ints(padding)))


def adaptive_pool(b):
    x = b.pick_float(rank=4)
    sizes = [b.random.randint(1, size) for size in x.shape[2:]]
    one(b, b.choice(("adaptive_avg_pool", "adaptive_max_pool")), [x], list(x.shape[:2]) + sizes,
        x.dtype, "output_size = %s" % ints(sizes))


# What else there is


def full(b):
    shape, dtype = b.shape(b.random.randint(0, 3)), b.float_type()
    one(b, "full", [], shape, dtype, "size = %s, value = 0.5 : f64, dtype = %s" % (ints(shape), dtype))


def arange(b):
    n = b.size()
    one(b, "arange", [], [n], "i64", "start = 0.0 : f64, end = %d.0 : f64, dtype = i64" % n)


def embedding(b):
    table = b.pick_float(rank=2)
    shape = b.shape(b.choice((1, 2)))
    if count(shape) * table.shape[1] > b.limit:
        raise Skip
    one(b, "embedding", [table, b.input(shape, "i64")], list(shape) + [table.shape[1]], table.dtype)


def loss(b):
    x = b.pick_float(least=1)
    one(b, b.choice(("mse_loss", "l1_loss", "huber_loss", "smooth_l1_loss")),
        [x, b.other(x.shape, x.dtype)], [], x.dtype)


OPS = {
    unary: 10, binary: 10, whole_binary: 2, compare: 2, logic: 2, where: 3, convert: 3, prelu: 1, glu: 1,
    **VIEWS,
    reduction: 6, whole_reduction: 1, truth_reduction: 1, arg_reduction: 2, prod: 1, scan: 2, softmax: 3,
    row_norm: 3, channel_norm: 2, mm: 6, bmm: 3, linear: 3, einsum: 1, attention: 3, convolution: 5,
    transposed_convolution: 1, pool: 3, adaptive_pool: 1, full: 1, arange: 1, embedding: 0.5, loss: 1,
}  # fmt: skip
