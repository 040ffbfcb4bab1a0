"""Random operations on tensors as importers of Torch programs emit them."""

from builder import FLOATS, Skip, Value, broadcast, count, tensor_type

# Bodies of one float; %x and %y are the elements, {t} is their type.
UNARY = {
    "exp": "%z = math.exp %x : {t}",
    "tanh": "%z = math.tanh %x : {t}",
    "erf": "%z = math.erf %x : {t}",
    "abs": "%z = math.absf %x : {t}",
    "rsqrt": "%z = math.rsqrt %x : {t}",
    "neg": "%z = arith.negf %x : {t}",
    "relu": "%c = arith.cmpf ugt, %x, %zero : {t}\n      %z = arith.select %c, %x, %zero : {t}",
    "sigmoid": "%n = arith.negf %x : {t}\n      %e = math.exp %n : {t}\n"
    "      %s = arith.addf %e, %one : {t}\n      %z = arith.divf %one, %s : {t}",
    "square": "%z = arith.mulf %x, %x : {t}",
}
BINARY = {
    "add": "%z = arith.addf %x, %y : {t}",
    "sub": "%z = arith.subf %x, %y : {t}",
    "mul": "%z = arith.mulf %x, %y : {t}",
    "div": "%z = arith.divf %x, %y : {t}",
    "max": "%z = arith.maximumf %x, %y : {t}",
    "min": "%z = arith.minimumf %x, %y : {t}",
    "select": "%c = arith.cmpf olt, %x, %y : {t}\n      %z = arith.select %c, %x, %y : {t}",
}
COMBINE = {
    "sum": ("0.0", "%z = arith.addf %x, %out : {t}"),
    "max": ("0xFF800000", "%z = arith.maximumf %x, %out : {t}"),
    "squares": ("0.0", "%q = arith.mulf %x, %x : {t}\n      %z = arith.addf %q, %out : {t}"),
}


def infinity(dtype):
    return {"f32": "0xFF800000", "bf16": "0xFF80", "f16": "0xFC00"}[dtype]


def dims(rank):
    return ", ".join("d%d" % d for d in range(rank))


def projection(rank, coordinates):
    return "affine_map<(%s) -> (%s)>" % (dims(rank), ", ".join(coordinates))


def scalar(b, text, dtype):
    name = b.name()
    b.line("%s = arith.constant %s : %s" % (name, text, dtype))
    return name


def empty(b, shape, dtype):
    name = b.name()
    b.line("%s = tensor.empty() : %s" % (name, tensor_type(shape, dtype)))
    return name


def filled(b, shape, dtype, text="0.0"):
    start, name = scalar(b, text, dtype), b.name()
    into, type_ = empty(b, shape, dtype), tensor_type(shape, dtype)
    b.line("%s = linalg.fill ins(%s : %s) outs(%s : %s) -> %s" % (name, start, dtype, into, type_, type_))
    return name


def generic(b, operands, maps, kinds, outs, result, body):
    """One linalg.generic; `body` yields %z."""
    if "%zero" in body:
        body = body.replace("%zero", scalar(b, "0.0", result.dtype))
    if "%one" in body:
        body = body.replace("%one", scalar(b, "1.0", result.dtype))
    names = ["%x", "%y", "%w"][: len(operands)]
    arguments = ["%s: %s" % (n, v.dtype) for n, v in zip(names, operands)]
    arguments.append("%%out: %s" % result.dtype)
    text = "%s = linalg.generic {indexing_maps = [%s], iterator_types = [%s]}" % (
        result.name,
        ", ".join(maps),
        ", ".join('"%s"' % kind for kind in kinds),
    )
    if operands:
        text += " ins(%s : %s)" % (
            ", ".join(v.name for v in operands),
            ", ".join(v.type for v in operands),
        )
    text += " outs(%s : %s) {\n    ^bb0(%s):\n      %s\n      linalg.yield %%z : %s\n    } -> %s" % (
        outs,
        result.type,
        ", ".join(arguments),
        body.replace("{t}", operands[0].dtype if operands else result.dtype),
        result.dtype,
        result.type,
    )
    b.line(text, [result], operands)


