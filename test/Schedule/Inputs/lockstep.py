# Part of the kernel-opt project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs linalg kernels and scheduled kernels on numpy arrays.

All threads of all blocks step together; a value is an array [threads] or
[threads, elements]. Shared memory knows who touched what since the last
barrier, so that a missing barrier, or two writers of one element, is an error
even though lockstep values would be right.
"""

import math

import numpy as np

from generic_ir import affine_maps, integers, shaped, split_list


class Wrong(Exception):
    """The scheduled program breaks a rule."""


DTYPES = {
    "f64": np.float64,
    "f32": np.float32,
    "f16": np.float16,
    "bf16": np.float32,
    "i64": np.int64,
    "i32": np.int32,
    "i16": np.int16,
    "i8": np.int8,
    "i1": np.bool_,
    "index": np.int64,
}


def round_bf16(x):
    bits = np.ascontiguousarray(x, np.float32).view(np.uint32)
    rounded = bits + 0x7FFF + ((bits >> 16) & 1)
    out = (rounded & 0xFFFF0000).astype(np.uint32).view(np.float32)
    out = out.reshape(np.shape(x))
    return np.where(np.isfinite(x), out, x)


def fit(value, element):
    """`value` as numbers of the element type."""
    with np.errstate(all="ignore"):
        value = np.asarray(value).astype(DTYPES[element])
    return round_bf16(value) if element == "bf16" else value


def literal(text, element):
    text = text.strip()
    if text in ("true", "false"):
        return np.bool_(text == "true")
    if text.startswith("0x") and element[0] in "fb":
        bits = int(text, 16)
        if element == "bf16":
            return np.uint32(bits << 16).view(np.float32)
        width = int(element[1:])
        return np.array(bits, f"uint{width}").view(DTYPES[element])[()]
    if element[0] in "fb":
        return fit(float(text), element)[()]
    return fit(int(text), element)[()]


def constant(text, type_text):
    """The value of an arith.constant: a scalar, or an array of the shape."""
    shape, element = shaped(type_text)
    if text.startswith("dense<"):
        inside = text[len("dense<") : text.rindex("> :")]
        if inside.startswith('"0x'):
            # Raw little-endian bytes; booleans are packed, eight in a byte.
            raw = np.frombuffer(bytes.fromhex(inside[3:-1]), np.uint8)
            if element == "i1":
                return np.unpackbits(raw, bitorder="little")[: shape[0]] > 0
            return raw.view(DTYPES[element]).reshape(shape)
        if inside.startswith("["):
            flat = inside.replace("[", "").replace("]", "").split(",")
            return np.array([literal(t, element) for t in flat]).reshape(shape)
        return np.full(shape, literal(inside, element))
    return literal(text.split(" : ")[0], element)


# ---------------------------------------------------------------------------
# Scalar operations
# ---------------------------------------------------------------------------

erf = np.vectorize(math.erf, otypes=[np.float64])


def unsigned(x):
    return x.view(f"uint{x.dtype.itemsize * 8}") if x.dtype != np.bool_ else x


def trunc_div(a, b):
    b = np.where(b == 0, 1, b)
    quotient = np.abs(a) // np.abs(b)
    return np.where((a < 0) != (b < 0), -quotient, quotient)


def as_unsigned(f):
    return lambda a, b: f(unsigned(a), unsigned(b))


def nonzero(b):
    return np.where(b == 0, np.ones_like(b), b)


BINARY = {
    "addf": np.add,
    "subf": np.subtract,
    "mulf": np.multiply,
    "divf": np.divide,
    "maximumf": np.maximum,
    "minimumf": np.minimum,
    "maxnumf": np.fmax,
    "minnumf": np.fmin,
    "powf": np.power,
    "addi": np.add,
    "subi": np.subtract,
    "muli": np.multiply,
    "andi": np.bitwise_and,
    "ori": np.bitwise_or,
    "xori": np.bitwise_xor,
    "maxsi": np.maximum,
    "minsi": np.minimum,
    "maxui": as_unsigned(np.maximum),
    "minui": as_unsigned(np.minimum),
    "divui": as_unsigned(lambda a, b: a // nonzero(b)),
    "remui": as_unsigned(lambda a, b: a % nonzero(b)),
    "divsi": trunc_div,
    "remsi": lambda a, b: a - trunc_div(a, b) * b,
    "floordivsi": lambda a, b: a // nonzero(b),
    "shli": np.left_shift,
    "shrui": as_unsigned(np.right_shift),
    "shrsi": np.right_shift,
}
UNARY = {
    "negf": np.negative,
    "exp": np.exp,
    "exp2": np.exp2,
    "log": np.log,
    "log2": np.log2,
    "log1p": np.log1p,
    "sqrt": np.sqrt,
    "rsqrt": lambda x: 1 / np.sqrt(x),
    "tanh": np.tanh,
    "sin": np.sin,
    "cos": np.cos,
    "absf": np.abs,
    "absi": np.abs,
    "floor": np.floor,
    "ceil": np.ceil,
    "erf": erf,
}
INTEGER_COMPARE = {
    0: np.equal,
    1: np.not_equal,
    2: np.less,
    3: np.less_equal,
    4: np.greater,
    5: np.greater_equal,
    6: as_unsigned(np.less),
    7: as_unsigned(np.less_equal),
    8: as_unsigned(np.greater),
    9: as_unsigned(np.greater_equal),
}
# Ordered comparisons; the unordered ones are true for NaN as well.
FLOAT_COMPARE = {
    1: np.equal,
    2: np.greater,
    3: np.greater_equal,
    4: np.less,
    5: np.less_equal,
    6: np.not_equal,
}


def compare_floats(predicate, a, b):
    nan = np.isnan(a) | np.isnan(b)
    if predicate == 7:
        return ~nan
    if predicate == 14:
        return nan
    if predicate < 7:
        return FLOAT_COMPARE[predicate](a, b) & ~nan
    return FLOAT_COMPARE[predicate - 7](a, b) | nan


def elementwise(op, operands):
    """The result of an arith or math operation on arrays of one shape."""
    dialect, _, name = op.name.partition(".")
    element = shaped(op.result_types[0])[1] if op.result_types else ""
    with np.errstate(all="ignore"):
        if name in BINARY:
            return fit(BINARY[name](*operands), element)
        if name in UNARY:
            return fit(UNARY[name](operands[0]), element)
        if name == "fma":
            a, b, c = (np.asarray(x, np.float64) for x in operands)
            return fit(a * b + c, element)
        if name == "cmpi":
            return INTEGER_COMPARE[integers(op.attrs["predicate"])[0]](*operands)
        if name == "cmpf":
            return compare_floats(integers(op.attrs["predicate"])[0], *operands)
        if name == "select":
            return np.where(*operands)
        if name in ("extf", "truncf", "sitofp", "extsi", "index_cast", "trunci"):
            value = operands[0]
            if value.dtype == np.bool_ and name in ("sitofp", "extsi"):
                value = -value.astype(np.int8)
            return fit(value, element)
        if name in ("uitofp", "extui", "index_castui"):
            return fit(unsigned(operands[0]), element)
        if name in ("fptosi", "fptoui"):
            return fit(np.trunc(operands[0]), element)
    raise NotImplementedError(op.name)


# ---------------------------------------------------------------------------
# Linalg on tensors
# ---------------------------------------------------------------------------


class Linalg:
    """Evaluates the body of a kopt.kernel; named structured operations must
    have become linalg.generic."""

    def __init__(self, kernel):
        self.kernel = kernel

    def run(self, inputs):
        block = self.kernel.regions[0][0]
        values = dict(zip(block.args, inputs))
        for op in block.ops:
            operands = [values[name] for name in op.operands]
            if op.name == "kopt.yield":
                return operands
            method = getattr(self, op.name.replace(".", "_"), None)
            if method:
                results = method(op, operands)
            else:
                results = [elementwise(op, [np.asarray(o) for o in operands])]
            values.update(zip(op.results, results))
            self.values = values
        raise ValueError("kernel without yield")

    def arith_constant(self, op, _):
        return [constant(op.attrs["value"], op.result_types[0])]

    def tensor_empty(self, op, _):
        shape, element = shaped(op.result_types[0])
        return [fit(np.full(shape, 77), element)]

    def tensor_splat(self, op, operands):
        return [np.full(shaped(op.result_types[0])[0], operands[0])]

    def linalg_fill(self, op, operands):
        return [np.full(shaped(op.result_types[0])[0], operands[0])]

    def tensor_reshape_like(self, op, operands):
        return [operands[0].reshape(shaped(op.result_types[0])[0])]

    tensor_expand_shape = tensor_reshape_like
    tensor_collapse_shape = tensor_reshape_like
    tensor_cast = tensor_reshape_like

    def tensor_extract_slice(self, op, operands):
        offsets, sizes, strides = (
            integers(op.attrs["static_" + n]) for n in ("offsets", "sizes", "strides")
        )
        index = tuple(
            slice(o, o + (n - 1) * s + 1, s)
            for o, n, s in zip(offsets, sizes, strides)
        )
        return [operands[0][index].reshape(shaped(op.result_types[0])[0])]

    def tensor_pad(self, op, operands):
        low, high = (integers(op.attrs["static_" + n]) for n in ("low", "high"))
        yielded = op.regions[0][0].ops[-1].operands[0]
        inner = {r: o for o in op.regions[0][0].ops for r in o.results}
        if yielded in inner:
            c = inner[yielded]
            fill = constant(c.attrs["value"], c.result_types[0])
        else:
            fill = self.values[yielded]
        return [
            np.pad(operands[0], list(zip(low, high)), constant_values=fill)
        ]

    def linalg_generic(self, op, operands):
        maps = affine_maps(op.attrs["indexing_maps"])
        reduced = [
            "reduction" in kind for kind in split_list(op.attrs["iterator_types"])
        ]
        count = integers(op.attrs["operandSegmentSizes"])[0]
        outs = [np.array(o) for o in operands[count:]]
        extents = self.extents(op, operands, maps, len(reduced))
        parallel = [d for d, r in enumerate(reduced) if not r]
        steps = [n if r else 1 for n, r in zip(extents, reduced)]
        grid = np.indices([extents[d] for d in parallel]).reshape(
            len(parallel), int(np.prod([extents[d] for d in parallel]))
        )
        size = grid.shape[1]
        for step in np.ndindex(*steps):
            point = [None] * len(reduced)
            for d, r in enumerate(reduced):
                point[d] = (
                    np.full(size, step[d]) if r else grid[parallel.index(d)]
                )
            self.point(op, operands[:count], outs, maps, point, size)
        return outs

    @staticmethod
    def extents(op, operands, maps, rank):
        """Loop extents, found by asking which map result is a plain loop."""
        extents = [None] * rank
        zero = maps_at = None
        for operand, indexing in zip(operands, maps):
            zero = indexing(*[0] * rank)
            for d in range(rank):
                unit = [0] * rank
                unit[d] = 1
                at = indexing(*unit)
                far = [7 if i == d else 1000 * (i != d) for i in range(rank)]
                for r, extent in enumerate(np.shape(operand)):
                    others = list(far)
                    others[d] = 0
                    plain = (
                        at[r] - zero[r] == 1
                        and indexing(*others)[r] == 0
                        and indexing(*far)[r] == 7
                    )
                    if plain:
                        extents[d] = extent
        assert None not in extents, "loop without a plain operand dimension"
        return extents

    def point(self, op, ins, outs, maps, point, size):
        def gather(array, indexing):
            index = tuple(
                np.broadcast_to(i, size) for i in indexing(*point)
            )
            return np.asarray(array)[index] if index else np.full(size, array)

        block = op.regions[0][0]
        arrays = list(ins) + outs
        values = {
            name: gather(array, indexing)
            for name, array, indexing in zip(block.args, arrays, maps)
        }
        for inner in block.ops:
            if inner.name == "linalg.yield":
                places = maps[len(ins) :]
                for out, name, indexing in zip(outs, inner.operands, places):
                    index = tuple(np.broadcast_to(i, size) for i in indexing(*point))
                    value = np.broadcast_to(self.get(values, name), size)
                    out[index] = value if index else value[0]
            elif inner.name == "linalg.index":
                d = integers(inner.attrs["dim"])[0]
                values[inner.results[0]] = np.asarray(point[d], np.int64)
            elif inner.name == "arith.constant":
                value = constant(inner.attrs["value"], inner.result_types[0])
                values[inner.results[0]] = np.full(size, value)
            else:
                operands = [
                    np.broadcast_to(self.get(values, n), size) for n in inner.operands
                ]
                values[inner.results[0]] = elementwise(inner, operands)

    def get(self, values, name):
        return values[name] if name in values else self.values[name]


# ---------------------------------------------------------------------------
# Scheduled IR
# ---------------------------------------------------------------------------


class Memory:
    """A buffer: [copies, elements], with who wrote and read what since when."""

    def __init__(self, shape, element, copies, data=None, shared=False):
        self.shape, self.element, self.shared = shape, element, shared
        size = int(np.prod(shape))
        if data is None:
            self.data = fit(np.full((copies, size), 99), element)
            self.defined = np.zeros((copies, size), bool)
        else:
            self.data = np.array(data).reshape(1, size).astype(DTYPES[element])
            self.defined = np.ones((1, size), bool)
        self.writes = np.zeros(self.data.shape, np.int64)
        self.write_epoch = np.full(self.data.shape, -1)
        self.writer = np.full(self.data.shape, -1)
        self.read_epoch = np.full(self.data.shape, -1)
        self.reader = np.full(self.data.shape, -1)


class Scheduled:
    """Runs one gpu.func on all of its threads."""

    def __init__(self, func):
        self.func = func
        self.threads = int(np.prod(integers(func.attrs["known_block_size"])))
        self.blocks = int(np.prod(integers(func.attrs["known_grid_size"])))
        self.total = self.threads * self.blocks
        self.block_of = np.repeat(np.arange(self.blocks), self.threads)
        self.epoch = 0
        self.loads = self.barriers = 0

    def run(self, inputs):
        """`inputs`: one array per argument that is read; gives the others."""
        block = self.func.regions[0][0]
        self.values = {}
        outputs = []
        given = iter(inputs)
        access = split_list(self.func.attrs["arg_attrs"])
        for name, type_text, how in zip(block.args, block.arg_types, access):
            shape, element = shaped(type_text)
            written = '"write"' in how
            data = None if written else next(given)
            memory = Memory(shape, element, 1, data)
            memory.written = written
            if written:
                outputs.append(memory)
            self.values[name] = memory
        self.block(block)
        for i, memory in enumerate(outputs):
            missing = int((memory.writes == 0).sum())
            if missing:
                raise Wrong(f"{missing} elements of output {i} are never written")
        return [m.data.reshape(m.shape) for m in outputs]

    def block(self, block):
        for op in block.ops:
            if op.name in ("scf.yield", "gpu.return"):
                return [self.values[n] for n in op.operands]
            operands = [self.values[n] for n in op.operands]
            method = getattr(self, op.name.replace(".", "_"), None)
            if method:
                results = method(op, operands)
            else:
                results = [elementwise(op, operands)]
            for name, value in zip(op.results, results or []):
                self.values[name] = value
        return []

    # -- ids and control ----------------------------------------------------

    def arith_constant(self, op, _):
        value = constant(op.attrs["value"], op.result_types[0])
        return [np.broadcast_to(value, (self.total,) + np.shape(value))]

    def gpu_thread_id(self, op, _):
        assert op.attrs["dimension"] == "#gpu<dim x>", op.attrs
        return [np.tile(np.arange(self.threads), self.blocks)]

    def gpu_block_id(self, op, _):
        assert op.attrs["dimension"] == "#gpu<dim x>", op.attrs
        return [self.block_of]

    def gpu_barrier(self, op, _):
        self.epoch += 1
        self.barriers += 1

    def scf_for(self, op, operands):
        bounds = []
        for bound in operands[:3]:
            if (bound != bound[0]).any():
                raise Wrong("loop bounds differ among threads")
            bounds.append(int(bound[0]))
        carried = operands[3:]
        body = op.regions[0][0]
        for i in range(*bounds):
            self.values[body.args[0]] = np.full(self.total, i)
            self.values.update(zip(body.args[1:], carried))
            carried = self.block(body)
        return carried

    # -- vectors ------------------------------------------------------------

    def vector_shuffle(self, op, operands):
        return [np.concatenate(operands, axis=1)[:, integers(op.attrs["mask"])]]

    def vector_to_elements(self, op, operands):
        return list(operands[0].T)

    def vector_from_elements(self, op, operands):
        return [np.stack(operands, axis=1)]

    def vector_interleave(self, op, operands):
        return [np.stack(operands, axis=2).reshape(self.total, -1)]

    def vector_broadcast(self, op, operands):
        length = shaped(op.result_types[0])[0][0]
        value = operands[0] if operands[0].ndim == 2 else operands[0][:, None]
        return [np.broadcast_to(value, (self.total, length))]

    def vector_extract(self, op, operands):
        return [operands[0][:, integers(op.attrs["static_position"])[0]]]

    def ub_poison(self, op, _):
        shape, element = shaped(op.result_types[0])
        return [fit(np.full((self.total,) + shape, 55), element)]

    # -- warps --------------------------------------------------------------

    def other_lane(self, value, mask):
        lanes = value.reshape((self.total // 32, 32) + value.shape[1:])
        return lanes[:, np.arange(32) ^ mask].reshape(value.shape)

    def gpu_shuffle(self, op, operands):
        assert "xor" in op.attrs["mode"]
        masks = np.unique(operands[1])
        assert len(masks) == 1 and (operands[2] == 32).all()
        return [
            self.other_lane(operands[0], int(masks[0])),
            np.ones(self.total, bool),
        ]

    def kgpu_warp_reduce(self, op, operands):
        kind = op.attrs["kind"].split()[1].rstrip(">")
        value, element = operands[0], shaped(op.result_types[0])[1]
        combine = {
            "add": np.add,
            "mul": np.multiply,
            "max": np.maximum,
            "min": np.minimum,
            "maxnum": np.fmax,
            "minnum": np.fmin,
            "maxu": as_unsigned(np.maximum),
            "minu": as_unsigned(np.minimum),
            "and": np.bitwise_and,
            "or": np.bitwise_or,
            "xor": np.bitwise_xor,
        }[kind]
        for bit in integers(op.attrs["laneBits"]):
            value = fit(combine(value, self.other_lane(value, 1 << bit)), element)
        return [value]

    # -- memory -------------------------------------------------------------

    def kgpu_alloc_shared(self, op, _):
        shape, element = shaped(op.result_types[0])
        return [Memory(shape, element, self.blocks, shared=True)]

    def places(self, memory, indices, active, length, what):
        """(copy, element) of each access [threads, length] of active lanes."""
        base = np.zeros(self.total, np.int64)
        for extent, index in zip(memory.shape, indices):
            base = base * extent + index
        last = indices[-1] if memory.shape else np.zeros(self.total, np.int64)
        row = memory.shape[-1] if memory.shape else 1
        for d, (extent, index) in enumerate(zip(memory.shape, indices)):
            outside = active.any(axis=1) & ((index < 0) | (index >= extent))
            if outside.any():
                raise Wrong(
                    f"{what}: index {index[outside][0]} of dimension {d} is outside "
                    f"of {extent}"
                )
        lanes = last[:, None] + np.arange(length)
        if (active & (lanes >= row)).any():
            raise Wrong(f"{what}: vector runs past the end of a row")
        whole = active.all(axis=1)
        if (whole & (base % length != 0)).any():
            raise Wrong(f"{what}: vector of {length} is not aligned")
        copy = self.block_of if memory.shared else np.zeros(self.total, np.int64)
        return copy[:, None].repeat(length, 1), base[:, None] + np.arange(length)

    def active(self, predicate, valid, length):
        active = np.ones((self.total, length), bool)
        if predicate is not None:
            active &= predicate[:, None]
        if valid is not None:
            active &= np.arange(length) < valid[:, None]
        return active

    @staticmethod
    def segments(op, operands):
        parts, start = [], 0
        for count in integers(op.attrs["operandSegmentSizes"]):
            parts.append(operands[start : start + count])
            start += count
        return parts

    def kgpu_load(self, op, operands):
        (memory,), indices, predicate, valid = self.segments(op, operands)
        vector, element = shaped(op.result_types[0])
        length = vector[0] if vector else 1
        active = self.active(
            predicate[0] if predicate else None, valid[0] if valid else None, length
        )
        copy, place = self.places(memory, indices, active, length, "load")
        safe = np.where(active, place, 0)
        result = memory.data[copy, safe]
        if (active & ~memory.defined[copy, safe]).any():
            raise Wrong("load of an element that was never written")
        if not active.all():
            if "padding" not in op.attrs:
                raise Wrong("guarded load without padding")
            pad = literal(op.attrs["padding"].split(" : ")[0], element)
            result = np.where(active, result, pad)
        self.note_read(memory, copy, place, active)
        self.loads += 1
        return [result if vector else result[:, 0]]

    def note_read(self, memory, copy, place, active):
        thread = np.broadcast_to(np.arange(self.total)[:, None], active.shape)
        c, p, t = copy[active], place[active], thread[active]
        clash = (memory.write_epoch[c, p] == self.epoch) & (memory.writer[c, p] != t)
        if clash.any():
            raise Wrong("read of an element that another thread writes, no barrier")
        if not memory.shared:
            return
        fresh = memory.read_epoch[c, p] != self.epoch
        memory.reader[c[fresh], p[fresh]] = t[fresh]
        memory.read_epoch[c, p] = self.epoch
        many = memory.reader[c, p] != t
        memory.reader[c[many], p[many]] = -2

    def kgpu_store(self, op, operands):
        (value,), (memory,), indices, predicate, valid = self.segments(op, operands)
        value = value if value.ndim == 2 else value[:, None]
        length = value.shape[1]
        active = self.active(
            predicate[0] if predicate else None, valid[0] if valid else None, length
        )
        copy, place = self.places(memory, indices, active, length, "store")
        thread = np.broadcast_to(np.arange(self.total)[:, None], active.shape)
        c, p, t = copy[active], place[active], thread[active]
        key = c * memory.data.shape[1] + p
        if len(np.unique(key)) != len(key):
            raise Wrong("two threads write one element at once")
        written = (memory.write_epoch[c, p] == self.epoch) & (memory.writer[c, p] != t)
        if written.any():
            raise Wrong("two threads write one element, no barrier")
        read = (memory.read_epoch[c, p] == self.epoch) & (memory.reader[c, p] != t)
        if read.any():
            raise Wrong("write of an element that another thread reads, no barrier")
        if not memory.shared:
            if not memory.written:
                raise Wrong("store to an input")
            if memory.writes[c, p].any():
                raise Wrong("element of an output is written twice")
        memory.data[c, p] = value[active]
        memory.defined[c, p] = True
        memory.writes[c, p] += 1
        memory.writer[c, p] = t
        memory.write_epoch[c, p] = self.epoch
