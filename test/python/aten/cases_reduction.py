"""Cases of reductions, softmax, normalizations, scans and losses."""

import warnings

import torch
import torch.nn.functional as F
from cases import FLOAT, INF, LOW, NAN, SPECIAL, attrs, case, f64, ints, lst, rand, randn

# kl_div warns of what its mean divides by.
warnings.filterwarnings("ignore", message="reduction: 'mean' divides")

X = randn(3, 1, 7, 5)
DIMS = (([], False), ([-1], True), ([0, 2], False), ([1], False), ([3, 0], True))


def over(dims):
    return tuple(dims) if dims else None


def reductions():
    for op in ("sum", "mean", "amax", "amin", "logsumexp", "any", "all"):
        torch_fn = getattr(torch, op)
        for dims, keep in DIMS:
            def fn(x, f=torch_fn, d=dims, k=keep):
                d = over(d) or tuple(range(x.dim()))
                return f(x, dim=d, keepdim=k)
            x = (X > 1.0) if op in ("any", "all") else X
            case(op, [x], fn, attrs(dim=dims, keepdim=keep), dtypes=LOW)
    for op in ("sum", "amax", "amin", "any", "all"):
        fn = lambda x, f=getattr(torch, op): f(x, dim=1)
        case(op, [ints(-9, 9, (4, 6))], fn, attrs(dim=[1]), name="ints")
    case("sum", [ints(-9, 9, (4, 6), torch.int32)], lambda x: x.sum(), name="i32")
    case("sum", [ints(0, 2, (4, 6)) > 0], lambda x: x.sum(0), attrs(dim=[0]), name="bools")
    case("sum", [torch.tensor(2.5).double()], lambda x: x.sum(), name="scalar")
    case("sum", [X], lambda x: x.sum((0, 2)), attrs(dim=[0, 2]), name="dynamic", dynamic=True)
    case("mean", [X], lambda x: x.mean((1, 2)), attrs(dim=[1, 2]), name="dynamic", dynamic=True)
    # Cancelling values in f16 and bf16 show in which type sums are kept.
    long = torch.cat([randn(700), rand(700) + 1])
    case("sum", [long], lambda x: x.sum(), name="long", dtypes=LOW, ulps=64)
    case("mean", [long], lambda x: x.mean(), name="long", dtypes=LOW, ulps=64)
    rows = torch.stack([SPECIAL, torch.full((13,), -INF).double(), torch.zeros(13).double()])
    for op in ("amax", "amin", "sum", "logsumexp"):
        fn = lambda x, f=getattr(torch, op): f(x, dim=1)
        case(op, [rows], fn, attrs(dim=[1]), name="special")


def deviations():
    for op in ("var", "std"):
        torch_fn = getattr(torch, op)
        for (dims, keep), correction in zip(DIMS, (1, 0, 2, 0, 1)):
            fn = lambda x, f=torch_fn, d=dims, k=keep, c=correction: f(
                x, dim=over(d), correction=c, keepdim=k)
            case(op, [X + 10], fn, attrs(dim=dims, keepdim=keep, correction=float(correction)),
                 dtypes=LOW, ulps=128)  # fmt: skip
    for order in (2.0, 1.0, 3.0, 0.5, 0.0, INF, -INF):
        fn = lambda x, o=order: torch.linalg.vector_norm(x, o, dim=-1)
        case("linalg_vector_norm", [X], fn, attrs(ord=order, dim=[-1]), ulps=64, dtypes=LOW)
    case("linalg_vector_norm", [X], lambda x: torch.linalg.vector_norm(x), name="all", dynamic=True)