def broadcast_map(shape, rank):
    missing = rank - len(shape)
    return projection(rank, ["0" if n == 1 else "d%d" % (missing + d) for d, n in enumerate(shape)])


def elementwise(b):
    x = b.pick_float()
    if b.chance(0.5):
        operands, body = [x], UNARY[b.choice(UNARY)]
    else:
        shape = [1 if b.chance(0.3) else n for n in x.shape]
        if b.chance(0.3):
            shape = shape[b.random.randint(0, len(shape)):]
        operands, body = [x, b.other(shape, x.dtype)], BINARY[b.choice(BINARY)]
    shape = x.shape
    for operand in operands:
        shape = broadcast(shape, operand.shape)
    result = b.add(shape, x.dtype)
    rank = len(shape)
    maps = [broadcast_map(v.shape, rank) if v.shape != shape else projection(rank, ["d%d" % d for d in range(rank)]) for v in operands]
    maps.append(projection(rank, ["d%d" % d for d in range(rank)]))
    generic(b, operands, maps, ["parallel"] * rank, empty(b, shape, x.dtype), result, body)


def convert(b):
    x = b.pick_float()
    to = "f32" if x.dtype != "f32" else b.choice(("bf16", "f16"))
    result = b.add(x.shape, to)
    body = "%%z = arith.%s %%x : %s to %s" % ("extf" if to == "f32" else "truncf", x.dtype, to)
    identity = projection(x.rank, ["d%d" % d for d in range(x.rank)])
    generic(b, [x], [identity] * 2, ["parallel"] * x.rank, empty(b, x.shape, to), result, body)


def reduce(b):
    x = b.pick_float(least=1)
    which = sorted(b.random.sample(range(x.rank), b.choice((1, 1, x.rank))))
    keep = b.chance(0.4)
    shape, coordinates = [], []
    for d, n in enumerate(x.shape):
        if d not in which:
            shape.append(n)
            coordinates.append("d%d" % d)
        elif keep:
            shape.append(1)
            coordinates.append("0")
    result = b.add(shape, x.dtype)
    start, body = COMBINE[b.choice(COMBINE)]
    if start != "0.0":
        start = infinity(x.dtype)
    kinds = ["reduction" if d in which else "parallel" for d in range(x.rank)]
    maps = [projection(x.rank, ["d%d" % d for d in range(x.rank)]), projection(x.rank, coordinates)]
    generic(b, [x], maps, kinds, filled(b, shape, x.dtype, start), result, body)


def argmax(b):
    x = b.pick_float(rank=2)
    rows = x.shape[0]
    value, place = b.add([rows], x.dtype), b.add([rows], "i64")
    first, zero = filled(b, [rows], x.dtype, infinity(x.dtype)), filled(b, [rows], "i64", "0")
    row = "affine_map<(d0, d1) -> (d0)>"
    b.line(
        "%s, %s = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, %s, %s],"
        ' iterator_types = ["parallel", "reduction"]} ins(%s : %s) outs(%s, %s : %s, %s) {\n'
        "    ^bb0(%%x: %s, %%out: %s, %%at: i64):\n      %%n = linalg.index 1 : index\n"
        "      %%j = arith.index_cast %%n : index to i64\n"
        "      %%z = arith.maximumf %%x, %%out : %s\n      %%c = arith.cmpf ogt, %%x, %%out : %s\n"
        "      %%k = arith.select %%c, %%j, %%at : i64\n      linalg.yield %%z, %%k : %s, i64\n    } -> (%s, %s)"
        % (value.name, place.name, row, row, x.name, x.type, first, zero, value.type, place.type,
           x.dtype, x.dtype, x.dtype, x.dtype, x.dtype, value.type, place.type),
        [value, place], [x],
    )  # fmt: skip


