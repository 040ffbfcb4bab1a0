"""Cases of contractions, attention, convolutions, pooling and recurrences."""

import itertools

import torch
import torch.nn.functional as F
from cases import FLOAT, INF, LOW, NAN, attrs, case, ints, randn


def products():
    for m, k, n in ((4, 7, 5), (1, 300, 3), (2, 1, 1)):
        bound = dict(ulps=64, dtypes=LOW)
        case("mm", [randn(m, k), randn(k, n)], torch.mm, **bound)
        case("bmm", [randn(3, m, k), randn(3, k, n)], torch.bmm, **bound)
        case("linear", [randn(2, m, k), randn(n, k), randn(n)], F.linear, **bound)
        case("linear", [randn(k), randn(n, k)], F.linear, name="vector", **bound)
    case("mm", [ints(-5, 5, (3, 4)), ints(-5, 5, (4, 2))], torch.mm, name="ints")
    case("mm", [randn(3, 4), randn(4, 2)], torch.mm, name="dynamic", dynamic=True)
    case("linear", [randn(2, 3, 4), randn(5, 4), randn(5)], F.linear, name="dynamic", dynamic=True)
    shapes = [((5,), (5,)), ((4, 5), (5,)), ((5,), (5, 3)), ((4, 5), (5, 3)), ((2, 4, 5), (5, 3)),
              ((4, 5), (2, 5, 3)), ((7, 1, 4, 5), (2, 5, 3)), ((2, 4, 5), (5,)), ((5,), (2, 5, 3)),
              ((1, 4, 5), (1, 5, 3))]  # fmt: skip
    for a, b in shapes:
        case("matmul", [randn(*a), randn(*b)], torch.matmul, dtypes=LOW, ulps=32)
    for beta, alpha in ((1.0, 1.0), (0.5, 2.0), (0.0, 1.0)):
        text = attrs(beta=beta, alpha=alpha)
        c = randn(3) if beta else torch.full((3,), NAN).double()
        fn = lambda x, a, b, p=beta, q=alpha: torch.addmm(x, a, b, beta=p, alpha=q)
        case("addmm", [c, randn(4, 5), randn(5, 3)], fn, text, dtypes=LOW, ulps=32)
        fn = lambda x, a, b, p=beta, q=alpha: torch.baddbmm(x, a, b, beta=p, alpha=q)
        case("baddbmm", [c, randn(2, 4, 5), randn(2, 5, 3)], fn, text, ulps=32)
    for equation, shapes in (("bijl,lk->bijk", ((2, 3, 4, 5), (5, 6))), ("ij->ji", ((3, 4),)),
                             ("bchw,bkhw->bck", ((2, 3, 4, 5), (2, 6, 4, 5))),
                             ("i,j->ij", ((3,), (4,))), ("ij,ij->", ((3, 4), (3, 4)))):  # fmt: skip
        fn = lambda *x, e=equation: torch.einsum(e, *x)
        case("einsum", [randn(*s) for s in shapes], fn, 'equation = "%s"' % equation, ulps=32)


def attention():
    q, k, v = randn(2, 3, 5, 8), randn(2, 3, 7, 8), randn(2, 3, 7, 4)
    fn = F.scaled_dot_product_attention
    op = "scaled_dot_product_attention"
    case(op, [q, k, v], fn, dtypes=LOW, ulps=64)
    case(op, [q, k, v], lambda a, b, c: fn(a, b, c, scale=0.3), attrs(scale=0.3), name="scale", ulps=64)
    case(op, [q, k, v], lambda a, b, c: fn(a, b, c, is_causal=True), attrs(is_causal=True),
         name="causal", ulps=64)  # fmt: skip
    case(op, [q, q, q], lambda a, b, c: fn(a, b, c, is_causal=True), attrs(is_causal=True),
         name="causal_square", ulps=64)  # fmt: skip
    case(op, [q, k, v, randn(5, 7)], fn, name="added", ulps=64)
    mask = ints(0, 2, (3, 5, 7)) > 0
    mask[1, 2] = False
    case(op, [q, k, v, mask], fn, name="mask", ulps=64)
    case(op, [q[0, 0], k[0, 0], v[0, 0]], fn, name="flat", dynamic=True, ulps=64)
    case(op, [q, k[:, :1], v[:, :1]], lambda a, b, c: fn(a, b.expand(-1, 3, -1, -1), c.expand(-1, 3, -1, -1)),
         name="broadcast", ulps=64)  # fmt: skip


def convolution(x, w, bias=None, name="", dtypes=FLOAT, **kw):
    n = x.dim() - 2
    wide = {k: [v] * n if isinstance(v, int) else v for k, v in kw.items()
            if k not in ("transposed", "groups")}  # fmt: skip
    transposed, groups = kw.get("transposed", False), kw.get("groups", 1)
    def fn(a, b, c=None):
        return torch.convolution(a, b, c, wide.get("stride", [1] * n), wide.get("padding", [0] * n),
                                 wide.get("dilation", [1] * n), transposed,
                                 wide.get("output_padding", [0] * n), groups)  # fmt: skip
    inputs = [x, w] + ([bias] if bias is not None else [])
    text = attrs(**wide, **{k: v for k, v in kw.items() if k in ("transposed", "groups")})
    case("convolution", inputs, fn, text, name=name, dtypes=dtypes, ulps=64)


