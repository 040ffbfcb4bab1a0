"""Cases of views, placement, creation and indexing."""

import torch
import torch.nn.functional as F
from cases import ANY, FLOAT, LOW, attrs, case, f64, ints, lst, randn

X = randn(3, 4, 5)


def shapes():
    for shape in ((12, 5), (3, 20), (60,), (3, 2, 2, 5), (1, 3, 4, 1, 5), (5, 12), (-1, 10), (2, 30), (15, 4, 1)):
        case("reshape", [X], lambda x, s=shape: x.reshape(s), attrs(shape=shape), dtypes=ANY)
    case("reshape", [torch.tensor(2.0).double()], lambda x: x.reshape(1, 1), attrs(shape=(1, 1)), name="up")
    case("reshape", [randn(1, 1)], lambda x: x.reshape(()), attrs(shape=()), name="down")
    case("reshape", [X], lambda x: x.reshape(-1, 5), attrs(shape=(-1, 5)), name="dynamic", dynamic=True)
    for a, b in ((0, -1), (1, 2), (0, 1), (-2, -1)):
        case("flatten", [X], lambda x, p=a, q=b: x.flatten(p, q), attrs(start_dim=a, end_dim=b), dtypes=ANY)
    case("flatten", [X], lambda x: x.flatten(1), attrs(start_dim=1), name="dynamic", dynamic=True, dtypes=ANY)
    case("unflatten", [X], lambda x: x.unflatten(1, (2, -1)), attrs(dim=1, sizes=(2, -1)), dtypes=ANY)
    case("unflatten", [X], lambda x: x.unflatten(-2, (2, 2)), attrs(dim=-2, sizes=(2, 2)), dtypes=ANY)
    case("squeeze", [randn(1, 3, 1, 2, 1)], lambda x: x.squeeze(), dtypes=ANY)
    case("squeeze", [randn(1, 3, 1, 2, 1)], lambda x: x.squeeze((0, -1)), attrs(dim=(0, -1)), dtypes=ANY)
    case("squeeze", [randn(1, 3)], lambda x: x.squeeze(1), attrs(dim=(1,)), dtypes=ANY)
    for dim in (0, 1, 3, -1):
        case("unsqueeze", [X], lambda x, d=dim: x.unsqueeze(d), attrs(dim=dim), dtypes=ANY)
    case("unsqueeze", [torch.tensor(3.0).double()], lambda x: x.unsqueeze(0), attrs(dim=0), dtypes=ANY)


def orders():
    for a, b in ((0, 1), (-1, 0), (1, 1), (-1, -2)):
        case("transpose", [X], lambda x, p=a, q=b: x.transpose(p, q), attrs(dim0=a, dim1=b), dtypes=ANY)
    case("transpose", [X], lambda x: x.transpose(0, 2), attrs(dim0=0, dim1=2), dynamic=True, name="dynamic")
    for dims in ((2, 0, 1), (-1, 1, 0), (0, 1, 2)):
        case("permute", [X], lambda x, d=dims: x.permute(d), attrs(dims=dims), dtypes=ANY)
    case("expand", [randn(3, 1)], lambda x: x.expand(2, -1, 4), attrs(size=(2, -1, 4)), dtypes=ANY)
    case("expand", [randn(3)], lambda x: x.expand(3), attrs(size=(3,)), dtypes=ANY)
    case("expand_as", [randn(3, 1), randn(2, 3, 4)], lambda x, y: x.expand_as(y), dtypes=ANY)
    case("flip", [X], lambda x: x.flip(1), attrs(dims=(1,)), dtypes=ANY)
    case("flip", [X], lambda x: x.flip(0, -1), attrs(dims=(0, -1)), dtypes=ANY, dynamic=True)
    for shifts, dims in (((2,), (1,)), ((-1, 7), (0, 2)), ((0,), (0,)), ((4,), (1,))):
        case("roll", [X], lambda x, s=shifts, d=dims: x.roll(s, d), attrs(shifts=shifts, dims=dims), dtypes=ANY)
    case("roll", [X], lambda x: x.roll(-2, 2), attrs(shifts=(-2,), dims=(2,)), dynamic=True, name="dynamic")
    case("repeat", [X], lambda x: x.repeat(2, 1, 3), attrs(repeats=(2, 1, 3)), dtypes=ANY)
    case("repeat", [randn(2, 3)], lambda x: x.repeat(2, 1, 2), attrs(repeats=(2, 1, 2)), dtypes=ANY)
    for offset in (0, 2, -1):
        case("diagonal", [X], lambda x, o=offset: x.diagonal(o), attrs(offset=offset), dtypes=ANY)
    case("diagonal", [X], lambda x: x.diagonal(1, -1, 0), attrs(offset=1, dim1=-1, dim2=0), dtypes=ANY)