def named(b, op, operands, result, attrs=""):
    outs = filled(b, result.shape, result.dtype)
    b.line(
        "%s = %s %sins(%s : %s) outs(%s : %s) -> %s"
        % (result.name, op, attrs, ", ".join(v.name for v in operands),
           ", ".join(v.type for v in operands), outs, result.type, result.type),
        [result], operands,
    )  # fmt: skip


def matmul(b):
    x = b.pick_float(least=2, most=3)
    (m, k), n = x.shape[-2:], b.size()
    if x.elements * n > b.work:
        raise Skip
    lead = x.shape[:-2]
    to = "f32" if b.chance(0.4) else x.dtype
    named(b, "linalg.batch_matmul" if lead else "linalg.matmul",
          [x, b.other(lead + (k, n), x.dtype)], b.add(lead + (m, n), to))


def matvec(b):
    x = b.pick_float(rank=2)
    named(b, "linalg.matvec", [x, b.other([x.shape[1]], x.dtype)], b.add([x.shape[0]], x.dtype))


def conv(b):
    x = b.pick_float(rank=4)
    kernel = [b.random.randint(1, min(3, n)) for n in x.shape[2:]]
    stride = b.choice((1, 2))
    sizes = [(n - k) // stride + 1 for n, k in zip(x.shape[2:], kernel)]
    outputs = b.choice((1, 3, 8))
    if count(sizes) * outputs * x.shape[0] * x.shape[1] * count(kernel) > b.work:
        raise Skip
    weights = b.other([outputs, x.shape[1]] + kernel, x.dtype)
    named(b, "linalg.conv_2d_nchw_fchw", [x, weights], b.add([x.shape[0], outputs] + sizes, x.dtype),
          "{dilations = dense<1> : vector<2xi64>, strides = dense<%d> : vector<2xi64>} " % stride)


def pooling(b):
    x = b.pick_float(rank=4)
    kernel = [b.random.randint(1, min(3, n)) for n in x.shape[2:]]
    sizes = [n - k + 1 for n, k in zip(x.shape[2:], kernel)]
    result = b.add(list(x.shape[:2]) + sizes, x.dtype)
    window, type_ = b.name(), tensor_type(kernel, x.dtype)
    b.line("%s = tensor.empty() : %s" % (window, type_))
    is_max = b.chance(0.5)
    outs = filled(b, result.shape, x.dtype, infinity(x.dtype) if is_max else "0.0")
    b.line(
        "%s = linalg.pooling_nchw_%s {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>}"
        " ins(%s, %s : %s, %s) outs(%s : %s) -> %s"
        % (result.name, "max" if is_max else "sum", x.name, window, x.type, type_, outs,
           result.type, result.type),
        [result], [x],
    )  # fmt: skip


def pad(b):
    x = b.pick_float(least=1)
    low = [b.choice((0, 0, 1, 2)) for _ in x.shape]
    high = [b.choice((0, 0, 1, 3)) for _ in x.shape]
    result = b.add([n + p + q for n, p, q in zip(x.shape, low, high)], x.dtype)
    value = scalar(b, b.choice(("0.0", "0.0", "1.0")), x.dtype)
    b.line(
        "%s = tensor.pad %s low[%s] high[%s] {\n    ^bb0(%s):\n      tensor.yield %s : %s\n    } : %s to %s"
        % (result.name, x.name, ", ".join(map(str, low)), ", ".join(map(str, high)),
           ", ".join("%%i%d: index" % d for d in range(x.rank)), value, x.dtype, x.type, result.type),
        [result], [x],
    )  # fmt: skip


def collapse(b):
    x = b.pick(lambda v: v.rank >= 2)
    at = b.random.randrange(x.rank - 1)
    groups = [[d] for d in range(at)] + [[at, at + 1]] + [[d] for d in range(at + 2, x.rank)]
    shape = [count([x.shape[d] for d in group]) for group in groups]
    result = b.add(shape, x.dtype)
    b.line("%s = tensor.collapse_shape %s %s : %s into %s" % (result.name, x.name, groups, x.type, result.type),
           [result], [x])


def expand(b):
    x = b.pick(lambda v: 1 <= v.rank <= 3)
    d = b.dim(x)
    first = b.choice([f for f in range(1, min(64, x.shape[d]) + 1) if x.shape[d] % f == 0])
    shape = list(x.shape[:d]) + [first, x.shape[d] // first] + list(x.shape[d + 1:])
    groups = [[i] for i in range(d)] + [[d, d + 1]] + [[i + 1] for i in range(d + 1, x.rank)]
    result = b.add(shape, x.dtype)
    b.line("%s = tensor.expand_shape %s %s output_shape %s : %s into %s"
           % (result.name, x.name, groups, shape, x.type, result.type), [result], [x])


def extract(b):
    x = b.pick(lambda v: v.rank >= 1)
    offsets = [b.random.randrange(n) for n in x.shape]
    strides = [b.choice((1, 1, 1, 2)) for _ in x.shape]
    sizes = [b.random.randint(1, (n - o - 1) // s + 1) for n, o, s in zip(x.shape, offsets, strides)]
    result = b.add(sizes, x.dtype)
    b.line("%s = tensor.extract_slice %s%s %s %s : %s to %s"
           % (result.name, x.name, offsets, sizes, strides, x.type, result.type), [result], [x])


def insert(b):
    into = b.pick_float(least=1)
    offsets = [b.random.randrange(n) for n in into.shape]
    sizes = [b.random.randint(1, n - o) for n, o in zip(into.shape, offsets)]
    x = b.other(sizes, into.dtype)
    result = b.add(into.shape, into.dtype)
    b.line("%s = tensor.insert_slice %s into %s%s %s %s : %s into %s"
           % (result.name, x.name, into.name, offsets, sizes, [1] * into.rank, x.type, into.type),
           [result], [x, into])


def transpose(b):
    x = b.pick(lambda v: v.rank >= 2)
    order = list(range(x.rank))
    b.random.shuffle(order)
    result = b.add([x.shape[d] for d in order], x.dtype)
    b.line("%s = linalg.transpose ins(%s : %s) outs(%s : %s) permutation = %s"
           % (result.name, x.name, x.type, empty(b, result.shape, x.dtype), result.type, order),
           [result], [x])


def spread(b):
    x = b.pick(lambda v: v.rank <= 2)
    d = b.random.randint(0, x.rank)
    result = b.add(x.shape[:d] + (b.choice((2, 3, 17)),) + x.shape[d:], x.dtype)
    b.line("%s = linalg.broadcast ins(%s : %s) outs(%s : %s) dimensions = [%d]"
           % (result.name, x.name, x.type, empty(b, result.shape, x.dtype), result.type, d),
           [result], [x])


def constant(b):
    shape = b.shape(b.random.randint(1, 2))
    if count(shape) > 512:
        raise Skip
    result = Value(b.name(), shape, "f32")
    if b.chance(0.5):
        value = "dense<0.5>"
    else:
        name = "weights_%d" % len(b.resources)
        data = b"".join(
            (0x3F000000 + b.random.randrange(1 << 23)).to_bytes(4, "little") for _ in range(count(shape))
        )
        b.resources.append('%s: "0x04000000%s"' % (name, data.hex().upper()))
        value = "dense_resource<%s>" % name
    b.line("%s = arith.constant %s : %s" % (result.name, value, result.type), [result])


def iota(b):
    n = b.size()
    result = b.add([n], "f32")
    generic(b, [], ["affine_map<(d0) -> (d0)>"], ["parallel"], empty(b, [n], "f32"), result,
            "%n = linalg.index 0 : index\n      %j = arith.index_cast %n : index to i32\n"
            "      %z = arith.sitofp %j : i32 to f32")  # fmt: skip


OPS = {
    elementwise: 14, convert: 2, reduce: 6, argmax: 1, matmul: 6, matvec: 1, conv: 4, pooling: 2, pad: 3,
    collapse: 3, expand: 3, extract: 3, insert: 2, transpose: 3, spread: 2, constant: 2, iota: 1,
}  # fmt: skip