def convolutions():
    for n, sizes in ((1, (9,)), (2, (9, 7)), (3, (5, 6, 7))):
        x, w, b = randn(2, 4, *sizes), randn(6, 4, *[3, 2, 3][:n]), randn(6)
        convolution(x, w, b, dtypes=(torch.float32, torch.float64, torch.bfloat16))
        convolution(x, w, stride=2, padding=1, dtypes=LOW)
        convolution(x, w, b, padding=2, dilation=2)
        convolution(x, randn(6, 2, *[3, 2, 3][:n]), b, groups=2, stride=2, padding=1)
        convolution(x, randn(8, 1, *[3, 1, 2][:n]), groups=4, name="depthwise")
        t = dict(transposed=True)
        convolution(x, randn(4, 3, *[3, 2, 3][:n]), randn(3), name="transposed", **t)
        convolution(x, randn(4, 3, *[3, 2, 3][:n]), stride=2, padding=1, name="transposed", **t)
        convolution(x, randn(4, 3, *[3, 2, 3][:n]), stride=3, output_padding=2, dilation=2,
                    name="transposed", **t)  # fmt: skip
        convolution(x, randn(4, 3, *[3, 2, 3][:n]), randn(6), stride=2, groups=2,
                    name="transposed", **t)  # fmt: skip
        convolution(x, randn(4, 3, *[1, 1, 1][:n]), stride=2, padding=1, name="transposed_point", **t)
    convolution(randn(2, 3, 8, 9), randn(5, 3, 3, 1), stride=[2, 1], padding=[1, 0], name="uneven")
    convolution(randn(1, 3, 4, 4), randn(2, 3, 1, 1), randn(2), name="point")
    x, w, b = randn(2, 3, 8, 9), randn(5, 3, 3, 2), randn(5)
    case("convolution", [x, w, b], lambda a, c, d: F.conv2d(a, c, d, 2, 1),
         attrs(stride=[2, 2], padding=[1, 1]), name="dynamic", dynamic=True, ulps=64)  # fmt: skip


def pools():
    fns = {1: (F.max_pool1d, F.avg_pool1d), 2: (F.max_pool2d, F.avg_pool2d),
           3: (F.max_pool3d, F.avg_pool3d)}  # fmt: skip
    for n, sizes in ((1, (11,)), (2, (11, 8)), (3, (7, 6, 5))):
        x = randn(2, 3, *sizes)
        high, mean = fns[n]
        for kernel, stride, padding, ceil in ((2, 2, 0, False), (3, 2, 1, False), (3, 2, 1, True),
                                              (2, 3, 1, True), (3, 1, 0, False)):  # fmt: skip
            base = dict(kernel_size=[kernel] * n, stride=[stride] * n, padding=[padding] * n)
            fn = lambda v, f=high, a=(kernel, stride, padding), c=ceil: f(v, *a, ceil_mode=c)
            case("max_pool", [x], fn, attrs(**base, ceil_mode=ceil), dtypes=LOW)
            for counts in (True, False):
                fn = lambda v, f=mean, a=(kernel, stride, padding, ceil, counts): f(v, *a)
                case("avg_pool", [x], fn, attrs(**base, ceil_mode=ceil, count_include_pad=counts),
                     dtypes=LOW if n == 2 else FLOAT)  # fmt: skip
        fn = lambda v, f=high: f(v, 2, 1, 0, 2)
        case("max_pool", [x], fn, attrs(kernel_size=[2] * n, stride=[1] * n, dilation=[2] * n), name="dilated")
        case("max_pool", [x[0]], lambda v, f=high: f(v, 2), attrs(kernel_size=[2] * n), name="unbatched")
        fn = lambda v, f=high: f(v, 3, 2, 1, return_indices=True)
        case("max_pool_with_indices", [x], fn,
             attrs(kernel_size=[3] * n, stride=[2] * n, padding=[1] * n))  # fmt: skip
    fn = lambda v: F.avg_pool2d(v, 2, divisor_override=3)
    case("avg_pool", [randn(1, 2, 4, 4)], fn, attrs(kernel_size=[2, 2], divisor_override=3), name="divisor")
    special = torch.full((1, 1, 2, 6), -INF).double()
    special[0, 0, 0, 1], special[0, 0, 1, 4] = NAN, INF
    case("max_pool", [special], lambda v: F.max_pool2d(v, 2), attrs(kernel_size=[2, 2]), name="special")
    case("max_pool_with_indices", [special],
         lambda v: F.max_pool2d(v, (2, 3), 1, (1, 1), return_indices=True),
         attrs(kernel_size=[2, 3], stride=[1, 1], padding=[1, 1]), name="special")  # fmt: skip
    case("max_pool", [randn(2, 3, 9, 8)], lambda v: F.max_pool2d(v, 3, 2, 1),
         attrs(kernel_size=[3, 3], stride=[2, 2], padding=[1, 1]), name="dynamic", dynamic=True)  # fmt: skip
    case("avg_pool", [randn(2, 3, 9, 8)], lambda v: F.avg_pool2d(v, 3, 2, 1, count_include_pad=False),
         attrs(kernel_size=[3, 3], stride=[2, 2], padding=[1, 1], count_include_pad=False),
         name="dynamic", dynamic=True)  # fmt: skip