def products_and_places():
    case("prod", [X[:, 0, :4]], lambda x: x.prod(), dtypes=LOW, ulps=64)
    case("prod", [X], lambda x: x.prod(-2, keepdim=True), attrs(dim=-2, keepdim=True))
    case("prod", [ints(-3, 4, (3, 4))], lambda x: x.prod(1), attrs(dim=1), name="ints")
    ties = ints(0, 3, (4, 6)).double()
    nans = torch.tensor([[1.0, NAN, 2.0, NAN], [-INF] * 4, [INF, 1.0, INF, 2.0]]).double()
    for op in ("argmax", "argmin"):
        torch_fn = getattr(torch, op)
        for x, kind in ((ties, "ties"), (nans, "special"), (X[:, 0], "plain")):
            case(op, [x], lambda v, f=torch_fn: f(v), name=kind + "_all", dtypes=LOW)
            case(op, [x], lambda v, f=torch_fn: f(v, dim=1), attrs(dim=1), name=kind, dtypes=LOW)
        fn = lambda v, f=torch_fn: f(v, dim=-2, keepdim=True)
        case(op, [X], fn, attrs(dim=-2, keepdim=True), name="keep")
        case(op, [X], fn, attrs(dim=-2, keepdim=True), name="dynamic", dynamic=True)
        case(op, [ints(-3, 4, (3, 5))], lambda v, f=torch_fn: f(v, dim=0), attrs(dim=0), name="ints")
    for op, torch_fn in (("max_dim", torch.max), ("min_dim", torch.min)):
        for x, kind in ((ties, "ties"), (nans, "special"), (ints(-3, 4, (3, 5)), "ints")):
            case(op, [x], lambda v, f=torch_fn: f(v, dim=1), attrs(dim=1), name=kind)
        case(op, [X], lambda v, f=torch_fn: f(v, dim=-1, keepdim=True),
             attrs(dim=-1, keepdim=True))  # fmt: skip


def softmaxes():
    for op in ("softmax", "log_softmax"):
        torch_fn = getattr(torch, op)
        for dim in (-1, 0, 1, 2):
            case(op, [X * 4], lambda x, f=torch_fn, d=dim: f(x, d), attrs(dim=dim), dtypes=LOW)
        case(op, [X], lambda x, f=torch_fn: f(x, 2), attrs(dim=2), name="dynamic", dynamic=True)
        large = torch.stack([randn(9) * 88, randn(9) * 1e4, torch.full((9,), -1e4).double(),
                             torch.full((9,), -INF).double()])  # fmt: skip
        large[1, 3] = -INF
        case(op, [large.float().double()], lambda x, f=torch_fn: f(x, 1), attrs(dim=1), name="large",
             scale=1e4 if op == "log_softmax" else 0.0, ulps=64)  # fmt: skip


def normalizations():
    x, w, b = randn(2, 3, 4, 5) * 3 + 5, randn(4, 5), randn(4, 5)
    text = attrs(normalized_shape=[4, 5])
    case("layer_norm", [x], lambda v: F.layer_norm(v, (4, 5)), text, dtypes=LOW, ulps=64)
    case("layer_norm", [x, w], lambda v, a: F.layer_norm(v, (4, 5), a), text, dtypes=LOW, ulps=64)
    case("layer_norm", [x, w, b], lambda v, a, c: F.layer_norm(v, (4, 5), a, c), text,
         dtypes=LOW, ulps=64)  # fmt: skip
    case("layer_norm", [x, w[0], b[0]], lambda v, a, c: F.layer_norm(v, (5,), a, c, 1e-3),
         attrs(normalized_shape=[5], eps=1e-3), name="last", ulps=64, dynamic=True)  # fmt: skip
    case("rms_norm", [x, w], lambda v, a: F.rms_norm(v, (4, 5), a, 1e-6),
         attrs(normalized_shape=[4, 5], eps=1e-6), dtypes=LOW, ulps=64)  # fmt: skip
    case("rms_norm", [x], lambda v: F.rms_norm(v, (5,)), attrs(normalized_shape=[5]),
         name="default_eps", ulps=64)  # fmt: skip
    y, c, d = randn(2, 6, 3, 5) + 2, randn(6), randn(6)
    for groups in (1, 2, 3, 6):
        case("group_norm", [y, c, d], lambda v, a, e, g=groups: F.group_norm(v, g, a, e),
             attrs(num_groups=groups), dtypes=LOW, ulps=64)  # fmt: skip
    case("group_norm", [y[:, :, 0, 0]], lambda v: F.group_norm(v, 2), attrs(num_groups=2),
         name="flat", ulps=64)  # fmt: skip
    case("group_norm", [y, c, d], lambda v, a, e: F.group_norm(v, 3, a, e),
         attrs(num_groups=3), name="dynamic", dynamic=True, ulps=64)  # fmt: skip
    case("instance_norm", [y, c, d],
         lambda v, a, e: F.instance_norm(v, weight=a, bias=e), dtypes=LOW, ulps=64)  # fmt: skip
    case("instance_norm", [y[0:1]], F.instance_norm, name="plain", ulps=64)
    mean, var = randn(6), rand(6) + 0.5
    case("batch_norm", [y, mean, var, c, d],
         lambda v, m, s, a, e: F.batch_norm(v, m, s, a, e), dtypes=LOW, ulps=64)  # fmt: skip
    case("batch_norm", [y[:, :, 0, 0], mean, var],
         lambda v, m, s: F.batch_norm(v, m, s, eps=1e-3), attrs(eps=1e-3), name="flat")  # fmt: skip