def pieces():
    for dim, start, end, step in ((0, 0, None, 1), (1, 1, 3, 1), (-1, -4, -1, 2), (1, 2, 100, 1),
                                  (2, 0, None, 3), (1, -100, 2, 1), (1, 3, 1, 1)):  # fmt: skip
        key = [slice(None)] * 3
        key[dim] = slice(start, end, step)
        given = dict(dim=dim, start=start, step=step)
        if end is not None:
            given["end"] = end
        case("slice", [X], lambda x, k=tuple(key): x[k], attrs(**given), dtypes=ANY)
    case("slice", [X], lambda x: x[:, 1:-1], attrs(dim=1, start=1, end=-1), dynamic=True, name="dynamic")
    case("slice", [X], lambda x: x[:, :, -3:], attrs(dim=2, start=-3), dynamic=True, name="dynamic")
    for dim, index in ((0, 1), (-1, -2), (1, 0)):
        case("select", [X], lambda x, d=dim, i=index: x.select(d, i), attrs(dim=dim, index=index), dtypes=ANY)
    case("select", [X], lambda x: x.select(1, -1), attrs(dim=1, index=-1), dynamic=True, name="dynamic")
    parts = [randn(3, n, 5) for n in (2, 1, 4)]
    case("cat", parts, lambda *x: torch.cat(x, 1), attrs(dim=1), dtypes=ANY)
    case("cat", parts, lambda *x: torch.cat(x, -2), attrs(dim=-2), dynamic=True, name="dynamic")
    case("cat", [ints(0, 9, (2, 2)), randn(1, 2)], torch.cat if False else lambda a, b: torch.cat([a, b]),
         name="promoted", dtypes=ANY)  # fmt: skip
    for dim in (0, 1, -1):
        case("stack", [X, X + 1], lambda *x, d=dim: torch.stack(x, d), attrs(dim=dim), dtypes=ANY)
    case("unfold", [X], lambda x: x.unfold(1, 2, 1), attrs(dimension=1, size=2, step=1), dtypes=ANY)
    case("unfold", [X], lambda x: x.unfold(-1, 3, 2), attrs(dimension=-1, size=3, step=2), dtypes=ANY)
    for diagonal in (0, 1, -2):
        for op in ("tril", "triu"):
            fn = lambda x, f=getattr(torch, op), d=diagonal: f(x, d)
            case(op, [X], fn, attrs(diagonal=diagonal), dtypes=ANY)
    case("tril", [ints(0, 9, (4, 4))], torch.tril, name="ints", dtypes=ANY)


def paddings():
    for pad in ((1, 2), (0, 1, 2, 0), (-1, 2, 1, -2)):
        case("pad", [X], lambda x, p=pad: F.pad(x, p, value=1.5), attrs(pad=pad, value=1.5), dtypes=FLOAT)
    case("pad", [X], lambda x: F.pad(x, (2, 1)), attrs(pad=(2, 1)), dynamic=True, name="dynamic")
    for mode in ("reflect", "replicate", "circular"):
        for pad in ((2, 1), (1, 3, 2, 0)):
            x = X[None] if len(pad) == 4 else X
            fn = lambda v, p=pad, m=mode: F.pad(v, p, mode=m)
            case("pad", [x], fn, attrs(pad=pad) + ", mode = #aten.pad_mode<%s>" % mode, name=mode, dtypes=ANY)


def creation():
    case("full", [], lambda: torch.full((2, 3), 0.1), "%s, value = %s, dtype = f32" % (attrs(size=(2, 3)), f64(0.1)), dtypes=ANY)
    case("full", [], lambda: torch.full((), 7), "size = array<i64>, value = 7 : i64, dtype = i64", dtypes=ANY)
    case("full", [], lambda: torch.full((2,), True), "size = array<i64: 2>, value = true, dtype = i1", dtypes=ANY)
    case("full", [], lambda: torch.full((2,), -0.1, dtype=torch.bfloat16),
         "size = array<i64: 2>, value = %s, dtype = bf16" % f64(-0.1), dtypes=ANY)  # fmt: skip
    case("full_like", [X], lambda x: torch.full_like(x, 2, dtype=torch.float32), "value = 2 : i64, dtype = f32",
         dtypes=ANY, dynamic=True)  # fmt: skip
    case("arange", [], lambda: torch.arange(2, 11, 3), attrs(start=2.0, end=11.0, step=3.0) + ", dtype = i64", dtypes=ANY)
    case("arange", [], lambda: torch.arange(0, 1, 0.25), attrs(end=1.0, step=0.25) + ", dtype = f32", dtypes=ANY)
    case("arange", [], lambda: torch.arange(5, 0, -2), attrs(start=5.0, end=0.0, step=-2.0) + ", dtype = i64", dtypes=ANY)
    case("eye", [], lambda: torch.eye(3, 4), attrs(n=3, m=4) + ", dtype = f32", dtypes=ANY)


def places():
    table = randn(10, 4)
    case("embedding", [table, ints(0, 10, (2, 3))], lambda w, i: F.embedding(i, w), dtypes=LOW)
    case("embedding", [table, ints(0, 10, (2, 3), torch.int32)], lambda w, i: F.embedding(i, w), dynamic=True)
    for dim in (0, 1, -1):
        index = ints(0, X.shape[dim], (6,))
        case("index_select", [X, index], lambda x, i, d=dim: x.index_select(d, i), attrs(dim=dim), dtypes=ANY)
    case("gather", [X, ints(0, 4, (3, 6, 5))], lambda x, i: x.gather(1, i), attrs(dim=1), dtypes=ANY)
    case("gather", [X, ints(0, 5, (2, 3, 2))], lambda x, i: x.gather(-1, i), attrs(dim=-1), dtypes=ANY)
    a, b = ints(-3, 3, (2, 1)), ints(-4, 4, (3,))
    case("index", [X, a, b], lambda x, i, j: x[i, j], attrs(dims=(0, 1)), dtypes=ANY)
    case("index", [X, a, ints(0, 5, (3,))], lambda x, i, j: x[i, :, j], attrs(dims=(0, 2)), dtypes=ANY)
    case("index", [X, b], lambda x, i: x[:, i], attrs(dims=(1,)), dtypes=ANY)
    case("index", [X, ints(0, 4, (2, 3)), ints(0, 5, (3,))], lambda x, i, j: x[:, i, j], attrs(dims=(1, 2)),
         dtypes=ANY)  # fmt: skip


shapes()
orders()
pieces()
paddings()
creation()
places()