def adaptive():
    for n, sizes, out in ((1, (10,), (3,)), (2, (7, 8), (3, 4)), (3, (4, 5, 6), (2, 3, 4)),
                          (2, (6, 8), (3, 4)), (2, (7, 8), (1, 1)), (2, (3, 4), (5, 6))):  # fmt: skip
        x = randn(2, 3, *sizes)
        for op in ("adaptive_avg_pool", "adaptive_max_pool"):
            fn = lambda v, f=getattr(F, "%s%dd" % (op, n)), o=out: f(v, o)
            case(op, [x], fn, attrs(output_size=out), dtypes=LOW if n == 2 else FLOAT)
    fn = lambda v: F.adaptive_avg_pool2d(v, (3, 5))
    case("adaptive_avg_pool", [randn(2, 3, 7, 9)], fn, attrs(output_size=(3, 5)), name="dynamic", dynamic=True)


def recurrence(kind, p, w, states, bias, reverse):
    """The definition of aten.recurrence, one step at a time."""
    steps = range(p.shape[0])
    h, c = states[0], states[-1]
    out = [None] * p.shape[0]
    for t in reversed(steps) if reverse else steps:
        q = h @ w.t() + (0 if bias is None else bias)
        if kind == "lstm":
            i, f, g, o = (p[t] + q).chunk(4, 1)
            c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
            h = torch.sigmoid(o) * torch.tanh(c)
        elif kind == "gru":
            (pr, pz, pn), (qr, qz, qn) = p[t].chunk(3, 1), q.chunk(3, 1)
            r, z = torch.sigmoid(pr + qr), torch.sigmoid(pz + qz)
            n = torch.tanh(pn + r * qn)
            h = n + z * (h - n)
        else:
            h = torch.tanh(p[t] + q) if kind == "rnn_tanh" else torch.relu(p[t] + q)
        out[t] = h
    return (torch.stack(out), h, c) if kind == "lstm" else (torch.stack(out), h)


def torch_layer(kind, x, w_ih, w_hh, b_ih, b_hh, states):
    """One layer by torch's own lstm, gru and rnn."""
    args = [w_ih, w_hh, b_ih, b_hh]
    rest = (True, 1, 0.0, False, False, False)
    if kind == "lstm":
        out, h, c = torch.lstm(x, tuple(s[None] for s in states), args, *rest)
        return out, h[0], c[0]
    fn = {"gru": torch.gru, "rnn_tanh": torch.rnn_tanh, "rnn_relu": torch.rnn_relu}[kind]
    out, h = fn(x, states[0][None], args, *rest)
    return out, h[0]


def recurrences():
    for kind, gates, count in (("lstm", 4, 2), ("gru", 3, 1), ("rnn_tanh", 1, 1), ("rnn_relu", 1, 1)):
        t, b, e, hidden = 6, 3, 4, 5
        rows = gates * hidden
        states = [randn(b, hidden) for _ in range(count)]
        w_hh, bias = randn(rows, hidden) * 0.5, randn(rows)
        p = randn(t, b, rows)
        for use_bias in (False, True):
            for reverse in (False, True):
                inputs = [p, w_hh] + states + ([bias] if use_bias else [])
                def fn(p_, w_, *rest, k=kind, n=count, r=reverse):
                    return recurrence(k, p_, w_, rest[:n], rest[n] if len(rest) > n else None, r)
                case("recurrence", inputs, fn, "cell = #aten.cell<%s>, reverse = %s"
                     % (kind, "true" if reverse else "false"), name=kind, ulps=64)  # fmt: skip
        # Against torch itself, with the input projected outside.
        x, w_ih, b_ih = randn(t, b, e), randn(rows, e) * 0.5, randn(rows)
        wide = torch_layer(kind, x, w_ih, w_hh, b_ih, bias, states)
        ours = recurrence(kind, x @ w_ih.t() + b_ih, w_hh, states, bias, False)
        for own, other in zip(ours, wide):
            assert torch.allclose(own, other, rtol=1e-12, atol=1e-12), kind
        case("recurrence", [p, w_hh] + states, fn, "cell = #aten.cell<%s>, reverse = true" % kind,
             name=kind + "_dynamic", dynamic=True, ulps=64)  # fmt: skip


products()
attention()
convolutions()
pools()
adaptive()
recurrences()