def scans():
    for op in ("cumsum", "cumprod"):
        torch_fn = getattr(torch, op)
        for dim in (0, 2, -1):
            case(op, [X], lambda x, f=torch_fn, d=dim: f(x, d), attrs(dim=dim), dtypes=FLOAT)
        case(op, [ints(-2, 3, (3, 5), torch.int32)], lambda x, f=torch_fn: f(x, 1), attrs(dim=1),
             name="ints")  # fmt: skip
        case(op, [X], lambda x, f=torch_fn: f(x, 2), attrs(dim=2), name="dynamic", dynamic=True)


def losses():
    x, t = randn(5, 7), randn(5, 7)
    for kind in ("mean", "sum", "none"):
        text = "reduction = #aten.reduction<%s>" % kind
        for op in ("mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss"):
            fn = lambda a, b, f=getattr(F, op), k=kind: f(a, b, reduction=k)
            case(op, [x * 2, t], fn, text, name=kind, dtypes=LOW)
        p = torch.softmax(t, 1)
        p[0, 0] = 0
        fn = lambda a, b, k=kind: F.kl_div(a, b, reduction=k)
        case("kl_div", [torch.log_softmax(x, 1), p], fn, text, name=kind)
        fn = lambda a, b, k=kind: F.kl_div(a, b, reduction=k, log_target=True)
        case("kl_div", [torch.log_softmax(x, 1), torch.log_softmax(t, 1)], fn,
             text + ", log_target = true", name=kind + "_log")  # fmt: skip
        classes = ints(0, 7, (5,))
        classes[2] = -100
        fn = lambda a, b, k=kind: F.cross_entropy(a, b, reduction=k)
        case("cross_entropy_loss", [x, classes], fn, text, name=kind, dtypes=LOW)
        fn = lambda a, b, k=kind: F.cross_entropy(a, b, reduction=k, label_smoothing=0.1)
        case("cross_entropy_loss", [randn(2, 4, 3), ints(0, 4, (2, 3))], fn,
             text + ", " + attrs(label_smoothing=0.1), name=kind + "_smooth")  # fmt: skip
        fn = lambda a, b, c, k=kind: F.triplet_margin_loss(a, b, c, reduction=k)
        case("triplet_margin_loss", [x, t, randn(5, 7)], fn, text, name=kind, dtypes=LOW)
    fn = lambda a, b, c: F.triplet_margin_loss(a, b, c, margin=0.5, p=1.0, swap=True)
    case("triplet_margin_loss", [x, t, randn(1, 7)], fn, attrs(margin=0.5, p=1.0, swap=True), name="swap")
    case("smooth_l1_loss", [x * 2, t], lambda a, b: F.smooth_l1_loss(a, b, beta=0.3), attrs(beta=0.3))
    case("huber_loss", [x * 2, t], lambda a, b: F.huber_loss(a, b, delta=0.3), attrs(delta=0.3))
    case("cross_entropy_loss", [x[0], torch.tensor(3)], F.cross_entropy, name="vector")


reductions()
deviations()
products_and_places()
softmaxes()
normalizations()
scans()
losses()
